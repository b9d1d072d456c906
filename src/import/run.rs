//! Runs an import: one thread reads the files, another stores their records. A new store
//! is filled; one that has data gets the differences.

use std::{
    ops::ControlFlow,
    path::Path,
    sync::{Arc, atomic::Ordering, mpsc},
    thread,
};

use super::{
    Completeness, Completion, Error, ImportTally, InputFile, Job, Origin, Phase, Reader, Strictness,
    item_batch::ItemBatch,
    limits::check_limits,
    queue::{DraftQueue, QueuedDraft, SortedDrafts, entity_kinds::EntityKinds, id_set::IdSet, mentions::Mentions},
    report::tally::RecordOutcome,
    update::{StoreUpdate, notes},
};
use crate::{
    formats::{
        bods,
        reader::{
            DatasetInfo, Draft, Effect, Input, Item, RecordChange, RecordDrafts, RecordFault, RecordPlace, Unreadable,
            VersionOrder,
        },
        tables,
    },
    graph,
    model::{Record, Timestamp},
    store::{State, Store, folder::StoreFolder, load},
};

/// The number of batches that are read ahead of the storing thread.
const BATCHES_AHEAD: usize = 8;

/// Imports into the store of this folder, which is created if necessary.
///
/// # Errors
/// [`Error`]; records imported before stay in the store, and the next import resumes from there.
pub fn run(home: StoreFolder, job: Job<'_>) -> Result<Completion, Error> {
    let dir = home.dir().to_owned();
    let has_versions = job.inputs.iter().any(|(_, reader)| reader.carries_versions());
    let is_new = home.has_unfinished_load() || !home.has_store_for_import()?;
    if is_new {
        // Before anything else exists: no other command may create a store in place of an interrupted import's.
        home.mark_import()?;
    }
    let target = match is_new {
        // Versions were known before today, so the store must begin before the earliest.
        true if has_versions && !home.has_unfinished_load() => Target::Deferred(home),
        true => Target::New(Box::new(load::Load::start(home, job.now)?)),
        false => {
            let store = Store::open(home, |graph| Arc::new(State::unprepared(graph)))?;
            Target::Existing(Box::new(store_update(store, &job)))
        }
    };
    let store = match &target {
        Target::Existing(update) => Some(update.store()),
        Target::Deferred(_) | Target::New(_) => None,
    };
    let (replaced, continued) = chains(&job, store);
    let run = ImportRun {
        tally: ImportTally::of(job.inputs.iter().map(|(part, _)| part.name.clone())),
        waiting: DraftQueue::new(&dir),
        entity_kinds: EntityKinds::default(),
        replaced: Arc::new(replaced),
        continued,
        added: Vec::new(),
        waiting_in_store: 0,
        joined_entities: 0,
        mentions: (job.completeness == Completeness::Complete).then(Mentions::default),
        retractions: 0,
        incomplete_sources: Vec::new(),
        deleted: IdSet::default(),
        implied: IdSet::default(),
        about: None,
        title: None,
        is_new: false,
        was_resumed: false,
        is_incomplete: false,
        job,
    };
    run.execute(target, &dir)
}

/// Where records are stored.
enum Target {
    /// There is no store yet, and all drafts are queued.
    Deferred(StoreFolder),
    /// A new store that is being filled.
    New(Box<load::Load>),
    /// A store that has data.
    Existing(Box<StoreUpdate>),
}

/// The update of a store that has data.
pub(super) fn store_update(store: Store, job: &Job<'_>) -> StoreUpdate {
    let names: Vec<&str> = job.inputs.iter().take(3).map(|(part, _)| part.name.as_str()).collect();
    let more = if job.inputs.len() > names.len() {
        " and others"
    } else {
        ""
    };
    let reason = format!("import of {}{more}", names.join(", "));
    let mut update = StoreUpdate::new(store, job.now, reason);
    update.batch_max = job.batch_max;
    update.unsettled_max = job.unsettled_max;
    update.has_dated_records = job.inputs.iter().map(|(_, reader)| has_dated_records(reader)).collect();
    update
}

/// Whether the records of a file are complete and dated, so that the newer one replaces the older.
pub(super) fn has_dated_records(reader: &Reader) -> bool {
    matches!(reader, Reader::Gleif(_))
}

/// The replacements among the statements of the files, and the records of the store that they continue.
fn chains(job: &Job<'_>, store: Option<&Store>) -> (bods::Replacements, Vec<bods::Continuation>) {
    let mut chains = bods::Chains::default();
    for (part, reader) in job.inputs {
        let may_replace = matches!(reader, Reader::Bods) && part.start().is_ok_and(|start| bods::may_replace(&start));
        if may_replace && !job.stop.load(Ordering::Relaxed) {
            // Errors of the file are reported when it is read.
            let _ = part.read(job.unpacked_bytes_max, &Arc::default(), |bytes| {
                let input = Input {
                    name: part.own_name(),
                    bytes,
                    source_defaults: job.source_defaults,
                };
                bods::gather(input, &mut chains)
            });
        }
    }
    let remembered = store.map(|store| {
        let note_reader = store.note_reader();
        let remembered: bods::ChainLookup = Arc::new(move |statement: &str| notes::chain(&note_reader, statement));
        remembered
    });
    chains.resolve(remembered)
}

/// A running import.
pub(super) struct ImportRun<'a> {
    pub(super) job: Job<'a>,
    pub(super) tally: ImportTally,
    waiting: DraftQueue,
    /// The kinds of the versioned entities that the files describe.
    pub(super) entity_kinds: EntityKinds,
    /// The replacements among the statements of all files.
    pub(super) replaced: Arc<bods::Replacements>,
    /// The records of the store that turn out to continue others.
    pub(super) continued: Vec<bods::Continuation>,
    /// The origins of the entities in a new store: file, record and line, in the order in which they were
    /// added.
    pub(super) added: Vec<(u32, u32, u32)>,
    /// The number of drafts that wait in the store for missing records.
    pub(super) waiting_in_store: u64,
    /// The number of entities merged by identifiers.
    pub(super) joined_entities: u64,
    /// The mentions of the files, if they are complete.
    pub(super) mentions: Option<Mentions>,
    pub(super) retractions: u64,
    pub(super) incomplete_sources: Vec<String>,
    /// The ids that an unversioned record deletes; this overrides other records: a register still lists what it deleted.
    deleted: IdSet,
    pub(super) about: Option<DatasetInfo>,
    /// The ids of the relationships of a new store without a stated status.
    pub(super) implied: IdSet,
    /// The title of the first source.
    pub(super) title: Option<String>,
    pub(super) is_new: bool,
    pub(super) was_resumed: bool,
    pub(super) is_incomplete: bool,
}

impl ImportRun<'_> {
    fn execute(mut self, mut target: Target, dir: &Path) -> Result<Completion, Error> {
        for (number, (part, reader)) in self.job.inputs.iter().enumerate() {
            if !self.is_incomplete {
                self.read(number, part, reader, &mut target)?;
            }
        }
        let waiting = std::mem::replace(&mut self.waiting, DraftQueue::new(dir));
        self.job.progress.enter(Phase::Relating);
        self.job.progress.waiting.store(waiting.len(), Ordering::Relaxed);
        match target {
            Target::Deferred(home) => match waiting.earliest() {
                None if waiting.len() == 0 => {}
                earliest => {
                    let begin = self.begin(earliest);
                    self.fill_store(load::Load::start(home, begin)?, waiting.sorted()?)?;
                }
            },
            Target::New(load) => self.fill_store(*load, waiting.sorted()?)?,
            Target::Existing(update) => self.update_store(*update, waiting)?,
        }
        if !self.is_incomplete {
            StoreFolder::unmark_import(dir)?;
        }
        Ok(Completion {
            tally: self.tally,
            is_incomplete: self.is_incomplete,
            is_new: self.is_new,
            was_resumed: self.was_resumed,
            retractions: self.retractions,
            incomplete_sources: self.incomplete_sources,
            waiting_in_store: self.waiting_in_store,
            joined_entities: self.joined_entities,
        })
    }

    /// When a new store begins: when its data was first recorded, if stated, and before the earliest
    /// version.
    fn begin(&self, earliest: Option<Timestamp>) -> Timestamp {
        let stated = self.about.as_ref().and_then(|about| about.recorded_at);
        let stated = stated.filter(|stated| *stated <= self.job.now);
        match (stated, earliest) {
            (Some(stated), Some(earliest)) => stated.min(before(earliest)),
            (stated, earliest) => stated.or(earliest.map(before)).unwrap_or(self.job.now),
        }
    }

    /// Reads a file, and stores or queues its records.
    fn read(&mut self, number: usize, part: &InputFile, reader: &Reader, target: &mut Target) -> Result<(), Error> {
        let (sender, items) = mpsc::sync_channel::<Vec<Item>>(BATCHES_AHEAD);
        let (source_defaults, stop, progress) = (self.job.source_defaults, self.job.stop, self.job.progress);
        let replaced = Arc::clone(&self.replaced);
        let max = self.job.unpacked_bytes_max;
        thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let mut batch = ItemBatch::new(sender);
                let mut each = |item| match stop.load(Ordering::Relaxed) {
                    true => ControlFlow::Break(()),
                    false => batch.add(item),
                };
                let read = match reader {
                    Reader::Guanxi => tables::drafts(&part.path, &mut each),
                    _ => part.read(max, &progress.bytes, |bytes| {
                        let input = Input {
                            name: part.own_name(),
                            bytes,
                            source_defaults,
                        };
                        reader.read(input, &replaced, &mut each)
                    }),
                };
                // The receiver may be gone already.
                let _ = batch.send();
                read
            });
            let mut result = Ok(());
            'items: for batch in &items {
                for item in batch {
                    result = self.take(number, item, target);
                    if result.is_err() || self.is_incomplete {
                        break 'items;
                    }
                }
            }
            // The reading thread ends when its receiver is dropped.
            drop(items);
            let read = reading.join().unwrap_or_else(|_| {
                Err(Unreadable::malformed(
                    "the file",
                    "reading it failed; this is a bug in the program",
                ))
            });
            self.is_incomplete |= stop.load(Ordering::Relaxed);
            if let Err(error) = read
                && !self.is_incomplete
            {
                self.tally.files[number].unreadable = Some(error.to_string());
                self.is_incomplete |= self.job.strictness == Strictness::Strict;
            }
            result
        })
    }

    fn take(&mut self, file: usize, item: Item, target: &mut Target) -> Result<(), Error> {
        let (place, drafts, faults) = match item {
            Item::DatasetInfo(about) => {
                self.about.get_or_insert(about);
                return Ok(());
            }
            Item::Preamble(drafts) => {
                let place = RecordPlace {
                    record: 0,
                    line: None,
                    key: None,
                };
                (place, drafts, Vec::new())
            }
            Item::Record(RecordDrafts { place, drafts, faults }) => (place, drafts, faults),
        };
        let origin = Origin { file, place };
        self.tally.read(&origin);
        if origin.place.record > 0 {
            self.job.progress.records.fetch_add(1, Ordering::Relaxed);
        }
        for fault in &faults {
            self.fault(&origin, fault);
        }
        let nowhere = Origin {
            file,
            ..Origin::NOWHERE
        };
        let is_alone = drafts.len() == 1;
        for draft in drafts.into_iter().map(Draft::without_year_9999) {
            // The outcome of a record's source is not that of the record.
            let is_source = matches!(draft.change, RecordChange::Record(Record::Source(_)));
            let origin = if is_source && !is_alone { &nowhere } else { &origin };
            if let Some(mentions) = &mut self.mentions {
                mentions.mention(file, &draft);
            }
            match check_limits(&draft) {
                Some(fault) => self.fault(origin, &fault),
                None => self.draft(origin, draft, target)?,
            }
        }
        Ok(())
    }

    pub(super) fn fault(&mut self, origin: &Origin, fault: &RecordFault) {
        let finding = self.tally.fault(origin, fault);
        (self.job.each_finding)(finding);
        let ends = self.job.strictness == Strictness::Strict && fault.effect == Effect::Rejected;
        self.is_incomplete |= ends;
    }

    /// Stores a draft, or queues it until the records it refers to exist.
    fn draft(&mut self, origin: &Origin, draft: Draft, target: &mut Target) -> Result<(), Error> {
        if self.title.is_none()
            && let RecordChange::Record(Record::Source(source)) = &draft.change
        {
            self.title = Some(source.title.clone());
        }
        let Draft {
            known_at,
            order,
            change,
            status_is_implied,
        } = draft;
        let is_plain = known_at.is_none() && order == VersionOrder::default();
        match &change {
            RecordChange::Record(Record::Entity(entity)) if !is_plain => self.entity_kinds.insert(entity),
            RecordChange::Retraction { id, .. } if is_plain => {
                self.deleted.insert(id);
            }
            RecordChange::Record(record) if is_plain && self.reject_deleted(origin, record) => return Ok(()),
            _ => {}
        }
        let change = match (target, change) {
            (Target::New(load), RecordChange::Record(record @ (Record::Source(_) | Record::Entity(_)))) if is_plain => {
                let is_entity = matches!(record, Record::Entity(_));
                let Err(unadded) = load.add(record) else {
                    self.tally.note(origin, RecordOutcome::Imported);
                    if is_entity {
                        self.added.push(compact_origin(origin));
                    }
                    return Ok(());
                };
                match (unadded.reason, unadded.record) {
                    (load::Error::Graph(graph::Error::Duplicate { .. }), Some(record)) => RecordChange::Record(record),
                    (error, _) => return Err(error.into()),
                }
            }
            (Target::New(load), RecordChange::Placeholder(record)) if load.noun_of(record.id()).is_some() => {
                self.tally.note(origin, RecordOutcome::Unchanged);
                return Ok(());
            }
            (Target::Existing(update), RecordChange::Placeholder(record)) if update.existing(record.id()).is_some() => {
                self.tally.note(origin, RecordOutcome::Unchanged);
                return Ok(());
            }
            (_, change) => change,
        };
        let draft = Draft {
            known_at,
            order,
            change,
            status_is_implied,
        };
        Ok(self.waiting.push(origin, &draft)?)
    }

    /// Rejects a record that another one deletes; returns whether it did.
    pub(super) fn reject_deleted(&mut self, origin: &Origin, record: &Record) -> bool {
        let reject_deleted = self.deleted.contains(record.id());
        if reject_deleted {
            let fault = RecordFault::rejected("", "another record of these files deletes it");
            self.fault(origin, &fault.with(record.id()));
        }
        reject_deleted
    }

    /// The next queued draft, unless the import was stopped.
    pub(super) fn next(&mut self, waiting: &mut SortedDrafts) -> Result<Option<QueuedDraft>, Error> {
        self.is_incomplete |= self.job.stop.load(Ordering::Relaxed);
        if self.is_incomplete {
            return Ok(None);
        }
        self.job.progress.put.fetch_add(1, Ordering::Relaxed);
        Ok(waiting.next_draft()?)
    }
}

/// An origin in few bytes: the file, the record, and the line or 0.
pub(super) fn compact_origin(origin: &Origin) -> (u32, u32, u32) {
    let few = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let file = u32::try_from(origin.file).unwrap_or(u32::MAX);
    (file, few(origin.place.record), origin.place.line.map_or(0, few))
}

/// The moment before this one.
fn before(moment: Timestamp) -> Timestamp {
    moment
        .checked_sub(jiff::SignedDuration::from_micros(1))
        .unwrap_or(Timestamp::MIN)
}
