//! Refuses documents with introspection while it is switched off. `__typename` does not count as introspection.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use crate::engine::error::Error;

/// Refuses the first `__schema` or `__type` anywhere in the document.
pub(crate) fn refuse(document: &ExecutableDocument) -> Result<(), Error> {
    let operations = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document
        .fragments
        .values()
        .map(|fragment| &fragment.node.selection_set.node);
    let mut pending: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = pending.pop() {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let name = &field.node.name.node;
                    if name == "__schema" || name == "__type" {
                        let message = format!(
                            "Introspection is switched off on this server, including {name}. The schema is served as text at /schema.graphql; the server's setting is --no-introspection."
                        );
                        return Err(Error::validation_failed(message).at(field.pos));
                    }
                    pending.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => pending.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    Ok(())
}
