//! What differs between two views of one snapshot: rows are merged by id, so that another version of a record is a change
//! and neither a loss nor a gain.

use std::{borrow::Cow, iter::Peekable};

use crate::{
    graph::{
        Budget, EntityIx, EntityRef, EvidenceIx, Exhausted, Key, Mask, Ordered, Position, RelationshipIx, Snapshot,
        budget::Meter,
    },
    model::catalog,
};

catalog! {
    /// How something differs between two views.
    pub enum DiffChange as "a change" {
        /// Only the later view sees it.
        Appeared = "APPEARED",
        /// Only the earlier view sees it.
        Disappeared = "DISAPPEARED",
        /// Both see it, as it was recorded at different times.
        Changed = "CHANGED",
    }
}

/// What is compared.
#[derive(Debug, Clone)]
pub struct DiffQuestion {
    /// What sees the state before.
    pub from: Mask,
    /// What sees the state after.
    pub to: Mask,
    /// Only these entities, ascending, and their relationships; everything when none.
    pub of: Option<Vec<EntityIx>>,
}

/// One that differs, as each of the views sees it; one of the two is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Differing<R> {
    /// As seen before.
    pub before: Option<R>,
    /// As seen after.
    pub after: Option<R>,
}

/// An entity or a relationship that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffEntry {
    /// An entity.
    Entity(Differing<EntityIx>),
    /// A relationship.
    Relationship(Differing<RelationshipIx>),
}

impl<R: Copy> Differing<R> {
    /// How.
    pub fn change(self) -> DiffChange {
        match (self.before, self.after) {
            (None, _) => DiffChange::Appeared,
            (Some(_), None) => DiffChange::Disappeared,
            (Some(_), Some(_)) => DiffChange::Changed,
        }
    }

    fn either(self) -> R {
        self.after
            .or(self.before)
            .expect("what neither view sees does not differ")
    }
}

impl Ordered for DiffEntry {
    type Field = ();

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        match self {
            Self::Entity(entity) => snapshot.entity(entity.either()).id().into(),
            Self::Relationship(relationship) => snapshot.relationship(relationship.either()).id(),
        }
    }

    fn key(self, _snapshot: &Snapshot, (): ()) -> Key {
        Key::Number(match self {
            Self::Entity(_) => 0.0,
            Self::Relationship(_) => 1.0,
        })
    }
}

/// What differs, entities first, then relationships, each by id; only what follows `after`. Each row looked at spends one
/// unit, and rows before `after` are not looked at; with `of`, only the relationships of these are.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it, at any entry.
pub fn diff<'a>(
    snapshot: &'a Snapshot,
    question: &'a DiffQuestion,
    after: Option<&Position>,
    budget: &'a Budget,
) -> Result<impl Iterator<Item = Result<DiffEntry, Exhausted>> + use<'a>, Exhausted> {
    let relationships_begun = after.is_some_and(|after| after.keys.first() == Some(&Key::Number(1.0)));
    let id = after.map(|after| after.id.as_str());
    let entities = entities(snapshot, question, id.filter(|_| !relationships_begun), budget);
    let relationships = relationships(snapshot, question, id.filter(|_| relationships_begun), budget)?;
    let entities = entities.filter(move |_| !relationships_begun);
    Ok(entities
        .map(|entry| entry.map(DiffEntry::Entity))
        .chain(relationships.map(|entry| entry.map(DiffEntry::Relationship))))
}

fn entities<'a>(
    snapshot: &'a Snapshot,
    question: &'a DiffQuestion,
    after: Option<&str>,
    budget: &'a Budget,
) -> impl Iterator<Item = Result<Differing<EntityIx>, Exhausted>> + use<'a> {
    let (before, after_it) = (snapshot.known_to(&question.from), snapshot.known_to(&question.to));
    let follows = |row: &EntityIx| after.is_none_or(|after| snapshot.entity(*row).id() > after);
    let rows: Box<dyn Iterator<Item = EntityIx>> = match &question.of {
        _ if snapshot.knows_the_same_entities(&question.from, &question.to) => Box::new(std::iter::empty()),
        Some(of) => Box::new(of.iter().copied().filter(follows).collect::<Vec<_>>().into_iter()),
        None => Box::new(snapshot.entities_after(after)),
    };
    differing(
        rows,
        budget,
        Records {
            is_next_version: |_, _| false,
            seen: move |row| (snapshot.knows(row, &question.from), snapshot.knows(row, &question.to)),
            is_told_alike: move |one, other| {
                let (one, other) = (before.entity(one), after_it.entity(other));
                one.version() == other.version() || entity_told(&one) == entity_told(&other)
            },
        },
    )
}

fn relationships<'a>(
    snapshot: &'a Snapshot,
    question: &'a DiffQuestion,
    after: Option<&str>,
    budget: &'a Budget,
) -> Result<impl Iterator<Item = Result<Differing<RelationshipIx>, Exhausted>> + use<'a>, Exhausted> {
    let follows = |row: &RelationshipIx| after.is_none_or(|after| *snapshot.relationship(*row).id() > *after);
    let rows: Box<dyn Iterator<Item = RelationshipIx>> = match &question.of {
        Some(of) => {
            let mut around = around(snapshot, of, budget)?;
            around.retain(follows);
            Box::new(around.into_iter())
        }
        None => Box::new(snapshot.relationships_after(after)),
    };
    Ok(differing(
        rows,
        budget,
        Records {
            is_next_version: move |row, first| {
                let (row, first) = (snapshot.relationship(row), snapshot.relationship(first));
                // A first version follows none, and no id has to be read.
                row.version() > 1 && row.id() == first.id()
            },
            seen: move |row| {
                (
                    snapshot.is_seen(row, &question.from),
                    snapshot.is_seen(row, &question.to),
                )
            },
            is_told_alike: move |one, other| {
                one == other || relationship_told(snapshot, one) == relationship_told(snapshot, other)
            },
        },
    ))
}

/// The relationships of some entities, whoever sees them, in the order of their ids.
fn around(snapshot: &Snapshot, of: &[EntityIx], budget: &Budget) -> Result<Vec<RelationshipIx>, Exhausted> {
    let mut meter = Meter::new(budget);
    let mut around = Vec::new();
    for entity in of {
        for relationship in snapshot.all_links(*entity).chain(snapshot.all_undisclosed(*entity)) {
            meter.tick()?;
            around.push(relationship);
        }
    }
    meter.flush()?;
    around.sort_unstable();
    around.dedup();
    Ok(around)
}

/// What comparing records takes: whether a row is a later version of the record of an earlier one, which of the two views sees a
/// row, and whether two rows tell a reader the same.
struct Records<I, S, T> {
    is_next_version: I,
    seen: S,
    is_told_alike: T,
}

/// Those of `rows`, which stand in the order of their ids, that the two views see differently. Rows with one id are versions of
/// one record.
fn differing<'a, R: Copy + PartialEq + 'a>(
    rows: impl Iterator<Item = R> + 'a,
    budget: &'a Budget,
    records: Records<impl Fn(R, R) -> bool + 'a, impl Fn(R) -> (bool, bool) + 'a, impl Fn(R, R) -> bool + 'a>,
) -> impl Iterator<Item = Result<Differing<R>, Exhausted>> {
    let mut rows: Peekable<_> = rows.peekable();
    let mut meter = Some(Meter::new(budget));
    std::iter::from_fn(move || {
        // Nothing follows what the budget ended.
        let spending = meter.as_mut()?;
        while let Some(first) = rows.next() {
            let mut found = Differing {
                before: None,
                after: None,
            };
            let mut version = Some(first);
            while let Some(row) = version {
                if let Err(exhausted) = spending.tick() {
                    meter = None;
                    return Some(Err(exhausted));
                }
                let (before, after) = (records.seen)(row);
                found.before = if before { Some(row) } else { found.before };
                found.after = if after { Some(row) } else { found.after };
                version = rows.next_if(|next| (records.is_next_version)(*next, first));
            }
            let differs = match (found.before, found.after) {
                (Some(before), Some(after)) => !(records.is_told_alike)(before, after),
                (None, None) => false,
                _ => true,
            };
            if differs {
                return Some(Ok(found));
            }
        }
        let flushed = spending.flush();
        meter = None;
        flushed.err().map(Err)
    })
}

/// What a reader is told of an entity.
fn entity_told<'a>(read: &EntityRef<'a>) -> impl PartialEq + use<'a> {
    let names: Vec<_> = read
        .names()
        .map(|name| (name.text(), name.language(), name.script(), name.kind()))
        .collect();
    (
        (read.kind(), read.name(), names, read.description(), read.country()),
        (
            read.identifiers().collect::<Vec<_>>(),
            read.status(),
            read.website(),
            read.properties(),
            read.undisclosed(),
        ),
        (read.founded(), read.dissolved(), read.starts_on(), read.ends_on()),
    )
}

/// What a reader is told of a relationship, its evidence included. Not when it was recorded: that differs of every version.
fn relationship_told(snapshot: &Snapshot, relationship: RelationshipIx) -> impl PartialEq {
    let read = snapshot.relationship(relationship);
    let end = |entity: Option<EntityIx>| entity.map(|entity| snapshot.entity(entity).id());
    let evidence: Vec<_> = read
        .evidence()
        .map(|statement| statement_told(snapshot, statement))
        .collect();
    (
        (
            read.kind(),
            end(read.from()),
            end(read.to()),
            read.unknown(),
            read.role(),
            read.status(),
        ),
        (
            read.validity(),
            read.share(),
            read.amount(),
            read.capabilities(),
            read.properties(),
        ),
        (
            read.interest(),
            read.directness(),
            read.component_ids().collect::<Vec<_>>(),
        ),
        (read.disputed(), evidence),
    )
}

fn statement_told(snapshot: &Snapshot, statement: EvidenceIx) -> impl PartialEq {
    let read = snapshot.statement(statement);
    (
        (
            read.stance(),
            snapshot.source(read.source()).id(),
            read.locator(),
            read.summary(),
            read.stated_on(),
        ),
        (
            read.speaker().map(|speaker| snapshot.entity(speaker).id()),
            read.share(),
            read.amount(),
            read.confidence(),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A version of a record: its id, whether each view sees it, and what it says.
    type Version = (&'static str, (bool, bool), u8);

    fn told(versions: &[Version]) -> Vec<(Option<u8>, Option<u8>)> {
        let budget = Budget::new(u64::MAX, || false);
        let records = Records {
            is_next_version: |next: Version, first: Version| next.0 == first.0,
            seen: |(_, seen, _): Version| seen,
            is_told_alike: |one: Version, other: Version| one.2 == other.2,
        };
        let differing = differing(versions.iter().copied(), &budget, records);
        let said = |version: Option<Version>| version.map(|(_, _, says)| says);
        differing
            .map(|entry| entry.map(|entry| (said(entry.before), said(entry.after))))
            .collect::<Result<_, _>>()
            .expect("the budget is without end")
    }

    #[test]
    fn another_version_of_a_record_is_a_change_when_it_says_something_else() {
        const BEFORE: (bool, bool) = (true, false);
        const AFTER: (bool, bool) = (false, true);
        assert_eq!(told(&[("a", BEFORE, 1), ("a", AFTER, 2)]), [(Some(1), Some(2))]);
        assert_eq!(told(&[("a", AFTER, 2), ("a", BEFORE, 1)]), [(Some(1), Some(2))]);
        assert_eq!(told(&[("a", BEFORE, 1), ("a", (false, false), 3), ("a", AFTER, 1)]), []);
        assert_eq!(
            told(&[("a", BEFORE, 1), ("b", AFTER, 1)]),
            [(Some(1), None), (None, Some(1))]
        );
        assert_eq!(
            told(&[
                ("a", (true, true), 1),
                ("a", (false, false), 2),
                ("b", (false, false), 1)
            ]),
            []
        );
    }
}
