//! Errors as people see them: what happened, then what to do; and the exit code.

use std::process::ExitCode;

use ledger_core::domain::Rejection;
use ledger_core::exchange::acts::BadLine;
use ledger_core::journal::JournalError;
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

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        ExitCode::from(answer as u8)
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) answer: Answer,
    /// A rule or flaw code, where there is one.
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl CommandError {
    pub(crate) fn new(answer: Answer, message: impl Into<String>) -> Self {
        Self { answer, code: None, message: message.into(), hint: None }
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
            answer: Answer::No,
            code: Some(rejection.rule.to_string()),
            message: format!("not recorded: {}", rejection.why),
            hint: rejection.remedy,
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let answer = match &error {
            StoreError::MissingEntries { .. }
            | StoreError::TailTooLong { .. }
            | StoreError::HeadFile { .. }
            | StoreError::Corrupt { .. } => Answer::Unsound,
            StoreError::NotALedger { .. } | StoreError::AlreadyExists { .. } => Answer::Usage,
            _ => Answer::Unknown,
        };
        // The store's sentences say what happened first and what to do after the last semicolons.
        Self::new(answer, error.to_string())
    }
}

impl From<JournalError> for CommandError {
    fn from(error: JournalError) -> Self {
        let message = error.to_string();
        match error {
            JournalError::Store(error) => error.into(),
            JournalError::Rejected(rejection) => rejection.into(),
            JournalError::Evidence(finding) => Self {
                answer: Answer::Unsound,
                code: Some(finding.code.to_string()),
                message: format!("the ledger does not hold at entry {}: {}", finding.entry, finding.reason),
                hint: Some("run `jointledger verify` to see all findings".into()),
            },
            JournalError::Unfit(finding) => Self {
                answer: Answer::No,
                code: Some(finding.code.to_string()),
                message: format!("not recorded, because no auditor would let it pass: {}", finding.reason),
                hint: None,
            },
            JournalError::Seal(SealError::Encoding(_)) => Self::new(Answer::Usage, message),
            JournalError::ActIdTaken { .. } => Self::new(Answer::No, message),
            JournalError::Seal(SealError::Signer(_))
            | JournalError::ClockBehind { .. }
            | JournalError::MustReopen => Self::new(Answer::Unknown, message),
        }
    }
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        let answer = match &error {
            KeyError::NoKey | KeyError::BadComment | KeyError::PublicName(_) => Answer::Usage,
            _ => Answer::Unknown,
        };
        Self::new(answer, error.to_string())
    }
}

impl From<CharterError> for CommandError {
    fn from(error: CharterError) -> Self {
        Self::new(Answer::Unknown, error.to_string())
    }
}

impl From<BadLine> for CommandError {
    fn from(error: BadLine) -> Self {
        Self::usage(error.to_string())
    }
}
