//! The packages: releases one after the other, or records with what they come to.

use std::io::{self, Write};

use super::merge::compile;
use super::process::Process;
use super::sheet::moment;
use crate::exchange::json::Json;
use crate::ledger::Head;

/// The extensions of the standard in which we say what it has no words for, each at one version.
pub const EXTENSIONS: [&str; 9] = [
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_techniques_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_options_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_contract_suppliers_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_contract_buyer_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_contract_signatories_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_budget_breakdown_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_legalBasis_extension/1.1/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_eu_extension/1.1/extension.json",
];

/// A publication that is complete.
#[derive(Debug)]
pub struct Published {
    processes: Vec<Process>,
    head: Head,
    left_out: u64,
}

impl Published {
    pub(super) const fn new(processes: Vec<Process>, head: Head, left_out: u64) -> Self {
        Self { processes, head, left_out }
    }

    /// How many releases there are.
    pub fn releases(&self) -> u64 {
        self.processes.iter().map(|process| process.releases().len() as u64).sum()
    }

    /// How many records there are: one for each contracting process.
    pub const fn records(&self) -> u64 {
        self.processes.len() as u64
    }

    /// How many releases and papers are not published because of what they are.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Writes a release package: the releases in the order of the processes, and in each of the entries.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_releases(&self, out: &mut dyn Write) -> io::Result<()> {
        let releases = self.processes.iter().flat_map(Process::releases);
        self.write("releases", releases, |release| release.clone(), out)
    }

    /// Writes a record package: the releases of each process, and the release that they come to.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_records(&self, out: &mut dyn Write) -> io::Result<()> {
        let record = |process: &Process| {
            Json::object([
                ("ocid", Some(Json::text(process.ocid()))),
                ("releases", Some(Json::List(process.releases().to_vec()))),
                ("compiledRelease", Some(compile(process.releases()))),
            ])
        };
        self.write("records", self.processes.iter(), |process| record(process), out)
    }

    /// Writes a package. It is made in memory before its first byte is written.
    fn write<'a, T: 'a>(
        &self,
        name: &str,
        elements: impl Iterator<Item = &'a T>,
        json: impl Fn(&T) -> Json,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut package = self.about(name);
        package.set(name, Json::List(elements.map(json).collect()));
        package.write(out, 0)?;
        out.write_all(b"\n")
    }

    /// What a package says about itself. It has no clock: it is as old as the last entry.
    fn about(&self, name: &str) -> Json {
        let origin = self.head.origin.as_ref().map(ToString::to_string).unwrap_or_default();
        let size = self.head.size;
        let ledger = Json::object([
            ("origin", Some(Json::text(&origin))),
            ("entries", Some(Json::whole(size))),
            ("root", Some(Json::text(self.head.frontier.root()))),
            ("leftOut", Some(Json::whole(self.left_out))),
        ]);
        Json::object([
            ("uri", Some(Json::Text(format!("https://{origin}/ocds/{size}/{name}.json")))),
            ("version", Some(Json::text("1.1"))),
            ("extensions", Some(Json::List(EXTENSIONS.iter().map(Json::text).collect()))),
            ("publishedDate", self.head.recorded_at.map(moment)),
            ("publisher", Some(Json::object([("name", Some(Json::text(&origin)))]))),
            ("ledger", Some(ledger)),
        ])
    }
}
