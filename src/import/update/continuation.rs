//! Records of the store that turn out to be later versions of others: from then on they have the id of the first in their chain, and
//! the newest version of all wins.

use super::{DraftDecision, StoreUpdate, notes::Version};
use crate::{
    edit::{InputPath, RecordRef, merge_entities},
    formats::{
        bods::{self, Continuation},
        reader::RecordChange,
    },
    import::{Error, Origin},
    model::{Change, Entity, Noun, Record, Relationship},
};

/// The reason in the log.
const REASON: &str = "a statement turned out to replace another";

impl StoreUpdate {
    /// Moves the data of a record to the one that it continues.
    pub(in crate::import) fn continue_record(&mut self, continued: &Continuation) -> Result<(), Error> {
        self.continue_relationships(continued)?;
        self.continue_entity(continued)
    }

    fn continue_relationships(&mut self, Continuation { record, into, depth }: &Continuation) -> Result<(), Error> {
        let version = self.notes.record_version(self.store(), record)?;
        let version = version.map(|version| version.after(*depth));
        let newest = self.notes.record_version(self.store(), into)?;
        let is_newest = version >= newest;
        for mut waiting in self.notes.waiting(self.store(), Some(record))? {
            self.notes.forget(waiting.key.clone());
            if let RecordChange::Record(Record::Relationship(relationship)) = &mut waiting.draft.change
                && let Some(moved) = bods::moved_to_record(relationship, into).filter(|_| is_newest)
            {
                *relationship = moved;
                waiting.draft.order.depth += depth;
                self.notes.wait_again(&waiting);
            }
        }
        let ids = self.relationships_of_record(record);
        self.notes.forget_record_version(record);
        if ids.is_empty() && version.is_none() {
            return Ok(());
        }
        let mut changes: Vec<Change> = Vec::new();
        let mut moved_ids = Vec::new();
        for id in ids {
            if let Some(Record::Relationship(relationship)) = self.latest(&id)
                && let Some(moved) = bods::moved_to_record(&relationship, into).filter(|_| is_newest)
            {
                moved_ids.push(moved.id.clone());
                changes.push(Change::Put(Box::new(Record::Relationship(moved))));
            }
            changes.push(retraction(id));
        }
        if is_newest {
            for waiting in self.notes.waiting(self.store(), Some(into))? {
                if Version::of(&waiting.draft) < version {
                    self.notes.forget(waiting.key);
                }
            }
            let replaced = self
                .relationships_of_record(into)
                .into_iter()
                .filter(|id| !moved_ids.contains(id));
            changes.extend(replaced.map(retraction));
            if let Some(version) = &version {
                self.notes.set_record_version(into, version);
            }
        }
        match changes.is_empty() {
            true => Ok(()),
            false => self.commit_all(changes, REASON.to_owned()),
        }
    }

    fn continue_entity(&mut self, Continuation { record, into, depth }: &Continuation) -> Result<(), Error> {
        let first = into;
        let (Ok(id), Ok(into)) = (bods::entity_id(record), bods::entity_id(into)) else {
            return Ok(());
        };
        let Some(Record::Entity(mut entity)) = self.latest(&id) else {
            return Ok(());
        };
        entity.id.clone_from(&into);
        let version: Version = self
            .notes
            .entity_versions(self.store(), &id)?
            .newest()
            .clone()
            .after(*depth);
        if let Ok(DraftDecision::Change(Change::Put(record))) =
            self.entity_version(&Origin::NOWHERE, entity, &version)?
            && let Record::Entity(entity) = *record
        {
            self.commit_all(self.graph().as_another_kind(entity), REASON.to_owned())?;
        }
        // Only entities of one kind are merged.
        if let (Some(Record::Entity(entity)), Some(Record::Entity(first))) = (self.latest(&id), self.latest(&into))
            && entity.kind != first.kind
        {
            let entity = Entity {
                kind: first.kind,
                ..entity
            };
            self.commit_all(self.graph().as_another_kind(entity), REASON.to_owned())?;
        }
        let named = [RecordRef {
            id,
            expected_version: None,
        }];
        let decision = merge_entities(self.graph(), &named, &into, None, &InputPath::root("into"));
        match decision.changes {
            Ok(changes) => {
                let changes = changes
                    .into_iter()
                    .flat_map(|change| self.renamed_change(change, record, first));
                let changes = changes.collect();
                self.commit_all(changes, REASON.to_owned())
            }
            Err(rejected) => Err(Error::Commit(format!("{rejected:?}"))),
        }
    }

    /// A change to a relationship whose end turned out to continue another: its id is derived from that one, as if it had been known.
    fn renamed_change(&self, change: Change, record: &str, first: &str) -> Vec<Change> {
        let moved = match self.latest(change.id()) {
            Some(Record::Relationship(relationship)) if matches!(change, Change::Put(_)) => {
                bods::between_first(&relationship, |known| (known == record).then(|| first.to_owned()))
            }
            _ => None,
        };
        match moved.map(|moved| with_speakers_of(moved, &change)) {
            Some(moved) if moved.id != change.id() && self.latest(&moved.id).is_none() => {
                let before = change.id().to_owned();
                vec![Change::Put(Box::new(Record::Relationship(moved))), retraction(before)]
            }
            _ => vec![change],
        }
    }
}

/// The relationship with the speakers of the one that a change puts.
fn with_speakers_of(mut relationship: Relationship, change: &Change) -> Relationship {
    if let Change::Put(record) = change
        && let Record::Relationship(put) = &**record
    {
        for (statement, other) in relationship.evidence.iter_mut().zip(&put.evidence) {
            statement.speaker.clone_from(&other.speaker);
        }
    }
    relationship
}

fn retraction(id: String) -> Change {
    Change::Retract {
        noun: Noun::Relationship,
        id,
    }
}
