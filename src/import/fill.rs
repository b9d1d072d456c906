//! Filling a store that is new: what waited is added while it is made, and what does not fit is put once it is.

use std::sync::Arc;

use super::{
    Error, Origin, Outcome, Phase,
    filing::{Holding, notes::Version},
    run::{Running, filing, row},
    waiting::{Sorting, Waited, Waiting},
};
use crate::{
    formats::reader::{About, Draft, Place, Wanted},
    graph,
    model::{Noun, Record},
    store::{State, Store, load},
};

impl Running<'_> {
    /// Adds what waited to a store that is new, and puts the rest as changes of what it holds then.
    pub(super) fn fill(&mut self, mut load: load::Load, mut waiting: Sorting) -> Result<(), Error> {
        let dir = load.dir().to_owned();
        let load_was_interrupted = load.was_interrupted();
        self.went_on = load_was_interrupted;
        let mut rest = Rest {
            conflicts: Waiting::new(&dir),
            dangling: Waiting::new(&dir),
            last: None,
        };
        let mut first_version = None;
        while let Some(waited) = self.next(&mut waiting)? {
            if Version::of(&waited.draft).is_some() {
                first_version = Some(waited);
                break;
            }
            self.add_to(&mut load, &mut rest, waited)?;
        }
        let Rest {
            conflicts, dangling, ..
        } = rest;
        let is_empty = self.tally.counts().imported == 0 && dangling.len() == 0 && first_version.is_none();
        // Sources alone are no reason for a store.
        if !load.was_interrupted() && is_empty {
            return Ok(load.abandon()?);
        }
        if self.is_cut_short {
            return Ok(load.keep()?);
        }
        self.job.gauge.enter(Phase::Arranging);
        self.is_new = true;
        let About {
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
            self.job.gauge.enter(Phase::Indexing);
            filled.index();
        }
        if is_all {
            return Ok(());
        }
        // Whoever searches first works in what changes now.
        let store = Store::open(filled.into_home(), |graph| Arc::new(State::unprepared(graph)))?;
        let mut filing = filing(store, &self.job);
        self.job.gauge.enter(Phase::Relating);
        // What an interrupted import added may have changed since; what this one added is what it says.
        let holding = if load_was_interrupted {
            Holding::Later
        } else {
            Holding::First
        };
        self.put_all(&mut filing, conflicts.sorted()?, None, holding)?;
        self.put_all(&mut filing, waiting, first_version, Holding::Later)?;
        self.put_all(&mut filing, dangling.sorted()?, None, Holding::First)?;
        self.finish(filing)
    }

    /// What is said of a store that is new: what whoever imports says, else what the files do.
    fn about(&mut self) -> About {
        let first_source = self.title.take().unwrap_or_else(|| "Imported data".to_owned());
        let about = self.about.take().unwrap_or(About {
            title: first_source,
            description: None,
            licence: None,
            recorded_at: None,
        });
        About {
            title: self.job.title.map_or(about.title, str::to_owned),
            licence: self.job.told.licence.clone().or(about.licence),
            ..about
        }
    }

    fn add_to(&mut self, load: &mut load::Load, rest: &mut Rest, waited: Waited) -> Result<(), Error> {
        let Waited { origin, draft, .. } = waited;
        if let Wanted::Retraction { id, .. } = &draft.change
            && load.holds(id).is_some()
        {
            return Ok(rest.conflicts.push(&origin, &draft)?);
        }
        if let Wanted::Addition(_) | Wanted::Thing { .. } = &draft.change {
            return Ok(rest.dangling.push(&origin, &draft)?);
        }
        let (mut record, wanted): (Record, fn(Record) -> Wanted) = match draft.change {
            Wanted::Placeholder(record) if load.holds(record.id()).is_none() => (record, Wanted::Placeholder),
            Wanted::Retraction { .. }
            | Wanted::Placeholder(_)
            | Wanted::Addition(_)
            | Wanted::Thing { .. }
            | Wanted::OnlyThese { .. } => {
                self.tally.note(&origin, Outcome::Unchanged);
                return Ok(());
            }
            Wanted::Record(record) if self.is_gone(&origin, &record) => return Ok(()),
            Wanted::Record(record) => (record, Wanted::Record),
        };
        if let Record::Relationship(relationship) = &mut record {
            relationship.recorded_at = load.recorded_at();
        }
        let (id, noun) = (record.id().to_owned(), record.noun());
        let Err(unadded) = load.add(record) else {
            self.tally.note(&origin, Outcome::Imported);
            match noun {
                Noun::Entity => self.added.push(row(&origin)),
                Noun::Relationship => {
                    if draft.status_is_implied {
                        self.implied.insert(&id);
                    }
                    rest.last = Some((id, origin));
                }
                Noun::Source => {}
            }
            return Ok(());
        };
        let again = |record: Record| Draft::to(wanted(record)).with_status_implied(draft.status_is_implied);
        match (unadded.reason, unadded.record) {
            (load::Error::Unfit(graph::Error::Duplicate { .. }), Some(record)) => {
                let earlier = match &rest.last {
                    Some((last, origin)) if *last == id => Some(origin.clone()),
                    _ => self.earlier(load, &id),
                };
                rest.conflicts.push_behind(&origin, &again(record), earlier.as_ref())?;
            }
            (load::Error::Unfit(graph::Error::Dangling { .. }), Some(record)) => {
                rest.dangling.push(&origin, &again(record))?;
            }
            (error, _) => return Err(error.into()),
        }
        Ok(())
    }

    /// Where the entity stands with which a new store was filled.
    fn earlier(&self, load: &load::Load, id: &str) -> Option<Origin> {
        if load.was_interrupted() {
            return None;
        }
        let (file, record, line) = self.added.get(load.place_of_entity(id)?)?;
        Some(Origin {
            file: usize::try_from(*file).ok()?,
            place: Place {
                record: u64::from(*record),
                line: (*line > 0).then_some(u64::from(*line)),
                key: None,
            },
        })
    }
}

/// What is put once a new store is filled.
struct Rest {
    /// Records whose ids were used before.
    conflicts: Waiting,
    /// Relationships that refer to nothing, what adds to other records, and things.
    dangling: Waiting,
    /// The relationship that was added last, and where it stands.
    last: Option<(String, Origin)>,
}
