//! Where introspection is switched off, documents that ask for it are refused. `__typename` is no introspection.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use crate::engine::error::Error;

/// Refuses the first `__schema` or `__type`, wherever it stands.
pub(crate) fn refuse(document: &ExecutableDocument) -> Result<(), Error> {
    let operations = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document
        .fragments
        .values()
        .map(|fragment| &fragment.node.selection_set.node);
    let mut open: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = open.pop() {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let name = &field.node.name.node;
                    if name == "__schema" || name == "__type" {
                        let message = format!(
                            "Introspection is switched off here, and with it {name}. The schema is served as text at /schema.graphql; the server's setting is --no-introspection."
                        );
                        return Err(Error::validation_failed(message).at(field.pos));
                    }
                    open.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => open.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    Ok(())
}
