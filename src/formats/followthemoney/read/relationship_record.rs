//! A record that is a relationship: one for each pair of its ends. What dates, percentages and amounts say is taken as far as it
//! can be read in one way; the rest stays in its `properties` under the names of FollowTheMoney.

use jiff::civil::Date;

use super::{
    asserted::asserted_relationship,
    properties::{directness, ended, percentages},
    raw_record::RawRecord,
    sources, values,
};
use crate::{
    formats::{
        followthemoney::terms::{
            ids::{self, IdMeaning, check_id, locator},
            schemata::{self, RelationshipSchema},
            statuses,
        },
        reader::{Addition, Draft, RecordChange, RecordFault, RelationshipAddition},
    },
    model::{
        Amount, Catalog, DERIVED_ID_CHARS_MAX, Ends, PartialDate, Record, Relationship, RelationshipKind,
        RelationshipStatus, Source, Validity, evidence_id, plain_id, relationship_id, text,
    },
};

/// How many relationships one record may stand for.
const PAIRS_MAX: usize = 1_000;

/// The drafts and faults of the record.
pub(in crate::formats::followthemoney) fn read(
    mut record: RawRecord,
    relationship_schema: RelationshipSchema,
    file: &Source,
    today: Date,
) -> (Vec<Draft>, Vec<RecordFault>) {
    let mut faults = Vec::new();
    let is_named = |record: &RawRecord, end| !record.values(end).is_empty();
    // What does not name both ends may be a fragment of a record that does.
    let is_fragment = !is_named(&record, relationship_schema.from) || !is_named(&record, relationship_schema.to);
    let from = ends(&mut record, relationship_schema.from, &mut faults);
    let to = ends(&mut record, relationship_schema.to, &mut faults);
    if from.len().saturating_mul(to.len()) > PAIRS_MAX {
        faults.push(RecordFault::rejected(
            relationship_schema.from,
            "more than 1000 pairs of ends",
        ));
    }
    let identity = RecordIdentity::read(&record, relationship_schema);
    if let Err(fault) = &identity {
        faults.push(fault.clone());
    }
    let (Ok(identity), true) = (
        identity,
        from.len() * to.len() <= PAIRS_MAX && (is_fragment && faults.is_empty() || !from.is_empty() && !to.is_empty()),
    ) else {
        record.faults.append(&mut faults);
        return (Vec::new(), record.faults);
    };
    let states_status = is_named(&record, "status");
    let (claim, sources) = claim(&mut record, relationship_schema, &identity, file, today);
    let (properties, property_faults) =
        record.into_properties(schemata::relationship_schema_of(identity.kind, None).name);
    let claim = Relationship { properties, ..claim };
    let own = sources.iter().filter(|source| *source != file);
    let mut drafts: Vec<Draft> = own.cloned().map(|source| Draft::of(Record::Source(source))).collect();
    if is_fragment {
        faults.extend(property_faults);
        match identity.addition(from, to, claim) {
            Ok(addition) => drafts.push(addition),
            Err(fault) => faults.push(fault),
        }
        return (drafts, faults);
    }
    let from_and_to = from.len() * to.len();
    for from in &from {
        for to in &to {
            let ends = Ends::Known {
                from: from.clone(),
                to: to.clone(),
            };
            let id = identity.id(&ends, from_and_to);
            if id.len() > DERIVED_ID_CHARS_MAX {
                faults.push(RecordFault::rejected("id", "ids too long for the id of a relationship"));
                continue;
            }
            let draft = Draft::of(Record::Relationship(with_ends(&claim, id, ends)));
            drafts.push(draft.with_status_implied(!states_status));
        }
    }
    faults.extend(property_faults);
    (drafts, faults)
}

/// What a record stands for: its id and the kind of relationship.
struct RecordIdentity {
    id: IdMeaning,
    kind: RelationshipKind,
}

impl RecordIdentity {
    fn read(record: &RawRecord, relationship_schema: RelationshipSchema) -> Result<Self, RecordFault> {
        let id = ids::meaning(&record.id);
        let kind = match &id {
            IdMeaning::Relationship(id) => {
                let is_id = plain_id(id, DERIVED_ID_CHARS_MAX).is_ok() && !id.starts_with(Source::PREFIX);
                if !is_id {
                    return Err(RecordFault::rejected("id", "not an id").with(&record.id));
                }
                kind_in(id).filter(|kind| {
                    schemata::relationship_schema_of(*kind, Some(relationship_schema.name)).name
                        == relationship_schema.name
                })
            }
            IdMeaning::Key(_) => None,
        };
        Ok(Self {
            id,
            kind: kind.unwrap_or(relationship_schema.kind),
        })
    }

    /// The record of the source that it is; none of what was no record of FollowTheMoney before it was written as one.
    fn record(&self) -> Option<String> {
        match &self.id {
            IdMeaning::Key(key) => Some(ids::record(key)),
            IdMeaning::Relationship(_) => None,
        }
    }

    /// What a fragment adds to the relationships of its record.
    fn addition(&self, from: Vec<String>, to: Vec<String>, claim: Relationship) -> Result<Draft, RecordFault> {
        let IdMeaning::Key(key) = &self.id else {
            return Err(RecordFault::rejected("id", "an end is missing"));
        };
        let addition = RelationshipAddition {
            record: ids::record(key),
            key: key.clone(),
            from,
            to,
            claim,
        };
        Ok(Draft::of_change(RecordChange::Addition(Addition::Relationship(
            addition,
        ))))
    }

    /// The id of the relationship with these ends, one of `pairs`.
    fn id(&self, ends: &Ends, pairs: usize) -> String {
        match &self.id {
            IdMeaning::Relationship(id) if pairs == 1 => id.clone(),
            IdMeaning::Relationship(key) | IdMeaning::Key(key) => relationship_id(self.kind, ends, key),
        }
    }
}

/// The kind that a derived id names.
pub(in crate::formats::followthemoney) fn kind_in(id: &str) -> Option<RelationshipKind> {
    let kind = id.strip_prefix("rel:")?.split(':').nth(1)?;
    RelationshipKind::parse(kind).ok()
}

/// The ids at one end; a fault for what is no id.
fn ends(record: &mut RawRecord, property: &'static str, faults: &mut Vec<RecordFault>) -> Vec<String> {
    let mut ends = Vec::new();
    for id in record.take(property) {
        let id = ids::decode(&id);
        if check_id(&id).is_err() {
            faults.push(RecordFault::rejected(property, "not an id").with(&id));
        } else if !ends.contains(&id) {
            ends.push(id);
        }
        if ends.len() > PAIRS_MAX {
            break;
        }
    }
    ends
}

/// The relationship that the record asserts of every pair of ends, and its sources.
fn claim(
    record: &mut RawRecord,
    relationship_schema: RelationshipSchema,
    identity: &RecordIdentity,
    file: &Source,
    today: Date,
) -> (Relationship, Vec<Source>) {
    let place = match &identity.id {
        IdMeaning::Key(_) => Some(locator(relationship_schema.name, &ids::decode(&record.id))),
        IdMeaning::Relationship(_) => record.take_first("recordId", "not a line of text", values::one_line),
    };
    let over_by = ended::day(record, relationship_schema, identity.kind, today);
    let (validity, takes_place) = validity(record, identity.kind, over_by);
    let status = status(record, validity);
    let mut role = relationship_schema.role.and_then(|property| {
        drop_kind(record, property, identity.kind, relationship_schema);
        record.take_first(property, "not a line of text", values::one_line)
    });
    let stated_on = if takes_place { None } else { record.take_date("date") };
    let summary = record.take_first("summary", "not a text", |value| text(value).ok());
    let share = match identity.kind {
        RelationshipKind::Owns => percentages::take(record),
        _ => None,
    };
    let amount = relationship_schema.knows("amount").then(|| amount(record)).flatten();
    let sources = sources::take(record, file);
    let ends = Ends::Known {
        from: String::new(),
        to: String::new(),
    };
    let mut claim = asserted_relationship(String::new(), identity.kind, ends, &sources, place.as_deref());
    for statement in &mut claim.evidence {
        statement.stated_on = stated_on;
        statement.summary.clone_from(&summary);
    }
    let claim = Relationship {
        record: identity.record(),
        role: role.take(),
        status,
        validity,
        share,
        directness: directness::read(record, identity.kind),
        amount,
        ..claim
    };
    (claim, sources)
}

/// The same claim of other ends.
fn with_ends(claim: &Relationship, id: String, ends: Ends) -> Relationship {
    let mut with_ends = Relationship {
        id,
        ends,
        ..claim.clone()
    };
    for statement in &mut with_ends.evidence {
        statement.id = evidence_id(&with_ends.id, &statement.source, 1);
    }
    with_ends
}

/// A kind without a schema in words, as the role of a link: `competes with`.
pub(in crate::formats::followthemoney) fn words(kind: RelationshipKind) -> String {
    kind.as_str().to_lowercase().replace('_', " ")
}

/// Drops a role that only states the kind.
fn drop_kind(
    record: &mut RawRecord,
    property: &'static str,
    kind: RelationshipKind,
    relationship_schema: RelationshipSchema,
) {
    let words = words(kind);
    if kind != relationship_schema.kind && record.values(property).first() == Some(&words) {
        record.take_first(property, "", |text| (text == words).then_some(()));
    }
}

/// When it held, and whether that is the `date` on which it took place, as payments do. A partial one is its own end, which
/// reads as the day after it.
fn validity(record: &mut RawRecord, kind: RelationshipKind, over_by: Option<Date>) -> (Validity, bool) {
    let bounds = (record.take_date("startDate"), record.take_date("endDate"));
    let takes_place = bounds == (None, None) && kind == RelationshipKind::Paid;
    let (since, until) = match takes_place.then(|| record.take_date("date")) {
        Some(on) => (on, on),
        None => bounds,
    };
    let next = |day: PartialDate| day.day_after().map(PartialDate::from);
    let until = match (since, until) {
        (Some(since), Some(until)) if since == until && until.is_day() => next(until),
        (_, until) => until,
    };
    let validity = match over_by.filter(|_| until.is_none()) {
        Some(day) => Validity::over_by(since, day),
        None => Validity::as_written(since, until),
    };
    if validity.is_contradictory() {
        let end = until.map_or_else(|| over_by.map(|day| day.to_string()), |until| Some(until.to_string()));
        let fault = RecordFault::noted(
            "endDate",
            "until is not after since; both are stored as written, neither is used",
        );
        record.faults.push(fault.with(&end.unwrap_or_default()));
    }
    (validity, takes_place)
}

/// How firm the claim is. What has ended was in effect.
fn status(record: &mut RawRecord, validity: Validity) -> RelationshipStatus {
    let [text] = record.values("status") else {
        return match record.values("status") {
            [] => RelationshipStatus::Active,
            _ => RelationshipStatus::Unknown,
        };
    };
    if statuses::is_in_effect(text) {
        return RelationshipStatus::Active;
    }
    if statuses::is_over(text) {
        return match validity.until_day() {
            Some(_) => RelationshipStatus::Active,
            None => RelationshipStatus::Unknown,
        };
    }
    let known_status = RelationshipStatus::ALL
        .iter()
        .copied()
        .find(|status| *text == words_of(*status));
    if known_status.is_some() {
        record.take("status");
    } else {
        let fault = RecordFault::in_properties("status", "a status that is not understood").with(text);
        record.faults.push(fault);
    }
    known_status.unwrap_or(RelationshipStatus::Unknown)
}

/// Our word for a status: `rumoured`.
pub(in crate::formats::followthemoney) fn words_of(status: RelationshipStatus) -> String {
    status.as_str().to_lowercase()
}

/// The amount: in its own currency, else in euros, else in dollars.
fn amount(record: &mut RawRecord) -> Option<Amount> {
    let amount_in_currency = match (record.values("amount"), record.values("currency")) {
        ([number], [currency]) => values::amount(number, currency),
        _ => None,
    };
    if amount_in_currency.is_some() {
        record.take("amount");
        record.take("currency");
    }
    for (property, currency) in [("amountEur", "EUR"), ("amountUsd", "USD")] {
        match &amount_in_currency {
            None => {
                let converted = record.take_first(property, "not an amount", |text| values::amount(text, currency));
                if converted.is_some() {
                    return converted;
                }
            }
            // The same amount in another property is redundant.
            Some(amount_in_currency) if amount_in_currency.currency.as_str() == currency => {
                for text in record.take(property) {
                    if values::amount(&text, currency).as_ref() != Some(amount_in_currency) {
                        record.put_back(property, text);
                    }
                }
            }
            Some(_) => {}
        }
    }
    amount_in_currency
}
