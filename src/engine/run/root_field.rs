//! A subscription has one root field, which its document may spread over several fragments. The parts are merged,
//! because async-graphql reads the root field of a subscription only from the operation itself.

use std::collections::HashSet;

use async_graphql::Positioned;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet};

use crate::engine::error::Error;

/// Checks that the root of a subscription is one field, without directives or introspection. Call it on documents without
/// fragment cycles.
pub(crate) fn check(document: &ExecutableDocument, set: &SelectionSet) -> Result<(), Error> {
    let fields = root_fields(document, set)?;
    // Empty if a fragment does not exist, which another check reports.
    let Some((root, others)) = fields.split_first() else {
        return Ok(());
    };
    if let Some(other) = others
        .iter()
        .find(|field| field.node.response_key() != root.node.response_key())
    {
        let message = "A subscription has one root field. Subscribe to each in an operation of its own.";
        return Err(Error::validation_failed(message).at(other.pos));
    }
    if root.node.name.node.starts_with("__") {
        let message = format!(
            "{} is not available in a subscription. Request it in a query.",
            root.node.name.node
        );
        return Err(Error::validation_failed(message).at(root.pos));
    }
    Ok(())
}

/// Reduces the root of the document's only operation, a subscription, to one field. Call it on validated documents:
/// fields with the same response key have the same arguments.
pub(crate) fn reduce(document: &mut ExecutableDocument) -> Result<(), Error> {
    let operation = document.operations.iter().next();
    let (_, operation) = operation.ok_or_else(|| Error::internal("the selected operation is missing"))?;
    let fields = root_fields(document, &operation.node.selection_set.node)?;
    let mut fields = fields.into_iter().cloned();
    let mut root = fields
        .next()
        .ok_or_else(|| Error::internal("an operation has no root field"))?;
    for field in fields {
        root.node
            .selection_set
            .node
            .items
            .extend(field.node.selection_set.node.items);
    }
    let at = root.pos;
    let items = vec![Positioned::new(Selection::Field(root), at)];
    let operation = match &mut document.operations {
        DocumentOperations::Single(operation) => Some(operation),
        DocumentOperations::Multiple(operations) => operations.values_mut().next(),
    };
    if let Some(operation) = operation {
        operation.node.selection_set.node.items = items;
    }
    Ok(())
}

fn root_fields<'d>(
    document: &'d ExecutableDocument,
    set: &'d SelectionSet,
) -> Result<Vec<&'d Positioned<Field>>, Error> {
    let mut fields = Vec::new();
    let mut visited = HashSet::new();
    let mut pending = vec![set];
    while let Some(set) = pending.pop() {
        for item in &set.items {
            if let Some(directive) = item.node.directives().first() {
                let message = format!(
                    "The root field of a subscription takes no @{}: omit the operation instead.",
                    directive.node.name.node
                );
                return Err(Error::validation_failed(message).at(directive.pos));
            }
            match &item.node {
                Selection::Field(field) => fields.push(field),
                Selection::InlineFragment(inline) => pending.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && visited.insert(name)
                    {
                        pending.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    // In the order of the text, which merged selections keep.
    fields.sort_by_key(|field| field.pos);
    Ok(fields)
}
