//! The differences between two views of one snapshot: rows are grouped by id, so that another version of a record is a change,
//! not a removal and an addition.

use std::{borrow::Cow, iter::Peekable};

use crate::{
    graph::{
        Budget, EntityIx, EntityRef, EvidenceIx, Exhausted, Mask, Ordered, Position, RelationshipIx, Snapshot, SortKey,
        budget::Meter,
    },
    model::catalog,
};

catalog! {
    /// The kind of a difference between two views.
    pub enum DiffChange as "a change" {
        /// Only visible in the later view.
        Appeared = "APPEARED",
        /// Only visible in the earlier view.
        Disappeared = "DISAPPEARED",
        /// Visible in both, in different versions.
        Changed = "CHANGED",
    }
}

/// A comparison of two views.
#[derive(Debug, Clone)]
pub struct DiffQuestion {
    /// The mask of the earlier state.
    pub from: Mask,
    /// The mask of the later state.
    pub to: Mask,
    /// Only these entities, ascending, and their relationships; all if `None`.
    pub of: Option<Vec<EntityIx>>,
}

/// The two versions of a record that differs; at least one of them is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiffPair<R> {
    /// The version in the earlier view.
    pub before: Option<R>,
    /// The version in the later view.
    pub after: Option<R>,
}

/// An entity or a relationship that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffEntry {
    /// An entity.
    Entity(DiffPair<EntityIx>),
    /// A relationship.
    Relationship(DiffPair<RelationshipIx>),
}

impl<R: Copy> DiffPair<R> {
    /// The kind of difference.
    pub fn change(self) -> DiffChange {
        match (self.before, self.after) {
            (None, _) => DiffChange::Appeared,
            (Some(_), None) => DiffChange::Disappeared,
            (Some(_), Some(_)) => DiffChange::Changed,
        }
    }

    fn latest(self) -> R {
        self.after
            .or(self.before)
            .expect("a difference is visible in at least one view")
    }
}

impl Ordered for DiffEntry {
    type Field = ();

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        match self {
            Self::Entity(entity) => snapshot.entity(entity.latest()).id().into(),
            Self::Relationship(relationship) => snapshot.relationship(relationship.latest()).id(),
        }
    }

    fn key(self, _snapshot: &Snapshot, (): ()) -> SortKey {
        SortKey::Number(match self {
            Self::Entity(_) => 0.0,
            Self::Relationship(_) => 1.0,
        })
    }
}

/// The differences after `after`: entities first, then relationships, each by id. Each row read spends one unit; rows before `after`
/// are not read; with `of`, only the relationships of these entities are.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it, at any entry.
pub fn diff<'a>(
    snapshot: &'a Snapshot,
    question: &'a DiffQuestion,
    after: Option<&Position>,
    budget: &'a Budget,
) -> Result<impl Iterator<Item = Result<DiffEntry, Exhausted>> + use<'a>, Exhausted> {
    let relationships_begun = after.is_some_and(|after| after.keys.first() == Some(&SortKey::Number(1.0)));
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
) -> impl Iterator<Item = Result<DiffPair<EntityIx>, Exhausted>> + use<'a> {
    let (before, after_it) = (snapshot.known_to(&question.from), snapshot.known_to(&question.to));
    let follows = |row: &EntityIx| after.is_none_or(|after| snapshot.entity(*row).id() > after);
    let rows: Box<dyn Iterator<Item = EntityIx>> = match &question.of {
        _ if snapshot.knows_the_same_entities(&question.from, &question.to) => Box::new(std::iter::empty()),
        Some(of) => Box::new(of.iter().copied().filter(follows).collect::<Vec<_>>().into_iter()),
        None => Box::new(snapshot.entities_after(after)),
    };
    differences(
        rows,
        budget,
        Records {
            is_next_version: |_, _| false,
            visible: move |row| (snapshot.knows(row, &question.from), snapshot.knows(row, &question.to)),
            has_same_content: move |one, other| {
                let (one, other) = (before.entity(one), after_it.entity(other));
                one.version() == other.version() || entity_content(&one) == entity_content(&other)
            },
        },
    )
}

fn relationships<'a>(
    snapshot: &'a Snapshot,
    question: &'a DiffQuestion,
    after: Option<&str>,
    budget: &'a Budget,
) -> Result<impl Iterator<Item = Result<DiffPair<RelationshipIx>, Exhausted>> + use<'a>, Exhausted> {
    let follows = |row: &RelationshipIx| after.is_none_or(|after| *snapshot.relationship(*row).id() > *after);
    let rows: Box<dyn Iterator<Item = RelationshipIx>> = match &question.of {
        Some(of) => {
            let mut around = around(snapshot, of, budget)?;
            around.retain(follows);
            Box::new(around.into_iter())
        }
        None => Box::new(snapshot.relationships_after(after)),
    };
    Ok(differences(
        rows,
        budget,
        Records {
            is_next_version: move |row, first| {
                let (row, first) = (snapshot.relationship(row), snapshot.relationship(first));
                // A first version follows none, and no id has to be read.
                row.version() > 1 && row.id() == first.id()
            },
            visible: move |row| {
                (
                    snapshot.is_visible(row, &question.from),
                    snapshot.is_visible(row, &question.to),
                )
            },
            has_same_content: move |one, other| {
                one == other || relationship_content(snapshot, one) == relationship_content(snapshot, other)
            },
        },
    ))
}

/// The relationships of some entities, independent of views, in the order of their ids.
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

/// The operations on records for a comparison: whether a row is a later version of an earlier row's record, whether a row is visible
/// in each of the two views, and whether two rows have the same content.
struct Records<I, S, T> {
    is_next_version: I,
    visible: S,
    has_same_content: T,
}

/// The records among `rows`, which are in the order of their ids, that differ between the two views. Rows with one id are versions
/// of one record.
fn differences<'a, R: Copy + PartialEq + 'a>(
    rows: impl Iterator<Item = R> + 'a,
    budget: &'a Budget,
    records: Records<impl Fn(R, R) -> bool + 'a, impl Fn(R) -> (bool, bool) + 'a, impl Fn(R, R) -> bool + 'a>,
) -> impl Iterator<Item = Result<DiffPair<R>, Exhausted>> {
    let mut rows: Peekable<_> = rows.peekable();
    let mut meter = Some(Meter::new(budget));
    std::iter::from_fn(move || {
        // The iterator ends after an exhausted budget.
        let spending = meter.as_mut()?;
        while let Some(first) = rows.next() {
            let mut pair = DiffPair {
                before: None,
                after: None,
            };
            let mut version = Some(first);
            while let Some(row) = version {
                if let Err(exhausted) = spending.tick() {
                    meter = None;
                    return Some(Err(exhausted));
                }
                let (before, after) = (records.visible)(row);
                pair.before = if before { Some(row) } else { pair.before };
                pair.after = if after { Some(row) } else { pair.after };
                version = rows.next_if(|next| (records.is_next_version)(*next, first));
            }
            let differs = match (pair.before, pair.after) {
                (Some(before), Some(after)) => !(records.has_same_content)(before, after),
                (None, None) => false,
                _ => true,
            };
            if differs {
                return Some(Ok(pair));
            }
        }
        let flushed = spending.flush();
        meter = None;
        flushed.err().map(Err)
    })
}

/// The content of an entity.
fn entity_content<'a>(read: &EntityRef<'a>) -> impl PartialEq + use<'a> {
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

/// The content of a relationship with its evidence, without the time when it was recorded, which differs for every version.
fn relationship_content(snapshot: &Snapshot, relationship: RelationshipIx) -> impl PartialEq {
    let read = snapshot.relationship(relationship);
    let end = |entity: Option<EntityIx>| entity.map(|entity| snapshot.entity(entity).id());
    let evidence: Vec<_> = read
        .evidence()
        .map(|statement| statement_content(snapshot, statement))
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

fn statement_content(snapshot: &Snapshot, statement: EvidenceIx) -> impl PartialEq {
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

    /// A version of a record: its id, whether it is visible in each view, and its content.
    type Version = (&'static str, (bool, bool), u8);

    fn compare(versions: &[Version]) -> Vec<(Option<u8>, Option<u8>)> {
        let budget = Budget::new(u64::MAX, || false);
        let records = Records {
            is_next_version: |next: Version, first: Version| next.0 == first.0,
            visible: |(_, visible, _): Version| visible,
            has_same_content: |one: Version, other: Version| one.2 == other.2,
        };
        let differences = differences(versions.iter().copied(), &budget, records);
        let content = |version: Option<Version>| version.map(|(_, _, content)| content);
        differences
            .map(|entry| entry.map(|entry| (content(entry.before), content(entry.after))))
            .collect::<Result<_, _>>()
            .expect("the budget is without end")
    }

    #[test]
    fn another_version_of_a_record_is_a_change_if_its_content_differs() {
        const BEFORE: (bool, bool) = (true, false);
        const AFTER: (bool, bool) = (false, true);
        assert_eq!(compare(&[("a", BEFORE, 1), ("a", AFTER, 2)]), [(Some(1), Some(2))]);
        assert_eq!(compare(&[("a", AFTER, 2), ("a", BEFORE, 1)]), [(Some(1), Some(2))]);
        assert_eq!(
            compare(&[("a", BEFORE, 1), ("a", (false, false), 3), ("a", AFTER, 1)]),
            []
        );
        assert_eq!(
            compare(&[("a", BEFORE, 1), ("b", AFTER, 1)]),
            [(Some(1), None), (None, Some(1))]
        );
        assert_eq!(
            compare(&[
                ("a", (true, true), 1),
                ("a", (false, false), 2),
                ("b", (false, false), 1)
            ]),
            []
        );
    }
}
