//! The variables of an operation: all declared ones are checked before execution, and defaults
//! filled in; undeclared ones are dropped.

use async_graphql::Variables;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use async_graphql_value::Value;

use crate::engine::{
    catalog::{self, Kind, SchemaCatalog},
    error::{Code, Error},
    parse,
};

use super::input::{self, ValueOrigin};

const ERRORS_MAX: usize = 20;

/// The number of values in variables at any depth: the cost of checking them.
pub(crate) fn count(variables: &serde_json::Map<String, serde_json::Value>) -> u64 {
    let mut pending: Vec<&serde_json::Value> = variables.values().collect();
    let mut count = 0;
    while let Some(value) = pending.pop() {
        count += 1;
        match value {
            serde_json::Value::Array(items) => pending.extend(items),
            serde_json::Value::Object(fields) => pending.extend(fields.values()),
            _ => {}
        }
    }
    count
}

/// Converts floats without a fraction to integers: `2.0` is 2, since JSON has only one number type.
pub(crate) fn with_integers(mut variables: serde_json::Value) -> serde_json::Value {
    // Beyond this, floats do not represent every integer.
    const INTEGER_MAX: f64 = 9_007_199_254_740_992.0;
    let mut pending = vec![&mut variables];
    while let Some(value) = pending.pop() {
        match value {
            serde_json::Value::Number(number) if number.is_f64() => {
                let float = number
                    .as_f64()
                    .filter(|float| float.fract() == 0.0 && float.abs() <= INTEGER_MAX);
                if let Some(integer) = float.and_then(|float| format!("{float:.0}").parse::<i64>().ok()) {
                    *value = integer.into();
                }
            }
            serde_json::Value::Array(items) => pending.extend(items),
            serde_json::Value::Object(fields) => pending.extend(fields.values_mut()),
            _ => {}
        }
    }
    variables
}

/// Refuses null as the condition of a selection: a variable with a default is allowed there, but its value may still be null.
/// Call it on a document reduced to the operation that runs.
pub(crate) fn check_conditions(document: &ExecutableDocument, variables: &Variables) -> Result<(), Error> {
    if !variables.values().any(|value| *value == async_graphql::Value::Null) {
        return Ok(());
    }
    let fragments = parse::fragments(document).into_iter();
    let fragments = fragments.map(|(_, fragment)| &fragment.node.selection_set.node);
    let operations = parse::operations(document).into_iter();
    let operations = operations.map(|operation| &operation.node.selection_set.node);
    let mut pending: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = pending.pop() {
        for item in &set.items {
            for directive in item.node.directives() {
                for (argument, value) in &directive.node.arguments {
                    if let Value::Variable(name) = &value.node
                        && variables.get(name) == Some(&async_graphql::Value::Null)
                    {
                        let (directive, argument) = (&directive.node.name.node, &argument.node);
                        let message = format!(
                            "The variable ${name} is null, and @{directive}({argument}:) takes true or false. Omit the variable to use its default."
                        );
                        let error = Error::new(Code::BadUserInput, message).at(value.pos);
                        return Err(error.extension("variable", name.as_str()));
                    }
                }
            }
            match &item.node {
                Selection::Field(field) => pending.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => pending.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    Ok(())
}

/// The variable values for the operation, or the first twenty faults.
pub(crate) fn coerce(
    catalog: &SchemaCatalog,
    operation: &OperationDefinition,
    mut values: Variables,
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
            kind => {
                let reason = if kind.is_some() {
                    "is not an input type"
                } else {
                    "does not exist"
                };
                errors.push(fault(
                    Code::GraphqlValidationFailed,
                    format!("The variable ${name} has type {ty}, which {reason}."),
                ));
                continue;
            }
        }
        match values.remove(name) {
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
                match input::fits(catalog, ty, &literal, ValueOrigin::Variables, &mut |_| {}) {
                    Ok(()) => {
                        coerced.insert(name.clone(), value);
                    }
                    Err(mismatch) => errors.push(fault(
                        Code::BadUserInput,
                        format!(
                            "The variable ${name}{} of type {ty} does not fit: {}.",
                            mismatch.path, mismatch.message
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
