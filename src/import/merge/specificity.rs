//! Which of two kinds of an entity is more specific: of a legal entity and a company, the company.
//!
//! The order is that of FollowTheMoney's schemata, which is the only published one: a company is an organization is a legal
//! entity. Kinds on different branches are not comparable.

use serde_json::{Map, Value};

use super::stated::stated_name;
use crate::model::{Entity, EntityKind};

/// The properties that state the type of an entity, beside its kind.
pub(in crate::import) const TYPE_PROPERTIES: [&str; 2] = ["schema", "entityType"];

/// The class of an entity, for comparing how specific two records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::import) enum EntityClass {
    /// A placeholder with only an id; its kind is a guess.
    Unknown,
    /// An unspecified legal entity, which the model stores as a company.
    LegalEntity,
    Organization,
    Company,
    /// A state, or a body of one.
    PublicBody,
    Other(EntityKind),
}

impl EntityClass {
    pub(in crate::import) fn of(entity: &Entity) -> Self {
        let bare = |entity: &Entity| Entity {
            identifiers: entity.identifiers.clone(),
            ..Entity::new(&entity.id, entity.kind, &entity.name).unwrap_or_else(|_| entity.clone())
        };
        if stated_name(entity).is_none() && bare(entity) == *entity {
            return Self::Unknown;
        }
        let schema = type_name(entity.properties.as_ref(), "schema");
        let entity_type = type_name(entity.properties.as_ref(), "entityType");
        match (entity.kind, schema, entity_type) {
            (EntityKind::Company, Some("LegalEntity"), _)
            | (EntityKind::Company, _, Some("legalEntity" | "anonymousEntity" | "unknownEntity")) => Self::LegalEntity,
            (EntityKind::Company, ..) => Self::Company,
            (EntityKind::Organization, Some("PublicBody"), _)
            | (EntityKind::Organization, _, Some("state" | "stateBody")) => Self::PublicBody,
            (EntityKind::Organization, ..) => Self::Organization,
            (other, ..) => Self::Other(other),
        }
    }

    /// The next wider class.
    fn wider(self) -> Option<Self> {
        match self {
            Self::Unknown => None,
            Self::LegalEntity => Some(Self::Unknown),
            Self::Organization | Self::Other(EntityKind::Person) => Some(Self::LegalEntity),
            Self::Company | Self::PublicBody => Some(Self::Organization),
            Self::Other(_) => Some(Self::Unknown),
        }
    }

    /// Whether both are equal, or one is more specific.
    pub(in crate::import) fn is_comparable_with(self, other: Self) -> bool {
        self == other || self.is_more_specific_than(other) || other.is_more_specific_than(self)
    }

    pub(in crate::import) fn is_more_specific_than(self, other: Self) -> bool {
        std::iter::successors(self.wider(), |class| class.wider()).any(|wider| wider == other)
    }
}

/// The more specific one, or else the smaller, regardless of the order of arguments.
pub(in crate::import) fn more_specific_class(
    one: (EntityClass, EntityKind),
    other: (EntityClass, EntityKind),
) -> (EntityClass, EntityKind) {
    match () {
        () if one.0.is_more_specific_than(other.0) => one,
        () if other.0.is_more_specific_than(one.0) => other,
        () => one.min(other),
    }
}

/// Which of two records has the more specific class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum MoreSpecific {
    /// Both have the same class.
    Same,
    /// The first.
    First,
    /// The second.
    Second,
    /// Their classes are not comparable.
    Neither,
}

/// Which of two records has the more specific class.
pub(in crate::import) fn more_specific(first: &Entity, second: &Entity) -> MoreSpecific {
    if first.kind == second.kind
        && TYPE_PROPERTIES
            .iter()
            .all(|key| property(first, key) == property(second, key))
    {
        return MoreSpecific::Same;
    }
    match (EntityClass::of(first), EntityClass::of(second)) {
        (first, second) if first == second => MoreSpecific::Same,
        (first, second) if first.is_more_specific_than(second) => MoreSpecific::First,
        (first, second) if second.is_more_specific_than(first) => MoreSpecific::Second,
        _ => MoreSpecific::Neither,
    }
}

fn property<'e>(entity: &'e Entity, key: &str) -> Option<&'e Value> {
    entity.properties.as_ref()?.get(key)
}

/// The name of the type in a property; that of an object is its `type`.
fn type_name<'p>(properties: Option<&'p Map<String, Value>>, key: &str) -> Option<&'p str> {
    let value = properties?.get(key)?;
    value.get("type").unwrap_or(value).as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entity(kind: EntityKind, properties: &Value) -> Entity {
        Entity {
            properties: properties.as_object().cloned(),
            ..Entity::new("a", kind, "Acme").unwrap()
        }
    }

    #[test]
    fn classes_on_one_line_are_comparable() {
        let placeholder = Entity::new("a", EntityKind::Event, "a").unwrap();
        let legal_entity = entity(EntityKind::Company, &json!({ "schema": "LegalEntity" }));
        let unregistered = entity(EntityKind::Company, &json!({ "entityType": { "type": "legalEntity" } }));
        let organization = entity(EntityKind::Organization, &json!({}));
        let company = entity(
            EntityKind::Company,
            &json!({ "entityType": { "type": "registeredEntity" } }),
        );
        let public_body = entity(EntityKind::Organization, &json!({ "schema": "PublicBody" }));
        let person = entity(EntityKind::Person, &json!({}));
        let place = entity(EntityKind::Place, &json!({}));
        let lines: [&[&Entity]; 5] = [
            &[&placeholder, &legal_entity, &organization, &company],
            &[&placeholder, &unregistered, &organization, &public_body],
            &[&placeholder, &legal_entity, &person],
            &[&placeholder, &unregistered, &company],
            &[&placeholder, &place],
        ];
        for line in lines {
            for (position, wide) in line.iter().enumerate() {
                for narrow in &line[position + 1..] {
                    assert_eq!(more_specific(wide, narrow), MoreSpecific::Second, "{wide:?} {narrow:?}");
                    assert_eq!(more_specific(narrow, wide), MoreSpecific::First, "{wide:?} {narrow:?}");
                }
            }
        }
        for (one, other) in [
            (&company, &person),
            (&company, &public_body),
            (&person, &organization),
            (&legal_entity, &place),
        ] {
            assert_eq!(more_specific(one, other), MoreSpecific::Neither, "{one:?} {other:?}");
        }
        assert_eq!(more_specific(&legal_entity, &unregistered), MoreSpecific::Same);
    }
}
