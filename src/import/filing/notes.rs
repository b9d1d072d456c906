//! What imports remember from one to the next, beside what is known: from which version of the data each value comes, and what
//! waits for what it refers to. Kept with the store, in tables of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    formats::reader::{Addition, Draft, Order, Wanted},
    import::{
        Error,
        merge::merge_records::{Differing, FirstHolds, Joining, Precedence},
        waiting::KeptDraft,
    },
    model::{Ends, Entity, NameKind, Record, Relationship, Timestamp},
    store::{Memory, Store, WAITING, commit},
};

/// How many notes are held back before they are written.
const UNWRITTEN_MAX: usize = 20_000;

/// How many notes are read at a time.
const READ_AT_ONCE: usize = 1_000;

/// How often a chain may turn out to continue another, from one import to the next.
const STEPS_MAX: usize = 1_000;

const OF_ENTITY: &str = "version-of-entity:";
const OF_RECORD: &str = "version-of-record:";
const CHAIN: &str = "chain:";
const THING: &str = "thing:";
const MERGED: &str = "merged:";
const SAID: &str = "said-by-record:";

/// Which version of the data says something. A greater one is newer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::import) struct Version {
    #[serde(rename = "d", default, skip_serializing_if = "is_zero")]
    depth: u32,
    /// In microseconds; the least where nothing is dated.
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
    /// Before all others: of what was said without a version.
    const NONE: Self = Self {
        depth: 0,
        at: i64::MIN,
        tie: String::new(),
    };

    /// That of what was said at a moment.
    pub(in crate::import) fn at(moment: Timestamp) -> Self {
        Self {
            at: moment.as_microsecond(),
            ..Self::NONE
        }
    }

    /// That of a draft; none when its data carries no versions.
    pub(in crate::import) fn of(draft: &Draft) -> Option<Self> {
        let Order { depth, tie } = &draft.order;
        let is_versioned = draft.known_at.is_some() || draft.order != Order::default();
        is_versioned.then(|| Self {
            depth: *depth,
            at: draft.known_at.map_or(i64::MIN, Timestamp::as_microsecond),
            tie: tie.clone(),
        })
    }

    /// Whether it replaces the same as another: neither of the two replaces the other.
    pub(in crate::import) fn is_beside(&self, other: &Self) -> bool {
        self.depth > 0 && self.depth == other.depth && self != other
    }

    /// How many versions are known to lie before it.
    pub(in crate::import) fn depth(&self) -> u32 {
        self.depth
    }

    /// The same when so many versions more are known to lie before it.
    pub(in crate::import) fn behind(self, depth: u32) -> Self {
        Self {
            depth: self.depth + depth,
            ..self
        }
    }
}

/// From which version each field of an entity comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::import) struct FieldVersions {
    /// The newest, from which every field comes that is not among the older.
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
    /// The newest of them.
    pub(in crate::import) fn newest(&self) -> &Version {
        &self.newest
    }

    fn of(&self, field: &str) -> &Version {
        self.older.get(field).unwrap_or(&self.newest)
    }

    /// The version says these fields of an entity of which those stood before.
    pub(in crate::import) fn add(&mut self, version: &Version, says: &[String], stood: &[String]) {
        if *version > self.newest {
            let says: BTreeSet<&String> = says.iter().collect();
            for field in stood.iter().filter(|field| !says.contains(field)) {
                self.older.entry(field.clone()).or_insert_with(|| self.newest.clone());
            }
            self.older.retain(|field, _| !says.contains(field));
            self.newest = version.clone();
            return;
        }
        for field in says {
            let is_new = !stood.contains(field);
            let known = self.of(field);
            if *version != self.newest && (is_new || version > known) {
                self.older.insert(field.clone(), version.clone());
            }
        }
    }
}

/// The newer version holds, field by field.
#[derive(Debug)]
pub(in crate::import) struct NewerHolds<'a> {
    pub(in crate::import) known: &'a FieldVersions,
    pub(in crate::import) version: &'a Version,
}

impl Precedence for NewerHolds<'_> {
    fn new_holds(&self, field: &str) -> bool {
        self.version >= self.known.of(field)
    }

    fn is_by_version(&self) -> bool {
        true
    }

    fn passed_over(&self) -> NameKind {
        NameKind::Former
    }
}

/// Something that waits in a store for what it refers to.
#[derive(Debug)]
pub(in crate::import) struct WaitingNote {
    /// Its key among the notes.
    pub(in crate::import) key: String,
    pub(in crate::import) draft: Draft,
    /// What it refers to, and where it stood.
    pub(in crate::import) missing: String,
    place: String,
}

/// How something is kept that waits.
#[derive(Serialize, Deserialize)]
struct KeptWaiting<'a> {
    draft: KeptDraft<'a>,
    /// The id that it will have, and what it claims.
    id: String,
    claim: String,
    /// What it refers to.
    missing: String,
    /// Where it stood: the file, the record and the line.
    place: String,
}

/// What earlier imports remember of a statement: the first of its chain, and how far behind that it is.
pub(in crate::import) fn chain(memory: &Memory, statement: &str) -> Option<(String, u32)> {
    let note = memory.note(&format!("{CHAIN}{statement}")).ok()??;
    serde_json::from_slice(&note).ok()
}

/// What a relationship claims, in kinds and ids.
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
        Addition::Relationship(addition) => format!("{WAITING}{}\n", addition.record),
        Addition::Entity(addition) => format!("{WAITING}\n{}\n{}", addition.entity.id, addition.key),
    }
}

fn waiting_key(relationship: &Relationship) -> String {
    let record = relationship.record.as_deref().unwrap_or_default();
    format!("{WAITING}{record}\n{}", relationship.id)
}

/// The notes of a store: those that are not written yet go before those that are.
#[derive(Debug, Default)]
pub(in crate::import) struct Notes {
    /// Where what is tried again stood, by its key.
    places: BTreeMap<String, String>,
    unwritten: BTreeMap<String, Option<Vec<u8>>>,
}

impl Notes {
    /// From which version the fields of an entity come.
    pub(in crate::import) fn of_entity(&self, store: &Store, id: &str) -> Result<FieldVersions, Error> {
        Ok(self.read(store, &format!("{OF_ENTITY}{id}"))?.unwrap_or_default())
    }

    pub(in crate::import) fn set_entity(&mut self, id: &str, versions: &FieldVersions) {
        self.write(format!("{OF_ENTITY}{id}"), versions);
    }

    /// The newest version that spoke of a record.
    pub(in crate::import) fn of_record(&self, store: &Store, record: &str) -> Result<Option<Version>, Error> {
        self.read(store, &format!("{OF_RECORD}{record}"))
    }

    pub(in crate::import) fn set_record(&mut self, record: &str, version: &Version) {
        self.write(format!("{OF_RECORD}{record}"), version);
    }

    pub(in crate::import) fn forget_record(&mut self, record: &str) {
        self.unwritten.insert(format!("{OF_RECORD}{record}"), None);
    }

    /// The first of the chain that a statement belongs to, where it is another one.
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

    /// Remembers what a statement belongs to.
    pub(in crate::import) fn set_chain(&mut self, statement: &str, first: &str, behind: u32) {
        self.write(format!("{CHAIN}{statement}"), &(first, behind));
    }

    /// The ids of the relationships that the newest statements of a chain say, and how many lie before these.
    pub(in crate::import) fn said(&self, store: &Store, record: &str) -> Result<(u32, Vec<String>), Error> {
        Ok(self.read(store, &format!("{SAID}{record}"))?.unwrap_or_default())
    }

    pub(in crate::import) fn set_said(&mut self, record: &str, depth: u32, ids: &[String]) {
        self.write(format!("{SAID}{record}"), &(depth, ids));
    }

    /// What the record of an entity says that was merged into another, where that has changed since.
    pub(in crate::import) fn merged(&self, store: &Store, id: &str) -> Result<Option<Entity>, Error> {
        self.read(store, &format!("{MERGED}{id}"))
    }

    pub(in crate::import) fn set_merged(&mut self, id: &str, entity: &Entity) {
        self.write(format!("{MERGED}{id}"), entity);
    }

    /// What is said of a thing that the model has no noun for.
    pub(in crate::import) fn thing(&self, store: &Store, id: &str) -> Result<Option<Map<String, Value>>, Error> {
        self.read(store, &format!("{THING}{id}"))
    }

    pub(in crate::import) fn set_thing(&mut self, id: &str, said: &Map<String, Value>) {
        self.write(format!("{THING}{id}"), said);
    }

    /// Lets a draft of a relationship wait for what it refers to. What waits already under its id and carries no version adds up
    /// with it; what differs is answered.
    pub(in crate::import) fn wait_for(
        &mut self,
        store: &Store,
        draft: &Draft,
        missing: &str,
        place: String,
    ) -> Result<Vec<Differing>, Error> {
        if let Wanted::Addition(addition) = &draft.change {
            let all = match self
                .draft_that_waits(store, &addition_key(addition))?
                .map(|draft| draft.change)
            {
                Some(Wanted::Addition(known)) => known.with(addition.clone()),
                _ => addition.clone(),
            };
            self.wait(&Draft::to(Wanted::Addition(all)), missing, place);
            return Ok(Vec::new());
        }
        let Wanted::Record(record @ Record::Relationship(relationship)) = &draft.change else {
            return Ok(Vec::new());
        };
        let known = self.draft_that_waits(store, &waiting_key(relationship))?;
        let Some(Draft {
            change: Wanted::Record(known),
            ..
        }) = known.filter(|_| Version::of(draft).is_none())
        else {
            self.wait(draft, missing, place);
            return Ok(Vec::new());
        };
        let mut joining = Joining::by(&FirstHolds);
        if let Some(joined) = joining.records(&known, record) {
            self.wait(&Draft::of(joined), missing, place);
        }
        Ok(joining.differing)
    }

    /// What waits under this key.
    fn draft_that_waits(&self, store: &Store, key: &str) -> Result<Option<Draft>, Error> {
        let known: Option<Value> = self.read(store, key)?;
        let known = known.and_then(|mut known| serde_json::from_value::<KeptDraft<'_>>(known["draft"].take()).ok());
        Ok(known.and_then(|known| known.draft().ok()))
    }

    /// The same in place of what waits under its id.
    fn wait(&mut self, draft: &Draft, missing: &str, place: String) {
        let (key, id, claim) = match &draft.change {
            Wanted::Record(Record::Relationship(relationship)) => {
                (waiting_key(relationship), relationship.id.clone(), claim(relationship))
            }
            Wanted::Addition(added) => {
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
        let kept = KeptWaiting {
            draft: KeptDraft::of(draft),
            id,
            claim,
            missing: missing.to_owned(),
            place,
        };
        self.write(key, &kept);
    }

    /// Lets a draft wait under another name.
    pub(in crate::import) fn wait_again(&mut self, waiting: &WaitingNote) {
        self.wait(&waiting.draft, &waiting.missing, waiting.place.clone());
    }

    /// It is tried again, and may wait again where it stood.
    pub(in crate::import) fn try_again(&mut self, waiting: &WaitingNote) {
        self.places.insert(waiting.key.clone(), waiting.place.clone());
        self.forget(waiting.key.clone());
    }

    /// It waits no longer.
    pub(in crate::import) fn forget(&mut self, key: String) {
        self.unwritten.insert(key, None);
    }

    /// What waits; of one record of a source where one is given.
    pub(in crate::import) fn waiting(&self, store: &Store, record: Option<&str>) -> Result<Vec<WaitingNote>, Error> {
        let prefix = record.map_or_else(|| WAITING.to_owned(), |record| format!("{WAITING}{record}\n"));
        let mut notes: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut from = prefix.clone();
        loop {
            let some = store
                .notes(&prefix, &from, READ_AT_ONCE)
                .map_err(|error| unreadable(&error))?;
            let is_last = some.len() < READ_AT_ONCE;
            if let Some((last, _)) = some.last() {
                // The next key in order.
                from = format!("{last}\0");
            }
            notes.extend(some);
            if is_last {
                break;
            }
        }
        for (key, note) in self.unwritten.range(prefix.clone()..) {
            if !key.starts_with(&prefix) {
                break;
            }
            match note {
                Some(note) => notes.insert(key.clone(), note.clone()),
                None => notes.remove(key),
            };
        }
        let read = |(key, note): (String, Vec<u8>)| {
            let kept: KeptWaiting<'_> = serde_json::from_slice(&note).ok()?;
            let draft = kept.draft.draft().ok()?;
            let (missing, place) = (kept.missing, kept.place);
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
        let note = match self.unwritten.get(key) {
            Some(note) => note.clone(),
            None => store.note(key).map_err(|error| unreadable(&error))?,
        };
        // What cannot be read is from another form of the program: as if nothing was remembered.
        Ok(note.and_then(|note| serde_json::from_slice(&note).ok()))
    }

    fn write(&mut self, key: String, note: &impl Serialize) {
        let note = serde_json::to_vec(note).expect("notes are plain values");
        self.unwritten.insert(key, Some(note));
    }

    /// Writes them where many are held back.
    pub(in crate::import) fn write_in_time(&mut self, store: &Store) -> Result<(), Error> {
        match self.unwritten.len() {
            0..UNWRITTEN_MAX => Ok(()),
            _ => self.write_all(store),
        }
    }

    /// Writes all that are held back.
    pub(in crate::import) fn write_all(&mut self, store: &Store) -> Result<(), Error> {
        let unwritten = std::mem::take(&mut self.unwritten);
        store.remember(&unwritten).map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &commit::Error) -> Error {
    Error::Commit(error.to_string())
}
