//! What an attacker may do to a copy of the ledger: one function an attack, its doc comment the sentence that
//! stands in the fixture. Each begins with the sound ledger and gives what the auditor is handed.
//!
//! Not here, because nobody can see it in one copy alone: a ledger whose end was cut off *together with* its
//! head file is a sound, shorter ledger. See `docs/findings.md`.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ledger_core::domain::{Act, Digest, Timestamp};
use ledger_core::ledger::accession;
use ledger_core::ledger::charter::sign;
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::tree::Frontier;
use ledger_core::ledger::{Head, RawEntry};
use ledger_core::store::{Anchor, head_file};
use serde_json::{Value, json};

use super::small::{CARTRIDGES, Sound, registered, sound_with};
use super::world::{
    DAWN, Forge, ORIGIN, act_id, body, charter, events, key, officer, paper, sign_body, time,
};

/// What the auditor is handed, and what he has to find first.
pub(super) struct Attacked {
    pub(super) entries: Vec<Vec<u8>>,
    /// The head file; `None` when it is gone.
    pub(super) head: Option<String>,
    /// The auditor's clock, if the finding needs one.
    pub(super) now: Option<Timestamp>,
    pub(super) code: &'static str,
    pub(super) entry: u64,
}

/// An attack by name.
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) sentence: &'static str,
    pub(super) make: fn(&Sound) -> Attacked,
}

macro_rules! attacks {
    ($($(#[doc = $doc:literal])+ fn $name:ident($sound:ident) $body:block)*) => {
        $($(#[doc = $doc])+ fn $name($sound: &Sound) -> Attacked $body)*

        /// Every attack.
        pub(super) const ALL: &[Attack] = &[
            $(Attack { name: stringify!($name), sentence: concat!($($doc),+), make: $name },)*
        ];
    };
}

/// Other entries under the head file that was there.
fn tampered(sound: &Sound, entries: Vec<Vec<u8>>, code: &'static str, entry: usize) -> Attacked {
    let head = Some(head_file::render(&sound.anchor));
    Attacked { entries, head, now: None, code, entry: entry as u64 }
}

/// Entries by those who can also write the head file.
fn forged(forge: Forge, code: &'static str) -> Attacked {
    let head = Some(head_file::render(&forge.anchor()));
    let entry = forge.head.size - 1;
    Attacked { entries: forge.entries, head, now: None, code, entry }
}

fn at_the_end(sound: &Sound) -> Forge {
    Forge::behind(&sound.entries, sound.entries.len())
}

/// One more entry, whose body the officer signed as it is.
fn signed_body(
    sound: &Sound,
    code: &'static str,
    by: &str,
    list: Value,
    spoil: fn(&mut Vec<u8>),
) -> Attacked {
    let mut forge = at_the_end(sound);
    forge.sign(by, "crafted", &[], list);
    let mut bytes = body(&forge.entries.pop().unwrap()).to_vec();
    spoil(&mut bytes);
    let mut forge = at_the_end(sound);
    forge.push(sign_body(&bytes, by));
    forged(forge, code)
}

/// One more entry under a false head.
fn signed_at(
    sound: &Sound,
    code: &'static str,
    at: Option<Timestamp>,
    spoil: fn(&mut Head, &Sound),
) -> Attacked {
    let mut forge = at_the_end(sound);
    let mut head = forge.head.clone();
    spoil(&mut head, sound);
    let at = at.unwrap_or_else(|| forge.now());
    let act = act("crafted", at, registered("0099"));
    let bytes = forge.seal(&head, at, act, &officer("EE PBO"));
    forge.push(bytes);
    forged(forge, code)
}

fn act(label: &str, now: Timestamp, list: Value) -> Act {
    Act { id: act_id(label), documents: Vec::new(), events: events(now, list) }
}

fn signed(sound: &Sound, code: &'static str, by: &str, list: Value) -> Attacked {
    let mut forge = at_the_end(sound);
    forge.sign(by, "crafted", &[], list);
    forged(forge, code)
}

/// Position of these bytes in others.
fn find(haystack: &[u8], needle: &[u8]) -> usize {
    haystack.windows(needle.len()).position(|window| window == needle).unwrap()
}

fn enrolled(key: &[u8; 32]) -> Value {
    json!([{"KeyEnrolled": {"key": hex::encode(key), "party": "EE", "role": "PBO"}}])
}

/// What a joining ministry signs: for which ledger, under which name, with which key.
struct Joining {
    origin: &'static str,
    name: &'static str,
    signed_with: &'static str,
}

/// What Poland signs when it joins this ledger.
const POLAND: Joining =
    Joining { origin: ORIGIN, name: "Ministerstwo Obrony Narodowej", signed_with: "PL ROOT" };

/// The admission of [`POLAND`], under what was signed.
fn admission(signed: &Joining) -> Value {
    let (origin, name) = (signed.origin.parse().unwrap(), signed.name.parse().unwrap());
    let (_, signature) =
        accession::sign(origin, "PL".parse().unwrap(), name, &officer(signed.signed_with)).unwrap();
    json!([{"MinistryAdmitted": {
        "party": "PL", "name": POLAND.name, "root_key": key(POLAND.signed_with), "accession": signature,
    }}])
}

fn admitted(sound: &Sound, signed: &Joining) -> Forge {
    let mut forge = at_the_end(sound);
    forge.sign("EE MIN", "admit", &["membership_act"], admission(signed));
    forge
}

/// Size and root of these entries.
fn size_and_root(entries: &[Vec<u8>]) -> (u64, Digest) {
    let mut frontier = Frontier::EMPTY;
    entries.iter().for_each(|bytes| frontier.push(RawEntry::new(bytes.clone()).link()));
    (frontier.size(), frontier.root())
}

/// One more entry at a moment of one's choice.
fn push_at(forge: &mut Forge, at: &str, by: &str, label: &str, list: Value) {
    let at = time(at);
    let act = act(label, at, list);
    let bytes = forge.seal(&forge.head, at, act, &officer(by));
    forge.push(bytes);
}

/// The first day of the ledger is closed on the day after, at this size and root.
fn cut_off(sound: &Sound, (size, root): (u64, Digest)) -> Attacked {
    let mut forge = at_the_end(sound);
    let fixed = json!([{"PeriodCutoffFixed": {
        "period": "2026-01-30", "last_day": "2026-01-30", "size": size, "root": root,
    }}]);
    push_at(&mut forge, "2026-01-31T08:00:00Z", "EE FIN", "close the day", fixed);
    forged(forge, "E27")
}

/// The secret to which EE's auditor commits himself.
const SECRET: &[u8; 32] = b"test-only secret of an auditor..";

/// Size and root of a ledger.
type Told = (u64, Digest);

/// EE's auditor opens an engagement on the first day and draws on the third from the second, at the size and root that
/// `population` chooses of those of the first two days.
fn sampled(sound: &Sound, secret: &[u8; 32], population: fn([Told; 2]) -> Told) -> Forge {
    let mut forge = at_the_end(sound);
    let enrolled = json!([{"KeyEnrolled": {"key": key("EE AUD"), "party": "EE", "role": "AUD"}}]);
    let entry = forge.head.size;
    forge.sign("EE ROOT", "enrol an auditor", &[], enrolled);
    let countersigned = json!([{"ActCountersigned": {"entry": entry}}]);
    forge.sign("LV REG", "countersign the auditor", &[], countersigned);
    let opened = json!([{"AuditEngagementOpened": {
        "engagement": "E-1", "from": "2026-01-30", "until": "2026-01-31", "scope": "Radios",
        "commitment": sha256(&[SECRET]),
    }}]);
    forge.sign("EE AUD", "open an engagement", &[], opened);
    let first = size_and_root(&forge.entries);
    push_at(&mut forge, "2026-01-31T08:00:00Z", "EE PBO", "next day", registered("0097"));
    let second = size_and_root(&forge.entries);
    let (size, root) = population([first, second]);
    let drawn = json!([{"SampleDrawn": {
        "sample": "E-1.A", "engagement": "E-1", "day": "2026-01-31", "size": size, "root": root,
        "population": "items", "method": "ALL", "secret": Digest::new(*secret), "units": 1, "drawn": 1,
        "positions": [13],
    }}]);
    push_at(&mut forge, "2026-02-01T08:00:00Z", "EE AUD", "draw a sample", drawn);
    forge
}

/// Entry 0 with another founding, and nothing behind it that would still fit.
fn refounded(sound: &Sound, spoil: fn(&mut Value)) -> Attacked {
    let charter = charter("");
    let signatures: Vec<Value> = ["EE ROOT", "LT ROOT", "LV ROOT"]
        .iter()
        .map(|root| json!(sign(&charter, &officer(root)).unwrap()))
        .collect();
    let mut founding = json!({"charter": charter, "signatures": signatures});
    spoil(&mut founding);
    let now = time(DAWN);
    let act = act("found", now, json!([{"LedgerConstituted": founding}]));
    let mut forge = Forge::behind(&[], 0);
    let bytes = forge.seal(&forge.head, now, act, &officer("EE ROOT"));
    forge.push(bytes);
    // The attacker hopes that nobody looks at entry 0 closely and leaves the rest as it was.
    forge.entries.extend_from_slice(&sound.entries[1..]);
    tampered(sound, forge.entries, "E11", 0)
}

/// S + L instead of S: the same signature to a verifier that does not ask for the canonical S.
fn add_l(entry: &mut [u8]) {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let at = entry.len() - 32;
    let mut carry = 0;
    for (byte, l) in entry[at..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(l) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

attacks! {
    /// One bit of what was done was flipped.
    fn bit_flipped_in_body(sound) {
        let mut entries = sound.entries.clone();
        let at = find(&entries[13], b"Field radio");
        entries[13][at] ^= 1;
        tampered(sound, entries, "E09", 13)
    }

    /// One bit of a signature was flipped.
    fn bit_flipped_in_signature(sound) {
        let mut entries = sound.entries.clone();
        let at = entries[13].len() - 40;
        entries[13][at] ^= 0x10;
        tampered(sound, entries, "E09", 13)
    }

    /// The order of the curve was added to the S of a signature.
    fn signature_made_malleable(sound) {
        let mut entries = sound.entries.clone();
        add_l(&mut entries[13]);
        tampered(sound, entries, "E09", 13)
    }

    /// Two neighbouring entries changed places.
    fn two_entries_swapped(sound) {
        let mut entries = sound.entries.clone();
        entries.swap(13, 14);
        tampered(sound, entries, "E05", 13)
    }

    /// An entry was taken out of the middle.
    fn entry_dropped(sound) {
        let mut entries = sound.entries.clone();
        entries.remove(13);
        tampered(sound, entries, "E05", 13)
    }

    /// An entry stands twice in a row.
    fn entry_duplicated(sound) {
        let mut entries = sound.entries.clone();
        entries.insert(14, entries[13].clone());
        tampered(sound, entries, "E05", 14)
    }

    /// The last three entries were cut off; the head file still knows them.
    fn tail_cut_off(sound) {
        let size = sound.entries.len() - 3;
        tampered(sound, sound.entries[..size].to_vec(), "E13", size)
    }

    /// Everything was deleted but the head file.
    fn everything_cut_off(sound) {
        tampered(sound, Vec::new(), "E13", 0)
    }

    /// Everything was deleted and the head file set back; the auditor pins a charter.
    fn everything_cut_off_with_the_head(_sound) {
        let head = Some(head_file::render(&Anchor::EMPTY));
        Attacked { entries: Vec::new(), head, now: None, code: "E11", entry: 0 }
    }

    /// The last entry was written anew and signed with the enrolled key of an officer of another role.
    fn resigned_with_another_role(sound) {
        let mut forge = Forge::behind(&sound.entries, sound.entries.len() - 1);
        forge.sign("EE HRH", "crafted", &[], registered("0666"));
        forged(forge, "I03")
    }

    /// The last entry was written anew and signed with a key that nobody enrolled.
    fn resigned_with_an_unknown_key(sound) {
        let mut forge = Forge::behind(&sound.entries, sound.entries.len() - 1);
        forge.sign("stranger", "crafted", &[], registered("0666"));
        forged(forge, "I03")
    }

    /// An act was signed with a key whose enrolment no other ministry has countersigned.
    fn key_not_yet_enrolled(sound) {
        let list = json!([{"ItemRegistered": {
            "item": "serial:0AA1J:RADIO-5:0099", "description": "Field radio", "condition": "A",
            "owner": "LT", "holder": "LT", "location": "LT-KAUNAS",
        }}]);
        signed(sound, "I03", "LT PBO", list)
    }

    /// An act was signed with a key that was revoked before.
    fn key_revoked(sound) {
        signed(sound, "I03", "EE PBO lost", registered("0099"))
    }

    /// An act was signed with a key that had expired.
    fn key_expired(sound) {
        signed(sound, "I03", "EE PBO guest", registered("0099"))
    }

    /// The end was replaced by entries that the same officers signed for a ledger of another name.
    fn spliced_from_another_ledger(sound) {
        let mut forge = Forge::behind(&sound.entries, sound.entries.len() - 2);
        let head = Head { origin: Some("ledger.test/nordic".parse().unwrap()), ..forge.head.clone() };
        let act = act("crafted", forge.now(), registered("0099"));
        let bytes = forge.seal(&head, forge.now(), act, &officer("EE PBO"));
        forge.push(bytes);
        forged(forge, "E04")
    }

    /// An entry comes from a twin: a ledger that the same founders founded with the same charter.
    fn spliced_from_a_twin(sound) {
        let twin = sound_with("", |w| {
            w.record("EE PBO", "register a radio", &[], registered("twin"));
            w.record("EE PBO", "register a radio", &[], registered("twin 2".replace(' ', "-").as_str()));
        });
        let mut entries = sound.entries.clone();
        let at = entries.len();
        // The sound ledger went on differently in between.
        let mut forge = at_the_end(sound);
        forge.sign("EE PBO", "went on", &[], registered("0098"));
        entries.push(forge.entries.pop().unwrap());
        entries.push(twin.entries[at + 1].clone());
        let mut spliced = tampered(sound, entries, "E06", at + 1);
        spliced.head = Some(head_file::render(&Anchor {
            size: at as u64 + 2,
            link: RawEntry::new(twin.entries[at + 1].clone()).link(),
        }));
        spliced
    }

    /// An officer signed a "yes" that is written as 2.
    fn yes_written_as_two(sound) {
        let list = json!([{"ConsignmentReceived": {
            "consignment": "C-7", "counted": [], "location": "LV-ADAZI-2", "seals_intact": true,
        }}]);
        signed_body(sound, "E02", "LV PBO", list, |bytes| *bytes.last_mut().unwrap() = 2)
    }

    /// An officer signed a quantity of 10.0, which is written as 10.
    fn trailing_zero_in_a_quantity(sound) {
        let list = json!([{"ConsumptionReported": {
            "item": format!("{CARTRIDGES}=100 EA"), "owner": "EE", "holder": "EE",
            "location": "EE-TAPA-1", "activity": "X",
        }}]);
        signed_body(sound, "E02", "EE PBO", list, |bytes| {
            let at = find(bytes, b"LOT-7") + 5 + 8;
            bytes[at] = 1;
        })
    }

    /// An officer signed text in another Unicode form, which looks the same.
    fn text_not_in_nfc(sound) {
        let list = json!([{"ItemRegistered": {
            "item": "serial:0AA1J:RADIO-5:0099", "description": "Raadio kõrv x", "condition": "A",
            "owner": "EE", "holder": "EE", "location": "EE-TAPA-1",
        }}]);
        signed_body(sound, "E02", "EE PBO", list, |bytes| {
            // "õrv x" becomes "o", the tilde as a character of its own, "rv": as many bytes.
            let at = find(bytes, "õrv x".as_bytes());
            bytes[at..at + 6].copy_from_slice("o\u{303}rvx".as_bytes());
        })
    }

    /// An officer signed text with characters that nobody sees.
    fn text_with_hidden_characters(sound) {
        let list = json!([{"ItemRegistered": {
            "item": "serial:0AA1J:RADIO-5:0099", "description": "Field abcd radio", "condition": "A",
            "owner": "EE", "holder": "EE", "location": "EE-TAPA-1",
        }}]);
        signed_body(sound, "E02", "EE PBO", list, |bytes| {
            let at = find(bytes, b"abcd");
            bytes[at..at + 4].copy_from_slice("\u{E0041}".as_bytes());
        })
    }

    /// An officer signed a kind of event that does not exist.
    fn unknown_kind_of_event(sound) {
        signed_body(sound, "E02", "EE PBO", registered("0099"), |bytes| {
            let at = find(bytes, &[0x01, 0x01, 0x00, 0x00, 0x01, 0x9c]);
            bytes[at + 1] = 0x77;
        })
    }

    /// An officer signed an entry of a format that does not exist.
    fn unknown_version(sound) {
        signed_body(sound, "E02", "EE PBO", registered("0099"), |bytes| bytes[1] = 2)
    }

    /// An officer signed one byte more than the act has.
    fn trailing_byte(sound) {
        signed_body(sound, "E03", "EE PBO", registered("0099"), |bytes| bytes.push(0))
    }

    /// An officer signed more bytes than an entry may have.
    fn oversize(sound) {
        signed_body(sound, "E01", "EE PBO", registered("0099"), |bytes| bytes.resize(65_535 - 64 + 1, 0))
    }

    /// An entry was emptied.
    fn entry_emptied(sound) {
        let mut entries = sound.entries.clone();
        entries[13].clear();
        tampered(sound, entries, "E01", 13)
    }

    /// An entry was cut in its middle.
    fn entry_cut(sound) {
        let mut entries = sound.entries.clone();
        let half = entries[13].len() / 2;
        entries[13].truncate(half);
        tampered(sound, entries, "E02", 13)
    }

    /// An officer dated an entry before the one before it.
    fn time_gone_back(sound) {
        signed_at(sound, "E07", Some(time(DAWN)), |_, _| {})
    }

    /// An officer dated an entry an hour ahead of the auditor's clock.
    fn recorded_in_the_future(sound) {
        let now = at_the_end(sound).now();
        let attacked = signed_at(sound, "E08", Some(now.later_by(3_600_000)), |_, _| {});
        Attacked { now: Some(now), ..attacked }
    }

    /// An officer gave an entry the number of the one before it.
    fn sequence_number_repeated(sound) {
        signed_at(sound, "E05", None, |head, _| head.size -= 1)
    }

    /// An officer signed an entry behind one that is not the last, as if those in between were not there.
    fn previous_link_of_an_older_entry(sound) {
        signed_at(sound, "E06", None, |head, sound| {
            head.link = RawEntry::new(sound.entries[13].clone()).link();
        })
    }

    /// An officer consumed more than there is; whoever ran the program let it pass.
    fn more_consumed_than_there_is(sound) {
        let list = json!([{"ConsumptionReported": {
            "item": format!("{CARTRIDGES}=601 EA"), "owner": "EE", "holder": "EE",
            "location": "EE-TAPA-1", "activity": "X",
        }}]);
        signed(sound, "T05", "EE PBO", list)
    }

    /// An officer registered an invoice for goods that nobody accepted.
    fn invoiced_without_acceptance(sound) {
        let mut forge = at_the_end(sound);
        forge.sign("EE FIN", "crafted", &["invoice"], json!([{"InvoiceRegistered": {
            "invoice": "INV-9", "contract": "JP-1/C-1", "supplier_invoice_no": "9",
            "lines": [{"line": 1, "quantity": "1 EA"}], "net": "1234.13 EUR", "vat": "0.00 EUR",
        }}]));
        forged(forge, "P05")
    }

    /// An officer registered a serial item that is another's already.
    fn serial_item_registered_twice(sound) {
        signed(sound, "T01", "EE PBO", registered("0001"))
    }

    /// A registrar countersigned the enrolment of its own party.
    fn enrolment_countersigned_by_its_own_party(sound) {
        let entry = 10;
        signed(sound, "G07", "LT ROOT", json!([{"ActCountersigned": {"entry": entry}}]))
    }

    /// The charter was changed after the founders had signed it.
    fn charter_changed_after_signing(sound) {
        refounded(sound, |founding| founding["charter"]["parameters"]["clock_skew_ms"] = json!(86_400_000))
    }

    /// A founder's signature is missing under the charter.
    fn founders_signature_missing(sound) {
        refounded(sound, |founding| {
            founding["signatures"].as_array_mut().unwrap().remove(1);
        })
    }

    /// A founder's signature under the charter is another founder's.
    fn founders_signature_false(sound) {
        refounded(sound, |founding| {
            founding["signatures"][1]["signature"] = founding["signatures"][0]["signature"].clone();
        })
    }

    /// The ledger is sound, but founded by others: its charter is not the one that the auditor pins.
    fn founded_by_others(_sound) {
        let other = sound_with("false ", |_| {});
        let head = Some(head_file::render(&other.anchor));
        Attacked { entries: other.entries, head, now: None, code: "E11", entry: 0 }
    }

    /// A registrar enrolled a key of small order, under which anybody can sign.
    fn weak_key_enrolled(sound) {
        signed(sound, "E10", "EE ROOT", enrolled(EIGHT_TORSION[1].compress().as_bytes()))
    }

    /// A registrar enrolled a key with a part of small order, about whose signatures verifiers can disagree.
    fn torsioned_key_enrolled(sound) {
        let point = CompressedEdwardsY(hex::decode(key("EE PBO")).unwrap().try_into().unwrap());
        let torsioned = point.decompress().unwrap() + EIGHT_TORSION[1];
        signed(sound, "E10", "EE ROOT", enrolled(torsioned.compress().as_bytes()))
    }

    /// A registrar enrolled bytes that are no point of the curve.
    fn no_key_enrolled(sound) {
        let mut bytes = [0; 32];
        bytes[0] = 2;
        signed(sound, "E10", "EE ROOT", enrolled(&bytes))
    }

    /// A ministry is admitted under the signature of another key than its root key.
    fn accession_signed_with_another_key(sound) {
        forged(admitted(sound, &Joining { signed_with: "EE MIN", ..POLAND }), "E19")
    }

    /// A ministry is admitted under another name than it signed.
    fn accession_to_another_name(sound) {
        forged(admitted(sound, &Joining { name: "Ministerstwo Finansów", ..POLAND }), "E19")
    }

    /// A ministry is admitted with what it signed for another ledger.
    fn accession_to_another_ledger(sound) {
        forged(admitted(sound, &Joining { origin: "ledger.test/nordic", ..POLAND }), "E19")
    }

    /// The same act was recorded at two positions.
    fn act_recorded_twice(sound) {
        let mut forge = at_the_end(sound);
        let act = Act { documents: vec![paper("other")], ..act("register a radio", forge.now(), registered("0099")) };
        let bytes = forge.seal(&forge.head, forge.now(), act, &officer("EE PBO"));
        forge.push(bytes);
        forged(forge, "E12")
    }

    /// The head file is that of another ledger of the same length.
    fn head_file_of_another_ledger(sound) {
        let other = sound_with("false ", |_| {});
        let last = sound.entries.len() - 1;
        let attacked = tampered(sound, sound.entries.clone(), "E14", last);
        Attacked { head: Some(head_file::render(&other.anchor)), ..attacked }
    }

    /// The link in the head file is another.
    fn head_link_changed(sound) {
        let anchor = Anchor { link: Digest::new([0x5a; 32]), ..sound.anchor };
        let attacked = tampered(sound, sound.entries.clone(), "E14", sound.entries.len() - 1);
        Attacked { head: Some(head_file::render(&anchor)), ..attacked }
    }

    /// The head file was set back by more entries than one commit can leave behind it.
    fn head_file_set_back(sound) {
        let size = sound.entries.len();
        let long = sound_with("", |w| {
            for number in 0..201 {
                w.record("EE PBO", "register a radio", &[], registered(&format!("L{number}")));
            }
        });
        tampered(sound, long.entries, "E15", size)
    }

    /// The head file is not text of its one form.
    fn head_file_damaged(sound) {
        let head = head_file::render(&sound.anchor).replace("size ", "size 0");
        Attacked { head: Some(head), ..tampered(sound, sound.entries.clone(), "E16", 0) }
    }

    /// The head file was deleted.
    fn head_file_deleted(sound) {
        Attacked { head: None, ..tampered(sound, sound.entries.clone(), "E16", 0) }
    }

    /// A thief of one officer's key rewrote the history from one of this officer's entries on and mended all
    /// links; he cannot sign for the others.
    fn history_rewritten_by_a_thief(sound) {
        let mut forge = Forge::behind(&sound.entries, 13);
        forge.sign("EE PBO", "stolen", &[], registered("STOLEN"));
        let mut first_of_another = None;
        for entry in &sound.entries[14..] {
            // The link of the entry before stands behind version, origin and number.
            let mut bytes = entry.clone();
            let at = 2 + 2 + "ledger.test/baltic".len() + 8;
            bytes[at..at + 32].copy_from_slice(forge.head.link.as_bytes());
            let his = bytes[at + 40..at + 72] == officer_key("EE PBO");
            if !his && first_of_another.is_none() {
                first_of_another = Some(forge.head.size);
            }
            forge.push(if his { sign_body(body(&bytes), "EE PBO") } else { bytes });
        }
        let entry = first_of_another.unwrap();
        Attacked { entry, ..forged(forge, "E09") }
    }

    /// Officers closed a day with its number of entries and another root.
    fn cut_off_of_another_root(sound) {
        let (size, _) = size_and_root(&sound.entries);
        cut_off(sound, (size, Digest::new([7; 32])))
    }

    /// Officers closed a day without its last entry.
    fn cut_off_before_the_last_entry_of_the_day(sound) {
        cut_off(sound, size_and_root(&sound.entries[..sound.entries.len() - 1]))
    }

    /// An auditor drew from what the ledger was a day before the day that he names.
    fn population_of_another_day(sound) {
        forged(sampled(sound, SECRET, |[first, _]| first), "E27")
    }

    /// An auditor told another secret than the one to which he had committed himself.
    fn secret_chosen_after_the_population(sound) {
        forged(sampled(sound, &[7; 32], |[_, second]| second), "E28")
    }
}

fn officer_key(name: &str) -> [u8; 32] {
    hex::decode(key(name)).unwrap().try_into().unwrap()
}

#[test]
fn a_cut_off_and_a_sample_that_name_what_was_are_no_flaws() {
    let sound = super::small::sound();
    let day = cut_off(&sound, size_and_root(&sound.entries));
    let sample = sampled(&sound, SECRET, |[_, second]| second);
    let expectations = ledger_core::ledger::Expectations { charter: Some(sound.charter), now: None };
    for entries in [day.entries, sample.entries] {
        let last = RawEntry::new(entries.last().unwrap().clone()).link();
        let anchor = Anchor { size: entries.len() as u64, link: last };
        assert_eq!(super::fixtures::audit(&entries, anchor, expectations), []);
    }
}

#[test]
fn the_accession_that_a_ministry_did_sign_is_no_flaw() {
    let sound = super::small::sound();
    let forge = admitted(&sound, &POLAND);
    let expectations = ledger_core::ledger::Expectations { charter: Some(sound.charter), now: None };
    assert_eq!(super::fixtures::audit(&forge.entries, forge.anchor(), expectations), []);
}
