//! Fields that FollowTheMoney has no property for, in an object of our own next to the properties of a record: other programs
//! ignore it, and it is read back as it was written.

use serde_json::Value;

use crate::{
    formats::reader::{Draft, RecordChange, RecordFault},
    model::{Catalog, Directness, Interest, LIST_MAX, Record, plain_id},
};

/// The key of that object.
pub(in crate::formats::followthemoney) const EXTENSION_KEY: &str = "guanxi";

/// A field of an entity.
pub(in crate::formats::followthemoney) const UNDISCLOSED: &str = "undisclosed";
/// A field of a relationship.
pub(in crate::formats::followthemoney) const INTEREST: &str = "interest";
pub(in crate::formats::followthemoney) const DIRECTNESS: &str = "directness";
pub(in crate::formats::followthemoney) const COMPONENTS: &str = "components";
pub(in crate::formats::followthemoney) const RECORD: &str = "record";

/// Applies these fields to the drafts of the record. Fields that cannot be read are reported.
pub(in crate::formats::followthemoney) fn apply(extension: Option<Value>, drafts: &mut [Draft]) -> Vec<RecordFault> {
    let fields = match extension {
        None => return Vec::new(),
        Some(Value::Object(fields)) => fields,
        Some(other) => return vec![RecordFault::noted(EXTENSION_KEY, "not a JSON object").with(&other.to_string())],
    };
    let mut faults: Vec<RecordFault> = Vec::new();
    for draft in drafts {
        let RecordChange::Record(record) = &mut draft.change else {
            continue;
        };
        for (name, value) in &fields {
            if !takes(record, name, value) {
                let field = format!("{EXTENSION_KEY}.{name}");
                if !faults.iter().any(|fault| fault.field == field) {
                    faults.push(RecordFault::noted(field, "not understood").with(&value.to_string()));
                }
            }
        }
    }
    faults
}

/// Sets a field of a record; false where the value is none for it.
fn takes(record: &mut Record, name: &str, value: &Value) -> bool {
    match (record, name, value) {
        (Record::Entity(entity), UNDISCLOSED, Value::Bool(undisclosed)) => {
            entity.undisclosed = *undisclosed;
            true
        }
        (Record::Relationship(claim), INTEREST, Value::String(code)) if claim.kind.is_interest() => {
            let interest = Interest::parse(code).ok();
            claim.interest = interest.or(claim.interest);
            interest.is_some()
        }
        (Record::Relationship(claim), DIRECTNESS, Value::String(code)) if claim.kind.is_interest() => {
            let directness = Directness::parse(code).ok();
            claim.directness = directness.unwrap_or(claim.directness);
            directness.is_some()
        }
        (Record::Relationship(claim), COMPONENTS, Value::Array(ids)) if claim.kind.is_interest() => {
            let texts: Option<Vec<String>> = ids.iter().map(|id| id.as_str().map(str::to_owned)).collect();
            let texts =
                texts.filter(|ids| ids.len() <= LIST_MAX && ids.iter().all(|id| plain_id(id, usize::MAX).is_ok()));
            claim.components = texts.clone().unwrap_or_default();
            texts.is_some()
        }
        (Record::Relationship(claim), RECORD, Value::String(record)) => {
            let is_text = !record.is_empty() && !record.chars().any(char::is_control);
            if is_text {
                claim.record = Some(record.clone());
            }
            is_text
        }
        // Sources, and the addresses of an entity.
        (Record::Source(_), ..) | (Record::Relationship(_), UNDISCLOSED, _) => true,
        _ => false,
    }
}
