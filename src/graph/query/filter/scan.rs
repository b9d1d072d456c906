//! The context of matching: one snapshot in one view, a budget, and a cache of expensive answers.

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

/// One pass of matching. Every relationship read spends one unit, the properties of a record spend more; charged in batches.
pub struct Scan<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) mask: Mask,
    /// The day for the status of entities; `None` for the status as recorded.
    day: Option<Date>,
    budget: &'a Budget,
    /// The units spent: relationships read, and work that takes as long.
    spent: Cell<u64>,
    /// The units charged so far.
    charged: Cell<u64>,
    /// Answers that took many reads. A neighbor with many relationships is reached from each of them, and again at every level of a
    /// nested filter: without a cache, the work would multiply from level to level.
    answers: RefCell<HashMap<(Identity<'a>, EntityIx), bool>>,
}

/// A filter identified by its address, which is stable while it is borrowed.
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
            .field("spent", &self.spent)
            .finish_non_exhaustive()
    }
}

/// A relationship to match, with the properties of its link.
#[derive(Debug, Clone, Copy)]
pub(super) struct FilterSubject {
    pub(super) relationship: RelationshipIx,
    pub(super) kind: RelationshipKind,
    pub(super) status: RelationshipStatus,
    pub(super) from: Option<EntityIx>,
    pub(super) to: Option<EntityIx>,
    pub(super) seen_from: Option<EntityIx>,
    /// The neighbor, if it is not the other end.
    pub(super) towards: Option<EntityIx>,
}

impl FilterSubject {
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

    /// The neighbor, by default the end other than `seen_from`; `None` if undisclosed.
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
    /// The number of units charged at once.
    const BATCH: u64 = 256;
    /// The fewest units of an answer that is cached: the cache has at most as many answers as the budget divided by this.
    const CACHED_UNITS_MIN: u64 = 32;

    /// A pass over the part of `snapshot` visible through `mask`.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, mask: Mask, budget: &'a Budget) -> Self {
        Self {
            snapshot,
            mask,
            day: None,
            budget,
            spent: Cell::new(0),
            charged: Cell::new(0),
            answers: RefCell::default(),
        }
    }

    /// The same pass with the status of entities on `day`.
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

    /// Spends `units`, for work that takes as long as reading that many relationships.
    pub(super) fn spend(&self, units: u64) -> Result<(), Exhausted> {
        let spent = self.spent.get() + units;
        self.spent.set(spent);
        if spent - self.charged.get() < Self::BATCH {
            return Ok(());
        }
        self.charge()
    }

    fn charge(&self) -> Result<(), Exhausted> {
        let spent = self.spent.get();
        self.budget.charge(spent - self.charged.replace(spent))
    }

    /// The visible relationships of `entity`, each once, those with an undisclosed end last.
    pub(super) fn around(&self, entity: EntityIx) -> impl Iterator<Item = Result<FilterSubject, Exhausted>> {
        let subject = move |link: Link, from, to| {
            let subject = FilterSubject {
                relationship: link.relationship,
                kind: link.kind,
                status: link.status,
                from: Some(from),
                to: Some(to),
                seen_from: Some(entity),
                towards: None,
            };
            self.mask.sees_link(&link).then_some(subject)
        };
        let outgoing = self.snapshot.links_in(entity, Direction::Outgoing);
        let outgoing = outgoing.map(move |(neighbor, link)| subject(link, entity, neighbor));
        // A relationship of an entity with itself is in both lists.
        let incoming = self.snapshot.links_in(entity, Direction::Incoming);
        let incoming =
            incoming.map(move |(neighbor, link)| subject(link, neighbor, entity).filter(|_| neighbor != entity));
        let undisclosed = self.snapshot.all_undisclosed(entity).map(move |relationship| {
            let is_visible = self.snapshot.is_visible(relationship, &self.mask);
            is_visible.then(|| FilterSubject::of(self.snapshot, relationship, Some(entity)))
        });
        // Hidden relationships were read as well.
        let all = outgoing.chain(incoming).chain(undisclosed);
        all.filter_map(|subject| self.tick().map(|()| subject).transpose())
    }

    /// The result of `find` for `entity` and `filter`, cached if it takes many reads.
    pub(super) fn cached(
        &self,
        filter: &'a RelationshipsFilter,
        entity: EntityIx,
        find: impl FnOnce() -> Result<bool, Exhausted>,
    ) -> Result<bool, Exhausted> {
        if let Some(answers) = self.answers.borrow().get(&(Identity(filter), entity)) {
            return Ok(*answers);
        }
        let before = self.spent.get();
        let answer = find()?;
        if self.spent.get() - before >= Self::CACHED_UNITS_MIN {
            self.answers.borrow_mut().insert((Identity(filter), entity), answer);
        }
        Ok(answer)
    }
}

impl Drop for Scan<'_> {
    /// Charges the pending units. If that exceeds the budget, the next charge fails.
    fn drop(&mut self) {
        let _ = self.charge();
    }
}
