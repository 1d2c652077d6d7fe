//! The officers of the test ledgers. Their private keys are public, so none of them may sign anything real.

use ledger_core::ledger::digest::sha256;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};

use super::support::{PARTIES, ROLES, fixtures};

/// The key files of a name, as OpenSSH writes them.
fn files_of(name: &str) -> (String, String) {
    let seed = sha256(&[format!("jointledger test-only key: {name}").as_bytes()]);
    let pair = Ed25519Keypair::from_seed(seed.as_bytes());
    let key = PrivateKey::new(KeypairData::Ed25519(pair), format!("test-only {name}")).unwrap();
    let public = key.public_key().to_openssh().unwrap();
    (key.to_openssh(LineEnding::LF).unwrap().to_string(), format!("{public}\n"))
}

#[test]
fn the_keys_of_the_officers_are_what_their_seeds_give() {
    // `SNAPSHOTS=overwrite` writes them.
    let assert = Assert::new().action_env("SNAPSHOTS");
    for party in PARTIES {
        for role in ROLES {
            let name = format!("{party}-{role}");
            let (private, public) = files_of(&name);
            let file =
                |name: &str| Data::read_from(&fixtures("keys/officers").join(name), Some(DataFormat::Text));
            assert.eq(private, file(&name).raw());
            assert.eq(public, file(&format!("{name}.pub")).raw());
        }
    }
}
