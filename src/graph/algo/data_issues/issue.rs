//! One data issue: what it is about and how it is ordered.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::kinds::{DataIssueKind, Severity, Weakness};
use crate::{
    graph::{EntityIx, EvidenceIx, RelationshipIx, Snapshot},
    model::{Catalog, Set, ShareOf, ShareRange},
};

/// One thing that may be wrong. Small, as there may be millions: the words are made when it is told.
#[derive(Debug, Clone, PartialEq)]
pub enum DataIssue {
    /// See [`DataIssueKind::SharesOver100`].
    SharesOver100 {
        /// Of whom.
        held: EntityIx,
        /// Of what.
        of: ShareOf,
        /// On which day the most; none when no claim states since when.
        on: Option<Date>,
        /// The sum of the low ends, in percent.
        low: f64,
        /// The OWNS that hold then.
        relationships: Box<[RelationshipIx]>,
    },
    /// See [`DataIssueKind::IndirectMismatch`].
    IndirectMismatch {
        /// The indirect claims of one holder on one company, by id.
        relationships: Box<[RelationshipIx]>,
        /// Of what.
        of: ShareOf,
        /// What the holder has through others, in percent.
        computed: ShareRange,
    },
    /// See [`DataIssueKind::OwnershipCycle`].
    OwnershipCycle {
        /// All that are in circles together.
        members: Box<[EntityIx]>,
        /// The shortest circle through the first of them.
        circle: Box<[RelationshipIx]>,
    },
    /// See [`DataIssueKind::DissolvedParty`].
    DissolvedParty {
        /// Who is dissolved.
        entity: EntityIx,
        /// What holds all the same.
        relationships: Box<[RelationshipIx]>,
    },
    /// See [`DataIssueKind::InvalidLei`].
    InvalidLei {
        /// Whose it is.
        entity: EntityIx,
        /// Which of its identifiers.
        position: u32,
    },
    /// See [`DataIssueKind::ImpossibleDates`].
    ImpossibleDates(DateFault),
    /// See [`DataIssueKind::DuplicateIdentifier`].
    DuplicateIdentifier {
        /// Who has it.
        entities: Box<[EntityIx]>,
        /// Which of the identifiers of the first.
        position: u32,
    },
    /// See [`DataIssueKind::Disputed`].
    Disputed(RelationshipIx),
    /// See [`DataIssueKind::ProbableDuplicate`].
    ProbableDuplicate(Box<[EntityIx]>),
    /// See [`DataIssueKind::WeakEvidence`].
    WeakEvidence {
        /// Of what.
        relationship: RelationshipIx,
        /// In which ways.
        weaknesses: Set<Weakness>,
    },
    /// See [`DataIssueKind::UnresolvedReference`].
    UnknownComponent {
        /// Of what.
        relationship: RelationshipIx,
        /// Which of those that it names.
        position: u32,
    },
    /// See [`DataIssueKind::UnresolvedReference`]: a place among what waits.
    Waiting(usize),
    /// See [`DataIssueKind::Unmentioned`].
    Unmentioned(EntityIx),
}

/// What an issue is about, for order: entities before relationships, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Entity(EntityIx),
    Entities(EntityIx, EntityIx),
    Relationship(RelationshipIx),
    /// A place among what waits outside the graph.
    Waiting(usize),
}

/// What cannot be.
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
    /// Taking part in an event, or running it, only before or only after its days.
    OutsideEvent(RelationshipIx, EntityIx),
    /// Recorded as in effect before it began.
    BeganAfterRecorded(RelationshipIx),
    /// Recorded before it was said.
    StatedAfterRecorded(RelationshipIx, EvidenceIx),
    /// A relationship that is over before it begins, however its dates are read.
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
    /// What is wrong.
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
            Self::UnknownComponent { .. } | Self::Waiting(_) => DataIssueKind::UnresolvedReference,
            Self::Unmentioned(_) => DataIssueKind::Unmentioned,
        }
    }

    /// How bad it is.
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

    /// The entities it is about: those at fault, or the ends of the relationship at fault. In the order of their ids, but for
    /// the ends of a relationship.
    #[must_use]
    pub fn entities(&self, snapshot: &Snapshot) -> Vec<EntityIx> {
        let ends = |relationship: RelationshipIx| {
            let read = snapshot.relationship(relationship);
            let mut ends: Vec<EntityIx> = [read.from(), read.to()].into_iter().flatten().collect();
            ends.dedup();
            ends
        };
        match self {
            Self::SharesOver100 { held: entity, .. }
            | Self::DissolvedParty { entity, .. }
            | Self::InvalidLei { entity, .. }
            | Self::Unmentioned(entity) => vec![*entity],
            Self::OwnershipCycle { members: entities, .. }
            | Self::DuplicateIdentifier { entities, .. }
            | Self::ProbableDuplicate(entities) => entities.to_vec(),
            Self::ImpossibleDates(fault) => match fault.subject() {
                Subject::Entity(entity) | Subject::Entities(entity, _) => vec![entity],
                Subject::Relationship(relationship) => ends(relationship),
                Subject::Waiting(_) => Vec::new(),
            },
            Self::UnknownComponent { relationship, .. } => ends(*relationship),
            Self::Waiting(_) => Vec::new(),
            Self::IndirectMismatch { relationships, .. } => ends(relationships[0]),
            Self::Disputed(relationship) | Self::WeakEvidence { relationship, .. } => ends(*relationship),
        }
    }

    /// The relationships it is about.
    #[must_use]
    pub fn relationships(&self) -> Vec<RelationshipIx> {
        match self {
            Self::SharesOver100 { relationships, .. }
            | Self::IndirectMismatch { relationships, .. }
            | Self::DissolvedParty { relationships, .. } => relationships.to_vec(),
            Self::OwnershipCycle { circle, .. } => circle.to_vec(),
            Self::ImpossibleDates(fault) => match fault.subject() {
                Subject::Relationship(relationship) => vec![relationship],
                Subject::Entity(_) | Subject::Entities(..) | Subject::Waiting(_) => Vec::new(),
            },
            Self::UnknownComponent { relationship, .. } => vec![*relationship],
            Self::Disputed(relationship) | Self::WeakEvidence { relationship, .. } => vec![*relationship],
            Self::InvalidLei { .. }
            | Self::DuplicateIdentifier { .. }
            | Self::ProbableDuplicate(_)
            | Self::Waiting(_)
            | Self::Unmentioned(_) => Vec::new(),
        }
    }

    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::SharesOver100 { held: entity, .. }
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
            Self::Waiting(position) => Subject::Waiting(*position),
        }
    }

    /// What it is about, as a text that orders issues of one kind as they are ordered here.
    #[must_use]
    pub fn place(&self, snapshot: &Snapshot) -> String {
        let id = |entity| snapshot.entity(entity).id();
        // Ids hold no control characters.
        match self.subject() {
            Subject::Entity(entity) => format!("\u{1}{}", id(entity)),
            Subject::Entities(first, second) => format!("\u{1}{}\u{1}{}", id(first), id(second)),
            Subject::Relationship(relationship) => format!("\u{2}{}", snapshot.relationship(relationship).id()),
            Subject::Waiting(position) => {
                let waiting = snapshot.unresolved().get(position);
                format!("\u{3}{}", waiting.map_or("", |waiting| &waiting.id))
            }
        }
    }

    /// The order of issues: by kind, then by what they are about.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let kind = |issue: &Self| issue.kind().index();
        kind(self)
            .cmp(&kind(other))
            .then_with(|| self.subject().cmp(&other.subject()))
    }
}
