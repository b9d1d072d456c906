//! Records that stand within others: the nested export writes the records that a property refers to out where it refers to them,
//! and hangs the relationships of an entity on it by names of their own.

use serde_json::{Map, Value};

/// The names by which the records that refer to an entity hang on it: the schema and its property that refers there.
const REVERSE_PROPERTIES: [(&str, &str, &str); 31] = [
    ("agencyClient", "Representation", "agent"),
    ("agentRepresentation", "Representation", "client"),
    ("associates", "Associate", "person"),
    ("associations", "Associate", "associate"),
    ("controlledEntities", "Control", "controller"),
    ("controllingEntities", "Control", "controlled"),
    ("courtCase", "CourtCaseParty", "party"),
    ("debtCreditor", "Debt", "creditor"),
    ("debtDebtor", "Debt", "debtor"),
    ("directorshipDirector", "Directorship", "director"),
    ("directorshipOrganization", "Directorship", "organization"),
    ("employees", "Employment", "employer"),
    ("employers", "Employment", "employee"),
    ("familyPerson", "Family", "person"),
    ("familyRelative", "Family", "relative"),
    ("membershipMember", "Membership", "member"),
    ("membershipOrganization", "Membership", "organization"),
    ("occupancies", "Occupancy", "post"),
    ("ownershipAsset", "Ownership", "asset"),
    ("ownershipOwner", "Ownership", "owner"),
    ("participants", "ProjectParticipant", "project"),
    ("parties", "CourtCaseParty", "case"),
    ("paymentBeneficiary", "Payment", "beneficiary"),
    ("paymentPayer", "Payment", "payer"),
    ("positionOccupancies", "Occupancy", "holder"),
    ("predecessors", "Succession", "successor"),
    ("projectParticipation", "ProjectParticipant", "participant"),
    ("sanctions", "Sanction", "entity"),
    ("successors", "Succession", "predecessor"),
    ("unknownLinkFrom", "UnknownLink", "object"),
    ("unknownLinkTo", "UnknownLink", "subject"),
];

/// The same of records that are about an entity, whatever their schema.
const ANNOTATIONS: [(&str, &str); 3] = [("identification", "holder"), ("risks", "entity"), ("taxRolls", "taxee")];

/// The record and those that stand within it, each with references alone: the outer ones first.
pub(in crate::formats::followthemoney) fn flattened(record: Map<String, Value>) -> Vec<Map<String, Value>> {
    let mut all = Vec::new();
    flatten_into(record, &mut all);
    all
}

fn flatten_into(mut record: Map<String, Value>, all: &mut Vec<Map<String, Value>>) {
    let place = all.len();
    all.push(Map::new());
    let id = record.get("id").cloned();
    if let Some(Value::Object(properties)) = record.get_mut("properties") {
        for (name, values) in properties.iter_mut() {
            let Some(list) = listed(values) else { continue };
            let mut rest = Vec::with_capacity(list.len());
            for value in std::mem::take(list) {
                match value {
                    Value::Object(mut inner) if is_record(&inner) => {
                        let reference = inner.get("id").cloned().unwrap_or_default();
                        match refers_back_by(name, &inner) {
                            Some(property) => refer(&mut inner, property, id.as_ref()),
                            None => rest.push(reference),
                        }
                        flatten_into(inner, all);
                    }
                    other => rest.push(other),
                }
            }
            *list = rest;
        }
        properties.retain(|_, values| values.as_array().is_none_or(|list| !list.is_empty()));
    }
    all[place] = record;
}

/// The values of a property, as a list where a record stands in it.
fn listed(values: &mut Value) -> Option<&mut Vec<Value>> {
    if values.as_object().is_some_and(is_record) {
        *values = Value::Array(vec![values.take()]);
    }
    values.as_array_mut()
}

/// Whether an object is a record, and says more than which one it is.
fn is_record(object: &Map<String, Value>) -> bool {
    let properties = object.get("properties").and_then(Value::as_object);
    properties.is_some_and(|properties| !properties.is_empty())
        && ["id", "schema"]
            .iter()
            .all(|name| object.get(*name).is_some_and(Value::is_string))
}

/// The property by which a record refers to the one that it hangs on under this name.
fn refers_back_by(name: &str, inner: &Map<String, Value>) -> Option<&'static str> {
    let schema = inner.get("schema").and_then(Value::as_str);
    let reverse_property = REVERSE_PROPERTIES
        .iter()
        .find(|(known, of, _)| *known == name && schema == Some(of));
    let about = || {
        ANNOTATIONS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, property)| *property)
    };
    reverse_property.map(|(_, _, property)| *property).or_else(about)
}

/// Lets a record refer to the one that it hangs on, unless it does.
fn refer(inner: &mut Map<String, Value>, property: &str, outer: Option<&Value>) {
    let Some(outer) = outer else { return };
    let properties = inner.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    if let Some(properties) = properties.as_object_mut() {
        properties
            .entry(property)
            .or_insert_with(|| Value::Array(vec![outer.clone()]));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_within_others_are_taken_apart() {
        let nested = json!({"id": "a", "schema": "Company", "properties": {
            "name": ["A"],
            "addressEntity": [{"id": "ad", "schema": "Address", "properties": {"full": ["B"]}}, "other"],
            "ownershipAsset": [
                {"id": "ow", "schema": "Ownership", "properties": {"owner": [{"id": "p", "schema": "Person", "properties": {"name": ["P"]}}]}}
            ],
            "sanctions": {"id": "sa", "schema": "Sanction", "properties": {"entity": ["a"]}},
            "parent": [{"id": "x"}]
        }});
        let Value::Object(nested) = nested else {
            panic!("an object")
        };
        let flattened: Vec<Value> = flattened(nested).into_iter().map(Value::Object).collect();
        assert_eq!(
            flattened,
            [
                json!({"id": "a", "schema": "Company", "properties": {
                    "name": ["A"], "addressEntity": ["ad", "other"], "parent": [{"id": "x"}]
                }}),
                json!({"id": "ad", "schema": "Address", "properties": {"full": ["B"]}}),
                json!({"id": "ow", "schema": "Ownership", "properties": {"owner": ["p"], "asset": ["a"]}}),
                json!({"id": "p", "schema": "Person", "properties": {"name": ["P"]}}),
                json!({"id": "sa", "schema": "Sanction", "properties": {"entity": ["a"]}}),
            ]
        );
    }
}
