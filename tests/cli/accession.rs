//! A fourth ministry joins: it signs with its own root key, and every member's minister lets it in.

use super::support::World;

#[test]
fn a_fourth_ministry_joins_with_its_own_signature_and_every_ministers() {
    let world = World::founded();
    let before = world.verify();
    world.line("key new pl-root --no-passphrase").done();
    std::fs::write(world.path().join("accession.pdf"), "act").unwrap();
    let founding = world.log().remove(0);
    let origin = founding["events"][0]["LedgerConstituted"]["charter"]["origin"].as_str().unwrap().to_owned();
    let origin = origin.as_str();
    let signed = world.run([
        "charter",
        "accession",
        "--origin",
        origin,
        "--party",
        "PL",
        "--name",
        "Ministry",
        "--key",
        "pl-root",
        "--json",
    ]);
    let signed = signed.done().json().remove(0);
    let text = |field: &str| signed[field].as_str().unwrap_or_else(|| panic!("{signed}")).to_owned();
    let (key, accession) = (text("root_key"), text("accession"));
    let admit = |name: &str| {
        world.run([
            "record",
            "ministry-admitted",
            "--party",
            "PL",
            "--name",
            name,
            "--root-key",
            &key,
            "--accession",
            &accession,
            "--document",
            "membership_act:accession.pdf",
            "--key",
            "ee-min",
        ])
    };
    // What was signed for one name admits no other.
    assert_ne!(admit("Another").code, Some(0));
    assert_eq!(world.verify(), before);
    admit("Ministry").done();
    for minister in ["lv-min", "lt-min"] {
        world.line(&format!("countersign {before} --key {minister}")).done();
    }
    world.line("show party PL").done();
    assert_eq!(world.verify(), before + 3);
}
