//! Drafts that must be stored after others: relationships after the entities at their ends, later versions after earlier ones.
//! They are spooled and returned in the order in which they can be stored: drafts without versions first, then by when they were
//! known; at one time sources, entities, then relationships; and of one record the older version first.

pub(super) mod entity_kinds;
pub(super) mod id_set;
pub(super) mod mentions;
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

use super::{Origin, SortedPairs, Spool};
use crate::{
    formats::reader::{Addition, Draft, RecordChange, RecordPlace, VersionOrder},
    model::{Noun, Record, Timestamp},
};

/// The number of drafts per batch, and of batches read ahead of the storing thread.
const BATCH: usize = 256;
const BATCHES_AHEAD: usize = 8;

/// Drafts ordered by when they were known, their rank, and their ids.
#[derive(Debug)]
pub(super) struct DraftQueue {
    spool: Spool,
    earliest: Option<Timestamp>,
}

/// A draft from the queue.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct QueuedDraft {
    pub(super) origin: Origin,
    pub(super) draft: Draft,
    /// The origin of a record with the same id that was stored before, if known.
    pub(super) earlier: Option<Origin>,
}

/// The serialised form of a draft in the spool.
#[derive(Serialize, Deserialize)]
struct SpoolEntry<'a> {
    #[serde(rename = "a")]
    at: StoredOrigin<'a>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    earlier: Option<StoredOrigin<'a>>,
    #[serde(rename = "d")]
    draft: StoredDraft<'a>,
}

#[derive(Serialize, Deserialize)]
struct StoredOrigin<'a> {
    #[serde(rename = "f")]
    file: usize,
    #[serde(rename = "r")]
    record: u64,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    key: Option<Cow<'a, str>>,
}

/// The serialised form of a draft, in the spool and in the notes of a store.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredDraft<'a> {
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    known_at: Option<i64>,
    #[serde(rename = "o", default, skip_serializing_if = "is_default")]
    order: Cow<'a, VersionOrder>,
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    status_is_implied: bool,
    #[serde(rename = "c")]
    change: StoredChange<'a>,
}

fn is_default(order: &VersionOrder) -> bool {
    *order == VersionOrder::default()
}

#[derive(Serialize, Deserialize)]
enum StoredChange<'a> {
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

impl<'a> StoredOrigin<'a> {
    fn of(origin: &'a Origin) -> Self {
        Self {
            file: origin.file,
            record: origin.place.record,
            line: origin.place.line,
            key: origin.place.key.as_deref().map(Cow::Borrowed),
        }
    }

    fn into_origin(self) -> Origin {
        Origin {
            file: self.file,
            place: RecordPlace {
                record: self.record,
                line: self.line,
                key: self.key.map(Cow::into_owned),
            },
        }
    }
}

impl<'a> StoredDraft<'a> {
    pub(super) fn of(draft: &'a Draft) -> Self {
        Self {
            known_at: draft.known_at.map(Timestamp::as_microsecond),
            order: Cow::Borrowed(&draft.order),
            status_is_implied: draft.status_is_implied,
            change: match &draft.change {
                RecordChange::Record(record) => StoredChange::Record(Cow::Borrowed(record)),
                RecordChange::Placeholder(record) => StoredChange::Placeholder(Cow::Borrowed(record)),
                RecordChange::Addition(addition) => StoredChange::Addition(Cow::Borrowed(addition)),
                RecordChange::Thing { id, properties } => {
                    StoredChange::Thing(Cow::Borrowed(id), Cow::Borrowed(properties))
                }
                RecordChange::Retraction { noun, id } => StoredChange::Retraction(*noun, Cow::Borrowed(id)),
                RecordChange::OnlyThese { record, ids } => {
                    StoredChange::OnlyThese(Cow::Borrowed(record), Cow::Borrowed(ids))
                }
            },
        }
    }

    pub(super) fn into_draft(self) -> Result<Draft, jiff::Error> {
        Ok(Draft {
            known_at: self.known_at.map(Timestamp::from_microsecond).transpose()?,
            order: self.order.into_owned(),
            status_is_implied: self.status_is_implied,
            change: match self.change {
                StoredChange::Record(record) => RecordChange::Record(record.into_owned()),
                StoredChange::Placeholder(record) => RecordChange::Placeholder(record.into_owned()),
                StoredChange::Addition(addition) => RecordChange::Addition(addition.into_owned()),
                StoredChange::Thing(id, properties) => RecordChange::Thing {
                    id: id.into_owned(),
                    properties: properties.into_owned(),
                },
                StoredChange::Retraction(noun, id) => RecordChange::Retraction {
                    noun,
                    id: id.into_owned(),
                },
                StoredChange::OnlyThese(record, ids) => RecordChange::OnlyThese {
                    record: record.into_owned(),
                    ids: ids.into_owned(),
                },
            },
        })
    }
}

impl DraftQueue {
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            spool: Spool::new(dir),
            earliest: None,
        }
    }

    /// The number of queued drafts.
    pub(super) fn len(&self) -> u64 {
        self.spool.len()
    }

    /// The earliest time at which a draft was known, if any has one.
    pub(super) fn earliest(&self) -> Option<Timestamp> {
        self.earliest
    }

    pub(super) fn push(&mut self, origin: &Origin, draft: &Draft) -> io::Result<()> {
        self.push_after(origin, draft, None)
    }

    /// The same for a draft of a record that was stored `earlier`.
    pub(super) fn push_after(&mut self, origin: &Origin, draft: &Draft, earlier: Option<&Origin>) -> io::Result<()> {
        self.earliest = match (self.earliest, draft.known_at) {
            (Some(earliest), Some(known_at)) => Some(earliest.min(known_at)),
            (earliest, known_at) => earliest.or(known_at),
        };
        let entry = SpoolEntry {
            at: StoredOrigin::of(origin),
            earlier: earlier.map(StoredOrigin::of),
            draft: StoredDraft::of(draft),
        };
        self.spool.push(&key(draft), |out| {
            serde_json::to_writer(out, &entry).map_err(io::Error::other)
        })
    }

    pub(super) fn sorted(self) -> io::Result<SortedDrafts> {
        self.spool.sorted().map(SortedDrafts::ahead)
    }
}

/// Drafts in order, read ahead by a separate thread.
pub(super) struct SortedDrafts {
    batches: Receiver<io::Result<Vec<QueuedDraft>>>,
    batch: vec::IntoIter<QueuedDraft>,
    is_last: bool,
}

impl SortedDrafts {
    fn ahead(mut sorted: SortedPairs) -> Self {
        let (sender, batches) = mpsc::sync_channel(BATCHES_AHEAD);
        thread::spawn(move || {
            loop {
                let batch: io::Result<Vec<QueuedDraft>> =
                    (0..BATCH).map_while(|_| read(&mut sorted).transpose()).collect();
                let is_last = batch.as_ref().map_or(true, |batch| batch.len() < BATCH);
                // The receiver hangs up once it needs no more.
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

    pub(super) fn next_draft(&mut self) -> io::Result<Option<QueuedDraft>> {
        if self.batch.len() == 0 && !self.is_last {
            let ended = |_| io::Error::other("the thread that reads the queued drafts has ended");
            let batch = self.batches.recv().map_err(ended)??;
            self.is_last = batch.len() < BATCH;
            self.batch = batch.into_iter();
        }
        Ok(self.batch.next())
    }
}

/// The sort key of a draft.
fn key(draft: &Draft) -> Vec<u8> {
    let (id, VersionOrder { depth, tie }) = (draft.change.id().as_bytes(), &draft.order);
    // 0 for drafts without versions; otherwise with the sign bit flipped, so that bytes sort as numbers do.
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

fn read(sorted: &mut SortedPairs) -> io::Result<Option<QueuedDraft>> {
    let Some((_, value)) = sorted.next_pair()? else {
        return Ok(None);
    };
    let entry: SpoolEntry<'_> = serde_json::from_slice(&value).map_err(io::Error::other)?;
    Ok(Some(QueuedDraft {
        origin: entry.at.into_origin(),
        draft: entry.draft.into_draft().map_err(io::Error::other)?,
        earlier: entry.earlier.map(StoredOrigin::into_origin),
    }))
}

impl RecordChange {
    /// The id of the record that it changes; for [`RecordChange::OnlyThese`] the id of the source's own record.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Record(record) | Self::Placeholder(record) => record.id(),
            Self::Addition(addition) => addition.id(),
            Self::Retraction { id, .. } | Self::Thing { id, .. } => id,
            Self::OnlyThese { record, .. } => record,
        }
    }

    /// The rank among drafts known at one time: records that others refer to come first, retractions last.
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
