//! Imports from files to store: what becomes of every record, of the same files again, of newer ones, of an import that was
//! interrupted. The files are small GLEIF copies made here, but where a format is the point.

mod adding;
mod adding_up;
mod again;
mod complete;
mod fragments;
mod interrupted;
mod kinds;
mod order;
mod poorer;
mod refused;
mod replaced;
mod tables;
mod versions;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use guanxi::{
    formats::{
        export::Selection,
        reader::{RECORD_BYTES_MAX, SourceDefaults},
    },
    graph::Snapshot,
    import::{
        Completeness, Completion, Counts, Error, Job, OpenOptions, Progress, ReaderChoice, Strictness,
        UNPACKED_BYTES_MAX, WAITING_MAX, plan, run,
    },
    model::{Date, Entity, Relationship, Timestamp},
    store::{
        self, State, Store,
        folder::{LOG, StoreFolder},
    },
};
use tempfile::TempDir;

/// When a test imports, unless it says otherwise.
const NOW: &str = "2026-11-23T12:00:00Z";

/// A store and files for it.
pub(super) struct Desk {
    folder: TempDir,
}

/// What an import did.
pub(super) struct Imported {
    pub(super) done: Completion,
    /// What it told, line by line.
    pub(super) findings: Vec<String>,
}

/// How to import.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) now: &'static str,
    pub(super) strictness: Strictness,
    /// Ends the import once so many faults were told.
    pub(super) stop_after: usize,
    /// Panics at the next fault once so many were told.
    pub(super) panic_after: usize,
    pub(super) record_bytes_max: usize,
    pub(super) search_index: bool,
    pub(super) completeness: Completeness,
    pub(super) join: &'static [&'static str],
    pub(super) waiting_max: u64,
    /// How many records share a commit.
    pub(super) batch_max: usize,
    /// For tables: the mapping.
    pub(super) mapping: Option<&'static str>,
    pub(super) source: Option<&'static str>,
}

impl Default for How {
    fn default() -> Self {
        Self {
            now: NOW,
            strictness: Strictness::Lenient,
            stop_after: usize::MAX,
            panic_after: usize::MAX,
            record_bytes_max: RECORD_BYTES_MAX,
            search_index: false,
            completeness: Completeness::Partial,
            join: &[],
            waiting_max: WAITING_MAX,
            batch_max: 2,
            mapping: None,
            source: None,
        }
    }
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(super) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub(super) fn import(&self, files: &[PathBuf]) -> Imported {
        self.import_as(files, How::default())
    }

    pub(super) fn import_as(&self, files: &[PathBuf], how: How) -> Imported {
        self.try_import(files, how).unwrap()
    }

    pub(super) fn try_import(&self, files: &[PathBuf], how: How) -> Result<Imported, Error> {
        let map = how.mapping.map(|text| self.file("mapping.toml", text));
        let choice = ReaderChoice::new(None, map.as_deref()).unwrap();
        let store = self.store();
        let opening = OpenOptions::new(&store, UNPACKED_BYTES_MAX);
        let parts = plan(files, None, &opening, |start| choice.reader(start)).unwrap();
        let source_defaults = SourceDefaults {
            source: how.source.map(str::to_owned),
            publisher: None,
            title: None,
            url: None,
            licence: None,
            record_bytes_max: how.record_bytes_max,
            today: Date::constant(2026, 11, 23),
        };
        let (stop, progress) = (AtomicBool::new(false), Progress::default());
        let (mut lines, mut at_end) = (Vec::new(), None);
        let home = StoreFolder::open(&self.store(), moment(how.now)).unwrap();
        let job = Job {
            inputs: &parts,
            source_defaults: &source_defaults,
            unpacked_bytes_max: UNPACKED_BYTES_MAX,
            strictness: how.strictness,
            title: None,
            search_index: how.search_index,
            completeness: how.completeness,
            join: &how.join.iter().map(|scheme| (*scheme).to_owned()).collect::<Vec<_>>(),
            waiting_max: how.waiting_max,
            batch_max: how.batch_max,
            // Reached by some imports here.
            unsettled_max: 15,
            stop: &stop,
            progress: &progress,
            each_finding: &mut |finding| {
                assert!(lines.len() < how.panic_after, "as it was told to");
                lines.push(finding.to_string());
                if lines.len() >= how.stop_after {
                    stop.store(true, std::sync::atomic::Ordering::Relaxed);
                }
            },
            at_end: &mut |graph| at_end = Some(graph.digest()),
            now: moment(how.now),
        };
        let done = run(home, job)?;
        let held = self.holds_what_its_log_does();
        let expected = held.filter(|_| !done.is_incomplete);
        assert_eq!(at_end, expected, "what is looked at in the end is not what is written");
        Ok(Imported { done, findings: lines })
    }

    /// Whatever way records came in: what is written for the next start is what the log makes.
    fn holds_what_its_log_does(&self) -> Option<u64> {
        let store = self.store();
        if !store.join(LOG).exists() {
            return None;
        }
        let copy = self.folder.path().join("only-the-log");
        fs::create_dir(&copy).unwrap();
        for file in fs::read_dir(&store).unwrap().map(|file| file.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            if !name.starts_with("snapshot-") {
                fs::copy(&file, copy.join(name)).unwrap();
            }
        }
        let read = |dir: &Path| store::read(dir, moment(NOW)).unwrap().digest();
        let written = read(&store);
        assert_eq!(written, read(&copy), "what is written is not what the log makes");
        fs::remove_dir_all(&copy).unwrap();
        Some(written)
    }

    /// Up to which entry the graph is written for the next start.
    pub(super) fn written(&self) -> Option<u64> {
        let names = fs::read_dir(self.store())
            .unwrap()
            .map(|file| file.unwrap().file_name());
        let names = names.map(|name| name.into_string().unwrap());
        let position = |name: String| name.strip_prefix("snapshot-")?.strip_suffix(".gx")?.parse().ok();
        names.filter_map(position).max()
    }

    pub(super) fn open(&self) -> Store {
        let home = StoreFolder::open(&self.store(), moment(NOW)).unwrap();
        Store::open(home, |graph| Arc::new(State::new(graph))).unwrap()
    }

    /// Everything in the store that is not taken back, and the position of its log.
    pub(super) fn content(&self) -> (Vec<Entity>, Vec<Relationship>, u64) {
        let store = self.open();
        let (entities, relationships) = content(store.state().graph(), Timestamp::MAX);
        (entities, relationships, store.figures().position)
    }
}

/// Everything that was known then, whenever it was recorded.
pub(super) fn content(graph: &Snapshot, known_at: Timestamp) -> (Vec<Entity>, Vec<Relationship>) {
    let selection = Selection::of(graph, &Selection::everything(known_at));
    let timeless = |relationship| Relationship {
        recorded_at: Timestamp::UNIX_EPOCH,
        retracted_at: None,
        ..relationship
    };
    (
        selection.entities().collect(),
        selection.relationships().map(timeless).collect(),
    )
}

impl Imported {
    /// Records read, imported, unchanged, rejected: the first is the sum of the others.
    pub(super) fn counts(&self) -> [u64; 4] {
        let Counts {
            read,
            imported,
            unchanged,
            rejected,
            waiting,
            noted: _,
        } = self.done.tally.counts();
        assert_eq!(read, imported + unchanged + rejected + waiting);
        [read, imported, unchanged, rejected]
    }
}

pub(super) fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An LEI whose check digits fit.
pub(super) fn lei(number: usize) -> String {
    let body = format!("5493{number:014}");
    let digits = |text: &str| -> u32 {
        text.chars().fold(0, |rest, letter| {
            let value = letter.to_digit(36).unwrap();
            let shift = if value > 9 { 100 } else { 10 };
            (rest * shift + value) % 97
        })
    };
    let check = 98 - digits(&format!("{body}00"));
    format!("{body}{check:02}")
}

/// LEI records with these names.
pub(super) fn lei_file(names: &[(usize, &str)]) -> String {
    let mut text = "LEI,Entity.LegalName,Entity.LegalAddress.Country,Entity.EntityStatus\n".to_owned();
    for (number, name) in names {
        text.push_str(&format!("{},{name},US,ACTIVE\n", lei(*number)));
    }
    text
}

/// Relationship records: the child, the parent, since when.
pub(super) fn rr_file(links: &[(usize, usize, &str)]) -> String {
    let mut text = "Relationship.StartNode.NodeID,Relationship.StartNode.NodeIDType,Relationship.EndNode.NodeID,\
                    Relationship.EndNode.NodeIDType,Relationship.RelationshipType,Relationship.RelationshipStatus,\
                    Relationship.Period.1.startDate,Relationship.Period.1.endDate,Relationship.Period.1.periodType,\
                    Registration.LastUpdateDate\n"
        .to_owned();
    for (child, parent, since) in links {
        text.push_str(&format!(
            "{},LEI,{},LEI,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,{since},,RELATIONSHIP_PERIOD,2024-01-01T00:00:00Z\n",
            lei(*child),
            lei(*parent)
        ));
    }
    text
}

/// The path of a file, as a list for an import.
pub(super) fn one(path: &Path) -> Vec<PathBuf> {
    vec![path.to_owned()]
}
