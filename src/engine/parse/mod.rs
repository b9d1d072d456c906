//! Parses the text of a request into a document. A parser for the specification of September 2025 reads it, and its tree becomes
//! the document that is validated and executed. Refuses syntax errors, and documents whose operations or fragments have no
//! distinct names. Call it on texts that passed `lexical`: it recurses as deep as brackets nest.

pub(crate) mod convert;
pub(crate) mod fault;
pub(crate) mod positions;
mod tokens;

use std::collections::hash_map::{Entry, HashMap};

use async_graphql::Positioned;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition};
use bluejay_parser::ast::executable;
use bluejay_parser::ast::{Parse, ParseOptions};

use self::convert::Converter;
pub(crate) use self::{fault::syntax_error, positions::position};

use super::error::Error;

/// How deep the parser may recurse: about two steps per bracket, three for an argument, so that no text that passes `lexical`
/// comes near it.
const DEPTH_MAX: usize = 200;

/// Parses a document. Linear in its length.
pub(crate) fn parse(text: &str) -> Result<ExecutableDocument, Error> {
    let options = ParseOptions {
        graphql_ruby_compatibility: false,
        max_depth: DEPTH_MAX,
        max_tokens: None,
    };
    let parsed = executable::ExecutableDocument::parse_with_options(text, options);
    let parsed = parsed.result.map_err(|errors| fault::syntax(text, errors))?;
    let converter = Converter::new(text);
    let operations = parsed.operation_definitions().iter();
    let operations = operations.map(|operation| converter.operation(operation));
    let fragments = parsed.fragment_definitions().iter();
    let fragments = fragments.map(|fragment| converter.fragment(fragment));
    Ok(ExecutableDocument {
        operations: operations_by_name(operations.collect::<Result<_, _>>()?)?,
        fragments: fragments_by_name(fragments.collect::<Result<_, _>>()?)?,
    })
}

/// The operations of a document in the order of the text.
pub(crate) fn operations(document: &ExecutableDocument) -> Vec<&Positioned<OperationDefinition>> {
    let operations = document.operations.iter().map(|(_, operation)| operation);
    let mut operations: Vec<_> = operations.collect();
    operations.sort_unstable_by_key(|operation| operation.pos);
    operations
}

/// The fragments of a document in the order of the text, with their names.
pub(crate) fn fragments(document: &ExecutableDocument) -> Vec<(&str, &Positioned<FragmentDefinition>)> {
    let fragments = document.fragments.iter();
    let mut fragments: Vec<_> = fragments.map(|(name, fragment)| (name.as_str(), fragment)).collect();
    fragments.sort_unstable_by_key(|(_, fragment)| fragment.pos);
    fragments
}

/// A single operation without a name, or any number with distinct names.
fn operations_by_name(operations: Vec<convert::Operation>) -> Result<DocumentOperations, Error> {
    let count = operations.len();
    let mut named: HashMap<_, Positioned<OperationDefinition>> = HashMap::with_capacity(count);
    for (name, operation) in operations {
        let Some(name) = name else {
            if count == 1 {
                return Ok(DocumentOperations::Single(operation));
            }
            let message =
                "An operation without a name must be the only one in its document. Give each operation a name.";
            return Err(Error::parse_failed(message).at(operation.pos));
        };
        match named.entry(name) {
            Entry::Vacant(place) => {
                place.insert(operation);
            }
            Entry::Occupied(first) => {
                let message = format!(
                    "Two operations are called {}. Give each a name of its own.",
                    first.key()
                );
                return Err(Error::parse_failed(message).at(first.get().pos).at(operation.pos));
            }
        }
    }
    if named.is_empty() {
        return Err(Error::parse_failed(
            "The document has fragments and no operation. Add a query, a mutation or a subscription.",
        ));
    }
    Ok(DocumentOperations::Multiple(named))
}

type Fragments = HashMap<async_graphql::Name, Positioned<FragmentDefinition>>;

fn fragments_by_name(fragments: Vec<convert::Fragment>) -> Result<Fragments, Error> {
    let mut named = Fragments::with_capacity(fragments.len());
    for (name, fragment) in fragments {
        match named.entry(name) {
            Entry::Vacant(place) => {
                place.insert(fragment);
            }
            Entry::Occupied(first) => {
                let message = format!("Two fragments are called {}. Give each a name of its own.", first.key());
                return Err(Error::parse_failed(message).at(first.get().pos).at(fragment.pos));
            }
        }
    }
    Ok(named)
}

pub(crate) mod lexical;
#[cfg(test)]
mod tests;
