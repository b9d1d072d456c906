//! Relationships: one per interest. A party that is only a reason is an unknown end, and what a newer version no longer states
//! is retracted.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    interests::{UNTYPED, code_today, of_code, share_range},
    statement::{Statement, Status},
    values::{one_line, properties, take_date, take_end, take_list, take_map, take_text, text},
};
use crate::{
    formats::{
        bods::{
            ids::{OWN_RECORD_PREFIX, entity_id},
            write::mark::Mark,
        },
        reader::{RecordChange, RecordFault},
    },
    model::{
        Catalog, DERIVED_ID_CHARS_MAX, Directness, Ends, Evidence, Interest, LIST_MAX, Noun, Record, Relationship,
        RelationshipKind, Share, ShareOf, UnknownReason, Validity, evidence_id, line, plain_id, relationship_id,
    },
};

/// The changes that a relationship record states, retractions included.
pub(in crate::formats::bods) fn changes(
    mut statement: Statement,
    faults: &mut Vec<RecordFault>,
) -> Result<Vec<RecordChange>, RecordFault> {
    let about = statement
        .details
        .get("subject")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let ends = ends(&mut statement.details, faults)?;
    let mut interests = take_list(&mut statement.details, "interests");
    if interests.is_empty() {
        interests.push(json!({}));
    }
    let components = components(&mut statement.details, faults);
    let ours = statement
        .record
        .strip_prefix(OWN_RECORD_PREFIX)
        .filter(|_| interests.len() == 1)
        .map(str::to_owned);
    let rest = statement.rest(&about, faults).unwrap_or_default();
    let mut changes = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for interest in interests {
        let Value::Object(mut interest) = interest else {
            faults.push(RecordFault::rejected("interests", "not an interest"));
            continue;
        };
        let mut typed = typed(&mut interest, faults);
        if ours.is_some() {
            role_of_ours(&mut interest, &mut typed);
        }
        let count = counts.entry(typed.code.clone()).or_default();
        *count += 1;
        let id = match &ours {
            Some(id) => id.clone(),
            None => relationship_id(typed.kind, &ends, &key(&statement.record, &typed.code, *count)),
        };
        if id.is_empty() || id.chars().count() > DERIVED_ID_CHARS_MAX || id.chars().any(char::is_control) {
            faults.push(RecordFault::rejected("recordId", "not an id").with(&id));
            continue;
        }
        let about = About {
            statement: &statement,
            rest: &rest,
            components: &components,
            is_ours: ours.is_some(),
        };
        let relationship = relationship(id, typed, ends.clone(), interest, &about, faults);
        let has_end = relationship.validity.until().is_some() || relationship.validity.ended_by().is_some();
        if statement.status != Status::Closed || has_end {
            changes.push(RecordChange::Record(Record::Relationship(relationship)));
        } else if ours.is_some() {
            changes.push(retraction(relationship.id));
        }
    }
    if changes.is_empty() && statement.status != Status::Closed {
        return Err(RecordFault::rejected("interests", "no interest that can be read"));
    }
    if ours.is_none() {
        let ids = changes.iter().map(|changes| changes.id().to_owned()).collect();
        changes.push(RecordChange::OnlyThese {
            record: statement.record,
            ids,
        });
    }
    Ok(changes)
}

/// The key of the `number`th interest of a type.
fn key(record: &str, code: &str, number: usize) -> String {
    match number {
        0 | 1 => format!("{record}/{code}"),
        number => format!("{record}/{code}/{number}"),
    }
}

fn retraction(id: String) -> RecordChange {
    RecordChange::Retraction {
        noun: Noun::Relationship,
        id,
    }
}

/// Who has an interest in whom.
fn ends(details: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Result<Ends, RecordFault> {
    let subject = party(details, "subject", faults)?;
    let interested = party(details, "interestedParty", faults)?;
    match (interested, subject) {
        (Party::Known(from), Party::Known(to)) => Ok(Ends::Known { from, to }),
        (Party::Unspecified(reason), Party::Known(to)) => Ok(Ends::UnknownFrom { to, reason }),
        (Party::Known(from), Party::Unspecified(reason)) => Ok(Ends::UnknownTo { from, reason }),
        _ => Err(RecordFault::rejected("subject", "neither end is known")),
    }
}

enum Party {
    Known(String),
    Unspecified(UnknownReason),
}

/// One end. What is said of an unspecified one stays in the properties.
fn party(
    details: &mut Map<String, Value>,
    key: &'static str,
    faults: &mut Vec<RecordFault>,
) -> Result<Party, RecordFault> {
    if let Some(record) = take_text(details, key) {
        let id = entity_id(&record).map_err(|_| RecordFault::rejected(key, "not an id").with(&record))?;
        return Ok(Party::Known(id));
    }
    let unspecified = details.get(key).and_then(Value::as_object);
    let unspecified = unspecified.ok_or_else(|| RecordFault::rejected(key, "an end is missing"))?;
    Ok(Party::Unspecified(unknown_reason(unspecified, key, faults)))
}

fn unknown_reason(unspecified: &Map<String, Value>, key: &'static str, faults: &mut Vec<RecordFault>) -> UnknownReason {
    let described = text(unspecified, "description").and_then(|text_value| {
        let mut reasons = UnknownReason::ALL.iter().copied();
        reasons.find(|reason| UnknownReason::description(*reason) == text_value)
    });
    let reason = text(unspecified, "reason").unwrap_or_default();
    let read = match code_today(reason).as_str() {
        "noBeneficialOwners" | "noNotifiableOwners" | "subjectUnableToConfirmOrIdentifyBeneficialOwner" => {
            UnknownReason::NoKnownPerson
        }
        "subjectExemptFromDisclosure" | "interestedPartyExemptFromDisclosure" => UnknownReason::NonPublic,
        "interestedPartyHasNotProvidedInformation" | "unknown" | "informationUnknownToPublisher" => {
            UnknownReason::Unspecified
        }
        _ => {
            faults.push(RecordFault::in_properties(key, "not a reason why a party is unspecified").with(reason));
            UnknownReason::Unspecified
        }
    };
    described.unwrap_or(read)
}

/// The ids of the records that an indirect relationship is made up of, each once. Those that our own export wrote are ids of
/// ours. What is no id stays in the properties.
fn components(details: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Vec<String> {
    let mut components: Vec<String> = Vec::new();
    let mut unread = Vec::new();
    for value in take_list(details, "componentRecords") {
        let id = value.as_str().map(str::trim);
        let id = id.map(|id| {
            id.strip_prefix(OWN_RECORD_PREFIX)
                .filter(|id| !id.is_empty())
                .unwrap_or(id)
        });
        match id.and_then(|id| plain_id(id, DERIVED_ID_CHARS_MAX).ok()) {
            Some(id) if components.iter().any(|known| known == id) => {}
            Some(id) if components.len() < LIST_MAX => components.push(id.to_owned()),
            _ => unread.push(value),
        }
    }
    if !unread.is_empty() {
        faults.push(RecordFault::in_properties(
            "componentRecords",
            "not an id, or more than a relationship can have",
        ));
        details.insert("componentRecords".to_owned(), Value::Array(unread));
    }
    components
}

/// The type of an interest, in terms of the model.
struct TypedInterest {
    code: String,
    kind: RelationshipKind,
    role: Option<String>,
    of: Option<ShareOf>,
    interest: Option<Interest>,
}

fn typed(interest: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> TypedInterest {
    let code = take_text(interest, "type").filter(|code| !code.trim().is_empty());
    let known = match &code {
        None => Some(&UNTYPED),
        Some(code) => of_code(code).or_else(|| of_code(&code_today(code))),
    };
    match (known, code) {
        (Some(known), _) => TypedInterest {
            code: known.code.to_owned(),
            kind: known.kind,
            role: known.words.map(str::to_owned),
            of: known.of,
            interest: known.of_kind(known.kind),
        },
        (None, code) => {
            let code = code.unwrap_or_default();
            faults.push(RecordFault::in_properties("interests.type", "not a type of interest").with(&code));
            interest.insert("type".to_owned(), json!(code));
            TypedInterest {
                role: one_line(&code),
                code,
                kind: UNTYPED.kind,
                of: None,
                interest: UNTYPED.of_kind(UNTYPED.kind),
            }
        }
    }
}

/// Takes what our own export writes into the details beyond the type.
fn role_of_ours(interest: &mut Map<String, Value>, typed: &mut TypedInterest) {
    if let Some(mark) = text(interest, "details").and_then(Mark::parse) {
        let of = mark.of.or(typed.of);
        typed.of = of.filter(|of| mark.kind.takes_share_of(*of));
        (typed.kind, typed.role, typed.interest) = (mark.kind, mark.role, mark.interest);
        interest.remove("details");
    }
}

/// What the record states of all its interests.
struct About<'a> {
    statement: &'a Statement,
    rest: &'a Map<String, Value>,
    components: &'a [String],
    /// Whether our own export wrote it.
    is_ours: bool,
}

fn relationship(
    id: String,
    typed: TypedInterest,
    ends: Ends,
    mut interest: Map<String, Value>,
    about: &About<'_>,
    faults: &mut Vec<RecordFault>,
) -> Relationship {
    let statement = about.statement;
    let share = share(&mut interest, &typed, faults);
    let validity = validity(&mut interest, about, faults);
    let (directness, components) = if typed.kind.is_interest() {
        (directness(&mut interest, faults), about.components.to_vec())
    } else {
        (Directness::Unknown, Vec::new())
    };
    let mut beyond = about.rest.clone();
    if components.is_empty() && !about.components.is_empty() {
        beyond.insert("componentRecords".to_owned(), json!(about.components));
    }
    beyond.append(&mut interest);
    let evidence = Evidence {
        locator: line(&statement.record).ok(),
        stated_on: statement.stated_on,
        ..Evidence::asserting(evidence_id(&id, &statement.source, 1), &statement.source)
    };
    Relationship {
        role: typed.role,
        validity,
        share,
        interest: typed.interest,
        directness,
        components,
        record: (!about.is_ours).then(|| statement.record.clone()),
        properties: properties(beyond, faults),
        evidence: vec![evidence],
        ..Relationship::new(id, typed.kind, ends)
    }
}

/// When an interest was held. One of ours that is closed without an end was over on the day of its statement.
fn validity(interest: &mut Map<String, Value>, about: &About<'_>, faults: &mut Vec<RecordFault>) -> Validity {
    let since = take_date(interest, "startDate", "interests.startDate", faults);
    let until = take_end(interest, "endDate", "interests.endDate", faults);
    let is_over = about.is_ours && about.statement.status == Status::Closed && until.is_none();
    if let Some(stated_on) = about.statement.stated_on.filter(|_| is_over) {
        return Validity::over_by(since, stated_on.first_day());
    }
    let validity = Validity::as_written(since, until);
    if let Some(until) = until.filter(|_| validity.is_contradictory()) {
        faults.push(RecordFault::noted("interests.endDate", CONTRADICTORY).with(&until.to_string()));
    }
    validity
}

/// The remark on an end that is not after the start.
const CONTRADICTORY: &str = "until is not after since; both are stored as written, neither is used";

/// How directly an interest is held. What is none of the list stays in the properties.
fn directness(interest: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Directness {
    let Some(stated) = take_text(interest, "directOrIndirect").filter(|stated| !stated.trim().is_empty()) else {
        return Directness::Unknown;
    };
    Directness::parse(&stated.trim().to_uppercase()).unwrap_or_else(|_| {
        faults.push(
            RecordFault::in_properties("interests.directOrIndirect", "not direct, indirect or unknown").with(&stated),
        );
        interest.insert("directOrIndirect".to_owned(), json!(stated));
        Directness::Unknown
    })
}

/// The share of an interest. One that cannot be read, or that is of nothing we know, stays in the properties.
fn share(interest: &mut Map<String, Value>, typed: &TypedInterest, faults: &mut Vec<RecordFault>) -> Option<Share> {
    let of = typed.of?;
    let stated = take_map(interest, "share").filter(|share| !share.is_empty())?;
    let range = share_range(&stated);
    if range.is_none() {
        let quoted = Value::Object(stated.clone()).to_string();
        faults.push(RecordFault::in_properties("interests.share", "not a share").with(&quoted));
        interest.insert("share".to_owned(), Value::Object(stated));
    }
    range.map(|range| Share { range, of })
}
