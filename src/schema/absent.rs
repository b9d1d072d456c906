//! Variables that a request leaves out. By the specification, what a document gives by such a variable is not given: an argument
//! takes its default, a field of an input object is not written. async-graphql reads null there.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// Takes out of a document what it gives by variables of the operation that have no value. `operation` is the name of the one
/// to run, where there are several.
pub(super) fn leave_out(document: &mut ExecutableDocument, operation: Option<&str>, variables: &Variables) {
    let ExecutableDocument { operations, fragments } = document;
    let (chosen, others): (Vec<_>, Vec<_>) = match operations {
        DocumentOperations::Single(single) => (vec![single], Vec::new()),
        DocumentOperations::Multiple(several) => {
            let (chosen, others): (Vec<_>, Vec<_>) = several
                .iter_mut()
                .partition(|(name, _)| operation.is_none_or(|operation| operation == name.as_str()));
            let alone = |(_, operation)| operation;
            (
                chosen.into_iter().map(alone).collect(),
                others.into_iter().map(alone).collect(),
            )
        }
    };
    let declared = |operation: &&mut Positioned<OperationDefinition>| {
        let definitions = operation.node.variable_definitions.iter();
        let names = definitions.map(|definition| definition.node.name.node.clone());
        names.filter(|name| !variables.contains_key(name)).collect::<Vec<_>>()
    };
    let mut pass = Pass {
        absent: chosen.iter().flat_map(declared).collect(),
        removed: HashSet::new(),
    };
    if pass.absent.is_empty() {
        return;
    }
    for operation in chosen {
        pass.selections(&mut operation.node.selection_set.node);
        for fragment in fragments.values_mut() {
            pass.selections(&mut fragment.node.selection_set.node);
        }
        pass.forget(&mut operation.node, &HashSet::new());
    }
    // Others declare what stood in a fragment that they share with the one to run.
    for operation in others {
        let mut uses = HashSet::new();
        uses_in(&operation.node.selection_set.node, &mut uses);
        pass.forget(&mut operation.node, &uses);
    }
}

struct Pass {
    absent: HashSet<Name>,
    /// Those of them that stood somewhere. One that stands nowhere is a fault of the document, and stays one.
    removed: HashSet<Name>,
}

impl Pass {
    fn selections(&mut self, set: &mut SelectionSet) {
        for item in &mut set.items {
            match &mut item.node {
                Selection::Field(field) => {
                    let arguments = &mut field.node.arguments;
                    arguments.retain(|(_, value)| !self.is_absent(&value.node));
                    arguments.iter_mut().for_each(|(_, value)| self.fields(&mut value.node));
                    self.selections(&mut field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => self.selections(&mut inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn fields(&mut self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.retain(|_, value| !self.is_absent(value));
                object.values_mut().for_each(|value| self.fields(value));
            }
            Value::List(items) => {
                for item in items {
                    // A list keeps its length.
                    if self.is_absent(item) {
                        *item = Value::Null;
                    }
                    self.fields(item);
                }
            }
            _ => {}
        }
    }

    fn is_absent(&mut self, value: &Value) -> bool {
        let Value::Variable(name) = value else { return false };
        let is_absent = self.absent.contains(name);
        if is_absent {
            self.removed.insert(name.clone());
        }
        is_absent
    }

    /// Takes out the definitions of variables that stand nowhere any more.
    fn forget(&self, operation: &mut OperationDefinition, uses: &HashSet<Name>) {
        operation.variable_definitions.retain(|definition| {
            let name = &definition.node.name.node;
            !self.removed.contains(name) || uses.contains(name)
        });
    }
}

/// The variables that stand in the arguments of fields and directives.
fn uses_in(set: &SelectionSet, uses: &mut HashSet<Name>) {
    for item in &set.items {
        let directives = match &item.node {
            Selection::Field(field) => {
                field
                    .node
                    .arguments
                    .iter()
                    .for_each(|(_, value)| uses_of(&value.node, uses));
                uses_in(&field.node.selection_set.node, uses);
                &field.node.directives
            }
            Selection::InlineFragment(inline) => {
                uses_in(&inline.node.selection_set.node, uses);
                &inline.node.directives
            }
            Selection::FragmentSpread(spread) => &spread.node.directives,
        };
        let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
        arguments.for_each(|(_, value)| uses_of(&value.node, uses));
    }
}

fn uses_of(value: &Value, uses: &mut HashSet<Name>) {
    match value {
        Value::Variable(name) => {
            uses.insert(name.clone());
        }
        Value::Object(object) => object.values().for_each(|value| uses_of(value, uses)),
        Value::List(items) => items.iter().for_each(|value| uses_of(value, uses)),
        _ => {}
    }
}
