//! The outcome of each record of each file: read = imported + unchanged + rejected + waiting, in any order of processing.
//! Notes on records are counted separately.

use std::collections::BTreeMap;

use crate::formats::reader::{Effect, RecordFault, RecordPlace};

/// The most distinct reasons that are counted; further ones are counted together.
const REASONS_MAX: usize = 1_000;
const OTHER_REASONS: &str = "other reasons";

/// The outcome of a record. If a record yields several drafts, the greatest of their outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordOutcome {
    /// Nothing yet: it waits for a record it refers to, or the import ended before it.
    Waiting,
    /// Nothing of it was imported.
    Rejected,
    /// It contained nothing new.
    Unchanged,
    /// It added or changed something.
    Imported,
}

/// How many records had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records of the file.
    pub read: u64,
    /// [`RecordOutcome::Imported`].
    pub imported: u64,
    /// [`RecordOutcome::Unchanged`].
    pub unchanged: u64,
    /// [`RecordOutcome::Rejected`].
    pub rejected: u64,
    /// [`RecordOutcome::Waiting`].
    pub waiting: u64,
    /// Notes on imported records: values that were not imported, or were interpreted differently.
    pub noted: u64,
}

/// The outcomes of the records of a file.
#[derive(Debug)]
pub struct FileTally {
    /// The name of the file.
    pub name: String,
    /// Why it could not be read to its end.
    pub unreadable: Option<String>,
    /// By record, from 1. Bytes, since registers have millions of them.
    outcomes: Vec<RecordOutcome>,
    /// The number of notes.
    noted: u64,
    /// Whether a record was rejected, in whole or in part.
    is_lossy: bool,
}

impl FileTally {
    /// Whether it was read to its end and no record was rejected, in whole or in part.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unreadable.is_none() && !self.is_lossy
    }

    /// How many records had which outcome.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            noted: self.noted,
            ..Counts::default()
        };
        for outcome in &self.outcomes {
            counts.read += 1;
            *match outcome {
                RecordOutcome::Waiting => &mut counts.waiting,
                RecordOutcome::Unchanged => &mut counts.unchanged,
                RecordOutcome::Imported => &mut counts.imported,
                RecordOutcome::Rejected => &mut counts.rejected,
            } += 1;
        }
        counts
    }
}

/// The origin of a draft: a file, and a record in it; record 0 is the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Which file, from 0.
    pub file: usize,
    /// The place in the file.
    pub place: RecordPlace,
}

impl Origin {
    /// The origin of drafts that come from no record of any file.
    pub(in crate::import) const NOWHERE: Self = Self {
        file: 0,
        place: RecordPlace {
            record: 0,
            line: None,
            key: None,
        },
    };
}

/// A fault with its place.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// The place in the file.
    pub place: &'a RecordPlace,
    /// The fault.
    pub fault: &'a RecordFault,
}

/// The outcomes of all records of an import.
#[derive(Debug, Default)]
pub struct ImportTally {
    /// The files, in the order in which they were read.
    pub files: Vec<FileTally>,
    /// The number of faults by effect and reason.
    pub reasons: BTreeMap<(Effect, String), u64>,
}

impl ImportTally {
    /// An empty tally of these files.
    #[must_use]
    pub fn of(names: impl IntoIterator<Item = String>) -> Self {
        let files = names.into_iter().map(|name| FileTally {
            name,
            unreadable: None,
            outcomes: Vec::new(),
            noted: 0,
            is_lossy: false,
        });
        Self {
            files: files.collect(),
            reasons: BTreeMap::new(),
        }
    }

    /// Counts a record as read.
    pub(in crate::import) fn read(&mut self, origin: &Origin) {
        self.note(origin, RecordOutcome::Waiting);
    }

    /// Adds an outcome to a record.
    pub(in crate::import) fn note(&mut self, origin: &Origin, outcome: RecordOutcome) {
        let Some(position) = origin.place.record.checked_sub(1) else {
            return;
        };
        let outcomes = &mut self.files[origin.file].outcomes;
        let position = usize::try_from(position).expect("records are counted as they are read");
        if outcomes.len() <= position {
            outcomes.resize(position + 1, RecordOutcome::Waiting);
        }
        outcomes[position] = outcomes[position].max(outcome);
    }

    /// Counts a fault of a record.
    pub(in crate::import) fn fault<'a>(&'a mut self, origin: &'a Origin, fault: &'a RecordFault) -> Finding<'a> {
        let file = &mut self.files[origin.file];
        match fault.effect {
            Effect::Rejected => {
                file.is_lossy = true;
                self.note(origin, RecordOutcome::Rejected);
            }
            Effect::Noted => file.noted += 1,
            Effect::InProperties => {}
        }
        let mut reason = fault.reason.to_string();
        if self.reasons.len() >= REASONS_MAX && !self.reasons.contains_key(&(fault.effect, reason.clone())) {
            OTHER_REASONS.clone_into(&mut reason);
        }
        *self.reasons.entry((fault.effect, reason)).or_default() += 1;
        Finding {
            file: &self.files[origin.file].name,
            place: &origin.place,
            fault,
        }
    }

    /// How many records of all files had which outcome.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.files
            .iter()
            .map(FileTally::counts)
            .fold(Counts::default(), |all, file| Counts {
                read: all.read + file.read,
                imported: all.imported + file.imported,
                unchanged: all.unchanged + file.unchanged,
                rejected: all.rejected + file.rejected,
                waiting: all.waiting + file.waiting,
                noted: all.noted + file.noted,
            })
    }
}
