//! Reads statements one after another: which record each is about, since when it is known, and what it becomes.

use serde_json::{Map, Value};

use super::{
    entity,
    older::{self, DEPTH},
    relationship,
    replacements::Replacements,
    sources::Sources,
    statement::{Statement, Status},
    values::{date, take_map, take_text, text},
};
use crate::{
    formats::reader::{
        Draft, NOT_UTF_8, RecordChange, RecordDrafts, RecordFault, RecordPlace, SourceDefaults, VALUE_CHARS_MAX,
        VersionOrder,
    },
    model::{PartialDate, Record, Timestamp},
};

/// Reads the statements of a file.
pub(in crate::formats::bods) struct StatementReader<'a> {
    sources: Sources<'a>,
    replacements: Replacements,
}

impl<'a> StatementReader<'a> {
    pub(in crate::formats::bods) fn new(
        file: &'a str,
        source_defaults: &'a SourceDefaults,
        replacements: Replacements,
    ) -> Self {
        Self {
            sources: Sources::new(file, source_defaults),
            replacements,
        }
    }

    /// The drafts and faults of a statement.
    pub(in crate::formats::bods) fn record_drafts(&mut self, place: RecordPlace, text: &[u8]) -> RecordDrafts {
        let mut outcome = RecordDrafts {
            place,
            drafts: Vec::new(),
            faults: Vec::new(),
        };
        match serde_json::from_slice(text) {
            Ok(Value::Object(statement)) => match self.drafts(statement, &mut outcome) {
                Ok(drafts) => outcome.drafts = drafts,
                Err(fault) => outcome.faults.push(fault),
            },
            Ok(_) => outcome.faults.push(RecordFault::rejected("", "not an object")),
            Err(_) => {
                let start = String::from_utf8_lossy(&text[..text.len().min(VALUE_CHARS_MAX)]);
                let reason = match std::str::from_utf8(text) {
                    Ok(_) => "not JSON",
                    Err(_) => NOT_UTF_8,
                };
                outcome.faults.push(RecordFault::rejected("", reason).with(&start));
            }
        }
        outcome
    }

    fn drafts(
        &mut self,
        mut statement: Map<String, Value>,
        outcome: &mut RecordDrafts,
    ) -> Result<Vec<Draft>, RecordFault> {
        let faults = &mut outcome.faults;
        let is_older = statement.contains_key("statementType") && !statement.contains_key("recordDetails");
        if is_older {
            statement = older::upgrade(statement, &mut self.replacements, faults);
        }
        let id_field = if is_older { "statementID" } else { "recordId" };
        let record = take_text(&mut statement, "recordId")
            .unwrap_or_default()
            .trim()
            .to_owned();
        if record.is_empty() {
            return Err(RecordFault::rejected(id_field, "no id"));
        }
        outcome.place.key = Some(record.chars().take(VALUE_CHARS_MAX).collect());
        let kind = take_text(&mut statement, "recordType").unwrap_or_default();
        let details = take_map(&mut statement, "recordDetails");
        let details = details.ok_or_else(|| RecordFault::rejected("recordDetails", "nothing is said of the record"))?;
        let status = status(&mut statement, faults);
        let (stated_on, known_at) = statement_date(&mut statement, faults);
        let publication = take_map(&mut statement, "publicationDetails").unwrap_or_default();
        let order = VersionOrder {
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
            other_fields: statement,
        };
        let changes = match kind.as_str() {
            "entity" => vec![RecordChange::Record(Record::Entity(entity::organisation(
                statement, faults,
            )?))],
            "person" => vec![RecordChange::Record(Record::Entity(entity::person(statement, faults)?))],
            "relationship" => relationship::changes(statement, faults)?,
            _ => return Err(RecordFault::rejected("recordType", "not a type of record").with(&kind)),
        };
        let drafts = changes.into_iter().map(|change| Draft {
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

fn status(statement: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Status {
    let Some(text_value) = take_text(statement, "recordStatus") else {
        return Status::New;
    };
    match text_value.as_str() {
        "new" => Status::New,
        "updated" => Status::Updated,
        "closed" => Status::Closed,
        _ => {
            faults.push(RecordFault::in_properties("recordStatus", "not a status of a record").with(&text_value));
            statement.insert("recordStatus".to_owned(), Value::String(text_value));
            Status::New
        }
    }
}

/// The day of a statement, and the moment since which it is known: the start of the day, where it has no time.
fn statement_date(
    statement: &mut Map<String, Value>,
    faults: &mut Vec<RecordFault>,
) -> (Option<PartialDate>, Option<Timestamp>) {
    let Some(text_value) = take_text(statement, "statementDate") else {
        return (None, None);
    };
    let Some(day) = date(&text_value) else {
        faults.push(RecordFault::in_properties("statementDate", "not a date").with(&text_value));
        statement.insert("statementDate".to_owned(), Value::String(text_value));
        return (None, None);
    };
    let start = || {
        let midnight = day.first_day().at(0, 0, 0, 0);
        midnight
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|moment| moment.timestamp())
    };
    (Some(day), text_value.trim().parse().ok().or_else(start))
}
