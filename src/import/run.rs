//! One import from its first byte to its last: files are read by one thread, and what they say is put by another. A new store
//! is filled; one that knows things already gets the differences.

use std::{
    ops::ControlFlow,
    path::Path,
    sync::{Arc, atomic::Ordering, mpsc},
    thread,
};

use super::{
    Coverage, Done, Error, Job, Origin, Part, Phase, Reader, Strictness, Tally,
    batch::Batch,
    filing::{Filing, notes},
    limits::beyond_limits,
    report::tally::Outcome,
    waiting::{Sorting, Waited, Waiting, described::Described, ids::Ids, mentioned::Mentioned},
};
use crate::{
    formats::{
        bods,
        reader::{About, Draft, Effect, Fault, Found, Input, Item, Order, Place, Unreadable, Wanted},
        tables,
    },
    graph,
    model::{Record, Timestamp},
    store::{State, Store, folder::Home, load},
};

/// How many batches of items are read ahead of the thread that puts them.
const BATCHES_AHEAD: usize = 8;

/// Imports into the store of this folder, which is made where there is none.
///
/// # Errors
/// [`Error`]; what was imported before is kept, and the next import goes on from there.
pub fn run(home: Home, job: Job<'_>) -> Result<Done, Error> {
    let dir = home.dir().to_owned();
    let is_dated = job.parts.iter().any(|(_, reader)| reader.carries_versions());
    let is_new = home.is_loading() || !home.is_begun_for_an_import()?;
    if is_new {
        // Before anything else is there: nothing else may take the place of what an interrupted import was to make.
        home.mark_importing()?;
    }
    let target = match is_new {
        // What carries versions was known before today, so that the store begins before them.
        true if is_dated && !home.is_loading() => Target::Unbegun(home),
        true => Target::New(Box::new(load::Load::enter(home, job.now)?)),
        false => {
            let store = Store::open(home, |graph| Arc::new(State::unprepared(graph)))?;
            Target::Known(Box::new(filing(store, &job)))
        }
    };
    let store = match &target {
        Target::Known(filing) => Some(filing.store()),
        Target::Unbegun(_) | Target::New(_) => None,
    };
    let (replaced, continued) = chains(&job, store);
    let running = Running {
        tally: Tally::of(job.parts.iter().map(|(part, _)| part.name.clone())),
        waiting: Waiting::new(&dir),
        described: Described::default(),
        replaced: Arc::new(replaced),
        continued,
        added: Vec::new(),
        waiting_in_store: 0,
        joined: 0,
        mentioned: (job.coverage == Coverage::Complete).then(Mentioned::default),
        taken_back: 0,
        unsure: Vec::new(),
        gone: Ids::default(),
        implied: Ids::default(),
        about: None,
        title: None,
        is_new: false,
        went_on: false,
        is_cut_short: false,
        job,
    };
    running.through(target, &dir)
}

/// Where records are put.
enum Target {
    /// There is no store yet, and everything waits.
    Unbegun(Home),
    /// A store that is filled.
    New(Box<load::Load>),
    /// A store that knows things.
    Known(Box<Filing>),
}

/// What puts drafts into a store that knows things.
pub(super) fn filing(store: Store, job: &Job<'_>) -> Filing {
    let names: Vec<&str> = job.parts.iter().take(3).map(|(part, _)| part.name.as_str()).collect();
    let more = if job.parts.len() > names.len() {
        " and others"
    } else {
        ""
    };
    let reason = format!("import of {}{more}", names.join(", "));
    let mut filing = Filing::new(store, job.now, reason);
    filing.batch_max = job.batch_max;
    filing.unsettled_max = job.unsettled_max;
    filing.is_whole = job.parts.iter().map(|(_, reader)| is_whole(reader)).collect();
    filing
}

/// Whether the records of a file are dated and whole, so that the newer one holds.
pub(super) fn is_whole(reader: &Reader) -> bool {
    matches!(reader, Reader::Gleif(_))
}

/// Which statements of the files replace which, and what that says of the records that the store knows.
fn chains(job: &Job<'_>, store: Option<&Store>) -> (bods::Replaced, Vec<bods::Continued>) {
    let mut chains = bods::Chains::default();
    for (part, reader) in job.parts {
        let is_older = matches!(reader, Reader::Bods) && part.start().is_ok_and(|start| bods::may_replace(&start));
        if is_older && !job.stop.load(Ordering::Relaxed) {
            // What is wrong with the file is told when it is read.
            let _ = part.read(job.unpacked_bytes_max, &Arc::default(), |bytes| {
                let input = Input {
                    name: part.own_name(),
                    bytes,
                    told: job.told,
                };
                bods::gather(input, &mut chains)
            });
        }
    }
    let remembered = store.map(|store| {
        let memory = store.memory();
        let remembered: bods::Remembered = Arc::new(move |statement: &str| notes::chain(&memory, statement));
        remembered
    });
    chains.resolved(remembered)
}

/// An import that is under way.
pub(super) struct Running<'a> {
    pub(super) job: Job<'a>,
    pub(super) tally: Tally,
    waiting: Waiting,
    /// The entities with versions that the files describe.
    pub(super) described: Described,
    /// Which statements replace which, in all files.
    pub(super) replaced: Arc<bods::Replaced>,
    /// The records of the store that are called otherwise from now on.
    pub(super) continued: Vec<bods::Continued>,
    /// Where the entities stand with which a new store is filled: file, record and line, in the order in which they were
    /// added.
    pub(super) added: Vec<(u32, u32, u32)>,
    /// How many drafts wait in the store for what they refer to.
    pub(super) waiting_in_store: u64,
    /// How many entities were joined with others.
    pub(super) joined: u64,
    /// What the files mention, where it is asked for.
    pub(super) mentioned: Option<Mentioned>,
    pub(super) taken_back: u64,
    pub(super) unsure: Vec<String>,
    /// The ids that some record without a version says are no more, whatever others say: a register keeps what it deletes.
    gone: Ids,
    pub(super) about: Option<About>,
    /// The ids of the relationships of a new store whose status nobody stated.
    pub(super) implied: Ids,
    /// The title of the first source.
    pub(super) title: Option<String>,
    pub(super) is_new: bool,
    pub(super) went_on: bool,
    pub(super) is_cut_short: bool,
}

impl Running<'_> {
    fn through(mut self, mut target: Target, dir: &Path) -> Result<Done, Error> {
        for (number, (part, reader)) in self.job.parts.iter().enumerate() {
            if !self.is_cut_short {
                self.read(number, part, reader, &mut target)?;
            }
        }
        let waiting = std::mem::replace(&mut self.waiting, Waiting::new(dir));
        self.job.gauge.enter(Phase::Relating);
        self.job.gauge.waiting.store(waiting.len(), Ordering::Relaxed);
        match target {
            Target::Unbegun(home) => match waiting.earliest() {
                None if waiting.len() == 0 => {}
                earliest => {
                    let begin = self.begin(earliest);
                    self.fill(load::Load::enter(home, begin)?, waiting.sorted()?)?;
                }
            },
            Target::New(load) => self.fill(*load, waiting.sorted()?)?,
            Target::Known(filing) => self.add(*filing, waiting)?,
        }
        if !self.is_cut_short {
            Home::unmark_importing(dir)?;
        }
        Ok(Done {
            tally: self.tally,
            is_cut_short: self.is_cut_short,
            is_new: self.is_new,
            went_on: self.went_on,
            taken_back: self.taken_back,
            unsure: self.unsure,
            waiting_in_store: self.waiting_in_store,
            joined: self.joined,
        })
    }

    /// When a store begins that is made: when its data was first recorded, where that is said, and before the earliest of what
    /// was known at a moment of its own.
    fn begin(&self, earliest: Option<Timestamp>) -> Timestamp {
        let stated = self.about.as_ref().and_then(|about| about.recorded_at);
        let stated = stated.filter(|stated| *stated <= self.job.now);
        match (stated, earliest) {
            (Some(stated), Some(earliest)) => stated.min(before(earliest)),
            (stated, earliest) => stated.or(earliest.map(before)).unwrap_or(self.job.now),
        }
    }

    /// Reads a file, and puts or keeps what it says.
    fn read(&mut self, number: usize, part: &Part, reader: &Reader, target: &mut Target) -> Result<(), Error> {
        let (sender, items) = mpsc::sync_channel::<Vec<Item>>(BATCHES_AHEAD);
        let (told, stop, gauge) = (self.job.told, self.job.stop, self.job.gauge);
        let replaced = Arc::clone(&self.replaced);
        let max = self.job.unpacked_bytes_max;
        thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let mut batch = Batch::new(sender);
                let mut each = |item| match stop.load(Ordering::Relaxed) {
                    true => ControlFlow::Break(()),
                    false => batch.add(item),
                };
                let read = match reader {
                    Reader::Guanxi => tables::drafts(&part.path, &mut each),
                    _ => part.read(max, &gauge.bytes, |bytes| {
                        let input = Input {
                            name: part.own_name(),
                            bytes,
                            told,
                        };
                        reader.read(input, &replaced, &mut each)
                    }),
                };
                // Who no longer takes items needs none.
                let _ = batch.send();
                read
            });
            let mut taken = Ok(());
            'items: for batch in &items {
                for item in batch {
                    taken = self.take(number, item, target);
                    if taken.is_err() || self.is_cut_short {
                        break 'items;
                    }
                }
            }
            // The reader ends when nobody takes what it reads.
            drop(items);
            let read = reading.join().unwrap_or_else(|_| {
                Err(Unreadable::form(
                    "the file",
                    "reading it failed; that is a fault of this program",
                ))
            });
            self.is_cut_short |= stop.load(Ordering::Relaxed);
            if let Err(error) = read
                && !self.is_cut_short
            {
                self.tally.files[number].unreadable = Some(error.to_string());
                self.is_cut_short |= self.job.strictness == Strictness::Strict;
            }
            taken
        })
    }

    fn take(&mut self, file: usize, item: Item, target: &mut Target) -> Result<(), Error> {
        let (place, drafts, faults) = match item {
            Item::About(about) => {
                self.about.get_or_insert(about);
                return Ok(());
            }
            Item::Preamble(drafts) => {
                let place = Place {
                    record: 0,
                    line: None,
                    key: None,
                };
                (place, drafts, Vec::new())
            }
            Item::Record(Found { place, drafts, faults }) => (place, drafts, faults),
        };
        let origin = Origin { file, place };
        self.tally.read(&origin);
        if origin.place.record > 0 {
            self.job.gauge.records.fetch_add(1, Ordering::Relaxed);
        }
        for fault in &faults {
            self.fault(&origin, fault);
        }
        let nowhere = Origin {
            file,
            ..Origin::NOWHERE
        };
        let is_alone = drafts.len() == 1;
        for draft in drafts.into_iter().map(Draft::without_never) {
            // That the source of a record is known says nothing of the record.
            let is_source = matches!(draft.change, Wanted::Record(Record::Source(_)));
            let origin = if is_source && !is_alone { &nowhere } else { &origin };
            if let Some(mentioned) = &mut self.mentioned {
                mentioned.mention(file, &draft);
            }
            match beyond_limits(&draft) {
                Some(fault) => self.fault(origin, &fault),
                None => self.draft(origin, draft, target)?,
            }
        }
        Ok(())
    }

    pub(super) fn fault(&mut self, origin: &Origin, fault: &Fault) {
        let finding = self.tally.fault(origin, fault);
        (self.job.each_finding)(finding);
        let ends = self.job.strictness == Strictness::Strict && fault.effect == Effect::Rejected;
        self.is_cut_short |= ends;
    }

    /// Puts a draft, or keeps it until what it refers to is there.
    fn draft(&mut self, origin: &Origin, draft: Draft, target: &mut Target) -> Result<(), Error> {
        if self.title.is_none()
            && let Wanted::Record(Record::Source(source)) = &draft.change
        {
            self.title = Some(source.title.clone());
        }
        let Draft {
            known_at,
            order,
            change,
            status_is_implied,
        } = draft;
        let is_plain = known_at.is_none() && order == Order::default();
        match &change {
            Wanted::Record(Record::Entity(entity)) if !is_plain => self.described.insert(entity),
            Wanted::Retraction { id, .. } if is_plain => {
                self.gone.insert(id);
            }
            Wanted::Record(record) if is_plain && self.is_gone(origin, record) => return Ok(()),
            _ => {}
        }
        let change = match (target, change) {
            (Target::New(load), Wanted::Record(record @ (Record::Source(_) | Record::Entity(_)))) if is_plain => {
                let is_entity = matches!(record, Record::Entity(_));
                let Err(unadded) = load.add(record) else {
                    self.tally.note(origin, Outcome::Imported);
                    if is_entity {
                        self.added.push(row(origin));
                    }
                    return Ok(());
                };
                match (unadded.reason, unadded.record) {
                    (load::Error::Unfit(graph::Error::Duplicate { .. }), Some(record)) => Wanted::Record(record),
                    (error, _) => return Err(error.into()),
                }
            }
            (Target::New(load), Wanted::Placeholder(record)) if load.holds(record.id()).is_some() => {
                self.tally.note(origin, Outcome::Unchanged);
                return Ok(());
            }
            (Target::Known(filing), Wanted::Placeholder(record)) if filing.stands(record.id()).is_some() => {
                self.tally.note(origin, Outcome::Unchanged);
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

    /// Whether another record says that this one is no more, so that it is rejected.
    pub(super) fn is_gone(&mut self, origin: &Origin, record: &Record) -> bool {
        let is_gone = self.gone.contains(record.id());
        if is_gone {
            let fault = Fault::rejected("", "another record of these files says that it is no more");
            self.fault(origin, &fault.with(record.id()));
        }
        is_gone
    }

    /// The next draft that waited, unless the import is to end.
    pub(super) fn next(&mut self, waiting: &mut Sorting) -> Result<Option<Waited>, Error> {
        self.is_cut_short |= self.job.stop.load(Ordering::Relaxed);
        if self.is_cut_short {
            return Ok(None);
        }
        self.job.gauge.put.fetch_add(1, Ordering::Relaxed);
        Ok(waiting.next_draft()?)
    }
}

/// Where something stands, in few bytes: the file, the record, and the line or else 0.
pub(super) fn row(origin: &Origin) -> (u32, u32, u32) {
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
