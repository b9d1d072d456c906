//! Predicates on relationships, on their evidence and on the entities at their ends.

use super::{
    AmountFilter, DateFilter, EntityFilter, EntitySet, NumberFilter, PropertyFilter, TextFilter, combined,
    scan::{FilterSubject, Scan},
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

/// A predicate on statements: one statement must match all given conditions.
#[derive(Debug, Clone, Default)]
pub struct EvidenceFilter {
    /// Of one of these sources.
    pub sources: Option<Vec<SourceIx>>,
    /// By one of these entities.
    pub speakers: Option<EntitySet>,
    /// With one of these stances.
    pub stances: Option<Set<Stance>>,
    /// With a date that fits; the source's date if the statement has none.
    pub stated_on: Option<DateFilter>,
}

impl EvidenceFilter {
    fn matches(&self, scan: &Scan<'_>, relationship: RelationshipIx) -> Result<bool, Exhausted> {
        let snapshot = scan.snapshot;
        for statement in snapshot.relationship(relationship).evidence() {
            scan.tick()?;
            let statement = snapshot.statement(statement);
            let source = statement.source();
            let is_by_speaker = |speakers: &EntitySet| statement.speaker().is_some_and(|one| speakers.contains(one));
            let stated_on = || statement.stated_on().or(snapshot.source(source).published_on());
            if self.sources.as_ref().is_none_or(|sources| sources.contains(&source))
                && self.speakers.as_ref().is_none_or(is_by_speaker)
                && self.stances.is_none_or(|stances| stances.contains(statement.stance()))
                && self.stated_on.is_none_or(|filter| filter.matches(stated_on()))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A predicate on relationships. All given conditions must hold.
#[derive(Debug, Clone, Default)]
pub struct RelationshipFilter {
    /// Of one of these kinds.
    pub kinds: Option<Set<RelationshipKind>>,
    /// Of one of these categories.
    pub categories: Option<Set<RelationshipCategory>>,
    /// With one of these statuses.
    pub statuses: Option<Set<RelationshipStatus>>,
    /// In this direction; only with an entity as the point of view.
    pub direction: Option<Direction>,
    /// With a share whose low end is at least this, in percent.
    pub share_at_least: Option<f64>,
    /// With a share that fits for certain: for every number in its range.
    pub share: Option<Box<NumberFilter>>,
    /// With a share of one of these bases.
    pub shares_of: Option<Set<ShareOf>>,
    /// Of one of these types of interest.
    pub interests: Option<Set<Interest>>,
    /// With one of these values of directness.
    pub directness: Option<Set<Directness>>,
    /// With a role that fits.
    pub role: Option<Box<TextFilter>>,
    /// With an amount that fits.
    pub amount: Option<Box<AmountFilter>>,
    /// With a property that fits.
    pub property: Option<Box<PropertyFilter>>,
    /// Disputed or not.
    pub disputed: Option<bool>,
    /// With a start that fits.
    pub since: Option<DateFilter>,
    /// With an end that fits.
    pub until: Option<DateFilter>,
    /// With a statement that fits.
    pub evidence: Option<EvidenceFilter>,
    /// With a neighbor that fits; only with an entity as the point of view.
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
    /// The same predicate, with the cheaper alternatives first: those that read fewer levels of relationships, and no properties.
    #[must_use]
    pub fn cheap_first(mut self) -> Self {
        for list in [&mut self.and, &mut self.or].into_iter().flatten() {
            list.sort_by_key(|filter| (filter.reach(), filter.reads_properties()));
        }
        self
    }

    /// The candidates, if the filter names entities as ends: the relationships of these entities, in the order of their ids. `None`
    /// if it names no entities.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow looking at them.
    pub fn candidates(&self, scan: &Scan<'_>) -> Result<Option<Vec<RelationshipIx>>, Exhausted> {
        let ends = [&self.from, &self.to].into_iter().flatten();
        let sets = ends.filter_map(|filter| filter.ids.as_ref()).chain(&self.between);
        let Some(fewest) = sets.min_by_key(|set| set.len()) else {
            return Ok(None);
        };
        let mut around = Vec::new();
        for entity in fewest.iter() {
            for subject in scan.around(entity) {
                around.push(subject?.relationship);
            }
        }
        around.sort_unstable();
        around.dedup();
        Ok(Some(around))
    }

    /// Whether `relationship` fits, from the point of view of the entity `seen_from` if there is one.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn matches<'f>(
        &'f self,
        scan: &Scan<'f>,
        relationship: RelationshipIx,
        seen_from: Option<EntityIx>,
    ) -> Result<bool, Exhausted> {
        self.fits(scan, &FilterSubject::of(scan.snapshot, relationship, seen_from))
    }

    /// The same for a relationship that leads from `seen_from` to `neighbor` through others.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn matches_towards<'f>(
        &'f self,
        scan: &Scan<'f>,
        relationship: RelationshipIx,
        (seen_from, neighbor): (EntityIx, EntityIx),
    ) -> Result<bool, Exhausted> {
        let subject = FilterSubject {
            towards: Some(neighbor),
            ..FilterSubject::of(scan.snapshot, relationship, Some(seen_from))
        };
        self.fits(scan, &subject)
    }

    /// Whether the subject fits; cheaper tests come first.
    pub(super) fn fits<'f>(&'f self, scan: &Scan<'f>, subject: &FilterSubject) -> Result<bool, Exhausted> {
        if !self.fits_itself(scan.snapshot, subject) {
            return Ok(false);
        }
        let ends = [
            (self.neighbor.as_deref(), subject.neighbor()),
            (self.from.as_deref(), subject.from),
            (self.to.as_deref(), subject.to),
        ];
        let conditions = ends.into_iter().filter_map(|(filter, end)| Some((filter?, end)));
        // An undisclosed end matches no filter.
        let is_itself =
            |(filter, end): (&EntityFilter, Option<EntityIx>)| end.is_some_and(|end| filter.fits_itself(scan, end));
        if !conditions.clone().all(is_itself) {
            return Ok(false);
        }
        if let Some(evidence) = &self.evidence
            && !evidence.matches(scan, subject.relationship)?
        {
            return Ok(false);
        }
        let each = |filter: &'f Self| filter.fits(scan, subject);
        if !combined(self.and.as_ref(), self.or.as_ref(), self.not.as_deref(), each)? {
            return Ok(false);
        }
        for (filter, end) in conditions {
            if let Some(end) = end
                && !filter.fits_further(scan, end)?
            {
                return Ok(false);
            }
        }
        match &self.property {
            Some(filter) => filter.matches(scan, scan.snapshot.relationship(subject.relationship).properties()),
            None => Ok(true),
        }
    }

    /// Whether it reads properties of the relationship itself.
    fn reads_properties(&self) -> bool {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        self.property.is_some() || lists.chain(self.not.as_deref()).any(Self::reads_properties)
    }

    /// Whether the conditions on its link and its own row hold; the row is read only if the link fits.
    fn fits_itself(&self, snapshot: &Snapshot, subject: &FilterSubject) -> bool {
        let read = snapshot.relationship(subject.relationship);
        let direction_fits = |direction: Direction| {
            subject.kind.is_symmetric()
                || match direction {
                    Direction::Both => true,
                    Direction::Outgoing => subject.seen_from == subject.from,
                    Direction::Incoming => subject.seen_from == subject.to,
                }
        };
        let is_between = |set: &EntitySet| {
            let mut ends = [subject.from, subject.to].into_iter();
            ends.all(|end| end.is_some_and(|end| set.contains(end)))
        };
        self.kinds.is_none_or(|kinds| kinds.contains(subject.kind))
            && self
                .categories
                .is_none_or(|categories| categories.contains(subject.kind.category()))
            && self.statuses.is_none_or(|statuses| statuses.contains(subject.status))
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

    /// The number of levels of relationships it reads, beyond this one.
    pub(super) fn reach(&self) -> usize {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        let filters = lists.chain(self.not.as_deref()).map(Self::reach);
        let ends = [&self.neighbor, &self.from, &self.to].into_iter().flatten();
        filters.chain(ends.map(|filter| filter.reach())).max().unwrap_or(0)
    }
}
