//! One data issue: its subject and its order.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::kinds::{DataIssueKind, Severity, Weakness};
use crate::{
    graph::{EntityIx, EvidenceIx, RelationshipIx, Snapshot},
    model::{Catalog, Set, ShareOf, ShareRange},
};

/// One possible fault in the data. Small, as there may be millions: the message is built on demand.
#[derive(Debug, Clone, PartialEq)]
pub enum DataIssue {
    /// See [`DataIssueKind::SharesOver100`].
    SharesOver100 {
        /// The owned entity.
        entity: EntityIx,
        /// The basis.
        of: ShareOf,
        /// The day of the highest sum; `None` if no claim states its start.
        on: Option<Date>,
        /// The sum of the low ends, in percent.
        low: f64,
        /// The OWNS that hold on that day.
        relationships: Box<[RelationshipIx]>,
    },
    /// See [`DataIssueKind::IndirectMismatch`].
    IndirectMismatch {
        /// The indirect claims of one holder on one company, by id.
        relationships: Box<[RelationshipIx]>,
        /// The basis.
        of: ShareOf,
        /// The computed holding through others, in percent.
        computed: ShareRange,
    },
    /// See [`DataIssueKind::OwnershipCycle`].
    OwnershipCycle {
        /// All members of connected circles.
        members: Box<[EntityIx]>,
        /// The shortest circle through the first of them.
        circle: Box<[RelationshipIx]>,
    },
    /// See [`DataIssueKind::DissolvedParty`].
    DissolvedParty {
        /// The dissolved entity.
        entity: EntityIx,
        /// The relationships that still hold.
        relationships: Box<[RelationshipIx]>,
    },
    /// See [`DataIssueKind::InvalidLei`].
    InvalidLei {
        /// The entity with the identifier.
        entity: EntityIx,
        /// The position among its identifiers.
        position: u32,
    },
    /// See [`DataIssueKind::ImpossibleDates`].
    ImpossibleDates(DateFault),
    /// See [`DataIssueKind::DuplicateIdentifier`].
    DuplicateIdentifier {
        /// The entities with the identifier.
        entities: Box<[EntityIx]>,
        /// The position among the identifiers of the first.
        position: u32,
    },
    /// See [`DataIssueKind::Disputed`].
    Disputed(RelationshipIx),
    /// See [`DataIssueKind::ProbableDuplicate`].
    ProbableDuplicate(Box<[EntityIx]>),
    /// See [`DataIssueKind::WeakEvidence`].
    WeakEvidence {
        /// The relationship.
        relationship: RelationshipIx,
        /// Its weaknesses.
        weaknesses: Set<Weakness>,
    },
    /// See [`DataIssueKind::UnresolvedReference`].
    UnknownComponent {
        /// The indirect interest.
        relationship: RelationshipIx,
        /// The position among its component ids.
        position: u32,
    },
    /// See [`DataIssueKind::UnresolvedReference`]: a position among the unresolved relationships.
    Unresolved(usize),
    /// See [`DataIssueKind::Unmentioned`].
    Unmentioned(EntityIx),
}

/// The subject of an issue, for its order: entities before relationships, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Entity(EntityIx),
    Entities(EntityIx, EntityIx),
    Relationship(RelationshipIx),
    /// A position among the unresolved relationships outside the graph.
    Unresolved(usize),
}

/// An impossible date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFault {
    /// Dissolved before it was founded.
    DissolvedBeforeFounded(EntityIx),
    /// An event whose last day lies before its first.
    EndsBeforeStart(EntityIx),
    /// Recorded as existing before it was founded.
    FoundedAfterRecorded(EntityIx),
    /// A relationship that began before an end of it was founded.
    SinceBeforeFounded(RelationshipIx, EntityIx),
    /// Participation in an event, or its operation, entirely before or after its days.
    OutsideEvent(RelationshipIx, EntityIx),
    /// Recorded as in effect before it began.
    BeganAfterRecorded(RelationshipIx),
    /// Recorded before the statement was made.
    StatedAfterRecorded(RelationshipIx, EvidenceIx),
    /// A relationship that is over before it begins, in every reading of its dates.
    Contradictory(RelationshipIx),
}

impl DateFault {
    fn subject(self) -> Subject {
        match self {
            Self::DissolvedBeforeFounded(entity)
            | Self::EndsBeforeStart(entity)
            | Self::FoundedAfterRecorded(entity) => Subject::Entity(entity),
            Self::SinceBeforeFounded(relationship, _)
            | Self::OutsideEvent(relationship, _)
            | Self::BeganAfterRecorded(relationship)
            | Self::StatedAfterRecorded(relationship, _)
            | Self::Contradictory(relationship) => Subject::Relationship(relationship),
        }
    }
}

impl DataIssue {
    /// The kind of the issue.
    #[must_use]
    pub fn kind(&self) -> DataIssueKind {
        match self {
            Self::SharesOver100 { .. } => DataIssueKind::SharesOver100,
            Self::IndirectMismatch { .. } => DataIssueKind::IndirectMismatch,
            Self::OwnershipCycle { .. } => DataIssueKind::OwnershipCycle,
            Self::DissolvedParty { .. } => DataIssueKind::DissolvedParty,
            Self::InvalidLei { .. } => DataIssueKind::InvalidLei,
            Self::ImpossibleDates(_) => DataIssueKind::ImpossibleDates,
            Self::DuplicateIdentifier { .. } => DataIssueKind::DuplicateIdentifier,
            Self::Disputed(_) => DataIssueKind::Disputed,
            Self::ProbableDuplicate(_) => DataIssueKind::ProbableDuplicate,
            Self::WeakEvidence { .. } => DataIssueKind::WeakEvidence,
            Self::UnknownComponent { .. } | Self::Unresolved(_) => DataIssueKind::UnresolvedReference,
            Self::Unmentioned(_) => DataIssueKind::Unmentioned,
        }
    }

    /// Its severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.kind() {
            DataIssueKind::InvalidLei | DataIssueKind::ImpossibleDates | DataIssueKind::DuplicateIdentifier => {
                Severity::Error
            }
            DataIssueKind::SharesOver100
            | DataIssueKind::IndirectMismatch
            | DataIssueKind::DissolvedParty
            | DataIssueKind::Disputed
            | DataIssueKind::UnresolvedReference
            | DataIssueKind::ProbableDuplicate => Severity::Warning,
            DataIssueKind::OwnershipCycle | DataIssueKind::WeakEvidence | DataIssueKind::Unmentioned => {
                Severity::Notice
            }
        }
    }

    /// The affected entities, or the ends of the affected relationship. In the order of their ids, except for the ends of a
    /// relationship.
    #[must_use]
    pub fn entities(&self, snapshot: &Snapshot) -> Vec<EntityIx> {
        let ends = |relationship: RelationshipIx| {
            let read = snapshot.relationship(relationship);
            let mut ends: Vec<EntityIx> = [read.from(), read.to()].into_iter().flatten().collect();
            ends.dedup();
            ends
        };
        match self {
            Self::SharesOver100 { entity, .. }
            | Self::DissolvedParty { entity, .. }
            | Self::InvalidLei { entity, .. }
            | Self::Unmentioned(entity) => vec![*entity],
            Self::OwnershipCycle { members: entities, .. }
            | Self::DuplicateIdentifier { entities, .. }
            | Self::ProbableDuplicate(entities) => entities.to_vec(),
            Self::ImpossibleDates(fault) => match fault.subject() {
                Subject::Entity(entity) | Subject::Entities(entity, _) => vec![entity],
                Subject::Relationship(relationship) => ends(relationship),
                Subject::Unresolved(_) => Vec::new(),
            },
            Self::UnknownComponent { relationship, .. } => ends(*relationship),
            Self::Unresolved(_) => Vec::new(),
            Self::IndirectMismatch { relationships, .. } => ends(relationships[0]),
            Self::Disputed(relationship) | Self::WeakEvidence { relationship, .. } => ends(*relationship),
        }
    }

    /// The affected relationships.
    #[must_use]
    pub fn relationships(&self) -> Vec<RelationshipIx> {
        match self {
            Self::SharesOver100 { relationships, .. }
            | Self::IndirectMismatch { relationships, .. }
            | Self::DissolvedParty { relationships, .. } => relationships.to_vec(),
            Self::OwnershipCycle { circle, .. } => circle.to_vec(),
            Self::ImpossibleDates(fault) => match fault.subject() {
                Subject::Relationship(relationship) => vec![relationship],
                Subject::Entity(_) | Subject::Entities(..) | Subject::Unresolved(_) => Vec::new(),
            },
            Self::UnknownComponent { relationship, .. } => vec![*relationship],
            Self::Disputed(relationship) | Self::WeakEvidence { relationship, .. } => vec![*relationship],
            Self::InvalidLei { .. }
            | Self::DuplicateIdentifier { .. }
            | Self::ProbableDuplicate(_)
            | Self::Unresolved(_)
            | Self::Unmentioned(_) => Vec::new(),
        }
    }

    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::SharesOver100 { entity, .. }
            | Self::DissolvedParty { entity, .. }
            | Self::InvalidLei { entity, .. }
            | Self::Unmentioned(entity) => Subject::Entity(*entity),
            Self::OwnershipCycle { members, .. } => Subject::Entity(members[0]),
            Self::DuplicateIdentifier { entities, .. } | Self::ProbableDuplicate(entities) => {
                Subject::Entities(entities[0], entities[1])
            }
            Self::ImpossibleDates(fault) => fault.subject(),
            Self::IndirectMismatch { relationships, .. } => Subject::Relationship(relationships[0]),
            Self::Disputed(relationship)
            | Self::WeakEvidence { relationship, .. }
            | Self::UnknownComponent { relationship, .. } => Subject::Relationship(*relationship),
            Self::Unresolved(position) => Subject::Unresolved(*position),
        }
    }

    /// The subject as a text that orders issues of one kind like [`Self::compare`].
    #[must_use]
    pub fn sort_key(&self, snapshot: &Snapshot) -> String {
        let id = |entity| snapshot.entity(entity).id();
        // Ids contain no control characters.
        match self.subject() {
            Subject::Entity(entity) => format!("\u{1}{}", id(entity)),
            Subject::Entities(first, second) => format!("\u{1}{}\u{1}{}", id(first), id(second)),
            Subject::Relationship(relationship) => format!("\u{2}{}", snapshot.relationship(relationship).id()),
            Subject::Unresolved(position) => {
                let unresolved = snapshot.unresolved().get(position);
                format!("\u{3}{}", unresolved.map_or("", |unresolved| &unresolved.id))
            }
        }
    }

    /// The order of issues: by kind, then by subject.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let kind = |issue: &Self| issue.kind().index();
        kind(self)
            .cmp(&kind(other))
            .then_with(|| self.subject().cmp(&other.subject()))
    }
}
