//! Filling a new store: queued drafts are loaded while it is built, and those that conflict are stored once it is.

use std::sync::Arc;

use super::{
    Error, Origin, Phase, RecordOutcome,
    queue::{DraftQueue, QueuedDraft, SortedDrafts},
    run::{ImportRun, compact_origin, store_update},
    update::{Preference, notes::Version},
};
use crate::{
    formats::reader::{DatasetInfo, Draft, RecordChange, RecordPlace},
    graph,
    model::{Noun, Record},
    store::{State, Store, load},
};

impl ImportRun<'_> {
    /// Loads the queued drafts into a new store, and stores the rest as changes to it.
    pub(super) fn fill_store(&mut self, mut load: load::Load, mut drafts: SortedDrafts) -> Result<(), Error> {
        let dir = load.dir().to_owned();
        let load_was_interrupted = load.was_interrupted();
        self.was_resumed = load_was_interrupted;
        let mut deferred = DeferredDrafts {
            conflicts: DraftQueue::new(&dir),
            dangling: DraftQueue::new(&dir),
            last: None,
        };
        let mut first_version = None;
        while let Some(queued) = self.next(&mut drafts)? {
            if Version::of(&queued.draft).is_some() {
                first_version = Some(queued);
                break;
            }
            self.add_to(&mut load, &mut deferred, queued)?;
        }
        let DeferredDrafts {
            conflicts, dangling, ..
        } = deferred;
        let is_empty = self.tally.counts().imported == 0 && dangling.len() == 0 && first_version.is_none();
        // Sources alone do not create a store.
        if !load.was_interrupted() && is_empty {
            return Ok(load.abandon()?);
        }
        if self.is_incomplete {
            return Ok(load.suspend()?);
        }
        self.job.progress.enter(Phase::Arranging);
        self.is_new = true;
        let DatasetInfo {
            title,
            description,
            licence,
            ..
        } = self.about();
        let is_all = conflicts.len() == 0 && dangling.len() == 0 && first_version.is_none() && self.job.join.is_empty();
        let filled = load.finish(&title, description.as_deref(), licence.as_deref(), |graph| {
            if is_all {
                (self.job.at_end)(graph);
            }
        })?;
        if self.job.search_index {
            self.job.progress.enter(Phase::Indexing);
            filled.index();
        }
        if is_all {
            return Ok(());
        }
        // The first search indexes the changes made from here on.
        let store = Store::open(filled.into_store_folder(), |graph| Arc::new(State::unprepared(graph)))?;
        let mut update = store_update(store, &self.job);
        self.job.progress.enter(Phase::Relating);
        // Records of an interrupted import may have changed since; those of this import are up to date.
        let preference = if load_was_interrupted {
            Preference::New
        } else {
            Preference::Existing
        };
        self.put_all(&mut update, conflicts.sorted()?, None, preference)?;
        self.put_all(&mut update, drafts, first_version, Preference::New)?;
        self.put_all(&mut update, dangling.sorted()?, None, Preference::Existing)?;
        self.finish(update)
    }

    /// The metadata of a new store: as given on the command line, else by the files.
    fn about(&mut self) -> DatasetInfo {
        let first_source = self.title.take().unwrap_or_else(|| "Imported data".to_owned());
        let about = self.about.take().unwrap_or(DatasetInfo {
            title: first_source,
            description: None,
            licence: None,
            recorded_at: None,
        });
        DatasetInfo {
            title: self.job.title.map_or(about.title, str::to_owned),
            licence: self.job.source_defaults.licence.clone().or(about.licence),
            ..about
        }
    }

    fn add_to(
        &mut self,
        load: &mut load::Load,
        deferred: &mut DeferredDrafts,
        queued: QueuedDraft,
    ) -> Result<(), Error> {
        let QueuedDraft { origin, draft, .. } = queued;
        if let RecordChange::Retraction { id, .. } = &draft.change
            && load.noun_of(id).is_some()
        {
            return Ok(deferred.conflicts.push(&origin, &draft)?);
        }
        if let RecordChange::Addition(_) | RecordChange::Thing { .. } = &draft.change {
            return Ok(deferred.dangling.push(&origin, &draft)?);
        }
        let (mut record, to_change): (Record, fn(Record) -> RecordChange) = match draft.change {
            RecordChange::Placeholder(record) if load.noun_of(record.id()).is_none() => {
                (record, RecordChange::Placeholder)
            }
            RecordChange::Retraction { .. }
            | RecordChange::Placeholder(_)
            | RecordChange::Addition(_)
            | RecordChange::Thing { .. }
            | RecordChange::OnlyThese { .. } => {
                self.tally.note(&origin, RecordOutcome::Unchanged);
                return Ok(());
            }
            RecordChange::Record(record) if self.reject_deleted(&origin, &record) => return Ok(()),
            RecordChange::Record(record) => (record, RecordChange::Record),
        };
        if let Record::Relationship(relationship) = &mut record {
            relationship.recorded_at = load.recorded_at();
        }
        let (id, noun) = (record.id().to_owned(), record.noun());
        let Err(rejected) = load.add(record) else {
            self.tally.note(&origin, RecordOutcome::Imported);
            match noun {
                Noun::Entity => self.added.push(compact_origin(&origin)),
                Noun::Relationship => {
                    if draft.status_is_implied {
                        self.implied.insert(&id);
                    }
                    deferred.last = Some((id, origin));
                }
                Noun::Source => {}
            }
            return Ok(());
        };
        let again = |record: Record| Draft::of_change(to_change(record)).with_status_implied(draft.status_is_implied);
        match (rejected.reason, rejected.record) {
            (load::Error::Graph(graph::Error::Duplicate { .. }), Some(record)) => {
                let earlier = match &deferred.last {
                    Some((last, origin)) if *last == id => Some(origin.clone()),
                    _ => self.earlier(load, &id),
                };
                deferred
                    .conflicts
                    .push_after(&origin, &again(record), earlier.as_ref())?;
            }
            (load::Error::Graph(graph::Error::Dangling { .. }), Some(record)) => {
                deferred.dangling.push(&origin, &again(record))?;
            }
            (error, _) => return Err(error.into()),
        }
        Ok(())
    }

    /// The origin of an entity of a new store.
    fn earlier(&self, load: &load::Load, id: &str) -> Option<Origin> {
        if load.was_interrupted() {
            return None;
        }
        let (file, record, line) = self.added.get(load.entity_index(id)?)?;
        Some(Origin {
            file: usize::try_from(*file).ok()?,
            place: RecordPlace {
                record: u64::from(*record),
                line: (*line > 0).then_some(u64::from(*line)),
                key: None,
            },
        })
    }
}

/// Drafts that are stored once a new store is filled.
struct DeferredDrafts {
    /// Records whose ids were used before.
    conflicts: DraftQueue,
    /// Relationships with missing ends, additions to other records, and things.
    dangling: DraftQueue,
    /// The relationship that was added last, with its origin.
    last: Option<(String, Origin)>,
}
