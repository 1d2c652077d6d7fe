//! Signed notes, checkpoints and proofs as texts: one form, and only that form is read.

use ledger_core::domain::{Digest, PublicKey};
use ledger_core::ledger::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use ledger_core::ledger::note::{self, Algorithm, Note, NoteError, VerifierKey};
use ledger_core::ledger::proof::{Proof, join_entries, split_entries};
use ledger_core::ledger::{SeedSigner, Signer};
use proptest::prelude::*;

/// The example of C2SP signed-note.
const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const TEXT: &str = "This is an example message.\n";
const LINE: &str = "\u{2014} example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";

fn example() -> String {
    format!("{TEXT}\n{LINE}\n")
}

fn keys(seed: u8) -> (SeedSigner, VerifierKey, VerifierKey) {
    let signer = SeedSigner::from_seed([seed; 32]);
    let key = PublicKey::new(signer.public_key());
    let name: note::KeyName = "baltic.example/ledger".parse().unwrap();
    let log = VerifierKey { name: name.clone(), algorithm: Algorithm::Ed25519, key };
    (signer, log, VerifierKey { name, algorithm: Algorithm::CosignatureV1, key })
}

#[test]
fn the_example_of_the_standard_is_read_and_written() {
    let key: VerifierKey = VKEY.parse().unwrap();
    assert_eq!(key.to_string(), VKEY);
    let note = Note::parse(example().as_bytes()).unwrap();
    assert_eq!((note.text(), note.to_string()), (TEXT, example()));
    let opened = note.open(std::slice::from_ref(&key)).unwrap();
    assert_eq!((opened.by.len(), opened.by[0].time, opened.unknown), (1, None, 0));
}

#[test]
fn a_known_signature_that_fails_spoils_the_note_and_an_unknown_one_does_not() {
    let (signer, log, _) = keys(1);
    let mut note = Note::new(TEXT, note::sign(&log.name, TEXT, &signer).unwrap()).unwrap();
    note.add(LINE.parse().unwrap());
    let example: VerifierKey = VKEY.parse().unwrap();
    assert_eq!(note.open(&[log.clone(), example.clone()]).unwrap().by.len(), 2);
    assert_eq!(note.open(std::slice::from_ref(&log)).unwrap().unknown, 1);

    let mut changed = note.clone();
    changed.retain(|line| line.name == log.name);
    let mut line = changed.signatures()[0].clone();
    line.signature[0] ^= 1;
    changed.retain(|_| false);
    changed.add(line);
    changed.add(LINE.parse().unwrap());
    let refused = changed.open(&[log.clone(), example.clone()]);
    assert_eq!(refused, Err(NoteError::FalseSignature { name: log.name.clone(), id: log.id() }));
    // Who does not know the key cannot know that it is false.
    assert_eq!(changed.open(&[example]).unwrap().unknown, 1);
    assert_eq!(note.open(&[]), Err(NoteError::NobodyKnown));
}

/// Two seeds whose keys have the same id under this name: they were looked for, for a second.
const TWINS: (&str, [u32; 2]) = ("ledger.test/baltic", [32_479, 126_620]);

// The first key with the id was the only one that was asked: whoever enrolled a key made to share another's id had every
// checkpoint of the other refused.
#[test]
fn a_key_that_was_made_to_share_an_id_hides_nobody() {
    let (name, numbers) = TWINS;
    let name: note::KeyName = name.parse().unwrap();
    let signers = numbers.map(|number| {
        let mut seed = [0; 32];
        seed[28..].copy_from_slice(&number.to_be_bytes());
        SeedSigner::from_seed(seed)
    });
    let keys = [0, 1].map(|twin: usize| VerifierKey {
        name: name.clone(),
        algorithm: Algorithm::Ed25519,
        key: PublicKey::new(signers[twin].public_key()),
    });
    assert_eq!(keys[0].id(), keys[1].id());
    for (signer, key) in signers.iter().zip(&keys) {
        let line = note::sign(&name, TEXT, signer).unwrap();
        let note = Note::new(TEXT, line.clone()).unwrap();
        assert_eq!(note.open(&keys).unwrap().by[0].key, *key);
        // Of neither is it still of one that is known: it is false.
        let other = Note::new("Something else.\n", line).unwrap();
        assert_eq!(
            other.open(&keys),
            Err(NoteError::FalseSignature { name: name.clone(), id: keys[0].id() })
        );
    }
}

#[test]
fn a_cosignature_signs_its_time_and_is_no_plain_signature() {
    let (signer, log, witness) = keys(2);
    assert_ne!(log.id(), witness.id());
    let checkpoint = Checkpoint::new("baltic.example/ledger", 3, Digest::new([7; 32]));
    let text = checkpoint.to_string();
    let line = note::cosign(&witness.name, &text, 1_790_000_000, &signer).unwrap();
    let signed = SignedCheckpoint::new(checkpoint, line.clone()).unwrap();
    let opened = signed.note().open(std::slice::from_ref(&witness)).unwrap();
    assert_eq!(opened.by[0].time, Some(1_790_000_000));
    assert_eq!(signed.note().open(std::slice::from_ref(&log)), Err(NoteError::NobodyKnown));

    let mut later = line.clone();
    later.signature[7] ^= 1;
    let signed = SignedCheckpoint::new(signed.checkpoint().clone(), later).unwrap();
    assert!(matches!(
        signed.note().open(std::slice::from_ref(&witness)),
        Err(NoteError::FalseSignature { .. })
    ));

    // A time that no clock shows, even when it is signed.
    let line = note::cosign(&witness.name, &text, u64::MAX, &signer).unwrap();
    let signed = SignedCheckpoint::new(signed.checkpoint().clone(), line).unwrap();
    assert!(matches!(signed.note().open(&[witness]), Err(NoteError::FalseSignature { .. })));
}

#[test]
fn only_copies_of_one_checkpoint_are_merged() {
    let (signer, log, witness) = keys(3);
    let signed = |size, cosigned| {
        let checkpoint = Checkpoint::new("baltic.example/ledger", size, Digest::new([7; 32]));
        let text = checkpoint.to_string();
        let line = match cosigned {
            true => note::cosign(&witness.name, &text, 5, &signer),
            false => note::sign(&log.name, &text, &signer),
        };
        SignedCheckpoint::new(checkpoint, line.unwrap()).unwrap()
    };
    let mut merged = signed(3, false);
    merged.merge(&signed(3, true)).unwrap();
    merged.merge(&signed(3, true)).unwrap();
    assert_eq!(merged.note().signatures().len(), 2);
    assert_eq!(merged.merge(&signed(4, true)), Err(CheckpointError::Different));
    assert_eq!(SignedCheckpoint::parse(merged.to_string().as_bytes()), Ok(merged));
}

#[test]
fn what_is_written_in_another_way_is_not_read() {
    let good = example();
    for (bad, what) in [
        (good.replace("\n\n", "\n"), "no empty line"),
        (good.trim_end().to_owned(), "no last newline"),
        (good.replace('\n', "\r\n"), "carriage returns"),
        (good.replace("\u{2014} ", "- "), "a hyphen"),
        (good.replace("\u{2014} ", "\u{2014}\u{a0}"), "another space"),
        (good.replace("Uw2Q", "Uw2*"), "no base64"),
        (good.replace("aQM=", "aQN="), "trailing bits"),
        (good.replace("aQM=", "aQM"), "no padding"),
        (good.replace("example.com/foo", "example.com+foo"), "a plus sign in the name"),
        (good.replace("is an", "is\tan"), "a tab"),
        (format!("{good}\n"), "an empty last line"),
        (format!("\u{feff}{good}"), "a mark that changes the text"),
    ] {
        let read = Note::parse(bad.as_bytes());
        let refused = read.as_ref().map_or(true, |note| note.open(&[VKEY.parse().unwrap()]).is_err());
        assert!(refused, "{what}: {read:?}");
    }
    let digest = "wMEonwBgX419h4C59CZMc2zPuEzpFwjCsn5kJr/H2Kg=";
    assert!(format!("o\n1\n{digest}\n").parse::<Checkpoint>().is_ok());
    for bad in [
        format!("\n1\n{digest}\n"),
        format!("o\n01\n{digest}\n"),
        format!("o\n+1\n{digest}\n"),
        format!("o\n1\n{digest}"),
        format!("o\n1\n{digest}\n\n"),
        format!("o\n18446744073709551616\n{digest}\n"),
        "o\n1\nwMEonwBgX419h4C59CZMc2zPuEzpFwjCsn5kJr/H2A==\n".to_owned(),
        "o\n1\n".to_owned(),
    ] {
        assert!(bad.parse::<Checkpoint>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_key_whose_name_or_id_does_not_fit_is_refused() {
    assert!(VKEY.replace("530d903a", "530d903b").parse::<VerifierKey>().is_err());
    assert!(VKEY.replace("530d903a", "530D903A").parse::<VerifierKey>().is_err());
    assert!(VKEY.replace("example.com", "example.org").parse::<VerifierKey>().is_err());
    // A key of small order: everybody can sign under it.
    let (_, mut weak, _) = keys(4);
    weak.key = PublicKey::new([0; 32]);
    assert_eq!(weak.to_string().parse::<VerifierKey>(), Err("the key is weak or not in its canonical form"));
}

#[test]
fn entries_are_joined_and_split_whole() {
    let entries: [&[u8]; 3] = [b"one", b"", b"three"];
    let joined = join_entries(entries).unwrap();
    assert_eq!(split_entries(&joined), Some(entries.to_vec()));
    assert_eq!(split_entries(&joined[..joined.len() - 1]), None);
    assert_eq!(split_entries(&joined[..1]), None);
    assert!(join_entries([&[0; 65_536][..]]).is_err());
}

proptest! {
    /// Whatever is read is written again byte for byte, and nothing panics.
    #[test]
    fn no_bytes_are_read_in_two_ways(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let (signer, log, _) = keys(5);
        let checkpoint = Checkpoint::new("baltic.example/ledger", 1, Digest::new([9; 32]));
        let line = note::sign(&log.name, &checkpoint.to_string(), &signer).unwrap();
        let proof = Proof {
            extra: Some(join_entries([&b"entry"[..]]).unwrap()),
            index: 0,
            path: vec![Digest::new([8; 32]); 2],
            checkpoint: SignedCheckpoint::new(checkpoint, line).unwrap(),
        };
        let mut bytes = proof.to_string().into_bytes();
        prop_assert_eq!(Proof::parse(&bytes), Ok(proof));
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        if let Ok(read) = Proof::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes);
        }
    }
}
