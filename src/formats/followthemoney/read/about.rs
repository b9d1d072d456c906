//! Records about one entity, which the model keeps in its properties, and things that are no entity of the model: these are
//! remembered, and told with whoever refers to them.

use serde_json::Value;

use super::line::Line;
use crate::formats::{
    followthemoney::terms::{
        about::About,
        ids::{self, check_id},
    },
    reader::{AddedToEntity, Addition, Draft, Fault, Wanted},
};

/// What a record about one entity adds to it.
pub(in crate::formats::followthemoney) fn read(mut line: Line, about: About) -> (Vec<Draft>, Vec<Fault>) {
    let subjects = line.take(about.subject);
    let things: Vec<String> = about.thing.map_or_else(Vec::new, |name| line.values(name).to_vec());
    let key = line.id.clone();
    if subjects.is_empty() {
        line.faults
            .push(Fault::rejected(about.subject, "it does not say about whom it is"));
        return (Vec::new(), line.faults);
    }
    let implied = if about.name == "Passport" {
        "Identification"
    } else {
        about.name
    };
    let (said, mut faults) = line.into_properties(implied);
    let said = said.unwrap_or_default();
    let mut drafts = Vec::new();
    for subject in subjects {
        let id = ids::read(&subject);
        let added = AddedToEntity::of_properties(&id, about.group, &key, &said).filter(|_| check_id(&id).is_ok());
        match added {
            Some(added) => {
                let things = things.clone();
                drafts.push(Draft::to(Wanted::Addition(Addition::Entity(AddedToEntity {
                    things,
                    ..added
                }))));
            }
            None => faults.push(Fault::rejected(about.subject, "not an id").with(&id)),
        }
    }
    (drafts, faults)
}

/// What is remembered of a thing.
pub(in crate::formats::followthemoney) fn thing(mut line: Line) -> (Vec<Draft>, Vec<Fault>) {
    let reason = "the model has no noun for it: it is told in the properties of whoever refers to it";
    let id = line.id.clone();
    line.faults.push(Fault::noted("schema", reason).with(&line.schema));
    let (said, faults) = line.into_properties("");
    let mut said = said.unwrap_or_default();
    // Who looked when is nothing that the thing is.
    if let Some(Value::Object(context)) = said.get_mut("context") {
        context.remove("first_seen");
        context.remove("last_change");
    }
    said.retain(|_, value| value.as_object().is_none_or(|object| !object.is_empty()));
    (vec![Draft::to(Wanted::Thing { id, said })], faults)
}
