//! Key files that OpenSSH wrote (fixtures/keys), key files that we write, and everything that is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::collections::VecDeque;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use clap::{CommandFactory as _, Parser};
use ledger_core::ledger::signer::Signer as _;
use tempfile::TempDir;

use super::*;

const PASSPHRASE: &str = "correct horse battery staple";

pub(crate) fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/keys");
    fs::read_to_string(Path::new(folder).join(name)).unwrap()
}

/// A file with these permissions: a checkout does not keep them.
fn place(folder: &TempDir, name: &str, content: &str, mode: u32) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn secret(text: &str) -> Secret {
    Zeroizing::new(text.as_bytes().to_vec())
}

/// Answers from a list, and writes down how often it was asked.
struct Answers {
    left: VecDeque<&'static str>,
    asked: Vec<u32>,
    attempts: u32,
}

impl Answers {
    fn new(answers: &[&'static str]) -> Self {
        Self { left: answers.iter().copied().collect(), asked: vec![], attempts: 3 }
    }

    fn none() -> Self {
        Self::new(&[])
    }
}

impl Passphrase for Answers {
    fn ask(&mut self, _file: &Path, wrong: u32) -> Result<Secret, KeyError> {
        self.asked.push(wrong);
        Ok(secret(self.left.pop_front().expect("asked more often than expected")))
    }

    fn choose(&mut self, file: &Path) -> Result<Secret, KeyError> {
        self.ask(file, 0)
    }

    fn attempts(&self) -> u32 {
        self.attempts
    }
}

fn private(path: &Path) -> PrivateKeyFile {
    match read(path) {
        Ok(KeyFile::Private(file)) => *file,
        Ok(KeyFile::Public(_)) => panic!("public"),
        Err(error) => panic!("{error}"),
    }
}

fn refusal(path: &Path) -> KeyError {
    match read(path) {
        Ok(_) => panic!("{} was accepted", path.display()),
        Err(error) => error,
    }
}

fn fixture_key(name: &str) -> [u8; 32] {
    parse_public(&fixture(&format!("{name}.pub")), name).unwrap()
}

// ---- reading what OpenSSH wrote

#[test]
fn reads_the_plain_file_of_ssh_keygen() {
    let folder = folder();
    let path = place(&folder, "id", &fixture("ssh-ed25519-plain"), 0o600);
    let signer = private(&path).unlock(&mut Answers::none()).unwrap();
    assert_eq!(signer.public_key(), fixture_key("ssh-ed25519-plain"));
}

#[test]
fn reads_every_encryption_that_ssh_keygen_writes_today() {
    let folder = folder();
    for name in ["ssh-ed25519-passphrase", "ssh-ed25519-aes256-gcm", "ssh-ed25519-chacha20"] {
        let path = place(&folder, name, &fixture(name), 0o600);
        let file = private(&path);
        assert_eq!(file.public_key(), fixture_key(name), "{name}: known without a passphrase");
        let signer = file.unlock(&mut Answers::new(&[PASSPHRASE])).unwrap();
        assert_eq!(signer.public_key(), fixture_key(name), "{name}");
    }
}

#[test]
fn a_wrong_passphrase_is_asked_for_again_and_then_refused() {
    let folder = folder();
    for name in ["ssh-ed25519-passphrase", "ssh-ed25519-aes256-gcm", "ssh-ed25519-chacha20"] {
        let path = place(&folder, name, &fixture(name), 0o600);
        let mut answers = Answers::new(&["wrong", PASSPHRASE]);
        assert!(private(&path).unlock(&mut answers).is_ok());
        assert_eq!(answers.asked, [0, 1]);

        let mut answers = Answers { attempts: 2, ..Answers::new(&["wrong", "Wrong", PASSPHRASE]) };
        let error = private(&path).unlock(&mut answers).unwrap_err();
        assert!(matches!(error, KeyError::WrongPassphrase(_)), "{error}");
        assert_eq!(answers.asked, [0, 1]);
    }
}

#[test]
fn a_key_that_others_may_read_is_refused_with_the_remedy() {
    let folder = folder();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
        let path = place(&folder, &format!("{mode:o}"), &fixture("ssh-ed25519-plain"), mode);
        let error = refusal(&path);
        assert!(matches!(error, KeyError::OpenToOthers { mode: m, .. } if m == mode), "{error}");
        assert!(error.to_string().contains(&format!("chmod 600 {}", path.display())), "{error}");
        // The remedy cures.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        private(&path);
    }
    private(&place(&folder, "read-only", &fixture("ssh-ed25519-plain"), 0o400));
    // What counts is the file, not the link to it.
    let open = place(&folder, "open", &fixture("ssh-ed25519-plain"), 0o644);
    symlink(open, folder.path().join("link")).unwrap();
    assert!(matches!(refusal(&folder.path().join("link")), KeyError::OpenToOthers { .. }));
}

#[test]
fn keys_of_other_kinds_are_refused_by_name() {
    let folder = folder();
    for (name, word) in [("ssh-rsa-plain", "RSA"), ("rsa-pem", "RSA"), ("ssh-ecdsa-plain", "ECDSA")] {
        let path = place(&folder, name, &fixture(name), 0o600);
        let error = refusal(&path);
        assert!(matches!(error, KeyError::NotEd25519 { .. }), "{name}: {error}");
        assert!(error.to_string().contains(word), "{name}: {error}");
    }
    for (name, word) in [("ssh-rsa-plain.pub", "RSA"), ("ssh-ecdsa-plain.pub", "ECDSA")] {
        let error = public_key(OsStr::new(&fixture(name))).unwrap_err();
        assert!(matches!(error, KeyError::NotEd25519 { .. }), "{name}: {error}");
        assert!(error.to_string().contains(word), "{name}: {error}");
    }
    let error = parse_public("sk-ssh-ed25519@openssh.com AAAAGnNr", "it").unwrap_err();
    assert!(matches!(&error, KeyError::NotEd25519 { found, .. } if found.contains("FIDO")), "{error}");
}

#[test]
fn what_is_no_key_is_refused_before_it_is_read() {
    let folder = folder();
    let large = place(&folder, "large", &"x".repeat(64 * 1024 + 1), 0o600);
    assert!(matches!(refusal(&large), KeyError::TooLarge { limit: 65536, .. }));
    let full = place(&folder, "full", &"x".repeat(64 * 1024), 0o600);
    assert!(matches!(refusal(&full), KeyError::NotAKey { .. }));
    assert!(matches!(refusal(folder.path()), KeyError::NotAFile(_)));
    assert!(matches!(refusal(Path::new("/dev/zero")), KeyError::NotAFile(_)));
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert!(matches!(refusal(&socket), KeyError::NotAFile(_)));
    // A pipe without a writer: opening it would wait for ever.
    let (reader, _writer) = io::pipe().unwrap();
    let pipe = PathBuf::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
    assert!(matches!(refusal(&pipe), KeyError::NotAFile(_)));
    let missing = folder.path().join("missing");
    assert!(matches!(refusal(&missing), KeyError::Io { done: "read", .. }));
    for text in
        ["", "\n", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n"]
    {
        let path = place(&folder, "text", text, 0o600);
        assert!(matches!(refusal(&path), KeyError::NotAKey { .. }), "{text:?}");
    }
    fs::write(&full, [0xff, 0xfe]).unwrap();
    assert!(matches!(refusal(&full), KeyError::NotAKey { .. }));
}

#[test]
fn a_damaged_file_is_refused_and_never_opens_as_another_key() {
    let folder = folder();
    let whole = fixture("ssh-ed25519-plain");
    let key = fixture_key("ssh-ed25519-plain");
    for cut in (30..whole.trim_end().len()).step_by(7) {
        let path = place(&folder, "cut", &whole[..cut], 0o600);
        assert!(matches!(refusal(&path), KeyError::Damaged { .. } | KeyError::NotAKey { .. }), "{cut}");
    }
    // Every letter of the base64 changed once: refused, or (in the comment, or the unused bits) the same key.
    let body = whole.find('\n').unwrap() + 1..whole.find("\n-----END").unwrap();
    for at in body.filter(|at| whole.as_bytes()[*at].is_ascii_alphanumeric()) {
        let mut text = whole.clone().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        let path = place(&folder, "changed", std::str::from_utf8(&text).unwrap(), 0o600);
        if let Ok(KeyFile::Private(file)) = read(&path)
            && let Ok(signer) = file.unlock(&mut Answers::new(&["x", "y", "z"]))
        {
            assert_eq!(signer.public_key(), key, "letter {at}");
        }
    }
}

#[test]
fn encryption_that_cannot_be_opened_is_named_before_a_passphrase_is_asked_for() {
    let folder = folder();
    let path = place(&folder, "3des", &fixture("ssh-ed25519-3des"), 0o600);
    let error = private(&path).unlock(&mut Answers::none()).unwrap_err();
    assert!(matches!(error, KeyError::Encryption(_)), "{error}");
    assert!(error.to_string().contains("ssh-keygen -p -Z aes256-ctr -f"), "{error}");

    // "6-ctr" in the cipher's name becomes "6-xyz".
    let text = fixture("ssh-ed25519-passphrase");
    assert!(text.contains("Ni1jdHIA"));
    let path = place(&folder, "xyz", &text.replacen("Ni1jdHIA", "Ni14eXoA", 1), 0o600);
    assert!(matches!(refusal(&path), KeyError::Encryption(_)));
}

#[test]
fn a_file_that_asks_for_years_of_bcrypt_is_refused() {
    let folder = folder();
    let key = PrivateKey::from_openssh(fixture("ssh-ed25519-passphrase")).unwrap();
    let mut bytes = key.to_bytes().unwrap();
    // string "bcrypt", then a string of: string salt (16 bytes), uint32 rounds.
    let name = bytes.windows(6).position(|w| w == b"bcrypt").unwrap();
    let at = name + 6 + 4 + 4 + 16;
    assert_eq!(bytes[at..at + 4], 16_u32.to_be_bytes());
    for rounds in [ROUNDS_LIMIT + 1, u32::MAX] {
        bytes[at..at + 4].copy_from_slice(&rounds.to_be_bytes());
        let text = PrivateKey::from_bytes(&bytes).unwrap().to_openssh(LineEnding::LF).unwrap();
        let path = place(&folder, "slow", &text, 0o600);
        let error = private(&path).unlock(&mut Answers::none()).unwrap_err();
        assert!(matches!(error, KeyError::TooManyRounds { rounds: r, .. } if r == rounds), "{error}");
    }
}

// ---- public keys

#[test]
fn a_public_key_is_read_in_each_form_that_people_send() {
    let folder = folder();
    let line = fixture("ssh-ed25519-plain.pub");
    let key = parse_public(&line, "it").unwrap();
    let blob = line.split(' ').nth(1).unwrap();
    let hex = public_hex(&key);
    for text in [
        line.clone(),
        line.trim_end().to_owned(),
        format!("ssh-ed25519 {blob}"),
        format!("  ssh-ed25519\t{blob}   a comment of  several words\r\n"),
        hex.clone(),
        hex.to_uppercase(),
        format!("{hex}\n"),
    ] {
        assert_eq!(parse_public(&text, "it").unwrap(), key, "{text:?}");
        assert_eq!(public_key(OsStr::new(&text)).unwrap(), key, "{text:?}");
        assert_eq!(public_key(place(&folder, "k.pub", &text, 0o644).as_os_str()).unwrap(), key, "{text:?}");
    }
    // The public half of a private key file, without its passphrase.
    let name = "ssh-ed25519-passphrase";
    let path = place(&folder, "id", &fixture(name), 0o600);
    assert_eq!(public_key(path.as_os_str()).unwrap(), fixture_key(name));
}

#[test]
fn a_broken_public_key_is_refused() {
    let line = fixture("ssh-ed25519-plain.pub");
    let blob = line.split(' ').nth(1).unwrap();
    let rsa = fixture("ssh-rsa-plain.pub");
    let rsa_blob = rsa.split(' ').nth(1).unwrap();
    for text in [
        String::new(),
        "ssh-ed25519".into(),
        format!("{line}{line}"),
        "ab".repeat(31),
        "ab".repeat(33),
        "zz".repeat(32),
        format!("restrict,command=\"x\" ssh-ed25519 {blob}"),
    ] {
        let error = parse_public(&text, "it").unwrap_err();
        assert!(matches!(error, KeyError::NotAKey { .. }), "{text:?}: {error}");
    }
    for text in [
        format!("ssh-ed25519 {}", &blob[..blob.len() - 4]),
        format!("ssh-ed25519 {blob}AAAA"),
        format!("ssh-ed25519 {}", blob.replacen('A', "!", 1)),
        format!("ssh-ed25519 {rsa_blob}"),
    ] {
        let error = parse_public(&text, "it").unwrap_err();
        assert!(matches!(error, KeyError::Damaged { .. }), "{text:?}: {error}");
    }
}

#[test]
fn a_public_key_is_shown_as_openssh_shows_it() {
    let line = fixture("ssh-ed25519-plain.pub");
    let key = parse_public(&line, "it").unwrap();
    assert_eq!(public_line(&key, "test-only plain") + "\n", line);
    assert_eq!(public_line(&key, ""), line.trim_end().strip_suffix(" test-only plain").unwrap());
    // As `ssh-keygen -l` printed them when the fixtures were made.
    for (name, print) in [
        ("ssh-ed25519-plain", "SHA256:fp1/repvOazKCJnlQTS71hXXHIRU+QamKpqifHcaWjI"),
        ("ssh-ed25519-passphrase", "SHA256:oXZH2UuBpo6/FftH3r40I2CX0tvsc5W2MzPpE6tsWNo"),
    ] {
        assert_eq!(fingerprint(&fixture_key(name)), print);
    }
}

// ---- writing

#[test]
fn what_is_written_is_read_back() {
    let folder = folder();
    for (name, protection) in
        [("plain", Protection::None), ("locked", Protection::Passphrase(secret("pässword")))]
    {
        let path = folder.path().join(name);
        let key = create(&path, "clerk 7, EE", &protection).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let public = folder.path().join(format!("{name}.pub"));
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&public) & 0o133, 0, "nobody else writes it");
        assert_eq!(fs::read_to_string(&public).unwrap(), public_line(&key, "clerk 7, EE") + "\n");

        let file = private(&path);
        assert_eq!(file.key.is_encrypted(), name == "locked");
        assert_eq!(file.public_key(), key);
        let mut answers = Answers::new(if name == "locked" { &["pässword"] } else { &[] });
        assert_eq!(file.unlock(&mut answers).unwrap().public_key(), key);
        assert!(answers.left.is_empty());
    }
    let again = create(&folder.path().join("another"), "", &Protection::None).unwrap();
    assert_ne!(again, private(&folder.path().join("plain")).public_key());
}

#[test]
fn the_written_seed_is_the_given_one() {
    let folder = folder();
    let path = folder.path().join("id");
    let protection = Protection::Passphrase(secret("x"));
    write(&path, &[9; 32], "", &protection).unwrap();
    let signer = private(&path).unlock(&mut Answers::new(&["x"])).unwrap();
    assert_eq!(signer.sign(b"m").unwrap(), SeedSigner::from_seed([9; 32]).sign(b"m").unwrap());
    // Written as ssh-keygen writes today.
    let key = PrivateKey::from_openssh(fs::read(&path).unwrap()).unwrap();
    assert_eq!(key.cipher(), Cipher::Aes256Ctr);
    assert!(matches!(key.kdf(), Kdf::Bcrypt { salt, rounds: 24 } if salt.len() == 16));
}

#[test]
fn a_key_is_never_overwritten() {
    let folder = folder();
    let path = folder.path().join("id");
    let public = folder.path().join("id.pub");
    let left = || {
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };

    fs::write(&path, "mine").unwrap();
    let error = create(&path, "", &Protection::None).unwrap_err();
    assert!(matches!(&error, KeyError::Exists(p) if *p == path), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(left(), ["id"]);
    fs::remove_file(&path).unwrap();

    fs::write(&public, "mine").unwrap();
    let error = create(&path, "", &Protection::None).unwrap_err();
    assert!(matches!(&error, KeyError::Exists(p) if *p == public), "{error}");
    assert_eq!(fs::read_to_string(&public).unwrap(), "mine");
    assert_eq!(left(), ["id.pub"]);
    fs::remove_file(&public).unwrap();

    // A link that points nowhere would lead the secret to where it points.
    symlink(folder.path().join("elsewhere"), &path).unwrap();
    assert!(matches!(create(&path, "", &Protection::None).unwrap_err(), KeyError::Exists(_)));
    assert_eq!(left(), ["id"]);
}

#[test]
fn a_file_that_appears_after_the_first_look_is_not_overwritten_either() {
    let folder = folder();
    let path = place(&folder, "id", "mine", 0o600);
    assert!(matches!(write_new(&path, b"theirs", 0o600).unwrap_err(), KeyError::Exists(_)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn what_cannot_be_kept_is_refused_and_nothing_is_written() {
    let folder = folder();
    let path = folder.path().join("id");
    let long = "x".repeat(256);
    for comment in ["two\nlines", "bell\u{7}", "tab\t", &long] {
        assert!(matches!(create(&path, comment, &Protection::None).unwrap_err(), KeyError::BadComment));
    }
    let name = folder.path().join("id.pub");
    assert!(matches!(create(&name, "", &Protection::None).unwrap_err(), KeyError::PublicName(_)));
    let long = "x".repeat(1024);
    for passphrase in ["", "two\nlines", "zero\0", &long] {
        let protection = Protection::Passphrase(secret(passphrase));
        assert!(matches!(create(&path, "", &protection).unwrap_err(), KeyError::BadPassphrase(_)));
    }
    let nowhere = folder.path().join("no/such/folder");
    assert!(matches!(
        create(&nowhere, "", &Protection::None).unwrap_err(),
        KeyError::Io { done: "created", .. }
    ));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

// ---- passphrases

#[test]
fn a_passphrase_file_is_one_line_that_others_cannot_read() {
    let folder = folder();
    let file = Path::new("key");
    for (content, passphrase) in
        [("word", "word"), ("word\n", "word"), ("word\r\n", "word"), (" two words ", " two words ")]
    {
        let mut source = WrittenDown(place(&folder, "p", content, 0o600));
        assert_eq!(*source.ask(file, 0).unwrap(), passphrase.as_bytes());
        assert_eq!(*source.choose(file).unwrap(), passphrase.as_bytes());
        assert_eq!(source.attempts(), 1);
    }
    let longest = "x".repeat(1023) + "\r\n";
    assert!(WrittenDown(place(&folder, "p", &longest, 0o600)).ask(file, 0).is_ok());
    for content in ["", "\n", "one\ntwo", "one\n\n", "zero\0", &"x".repeat(1024)] {
        let error = WrittenDown(place(&folder, "p", content, 0o600)).ask(file, 0).unwrap_err();
        assert!(matches!(error, KeyError::BadPassphraseFile { .. }), "{content:?}: {error}");
    }
    let error = WrittenDown(place(&folder, "p", &"x".repeat(2000), 0o600)).ask(file, 0).unwrap_err();
    assert!(matches!(error, KeyError::TooLarge { .. }), "{error}");
    let error = WrittenDown(place(&folder, "open", "word", 0o644)).ask(file, 0).unwrap_err();
    assert!(matches!(error, KeyError::OpenToOthers { .. }), "{error}");
}

#[test]
fn a_passphrase_may_come_through_a_pipe() {
    let (reader, mut writer) = io::pipe().unwrap();
    writer.write_all(b"word\n").unwrap();
    drop(writer);
    let path = format!("/proc/self/fd/{}", reader.as_raw_fd());
    assert_eq!(*WrittenDown(path.into()).ask(Path::new("key"), 0).unwrap(), b"word");
}

/// A terminal on which these lines are typed; what it shows is in the file.
fn typed(folder: &TempDir, lines: &str) -> (io::PipeReader, Terminal, PathBuf) {
    let (reader, mut writer) = io::pipe().unwrap();
    writer.write_all(lines.as_bytes()).unwrap();
    let shown = place(folder, "shown", "", 0o600);
    let terminal = Terminal::on(&format!("/proc/self/fd/{}", reader.as_raw_fd()), &shown);
    (reader, terminal, shown)
}

#[test]
fn the_terminal_is_asked_and_a_new_passphrase_is_asked_for_twice() {
    let folder = folder();
    let file = Path::new("key");
    let (_reader, mut terminal, shown) = typed(&folder, "word\n\n");
    assert_eq!(*terminal.ask(file, 0).unwrap(), b"word");
    assert!(fs::read_to_string(shown).unwrap().starts_with("Passphrase for key: "));
    assert!(matches!(terminal.ask(file, 1).unwrap_err(), KeyError::NotEntered { .. }));

    let (_reader, mut terminal, _) = typed(&folder, "new\nnew\none\ntwo\n\n");
    assert_eq!(*terminal.choose(file).unwrap(), b"new");
    assert!(matches!(terminal.choose(file).unwrap_err(), KeyError::PassphrasesDiffer));
    assert!(matches!(terminal.choose(file).unwrap_err(), KeyError::BadPassphrase(_)));
}

#[test]
fn without_a_terminal_the_error_names_the_other_ways() {
    let folder = folder();
    let path = place(&folder, "id", &fixture("ssh-ed25519-passphrase"), 0o600);
    let nowhere = folder.path().join("no-terminal");
    let mut terminal = Terminal::on(&nowhere.display().to_string(), &nowhere);
    let error = private(&path).unlock(&mut terminal).unwrap_err();
    assert!(matches!(error, KeyError::NoTerminal(_)), "{error}");
    assert!(error.to_string().contains("--passphrase-file"), "{error}");
}

// ---- what signs

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    key: KeyArgs,
}

fn source(key: impl AsRef<OsStr>) -> KeySource {
    KeySource { key: Some(key.as_ref().to_owned()), agent_socket: None }
}

fn open_error(source: &KeySource) -> KeyError {
    match open_signer(source, &mut Answers::none()) {
        Ok(_) => panic!("{source:?} signs"),
        Err(error) => error,
    }
}

#[test]
fn a_private_key_file_signs_here() {
    let folder = folder();
    let path = place(&folder, "id.pub", &fixture("ssh-ed25519-passphrase"), 0o600);
    // By content: the name lies.
    let signer = open_signer(&source(&path), &mut Answers::new(&[PASSPHRASE])).unwrap();
    assert_eq!(signer.public_key(), fixture_key("ssh-ed25519-passphrase"));
}

#[test]
fn a_public_key_needs_the_agent() {
    let folder = folder();
    let line = fixture("ssh-ed25519-plain.pub");
    let path = place(&folder, "id.pub", &line, 0o644);
    let hex = public_hex(&fixture_key("ssh-ed25519-plain"));
    for named in [line.as_str(), &hex, path.to_str().unwrap()] {
        let error = open_error(&source(named));
        assert!(matches!(error, KeyError::Agent(AgentError::NoSocket { .. })), "{named}: {error}");
    }
    let error = open_error(&source(&path)).to_string();
    assert!(error.contains(&format!("`ssh-add {}`", folder.path().join("id").display())), "{error}");
    assert!(open_error(&source(&hex)).to_string().contains("`ssh-add FILE`"));
}

#[test]
fn no_key_is_said_so() {
    assert!(matches!(open_error(&KeySource::default()), KeyError::NoKey));
    let arguments =
        Arguments::try_parse_from(["x", "--key", "", "--agent-socket", "", "--passphrase-file", ""]).unwrap();
    assert!(arguments.key.source().key.is_none() && arguments.key.source().agent_socket.is_none());
    assert!(matches!(open_error(&arguments.key.source()), KeyError::NoKey));
    assert_eq!(arguments.key.passphrase().attempts(), 3, "the terminal");
}

#[test]
fn the_arguments_are_sound_and_none_of_them_takes_a_passphrase() {
    let command = Arguments::command();
    command.clone().debug_assert();
    let variables: Vec<_> = command.get_arguments().filter_map(clap::Arg::get_env).collect();
    assert_eq!(variables, ["JOINTLEDGER_KEY", "SSH_AUTH_SOCK", "JOINTLEDGER_PASSPHRASE_FILE"]);

    let folder = folder();
    let path = place(&folder, "id", &fixture("ssh-ed25519-passphrase"), 0o600);
    let word = place(&folder, "word", PASSPHRASE, 0o600);
    let arguments = Arguments::try_parse_from([
        OsStr::new("x"),
        OsStr::new("--key"),
        path.as_os_str(),
        OsStr::new("--passphrase-file"),
        word.as_os_str(),
    ])
    .unwrap();
    let signer = open_signer(&arguments.key.source(), &mut *arguments.key.passphrase()).unwrap();
    assert_eq!(signer.public_key(), fixture_key("ssh-ed25519-passphrase"));
}

// ---- with OpenSSH itself

fn ssh_keygen(arguments: &[&OsStr]) -> String {
    let output = Command::new("ssh-keygen").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs openssh-client; .ci/run runs it"]
fn ssh_keygen_reads_what_is_written() {
    let folder = folder();
    for (name, passphrase) in [("plain", ""), ("locked", PASSPHRASE)] {
        let path = folder.path().join(name);
        let protection = match passphrase {
            "" => Protection::None,
            text => Protection::Passphrase(secret(text)),
        };
        let key = create(&path, "clerk 7", &protection).unwrap();
        let [y, f, p] = ["-y", "-f", "-P"].map(OsStr::new);
        let line = ssh_keygen(&[y, p, passphrase.as_ref(), f, path.as_os_str()]);
        assert_eq!(line.trim_end(), public_line(&key, "clerk 7"));
        let print = ssh_keygen(&["-l".as_ref(), f, folder.path().join(format!("{name}.pub")).as_os_str()]);
        assert!(print.contains(&fingerprint(&key)), "{print}");
    }
}

#[test]
#[ignore = "needs openssh-client; .ci/run runs it"]
fn what_the_installed_ssh_keygen_writes_is_read() {
    let folder = folder();
    for (name, passphrase) in [("plain", ""), ("locked", PASSPHRASE)] {
        let path = folder.path().join(name);
        let [q, t, kind, n, f] = ["-q", "-t", "ed25519", "-N", "-f"].map(OsStr::new);
        ssh_keygen(&[q, t, kind, n, passphrase.as_ref(), f, path.as_os_str()]);
        let signer = private(&path).unlock(&mut Answers::new(&[PASSPHRASE])).unwrap();
        let public = folder.path().join(format!("{name}.pub"));
        assert_eq!(signer.public_key(), public_key(public.as_os_str()).unwrap());
    }
}

// ---- what a key that signs checkpoints remembers

#[test]
fn what_was_signed_last_is_remembered_beside_the_private_half() {
    let folder = folder();
    let private = place(&folder, "log", &fixture("ssh-ed25519-plain"), 0o600);
    let line = fixture("ssh-ed25519-plain.pub");
    let public = place(&folder, "log.pub", &line, 0o644);
    let elsewhere = place(&folder, "public", &line, 0o644);
    let beside = |key: &OsStr| memory_beside(&source(key)).unwrap();
    let memory = folder.path().join("log.signed");
    assert_eq!(beside(private.as_os_str()), Some(memory.clone()));
    assert_eq!(beside(public.as_os_str()), Some(memory), "one key has one memory");
    assert_eq!(beside(elsewhere.as_os_str()), None);
    assert_eq!(beside(OsStr::new(line.trim())), None);
    assert!(matches!(memory_beside(&KeySource::default()), Err(KeyError::NoKey)));
}
