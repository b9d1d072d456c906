//! A subscription has one root field, which its document may write in pieces, through fragments. The pieces are put together,
//! because async-graphql looks for root fields of subscriptions in the operation itself only.

use std::collections::HashSet;

use async_graphql::Positioned;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet};

use super::error::Error;

/// Leaves one field in the root of the subscription named `name`, or the only operation. Call it on documents that were
/// checked: fragments end, and fields of one key have the same arguments.
pub(super) fn reduce(document: &mut ExecutableDocument, name: Option<&str>) -> Result<(), Error> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => operation,
        (DocumentOperations::Multiple(operations), Some(name)) => &operations[name],
        (DocumentOperations::Multiple(_), None) => return Err(Error::internal("an operation was chosen by no name")),
    };
    let fields = root_fields(document, &operation.node.selection_set.node)?;
    let mut fields = fields.into_iter();
    let mut root = fields
        .next()
        .ok_or_else(|| Error::internal("an operation has no root field"))?;
    for field in fields {
        if field.node.response_key().node != root.node.response_key().node {
            let message = "A subscription has one root field. Subscribe to each in an operation of its own.";
            return Err(Error::validation_failed(message).at(field.pos));
        }
        let further = field.node.selection_set.node.items;
        root.node.selection_set.node.items.extend(further);
    }
    if root.node.name.node.starts_with("__") {
        let message = format!(
            "{} says nothing of a subscription. Ask for it in a query.",
            root.node.name.node
        );
        return Err(Error::validation_failed(message).at(root.pos));
    }
    let items = vec![Positioned::new(Selection::Field(root.clone()), root.pos)];
    let operation = match (&mut document.operations, name) {
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get_mut(name),
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(_), None) => None,
    };
    if let Some(operation) = operation {
        operation.node.selection_set.node.items = items;
    }
    remove_unused_fragments(document);
    Ok(())
}

fn root_fields(document: &ExecutableDocument, set: &SelectionSet) -> Result<Vec<Positioned<Field>>, Error> {
    let mut fields = Vec::new();
    let mut open = vec![set];
    while let Some(set) = open.pop() {
        for item in &set.items {
            if let Some(directive) = item.node.directives().first() {
                let message = format!(
                    "The root field of a subscription takes no @{}: leave the operation out instead.",
                    directive.node.name.node
                );
                return Err(Error::validation_failed(message).at(directive.pos));
            }
            match &item.node {
                Selection::Field(field) => fields.push(field.clone()),
                Selection::InlineFragment(inline) => open.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        open.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    // As they are written: what is merged keeps its order.
    fields.sort_by_key(|field| (field.pos.line, field.pos.column));
    Ok(fields)
}

/// async-graphql refuses fragments that nothing spreads any more.
fn remove_unused_fragments(document: &mut ExecutableDocument) {
    let mut used = HashSet::new();
    let operations = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node.selection_set.node);
    let mut open: Vec<&SelectionSet> = operations.collect();
    while let Some(set) = open.pop() {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => open.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => open.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if used.insert(name.clone()) {
                        open.extend(
                            document
                                .fragments
                                .get(name)
                                .map(|fragment| &fragment.node.selection_set.node),
                        );
                    }
                }
            }
        }
    }
    document.fragments.retain(|name, _| used.contains(name));
}
