//! What the program says about itself: descriptions, examples that can be copied, completions, manual pages;
//! and how it speaks: colour, quiet, pipes, JSON on every command.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use ledger_core::domain::Event;
use ledger_core::domain::codes::DocumentKind;

use super::support::{FOUNDED, Ran, Talk, World, fuel, fuel_id, program, run, words};

fn help(path: &[String]) -> String {
    let mut command = program();
    command.args(path).arg("--help");
    let ran = run(&mut command, b"").done();
    assert_eq!(ran.stderr, "", "help is an answer");
    ran.stdout
}

/// The names under `Commands:` in a help text.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_ascii_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Every command that does something, as its path, with its help.
fn leaves() -> Vec<(Vec<String>, String)> {
    let mut leaves = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let help = help(&path);
        let below = subcommands(&help);
        if below.is_empty() {
            leaves.push((path, help));
            continue;
        }
        open.extend(below.into_iter().map(|name| path.iter().cloned().chain([name]).collect()));
    }
    leaves
}

/// The calls in the examples of a help text, each on one line.
fn examples(help: &str) -> Vec<String> {
    let block = help.lines().skip_while(|line| !line.starts_with("Example")).skip(1);
    let text =
        block.take_while(|line| line.is_empty() || line.starts_with(' ')).collect::<Vec<_>>().join("\n");
    let pieces: Vec<&str> = text.split("\\\n").collect();
    let joined =
        pieces.iter().enumerate().map(|(index, piece)| if index == 0 { piece } else { piece.trim_start() });
    joined
        .collect::<Vec<_>>()
        .join("")
        .split("\n  jointledger ")
        .map(|call| call.trim().trim_start_matches("jointledger ").to_owned())
        .filter(|call| !call.is_empty())
        .collect()
}

#[test]
fn every_command_is_described_and_has_an_example() {
    let leaves = leaves();
    assert!(leaves.len() > 2 * Event::CATALOGUE.len(), "{} commands", leaves.len());
    for (path, help) in leaves {
        let first: Vec<_> = help.lines().take_while(|line| !line.is_empty()).collect();
        let first = first.join(" ");
        assert!(first.len() > 10 && !first.starts_with("Usage"), "{path:?} has no description");
        assert!(!first.ends_with('.'), "{path:?}: {first}");
        assert!(!examples(&help).is_empty(), "{path:?} has no example");
    }
}

#[test]
fn the_examples_of_record_and_explain_are_taken_up_to_where_the_ledger_is_needed() {
    let world = World::bare();
    fs::copy(world.path().join("ee-pbo"), world.path().join("officer")).unwrap();
    for (_, paper) in DocumentKind::ALL {
        fs::write(world.path().join(format!("{paper}.pdf")), "paper").unwrap();
    }
    for verb in ["record", "explain"] {
        let listed = subcommands(&help(&[verb.to_owned()]));
        assert_eq!(listed.len(), Event::CATALOGUE.len() - 1, "one for each kind of event but the founding");
        for kind in listed {
            let calls = examples(&help(&[verb.to_owned(), kind.clone()]));
            assert_eq!(calls.len(), 1, "{verb} {kind}: {calls:?}");
            world.run(words(&calls[0])).code(2).says(&["there is no ledger in DIR"]);
        }
    }
}

/// A key as notes name it, in place of one that the shell would put into an example (C2SP signed-note).
const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

#[test]
fn the_other_examples_are_calls_that_the_program_understands() {
    let world = World::bare();
    let mut seen = 0;
    for (path, help) in leaves().into_iter().chain([(vec!["-".to_owned()], help(&[]))]) {
        if ["record", "explain"].contains(&path[0].as_str()) {
            continue;
        }
        for call in examples(&help) {
            // What stands behind two blanks is a remark, what stands behind `>`, `>>` or `|` is for the shell. A demo would
            // be played, so it is only asked for its help.
            let call = call.lines().next().unwrap().split("  ").next().unwrap().to_owned();
            let call = call
                .split(" >> ")
                .next()
                .unwrap()
                .split(" > ")
                .next()
                .unwrap()
                .split(" >> ")
                .next()
                .unwrap()
                .split(" | ")
                .next()
                .unwrap()
                .replace(
                    "$(cat log.vkey)",
                    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                )
                .replace("/tmp/", "")
                .replace("~/", "")
                .replace("$(cat log.vkey)", VKEY);
            let mut typed = words(&call);
            if typed[0] == "demo" {
                typed.push("--help".into());
            }
            let ran = world.run(typed);
            assert!(!ran.stderr.contains("try '--help'"), "{call}: {ran:?}");
            seen += 1;
        }
    }
    assert!(seen > 25, "{seen}");
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let names: BTreeSet<String> = leaves().into_iter().flat_map(|(path, _)| path).collect();
    let world = World::bare();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = world.line(&format!("completions {shell}")).done().stdout;
        for name in &names {
            assert!(script.contains(name.as_str()), "{shell} does not complete {name}");
        }
    }
    let page = world.line("man").done().stdout;
    assert!(page.contains(".TH") && page.contains("jointledger"));
    world.line("man pages").done().says(&["wrote the pages to pages"]);
    let pages: BTreeSet<String> = fs::read_dir(world.path().join("pages"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    for (path, _) in leaves() {
        let name = format!("jointledger-{}.1", path.join("-"));
        assert!(pages.contains(&name), "no {name}");
        let text = fs::read_to_string(world.path().join("pages").join(&name)).unwrap();
        assert!(text.len() > 200, "{name} is empty");
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let world = World::founded();
    let coloured = |ran: &Ran| ran.stdout.contains('\u{1b}') || ran.stderr.contains('\u{1b}');
    for line in ["verify", "show entry 0", "show transfer L-9", "state"] {
        assert!(!coloured(&world.line(line)), "{line}");
        assert!(!coloured(&world.line(&format!("--color never {line}"))), "{line}");
        assert!(coloured(&world.line(&format!("--color always {line}"))), "{line}");
        let mut command = world.command(line.split(' '));
        assert!(!coloured(&run(command.env("NO_COLOR", "1"), b"")), "{line}");
        let mut command = world.command(line.split(' '));
        assert!(
            !coloured(&run(command.args(["--color", "never"]).env("CLICOLOR_FORCE", "1"), b"")),
            "{line}"
        );
    }
    let json = world.line("--color always --json show transfer L-9").code(1);
    assert!(!json.stdout.contains('\u{1b}'), "JSON is never coloured");
}

#[test]
fn quiet_leaves_the_answer_and_the_errors() {
    let world = World::founded();
    let ran = world.run_with(["--quiet", "append", "--key", "ee-pbo"], fuel(1).as_bytes()).done();
    assert_eq!(ran.stderr, "");
    assert!(ran.stdout.starts_with("recorded: entry 7"));
    for line in ["pending", "log --kind TitlePassed", "verify", "man pages"] {
        assert_eq!(world.line(&format!("-q {line}")).done().stderr, "", "{line}");
    }
    world.line("-q show entry 99").code(1).says(&["there is no entry 99"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_changes_no_answer() {
    let world = World::founded();
    fs::write(world.path().join("old.csv"), world.line("books --party EE").done().stdout).unwrap();
    world.append("ee-pbo", &(1..=300).map(fuel).collect::<Vec<_>>()).done();
    let pinned = "verify --charter 0000000000000000000000000000000000000000000000000000000000000000";
    for (code, line) in [
        (0, "log"),
        (0, "log --json"),
        (0, "state"),
        (0, "state --json"),
        (0, "show entry 1"),
        (0, "verify"),
        (0, "replay"),
        (0, "key list"),
        (0, "schema"),
        (0, "man"),
        (0, "completions zsh"),
        (0, "--help"),
        (1, "show entry 999 --json"),
        (1, "reconcile old.csv --party EE --quiet"),
        (1, "reconcile old.csv --party EE --quiet --json"),
        (2, "state --at 999 --json"),
        (4, pinned),
        (4, &format!("{pinned} --json")),
    ] {
        let mut command = world.command(line.split(' '));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let ran = Ran::of(child).code(code);
        assert!(code != 0 || ran.stderr.is_empty(), "{line}: {ran:?}");
        assert!(!ran.stderr.contains("ipe"), "{line}: {ran:?}");
    }
}

#[test]
fn receipts_that_nobody_reads_stop_a_run_and_it_says_what_was_recorded() {
    let world = World::founded();
    let mut command = world.command(["append", "--json", "--key", "ee-pbo"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let lines: String = (1..=3).map(|number| fuel(number) + "\n").collect();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, lines.as_bytes()).unwrap();
    drop(stdin);
    let ran = Ran::of(child).code(3).says(&[
        "nobody reads the receipts any more",
        "recorded, the last is entry",
        "jointledger log",
    ]);
    let recorded = world.verify() - FOUNDED;
    assert!(
        recorded >= 1 && ran.stderr.contains(&format!("the last is entry {}", FOUNDED + recorded - 1)),
        "{ran:?}"
    );
    // One act, whose receipt nobody reads, is recorded all the same.
    let talk = Talk::with(&mut world.command(["countersign", "1", "--key", "lv-root"]));
    talk.end().code(1);
}

#[test]
fn every_command_answers_programs_in_json_lines() {
    let world = World::founded();
    let new = "charter new c.json --origin a --purpose x --party EE=x=ee-root.pub --party LV=x=lv-root.pub";
    let lines = [
        ("charter", new.to_owned()),
        ("charter", "charter sign c.json --key ee-root".into()),
        ("charter", "charter sign c.json --key lv-root".into()),
        ("charter", "charter show c.json".into()),
        ("receipt", "--ledger other found c.json --key ee-root".into()),
        ("key", "key new guest --no-passphrase".into()),
        ("key", "key show guest".into()),
        ("receipt", "key enrol guest.pub --party EE --role AUD --key ee-root".into()),
        ("pending", "pending".into()),
        ("receipt", "refuse 7 --reason 'not known here' --key lv-reg".into()),
        ("receipt", "key rotate ee-hrh.pub guest.pub --reason 'lost' --key ee-reg".into()),
        ("receipt", "key revoke ee-qar.pub --reason 'left' --key ee-reg".into()),
        ("enrolled_key", "key list --all".into()),
        ("receipt", "append --key ee-pbo".into()),
        ("entry", "log".into()),
        ("entry", "show entry 3".into()),
        ("item", format!("show item {}", fuel_id(1))),
        ("party", "show party EE".into()),
        ("explanation", "explain consumption-reported --item 'bulk:9140-38-000-0001=1 LTR' --owner EE --holder EE --location TAPA --activity X".into()),
        ("waiting", "status --party LT".into()),
        ("signatures", "signatures".into()),
        ("head", "state".into()),
        ("difference", "diff 7".into()),
        ("book_row", "books --party EE".into()),
        ("reconciliation", "reconcile book.csv --party EE".into()),
        ("verification", "verify".into()),
        ("comparison", "compare baltic baltic".into()),
        ("replay", "replay".into()),
        ("checkpoint", "checkpoint make --key ee-log".into()),
        ("cosignature", "checkpoint cosign baltic/checkpoints/12 --key ee-wit".into()),
        ("checkpoint", "checkpoint show".into()),
        ("checkpoint", "checkpoint list".into()),
        ("checkpoint", "checkpoint merge baltic/checkpoints/12".into()),
        ("checkpoint", "checkpoint check baltic/checkpoints/12 --quorum 1".into()),
        ("request", "checkpoint request --since 3".into()),
        ("policy", "checkpoint policy".into()),
        ("schema", "schema".into()),
        ("schema", "schema TitlePassed".into()),
        ("completions", "completions bash".into()),
        ("manual", "man".into()),
        ("manual", "man pages".into()),
    ];
    for (kind, line) in lines {
        if line.starts_with("reconcile") {
            fs::write(world.path().join("book.csv"), world.line("books --party EE").done().stdout).unwrap();
        }
        let args = words(&line).into_iter().chain(["--json".to_owned()]);
        let ran = world.run_with(args, fuel(1).as_bytes()).done();
        let found = ran.json();
        assert_eq!(found.first().map(|line| line["kind"].clone()), Some(kind.into()), "{line}: {ran:?}");
    }
    world.line("verify").done();
}
