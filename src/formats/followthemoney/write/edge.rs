//! A relationship as a record.

use serde_json::{Map, Value};

use super::sheet::{Sheet, texts};
use crate::{
    formats::{
        export::Written,
        followthemoney::{
            read::{
                directness,
                edge::{words, words_of},
                ended,
                line::SCHEMA,
                percentages, sources, values,
            },
            terms::{
                ids::{self, locator},
                ours::{COMPONENTS, DIRECTNESS, INTEREST, RECORD},
                schemata::{self, Edge, UNKNOWN_LINK},
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
    written: &mut Written,
) -> Option<Sheet> {
    let Ends::Known { from, to } = &relationship.ends else {
        return None;
    };
    let properties = relationship.properties.as_ref();
    let schema = properties.and_then(|properties| properties.get(SCHEMA)?.as_str());
    let edge = schemata::edge_of(relationship.kind, schema);
    let key = key(relationship, edge);
    let id = key.map_or_else(|| ids::written_relationship(&relationship.id), ids::written);
    let mut sheet = Sheet::new(id, edge.name);
    sheet.put(edge.from, ids::written(from));
    sheet.put(edge.to, ids::written(to));
    role(relationship, edge, &mut sheet, written);
    status(relationship, edge, &mut sheet, written);
    figures(relationship, edge, &mut sheet, written);
    interest(relationship, edge, &mut sheet);
    let place = match key {
        Some(_) => None,
        None => relationship
            .evidence
            .first()
            .and_then(|statement| statement.locator.as_deref()),
    };
    if let Some(place) = place {
        sheet.put("recordId", place);
    }
    let takes_place = dates(relationship, &mut sheet, written);
    evidence(relationship, source, &mut sheet, written);
    stated(relationship, takes_place, &mut sheet, written);
    sheet.put_properties(properties, |name| edge.knows(name), written);
    Some(sheet)
}

/// The key of a relationship that was a record of FollowTheMoney: what its id ends with, and its locator and its record too.
fn key(relationship: &Relationship, edge: Edge) -> Option<&str> {
    let record = relationship.record.as_deref()?;
    let prefix = locator(edge.name, "");
    relationship.evidence.iter().find_map(|statement| {
        let key = statement.locator.as_deref()?.strip_prefix(&prefix)?;
        let derived = relationship_id(relationship.kind, &relationship.ends, key);
        (derived == relationship.id && ids::is_record(record, key)).then_some(key)
    })
}

fn role(relationship: &Relationship, edge: Edge, sheet: &mut Sheet, written: &mut Written) {
    let has_schema = edge.name != UNKNOWN_LINK.name || relationship.kind == RelationshipKind::RelatedTo;
    match edge.role {
        Some(property) => {
            if !has_schema {
                sheet.put(property, words(relationship.kind));
            }
            if let Some(role) = &relationship.role {
                sheet.put(property, role);
            }
        }
        None if relationship.role.is_some() => written.leave_out("role in a payment or a loan"),
        None => {}
    }
    let kind_is_told =
        || crate::formats::followthemoney::read::edge::kind_in(&relationship.id) == Some(relationship.kind);
    if !has_schema && !kind_is_told() {
        written.leave_out("kind of a relationship, other than in words");
    }
}

/// The status, in the source's words where it has some, and the day by which it was over.
fn status(relationship: &Relationship, edge: Edge, sheet: &mut Sheet, written: &mut Written) {
    let plain = matches!(
        relationship.status,
        RelationshipStatus::Active | RelationshipStatus::Unknown
    );
    if let Some(day) = relationship.validity.stated_ended_by() {
        if edge.knows("status") {
            sheet.put("status", ended::words(day));
        } else {
            written.leave_out("day by which a relationship was over");
        }
    }
    let has_words = has(relationship.properties.as_ref(), "status");
    if relationship.status == RelationshipStatus::Active || (plain && has_words) {
        return;
    }
    if edge.knows("status") {
        sheet.put("status", words_of(relationship.status));
    } else {
        written.leave_out("status of a relationship");
    }
}

fn has(properties: Option<&Map<String, Value>>, name: &str) -> bool {
    properties.is_some_and(|properties| properties.contains_key(name))
}

/// How directly an interest is held, unless the source's words say it, its type and what it is made up of.
fn interest(relationship: &Relationship, edge: Edge, sheet: &mut Sheet) {
    let property = directness::property(relationship.kind).filter(|property| edge.knows(property));
    let held = property.and_then(|property| relationship.properties.as_ref()?.get(property));
    match (property, held.map(|held| directness::of_texts(&texts(held)))) {
        (Some(_), Some(said)) if said == relationship.directness => {}
        (Some(property), None) => {
            if let Some(word) = directness::word(relationship.directness) {
                sheet.put(property, word);
            }
        }
        _ if relationship.directness == Directness::Unknown => {}
        _ => sheet.put_ours(DIRECTNESS, relationship.directness.as_str()),
    }
    if let Some(interest) = relationship.interest {
        sheet.put_ours(INTEREST, interest.as_str());
    }
    if !relationship.components.is_empty() {
        sheet.put_ours(COMPONENTS, relationship.components.clone());
    }
    // A record of FollowTheMoney is told by its id.
    if let Some(record) = relationship
        .record
        .as_ref()
        .filter(|_| key(relationship, edge).is_none())
    {
        sheet.put_ours(RECORD, record.clone());
    }
}

/// Shares, amounts, capabilities.
fn figures(relationship: &Relationship, edge: Edge, sheet: &mut Sheet, written: &mut Written) {
    let held = relationship
        .properties
        .as_ref()
        .and_then(|properties| properties.get("percentage"));
    let said = held.and_then(|held| percentages::of_texts(&texts(held)));
    match relationship.share {
        // The source's own words say it.
        Some(share) if edge.knows("percentage") && said == Some(share) => {}
        Some(share) if edge.knows("percentage") => sheet.put("percentage", percentage::written(share)),
        Some(_) => written.leave_out("share of a relationship that is no ownership"),
        None => {}
    }
    match &relationship.amount {
        Some(amount) if edge.knows("amount") => put_amount(amount, sheet, written),
        Some(_) => written.leave_out("amount of a relationship that is no payment or loan"),
        None => {}
    }
    if !relationship.capabilities.is_empty() {
        written.leave_out("capabilities");
    }
}

fn put_amount(amount: &Amount, sheet: &mut Sheet, written: &mut Written) {
    let value = amount.value.to_string();
    match amount.currency.as_str() {
        "EUR" => sheet.put("amountEur", value),
        "USD" => sheet.put("amountUsd", value),
        other => {
            sheet.put("amount", value);
            sheet.put("currency", other);
        }
    }
    if amount.of.is_some() {
        written.leave_out("what an amount is of");
    }
}

/// When it held. Says whether that is the `date` on which it took place.
fn dates(relationship: &Relationship, sheet: &mut Sheet, written: &mut Written) -> bool {
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
            sheet.put("date", since.to_string());
            return true;
        }
    }
    // Of two equal days the second would be read as the last one.
    if until.is_some_and(|until| until.is_day() && Some(until) == since) {
        written.leave_out("contradiction of two dates that are one day");
    }
    for (property, date) in [("startDate", since), ("endDate", until)] {
        if let Some(date) = date {
            sheet.put(property, date.to_string());
        }
    }
    false
}

/// Whether the source names a first or a last day that was not taken: next to one of these, `date` does not date a payment.
fn names_bounds(relationship: &Relationship) -> bool {
    let held = |name| relationship.properties.as_ref()?.get(name).map(texts);
    let mut named = ["startDate", "endDate"].into_iter().filter_map(held).flatten();
    named.any(|text| values::date(&text).is_some())
}

/// Who says so: the links and the publishers of those who assert it.
fn evidence(
    relationship: &Relationship,
    source: impl Fn(&str) -> Option<Source>,
    sheet: &mut Sheet,
    written: &mut Written,
) {
    for (position, statement) in relationship.evidence.iter().enumerate() {
        if statement.stance == Stance::Asserts
            && let Some(source) = source(&statement.source)
        {
            let (link, publisher) = sources::written(&source);
            for (property, text) in [("sourceUrl", link), ("publisher", publisher)] {
                if let Some(text) = text {
                    sheet.put(property, text);
                }
            }
        }
        count(statement, written);
        if position > 0 {
            written.leave_out("which statement says what, of several");
        }
    }
}

fn count(statement: &Evidence, written: &mut Written) {
    let lost = [
        (statement.stance != Stance::Asserts, "statement that does not assert"),
        (statement.speaker.is_some(), "speaker of a statement"),
        (statement.share.is_some(), "share or amount of a statement"),
        (statement.amount.is_some(), "share or amount of a statement"),
        (statement.confidence.is_some(), "confidence of a statement"),
    ];
    for (_, what) in lost.into_iter().filter(|(is_lost, _)| *is_lost) {
        written.leave_out(what);
    }
}

/// When it was stated, and in which words.
fn stated(relationship: &Relationship, takes_place: bool, sheet: &mut Sheet, written: &mut Written) {
    let Some(first) = relationship.evidence.first() else {
        return;
    };
    // Without a day of its own, a payment would take the date for it.
    let would_be_taken =
        relationship.kind == RelationshipKind::Paid && relationship.validity.is_open() && !names_bounds(relationship);
    match first.stated_on {
        Some(_) if takes_place || would_be_taken => written.leave_out("date of a statement"),
        Some(date) => sheet.put("date", date.to_string()),
        None => {}
    }
    if let Some(summary) = &first.summary {
        sheet.put("summary", summary);
    }
}
