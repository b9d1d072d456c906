//! Reads statements one after another: which record each is about, since when it is known, and what it becomes.

use serde_json::{Map, Value};

use super::{
    entity,
    older::{self, DEPTH},
    relationship,
    replaced::Replaced,
    sources::Sources,
    statement::{Statement, Status},
    values::{date, take_map, take_text, text},
};
use crate::{
    formats::reader::{Draft, Fault, Found, NOT_UTF_8, Order, Place, Told, VALUE_CHARS_MAX, Wanted},
    model::{PartialDate, Record, Timestamp},
};

/// Reads the statements of a file.
pub(in crate::formats::bods) struct Reader<'a> {
    sources: Sources<'a>,
    replaced: Replaced,
}

impl<'a> Reader<'a> {
    pub(in crate::formats::bods) fn new(file: &'a str, told: &'a Told, replaced: Replaced) -> Self {
        Self {
            sources: Sources::new(file, told),
            replaced,
        }
    }

    /// What a statement becomes.
    pub(in crate::formats::bods) fn found(&mut self, place: Place, text: &[u8]) -> Found {
        let mut found = Found {
            place,
            drafts: Vec::new(),
            faults: Vec::new(),
        };
        match serde_json::from_slice(text) {
            Ok(Value::Object(statement)) => match self.drafts(statement, &mut found) {
                Ok(drafts) => found.drafts = drafts,
                Err(fault) => found.faults.push(fault),
            },
            Ok(_) => found.faults.push(Fault::rejected("", "not an object")),
            Err(_) => {
                let start = String::from_utf8_lossy(&text[..text.len().min(VALUE_CHARS_MAX)]);
                let reason = match std::str::from_utf8(text) {
                    Ok(_) => "not JSON",
                    Err(_) => NOT_UTF_8,
                };
                found.faults.push(Fault::rejected("", reason).with(&start));
            }
        }
        found
    }

    fn drafts(&mut self, mut statement: Map<String, Value>, found: &mut Found) -> Result<Vec<Draft>, Fault> {
        let faults = &mut found.faults;
        let is_older = statement.contains_key("statementType") && !statement.contains_key("recordDetails");
        if is_older {
            statement = older::modernised(statement, &mut self.replaced, faults);
        }
        let named = if is_older { "statementID" } else { "recordId" };
        let record = take_text(&mut statement, "recordId")
            .unwrap_or_default()
            .trim()
            .to_owned();
        if record.is_empty() {
            return Err(Fault::rejected(named, "no id"));
        }
        found.place.key = Some(record.chars().take(VALUE_CHARS_MAX).collect());
        let kind = take_text(&mut statement, "recordType").unwrap_or_default();
        let details = take_map(&mut statement, "recordDetails");
        let details = details.ok_or_else(|| Fault::rejected("recordDetails", "nothing is said of the record"))?;
        let status = status(&mut statement, faults);
        let (stated_on, known_at) = stated(&mut statement, faults);
        let publication = take_map(&mut statement, "publicationDetails").unwrap_or_default();
        let order = Order {
            depth: depth(&mut statement),
            tie: tie(&mut statement, &publication, status),
        };
        let source = self.sources.of(&publication);
        let statement = Statement {
            record,
            status,
            stated_on,
            source: source.id.clone(),
            details,
            beside: statement,
        };
        let wanted = match kind.as_str() {
            "entity" => vec![Wanted::Record(Record::Entity(entity::organisation(statement, faults)?))],
            "person" => vec![Wanted::Record(Record::Entity(entity::person(statement, faults)?))],
            "relationship" => relationship::wanted(statement, faults)?,
            _ => return Err(Fault::rejected("recordType", "not a type of record").with(&kind)),
        };
        let drafts = wanted.into_iter().map(|change| Draft {
            status_is_implied: false,
            known_at,
            order: order.clone(),
            change,
        });
        Ok(self
            .sources
            .hand_over(source, known_at)
            .into_iter()
            .chain(drafts)
            .collect())
    }
}

/// How many statements of its chain lie before one of before 0.4.
fn depth(statement: &mut Map<String, Value>) -> u32 {
    let depth = statement.remove(DEPTH);
    let depth = depth.and_then(|depth| depth.as_u64());
    depth.and_then(|depth| u32::try_from(depth).ok()).unwrap_or(0)
}

/// What orders statements of one date: when they were published, what they do to the record, then their ids.
fn tie(statement: &mut Map<String, Value>, publication: &Map<String, Value>, status: Status) -> String {
    let published = text(publication, "publicationDate").unwrap_or_default();
    let rank = match status {
        Status::New => 0,
        Status::Updated => 1,
        Status::Closed => 2,
    };
    let id = take_text(statement, "statementId").unwrap_or_default();
    format!("{published}\n{rank}\n{id}")
}

fn status(statement: &mut Map<String, Value>, faults: &mut Vec<Fault>) -> Status {
    let Some(written) = take_text(statement, "recordStatus") else {
        return Status::New;
    };
    match written.as_str() {
        "new" => Status::New,
        "updated" => Status::Updated,
        "closed" => Status::Closed,
        _ => {
            faults.push(Fault::kept("recordStatus", "not a status of a record").with(&written));
            statement.insert("recordStatus".to_owned(), Value::String(written));
            Status::New
        }
    }
}

/// The day of a statement, and the moment since which it is known: the day's start, where no time is told.
fn stated(statement: &mut Map<String, Value>, faults: &mut Vec<Fault>) -> (Option<PartialDate>, Option<Timestamp>) {
    let Some(written) = take_text(statement, "statementDate") else {
        return (None, None);
    };
    let Some(day) = date(&written) else {
        faults.push(Fault::kept("statementDate", "not a date").with(&written));
        statement.insert("statementDate".to_owned(), Value::String(written));
        return (None, None);
    };
    let start = || {
        let midnight = day.first_day().at(0, 0, 0, 0);
        midnight
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|moment| moment.timestamp())
    };
    (Some(day), written.trim().parse().ok().or_else(start))
}
