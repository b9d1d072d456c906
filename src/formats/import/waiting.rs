//! Drafts that wait for others: relationships for the entities at their ends, later versions for earlier ones. They are kept
//! in a spool, which hands them out in the order in which they can be put.

use std::{
    borrow::Cow,
    io,
    path::Path,
    sync::mpsc::{self, Receiver},
    thread, vec,
};

use serde::{Deserialize, Serialize};

use super::{Draft, Origin, Place, Sorted, Spool, Wanted};
use crate::model::{Noun, Record, Timestamp};

/// How many drafts are read at a time, and how many such batches ahead of whoever puts them.
const BATCH: usize = 256;
const BATCHES_AHEAD: usize = 8;

/// Drafts by when they were known, what they are, and their ids.
#[derive(Debug)]
pub(super) struct Waiting {
    spool: Spool,
    order: Order,
    earliest: Option<Timestamp>,
}

/// In which order drafts are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// What carries no version first, then by when it was known; sources, entities and relationships at any one time.
    ByTime,
    /// All versions of a record, by when they were known; at any one time as above.
    ById,
}

/// A draft that waited.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Waited {
    pub(super) origin: Origin,
    pub(super) draft: Draft,
}

/// A draft as it is kept in the spool.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(rename = "f")]
    file: usize,
    #[serde(rename = "r")]
    record: u64,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    key: Option<Cow<'a, str>>,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    known_at: Option<i64>,
    #[serde(rename = "c")]
    change: Change<'a>,
}

#[derive(Serialize, Deserialize)]
enum Change<'a> {
    #[serde(rename = "r")]
    Record(Cow<'a, Record>),
    #[serde(rename = "p")]
    Placeholder(Cow<'a, Record>),
    #[serde(rename = "x")]
    Retraction(Noun, Cow<'a, str>),
}

impl Waiting {
    pub(super) fn new(dir: &Path, order: Order) -> Self {
        Self {
            spool: Spool::new(dir),
            order,
            earliest: None,
        }
    }

    /// How many wait.
    pub(super) fn len(&self) -> u64 {
        self.spool.len()
    }

    /// When the first of those that say so was known.
    pub(super) fn earliest(&self) -> Option<Timestamp> {
        self.earliest
    }

    pub(super) fn push(&mut self, origin: &Origin, draft: &Draft) -> io::Result<()> {
        let key = self.key(draft);
        self.earliest = match (self.earliest, draft.known_at) {
            (Some(earliest), Some(known_at)) => Some(earliest.min(known_at)),
            (earliest, known_at) => earliest.or(known_at),
        };
        let kept = Kept {
            file: origin.file,
            record: origin.place.record,
            line: origin.place.line,
            key: origin.place.key.as_deref().map(Cow::Borrowed),
            known_at: draft.known_at.map(Timestamp::as_microsecond),
            change: match &draft.change {
                Wanted::Record(record) => Change::Record(Cow::Borrowed(record)),
                Wanted::Placeholder(record) => Change::Placeholder(Cow::Borrowed(record)),
                Wanted::Retraction { noun, id } => Change::Retraction(*noun, Cow::Borrowed(id)),
            },
        };
        self.spool
            .push(&key, |out| serde_json::to_writer(out, &kept).map_err(io::Error::other))
    }

    fn key(&self, draft: &Draft) -> Vec<u8> {
        let id = draft.change.id().as_bytes();
        // 0 for what carries no version; otherwise flipped so that bytes sort as numbers do.
        let time = draft
            .known_at
            .map_or(0, |known_at| known_at.as_microsecond().cast_unsigned() ^ (1 << 63));
        let mut key = Vec::with_capacity(id.len() + 10);
        match self.order {
            Order::ByTime => {
                key.extend_from_slice(&time.to_be_bytes());
                key.push(draft.change.rank());
                key.extend_from_slice(id);
            }
            Order::ById => {
                key.extend_from_slice(id);
                key.push(0);
                key.extend_from_slice(&time.to_be_bytes());
                key.push(draft.change.rank());
            }
        }
        key
    }

    pub(super) fn sorted(self) -> io::Result<Sorting> {
        self.spool.sorted().map(Sorting::ahead)
    }
}

/// Drafts in order, read ahead by a thread of their own.
pub(super) struct Sorting {
    batches: Receiver<io::Result<Vec<Waited>>>,
    batch: vec::IntoIter<Waited>,
    is_last: bool,
}

impl Sorting {
    fn ahead(mut sorted: Sorted) -> Self {
        let (sender, batches) = mpsc::sync_channel(BATCHES_AHEAD);
        thread::spawn(move || {
            loop {
                let batch: io::Result<Vec<Waited>> = (0..BATCH).map_while(|_| read(&mut sorted).transpose()).collect();
                let is_last = batch.as_ref().map_or(true, |batch| batch.len() < BATCH);
                // Whoever hangs up has all they need.
                if sender.send(batch).is_err() || is_last {
                    return;
                }
            }
        });
        Self {
            batches,
            batch: Vec::new().into_iter(),
            is_last: false,
        }
    }

    pub(super) fn next_draft(&mut self) -> io::Result<Option<Waited>> {
        if self.batch.len() == 0 && !self.is_last {
            let ended = |_| io::Error::other("the thread that reads what waits has ended");
            let batch = self.batches.recv().map_err(ended)??;
            self.is_last = batch.len() < BATCH;
            self.batch = batch.into_iter();
        }
        Ok(self.batch.next())
    }
}

fn read(sorted: &mut Sorted) -> io::Result<Option<Waited>> {
    let Some((_, value)) = sorted.next_pair()? else {
        return Ok(None);
    };
    let kept: Kept<'_> = serde_json::from_slice(&value).map_err(io::Error::other)?;
    let known_at = kept.known_at.map(Timestamp::from_microsecond).transpose();
    Ok(Some(Waited {
        origin: Origin {
            file: kept.file,
            place: Place {
                record: kept.record,
                line: kept.line,
                key: kept.key.map(Cow::into_owned),
            },
        },
        draft: Draft {
            known_at: known_at.map_err(io::Error::other)?,
            change: match kept.change {
                Change::Record(record) => Wanted::Record(record.into_owned()),
                Change::Placeholder(record) => Wanted::Placeholder(record.into_owned()),
                Change::Retraction(noun, id) => Wanted::Retraction {
                    noun,
                    id: id.into_owned(),
                },
            },
        },
    }))
}

impl Wanted {
    /// The id of the record it is about.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Record(record) | Self::Placeholder(record) => record.id(),
            Self::Retraction { id, .. } => id,
        }
    }

    /// What is put first among what becomes known at one time: what others refer to. What is taken back comes last.
    fn rank(&self) -> u8 {
        match self {
            Self::Record(Record::Source(_)) => 0,
            Self::Record(Record::Entity(_)) => 1,
            Self::Placeholder(_) => 2,
            Self::Record(Record::Relationship(_)) => 3,
            Self::Retraction {
                noun: Noun::Relationship,
                ..
            } => 4,
            Self::Retraction { .. } => 5,
        }
    }
}
