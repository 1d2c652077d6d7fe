//! The audit report as a file: what is in it, what it is called for, and that it is the same each time. What it does in a
//! browser is tested in tests/report.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::closing::played;
use super::support::{FOUNDED, World, copy_all, fixtures, fuel, now, program, run};

/// The page that a call writes.
fn page(world: &World, args: &str) -> String {
    world.line(&format!("--quiet report out.html {args}")).done();
    read(world)
}

fn read(world: &World) -> String {
    fs::read_to_string(world.path().join("out.html")).unwrap()
}

/// The evidence in a page.
fn evidence(page: &str) -> Value {
    let start = "<script type=\"application/json\" id=\"evidence\">";
    let text = page.split_once(start).unwrap().1.split_once("</script>").unwrap().0;
    assert!(!text.contains(['<', '>', '&']), "it cannot leave its element");
    serde_json::from_str(text).unwrap()
}

/// The page of the played closing story.
fn closing_page(world: &World, args: &str) -> String {
    world.line(&format!("--quiet --ledger closing report out.html {args}")).done();
    read(world)
}

/// What people read in a section.
fn section(page: &str, id: &str) -> String {
    let section = page.split_once(&format!("<section id=\"{id}\" ")).unwrap().1;
    words(section.split_once("</section>").unwrap().0.split_once('>').unwrap().1)
}

/// The rows of the table in a section that has this caption, cell by cell.
fn rows(page: &str, id: &str, caption: &str) -> Vec<Vec<String>> {
    let section = page.split_once(&format!("<section id=\"{id}\" ")).unwrap().1;
    let section = section.split_once("</section>").unwrap().0;
    let table = section.split_once(&format!("<caption>{caption}</caption>"));
    let Some((_, table)) = table else { panic!("no table {caption:?} in {section}") };
    let body = table.split_once("<tbody>").unwrap().1.split_once("</tbody>").unwrap().0;
    let cells = |row: &str| {
        row.split_inclusive("</th>").flat_map(|part| part.split_inclusive("</td>")).map(words).collect()
    };
    body.split_terminator("</tr>").filter(|row| !row.trim().is_empty()).map(cells).collect()
}

/// Markup without its tags, blanks run together.
fn words(markup: &str) -> String {
    let mut text = String::new();
    for part in markup.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        text.push(' ');
    }
    text.replace('\u{202f}', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line that registers something under a description.
fn described(description: &str) -> String {
    serde_json::json!({ "events": [{ "ItemRegistered": {
        "occurred_at": now(),
        "item": "bulk:9140-38-000-0077=1 LTR",
        "description": description,
        "condition": "A",
        "owner": "EE",
        "holder": "EE",
        "location": "TAPA",
    }}]})
    .to_string()
}

/// A bundle in a folder, with one bit of an entry changed.
fn damaged(folder: &Path) {
    copy_all(&fixtures("bundle/sound"), folder);
    let tile = folder.join("tile/entries/000.p/60");
    let mut bytes = fs::read(&tile).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(tile, bytes).unwrap();
}

#[test]
fn one_file_that_needs_nothing_else() {
    let world = World::founded();
    let page = page(&world, "");
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    assert!(page.ends_with("</html>\n"));
    // Nothing is loaded from anywhere: no address, no reference to another file.
    for never in ["http://", "https://", " src=", "url(", "@import", "<link", "<img", "<iframe"] {
        assert!(!page.contains(never), "{never}");
    }
    assert!(page.contains("default-src 'none'; script-src 'sha256-"));
    // No attribute runs anything, and no style stands in one: the policy forbids both.
    for never in [" onclick=", " onload=", " onerror=", " style="] {
        assert!(!page.contains(never), "{never}");
    }
    for section in [
        "summary",
        "findings",
        "books",
        "audit-office",
        "timeline",
        "goods",
        "money",
        "matters",
        "consent",
        "pending",
        "entries",
        "meaning",
    ] {
        assert!(page.contains(&format!("<section id=\"{section}\" ")), "{section}");
        assert!(page.contains(&format!("href=\"#{section}\"")), "{section}");
    }
}

#[test]
fn the_same_ledger_gives_the_same_bytes_and_no_clock_is_asked() {
    let world = World::founded();
    let first = page(&world, "");
    std::fs::remove_file(world.path().join("out.html")).unwrap();
    assert_eq!(page(&world, ""), first);
    // The moment is that of the last entry, and not that of this machine.
    let last = world.log().last().unwrap()["recorded_at"].as_str().unwrap().to_owned();
    assert!(first.contains(&format!("as of {last}")));
    let later = page(&world, "--as-of 2031-05-06T07:08:09Z");
    assert!(later.contains("as of 2031-05-06T07:08:09Z") && !first.contains("2031"));
    // A copy at another place is the same ledger.
    copy_all(&world.ledger(), &world.path().join("copy"));
    world.line("--quiet --ledger copy report out.html").done();
    assert_eq!(read(&world), first);
}

#[test]
fn text_from_the_ledger_and_the_caller_is_escaped() {
    let world = World::founded();
    let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";
    world.append("ee-pbo", &[described(hostile)]).done();
    world.run(["--quiet", "report", "out.html", "--title", hostile]).done();
    let page = read(&world);
    assert!(!page.contains("<script>alert") && !page.contains("<img"));
    let escaped = "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;";
    // As the title of the page, its heading, and the description of the goods.
    assert_eq!(page.matches(escaped).count(), 3);
    assert_eq!(page.matches("<script").count(), 2, "the evidence and the verifier");
    assert_eq!(page.matches("</script").count(), 2);
}

#[test]
fn so_many_entries_are_embedded_as_are_asked_for() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    let size = FOUNDED + 1;
    for (args, first) in [
        ("", 0),
        ("--entries all", 0),
        ("--entries none", size),
        ("--entries 3", size - 3),
        ("--entries 900", 0),
    ] {
        let evidence = evidence(&page(&world, args));
        assert_eq!(evidence["size"], size, "{args}");
        assert_eq!(evidence["first"], first, "{args}");
        assert_eq!(evidence["entries"].as_array().unwrap().len() as u64, size - first, "{args}");
        assert_eq!(evidence["peaks"].as_array().unwrap().len() as u32, first.count_ones(), "{args}");
        // All entries that name keys are there: among the embedded ones, or by themselves.
        let naming: Vec<_> = evidence["naming"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["position"].as_u64().unwrap())
            .collect();
        let expected: Vec<_> = [0, 1, 3, 5].into_iter().filter(|position| *position < first).collect();
        assert_eq!(naming, expected, "{args}");
        assert_eq!(evidence["all_named"], true);
    }
    world.line("report out.html --entries some").code(2).says(&["all, none, or how many"]);
}

#[test]
fn it_stands_at_a_position_or_a_time() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    let at = evidence(&page(&world, "--at 3"));
    assert_eq!((at["size"].as_u64(), at["entries"].as_array().map(Vec::len)), (Some(3), Some(3)));
    let state = world.line("replay --until 3 --json").done().json();
    let page = read(&world);
    assert!(page.contains(state[0]["state_digest"].as_str().unwrap()), "the state is that of the position");
    assert!(page.contains("only the first 3 are told of here"));
    assert_eq!(at["link"], world.log()[2]["link"]);
    world.line("report out.html --at 99").code(2).says(&["the ledger has 8 entries, not 99"]);
    world.line("--quiet report out.html --at-time 2020-01-01T00:00:00Z").done();
    assert_eq!(evidence(&read(&world))["size"], 0);
    world.line("report out.html --at 3 --at-time 2020-01-01T00:00:00Z").code(2);
}

#[test]
fn one_party_is_told_of_alone() {
    let world = World::founded();
    world.append("ee-pbo", &[fuel(1)]).done();
    assert!(page(&world, "--party EE").contains("All positions (1)"));
    assert!(page(&world, "--party LV").contains("No goods are registered."));
    let refused = world.line("report out.html --party FR").code(2);
    refused.says(&["FR is no party to this ledger", "EE, LT, LV"]);
}

#[test]
fn it_says_what_it_wrote() {
    let world = World::founded();
    let said = world.line("report out.html").done().stdout;
    assert!(
        said.starts_with(&format!("sound: report of {FOUNDED} entries, all in the file: out.html\n")),
        "{said}"
    );
    let lines = world.line("--json report out.html").done().json();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let bytes = fs::read(world.path().join("out.html")).unwrap();
    assert_eq!(line["kind"], "report");
    assert_eq!(line["bytes"], bytes.len());
    assert_eq!(line["sha256"], ledger_core::ledger::digest::sha256(&[&bytes]).to_string());
    assert_eq!((&line["sound"], &line["findings"]), (&Value::Bool(true), &0.into()));
}

#[test]
fn what_does_not_verify_is_reported_all_the_same() {
    let world = World::bare();
    damaged(&world.path().join("bundle"));
    let ran = world.line("--json --ledger bundle report out.html").code(4);
    assert_eq!(ran.json()[0]["sound"], false);
    let page = read(&world);
    assert!(page.contains("<strong>Not sound.</strong>") && page.contains(">E09<"));
    let first = world.line("--json --ledger bundle verify").code(4).json();
    assert!(page.contains(&format!("the first at entry {}.", first[0]["entry"])), "as verify says");
    // Before the damage all is well.
    world.line("--quiet --ledger bundle report out.html --at 59").done();
    assert!(read(&world).contains("<strong>Sound.</strong>"));
}

#[test]
fn the_charter_can_be_pinned() {
    let world = World::founded();
    let other = "0".repeat(64);
    world.line(&format!("--quiet report out.html --charter {other}")).code(4);
    assert!(read(&world).contains(">E11<"));
    let print = evidence(&read(&world))["charter"].as_str().unwrap().to_owned();
    world.line(&format!("--quiet report out.html --charter {print}")).done();
    assert!(read(&world).contains("the charter is the one it was told to expect"));
}

#[test]
fn a_report_is_not_put_among_the_evidence() {
    let world = World::founded();
    copy_all(&fixtures("bundle/sound"), &world.path().join("bundle"));
    for (ledger, file) in [("baltic", "baltic/out.html"), ("bundle", "bundle/tile/out.html")] {
        let refused = world.line(&format!("--ledger {ledger} report {file}")).code(2);
        refused.says(&["is in the ledger's folder"]);
        assert!(!world.path().join(file).exists());
    }
    world.line("report nowhere/out.html").code(3);
}

#[test]
fn a_bundle_and_the_ledger_that_is_made_of_it_have_the_same_report() {
    let world = World::bare();
    copy_all(&fixtures("bundle/sound"), &world.path().join("bundle"));
    world.line("--quiet --ledger bundle report out.html").done();
    let of_bundle = read(&world);
    run(program().current_dir(world.path()).args(["--quiet", "--ledger", "made", "import", "bundle"]), b"")
        .done();
    world.line("--quiet --ledger made report out.html").done();
    assert_eq!(read(&world), of_bundle);
    assert_eq!(evidence(&of_bundle)["checkpoints"].as_array().unwrap().len(), 3);
}

const LIVE: &str = "Breaks that are not closed";
const TALLY: &str = "Breaks by class and by the party that has to act";
const RUNS: &str = "What was compared, and who signed it off";
const BALANCES: &str = "What the parties confirm that they owed one another at a cut-off";
const FOUND: &str = "Findings of auditors, and what the ministries answered";

#[test]
fn it_tells_of_breaks_by_class_party_and_status_and_of_who_signed_off() {
    let world = played(&[]);
    let page = closing_page(&world, "");
    assert!(section(&page, "books").contains(
        "As of 2026-02-10T08:35:00Z: 3 comparisons, 1 of them not signed off; 2 breaks not closed, 0 of them without \
         an answer that holds."
    ));
    let none = "\u{2013}";
    assert_eq!(
        rows(&page, "books", TALLY),
        [
            ["B02 missing in the ledger", "EE", none, none, none, none, none, "1"],
            ["B03 quantity", "EE", none, none, "1", none, none, none],
            ["B11 location", "EE", none, none, none, none, none, "1"],
            ["B15 rounding", "LV", none, "1", none, none, none, none],
        ]
    );
    assert_eq!(
        rows(&page, "books", LIVE),
        [
            [
                "EE-LV-B-0001",
                "B15 rounding",
                "LV",
                "POOL-2026-01, Latvia&#39;s third",
                "0.01 EUR, more in the book",
                "18 days",
                "EE-LV-R6-2026-01",
                "explained in entry 50: Rounded up; largest remainder gives the cent to Estonia",
            ],
            [
                "EE-B-0001",
                "B03 quantity",
                "EE",
                "Diesel at EE-POL-01: ledger 19200 LTR, book 19060 LTR",
                "145 LTR, more in the ledger",
                "11 days",
                "EE-R1-2026-02A",
                "accepted in entry 30 up to 150 LTR until 2026-04-30: Cold and pumping; the tanks are measured in April",
            ],
        ]
    );
    let closed = rows(&page, "books", "Breaks that are closed");
    assert_eq!(
        closed.iter().map(|row| &row[6]).collect::<Vec<_>>(),
        ["closed in entry 65: not found", "closed in entry 36: corrected"]
    );
    let runs = rows(&page, "books", RUNS);
    assert_eq!(
        runs[1],
        [
            "EE-LV-R6-2026-01",
            "R6 intergovernmental, EE and LV",
            "LV-DEBT-2026-01 from LV-TREASURY",
            "2026-01-31",
            "26",
            "0",
            "1",
            "49",
            "EE in entry 53 LV in entry 55",
        ]
    );
    assert_eq!(
        runs.iter().map(|row| row[8].as_str()).collect::<Vec<_>>(),
        ["EE not yet", "EE in entry 53 LV in entry 55", "EE in entry 34"]
    );
}

#[test]
fn what_was_accepted_is_no_longer_so_when_its_last_day_is_over() {
    let world = played(&[]);
    let last = closing_page(&world, "--as-of 2026-04-30T23:59:59Z");
    assert_eq!(rows(&last, "books", TALLY)[1][4..6], ["1", "\u{2013}"]);
    assert!(!section(&last, "books").contains("acceptance is over"));
    let over = closing_page(&world, "--as-of 2026-05-01T00:00:00Z");
    assert_eq!(rows(&over, "books", TALLY)[1][4..6], ["\u{2013}", "1"]);
    // It stands first now: its party has to say something.
    let live = rows(&over, "books", LIVE);
    assert_eq!((live[0][0].as_str(), live[0][5].as_str()), ("EE-B-0001", "91 days"));
    assert!(live[0][7].starts_with("acceptance is over; accepted in entry 30"), "{live:?}");
    assert!(section(&over, "books").contains("2 breaks not closed, 1 of them without an answer that holds."));
    // Before anybody answered, before the run was complete: the report stands at its position.
    let early = closing_page(&world, "--at 29");
    assert_eq!(
        rows(&early, "books", LIVE).iter().map(|row| row[7].as_str()).collect::<Vec<_>>(),
        ["open"; 3]
    );
    assert_eq!(rows(&early, "books", RUNS)[0][6], "3");
    let posting = closing_page(&world, "--at 28");
    assert_eq!(rows(&posting, "books", RUNS)[0][6], "3, 0 posted");
    assert!(section(&posting, "books").contains("Nothing differed from the ledger, as far as it is posted."));
}

#[test]
fn it_tells_of_cut_offs_and_of_balances_agreed_disputed_and_awaited() {
    let world = played(&[]);
    let page = closing_page(&world, "");
    let period = world.line("--ledger closing show period 2026-01 --json").done().json();
    let root = period[0]["terms"]["root"].as_str().unwrap();
    let caption = "Periods whose cut-off is fixed: the ledger as it was at the end of a day";
    assert_eq!(rows(&page, "books", caption), [["2026-01", "2026-01-31", "26", root, "38"]]);
    let agreed = [
        "2026-01",
        "EE and LV",
        "agreed",
        "LV owes EE 3333.33 EUR",
        "EE in entry 44, LV in entry 51 (instead of 46)",
    ];
    assert_eq!(
        rows(&page, "books", BALANCES),
        [
            ["2026-01", "EE and LT", "LT is awaited", "EE says LT owes EE 3333.33 EUR", "EE in entry 57"],
            agreed,
            ["2026-01", "LT and LV", "both are awaited", "-", "-"],
        ]
    );
    let disputed = closing_page(&world, "--at 48");
    assert_eq!(
        rows(&disputed, "books", BALANCES)[1],
        [
            "2026-01",
            "EE and LV",
            "disputed",
            "EE says LV owes EE 3333.33 EUR; LV says LV owes EE 3333.34 EUR",
            "EE in entry 44, LV in entry 46",
        ]
    );
}

#[test]
fn it_tells_of_engagements_samples_evidence_and_findings() {
    let world = played(&[]);
    let page = closing_page(&world, "");
    let finding = [
        "RK-2026-1.F1",
        "MEDIUM",
        "EE",
        "by EE in entry 61",
        "Equipment was used before it was entered in the property book About entry 32, Radio RS-12 0003",
        "Stores issue nothing without an entry from March on",
        "2026-03-31",
        "accepted in entry 62, to be mended",
    ];
    assert_eq!(rows(&page, "audit-office", FOUND), [finding]);
    assert_eq!(
        rows(&page, "audit-office", "Engagements"),
        [[
            "RK-2026-1",
            "EE",
            "Stocks and common cost of January",
            "2026-01-01 to 2026-01-31",
            "24",
            "told in entry 59",
            "1",
            "1"
        ]]
    );
    assert_eq!(
        rows(&page, "audit-office", "Samples drawn"),
        [["RK-2026-1.A", "RK-2026-1", "entries-of-january", "2026-01-31", "26", "all", "3 of 3", "59", "1"]]
    );
    let issued = &rows(&page, "audit-office", "Bundles of evidence issued")[0];
    let entry = world.line("--ledger closing show entry 60 --json").done().stdout;
    assert_eq!((issued[1].as_str(), issued[3].as_str()), ("23", "60"));
    assert!(issued[2].len() == 64 && entry.contains(&issued[2]), "{issued:?}");
    let over = closing_page(&world, "--as-of 2026-04-01T00:00:00Z");
    assert_eq!(rows(&over, "audit-office", FOUND)[0][7], "accepted in entry 62, to be mended, overdue");
    let unanswered = closing_page(&world, "--at 62");
    assert_eq!(rows(&unanswered, "audit-office", FOUND)[0][5..], ["-", "2026-03-06", "not answered"]);
    let before = closing_page(&world, "--at 30");
    assert!(section(&before, "audit-office").contains("No auditor has raised a finding."));
    assert!(section(&before, "audit-office").contains("No sample was drawn."));
    // Who lets something go, closes a period or finds something is told of among the notable entries.
    let notable = section(&page, "timeline");
    for name in ["BreakAccepted", "PeriodCutoffFixed", "AuditEngagementOpened", "FindingRaised"] {
        assert!(notable.contains(&format!("{name}:")), "{name}");
    }
}

#[test]
fn compared_books_and_the_audit_office_are_told_of_for_one_party() {
    let world = played(&[]);
    let lv = closing_page(&world, "--party LV");
    assert_eq!(
        rows(&lv, "books", LIVE).iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
        ["EE-LV-B-0001"]
    );
    assert_eq!(
        rows(&lv, "books", RUNS).iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
        ["EE-LV-R6-2026-01"]
    );
    let between =
        |page: &str| rows(page, "books", BALANCES).into_iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    assert_eq!(between(&lv), ["EE and LV", "LT and LV"]);
    let nothing = "No auditors of LV opened an engagement, and none has a finding for it.";
    assert!(section(&lv, "audit-office").contains(nothing));
    assert!(!section(&lv, "audit-office").contains("RK-2026-1"));
    // Estonia's books are the other side of that run too.
    let ee = closing_page(&world, "--party EE");
    assert_eq!(rows(&ee, "books", LIVE).len(), 2);
    assert_eq!(rows(&ee, "audit-office", FOUND).len(), 1);
    let lt = closing_page(&world, "--party LT");
    assert!(section(&lt, "books").contains("No books of LT were compared with the ledger."));
    assert_eq!(between(&lt), ["EE and LT", "LT and LV"]);
}

#[test]
fn where_nothing_was_compared_closed_or_examined_it_says_so() {
    let world = World::founded();
    let page = page(&world, "");
    for (id, words) in [
        ("books", "No books were compared with the ledger."),
        ("books", "The cut-off of no period is fixed."),
        ("audit-office", "No audit engagement was opened."),
    ] {
        assert!(section(&page, id).contains(words), "{words}");
    }
    assert!(!section(&page, "books").contains("comparisons"));
}

#[test]
fn words_of_officers_about_breaks_and_findings_are_escaped() {
    let world = played(&["EE/REC", "EE/PBO", "EE/AUD", "EE/NAD"]);
    let hostile = "</td></table><script>alert(1)</script>";
    let moment = now();
    let record = |officer: &str, events: Value| {
        let line = serde_json::json!({ "events": events }).to_string() + "\n";
        world.run_with(["--ledger", "closing", "append", "--key", officer], line.as_bytes()).done();
    };
    record(
        "EE-REC",
        serde_json::json!([
            { "ExternalStatementIngested": { "occurred_at": moment, "statement": "ST-9", "kind": "R1", "party": "EE",
                "source": "OTHER", "as_of": "2026-02-11", "sha256": "0".repeat(64), "rows": 1 }},
            { "ReconciliationRun": { "occurred_at": moment, "run": "RUN-9", "kind": "R1", "party": "EE", "statement": "ST-9",
                "size": 60, "rules_version": 1, "matched": 0, "broken": 1 }},
            { "BreakOpened": { "occurred_at": moment, "break_id": "B-9", "run": "RUN-9", "class": "B11", "subject": hostile,
                "since": "2026-02-11", "party": "EE" }},
        ]),
    );
    record(
        "EE-PBO",
        serde_json::json!([
            { "BreakExplained": { "occurred_at": moment, "break_id": "B-9", "reason": hostile }},
        ]),
    );
    record(
        "EE-AUD",
        serde_json::json!([
            { "AuditEngagementOpened": { "occurred_at": moment, "engagement": "ENG-9", "from": "2026-02-01",
                "until": "2026-02-28", "scope": hostile, "commitment": "1".repeat(64) }},
            { "FindingRaised": { "occurred_at": moment, "finding": "F-9", "engagement": "ENG-9", "party": "EE",
                "severity": "HIGH", "entries": [32], "subjects": [hostile], "text": hostile, "answer_by": "2099-01-01" }},
        ]),
    );
    record(
        "EE-NAD",
        serde_json::json!([
            { "ManagementReplied": { "occurred_at": moment, "finding": "F-9", "reply": hostile, "accepted": false }},
        ]),
    );
    record(
        "EE-AUD",
        serde_json::json!([
            { "FindingClosed": { "occurred_at": moment, "finding": "F-9", "conclusion": hostile }},
        ]),
    );
    let page = closing_page(&world, "");
    assert!(!page.contains("<script>alert") && !page.contains("</td></table>"));
    assert_eq!(page.matches("<script").count(), 2, "the evidence and the verifier");
    let escaped = "&lt;/td&gt;&lt;/table&gt;&lt;script&gt;alert(1)&lt;/script&gt;";
    // The break and its reason; and what is examined, found, about, answered and concluded. The matter tells the break again.
    assert_eq!(section(&page, "books").matches(escaped).count(), 2);
    assert_eq!(section(&page, "audit-office").matches(escaped).count(), 5);
    // A finding that is closed stands behind one that is not, however grave.
    let found = rows(&page, "audit-office", FOUND);
    assert_eq!(found.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["RK-2026-1.F1", "F-9"]);
}
