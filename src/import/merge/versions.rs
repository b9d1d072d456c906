//! Putting drafts that carry versions: the newest version of a record holds, whenever it comes. Of an entity that goes for each
//! field by itself, of a relationship for all that its record says.

use std::collections::HashSet;

use super::{
    merge_records::{Joining, stated_fields},
    merged::Followed,
};
use crate::{
    formats::{
        bods,
        reader::{Addition, Draft, Fault, Wanted},
    },
    import::{
        Error, Origin, Outcome,
        filing::{
            Decided, Filing, Holding, Verdict,
            notes::{FieldVersions, NewerHolds, Version},
            says_same,
        },
        waiting::described::Described,
    },
    model::{Change, Entity, Evidence, Noun, Record, Relationship, Timestamp},
};

impl Filing {
    /// Puts a draft that carries a version.
    pub(in crate::import) fn put_version(
        &mut self,
        origin: Origin,
        draft: Draft,
        version: &Version,
        described: &Described,
    ) -> Result<(), Error> {
        self.make_room(draft.change.id(), draft.known_at)?;
        self.notes.write_in_time(&self.store)?;
        let decided = match &draft.change {
            Wanted::Record(Record::Entity(entity)) => self.entity_version(&origin, entity.clone(), version)?,
            Wanted::Record(Record::Relationship(relationship)) => {
                let relationship = relationship.clone();
                self.relationship_version(&origin, relationship, version, draft.known_at, described)?
            }
            Wanted::Record(record @ Record::Source(_)) => self.change(record.clone(), Holding::Later, None)?,
            Wanted::Retraction { noun, id } => self.retraction(*noun, id, version)?,
            Wanted::OnlyThese { record, ids } => {
                self.only_these(&origin, record, ids, version, draft.known_at)?;
                return Ok(());
            }
            Wanted::Placeholder(_) | Wanted::Addition(_) | Wanted::Thing { .. } => {
                return self.put(vec![origin], draft, Holding::First);
            }
        };
        self.take(vec![origin], &draft, decided)
    }

    /// What a version of an entity changes: each of its fields holds where it is newer than what stands there.
    pub(in crate::import) fn entity_version(
        &mut self,
        origin: &Origin,
        entity: Entity,
        version: &Version,
    ) -> Result<Result<Decided, Box<Fault>>, Error> {
        let mut versions = self.notes.of_entity(&self.store, &entity.id)?;
        if let Some(survivor) = self.survivor(&entity.id) {
            return self.version_of_merged(&survivor, &entity, version, &versions).map(Ok);
        }
        let latest = match self.latest(&entity.id) {
            None => {
                versions.add(version, &stated_fields(&entity), &[]);
                self.notes.set_entity(&entity.id, &versions);
                return Ok(Ok(Decided::Change(Change::Put(Box::new(Record::Entity(entity))))));
            }
            Some(Record::Entity(latest)) => latest,
            Some(latest) => {
                let fault = Fault::rejected("", format!("the id belongs to a {}", latest.noun()));
                return Ok(Err(Box::new(fault.with(&entity.id))));
            }
        };
        let precedence = NewerHolds {
            known: &versions,
            version,
        };
        let mut joining = Joining::by(&precedence);
        let joined = joining.entities(&latest, &entity);
        // That a newer version replaces a value is what versions are for; that its kind does not hold is told.
        let of_kind = joining
            .differing
            .into_iter()
            .filter(|differing| differing.field == "kind");
        self.tell(origin, of_kind.collect(), "the store");
        let mut says = stated_fields(&entity);
        says.retain(|field| field != "kind" || joined.kind == entity.kind);
        let mut known = versions.clone();
        known.add(version, &says, &stated_fields(&latest));
        if known != versions {
            self.notes.set_entity(&entity.id, &known);
        }
        Ok(match joined == latest {
            true => Ok(Decided::Known),
            false => Ok(Decided::Change(Change::Put(Box::new(Record::Entity(joined))))),
        })
    }

    /// What a version of an entity changes that was merged into another.
    fn version_of_merged(
        &mut self,
        survivor: &str,
        entity: &Entity,
        version: &Version,
        versions: &FieldVersions,
    ) -> Result<Decided, Error> {
        let mut known = versions.clone();
        let decided = self.through_merger(survivor, entity, version, |before, new| {
            let precedence = NewerHolds {
                known: versions,
                version,
            };
            known.add(version, &stated_fields(new), &stated_fields(before));
            Joining::by(&precedence).entities(before, new)
        })?;
        if known != *versions {
            self.notes.set_entity(&entity.id, &known);
        }
        Ok(decided)
    }

    /// What a version of a relationship changes: it is the whole of what its record says, unless a newer one was put.
    fn relationship_version(
        &mut self,
        origin: &Origin,
        mut relationship: Relationship,
        version: &Version,
        at: Option<Timestamp>,
        described: &Described,
    ) -> Result<Result<Decided, Box<Fault>>, Error> {
        let record = versioned_as(&relationship);
        let newest = self.notes.of_record(&self.store, &record)?;
        let is_beside = newest.as_ref().is_some_and(|newest| version.is_beside(newest));
        if newest.as_ref().is_some_and(|newest| version < newest) && !is_beside {
            return Ok(Ok(self.with_statements_of_others(&relationship)));
        }
        if is_beside && newest.as_ref() > Some(version) && self.stands(&relationship.id).is_some() {
            // Two that replace the same say the same thing: the newer of them holds.
            return Ok(Ok(Decided::Known));
        }
        self.with_those_beside(
            &record,
            std::slice::from_ref(&relationship.id),
            version,
            newest.as_ref(),
        )?;
        if newest.as_ref() < Some(version) {
            self.notes.set_record(&record, version);
        }
        self.know_by_id_alone(&relationship, at, described)?;
        if let Some((id, noun)) = self.missing(&relationship) {
            return Ok(Ok(Decided::Missing(id, noun)));
        }
        self.leave_out_speakers(&mut relationship, Some(origin));
        if self.follow_mergers(&mut relationship) == Followed::ToOneEntity {
            return Ok(Ok(Decided::Known));
        }
        let latest = match self.latest(&relationship.id) {
            None => {
                return Ok(Ok(Decided::Change(Change::Put(Box::new(Record::Relationship(
                    relationship,
                ))))));
            }
            Some(Record::Relationship(latest)) => latest,
            Some(latest) => {
                let fault = Fault::rejected("", format!("the id belongs to a {}", latest.noun()));
                return Ok(Err(Box::new(fault.with(&relationship.id))));
            }
        };
        // What other sources say of it stays.
        let said: HashSet<String> = relationship.evidence.iter().map(|said| said.source.clone()).collect();
        let others = latest.evidence.iter().filter(|known| !said.contains(&known.source));
        relationship.evidence.extend(others.cloned());
        let (latest, new) = (Record::Relationship(latest), Record::Relationship(relationship));
        Ok(match says_same(&latest, &new) {
            true => Ok(Decided::Known),
            false => Ok(Decided::Change(Change::Put(Box::new(new)))),
        })
    }

    /// What an older version adds to the claim that stands: the statements of sources that have not spoken of it.
    fn with_statements_of_others(&mut self, older: &Relationship) -> Decided {
        let Some(Record::Relationship(mut latest)) = self.latest(&older.id) else {
            return Decided::Known;
        };
        let speaks = |source: &str| latest.evidence.iter().any(|known| known.source == source);
        let others = older.evidence.iter().filter(|said| !speaks(&said.source));
        let others: Vec<Evidence> = others
            .filter(|said| self.stands(&said.source).is_some())
            .cloned()
            .collect();
        if others.is_empty() {
            return Decided::Known;
        }
        latest.evidence.extend(others);
        self.leave_out_speakers(&mut latest, None);
        Decided::Change(Change::Put(Box::new(Record::Relationship(latest))))
    }

    /// Puts the ends of a relationship that this import describes later, so that until then they are known by their ids.
    fn know_by_id_alone(
        &mut self,
        relationship: &Relationship,
        at: Option<Timestamp>,
        described: &Described,
    ) -> Result<(), Error> {
        let (Some(_), ends) = (at, relationship.ends.known()) else {
            return Ok(());
        };
        for id in ends {
            if self.stands(id).is_some() || self.is_merged(id) {
                continue;
            }
            if let Some(kind) = described.kind(id)
                && let Ok(entity) = Entity::new(id, kind, id)
            {
                self.make_room(id, at)?;
                self.batch(Change::Put(Box::new(Record::Entity(entity))), Vec::new(), at);
            }
        }
        Ok(())
    }

    /// What taking back a record in this version changes.
    fn retraction(&mut self, noun: Noun, id: &str, version: &Version) -> Result<Result<Decided, Box<Fault>>, Error> {
        let known = match self.latest(id) {
            Some(Record::Relationship(relationship)) => versioned_as(&relationship),
            _ => id.to_owned(),
        };
        let newest = self.notes.of_record(&self.store, &known)?;
        if self.stands(id) != Some(noun) || newest.as_ref().is_some_and(|newest| version < newest) {
            return Ok(Ok(Decided::Known));
        }
        self.notes.set_record(&known, version);
        Ok(Ok(Decided::Change(Change::Retract {
            noun,
            id: id.to_owned(),
        })))
    }

    /// Takes back what a record of a source no longer says, unless a newer version of it was put.
    fn only_these(
        &mut self,
        origin: &Origin,
        record: &str,
        ids: &[String],
        version: &Version,
        at: Option<Timestamp>,
    ) -> Result<(), Error> {
        if self.batched_records.contains(record) {
            self.flush()?;
        }
        let newest = self.notes.of_record(&self.store, record)?;
        let ids = &self.with_those_beside(record, ids, version, newest.as_ref())?;
        let is_beside = newest.as_ref().is_some_and(|newest| version.is_beside(newest));
        if newest.as_ref().is_some_and(|newest| version < newest) && !is_beside {
            self.told.push((origin.clone(), Verdict::Became(Outcome::Unchanged)));
            return Ok(());
        }
        if newest.as_ref() < Some(version) {
            self.notes.set_record(record, version);
        }
        for waiting in self.notes.waiting(&self.store, Some(record))? {
            if !ids.iter().any(|id| id == waiting.draft.change.id()) {
                self.notes.forget(waiting.key);
            }
        }
        let mut takes_back = false;
        for id in self.of_record(record) {
            if !ids.contains(&id) {
                self.make_room(&id, at)?;
                let change = Change::Retract {
                    noun: Noun::Relationship,
                    id,
                };
                self.batch(change, vec![origin.clone()], at);
                self.batched_records.insert(record.to_owned());
                takes_back = true;
            }
        }
        // What it still says has an outcome of its own.
        if !takes_back && ids.is_empty() {
            self.told.push((origin.clone(), Verdict::Became(Outcome::Unchanged)));
        }
        Ok(())
    }

    /// Takes back the statements of these sources about a relationship of which others speak, too.
    pub(in crate::import) fn take_back_statements(&mut self, id: &str, sources: &[String]) -> Result<(), Error> {
        if let Some(Record::Relationship(mut relationship)) = self.latest(id) {
            self.make_room(id, None)?;
            relationship
                .evidence
                .retain(|statement| !sources.contains(&statement.source));
            self.batch(
                Change::Put(Box::new(Record::Relationship(relationship))),
                Vec::new(),
                None,
            );
        }
        Ok(())
    }

    /// Takes back the relationships that wait and of which this is true.
    pub(in crate::import) fn take_back_waiting(
        &mut self,
        is_gone: impl Fn(&Relationship) -> bool,
    ) -> Result<(), Error> {
        for waiting in self.notes.waiting(&self.store, None)? {
            if let Wanted::Record(Record::Relationship(relationship)) = &waiting.draft.change
                && is_gone(relationship)
            {
                self.notes.forget(waiting.key);
            }
        }
        Ok(())
    }

    /// What a statement of a chain says, with what those say that replace the same as it.
    fn with_those_beside(
        &mut self,
        record: &str,
        ids: &[String],
        version: &Version,
        newest: Option<&Version>,
    ) -> Result<Vec<String>, Error> {
        if version.depth() == 0 || newest.is_some_and(|newest| version.depth() < newest.depth()) {
            return Ok(ids.to_vec());
        }
        let (depth, mut said) = self.notes.said(&self.store, record)?;
        if depth != version.depth() {
            said.clear();
        }
        let known = said.len();
        said.extend(ids.iter().filter(|id| !said.contains(id)).cloned().collect::<Vec<_>>());
        if said.len() > known || depth != version.depth() {
            self.notes.set_said(record, version.depth(), &said);
        }
        Ok(said)
    }

    /// Puts what waits in the store and refers to what is there by now.
    pub(in crate::import) fn put_waiting(&mut self, described: &Described) -> Result<(), Error> {
        self.flush()?;
        for mut waiting in self.notes.waiting(&self.store, None)? {
            if let Wanted::Addition(addition) = &waiting.draft.change {
                let addition = addition.clone();
                self.notes.try_again(&waiting);
                self.put_addition(vec![Origin::NOWHERE], addition, Holding::Later)?;
                continue;
            }
            if let Some(addition) = self.of_the_entity(&waiting.draft)? {
                self.notes.forget(waiting.key);
                self.put_addition(vec![Origin::NOWHERE], Addition::Entity(addition), Holding::Later)?;
                continue;
            }
            let Wanted::Record(Record::Relationship(relationship)) = &mut waiting.draft.change else {
                self.notes.forget(waiting.key);
                continue;
            };
            // An end may have turned out to be a later statement about another.
            let first = |record: &str| self.notes.first_of(&self.store, record);
            if let Some(between) = bods::between_first(relationship, first) {
                *relationship = between;
            }
            if let Some((missing, _)) = self.missing(relationship) {
                // It may wait for its other end by now.
                if missing != waiting.missing {
                    waiting.missing = missing;
                    self.notes.wait_again(&waiting);
                }
                continue;
            }
            self.notes.forget(waiting.key);
            // No record of this import says so.
            match Version::of(&waiting.draft) {
                Some(version) => self.put_version(Origin::NOWHERE, waiting.draft, &version, described)?,
                None => self.put(vec![Origin::NOWHERE], waiting.draft, Holding::First)?,
            }
        }
        self.flush()
    }
}

/// Under which key the versions of a relationship are counted: all that come from one record of a source together.
fn versioned_as(relationship: &Relationship) -> String {
    relationship.record.clone().unwrap_or_else(|| relationship.id.clone())
}
