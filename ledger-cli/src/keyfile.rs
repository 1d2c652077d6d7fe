//! An officer's key on disk: OpenSSH files, read and written, and public keys in the forms people send.
//!
//! # What is read
//!
//! - A private key file as `ssh-keygen -t ed25519` writes it (`openssh-key-v1`), plain or under a
//!   passphrase: bcrypt with AES in CTR, GCM or CBC mode, or ChaCha20-Poly1305.
//! - A public key: a `.pub` file, its line `ssh-ed25519 AAAA… comment`, or 64 hexadecimal digits.
//!
//! Ed25519 only. Keys on a FIDO token (`sk-ssh-ed25519`) sign other bytes than they are given and are no
//! Ed25519 keys to the ledger.
//!
//! # What is promised
//!
//! - A secret that group or others may read is not used. The permissions are taken from the open file, not
//!   from its name, so the file that was checked is the file that is read. A symbolic link is followed: what
//!   counts is the file at its end.
//! - Sizes are bounded before anything is read or derived: a file has at most 64 KiB, and bcrypt runs at most
//!   4,096 rounds, so a hostile file costs a refusal and not an evening.
//! - [`create`] never overwrites: `O_EXCL`, mode 0600, fsync of both files and of their folder before it
//!   returns. A crash in the middle leaves a file that nobody knows the public key of; it can be deleted.
//! - A passphrase comes from a file or from the terminal ([`Passphrase`]), never from an argument or an
//!   environment variable: those are visible to other processes.
//! - Secrets are wiped from memory when they are dropped. What the kernel, a terminal or swap keeps is
//!   outside this program.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ledger_core::ledger::signer::SeedSigner;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::public::Ed25519PublicKey;
use ssh_key::{Algorithm, Cipher, HashAlg, Kdf, LineEnding, PrivateKey};
use zeroize::Zeroizing;

use crate::agent::AgentError;

mod passphrase;
mod source;
#[cfg(test)]
mod tests;

pub(crate) use passphrase::{Passphrase, Secret, Terminal, WrittenDown};
#[cfg(test)]
pub(crate) use source::KeySource;
pub(crate) use source::{KeyArgs, any_path, memory_beside, open_signer};
#[cfg(test)]
pub(crate) use tests::fixture;

/// The largest key file that is read.
const FILE_LIMIT: u64 = 64 * 1024;

/// The most bcrypt rounds that are run to open a file: about a minute. `ssh-keygen` writes 16 or 24.
const ROUNDS_LIMIT: u32 = 4096;

/// The bcrypt rounds of a new file, and the salt's size: as `ssh-keygen` writes today.
const ROUNDS: u32 = 24;
const SALT_SIZE: usize = 16;

/// Why a key cannot be used. Each text says what happened, and after the colon what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// Nobody said which key.
    #[error("no key was named: give --key FILE, or set JOINTLEDGER_KEY")]
    NoKey,
    /// The system refused to read or write.
    #[error("{path} could not be {done}: {source}", path = .path.display())]
    Io {
        /// `read`, `created`, `written`.
        done: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A folder, a device or a pipe where a file belongs.
    #[error("{path} is not a regular file: check the name", path = .0.display())]
    NotAFile(PathBuf),
    /// Larger than any key.
    #[error("{path} is larger than {limit} bytes, so it is no key or passphrase: check the name", path = .path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    /// A secret that others may read is not a secret.
    #[error(
        "{path} may be read by other users (mode {mode:04o}), so it is not used: \
         run `chmod 600 {path}`, and replace the key if others had access to this machine",
        path = .path.display()
    )]
    OpenToOthers { path: PathBuf, mode: u32 },
    /// Neither a private nor a public key.
    #[error(
        "{origin} is not a key: expected an OpenSSH private key file, a .pub file, \
         a line `ssh-ed25519 AAAA…`, or 64 hexadecimal digits"
    )]
    NotAKey { origin: String },
    /// A key of another kind.
    #[error(
        "{origin} is {found}, and the ledger takes Ed25519 keys only: make one with `ssh-keygen -t ed25519`"
    )]
    NotEd25519 { origin: String, found: String },
    /// It begins like a key and does not hold together.
    #[error("{origin} is damaged ({reason}): take it from a backup, or make a new key")]
    Damaged { origin: String, reason: String },
    /// Encrypted in a way that cannot be opened here.
    #[error(
        "{path} is encrypted in a form that is not supported: run `ssh-keygen -p -Z aes256-ctr -f {path}`",
        path = .0.display()
    )]
    Encryption(PathBuf),
    /// Opening it would take too long.
    #[error(
        "{path} asks for {rounds} bcrypt rounds, more than {ROUNDS_LIMIT}: run `ssh-keygen -p -a {ROUNDS} -f {path}`",
        path = .path.display()
    )]
    TooManyRounds { path: PathBuf, rounds: u32 },
    /// The passphrase does not fit the file.
    #[error(
        "the passphrase does not open {path}: try again (if it is surely right, the file is damaged)",
        path = .0.display()
    )]
    WrongPassphrase(PathBuf),
    /// Nobody can be asked.
    #[error(
        "a passphrase is needed for {path} and there is no terminal to ask on: \
         give --passphrase-file FILE, or load the key into ssh-agent (`ssh-add {path}`) and give --key {path}.pub",
        path = .0.display()
    )]
    NoTerminal(PathBuf),
    /// The person at the terminal went away.
    #[error("no passphrase was entered for {path}: {source}", path = .path.display())]
    NotEntered { path: PathBuf, source: io::Error },
    /// A passphrase that cannot be one.
    #[error("the passphrase {0}: choose another")]
    BadPassphrase(&'static str),
    /// A passphrase file that cannot be one.
    #[error("the passphrase file {path} {reason}: write the passphrase into it as one line", path = .path.display())]
    BadPassphraseFile { path: PathBuf, reason: &'static str },
    /// Typed twice, differently.
    #[error("the two passphrases differ and nothing was written: try again")]
    PassphrasesDiffer,
    /// A key is never overwritten.
    #[error("{path} exists, and a key is never overwritten: choose another name", path = .0.display())]
    Exists(PathBuf),
    /// A private key under a public key's name would be sent around.
    #[error("a private key must not be named {path}: leave out .pub, it is added for the public half", path = .0.display())]
    PublicName(PathBuf),
    /// A comment that would break the `.pub` line.
    #[error(
        "the comment of a key must be one line of at most 255 bytes without control characters: shorten it"
    )]
    BadComment,
    /// No randomness, no key.
    #[error("the operating system gave no random bytes ({0}), and nothing was written: try again")]
    NoRandomness(getrandom::Error),
    /// What went wrong with ssh-agent.
    #[error(transparent)]
    Agent(#[from] AgentError),
}

/// What stands in a key file.
pub(crate) enum KeyFile {
    /// A private key, perhaps still locked.
    Private(Box<PrivateKeyFile>),
    /// A public key: something else must sign for it.
    Public([u8; 32]),
}

/// A private key file, read and checked, not yet unlocked. Its public half is known without a passphrase.
pub(crate) struct PrivateKeyFile {
    path: PathBuf,
    key: PrivateKey,
    public_key: [u8; 32],
}

/// Reads a key file, private or public.
///
/// # Errors
/// Not readable, too large, no Ed25519 key; a private key that others may read.
pub(crate) fn read(path: &Path) -> Result<KeyFile, KeyError> {
    let (mut file, mode) = open_checked(path, false)?;
    let content = read_bounded(&mut file, path, FILE_LIMIT)?;
    let origin = path.display().to_string();
    // A text that is not UTF-8 is no key in any of the forms.
    let Ok(text) = std::str::from_utf8(&content) else { return Err(KeyError::NotAKey { origin }) };
    let text = text.trim();
    if !text.starts_with("-----BEGIN ") {
        return parse_public(text, &origin).map(KeyFile::Public);
    }
    // Permissions before content: a key that others can read is spent, whatever it is.
    if text.contains("PRIVATE KEY") {
        refuse_open_to_others(path, mode)?;
    }
    let key = parse_private(text, &origin)?;
    let Some(public_key) = key.public_key().key_data().ed25519() else {
        return Err(KeyError::NotEd25519 { origin, found: name_of(&key.algorithm()) });
    };
    let public_key = public_key.0;
    Ok(KeyFile::Private(Box::new(PrivateKeyFile { path: path.to_owned(), key, public_key })))
}

impl PrivateKeyFile {
    /// The public half, as the file claims it; [`PrivateKeyFile::unlock`] checks the claim.
    pub(crate) fn public_key(&self) -> [u8; 32] {
        self.public_key
    }

    /// Unlocks the key, asking for the passphrase if there is one.
    ///
    /// # Errors
    /// No passphrase, a wrong one, or a private half that does not belong to the public one.
    pub(crate) fn unlock(&self, passphrase: &mut dyn Passphrase) -> Result<SeedSigner, KeyError> {
        if !self.key.is_encrypted() {
            return self.signer(&self.key);
        }
        match self.key.kdf() {
            Kdf::Bcrypt { rounds, .. } if *rounds > ROUNDS_LIMIT => {
                return Err(KeyError::TooManyRounds { path: self.path.clone(), rounds: *rounds });
            }
            // ssh-key reads its name and cannot decrypt it.
            Kdf::Bcrypt { .. } if self.key.cipher() != Cipher::TdesCbc => {}
            _ => return Err(KeyError::Encryption(self.path.clone())),
        }
        let mut wrong = 0;
        loop {
            let secret = passphrase.ask(&self.path, wrong)?;
            match self.key.decrypt(&*secret) {
                Ok(key) => return self.signer(&key),
                Err(ssh_key::Error::Crypto) => wrong = u32::saturating_add(wrong, 1),
                Err(error) => {
                    return Err(KeyError::Damaged {
                        origin: self.path.display().to_string(),
                        reason: error.to_string(),
                    });
                }
            }
            if wrong >= passphrase.attempts() {
                return Err(KeyError::WrongPassphrase(self.path.clone()));
            }
        }
    }

    fn signer(&self, key: &PrivateKey) -> Result<SeedSigner, KeyError> {
        // ssh-key has checked that the two halves belong together.
        match key.key_data().ed25519() {
            Some(pair) => Ok(SeedSigner::from_seed(pair.private.to_bytes())),
            None => Err(KeyError::Damaged {
                origin: self.path.display().to_string(),
                reason: "the private half is of another kind than the public one".into(),
            }),
        }
    }
}

/// The public key that a person names: a line `ssh-ed25519 AAAA…`, 64 hexadecimal digits, or a file that
/// holds a public or a private key. A file whose name looks like digits is named `./NAME`.
///
/// # Errors
/// As [`read`] and [`parse_public`].
pub(crate) fn public_key(named: &OsStr) -> Result<[u8; 32], KeyError> {
    if let Some(key) = public_text(named) {
        return key;
    }
    Ok(match read(Path::new(named))? {
        KeyFile::Private(file) => file.public_key(),
        KeyFile::Public(key) => key,
    })
}

/// The public key in a text that is one; nothing if the text must be the name of a file.
fn public_text(named: &OsStr) -> Option<Result<[u8; 32], KeyError>> {
    let text = named.to_str()?.trim();
    // Every key blob begins with the length of a short name: three zero bytes, AAAA in base64.
    let line = text.split_ascii_whitespace().nth(1).is_some_and(|blob| blob.starts_with("AAAA"));
    let digits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    (line || digits).then(|| parse_public(text, "the given public key"))
}

/// Reads a public key from `ssh-ed25519 AAAA… comment` or from 64 hexadecimal digits. `origin` names it in
/// errors.
///
/// # Errors
/// Not a key, a damaged one, or one of another kind. Whether the 32 bytes are a sound point of the curve
/// is decided at enrolment, by the ledger.
pub(crate) fn parse_public(text: &str, origin: &str) -> Result<[u8; 32], KeyError> {
    let text = text.trim();
    let mut digits = [0; 32];
    if hex::decode_to_slice(text, &mut digits).is_ok() {
        return Ok(digits);
    }
    let not_a_key = || KeyError::NotAKey { origin: origin.into() };
    if text.lines().count() != 1 {
        return Err(not_a_key());
    }
    let mut words = text.split_ascii_whitespace();
    let (Some(kind), Some(blob)) = (words.next(), words.next()) else { return Err(not_a_key()) };
    if kind != "ssh-ed25519" {
        return Err(match kind.parse() {
            Ok(Algorithm::Other(_)) | Err(_) => not_a_key(),
            Ok(found) => KeyError::NotEd25519 { origin: origin.into(), found: name_of(&found) },
        });
    }
    // The comment is not the key's: it is left out here, so that it cannot matter.
    let damaged = |reason: String| KeyError::Damaged { origin: origin.into(), reason };
    let key =
        ssh_key::PublicKey::from_openssh(&format!("{kind} {blob}")).map_err(|e| damaged(e.to_string()))?;
    match key.key_data().ed25519() {
        Some(key) => Ok(key.0),
        None => Err(damaged("its words contradict each other".into())),
    }
}

/// The line of a `.pub` file: `ssh-ed25519 AAAA… comment`, without the line's end.
pub(crate) fn public_line(key: &[u8; 32], comment: &str) -> String {
    let line = openssh(key).to_string();
    if comment.is_empty() { line } else { format!("{line} {comment}") }
}

/// The key as 64 lower-case hexadecimal digits, as entries show it.
pub(crate) fn public_hex(key: &[u8; 32]) -> String {
    hex::encode(key)
}

/// The fingerprint that `ssh-keygen -l` and `ssh-add -l` show: `SHA256:…`.
pub(crate) fn fingerprint(key: &[u8; 32]) -> String {
    openssh(key).fingerprint(HashAlg::Sha256).to_string()
}

fn openssh(key: &[u8; 32]) -> ssh_key::PublicKey {
    Ed25519PublicKey(*key).into()
}

/// What guards a new private key file.
pub(crate) enum Protection {
    /// Encrypted under this passphrase.
    Passphrase(Secret),
    /// Readable by whoever can read the file: for a machine's key, and only if it was asked for in words.
    None,
}

/// Makes a new key from the operating system's randomness, writes `path` (private, mode 0600) and `path.pub`,
/// and returns the public key. When it returns, both are on the disk.
///
/// # Errors
/// Either file exists; the comment or passphrase cannot be kept; the system refused. Then nothing is left
/// behind that was not there before.
pub(crate) fn create(path: &Path, comment: &str, protection: &Protection) -> Result<[u8; 32], KeyError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(KeyError::NoRandomness)?;
    write(path, &seed, comment, protection)
}

fn write(path: &Path, seed: &[u8; 32], comment: &str, protection: &Protection) -> Result<[u8; 32], KeyError> {
    if path.extension() == Some(OsStr::new("pub")) {
        return Err(KeyError::PublicName(path.to_owned()));
    }
    if comment.len() > 255 || comment.chars().any(char::is_control) {
        return Err(KeyError::BadComment);
    }
    let mut public_path = OsString::from(path);
    public_path.push(".pub");
    let public_path = PathBuf::from(public_path);
    // Asked before the slow part, for a good word; O_EXCL below decides.
    for path in [path, &public_path] {
        if path.symlink_metadata().is_ok() {
            return Err(KeyError::Exists(path.to_owned()));
        }
    }

    let pair = Ed25519Keypair::from_seed(seed);
    let public_key = pair.public.0;
    let text = private_text(pair, comment, protection, path)?;
    let line = format!("{}\n", public_line(&public_key, comment));

    write_new(path, text.as_bytes(), 0o600)?;
    let rest = write_new(&public_path, line.as_bytes(), 0o644).and_then(|()| {
        sync_folder(path).inspect_err(|_| {
            let _ = fs::remove_file(&public_path);
        })
    });
    if let Err(error) = rest {
        // Ours: O_EXCL made it a moment ago.
        let _ = fs::remove_file(path);
        return Err(error);
    }
    Ok(public_key)
}

fn private_text(
    pair: Ed25519Keypair,
    comment: &str,
    protection: &Protection,
    path: &Path,
) -> Result<Zeroizing<String>, KeyError> {
    let failed = |e| KeyError::Io { done: "written", path: path.to_owned(), source: io::Error::other(e) };
    let mut key = PrivateKey::new(KeypairData::Ed25519(pair), comment).map_err(failed)?;
    if let Protection::Passphrase(secret) = protection {
        passphrase::check(secret)?;
        let mut salt = vec![0; SALT_SIZE];
        getrandom::fill(&mut salt).map_err(KeyError::NoRandomness)?;
        let kdf = Kdf::Bcrypt { salt, rounds: ROUNDS };
        // Two equal numbers that tell a right passphrase from a wrong one.
        let check = getrandom::u32().map_err(KeyError::NoRandomness)?;
        key = key.encrypt_with(Cipher::Aes256Ctr, kdf, check, &**secret).map_err(failed)?;
    }
    key.to_openssh(LineEnding::LF).map_err(failed)
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> Result<(), KeyError> {
    let failed = |done| move |source| KeyError::Io { done, path: path.to_owned(), source };
    // O_EXCL: made here or not at all, and never through a symbolic link.
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(mode).open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(KeyError::Exists(path.to_owned())),
        Err(e) => return Err(failed("created")(e)),
    };
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|error| {
        let _ = fs::remove_file(path);
        failed("written")(error)
    })
}

fn sync_folder(path: &Path) -> Result<(), KeyError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|f| f.sync_all()).map_err(|source| KeyError::Io {
        done: "written",
        path: folder.to_owned(),
        source,
    })
}

/// Writes a secret that is no key: mode 0600, never over another file, on the disk when it returns.
///
/// # Errors
/// The file exists, or cannot be written; then nothing is left behind.
pub(crate) fn write_secret(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    write_new(path, content, 0o600)?;
    sync_folder(path)
}

/// Reads a secret that is no key, of at most `limit` bytes.
///
/// # Errors
/// Not a file, too large, or open to others.
pub(crate) fn read_secret(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (mut file, mode) = open_checked(path, false)?;
    refuse_open_to_others(path, mode)?;
    read_bounded(&mut file, path, u64::try_from(limit).unwrap_or(u64::MAX))
}

/// Opens a file and returns its permissions, taken from what was opened. A pipe (`<(…)` of a shell) is let
/// through only if asked for.
fn open_checked(path: &Path, pipes: bool) -> Result<(File, u32), KeyError> {
    use std::os::unix::fs::FileTypeExt as _;
    let failed = |source| KeyError::Io { done: "read", path: path.to_owned(), source };
    let fits = |kind: fs::FileType| kind.is_file() || (pipes && kind.is_fifo());
    // Before opening: opening a pipe would wait for its writer, opening a device may do anything.
    if !fits(fs::metadata(path).map_err(failed)?.file_type()) {
        return Err(KeyError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !fits(metadata.file_type()) {
        return Err(KeyError::NotAFile(path.to_owned()));
    }
    Ok((file, metadata.permissions().mode() & 0o7777))
}

fn refuse_open_to_others(path: &Path, mode: u32) -> Result<(), KeyError> {
    if mode & 0o077 != 0 {
        return Err(KeyError::OpenToOthers { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Reads all, unless that is more than `limit`. The buffer never grows, so no copy is left behind.
fn read_bounded(file: &mut File, path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let room = limit.saturating_add(1);
    let capacity = usize::try_from(room).unwrap_or(usize::MAX).saturating_add(64);
    let mut content = Zeroizing::new(Vec::with_capacity(capacity));
    match file.take(room).read_to_end(&mut content) {
        Err(source) => Err(KeyError::Io { done: "read", path: path.to_owned(), source }),
        Ok(size) if u64::try_from(size).is_ok_and(|size| size <= limit) => Ok(content),
        Ok(_) => Err(KeyError::TooLarge { path: path.to_owned(), limit }),
    }
}

fn parse_private(text: &str, origin: &str) -> Result<PrivateKey, KeyError> {
    let label =
        text.strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----")).map(|(label, _)| label);
    let other = |found: &str| KeyError::NotEd25519 { origin: origin.into(), found: found.into() };
    match label {
        Some("OPENSSH PRIVATE KEY") => {}
        Some("RSA PRIVATE KEY") => return Err(other("an RSA key")),
        Some("EC PRIVATE KEY") => return Err(other("an ECDSA key")),
        Some("DSA PRIVATE KEY") => return Err(other("a DSA key")),
        _ => return Err(KeyError::NotAKey { origin: origin.into() }),
    }
    PrivateKey::from_openssh(text).map_err(|error| match error {
        ssh_key::Error::AlgorithmUnknown => other("of another kind (ECDSA, for example)"),
        ssh_key::Error::Encoding(ssh_key::encoding::Error::Label(_)) => KeyError::Encryption(origin.into()),
        error => KeyError::Damaged { origin: origin.into(), reason: error.to_string() },
    })
}

/// The kind of a key for a sentence: "an RSA key".
fn name_of(algorithm: &Algorithm) -> String {
    match algorithm {
        Algorithm::Dsa => "a DSA key".into(),
        Algorithm::Ecdsa { .. } => "an ECDSA key".into(),
        Algorithm::Rsa { .. } => "an RSA key".into(),
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => "a key on a FIDO token".into(),
        other => format!("a key of kind {other}"),
    }
}
