//! An object of which nothing was selected is still an object: `{}`, where null would say that there is none. async-graphql
//! answers null when no field of an object applies, so such selections carry a mark that is taken out of the answer again.

use async_graphql::{
    Name, Pos, Positioned, Value,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
};

/// The response key of the mark.
const MARK: &str = "_guanxi_present";

/// Marks every selection set of which no item may apply. Whether there is one.
pub(crate) fn mark(document: &mut ExecutableDocument) -> bool {
    let mut marked = false;
    match &mut document.operations {
        async_graphql::parser::types::DocumentOperations::Single(operation) => {
            mark_object(&mut operation.node.selection_set.node, &mut marked);
        }
        async_graphql::parser::types::DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                mark_object(&mut operation.node.selection_set.node, &mut marked);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        mark_below(&mut fragment.node.selection_set.node, &mut marked);
    }
    marked
}

/// Takes the marks out of an answer.
pub(crate) fn unmark(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.shift_remove(MARK);
            fields.values_mut().for_each(unmark);
        }
        Value::List(items) => items.iter_mut().for_each(unmark),
        _ => {}
    }
}

fn mark_object(set: &mut SelectionSet, marked: &mut bool) {
    mark_below(set, marked);
    if !set.items.is_empty() && set.items.iter().all(|item| may_not_apply(&item.node)) {
        let at = |name: &str| Positioned::new(Name::new(name), Pos::default());
        let field = Field {
            alias: Some(at(MARK)),
            name: at("__typename"),
            arguments: Vec::new(),
            directives: Vec::new(),
            selection_set: Positioned::new(SelectionSet::default(), Pos::default()),
        };
        let field = Positioned::new(field, Pos::default());
        set.items.push(Positioned::new(Selection::Field(field), Pos::default()));
        *marked = true;
    }
}

fn mark_below(set: &mut SelectionSet, marked: &mut bool) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => mark_object(&mut field.node.selection_set.node, marked),
            Selection::InlineFragment(inline) => mark_below(&mut inline.node.selection_set.node, marked),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Fragments are for one type among several, directives for some requests.
fn may_not_apply(item: &Selection) -> bool {
    match item {
        Selection::Field(field) => !field.node.directives.is_empty(),
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => true,
    }
}
