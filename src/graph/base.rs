//! The immutable bulk of a graph: rows in the order of their ids, and what finds them.

use std::thread;

use jiff::Timestamp;

use super::{
    adjacency::{Adjacency, Packed},
    columns::Columns,
    index::{Groups, KeyIndex},
    rows::{EntityIx, EntityRow, Recorded, RelationshipRow, SourceRow, at},
    text::Text,
};
use crate::model::EntityKind;

/// The rows and what finds them.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) columns: Columns,
    /// The distinct record times, ascending; rows refer to them by position.
    pub(super) times: Vec<Timestamp>,
    /// When the last entity was recorded, if none has another version or was taken back: after that, all are known.
    pub(super) entities_settled: Option<u32>,
    pub(super) outgoing: Adjacency,
    pub(super) incoming: Adjacency,
    /// Relationships with an unknown end, by the known one.
    pub(super) undisclosed: Groups,
    /// Relationships by the speakers of their statements.
    pub(super) by_speaker: Groups,
    /// Relationships by the sources of their statements.
    pub(super) by_source: Groups,
    /// Entities by each of their names, folded, in any version.
    pub(super) by_name: KeyIndex,
    /// Entities by scheme and value, in any version.
    pub(super) by_identifier: KeyIndex,
    pub(super) title: Title,
}

/// What is said about the whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Title {
    pub(super) title: Text,
    pub(super) description: Text,
    pub(super) licence: Text,
    /// When the data was first recorded, as a position among the record times.
    pub(super) began: u32,
}

impl Base {
    /// The base of these rows. O(n log n).
    pub(super) fn new(
        columns: Columns,
        times: Vec<Timestamp>,
        (by_name, by_identifier): (KeyIndex, KeyIndex),
        title: Title,
    ) -> Self {
        let ((outgoing, incoming, undisclosed), (by_speaker, by_source)) = thread::scope(|scope| {
            let links = scope.spawn(|| links(&columns));
            let statements = statements(&columns);
            (links.join().expect("arranging links does not panic"), statements)
        });
        Self {
            entities_settled: settled(columns.entities.iter().map(|row| row.recorded)),
            by_speaker,
            by_source,
            by_name,
            by_identifier,
            columns,
            times,
            outgoing,
            incoming,
            undisclosed,
            title,
        }
    }

    /// The row of an entity whose id is this. O(log n).
    pub(super) fn entity(&self, id: &str) -> Result<u32, u32> {
        self.position(&self.columns.entities, id, |row: &EntityRow| row.id)
    }

    /// The row of a source whose id is this. O(log n).
    pub(super) fn source(&self, id: &str) -> Result<u32, u32> {
        self.position(&self.columns.sources, id, |row: &SourceRow| row.id)
    }

    /// The rows of the versions of the relationship with this id. O(log n).
    pub(super) fn relationships(&self, id: &str) -> std::ops::Range<u32> {
        let rows = &self.columns.relationships;
        let id_of = |row: &RelationshipRow| self.text(row.id);
        let first = rows.partition_point(|row| id_of(row) < id);
        let count = rows[first..].iter().take_while(|row| id_of(row) == id).count();
        number(first)..number(first + count)
    }

    /// The row with this id, or how many have one before it.
    fn position<R>(&self, rows: &[R], id: &str, id_of: impl Fn(&R) -> Text) -> Result<u32, u32> {
        let found = rows.binary_search_by(|row| self.text(id_of(row)).cmp(id));
        found.map(number).map_err(number)
    }

    fn text(&self, text: Text) -> &str {
        self.columns.texts.text(text).unwrap_or_default()
    }
}

/// A number of rows.
pub(super) fn number(rows: usize) -> u32 {
    u32::try_from(rows).expect("rows are counted when they are made")
}

/// When the last of these was recorded, if each is a first version that stands.
fn settled(recorded: impl Iterator<Item = Recorded> + Clone) -> Option<u32> {
    let stands = |recorded: Recorded| recorded.until == Recorded::OPEN && recorded.version == 1;
    let all = recorded.clone().all(stands);
    recorded.map(|recorded| recorded.from).max().filter(|_| all)
}

/// Relationships by the speakers and by the sources of their statements.
fn statements(columns: &Columns) -> (Groups, Groups) {
    let (mut by_speaker, mut by_source) = (Vec::new(), Vec::new());
    for (relationship, row) in (0u32..).zip(&columns.relationships) {
        for statement in row.evidence.of(&columns.evidence) {
            by_source.extend(statement.source.base_row().map(|source| (source, relationship)));
            by_speaker.extend(statement.speaker.base_row().map(|speaker| (speaker, relationship)));
        }
    }
    (Groups::new(by_speaker), Groups::new(by_source))
}

/// What the entity in a row was when something was recorded of it: one that was retracted may have come back as something else.
fn kind(columns: &Columns, entity: u32, recorded: u32) -> EntityKind {
    let latest = &columns.entities[at(entity)];
    let older = latest.older.of(&columns.older_entities);
    let before = older.iter().rfind(|row| row.recorded.from <= recorded);
    let row = before.filter(|_| latest.recorded.from > recorded).unwrap_or(latest);
    row.kind
}

/// The links in both directions, and the relationships with an unknown end by the known one.
fn links(columns: &Columns) -> (Adjacency, Adjacency, Groups) {
    let (mut outgoing, mut incoming, mut undisclosed) = (Vec::new(), Vec::new(), Vec::new());
    let row_of = |end: EntityIx| end.base_row();
    for (relationship, row) in (0u32..).zip(&columns.relationships) {
        let link = |neighbor: u32| Packed::new(relationship, row, kind(columns, neighbor, row.recorded.from));
        match (row_of(row.from), row_of(row.to)) {
            (Some(from), Some(to)) => {
                outgoing.push((from, to, link(to)));
                incoming.push((to, from, link(from)));
            }
            (Some(known), None) | (None, Some(known)) => undisclosed.push((known, relationship)),
            (None, None) => unreachable!("the model knows no relationship without a known end"),
        }
    }
    let entities = columns.entities.len();
    let (outgoing, incoming) = thread::scope(|scope| {
        let outgoing = scope.spawn(|| Adjacency::new(entities, &outgoing));
        let incoming = Adjacency::new(entities, &incoming);
        (outgoing.join().expect("arranging links does not panic"), incoming)
    });
    (outgoing, incoming, Groups::new(undisclosed))
}
