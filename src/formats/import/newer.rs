//! What an import does with a store that knows things: versions that it knows are left, what differs becomes a change, and what
//! complete files no longer mention is taken back.

use std::{path::Path, sync::atomic::Ordering};

use super::{
    Draft, Error, Fault, FileTally, Origin, Phase, Place, Wanted,
    early::Early,
    filing::{Filing, Verdict, says_same},
    mentioned::Mentioned,
    run::Running,
    tally::Outcome,
    waiting::{Order, Sorting, Waited, Waiting},
};
use crate::model::{Noun, Record};

/// Which of several drafts for one record is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// The first one that is put.
    OfItsId,
    /// The one that the store was filled with.
    WasAdded,
}

impl Running<'_> {
    /// Puts what waited into a store that knows things.
    pub(super) fn add(&mut self, mut filing: Filing, waiting: Waiting, dir: &Path) -> Result<(), Error> {
        let has_versions = waiting.earliest().is_some();
        let sorted = waiting.sorted()?;
        let new = match has_versions && !self.is_cut_short {
            true => self.unknown_versions(&mut filing, sorted, dir)?,
            false => sorted,
        };
        self.put_all(&mut filing, new, None, First::OfItsId)?;
        if let Some(mentioned) = self.mentioned.take()
            && !self.is_cut_short
        {
            self.take_back(&mut filing, &mentioned)?;
        }
        if self.job.search_index && !self.is_cut_short {
            self.job.gauge.enter(Phase::Indexing);
            filing.into_store().state().prepare();
        }
        Ok(())
    }

    /// Puts drafts in their order. Of several without versions for one record, the first holds, so that the same files say the
    /// same again.
    pub(super) fn put_all(
        &mut self,
        filing: &mut Filing,
        mut waiting: Sorting,
        mut next: Option<Waited>,
        first: First,
    ) -> Result<(), Error> {
        let mut last: Option<Record> = None;
        let mut early = Early::default();
        while !self.is_cut_short {
            let Some(waited) = next
                .take()
                .map_or_else(|| self.next(&mut waiting), |first| Ok(Some(first)))?
            else {
                break;
            };
            let Waited { origin, draft } = waited;
            if draft.known_at.is_none()
                && let Wanted::Record(record) = &draft.change
            {
                if self.is_gone(&origin, record) {
                    continue;
                }
                let before = match first {
                    First::OfItsId => last.take().filter(|last| last.id() == record.id()),
                    First::WasAdded => filing.latest(record.id()),
                };
                match before {
                    Some(before) if says_same(&before, record) => {
                        self.tally.note(&origin, Outcome::Unchanged);
                        last = Some(before);
                        continue;
                    }
                    Some(before) => {
                        let fault = Fault::rejected("", "a record before it has the same id and says otherwise");
                        self.fault(&origin, &fault.with(record.id()));
                        last = Some(before);
                        continue;
                    }
                    None => last = Some(record.clone()),
                }
            }
            early.put(filing, Waited { origin, draft })?;
            let verdicts = filing.verdicts();
            self.note(verdicts);
        }
        early.put_rest(filing)?;
        filing.flush()?;
        let verdicts = filing.verdicts();
        self.note(verdicts);
        Ok(())
    }

    /// Takes back what the sources of the files said before, and say no longer.
    fn take_back(&mut self, filing: &mut Filing, mentioned: &Mentioned) -> Result<(), Error> {
        let files: Vec<bool> = self.tally.files.iter().map(FileTally::is_whole).collect();
        let unmentioned = mentioned.unmentioned(filing.graph(), |file| files[file]);
        self.unsure = unmentioned.unsure;
        for id in unmentioned.relationships {
            // It stands in no record of a file.
            let origin = Origin {
                file: 0,
                place: Place {
                    record: 0,
                    line: None,
                    key: None,
                },
            };
            let change = Wanted::Retraction {
                noun: Noun::Relationship,
                id,
            };
            filing.put(origin, Draft { known_at: None, change })?;
        }
        filing.flush()?;
        let verdicts = filing.verdicts();
        let taken = |(_, verdict): &&(Origin, Verdict)| *verdict == Verdict::Became(Outcome::Imported);
        self.taken_back = u64::try_from(verdicts.iter().filter(taken).count()).unwrap_or(u64::MAX);
        self.note(verdicts);
        Ok(())
    }

    /// The drafts that say something new: versions of a record that its history does not hold in this order are left.
    fn unknown_versions(&mut self, filing: &mut Filing, mut sorted: Sorting, dir: &Path) -> Result<Sorting, Error> {
        filing.flush()?;
        let mut by_id = Waiting::new(dir, Order::ById);
        while let Some(waited) = self.next(&mut sorted)? {
            by_id.push(&waited.origin, &waited.draft)?;
        }
        let mut new = Waiting::new(dir, Order::ByTime);
        let mut by_id = by_id.sorted()?;
        let mut history = History::default();
        while let Some(waited) = by_id.next_draft()? {
            let id = waited.draft.change.id();
            if history.id != id {
                history = History::new(id, told(filing, id));
            }
            match waited.draft.known_at.is_some() && history.tells(&waited.draft.change) {
                true => self.tally.note(&waited.origin, Outcome::Unchanged),
                false => new.push(&waited.origin, &waited.draft)?,
            }
        }
        self.job.gauge.waiting.store(new.len(), Ordering::Relaxed);
        self.job.gauge.put.store(0, Ordering::Relaxed);
        Ok(new.sorted()?)
    }
}

/// What was recorded under an id, as far as drafts have told it again.
#[derive(Default)]
struct History {
    id: String,
    /// The versions that no draft has told yet; nothing where the record was taken back.
    to_come: Vec<Option<Record>>,
    /// What stands after the drafts so far; none before the first of them, when that may be any of the versions.
    current: Option<Option<Record>>,
}

impl History {
    fn new(id: &str, versions: Vec<Option<Record>>) -> Self {
        Self {
            id: id.to_owned(),
            // What was never recorded does not stand.
            current: versions.is_empty().then_some(None),
            to_come: versions,
        }
    }

    /// Whether a draft, which follows those before it, says what was recorded. Goes on to what it says.
    fn tells(&mut self, change: &Wanted) -> bool {
        let stands_already = match (&self.current, change) {
            (Some(Some(known)), Wanted::Record(record)) => says_same(known, record),
            (Some(Some(_)), Wanted::Placeholder(_)) | (Some(None), Wanted::Retraction { .. }) => true,
            _ => false,
        };
        if stands_already {
            return true;
        }
        let same = |known: &Option<Record>| match (known, change) {
            (Some(known), Wanted::Record(record) | Wanted::Placeholder(record)) => says_same(known, record),
            (None, Wanted::Retraction { .. }) => true,
            _ => false,
        };
        let position = self.to_come.iter().position(same);
        if let Some(position) = position {
            self.to_come.drain(..=position);
        }
        self.current = Some(match change {
            Wanted::Record(record) | Wanted::Placeholder(record) => Some(record.clone()),
            Wanted::Retraction { .. } => None,
        });
        position.is_some()
    }
}

/// What was recorded under an id, version by version; nothing where it was taken back.
fn told(filing: &Filing, id: &str) -> Vec<Option<Record>> {
    let versions = filing.versions(id);
    let mut told = Vec::new();
    for (position, version) in versions.iter().enumerate() {
        told.push(Some(version.record.clone()));
        let next = versions.get(position + 1).map(|next| next.recorded_at);
        if version.retracted_at.is_some() && version.retracted_at != next {
            told.push(None);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Entity, EntityKind};

    fn record(name: &str) -> Record {
        Record::Entity(Entity::new("a", EntityKind::Company, name).unwrap())
    }

    /// What drafts find whose history these versions are: capitals are records, `a` is one in the place of any, `-` is nothing.
    fn check(versions: &str, drafts: &str, expected: &str) {
        let version = |letter: char| (letter != '-').then(|| record(&letter.to_string()));
        let mut history = History::new("a", versions.chars().map(version).collect());
        let found = drafts.chars().map(|letter| {
            let change = match letter {
                '-' => Wanted::Retraction {
                    noun: Noun::Entity,
                    id: "a".to_owned(),
                },
                'a' => Wanted::Placeholder(record("a")),
                letter => Wanted::Record(record(&letter.to_string())),
            };
            if history.tells(&change) { 'k' } else { 'n' }
        });
        assert_eq!(found.collect::<String>(), expected, "{drafts} after {versions}");
    }

    #[test]
    fn what_was_told_is_known_and_everything_else_is_new() {
        for (versions, drafts, expected) in [
            ("AB", "AB", "kk"),
            // Versions that say the same as the one before were never recorded.
            ("AB", "AABB", "kkkk"),
            ("ABA", "AABA", "kkkk"),
            ("AB-", "AB-", "kkk"),
            ("AB-", "AB--", "kkkk"),
            // A file that goes on where another ended.
            ("A", "-", "n"),
            ("A-", "-", "k"),
            ("A", "B", "n"),
            ("AB", "B", "k"),
            ("A", "BA", "nk"),
            ("AB", "ACB", "knk"),
            // What was never there cannot be taken back.
            ("", "-A", "kn"),
            // Whoever is described needs no one in its place.
            ("A-", "Aa-", "kkk"),
            ("aA", "aA", "kk"),
        ] {
            check(versions, drafts, expected);
        }
    }
}
