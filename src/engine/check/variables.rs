//! The variables of an operation: all that are declared are checked before anything runs, defaults
//! filled in; what is not declared is dropped.

use async_graphql::Variables;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use async_graphql_value::Value;

use crate::engine::{
    catalog::{self, Catalog, Kind},
    error::{Code, Error},
    parse,
};

use super::input::{self, Origin};

const ERRORS_MAX: usize = 20;

/// How many values there are in variables, however they nest: what checking them costs.
pub(crate) fn count(variables: &serde_json::Map<String, serde_json::Value>) -> u64 {
    let mut open: Vec<&serde_json::Value> = variables.values().collect();
    let mut counted = 0;
    while let Some(value) = open.pop() {
        counted += 1;
        match value {
            serde_json::Value::Array(items) => open.extend(items),
            serde_json::Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    counted
}

/// The same with whole numbers written as such: `2.0` is 2, since JSON has one kind of number.
pub(crate) fn whole(mut variables: serde_json::Value) -> serde_json::Value {
    // Beyond this not every whole number is told from its neighbors.
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
    let mut open = vec![&mut variables];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::Number(number) if number.is_f64() => {
                let float = number
                    .as_f64()
                    .filter(|float| float.fract() == 0.0 && float.abs() <= WHOLE_MAX);
                if let Some(whole) = float.and_then(|float| format!("{float:.0}").parse::<i64>().ok()) {
                    *value = whole.into();
                }
            }
            serde_json::Value::Array(items) => open.extend(items),
            serde_json::Value::Object(fields) => open.extend(fields.values_mut()),
            _ => {}
        }
    }
    variables
}

/// Refuses null where a selection depends on it: a variable with a default may stand there, and be given null all the same.
/// Call it on a document with the one operation that runs.
pub(crate) fn decide(document: &ExecutableDocument, variables: &Variables) -> Result<(), Error> {
    if !variables.values().any(|value| *value == async_graphql::Value::Null) {
        return Ok(());
    }
    let fragments = parse::fragments(document).into_iter();
    let fragments = fragments.map(|(_, fragment)| &fragment.node.selection_set.node);
    let operations = parse::operations(document).into_iter();
    let operations = operations.map(|operation| &operation.node.selection_set.node);
    let mut open: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = open.pop() {
        for item in &set.items {
            for directive in item.node.directives() {
                for (argument, value) in &directive.node.arguments {
                    if let Value::Variable(name) = &value.node
                        && variables.get(name) == Some(&async_graphql::Value::Null)
                    {
                        let (directive, argument) = (&directive.node.name.node, &argument.node);
                        let message = format!(
                            "The variable ${name} is null, and @{directive}({argument}:) takes true or false. Leave the variable out for its default."
                        );
                        let error = Error::new(Code::BadUserInput, message).at(value.pos);
                        return Err(error.extension("variable", name.as_str()));
                    }
                }
            }
            match &item.node {
                Selection::Field(field) => open.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => open.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    Ok(())
}

/// The values the operation runs with, or every fault found (the first twenty).
pub(crate) fn coerce(
    catalog: &Catalog,
    operation: &OperationDefinition,
    mut given: Variables,
) -> Result<Variables, Vec<Error>> {
    let mut coerced = Variables::default();
    let mut errors = Vec::new();
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        let ty = &definition.node.var_type.node;
        let fault = |code: Code, message: String| {
            Error::new(code, message)
                .extension("variable", name.as_str())
                .at(definition.pos)
        };
        match catalog.kind(catalog::named(ty)) {
            Some(Kind::Scalar | Kind::Enum(_) | Kind::Input { .. }) => {}
            found => {
                let what = if found.is_some() {
                    "is no input type"
                } else {
                    "does not exist"
                };
                errors.push(fault(
                    Code::GraphqlValidationFailed,
                    format!("The variable ${name} has type {ty}, which {what}."),
                ));
                continue;
            }
        }
        match given.remove(name) {
            None => match &definition.node.default_value {
                Some(default) => {
                    coerced.insert(name.clone(), default.node.clone());
                }
                None if !ty.nullable => errors.push(fault(
                    Code::BadUserInput,
                    format!("The variable ${name} of type {ty} is required. Send it in `variables`."),
                )),
                None => {}
            },
            Some(value) => {
                // Cloned, because the check reads literals; variables are small beside their answers.
                let literal = value.clone().into_value();
                match input::fits(catalog, ty, &literal, Origin::Variables, &mut |_| {}) {
                    Ok(()) => {
                        coerced.insert(name.clone(), value);
                    }
                    Err(misfit) => errors.push(fault(
                        Code::BadUserInput,
                        format!(
                            "The variable ${name}{} of type {ty} does not fit: {}.",
                            misfit.path, misfit.message
                        ),
                    )),
                }
            }
        }
        if errors.len() >= ERRORS_MAX {
            break;
        }
    }
    if errors.is_empty() { Ok(coerced) } else { Err(errors) }
}
