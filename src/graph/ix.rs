//! How rows are referred to within a snapshot: those of its base, and those added since between them.

use std::hash::{Hash, Hasher};

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
