//! Drafts that wait for others: relationships for the entities at their ends, later versions for earlier ones. They are kept
//! in a spool, which hands them out in the order in which they can be put: what carries no version first, then by when it was
//! known; sources, entities and relationships at any one time, and of one record the older version first.

pub(super) mod described;
pub(super) mod ids;
pub(super) mod mentioned;
pub(super) mod spool;
use std::{
    borrow::Cow,
    io,
    path::Path,
    sync::mpsc::{self, Receiver},
    thread, vec,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Origin, Sorted, Spool};
use crate::{
    formats::reader::{Addition, Draft, Order, Place, Wanted},
    model::{Noun, Record, Timestamp},
};

/// How many drafts are read at a time, and how many such batches ahead of whoever puts them.
const BATCH: usize = 256;
const BATCHES_AHEAD: usize = 8;

/// Drafts by when they were known, what they are, and their ids.
#[derive(Debug)]
pub(super) struct Waiting {
    spool: Spool,
    earliest: Option<Timestamp>,
}

/// A draft that waited.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Waited {
    pub(super) origin: Origin,
    pub(super) draft: Draft,
    /// Where a record with the same id stands that was put before, when that is known.
    pub(super) earlier: Option<Origin>,
}

/// A draft as it is kept in the spool.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(rename = "a")]
    at: KeptOrigin<'a>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    earlier: Option<KeptOrigin<'a>>,
    #[serde(rename = "d")]
    draft: KeptDraft<'a>,
}

#[derive(Serialize, Deserialize)]
struct KeptOrigin<'a> {
    #[serde(rename = "f")]
    file: usize,
    #[serde(rename = "r")]
    record: u64,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    key: Option<Cow<'a, str>>,
}

/// A draft as it is kept, be it in the spool or in a store.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptDraft<'a> {
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    known_at: Option<i64>,
    #[serde(rename = "o", default, skip_serializing_if = "is_default")]
    order: Cow<'a, Order>,
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    status_is_implied: bool,
    #[serde(rename = "c")]
    change: Change<'a>,
}

fn is_default(order: &Order) -> bool {
    *order == Order::default()
}

#[derive(Serialize, Deserialize)]
enum Change<'a> {
    #[serde(rename = "r")]
    Record(Cow<'a, Record>),
    #[serde(rename = "p")]
    Placeholder(Cow<'a, Record>),
    #[serde(rename = "a")]
    Addition(Cow<'a, Addition>),
    #[serde(rename = "h")]
    Thing(Cow<'a, str>, Cow<'a, Map<String, Value>>),
    #[serde(rename = "x")]
    Retraction(Noun, Cow<'a, str>),
    #[serde(rename = "n")]
    OnlyThese(Cow<'a, str>, Cow<'a, [String]>),
}

impl<'a> KeptOrigin<'a> {
    fn of(origin: &'a Origin) -> Self {
        Self {
            file: origin.file,
            record: origin.place.record,
            line: origin.place.line,
            key: origin.place.key.as_deref().map(Cow::Borrowed),
        }
    }

    fn origin(self) -> Origin {
        Origin {
            file: self.file,
            place: Place {
                record: self.record,
                line: self.line,
                key: self.key.map(Cow::into_owned),
            },
        }
    }
}

impl<'a> KeptDraft<'a> {
    pub(super) fn of(draft: &'a Draft) -> Self {
        Self {
            known_at: draft.known_at.map(Timestamp::as_microsecond),
            order: Cow::Borrowed(&draft.order),
            status_is_implied: draft.status_is_implied,
            change: match &draft.change {
                Wanted::Record(record) => Change::Record(Cow::Borrowed(record)),
                Wanted::Placeholder(record) => Change::Placeholder(Cow::Borrowed(record)),
                Wanted::Addition(addition) => Change::Addition(Cow::Borrowed(addition)),
                Wanted::Thing { id, said } => Change::Thing(Cow::Borrowed(id), Cow::Borrowed(said)),
                Wanted::Retraction { noun, id } => Change::Retraction(*noun, Cow::Borrowed(id)),
                Wanted::OnlyThese { record, ids } => Change::OnlyThese(Cow::Borrowed(record), Cow::Borrowed(ids)),
            },
        }
    }

    pub(super) fn draft(self) -> Result<Draft, jiff::Error> {
        Ok(Draft {
            known_at: self.known_at.map(Timestamp::from_microsecond).transpose()?,
            order: self.order.into_owned(),
            status_is_implied: self.status_is_implied,
            change: match self.change {
                Change::Record(record) => Wanted::Record(record.into_owned()),
                Change::Placeholder(record) => Wanted::Placeholder(record.into_owned()),
                Change::Addition(addition) => Wanted::Addition(addition.into_owned()),
                Change::Thing(id, said) => Wanted::Thing {
                    id: id.into_owned(),
                    said: said.into_owned(),
                },
                Change::Retraction(noun, id) => Wanted::Retraction {
                    noun,
                    id: id.into_owned(),
                },
                Change::OnlyThese(record, ids) => Wanted::OnlyThese {
                    record: record.into_owned(),
                    ids: ids.into_owned(),
                },
            },
        })
    }
}

impl Waiting {
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            spool: Spool::new(dir),
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
        self.push_behind(origin, draft, None)
    }

    /// The same of a draft for a record that was put `earlier`.
    pub(super) fn push_behind(&mut self, origin: &Origin, draft: &Draft, earlier: Option<&Origin>) -> io::Result<()> {
        self.earliest = match (self.earliest, draft.known_at) {
            (Some(earliest), Some(known_at)) => Some(earliest.min(known_at)),
            (earliest, known_at) => earliest.or(known_at),
        };
        let kept = Kept {
            at: KeptOrigin::of(origin),
            earlier: earlier.map(KeptOrigin::of),
            draft: KeptDraft::of(draft),
        };
        self.spool.push(&key(draft), |out| {
            serde_json::to_writer(out, &kept).map_err(io::Error::other)
        })
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

/// What drafts are ordered by.
fn key(draft: &Draft) -> Vec<u8> {
    let (id, Order { depth, tie }) = (draft.change.id().as_bytes(), &draft.order);
    // 0 for what carries no version; otherwise flipped so that bytes sort as numbers do.
    let time = draft
        .known_at
        .map_or(0, |known_at| known_at.as_microsecond().cast_unsigned() ^ (1 << 63));
    let mut key = Vec::with_capacity(id.len() + tie.len() + 14);
    key.extend_from_slice(&time.to_be_bytes());
    key.push(draft.change.rank());
    key.extend_from_slice(id);
    key.push(0);
    key.extend_from_slice(&depth.to_be_bytes());
    key.extend_from_slice(tie.as_bytes());
    key
}

fn read(sorted: &mut Sorted) -> io::Result<Option<Waited>> {
    let Some((_, value)) = sorted.next_pair()? else {
        return Ok(None);
    };
    let kept: Kept<'_> = serde_json::from_slice(&value).map_err(io::Error::other)?;
    Ok(Some(Waited {
        origin: kept.at.origin(),
        draft: kept.draft.draft().map_err(io::Error::other)?,
        earlier: kept.earlier.map(KeptOrigin::origin),
    }))
}

impl Wanted {
    /// The id of the record it is about; that of the source's own record where it is about what comes from that.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Record(record) | Self::Placeholder(record) => record.id(),
            Self::Addition(addition) => addition.id(),
            Self::Retraction { id, .. } | Self::Thing { id, .. } => id,
            Self::OnlyThese { record, .. } => record,
        }
    }

    /// What is put first among what becomes known at one time: what others refer to. What is taken back comes last.
    fn rank(&self) -> u8 {
        match self {
            Self::Record(Record::Source(_)) | Self::Thing { .. } => 0,
            Self::Record(Record::Entity(_)) => 1,
            Self::Placeholder(_) => 2,
            Self::Record(Record::Relationship(_)) => 3,
            Self::Addition(_) => 4,
            Self::OnlyThese { .. } => 5,
            Self::Retraction {
                noun: Noun::Relationship,
                ..
            } => 6,
            Self::Retraction { .. } => 7,
        }
    }
}
