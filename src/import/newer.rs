//! What an import does with a store that knows things: records of one id add up, newer versions hold, what refers to nothing waits,
//! and what complete files no longer mention is taken back.

use super::{
    Coverage, Error, FileTally, Origin, Outcome, Phase,
    filing::{Filing, Holding, Verdict, additions, dangling, fault_of, notes::Version, says_same},
    merge::whole::RecordJoin,
    run::{Running, is_whole},
    waiting::{Sorting, Waited, Waiting, mentioned::Mentioned},
};
use crate::{
    formats::reader::{Addition, Draft, Fault, Wanted},
    model::{Noun, Record},
};

/// Records without versions that have one id: what they say together.
struct Together {
    record: Record,
    status_is_implied: bool,
    /// Whether its status was stated by the last of them only.
    is_changed: bool,
    /// Those that add something.
    origins: Vec<Origin>,
    /// Where what stood before the first of them stands, when that is known.
    earlier: Option<Origin>,
}

impl Running<'_> {
    /// Puts what waited into a store that knows things.
    pub(super) fn add(&mut self, mut filing: Filing, waiting: Waiting) -> Result<(), Error> {
        for continued in std::mem::take(&mut self.continued) {
            filing.continue_record(&continued)?;
        }
        filing.make_ready_for(waiting.len());
        self.put_all(&mut filing, waiting.sorted()?, None, Holding::Later)?;
        self.finish(filing)
    }

    /// What comes after everything was put.
    pub(super) fn finish(&mut self, mut filing: Filing) -> Result<(), Error> {
        // It asks the store what earlier imports remember, and must not outlive it.
        let replaced = std::mem::take(&mut self.replaced);
        for (statement, first, behind) in replaced.to_remember() {
            filing.notes.set_chain(statement, first, behind);
            filing.notes_in_time()?;
        }
        drop(replaced);
        if !self.is_cut_short {
            if let Some(mentioned) = &self.mentioned {
                // What waited and is no longer said must not appear now.
                let files: Vec<bool> = self.tally.files.iter().map(FileTally::is_whole).collect();
                filing.take_back_waiting(|waiting| mentioned.is_unmentioned(waiting, |file| files[file]))?;
            }
            filing.put_waiting(&self.described)?;
            self.note(&mut filing)?;
        }
        if let Some(mentioned) = self.mentioned.take()
            && !self.is_cut_short
        {
            self.take_back(&mut filing, &mentioned)?;
        }
        if !self.is_cut_short {
            self.join(&mut filing)?;
        }
        let store = filing.into_store()?;
        store.settle_before_end();
        if !self.is_cut_short {
            (self.job.at_end)(store.state().graph());
        }
        if self.job.search_index && !self.is_cut_short && !self.is_new {
            self.job.gauge.enter(Phase::Indexing);
            store.state().prepare();
        }
        Ok(())
    }

    /// Puts drafts in their order. Of several without versions for one record, what they say together is put.
    pub(super) fn put_all(
        &mut self,
        filing: &mut Filing,
        mut waiting: Sorting,
        mut next: Option<Waited>,
        holding: Holding,
    ) -> Result<(), Error> {
        let mut together: Option<Together> = None;
        let mut added: Option<(Addition, Vec<Origin>)> = None;
        while !self.is_cut_short {
            let Some(waited) = next
                .take()
                .map_or_else(|| self.next(&mut waiting), |first| Ok(Some(first)))?
            else {
                break;
            };
            let version = Version::of(&waited.draft);
            let is_more = |(known, _): &mut (Addition, Vec<Origin>)| matches!(&waited.draft.change, Wanted::Addition(more) if known.is_of_the_same(more));
            if let Some((addition, origins)) = added.take_if(|known| !is_more(known)) {
                filing.put_addition(origins, addition, holding)?;
            }
            let status_is_implied = waited.draft.status_is_implied;
            match (version, waited.draft.change) {
                (None, Wanted::Record(record)) => {
                    if self.is_gone(&waited.origin, &record) {
                        continue;
                    }
                    if let Some(known) = &mut together
                        && known.record.id() == record.id()
                    {
                        self.add_to_group(known, waited.origin, record, status_is_implied);
                        continue;
                    }
                    if let Some(before) = together.take() {
                        self.put_together(filing, before, holding)?;
                    }
                    let stands = waited.earlier.as_ref().and_then(|_| filing.latest(record.id()));
                    let is_implied = match &stands {
                        Some(_) => self.implied.contains(record.id()),
                        None => status_is_implied,
                    };
                    let group = |record, origins| Together {
                        record,
                        status_is_implied: is_implied,
                        is_changed: false,
                        origins,
                        earlier: waited.earlier,
                    };
                    together = Some(match stands {
                        Some(stands) => {
                            let mut group = group(stands, Vec::new());
                            self.add_to_group(&mut group, waited.origin, record, status_is_implied);
                            group
                        }
                        None => group(record, vec![waited.origin]),
                    });
                }
                (None, Wanted::Addition(more)) => {
                    if let Some(before) = together.take() {
                        self.put_together(filing, before, holding)?;
                    }
                    added = Some(match added.take() {
                        Some((known, mut origins)) => {
                            origins.push(waited.origin);
                            (known.with(more), origins)
                        }
                        None => (more, vec![waited.origin]),
                    });
                }
                (None, change) => {
                    if let Some(before) = together.take() {
                        self.put_together(filing, before, holding)?;
                    }
                    filing.put(vec![waited.origin], Draft::to(change), holding)?;
                }
                (Some(version), change) => {
                    if let Some(before) = together.take() {
                        self.put_together(filing, before, holding)?;
                    }
                    let draft = Draft {
                        change,
                        status_is_implied,
                        known_at: waited.draft.known_at,
                        order: waited.draft.order,
                    };
                    filing.put_version(waited.origin, draft, &version, &self.described)?;
                }
            }
            self.note(filing)?;
        }
        if let Some(before) = together.take() {
            self.put_together(filing, before, holding)?;
        }
        if let Some((addition, origins)) = added.take() {
            filing.put_addition(origins, addition, holding)?;
        }
        filing.flush()?;
        self.note(filing)
    }

    /// Adds what a record says to what others of the same id do; of two values the first holds.
    fn add_to_group(&mut self, together: &mut Together, origin: Origin, mut record: Record, status_is_implied: bool) {
        // A status that nobody states gives way to one that somebody does.
        if let (Record::Relationship(known), Record::Relationship(new)) = (&mut together.record, &mut record) {
            match (together.status_is_implied, status_is_implied) {
                (_, true) => new.status = known.status,
                (true, false) => {
                    known.status = new.status;
                    together.status_is_implied = false;
                    together.is_changed = true;
                }
                (false, false) => {}
            }
        }
        let mut joining = RecordJoin {
            is_whole: self
                .job
                .parts
                .get(origin.file)
                .is_some_and(|(_, reader)| is_whole(reader)),
            holding: Holding::First,
            differing: Vec::new(),
        };
        let Some(joined) = joining.records(&together.record, &record) else {
            let fault = Fault::rejected("", format!("the id belongs to a {}", together.record.noun()));
            self.fault(&origin, &fault.with(record.id()));
            return;
        };
        let first = together.earlier.as_ref().or(together.origins.first());
        let place = first.map_or_else(String::new, |first| self.place(first));
        for differing in joining.differing {
            self.fault(&origin, &fault_of(differing, &place));
        }
        if says_same(&joined, &together.record) && !together.is_changed {
            self.tally.note(&origin, Outcome::Unchanged);
        } else {
            together.record = joined;
            together.is_changed = false;
            together.origins.push(origin);
        }
    }

    fn put_together(&self, filing: &mut Filing, together: Together, holding: Holding) -> Result<(), Error> {
        let Together {
            record,
            status_is_implied,
            origins,
            earlier,
            ..
        } = together;
        match earlier {
            _ if origins.is_empty() => Ok(()),
            None => {
                let draft = Draft::of(record).with_status_implied(status_is_implied);
                filing.put(origins, draft, holding)
            }
            // What differs from what stands was told when it was added.
            Some(_) => filing.put_quietly(origins, record),
        }
    }

    /// Where something stands, in words.
    pub(super) fn place(&self, origin: &Origin) -> String {
        let file = self.tally.files.get(origin.file).map_or("", |file| file.name.as_str());
        format!("{file}: {}", origin.place)
    }

    /// Takes note of what became of drafts.
    pub(super) fn note(&mut self, filing: &mut Filing) -> Result<(), Error> {
        for (origin, verdict) in filing.verdicts() {
            match verdict {
                Verdict::Became(outcome) => self.tally.note(&origin, outcome),
                Verdict::Faulty(fault) => self.fault(&origin, &fault),
                Verdict::Waits(draft, missing, noun) => self.wait(filing, &origin, &draft, (&missing, noun))?,
            }
        }
        Ok(())
    }

    /// Lets a draft wait in the store for what it refers to.
    fn wait(
        &mut self,
        filing: &mut Filing,
        origin: &Origin,
        draft: &Draft,
        (missing, noun): (&str, Noun),
    ) -> Result<(), Error> {
        if let Some(addition) = filing.of_the_entity(draft)? {
            let fault = Fault::noted(
                "",
                "the model has no noun for one of its ends: it is told in the properties of the other",
            );
            self.fault(origin, &fault.with(missing));
            filing.put_addition(vec![origin.clone()], Addition::Entity(addition), Holding::Later)?;
            return self.note(filing);
        }
        if self.comes_later(filing, draft) {
            self.tally.note(origin, Outcome::Imported);
            filing.wait(draft, missing, self.place(origin))?;
            return Ok(());
        }
        if self.waiting_in_store >= self.job.waiting_max {
            let fault = Fault::rejected("", "it refers to what nothing describes, and too much waits already");
            self.fault(origin, &fault.with(missing));
            return Ok(());
        }
        if *origin == Origin::NOWHERE {
            // It waited before, which was told then.
            filing.wait(draft, missing, String::new())?;
            return Ok(());
        }
        self.waiting_in_store += 1;
        self.tally.note(origin, Outcome::Waiting);
        let fault = match &draft.change {
            Wanted::Addition(_) => additions::dangling(missing),
            _ => dangling(missing, noun),
        };
        self.fault(origin, &fault);
        let differing = filing.wait(draft, missing, self.place(origin))?;
        for differing in differing {
            self.fault(origin, &fault_of(differing, "another record that waits"));
        }
        Ok(())
    }

    /// Whether all that a relationship is between is there, or described by this import: it has no date, and comes before what has.
    fn comes_later(&self, filing: &Filing, draft: &Draft) -> bool {
        let Wanted::Record(Record::Relationship(relationship)) = &draft.change else {
            return false;
        };
        let missing = filing.missing_unless(relationship, |id| self.described.kind(id).is_some());
        missing.is_none()
    }

    /// Takes back what the sources of the files said before, and say no longer.
    fn take_back(&mut self, filing: &mut Filing, mentioned: &Mentioned) -> Result<(), Error> {
        debug_assert_eq!(self.job.coverage, Coverage::Complete);
        let files: Vec<bool> = self.tally.files.iter().map(FileTally::is_whole).collect();
        let unmentioned = mentioned.unmentioned(filing.graph(), |file| files[file]);
        self.unsure = unmentioned.unsure;
        for (id, silent) in unmentioned.partly {
            filing.take_back_statements(&id, &silent)?;
        }
        for id in unmentioned.relationships {
            let change = Wanted::Retraction {
                noun: Noun::Relationship,
                id,
            };
            filing.put(vec![Origin::NOWHERE], Draft::to(change), Holding::Later)?;
        }
        filing.flush()?;
        let verdicts = filing.verdicts();
        let taken = |(_, verdict): &&(Origin, Verdict)| *verdict == Verdict::Became(Outcome::Imported);
        self.taken_back = u64::try_from(verdicts.iter().filter(taken).count()).unwrap_or(u64::MAX);
        for (origin, verdict) in verdicts {
            if let Verdict::Faulty(fault) = verdict {
                self.fault(&origin, &fault);
            }
        }
        Ok(())
    }
}
