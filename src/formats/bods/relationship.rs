//! Relationships: one per interest. A party that is only a reason is an unknown end, and what a newer version no longer says
//! is taken back.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    OURS, entity_id,
    interests::{UNTYPED, code_today, of_code, share_range},
    statement::{Statement, Status},
    values::{one_line, properties, take_date, take_list, take_map, take_text, text},
};
use crate::{
    formats::import::{Fault, Wanted},
    model::{
        Catalog, DERIVED_ID_CHARS_MAX, Ends, Evidence, Noun, Record, Relationship, RelationshipKind, Share, ShareOf,
        UnknownReason, Validity, evidence_id, line, relationship_id,
    },
};

/// What a relationship record says, and what it no longer says.
pub(super) fn wanted(mut statement: Statement, faults: &mut Vec<Fault>) -> Result<Vec<Wanted>, Fault> {
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
    let ours = statement
        .record
        .strip_prefix(OURS)
        .filter(|_| interests.len() == 1)
        .map(str::to_owned);
    let rest = statement.rest(&about, faults).unwrap_or_default();
    let mut wanted = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for interest in interests {
        let Value::Object(mut interest) = interest else {
            faults.push(Fault::rejected("interests", "not an interest"));
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
            faults.push(Fault::rejected("recordId", "not an id").with(&id));
            continue;
        }
        let relationship = relationship(id, typed, ends.clone(), interest, (&statement, &rest), faults);
        let is_over = statement.status == Status::Closed && relationship.validity.until().is_none();
        if !is_over {
            wanted.push(Wanted::Record(Record::Relationship(relationship)));
        } else if ours.is_some() {
            wanted.push(retraction(relationship.id));
        }
    }
    if wanted.is_empty() && statement.status != Status::Closed {
        return Err(Fault::rejected("interests", "no interest that can be read"));
    }
    if ours.is_none() {
        let ids = wanted.iter().map(|wanted| wanted.id().to_owned()).collect();
        wanted.push(Wanted::OnlyThese {
            record: statement.record,
            ids,
        });
    }
    Ok(wanted)
}

/// The key of the `number`th interest of a type.
fn key(record: &str, code: &str, number: usize) -> String {
    match number {
        0 | 1 => format!("{record}/{code}"),
        number => format!("{record}/{code}/{number}"),
    }
}

fn retraction(id: String) -> Wanted {
    Wanted::Retraction {
        noun: Noun::Relationship,
        id,
    }
}

/// Who has an interest in whom.
fn ends(details: &mut Map<String, Value>, faults: &mut Vec<Fault>) -> Result<Ends, Fault> {
    let subject = party(details, "subject", faults)?;
    let interested = party(details, "interestedParty", faults)?;
    match (interested, subject) {
        (Party::Known(from), Party::Known(to)) => Ok(Ends::Known { from, to }),
        (Party::Unspecified(reason), Party::Known(to)) => Ok(Ends::UnknownFrom { to, reason }),
        (Party::Known(from), Party::Unspecified(reason)) => Ok(Ends::UnknownTo { from, reason }),
        _ => Err(Fault::rejected("subject", "neither end is known")),
    }
}

enum Party {
    Known(String),
    Unspecified(UnknownReason),
}

/// One end. What is said of an unspecified one stays in the properties.
fn party(details: &mut Map<String, Value>, key: &'static str, faults: &mut Vec<Fault>) -> Result<Party, Fault> {
    if let Some(record) = take_text(details, key) {
        let id = entity_id(&record).map_err(|_| Fault::rejected(key, "not an id").with(&record))?;
        return Ok(Party::Known(id));
    }
    let unspecified = details.get(key).and_then(Value::as_object);
    let unspecified = unspecified.ok_or_else(|| Fault::rejected(key, "an end is missing"))?;
    Ok(Party::Unspecified(unknown_reason(unspecified, key, faults)))
}

fn unknown_reason(unspecified: &Map<String, Value>, key: &'static str, faults: &mut Vec<Fault>) -> UnknownReason {
    let described = text(unspecified, "description").and_then(|told| {
        let mut reasons = UnknownReason::ALL.iter().copied();
        reasons.find(|reason| UnknownReason::description(*reason) == told)
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
            faults.push(Fault::kept(key, "not a reason why a party is unspecified").with(reason));
            UnknownReason::Unspecified
        }
    };
    described.unwrap_or(read)
}

/// What an interest is.
struct Typed {
    code: String,
    kind: RelationshipKind,
    role: Option<String>,
    of: Option<ShareOf>,
}

fn typed(interest: &mut Map<String, Value>, faults: &mut Vec<Fault>) -> Typed {
    let code = take_text(interest, "type").filter(|code| !code.trim().is_empty());
    let known = match &code {
        None => Some(&UNTYPED),
        Some(code) => of_code(code).or_else(|| of_code(&code_today(code))),
    };
    match (known, code) {
        (Some(known), _) => Typed {
            code: known.code.to_owned(),
            kind: known.kind,
            role: known.words.map(str::to_owned),
            of: known.of,
        },
        (None, code) => {
            let code = code.unwrap_or_default();
            faults.push(Fault::kept("interests.type", "not a type of interest").with(&code));
            interest.insert("type".to_owned(), json!(code));
            Typed {
                role: one_line(&code),
                code,
                kind: UNTYPED.kind,
                of: None,
            }
        }
    }
}

/// Our own export says in the details what the type does not: `OFFICER_OF: chief executive`.
fn role_of_ours(interest: &mut Map<String, Value>, typed: &mut Typed) {
    let details = text(interest, "details").unwrap_or_default();
    let (kind, role) = details
        .split_once(": ")
        .map_or((details, None), |(kind, role)| (kind, one_line(role)));
    if let Ok(kind) = RelationshipKind::parse(kind) {
        (typed.kind, typed.role) = (kind, role);
        typed.of = typed.of.filter(|of| kind.takes_share_of(*of));
        interest.remove("details");
    }
}

fn relationship(
    id: String,
    typed: Typed,
    ends: Ends,
    mut interest: Map<String, Value>,
    (statement, rest): (&Statement, &Map<String, Value>),
    faults: &mut Vec<Fault>,
) -> Relationship {
    let share = share(&mut interest, &typed, faults);
    let since = take_date(&mut interest, "startDate", "interests.startDate", faults);
    let until = take_date(&mut interest, "endDate", "interests.endDate", faults);
    let validity = Validity::new(since, until).or_else(|_| {
        let until = until.map(|date| date.to_string()).unwrap_or_default();
        faults.push(Fault::kept("interests.endDate", "an end that is not after the start").with(&until));
        interest.insert("endDate".to_owned(), json!(until));
        Validity::new(since, None)
    });
    let mut beyond = rest.clone();
    beyond.append(&mut interest);
    let evidence = Evidence {
        locator: line(&statement.record).ok(),
        stated_on: statement.stated_on,
        ..Evidence::asserting(evidence_id(&id, &statement.source, 1), &statement.source)
    };
    Relationship {
        role: typed.role,
        validity: validity.unwrap_or_else(|_| Validity::open()),
        share,
        properties: properties(beyond, faults),
        evidence: vec![evidence],
        ..Relationship::new(id, typed.kind, ends)
    }
}

/// The share of an interest. One that cannot be read, or that is of nothing we know, stays in the properties.
fn share(interest: &mut Map<String, Value>, typed: &Typed, faults: &mut Vec<Fault>) -> Option<Share> {
    let of = typed.of?;
    let written = take_map(interest, "share").filter(|share| !share.is_empty())?;
    let range = share_range(&written);
    if range.is_none() {
        let quoted = Value::Object(written.clone()).to_string();
        faults.push(Fault::kept("interests.share", "not a share").with(&quoted));
        interest.insert("share".to_owned(), Value::Object(written));
    }
    range.map(|range| Share { range, of })
}
