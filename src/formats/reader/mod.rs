//! Reading external data, record by record: a reader hands over the drafts that each record of a file becomes, and the
//! faults in it. It holds one record at a time, knows nothing of existing data, and drops nothing.

mod additions;
mod bounded;

use std::{borrow::Cow, fmt, io::BufRead, ops::ControlFlow};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use additions::{Addition, EntityAddition, RelationshipAddition};
pub(in crate::formats) use bounded::too_long;
pub use bounded::{BoundedReader, ByteMeter};

use crate::model::{Noun, PartialDate, Record, Timestamp, Validity};

/// How large one record of a file may be, in bytes, unless another limit is given.
pub const RECORD_BYTES_MAX: usize = 16 << 20;

/// What a reader reads from: a file, one of an archive, standard input. Compressed files are unpacked already.
pub struct Input<'a> {
    /// What the file is called, without its folder.
    pub name: &'a str,
    /// Its bytes, without a byte order mark.
    pub bytes: &'a mut dyn BufRead,
    /// The source as given with the import.
    pub source_defaults: &'a SourceDefaults,
}

/// Why a record is rejected that is no text in UTF-8.
pub(crate) const NOT_UTF_8: &str =
    "not in UTF-8; if the file is in Windows-1252, iconv -f WINDOWS-1252 -t UTF-8 converts it";

/// The source of the files, as given with the import: used where the files do not name it themselves.
#[derive(Debug, Clone)]
pub struct SourceDefaults {
    /// The source's key: `source:{key}`. The name of the file without its ending, where nothing is said.
    pub source: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
    /// How large one record may be, in bytes.
    pub record_bytes_max: usize,
    /// The day of the import.
    pub today: Date,
}

/// An item that a reader hands over, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// The dataset as a whole, where a file of our own describes it.
    DatasetInfo(DatasetInfo),
    /// Drafts that belong to the file as a whole: its sources.
    Preamble(Vec<Draft>),
    /// One record.
    Record(RecordDrafts),
}

/// The description of a dataset; a new store takes it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetInfo {
    /// What it is called.
    pub title: String,
    /// What it holds.
    pub description: Option<String>,
    /// Under which licence it may be used.
    pub licence: Option<String>,
    /// When it was first recorded: a store that is made of it begins then.
    pub recorded_at: Option<Timestamp>,
}

/// The drafts and faults of one record of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDrafts {
    /// Its place in the file.
    pub place: RecordPlace,
    /// The drafts it became; empty only where a fault states why.
    pub drafts: Vec<Draft>,
    /// What is wrong with it.
    pub faults: Vec<RecordFault>,
}

/// The place of a record in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPlace {
    /// Which record it is, from 1.
    pub record: u64,
    /// On which line it starts, from 1, where the file has lines.
    pub line: Option<u64>,
    /// Its own key: an LEI, a record id.
    pub key: Option<String>,
}

impl fmt::Display for RecordPlace {
    /// `record 812 (5493001KJTIIGC8Y1R12), line 813`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {}", self.record)?;
        if let Some(key) = &self.key {
            // A line stays one, whatever a key holds.
            let key = key.replace(char::is_control, " ");
            write!(f, " ({key})")?;
        }
        self.line.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

/// A change to the data that a record states.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Whether the status of its relationship is a default, not stated: it does not replace a stated one.
    pub status_is_implied: bool,
    /// Since when this was known, where the data carries versions; otherwise since the import.
    pub known_at: Option<Timestamp>,
    /// Which of several versions of one date is the newer, where the data carries versions.
    pub order: VersionOrder,
    /// The change.
    pub change: RecordChange,
}

/// What orders the versions of a record beside their dates.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VersionOrder {
    /// How many versions before it are known, where each names the one that it replaces: this goes before all dates.
    pub depth: u32,
    /// Of versions of one date: when it was published, what it does to the record, then its own id.
    pub tie: String,
}

/// The year that stands for no end.
const YEAR_OF_NO_END: i16 = 9999;

/// A change to the known records.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordChange {
    /// This record, in place of another with its id. `recorded_at` and `retracted_at` of a relationship are set at the
    /// commit.
    Record(Record),
    /// This record, unless there is one with its id: the end of a relationship that another file describes.
    Placeholder(Record),
    /// An addition to records that are described elsewhere.
    Addition(Addition),
    /// Something that the model has no noun for, but other records refer to: its properties are remembered and added where they do.
    Thing {
        /// Its id.
        id: String,
        /// Its properties.
        properties: Map<String, Value>,
    },
    /// Of the relationships that come from this record of a source, only these: a newer version retracts the others.
    OnlyThese {
        /// The record, as [`Relationship::record`](crate::model::Relationship::record) names it.
        record: String,
        /// The ids of the relationships that it still states.
        ids: Vec<String>,
    },
    /// The retraction of a record.
    Retraction {
        /// What it is.
        noun: Noun,
        /// Its id.
        id: String,
    },
}

impl Draft {
    /// The same without ends in the year 9999, by which registers state that there is none.
    pub(crate) fn without_year_9999(mut self) -> Self {
        let has_no_end = |date: &mut PartialDate| date.first_day().year() == YEAR_OF_NO_END;
        match &mut self.change {
            RecordChange::Record(Record::Entity(entity)) => drop(entity.dissolved.take_if(has_no_end)),
            RecordChange::Record(Record::Relationship(relationship)) => {
                let validity = relationship.validity;
                if validity.until().is_some_and(|mut until| has_no_end(&mut until)) {
                    relationship.validity = Validity::as_written(validity.since(), None);
                }
            }
            _ => {}
        }
        self
    }

    /// This record, known since the import.
    #[must_use]
    pub fn of(record: Record) -> Self {
        Self {
            status_is_implied: false,
            known_at: None,
            order: VersionOrder::default(),
            change: RecordChange::Record(record),
        }
    }

    /// The same; `is_implied` states that its status is not stated by the source.
    #[must_use]
    pub fn with_status_implied(self, is_implied: bool) -> Self {
        Self {
            status_is_implied: is_implied,
            ..self
        }
    }

    /// This change, known since the import.
    #[must_use]
    pub fn of_change(change: RecordChange) -> Self {
        Self {
            status_is_implied: false,
            known_at: None,
            order: VersionOrder::default(),
            change,
        }
    }

    /// This record, unless there is one with its id.
    #[must_use]
    pub fn placeholder(record: Record) -> Self {
        Self::of_change(RecordChange::Placeholder(record))
    }
}

/// Something wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFault {
    /// The field, as the format calls it: `Relationship.StartNode.NodeID`. Empty where it is the record as a whole.
    pub field: Cow<'static, str>,
    /// What is wrong, in words that are the same for every record with the same fault, so that they can be counted: "not a
    /// Legal Entity Identifier".
    pub reason: Cow<'static, str>,
    /// The text of the field, cut to [`VALUE_CHARS_MAX`] characters.
    pub value: Option<String>,
    /// What became of the record.
    pub effect: Effect,
    /// The value in effect instead, and its place, when known.
    pub effective: Option<Box<EffectiveValue>>,
}

/// The value in effect in place of one that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveValue {
    /// The value, cut to [`VALUE_CHARS_MAX`] characters; none where it is long or many.
    pub value: Option<String>,
    /// Its place: the file with its record and line, or the store.
    pub place: String,
}

/// How many characters of a value a fault quotes.
pub const VALUE_CHARS_MAX: usize = 200;

/// The effect of a fault on its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The record, or a part of it, was not taken.
    Rejected,
    /// The record was taken; the text of the field is in its `properties`, as written.
    InProperties,
    /// The record was taken; the value of the field was not, was understood differently, or waits for another record.
    Noted,
}

impl RecordFault {
    /// A fault for which the record is rejected.
    pub fn rejected(field: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
            value: None,
            effect: Effect::Rejected,
            effective: None,
        }
    }

    /// A fault of a field whose text goes to `properties`.
    pub fn in_properties(field: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            effect: Effect::InProperties,
            ..Self::rejected(field, reason)
        }
    }

    /// A remark on a record that is accepted.
    pub fn noted(field: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            effect: Effect::Noted,
            ..Self::rejected(field, reason)
        }
    }

    /// The same, with the value in effect instead, and its place.
    #[must_use]
    pub fn with_effective_value(self, value: Option<&str>, place: String) -> Self {
        let cut = |value: &str| value.chars().take(VALUE_CHARS_MAX).collect();
        Self {
            effective: Some(Box::new(EffectiveValue {
                value: value.map(cut),
                place,
            })),
            ..self
        }
    }

    /// The same, with the text of the field.
    #[must_use]
    pub fn with(self, value: &str) -> Self {
        let cut: String = value.chars().take(VALUE_CHARS_MAX).collect();
        Self {
            value: Some(cut),
            ..self
        }
    }
}

/// A callback for the items of a reader; [`ControlFlow::Break`] ends the reading.
pub type ItemHandler<'a> = &'a mut dyn FnMut(Item) -> ControlFlow<()>;

/// Why a file cannot be read to its end. What was handed over before holds.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system refuses, or an archive is damaged.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The file is malformed.
    #[error("{place}: {reason}")]
    Malformed {
        /// Where: `line 12`, `record 812`.
        place: String,
        /// What is wrong, and what to do.
        reason: String,
    },
}

impl Unreadable {
    /// The error for a malformed file.
    pub fn malformed(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Malformed {
            place: place.into(),
            reason: reason.into(),
        }
    }
}
