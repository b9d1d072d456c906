//! The columns of the graph: one row of fixed size per entity, relationship, statement and source. Text lies elsewhere.

use jiff::civil::Date;

use super::{cold::Cold, text::Text};
use crate::model::{
    Capability, Currency, Directness, EntityKind, EntityStatus, Interest, NameKind, PartialDate, RelationshipKind,
    RelationshipStatus, Set, Stance, UnknownReason, Validity,
};

/// A number of a row as a position in a slice.
pub(super) fn at(row: u32) -> usize {
    usize::try_from(row).expect("a row fits the address space")
}

/// Declares how rows refer to other rows in four bytes: those of the base by their number, all others through a column beside.
macro_rules! to {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) struct $name(pub(super) u32);

        impl $name {
            /// Nothing.
            pub(super) const NONE: Self = Self(u32::MAX);

            /// The row of the base with this number, which is less than [`FAR`].
            pub(super) fn of_base(row: u32) -> Self {
                Self(row)
            }

            /// The number of a row of the base.
            pub(super) fn base_row(self) -> Option<u32> {
                (self.0 < FAR).then_some(self.0)
            }

            /// Where the column of those that are not of the base has it.
            pub(super) fn far(self) -> Option<u32> {
                self.0.checked_sub(FAR).filter(|_| self != Self::NONE)
            }
        }
    };
}

/// From here on, numbers are of rows that are not of the base: so many entities, or sources, a base can have.
pub(super) const FAR: u32 = 1 << 31;

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
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Span {
    /// There is nothing, as before a first version.
    pub(super) const NONE: Self = Self { start: 0, len: 0 };

    pub(super) fn of<T>(self, column: &[T]) -> &[T] {
        &column[at(self.start)..at(self.start) + at(self.len)]
    }
}

/// When a version of a record was known, as positions among the snapshot's record times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Recorded {
    /// From when on.
    pub(super) from: u32,
    /// Until when; the largest number as long as it is.
    pub(super) until: u32,
    /// Which of the record's versions it is, from 1.
    pub(super) version: u32,
}

impl Recorded {
    /// The same version, taken back then unless it was before.
    pub(super) fn ended(self, until: Option<u32>) -> Self {
        Self {
            until: until.map_or(self.until, |until| self.until.min(until)),
            ..self
        }
    }

    /// Not taken back.
    pub(super) const OPEN: u32 = u32::MAX;

    /// Whether it was known when so many of the record times had passed.
    pub(super) fn is_known(self, known: u32) -> bool {
        self.from < known && known <= self.until
    }
}

/// Where a value stands in a column of its own: one that is rare, or the same in many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Rare(pub(super) u32);

impl Rare {
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn of<T>(self, column: &[T]) -> Option<&T> {
        column.get(usize::try_from(self.0).ok()?)
    }
}

/// A date, or none, in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Dated(pub(super) u32);

impl Dated {
    pub(super) fn of(date: Option<PartialDate>) -> Self {
        Self(date.map_or(0, PartialDate::bits))
    }

    pub(super) fn date(self) -> Option<PartialDate> {
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
pub(super) struct EntityRow {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) country: Text,
    pub(super) properties: Cold,
    /// Where its names and its identifiers begin.
    pub(super) names: u32,
    pub(super) identifiers: u32,
    pub(super) founded: Dated,
    /// What most entities have nothing of.
    pub(super) extra: Rare,
    pub(super) recorded: Rare,
    pub(super) names_count: u16,
    pub(super) identifiers_count: u16,
    pub(super) kind: EntityKind,
    pub(super) status: EntityStatus,
    /// Whether its source does not disclose who it is.
    pub(super) undisclosed: bool,
}

/// What most entities have nothing of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntityExtra {
    pub(super) description: Text,
    pub(super) website: Text,
    pub(super) dissolved: Dated,
    pub(super) starts_on: Dated,
    pub(super) ends_on: Dated,
    /// The versions before this one, oldest first.
    pub(super) older: Span,
    /// The entity it was merged into, when that is why it was taken back.
    pub(super) merged_into: ToEntity,
}

impl EntityExtra {
    /// What an entity without any has.
    pub(super) const NONE: Self = Self {
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
pub(super) struct NameRow {
    pub(super) text: Text,
    pub(super) language: Text,
    pub(super) script: Text,
    pub(super) kind: NameKind,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct IdentifierRow {
    pub(super) scheme: Text,
    pub(super) value: Text,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct AmountRow {
    pub(super) value: f64,
    pub(super) currency: Currency,
    pub(super) of: Text,
}

/// A version of a relationship.
#[derive(Debug, Clone, Copy)]
pub(super) struct RelationshipRow {
    /// What follows in its id after its ends and its kind, or else its id: [`Marks`] tell.
    pub(super) id: Text,
    pub(super) from: ToEntity,
    pub(super) to: ToEntity,
    /// Where its statements begin, up to one that is marked as the last.
    pub(super) evidence: Rare,
    pub(super) since: Dated,
    /// The end as stated; the day on which it was over at the latest where [`Marks::ENDED_BY`] says so.
    pub(super) until: Dated,
    /// What many relationships have nothing of, and others alike.
    pub(super) extra: Rare,
    pub(super) recorded: Rare,
    pub(super) unknown: Option<UnknownReason>,
    pub(super) kind: RelationshipKind,
    pub(super) status: RelationshipStatus,
    pub(super) marks: Marks,
}

/// What is or is not so of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks(pub(super) u8);

impl Marks {
    /// Sources contradict each other.
    pub(super) const DISPUTED: u8 = 1;
    /// Its id begins with its ends and its kind, and these are not kept twice.
    pub(super) const FOLLOWS: u8 = 2;
    /// It is held directly.
    pub(super) const DIRECT: u8 = 4;
    /// It is held through others.
    pub(super) const INDIRECT: u8 = 8;
    /// Nobody says when it ended, but it was over on a day.
    pub(super) const ENDED_BY: u8 = 16;
    /// Its dates contradict each other, and neither is believed.
    pub(super) const CONTRADICTORY: u8 = 32;

    pub(super) fn has(self, mark: u8) -> bool {
        self.0 & mark != 0
    }
}

impl RelationshipRow {
    pub(super) fn disputed(&self) -> bool {
        self.marks.has(Marks::DISPUTED)
    }

    pub(super) fn validity(&self) -> Validity {
        match self.until.date().filter(|_| self.marks.has(Marks::ENDED_BY)) {
            Some(ended_by) => Validity::over_by(self.since.date(), ended_by.first_day()),
            None => Validity::as_written(self.since.date(), self.until.date()),
        }
    }

    pub(super) fn directness(&self) -> Directness {
        match (self.marks.has(Marks::DIRECT), self.marks.has(Marks::INDIRECT)) {
            (true, _) => Directness::Direct,
            (_, true) => Directness::Indirect,
            _ => Directness::Unknown,
        }
    }

    /// The first day on which it held, as a number; none when it is not stated or cannot be believed.
    pub(super) fn since_day(&self) -> Option<i32> {
        if self.marks.has(Marks::CONTRADICTORY) {
            return None;
        }
        self.since.first_day()
    }

    /// The first day on which it is over for certain, as a number.
    pub(super) fn until_day(&self) -> Option<i32> {
        let is_plain = self.until.is_day() || self.until.first_day() > self.since.first_day();
        if is_plain && !self.marks.has(Marks::CONTRADICTORY) {
            return self.until.first_day();
        }
        self.until
            .date()
            .and_then(|_| self.validity().until_day().map(day_number))
    }

    /// Whether nobody says when it ended, so that it may have been over on any day before.
    pub(super) fn end_is_unknown(&self) -> bool {
        self.marks.has(Marks::ENDED_BY | Marks::CONTRADICTORY)
    }
}

/// What many relationships have nothing of, and others alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RelationshipExtra {
    pub(super) role: Text,
    pub(super) properties: Cold,
    pub(super) share: Rare,
    pub(super) amount: Rare,
    /// What it is made up of, a line each.
    pub(super) components: Text,
    /// The source's own id of the record that says so.
    pub(super) record: Text,
    pub(super) interest: Option<Interest>,
    pub(super) capabilities: Set<Capability>,
}

impl RelationshipExtra {
    /// What a relationship without any has.
    pub(super) const NONE: Self = Self {
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
pub(super) struct EvidenceRow {
    /// Its id; none where that follows from the relationship and the source.
    pub(super) id: Text,
    pub(super) source: ToSource,
    pub(super) speaker: ToEntity,
    pub(super) locator: Text,
    pub(super) summary: Text,
    pub(super) share: Rare,
    pub(super) amount: Rare,
    pub(super) confidence: Rare,
    pub(super) stated_on: Dated,
    pub(super) stance: Stance,
    /// Whether it is the last of its relationship.
    pub(super) is_last: bool,
}

/// A version of a source.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceRow {
    pub(super) id: Text,
    pub(super) publisher: Text,
    pub(super) title: Text,
    pub(super) url: Text,
    pub(super) licence: Text,
    pub(super) published_on: Dated,
    pub(super) recorded: Rare,
    /// The versions before this one, oldest first.
    pub(super) older: Span,
}

const _: () = assert!(size_of::<EntityRow>() <= 44, "there are millions of entities");
const _: () = assert!(
    size_of::<RelationshipRow>() <= 36,
    "there are millions of relationships"
);
const _: () = assert!(size_of::<EvidenceRow>() <= 40, "there are millions of statements");
const _: () = assert!(size_of::<NameRow>() <= 16, "there are millions of names");

/// A day as one comparable number.
pub(super) fn day_number(day: Date) -> i32 {
    i32::from(day.year()) * 512 + i32::from(day.month()) * 32 + i32::from(day.day())
}
