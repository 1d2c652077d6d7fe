//! Keys of officers at the command line: passphrases, modes, ssh-agent; a key is never overwritten, and
//! nothing secret is ever said.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use ledger_core::ledger::digest::sha256;

use super::support::{FOUNDED, Ran, World, fuel, run};

const PASSPHRASE: &str = "correct horse battery staple";

/// Writes a file that only its owner may read.
fn secret(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_key_under_a_passphrase_signs_when_the_passphrase_is_in_a_file() {
    let world = World::founded();
    secret(&world.path().join("pass"), &format!("{PASSPHRASE}\n"));
    secret(&world.path().join("wrong"), "incorrect horse\n");
    world.line("key new guarded --passphrase-file pass").done();
    let text = fs::read_to_string(world.path().join("guarded")).unwrap();
    assert!(text.contains("BEGIN OPENSSH PRIVATE KEY"));
    world.line("key enrol guarded.pub --party EE --role PBO --key ee-root").done();
    world.line("countersign 7 --key lv-root").done();

    let append = ["append", "--key", "guarded", "--passphrase-file"];
    world.run_with(append.into_iter().chain(["pass"]), fuel(1).as_bytes()).done();
    let mut by_variable = world.command(["append", "--key", "guarded"]);
    run(by_variable.env("JOINTLEDGER_PASSPHRASE_FILE", "pass"), fuel(2).as_bytes()).done();

    let ran = world.run_with(append.into_iter().chain(["wrong"]), fuel(3).as_bytes()).code(3);
    let ran = ran.says(&["the passphrase does not open guarded", "hint: try again"]);
    assert!(!ran.stderr.contains("incorrect horse"));
    world.run_with(append.into_iter().chain(["nowhere"]), fuel(3).as_bytes()).code(3).says(&["nowhere"]);
    fs::set_permissions(world.path().join("pass"), Permissions::from_mode(0o640)).unwrap();
    world
        .run_with(append.into_iter().chain(["pass"]), fuel(3).as_bytes())
        .code(3)
        .says(&["pass may be read by other users", "chmod 600 pass"]);
    assert_eq!(world.verify(), FOUNDED + 4);
}

#[test]
fn a_key_file_that_others_may_read_signs_nothing() {
    let world = World::founded();
    for mode in [0o644, 0o640, 0o604, 0o660, 0o606] {
        fs::set_permissions(world.path().join("ee-pbo"), Permissions::from_mode(mode)).unwrap();
        world.append("ee-pbo", &[fuel(1)]).code(3).says(&[
            &format!("(mode {mode:04o})"),
            "so it is not used",
            "hint: run `chmod 600 ee-pbo`",
        ]);
    }
    fs::set_permissions(world.path().join("ee-pbo"), Permissions::from_mode(0o400)).unwrap();
    world.append("ee-pbo", &[fuel(1)]).done();
    assert_eq!(world.verify(), FOUNDED + 1);
}

#[test]
fn a_new_key_never_takes_the_place_of_another_file() {
    let world = World::bare();
    world.line("key new mine --no-passphrase").done();
    let files = || ["mine", "mine.pub"].map(|name| fs::read(world.path().join(name)).unwrap());
    let before = files();
    let mode = fs::metadata(world.path().join("mine")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    world.line("key new mine --no-passphrase").code(3).says(&["mine exists", "never overwritten"]);
    fs::remove_file(world.path().join("mine")).unwrap();
    world.line("key new mine --no-passphrase").code(3).says(&["mine.pub exists", "never overwritten"]);
    assert!(!world.path().join("mine").exists());
    fs::write(world.path().join("mine"), &before[0]).unwrap();
    assert_eq!(files(), before);
    secret(&world.path().join("pass"), PASSPHRASE);
    world
        .line("key new other --no-passphrase --passphrase-file pass")
        .code(2)
        .says(&["--no-passphrase was given, and a passphrase file too"]);
    assert!(!world.path().join("other").exists());
}

#[test]
fn neither_a_seed_nor_a_passphrase_is_ever_said() {
    let world = World::founded();
    secret(&world.path().join("pass"), PASSPHRASE);
    world.line("key new guarded --passphrase-file pass").done();
    let seed = sha256(&[b"jointledger test-only key: ee-pbo"]);
    let file = fs::read_to_string(world.path().join("ee-pbo")).unwrap();
    let mut secrets: Vec<&str> = file.lines().filter(|line| !line.starts_with("-----")).collect();
    // The first line of the file holds the names of the algorithms, which are no secret.
    secrets.remove(0);
    let seed = seed.to_string();
    secrets.extend([seed.as_str(), PASSPHRASE]);
    let lines = [
        "key show ee-pbo",
        "key show guarded",
        "key new fresh --passphrase-file pass",
        "key list --all",
        "append --key ee-pbo",
        "append --key guarded --passphrase-file pass",
        "record transfer-approved --transfer L-1 --key ee-pbo",
        "record transfer-approved --transfer L-1 --key pass",
        "record transfer-approved --transfer L-1 --key guarded --passphrase-file ee-pbo",
        "append ee-pbo --key ee-pbo",
        "charter show ee-pbo",
        "key enrol ee-pbo --party EE --role PBO --key ee-root",
        "--ledger ee-pbo log",
        "log --kind pass",
    ];
    for line in lines.iter().flat_map(|line| [(*line).to_owned(), format!("--json {line}")]) {
        let ran: Ran = world.run_with(line.split_ascii_whitespace(), fuel(1).as_bytes());
        for secret in &secrets {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{line}: {ran:?}");
        }
    }
    // A private key given where a public one is asked for: its public half is enrolled, which is known here.
    assert_eq!(world.log().len() as u64, FOUNDED + 1);
}

/// A real ssh-agent with these keys of a world; ends with the test.
struct Agent(Child);

impl Agent {
    fn with(world: &World, keys: &[&str]) -> Self {
        let mut command = Command::new("ssh-agent");
        command.args(["-D", "-a", "agent"]).current_dir(world.path()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("ssh-agent is installed");
        // It says where it listens once it does.
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        let agent = Self(child);
        agent.add(world, keys);
        agent
    }

    fn add(&self, world: &World, arguments: &[&str]) {
        let mut command = Command::new("ssh-add");
        command.arg("-q").args(arguments).env("SSH_AUTH_SOCK", "agent").current_dir(world.path());
        assert!(command.stderr(Stdio::null()).status().unwrap().success(), "ssh-add {arguments:?}");
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs openssh-client; .ci/run runs it"]
fn ssh_agent_signs_the_charter_the_founding_enrolments_and_acts() {
    let world = World::bare();
    let agent = Agent::with(&world, &["ee-root", "lv-root"]);
    let signed = |line: &str, input: &[u8]| {
        let mut command = world.command(line.split_ascii_whitespace());
        run(command.env("SSH_AUTH_SOCK", "agent"), input)
    };
    signed(
        "charter new c.json --origin a --purpose x --party EE=x=ee-root.pub --party LV=x=lv-root.pub",
        b"",
    )
    .done();
    signed("charter sign c.json --key ee-root.pub", b"").done();
    signed("charter sign c.json --key lv-root.pub", b"").done();
    signed("found c.json --key ee-root.pub", b"").done();
    signed("key enrol ee-pbo.pub --party EE --role PBO --key ee-root.pub", b"").done();
    signed("countersign 1 --key lv-root.pub", b"").done();

    signed("append --key ee-pbo.pub", fuel(1).as_bytes())
        .code(3)
        .says(&["ssh-agent does not hold the key", "hint: run `ssh-add ee-pbo`"]);
    agent.add(&world, &["ee-pbo"]);
    signed("append --key ee-pbo.pub", format!("{}\n{}\n", fuel(1), fuel(2)).as_bytes()).done();
    // The public key in words is enough, and the socket may be named.
    let line = fs::read_to_string(world.path().join("ee-pbo.pub")).unwrap();
    let append = ["append", "--agent-socket", "agent", "--key", line.trim()];
    world.run_with(append, fuel(3).as_bytes()).done();
    assert_eq!(world.verify(), 6);

    agent.add(&world, &["-D"]);
    signed("append --key ee-pbo.pub", fuel(4).as_bytes()).code(3).says(&["ssh-agent does not hold the key"]);
    drop(agent);
    signed("append --key ee-pbo.pub", fuel(4).as_bytes())
        .code(3)
        .says(&["ssh-agent cannot be reached at agent"]);
    assert_eq!(world.verify(), 6);
}
