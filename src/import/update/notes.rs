//! Notes that imports leave for later ones, beside the records: from which version of the data each value comes, and which
//! drafts wait for missing records. Stored with the store, in separate tables.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    formats::reader::{Addition, Draft, RecordChange, VersionOrder},
    import::{
        Error,
        merge::records::{ExistingWins, Precedence, RecordMerger, ValueConflict},
        queue::StoredDraft,
    },
    model::{Ends, Entity, NameKind, Record, Relationship, Timestamp},
    store::{NoteReader, Store, WAITING_PREFIX, commit},
};

/// The number of pending notes at which they are written.
const PENDING_MAX: usize = 20_000;

/// The number of notes that are read at a time.
const NOTES_PER_READ: usize = 1_000;

/// The most chains that are followed from a statement to its first version.
const STEPS_MAX: usize = 1_000;

const ENTITY_VERSIONS: &str = "version-of-entity:";
const RECORD_VERSION: &str = "version-of-record:";
const CHAIN: &str = "chain:";
const THING: &str = "thing:";
const MERGED: &str = "merged:";
const RELATIONSHIPS_OF_RECORD: &str = "said-by-record:";

/// A version of the data. A greater one is newer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::import) struct Version {
    #[serde(rename = "d", default, skip_serializing_if = "is_zero")]
    depth: u32,
    /// In microseconds; the least value if undated.
    #[serde(rename = "t")]
    at: i64,
    #[serde(rename = "o", default, skip_serializing_if = "String::is_empty")]
    tie: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(depth: &u32) -> bool {
    *depth == 0
}

impl Version {
    /// Before all others: for data without versions.
    const NONE: Self = Self {
        depth: 0,
        at: i64::MIN,
        tie: String::new(),
    };

    /// The version of data with a timestamp.
    pub(in crate::import) fn at(moment: Timestamp) -> Self {
        Self {
            at: moment.as_microsecond(),
            ..Self::NONE
        }
    }

    /// The version of a draft; `None` if its data has no versions.
    pub(in crate::import) fn of(draft: &Draft) -> Option<Self> {
        let VersionOrder { depth, tie } = &draft.order;
        let is_versioned = draft.known_at.is_some() || draft.order != VersionOrder::default();
        is_versioned.then(|| Self {
            depth: *depth,
            at: draft.known_at.map_or(i64::MIN, Timestamp::as_microsecond),
            tie: tie.clone(),
        })
    }

    /// Whether both replace the same version, and neither replaces the other.
    pub(in crate::import) fn is_parallel_to(&self, other: &Self) -> bool {
        self.depth > 0 && self.depth == other.depth && self != other
    }

    /// The known number of versions before it.
    pub(in crate::import) fn depth(&self) -> u32 {
        self.depth
    }

    /// The same after `depth` more versions.
    pub(in crate::import) fn after(self, depth: u32) -> Self {
        Self {
            depth: self.depth + depth,
            ..self
        }
    }
}

/// The version of each field of an entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::import) struct FieldVersions {
    /// The newest version, that of every field not in `older`.
    #[serde(rename = "n")]
    newest: Version,
    #[serde(rename = "f", default, skip_serializing_if = "BTreeMap::is_empty")]
    older: BTreeMap<String, Version>,
}

impl Default for FieldVersions {
    fn default() -> Self {
        Self {
            newest: Version::NONE,
            older: BTreeMap::new(),
        }
    }
}

impl FieldVersions {
    /// The newest version.
    pub(in crate::import) fn newest(&self) -> &Version {
        &self.newest
    }

    fn of(&self, field: &str) -> &Version {
        self.older.get(field).unwrap_or(&self.newest)
    }

    /// Adds a version that states the fields `stated` of an entity that had the fields `existing`.
    pub(in crate::import) fn add(&mut self, version: &Version, stated: &[String], existing: &[String]) {
        if *version > self.newest {
            let stated: BTreeSet<&String> = stated.iter().collect();
            for field in existing.iter().filter(|field| !stated.contains(field)) {
                self.older.entry(field.clone()).or_insert_with(|| self.newest.clone());
            }
            self.older.retain(|field, _| !stated.contains(field));
            self.newest = version.clone();
            return;
        }
        for field in stated {
            let is_new = !existing.contains(field);
            let known = self.of(field);
            if *version != self.newest && (is_new || version > known) {
                self.older.insert(field.clone(), version.clone());
            }
        }
    }
}

/// The newer version wins, field by field.
#[derive(Debug)]
pub(in crate::import) struct NewerVersionWins<'a> {
    pub(in crate::import) known: &'a FieldVersions,
    pub(in crate::import) version: &'a Version,
}

impl Precedence for NewerVersionWins<'_> {
    fn prefers_new(&self, field: &str) -> bool {
        self.version >= self.known.of(field)
    }

    fn is_by_version(&self) -> bool {
        true
    }

    fn rejected_name_kind(&self) -> NameKind {
        NameKind::Former
    }
}

/// A draft that waits in a store for a missing record.
#[derive(Debug)]
pub(in crate::import) struct WaitingNote {
    /// Its key among the notes.
    pub(in crate::import) key: String,
    pub(in crate::import) draft: Draft,
    /// The id of the missing record.
    pub(in crate::import) missing: String,
    place: String,
}

/// The serialised form of a waiting draft.
#[derive(Serialize, Deserialize)]
struct StoredWaitingNote<'a> {
    draft: StoredDraft<'a>,
    /// The id that it will have, and its claim in words.
    id: String,
    claim: String,
    /// The id of the missing record.
    missing: String,
    /// Its place: the file, the record and the line.
    place: String,
}

/// The note on a statement by earlier imports: the first of its chain, and its distance from it.
pub(in crate::import) fn chain(note_reader: &NoteReader, statement: &str) -> Option<(String, u32)> {
    let note = note_reader.note(&format!("{CHAIN}{statement}")).ok()??;
    serde_json::from_slice(&note).ok()
}

/// The claim of a relationship, as kind and ids.
fn claim(relationship: &Relationship) -> String {
    let (from, to) = match &relationship.ends {
        Ends::Known { from, to } => (from.as_str(), to.as_str()),
        Ends::UnknownFrom { to, .. } => ("?", to.as_str()),
        Ends::UnknownTo { from, .. } => (from.as_str(), "?"),
    };
    format!("{from} {} {to}", relationship.kind)
}

fn addition_key(addition: &Addition) -> String {
    match addition {
        Addition::Relationship(addition) => format!("{WAITING_PREFIX}{}\n", addition.record),
        Addition::Entity(addition) => format!("{WAITING_PREFIX}\n{}\n{}", addition.entity.id, addition.key),
    }
}

fn waiting_key(relationship: &Relationship) -> String {
    let record = relationship.record.as_deref().unwrap_or_default();
    format!("{WAITING_PREFIX}{record}\n{}", relationship.id)
}

/// The notes of a store: pending ones take precedence over written ones.
#[derive(Debug, Default)]
pub(in crate::import) struct Notes {
    /// The places of drafts that are retried, by their keys.
    places: BTreeMap<String, String>,
    pending: BTreeMap<String, Option<Vec<u8>>>,
}

impl Notes {
    /// The versions of the fields of an entity.
    pub(in crate::import) fn entity_versions(&self, store: &Store, id: &str) -> Result<FieldVersions, Error> {
        Ok(self.read(store, &format!("{ENTITY_VERSIONS}{id}"))?.unwrap_or_default())
    }

    pub(in crate::import) fn set_entity_versions(&mut self, id: &str, versions: &FieldVersions) {
        self.write(format!("{ENTITY_VERSIONS}{id}"), versions);
    }

    /// The newest version of a record.
    pub(in crate::import) fn record_version(&self, store: &Store, record: &str) -> Result<Option<Version>, Error> {
        self.read(store, &format!("{RECORD_VERSION}{record}"))
    }

    pub(in crate::import) fn set_record_version(&mut self, record: &str, version: &Version) {
        self.write(format!("{RECORD_VERSION}{record}"), version);
    }

    pub(in crate::import) fn forget_record_version(&mut self, record: &str) {
        self.pending.insert(format!("{RECORD_VERSION}{record}"), None);
    }

    /// The first of the chain that a statement belongs to, if it is another one.
    pub(in crate::import) fn first_of(&self, store: &Store, statement: &str) -> Option<String> {
        let mut first: Option<String> = None;
        for _ in 0..STEPS_MAX {
            let known = first.as_deref().unwrap_or(statement);
            let note: Option<(String, u32)> = self.read(store, &format!("{CHAIN}{known}")).ok().flatten();
            match note {
                Some((earlier, _)) if earlier != known => first = Some(earlier),
                _ => break,
            }
        }
        first
    }

    /// Notes the chain of a statement.
    pub(in crate::import) fn set_chain(&mut self, statement: &str, first: &str, distance: u32) {
        self.write(format!("{CHAIN}{statement}"), &(first, distance));
    }

    /// The ids of the relationships in the newest statements of a chain, after the number of versions before these.
    pub(in crate::import) fn relationships_of(&self, store: &Store, record: &str) -> Result<(u32, Vec<String>), Error> {
        Ok(self
            .read(store, &format!("{RELATIONSHIPS_OF_RECORD}{record}"))?
            .unwrap_or_default())
    }

    pub(in crate::import) fn set_relationships_of(&mut self, record: &str, depth: u32, ids: &[String]) {
        self.write(format!("{RELATIONSHIPS_OF_RECORD}{record}"), &(depth, ids));
    }

    /// The record of an entity that was merged into another, if it has changed since.
    pub(in crate::import) fn merged(&self, store: &Store, id: &str) -> Result<Option<Entity>, Error> {
        self.read(store, &format!("{MERGED}{id}"))
    }

    pub(in crate::import) fn set_merged(&mut self, id: &str, entity: &Entity) {
        self.write(format!("{MERGED}{id}"), entity);
    }

    /// The properties of a thing that the model has no kind for.
    pub(in crate::import) fn thing(&self, store: &Store, id: &str) -> Result<Option<Map<String, Value>>, Error> {
        self.read(store, &format!("{THING}{id}"))
    }

    pub(in crate::import) fn set_thing(&mut self, id: &str, properties: &Map<String, Value>) {
        self.write(format!("{THING}{id}"), properties);
    }

    /// Stores a draft as waiting for a missing record. A draft without a version that already waits under its id is merged
    /// with it; the conflicts are returned.
    pub(in crate::import) fn wait_for(
        &mut self,
        store: &Store,
        draft: &Draft,
        missing: &str,
        place: String,
    ) -> Result<Vec<ValueConflict>, Error> {
        if let RecordChange::Addition(addition) = &draft.change {
            let all = match self
                .waiting_draft(store, &addition_key(addition))?
                .map(|draft| draft.change)
            {
                Some(RecordChange::Addition(known)) => known.with(addition.clone()),
                _ => addition.clone(),
            };
            self.wait(&Draft::of_change(RecordChange::Addition(all)), missing, place);
            return Ok(Vec::new());
        }
        let RecordChange::Record(record @ Record::Relationship(relationship)) = &draft.change else {
            return Ok(Vec::new());
        };
        let known = self.waiting_draft(store, &waiting_key(relationship))?;
        let Some(Draft {
            change: RecordChange::Record(known),
            ..
        }) = known.filter(|_| Version::of(draft).is_none())
        else {
            self.wait(draft, missing, place);
            return Ok(Vec::new());
        };
        let mut merger = RecordMerger::new(&ExistingWins);
        if let Some(joined) = merger.records(&known, record) {
            self.wait(&Draft::of(joined), missing, place);
        }
        Ok(merger.conflicts)
    }

    /// The draft that waits under this key.
    fn waiting_draft(&self, store: &Store, key: &str) -> Result<Option<Draft>, Error> {
        let known: Option<Value> = self.read(store, key)?;
        let known = known.and_then(|mut known| serde_json::from_value::<StoredDraft<'_>>(known["draft"].take()).ok());
        Ok(known.and_then(|known| known.into_draft().ok()))
    }

    /// The same, replacing a draft that waits under its id.
    fn wait(&mut self, draft: &Draft, missing: &str, place: String) {
        let (key, id, claim) = match &draft.change {
            RecordChange::Record(Record::Relationship(relationship)) => {
                (waiting_key(relationship), relationship.id.clone(), claim(relationship))
            }
            RecordChange::Addition(added) => {
                let (id, claim) = match added {
                    Addition::Relationship(added) => (&added.record, format!("what a record adds to {}", added.record)),
                    Addition::Entity(added) => {
                        let id = &added.entity.id;
                        (id, format!("what {} adds to {id}", added.key))
                    }
                };
                (addition_key(added), id.clone(), claim)
            }
            _ => return,
        };
        let place = match place.is_empty() {
            true => self.places.remove(&key).unwrap_or_default(),
            false => place,
        };
        let note = StoredWaitingNote {
            draft: StoredDraft::of(draft),
            id,
            claim,
            missing: missing.to_owned(),
            place,
        };
        self.write(key, &note);
    }

    /// Stores a changed draft as waiting.
    pub(in crate::import) fn wait_again(&mut self, waiting: &WaitingNote) {
        self.wait(&waiting.draft, &waiting.missing, waiting.place.clone());
    }

    /// Removes a note whose draft is retried, and remembers its place.
    pub(in crate::import) fn retry(&mut self, waiting: &WaitingNote) {
        self.places.insert(waiting.key.clone(), waiting.place.clone());
        self.forget(waiting.key.clone());
    }

    /// Removes a note.
    pub(in crate::import) fn forget(&mut self, key: String) {
        self.pending.insert(key, None);
    }

    /// The waiting drafts; of one record of a source if one is given.
    pub(in crate::import) fn waiting(&self, store: &Store, record: Option<&str>) -> Result<Vec<WaitingNote>, Error> {
        let prefix = record.map_or_else(
            || WAITING_PREFIX.to_owned(),
            |record| format!("{WAITING_PREFIX}{record}\n"),
        );
        let mut notes: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut from = prefix.clone();
        loop {
            let batch = store
                .notes(&prefix, &from, NOTES_PER_READ)
                .map_err(|error| unreadable(&error))?;
            let is_last = batch.len() < NOTES_PER_READ;
            if let Some((last, _)) = batch.last() {
                // The next key in order.
                from = format!("{last}\0");
            }
            notes.extend(batch);
            if is_last {
                break;
            }
        }
        for (key, note) in self.pending.range(prefix.clone()..) {
            if !key.starts_with(&prefix) {
                break;
            }
            match note {
                Some(note) => notes.insert(key.clone(), note.clone()),
                None => notes.remove(key),
            };
        }
        let read = |(key, note): (String, Vec<u8>)| {
            let stored: StoredWaitingNote<'_> = serde_json::from_slice(&note).ok()?;
            let draft = stored.draft.into_draft().ok()?;
            let (missing, place) = (stored.missing, stored.place);
            Some(WaitingNote {
                key,
                draft,
                missing,
                place,
            })
        };
        Ok(notes.into_iter().filter_map(read).collect())
    }

    fn read<T: DeserializeOwned>(&self, store: &Store, key: &str) -> Result<Option<T>, Error> {
        let note = match self.pending.get(key) {
            Some(note) => note.clone(),
            None => store.note(key).map_err(|error| unreadable(&error))?,
        };
        // A note that cannot be read was written by another version of the program, and is ignored.
        Ok(note.and_then(|note| serde_json::from_slice(&note).ok()))
    }

    fn write(&mut self, key: String, note: &impl Serialize) {
        let note = serde_json::to_vec(note).expect("notes are plain values");
        self.pending.insert(key, Some(note));
    }

    /// Writes the pending notes if there are many.
    pub(in crate::import) fn write_if_many(&mut self, store: &Store) -> Result<(), Error> {
        match self.pending.len() {
            0..PENDING_MAX => Ok(()),
            _ => self.write_all(store),
        }
    }

    /// Writes all pending notes.
    pub(in crate::import) fn write_all(&mut self, store: &Store) -> Result<(), Error> {
        let pending = std::mem::take(&mut self.pending);
        store.write_notes(&pending).map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &commit::Error) -> Error {
    Error::Commit(error.to_string())
}
