//! Whether a value fits an input type, by the GraphQL specification: literals in the document and
//! values of variables alike. Custom scalars are left to their own parsers.

use async_graphql::Name;
use async_graphql::parser::types::{BaseType, Type};
use async_graphql_value::Value;

use super::scalars;
use crate::engine::catalog::{Catalog, Choice, Input, Kind};

/// Where a value was written. JSON has no enum values, so a variable's are strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Document,
    Variables,
}

/// What does not fit, and where inside the value: `.by.identifier[0]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) path: String,
    pub(crate) message: String,
}

/// A variable met inside a literal, with the type its place expects.
pub(crate) struct Usage<'a> {
    pub(crate) variable: &'a Name,
    pub(crate) ty: &'a Type,
    /// A default of the place, which lets a nullable variable stand in a non-null place.
    pub(crate) has_default: bool,
    /// A field of a oneOf input takes no nullable variable.
    pub(crate) choice: Choice,
}

/// The first misfit, or none. Variables inside are handed to `used`, and fit by themselves.
pub(crate) fn fits<'a>(
    catalog: &'a Catalog,
    ty: &'a Type,
    value: &'a Value,
    origin: Origin,
    used: &mut dyn FnMut(Usage<'a>),
) -> Result<(), Misfit> {
    let mut checker = Checker {
        catalog,
        nested: 0,
        origin,
        used,
    };
    checker.value(ty, value, false, Choice::Any)
}

/// How many objects of input types that hold others of their own type one value may have: filters, each of which may be asked of
/// every row.
pub(crate) const NESTED_MAX: usize = 1000;

struct Checker<'a, 'u> {
    catalog: &'a Catalog,
    /// Objects so far of input types that hold others of their own type.
    nested: usize,
    origin: Origin,
    used: &'u mut dyn FnMut(Usage<'a>),
}

impl<'a> Checker<'a, '_> {
    fn value(&mut self, ty: &'a Type, value: &'a Value, has_default: bool, choice: Choice) -> Result<(), Misfit> {
        match (value, &ty.base) {
            (Value::Variable(variable), _) => {
                (self.used)(Usage {
                    variable,
                    ty,
                    has_default,
                    choice,
                });
                Ok(())
            }
            (Value::Null, _) if ty.nullable => Ok(()),
            (Value::Null, _) => Err(misfit(format!("a value of type {ty} is required, not null"))),
            (Value::List(items), BaseType::List(item)) => {
                for (index, value) in items.iter().enumerate() {
                    self.value(item, value, false, Choice::Any)
                        .map_err(|misfit| misfit.under(&format!("[{index}]")))?;
                }
                Ok(())
            }
            // One value stands for a list of one.
            (_, BaseType::List(item)) => self.value(item, value, false, Choice::Any),
            (_, BaseType::Named(name)) => self.named(name, value),
        }
    }

    fn named(&mut self, name: &'a str, value: &'a Value) -> Result<(), Misfit> {
        match self.catalog.kind(name) {
            Some(Kind::Enum(values)) => {
                let given = match value {
                    Value::Enum(given) => Some(given.as_str()),
                    Value::String(given) if self.origin == Origin::Variables => Some(given.as_str()),
                    _ => None,
                };
                match given {
                    Some(given) if values.contains(given) => Ok(()),
                    _ => {
                        let mut known: Vec<&str> = values.iter().map(String::as_str).collect();
                        known.sort_unstable();
                        Err(misfit(format!(
                            "{} is not a {name}; use one of {}",
                            shown(value),
                            known.join(", ")
                        )))
                    }
                }
            }
            Some(Kind::Input { fields, choice }) => match value {
                Value::Object(given) => self.object(name, fields, *choice, given),
                _ => Err(misfit(format!("{} is not an object of type {name}", shown(value)))),
            },
            Some(Kind::Scalar) => scalar(name, value),
            // Not an input type: reported where the type stands, not for each value.
            _ => Ok(()),
        }
    }

    fn object(
        &mut self,
        name: &str,
        fields: &'a [Input],
        choice: Choice,
        given: &'a async_graphql::indexmap::IndexMap<Name, Value>,
    ) -> Result<(), Misfit> {
        self.nested += usize::from(self.catalog.is_recursive(name));
        if self.nested > NESTED_MAX {
            return Err(misfit(format!(
                "it combines more than {NESTED_MAX} filters, which is the most; use lists of values (id, in, kinds) instead of or"
            )));
        }
        if choice == Choice::OneOf && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
            let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            return Err(misfit(format!(
                "{name} takes exactly one of {}, and not null",
                known.join(", ")
            )));
        }
        for (key, value) in given {
            let Some(field) = fields.iter().find(|field| *key == field.name) else {
                let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                return Err(misfit(format!(
                    "{name} has no field {key}; it has {}",
                    known.join(", ")
                )));
            };
            self.value(&field.ty, value, field.default.is_some(), choice)
                .map_err(|misfit| misfit.under(&format!(".{key}")))?;
        }
        match fields
            .iter()
            .find(|field| field.is_required() && !given.contains_key(field.name.as_str()))
        {
            Some(field) => Err(misfit(format!("the field {} of {name} is required", field.name))),
            None => Ok(()),
        }
    }
}

fn scalar(name: &str, value: &Value) -> Result<(), Misfit> {
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
        (false, "Int", Value::Number(_)) => Err(misfit(format!(
            "{} is not a whole number of 32 bits, as Int is",
            shown(value)
        ))),
        (false, ..) => {
            let like = scalars::example(name).map_or_else(String::new, |example| format!(" like {example}"));
            Err(misfit(format!("{} is not a {name}{like}", shown(value))))
        }
    }
}

/// Long values are cut: an answer must not echo a megabyte.
fn shown(value: &Value) -> String {
    const CHARACTERS_MAX: usize = 60;
    let text = match value {
        Value::Object(_) => return "an object".to_owned(),
        Value::List(_) => return "a list".to_owned(),
        Value::String(text) => format!("\"{}\"", text.chars().take(CHARACTERS_MAX).collect::<String>()),
        other => other.to_string(),
    };
    text.chars().take(CHARACTERS_MAX + 2).collect()
}

fn misfit(message: String) -> Misfit {
    Misfit {
        path: String::new(),
        message,
    }
}

impl Misfit {
    fn under(mut self, segment: &str) -> Self {
        self.path.insert_str(0, segment);
        self
    }
}
