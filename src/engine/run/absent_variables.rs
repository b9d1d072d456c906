//! Variables without a value. By the specification, an argument or input field set to such a variable counts as absent: an argument
//! takes its default, a field of an input object is omitted. async-graphql would read null.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// Removes arguments and input fields set to variables without a value from a document with one operation.
pub(crate) fn remove_absent(document: &mut ExecutableDocument, variables: &Variables) {
    let ExecutableDocument { operations, fragments } = document;
    let operation = match operations {
        DocumentOperations::Single(operation) => Some(operation),
        DocumentOperations::Multiple(operations) => operations.values_mut().next(),
    };
    let Some(operation) = operation else { return };
    let declared = operation.node.variable_definitions.iter();
    let declared = declared.map(|definition| &definition.node.name.node);
    let absent: HashSet<Name> = declared
        .filter(|name| !variables.contains_key(*name))
        .cloned()
        .collect();
    if absent.is_empty() {
        return;
    }
    remove_from_selections(&mut operation.node.selection_set.node, &absent);
    for fragment in fragments.values_mut() {
        remove_from_selections(&mut fragment.node.selection_set.node, &absent);
    }
}

fn remove_from_selections(set: &mut SelectionSet, absent: &HashSet<Name>) {
    for item in &mut set.items {
        // Conditional selections too: conditions are not evaluated here.
        for directive in item.node.directives_mut() {
            remove_from_arguments(&mut directive.node.arguments, absent);
        }
        match &mut item.node {
            Selection::Field(field) => {
                remove_from_arguments(&mut field.node.arguments, absent);
                remove_from_selections(&mut field.node.selection_set.node, absent);
            }
            Selection::InlineFragment(inline) => remove_from_selections(&mut inline.node.selection_set.node, absent),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn remove_from_arguments(arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>, absent: &HashSet<Name>) {
    arguments.retain(|(_, value)| !is_absent(&value.node, absent));
    arguments
        .iter_mut()
        .for_each(|(_, value)| remove_from_value(&mut value.node, absent));
}

/// Removes fields of input objects at any depth.
fn remove_from_value(value: &mut Value, absent: &HashSet<Name>) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !is_absent(value, absent));
            object.values_mut().for_each(|value| remove_from_value(value, absent));
        }
        Value::List(items) => {
            for item in items {
                // A list keeps its length.
                if is_absent(item, absent) {
                    *item = Value::Null;
                }
                remove_from_value(item, absent);
            }
        }
        _ => {}
    }
}

fn is_absent(value: &Value, absent: &HashSet<Name>) -> bool {
    matches!(value, Value::Variable(name) if absent.contains(name))
}
