//! Predicates on relationships, on their evidence and on the entities at their ends.

use super::{
    AmountFilter, DateFilter, EntityFilter, EntitySet, NumberFilter, PropertyFilter, TextFilter, combined,
    scan::{Scan, Sight},
};
use crate::{
    graph::{
        base::adjacency::Direction,
        budget::Exhausted,
        ix::{EntityIx, RelationshipIx, SourceIx},
        read::snapshot::Snapshot,
    },
    model::{Directness, Interest, RelationshipCategory, RelationshipKind, RelationshipStatus, Set, ShareOf, Stance},
};

/// A predicate on statements: one statement fits everything given.
#[derive(Debug, Clone, Default)]
pub struct EvidenceFilter {
    /// Of one of these sources.
    pub sources: Option<Vec<SourceIx>>,
    /// By one of these entities.
    pub speakers: Option<EntitySet>,
    /// With one of these stances.
    pub stances: Option<Set<Stance>>,
    /// Stated then; the source's date where the statement has none.
    pub stated_on: Option<DateFilter>,
}

impl EvidenceFilter {
    fn matches(&self, scan: &Scan<'_>, relationship: RelationshipIx) -> Result<bool, Exhausted> {
        let snapshot = scan.snapshot;
        for statement in snapshot.relationship(relationship).evidence() {
            scan.tick()?;
            let statement = snapshot.statement(statement);
            let source = statement.source();
            let is_said_by = |speakers: &EntitySet| statement.speaker().is_some_and(|one| speakers.contains(one));
            let stated_on = || statement.stated_on().or(snapshot.source(source).published_on());
            if self.sources.as_ref().is_none_or(|sources| sources.contains(&source))
                && self.speakers.as_ref().is_none_or(is_said_by)
                && self.stances.is_none_or(|stances| stances.contains(statement.stance()))
                && self.stated_on.is_none_or(|filter| filter.matches(stated_on()))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A predicate on relationships. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct RelationshipFilter {
    /// Of one of these kinds.
    pub kinds: Option<Set<RelationshipKind>>,
    /// Of one of these categories.
    pub categories: Option<Set<RelationshipCategory>>,
    /// With one of these statuses.
    pub statuses: Option<Set<RelationshipStatus>>,
    /// Seen from this end; only where there is an entity to see it from.
    pub direction: Option<Direction>,
    /// With a share whose low end is at least this, in percent.
    pub share_at_least: Option<f64>,
    /// With a share that fits for certain: whatever it is within its range.
    pub share: Option<Box<NumberFilter>>,
    /// With a share of one of these.
    pub shares_of: Option<Set<ShareOf>>,
    /// Of one of these types of interest.
    pub interests: Option<Set<Interest>>,
    /// Held in one of these ways.
    pub directness: Option<Set<Directness>>,
    /// With a role that fits.
    pub role: Option<Box<TextFilter>>,
    /// With an amount that fits.
    pub amount: Option<Box<AmountFilter>>,
    /// With a property that fits.
    pub property: Option<Box<PropertyFilter>>,
    /// Disputed or not.
    pub disputed: Option<bool>,
    /// Held since then.
    pub since: Option<DateFilter>,
    /// Held until then.
    pub until: Option<DateFilter>,
    /// With a statement that fits.
    pub evidence: Option<EvidenceFilter>,
    /// With a neighbor that fits; only where there is an entity to see it from.
    pub neighbor: Option<Box<EntityFilter>>,
    /// Starting from an entity that fits.
    pub from: Option<Box<EntityFilter>>,
    /// Leading to an entity that fits.
    pub to: Option<Box<EntityFilter>>,
    /// With both ends among these.
    pub between: Option<EntitySet>,
    /// All of these.
    pub and: Option<Vec<RelationshipFilter>>,
    /// At least one of these.
    pub or: Option<Vec<RelationshipFilter>>,
    /// Not this.
    pub not: Option<Box<RelationshipFilter>>,
}

impl RelationshipFilter {
    /// The same predicate, with those alternatives first that look at fewer levels of relationships, and at no properties.
    #[must_use]
    pub fn cheap_first(mut self) -> Self {
        for list in [&mut self.and, &mut self.or].into_iter().flatten() {
            list.sort_by_key(|filter| (filter.reach(), filter.reads_properties()));
        }
        self
    }

    /// The relationships around the entities that it names as their ends, in the order of their ids: what fits is among them.
    /// None where it names no entities.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow looking at them.
    pub fn around_named(&self, scan: &Scan<'_>) -> Result<Option<Vec<RelationshipIx>>, Exhausted> {
        let ends = [&self.from, &self.to].into_iter().flatten();
        let named = ends.filter_map(|filter| filter.ids.as_ref()).chain(&self.between);
        let Some(fewest) = named.min_by_key(|set| set.len()) else {
            return Ok(None);
        };
        let mut around = Vec::new();
        for entity in fewest.iter() {
            for sight in scan.around(entity) {
                around.push(sight?.relationship);
            }
        }
        around.sort_unstable();
        around.dedup();
        Ok(Some(around))
    }

    /// Whether `relationship`, seen from the entity `seen_from` if there is one, fits.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow what the answer takes.
    pub fn matches<'f>(
        &'f self,
        scan: &Scan<'f>,
        relationship: RelationshipIx,
        seen_from: Option<EntityIx>,
    ) -> Result<bool, Exhausted> {
        self.fits(scan, &Sight::of(scan.snapshot, relationship, seen_from))
    }

    /// The same of a relationship that leads from `seen_from` to `neighbor` by way of others.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow what the answer takes.
    pub fn matches_towards<'f>(
        &'f self,
        scan: &Scan<'f>,
        relationship: RelationshipIx,
        (seen_from, neighbor): (EntityIx, EntityIx),
    ) -> Result<bool, Exhausted> {
        let sight = Sight {
            towards: Some(neighbor),
            ..Sight::of(scan.snapshot, relationship, Some(seen_from))
        };
        self.fits(scan, &sight)
    }

    /// Whether what is seen fits: the cheaper a test, the earlier.
    pub(super) fn fits<'f>(&'f self, scan: &Scan<'f>, sight: &Sight) -> Result<bool, Exhausted> {
        if !self.fits_itself(scan.snapshot, sight) {
            return Ok(false);
        }
        let ends = [
            (self.neighbor.as_deref(), sight.neighbor()),
            (self.from.as_deref(), sight.from),
            (self.to.as_deref(), sight.to),
        ];
        let wanted = ends.into_iter().filter_map(|(filter, end)| Some((filter?, end)));
        // An end that is not disclosed fits nothing.
        let is_itself =
            |(filter, end): (&EntityFilter, Option<EntityIx>)| end.is_some_and(|end| filter.fits_itself(scan, end));
        if !wanted.clone().all(is_itself) {
            return Ok(false);
        }
        if let Some(evidence) = &self.evidence
            && !evidence.matches(scan, sight.relationship)?
        {
            return Ok(false);
        }
        let each = |filter: &'f Self| filter.fits(scan, sight);
        if !combined(self.and.as_ref(), self.or.as_ref(), self.not.as_deref(), each)? {
            return Ok(false);
        }
        for (filter, end) in wanted {
            if let Some(end) = end
                && !filter.fits_further(scan, end)?
            {
                return Ok(false);
            }
        }
        match &self.property {
            Some(filter) => filter.matches(scan, scan.snapshot.relationship(sight.relationship).properties()),
            None => Ok(true),
        }
    }

    /// Whether it looks at properties of the relationship itself.
    fn reads_properties(&self) -> bool {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        self.property.is_some() || lists.chain(self.not.as_deref()).any(Self::reads_properties)
    }

    /// Whether it fits by what stands in its link and its own row; the row is read only if the link fits.
    fn fits_itself(&self, snapshot: &Snapshot, sight: &Sight) -> bool {
        let read = snapshot.relationship(sight.relationship);
        let direction_fits = |direction: Direction| {
            sight.kind.is_symmetric()
                || match direction {
                    Direction::Both => true,
                    Direction::Outgoing => sight.seen_from == sight.from,
                    Direction::Incoming => sight.seen_from == sight.to,
                }
        };
        let is_between = |set: &EntitySet| {
            let mut ends = [sight.from, sight.to].into_iter();
            ends.all(|end| end.is_some_and(|end| set.contains(end)))
        };
        self.kinds.is_none_or(|kinds| kinds.contains(sight.kind))
            && self
                .categories
                .is_none_or(|categories| categories.contains(sight.kind.category()))
            && self.statuses.is_none_or(|statuses| statuses.contains(sight.status))
            && self.direction.is_none_or(direction_fits)
            && self.between.as_ref().is_none_or(is_between)
            && self.disputed.is_none_or(|disputed| disputed == read.disputed())
            && self.since.is_none_or(|filter| filter.matches(read.validity().since()))
            && self.until.is_none_or(|filter| filter.matches(read.validity().until()))
            && self
                .share_at_least
                .is_none_or(|least| read.share().is_some_and(|share| share.range.min >= least))
            && self
                .interests
                .is_none_or(|interests| read.interest().is_some_and(|interest| interests.contains(interest)))
            && self
                .directness
                .is_none_or(|directness| directness.contains(read.directness()))
            && self
                .shares_of
                .is_none_or(|of| read.share().is_some_and(|share| of.contains(share.of)))
            && self
                .share
                .as_ref()
                .is_none_or(|filter| filter.matches_range(read.share().map(|share| share.range)))
            && self.role.as_ref().is_none_or(|filter| filter.matches(read.role()))
            && self
                .amount
                .as_ref()
                .is_none_or(|filter| filter.matches(read.amount().as_ref()))
    }

    /// How many levels of relationships it looks at, beyond this one.
    pub(super) fn reach(&self) -> usize {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        let filters = lists.chain(self.not.as_deref()).map(Self::reach);
        let ends = [&self.neighbor, &self.from, &self.to].into_iter().flatten();
        filters.chain(ends.map(|filter| filter.reach())).max().unwrap_or(0)
    }
}
