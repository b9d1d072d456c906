//! What a record states of an entity: its name, if it is one, and the names of its fields.

use serde_json::Map;

use crate::model::{Entity, EntityStatus};

/// The stated name of an entity: placeholders have their id or an identifier as their name.
pub(in crate::import) fn stated_name(entity: &Entity) -> Option<&String> {
    let is_identifier = entity.identifiers.iter().any(|known| known.value == entity.name);
    (entity.name != entity.id && !is_identifier).then_some(&entity.name)
}

/// The stated fields of an entity, by the names that [`Precedence::prefers_new`](super::records::Precedence::prefers_new) takes.
pub(in crate::import) fn stated_fields(entity: &Entity) -> Vec<String> {
    let is_stated = [
        ("kind", true),
        ("name", true),
        ("undisclosed", true),
        ("description", entity.description.is_some()),
        ("country", entity.country.is_some()),
        ("status", entity.status != EntityStatus::Unknown),
        ("founded", entity.founded.is_some()),
        ("dissolved", entity.dissolved.is_some()),
        ("starts_on", entity.starts_on.is_some()),
        ("ends_on", entity.ends_on.is_some()),
        ("website", entity.website.is_some()),
    ];
    let fields = is_stated.into_iter().filter(|(_, is_stated)| *is_stated);
    let keys = entity.properties.iter().flat_map(Map::keys);
    fields
        .map(|(field, _)| field.to_owned())
        .chain(keys.map(|key| format!("properties.{key}")))
        .collect()
}
