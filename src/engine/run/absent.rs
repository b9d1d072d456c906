//! Variables that a request leaves out. By the specification, what a document gives by such a variable is not given: an argument
//! takes its default, a field of an input object is not written. async-graphql reads null there.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// Takes out of a document of one operation what it gives by variables that have no value.
pub(crate) fn leave_out(document: &mut ExecutableDocument, variables: &Variables) {
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
    leave_out_of(&mut operation.node.selection_set.node, &absent);
    for fragment in fragments.values_mut() {
        leave_out_of(&mut fragment.node.selection_set.node, &absent);
    }
}

fn leave_out_of(set: &mut SelectionSet, absent: &HashSet<Name>) {
    for item in &mut set.items {
        // Also what only some requests select: a condition is not decided here.
        for directive in item.node.directives_mut() {
            keep_given(&mut directive.node.arguments, absent);
        }
        match &mut item.node {
            Selection::Field(field) => {
                keep_given(&mut field.node.arguments, absent);
                leave_out_of(&mut field.node.selection_set.node, absent);
            }
            Selection::InlineFragment(inline) => leave_out_of(&mut inline.node.selection_set.node, absent),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn keep_given(arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>, absent: &HashSet<Name>) {
    arguments.retain(|(_, value)| !is_absent(&value.node, absent));
    arguments
        .iter_mut()
        .for_each(|(_, value)| fields(&mut value.node, absent));
}

/// Fields of input objects, however deep they lie.
fn fields(value: &mut Value, absent: &HashSet<Name>) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !is_absent(value, absent));
            object.values_mut().for_each(|value| fields(value, absent));
        }
        Value::List(items) => {
            for item in items {
                // A list keeps its length.
                if is_absent(item, absent) {
                    *item = Value::Null;
                }
                fields(item, absent);
            }
        }
        _ => {}
    }
}

fn is_absent(value: &Value, absent: &HashSet<Name>) -> bool {
    matches!(value, Value::Variable(name) if absent.contains(name))
}
