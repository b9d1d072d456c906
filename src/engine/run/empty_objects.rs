//! An object whose selections all turn out not to apply is answered as `{}`, since null would mean that there is no object. async-graphql
//! answers null when no field of an object applies, so such selections get a marker field that is removed from the answer.

use async_graphql::{
    Name, Pos, Positioned, Value,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
};

/// The response key of the marker field.
const MARK: &str = "_guanxi_present";

/// Marks every selection set whose items may all not apply. Returns whether there is one.
pub(crate) fn mark(document: &mut ExecutableDocument) -> bool {
    let mut has_marks = false;
    match &mut document.operations {
        async_graphql::parser::types::DocumentOperations::Single(operation) => {
            mark_object(&mut operation.node.selection_set.node, &mut has_marks);
        }
        async_graphql::parser::types::DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                mark_object(&mut operation.node.selection_set.node, &mut has_marks);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        mark_below(&mut fragment.node.selection_set.node, &mut has_marks);
    }
    has_marks
}

/// Removes the marker fields from an answer.
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

fn mark_object(set: &mut SelectionSet, has_marks: &mut bool) {
    mark_below(set, has_marks);
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
        *has_marks = true;
    }
}

fn mark_below(set: &mut SelectionSet, has_marks: &mut bool) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => mark_object(&mut field.node.selection_set.node, has_marks),
            Selection::InlineFragment(inline) => mark_below(&mut inline.node.selection_set.node, has_marks),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Fragments may be on another type, and directives may exclude a field.
fn may_not_apply(item: &Selection) -> bool {
    match item {
        Selection::Field(field) => !field.node.directives.is_empty(),
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => true,
    }
}
