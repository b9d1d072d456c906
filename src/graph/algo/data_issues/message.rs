//! Messages of issues: the affected records, figures and dates, and what to do about it.

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

/// The most entities, relationships or statements that a message lists.
const LISTED_MAX: usize = 10;

impl DataIssue {
    /// The message of the issue.
    #[must_use]
    pub fn message(&self, snapshot: &Snapshot) -> String {
        let writer = MessageWriter { snapshot };
        match self {
            Self::SharesOver100 {
                entity,
                of,
                on,
                low,
                relationships,
            } => writer.shares((*entity, *of), *on, *low, relationships),
            Self::IndirectMismatch {
                relationships,
                of,
                computed,
            } => writer.indirect(relationships, *of, *computed),
            Self::OwnershipCycle { members, circle } => writer.cycle(members, circle),
            Self::DissolvedParty { entity, relationships } => writer.dissolved(*entity, relationships),
            Self::InvalidLei { entity, position } => writer.lei(*entity, *position),
            Self::ImpossibleDates(fault) => writer.dates(*fault),
            Self::DuplicateIdentifier { entities, position } => writer.duplicate(entities, *position),
            Self::Disputed(relationship) => writer.dispute(*relationship),
            Self::ProbableDuplicate(entities) => writer.probable_duplicates(entities),
            Self::WeakEvidence {
                relationship,
                weaknesses,
            } => writer.weak(*relationship, *weaknesses),
            Self::UnknownComponent { relationship, position } => writer.component(*relationship, *position),
            Self::Unresolved(position) => writer.unresolved(*position),
            Self::Unmentioned(entity) => format!(
                "{} is unmentioned: it has no relationship, and no statement quotes it. Relate it to another entity, or remove it.",
                writer.entity(*entity)
            ),
        }
    }
}

struct MessageWriter<'s> {
    snapshot: &'s Snapshot,
}

impl MessageWriter<'_> {
    fn component(&self, relationship: RelationshipIx, position: u32) -> String {
        let read = self.snapshot.relationship(relationship);
        let id = usize::try_from(position)
            .ok()
            .and_then(|position| read.component_ids().nth(position));
        format!(
            "{} names {:?} as a component, which no record describes. Import that record, or correct the reference.",
            read.id(),
            id.unwrap_or_default()
        )
    }

    fn unresolved(&self, position: usize) -> String {
        let Some(unresolved) = self.snapshot.unresolved().get(position) else {
            return String::new();
        };
        format!(
            "{} ({}) waits for {:?}, which no record describes yet; it was read from {}. Import that record, in any order.",
            unresolved.claim, unresolved.id, unresolved.missing, unresolved.place
        )
    }
}

/// The first items, and the number of further ones.
fn list(mut all: Vec<String>) -> String {
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

impl MessageWriter<'_> {
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
        (entity, of): (EntityIx, ShareOf),
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
            "The holders of {} have {} {} % of its {} between them on {}: {}. Check whether an indirect holding is list as a direct one, a share is out of date, or an end date is missing.",
            self.entity(entity),
            if is_more { "more than" } else { "at least" },
            (low * 1e6).round() / 1e6,
            basis(of),
            on.map_or_else(|| "an unstated day".to_owned(), |on| on.to_string()),
            list(each.collect())
        )
    }

    fn indirect(&self, relationships: &[RelationshipIx], of: ShareOf, computed: ShareRange) -> String {
        let claims = relationships.iter().map(|relationship| {
            let range = claimed_range(self.snapshot, *relationship, of).unwrap_or(ShareRange::UNKNOWN);
            format!("{} indirectly, {range} %", self.relationship(*relationship))
        });
        format!(
            "{}, but the chains of direct claims that it summarizes give {computed} % of the {}. Check whether a share is out of date, or a claim of the chain is missing.",
            list(claims.collect()),
            basis(of)
        )
    }

    fn cycle(&self, members: &[EntityIx], circle: &[RelationshipIx]) -> String {
        let steps = circle.iter().map(|relationship| self.relationship(*relationship));
        let steps = list(steps.collect());
        match members.len() {
            1 => format!("{steps}: it holds itself. These may be its own shares, or one end is wrong."),
            count if count > circle.len() => format!(
                "{count} entities hold each other in circles. The shortest through {}: {steps}. Check whether one of the ends or dates is wrong.",
                self.entity(members[0])
            ),
            _ => format!("A circle: {steps}. Check whether one of the ends or dates is wrong."),
        }
    }

    fn dissolved(&self, entity: EntityIx, relationships: &[RelationshipIx]) -> String {
        let each = relationships
            .iter()
            .map(|relationship| self.relationship(*relationship));
        let (each, name) = (list(each.collect()), self.entity(entity));
        match self.snapshot.entity(entity).dissolved() {
            Some(dissolved) => format!(
                "{name} was dissolved in {dissolved}, but this holds after that: {each}. State until when it held, or correct the date."
            ),
            None => format!(
                "{name} is INACTIVE, but this has no end: {each}. State until when it held, and when {name} was dissolved."
            ),
        }
    }

    fn lei(&self, entity: EntityIx, position: u32) -> String {
        let error = self
            .identifier(entity, position)
            .and_then(|(_, value)| check_lei(value).err());
        let reason = error.map_or_else(String::new, |error| error.to_string());
        format!("{}: {reason}. Look it up in the register.", self.entity(entity))
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
                "{}: ACTIVE since {}, but recorded before that, at {}. If it was only planned then, change its status.",
                self.relationship(ix),
                since(ix),
                self.snapshot.relationship(ix).recorded_at()
            ),
            DateFault::Contradictory(ix) => {
                let validity = self.snapshot.relationship(ix).validity();
                let over_by = validity.stated_ended_by().map(|day| format!("over by {day}"));
                let end = over_by.unwrap_or_else(|| format!("until {}", date(validity.until())));
                format!(
                    "{}: since {}, but {end}. Correct one of the two: until then neither is trusted, and it counts as over by {}.",
                    self.relationship(ix),
                    since(ix),
                    date(validity.ended_by().map(PartialDate::from))
                )
            }
            DateFault::StatedAfterRecorded(ix, statement) => {
                let read = self.snapshot.statement(statement);
                let stated_on = read.stated_on().or(self.snapshot.source(read.source()).published_on());
                format!(
                    "{}: {} states it on {}, but it was recorded before, at {}. Correct the date of the statement or of its source.",
                    self.relationship(ix),
                    self.source(statement),
                    date(stated_on),
                    self.snapshot.relationship(ix).recorded_at()
                )
            }
        }
    }

    fn duplicate(&self, entities: &[EntityIx], position: u32) -> String {
        let (scheme, value) = self.identifier(entities[0], position).unwrap_or_default();
        let each = entities.iter().map(|entity| self.entity(*entity));
        format!(
            "{scheme} {value} identifies {} entities: {}. Join them if they are one, else correct the identifier.",
            entities.len(),
            list(each.collect())
        )
    }

    fn probable_duplicates(&self, entities: &[EntityIx]) -> String {
        let each = entities.iter().map(|entity| {
            let country = self.snapshot.entity(*entity).country();
            let country = country.map_or_else(|| "no country".to_owned(), str::to_owned);
            format!("{}, {country}", self.entity(*entity))
        });
        format!(
            "These have the same name, apart from case, punctuation and legal form: {}. Join them if they are one, else state their countries or LEIs.",
            list(each.collect())
        )
    }

    fn weak(&self, relationship: RelationshipIx, weaknesses: Set<Weakness>) -> String {
        let claim = self.relationship(relationship);
        let Some(statement) = support(self.snapshot, relationship).next() else {
            return format!("{claim}: no source asserts or assesses it. Find one that does, or retract it.");
        };
        let reasons = weaknesses.iter().map(|weakness| match weakness {
            Weakness::Unsupported => "no source supports it".to_owned(),
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
            "{claim}: only {} states it, and {}. Find a second source, or add what is missing.",
            self.source(statement),
            reasons.collect::<Vec<_>>().join(", ")
        )
    }

    /// The exact contradictions.
    fn dispute(&self, relationship: RelationshipIx) -> String {
        let read = self.snapshot.relationship(relationship);
        let with = |stance: Stance| {
            let snapshot = self.snapshot;
            let evidence = read.evidence();
            evidence.filter(move |statement| snapshot.statement(*statement).stance() == stance)
        };
        let sources = |stance: Stance| list(with(stance).map(|statement| self.source(statement)).collect());
        let mut contradictions = Vec::new();
        if with(Stance::Contradicts).next().is_some() {
            contradictions.push(format!(
                "asserted by {}, contradicted by {}",
                sources(Stance::Asserts),
                sources(Stance::Contradicts)
            ));
        }
        let asserts: Vec<EvidenceIx> = with(Stance::Asserts).collect();
        contradictions.extend(self.differing_shares(&asserts));
        contradictions.extend(self.differing_amounts(&asserts));
        format!(
            "{}: {}. Find out who is right, or state since when each is.",
            self.relationship(relationship),
            contradictions.join("; ")
        )
    }

    /// Asserted shares of one basis that do not intersect.
    fn differing_shares(&self, asserts: &[EvidenceIx]) -> Vec<String> {
        let shares_of = |of: ShareOf| -> Vec<(EvidenceIx, Share)> {
            let shares = asserts
                .iter()
                .filter_map(|statement| Some((*statement, self.snapshot.statement(*statement).share()?)));
            shares.filter(|(_, share)| share.of == of).collect()
        };
        let differences = ShareOf::ALL.iter().filter_map(|of| {
            let shares = shares_of(*of);
            let mut ranges = shares.iter().map(|(_, share)| share.range);
            let intersection = ranges.try_fold(ShareRange::UNKNOWN, ShareRange::intersection);
            let each = shares
                .iter()
                .map(|(statement, share)| format!("{} % says {}", share.range, self.source(*statement)));
            intersection
                .is_none()
                .then(|| format!("shares of the {} differ: {}", basis(*of), list(each.collect())))
        });
        differences.collect()
    }

    /// Asserted amounts of one currency and scope that differ.
    fn differing_amounts(&self, asserts: &[EvidenceIx]) -> Vec<String> {
        let amounts: Vec<(EvidenceIx, Amount)> = asserts
            .iter()
            .filter_map(|statement| Some((*statement, self.snapshot.statement(*statement).amount()?)))
            .collect();
        let mut differences = Vec::new();
        for (position, (_, amount)) in amounts.iter().enumerate() {
            if amounts[..position].iter().any(|(_, other)| amount.is_comparable(other)) {
                continue;
            }
            let same: Vec<&(EvidenceIx, Amount)> = amounts
                .iter()
                .filter(|(_, other)| amount.is_comparable(other))
                .collect();
            if same.iter().any(|(_, other)| other.value != amount.value) {
                let of = amount.of.as_ref().map(|of| format!(" ({of})")).unwrap_or_default();
                let each = same
                    .iter()
                    .map(|(statement, amount)| format!("{amount} says {}", self.source(*statement)));
                differences.push(format!("amounts{of} differ: {}", list(each.collect())));
            }
        }
        differences
    }
}
