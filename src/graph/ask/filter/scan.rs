//! What matching reads and spends: one snapshot seen through one view, a budget, and the answers that were dear to find.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
    hash::{Hash, Hasher},
};

use super::RelationshipsFilter;
use crate::{
    graph::{
        base::adjacency::{Direction, Link},
        budget::{Budget, Exhausted},
        ix::{EntityIx, RelationshipIx},
        read::{mask::Mask, refs::EntityRef, snapshot::Snapshot},
    },
    model::{Date, EntityStatus, RelationshipKind, RelationshipStatus},
};

/// One pass of matching. Every relationship looked at spends one unit, the properties of a record spend more; charged in batches.
pub struct Scan<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) mask: Mask,
    /// The day whose status an entity has; none for the status as recorded.
    day: Option<Date>,
    budget: &'a Budget,
    /// How many units were spent: relationships looked at, and work that takes as long.
    looked: Cell<u64>,
    /// How many of these were charged.
    charged: Cell<u64>,
    /// Answers that took many looks. A neighbor with many relationships is met from each of them, and again at every level
    /// of a nested filter: asked anew each time, the work would multiply from level to level.
    known: RefCell<HashMap<(Identity<'a>, EntityIx), bool>>,
}

/// A filter told apart by where it stands, which stays the same as long as it is borrowed.
struct Identity<'a>(&'a RelationshipsFilter);

impl PartialEq for Identity<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Identity<'_> {}

impl Hash for Identity<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

impl fmt::Debug for Scan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("looked", &self.looked)
            .finish_non_exhaustive()
    }
}

/// A relationship as a filter sees it, with what its link tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    pub(super) relationship: RelationshipIx,
    pub(super) kind: RelationshipKind,
    pub(super) status: RelationshipStatus,
    pub(super) from: Option<EntityIx>,
    pub(super) to: Option<EntityIx>,
    pub(super) seen_from: Option<EntityIx>,
    /// Who counts as the neighbor where that is not the other end.
    pub(super) towards: Option<EntityIx>,
}

impl Sight {
    pub(super) fn of(snapshot: &Snapshot, relationship: RelationshipIx, seen_from: Option<EntityIx>) -> Self {
        let read = snapshot.relationship(relationship);
        Self {
            relationship,
            kind: read.kind(),
            status: read.status(),
            from: read.from(),
            to: read.to(),
            seen_from,
            towards: None,
        }
    }

    /// Who counts as the neighbor, else the end it is not seen from; none when that is not disclosed.
    pub(super) fn neighbor(&self) -> Option<EntityIx> {
        let end = if self.seen_from == self.from {
            self.to
        } else {
            self.from
        };
        self.towards.or(end)
    }
}

impl<'a> Scan<'a> {
    /// How many relationships are charged at once.
    const BATCH: u64 = 256;
    /// From how many looks on an answer is remembered: no more answers than the budget divided by this.
    const LOOKS_MIN: u64 = 32;

    /// A pass over `snapshot` as `mask` sees it.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, mask: Mask, budget: &'a Budget) -> Self {
        Self {
            snapshot,
            mask,
            day: None,
            budget,
            looked: Cell::new(0),
            charged: Cell::new(0),
            known: RefCell::default(),
        }
    }

    /// The same pass, in which entities have the status that they have on `day`.
    #[must_use]
    pub fn on(mut self, day: Date) -> Self {
        self.day = Some(day);
        self
    }

    /// The status of an entity on the day of this pass.
    pub(super) fn status(&self, entity: EntityRef<'_>) -> EntityStatus {
        self.day.map_or_else(|| entity.status(), |day| entity.status_on(day))
    }

    /// Spends one unit.
    pub(super) fn tick(&self) -> Result<(), Exhausted> {
        self.spend(1)
    }

    /// Spends `units`, for work that takes as long as looking at that many relationships.
    pub(super) fn spend(&self, units: u64) -> Result<(), Exhausted> {
        let looked = self.looked.get() + units;
        self.looked.set(looked);
        if looked - self.charged.get() < Self::BATCH {
            return Ok(());
        }
        self.charge()
    }

    fn charge(&self) -> Result<(), Exhausted> {
        let looked = self.looked.get();
        self.budget.charge(looked - self.charged.replace(looked))
    }

    /// The relationships of `entity` that the view sees, each once, those with an undisclosed end last.
    pub(super) fn around(&self, entity: EntityIx) -> impl Iterator<Item = Result<Sight, Exhausted>> {
        let sight = move |link: Link, from, to| {
            let sight = Sight {
                relationship: link.relationship,
                kind: link.kind,
                status: link.status,
                from: Some(from),
                to: Some(to),
                seen_from: Some(entity),
                towards: None,
            };
            self.mask.sees_link(&link).then_some(sight)
        };
        let outgoing = self.snapshot.links_in(entity, Direction::Outgoing);
        let outgoing = outgoing.map(move |(neighbor, link)| sight(link, entity, neighbor));
        // A relationship of an entity with itself stands in both lists.
        let incoming = self.snapshot.links_in(entity, Direction::Incoming);
        let incoming =
            incoming.map(move |(neighbor, link)| sight(link, neighbor, entity).filter(|_| neighbor != entity));
        let undisclosed = self.snapshot.all_undisclosed(entity).map(move |relationship| {
            let is_seen = self.snapshot.is_seen(relationship, &self.mask);
            is_seen.then(|| Sight::of(self.snapshot, relationship, Some(entity)))
        });
        // What the view hides was looked at as well.
        let looked = outgoing.chain(incoming).chain(undisclosed);
        looked.filter_map(|sight| self.tick().map(|()| sight).transpose())
    }

    /// What `find` says of `entity` and `filter`, found only once where that takes many looks.
    pub(super) fn remembered(
        &self,
        filter: &'a RelationshipsFilter,
        entity: EntityIx,
        find: impl FnOnce() -> Result<bool, Exhausted>,
    ) -> Result<bool, Exhausted> {
        if let Some(known) = self.known.borrow().get(&(Identity(filter), entity)) {
            return Ok(*known);
        }
        let before = self.looked.get();
        let found = find()?;
        if self.looked.get() - before >= Self::LOOKS_MIN {
            self.known.borrow_mut().insert((Identity(filter), entity), found);
        }
        Ok(found)
    }
}

impl Drop for Scan<'_> {
    /// Charges what is still pending. If that was too much, whoever spends next is told.
    fn drop(&mut self) {
        let _ = self.charge();
    }
}
