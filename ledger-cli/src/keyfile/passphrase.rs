//! Where a passphrase comes from: a file that only its owner may read, or the terminal, without echo.
//!
//! There is no third way. An argument or an environment variable can be read by other processes and ends up
//! in shell histories and job logs.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{KeyError, open_checked, read_bounded, refuse_open_to_others};

/// A passphrase: bytes, as OpenSSH takes it. Wiped when dropped.
pub(crate) type Secret = Zeroizing<Vec<u8>>;

/// OpenSSH reads 1,023 bytes of a passphrase and cuts the rest off: a longer one would open the file here
/// and not there.
const PASSPHRASE_LIMIT: u64 = 1023;

/// Gives passphrases. Commands take it as a value, so that tests and jobs need no terminal.
pub(crate) trait Passphrase {
    /// The passphrase of an existing key file. `wrong` counts the ones that did not open it.
    ///
    /// # Errors
    /// Nobody to ask, or no usable answer.
    fn ask(&mut self, file: &Path, wrong: u32) -> Result<Secret, KeyError>;

    /// The passphrase for a new key file.
    ///
    /// # Errors
    /// As [`Passphrase::ask`]; also if it is empty or was not repeated alike.
    fn choose(&mut self, file: &Path) -> Result<Secret, KeyError>;

    /// How often it is worth asking for the same file.
    fn attempts(&self) -> u32;
}

/// A passphrase written down: the one line of a file with mode 0600, or of a pipe (`<(pass show ledger)`).
pub(crate) struct WrittenDown(pub(crate) PathBuf);

impl WrittenDown {
    fn read(&self) -> Result<Secret, KeyError> {
        let path = &self.0;
        let (mut file, mode) = open_checked(path, true)?;
        refuse_open_to_others(path, mode)?;
        // The line's end is not counted.
        let mut content = read_bounded(&mut file, path, PASSPHRASE_LIMIT.saturating_add(2))?;
        if content.last() == Some(&b'\n') {
            content.pop();
            if content.last() == Some(&b'\r') {
                content.pop();
            }
        }
        match check(&content) {
            Ok(()) => Ok(content),
            Err(KeyError::BadPassphrase(reason)) => {
                Err(KeyError::BadPassphraseFile { path: path.clone(), reason })
            }
            Err(error) => Err(error),
        }
    }
}

impl Passphrase for WrittenDown {
    fn ask(&mut self, _file: &Path, _wrong: u32) -> Result<Secret, KeyError> {
        self.read()
    }

    fn choose(&mut self, _file: &Path) -> Result<Secret, KeyError> {
        self.read()
    }

    fn attempts(&self) -> u32 {
        1
    }
}

/// The person at the terminal. The prompt and the answer go through the terminal itself, so they work while
/// stdin and stdout are pipes.
pub(crate) struct Terminal {
    input: PathBuf,
    output: PathBuf,
}

impl Default for Terminal {
    fn default() -> Self {
        Self { input: "/dev/tty".into(), output: "/dev/tty".into() }
    }
}

impl Terminal {
    /// Asks somewhere else.
    #[cfg(test)]
    pub(super) fn on(input: &str, output: &Path) -> Self {
        Self { input: input.into(), output: output.to_owned() }
    }

    fn read(&self, prompt: &str, file: &Path) -> Result<Secret, KeyError> {
        // Opened once for the verdict "no terminal", apart from what may go wrong while reading.
        if File::open(&self.input).is_err() {
            return Err(KeyError::NoTerminal(file.to_owned()));
        }
        let config = rpassword::ConfigBuilder::new()
            .input_file_path(self.input.display().to_string())
            .output_file_path(self.output.display().to_string())
            .build();
        match rpassword::prompt_password_with_config(prompt, config) {
            Ok(text) => Ok(Zeroizing::new(text.into_bytes())),
            Err(source) => Err(KeyError::NotEntered { path: file.to_owned(), source }),
        }
    }
}

impl Passphrase for Terminal {
    fn ask(&mut self, file: &Path, wrong: u32) -> Result<Secret, KeyError> {
        let again = if wrong > 0 { "That was not it. " } else { "" };
        let secret = self.read(&format!("{again}Passphrase for {}: ", file.display()), file)?;
        if secret.is_empty() {
            return Err(KeyError::NotEntered {
                path: file.to_owned(),
                source: io::Error::other("the line was empty"),
            });
        }
        Ok(secret)
    }

    fn choose(&mut self, file: &Path) -> Result<Secret, KeyError> {
        let first = self.read(&format!("New passphrase for {}: ", file.display()), file)?;
        check(&first)?;
        let second = self.read("The same passphrase again: ", file)?;
        if first != second {
            return Err(KeyError::PassphrasesDiffer);
        }
        Ok(first)
    }

    fn attempts(&self) -> u32 {
        3
    }
}

/// Refuses what OpenSSH could not take at its own prompt.
pub(super) fn check(secret: &[u8]) -> Result<(), KeyError> {
    if secret.is_empty() {
        return Err(KeyError::BadPassphrase("is empty"));
    }
    if u64::try_from(secret.len()).is_ok_and(|size| size > PASSPHRASE_LIMIT) {
        return Err(KeyError::BadPassphrase("has more than 1,023 bytes"));
    }
    if secret.iter().any(|b| matches!(b, 0 | b'\n' | b'\r')) {
        return Err(KeyError::BadPassphrase("has several lines, or a zero byte"));
    }
    Ok(())
}
