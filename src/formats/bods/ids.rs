//! Ids of records and of the entities that they describe.

use crate::model::{BODS_ENTITY_PREFIX, Entity, ID_CHARS_MAX, Invalid};

/// The prefix of record ids that our own export wrote.
pub(super) const OWN_RECORD_PREFIX: &str = "guanxi:";

/// The id of the entity that a record describes.
pub(crate) fn entity_id(record: &str) -> Result<String, Invalid> {
    let record = record.trim();
    let ours = record
        .strip_prefix(OWN_RECORD_PREFIX)
        .filter(|id| Entity::check_id(id).is_ok());
    let id = match ours {
        Some(id) => id.to_owned(),
        None => format!("{BODS_ENTITY_PREFIX}{record}"),
    };
    let fits = !record.is_empty() && id.chars().count() <= ID_CHARS_MAX;
    match Entity::check_id(&id) {
        Ok(()) if fits => Ok(id),
        _ => Err(Invalid::new(record, "a record id")),
    }
}

/// The id of the record that describes an entity: the inverse of [`entity_id`].
pub(super) fn record_id(entity: &str) -> String {
    let theirs = entity.strip_prefix(BODS_ENTITY_PREFIX);
    match theirs.filter(|record| entity_id(record).is_ok_and(|id| id == entity)) {
        Some(record) => record.to_owned(),
        None => format!("{OWN_RECORD_PREFIX}{entity}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_entity_is_found_again_by_its_record(id in "(bods:|guanxi:|rel:)?(guanxi:)?[a-zA-Z :]{1,12}") {
            if Entity::check_id(&id).is_ok() {
                prop_assert_eq!(entity_id(&record_id(&id)).unwrap(), id);
            }
        }
    }
}
