//! References to rows within a snapshot: those of its base, and those added between them since.

use std::hash::{Hash, Hasher};

/// Declares a reference to a row. Between two rows of the base there is room, so that rows added later have a place in the order
/// of ids.
macro_rules! ix {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name {
            /// The number of rows of the base up to it, itself included.
            rows: u32,
            /// Its place among the rows added there, the high half first; 0 for a row of the base.
            place: [u32; 2],
        }

        impl $name {
            /// Before all rows: refers to none.
            pub const FIRST: Self = Self { rows: 0, place: [0, 0] };
            /// After all rows.
            pub(super) const LAST: Self = Self {
                rows: u32::MAX,
                place: [u32::MAX, u32::MAX],
            };

            /// The row of the base with this number.
            pub(super) fn of_base(row: u32) -> Self {
                Self::added(row + 1, 0)
            }

            /// The row added in this place after `rows` rows of the base.
            pub(super) fn added(rows: u32, place: u64) -> Self {
                let half = |number: u64| u32::try_from(number & u64::from(u32::MAX)).expect("masked to 32 bits");
                Self {
                    rows,
                    place: [half(place >> 32), half(place)],
                }
            }

            /// The number of its row in the base; `None` if it was added later.
            pub(super) fn base_row(self) -> Option<u32> {
                if self.place == [0, 0] { self.rows.checked_sub(1) } else { None }
            }

            /// The number of rows of the base up to it, itself included.
            pub(super) fn rows(self) -> u32 {
                self.rows
            }

            /// Its place among the rows added after as many rows of the base.
            pub(super) fn place(self) -> u64 {
                u64::from(self.place[0]) << 32 | u64::from(self.place[1])
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                // A single number, because every step of a walk hashes it.
                state.write_u64((u64::from(self.rows) << 32) ^ self.place().rotate_left(24));
            }
        }
    };
}

/// A reference to a row with a smallest and a largest value.
pub(super) trait BoundedIx: Copy + Ord {
    const FIRST: Self;
    const LAST: Self;
}

impl BoundedIx for EntityIx {
    const FIRST: Self = Self::FIRST;
    const LAST: Self = Self::LAST;
}

impl BoundedIx for SourceIx {
    const FIRST: Self = Self::FIRST;
    const LAST: Self = Self::LAST;
}

impl BoundedIx for RelationshipIx {
    const FIRST: Self = Self::FIRST;
    const LAST: Self = Self::LAST;
}

ix! {
    /// An entity. Within a snapshot, entities are ordered by id, independent of their versions.
    EntityIx
}
ix! {
    /// A version of a relationship. Within a snapshot, they are ordered by id, then by version.
    RelationshipIx
}
ix! {
    /// A source. Within a snapshot, sources are ordered by id, independent of their versions.
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

    /// `None` for [`EntityIx::NONE`].
    pub(super) fn to_option(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}
