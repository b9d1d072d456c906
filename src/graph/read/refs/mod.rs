//! Rows with their texts: the read access of other layers to entities, relationships, statements and sources.

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};

use super::snapshot::Snapshot;
use crate::{
    graph::{
        columns::{
            Columns,
            ids::write_id,
            numbers::{at, number},
            rows::{
                EntityExtra, EntityRow, EvidenceRow, Marks, NameRow, Rare, RelationshipExtra, RelationshipRow,
                SourceRow, ToEntity, VersionSpan,
            },
            text::Text,
        },
        delta::RowVersion,
        ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx},
    },
    model::{
        Amount, Capability, DayValidity, Directness, EntityKind, EntityStatus, Interest, NameKind, PartialDate,
        RelationshipKind, RelationshipStatus, SentenceParts, Set, Share, Stance, StatementPeriod, Tense, UnknownReason,
        Validity, evidence_id,
    },
};

impl Snapshot {
    /// Reads an entity.
    #[must_use]
    pub fn entity(&self, entity: EntityIx) -> EntityRef<'_> {
        EntityRef::new(self, entity)
    }

    /// Reads a relationship.
    #[must_use]
    pub fn relationship(&self, relationship: RelationshipIx) -> RelationshipRef<'_> {
        RelationshipRef::new(self, relationship)
    }

    /// Reads a statement.
    #[must_use]
    pub fn statement(&self, evidence: EvidenceIx) -> EvidenceRef<'_> {
        EvidenceRef::new(self, evidence)
    }

    /// Reads a source.
    #[must_use]
    pub fn source(&self, source: SourceIx) -> SourceRef<'_> {
        SourceRef::new(self, source)
    }
}

/// Declares the methods that read a text of the row.
macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        $($(#[$meta])*
        #[must_use]
        pub fn $name(&self) -> Option<&'a str> {
            self.columns.texts.text(self.row().$name)
        })+
    };
}

mod relationship;

/// Declares a row with its snapshot and its columns.
macro_rules! reference {
    ($(#[$meta:meta])* $name:ident, $row:ident, $when:ident: $moment:ty) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'a> {
            pub(in crate::graph) snapshot: &'a Snapshot,
            pub(in crate::graph) columns: &'a Columns,
            pub(in crate::graph) row: &'a $row,
            pub(in crate::graph) $when: $moment,
        }

        impl<'a> $name<'a> {
            fn row(&self) -> &'a $row {
                self.row
            }

        }
    };
}

fn required(columns: &Columns, text: Text) -> &str {
    columns.texts.text(text).expect("every row has this text")
}

/// Declares the ids of rows with stored ids.
macro_rules! identified {
    ($($name:ident)+) => {
        $(impl<'a> $name<'a> {
            /// Its id, unique and stable.
            #[must_use]
            pub fn id(&self) -> &'a str {
                required(self.columns, self.row().id)
            }
        })+
    };
}

reference! {
    /// A version of an entity.
    EntityRef, EntityRow, recorded: VersionSpan
}
reference! {
    /// A version of a relationship.
    RelationshipRef, RelationshipRow, ix: RelationshipIx
}
reference! {
    /// A statement of a version of a relationship.
    EvidenceRef, EvidenceRow, ix: EvidenceIx
}
reference! {
    /// A version of a source.
    SourceRef, SourceRow, recorded: VersionSpan
}

identified! { EntityRef SourceRef }

/// Declares the times of versions.
macro_rules! versioned {
    ($($name:ident)+) => {
        $(impl $name<'_> {
            /// The number of this version, from 1.
            #[must_use]
            pub fn version(&self) -> u32 {
                self.columns.recorded(self.row.recorded).version
            }

            /// When this version was recorded.
            #[must_use]
            pub fn recorded_at(&self) -> Timestamp {
                self.snapshot.time(self.columns.recorded(self.row.recorded).from).unwrap_or_default()
            }

            /// When this version was retracted, or replaced by the next.
            #[must_use]
            pub fn retracted_at(&self) -> Option<Timestamp> {
                self.snapshot.time(self.recorded().until)
            }
        })+
    };
}
versioned! { EntityRef RelationshipRef SourceRef }

impl<'a> EntityRef<'a> {
    pub(in crate::graph) fn new(snapshot: &'a Snapshot, ix: EntityIx) -> Self {
        Self::of(snapshot, snapshot.entity_version(ix, snapshot.known()))
    }

    /// The version known after `known` record times; `None` if it was not known then.
    pub(in crate::graph) fn known_at(snapshot: &'a Snapshot, ix: EntityIx, known: u32) -> Option<Self> {
        let version = snapshot.entity_version(ix, known);
        version.recorded.is_known(known).then(|| Self::of(snapshot, version))
    }

    pub(in crate::graph) fn of(snapshot: &'a Snapshot, version: RowVersion<'a, EntityRow>) -> Self {
        Self {
            snapshot,
            columns: version.columns,
            row: version.row,
            recorded: version.recorded,
        }
    }

    fn recorded(&self) -> VersionSpan {
        self.recorded
    }
}

impl<'a> RelationshipRef<'a> {
    pub(in crate::graph) fn new(snapshot: &'a Snapshot, ix: RelationshipIx) -> Self {
        let (columns, row) = snapshot.relationship_row(ix);
        Self {
            snapshot,
            columns,
            row,
            ix,
        }
    }

    fn recorded(&self) -> VersionSpan {
        self.snapshot.recorded(self.ix)
    }
}

impl<'a> EvidenceRef<'a> {
    pub(in crate::graph) fn new(snapshot: &'a Snapshot, ix: EvidenceIx) -> Self {
        let (columns, relationship) = snapshot.relationship_row(ix.relationship);
        let row = &columns.statements(relationship)[at(ix.ordinal)];
        Self {
            snapshot,
            columns,
            row,
            ix,
        }
    }
}

impl<'a> SourceRef<'a> {
    pub(in crate::graph) fn new(snapshot: &'a Snapshot, ix: SourceIx) -> Self {
        Self::of(snapshot, snapshot.source_version(ix, snapshot.known()))
    }

    pub(in crate::graph) fn of(snapshot: &'a Snapshot, version: RowVersion<'a, SourceRow>) -> Self {
        Self {
            snapshot,
            columns: version.columns,
            row: version.row,
            recorded: version.recorded,
        }
    }

    fn recorded(&self) -> VersionSpan {
        self.recorded
    }
}

impl<'a> EntityRef<'a> {
    texts! {
        /// ISO 3166-1 alpha-2 or ISO 3166-2.
        country,
    }

    fn extra(&self) -> EntityExtra {
        self.columns.entity_extra(self.row)
    }

    /// One or two sentences.
    #[must_use]
    pub fn description(&self) -> Option<&'a str> {
        self.columns.texts.text(self.extra().description)
    }

    /// Its website.
    #[must_use]
    pub fn website(&self) -> Option<&'a str> {
        self.columns.texts.text(self.extra().website)
    }

    /// Further properties from a source, as JSON text. May unpack a block of texts.
    #[must_use]
    pub fn properties(&self) -> Option<Cow<'a, str>> {
        self.columns.cold.text(self.row().properties)
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> EntityKind {
        self.row().kind
    }

    /// Its main name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        required(self.columns, self.row().name)
    }

    /// Its other names, in the order of the data.
    pub fn names(&self) -> impl Iterator<Item = NameRef<'a>> {
        let columns = self.columns;
        let names = columns.names(self.row()).iter();
        names.map(move |row| NameRef { columns, row })
    }

    /// Its main name, then its others.
    pub fn all_names(&self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.name()).chain(self.names().map(|name| name.text()))
    }

    /// Scheme and value of each identifier, in the order of the data.
    pub fn identifiers(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let columns = self.columns;
        let text = |text| columns.texts.text(text).unwrap_or_default();
        columns
            .identifiers(self.row())
            .iter()
            .map(move |row| (text(row.scheme), text(row.value)))
    }

    /// Whether it still exists, as recorded.
    #[must_use]
    pub fn status(&self) -> EntityStatus {
        self.row().status
    }

    /// Whether it exists on `day`, by its dissolution date; without one, as recorded.
    #[must_use]
    pub fn status_on(&self, day: Date) -> EntityStatus {
        self.status().on(day, self.dissolved())
    }

    /// Whether its source does not disclose its identity: an unknown or an anonymous party.
    #[must_use]
    pub fn undisclosed(&self) -> bool {
        self.row().undisclosed
    }

    /// When it was founded or born.
    #[must_use]
    pub fn founded(&self) -> Option<PartialDate> {
        self.row().founded.date()
    }

    /// When it was dissolved or died.
    #[must_use]
    pub fn dissolved(&self) -> Option<PartialDate> {
        self.extra().dissolved.date()
    }

    /// For events: the first day.
    #[must_use]
    pub fn starts_on(&self) -> Option<PartialDate> {
        self.extra().starts_on.date()
    }

    /// For events: the last day, inclusive.
    #[must_use]
    pub fn ends_on(&self) -> Option<PartialDate> {
        self.extra().ends_on.date()
    }
}

/// Another name of an entity.
#[derive(Debug, Clone, Copy)]
pub struct NameRef<'a> {
    columns: &'a Columns,
    row: &'a NameRow,
}

impl<'a> NameRef<'a> {
    /// The name as written.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.columns.texts.text(self.row.text).unwrap_or_default()
    }

    /// BCP 47.
    #[must_use]
    pub fn language(&self) -> Option<&'a str> {
        self.columns.texts.text(self.row.language)
    }

    /// ISO 15924.
    #[must_use]
    pub fn script(&self) -> Option<&'a str> {
        self.columns.texts.text(self.row.script)
    }

    /// What kind of name it is.
    #[must_use]
    pub fn kind(&self) -> NameKind {
        self.row.kind
    }
}

impl<'a> EvidenceRef<'a> {
    texts! {
        /// Where in the source.
        locator,
        /// Its content, in the data's words.
        summary,
    }

    /// Its id, unique and stable.
    #[must_use]
    pub fn id(&self) -> Cow<'a, str> {
        if let Some(id) = self.columns.texts.text(self.row().id) {
            return Cow::Borrowed(id);
        }
        let statements = self.snapshot.statements_of(self.ix.relationship);
        let until_this = statements.take(at(self.ix.ordinal) + 1);
        let source = self.source();
        let of_source = until_this.filter(|(_, columns, row)| columns.source(row.source) == source);
        let relationship = self.snapshot.relationship(self.ix.relationship).id();
        Cow::Owned(evidence_id(
            &relationship,
            self.snapshot.source(source).id(),
            of_source.count(),
        ))
    }

    /// The relationship it is about.
    #[must_use]
    pub fn relationship(&self) -> RelationshipIx {
        self.ix.relationship
    }

    /// Its source.
    #[must_use]
    pub fn source(&self) -> SourceIx {
        self.columns.source(self.row().source)
    }

    /// The entity that the source quotes.
    #[must_use]
    pub fn speaker(&self) -> Option<EntityIx> {
        self.columns.entity(self.row().speaker).to_option()
    }

    /// For or against the claim.
    #[must_use]
    pub fn stance(&self) -> Stance {
        self.row().stance
    }

    /// When the statement was made, if other than the source's date.
    #[must_use]
    pub fn stated_on(&self) -> Option<PartialDate> {
        self.row().stated_on.date()
    }

    /// This source's own figure.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        self.row().share.of(&self.columns.shares).copied()
    }

    /// This source's own figure.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        amount(self.columns, self.row().amount)
    }

    /// From 0 to 1, if the data rates its sources.
    #[must_use]
    pub fn confidence(&self) -> Option<f64> {
        self.row().confidence.of(&self.columns.confidences).copied()
    }
}

impl<'a> SourceRef<'a> {
    texts! {
        /// Its address.
        url,
        /// The licence of its content.
        licence,
    }

    /// Its publisher.
    #[must_use]
    pub fn publisher(&self) -> &'a str {
        required(self.columns, self.row().publisher)
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &'a str {
        required(self.columns, self.row().title)
    }

    /// When it was published.
    #[must_use]
    pub fn published_on(&self) -> Option<PartialDate> {
        self.row().published_on.date()
    }
}

fn amount(columns: &Columns, amount: Rare) -> Option<Amount> {
    let row = amount.of(&columns.amounts)?;
    Some(Amount {
        value: row.value,
        currency: row.currency,
        of: columns.texts.text(row.of).map(str::to_owned),
    })
}
