//! Whether a value fits an input type, by the GraphQL specification: literals in the document and
//! values of variables alike. Custom scalars are left to their own parsers.

use async_graphql::Name;
use async_graphql::parser::types::{BaseType, Type};
use async_graphql_value::Value;

use super::scalars;
use crate::engine::catalog::{Choice, InputValue, Kind, SchemaCatalog};

/// Where a value comes from. JSON has no enum values, so those of variables are strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueOrigin {
    Document,
    Variables,
}

/// A value of the wrong type, with its path inside the argument: `.by.identifier[0]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TypeMismatch {
    pub(crate) path: String,
    pub(crate) message: String,
}

/// A variable inside a literal, with the expected type of its position.
pub(crate) struct VariableUsage<'a> {
    pub(crate) variable: &'a Name,
    pub(crate) ty: &'a Type,
    /// Whether the position has a default, which allows a nullable variable in a non-null position.
    pub(crate) has_default: bool,
    /// A field of a oneOf input takes no nullable variable.
    pub(crate) choice: Choice,
}

/// Checks a value against a type; the error is the first mismatch. Variables are passed to `on_variable`, and not checked here.
pub(crate) fn fits<'a>(
    catalog: &'a SchemaCatalog,
    ty: &'a Type,
    value: &'a Value,
    origin: ValueOrigin,
    on_variable: &mut dyn FnMut(VariableUsage<'a>),
) -> Result<(), TypeMismatch> {
    let mut checker = Checker {
        catalog,
        nested: 0,
        origin,
        on_variable,
    };
    checker.value(ty, value, false, Choice::Any)
}

/// The most objects of recursive input types in one value: filters, each of which may be evaluated for
/// every row.
pub(crate) const NESTED_MAX: usize = 1000;

struct Checker<'a, 'u> {
    catalog: &'a SchemaCatalog,
    /// Objects of recursive input types so far.
    nested: usize,
    origin: ValueOrigin,
    on_variable: &'u mut dyn FnMut(VariableUsage<'a>),
}

impl<'a> Checker<'a, '_> {
    fn value(&mut self, ty: &'a Type, value: &'a Value, has_default: bool, choice: Choice) -> Result<(), TypeMismatch> {
        match (value, &ty.base) {
            (Value::Variable(variable), _) => {
                (self.on_variable)(VariableUsage {
                    variable,
                    ty,
                    has_default,
                    choice,
                });
                Ok(())
            }
            (Value::Null, _) if ty.nullable => Ok(()),
            (Value::Null, _) => Err(mismatch(format!("a value of type {ty} is required, not null"))),
            (Value::List(items), BaseType::List(item)) => {
                for (index, value) in items.iter().enumerate() {
                    self.value(item, value, false, Choice::Any)
                        .map_err(|mismatch| mismatch.under(&format!("[{index}]")))?;
                }
                Ok(())
            }
            // A single value is coerced to a list of one.
            (_, BaseType::List(item)) => self.value(item, value, false, Choice::Any),
            (_, BaseType::Named(name)) => self.named(name, value),
        }
    }

    fn named(&mut self, name: &'a str, value: &'a Value) -> Result<(), TypeMismatch> {
        match self.catalog.kind(name) {
            Some(Kind::Enum(values)) => {
                let name_of_value = match value {
                    Value::Enum(name) => Some(name.as_str()),
                    Value::String(text) if self.origin == ValueOrigin::Variables => Some(text.as_str()),
                    _ => None,
                };
                match name_of_value {
                    Some(value) if values.contains(value) => Ok(()),
                    _ => {
                        let mut known: Vec<&str> = values.iter().map(String::as_str).collect();
                        known.sort_unstable();
                        Err(mismatch(format!(
                            "{} is not a {name}; use one of {}",
                            quote(value),
                            known.join(", ")
                        )))
                    }
                }
            }
            Some(Kind::Input { fields, choice }) => match value {
                Value::Object(object) => self.object(name, fields, *choice, object),
                _ => Err(mismatch(format!("{} is not an object of type {name}", quote(value)))),
            },
            Some(Kind::Scalar) => scalar(name, value),
            // Not an input type: reported at the type, not for each value.
            _ => Ok(()),
        }
    }

    fn object(
        &mut self,
        name: &str,
        fields: &'a [InputValue],
        choice: Choice,
        object: &'a async_graphql::indexmap::IndexMap<Name, Value>,
    ) -> Result<(), TypeMismatch> {
        self.nested += usize::from(self.catalog.is_recursive(name));
        if self.nested > NESTED_MAX {
            return Err(mismatch(format!(
                "it combines more than {NESTED_MAX} filters; use lists of values (id, in, kinds) instead of or"
            )));
        }
        if choice == Choice::OneOf && (object.len() != 1 || object.values().any(|value| *value == Value::Null)) {
            let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            return Err(mismatch(format!(
                "{name} takes exactly one of {}, and not null",
                known.join(", ")
            )));
        }
        for (key, value) in object {
            let Some(field) = fields.iter().find(|field| *key == field.name) else {
                let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                return Err(mismatch(format!(
                    "{name} has no field {key}; it has {}",
                    known.join(", ")
                )));
            };
            self.value(&field.ty, value, field.default.is_some(), choice)
                .map_err(|mismatch| mismatch.under(&format!(".{key}")))?;
        }
        match fields
            .iter()
            .find(|field| field.is_required() && !object.contains_key(field.name.as_str()))
        {
            Some(field) => Err(mismatch(format!("the field {} of {name} is required", field.name))),
            None => Ok(()),
        }
    }
}

fn scalar(name: &str, value: &Value) -> Result<(), TypeMismatch> {
    let fits = match (name, value) {
        ("Int", Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", Value::Number(_)) => true,
        ("String" | "ID", Value::String(_)) => true,
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("Boolean", Value::Boolean(_)) => true,
        ("Int" | "Float" | "String" | "ID" | "Boolean", _) => false,
        ("Date" | "PartialDate" | "DateTime", value) => scalars::fits(name, value),
        _ => true,
    };
    match (fits, name, value) {
        (true, ..) => Ok(()),
        (false, "Int", Value::Number(_)) => Err(mismatch(format!(
            "{} is not a whole number of 32 bits, as Int is",
            quote(value)
        ))),
        (false, ..) => {
            let like = scalars::example(name).map_or_else(String::new, |example| format!(" like {example}"));
            Err(mismatch(format!("{} is not a {name}{like}", quote(value))))
        }
    }
}

/// Quotes a value, truncated: an answer must not echo a megabyte.
fn quote(value: &Value) -> String {
    const CHARACTERS_MAX: usize = 60;
    let text = match value {
        Value::Object(_) => return "an object".to_owned(),
        Value::List(_) => return "a list".to_owned(),
        Value::String(text) => format!("\"{}\"", text.chars().take(CHARACTERS_MAX).collect::<String>()),
        other => other.to_string(),
    };
    text.chars().take(CHARACTERS_MAX + 2).collect()
}

fn mismatch(message: String) -> TypeMismatch {
    TypeMismatch {
        path: String::new(),
        message,
    }
}

impl TypeMismatch {
    fn under(mut self, segment: &str) -> Self {
        self.path.insert_str(0, segment);
        self
    }
}
