//! Statements of 0.2 and 0.3 in the shape of 0.4, so that one reader handles all versions. Where it says "statement", 0.4 says
//! "record": a chain of statements that replace each other is one.

use serde_json::{Map, Value, json};

use super::{
    interests::code_today,
    replacements::{Capacity, Replacements},
    values::{take_list, take_map, take_text},
};
use crate::formats::reader::RecordFault;

/// The fields of a statement that are not details of its record.
const STATEMENT_FIELDS: [&str; 4] = ["statementDate", "publicationDetails", "source", "annotations"];

/// The key under which a statement in the shape of 0.4 has its distance to the first statement of its chain.
pub(in crate::formats::bods) const DEPTH: &str = "guanxi:depth";

/// Which statements a statement of before 0.4 replaces, and its own id.
pub(in crate::formats::bods) fn replacement(text: &[u8]) -> Option<(String, Vec<String>)> {
    let Ok(Value::Object(mut old)) = serde_json::from_slice(text) else {
        return None;
    };
    let id = take_text(&mut old, "statementID").or_else(|| take_text(&mut old, "statementId"))?;
    let earlier = replaced_statements(&mut old);
    (!earlier.is_empty()).then_some((id, earlier))
}

/// The statement as 0.4 would write it.
pub(in crate::formats::bods) fn upgrade(
    mut old: Map<String, Value>,
    replacements: &mut Replacements,
    faults: &mut Vec<RecordFault>,
) -> Map<String, Value> {
    let mut new = Map::new();
    for key in STATEMENT_FIELDS {
        if let Some(value) = old.remove(key) {
            new.insert(key.to_owned(), value);
        }
    }
    let kind = take_text(&mut old, "statementType").unwrap_or_default();
    let id = take_text(&mut old, "statementID").or_else(|| take_text(&mut old, "statementId"));
    let earlier = replaced_statements(&mut old);
    if let Some(id) = id {
        let full = earlier
            .iter()
            .any(|earlier| replacements.insert(&id, earlier) == Capacity::Full);
        if full {
            faults.push(
                RecordFault::in_properties("replacesStatements", "more statements replaced than are remembered")
                    .with(&id),
            );
            old.insert("replacesStatements".to_owned(), json!(earlier));
        }
        let first = match earlier.first() {
            Some(earlier) if full => replacements.first_of(earlier),
            _ => replacements.first_of(&id),
        };
        new.insert("recordId".to_owned(), json!(first));
        new.insert(DEPTH.to_owned(), json!(replacements.depth_of(&id)));
        new.insert("statementId".to_owned(), json!(id));
    }
    let status = if earlier.is_empty() { "new" } else { "updated" };
    new.insert("recordStatus".to_owned(), json!(status));
    let record = match kind.as_str() {
        "entityStatement" => {
            entity(&mut old);
            "entity"
        }
        "personStatement" => {
            person(&mut old);
            "person"
        }
        "ownershipOrControlStatement" => {
            relationship(&mut old, replacements);
            "relationship"
        }
        other => other,
    };
    new.insert("recordType".to_owned(), json!(record));
    new.insert("recordDetails".to_owned(), Value::Object(old));
    new
}

fn replaced_statements(old: &mut Map<String, Value>) -> Vec<String> {
    let earlier = take_list(old, "replacesStatements").into_iter();
    let mut earlier: Vec<String> = earlier.filter_map(|id| id.as_str().map(str::to_owned)).collect();
    // 0.1 knew only one.
    earlier.extend(take_text(old, "replacesStatement"));
    earlier
}

fn entity(old: &mut Map<String, Value>) {
    if let Some(kind) = take_text(old, "entityType") {
        let mut written = json!({ "type": code_today(&kind) });
        // 0.3 had { generalCategory, localTerm }.
        if let Some(mut subtype) = take_map(old, "entitySubtype") {
            if let Some(category) = take_text(&mut subtype, "generalCategory") {
                // "stateBody-governmentDepartment"
                let category = category
                    .rsplit_once('-')
                    .map_or(category.as_str(), |(_, subtype)| subtype);
                written["subtype"] = json!(category);
            }
            if let Some(term) = take_text(&mut subtype, "localTerm") {
                written["details"] = json!(term);
            }
        }
        old.insert("entityType".to_owned(), written);
    }
    rename(old, "incorporatedInJurisdiction", "jurisdiction");
    missing_info(old, "unspecifiedEntityDetails");
    addresses(old);
}

fn person(old: &mut Map<String, Value>) {
    missing_info(old, "unspecifiedPersonDetails");
    if let Some(names) = old.get_mut("names").and_then(Value::as_array_mut) {
        for name in names.iter_mut().filter_map(Value::as_object_mut) {
            if name.get("type").and_then(Value::as_str) == Some("individual") {
                name.insert("type".to_owned(), json!("legal"));
            }
        }
    }
    // 0.2: a yes or no, and details beside it.
    let is_exposed = old.remove("hasPepStatus");
    let details = old.remove("pepStatusDetails");
    if is_exposed.is_some() || details.is_some() {
        let status = match is_exposed {
            Some(Value::Bool(false)) => "isNotPep",
            Some(Value::Bool(true)) => "isPep",
            _ => "unknown",
        };
        let mut exposure = json!({ "status": status });
        if let Some(details) = details {
            exposure["details"] = details;
        }
        old.insert("politicalExposure".to_owned(), exposure);
    }
    addresses(old);
}

/// 0.2 said in a text why information is missing.
fn missing_info(old: &mut Map<String, Value>, today: &str) {
    if let Some(details) = old.get_mut(today).and_then(Value::as_object_mut) {
        reason(details);
    }
    if let Some(description) = take_text(old, "missingInfoReason") {
        let details = json!({ "reason": "unknown", "description": description });
        old.entry(today.to_owned()).or_insert(details);
    }
}

/// The country of an address was a code.
fn addresses(old: &mut Map<String, Value>) {
    let Some(addresses) = old.get_mut("addresses").and_then(Value::as_array_mut) else {
        return;
    };
    for address in addresses.iter_mut().filter_map(Value::as_object_mut) {
        if let Some(code) = take_text(address, "country") {
            address.insert("country".to_owned(), json!({ "name": code, "code": code }));
        }
    }
}

fn relationship(old: &mut Map<String, Value>, replacements: &Replacements) {
    for key in ["subject", "interestedParty"] {
        if let Some(mut end) = take_map(old, key) {
            old.insert(key.to_owned(), party(&mut end, replacements));
        }
    }
    rename(old, "componentStatementIDs", "componentRecords");
    let components = old.get_mut("componentRecords").and_then(Value::as_array_mut);
    for component in components.into_iter().flatten() {
        if let Some(statement) = component.as_str() {
            *component = json!(replacements.first_of(statement.trim()));
        }
    }
    let Some(interests) = old.get_mut("interests").and_then(Value::as_array_mut) else {
        return;
    };
    for interest in interests.iter_mut().filter_map(Value::as_object_mut) {
        rename(interest, "interestLevel", "directOrIndirect");
        if let Some(code) = take_text(interest, "type") {
            interest.insert("type".to_owned(), json!(code_today(&code)));
        }
    }
}

/// A reference to a statement as one to a record, or the reason why there is none.
fn party(end: &mut Map<String, Value>, replacements: &Replacements) -> Value {
    for key in ["describedByEntityStatement", "describedByPersonStatement"] {
        if let Some(statement) = take_text(end, key).filter(|statement| !statement.trim().is_empty()) {
            return json!(replacements.first_of(statement.trim()));
        }
    }
    let mut unspecified = take_map(end, "unspecified").unwrap_or_else(|| std::mem::take(end));
    reason(&mut unspecified);
    Value::Object(unspecified)
}

fn reason(details: &mut Map<String, Value>) {
    if let Some(reason) = take_text(details, "reason") {
        details.insert("reason".to_owned(), json!(code_today(&reason)));
    }
}

fn rename(map: &mut Map<String, Value>, old: &str, new: &str) {
    if let Some(value) = map.remove(old) {
        map.entry(new.to_owned()).or_insert(value);
    }
}
