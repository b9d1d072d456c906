//! What may be wrong with the data: one check for each kind of issue. Checks only tell; they change and hide nothing.

mod cycles;
mod dates;
mod dissolved;
mod evidence;
mod identifiers;
mod indirect;
mod message;
mod shares;
mod twins;
mod unresolved;

use std::cmp::Ordering;

use jiff::civil::Date;

pub use self::dates::DateFault;
pub use self::evidence::Weakness;
use crate::{
    graph::{Budget, EntityIx, Exhausted, Mask, RelationshipIx, Snapshot, budget::Meter},
    model::{At, Catalog, Set, ShareOf, ShareRange, View, catalog},
};

catalog! {
    /// What may be wrong with the data. The checks look at what the view sees: ask with `ever: true` for all times.
    pub enum DataIssueKind as "a kind of data issue" {
        /// Holders that together have over 100 % of one basis (capital, votes or profit) of an entity at the same time, taking
        /// the low ends of their shares. Concurrent OWNS between the same two count once, with the lowest of their low ends; a
        /// disputed or unknown share has the low end 0; holders that are not disclosed are left out, as they may be among those
        /// that are. Indirect claims do not count, nor do those of which nobody says when they ended. Only ACTIVE relationships
        /// unless the view names statuses.
        SharesOver100 = "SHARES_OVER_100",
        /// An indirect claim and the chain that it sums up do not meet: what its holder has of a company through others, computed
        /// along two or more direct claims of the same basis, lies outside what the claim allows. ultimateOwners then goes by the
        /// chain. Only ACTIVE relationships unless the view names statuses; under `ever`, they may stem from different times.
        IndirectMismatch = "INDIRECT_MISMATCH",
        /// Entities that own, control or consolidate each other in a circle, or themselves. One issue for all that are in circles
        /// together, however many circles there are. Under `ever`, the relationships may stem from different times. Only ACTIVE
        /// relationships unless the view names statuses.
        OwnershipCycle = "OWNERSHIP_CYCLE",
        /// An entity that was dissolved, and relationships that hold after that; or one that is INACTIVE since no stated day, and
        /// relationships without an end. A dissolution after the day of the view, or under `ever` after today, has not come.
        /// SUCCEEDED_BY and PAID are not meant. Only ACTIVE relationships unless the view names statuses.
        DissolvedParty = "DISSOLVED_PARTY",
        /// An identifier of the scheme lei that is none: not 20 letters and digits, or check digits that do not fit
        /// (ISO 17442, ISO 7064 MOD 97-10).
        InvalidLei = "INVALID_LEI",
        /// Dates that cannot be, however imprecise they are: an end before its beginning, a relationship before one of its ends
        /// was founded or outside the days of its event, something recorded before it happened or was said. A relationship that
        /// ends before it begins is told whatever the day of the view, as its dates place it on none.
        ImpossibleDates = "IMPOSSIBLE_DATES",
        /// One identifier of several entities, however they write it (HRB 1234, hrb-1234): a value stands for one entity in its
        /// scheme.
        DuplicateIdentifier = "DUPLICATE_IDENTIFIER",
        /// Sources that contradict each other about one relationship: one asserts and another contradicts it, or their shares do
        /// not meet, or their amounts differ.
        Disputed = "DISPUTED",
        /// Entities of one kind with the same name, apart from case, width, punctuation and legal form, in countries that do not
        /// differ. The name is the main or the legal name of at least one of them; former names do not count. Entities that all
        /// have LEIs or legal forms of their own are taken for different, and so are parties that are not disclosed.
        ProbableDuplicate = "PROBABLE_DUPLICATE",
        /// A relationship that no source supports, or only one, and that one weakly: the claim is RUMOURED or REPORTED, the
        /// source's confidence is below 0.5, it has no date, or it cannot be looked up (neither a locator nor a link). To support
        /// is to assert or to assess.
        WeakEvidence = "WEAK_EVIDENCE",
        /// A reference to what is not known: of a relationship that waits for an entity, since no file and no record describes it
        /// yet, or to a component of an indirect interest. Whatever describes it may be imported later, in any order.
        UnresolvedReference = "UNRESOLVED_REFERENCE",
        /// An entity of which nothing is said: it stands in no relationship, on whatever day, and nobody quotes it.
        Unmentioned = "UNMENTIONED",
    }
}

catalog! {
    /// How bad an issue is.
    pub enum Severity as "a severity" {
        /// It cannot be right.
        Error = "ERROR",
        /// Something is probably wrong or missing.
        Warning = "WARNING",
        /// It may well be right; worth a look.
        Notice = "NOTICE",
    }
}

/// What is checked: one snapshot seen through one view.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The data.
    pub snapshot: &'a Snapshot,
    /// What the view sees.
    pub mask: Mask,
    /// What computed answers see: only ACTIVE relationships unless the view names statuses.
    pub computing: Mask,
    /// What the view would see if it asked for all times.
    pub ever: Mask,
    /// The view's day, or ever.
    pub at: At,
    /// The view's day, for ever today: what lies after it has not come. Unless set, today is when the view's knowledge ends.
    pub day: Date,
    /// What the checks may spend.
    pub budget: &'a Budget,
}

impl<'a> Ground<'a> {
    /// What `view` sees of `snapshot`.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, view: &View, budget: &'a Budget) -> Self {
        Self {
            snapshot,
            mask: snapshot.mask(view),
            computing: snapshot.mask(&view.for_computing()),
            ever: snapshot.mask(&View { at: At::Ever, ..*view }),
            at: view.at,
            day: match view.at {
                At::Day(day) => day,
                At::Ever => View::day_of(view.known_at),
            },
            budget,
        }
    }

    fn meter(&self) -> Meter<'a> {
        Meter::new(self.budget)
    }
}

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
enum Subject {
    Entity(EntityIx),
    Entities(EntityIx, EntityIx),
    Relationship(RelationshipIx),
    /// A place among what waits outside the graph.
    Waiting(usize),
}

/// All issues of one kind that `ground` has, in the order of what they are about. Linear in entities and relationships but for
/// sorting; every entity and relationship looked at spends one unit, as does every statement of a relationship but its first.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn data_issues(ground: &Ground<'_>, kind: DataIssueKind) -> Result<Vec<DataIssue>, Exhausted> {
    let mut issues = match kind {
        DataIssueKind::SharesOver100 => shares::over_100(ground),
        DataIssueKind::IndirectMismatch => indirect::mismatches(ground),
        DataIssueKind::OwnershipCycle => cycles::ownership_cycles(ground),
        DataIssueKind::DissolvedParty => dissolved::dissolved_parties(ground),
        DataIssueKind::InvalidLei => identifiers::invalid_leis(ground),
        DataIssueKind::ImpossibleDates => dates::impossible(ground),
        DataIssueKind::DuplicateIdentifier => identifiers::duplicates(ground),
        DataIssueKind::Disputed => evidence::disputed(ground),
        DataIssueKind::ProbableDuplicate => twins::probable_duplicates(ground),
        DataIssueKind::WeakEvidence => evidence::weak(ground),
        DataIssueKind::UnresolvedReference => unresolved::references(ground),
        DataIssueKind::Unmentioned => evidence::unmentioned(ground),
    }?;
    // Stable: issues about the same subject keep the order in which the check finds them.
    issues.sort_by_key(DataIssue::subject);
    Ok(issues)
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

    fn subject(&self) -> Subject {
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
