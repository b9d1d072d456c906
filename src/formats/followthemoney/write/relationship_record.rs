//! A relationship as a record.

use serde_json::{Map, Value};

use super::output::{OutputRecord, texts};
use crate::{
    formats::{
        export::ExportSummary,
        followthemoney::{
            read::{
                properties::{directness, ended, percentages},
                raw_record::SCHEMA,
                relationship_record::{words, words_of},
                sources, values,
            },
            terms::{
                extension::{COMPONENTS, DIRECTNESS, INTEREST, RECORD},
                ids::{self, locator},
                schemata::{self, RelationshipSchema, UNKNOWN_LINK},
            },
        },
        percentage,
    },
    model::{
        Amount, Catalog, Directness, Ends, Evidence, PartialDate, Relationship, RelationshipKind, RelationshipStatus,
        Source, Stance, relationship_id,
    },
};

/// The record of a relationship; none where one of its ends is not disclosed.
pub(super) fn of(
    relationship: &Relationship,
    source: impl Fn(&str) -> Option<Source>,
    summary: &mut ExportSummary,
) -> Option<OutputRecord> {
    let Ends::Known { from, to } = &relationship.ends else {
        return None;
    };
    let properties = relationship.properties.as_ref();
    let schema = properties.and_then(|properties| properties.get(SCHEMA)?.as_str());
    let relationship_schema = schemata::relationship_schema_of(relationship.kind, schema);
    let key = key(relationship, relationship_schema);
    let id = key.map_or_else(|| ids::encode_relationship(&relationship.id), ids::encode);
    let mut output = OutputRecord::new(id, relationship_schema.name);
    output.put(relationship_schema.from, ids::encode(from));
    output.put(relationship_schema.to, ids::encode(to));
    role(relationship, relationship_schema, &mut output, summary);
    status(relationship, relationship_schema, &mut output, summary);
    figures(relationship, relationship_schema, &mut output, summary);
    interest(relationship, relationship_schema, &mut output);
    let place = match key {
        Some(_) => None,
        None => relationship
            .evidence
            .first()
            .and_then(|statement| statement.locator.as_deref()),
    };
    if let Some(place) = place {
        output.put("recordId", place);
    }
    let takes_place = dates(relationship, &mut output, summary);
    evidence(relationship, source, &mut output, summary);
    statement_fields(relationship, takes_place, &mut output, summary);
    output.put_properties(properties, |name| relationship_schema.knows(name), summary);
    Some(output)
}

/// The key of a relationship that was a record of FollowTheMoney: what its id ends with, and its locator and its record too.
fn key(relationship: &Relationship, relationship_schema: RelationshipSchema) -> Option<&str> {
    let record = relationship.record.as_deref()?;
    let prefix = locator(relationship_schema.name, "");
    relationship.evidence.iter().find_map(|statement| {
        let key = statement.locator.as_deref()?.strip_prefix(&prefix)?;
        let derived = relationship_id(relationship.kind, &relationship.ends, key);
        (derived == relationship.id && ids::is_record(record, key)).then_some(key)
    })
}

fn role(
    relationship: &Relationship,
    relationship_schema: RelationshipSchema,
    output: &mut OutputRecord,
    summary: &mut ExportSummary,
) {
    let has_schema = relationship_schema.name != UNKNOWN_LINK.name || relationship.kind == RelationshipKind::RelatedTo;
    match relationship_schema.role {
        Some(property) => {
            if !has_schema {
                output.put(property, words(relationship.kind));
            }
            if let Some(role) = &relationship.role {
                output.put(property, role);
            }
        }
        None if relationship.role.is_some() => summary.leave_out("role in a payment or a loan"),
        None => {}
    }
    let is_kind_in_id = || {
        crate::formats::followthemoney::read::relationship_record::kind_in(&relationship.id) == Some(relationship.kind)
    };
    if !has_schema && !is_kind_in_id() {
        summary.leave_out("kind of a relationship, other than in words");
    }
}

/// The status, in the source's words where it has some, and the day by which it was over.
fn status(
    relationship: &Relationship,
    relationship_schema: RelationshipSchema,
    output: &mut OutputRecord,
    summary: &mut ExportSummary,
) {
    let plain = matches!(
        relationship.status,
        RelationshipStatus::Active | RelationshipStatus::Unknown
    );
    if let Some(day) = relationship.validity.stated_ended_by() {
        if relationship_schema.knows("status") {
            output.put("status", ended::words(day));
        } else {
            summary.leave_out("day by which a relationship was over");
        }
    }
    let has_words = has(relationship.properties.as_ref(), "status");
    if relationship.status == RelationshipStatus::Active || (plain && has_words) {
        return;
    }
    if relationship_schema.knows("status") {
        output.put("status", words_of(relationship.status));
    } else {
        summary.leave_out("status of a relationship");
    }
}

fn has(properties: Option<&Map<String, Value>>, name: &str) -> bool {
    properties.is_some_and(|properties| properties.contains_key(name))
}

/// The directness of an interest, unless the source's words state it, its type and its components.
fn interest(relationship: &Relationship, relationship_schema: RelationshipSchema, output: &mut OutputRecord) {
    let property = directness::property(relationship.kind).filter(|property| relationship_schema.knows(property));
    let stored = property.and_then(|property| relationship.properties.as_ref()?.get(property));
    match (property, stored.map(|stored| directness::of_texts(&texts(stored)))) {
        (Some(_), Some(stated_value)) if stated_value == relationship.directness => {}
        (Some(property), None) => {
            if let Some(word) = directness::word(relationship.directness) {
                output.put(property, word);
            }
        }
        _ if relationship.directness == Directness::Unknown => {}
        _ => output.put_extension(DIRECTNESS, relationship.directness.as_str()),
    }
    if let Some(interest) = relationship.interest {
        output.put_extension(INTEREST, interest.as_str());
    }
    if !relationship.components.is_empty() {
        output.put_extension(COMPONENTS, relationship.components.clone());
    }
    // A record of FollowTheMoney is identified by its id.
    if let Some(record) = relationship
        .record
        .as_ref()
        .filter(|_| key(relationship, relationship_schema).is_none())
    {
        output.put_extension(RECORD, record.clone());
    }
}

/// Shares, amounts, capabilities.
fn figures(
    relationship: &Relationship,
    relationship_schema: RelationshipSchema,
    output: &mut OutputRecord,
    summary: &mut ExportSummary,
) {
    let stored = relationship
        .properties
        .as_ref()
        .and_then(|properties| properties.get("percentage"));
    let stated_value = stored.and_then(|stored| percentages::of_texts(&texts(stored)));
    match relationship.share {
        // The source's own words state it.
        Some(share) if relationship_schema.knows("percentage") && stated_value == Some(share) => {}
        Some(share) if relationship_schema.knows("percentage") => output.put("percentage", percentage::written(share)),
        Some(_) => summary.leave_out("share of a relationship that is no ownership"),
        None => {}
    }
    match &relationship.amount {
        Some(amount) if relationship_schema.knows("amount") => put_amount(amount, output, summary),
        Some(_) => summary.leave_out("amount of a relationship that is no payment or loan"),
        None => {}
    }
    if !relationship.capabilities.is_empty() {
        summary.leave_out("capabilities");
    }
}

fn put_amount(amount: &Amount, output: &mut OutputRecord, summary: &mut ExportSummary) {
    let value = amount.value.to_string();
    match amount.currency.as_str() {
        "EUR" => output.put("amountEur", value),
        "USD" => output.put("amountUsd", value),
        other => {
            output.put("amount", value);
            output.put("currency", other);
        }
    }
    if amount.of.is_some() {
        summary.leave_out("what an amount is of");
    }
}

/// When it held. Returns whether that is the `date` on which it took place.
fn dates(relationship: &Relationship, output: &mut OutputRecord, summary: &mut ExportSummary) -> bool {
    let (since, until) = (relationship.validity.since(), relationship.validity.until());
    let is_stated = relationship
        .evidence
        .iter()
        .any(|statement| statement.stated_on.is_some());
    if relationship.kind == RelationshipKind::Paid
        && !is_stated
        && !names_bounds(relationship)
        && let Some(since) = since
    {
        let next = if since.is_day() {
            since.day_after().map(PartialDate::from)
        } else {
            Some(since)
        };
        if until == next {
            output.put("date", since.to_string());
            return true;
        }
    }
    // Of two equal days the second would be read as the last one.
    if until.is_some_and(|until| until.is_day() && Some(until) == since) {
        summary.leave_out("contradiction of two dates that are one day");
    }
    for (property, date) in [("startDate", since), ("endDate", until)] {
        if let Some(date) = date {
            output.put(property, date.to_string());
        }
    }
    false
}

/// Whether the source names a first or a last day that was not taken: next to one of these, `date` does not date a payment.
fn names_bounds(relationship: &Relationship) -> bool {
    let stored = |name| relationship.properties.as_ref()?.get(name).map(texts);
    let mut named = ["startDate", "endDate"].into_iter().filter_map(stored).flatten();
    named.any(|text| values::date(&text).is_some())
}

/// The sources: links and publishers of the statements that assert it.
fn evidence(
    relationship: &Relationship,
    source: impl Fn(&str) -> Option<Source>,
    output: &mut OutputRecord,
    summary: &mut ExportSummary,
) {
    for (position, statement) in relationship.evidence.iter().enumerate() {
        if statement.stance == Stance::Asserts
            && let Some(source) = source(&statement.source)
        {
            let (link, publisher) = sources::record_fields(&source);
            for (property, text) in [("sourceUrl", link), ("publisher", publisher)] {
                if let Some(text) = text {
                    output.put(property, text);
                }
            }
        }
        count(statement, summary);
        if position > 0 {
            summary.leave_out("which statement says what, of several");
        }
    }
}

fn count(statement: &Evidence, summary: &mut ExportSummary) {
    let lost = [
        (statement.stance != Stance::Asserts, "statement that does not assert"),
        (statement.speaker.is_some(), "speaker of a statement"),
        (statement.share.is_some(), "share or amount of a statement"),
        (statement.amount.is_some(), "share or amount of a statement"),
        (statement.confidence.is_some(), "confidence of a statement"),
    ];
    for (_, what) in lost.into_iter().filter(|(is_lost, _)| *is_lost) {
        summary.leave_out(what);
    }
}

/// When it was stated, and in which words.
fn statement_fields(
    relationship: &Relationship,
    takes_place: bool,
    output: &mut OutputRecord,
    summary: &mut ExportSummary,
) {
    let Some(first) = relationship.evidence.first() else {
        return;
    };
    // Without a day of its own, a payment would take the date for it.
    let would_be_taken =
        relationship.kind == RelationshipKind::Paid && relationship.validity.is_open() && !names_bounds(relationship);
    match first.stated_on {
        Some(_) if takes_place || would_be_taken => summary.leave_out("date of a statement"),
        Some(date) => output.put("date", date.to_string()),
        None => {}
    }
    if let Some(summary) = &first.summary {
        output.put("summary", summary);
    }
}
