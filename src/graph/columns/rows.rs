//! The columns of the graph: one row of fixed size per entity, relationship, statement and source. Texts are stored separately.

use jiff::civil::Date;

use super::{cold::ColdText, numbers::at, text::Text};
use crate::model::{
    Capability, Currency, Directness, EntityKind, EntityStatus, Interest, NameKind, PartialDate, RelationshipKind,
    RelationshipStatus, Set, Stance, UnknownReason, Validity,
};

/// Declares a reference to another row in four bytes: to rows of the base by number, to all others through a separate column.
macro_rules! to {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(in crate::graph) struct $name(pub(in crate::graph) u32);

        impl $name {
            /// No row.
            pub(in crate::graph) const NONE: Self = Self(u32::MAX);

            /// The row of the base with this number, which is less than [`FIRST_OUTSIDE`].
            pub(in crate::graph) fn of_base(row: u32) -> Self {
                Self(row)
            }

            /// The number of a row of the base.
            pub(in crate::graph) fn base_row(self) -> Option<u32> {
                (self.0 < FIRST_OUTSIDE).then_some(self.0)
            }

            /// The place in the column of rows outside the base.
            pub(in crate::graph) fn outside_place(self) -> Option<u32> {
                self.0.checked_sub(FIRST_OUTSIDE).filter(|_| self != Self::NONE)
            }
        }
    };
}

/// Numbers from here on refer to rows outside the base; a base can have at most this many entities or sources.
pub(in crate::graph) const FIRST_OUTSIDE: u32 = 1 << 31;

to! {
    /// A row's reference to an entity.
    ToEntity
}
to! {
    /// A row's reference to a source.
    ToSource
}

/// A range of another column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct Span {
    pub(in crate::graph) start: u32,
    pub(in crate::graph) len: u32,
}

impl Span {
    /// The empty range.
    pub(in crate::graph) const NONE: Self = Self { start: 0, len: 0 };

    pub(in crate::graph) fn of<T>(self, column: &[T]) -> &[T] {
        &column[at(self.start)..at(self.start) + at(self.len)]
    }
}

/// The span in which a version of a record was known, as positions among the snapshot's record times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct VersionSpan {
    /// The start.
    pub(in crate::graph) from: u32,
    /// The end; [`Self::OPEN`] if it is current.
    pub(in crate::graph) until: u32,
    /// The number of the version, from 1.
    pub(in crate::graph) version: u32,
}

impl VersionSpan {
    /// The span with this end, unless it ended earlier.
    pub(in crate::graph) fn retracted_at(self, until: Option<u32>) -> Self {
        Self {
            until: until.map_or(self.until, |until| self.until.min(until)),
            ..self
        }
    }

    /// Not retracted.
    pub(in crate::graph) const OPEN: u32 = u32::MAX;

    /// Whether it was known after `known` record times.
    pub(in crate::graph) fn is_known(self, known: u32) -> bool {
        self.from < known && known <= self.until
    }
}

/// The position of a value in a separate column: a rare value, or one shared by many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct Rare(pub(in crate::graph) u32);

impl Rare {
    pub(in crate::graph) const NONE: Self = Self(u32::MAX);

    pub(in crate::graph) fn of<T>(self, column: &[T]) -> Option<&T> {
        column.get(usize::try_from(self.0).ok()?)
    }
}

/// An optional date in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct PackedDate(pub(in crate::graph) u32);

impl PackedDate {
    pub(in crate::graph) fn of(date: Option<PartialDate>) -> Self {
        Self(date.map_or(0, PartialDate::bits))
    }

    pub(in crate::graph) fn date(self) -> Option<PartialDate> {
        match self.0 {
            0 => None,
            bits => PartialDate::from_bits(bits),
        }
    }

    /// Its first day as a [`day_number`].
    fn first_day(self) -> Option<i32> {
        let [high, low, month, day] = self.0.to_be_bytes();
        let (year, month, day) = (i16::from_be_bytes([high, low]), month.max(1), day.max(1));
        (self.0 != 0).then(|| i32::from(year) * 512 + i32::from(month) * 32 + i32::from(day))
    }

    /// Whether it states a day.
    fn is_day(self) -> bool {
        self.0.to_be_bytes()[3] != 0
    }
}

/// A version of an entity.
#[derive(Debug, Clone, Copy)]
pub(in crate::graph) struct EntityRow {
    pub(in crate::graph) id: Text,
    pub(in crate::graph) name: Text,
    pub(in crate::graph) country: Text,
    pub(in crate::graph) properties: ColdText,
    /// The start of its names and of its identifiers.
    pub(in crate::graph) names: u32,
    pub(in crate::graph) identifiers: u32,
    pub(in crate::graph) founded: PackedDate,
    /// The rarely used fields.
    pub(in crate::graph) extra: Rare,
    pub(in crate::graph) recorded: Rare,
    pub(in crate::graph) names_count: u16,
    pub(in crate::graph) identifiers_count: u16,
    pub(in crate::graph) kind: EntityKind,
    pub(in crate::graph) status: EntityStatus,
    /// Whether its source does not disclose its identity.
    pub(in crate::graph) undisclosed: bool,
}

/// The rarely used fields of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct EntityExtra {
    pub(in crate::graph) description: Text,
    pub(in crate::graph) website: Text,
    pub(in crate::graph) dissolved: PackedDate,
    pub(in crate::graph) starts_on: PackedDate,
    pub(in crate::graph) ends_on: PackedDate,
    /// The versions before this one, oldest first.
    pub(in crate::graph) older: Span,
    /// The entity it was merged into, if that is why it was retracted.
    pub(in crate::graph) merged_into: ToEntity,
}

impl EntityExtra {
    /// All fields empty.
    pub(in crate::graph) const NONE: Self = Self {
        description: Text::NONE,
        website: Text::NONE,
        dissolved: PackedDate(0),
        starts_on: PackedDate(0),
        ends_on: PackedDate(0),
        older: Span::NONE,
        merged_into: ToEntity::NONE,
    };
}

#[derive(Debug, Clone, Copy)]
pub(in crate::graph) struct NameRow {
    pub(in crate::graph) text: Text,
    pub(in crate::graph) language: Text,
    pub(in crate::graph) script: Text,
    pub(in crate::graph) kind: NameKind,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::graph) struct IdentifierRow {
    pub(in crate::graph) scheme: Text,
    pub(in crate::graph) value: Text,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::graph) struct AmountRow {
    pub(in crate::graph) value: f64,
    pub(in crate::graph) currency: Currency,
    pub(in crate::graph) of: Text,
}

/// A version of a relationship.
#[derive(Debug, Clone, Copy)]
pub(in crate::graph) struct RelationshipRow {
    /// The key of its derived id, or its complete id, depending on [`Marks::DERIVED_ID`].
    pub(in crate::graph) id: Text,
    pub(in crate::graph) from: ToEntity,
    pub(in crate::graph) to: ToEntity,
    /// The start of its statements, which end with one marked as the last.
    pub(in crate::graph) evidence: Rare,
    pub(in crate::graph) since: PackedDate,
    /// The end as stated; with [`Marks::ENDED_BY`], the day on which it was over at the latest.
    pub(in crate::graph) until: PackedDate,
    /// The rarely used fields.
    pub(in crate::graph) extra: Rare,
    pub(in crate::graph) recorded: Rare,
    pub(in crate::graph) unknown: Option<UnknownReason>,
    pub(in crate::graph) kind: RelationshipKind,
    pub(in crate::graph) status: RelationshipStatus,
    pub(in crate::graph) marks: Marks,
}

/// The flags of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct Marks(pub(in crate::graph) u8);

impl Marks {
    /// Sources contradict each other.
    pub(in crate::graph) const DISPUTED: u8 = 1;
    /// Its id is derived from its ends and its kind, so only the key is stored.
    pub(in crate::graph) const DERIVED_ID: u8 = 2;
    /// It is held directly.
    pub(in crate::graph) const DIRECT: u8 = 4;
    /// It is held through others.
    pub(in crate::graph) const INDIRECT: u8 = 8;
    /// The end is not stated, only a day on which it was over.
    pub(in crate::graph) const ENDED_BY: u8 = 16;
    /// Its dates contradict each other, and neither is trusted.
    pub(in crate::graph) const CONTRADICTORY: u8 = 32;

    pub(in crate::graph) fn has(self, mark: u8) -> bool {
        self.0 & mark != 0
    }
}

impl RelationshipRow {
    pub(in crate::graph) fn disputed(&self) -> bool {
        self.marks.has(Marks::DISPUTED)
    }

    pub(in crate::graph) fn validity(&self) -> Validity {
        match self.until.date().filter(|_| self.marks.has(Marks::ENDED_BY)) {
            Some(ended_by) => Validity::over_by(self.since.date(), ended_by.first_day()),
            None => Validity::as_written(self.since.date(), self.until.date()),
        }
    }

    pub(in crate::graph) fn directness(&self) -> Directness {
        match (self.marks.has(Marks::DIRECT), self.marks.has(Marks::INDIRECT)) {
            (true, _) => Directness::Direct,
            (_, true) => Directness::Indirect,
            _ => Directness::Unknown,
        }
    }

    /// The first day on which it held, as a number; `None` if not stated or contradictory.
    pub(in crate::graph) fn since_day(&self) -> Option<i32> {
        if self.marks.has(Marks::CONTRADICTORY) {
            return None;
        }
        self.since.first_day()
    }

    /// The first day on which it is over for certain, as a number.
    pub(in crate::graph) fn until_day(&self) -> Option<i32> {
        let is_plain = self.until.is_day() || self.until.first_day() > self.since.first_day();
        if is_plain && !self.marks.has(Marks::CONTRADICTORY) {
            return self.until.first_day();
        }
        self.until
            .date()
            .and_then(|_| self.validity().until_day().map(day_number))
    }

    /// Whether the end is not stated, so that it may have been over on any earlier day.
    pub(in crate::graph) fn end_is_unknown(&self) -> bool {
        self.marks.has(Marks::ENDED_BY | Marks::CONTRADICTORY)
    }
}

/// The rarely used fields of relationships, shared by relationships with equal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct RelationshipExtra {
    pub(in crate::graph) role: Text,
    pub(in crate::graph) properties: ColdText,
    pub(in crate::graph) share: Rare,
    pub(in crate::graph) amount: Rare,
    /// The ids of its components, one per line.
    pub(in crate::graph) components: Text,
    /// The source's own id of its record.
    pub(in crate::graph) record: Text,
    pub(in crate::graph) interest: Option<Interest>,
    pub(in crate::graph) capabilities: Set<Capability>,
}

impl RelationshipExtra {
    /// All fields empty.
    pub(in crate::graph) const NONE: Self = Self {
        role: Text::NONE,
        properties: ColdText::NONE,
        share: Rare::NONE,
        amount: Rare::NONE,
        components: Text::NONE,
        record: Text::NONE,
        interest: None,
        capabilities: Set::EMPTY,
    };
}

/// A statement. Relationships with equal statements share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct EvidenceRow {
    /// Its id; none if it is derived from the relationship and the source.
    pub(in crate::graph) id: Text,
    pub(in crate::graph) source: ToSource,
    pub(in crate::graph) speaker: ToEntity,
    pub(in crate::graph) locator: Text,
    pub(in crate::graph) summary: Text,
    pub(in crate::graph) share: Rare,
    pub(in crate::graph) amount: Rare,
    pub(in crate::graph) confidence: Rare,
    pub(in crate::graph) stated_on: PackedDate,
    pub(in crate::graph) stance: Stance,
    /// Whether it is the last of its relationship.
    pub(in crate::graph) is_last: bool,
}

/// A version of a source.
#[derive(Debug, Clone, Copy)]
pub(in crate::graph) struct SourceRow {
    pub(in crate::graph) id: Text,
    pub(in crate::graph) publisher: Text,
    pub(in crate::graph) title: Text,
    pub(in crate::graph) url: Text,
    pub(in crate::graph) licence: Text,
    pub(in crate::graph) published_on: PackedDate,
    pub(in crate::graph) recorded: Rare,
    /// The versions before this one, oldest first.
    pub(in crate::graph) older: Span,
}

const _: () = assert!(size_of::<EntityRow>() <= 44, "there are millions of entities");
const _: () = assert!(
    size_of::<RelationshipRow>() <= 36,
    "there are millions of relationships"
);
const _: () = assert!(size_of::<EvidenceRow>() <= 40, "there are millions of statements");
const _: () = assert!(size_of::<NameRow>() <= 16, "there are millions of names");

/// A day as one comparable number.
pub(in crate::graph) fn day_number(day: Date) -> i32 {
    i32::from(day.year()) * 512 + i32::from(day.month()) * 32 + i32::from(day.day())
}
