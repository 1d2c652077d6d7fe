//! Certificates of exemption from value added tax, and the invoices that rest on them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InvoiceLine, Procurement};
use crate::domain::codes::{DocumentKind, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{CertificateId, ContractId, InvoiceId, Reference};
use crate::domain::party::{EXEMPTION, PAYER};
use crate::domain::quantity::Quantity;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::code_list;

code_list! {
    /// On which ground a purchase is exempt from value added tax (domain.md 5.1).
    VatRegime: "a ground of exemption from value added tax" {
        /// Common procurement under SAFE (Regulation (EU) 2025/1106).
        1 Safe "SAFE";
        /// Forces of a NATO state (Directive 2006/112/EC, article 151).
        2 Article151Nato "ART151_NATO";
        /// Forces in an effort under the common security and defence policy (the same).
        3 Article151Csdp "ART151_CSDP";
    }
}

/// How much of a contract line a certificate exempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptLine {
    /// Number of the contract line
    pub line: u32,
    /// How much of it is exempt
    pub quantity: Quantity,
}

events! {
    /// Record a certificate that exempts a party's goods under a contract from value added tax
    VatCertificateRecorded {
        /// Number of the certificate in this ledger
        certificate: CertificateId,
        /// Number of the contract
        contract: ContractId,
        /// The ground of the exemption
        regime: VatRegime,
        /// The certificate's own serial number
        serial: Reference,
        /// The party whose goods are exempt
        party: Party,
        /// What is exempt, in the order of the contract lines
        lines: Vec<ExemptLine>,
        /// Whether the host state has stamped it
        host_stamp: bool,
        /// The host state's waiver of its stamp
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waiver: Option<Reference>,
    }

    /// Rest an invoice without value added tax on a certificate
    InvoiceVatExempted {
        /// Number of the invoice
        invoice: InvoiceId,
        /// Number of the certificate
        certificate: CertificateId,
    }
}

/// A certificate and how much of it is used.
#[derive(Debug, Clone, Serialize)]
pub struct VatCertificate {
    /// What it says.
    pub terms: VatCertificateRecorded,
    /// The entry that recorded it.
    pub recorded_in: u64,
    /// How much of each line invoices rest on it with.
    pub used: BTreeMap<u32, Quantity>,
}

impl VatCertificate {
    /// How much of a line may still be charged without tax.
    pub fn left(&self, line: u32) -> Option<Quantity> {
        let exempt = self.terms.lines.iter().find(|exempt| exempt.line == line)?.quantity;
        exempt.minus(self.used.get(&line).copied().unwrap_or(exempt.none()))
    }
}

impl Procurement {
    fn vat_certificate(&self, id: &CertificateId) -> Result<&VatCertificate, Rejection> {
        self.vat_certificates.get(id).ok_or_else(|| Rejection::unknown("exemption certificate", id))
    }

    /// What the certificates of a party exempt of a line, and `more`.
    fn exempt(&self, contract: &ContractId, party: Party, line: u32, more: Quantity) -> Option<Quantity> {
        let others = self.vat_certificates.iter().map(|(_, certificate)| &certificate.terms);
        others
            .filter(|terms| terms.contract == *contract && terms.party == party)
            .flat_map(|terms| terms.lines.iter().filter(|exempt| exempt.line == line))
            .try_fold(more, |sum, exempt| sum.plus(exempt.quantity))
    }
}

impl State {
    /// All certificates of exemption from value added tax.
    pub fn vat_certificates(&self) -> impl Iterator<Item = (&CertificateId, &VatCertificate)> {
        self.procurement.vat_certificates.iter()
    }
}

impl Rules for VatCertificateRecorded {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.party, EXEMPTION)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::TaxExemption]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let procurement = &state.procurement;
        if procurement.vat_certificates.contains(&self.certificate) {
            return Err(Rejection::taken("exemption certificate", &self.certificate));
        }
        let contract = procurement.open_contract(&self.contract)?;
        let mut all = procurement.vat_certificates.iter().map(|(_, certificate)| &certificate.terms);
        let known = all.find(|terms| terms.regime == self.regime && terms.serial == self.serial);
        if let Some(known) = known {
            return Err(Rejection::new(
                Rule::S02,
                format!(
                    "{} certificate {} is recorded already, as {}",
                    self.regime, self.serial, known.certificate
                ),
            ));
        }
        require(self.host_stamp != self.waiver.is_some(), Rule::S05, || {
            "a certificate bears the stamp of the host state, or its waiver".into()
        })?;
        require(!self.lines.is_empty(), Rule::S05, || "the certificate exempts nothing".into())?;
        let rising = self.lines.windows(2).all(|pair| matches!(pair, [a, b] if a.line < b.line));
        require(rising, Rule::S05, || "the lines stand in the order of their numbers, each once".into())?;
        for exempt in &self.lines {
            let progress = contract.progress.get(&(exempt.line, self.party)).ok_or_else(|| {
                Rejection::new(Rule::P16, format!("line {} buys nothing for {}", exempt.line, self.party))
            })?;
            let total = procurement.exempt(&self.contract, self.party, exempt.line, exempt.quantity);
            require(total.is_some_and(|total| total.at_most(progress.contracted)), Rule::P16, || {
                format!(
                    "more of line {} would be exempt for {} than the contracted {}",
                    exempt.line, self.party, progress.contracted
                )
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.dossier.vat_certificates.push(self.certificate.clone());
        }
        let certificate = VatCertificate { terms: self.clone(), recorded_in: act.seq, used: BTreeMap::new() };
        state.procurement.vat_certificates.insert(self.certificate.clone(), certificate);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl VatCertificate {
    /// An invoice that rested on it is taken back.
    pub(super) fn release(&mut self, lines: &[InvoiceLine]) {
        for charged in lines {
            if let Some(sum) = self.used.get_mut(&charged.line) {
                *sum = sum.minus(charged.quantity).unwrap_or(*sum);
            }
        }
    }
}

impl Rules for InvoiceVatExempted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let (contract, _) = state.procurement.of_invoice(&self.invoice)?;
        Ok(vec![Signer::of(contract.terms.buyer, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let invoice = state.procurement.invoice(&self.invoice)?;
        let certificate = state.procurement.vat_certificate(&self.certificate)?;
        require(invoice.exempted_by.is_none(), Rule::S03, || {
            format!("invoice {} rests on a certificate already", self.invoice)
        })?;
        require(certificate.terms.contract == invoice.terms.contract, Rule::P16, || {
            format!("certificate {} is for contract {}", self.certificate, certificate.terms.contract)
        })?;
        require(invoice.terms.vat.is_zero(), Rule::P16, || {
            format!("invoice {} charges {} of value added tax", self.invoice, invoice.terms.vat)
        })?;
        for charged in &invoice.terms.lines {
            let left = certificate.left(charged.line);
            require(left.is_some_and(|left| charged.quantity.at_most(left)), Rule::P16, || {
                format!(
                    "invoice {} charges {} of line {}, more than certificate {} still exempts",
                    self.invoice, charged.quantity, charged.line, self.certificate
                )
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) else { return };
        invoice.exempted_by = Some(self.certificate.clone());
        let Some(certificate) = state.procurement.vat_certificates.get_mut(&self.certificate) else { return };
        for charged in &invoice.terms.lines {
            let sum = certificate.used.entry(charged.line).or_insert(charged.quantity.none());
            *sum = sum.plus(charged.quantity).unwrap_or(*sum);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_invoice(&self.invoice)
    }
}
