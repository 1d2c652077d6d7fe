//! What an attacker may do to a bundle: one function an attack, its doc comment the sentence that stands in the fixture.
//! Each begins with the sound ledger of 60 entries and gives the files that the auditor is handed. He asks for the
//! cosignatures of three ministries and pins the charter.

use ledger_core::domain::Digest;
use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use serde_json::json;

use super::bundle_ledger::{
    Files, SIZES, Signers, WITNESSES, Witnessed, bundle, checkpoint, compromised, second_of, told,
};
use super::small::registered;
use super::world::{Forge, ORIGIN, key};

/// What the auditor is handed, and what he has to find first.
pub(super) struct Attacked {
    pub(super) files: Files,
    /// A checkpoint that he brings.
    pub(super) shown: Option<SignedCheckpoint>,
    pub(super) code: &'static str,
    pub(super) entry: u64,
}

/// An attack by name.
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) sentence: &'static str,
    pub(super) make: fn(&Witnessed) -> Attacked,
}

macro_rules! attacks {
    ($($(#[doc = $doc:literal])+ fn $name:ident($sound:ident) $body:block)*) => {
        $($(#[doc = $doc])+ fn $name($sound: &Witnessed) -> Attacked $body)*

        /// Every attack.
        pub(super) const ALL: &[Attack] = &[
            $(Attack { name: stringify!($name), sentence: concat!($($doc),+), make: $name },)*
        ];
    };
}

/// The tile of all hashes.
const HASHES: &str = "tile/0/000.p/60";
/// All entries.
const ENTRIES: &str = "tile/entries/000.p/60";
/// A year, in milliseconds.
const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000;

fn found(files: Files, code: &'static str, entry: u64) -> Attacked {
    Attacked { files, shown: None, code, entry }
}

/// The bundle with a file that was worked on.
fn spoiled(
    sound: &Witnessed,
    file: &str,
    code: &'static str,
    entry: u64,
    spoil: impl FnOnce(&mut Vec<u8>),
) -> Attacked {
    let mut files = sound.files.clone();
    spoil(files.get_mut(file).unwrap());
    found(files, code, entry)
}

/// The bundle without a file.
fn removed(sound: &Witnessed, file: &str, code: &'static str, entry: u64) -> Attacked {
    let mut files = sound.files.clone();
    files.remove(file).unwrap();
    found(files, code, entry)
}

/// The bundle with one more file, or another in its place.
fn placed(sound: &Witnessed, file: &str, bytes: impl ToString, code: &'static str, entry: u64) -> Attacked {
    let mut files = sound.files.clone();
    files.insert(file.into(), bytes.to_string().into_bytes());
    found(files, code, entry)
}

/// The bundle under another checkpoint of its size.
fn under(sound: &Witnessed, signed: &SignedCheckpoint, code: &'static str) -> Attacked {
    let mut files = sound.files.clone();
    let bytes = signed.to_string().into_bytes();
    let size = signed.checkpoint().size;
    files.insert(format!("checkpoints/{size}"), bytes.clone());
    files.insert("checkpoint".into(), bytes);
    found(files, code, size - 1)
}

/// The older checkpoints of the sound ledger and this one.
fn and(sound: &Witnessed, newest: SignedCheckpoint) -> Vec<SignedCheckpoint> {
    let size = newest.checkpoint().size;
    let older = sound.signed.iter().filter(|one| one.checkpoint().size < size).cloned();
    older.chain([newest]).collect()
}

/// Signed by the log and the witnesses of today, when the last entry was recorded.
fn by_all(entries: &[Vec<u8>]) -> SignedCheckpoint {
    Signers::all(&WITNESSES, second_of(entries.len() as u64)).sign(checkpoint(entries))
}

/// Where this entry begins in the entry tile: at its length.
fn offset(sound: &Witnessed, entry: usize) -> usize {
    sound.entries[..entry].iter().map(|bytes| 2 + bytes.len()).sum()
}

/// Lines of text, each with its end.
fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn replace(bytes: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(std::mem::take(bytes)).unwrap();
    assert!(text.contains(from), "{from}");
    *bytes = text.replacen(from, to, 1).into_bytes();
}

/// What the log signed over another root.
fn twisted(size: u64) -> Checkpoint {
    Checkpoint::new(ORIGIN, size, Digest::new([0x5a; 32]))
}

attacks! {
    /// A hash in a tile was changed.
    fn tile_hash_changed(sound) {
        spoiled(sound, HASHES, "E24", 23, |bytes| bytes[23 * 32 + 7] ^= 1)
    }

    /// A tile of hashes was deleted.
    fn tile_missing(sound) {
        removed(sound, HASHES, "E25", 0)
    }

    /// A tile of hashes has a hash too many.
    fn tile_longer(sound) {
        spoiled(sound, HASHES, "E25", 0, |bytes| bytes.extend([0x5a; 32]))
    }

    /// In a ledger of 256 entries, the hash of them all was changed.
    fn upper_tile_changed(sound) {
        let mut w = told();
        for number in 27..223 {
            w.record("EE PBO", "register a radio", &[], registered(&format!("{number:04}")));
        }
        let entries = w.entries();
        let mut files = bundle(&entries, &and(sound, by_all(&entries)));
        files.get_mut("tile/1/000.p/1").unwrap()[31] ^= 1;
        found(files, "E24", 0)
    }

    /// The entries are cut off inside one of them.
    fn entry_tile_cut(sound) {
        let at = offset(sound, 37) + 100;
        spoiled(sound, ENTRIES, "E25", 37, |bytes| bytes.truncate(at))
    }

    /// Bytes follow behind the last entry.
    fn entry_tile_longer(sound) {
        spoiled(sound, ENTRIES, "E25", 59, |bytes| bytes.extend([0, 1, 0]))
    }

    /// The entries were deleted; their hashes are there.
    fn entry_tile_missing(sound) {
        removed(sound, ENTRIES, "E25", 0)
    }

    /// An entry was taken out; the tile has the name of 60 entries.
    fn entry_taken_out_of_its_tile(sound) {
        let (from, to) = (offset(sound, 33), offset(sound, 34));
        spoiled(sound, ENTRIES, "E05", 33, |bytes| drop(bytes.drain(from..to)))
    }

    /// The length before an entry says one byte more.
    fn entry_framed_too_long(sound) {
        let at = offset(sound, 12) + 1;
        spoiled(sound, ENTRIES, "E03", 12, |bytes| bytes[at] += 1)
    }

    /// Two neighbouring entries changed places, and the tiles were made anew.
    fn entries_swapped_and_tiles_rebuilt(sound) {
        let mut entries = sound.entries.clone();
        entries.swap(30, 31);
        found(bundle(&entries, &sound.signed), "E05", 30)
    }

    /// The last ten entries were cut off and the tiles made anew; the checkpoint is that of 60 entries.
    fn tail_cut_off_and_tiles_rebuilt(sound) {
        let entries = &sound.entries[..50];
        let mut files = bundle(entries, &and(sound, by_all(entries)));
        files.remove("checkpoints/50").unwrap();
        for file in ["checkpoint", "checkpoints/60"] {
            files.insert(file.into(), sound.files["checkpoint"].clone());
        }
        found(files, "E25", 0)
    }

    /// The last ten entries were cut off, and the log alone signed what is left.
    fn tail_cut_off_and_signed_by_the_log_alone(sound) {
        let entries = &sound.entries[..50];
        found(bundle(entries, &and(sound, Signers::log().sign(checkpoint(entries)))), "E22", 49)
    }

    /// Everything behind the second checkpoint was left out; the auditor brings the third.
    fn rolled_back_to_an_old_checkpoint(sound) {
        let files = bundle(&sound.entries[..41], &sound.signed[..2]);
        Attacked { shown: Some(sound.signed[2].clone()), ..found(files, "E20", 41) }
    }

    /// No entry is left, and the log signed that.
    fn emptied(_sound) {
        found(bundle(&[], &[Signers::log().sign(checkpoint(&[]))]), "E11", 0)
    }

    /// The officers together rewrote the history from entry 46 on, lawfully, and the tiles with it; they cannot sign for
    /// the witnesses, and left the checkpoint.
    fn history_rewritten_with_the_tiles(sound) {
        found(bundle(&sound.other, &sound.signed), "E21", 59)
    }

    /// The last entry was signed anew by its officer, and the tiles were left.
    fn last_entry_rewritten(sound) {
        let mut forge = Forge::behind(&sound.entries, 59);
        forge.sign("LV PBO", "signed anew", &["voucher"], json!([{"TransferApproved": {"transfer": "LOAN-10"}}]));
        let rebuilt = bundle(&forge.entries, &sound.signed);
        let mut files = sound.files.clone();
        for file in [ENTRIES, "documents"] {
            files.insert(file.into(), rebuilt[file].clone());
        }
        found(files, "E24", 59)
    }

    /// The auditor brings a checkpoint of another history, signed by the log and all witnesses.
    fn another_history_was_shown(sound) {
        let other = &sound.other[..50];
        Attacked { shown: Some(by_all(other)), ..found(sound.files.clone(), "E21", 49) }
    }

    /// Among the older checkpoints is one of another history, signed by the log and all witnesses.
    fn checkpoint_of_another_history(sound) {
        let other = &sound.other[..50];
        placed(sound, "checkpoints/50", by_all(other), "E21", 49)
    }

    /// The checkpoint names another root, and all signed that.
    fn root_changed_and_signed_by_all(sound) {
        under(sound, &Signers::all(&WITNESSES, second_of(60)).sign(twisted(60)), "E21")
    }

    /// The checkpoint names another root, and only the log signed that.
    fn root_changed_and_signed_by_the_log_alone(sound) {
        under(sound, &Signers::log().sign(twisted(60)), "E22")
    }

    /// The checkpoint names another root under the old signatures.
    fn root_changed(sound) {
        let mut text = sound.files["checkpoint"].clone();
        let root = sound.signed[2].to_string();
        let root = root.lines().nth(2).unwrap();
        replace(&mut text, root, twisted(60).to_string().lines().nth(2).unwrap());
        under(sound, &SignedCheckpoint::parse(&text).unwrap(), "E22")
    }

    /// Strangers signed the checkpoint under the names of the log and the witnesses.
    fn checkpoint_signed_by_strangers(sound) {
        let witnesses = ["EE stranger", "LV stranger", "LT stranger"];
        let strangers = Signers { log: Some("stranger"), ..Signers::all(&witnesses, second_of(60)) };
        under(sound, &strangers.sign(checkpoint(&sound.entries)), "E22")
    }

    /// A witness cosigned with a key that nobody enrolled.
    fn witness_key_not_enrolled(sound) {
        let witnesses = ["EE WIT", "LV WIT new", "LT WIT new"];
        under(sound, &Signers::all(&witnesses, second_of(60)).sign(checkpoint(&sound.entries)), "E22")
    }

    /// One ministry cosigned twice, with its old key and its new one, and another not at all.
    fn cosigned_twice_by_one_party(sound) {
        let witnesses = ["EE WIT", "LV WIT", "LV WIT new"];
        under(sound, &Signers::all(&witnesses, second_of(60)).sign(checkpoint(&sound.entries)), "E22")
    }

    /// All witnesses cosigned the checkpoint, and the log did not sign it.
    fn checkpoint_without_the_log(sound) {
        let signers = Signers { log: None, ..Signers::all(&WITNESSES, second_of(60)) };
        under(sound, &signers.sign(checkpoint(&sound.entries)), "E22")
    }

    /// One cosignature names another time than it was made for.
    fn cosignature_time_changed(sound) {
        let mut signed = sound.signed[2].clone();
        let line = signed.note().signatures().last().unwrap().clone();
        let mut later = line.clone();
        // Behind the time's first seven bytes.
        later.signature[7] ^= 0x20;
        signed = signed.retaining(|one| *one != line);
        signed.add(later);
        under(sound, &signed, "E22")
    }

    /// A ministry cosigned with a key that was declared compromised.
    fn cosigned_with_a_compromised_key(sound) {
        let mut w = told();
        let since = w.now;
        w.record_with(&["LT ROOT", "EE REG"], "declare a key compromised", &[], compromised("LT WIT", since));
        let entries = w.entries();
        found(bundle(&entries, &and(sound, by_all(&entries))), "E22", 61)
    }

    /// A ministry cosigned with a key whose revocation stands under the checkpoint.
    fn cosigned_with_a_revoked_key(sound) {
        let mut w = told();
        let revoked = json!([{"KeyRevoked": {"key": key("LT WIT"), "reason": "Lost"}}]);
        w.record("LT ROOT", "revoke", &[], revoked);
        let entries = w.entries();
        found(bundle(&entries, &and(sound, by_all(&entries))), "E22", 60)
    }

    /// An older checkpoint is that of another ledger, signed by the same keys.
    fn checkpoint_of_another_ledger(sound) {
        let other = Checkpoint::new("ledger.test/nordic", 20, sound.signed[0].checkpoint().root);
        let signed = Signers::all(&["EE WIT", "LV WIT", "LT WIT"], second_of(20)).sign(other);
        placed(sound, "checkpoints/20", signed, "E22", 19)
    }

    /// An older checkpoint stands under the name of another size.
    fn checkpoint_under_another_size(sound) {
        placed(sound, "checkpoints/33", &sound.signed[1], "E22", 32)
    }

    /// The cosignature of one ministry under an older checkpoint was taken away.
    fn cosignature_taken_away(sound) {
        let signed = &sound.signed[1];
        let line = signed.note().signatures()[2].clone();
        placed(sound, "checkpoints/41", signed.clone().retaining(|one| *one != line), "E22", 40)
    }

    /// The size in the checkpoint has a zero before it.
    fn size_with_a_leading_zero(sound) {
        spoiled(sound, "checkpoint", "E25", 0, |bytes| replace(bytes, "\n60\n", "\n060\n"))
    }

    /// The checkpoint says that there are more entries.
    fn size_in_the_checkpoint_raised(sound) {
        spoiled(sound, "checkpoint", "E25", 0, |bytes| replace(bytes, "\n60\n", "\n61\n"))
    }

    /// The checkpoint was cut off in its last signature.
    fn checkpoint_cut(sound) {
        spoiled(sound, "checkpoint", "E22", 59, |bytes| bytes.truncate(bytes.len() - 10))
    }

    /// The checkpoint was deleted.
    fn checkpoint_missing(sound) {
        removed(sound, "checkpoint", "E25", 0)
    }

    /// The newest checkpoint does not stand among the others.
    fn newest_checkpoint_not_kept(sound) {
        removed(sound, "checkpoints/60", "E25", 59)
    }

    /// A line of the index of documents names another paper.
    fn documents_line_changed(sound) {
        spoiled(sound, "documents", "E26", 26, |bytes| replace(bytes, "\n26 other ", "\n26 offer "))
    }

    /// A line of the index of documents is gone.
    fn documents_line_dropped(sound) {
        spoiled(sound, "documents", "E26", 15, |bytes| {
            let mut kept = lines(bytes);
            kept.remove(1);
            *bytes = kept.concat();
        })
    }

    /// Two lines of the index of documents changed places.
    fn documents_lines_swapped(sound) {
        spoiled(sound, "documents", "E26", 15, |bytes| {
            let mut kept = lines(bytes);
            kept.swap(1, 2);
            *bytes = kept.concat();
        })
    }

    /// The index of documents names a paper that no entry names.
    fn documents_line_added(sound) {
        spoiled(sound, "documents", "E26", 59, |bytes| {
            let added = lines(bytes).pop().unwrap();
            bytes.extend([b"59".as_slice(), &added[2..]].concat());
        })
    }

    /// The index of documents was deleted.
    fn documents_missing(sound) {
        removed(sound, "documents", "E26", 0)
    }

    /// A file that is none of a bundle's lies in it.
    fn foreign_file(sound) {
        placed(sound, "tile/0/readme.txt", "Trust me.\n", "E25", 59)
    }

    /// Three entries were recorded by a clock that is a year ahead.
    fn clock_a_year_ahead(sound) {
        let mut w = told();
        w.now = w.now.later_by(YEAR);
        for number in 27..30 {
            w.record("EE PBO", "register a radio", &[], registered(&format!("{number:04}")));
        }
        let entries = w.entries();
        found(bundle(&entries, &and(sound, by_all(&entries))), "E23", 60)
    }

    /// The clocks of all officers stood still for a year, while witnesses went on.
    fn clock_a_year_behind(sound) {
        let mut w = told();
        let third = Signers::all(&WITNESSES, second_of(60) + YEAR / 1_000).sign(checkpoint(&w.entries()));
        for number in 27..30 {
            w.record("EE PBO", "register a radio", &[], registered(&format!("{number:04}")));
        }
        let entries = w.entries();
        let fourth = Signers::all(&WITNESSES, second_of(63) + YEAR / 1_000).sign(checkpoint(&entries));
        let signed = [&sound.signed[..2], &[third, fourth]].concat();
        found(bundle(&entries, &signed), "E23", 60)
    }
}

#[test]
fn an_older_checkpoint_may_be_left_out_and_a_cosignature_be_added() {
    let sound = super::bundle_ledger::witnessed();
    let audit = |files: &Files| {
        let root = tempfile::tempdir().unwrap();
        super::bundle_ledger::write(root.path(), files);
        super::bundle_fixtures::audit(root.path(), &super::bundle_fixtures::Auditing::of(&sound))
    };
    assert_eq!(audit(&sound.files), []);
    // Nobody says which older ones there are.
    let mut files = sound.files.clone();
    files.remove("checkpoints/20").unwrap();
    assert_eq!(audit(&files), []);
    // The newest may stand with more signatures among the others: an export was interrupted.
    let mut more = sound.signed[2].clone();
    let other = Signers { log: None, witnesses: vec![("FI WIT", second_of(60))] };
    other.sign(more.checkpoint().clone()).note().signatures().iter().for_each(|line| more.add(line.clone()));
    let mut files = sound.files.clone();
    files.insert("checkpoints/60".into(), more.to_string().into_bytes());
    assert_eq!(audit(&files), []);
    // What a larger export left behind when it was killed says nothing.
    let leftovers =
        ["tile/0/000.p/61", "tile/entries/000.p/61", "checkpoints/61", "checkpoint.new", "documents.new"];
    for file in leftovers {
        let mut files = sound.files.clone();
        files.insert(file.into(), Vec::new());
        assert_eq!(audit(&files), [], "{file}");
    }
    let mut files = sound.files.clone();
    files.get_mut("documents").unwrap().extend(b"60 of another size\n");
    assert_eq!(audit(&files), []);
    assert_eq!(SIZES[2], 60);
}
