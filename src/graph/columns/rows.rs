//! The columns of the graph: one row of fixed size per entity, relationship, statement and source. Text lies elsewhere.

use jiff::civil::Date;

use super::{cold::Cold, numbers::at, text::Text};
use crate::model::{
    Capability, Currency, Directness, EntityKind, EntityStatus, Interest, NameKind, PartialDate, RelationshipKind,
    RelationshipStatus, Set, Stance, UnknownReason, Validity,
};

/// Declares how rows refer to other rows in four bytes: those of the base by their number, all others through a column beside.
macro_rules! to {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(in crate::graph) struct $name(pub(in crate::graph) u32);

        impl $name {
            /// Nothing.
            pub(in crate::graph) const NONE: Self = Self(u32::MAX);

            /// The row of the base with this number, which is less than [`FAR`].
            pub(in crate::graph) fn of_base(row: u32) -> Self {
                Self(row)
            }

            /// The number of a row of the base.
            pub(in crate::graph) fn base_row(self) -> Option<u32> {
                (self.0 < FAR).then_some(self.0)
            }

            /// Where the column of those that are not of the base has it.
            pub(in crate::graph) fn far(self) -> Option<u32> {
                self.0.checked_sub(FAR).filter(|_| self != Self::NONE)
            }
        }
    };
}

/// From here on, numbers are of rows that are not of the base: so many entities, or sources, a base can have.
pub(in crate::graph) const FAR: u32 = 1 << 31;

to! {
    /// An entity, as a row refers to it.
    ToEntity
}
to! {
    /// A source, as a row refers to it.
    ToSource
}

/// A stretch of another column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct Span {
    pub(in crate::graph) start: u32,
    pub(in crate::graph) len: u32,
}

impl Span {
    /// There is nothing, as before a first version.
    pub(in crate::graph) const NONE: Self = Self { start: 0, len: 0 };

    pub(in crate::graph) fn of<T>(self, column: &[T]) -> &[T] {
        &column[at(self.start)..at(self.start) + at(self.len)]
    }
}

/// When a version of a record was known, as positions among the snapshot's record times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct Recorded {
    /// From when on.
    pub(in crate::graph) from: u32,
    /// Until when; the largest number as long as it is.
    pub(in crate::graph) until: u32,
    /// Which of the record's versions it is, from 1.
    pub(in crate::graph) version: u32,
}

impl Recorded {
    /// The same version, taken back then unless it was before.
    pub(in crate::graph) fn ended(self, until: Option<u32>) -> Self {
        Self {
            until: until.map_or(self.until, |until| self.until.min(until)),
            ..self
        }
    }

    /// Not taken back.
    pub(in crate::graph) const OPEN: u32 = u32::MAX;

    /// Whether it was known when so many of the record times had passed.
    pub(in crate::graph) fn is_known(self, known: u32) -> bool {
        self.from < known && known <= self.until
    }
}

/// Where a value stands in a column of its own: one that is rare, or the same in many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct Rare(pub(in crate::graph) u32);

impl Rare {
    pub(in crate::graph) const NONE: Self = Self(u32::MAX);

    pub(in crate::graph) fn of<T>(self, column: &[T]) -> Option<&T> {
        column.get(usize::try_from(self.0).ok()?)
    }
}

/// A date, or none, in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct Dated(pub(in crate::graph) u32);

impl Dated {
    pub(in crate::graph) fn of(date: Option<PartialDate>) -> Self {
        Self(date.map_or(0, PartialDate::bits))
    }

    pub(in crate::graph) fn date(self) -> Option<PartialDate> {
        match self.0 {
            0 => None,
            bits => PartialDate::from_bits(bits),
        }
    }

    /// Its first day as [`day_number`] tells it.
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
    pub(in crate::graph) properties: Cold,
    /// Where its names and its identifiers begin.
    pub(in crate::graph) names: u32,
    pub(in crate::graph) identifiers: u32,
    pub(in crate::graph) founded: Dated,
    /// What most entities have nothing of.
    pub(in crate::graph) extra: Rare,
    pub(in crate::graph) recorded: Rare,
    pub(in crate::graph) names_count: u16,
    pub(in crate::graph) identifiers_count: u16,
    pub(in crate::graph) kind: EntityKind,
    pub(in crate::graph) status: EntityStatus,
    /// Whether its source does not disclose who it is.
    pub(in crate::graph) undisclosed: bool,
}

/// What most entities have nothing of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct EntityExtra {
    pub(in crate::graph) description: Text,
    pub(in crate::graph) website: Text,
    pub(in crate::graph) dissolved: Dated,
    pub(in crate::graph) starts_on: Dated,
    pub(in crate::graph) ends_on: Dated,
    /// The versions before this one, oldest first.
    pub(in crate::graph) older: Span,
    /// The entity it was merged into, when that is why it was taken back.
    pub(in crate::graph) merged_into: ToEntity,
}

impl EntityExtra {
    /// What an entity without any has.
    pub(in crate::graph) const NONE: Self = Self {
        description: Text::NONE,
        website: Text::NONE,
        dissolved: Dated(0),
        starts_on: Dated(0),
        ends_on: Dated(0),
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
    /// What follows in its id after its ends and its kind, or else its id: [`Marks`] tell.
    pub(in crate::graph) id: Text,
    pub(in crate::graph) from: ToEntity,
    pub(in crate::graph) to: ToEntity,
    /// Where its statements begin, up to one that is marked as the last.
    pub(in crate::graph) evidence: Rare,
    pub(in crate::graph) since: Dated,
    /// The end as stated; the day on which it was over at the latest where [`Marks::ENDED_BY`] says so.
    pub(in crate::graph) until: Dated,
    /// What many relationships have nothing of, and others alike.
    pub(in crate::graph) extra: Rare,
    pub(in crate::graph) recorded: Rare,
    pub(in crate::graph) unknown: Option<UnknownReason>,
    pub(in crate::graph) kind: RelationshipKind,
    pub(in crate::graph) status: RelationshipStatus,
    pub(in crate::graph) marks: Marks,
}

/// What is or is not so of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct Marks(pub(in crate::graph) u8);

impl Marks {
    /// Sources contradict each other.
    pub(in crate::graph) const DISPUTED: u8 = 1;
    /// Its id begins with its ends and its kind, and these are not kept twice.
    pub(in crate::graph) const FOLLOWS: u8 = 2;
    /// It is held directly.
    pub(in crate::graph) const DIRECT: u8 = 4;
    /// It is held through others.
    pub(in crate::graph) const INDIRECT: u8 = 8;
    /// Nobody says when it ended, but it was over on a day.
    pub(in crate::graph) const ENDED_BY: u8 = 16;
    /// Its dates contradict each other, and neither is believed.
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

    /// The first day on which it held, as a number; none when it is not stated or cannot be believed.
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

    /// Whether nobody says when it ended, so that it may have been over on any day before.
    pub(in crate::graph) fn end_is_unknown(&self) -> bool {
        self.marks.has(Marks::ENDED_BY | Marks::CONTRADICTORY)
    }
}

/// What many relationships have nothing of, and others alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct RelationshipExtra {
    pub(in crate::graph) role: Text,
    pub(in crate::graph) properties: Cold,
    pub(in crate::graph) share: Rare,
    pub(in crate::graph) amount: Rare,
    /// What it is made up of, a line each.
    pub(in crate::graph) components: Text,
    /// The source's own id of the record that says so.
    pub(in crate::graph) record: Text,
    pub(in crate::graph) interest: Option<Interest>,
    pub(in crate::graph) capabilities: Set<Capability>,
}

impl RelationshipExtra {
    /// What a relationship without any has.
    pub(in crate::graph) const NONE: Self = Self {
        role: Text::NONE,
        properties: Cold::NONE,
        share: Rare::NONE,
        amount: Rare::NONE,
        components: Text::NONE,
        record: Text::NONE,
        interest: None,
        capabilities: Set::EMPTY,
    };
}

/// A statement. Relationships of which the same is said share theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct EvidenceRow {
    /// Its id; none where that follows from the relationship and the source.
    pub(in crate::graph) id: Text,
    pub(in crate::graph) source: ToSource,
    pub(in crate::graph) speaker: ToEntity,
    pub(in crate::graph) locator: Text,
    pub(in crate::graph) summary: Text,
    pub(in crate::graph) share: Rare,
    pub(in crate::graph) amount: Rare,
    pub(in crate::graph) confidence: Rare,
    pub(in crate::graph) stated_on: Dated,
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
    pub(in crate::graph) published_on: Dated,
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
