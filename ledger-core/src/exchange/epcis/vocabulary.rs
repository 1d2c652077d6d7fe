//! The words of EPCIS 2.0 and of its Core Business Vocabulary 2.0 that the export uses.

/// Defines a list of words of the standard.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// The word in the standard.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }
    )*};
}

words! {
    /// What kind of event it is.
    EventType {
        /// Something happened to objects.
        Object "ObjectEvent";
        /// Objects were put together for a while, or taken apart.
        Aggregation "AggregationEvent";
        /// Objects were built into another, or taken out.
        Association "AssociationEvent";
        /// Objects came under a business transaction, or left it.
        Transaction "TransactionEvent";
    }

    /// How the event changes what it speaks of.
    Action {
        /// It is there from now on.
        Add "ADD";
        /// It was there, and still is.
        Observe "OBSERVE";
        /// It is not there any more.
        Delete "DELETE";
    }

    /// What was being done.
    BizStep {
        /// Taking into one's own responsibility.
        Accepting "accepting";
        /// Coming to a place.
        Arriving "arriving";
        /// Giving an object its identity.
        Commissioning "commissioning";
        /// Counting for other ends than the accounts.
        CycleCounting "cycle_counting";
        /// Taking an object's identity from it.
        Decommissioning "decommissioning";
        /// Leaving a place.
        Departing "departing";
        /// Using up, or ending otherwise.
        Destroying "destroying";
        /// Looking at closely.
        Inspecting "inspecting";
        /// Building into another object.
        Installing "installing";
        /// Putting on what carries it.
        Loading "loading";
        /// Anything that has no word of its own.
        Other "other";
        /// Taking from who sent it.
        Receiving "receiving";
        /// Taking out of another object.
        Removing "removing";
        /// Setting aside.
        Reserving "reserving";
        /// Sending to who takes it.
        Shipping "shipping";
        /// Counting for the accounts.
        StockTaking "stock_taking";
        /// Being on the way.
        Transporting "transporting";
        /// Taking off what carried it.
        Unloading "unloading";
        /// Saying that what was said to be sent was not.
        VoidShipping "void_shipping";
    }

    /// How the objects are after it.
    Disposition {
        /// In use, as is usual.
        Active "active";
        /// As it was ordered.
        Conformant "conformant";
        /// Damaged.
        Damaged "damaged";
        /// No longer there.
        Destroyed "destroyed";
        /// Without identity, which it may get again.
        Inactive "inactive";
        /// In the middle of something.
        InProgress "in_progress";
        /// On the way from one party to another, or from place to place.
        InTransit "in_transit";
        /// Another object than was announced, or one missing.
        MismatchInstance "mismatch_instance";
        /// Another quantity than was announced.
        MismatchQuantity "mismatch_quantity";
        /// Not as it was ordered, or incomplete.
        NonConformant "non_conformant";
        /// Set aside.
        Reserved "reserved";
        /// Sent back, or come back.
        Returned "returned";
        /// Not to be used.
        Unavailable "unavailable";
        /// Nobody knows.
        Unknown "unknown";
    }

    /// What kind of business transaction it belongs to.
    TransactionType {
        /// A certificate, a receipt that somebody signed.
        Certificate "cert";
        /// What announces that goods are sent.
        DespatchAdvice "desadv";
        /// An invoice.
        Invoice "inv";
        /// What was agreed: an order, a contract, a transfer.
        Order "po";
        /// What says which goods came.
        ReceivingAdvice "recadv";
        /// A claim under which goods may go back.
        ReturnAuthorisation "rma";
    }

    /// What one end of a hand-over is.
    Side {
        /// Who owns.
        Owner "owning_party";
        /// Who holds.
        Holder "possessing_party";
        /// Where.
        Place "location";
    }
}

/// What an event says by its fixed words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// What kind of event it is.
    pub kind: EventType,
    /// How it changes what it speaks of.
    pub action: Action,
    /// What was being done.
    pub step: Option<BizStep>,
    /// How the objects are after it.
    pub disposition: Option<Disposition>,
}

impl Shape {
    /// An event about objects.
    pub(super) const fn object(action: Action, step: BizStep, disposition: Disposition) -> Self {
        Self { kind: EventType::Object, action, step: Some(step), disposition: Some(disposition) }
    }

    /// Objects were counted: nothing is said of how they are.
    pub(super) const fn counted(step: BizStep) -> Self {
        Self { kind: EventType::Object, action: Action::Observe, step: Some(step), disposition: None }
    }

    /// Objects come under a business transaction, or leave it.
    pub(super) const fn dossier(action: Action) -> Self {
        Self { kind: EventType::Transaction, action, step: None, disposition: None }
    }

    /// The same with another word on how the objects are.
    pub(super) const fn with(self, disposition: Disposition) -> Self {
        Self { disposition: Some(disposition), ..self }
    }
}
