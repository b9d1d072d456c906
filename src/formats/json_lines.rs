//! guanxi's own records, one JSON object after another: what `guanxi export json-lines` writes, a record a line, read back without a
//! loss. What is no record is rejected, and the next one is read.

use std::{collections::HashSet, ops::ControlFlow};

use serde::Deserialize;

use super::{
    json_values::{self, LooseValues, ReadOptions, first_value},
    reader::{DatasetInfo, Draft, Input, Item, ItemHandler, NOT_UTF_8, RecordDrafts, RecordFault, Unreadable},
};
use crate::model::{Entity, Record, Relationship, TEXT_CHARS_MAX, Timestamp, View, line, plain_id};

/// The form of the lines; another number stands where an older program would misread them.
pub(super) const FORMAT: u32 = 1;

/// The first line, as far as it says how to read the others.
#[derive(Deserialize)]
struct First {
    guanxi: Header,
}

#[derive(Deserialize)]
struct Header {
    format: u32,
    title: Option<String>,
    description: Option<String>,
    licence: Option<String>,
    recorded_at: Option<String>,
}

/// Whether a file that starts like this holds guanxi's records: its first line is a header or a record.
#[must_use]
pub fn detect(start: &[u8]) -> bool {
    let start = first_value(start);
    let Some(rest) = start.strip_prefix(b"{") else {
        return false;
    };
    let rest = rest.trim_ascii_start();
    let named = |name: &str| {
        let rest = rest.strip_prefix(b"\"")?.strip_prefix(name.as_bytes())?;
        let rest = rest.strip_prefix(b"\"")?.trim_ascii_start().strip_prefix(b":")?;
        rest.trim_ascii_start().strip_prefix(b"{")
    };
    ["guanxi", "source", "entity", "relationship"]
        .iter()
        .any(|name| named(name).is_some())
}

/// Reads records, one after another or in an array. A header may stand before them. A relationship is known
/// since it was recorded; a store that is made of them begins when the header says.
///
/// # Errors
/// [`Unreadable`] for a header of a later form, a line that is too long, and what the system refuses.
pub fn read(input: Input<'_>, on_item: ItemHandler<'_>) -> Result<(), Unreadable> {
    let Input {
        bytes, source_defaults, ..
    } = input;
    let options = ReadOptions {
        bytes_max: source_defaults.record_bytes_max,
        packages: &[],
        expected: None,
        loose_values: LooseValues::Accepted,
    };
    let (mut headers, mut refused, mut began_at) = (0, None, None);
    json_values::read(bytes, options, &mut |mut place, text| {
        if place.record == 1
            && let Ok(first) = serde_json::from_slice::<First>(text)
        {
            headers = 1;
            began_at = first
                .guanxi
                .recorded_at
                .as_deref()
                .and_then(|moment| moment.parse().ok());
            refused = check_format(first.guanxi.format).err();
            let about = first.guanxi.about().filter(|_| refused.is_none());
            return match about.map(|about| on_item(Item::DatasetInfo(about))) {
                Some(flow) => flow,
                None if refused.is_some() => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            };
        }
        place.record -= headers;
        let mut found = RecordDrafts {
            place,
            drafts: Vec::new(),
            faults: Vec::new(),
        };
        match of_line(text) {
            Ok((record, recorded_at)) => {
                found.place.key = Some(record.id().to_owned());
                let is_ahead = recorded_at.is_some_and(|moment| View::day_of(moment) > source_defaults.today);
                if is_ahead {
                    let fault = RecordFault::noted("recorded_at", "in the future; it is known since the import");
                    let written = recorded_at.map(|moment| moment.to_string()).unwrap_or_default();
                    found.faults.push(fault.with(&written));
                }
                found.drafts.push(Draft {
                    // What was recorded at first is known since the store begins.
                    known_at: recorded_at.filter(|moment| !is_ahead && Some(*moment) != began_at),
                    ..Draft::of(record)
                });
            }
            Err(fault) => found.faults.push(*fault),
        }
        on_item(Item::Record(found))
    })?;
    refused.map_or(Ok(()), Err)
}

impl Header {
    /// What it says of the data as a whole, where it calls it something.
    fn about(self) -> Option<DatasetInfo> {
        Some(DatasetInfo {
            title: line(self.title?.as_str()).ok()?,
            description: self.description.filter(|text| text.chars().count() <= TEXT_CHARS_MAX),
            licence: self.licence.and_then(|licence| line(&licence).ok()),
            recorded_at: self.recorded_at.as_deref().and_then(|moment| moment.parse().ok()),
        })
    }
}

fn check_format(format: u32) -> Result<(), Unreadable> {
    if format == FORMAT {
        return Ok(());
    }
    let reason = format!("the lines have the form {format}, and this program reads form {FORMAT}; use a later one");
    Err(Unreadable::malformed("line 1", reason))
}

/// The record of a line, and when it was recorded, where it says that.
fn of_line(bytes: &[u8]) -> Result<(Record, Option<Timestamp>), Box<RecordFault>> {
    let mut record: Record = serde_json::from_slice(bytes).map_err(|error| {
        let reason = match error.classify() {
            serde_json::error::Category::Data => "not a record of guanxi",
            _ if std::str::from_utf8(bytes).is_err() => NOT_UTF_8,
            _ => "not JSON",
        };
        Box::new(RecordFault::rejected("", reason).with(&error.to_string()))
    })?;
    let mut recorded_at = None;
    match &mut record {
        Record::Source(_) => {}
        Record::Entity(entity) => check_entity(entity)?,
        Record::Relationship(relationship) => {
            check_relationship(relationship)?;
            recorded_at = Some(std::mem::replace(&mut relationship.recorded_at, Timestamp::UNIX_EPOCH));
        }
    }
    Ok((record, recorded_at))
}

/// What an entity must be beyond what reading it has checked.
fn check_entity(entity: &Entity) -> Result<(), Box<RecordFault>> {
    match &entity.country {
        Some(country) if Entity::check_country(country).is_err() => Err(Box::new(
            RecordFault::rejected("country", "not an ISO 3166 code of a country").with(country),
        )),
        _ => Ok(()),
    }
}

/// The same of a relationship.
fn check_relationship(relationship: &Relationship) -> Result<(), Box<RecordFault>> {
    let rejected = |field: &'static str, reason: &'static str| Err(Box::new(RecordFault::rejected(field, reason)));
    if plain_id(&relationship.id, usize::MAX).is_err() {
        return rejected("id", "not an id without spaces and control characters");
    }
    if relationship.evidence.is_empty() {
        return rejected("evidence", "no source says so");
    }
    let mut ids = HashSet::new();
    if !relationship
        .evidence
        .iter()
        .all(|statement| ids.insert(&statement.id) && !statement.id.is_empty())
    {
        return rejected("evidence.id", "not an id of its own");
    }
    if relationship.retracted_at.is_some() {
        return rejected("retracted_at", "the record was taken back");
    }
    Ok(())
}
