//! The schema as a document: current, and described throughout.

use std::fs;

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use guanxi::{engine::Limits, schema::Api};

#[test]
fn schema_graphql_is_what_the_program_prints() {
    let printed = Api::new(Limits::default()).unwrap().sdl().to_owned();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let stored = fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == printed,
        "schema.graphql is stale; run: cargo run -- schema > schema.graphql"
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let sdl = Api::new(Limits::default()).unwrap().sdl().to_owned();
    let mut undescribed: Vec<String> = Vec::new();
    let mut note = |described: bool, place: String| {
        if !described {
            undescribed.push(place);
        }
    };
    for definition in parse_schema(&sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let (name, definition) = (definition.node.name.node.to_string(), definition.node);
        note(definition.description.is_some(), name.clone());
        match definition.kind {
            TypeKind::Object(object) => {
                for field in object.fields {
                    let place = format!("{name}.{}", field.node.name.node);
                    note(field.node.description.is_some(), place.clone());
                    for argument in field.node.arguments {
                        note(
                            argument.node.description.is_some(),
                            format!("{place}({}:)", argument.node.name.node),
                        );
                    }
                }
            }
            TypeKind::Interface(interface) => {
                for field in interface.fields {
                    let place = format!("{name}.{}", field.node.name.node);
                    note(field.node.description.is_some(), place.clone());
                    for argument in field.node.arguments {
                        note(
                            argument.node.description.is_some(),
                            format!("{place}({}:)", argument.node.name.node),
                        );
                    }
                }
            }
            TypeKind::InputObject(input) => {
                for field in input.fields {
                    note(
                        field.node.description.is_some(),
                        format!("{name}.{}", field.node.name.node),
                    );
                }
            }
            TypeKind::Enum(values) => {
                for value in values.values {
                    note(
                        value.node.description.is_some(),
                        format!("{name}.{}", value.node.value.node),
                    );
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    assert_eq!(undescribed, [""; 0]);
}
