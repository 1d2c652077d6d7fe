//! What is restricted, or hangs on a procedure that the directive excludes, is not there; that it is not, is said.

use super::super::ledgers::{changed, story};
use super::{published, text_of};

/// The digest of the contract in the story of findings.
const CONTRACT: &str = "461a70be09f6d89a2c77108d16e713f31a8a4d79ce55692ae3a2f3941a57ecfa";

#[test]
fn a_restricted_paper_leaves_no_trace() {
    let open = story("findings");
    assert!(text_of(&published(&open, false, None), false).contains(CONTRACT));
    let marked = changed("findings", |steps| {
        let mut lines: Vec<String> = steps.lines().map(str::to_owned).collect();
        let line = lines.iter_mut().find(|line| line.contains(CONTRACT)).unwrap();
        *line = line.replace("\"marking\":\"unclassified\"", "\"marking\":\"restricted_reference\"");
        lines.join("\n")
    });
    let hidden = published(&marked, false, None);
    for compiled in [false, true] {
        assert!(!text_of(&hidden, compiled).contains(CONTRACT));
    }
    assert_eq!(hidden.left_out(), 1);
    assert!(text_of(&hidden, false).contains("\"leftOut\": 1"));
    let asked = published(&marked, true, None);
    assert!(text_of(&asked, false).contains(CONTRACT));
    assert_eq!((asked.left_out(), asked.releases()), (0, hidden.releases()));
}

#[test]
fn what_the_directive_excludes_is_not_published() {
    let open = published(&story("regimes"), false, None);
    let excluded = changed("regimes", |steps| steps.replace("\"32009L0081\"", "\"TFEU-346\""));
    let hidden = published(&excluded, false, None);
    let text = text_of(&hidden, false);
    for secret in ["\"tender\"", "CO-PEACE", "CO-CRISIS", "PRG-CHG", "74000.00", "NCAGE-"] {
        assert!(text_of(&open, false).contains(secret), "{secret} is not in the story");
        assert!(!text.contains(secret), "{secret} is published");
    }
    assert_eq!((hidden.releases(), hidden.left_out()), (0, open.releases()));
    let asked = published(&excluded, true, None);
    assert_eq!(asked.releases(), open.releases());
    assert!(text_of(&asked, false).contains("12016E346"));
}

#[test]
fn no_batch_and_no_serial_number_and_no_bank_reference_is_published() {
    let text = text_of(&published(&story("baltic"), true, None), false);
    for inside in ["batch:", "serial:", "bank_ref"] {
        assert!(!text.contains(inside), "{inside}");
    }
}
