//! Putting drafts into a store that knows things already: what it knows stays, what differs becomes a change, what does not
//! fit is told. Changes are committed in batches; an import that ends between two of them is gone on with by the next.

use std::{collections::HashMap, sync::Arc};

use super::{Draft, Error, Fault, Origin, Outcome, Wanted};
use crate::{
    graph::{RecordVersion, Refused, Snapshot},
    model::{Change, Ends, Noun, Record, Relationship, Timestamp, View},
    store::{
        State, Store,
        commit::{self, Proposal},
    },
};

/// How many records share a commit.
const BATCH_MAX: usize = 1_000;

/// A store that is added to.
#[derive(Debug)]
pub(super) struct Filing {
    store: Store,
    state: Arc<State>,
    now: Timestamp,
    reason: String,
    batch: Vec<(Change, Origin)>,
    /// What the batch puts, by id.
    batched: HashMap<String, Noun>,
    batch_at: Option<Timestamp>,
    /// What has been decided and not been told.
    told: Vec<(Origin, Verdict)>,
}

/// What became of a draft.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    Became(Outcome),
    Faulty(Fault),
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
            batched: HashMap::new(),
            batch_at: None,
            told: Vec::new(),
        }
    }

    /// The store, with everything put.
    pub(super) fn into_store(self) -> Store {
        self.store
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
        self.batched.get(id).copied().or_else(|| self.standing(id))
    }

    fn standing(&self, id: &str) -> Option<Noun> {
        let graph = self.state.graph();
        let mask = graph.mask(&View::now(Timestamp::MAX));
        let entity = graph.entity_by_id(id, &mask);
        if entity.is_some_and(|entity| graph.entity(entity).id() == id) {
            return Some(Noun::Entity);
        }
        let relationship = || graph.relationship_by_id(id, &mask).map(|_| Noun::Relationship);
        let source = || graph.source_by_id(id, &mask).map(|_| Noun::Source);
        relationship().or_else(source)
    }

    /// The record that stands under this id.
    pub(super) fn latest(&self, id: &str) -> Option<Record> {
        let latest = self.versions(id).pop();
        latest
            .filter(|latest| latest.retracted_at.is_none())
            .map(|latest| latest.record)
    }

    /// Every version of this record, as the store knew it when the import began or since.
    pub(super) fn versions(&self, id: &str) -> Vec<RecordVersion> {
        self.state.graph().versions(id)
    }

    /// Puts a draft. What becomes of it is told by [`Filing::verdicts`], at the latest after [`Filing::flush`].
    pub(super) fn put(&mut self, origin: Origin, draft: Draft) -> Result<(), Error> {
        let is_busy = self.batched.contains_key(draft.change.id());
        if is_busy || self.batch.len() >= BATCH_MAX || (self.batch_at != draft.known_at && !self.batch.is_empty()) {
            self.flush()?;
        }
        match self.decide(draft.change) {
            Ok(Some(change)) => {
                self.batch_at = draft.known_at;
                if let Change::Put(record) = &change {
                    self.batched.insert(record.id().to_owned(), record.noun());
                }
                self.batch.push((change, origin));
            }
            Ok(None) => self.told.push((origin, Verdict::Became(Outcome::Unchanged))),
            Err(fault) => self.told.push((origin, Verdict::Faulty(*fault))),
        }
        Ok(())
    }

    /// The change that a draft asks for; none when it is known already.
    fn decide(&self, wanted: Wanted) -> Result<Option<Change>, Box<Fault>> {
        match wanted {
            Wanted::Retraction { noun, id } => {
                let known = self.stands(&id) == Some(noun);
                Ok(known.then_some(Change::Retract { noun, id }))
            }
            Wanted::Placeholder(record) => match self.stands(record.id()).is_some() || self.is_merged(record.id()) {
                true => Ok(None),
                false => Ok(Some(Change::Put(Box::new(record)))),
            },
            Wanted::Record(record) => self.change(record),
        }
    }

    fn change(&self, mut record: Record) -> Result<Option<Change>, Box<Fault>> {
        if let Record::Relationship(relationship) = &mut record {
            if let Some((id, noun)) = self.missing(relationship) {
                return Err(Box::new(dangling(id, noun)));
            }
            self.follow_mergers(relationship);
        }
        let faulty = |reason: String| Err(Box::new(Fault::rejected("", reason).with(record.id())));
        if self.is_merged(record.id()) {
            return faulty("the entity was merged into another in this store".to_owned());
        }
        let Some(latest) = self.latest(record.id()) else {
            return Ok(Some(Change::Put(Box::new(record))));
        };
        if latest.noun() != record.noun() {
            return faulty(format!("the id belongs to a {}", latest.noun()));
        }
        if let (Record::Entity(is), Record::Entity(new)) = (&latest, &record)
            && is.kind != new.kind
        {
            return faulty(format!(
                "it is a {} in this store, and an entity keeps its kind",
                is.kind
            ));
        }
        if says_same(&latest, &record) {
            return Ok(None);
        }
        Ok(Some(Change::Put(Box::new(record))))
    }

    fn is_merged(&self, id: &str) -> bool {
        self.state.graph().merged_at(id).is_some()
    }

    /// Whoever was merged into another is that one, whatever files call it.
    fn follow_mergers(&self, relationship: &mut Relationship) {
        let graph = self.state.graph();
        let mask = graph.mask(&View::now(Timestamp::MAX));
        let follow = |id: &mut String| {
            if self.is_merged(id)
                && let Some(found) = graph.entity_by_id(id, &mask)
            {
                graph.entity(found).id().clone_into(id);
            }
        };
        match &mut relationship.ends {
            Ends::Known { from, to } => {
                follow(from);
                follow(to);
            }
            Ends::UnknownFrom { to: known, .. } | Ends::UnknownTo { from: known, .. } => follow(known),
        }
        let speakers = relationship.evidence.iter_mut();
        speakers
            .filter_map(|statement| statement.speaker.as_mut())
            .for_each(follow);
    }

    /// Whether a draft refers to what is not there.
    pub(super) fn is_early(&self, draft: &Draft) -> bool {
        match &draft.change {
            Wanted::Record(Record::Relationship(relationship)) => self.missing(relationship).is_some(),
            _ => false,
        }
    }

    /// What a relationship refers to that is not there, once mergers are followed.
    fn missing<'r>(&self, relationship: &'r Relationship) -> Option<(&'r str, Noun)> {
        let is_missing = |(id, noun): &(&str, Noun)| self.stands(id) != Some(*noun) && !self.is_merged(id);
        references(relationship).into_iter().find(is_missing)
    }

    /// Commits what was put.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        self.batched.clear();
        let at = self.batch_at.take().unwrap_or(self.now);
        self.commit(batch, at)?;
        self.state = self.store.state();
        Ok(())
    }

    fn commit(&mut self, mut batch: Vec<(Change, Origin)>, at: Timestamp) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        let changes = batch.iter().map(|(change, _)| change.clone()).collect();
        let proposal = Proposal {
            retry: None,
            by: None,
            reason: Some(self.reason.clone()),
            at,
            decide: Box::new(move |_| Ok(changes)),
        };
        match self.store.commit(proposal) {
            Ok(_) => {
                let told = batch
                    .into_iter()
                    .map(|(_, origin)| (origin, Verdict::Became(Outcome::Imported)));
                self.told.extend(told);
                Ok(())
            }
            // One record that cannot be kept must not take the others with it.
            Err(commit::Error::Unkeepable(_) | commit::Error::Refused(_)) if batch.len() > 1 => {
                let rest = batch.split_off(batch.len() / 2);
                self.commit(batch, at)?;
                self.commit(rest, at)
            }
            Err(commit::Error::Unkeepable(_)) => {
                self.reject(batch, "it cannot be kept, such as values nested too deep")
            }
            Err(commit::Error::Refused(Refused::InUse { .. })) => {
                self.reject(batch, "it is to be taken back, but others refer to it")
            }
            Err(commit::Error::Refused(Refused::Dangling { .. })) => {
                self.reject(batch, "what it refers to could not be imported")
            }
            Err(error) => Err(Error::Commit(error.to_string())),
        }
    }

    fn reject(&mut self, batch: Vec<(Change, Origin)>, reason: &'static str) -> Result<(), Error> {
        let told = batch.into_iter().map(|(change, origin)| {
            let fault = Fault::rejected("", reason).with(change.id());
            (origin, Verdict::Faulty(fault))
        });
        self.told.extend(told);
        Ok(())
    }
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

/// What a relationship refers to.
fn references(relationship: &Relationship) -> Vec<(&str, Noun)> {
    let ends = relationship.ends.known().map(|id| (id, Noun::Entity));
    let statements = relationship.evidence.iter().flat_map(|statement| {
        let speaker = statement.speaker.as_deref().map(|id| (id, Noun::Entity));
        speaker.into_iter().chain([(statement.source.as_str(), Noun::Source)])
    });
    ends.chain(statements).collect()
}

/// A reference that leads nowhere.
pub(super) fn dangling(id: &str, noun: Noun) -> Fault {
    let reason = match noun {
        Noun::Entity => "it refers to an entity that no file and no record describes",
        Noun::Source => "it refers to a source that no file and no record describes",
        Noun::Relationship => "it refers to a relationship that no file and no record describes",
    };
    Fault::rejected("", reason).with(id)
}
