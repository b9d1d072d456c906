//! Rows with their texts: what the layers above read of an entity, a relationship, a statement and a source.

use jiff::{Timestamp, civil::Date};

use super::{
    rows::{
        EntityIx, EntityRow, EvidenceIx, EvidenceRow, NameRow, Rare, RelationshipIx, RelationshipRow, SourceIx,
        SourceRow,
    },
    snapshot::Snapshot,
    text::Text,
};
use crate::model::{
    Amount, Capability, Claim, EntityKind, EntityStatus, Held, NameKind, PartialDate, RelationshipKind,
    RelationshipStatus, Set, Share, ShareOf, Stance, Stated, UnknownReason, Validity, Voice,
};

/// Declares the methods that read a text of the row.
macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        $($(#[$meta])*
        #[must_use]
        pub fn $name(&self) -> Option<&'a str> {
            self.snapshot.base.texts.text(self.row().$name)
        })+
    };
}

/// Declares a row with its snapshot.
macro_rules! reference {
    ($(#[$meta:meta])* $name:ident, $row:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'a> {
            pub(super) snapshot: &'a Snapshot,
            pub(super) row: &'a $row,
        }

        impl<'a> $name<'a> {
            fn row(&self) -> &'a $row {
                self.row
            }

            fn required(&self, text: Text) -> &'a str {
                self.snapshot.base.texts.text(text).expect("the builder gave every row this text")
            }

            /// Its id, unique and stable.
            #[must_use]
            pub fn id(&self) -> &'a str {
                self.required(self.row().id)
            }
        }
    };
}

reference! {
    /// A version of an entity.
    EntityRef, EntityRow
}
reference! {
    /// A version of a relationship.
    RelationshipRef, RelationshipRow
}
reference! {
    /// A statement of a version of a relationship.
    EvidenceRef, EvidenceRow
}
reference! {
    /// A version of a source.
    SourceRef, SourceRow
}

/// Declares when a version was known.
macro_rules! versioned {
    ($($name:ident)+) => {
        $(impl $name<'_> {
            /// Which of the record's versions this is, from 1.
            #[must_use]
            pub fn version(&self) -> u32 {
                self.row.recorded.version
            }

            /// When this version entered the graph.
            #[must_use]
            pub fn recorded_at(&self) -> Timestamp {
                self.snapshot.time(self.row.recorded.from).unwrap_or_default()
            }

            /// When this version was taken back, or gave way to the next.
            #[must_use]
            pub fn retracted_at(&self) -> Option<Timestamp> {
                self.snapshot.time(self.row.recorded.until)
            }
        })+
    };
}
versioned! { EntityRef RelationshipRef SourceRef }

impl<'a> EntityRef<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, ix: EntityIx) -> Self {
        let row = snapshot.entity_row(ix, snapshot.known());
        Self { snapshot, row }
    }

    /// The version that was known when so many record times had passed; none when it was not known then.
    pub(super) fn known(snapshot: &'a Snapshot, ix: EntityIx, known: u32) -> Option<Self> {
        let row = snapshot.entity_row(ix, known);
        row.recorded.is_known(known).then_some(Self { snapshot, row })
    }
}

impl<'a> RelationshipRef<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, ix: RelationshipIx) -> Self {
        let row = &snapshot.base.relationships[ix.at()];
        Self { snapshot, row }
    }
}

impl<'a> EvidenceRef<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, ix: EvidenceIx) -> Self {
        let row = &snapshot.base.evidence[ix.at()];
        Self { snapshot, row }
    }
}

impl<'a> SourceRef<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, ix: SourceIx) -> Self {
        let row = snapshot.source_row(ix, snapshot.known());
        Self { snapshot, row }
    }
}

impl<'a> EntityRef<'a> {
    texts! {
        /// One or two sentences.
        description,
        /// ISO 3166-1 alpha-2 or ISO 3166-2.
        country,
        /// Its website.
        website,
        /// What a source carries beyond this, as JSON text.
        properties,
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> EntityKind {
        self.row().kind
    }

    /// Its main name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.required(self.row().name)
    }

    /// Its other names, in the order of the data.
    pub fn names(&self) -> impl Iterator<Item = NameRef<'a>> {
        let snapshot = self.snapshot;
        self.row()
            .names
            .of(&snapshot.base.names)
            .iter()
            .map(move |row| NameRef { snapshot, row })
    }

    /// Its main name, then its others.
    pub fn all_names(&self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.name()).chain(self.names().map(|name| name.text()))
    }

    /// Scheme and value of each identifier, in the order of the data.
    pub fn identifiers(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let snapshot = self.snapshot;
        let text = |text| snapshot.base.texts.text(text).unwrap_or_default();
        self.row()
            .identifiers
            .of(&snapshot.base.identifiers)
            .iter()
            .map(move |row| (text(row.scheme), text(row.value)))
    }

    /// Whether it still exists.
    #[must_use]
    pub fn status(&self) -> EntityStatus {
        self.row().status
    }

    /// When it came into being.
    #[must_use]
    pub fn founded(&self) -> Option<PartialDate> {
        self.row().founded
    }

    /// When it ceased to be.
    #[must_use]
    pub fn dissolved(&self) -> Option<PartialDate> {
        self.row().dissolved
    }

    /// For events: the first day.
    #[must_use]
    pub fn starts_on(&self) -> Option<PartialDate> {
        self.row().starts_on
    }

    /// For events: the last day, inclusive.
    #[must_use]
    pub fn ends_on(&self) -> Option<PartialDate> {
        self.row().ends_on
    }
}

/// Another name of an entity.
#[derive(Debug, Clone, Copy)]
pub struct NameRef<'a> {
    snapshot: &'a Snapshot,
    row: &'a NameRow,
}

impl<'a> NameRef<'a> {
    /// The name as written.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.snapshot.base.texts.text(self.row.text).unwrap_or_default()
    }

    /// BCP 47.
    #[must_use]
    pub fn language(&self) -> Option<&'a str> {
        self.snapshot.base.texts.text(self.row.language)
    }

    /// ISO 15924.
    #[must_use]
    pub fn script(&self) -> Option<&'a str> {
        self.snapshot.base.texts.text(self.row.script)
    }

    /// What kind of name it is.
    #[must_use]
    pub fn kind(&self) -> NameKind {
        self.row.kind
    }
}

impl<'a> RelationshipRef<'a> {
    texts! {
        /// In the source's words.
        role,
        /// What a source carries beyond this, as JSON text.
        properties,
    }

    /// What is claimed.
    #[must_use]
    pub fn kind(&self) -> RelationshipKind {
        self.row().kind
    }

    /// The entity it starts from; none when not disclosed.
    #[must_use]
    pub fn from(&self) -> Option<EntityIx> {
        self.row().from.known()
    }

    /// The entity it leads to; none when not disclosed.
    #[must_use]
    pub fn to(&self) -> Option<EntityIx> {
        self.row().to.known()
    }

    /// Why one end is not disclosed.
    #[must_use]
    pub fn unknown(&self) -> Option<UnknownReason> {
        self.row().unknown
    }

    /// How firm the claim is.
    #[must_use]
    pub fn status(&self) -> RelationshipStatus {
        self.row().status
    }

    /// When it held.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.row().validity
    }

    /// What can be said of `day`.
    #[must_use]
    pub fn held(&self, day: Date) -> Held {
        self.row().validity.held(day, Stated::spanning(self.stated_dates()))
    }

    /// How much; none when not stated.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        self.row().share.of(&self.snapshot.base.rare.shares).copied()
    }

    /// Whether it gives the last word for certain: over 50 % of the capital or the votes, undisputed. A share of the profit
    /// gives none.
    #[must_use]
    pub fn is_certain_majority(&self) -> bool {
        let decides = |share: Share| share.of != ShareOf::Profit && share.range.is_majority();
        !self.disputed() && self.share().is_some_and(decides)
    }

    /// How much money.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        self.snapshot.amount(self.row().amount)
    }

    /// What is offered.
    #[must_use]
    pub fn capabilities(&self) -> Set<Capability> {
        self.row().capabilities
    }

    /// Whether sources contradict each other.
    #[must_use]
    pub fn disputed(&self) -> bool {
        self.row().disputed
    }

    /// What the sources say, in the order of the data.
    pub fn evidence(&self) -> impl Iterator<Item = EvidenceIx> + use<> {
        let span = self.row().evidence;
        (span.start..span.start + span.len).map(EvidenceIx)
    }

    /// When it was asserted: the date of each statement that does so, else that of its source. Both as known.
    fn stated_dates(&self) -> impl Iterator<Item = PartialDate> {
        let statements = self.evidence().map(|ix| self.snapshot.statement(ix));
        let asserting = statements.filter(|statement| statement.stance() == Stance::Asserts);
        asserting.filter_map(|statement| {
            let source = || self.snapshot.source(statement.source()).published_on();
            statement.stated_on().or_else(source)
        })
    }

    /// When it was last asserted.
    #[must_use]
    pub fn last_stated_on(&self) -> Option<PartialDate> {
        self.stated_dates()
            .max_by_key(|date| (date.last_day(), date.first_day()))
    }

    /// The claim as a sentence, told on `day`.
    #[must_use]
    pub fn sentence(&self, day: Date) -> String {
        self.told(self.from(), self.to(), |claim| {
            claim.sentence(Voice::on(day, claim.validity))
        })
    }

    /// The claim as a clause without its subject, told on `day`. A symmetric claim leads to `to`, whichever end that is.
    #[must_use]
    pub fn clause(&self, to: EntityIx, day: Date) -> String {
        self.told(None, Some(to), |claim| claim.clause(Voice::on(day, claim.validity)))
    }

    fn told(&self, from: Option<EntityIx>, to: Option<EntityIx>, tell: impl FnOnce(&Claim<'_>) -> String) -> String {
        let name = |end: Option<EntityIx>| end.map(|entity| self.snapshot.entity(entity).name());
        let amount = self.amount();
        let sources = self.evidence().map(|statement| {
            let statement = self.snapshot.statement(statement);
            (statement.stance(), self.snapshot.source(statement.source()).publisher())
        });
        let claim = Claim {
            from: name(from),
            kind: self.kind(),
            to: name(to),
            unknown: self.unknown(),
            role: self.role(),
            status: self.status(),
            validity: self.validity(),
            share: self.share(),
            amount: amount.as_ref(),
            disputed: self.disputed(),
            last_stated_on: self.last_stated_on(),
            sources: sources.collect(),
        };
        tell(&claim)
    }
}

impl<'a> EvidenceRef<'a> {
    texts! {
        /// Where in the source.
        locator,
        /// What it says, in the data's words.
        summary,
    }

    /// What it is about.
    #[must_use]
    pub fn relationship(&self) -> RelationshipIx {
        self.row().relationship
    }

    /// Who says so.
    #[must_use]
    pub fn source(&self) -> SourceIx {
        self.row().source
    }

    /// Whom the source quotes.
    #[must_use]
    pub fn speaker(&self) -> Option<EntityIx> {
        self.row().speaker.known()
    }

    /// For or against the claim.
    #[must_use]
    pub fn stance(&self) -> Stance {
        self.row().stance
    }

    /// When it was said, where that is not the source's date.
    #[must_use]
    pub fn stated_on(&self) -> Option<PartialDate> {
        self.row().stated_on
    }

    /// This source's own figure.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        self.row().share.of(&self.snapshot.base.rare.shares).copied()
    }

    /// This source's own figure.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        self.snapshot.amount(self.row().amount)
    }

    /// From 0 to 1, where the data rates its sources.
    #[must_use]
    pub fn confidence(&self) -> Option<f64> {
        self.row().confidence
    }
}

impl<'a> SourceRef<'a> {
    texts! {
        /// Where it can be read.
        url,
        /// Under which licence its content may be used.
        licence,
    }

    /// Who published it.
    #[must_use]
    pub fn publisher(&self) -> &'a str {
        self.required(self.row().publisher)
    }

    /// What it is called.
    #[must_use]
    pub fn title(&self) -> &'a str {
        self.required(self.row().title)
    }

    /// When it was published.
    #[must_use]
    pub fn published_on(&self) -> Option<PartialDate> {
        self.row().published_on
    }
}

impl Snapshot {
    fn amount(&self, amount: Rare) -> Option<Amount> {
        let row = amount.of(&self.base.rare.amounts)?;
        Some(Amount {
            value: row.value,
            currency: row.currency,
            of: self.base.texts.text(row.of).map(str::to_owned),
        })
    }
}
