//! What the books of the runs look like, column by column (docs/books.md).

use std::fmt::Display;
use std::str::FromStr;

use super::{Column, Form, Part, Shape, Within};
use crate::domain::codes::{MovementNumber, Nsn, Party};
use crate::domain::consent::Family;
use crate::domain::ids::Reference;
use crate::domain::money::Currency;
use crate::domain::party::Role;
use crate::domain::quantity::Unit;
use crate::domain::reconcile::{BreakClass, RunKind};
use crate::domain::text::code_list;

/// The form of a word that is compared: as its type writes it.
fn word<T: FromStr<Err = String> + Display>(text: &str) -> Result<String, String> {
    text.parse::<T>().map(|word| word.to_string())
}

fn line(text: &str) -> Result<String, String> {
    let number = text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.map(|number| number.to_string()).ok_or_else(|| format!("{text:?} is not the number of a line"))
}

/// `MAKER:PART:NUMBER` of a thing; the values are read when the row is about one.
fn serial(text: &str) -> Result<String, String> {
    let item: Result<crate::domain::item::ItemId, String> = format!("serial:{text}").parse();
    match item {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!("{text:?} is not written MAKER:PART:NUMBER")),
    }
}

/// A role of a key, or the kind of consent that an authorisation stands for.
fn role(text: &str) -> Result<String, String> {
    word::<Role>(text).or_else(|_| word::<Family>(text)).map_err(|_| {
        format!("{text:?} is neither the role of a key, such as PBO, nor a kind of consent, such as MOVE")
    })
}

/// What the bank was told; banks change it as they like, so it is shown and not compared.
fn remittance(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

code_list! {
    /// Which way a border was crossed, seen from the ministry whose log it is.
    Direction: "a direction" {
        /// Into its state.
        1 In "IN";
        /// Out of it.
        2 Out "OUT";
    }
}

code_list! {
    /// What a ministry keeps a list of.
    Listed: "a kind of entry of a register" {
        /// An officer's key.
        1 Key "KEY";
        /// A standing authorisation that it granted.
        2 Authorisation "AUTHORISATION";
    }
}

code_list! {
    /// Whether what is listed still counts.
    ListedStatus: "a status in a register" {
        /// It counts.
        1 Active "ACTIVE";
        /// Another key took its place.
        2 Rotated "ROTATED";
        /// It was ended.
        3 Revoked "REVOKED";
        /// It fell into wrong hands.
        4 Compromised "COMPROMISED";
        /// Its time is over.
        5 Expired "EXPIRED";
        /// It does not count for now.
        6 Suspended "SUSPENDED";
    }
}

const fn column(name: &'static str, form: Form, part: Part, class: BreakClass) -> Column {
    Column { name, form, part, may_be_blank: false, class }
}

const fn optional(name: &'static str, form: Form, part: Part, class: BreakClass) -> Column {
    Column { name, form, part, may_be_blank: true, class }
}

const LOOSE: Part = Part::Name { loose: true };
const STRICT: Part = Part::Name { loose: false };
const AS_OF: Column = column("as_of", Form::Day, Part::AsOf, BreakClass::Timing);
const UNIT: Column = column("uom", Form::Word(word::<Unit>), Part::Fact, BreakClass::Quantity);
const NSN: Column = optional("nsn", Form::Word(word::<Nsn>), Part::Fact, BreakClass::Identity);
const CURRENCY: Column = column("currency", Form::Word(word::<Currency>), Part::Fact, BreakClass::Currency);

const fn quantity(name: &'static str, part: Part) -> Column {
    column(name, Form::Quantity, part, BreakClass::Quantity)
}

const fn amount(name: &'static str) -> Column {
    column(name, Form::Whole, Part::Amount, BreakClass::Amount)
}

const fn party(name: &'static str) -> Column {
    column(name, Form::Word(word::<Party>), Part::Fact, BreakClass::WrongParty)
}

const fn reference(name: &'static str, part: Part, class: BreakClass) -> Column {
    column(name, Form::Word(word::<Reference>), part, class)
}

/// R2: what the stores posted as received.
static GOODS_IN: Shape = Shape {
    run: RunKind::GoodsIn,
    columns: &[
        column("posting_date", Form::Day, Part::When(Within::WorkingDays), BreakClass::Timing),
        reference("contract", LOOSE, BreakClass::Reference),
        column("line", Form::Word(line), Part::Key, BreakClass::Reference),
        reference("delivery", LOOSE, BreakClass::Reference),
        quantity("qty", Part::Amount),
        UNIT,
        NSN,
    ],
    whose: &[],
};

/// R3: how far each nation's part of each contract is.
static CONTRACT: Shape = Shape {
    run: RunKind::Contract,
    columns: &[
        AS_OF,
        reference("contract", STRICT, BreakClass::Reference),
        column("line", Form::Word(line), Part::Key, BreakClass::Reference),
        Column { part: Part::Key, ..party("nation") },
        NSN,
        UNIT,
        quantity("contracted", Part::Fact),
        quantity("accepted", Part::Amount),
        optional("due", Form::Day, Part::When(Within::Nothing), BreakClass::Timing),
    ],
    whose: &[],
};

/// R4: the statement of account.
static BANK: Shape = Shape {
    run: RunKind::Bank,
    columns: &[
        column("value_date", Form::Day, Part::When(Within::WorkingDays), BreakClass::Timing),
        amount("amount_minor"),
        CURRENCY,
        reference("debtor", Part::Fact, BreakClass::WrongParty),
        reference("creditor", Part::Fact, BreakClass::WrongParty),
        Column { may_be_blank: true, ..reference("bank_ref", LOOSE, BreakClass::Reference) },
        optional("remittance", Form::Word(remittance), Part::Shown, BreakClass::Reference),
    ],
    whose: &[3, 4],
};

/// R5: what a supplier says of advances that are open.
static ADVANCES: Shape = Shape {
    run: RunKind::Advances,
    columns: &[
        AS_OF,
        reference("advance", LOOSE, BreakClass::Reference),
        reference("contract", Part::Fact, BreakClass::Reference),
        reference("supplier", Part::Fact, BreakClass::WrongParty),
        party("payer"),
        CURRENCY,
        amount("open_minor"),
        optional("settle_by", Form::Day, Part::When(Within::Nothing), BreakClass::Timing),
    ],
    whose: &[],
};

/// R6: what two parties owe one another.
static INTERGOVERNMENTAL: Shape = Shape {
    run: RunKind::Intergovernmental,
    columns: &[
        AS_OF,
        reference("reference", STRICT, BreakClass::Reference),
        party("debtor"),
        party("creditor"),
        CURRENCY,
        amount("amount_minor"),
    ],
    whose: &[2, 3],
};

/// R7: what is on loan.
static LOANS: Shape = Shape {
    run: RunKind::Loans,
    columns: &[
        AS_OF,
        reference("loan", LOOSE, BreakClass::Reference),
        party("lender"),
        party("borrower"),
        Column { part: Part::Key, ..NSN },
        Column { may_be_blank: true, ..column("serial", Form::Word(serial), STRICT, BreakClass::Identity) },
        Column { may_be_blank: true, ..reference("batch", STRICT, BreakClass::Identity) },
        quantity("qty", Part::Amount),
        UNIT,
        optional("due", Form::Day, Part::When(Within::Nothing), BreakClass::Timing),
    ],
    whose: &[2, 3],
};

/// R8: the log of a crossing point.
static MOVEMENTS: Shape = Shape {
    run: RunKind::Movements,
    columns: &[
        column("time", Form::Moment, Part::When(Within::Minutes), BreakClass::Timing),
        reference("bcp", Part::Key, BreakClass::Location),
        column("direction", Form::Word(word::<Direction>), Part::Key, BreakClass::WrongParty),
        column("movement_no", Form::Word(word::<MovementNumber>), LOOSE, BreakClass::Reference),
        column("vehicles", Form::Whole, Part::Fact, BreakClass::Quantity),
        column("pax", Form::Whole, Part::Fact, BreakClass::Quantity),
    ],
    whose: &[],
};

/// R9: a ministry's own list of keys and authorisations.
static REGISTERS: Shape = Shape {
    run: RunKind::Registers,
    columns: &[
        AS_OF,
        column("kind", Form::Word(word::<Listed>), Part::Key, BreakClass::Reference),
        reference("id", STRICT, BreakClass::Identity),
        party("party"),
        column("role", Form::Word(role), Part::Fact, BreakClass::Authority),
        column("status", Form::Word(word::<ListedStatus>), Part::End, BreakClass::Timing),
        optional("until", Form::Day, Part::End, BreakClass::Timing),
    ],
    whose: &[],
};

/// What the book of a run looks like. The inventory's is read by itself: its columns depend on one another.
pub const fn shape_of(run: RunKind) -> Option<&'static Shape> {
    match run {
        RunKind::Inventory => None,
        RunKind::GoodsIn => Some(&GOODS_IN),
        RunKind::Contract => Some(&CONTRACT),
        RunKind::Bank => Some(&BANK),
        RunKind::Advances => Some(&ADVANCES),
        RunKind::Intergovernmental => Some(&INTERGOVERNMENTAL),
        RunKind::Loans => Some(&LOANS),
        RunKind::Movements => Some(&MOVEMENTS),
        RunKind::Registers => Some(&REGISTERS),
    }
}
