//! Records about one entity, which go to its properties, and things that are no entity of the model: these are remembered,
//! and added to the records that refer to them.

use serde_json::Value;

use crate::formats::{
    followthemoney::{
        read::raw_record::RawRecord,
        terms::{
            annotations::Annotation,
            ids::{self, check_id},
        },
    },
    reader::{Addition, Draft, EntityAddition, RecordChange, RecordFault},
};

/// The additions of a record about one entity.
pub(in crate::formats::followthemoney) fn read(
    mut record: RawRecord,
    annotation: Annotation,
) -> (Vec<Draft>, Vec<RecordFault>) {
    let subjects = record.take(annotation.subject);
    let things: Vec<String> = annotation
        .thing
        .map_or_else(Vec::new, |name| record.values(name).to_vec());
    let key = record.id.clone();
    if subjects.is_empty() {
        record.faults.push(RecordFault::rejected(
            annotation.subject,
            "it does not say about whom it is",
        ));
        return (Vec::new(), record.faults);
    }
    let implied = if annotation.name == "Passport" {
        "Identification"
    } else {
        annotation.name
    };
    let (properties, mut faults) = record.into_properties(implied);
    let properties = properties.unwrap_or_default();
    let mut drafts = Vec::new();
    for subject in subjects {
        let id = ids::decode(&subject);
        let addition =
            EntityAddition::of_properties(&id, annotation.group, &key, &properties).filter(|_| check_id(&id).is_ok());
        match addition {
            Some(addition) => {
                let things = things.clone();
                drafts.push(Draft::of_change(RecordChange::Addition(Addition::Entity(
                    EntityAddition { things, ..addition },
                ))));
            }
            None => faults.push(RecordFault::rejected(annotation.subject, "not an id").with(&id)),
        }
    }
    (drafts, faults)
}

/// Remembers a thing.
pub(in crate::formats::followthemoney) fn thing(mut record: RawRecord) -> (Vec<Draft>, Vec<RecordFault>) {
    let reason = "the model has no noun for it: it goes to the properties of the records that refer to it";
    let id = record.id.clone();
    record
        .faults
        .push(RecordFault::noted("schema", reason).with(&record.schema));
    let (properties, faults) = record.into_properties("");
    let mut properties = properties.unwrap_or_default();
    // The days of crawling are no properties of the thing.
    if let Some(Value::Object(context)) = properties.get_mut("context") {
        context.remove("first_seen");
        context.remove("last_change");
    }
    properties.retain(|_, value| value.as_object().is_none_or(|object| !object.is_empty()));
    (vec![Draft::of_change(RecordChange::Thing { id, properties })], faults)
}
