//! The columns of the graph: one row of fixed size per entity, relationship, statement and source. Text lies elsewhere.

use std::hash::{Hash, Hasher};

use jiff::civil::Date;

use super::text::Text;
use crate::model::{
    Capability, Currency, EntityKind, EntityStatus, NameKind, PartialDate, RelationshipKind, RelationshipStatus, Set,
    Share, Stance, UnknownReason, Validity,
};

/// Declares how a row is referred to. Between two rows of the base there is room, so that what is added later has a place of its
/// own in the order of ids.
macro_rules! ix {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name {
            /// How many rows of the base stand before it, itself included.
            rows: u32,
            /// Its place among what was added there, the high half first; 0 of a row of the base.
            place: [u32; 2],
        }

        impl $name {
            /// Before everything: nothing is referred to by it.
            pub const FIRST: Self = Self { rows: 0, place: [0, 0] };
            /// After everything.
            pub(super) const LAST: Self = Self {
                rows: u32::MAX,
                place: [u32::MAX, u32::MAX],
            };

            /// The row of the base with this number.
            pub(super) fn of_base(row: u32) -> Self {
                Self::added(row + 1, 0)
            }

            /// What was added after so many rows of the base, in this place.
            pub(super) fn added(rows: u32, place: u64) -> Self {
                let half = |number: u64| u32::try_from(number & u64::from(u32::MAX)).expect("it is cut to 32 bits");
                Self {
                    rows,
                    place: [half(place >> 32), half(place)],
                }
            }

            /// The number of its row in the base; none when it was added later.
            pub(super) fn base_row(self) -> Option<u32> {
                if self.place == [0, 0] { self.rows.checked_sub(1) } else { None }
            }

            /// How many rows of the base stand before it, itself included.
            pub(super) fn rows(self) -> u32 {
                self.rows
            }

            /// Its place among what was added after as many rows.
            pub(super) fn place(self) -> u64 {
                u64::from(self.place[0]) << 32 | u64::from(self.place[1])
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                // One number: it is hashed at every step of a walk.
                state.write_u64((u64::from(self.rows) << 32) ^ self.place().rotate_left(24));
            }
        }
    };
}

/// One of the ways to refer to a row.
pub(super) trait Bounds: Copy + Ord {
    const FIRST: Self;
    const LAST: Self;
}

impl Bounds for EntityIx {
    const FIRST: Self = Self::FIRST;
    const LAST: Self = Self::LAST;
}

impl Bounds for SourceIx {
    const FIRST: Self = Self::FIRST;
    const LAST: Self = Self::LAST;
}

impl Bounds for RelationshipIx {
    const FIRST: Self = Self::FIRST;
    const LAST: Self = Self::LAST;
}

ix! {
    /// An entity. Within a snapshot, they stand in the order of their ids, whatever their versions.
    EntityIx
}
ix! {
    /// A version of a relationship. Within a snapshot, they stand in the order of their ids, then of their versions.
    RelationshipIx
}
ix! {
    /// A source. Within a snapshot, they stand in the order of their ids, whatever their versions.
    SourceIx
}

/// A statement of a version of a relationship, in the order of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceIx {
    pub(super) relationship: RelationshipIx,
    pub(super) ordinal: u32,
}

impl EntityIx {
    /// No entity: the unknown end of a relationship, or no speaker.
    pub(super) const NONE: Self = Self::LAST;

    pub(super) fn known(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// A number of a row as a position in a slice.
pub(super) fn at(row: u32) -> usize {
    usize::try_from(row).expect("a row fits the address space")
}

/// A stretch of another column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Span {
    pub(super) fn of<T>(self, column: &[T]) -> &[T] {
        let start = usize::try_from(self.start).expect("a row fits the address space");
        let len = usize::try_from(self.len).expect("a row fits the address space");
        &column[start..start + len]
    }
}

/// When a version of a record was known, as positions among the snapshot's record times.
#[derive(Debug, Clone, Copy)]
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

#[derive(Debug)]
pub(super) struct EntityRow {
    pub(super) recorded: Recorded,
    /// The versions before this one, oldest first.
    pub(super) older: Span,
    /// The entity it was merged into, when that is why it was taken back.
    pub(super) merged_into: EntityIx,
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) description: Text,
    pub(super) website: Text,
    pub(super) properties: Text,
    pub(super) country: Text,
    pub(super) names: Span,
    pub(super) identifiers: Span,
    pub(super) founded: Option<PartialDate>,
    pub(super) dissolved: Option<PartialDate>,
    pub(super) starts_on: Option<PartialDate>,
    pub(super) ends_on: Option<PartialDate>,
    pub(super) kind: EntityKind,
    pub(super) status: EntityStatus,
}

#[derive(Debug)]
pub(super) struct NameRow {
    pub(super) text: Text,
    pub(super) language: Text,
    pub(super) script: Text,
    pub(super) kind: NameKind,
}

#[derive(Debug)]
pub(super) struct IdentifierRow {
    pub(super) scheme: Text,
    pub(super) value: Text,
}

/// Where an optional, rare value stands in a column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rare(pub(super) u32);

impl Rare {
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn of<T>(self, column: &[T]) -> Option<&T> {
        column.get(usize::try_from(self.0).ok()?)
    }
}

#[derive(Debug)]
pub(super) struct AmountRow {
    pub(super) value: f64,
    pub(super) currency: Currency,
    pub(super) of: Text,
}

#[derive(Debug)]
pub(super) struct RelationshipRow {
    pub(super) id: Text,
    pub(super) role: Text,
    pub(super) properties: Text,
    pub(super) from: EntityIx,
    pub(super) to: EntityIx,
    pub(super) share: Rare,
    pub(super) amount: Rare,
    pub(super) evidence: Span,
    pub(super) recorded: Recorded,
    pub(super) validity: Validity,
    pub(super) capabilities: Set<Capability>,
    pub(super) unknown: Option<UnknownReason>,
    pub(super) kind: RelationshipKind,
    pub(super) status: RelationshipStatus,
    pub(super) disputed: bool,
}

#[derive(Debug)]
pub(super) struct EvidenceRow {
    pub(super) id: Text,
    pub(super) source: SourceIx,
    pub(super) speaker: EntityIx,
    pub(super) locator: Text,
    pub(super) summary: Text,
    pub(super) share: Rare,
    pub(super) amount: Rare,
    pub(super) stated_on: Option<PartialDate>,
    pub(super) confidence: Option<f64>,
    pub(super) stance: Stance,
}

#[derive(Debug)]
pub(super) struct SourceRow {
    pub(super) recorded: Recorded,
    /// The versions before this one, oldest first.
    pub(super) older: Span,
    pub(super) id: Text,
    pub(super) publisher: Text,
    pub(super) title: Text,
    pub(super) url: Text,
    pub(super) licence: Text,
    pub(super) published_on: Option<PartialDate>,
}

/// The rare values of relationships and statements.
#[derive(Debug, Default)]
pub(super) struct RareColumns {
    pub(super) shares: Vec<Share>,
    pub(super) amounts: Vec<AmountRow>,
}

/// A day as one comparable number.
pub(super) fn day_number(day: Date) -> i32 {
    i32::from(day.year()) * 512 + i32::from(day.month()) * 32 + i32::from(day.day())
}
