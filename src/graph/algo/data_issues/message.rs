//! Issues in words: who, what, which figures and dates, and what to do about it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    evidence::support,
    issue::{DataIssue, DateFault},
    kinds::Weakness,
};
use crate::{
    graph::{EntityIx, EvidenceIx, RelationshipIx, Snapshot, algo::ownership::claimed_range},
    model::{Amount, Catalog, PartialDate, Set, Share, ShareOf, ShareRange, Stance, check_lei},
};

/// How many entities, relationships or statements a message lists.
const LISTED_MAX: usize = 10;

impl DataIssue {
    /// The issue in words.
    #[must_use]
    pub fn message(&self, snapshot: &Snapshot) -> String {
        let told = Telling { snapshot };
        match self {
            Self::SharesOver100 {
                held,
                of,
                on,
                low,
                relationships,
            } => told.shares((*held, *of), *on, *low, relationships),
            Self::IndirectMismatch {
                relationships,
                of,
                computed,
            } => told.indirect(relationships, *of, *computed),
            Self::OwnershipCycle { members, circle } => told.cycle(members, circle),
            Self::DissolvedParty { entity, relationships } => told.dissolved(*entity, relationships),
            Self::InvalidLei { entity, position } => told.lei(*entity, *position),
            Self::ImpossibleDates(fault) => told.dates(*fault),
            Self::DuplicateIdentifier { entities, position } => told.duplicate(entities, *position),
            Self::Disputed(relationship) => told.dispute(*relationship),
            Self::ProbableDuplicate(entities) => told.twins(entities),
            Self::WeakEvidence {
                relationship,
                weaknesses,
            } => told.weak(*relationship, *weaknesses),
            Self::UnknownComponent { relationship, position } => told.component(*relationship, *position),
            Self::Waiting(position) => told.waiting(*position),
            Self::Unmentioned(entity) => format!(
                "Nothing is said of {}: it stands in no relationship, and nobody quotes it. Say what it is here for, or remove it.",
                told.entity(*entity)
            ),
        }
    }
}

struct Telling<'s> {
    snapshot: &'s Snapshot,
}

impl Telling<'_> {
    fn component(&self, relationship: RelationshipIx, position: u32) -> String {
        let read = self.snapshot.relationship(relationship);
        let named = usize::try_from(position)
            .ok()
            .and_then(|position| read.component_ids().nth(position));
        format!(
            "{} names {:?} as a component, which nothing describes. Import what describes it, or mend the reference.",
            read.id(),
            named.unwrap_or_default()
        )
    }

    fn waiting(&self, position: usize) -> String {
        let Some(waiting) = self.snapshot.unresolved().get(position) else {
            return String::new();
        };
        format!(
            "{} ({}) waits for {:?}, which nothing describes yet; it was read from {}. Import what describes it, in any order.",
            waiting.claim, waiting.id, waiting.missing, waiting.place
        )
    }
}

/// The first few, and how many more there are.
fn listed(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(LISTED_MAX);
    all.truncate(LISTED_MAX);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    all.join(", ") + &rest
}

fn basis(of: ShareOf) -> &'static str {
    match of {
        ShareOf::Capital => "capital",
        ShareOf::Votes => "votes",
        ShareOf::Profit => "profit",
    }
}

fn date(date: Option<PartialDate>) -> String {
    date.map_or_else(|| "an unstated day".to_owned(), |date| date.to_string())
}

impl Telling<'_> {
    fn entity(&self, entity: EntityIx) -> String {
        let read = self.snapshot.entity(entity);
        format!("{} ({})", read.name(), read.id())
    }

    fn end(&self, entity: Option<EntityIx>) -> String {
        entity.map_or_else(|| "an undisclosed party".to_owned(), |entity| self.entity(entity))
    }

    /// `Alibaba Group (alibaba) OWNS Cainiao (cainiao) [alibaba-owns-cainiao]`
    fn relationship(&self, relationship: RelationshipIx) -> String {
        let read = self.snapshot.relationship(relationship);
        let (from, to) = (self.end(read.from()), self.end(read.to()));
        format!("{from} {} {to} [{}]", read.kind(), read.id())
    }

    fn source(&self, statement: EvidenceIx) -> String {
        let source = self.snapshot.source(self.snapshot.statement(statement).source());
        format!("{} ({})", source.publisher(), source.id())
    }

    fn shares(
        &self,
        (held, of): (EntityIx, ShareOf),
        on: Option<Date>,
        low: f64,
        relationships: &[RelationshipIx],
    ) -> String {
        let mut holders: BTreeMap<EntityIx, ShareRange> = BTreeMap::new();
        for relationship in relationships {
            let read = self.snapshot.relationship(*relationship);
            let range = claimed_range(self.snapshot, *relationship, of);
            if let (Some(holder), Some(range)) = (read.from(), range) {
                let joined = holders.entry(holder).or_insert(range);
                *joined = joined.hull(range);
            }
        }
        let mut holders: Vec<(EntityIx, ShareRange)> = holders.into_iter().collect();
        holders.sort_by(|a, b| b.1.min.total_cmp(&a.1.min));
        let is_more = holders.iter().any(|(_, range)| !range.min_inclusive);
        let holders = holders.into_iter();
        let each = holders.map(|(holder, range)| format!("{} {range} %", self.entity(holder)));
        format!(
            "The holders of {} have {} {} % of its {} between them on {}: {}. See whether an indirect holding is listed as a direct one, a share is out of date, or an end date is missing.",
            self.entity(held),
            if is_more { "more than" } else { "at least" },
            (low * 1e6).round() / 1e6,
            basis(of),
            on.map_or_else(|| "a day that nobody states".to_owned(), |on| on.to_string()),
            listed(each.collect())
        )
    }

    fn indirect(&self, relationships: &[RelationshipIx], of: ShareOf, computed: ShareRange) -> String {
        let claims = relationships.iter().map(|relationship| {
            let range = claimed_range(self.snapshot, *relationship, of).unwrap_or(ShareRange::UNKNOWN);
            format!("{} indirectly, {range} %", self.relationship(*relationship))
        });
        format!(
            "{}, but what it sums up is {computed} % of the {} along the chains of direct claims. See whether a share is out of date, or a claim of the chain is missing.",
            listed(claims.collect()),
            basis(of)
        )
    }

    fn cycle(&self, members: &[EntityIx], circle: &[RelationshipIx]) -> String {
        let steps = circle.iter().map(|relationship| self.relationship(*relationship));
        let steps = listed(steps.collect());
        match members.len() {
            1 => format!("{steps}: it holds itself. These may be its own shares, or one end is wrong."),
            count if count > circle.len() => format!(
                "{count} entities hold each other in circles. The shortest through {}: {steps}. See whether one of the ends or dates is wrong.",
                self.entity(members[0])
            ),
            _ => format!("A circle: {steps}. See whether one of the ends or dates is wrong."),
        }
    }

    fn dissolved(&self, entity: EntityIx, relationships: &[RelationshipIx]) -> String {
        let each = relationships
            .iter()
            .map(|relationship| self.relationship(*relationship));
        let (each, told) = (listed(each.collect()), self.entity(entity));
        match self.snapshot.entity(entity).dissolved() {
            Some(dissolved) => format!(
                "{told} was dissolved in {dissolved}, but this holds after that: {each}. State until when it held, or correct the date."
            ),
            None => format!(
                "{told} is INACTIVE, but this has no end: {each}. State until when it held, and when {told} was dissolved."
            ),
        }
    }

    fn lei(&self, entity: EntityIx, position: u32) -> String {
        let refused = self
            .identifier(entity, position)
            .and_then(|(_, value)| check_lei(value).err());
        let why = refused.map_or_else(String::new, |refused| refused.to_string());
        format!("{}: {why}. Look it up in the register.", self.entity(entity))
    }

    fn identifier(&self, entity: EntityIx, position: u32) -> Option<(&str, &str)> {
        let position = usize::try_from(position).ok()?;
        self.snapshot.entity(entity).identifiers().nth(position)
    }

    fn dates(&self, fault: DateFault) -> String {
        let entity = |ix: EntityIx| self.snapshot.entity(ix);
        let since = |ix: RelationshipIx| date(self.snapshot.relationship(ix).validity().since());
        match fault {
            DateFault::DissolvedBeforeFounded(ix) => format!(
                "{} was dissolved in {}, before it was founded in {}. Correct one of the two.",
                self.entity(ix),
                date(entity(ix).dissolved()),
                date(entity(ix).founded())
            ),
            DateFault::EndsBeforeStart(ix) => format!(
                "{} ends on {}, before it starts on {}. Correct one of the two.",
                self.entity(ix),
                date(entity(ix).ends_on()),
                date(entity(ix).starts_on())
            ),
            DateFault::FoundedAfterRecorded(ix) => format!(
                "{} is ACTIVE and was recorded at {}, before it was founded in {}. Correct the date or the status.",
                self.entity(ix),
                entity(ix).recorded_at(),
                date(entity(ix).founded())
            ),
            DateFault::SinceBeforeFounded(ix, end) => format!(
                "{}: since {}, before {} was founded in {}. Correct one of the two.",
                self.relationship(ix),
                since(ix),
                self.entity(end),
                date(entity(end).founded())
            ),
            DateFault::OutsideEvent(ix, event) => format!(
                "{}: from {} until {}, outside the days of the event ({} to {}). Correct the dates of one of the two.",
                self.relationship(ix),
                since(ix),
                date(self.snapshot.relationship(ix).validity().until()),
                date(entity(event).starts_on()),
                date(entity(event).ends_on())
            ),
            DateFault::BeganAfterRecorded(ix) => format!(
                "{}: ACTIVE since {}, but recorded before that, at {}. If it was only planned then, say so by its status.",
                self.relationship(ix),
                since(ix),
                self.snapshot.relationship(ix).recorded_at()
            ),
            DateFault::Contradictory(ix) => {
                let validity = self.snapshot.relationship(ix).validity();
                let over_by = validity.stated_ended_by().map(|day| format!("over by {day}"));
                let end = over_by.unwrap_or_else(|| format!("until {}", date(validity.until())));
                format!(
                    "{}: since {}, but {end}. Correct one of the two: until then neither is believed, and it is over by {}.",
                    self.relationship(ix),
                    since(ix),
                    date(validity.ended_by().map(PartialDate::from))
                )
            }
            DateFault::StatedAfterRecorded(ix, statement) => {
                let read = self.snapshot.statement(statement);
                let stated = read.stated_on().or(self.snapshot.source(read.source()).published_on());
                format!(
                    "{}: {} says so on {}, but that was recorded before, at {}. Correct the date of the statement or of its source.",
                    self.relationship(ix),
                    self.source(statement),
                    date(stated),
                    self.snapshot.relationship(ix).recorded_at()
                )
            }
        }
    }

    fn duplicate(&self, entities: &[EntityIx], position: u32) -> String {
        let (scheme, value) = self.identifier(entities[0], position).unwrap_or_default();
        let each = entities.iter().map(|entity| self.entity(*entity));
        format!(
            "{scheme} {value} stands for {} entities: {}. Join them if they are one, else correct the identifier.",
            entities.len(),
            listed(each.collect())
        )
    }

    fn twins(&self, entities: &[EntityIx]) -> String {
        let each = entities.iter().map(|entity| {
            let country = self.snapshot.entity(*entity).country();
            let country = country.map_or_else(|| "no country".to_owned(), str::to_owned);
            format!("{}, {country}", self.entity(*entity))
        });
        format!(
            "These go by the same name, apart from case, punctuation and legal form: {}. Join them if they are one, else state their countries or LEIs.",
            listed(each.collect())
        )
    }

    fn weak(&self, relationship: RelationshipIx, weaknesses: Set<Weakness>) -> String {
        let told = self.relationship(relationship);
        let Some(statement) = support(self.snapshot, relationship).next() else {
            return format!("{told}: no source asserts or assesses it. Find one that does, or take it back.");
        };
        let reasons = weaknesses.iter().map(|weakness| match weakness {
            Weakness::Unsupported => "nobody supports it".to_owned(),
            Weakness::Unconfirmed => {
                format!("it is {}", self.snapshot.relationship(relationship).status())
            }
            Weakness::Doubtful => {
                let confidence = self.snapshot.statement(statement).confidence().unwrap_or_default();
                format!("its confidence is {confidence}")
            }
            Weakness::Undated => "it has no date".to_owned(),
            Weakness::Untraceable => "neither a locator nor a link leads to it".to_owned(),
        });
        format!(
            "{told}: only {} says so, and {}. Find a second source, or what is missing.",
            self.source(statement),
            reasons.collect::<Vec<_>>().join(", ")
        )
    }

    /// What exactly contradicts what.
    fn dispute(&self, relationship: RelationshipIx) -> String {
        let read = self.snapshot.relationship(relationship);
        let with = |stance: Stance| {
            let snapshot = self.snapshot;
            let evidence = read.evidence();
            evidence.filter(move |statement| snapshot.statement(*statement).stance() == stance)
        };
        let sources = |stance: Stance| listed(with(stance).map(|statement| self.source(statement)).collect());
        let mut contradictions = Vec::new();
        if with(Stance::Contradicts).next().is_some() {
            contradictions.push(format!(
                "asserted by {}, contradicted by {}",
                sources(Stance::Asserts),
                sources(Stance::Contradicts)
            ));
        }
        let asserts: Vec<EvidenceIx> = with(Stance::Asserts).collect();
        contradictions.extend(self.shares_apart(&asserts));
        contradictions.extend(self.amounts_apart(&asserts));
        format!(
            "{}: {}. Find out who is right, or state since when each is.",
            self.relationship(relationship),
            contradictions.join("; ")
        )
    }

    /// Asserted shares of one basis that have nothing in common.
    fn shares_apart(&self, asserts: &[EvidenceIx]) -> Vec<String> {
        let stated = |of: ShareOf| -> Vec<(EvidenceIx, Share)> {
            let shares = asserts
                .iter()
                .filter_map(|statement| Some((*statement, self.snapshot.statement(*statement).share()?)));
            shares.filter(|(_, share)| share.of == of).collect()
        };
        let apart = ShareOf::ALL.iter().filter_map(|of| {
            let shares = stated(*of);
            let mut ranges = shares.iter().map(|(_, share)| share.range);
            let meet = ranges.try_fold(ShareRange::UNKNOWN, ShareRange::intersection);
            let each = shares
                .iter()
                .map(|(statement, share)| format!("{} % says {}", share.range, self.source(*statement)));
            meet.is_none()
                .then(|| format!("shares of the {} differ: {}", basis(*of), listed(each.collect())))
        });
        apart.collect()
    }

    /// Asserted amounts of one currency and scope that are not the same.
    fn amounts_apart(&self, asserts: &[EvidenceIx]) -> Vec<String> {
        let stated: Vec<(EvidenceIx, Amount)> = asserts
            .iter()
            .filter_map(|statement| Some((*statement, self.snapshot.statement(*statement).amount()?)))
            .collect();
        let mut told = Vec::new();
        for (position, (_, amount)) in stated.iter().enumerate() {
            if stated[..position].iter().any(|(_, other)| amount.is_comparable(other)) {
                continue;
            }
            let same: Vec<&(EvidenceIx, Amount)> =
                stated.iter().filter(|(_, other)| amount.is_comparable(other)).collect();
            if same.iter().any(|(_, other)| other.value != amount.value) {
                let of = amount.of.as_ref().map(|of| format!(" ({of})")).unwrap_or_default();
                let each = same
                    .iter()
                    .map(|(statement, amount)| format!("{amount} says {}", self.source(*statement)));
                told.push(format!("amounts{of} differ: {}", listed(each.collect())));
            }
        }
        told
    }
}
