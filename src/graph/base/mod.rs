//! The immutable bulk of a graph: rows in the order of their ids, and their indexes.

pub(super) mod adjacency;
pub(super) mod arrange;
pub(super) mod finder;
pub(super) mod index;
pub(super) mod order_cache;

use std::{ops::Range, sync::OnceLock, thread};

use jiff::Timestamp;

use self::{
    adjacency::{Adjacency, PackedLink},
    finder::{IdFinder, write_relationship},
    index::{Groups, KeyIndex, key_of},
    order_cache::OrderCache,
};
use super::columns::{
    Columns,
    numbers::{at, number},
    rows::{EntityRow, Rare, SourceRow, VersionSpan},
    text::Text,
};
use crate::model::EntityKind;

/// The rows and their indexes.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) columns: Columns,
    /// The distinct record times, ascending; rows refer to them by position.
    pub(super) times: Vec<Timestamp>,
    /// When the last entity was recorded, if none has another version or was retracted: after that, all are buffer.
    pub(super) entities_settled: Option<u32>,
    pub(super) outgoing: Adjacency,
    pub(super) incoming: Adjacency,
    /// Relationships with an unknown end, by the buffer one.
    pub(super) undisclosed: Groups,
    /// Relationships by the speakers of their statements.
    pub(super) by_speaker: Groups,
    /// Relationships by the sources of their statements.
    pub(super) by_source: Groups,
    /// Entities by each of their names, folded, in any version.
    pub(super) by_name: KeyIndex,
    /// Entities by scheme and value, in any version.
    pub(super) by_identifier: KeyIndex,
    /// Versions of relationships by their source record.
    pub(super) by_record: KeyIndex,
    /// Versions of relationships by the ids of statements that are not derived from the relationship.
    pub(super) by_statement: KeyIndex,
    pub(super) title: Title,
    /// The hash index of ids, once requested.
    pub(super) finder: OnceLock<IdFinder>,
    /// Cached orders of listings other than by id.
    pub(super) orders: OrderCache,
}

/// The title of the data.
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
            entities_settled: entities_settled(&columns),
            by_speaker,
            by_source,
            by_name,
            by_identifier,
            by_record: records(&columns),
            by_statement: underived_statements(&columns),
            columns,
            times,
            outgoing,
            incoming,
            undisclosed,
            title,
            finder: OnceLock::new(),
            orders: OrderCache::default(),
        }
    }

    /// The row of the entity with this id. O(log n).
    pub(super) fn entity(&self, id: &str) -> Option<u32> {
        match self.finder.get() {
            Some(finder) => finder.entity(&self.columns, id),
            None => self.entity_place(id).ok(),
        }
    }

    /// The row of the entity with this id, or the row before which it would be. O(log n).
    pub(super) fn entity_place(&self, id: &str) -> Result<u32, u32> {
        self.position(&self.columns.entities, id, |row: &EntityRow| row.id)
    }

    /// The row of the source with this id, or the row before which it would be. O(log n).
    pub(super) fn source(&self, id: &str) -> Result<u32, u32> {
        self.position(&self.columns.sources, id, |row: &SourceRow| row.id)
    }

    /// The rows of the versions of the relationship with this id; if there is none, an empty range anywhere. O(log n + answer).
    pub(super) fn versions(&self, id: &str) -> Range<u32> {
        let Some(finder) = self.finder.get() else {
            return self.relationships(id);
        };
        match finder.relationship(&self.columns, id) {
            Some(first) => first..first + self.count_from(first, id),
            None => 0..0,
        }
    }

    /// The rows of the versions of the relationship with this id; if there is none, an empty range where they would be. O(log n +
    /// answer).
    pub(super) fn relationships(&self, id: &str) -> Range<u32> {
        self.relationships_among(0..number(self.columns.relationships.len()), id)
    }

    /// The same, given that the rows before `first` have ids before this one. O(log of the distance + answer).
    pub(super) fn relationships_from(&self, first: u32, id: &str) -> Range<u32> {
        let count = number(self.columns.relationships.len());
        let mut buffer = String::new();
        // Lookups in ascending order are usually close, so steps start short.
        let (mut low, mut step) = (first, 1);
        while low < count {
            let next = low.saturating_add(step).min(count);
            if !self.is_before(next - 1, id, &mut buffer) {
                return self.relationships_among(low..next, id);
            }
            (low, step) = (next, step.saturating_mul(2));
        }
        count..count
    }

    /// The same among these rows.
    fn relationships_among(&self, rows: Range<u32>, id: &str) -> Range<u32> {
        let mut buffer = String::new();
        let (mut low, mut high) = (rows.start, rows.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.is_before(middle, id, &mut buffer) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low..low + self.count_from(low, id)
    }

    /// Whether the relationship in a row has an id before this one.
    fn is_before(&self, row: u32, id: &str, buffer: &mut String) -> bool {
        buffer.clear();
        write_relationship(&self.columns, row, buffer);
        buffer.as_str() < id
    }

    /// The number of rows from this one on that are versions of the relationship with this id.
    fn count_from(&self, first: u32, id: &str) -> u32 {
        let mut buffer = String::new();
        let rows = first..number(self.columns.relationships.len());
        let same = rows.take_while(|row| {
            buffer.clear();
            write_relationship(&self.columns, *row, &mut buffer);
            buffer == id
        });
        number(same.count())
    }

    /// The row with this id, or the number of rows before it.
    fn position<R>(&self, rows: &[R], id: &str, id_of: impl Fn(&R) -> Text) -> Result<u32, u32> {
        let row = rows.binary_search_by(|row| self.text(id_of(row)).cmp(id));
        row.map(number).map_err(number)
    }

    /// Builds the hash index of ids. O(n), once.
    pub(super) fn index_ids(&self) {
        self.finder.get_or_init(|| IdFinder::of(&self.columns));
    }

    fn text(&self, text: Text) -> &str {
        self.columns.texts.text(text).unwrap_or_default()
    }
}

/// The versions of relationships by their source record.
fn records(columns: &Columns) -> KeyIndex {
    let rows = (0u32..).zip(&columns.relationships);
    let keyed = rows.filter_map(|(place, row)| {
        let record = columns.texts.text(columns.relationship_extra(row).record)?;
        Some((key_of(record), place))
    });
    KeyIndex::new(keyed.collect())
}

/// The versions of relationships by the ids of statements that are not derived from the relationship.
fn underived_statements(columns: &Columns) -> KeyIndex {
    let rows = (0u32..).zip(&columns.relationships);
    let keyed = rows.flat_map(|(place, row)| {
        let statements = columns.statements(row).iter();
        statements.filter_map(move |statement| Some((key_of(columns.texts.text(statement.id)?), place)))
    });
    KeyIndex::new(keyed.collect())
}

/// When the last entity was recorded, if each is a current first version.
fn entities_settled(columns: &Columns) -> Option<u32> {
    let mut last = None;
    let mut last_row = Rare::NONE;
    for row in &columns.entities {
        // Most were recorded together.
        if row.recorded == last_row {
            continue;
        }
        last_row = row.recorded;
        let recorded = columns.recorded(row.recorded);
        if recorded.until != VersionSpan::OPEN || recorded.version != 1 {
            return None;
        }
        last = last.max(Some(recorded.from));
    }
    last
}

/// Relationships by the speakers and by the sources of their statements.
fn statements(columns: &Columns) -> (Groups, Groups) {
    let statements = || {
        let rows = (0u32..).zip(&columns.relationships);
        rows.flat_map(|(relationship, row)| {
            columns
                .statements(row)
                .iter()
                .map(move |statement| (relationship, statement))
        })
    };
    let by_speaker = Groups::new(columns.entities.len(), |add| {
        for (relationship, statement) in statements() {
            if let Some(speaker) = statement.speaker.base_row() {
                add(speaker, relationship);
            }
        }
    });
    let by_source = Groups::new(columns.sources.len(), |add| {
        for (relationship, statement) in statements() {
            if let Some(source) = statement.source.base_row() {
                add(source, relationship);
            }
        }
    });
    (by_speaker, by_source)
}

/// The kind of the entity in a row at a record time: a retracted entity may have been created again with another kind.
fn kind(columns: &Columns, entity: u32, recorded: u32) -> EntityKind {
    let latest = &columns.entities[at(entity)];
    let from = |row: &EntityRow| columns.recorded(row.recorded).from;
    let older = columns.older_entities(latest);
    let before = older.iter().rfind(|row| from(row) <= recorded);
    let row = before.filter(|_| from(latest) > recorded).unwrap_or(latest);
    row.kind
}

/// The links in both directions, and the relationships with an unknown end by the buffer one.
fn links(columns: &Columns) -> (Adjacency, Adjacency, Groups) {
    let entities = columns.entities.len();
    let ends = || {
        let rows = (0u32..).zip(&columns.relationships);
        rows.map(|(relationship, row)| (row.from.base_row(), row.to.base_row(), relationship))
    };
    let link = |neighbor: u32, relationship: u32| {
        let row = &columns.relationships[at(relationship)];
        let recorded = columns.recorded(row.recorded);
        PackedLink::new(relationship, row, recorded, kind(columns, neighbor, recorded.from))
    };
    let outgoing = |add: &mut dyn FnMut(u32, u32, u32)| {
        for (from, to, relationship) in ends() {
            if let (Some(from), Some(to)) = (from, to) {
                add(from, to, relationship);
            }
        }
    };
    let incoming = |add: &mut dyn FnMut(u32, u32, u32)| {
        outgoing(&mut |from, to, relationship| add(to, from, relationship));
    };
    let undisclosed = |add: &mut dyn FnMut(u32, u32)| {
        for (from, to, relationship) in ends() {
            match (from, to) {
                (Some(disclosed), None) | (None, Some(disclosed)) => add(disclosed, relationship),
                _ => {}
            }
        }
    };
    thread::scope(|scope| {
        let outgoing = scope.spawn(|| Adjacency::new(entities, outgoing, link));
        let incoming = Adjacency::new(entities, incoming, link);
        let undisclosed = Groups::new(entities, undisclosed);
        (
            outgoing.join().expect("arranging links does not panic"),
            incoming,
            undisclosed,
        )
    })
}
