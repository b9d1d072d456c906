//! What became of each record of each file: read = imported + unchanged + rejected + waiting, whatever order things are done
//! in. What is noted of records is counted beside.

use std::collections::BTreeMap;

use crate::formats::reader::{Effect, Fault, Place};

/// How many different reasons are counted one by one; further ones are counted together.
const REASONS_MAX: usize = 1_000;
const OTHER_REASONS: &str = "other reasons";

/// What became of a record. Where several things are made of one, the last of these that applies to any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing yet: it waits for what it refers to, or the import ended before.
    Waiting,
    /// Nothing of it came in.
    Rejected,
    /// What came in of it was known.
    Unchanged,
    /// Something it says is known from now on.
    Imported,
}

/// How many records had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records of the file.
    pub read: u64,
    /// [`Outcome::Imported`].
    pub imported: u64,
    /// [`Outcome::Unchanged`].
    pub unchanged: u64,
    /// [`Outcome::Rejected`].
    pub rejected: u64,
    /// [`Outcome::Waiting`].
    pub waiting: u64,
    /// How many faults were noted of records that were made: values that did not come in, or were understood in another way.
    pub noted: u64,
}

/// What became of the records of a file.
#[derive(Debug)]
pub struct FileTally {
    /// What the file is called.
    pub name: String,
    /// Why it could not be read to its end.
    pub unreadable: Option<String>,
    /// By record, from 1. Bytes, since registers have millions of them.
    outcomes: Vec<Outcome>,
    /// How many faults were noted.
    noted: u64,
    /// Whether something that a record says was rejected.
    is_lossy: bool,
}

impl FileTally {
    /// Whether it was read to its end and nothing that its records say was rejected.
    #[must_use]
    pub fn is_whole(&self) -> bool {
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
                Outcome::Waiting => &mut counts.waiting,
                Outcome::Unchanged => &mut counts.unchanged,
                Outcome::Imported => &mut counts.imported,
                Outcome::Rejected => &mut counts.rejected,
            } += 1;
        }
        counts
    }
}

/// Where something came from: which file, and which record of it; record 0 is the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Which file, from 0.
    pub file: usize,
    /// Where in it.
    pub place: Place,
}

impl Origin {
    /// No record of any file.
    pub(in crate::import) const NOWHERE: Self = Self {
        file: 0,
        place: Place {
            record: 0,
            line: None,
            key: None,
        },
    };
}

/// A fault and where it is.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// What the file is called.
    pub file: &'a str,
    /// Where in it.
    pub place: &'a Place,
    /// What is wrong.
    pub fault: &'a Fault,
}

/// What became of everything.
#[derive(Debug, Default)]
pub struct Tally {
    /// Of the files, in the order in which they were read.
    pub files: Vec<FileTally>,
    /// How often each fault was found, by what it did to the record and why.
    pub reasons: BTreeMap<(Effect, String), u64>,
}

impl Tally {
    /// Of these files.
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

    /// A record was read.
    pub(in crate::import) fn read(&mut self, origin: &Origin) {
        self.note(origin, Outcome::Waiting);
    }

    /// Something that a record says had this outcome.
    pub(in crate::import) fn note(&mut self, origin: &Origin, outcome: Outcome) {
        let Some(position) = origin.place.record.checked_sub(1) else {
            return;
        };
        let outcomes = &mut self.files[origin.file].outcomes;
        let position = usize::try_from(position).expect("records are counted as they are read");
        if outcomes.len() <= position {
            outcomes.resize(position + 1, Outcome::Waiting);
        }
        outcomes[position] = outcomes[position].max(outcome);
    }

    /// A record has a fault.
    pub(in crate::import) fn fault<'a>(&'a mut self, origin: &'a Origin, fault: &'a Fault) -> Finding<'a> {
        let file = &mut self.files[origin.file];
        match fault.effect {
            Effect::Rejected => {
                file.is_lossy = true;
                self.note(origin, Outcome::Rejected);
            }
            Effect::Noted => file.noted += 1,
            Effect::Kept => {}
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
