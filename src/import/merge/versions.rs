//! Storing drafts with versions: the newest version of a record wins, in any order of import. For an entity that applies to each
//! field separately, for a relationship to all relationships of its record.

use std::collections::HashSet;

use super::{records::RecordMerger, stated::stated_fields};
use crate::{
    formats::{
        bods,
        reader::{Addition, Draft, RecordChange, RecordFault},
    },
    import::{
        Error, Origin, RecordOutcome,
        queue::entity_kinds::EntityKinds,
        update::{
            DraftDecision, MergedEnds, Preference, StoreUpdate, Verdict, is_equal_content,
            notes::{FieldVersions, NewerVersionWins, Version},
        },
    },
    model::{Change, Entity, Evidence, Noun, Record, Relationship, Timestamp},
};

impl StoreUpdate {
    /// Stores a draft with a version.
    pub(in crate::import) fn put_version(
        &mut self,
        origin: Origin,
        draft: Draft,
        version: &Version,
        entity_kinds: &EntityKinds,
    ) -> Result<(), Error> {
        self.make_room(draft.change.id(), draft.known_at)?;
        self.notes.write_if_many(&self.store)?;
        let decision = match &draft.change {
            RecordChange::Record(Record::Entity(entity)) => self.entity_version(&origin, entity.clone(), version)?,
            RecordChange::Record(Record::Relationship(relationship)) => {
                let relationship = relationship.clone();
                self.relationship_version(&origin, relationship, version, draft.known_at, entity_kinds)?
            }
            RecordChange::Record(record @ Record::Source(_)) => self.change(record.clone(), Preference::New, None)?,
            RecordChange::Retraction { noun, id } => self.retraction(*noun, id, version)?,
            RecordChange::OnlyThese { record, ids } => {
                self.only_these(&origin, record, ids, version, draft.known_at)?;
                return Ok(());
            }
            RecordChange::Placeholder(_) | RecordChange::Addition(_) | RecordChange::Thing { .. } => {
                return self.put(vec![origin], draft, Preference::Existing);
            }
        };
        self.take(vec![origin], &draft, decision)
    }

    /// The change from a version of an entity: each of its fields wins if it is newer than the existing value.
    pub(in crate::import) fn entity_version(
        &mut self,
        origin: &Origin,
        entity: Entity,
        version: &Version,
    ) -> Result<Result<DraftDecision, Box<RecordFault>>, Error> {
        let mut versions = self.notes.entity_versions(&self.store, &entity.id)?;
        if let Some(survivor) = self.survivor(&entity.id) {
            return self.version_of_merged(&survivor, &entity, version, &versions).map(Ok);
        }
        let latest = match self.latest(&entity.id) {
            None => {
                versions.add(version, &stated_fields(&entity), &[]);
                self.notes.set_entity_versions(&entity.id, &versions);
                return Ok(Ok(DraftDecision::Change(Change::Put(Box::new(Record::Entity(entity))))));
            }
            Some(Record::Entity(latest)) => latest,
            Some(latest) => {
                let fault = RecordFault::rejected("", format!("the id belongs to a {}", latest.noun()));
                return Ok(Err(Box::new(fault.with(&entity.id))));
            }
        };
        let precedence = NewerVersionWins {
            known: &versions,
            version,
        };
        let mut merger = RecordMerger::new(&precedence);
        let joined = merger.entities(&latest, &entity);
        // Replacing values is what versions are for; only a kind that does not win is reported.
        let kind_conflicts = merger.conflicts.into_iter().filter(|conflict| conflict.field == "kind");
        self.report_conflicts(origin, kind_conflicts.collect(), "the store");
        let mut stated = stated_fields(&entity);
        stated.retain(|field| field != "kind" || joined.kind == entity.kind);
        let mut known = versions.clone();
        known.add(version, &stated, &stated_fields(&latest));
        if known != versions {
            self.notes.set_entity_versions(&entity.id, &known);
        }
        Ok(match joined == latest {
            true => Ok(DraftDecision::Unchanged),
            false => Ok(DraftDecision::Change(Change::Put(Box::new(Record::Entity(joined))))),
        })
    }

    /// The change from a version of an entity that was merged into another.
    fn version_of_merged(
        &mut self,
        survivor: &str,
        entity: &Entity,
        version: &Version,
        versions: &FieldVersions,
    ) -> Result<DraftDecision, Error> {
        let mut known = versions.clone();
        let decision = self.change_survivor(survivor, entity, version, |before, new| {
            let precedence = NewerVersionWins {
                known: versions,
                version,
            };
            known.add(version, &stated_fields(new), &stated_fields(before));
            RecordMerger::new(&precedence).entities(before, new)
        })?;
        if known != *versions {
            self.notes.set_entity_versions(&entity.id, &known);
        }
        Ok(decision)
    }

    /// The change from a version of a relationship: it replaces all data of its record, unless a newer version exists.
    fn relationship_version(
        &mut self,
        origin: &Origin,
        mut relationship: Relationship,
        version: &Version,
        at: Option<Timestamp>,
        entity_kinds: &EntityKinds,
    ) -> Result<Result<DraftDecision, Box<RecordFault>>, Error> {
        let record = version_key(&relationship);
        let newest = self.notes.record_version(&self.store, &record)?;
        let is_parallel_to = newest.as_ref().is_some_and(|newest| version.is_parallel_to(newest));
        if newest.as_ref().is_some_and(|newest| version < newest) && !is_parallel_to {
            return Ok(Ok(self.add_other_sources(&relationship)));
        }
        if is_parallel_to && newest.as_ref() > Some(version) && self.existing(&relationship.id).is_some() {
            // Of two versions that replace the same one, the newer wins.
            return Ok(Ok(DraftDecision::Unchanged));
        }
        self.relationships_of_parallel_versions(
            &record,
            std::slice::from_ref(&relationship.id),
            version,
            newest.as_ref(),
        )?;
        if newest.as_ref() < Some(version) {
            self.notes.set_record_version(&record, version);
        }
        self.put_placeholder_ends(&relationship, at, entity_kinds)?;
        if let Some((id, noun)) = self.missing(&relationship) {
            return Ok(Ok(DraftDecision::Missing(id, noun)));
        }
        self.remove_missing_speakers(&mut relationship, Some(origin));
        if self.follow_merges(&mut relationship) == MergedEnds::SameEntity {
            return Ok(Ok(DraftDecision::Unchanged));
        }
        let latest = match self.latest(&relationship.id) {
            None => {
                return Ok(Ok(DraftDecision::Change(Change::Put(Box::new(Record::Relationship(
                    relationship,
                ))))));
            }
            Some(Record::Relationship(latest)) => latest,
            Some(latest) => {
                let fault = RecordFault::rejected("", format!("the id belongs to a {}", latest.noun()));
                return Ok(Err(Box::new(fault.with(&relationship.id))));
            }
        };
        // The statements of other sources stay.
        let sources: HashSet<String> = relationship.evidence.iter().map(|own| own.source.clone()).collect();
        let others = latest.evidence.iter().filter(|known| !sources.contains(&known.source));
        relationship.evidence.extend(others.cloned());
        let (latest, new) = (Record::Relationship(latest), Record::Relationship(relationship));
        Ok(match is_equal_content(&latest, &new) {
            true => Ok(DraftDecision::Unchanged),
            false => Ok(DraftDecision::Change(Change::Put(Box::new(new)))),
        })
    }

    /// The additions of an older version to the existing claim: the statements of other sources.
    fn add_other_sources(&mut self, older: &Relationship) -> DraftDecision {
        let Some(Record::Relationship(mut latest)) = self.latest(&older.id) else {
            return DraftDecision::Unchanged;
        };
        let is_known_source = |source: &str| latest.evidence.iter().any(|known| known.source == source);
        let others = older
            .evidence
            .iter()
            .filter(|statement| !is_known_source(&statement.source));
        let others: Vec<Evidence> = others
            .filter(|statement| self.existing(&statement.source).is_some())
            .cloned()
            .collect();
        if others.is_empty() {
            return DraftDecision::Unchanged;
        }
        latest.evidence.extend(others);
        self.remove_missing_speakers(&mut latest, None);
        DraftDecision::Change(Change::Put(Box::new(Record::Relationship(latest))))
    }

    /// Stores placeholders for the ends of a relationship that this import describes later.
    fn put_placeholder_ends(
        &mut self,
        relationship: &Relationship,
        at: Option<Timestamp>,
        entity_kinds: &EntityKinds,
    ) -> Result<(), Error> {
        let (Some(_), ends) = (at, relationship.ends.known()) else {
            return Ok(());
        };
        for id in ends {
            if self.existing(id).is_some() || self.is_merged(id) {
                continue;
            }
            if let Some(kind) = entity_kinds.kind(id)
                && let Ok(entity) = Entity::new(id, kind, id)
            {
                self.make_room(id, at)?;
                self.batch(Change::Put(Box::new(Record::Entity(entity))), Vec::new(), at);
            }
        }
        Ok(())
    }

    /// The change from retracting a record in this version.
    fn retraction(
        &mut self,
        noun: Noun,
        id: &str,
        version: &Version,
    ) -> Result<Result<DraftDecision, Box<RecordFault>>, Error> {
        let known = match self.latest(id) {
            Some(Record::Relationship(relationship)) => version_key(&relationship),
            _ => id.to_owned(),
        };
        let newest = self.notes.record_version(&self.store, &known)?;
        if self.existing(id) != Some(noun) || newest.as_ref().is_some_and(|newest| version < newest) {
            return Ok(Ok(DraftDecision::Unchanged));
        }
        self.notes.set_record_version(&known, version);
        Ok(Ok(DraftDecision::Change(Change::Retract {
            noun,
            id: id.to_owned(),
        })))
    }

    /// Retracts the relationships that a record of a source no longer states, unless a newer version of it exists.
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
        let newest = self.notes.record_version(&self.store, record)?;
        let ids = &self.relationships_of_parallel_versions(record, ids, version, newest.as_ref())?;
        let is_parallel_to = newest.as_ref().is_some_and(|newest| version.is_parallel_to(newest));
        if newest.as_ref().is_some_and(|newest| version < newest) && !is_parallel_to {
            self.verdicts
                .push((origin.clone(), Verdict::Outcome(RecordOutcome::Unchanged)));
            return Ok(());
        }
        if newest.as_ref() < Some(version) {
            self.notes.set_record_version(record, version);
        }
        for waiting in self.notes.waiting(&self.store, Some(record))? {
            if !ids.iter().any(|id| id == waiting.draft.change.id()) {
                self.notes.forget(waiting.key);
            }
        }
        let mut has_retractions = false;
        for id in self.relationships_of_record(record) {
            if !ids.contains(&id) {
                self.make_room(&id, at)?;
                let change = Change::Retract {
                    noun: Noun::Relationship,
                    id,
                };
                self.batch(change, vec![origin.clone()], at);
                self.batched_records.insert(record.to_owned());
                has_retractions = true;
            }
        }
        // Relationships that it still states have their own outcomes.
        if !has_retractions && ids.is_empty() {
            self.verdicts
                .push((origin.clone(), Verdict::Outcome(RecordOutcome::Unchanged)));
        }
        Ok(())
    }

    /// Retracts the statements of these sources on a relationship that has other sources, too.
    pub(in crate::import) fn retract_statements(&mut self, id: &str, sources: &[String]) -> Result<(), Error> {
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

    /// Removes the waiting relationships for which `is_unmentioned` is true.
    pub(in crate::import) fn retract_waiting(
        &mut self,
        is_unmentioned: impl Fn(&Relationship) -> bool,
    ) -> Result<(), Error> {
        for waiting in self.notes.waiting(&self.store, None)? {
            if let RecordChange::Record(Record::Relationship(relationship)) = &waiting.draft.change
                && is_unmentioned(relationship)
            {
                self.notes.forget(waiting.key);
            }
        }
        Ok(())
    }

    /// The relationships of a statement in a chain, with those of the parallel statements that replace the same one.
    fn relationships_of_parallel_versions(
        &mut self,
        record: &str,
        ids: &[String],
        version: &Version,
        newest: Option<&Version>,
    ) -> Result<Vec<String>, Error> {
        if version.depth() == 0 || newest.is_some_and(|newest| version.depth() < newest.depth()) {
            return Ok(ids.to_vec());
        }
        let (depth, mut known_ids) = self.notes.relationships_of(&self.store, record)?;
        if depth != version.depth() {
            known_ids.clear();
        }
        let count = known_ids.len();
        known_ids.extend(
            ids.iter()
                .filter(|id| !known_ids.contains(id))
                .cloned()
                .collect::<Vec<_>>(),
        );
        if known_ids.len() > count || depth != version.depth() {
            self.notes.set_relationships_of(record, version.depth(), &known_ids);
        }
        Ok(known_ids)
    }

    /// Stores the waiting drafts whose missing records exist by now.
    pub(in crate::import) fn put_waiting(&mut self, entity_kinds: &EntityKinds) -> Result<(), Error> {
        self.flush()?;
        for mut waiting in self.notes.waiting(&self.store, None)? {
            if let RecordChange::Addition(addition) = &waiting.draft.change {
                let addition = addition.clone();
                self.notes.retry(&waiting);
                self.put_addition(vec![Origin::NOWHERE], addition, Preference::New)?;
                continue;
            }
            if let Some(addition) = self.as_entity_addition(&waiting.draft)? {
                self.notes.forget(waiting.key);
                self.put_addition(vec![Origin::NOWHERE], Addition::Entity(addition), Preference::New)?;
                continue;
            }
            let RecordChange::Record(Record::Relationship(relationship)) = &mut waiting.draft.change else {
                self.notes.forget(waiting.key);
                continue;
            };
            // An end may have turned out to be a later version of another entity.
            let first = |record: &str| self.notes.first_of(&self.store, record);
            if let Some(between) = bods::between_first(relationship, first) {
                *relationship = between;
            }
            if let Some((missing, _)) = self.missing(relationship) {
                // It may now be missing its other end.
                if missing != waiting.missing {
                    waiting.missing = missing;
                    self.notes.wait_again(&waiting);
                }
                continue;
            }
            self.notes.forget(waiting.key);
            // It comes from no record of this import.
            match Version::of(&waiting.draft) {
                Some(version) => self.put_version(Origin::NOWHERE, waiting.draft, &version, entity_kinds)?,
                None => self.put(vec![Origin::NOWHERE], waiting.draft, Preference::Existing)?,
            }
        }
        self.flush()
    }
}

/// The key under which the version of a relationship is noted: all relationships of one record of a source share it.
fn version_key(relationship: &Relationship) -> String {
    relationship.record.clone().unwrap_or_else(|| relationship.id.clone())
}
