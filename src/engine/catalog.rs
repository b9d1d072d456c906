//! The schema as a plain lookup table: types, fields, arguments and their defaults. Built once from
//! the SDL, because async-graphql does not expose its own registry. Only describes; resolves nothing.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Name, Positioned, Value};

/// The introspection types, which the SDL omits and every document may select.
const INTROSPECTION: &str = "
type __Schema { description: String types: [__Type!]! queryType: __Type! mutationType: __Type
  subscriptionType: __Type directives: [__Directive!]! }
type __Type { kind: __TypeKind! name: String description: String specifiedByURL: String isOneOf: Boolean
  fields(includeDeprecated: Boolean = false): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean = false): [__EnumValue!]
  inputFields(includeDeprecated: Boolean = false): [__InputValue!] ofType: __Type }
type __Field { name: String! description: String args(includeDeprecated: Boolean = false): [__InputValue!]!
  type: __Type! isDeprecated: Boolean! deprecationReason: String }
type __InputValue { name: String! description: String type: __Type! defaultValue: String
  isDeprecated: Boolean! deprecationReason: String }
type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
type __Directive { name: String! description: String isRepeatable: Boolean! locations: [String!]!
  args(includeDeprecated: Boolean = false): [__InputValue!]! }
enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
";

const SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// An argument, or a field of an input object.
#[derive(Debug)]
pub(crate) struct InputValue {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) default: Option<Value>,
}

impl InputValue {
    /// Whether a value is required: the type is not nullable and there is no default.
    pub(crate) fn is_required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) ty: Type,
    pub(crate) arguments: Vec<InputValue>,
    /// The field's own cost in points: `@cost`.
    pub(crate) weight: u64,
    /// How often the selections below it count: `@listSize`.
    pub(crate) size: Option<ListSize>,
    /// Whether it repeats with the size of the field that returns its object: named by `sizedFields` there.
    pub(crate) is_sized: bool,
}

/// The `@listSize` directive of a field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListSize {
    pub(crate) assumed: Option<u64>,
    pub(crate) slicing: Vec<String>,
    /// Empty when the field itself is the list.
    pub(crate) sized: Vec<String>,
}

impl Field {
    fn plain(ty: Type, arguments: Vec<InputValue>) -> Self {
        Self {
            ty,
            arguments,
            weight: 1,
            size: None,
            is_sized: false,
        }
    }

    pub(crate) fn argument(&self, name: &str) -> Option<&InputValue> {
        self.arguments.iter().find(|argument| argument.name == name)
    }
}

/// Whether an input object takes all of its fields or exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Any,
    OneOf,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Scalar,
    Enum(HashSet<String>),
    Input { fields: Vec<InputValue>, choice: Choice },
    Object(HashMap<String, Field>),
    Interface(HashMap<String, Field>),
    Union,
}

#[derive(Debug)]
pub(crate) struct SchemaCatalog {
    types: HashMap<String, Kind>,
    query: String,
    mutation: Option<String>,
    subscription: Option<String>,
    /// The possible object types of each interface, union and object type.
    possible: HashMap<String, HashSet<String>>,
    conditions: [InputValue; 1],
    /// The input objects with a field of their own type.
    recursive: HashSet<String>,
}

/// async-graphql printed a schema that its own parser does not read.
#[derive(Debug, thiserror::Error)]
#[error("the SDL of the schema does not parse: {0}")]
pub struct SdlError(#[from] async_graphql::parser::Error);

impl SchemaCatalog {
    pub(crate) fn new(sdl: &str) -> Result<Self, SdlError> {
        let mut catalog = Self {
            types: SCALARS.iter().map(|name| ((*name).to_owned(), Kind::Scalar)).collect(),
            query: "Query".to_owned(),
            mutation: None,
            subscription: None,
            possible: HashMap::new(),
            conditions: [InputValue {
                name: "if".to_owned(),
                ty: Type {
                    base: BaseType::Named(Name::new("Boolean")),
                    nullable: false,
                },
                default: None,
            }],
            recursive: HashSet::new(),
        };
        for text in [INTROSPECTION, sdl] {
            for definition in parse_schema(text)?.definitions {
                catalog.add(definition);
            }
        }
        catalog.add_meta_fields();
        catalog.mark_sized_fields();
        catalog.recursive = catalog.recursive();
        Ok(catalog)
    }

    /// Whether a field of this input type has the same type: it combines filters.
    pub(crate) fn is_recursive(&self, input: &str) -> bool {
        self.recursive.contains(input)
    }

    fn recursive(&self) -> HashSet<String> {
        let contains_itself = |(name, kind): &(&String, &Kind)| match kind {
            Kind::Input { fields, .. } => fields.iter().any(|field| named(&field.ty) == name.as_str()),
            _ => false,
        };
        let recursive = self.types.iter().filter(contains_itself);
        recursive.map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn kind(&self, name: &str) -> Option<&Kind> {
        self.types.get(name)
    }

    /// All types with their names, in no order.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&str, &Kind)> {
        self.types.iter().map(|(name, kind)| (name.as_str(), kind))
    }

    /// The name of a type with fields, borrowed from the catalog.
    pub(crate) fn composite(&self, name: &str) -> Option<&str> {
        let (name, kind) = self.types.get_key_value(name)?;
        matches!(kind, Kind::Object(_) | Kind::Interface(_) | Kind::Union).then_some(name.as_str())
    }

    pub(crate) fn field(&self, parent: &str, name: &str) -> Option<&Field> {
        match self.types.get(parent)? {
            Kind::Object(fields) | Kind::Interface(fields) => fields.get(name),
            _ => None,
        }
    }

    /// The fields of an input object.
    pub(crate) fn inputs(&self, name: &str) -> Option<&[InputValue]> {
        match self.types.get(name)? {
            Kind::Input { fields, .. } => Some(fields),
            _ => None,
        }
    }

    pub(crate) fn root(&self, operation: OperationType) -> Option<&str> {
        match operation {
            OperationType::Query => Some(&self.query),
            OperationType::Mutation => self.mutation.as_deref(),
            OperationType::Subscription => self.subscription.as_deref(),
        }
    }

    /// Whether one object may be of both types.
    pub(crate) fn overlap(&self, one: &str, other: &str) -> bool {
        match (self.possible.get(one), self.possible.get(other)) {
            (Some(one), Some(other)) => !one.is_disjoint(other),
            _ => false,
        }
    }

    /// The arguments of `@skip` and `@include`, the only directives of a request.
    pub(crate) fn conditions(&self) -> &[InputValue] {
        &self.conditions
    }

    fn add(&mut self, definition: TypeSystemDefinition) {
        match definition {
            TypeSystemDefinition::Schema(schema) => {
                let name = |name: Option<Positioned<Name>>| name.map(|name| name.node.to_string());
                if let Some(query) = name(schema.node.query) {
                    self.query = query;
                }
                self.mutation = name(schema.node.mutation);
                self.subscription = name(schema.node.subscription);
            }
            TypeSystemDefinition::Type(definition) => {
                let definition = definition.node;
                let one_of = definition
                    .directives
                    .iter()
                    .any(|directive| directive.node.name.node == "oneOf");
                let own = definition.name.node.as_str();
                let kind = match definition.kind {
                    TypeKind::Scalar => Kind::Scalar,
                    TypeKind::Object(object) => {
                        self.add_possible(own, own);
                        for interface in &object.implements {
                            self.add_possible(&interface.node, own);
                        }
                        Kind::Object(fields(object.fields))
                    }
                    TypeKind::Interface(interface) => Kind::Interface(fields(interface.fields)),
                    TypeKind::Union(union) => {
                        for member in &union.members {
                            self.add_possible(own, &member.node);
                        }
                        Kind::Union
                    }
                    TypeKind::Enum(values) => Kind::Enum(
                        values
                            .values
                            .into_iter()
                            .map(|value| value.node.value.node.to_string())
                            .collect(),
                    ),
                    TypeKind::InputObject(object) => Kind::Input {
                        fields: inputs(object.fields),
                        choice: if one_of { Choice::OneOf } else { Choice::Any },
                    },
                };
                self.types.insert(definition.name.node.to_string(), kind);
            }
            TypeSystemDefinition::Directive(_) => {}
        }
    }

    fn add_possible(&mut self, ty: &str, object: &str) {
        let possible = self.possible.entry(ty.to_owned()).or_default();
        possible.insert(object.to_owned());
    }

    fn add_meta_fields(&mut self) {
        if let Some(Kind::Object(fields)) = self.types.get_mut(&self.query) {
            for (name, ty, arguments) in [("__schema", "__Schema!", None), ("__type", "__Type", Some("name"))] {
                let Some(ty) = Type::new(ty) else { continue };
                let arguments = arguments
                    .into_iter()
                    .filter_map(|name: &str| {
                        Some(InputValue {
                            name: name.to_owned(),
                            ty: Type::new("String!")?,
                            default: None,
                        })
                    })
                    .collect();
                fields.insert(name.to_owned(), Field::plain(ty, arguments));
            }
        }
    }

    /// A sized field repeats with the size of the field above it. Recorded on the field, so that a fragment counts the same wherever it is
    /// spread.
    fn mark_sized_fields(&mut self) {
        let mut sized: HashSet<(String, String)> = HashSet::new();
        for kind in self.types.values() {
            let (Kind::Object(fields) | Kind::Interface(fields)) = kind else {
                continue;
            };
            for field in fields.values() {
                let names = field.size.iter().flat_map(|size| &size.sized);
                sized.extend(names.map(|name| (named(&field.ty).to_owned(), name.clone())));
            }
        }
        for (ty, name) in sized {
            let Some(Kind::Object(fields) | Kind::Interface(fields)) = self.types.get_mut(&ty) else {
                continue;
            };
            if let Some(field) = fields.get_mut(&name) {
                field.is_sized = true;
            }
        }
    }
}

/// The name inside all list and non-null wrappers.
pub(crate) fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

fn fields(definitions: Vec<Positioned<FieldDefinition>>) -> HashMap<String, Field> {
    definitions
        .into_iter()
        .map(|definition| {
            let name = definition.node.name.node.to_string();
            let plain = Field::plain(definition.node.ty.node, inputs(definition.node.arguments));
            (name, directives(plain, &definition.node.directives))
        })
        .collect()
}

/// The field with its `@cost` and `@listSize` directives.
fn directives(mut field: Field, directives: &[Positioned<ConstDirective>]) -> Field {
    for directive in directives {
        let argument = |name: &str| directive.node.get_argument(name).map(|value| &value.node);
        let number = |name: &str| match argument(name) {
            Some(Value::Number(number)) => number.as_u64(),
            _ => None,
        };
        let names = |name: &str| match argument(name) {
            Some(Value::List(names)) => names.iter().filter_map(text).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        match directive.node.name.node.as_str() {
            "cost" => {
                let weight = argument("weight").and_then(text).and_then(|weight| weight.parse().ok());
                field.weight = weight.unwrap_or(field.weight);
            }
            "listSize" => {
                field.size = Some(ListSize {
                    assumed: number("assumedSize"),
                    slicing: names("slicingArguments"),
                    sized: names("sizedFields"),
                });
            }
            _ => {}
        }
    }
    field
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn inputs(definitions: Vec<Positioned<InputValueDefinition>>) -> Vec<InputValue> {
    definitions
        .into_iter()
        .map(|definition| InputValue {
            name: definition.node.name.node.to_string(),
            ty: definition.node.ty.node,
            default: definition.node.default_value.map(|value| value.node),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_has_arguments_defaults_and_one_of() {
        let catalog = SchemaCatalog::new(
            "type Query { paths(from: ID!, first: Int = 3): [String!] }
             input By @oneOf { id: ID name: String } schema { query: Query }",
        )
        .unwrap();
        let paths = catalog.field("Query", "paths").unwrap();
        assert_eq!(paths.argument("first").unwrap().default, Some(Value::from(3)));
        assert!(paths.argument("from").unwrap().is_required());
        assert!(matches!(
            catalog.kind("By"),
            Some(Kind::Input {
                choice: Choice::OneOf,
                ..
            })
        ));
        assert_eq!(named(&catalog.field("Query", "__schema").unwrap().ty), "__Schema");
    }

    #[test]
    fn the_catalog_has_weights_and_sizes() {
        let catalog = SchemaCatalog::new(
            "type Query { all(first: Int): Page @cost(weight: \"7\") @listSize(assumedSize: 20, slicingArguments: [\"first\"], sizedFields: [\"rows\"]) }
             type Page { rows: [Int!]! count: Int! } schema { query: Query }",
        )
        .unwrap();
        let all = catalog.field("Query", "all").unwrap();
        let size = ListSize {
            assumed: Some(20),
            slicing: vec!["first".to_owned()],
            sized: vec!["rows".to_owned()],
        };
        assert_eq!((all.weight, all.size.as_ref()), (7, Some(&size)));
        assert!(catalog.field("Page", "rows").unwrap().is_sized);
        assert!(!catalog.field("Page", "count").unwrap().is_sized);
    }
}
