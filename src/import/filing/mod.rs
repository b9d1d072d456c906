//! Putting drafts into a store that knows things already: what it knows stays, what differs becomes a change, what does not
//! fit is told, and what refers to nothing waits. Changes are committed in batches; an import that ends between two of them is
//! gone on with by the next.

pub(super) mod adding;
pub(super) mod additions;
pub(super) mod committing;
pub(super) mod continued;
pub(super) mod join;
pub(super) mod notes;
use std::{collections::HashSet, sync::Arc};

use hashbrown::HashMap;

use self::{
    adding::{Added, Pace},
    committing::{Batch, Sent},
    notes::{Notes, Version},
};
use super::{
    BATCH_MAX, Error, Origin, Outcome, UNSETTLED_MAX,
    merge::{
        merge_records::{Differing, HeldBy},
        merged::Followed,
        whole::{self, RecordJoin},
    },
};
use crate::{
    formats::reader::{Draft, Fault, Wanted},
    graph::Snapshot,
    model::{Change, Noun, Record, Relationship, Timestamp, View},
    store::{State, Store},
};

/// Of so many rows of the base one draft or more makes it pay to let all be found in one step.
const ROWS_PER_DRAFT: u64 = 50;

/// A store that is added to.
#[derive(Debug)]
pub(super) struct Filing {
    pub(super) store: Store,
    pub(super) state: Arc<State>,
    pub(super) now: Timestamp,
    pub(super) reason: String,
    pub(super) batch: Batch,
    /// How many records share a batch.
    pub(super) batch_max: usize,
    /// How many changes stand beside the base of the graph before a new one is made.
    pub(super) unsettled_max: usize,
    /// What the batch puts, by id.
    pub(super) batched: HashMap<String, Noun>,
    /// What the batch takes back, by id.
    pub(super) taken_back: HashSet<String>,
    /// The records of sources from which the batch puts relationships, or takes them back.
    pub(super) batched_records: HashSet<String>,
    pub(super) batch_at: Option<Timestamp>,
    /// The batch that is being committed while the next one is decided.
    pub(super) sent: Option<Sent>,
    /// Where new records are added, while there are many of them and nothing has to read what was added.
    pub(super) added: Option<Added>,
    /// Whether it pays to add them there.
    pub(super) pace: Pace,
    /// Of each file, whether its records are dated and whole.
    pub(super) is_whole: Vec<bool>,
    /// What imports remember.
    pub(super) notes: Notes,
    /// What has been decided and not been told.
    pub(super) told: Vec<(Origin, Verdict)>,
}

/// What became of a draft.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    Became(Outcome),
    Faulty(Fault),
    /// It refers to this, which nothing describes yet.
    Waits(Box<Draft>, String, Noun),
}

/// Which of two values without versions holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holding {
    /// The one that stands: it is of the same import.
    First,
    /// The new one: it is of a later import.
    Later,
}

/// What a draft asks for.
pub(super) enum Decided {
    Change(Change),
    /// It is known already.
    Known,
    /// It refers to this.
    Missing(String, Noun),
}

impl Filing {
    pub(super) fn new(store: Store, now: Timestamp, reason: String) -> Self {
        let state = store.state();
        Self {
            state,
            store,
            now,
            reason,
            batch: Vec::new(),
            batch_max: BATCH_MAX,
            unsettled_max: UNSETTLED_MAX,
            batched: HashMap::new(),
            taken_back: HashSet::new(),
            batched_records: HashSet::new(),
            batch_at: None,
            sent: None,
            added: None,
            pace: Pace::default(),
            is_whole: Vec::new(),
            notes: Notes::default(),
            told: Vec::new(),
        }
    }

    /// Makes ready for so many drafts.
    pub(super) fn make_ready_for(&mut self, drafts: u64) {
        self.store.settle_only_when_asked();
        self.pace.expect(drafts);
        let rows = u64::try_from(self.graph().base_rows()).unwrap_or(u64::MAX);
        if drafts.saturating_mul(ROWS_PER_DRAFT) >= rows {
            self.graph().index_ids();
        }
    }

    /// The store, with everything put and noted.
    pub(super) fn into_store(mut self) -> Result<Store, Error> {
        self.flush()?;
        self.notes.write_all(&self.store)?;
        Ok(self.store)
    }

    /// The store.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Lets a draft wait for what it refers to. What differs from what waits under its id already is answered.
    pub(super) fn wait(&mut self, draft: &Draft, missing: &str, place: String) -> Result<Vec<Differing>, Error> {
        self.notes.wait_for(&self.store, draft, missing, place)
    }

    /// Writes what is remembered, where much of it is held back.
    pub(super) fn notes_in_time(&mut self) -> Result<(), Error> {
        self.notes.write_in_time(&self.store)
    }

    /// What the store holds, but for what was put since [`Filing::flush`].
    pub(super) fn graph(&self) -> &Snapshot {
        self.state.graph()
    }

    /// What became of drafts since this was asked last.
    pub(super) fn verdicts(&mut self) -> Vec<(Origin, Verdict)> {
        std::mem::take(&mut self.told)
    }

    /// Whether something stands under this id, and what.
    pub(super) fn stands(&self, id: &str) -> Option<Noun> {
        if let Some(stands) = self.added.as_ref().and_then(|added| added.stands(id)) {
            return Some(stands);
        }
        let sent = || self.sent.as_ref().and_then(|sent| sent.puts.get(id));
        let put = self.batched.get(id).or_else(sent).copied();
        put.or_else(|| self.standing(id))
    }

    fn standing(&self, id: &str) -> Option<Noun> {
        let graph = self.state.graph();
        let mask = graph.mask(&View::now(Timestamp::MAX));
        let entity = graph.entity_by_id(id, &mask);
        if entity.is_some_and(|entity| graph.entity(entity).id() == id) {
            return Some(Noun::Entity);
        }
        let source = || graph.source_by_id(id, &mask).map(|_| Noun::Source);
        let relationship = || graph.relationship_by_id(id, &mask).map(|_| Noun::Relationship);
        source().or_else(relationship)
    }

    /// The record that stands under this id.
    pub(super) fn latest(&self, id: &str) -> Option<Record> {
        let latest = self.state.graph().versions(id).pop();
        latest
            .filter(|latest| latest.retracted_at.is_none())
            .map(|latest| latest.record)
    }

    /// Puts a draft without a version. What becomes of it is told of each of its origins by [`Filing::verdicts`], at the latest
    /// after [`Filing::flush`].
    pub(super) fn put(&mut self, origins: Vec<Origin>, draft: Draft, holding: Holding) -> Result<(), Error> {
        let Draft {
            change,
            status_is_implied,
            ..
        } = draft;
        match change {
            Wanted::Addition(addition) => return self.put_addition(origins, addition, holding),
            Wanted::Thing { id, said } => return self.put_thing(origins, &id, &said),
            _ => {}
        }
        let Some((origins, change)) = self.put_new(origins, change)? else {
            return Ok(());
        };
        let is_record = matches!(change, Wanted::Record(_) | Wanted::Placeholder(_));
        match is_record && !self.is_sent(change.id()) {
            true => self.make_room_beside(change.id(), None)?,
            false => self.make_room(change.id(), None)?,
        }
        let decided = match &change {
            Wanted::Retraction { noun, id } => match self.stands(id) == Some(*noun) {
                true => Ok(Decided::Change(Change::Retract {
                    noun: *noun,
                    id: id.clone(),
                })),
                false => Ok(Decided::Known),
            },
            Wanted::Placeholder(record) => match self.stands(record.id()).is_some() || self.is_merged(record.id()) {
                true => Ok(Decided::Known),
                false => Ok(Decided::Change(Change::Put(Box::new(record.clone())))),
            },
            Wanted::Addition(_) | Wanted::Thing { .. } | Wanted::OnlyThese { .. } => Ok(Decided::Known),
            Wanted::Record(record) => {
                let record = self.with_known_status(record.clone(), status_is_implied);
                self.change(record, holding, origins.first())?
            }
        };
        let draft = Draft::to(change).with_status_implied(status_is_implied);
        self.take(origins, &draft, decided)
    }

    /// Puts a record beside one of the same import that stands already, without telling what differs.
    pub(super) fn put_quietly(&mut self, origins: Vec<Origin>, record: Record) -> Result<(), Error> {
        self.make_room(record.id(), None)?;
        let draft = Draft::of(record.clone());
        let decided = match self.is_merged(record.id()) {
            true => self.change(record, Holding::First, None)?,
            false => self.as_it_is(record),
        };
        self.take(origins, &draft, decided)
    }

    /// The change to a record that was joined with what stands already.
    fn as_it_is(&mut self, mut record: Record) -> Result<Decided, Box<Fault>> {
        if let Record::Relationship(relationship) = &mut record {
            if let Some((id, noun)) = self.missing(relationship) {
                return Ok(Decided::Missing(id, noun));
            }
            self.leave_out_speakers(relationship, None);
            if self.follow_mergers(relationship) == Followed::ToOneEntity {
                return Ok(Decided::Known);
            }
        }
        Ok(match self.latest(record.id()) {
            Some(latest) if says_same(&latest, &record) => Decided::Known,
            _ => Decided::Change(Change::Put(Box::new(record))),
        })
    }

    /// The record with the status that is known of it, where it states none itself.
    fn with_known_status(&self, mut record: Record, status_is_implied: bool) -> Record {
        if let Record::Relationship(relationship) = &mut record
            && status_is_implied
            && let Some(Record::Relationship(known)) = self.latest(&relationship.id)
        {
            relationship.status = known.status;
        }
        record
    }

    /// Commits what was put where the next draft cannot be put beside it, and waits for what is on its way.
    pub(super) fn make_room(&mut self, id: &str, at: Option<Timestamp>) -> Result<(), Error> {
        self.arrive()?;
        self.make_room_beside(id, at)
    }

    /// The same for a draft that has nothing to do with what is on its way.
    fn make_room_beside(&mut self, id: &str, at: Option<Timestamp>) -> Result<(), Error> {
        let is_busy = self.batched.contains_key(id) || self.taken_back.contains(id);
        let is_of_another_time = self.batch_at != at && !self.batch.is_empty();
        if is_busy || is_of_another_time {
            return self.flush();
        }
        if self.batch.len() >= self.batch_max {
            return self.send();
        }
        Ok(())
    }

    pub(super) fn take(
        &mut self,
        origins: Vec<Origin>,
        draft: &Draft,
        decided: Result<Decided, Box<Fault>>,
    ) -> Result<(), Error> {
        match decided {
            Ok(Decided::Change(change)) => match self.of_another_kind(&change) {
                Some(entity) => self.put_as_another_kind(entity, origins, draft.known_at)?,
                None => self.batch(change, origins, draft.known_at),
            },
            Ok(Decided::Known) => {
                let known = |origin| (origin, Verdict::Became(Outcome::Unchanged));
                self.told.extend(origins.into_iter().map(known));
            }
            Ok(Decided::Missing(missing, noun)) => {
                let waits = |origin| (origin, Verdict::Waits(Box::new(draft.clone()), missing.clone(), noun));
                self.told.extend(origins.into_iter().map(waits));
            }
            Err(fault) => {
                let faulty = |origin| (origin, Verdict::Faulty((*fault).clone()));
                self.told.extend(origins.into_iter().map(faulty));
            }
        }
        Ok(())
    }

    pub(super) fn batch(&mut self, change: Change, origins: Vec<Origin>, at: Option<Timestamp>) {
        self.batch_at = at;
        self.pace.note_change();
        if let Change::Put(record) = &change {
            self.batched.insert(record.id().to_owned(), record.noun());
            if let Record::Relationship(Relationship {
                record: Some(record), ..
            }) = &**record
            {
                self.batched_records.insert(record.clone());
            }
        }
        if let Change::Retract { id, .. } = &change {
            self.taken_back.insert(id.clone());
        }
        self.batch.push((change, origins));
    }

    /// The change that a record without a version asks for.
    pub(super) fn change(
        &mut self,
        mut record: Record,
        holding: Holding,
        origin: Option<&Origin>,
    ) -> Result<Result<Decided, Box<Fault>>, Error> {
        if let Record::Relationship(relationship) = &mut record {
            if let Some((id, noun)) = self.missing(relationship) {
                return Ok(Ok(Decided::Missing(id, noun)));
            }
            self.leave_out_speakers(relationship, origin);
            if self.follow_mergers(relationship) == Followed::ToOneEntity {
                return Ok(Ok(Decided::Known));
            }
        }
        let is_whole = origin.is_some_and(|origin| self.is_whole.get(origin.file) == Some(&true));
        let mut joining = RecordJoin {
            is_whole,
            holding,
            differing: Vec::new(),
        };
        if let (Some(survivor), Record::Entity(entity)) = (self.survivor(record.id()), &record) {
            let updated = Some(entity).filter(|_| is_whole).and_then(whole::updated);
            let version = Version::at(updated.unwrap_or(self.now));
            let decided =
                self.through_merger(&survivor, entity, &version, |before, new| joining.entities(before, new))?;
            if let Some(origin) = origin {
                self.tell(origin, joining.differing, "the store");
            }
            return Ok(Ok(decided));
        }
        let Some(latest) = self.latest(record.id()) else {
            return Ok(Ok(Decided::Change(Change::Put(Box::new(record)))));
        };
        let Some(joined) = joining.records(&latest, &record) else {
            let fault = Fault::rejected("", format!("the id belongs to a {}", latest.noun()));
            return Ok(Err(Box::new(fault.with(record.id()))));
        };
        if let Some(origin) = origin {
            self.tell(origin, joining.differing, "the store");
        }
        Ok(Ok(match says_same(&latest, &joined) {
            true => Decided::Known,
            false => Decided::Change(Change::Put(Box::new(joined))),
        }))
    }

    /// Says which values of a record did not come in.
    pub(super) fn tell(&mut self, origin: &Origin, differing: Vec<Differing>, place: &str) {
        for differing in differing {
            self.told
                .push((origin.clone(), Verdict::Faulty(fault_of(differing, place))));
        }
    }

    /// The ids of the relationships that stand and come from this record of a source.
    pub(super) fn of_record(&self, record: &str) -> Vec<String> {
        let graph = self.state.graph();
        let mask = graph.mask(&View::now(Timestamp::MAX));
        let standing = graph.relationships_of_record(record, &mask).into_iter();
        standing
            .map(|relationship| graph.relationship(relationship).id().into_owned())
            .collect()
    }

    /// Leaves out the speakers that nothing describes: a reference that leads nowhere costs no more than itself.
    pub(super) fn leave_out_speakers(&mut self, relationship: &mut Relationship, origin: Option<&Origin>) {
        for statement in &mut relationship.evidence {
            let is_known = |id: &String| self.stands(id) == Some(Noun::Entity) || self.is_merged(id);
            if let Some(speaker) = statement.speaker.take_if(|speaker| !is_known(speaker))
                && let Some(origin) = origin
            {
                let reason = "the statement is kept without its speaker, which nothing describes";
                let fault = Fault::noted("speaker", reason).with(&speaker);
                self.told.push((origin.clone(), Verdict::Faulty(fault)));
            }
        }
    }

    /// What a relationship refers to that is not there, once mergers are followed.
    pub(super) fn missing(&self, relationship: &Relationship) -> Option<(String, Noun)> {
        self.missing_unless(relationship, |_| false)
    }

    /// The same of what does not come some other way.
    pub(super) fn missing_unless(
        &self,
        relationship: &Relationship,
        comes: impl Fn(&str) -> bool,
    ) -> Option<(String, Noun)> {
        let is_missing =
            |(id, noun): &(&str, Noun)| self.stands(id) != Some(*noun) && !self.is_merged(id) && !comes(id);
        let missing = references(relationship).find(is_missing);
        missing.map(|(id, noun)| (id.to_owned(), noun))
    }
}

/// That a value did not come in, since another one holds.
pub(super) fn fault_of(differing: Differing, place: &str) -> Fault {
    let Differing {
        field,
        value,
        holds,
        held_by,
    } = differing;
    let place = match held_by {
        HeldBy::Standing => place,
        HeldBy::New => "this record",
    };
    Fault::noted(field, "another value of the same record holds")
        .with(&value)
        .instead(Some(&holds), place.to_owned())
}

/// Whether two records say the same, whenever they were recorded.
pub(super) fn says_same(one: &Record, other: &Record) -> bool {
    match (one, other) {
        (Record::Relationship(one), Record::Relationship(other)) => {
            let timeless = |relationship: &Relationship| Relationship {
                recorded_at: Timestamp::UNIX_EPOCH,
                retracted_at: None,
                ..relationship.clone()
            };
            timeless(one) == timeless(other)
        }
        _ => one == other,
    }
}

/// What a relationship cannot be without: its ends, and the sources of what is said of it.
fn references(relationship: &Relationship) -> impl Iterator<Item = (&str, Noun)> {
    let ends = relationship.ends.known().map(|id| (id, Noun::Entity));
    let statements = relationship.evidence.iter();
    ends.chain(statements.map(|statement| (statement.source.as_str(), Noun::Source)))
}

/// A reference that leads nowhere yet.
pub(super) fn dangling(id: &str, noun: Noun) -> Fault {
    let reason = match noun {
        Noun::Entity => "it waits in the store for an entity that no file and no record describes yet",
        Noun::Source => "it waits in the store for a source that no file and no record describes yet",
        Noun::Relationship => "it waits in the store for a relationship that no file and no record describes yet",
    };
    Fault::noted("", reason).with(id)
}
