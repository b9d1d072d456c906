//! What a question keeps: predicates on relationships and on entities, evaluated against one snapshot and view.

use super::{
    adjacency::{Direction, Link},
    rows::{EntityIx, RelationshipIx},
    snapshot::Snapshot,
};
use crate::model::{
    EntityKind, EntityStatus, PartialDate, RelationshipCategory, RelationshipKind, RelationshipStatus, Set, Stance,
    fold,
};

/// The relationships a short name stands for: `owners` are OWNS that come in.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    /// Of these kinds.
    pub kinds: Set<RelationshipKind>,
    /// Seen from this end.
    pub direction: Direction,
    /// With a neighbor of these kinds.
    pub neighbor_kinds: Set<EntityKind>,
    /// OWNS only where the share is over 50 % for certain.
    pub majority: bool,
}

impl Pattern {
    /// Everything, from either end.
    #[must_use]
    pub fn any() -> Self {
        Self {
            kinds: Set::all(),
            direction: Direction::Both,
            neighbor_kinds: Set::all(),
            majority: false,
        }
    }

    /// From `direction`, whatever it is.
    #[must_use]
    pub fn seen(direction: Direction) -> Self {
        Self {
            direction,
            ..Self::any()
        }
    }

    /// Whether a link that was found on the side of `found` fits.
    pub(super) fn fits_link(&self, snapshot: &Snapshot, link: &Link, found: Direction) -> bool {
        let seen = self.direction == Direction::Both || self.direction == found || link.kind.is_symmetric();
        seen && self.kinds.contains(link.kind)
            && self.neighbor_kinds.contains(link.neighbor_kind)
            && self.fits_majority(snapshot, link.kind, link.relationship)
    }

    fn fits_majority(&self, snapshot: &Snapshot, kind: RelationshipKind, relationship: RelationshipIx) -> bool {
        let holds_majority = || {
            snapshot
                .relationship(relationship)
                .share()
                .is_some_and(|share| share.range.is_majority())
        };
        !self.majority || kind != RelationshipKind::Owns || holds_majority()
    }

    /// Whether a relationship with an undisclosed end, seen from `known`, fits. The kind of that end is not known.
    #[must_use]
    pub fn fits_undisclosed(&self, snapshot: &Snapshot, known: EntityIx, relationship: RelationshipIx) -> bool {
        let read = snapshot.relationship(relationship);
        let kind = read.kind();
        let found = if read.from() == Some(known) {
            Direction::Outgoing
        } else {
            Direction::Incoming
        };
        let seen = self.direction == Direction::Both || self.direction == found || kind.is_symmetric();
        seen && self.kinds.contains(kind) && self.fits_majority(snapshot, kind, relationship)
    }
}

/// A comparison of text, folded on both sides. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct TextFilter {
    /// Equal to this.
    pub eq: Option<String>,
    /// Equal to one of these.
    pub any_of: Option<Vec<String>>,
    /// Starting with this.
    pub starts_with: Option<String>,
    /// Ending with this.
    pub ends_with: Option<String>,
    /// Containing this.
    pub contains: Option<String>,
}

impl TextFilter {
    /// The filter with every text folded, ready to compare.
    #[must_use]
    pub fn folded(self) -> Self {
        let fold_in = |text: Option<String>| text.map(|text| fold(&text));
        Self {
            eq: fold_in(self.eq),
            any_of: self.any_of.map(|texts| texts.iter().map(|text| fold(text)).collect()),
            starts_with: fold_in(self.starts_with),
            ends_with: fold_in(self.ends_with),
            contains: fold_in(self.contains),
        }
    }

    fn matches(&self, text: &str) -> bool {
        let text = fold(text);
        self.eq.as_ref().is_none_or(|eq| *eq == text)
            && self.any_of.as_ref().is_none_or(|any_of| any_of.contains(&text))
            && self.starts_with.as_ref().is_none_or(|start| text.starts_with(start))
            && self.ends_with.as_ref().is_none_or(|end| text.ends_with(end))
            && self.contains.as_ref().is_none_or(|part| text.contains(part))
    }
}

/// A comparison of dates by their first days. Everything given must hold; a missing date fits none but `stated: false`.
#[derive(Debug, Clone, Copy, Default)]
pub struct DateFilter {
    /// The same first day.
    pub eq: Option<PartialDate>,
    /// Before.
    pub lt: Option<PartialDate>,
    /// Before, or the same.
    pub lte: Option<PartialDate>,
    /// After.
    pub gt: Option<PartialDate>,
    /// After, or the same.
    pub gte: Option<PartialDate>,
    /// Whether there is a date at all.
    pub stated: Option<bool>,
}

impl DateFilter {
    fn matches(&self, date: Option<PartialDate>) -> bool {
        if self.stated.is_some_and(|stated| stated != date.is_some()) {
            return false;
        }
        let compares = |bound: Option<PartialDate>, fits: fn(&jiff::civil::Date, &jiff::civil::Date) -> bool| {
            bound.is_none_or(|bound| date.is_some_and(|date| fits(&date.first_day(), &bound.first_day())))
        };
        compares(self.eq, PartialEq::eq)
            && compares(self.lt, PartialOrd::lt)
            && compares(self.lte, PartialOrd::le)
            && compares(self.gt, PartialOrd::gt)
            && compares(self.gte, PartialOrd::ge)
    }
}

/// One identifier that fits both.
#[derive(Debug, Clone, Default)]
pub struct IdentifierFilter {
    /// Of this scheme, in lower case.
    pub scheme: Option<String>,
    /// With one of these values.
    pub values: Option<Vec<String>>,
}

/// A predicate on entities. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct EntityFilter {
    /// With one of these ids.
    pub ids: Option<Vec<String>>,
    /// Of one of these kinds.
    pub kinds: Option<Set<EntityKind>>,
    /// With any name that fits.
    pub name: Option<TextFilter>,
    /// With a country that fits.
    pub country: Option<TextFilter>,
    /// In one of these states.
    pub statuses: Option<Set<EntityStatus>>,
    /// Founded then.
    pub founded: Option<DateFilter>,
    /// With an identifier that fits.
    pub identifier: Option<IdentifierFilter>,
    /// All of these.
    pub and: Option<Vec<EntityFilter>>,
    /// At least one of these.
    pub or: Option<Vec<EntityFilter>>,
    /// Not this.
    pub not: Option<Box<EntityFilter>>,
}

impl EntityFilter {
    /// Whether `entity` fits.
    #[must_use]
    pub fn matches(&self, snapshot: &Snapshot, entity: EntityIx) -> bool {
        let read = snapshot.entity(entity);
        self.kinds.is_none_or(|kinds| kinds.contains(read.kind()))
            && self.statuses.is_none_or(|statuses| statuses.contains(read.status()))
            && self.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == read.id()))
            && self.founded.is_none_or(|founded| founded.matches(read.founded()))
            && self
                .country
                .as_ref()
                .is_none_or(|filter| read.country().is_some_and(|country| filter.matches(country)))
            && self.identifier.as_ref().is_none_or(|filter| {
                read.identifiers().any(|(scheme, value)| {
                    filter.scheme.as_ref().is_none_or(|wanted| wanted == scheme)
                        && filter
                            .values
                            .as_ref()
                            .is_none_or(|values| values.iter().any(|wanted| wanted == value))
                })
            })
            && self
                .name
                .as_ref()
                .is_none_or(|filter| read.all_names().any(|name| filter.matches(name)))
            && self
                .and
                .as_ref()
                .is_none_or(|all| all.iter().all(|filter| filter.matches(snapshot, entity)))
            && self
                .or
                .as_ref()
                .is_none_or(|any| any.iter().any(|filter| filter.matches(snapshot, entity)))
            && self.not.as_ref().is_none_or(|filter| !filter.matches(snapshot, entity))
    }
}

/// A predicate on statements: one statement fits everything given.
#[derive(Debug, Clone, Default)]
pub struct EvidenceFilter {
    /// Of the source with this id.
    pub source: Option<String>,
    /// By the entity with this id.
    pub speaker: Option<String>,
    /// With one of these stances.
    pub stances: Option<Set<Stance>>,
    /// Stated then; the source's date where the statement has none.
    pub stated_on: Option<DateFilter>,
}

impl EvidenceFilter {
    fn matches(&self, snapshot: &Snapshot, relationship: RelationshipIx) -> bool {
        snapshot.relationship(relationship).evidence().any(|statement| {
            let statement = snapshot.statement(statement);
            let source = snapshot.source(statement.source());
            let speaker = || statement.speaker().map(|speaker| snapshot.entity(speaker).id());
            self.source.as_deref().is_none_or(|id| id == source.id())
                && self.speaker.as_deref().is_none_or(|id| speaker() == Some(id))
                && self.stances.is_none_or(|stances| stances.contains(statement.stance()))
                && self
                    .stated_on
                    .is_none_or(|filter| filter.matches(statement.stated_on().or(source.published_on())))
        })
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
    /// With both ends among these ids.
    pub between: Option<Vec<String>>,
    /// All of these.
    pub and: Option<Vec<RelationshipFilter>>,
    /// At least one of these.
    pub or: Option<Vec<RelationshipFilter>>,
    /// Not this.
    pub not: Option<Box<RelationshipFilter>>,
}

impl RelationshipFilter {
    /// Whether `relationship`, seen from the entity `seen_from` if there is one, fits.
    #[must_use]
    pub fn matches(&self, snapshot: &Snapshot, relationship: RelationshipIx, seen_from: Option<EntityIx>) -> bool {
        let read = snapshot.relationship(relationship);
        let (from, to) = (read.from(), read.to());
        let end_fits = |filter: &Option<Box<EntityFilter>>, end: Option<EntityIx>| {
            filter
                .as_ref()
                .is_none_or(|filter| end.is_some_and(|end| filter.matches(snapshot, end)))
        };
        let neighbor = if seen_from == from { to } else { from };
        let direction_fits = self.direction.is_none_or(|direction| {
            read.kind().is_symmetric()
                || match direction {
                    Direction::Both => true,
                    Direction::Outgoing => seen_from == from,
                    Direction::Incoming => seen_from == to,
                }
        });
        let is_between = |ids: &Vec<String>| {
            [from, to]
                .iter()
                .all(|end| end.is_some_and(|end| ids.iter().any(|id| id == snapshot.entity(end).id())))
        };
        let each = |filter: &RelationshipFilter| filter.matches(snapshot, relationship, seen_from);
        self.kinds.is_none_or(|kinds| kinds.contains(read.kind()))
            && self
                .categories
                .is_none_or(|categories| categories.contains(read.kind().category()))
            && self.statuses.is_none_or(|statuses| statuses.contains(read.status()))
            && self.disputed.is_none_or(|disputed| disputed == read.disputed())
            && direction_fits
            && self.since.is_none_or(|filter| filter.matches(read.validity().since()))
            && self.until.is_none_or(|filter| filter.matches(read.validity().until()))
            && self
                .share_at_least
                .is_none_or(|least| read.share().is_some_and(|share| share.range.min >= least))
            && end_fits(&self.neighbor, neighbor)
            && end_fits(&self.from, from)
            && end_fits(&self.to, to)
            && self.between.as_ref().is_none_or(is_between)
            && self
                .evidence
                .as_ref()
                .is_none_or(|filter| filter.matches(snapshot, relationship))
            && self.and.as_ref().is_none_or(|all| all.iter().all(each))
            && self.or.as_ref().is_none_or(|any| any.iter().any(each))
            && self.not.as_ref().is_none_or(|filter| !each(filter))
    }
}
