//! Which of two kinds says more of what an entity is: of a legal entity that is a company, the company is told.
//!
//! The order is that of FollowTheMoney's schemata, which is the only published one: a company is an organization is a legal
//! entity. Kinds that lie on no common line do not compare.

use serde_json::{Map, Value};

use super::merge_records::given_name;
use crate::model::{Entity, EntityKind};

/// The properties that tell what an entity is, beside its kind.
pub(in crate::import) const TOLD_BY: [&str; 2] = ["schema", "entityType"];

/// What a record says that an entity is, as far as it matters which of two says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::import) enum Nature {
    /// It is known by its id alone, and its kind is a guess.
    Guessed,
    /// Some legal entity, of which the model makes a company.
    LegalEntity,
    Organization,
    Company,
    /// A state, or a body of one.
    PublicBody,
    Other(EntityKind),
}

impl Nature {
    pub(in crate::import) fn of(entity: &Entity) -> Self {
        let bare = |entity: &Entity| Entity {
            identifiers: entity.identifiers.clone(),
            ..Entity::new(&entity.id, entity.kind, &entity.name).unwrap_or_else(|_| entity.clone())
        };
        if given_name(entity).is_none() && bare(entity) == *entity {
            return Self::Guessed;
        }
        let schema = told(entity.properties.as_ref(), "schema");
        let entity_type = told(entity.properties.as_ref(), "entityType");
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

    /// What everything of this nature is, too.
    fn wider(self) -> Option<Self> {
        match self {
            Self::Guessed => None,
            Self::LegalEntity => Some(Self::Guessed),
            Self::Organization | Self::Other(EntityKind::Person) => Some(Self::LegalEntity),
            Self::Company | Self::PublicBody => Some(Self::Organization),
            Self::Other(_) => Some(Self::Guessed),
        }
    }

    /// Whether it is the same, or one of them says more than the other.
    pub(in crate::import) fn compares_with(self, other: Self) -> bool {
        self == other || self.says_more_than(other) || other.says_more_than(self)
    }

    pub(in crate::import) fn says_more_than(self, other: Self) -> bool {
        std::iter::successors(self.wider(), |nature| nature.wider()).any(|wider| wider == other)
    }
}

/// The one that says more, or else the smaller, whichever comes first.
pub(in crate::import) fn of_either(one: (Nature, EntityKind), other: (Nature, EntityKind)) -> (Nature, EntityKind) {
    match () {
        () if one.0.says_more_than(other.0) => one,
        () if other.0.says_more_than(one.0) => other,
        () => one.min(other),
    }
}

/// Which of two records says more of what an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum More {
    /// Both say the same of it.
    Same,
    /// The first.
    First,
    /// The second.
    Second,
    /// They say what does not compare.
    Neither,
}

/// Which of two records says more of what an entity is.
pub(in crate::import) fn more_specific(first: &Entity, second: &Entity) -> More {
    if first.kind == second.kind && TOLD_BY.iter().all(|key| property(first, key) == property(second, key)) {
        return More::Same;
    }
    match (Nature::of(first), Nature::of(second)) {
        (first, second) if first == second => More::Same,
        (first, second) if first.says_more_than(second) => More::First,
        (first, second) if second.says_more_than(first) => More::Second,
        _ => More::Neither,
    }
}

fn property<'e>(entity: &'e Entity, key: &str) -> Option<&'e Value> {
    entity.properties.as_ref()?.get(key)
}

/// The word that stands there; that of an object is its `type`.
fn told<'p>(properties: Option<&'p Map<String, Value>>, key: &str) -> Option<&'p str> {
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
    fn what_lies_on_one_line_compares() {
        let guess = Entity::new("a", EntityKind::Event, "a").unwrap();
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
            &[&guess, &legal_entity, &organization, &company],
            &[&guess, &unregistered, &organization, &public_body],
            &[&guess, &legal_entity, &person],
            &[&guess, &unregistered, &company],
            &[&guess, &place],
        ];
        for line in lines {
            for (position, wide) in line.iter().enumerate() {
                for narrow in &line[position + 1..] {
                    assert_eq!(more_specific(wide, narrow), More::Second, "{wide:?} {narrow:?}");
                    assert_eq!(more_specific(narrow, wide), More::First, "{wide:?} {narrow:?}");
                }
            }
        }
        for (one, other) in [
            (&company, &person),
            (&company, &public_body),
            (&person, &organization),
            (&legal_entity, &place),
        ] {
            assert_eq!(more_specific(one, other), More::Neither, "{one:?} {other:?}");
        }
        assert_eq!(more_specific(&legal_entity, &unregistered), More::Same);
    }
}
