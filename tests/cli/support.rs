//! What the tests share: ledgers to work on, and running the program.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use tempfile::TempDir;

/// The founders of the test ledgers.
pub(crate) const PARTIES: [&str; 3] = ["ee", "lv", "lt"];
/// The roles for which every founder has a test key.
pub(crate) const ROLES: [&str; 16] = [
    "root", "reg", "pbo", "min", "pco", "fin", "qar", "nad", "lic", "hrh", "nmc", "dty", "tfc", "cus", "wit",
    "log",
];

/// Who countersigns the enrolments of a party.
const WITNESS: [(&str, &str); 3] = [("ee", "lv"), ("lv", "lt"), ("lt", "ee")];

/// How many entries the founded ledger has: the charter, and for each party one act with all its officers,
/// countersigned.
pub(crate) const FOUNDED: u64 = 7;

/// A file under fixtures/.
pub(crate) fn fixtures(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures")).join(name)
}

/// A folder with the keys of all officers and, unless it is a bare one, a ledger `baltic` in which they are
/// enrolled. The folder is where commands run.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    /// The keys alone.
    pub(crate) fn bare() -> Self {
        let folder = TempDir::new().unwrap();
        put_keys(folder.path());
        Self { folder }
    }

    /// The keys, and a charter that every founder signed.
    pub(crate) fn chartered() -> Self {
        static TEMPLATE: OnceLock<World> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let world = World::bare();
            charter(&world);
            world
        });
        let world = World::bare();
        fs::copy(template.path().join("charter.json"), world.path().join("charter.json")).unwrap();
        world
    }

    /// A ledger with [`FOUNDED`] entries, the same for all: made once and copied.
    pub(crate) fn founded() -> Self {
        static TEMPLATE: OnceLock<World> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let world = World::chartered();
            found(&world);
            world
        });
        let world = World::bare();
        copy_all(&template.ledger(), &world.ledger());
        world
    }

    /// The folder in which commands run.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The ledger's folder.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.path().join("baltic")
    }

    /// The program, with the ledger named and nothing taken over from the surroundings.
    pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = program();
        command.current_dir(self.path()).env("JOINTLEDGER_DIR", "baltic").args(args);
        command
    }

    /// Runs the program without input.
    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        self.run_with(args, b"")
    }

    /// Runs a line as it would be typed; words are parted by blanks.
    pub(crate) fn line(&self, line: &str) -> Ran {
        self.run(line.split_ascii_whitespace())
    }

    /// Runs the program with this input.
    pub(crate) fn run_with<S: AsRef<std::ffi::OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Ran {
        run(&mut self.command(args), input)
    }

    /// Appends lines with an officer's key, with `--json`.
    pub(crate) fn append(&self, officer: &str, lines: &[String]) -> Ran {
        self.run_with(["append", "--json", "--key", officer], (lines.join("\n") + "\n").as_bytes())
    }

    /// What `log --json` prints, one value an entry.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.line("log --json").done().json()
    }

    /// Verifies, and says how many entries there are.
    pub(crate) fn verify(&self) -> u64 {
        let report = self.line("verify --json").done().json();
        report[report.len() - 1]["entries"].as_u64().unwrap()
    }
}

/// The program, with nothing taken over from the surroundings.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jointledger"));
    for name in [
        "JOINTLEDGER_DIR",
        "JOINTLEDGER_KEY",
        "JOINTLEDGER_LOG_KEY",
        "JOINTLEDGER_LOG_PASSPHRASE_FILE",
        "JOINTLEDGER_PASSPHRASE_FILE",
        "SSH_AUTH_SOCK",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs a command with this input, to its end.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // It may end without having read all of it.
    let feeding = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let ran = Ran::of(child);
    feeding.join().unwrap();
    ran
}

/// A process to talk with, line by line.
pub(crate) struct Talk {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Talk {
    pub(crate) fn with(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, stdin, lines }
    }

    /// Writes bytes, as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).and_then(|()| stdin.flush()).unwrap();
    }

    /// The next line that it says.
    #[track_caller]
    pub(crate) fn read(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("an answer was due")
    }

    /// Writes an act and reads its receipt.
    #[track_caller]
    pub(crate) fn record(&mut self, line: &str) -> Value {
        self.write(format!("{line}\n").as_bytes());
        let receipt: Value = serde_json::from_str(&self.read()).unwrap();
        assert_eq!(receipt["kind"], "receipt");
        receipt
    }

    /// Kills it as `kill -9` does, and gives what it still had said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.lines.iter().collect()
    }

    /// Ends its input and waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        drop(self.stdin.take());
        let mut ran = Ran::of(self.child);
        ran.stdout = self.lines.iter().map(|line| line + "\n").collect();
        ran
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

/// So long an answer is waited for before a test fails. Only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(child: Child) -> Self {
        Self::from(child.wait_with_output().unwrap())
    }

    /// It ended with this code, and without a panic.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert!(!self.stderr.contains("a fault in the program"), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// It ended well.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        self.code(0)
    }

    /// All these words are on stderr.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for words in words {
            assert!(self.stderr.contains(words), "no {words:?} in {self:?}");
        }
        self
    }

    /// stdout as JSON Lines; each has a kind and a version.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<Value> {
        let lines: Vec<Value> = self
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        for line in &lines {
            assert!(line["kind"].is_string() && line["version"] == 1, "{line}");
        }
        for line in self.stdout.lines() {
            let Names(mut names) = serde_json::from_str(line).unwrap();
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all, "a name stands twice: {line}");
        }
        lines
    }
}

/// The names in an object, as often as they stand there.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Names;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        from.deserialize_map(Reader)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Copies the officers' keys. A checkout does not keep modes, so they are set here.
pub(crate) fn put_keys(folder: &Path) {
    for file in fs::read_dir(fixtures("keys/officers")).unwrap() {
        let file = file.unwrap();
        let copy = folder.join(file.file_name());
        fs::copy(file.path(), &copy).unwrap();
        fs::set_permissions(&copy, Permissions::from_mode(0o600)).unwrap();
    }
}

/// Writes and signs a charter as cmd/01-found.md does.
fn charter(world: &World) {
    let mut new = vec!["charter", "new", "charter.json", "--origin", "baltic.example/ledger"];
    let parties: Vec<String> = PARTIES
        .iter()
        .map(|party| format!("{0}=Ministry of Defence {0}={party}-root.pub", party.to_ascii_uppercase()))
        .collect();
    new.extend(["--purpose", "Joint ledger of the Baltic Military Mobility Area"]);
    new.extend(parties.iter().flat_map(|party| ["--party", party.as_str()]));
    world.run(new).done();
    for party in PARTIES {
        world.line(&format!("charter sign charter.json --key {party}-root")).done();
    }
}

/// Founds the ledger `baltic` and enrols the officers.
fn found(world: &World) {
    world.line("found charter.json --key ee-root").done();
    for (index, (party, witness)) in WITNESS.iter().enumerate() {
        world.append(&format!("{party}-root"), &[officers_of(world.path(), party)]).done();
        world.line(&format!("countersign {} --key {witness}-root", 2 * index + 1)).done();
    }
}

/// The act that enrols all officers of a party.
pub(crate) fn officers_of(folder: &Path, party: &str) -> String {
    let now = now();
    let events: Vec<Value> = ROLES
        .iter()
        .skip(1)
        .map(|role| {
            let shown = run(
                program().current_dir(folder).args(["key", "show", "--json"]).arg(format!("{party}-{role}")),
                b"",
            );
            let key = shown.done().json()[0]["key"].clone();
            serde_json::json!({ "KeyEnrolled": {
                "occurred_at": now,
                "key": key,
                "party": party.to_ascii_uppercase(),
                "role": role.to_ascii_uppercase(),
            }})
        })
        .collect();
    serde_json::json!({ "events": events }).to_string()
}

/// A line that registers 100 litres of a fuel of EE, with an act id; both made from `number`.
pub(crate) fn fuel(number: u64) -> String {
    serde_json::json!({ "act": act_id(number), "events": [registered(number)] }).to_string()
}

/// The registration of a fuel.
pub(crate) fn registered(number: u64) -> Value {
    serde_json::json!({ "ItemRegistered": {
        "occurred_at": now(),
        "item": format!("{}=100 LTR", fuel_id(number)),
        "description": "diesel",
        "condition": "A",
        "owner": "EE",
        "holder": "EE",
        "location": "TAPA",
    }})
}

/// The item that [`fuel`] registers.
pub(crate) fn fuel_id(number: u64) -> String {
    format!("bulk:9140-38-{:03}-{:04}", number / 10_000, number % 10_000)
}

/// A line that every rule refuses: more is used than there is.
pub(crate) fn refused(number: u64) -> String {
    serde_json::json!({ "act": act_id(number), "events": [{ "ConsumptionReported": {
        "occurred_at": now(),
        "item": format!("{}=100 LTR", fuel_id(999_999)),
        "owner": "EE",
        "holder": "EE",
        "location": "TAPA",
        "activity": "SPRING-STORM-26",
    }}]})
    .to_string()
}

/// An act id.
pub(crate) fn act_id(number: u64) -> String {
    format!("{number:032x}")
}

/// A time that no clock of a test is behind.
pub(crate) fn now() -> &'static str {
    "2026-01-30T09:00:00Z"
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let copy = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy_all(&file.path(), &copy);
        } else {
            fs::copy(file.path(), copy).unwrap();
        }
    }
}

/// A small generator, so that a failure can be repeated: xorshift64*.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }
}

/// How much of sled's file is in use; the rest is zeros, made in advance.
pub(crate) fn used(db: &[u8]) -> usize {
    db.iter().rposition(|byte| *byte != 0).unwrap() + 1
}

/// The words of a command line as a shell parts them; knows both quotes and nothing else.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}
