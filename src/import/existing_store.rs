//! Importing into a store that has data: records with one id are merged, newer versions replace older ones, dangling records wait,
//! and relationships that complete files no longer mention are retracted.

use super::{
    Completeness, Error, FileTally, Origin, Phase, RecordOutcome,
    merge::dated_records::ImportMerger,
    queue::{DraftQueue, QueuedDraft, SortedDrafts, mentions::Mentions},
    run::{ImportRun, has_dated_records},
    update::{Preference, StoreUpdate, Verdict, additions, conflict_fault, dangling, is_equal_content, notes::Version},
};
use crate::{
    formats::reader::{Addition, Draft, RecordChange, RecordFault},
    model::{Noun, Record},
};

/// Records without versions that have one id, merged.
struct RecordGroup {
    record: Record,
    status_is_implied: bool,
    /// Whether only the last of them states the status.
    is_changed: bool,
    /// The origins of those that add something.
    origins: Vec<Origin>,
    /// The origin of the record stored before the first of them, if known.
    earlier: Option<Origin>,
}

impl ImportRun<'_> {
    /// Stores the queued drafts in a store that has data.
    pub(super) fn update_store(&mut self, mut update: StoreUpdate, queue: DraftQueue) -> Result<(), Error> {
        for continued in std::mem::take(&mut self.continued) {
            update.continue_record(&continued)?;
        }
        update.prepare_for(queue.len());
        self.put_all(&mut update, queue.sorted()?, None, Preference::New)?;
        self.finish(update)
    }

    /// The final steps once all drafts are stored.
    pub(super) fn finish(&mut self, mut update: StoreUpdate) -> Result<(), Error> {
        // It reads the notes of earlier imports from the store, and must not outlive it.
        let replaced = std::mem::take(&mut self.replaced);
        for (statement, first, behind) in replaced.entries() {
            update.notes.set_chain(statement, first, behind);
            update.write_notes_if_many()?;
        }
        drop(replaced);
        if !self.is_incomplete {
            if let Some(mentions) = &self.mentions {
                // Relationships that waited and are no longer mentioned must not be stored now.
                let files: Vec<bool> = self.tally.files.iter().map(FileTally::is_complete).collect();
                update.retract_waiting(|waiting| mentions.is_unmentioned(waiting, |file| files[file]))?;
            }
            update.put_waiting(&self.entity_kinds)?;
            self.note(&mut update)?;
        }
        if let Some(mentions) = self.mentions.take()
            && !self.is_incomplete
        {
            self.retract_unmentioned(&mut update, &mentions)?;
        }
        if !self.is_incomplete {
            self.join(&mut update)?;
        }
        let store = update.into_store()?;
        store.rebase_before_exit();
        if !self.is_incomplete {
            (self.job.at_end)(store.state().graph());
        }
        if self.job.search_index && !self.is_incomplete && !self.is_new {
            self.job.progress.enter(Phase::Indexing);
            store.state().prepare();
        }
        Ok(())
    }

    /// Stores drafts in their order. Several drafts without versions for one record are merged first.
    pub(super) fn put_all(
        &mut self,
        update: &mut StoreUpdate,
        mut waiting: SortedDrafts,
        mut next: Option<QueuedDraft>,
        preference: Preference,
    ) -> Result<(), Error> {
        let mut group: Option<RecordGroup> = None;
        let mut added: Option<(Addition, Vec<Origin>)> = None;
        while !self.is_incomplete {
            let Some(queued) = next
                .take()
                .map_or_else(|| self.next(&mut waiting), |first| Ok(Some(first)))?
            else {
                break;
            };
            let version = Version::of(&queued.draft);
            let is_for_same_record = |(known, _): &mut (Addition, Vec<Origin>)| matches!(&queued.draft.change, RecordChange::Addition(more) if known.has_same_target(more));
            if let Some((addition, origins)) = added.take_if(|known| !is_for_same_record(known)) {
                update.put_addition(origins, addition, preference)?;
            }
            let status_is_implied = queued.draft.status_is_implied;
            match (version, queued.draft.change) {
                (None, RecordChange::Record(record)) => {
                    if self.reject_deleted(&queued.origin, &record) {
                        continue;
                    }
                    if let Some(known) = &mut group
                        && known.record.id() == record.id()
                    {
                        self.add_to_group(known, queued.origin, record, status_is_implied);
                        continue;
                    }
                    if let Some(before) = group.take() {
                        self.put_group(update, before, preference)?;
                    }
                    let existing = queued.earlier.as_ref().and_then(|_| update.latest(record.id()));
                    let is_implied = match &existing {
                        Some(_) => self.implied.contains(record.id()),
                        None => status_is_implied,
                    };
                    let new_group = |record, origins| RecordGroup {
                        record,
                        status_is_implied: is_implied,
                        is_changed: false,
                        origins,
                        earlier: queued.earlier,
                    };
                    group = Some(match existing {
                        Some(existing) => {
                            let mut group = new_group(existing, Vec::new());
                            self.add_to_group(&mut group, queued.origin, record, status_is_implied);
                            group
                        }
                        None => new_group(record, vec![queued.origin]),
                    });
                }
                (None, RecordChange::Addition(more)) => {
                    if let Some(before) = group.take() {
                        self.put_group(update, before, preference)?;
                    }
                    added = Some(match added.take() {
                        Some((known, mut origins)) => {
                            origins.push(queued.origin);
                            (known.with(more), origins)
                        }
                        None => (more, vec![queued.origin]),
                    });
                }
                (None, change) => {
                    if let Some(before) = group.take() {
                        self.put_group(update, before, preference)?;
                    }
                    update.put(vec![queued.origin], Draft::of_change(change), preference)?;
                }
                (Some(version), change) => {
                    if let Some(before) = group.take() {
                        self.put_group(update, before, preference)?;
                    }
                    let draft = Draft {
                        change,
                        status_is_implied,
                        known_at: queued.draft.known_at,
                        order: queued.draft.order,
                    };
                    update.put_version(queued.origin, draft, &version, &self.entity_kinds)?;
                }
            }
            self.note(update)?;
        }
        if let Some(before) = group.take() {
            self.put_group(update, before, preference)?;
        }
        if let Some((addition, origins)) = added.take() {
            update.put_addition(origins, addition, preference)?;
        }
        update.flush()?;
        self.note(update)
    }

    /// Merges a record into the group of its id; of two values the first wins.
    fn add_to_group(&mut self, group: &mut RecordGroup, origin: Origin, mut record: Record, status_is_implied: bool) {
        // A stated status replaces an implied one.
        if let (Record::Relationship(known), Record::Relationship(new)) = (&mut group.record, &mut record) {
            match (group.status_is_implied, status_is_implied) {
                (_, true) => new.status = known.status,
                (true, false) => {
                    known.status = new.status;
                    group.status_is_implied = false;
                    group.is_changed = true;
                }
                (false, false) => {}
            }
        }
        let mut merger = ImportMerger {
            is_dated: self
                .job
                .inputs
                .get(origin.file)
                .is_some_and(|(_, reader)| has_dated_records(reader)),
            preference: Preference::Existing,
            conflicts: Vec::new(),
        };
        let Some(joined) = merger.records(&group.record, &record) else {
            let fault = RecordFault::rejected("", format!("the id belongs to a {}", group.record.noun()));
            self.fault(&origin, &fault.with(record.id()));
            return;
        };
        let first = group.earlier.as_ref().or(group.origins.first());
        let place = first.map_or_else(String::new, |first| self.place(first));
        for conflict in merger.conflicts {
            self.fault(&origin, &conflict_fault(conflict, &place));
        }
        if is_equal_content(&joined, &group.record) && !group.is_changed {
            self.tally.note(&origin, RecordOutcome::Unchanged);
        } else {
            group.record = joined;
            group.is_changed = false;
            group.origins.push(origin);
        }
    }

    fn put_group(&self, update: &mut StoreUpdate, group: RecordGroup, preference: Preference) -> Result<(), Error> {
        let RecordGroup {
            record,
            status_is_implied,
            origins,
            earlier,
            ..
        } = group;
        match earlier {
            _ if origins.is_empty() => Ok(()),
            None => {
                let draft = Draft::of(record).with_status_implied(status_is_implied);
                update.put(origins, draft, preference)
            }
            // Conflicts with the existing record were reported when it was added.
            Some(_) => update.put_merged(origins, record),
        }
    }

    /// A place in a file, for messages.
    pub(super) fn place(&self, origin: &Origin) -> String {
        let file = self.tally.files.get(origin.file).map_or("", |file| file.name.as_str());
        format!("{file}: {}", origin.place)
    }

    /// Records the outcomes of drafts.
    pub(super) fn note(&mut self, update: &mut StoreUpdate) -> Result<(), Error> {
        for (origin, verdict) in update.take_verdicts() {
            match verdict {
                Verdict::Outcome(outcome) => self.tally.note(&origin, outcome),
                Verdict::Fault(fault) => self.fault(&origin, &fault),
                Verdict::Waiting(draft, missing, noun) => self.wait(update, &origin, &draft, (&missing, noun))?,
            }
        }
        Ok(())
    }

    /// Stores a draft as waiting until the records it refers to exist.
    fn wait(
        &mut self,
        update: &mut StoreUpdate,
        origin: &Origin,
        draft: &Draft,
        (missing, noun): (&str, Noun),
    ) -> Result<(), Error> {
        if let Some(addition) = update.as_entity_addition(draft)? {
            let fault = RecordFault::noted(
                "",
                "one of its ends is of no kind that the model has: the relationship is stored in the properties of the other",
            );
            self.fault(origin, &fault.with(missing));
            update.put_addition(vec![origin.clone()], Addition::Entity(addition), Preference::New)?;
            return self.note(update);
        }
        if self.ends_come_later(update, draft) {
            self.tally.note(origin, RecordOutcome::Imported);
            update.wait(draft, missing, self.place(origin))?;
            return Ok(());
        }
        if self.waiting_in_store >= self.job.waiting_max {
            let fault = RecordFault::rejected(
                "",
                "it refers to a record that does not exist, and too many relationships wait already",
            );
            self.fault(origin, &fault.with(missing));
            return Ok(());
        }
        if *origin == Origin::NOWHERE {
            // It waited before, and was reported then.
            update.wait(draft, missing, String::new())?;
            return Ok(());
        }
        self.waiting_in_store += 1;
        self.tally.note(origin, RecordOutcome::Waiting);
        let fault = match &draft.change {
            RecordChange::Addition(_) => additions::dangling(missing),
            _ => dangling(missing, noun),
        };
        self.fault(origin, &fault);
        let conflicts = update.wait(draft, missing, self.place(origin))?;
        for conflict in conflicts {
            self.fault(origin, &conflict_fault(conflict, "another waiting record"));
        }
        Ok(())
    }

    /// Whether all ends of a relationship exist or are described by this import: without a date, it is stored before dated entities.
    fn ends_come_later(&self, update: &StoreUpdate, draft: &Draft) -> bool {
        let RecordChange::Record(Record::Relationship(relationship)) = &draft.change else {
            return false;
        };
        let missing = update.missing_unless(relationship, |id| self.entity_kinds.kind(id).is_some());
        missing.is_none()
    }

    /// Retracts relationships that the sources of the files no longer mention.
    fn retract_unmentioned(&mut self, update: &mut StoreUpdate, mentions: &Mentions) -> Result<(), Error> {
        debug_assert_eq!(self.job.completeness, Completeness::Complete);
        let files: Vec<bool> = self.tally.files.iter().map(FileTally::is_complete).collect();
        let unmentioned = mentions.unmentioned(update.graph(), |file| files[file]);
        self.incomplete_sources = unmentioned.incomplete_sources;
        for (id, sources) in unmentioned.with_other_sources {
            update.retract_statements(&id, &sources)?;
        }
        for id in unmentioned.relationships {
            let change = RecordChange::Retraction {
                noun: Noun::Relationship,
                id,
            };
            update.put(vec![Origin::NOWHERE], Draft::of_change(change), Preference::New)?;
        }
        update.flush()?;
        let verdicts = update.take_verdicts();
        let is_retracted = |(_, verdict): &&(Origin, Verdict)| *verdict == Verdict::Outcome(RecordOutcome::Imported);
        self.retractions = u64::try_from(verdicts.iter().filter(is_retracted).count()).unwrap_or(u64::MAX);
        for (origin, verdict) in verdicts {
            if let Verdict::Fault(fault) = verdict {
                self.fault(&origin, &fault);
            }
        }
        Ok(())
    }
}
