//! Errors as people see them: what happened, then what to do; and the exit code.

use ledger_core::domain::Rejection;
use ledger_core::exchange::acts::BadLine;
use ledger_core::journal::{JournalError, flaw_of_store};
use ledger_core::ledger::accession::AccessionError;
use ledger_core::ledger::charter::CharterError;
use ledger_core::ledger::entry::SealError;
use ledger_core::store::StoreError;
use serde::Serialize;

use crate::keyfile::KeyError;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// Done.
    Done,
    /// The answer is no: a rule said no, or differences were found.
    No,
    /// The call was wrong.
    Usage,
    /// It could not be found out: key, lock, disk.
    Unknown,
    /// The evidence does not hold.
    Unsound,
}

impl Answer {
    /// The exit code.
    pub(crate) const fn code(self) -> i32 {
        self as i32
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) answer: Answer,
    /// A rule or flaw code, where there is one.
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    /// What was recorded before it, where that is a question.
    pub(crate) so_far: Option<String>,
    pub(crate) hint: Option<String>,
    /// Whoever read the answer went away; there is nobody to tell.
    pub(crate) is_gone: bool,
}

impl CommandError {
    pub(crate) fn new(answer: Answer, message: impl Into<String>) -> Self {
        Self { answer, code: None, message: message.into(), so_far: None, hint: None, is_gone: false }
    }

    /// A reader that went away is no error.
    pub(crate) fn gone() -> Self {
        Self { is_gone: true, ..Self::new(Answer::Done, "nobody reads the answer any more") }
    }

    /// The answer, after it was told. Also when nobody reads to the end, the exit code says what was found.
    pub(crate) fn after(told: Result<(), Self>, answer: Answer) -> Result<Answer, Self> {
        match told {
            Err(error) if !error.is_gone => Err(error),
            _ => Ok(answer),
        }
    }

    /// From a text that says what happened and, after `mark`, what to do.
    fn split(answer: Answer, text: &str, mark: &str) -> Self {
        match text.split_once(mark) {
            Some((message, hint)) => Self::new(answer, message).hint(hint),
            None => Self::new(answer, text),
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Answer::Usage, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// For `map_err` after a call to the file system.
    pub(crate) fn io(what: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::new(Answer::Unknown, format!("could not {what}: {error}"))
    }
}

impl From<Rejection> for CommandError {
    fn from(rejection: Rejection) -> Self {
        Self {
            code: Some(rejection.rule.to_string()),
            hint: rejection.remedy,
            ..Self::new(Answer::No, format!("not recorded: {}", rejection.why))
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let answer = match &error {
            StoreError::MissingEntries { .. }
            | StoreError::TailTooLong { .. }
            | StoreError::HeadFile { .. }
            | StoreError::Bundle { .. }
            | StoreError::Corrupt { .. } => Answer::Unsound,
            StoreError::NotALedger { .. }
            | StoreError::NotABundle { .. }
            | StoreError::AlreadyExists { .. } => Answer::Usage,
            _ => Answer::Unknown,
        };
        // The code under which an audit finds it, and the manual explains it.
        let code = flaw_of_store(&error).map(|finding| finding.code.to_string());
        let told = match &error {
            StoreError::InUse { .. } => Self::split(answer, &error.to_string(), "; ")
                .hint("try again when it is done, or wait for it with --wait SECONDS"),
            StoreError::MustReopen { cause } => {
                let cause = cause.to_string();
                let text = error.to_string();
                let told = text.split_once(&cause).map_or("", |(_, rest)| rest.trim_start_matches("; "));
                Self::new(answer, format!("the store has stopped: {cause}")).hint(told)
            }
            // What happened stands before the first semicolon, what to do behind it.
            _ => Self::split(answer, &error.to_string(), "; "),
        };
        Self { code, ..told }
    }
}

impl From<JournalError> for CommandError {
    fn from(error: JournalError) -> Self {
        let message = error.to_string();
        match error {
            JournalError::Store(error) => error.into(),
            JournalError::Rejected(rejection) => rejection.into(),
            JournalError::Evidence(finding) => {
                let message =
                    format!("the ledger does not hold at entry {}: {}", finding.entry, finding.reason);
                Self { code: Some(finding.code.to_string()), ..Self::new(Answer::Unsound, message) }
                    .hint("do not append; run `jointledger verify` to see all findings")
            }
            JournalError::Unfit(finding) => {
                let message =
                    format!("not recorded, because no auditor would let it pass: {}", finding.reason);
                Self { code: Some(finding.code.to_string()), ..Self::new(Answer::No, message) }
            }
            JournalError::Seal(SealError::Encoding(_)) => Self::new(Answer::Usage, message),
            JournalError::ActIdTaken { .. } => Self::split(Answer::No, &message, "; "),
            JournalError::Seal(SealError::Signer(_)) => Self::new(Answer::Unknown, message),
            JournalError::NotUnder { .. } | JournalError::Unprovable(_) => {
                Self::split(Answer::No, &message, "; ")
            }
            JournalError::Node(_) => Self::new(Answer::Unknown, message)
                .hint("remove the folder `tree` of the ledger: it is made again from the entries"),
            JournalError::ClockBehind { .. } | JournalError::MustReopen => {
                Self::split(Answer::Unknown, &message, "; ")
            }
        }
    }
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        let answer = match &error {
            KeyError::NoKey | KeyError::BadComment | KeyError::PublicName(_) => Answer::Usage,
            _ => Answer::Unknown,
        };
        match error {
            KeyError::Io { .. } => Self::new(answer, error.to_string()),
            // What happened stands before the colon, what to do behind it; a reason in brackets may have its own.
            error => {
                let text = error.to_string();
                match text.split_once("): ") {
                    Some((message, hint)) => Self::new(answer, format!("{message})")).hint(hint),
                    None => Self::split(answer, &text, ": "),
                }
            }
        }
    }
}

impl From<CharterError> for CommandError {
    fn from(error: CharterError) -> Self {
        Self::new(Answer::Unknown, error.to_string())
    }
}

impl From<AccessionError> for CommandError {
    fn from(error: AccessionError) -> Self {
        Self::new(Answer::Unknown, error.to_string())
    }
}

impl From<BadLine> for CommandError {
    fn from(error: BadLine) -> Self {
        Self::usage(error.to_string())
    }
}
