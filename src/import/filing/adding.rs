//! New records of a large import are added beside everything else, without a state of the store in between: far less work for
//! each. That goes well as long as nothing has to read what was added; what does ends it first.

use std::collections::HashSet;

use hashbrown::HashMap;

use super::{Filing, Verdict, committing::Batch};
use crate::{
    formats::reader::Wanted,
    import::{Error, Origin, Outcome, limits::is_shallow},
    model::{Change, Noun, Record, Relationship},
    store::adding::Adding,
};

/// Of so many rows of the base one new record or more makes it pay to copy all of them.
const ROWS_PER_ADDED: u64 = 4;

/// What is being added.
#[derive(Debug)]
pub(in crate::import) struct Added {
    adding: Adding,
    /// Where what was added since the last entry comes from.
    origins: Vec<Vec<Origin>>,
    /// How many records were added.
    count: u64,
}

/// Whether it pays to add records beside everything else, as far as one can tell from those before.
#[derive(Debug, Default)]
pub(in crate::import) struct Pace {
    /// How many drafts there are, and how many of them were put.
    drafts: u64,
    put: u64,
    /// How many changes came of them.
    changes: u64,
    /// How many records were added the last time.
    last: Option<u64>,
}

impl Pace {
    /// So many drafts will be put.
    pub(in crate::import) fn expect(&mut self, drafts: u64) {
        *self = Self {
            drafts,
            ..Self::default()
        };
    }

    pub(in crate::import) fn note_put(&mut self, drafts: usize) {
        self.put += u64::try_from(drafts).unwrap_or(u64::MAX);
    }

    pub(in crate::import) fn note_change(&mut self) {
        self.changes += 1;
    }

    /// About how many of those to come change something.
    fn left(&self) -> u64 {
        let drafts = self.drafts.saturating_sub(self.put);
        drafts.saturating_mul(self.changes) / self.put.max(1)
    }

    /// Whether so many are left that so many rows may be copied for them.
    fn pays(&self, rows: usize) -> bool {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        // Where it was ended soon the last time, it is likely to be again.
        let is_enough = |added: u64| added.saturating_mul(ROWS_PER_ADDED) >= rows;
        is_enough(self.left()) && self.last.is_none_or(is_enough)
    }
}

impl Added {
    /// What stands under this id: any entity or source, and relationships that were added.
    pub(in crate::import) fn stands(&self, id: &str) -> Option<Noun> {
        self.adding.stands(id)
    }

    /// Whether what has this id was added.
    pub(in crate::import) fn is_new(&self, id: &str) -> bool {
        self.adding.is_new(id)
    }
}

impl Filing {
    /// Adds a record that is new, while such are added or from now on. Gives back what has to be put otherwise.
    pub(in crate::import) fn put_new(
        &mut self,
        origins: Vec<Origin>,
        change: Wanted,
    ) -> Result<Option<(Vec<Origin>, Wanted)>, Error> {
        self.pace.note_put(origins.len());
        if let Wanted::Placeholder(record) = &change
            && self.stands(record.id()).is_some()
        {
            let known = |origin| (origin, Verdict::Became(Outcome::Unchanged));
            self.told.extend(origins.into_iter().map(known));
            return Ok(None);
        }
        if self.batch.len() >= self.batch_max && self.pays_to_add() {
            self.begin_adding()?;
        }
        let Some(added) = &mut self.added else {
            return Ok(Some((origins, change)));
        };
        let (record, wanted): (Record, fn(Record) -> Wanted) = match change {
            Wanted::Placeholder(record) => (record, Wanted::Placeholder),
            Wanted::Record(record) => (record, Wanted::Record),
            change => return Ok(Some((origins, change))),
        };
        let is_batched = |id: &str| self.batched.contains_key(id) || self.taken_back.contains(id);
        if !is_apart(&record, is_batched) {
            return Ok(Some((origins, wanted(record))));
        }
        match added.adding.add(record, self.now) {
            Ok(()) => {
                added.origins.push(origins);
                added.count += 1;
                self.pace.note_change();
            }
            Err(record) => return Ok(Some((origins, wanted(*record)))),
        }
        if added.adding.uncommitted() >= self.batch_max {
            let committed = added.adding.commit(&self.reason);
            committed.map_err(|error| Error::Commit(error.to_string()))?;
            let origins = std::mem::take(&mut added.origins);
            self.tell_added(origins);
        }
        Ok(None)
    }

    /// Whether to add from now on, with what is in the batch.
    fn pays_to_add(&self) -> bool {
        self.added.is_none() && self.batch_at.is_none() && self.pace.pays(self.graph().base_rows())
    }

    /// Begins to add new records, first of all those in the batch.
    fn begin_adding(&mut self) -> Result<(), Error> {
        self.arrive()?;
        let left = usize::try_from(self.pace.left()).unwrap_or(usize::MAX);
        let adding = self.store.adding(left);
        let mut added = Added {
            adding: adding.map_err(|error| Error::Commit(error.to_string()))?,
            origins: Vec::new(),
            count: 0,
        };
        let mut rest = Batch::new();
        let mut batched = HashMap::new();
        self.taken_back = HashSet::new();
        for (change, origins) in std::mem::take(&mut self.batch) {
            let change = match change {
                Change::Put(record) if is_apart(&record, |id| batched.contains_key(id)) => {
                    match added.adding.add(*record, self.now) {
                        Ok(()) => {
                            added.origins.push(origins);
                            added.count += 1;
                            continue;
                        }
                        Err(record) => Change::Put(record),
                    }
                }
                change => change,
            };
            match &change {
                Change::Put(record) => drop(batched.insert(record.id().to_owned(), record.noun())),
                Change::Retract { id, .. } => drop(self.taken_back.insert(id.clone())),
                Change::Merge { .. } => {}
            }
            rest.push((change, origins));
        }
        self.batch = rest;
        self.batched = batched;
        self.added = Some(added);
        Ok(())
    }

    /// Lets what was added be read.
    pub(in crate::import) fn end_adding(&mut self) -> Result<(), Error> {
        let Some(Added { adding, origins, count }) = self.added.take() else {
            return Ok(());
        };
        let finished = adding.finish(&self.reason);
        finished.map_err(|error| Error::Commit(error.to_string()))?;
        self.tell_added(origins);
        self.pace.last = Some(count);
        self.state = self.store.state();
        Ok(())
    }

    fn tell_added(&mut self, origins: Vec<Vec<Origin>>) {
        let imported = |origin| (origin, Verdict::Became(Outcome::Imported));
        self.told.extend(origins.into_iter().flatten().map(imported));
    }
}

/// Whether a record can be read back, and neither it nor what it refers to is changed by what waits in the batch.
fn is_apart(record: &Record, is_batched: impl Fn(&str) -> bool) -> bool {
    let is_free = |id: &str| !is_batched(id);
    let refers_to_what_is_free = |relationship: &Relationship| {
        let mut statements = relationship.evidence.iter();
        relationship.ends.known().all(is_free)
            && statements.all(|said| is_free(&said.source) && said.speaker.as_deref().is_none_or(is_free))
    };
    is_free(record.id())
        && is_shallow(record)
        && match record {
            Record::Relationship(relationship) => refers_to_what_is_free(relationship),
            Record::Entity(_) | Record::Source(_) => true,
        }
}
