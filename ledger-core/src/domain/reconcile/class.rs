//! What is compared, and what kinds of difference there are (domain.md section 11).

use crate::domain::text::code_list;

code_list! {
    /// Which of a ministry's books the ledger is compared with (domain.md section 11.1).
    RunKind: "a kind of run" {
        /// Inventory: what a ministry holds.
        1 Inventory "R1";
        /// Goods received: accepted deliveries.
        2 GoodsIn "R2";
        /// Contract: delivered and accepted, against the schedule of each nation.
        3 Contract "R3";
        /// Bank: payments, against the statement of account.
        4 Bank "R4";
        /// Advances that are open, against the supplier's statement.
        5 Advances "R5";
        /// What two parties owe one another.
        6 Intergovernmental "R6";
        /// What is on loan, against the other side's book.
        7 Loans "R7";
        /// Crossings of borders, against the log of the crossing point.
        8 Movements "R8";
        /// Keys and authorisations, against a ministry's own list.
        9 Registers "R9";
    }
}

impl RunKind {
    /// The kind in a word, as it is written on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            RunKind::Inventory => "inventory",
            RunKind::GoodsIn => "goods-in",
            RunKind::Contract => "contract",
            RunKind::Bank => "bank",
            RunKind::Advances => "advances",
            RunKind::Intergovernmental => "intergovernmental",
            RunKind::Loans => "loans",
            RunKind::Movements => "movements",
            RunKind::Registers => "registers",
        }
    }

    /// The kind that this word or code names.
    ///
    /// # Errors
    /// There is none; all are named.
    pub fn from_word(word: &str) -> Result<Self, String> {
        let mut all = Self::ALL.iter().map(|(_, run)| *run);
        all.find(|run| run.word() == word || run.code() == word).ok_or_else(|| {
            let words: Vec<_> = Self::ALL.iter().map(|(_, run)| run.word()).collect();
            format!("{word:?} is not a kind of run; known are {}", words.join(", "))
        })
    }
}

code_list! {
    /// What kind of difference a break is (domain.md section 11.2).
    BreakClass: "a class of break" {
        /// The ledger has it, the book has not.
        1 MissingInBook "B01";
        /// The book has it, the ledger has not.
        2 MissingInLedger "B02";
        /// The quantity or its unit differs.
        3 Quantity "B03";
        /// The amount of money differs.
        4 Amount "B04";
        /// The currency differs, or the rate at which it was changed.
        5 Currency "B05";
        /// The two sides have it on different sides of the cut-off; the next one resolves it.
        6 Timing "B06";
        /// One side has it twice.
        7 Duplicate "B07";
        /// The owner, the holder or the party to a payment differs.
        8 WrongParty "B08";
        /// The stock, serial or batch number differs.
        9 Identity "B09";
        /// The condition differs.
        10 Condition "B10";
        /// The location differs.
        11 Location "B11";
        /// One side names a reference that the other does not know.
        12 Reference "B12";
        /// It was recorded long after it occurred.
        13 LateRecording "B13";
        /// A document that should be bound is not.
        14 MissingDocument "B14";
        /// A share differs by what rounding explains.
        15 Rounding "B15";
        /// It was done without a valid basis.
        16 Authority "B16";
        /// It is owed, and its time is over.
        17 Overdue "B17";
        /// A physical count differs from the book.
        18 CountVariance "B18";
    }
}

impl BreakClass {
    /// The class in words.
    pub const fn meaning(self) -> &'static str {
        match self {
            BreakClass::MissingInBook => "missing in the book",
            BreakClass::MissingInLedger => "missing in the ledger",
            BreakClass::Quantity => "quantity",
            BreakClass::Amount => "amount",
            BreakClass::Currency => "currency",
            BreakClass::Timing => "timing",
            BreakClass::Duplicate => "duplicate",
            BreakClass::WrongParty => "wrong party",
            BreakClass::Identity => "identity",
            BreakClass::Condition => "condition",
            BreakClass::Location => "location",
            BreakClass::Reference => "unmatched reference",
            BreakClass::LateRecording => "recorded late",
            BreakClass::MissingDocument => "missing document",
            BreakClass::Rounding => "rounding",
            BreakClass::Authority => "authority",
            BreakClass::Overdue => "overdue",
            BreakClass::CountVariance => "count variance",
        }
    }
}
