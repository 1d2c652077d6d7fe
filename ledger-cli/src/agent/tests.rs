//! An agent that behaves and agents that do not: each speaks over a socket of its own, from a thread.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::fs;
use std::io::BufRead as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use ledger_core::ledger::signer::SeedSigner;
use tempfile::TempDir;

use super::*;
use crate::keyfile;

const SEED: [u8; 32] = [3; 32];

fn officer() -> SeedSigner {
    SeedSigner::from_seed(SEED)
}

fn frame(kind: u8, fields: &[u8]) -> Vec<u8> {
    let size = u32::try_from(fields.len() + 1).unwrap();
    [&size.to_be_bytes()[..], &[kind], fields].concat()
}

fn strings(parts: &[&[u8]]) -> Vec<u8> {
    let mut fields = Vec::new();
    for part in parts {
        put_string(&mut fields, part).unwrap();
    }
    fields
}

fn identities(keys: &[Vec<u8>]) -> Vec<u8> {
    let mut fields = u32::try_from(keys.len()).unwrap().to_be_bytes().to_vec();
    for key in keys {
        fields.extend(strings(&[key, b"a comment"]));
    }
    frame(IDENTITIES_ANSWER, &fields)
}

fn signature(algorithm: &[u8], bytes: &[u8]) -> Vec<u8> {
    frame(SIGN_RESPONSE, &strings(&[&strings(&[algorithm, bytes])]))
}

/// What the agent does with one request.
enum Does {
    /// Sends these bytes and hangs up.
    Sends(Vec<u8>),
    /// Sends these bytes and says nothing more until the other side gives up.
    Hangs(Vec<u8>),
    /// Signs what it was asked to sign.
    Signs,
}

struct FakeAgent {
    folder: TempDir,
    thread: JoinHandle<Vec<Vec<u8>>>,
}

impl FakeAgent {
    /// Serves one connection for each item, and then no more.
    fn that(does: Vec<Does>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("agent")).unwrap();
        let thread = thread::spawn(move || {
            does.into_iter().map(|does| serve(listener.accept().unwrap().0, does)).collect::<Vec<_>>()
        });
        Self { folder, thread }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("agent")
    }

    /// The requests it got: type and fields.
    fn requests(self) -> Vec<Vec<u8>> {
        self.thread.join().unwrap()
    }
}

fn serve(mut stream: UnixStream, does: Does) -> Vec<u8> {
    let mut size = [0; 4];
    stream.read_exact(&mut size).unwrap();
    let mut request = vec![0; u32::from_be_bytes(size) as usize];
    stream.read_exact(&mut request).unwrap();
    match does {
        Does::Sends(bytes) => stream.write_all(&bytes).unwrap(),
        Does::Hangs(bytes) => {
            // The other side may have given up already.
            let _ = stream.write_all(&bytes);
            // Hanging up with something unread counts as a reset.
            assert!(!matches!(stream.read(&mut [0]), Ok(1)), "the other side hangs up");
        }
        Does::Signs => {
            let mut fields = Fields(&request[1..]);
            assert_eq!(request[0], SIGN_REQUEST);
            assert_eq!(parse_blob(fields.string().unwrap()), Some(officer().public_key()));
            let message = fields.string().unwrap();
            assert_eq!(fields.number(), Some(0), "no flags");
            assert!(fields.end().is_some());
            stream.write_all(&signature(ALGORITHM, &officer().sign(message).unwrap())).unwrap();
        }
    }
    request
}

fn holding_the_key() -> Does {
    Does::Sends(identities(&[
        blob(&[8; 32]),
        strings(&[b"ssh-rsa", b"e", b"n"]),
        blob(&officer().public_key()),
    ]))
}

/// For agents that answer: nothing in a test waits for this long.
const LONG: Patience = Patience { list: Duration::from_secs(60), sign: Duration::from_secs(60) };
/// For agents that hang.
const SHORT: Patience = Patience { list: Duration::from_millis(50), sign: Duration::from_millis(50) };

fn find(agent: &FakeAgent, patience: Patience) -> Result<AgentSigner, AgentError> {
    AgentSigner::find_within(patience, officer().public_key(), &agent.socket(), Some("/keys/ee-7".into()))
}

/// What comes of a request for a signature, if the agent does this.
fn asked_to_sign(does: Does, patience: Patience) -> AgentError {
    let agent = FakeAgent::that(vec![holding_the_key(), does]);
    let mut signer = find(&agent, LONG).unwrap();
    signer.patience = patience;
    let error = signer.request(b"an act").unwrap_err();
    agent.requests();
    error
}

/// What comes of a request for the keys, if the agent does this.
fn asked_to_list(does: Does, patience: Patience) -> AgentError {
    let agent = FakeAgent::that(vec![does]);
    let error = find(&agent, patience).unwrap_err();
    agent.requests();
    error
}

#[test]
fn signs_with_a_key_that_the_agent_holds() {
    let agent = FakeAgent::that(vec![holding_the_key(), Does::Signs, Does::Signs]);
    let signer = find(&agent, LONG).unwrap();
    assert_eq!(signer.public_key(), officer().public_key());
    for message in [&b"an act"[..], &[7; 70_000]] {
        assert_eq!(signer.sign(message).unwrap(), officer().sign(message).unwrap());
    }
    assert_eq!(agent.requests()[0], [REQUEST_IDENTITIES]);
}

#[test]
fn the_command_line_reaches_the_agent() {
    let agent = FakeAgent::that(vec![holding_the_key(), Does::Signs]);
    let source = keyfile::KeySource {
        key: Some(keyfile::public_hex(&officer().public_key()).into()),
        agent_socket: Some(agent.socket()),
    };
    let signer = keyfile::open_signer(&source, &mut keyfile::Terminal::default()).unwrap();
    assert_eq!(signer.sign(b"an act").unwrap(), officer().sign(b"an act").unwrap());
    agent.requests();
}

#[test]
fn a_key_that_is_not_held_is_named_with_the_remedy() {
    let error = asked_to_list(Does::Sends(identities(&[blob(&[8; 32])])), LONG);
    assert!(matches!(error, AgentError::NotHeld { held: 1, .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains(&fingerprint(&officer().public_key())) && text.ends_with("run `ssh-add /keys/ee-7`")
    );
    // A locked agent shows no keys.
    let error = asked_to_list(Does::Sends(identities(&[])), LONG);
    assert!(error.to_string().contains("`ssh-add -X` if the agent is locked"), "{error}");
}

#[test]
fn a_refusal_names_what_may_be_behind_it() {
    let error = asked_to_sign(Does::Sends(frame(FAILURE, &[])), LONG);
    assert!(matches!(error, AgentError::Refused { .. }), "{error}");
    for word in ["confirm", "`ssh-add -X`", "`ssh-add /keys/ee-7`"] {
        assert!(error.to_string().contains(word), "{error}");
    }
    assert!(matches!(SignerError::from(error), SignerError::Refused(_)));
    let error = asked_to_list(Does::Sends(frame(FAILURE, &[])), LONG);
    assert!(matches!(error, AgentError::NotListed(_)), "{error}");
}

#[test]
fn an_answer_of_impossible_length_is_refused_before_room_is_made_for_it() {
    for size in [0, 256 * 1024 + 1, u32::MAX] {
        // Hangs: whoever believed the length would wait for the rest.
        let answer = [&size.to_be_bytes()[..], &[SIGN_RESPONSE]].concat();
        for error in [
            asked_to_sign(Does::Hangs(answer.clone()), LONG),
            asked_to_list(Does::Hangs(answer.clone()), LONG),
        ] {
            assert!(
                matches!(error, AgentError::Garbled { what: "an answer of impossible length", .. }),
                "{size}: {error}"
            );
        }
    }
}

#[test]
fn a_list_with_false_lengths_is_refused() {
    let good = identities(&[blob(&officer().public_key())]);
    let fields = &good[5..];
    let count = |n: u32| [&n.to_be_bytes()[..], &fields[4..]].concat();
    let mut long_string = fields.to_vec();
    long_string[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
    for fields in [
        count(0),
        count(2),
        count(2049),
        count(u32::MAX),
        long_string,
        fields[..3].to_vec(),
        [fields, b"x"].concat(),
    ] {
        let error = asked_to_list(Does::Sends(frame(IDENTITIES_ANSWER, &fields)), LONG);
        assert!(
            matches!(error, AgentError::Garbled { what: "a malformed list of keys", .. }),
            "{fields:?}: {error}"
        );
    }
    let error = asked_to_list(Does::Sends(frame(SIGN_RESPONSE, fields)), LONG);
    assert!(matches!(error, AgentError::Garbled { .. }), "{error}");
}

#[test]
fn as_many_keys_as_openssh_allows_are_read_and_no_more() {
    let mut keys = vec![blob(&[8; 32]); 2047];
    keys.push(blob(&officer().public_key()));
    let agent = FakeAgent::that(vec![Does::Sends(identities(&keys))]);
    find(&agent, LONG).unwrap();

    keys.push(blob(&[8; 32]));
    let error = asked_to_list(Does::Sends(identities(&keys)), LONG);
    assert!(matches!(error, AgentError::Garbled { what: "a malformed list of keys", .. }), "{error}");
}

#[test]
fn a_blob_that_only_looks_like_the_key_is_not_the_key() {
    let key = officer().public_key();
    for blob in [
        strings(&[b"ssh-rsa", &key]),
        strings(&[b"ssh-ed25519", &key, b""]),
        strings(&[b"ssh-ed25519", &key[..31]]),
        strings(&[b"ssh-ed25519-cert-v01@openssh.com", &key]),
    ] {
        let error = asked_to_list(Does::Sends(identities(&[blob])), LONG);
        assert!(matches!(error, AgentError::NotHeld { held: 0, .. }), "{error}");
    }
}

#[test]
fn what_is_no_ed25519_signature_is_refused() {
    let bytes = [1; 64];
    let whole = strings(&[ALGORITHM, &bytes]);
    for (answer, what) in [
        (signature(b"rsa-sha2-256", &bytes), "a signature of another algorithm than Ed25519"),
        (signature(ALGORITHM, &bytes[..63]), "an Ed25519 signature that has not 64 bytes"),
        (signature(ALGORITHM, &[1; 65]), "an Ed25519 signature that has not 64 bytes"),
        (frame(SIGN_RESPONSE, &[]), "a malformed signature"),
        (frame(SIGN_RESPONSE, &whole), "a malformed signature"),
        (frame(SIGN_RESPONSE, &strings(&[&whole, b""])), "a malformed signature"),
        (frame(SIGN_RESPONSE, &strings(&[&whole[..whole.len() - 1]])), "a malformed signature"),
        (frame(SIGN_RESPONSE, &strings(&[&[&whole[..], b"x"].concat()])), "a malformed signature"),
        (identities(&[]), "no answer to a request for a signature"),
    ] {
        let error = asked_to_sign(Does::Sends(answer), LONG);
        assert!(matches!(error, AgentError::Garbled { what: w, .. } if w == what), "{what}: {error}");
        assert!(matches!(SignerError::from(error), SignerError::Faulty(_)));
    }
}

#[test]
fn an_answer_cut_off_anywhere_is_an_error() {
    let whole = signature(ALGORITHM, &[1; 64]);
    for cut in 0..whole.len() {
        let error = asked_to_sign(Does::Sends(whole[..cut].to_vec()), LONG);
        assert!(matches!(error, AgentError::BrokeOff { .. }), "{cut}: {error}");
    }
}

#[test]
fn an_agent_that_hangs_is_given_up() {
    let whole = signature(ALGORITHM, &[1; 64]);
    for sent in [0, 3, 5, 40] {
        let error = asked_to_sign(Does::Hangs(whole[..sent].to_vec()), SHORT);
        assert!(matches!(error, AgentError::TimedOut { .. }), "{sent}: {error}");
        let error = asked_to_list(Does::Hangs(whole[..sent].to_vec()), SHORT);
        assert!(matches!(error, AgentError::TimedOut { .. }), "{sent}: {error}");
    }
}

#[test]
fn the_time_limit_is_for_the_whole_exchange() {
    // The time is up before this step, however quick it would be: the other side is ready for both.
    let (stream, mut other) = UnixStream::pair().unwrap();
    other.write_all(b"ready").unwrap();
    let since = Instant::now().checked_sub(Duration::from_millis(10)).unwrap();
    let line = Line { stream, socket: Path::new("x"), patience: Duration::from_millis(10), since };
    assert!(matches!(line.send(b"x").unwrap_err(), AgentError::TimedOut { .. }));
    assert!(matches!(line.receive(&mut [0]).unwrap_err(), AgentError::TimedOut { .. }));
}

#[test]
fn no_agent_at_the_socket_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let error = AgentSigner::find([0; 32], &missing, None).unwrap_err();
    assert!(matches!(error, AgentError::Unreachable { .. }), "{error}");
    // The agent is gone and left its socket behind.
    let dead = folder.path().join("dead");
    drop(UnixListener::bind(&dead).unwrap());
    let error = AgentSigner::find([0; 32], &dead, None).unwrap_err();
    assert!(matches!(error, AgentError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("SSH_AUTH_SOCK"), "{error}");
}

#[test]
fn a_message_beyond_the_protocol_is_refused_here() {
    let agent = FakeAgent::that(vec![holding_the_key()]);
    let signer = find(&agent, LONG).unwrap();
    assert!(matches!(signer.request(&vec![0; 256 * 1024]).unwrap_err(), AgentError::TooLarge(_)));
}

// ---- with OpenSSH itself

/// A real agent that lives as long as a `cat` whose answer shows that the agent listens.
struct RealAgent {
    folder: TempDir,
    child: std::process::Child,
}

impl RealAgent {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new("ssh-agent")
            .arg("-a")
            .arg(folder.path().join("agent"))
            .arg("cat")
            // Whoever is asked for a confirmation says no.
            .env("SSH_ASKPASS", "false")
            .env("DISPLAY", ":none")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.as_mut().unwrap().write_all(b"ready\n").unwrap();
        let mut line = String::new();
        io::BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        let path = folder.path().join("id");
        fs::write(&path, keyfile::fixture("ssh-ed25519-plain")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(folder.path().join("id.pub"), keyfile::fixture("ssh-ed25519-plain.pub")).unwrap();
        Self { folder, child }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ssh_add(&self, arguments: &[&str]) {
        let status = Command::new("ssh-add")
            .args(arguments)
            .env("SSH_AUTH_SOCK", self.path("agent"))
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "ssh-add {arguments:?}");
    }

    fn open(&self, key: &str) -> Result<Box<dyn Signer>, keyfile::KeyError> {
        let source =
            keyfile::KeySource { key: Some(self.path(key).into()), agent_socket: Some(self.path("agent")) };
        keyfile::open_signer(&source, &mut keyfile::Terminal::default())
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

#[test]
#[ignore = "needs openssh-client; .ci/run runs it"]
fn the_real_agent_signs_what_the_file_signs() {
    let agent = RealAgent::start();
    let id = agent.path("id").display().to_string();
    let Err(error) = agent.open("id.pub") else { panic!("not added yet") };
    assert!(error.to_string().contains(&format!("`ssh-add {id}`")), "{error}");

    agent.ssh_add(&["-q", &id]);
    let (by_agent, by_file) = (agent.open("id.pub").unwrap(), agent.open("id").unwrap());
    assert_eq!(by_agent.public_key(), by_file.public_key());
    for message in [&b"an act"[..], &[7; 65_535]] {
        assert_eq!(by_agent.sign(message).unwrap(), by_file.sign(message).unwrap());
    }

    agent.ssh_add(&["-q", "-D"]);
    assert!(matches!(by_agent.sign(b"an act").unwrap_err(), SignerError::Refused(_)));
    agent.end();
}

#[test]
#[ignore = "needs openssh-client; .ci/run runs it"]
fn a_confirmation_that_is_declined_is_a_refusal() {
    let agent = RealAgent::start();
    agent.ssh_add(&["-q", "-c", &agent.path("id").display().to_string()]);
    let signer = agent.open("id.pub").unwrap();
    assert!(matches!(signer.sign(b"an act").unwrap_err(), SignerError::Refused(_)));
    agent.end();
}
