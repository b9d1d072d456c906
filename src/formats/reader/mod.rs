//! Reading other people's data, record by record: a reader hands over what each record of a file was made into, and what is
//! wrong with it. It never holds more than one record, decides nothing about what is known already, and drops nothing.

mod additions;
mod bounded;

use std::{borrow::Cow, fmt, io::BufRead, ops::ControlFlow};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use additions::{AddedToEntity, AddedToRelationship, Addition};
pub(in crate::formats) use bounded::too_long;
pub use bounded::{Bounded, Meter};

use crate::model::{Noun, PartialDate, Record, Timestamp, Validity};

/// How large one record of a file may be, in bytes, unless another limit is given.
pub const RECORD_BYTES_MAX: usize = 16 << 20;

/// What a reader reads from: a file, one of an archive, standard input. Compressed files are unpacked already.
pub struct Input<'a> {
    /// What the file is called, without its folder.
    pub name: &'a str,
    /// Its bytes, without a byte order mark.
    pub bytes: &'a mut dyn BufRead,
    /// What was said of it beside.
    pub told: &'a Told,
}

/// Why a record is rejected that is no text in UTF-8.
pub(crate) const NOT_UTF_8: &str =
    "not in UTF-8; if the file is in Windows-1252, iconv -f WINDOWS-1252 -t UTF-8 converts it";

/// What whoever imports says of the files, where they do not say it themselves.
#[derive(Debug, Clone)]
pub struct Told {
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

/// What a reader hands over, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// What the data as a whole is called, where a file of our own says it.
    About(About),
    /// What belongs to the file as a whole: its sources.
    Preamble(Vec<Draft>),
    /// One record.
    Record(Found),
}

/// What is said of the data as a whole; a store that is made of it says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What it is called.
    pub title: String,
    /// What it holds.
    pub description: Option<String>,
    /// Under which licence it may be used.
    pub licence: Option<String>,
    /// When it was first recorded: a store that is made of it begins then.
    pub recorded_at: Option<Timestamp>,
}

/// One record of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Where it stands.
    pub place: Place,
    /// What it was made into; nothing only where a fault says why.
    pub drafts: Vec<Draft>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// Where a record stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which record it is, from 1.
    pub record: u64,
    /// On which line it starts, from 1, where the file has lines.
    pub line: Option<u64>,
    /// Its own key: an LEI, a record id.
    pub key: Option<String>,
}

impl fmt::Display for Place {
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

/// What a record says, in our terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Whether the status of its relationship is not stated, but follows from nothing being said of it: it changes none that is.
    pub status_is_implied: bool,
    /// Since when this was known, where the data carries versions; otherwise since the import.
    pub known_at: Option<Timestamp>,
    /// Which of several versions of one date is the newer, where the data carries versions.
    pub order: Order,
    /// What is to be known.
    pub change: Wanted,
}

/// What orders the versions of a record beside their dates.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Order {
    /// How many versions before it are known, where each names the one that it replaces: this goes before all dates.
    pub depth: u32,
    /// Of versions of one date: when it was published, what it does to the record, then its own id.
    pub tie: String,
}

/// The year that stands for no end.
const NEVER: i16 = 9999;

/// What is to be known from a draft on.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// This record, in place of another with its id. `recorded_at` and `retracted_at` of a relationship are set by who
    /// commits it.
    Record(Record),
    /// This record, unless there is one with its id: the end of a relationship that another file describes.
    Placeholder(Record),
    /// What adds to records that are described elsewhere.
    Addition(Addition),
    /// What the model has no noun for, but others refer to: it is remembered, and told where they do.
    Thing {
        /// Its id.
        id: String,
        /// What is said of it.
        said: Map<String, Value>,
    },
    /// Of the relationships that come from this record of a source, only these: a newer version takes back what it no longer says.
    OnlyThese {
        /// The record, as [`Relationship::record`](crate::model::Relationship::record) names it.
        record: String,
        /// The ids of the relationships that it still says.
        ids: Vec<String>,
    },
    /// No longer this record.
    Retraction {
        /// What it is.
        noun: Noun,
        /// Its id.
        id: String,
    },
}

impl Draft {
    /// The same without ends in the year 9999, by which registers say that there is none.
    pub(crate) fn without_never(mut self) -> Self {
        let is_never = |date: &mut PartialDate| date.first_day().year() == NEVER;
        match &mut self.change {
            Wanted::Record(Record::Entity(entity)) => drop(entity.dissolved.take_if(is_never)),
            Wanted::Record(Record::Relationship(relationship)) => {
                let validity = relationship.validity;
                if validity.until().is_some_and(|mut until| is_never(&mut until)) {
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
            order: Order::default(),
            change: Wanted::Record(record),
        }
    }

    /// The same, where `is_implied` with a status that nobody states.
    #[must_use]
    pub fn with_status_implied(self, is_implied: bool) -> Self {
        Self {
            status_is_implied: is_implied,
            ..self
        }
    }

    /// This change, known since the import.
    #[must_use]
    pub fn to(change: Wanted) -> Self {
        Self {
            status_is_implied: false,
            known_at: None,
            order: Order::default(),
            change,
        }
    }

    /// This record, unless there is one with its id.
    #[must_use]
    pub fn placeholder(record: Record) -> Self {
        Self::to(Wanted::Placeholder(record))
    }
}

/// Something wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field, as the format calls it: `Relationship.StartNode.NodeID`. Empty where it is the record as a whole.
    pub field: Cow<'static, str>,
    /// What is wrong, in words that are the same for every record with the same fault, so that they can be counted: "not a
    /// Legal Entity Identifier".
    pub reason: Cow<'static, str>,
    /// What stands there, cut to [`VALUE_CHARS_MAX`] characters.
    pub value: Option<String>,
    /// What became of the record.
    pub effect: Effect,
    /// What holds in place of the value, and where it stands, when that is known.
    pub holds: Option<Box<Holds>>,
}

/// What holds in the place of a value that did not come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holds {
    /// The value, cut to [`VALUE_CHARS_MAX`] characters; none where it is long or many.
    pub value: Option<String>,
    /// Where it stands: the file with its record and line, or the store.
    pub place: String,
}

/// How much of a value a fault quotes.
pub const VALUE_CHARS_MAX: usize = 200;

/// What a fault does to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing was made of the record, or of a part of it.
    Rejected,
    /// The record was made; what the field says stands in its `properties`, as written.
    Kept,
    /// The record was made; what the field says did not come in, was understood in another way, or waits.
    Noted,
}

impl Fault {
    /// A fault for which the record is rejected.
    pub fn rejected(field: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
            value: None,
            effect: Effect::Rejected,
            holds: None,
        }
    }

    /// A fault of a field whose text is kept in `properties`.
    pub fn kept(field: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            effect: Effect::Kept,
            ..Self::rejected(field, reason)
        }
    }

    /// Something that is told of a record that is made.
    pub fn noted(field: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            effect: Effect::Noted,
            ..Self::rejected(field, reason)
        }
    }

    /// The same, with what holds instead, and where that stands.
    #[must_use]
    pub fn instead(self, value: Option<&str>, place: String) -> Self {
        let cut = |value: &str| value.chars().take(VALUE_CHARS_MAX).collect();
        Self {
            holds: Some(Box::new(Holds {
                value: value.map(cut),
                place,
            })),
            ..self
        }
    }

    /// The same, with what stands there.
    #[must_use]
    pub fn with(self, value: &str) -> Self {
        let cut: String = value.chars().take(VALUE_CHARS_MAX).collect();
        Self {
            value: Some(cut),
            ..self
        }
    }
}

/// Takes what a reader hands over; ends the reading by [`ControlFlow::Break`].
pub type Each<'a> = &'a mut dyn FnMut(Item) -> ControlFlow<()>;

/// Why a file cannot be read to its end. What was handed over before holds.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system refuses, or an archive is damaged.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is not what it should be.
    #[error("{place}: {reason}")]
    Form {
        /// Where: `line 12`, `record 812`.
        place: String,
        /// What is wrong, and the way out.
        reason: String,
    },
}

impl Unreadable {
    /// The file is not what it should be.
    pub fn form(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Form {
            place: place.into(),
            reason: reason.into(),
        }
    }
}
