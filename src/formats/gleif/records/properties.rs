//! Fields without a place in the model, as nested JSON: under GLEIF's own names in lower camel case, lists as lists.

use serde_json::{Map, Value};

use crate::formats::gleif::syntax::{
    fields::PropertyStep,
    row::{Cell, GleifRow},
};

/// The properties of a record while it is read.
#[derive(Default)]
pub(in crate::formats::gleif) struct PropertyTree {
    members: Map<String, Value>,
    has_lists: bool,
}

impl PropertyTree {
    /// Adds a cell as it is written.
    pub(in crate::formats::gleif) fn keep(&mut self, row: &GleifRow<'_>, cell: Cell) {
        let text = row.text(cell);
        self.has_lists |= put(&mut self.members, &row.fields.field(cell.field).steps, cell, text);
    }

    /// Adds a cell that may be absent.
    pub(in crate::formats::gleif) fn keep_optional(&mut self, row: &GleifRow<'_>, cell: Option<Cell>) {
        if let Some(cell) = cell {
            self.keep(row, cell);
        }
    }

    /// The properties, if there are any.
    pub(in crate::formats::gleif) fn finish(mut self) -> Option<Map<String, Value>> {
        if self.has_lists {
            self.members.values_mut().for_each(close_gaps);
        }
        (!self.members.is_empty()).then_some(self.members)
    }
}

/// Puts a text where the steps lead; returns whether that is in a list.
fn put(members: &mut Map<String, Value>, steps: &[PropertyStep], cell: Cell, text: &str) -> bool {
    let Some((PropertyStep::Member(first), rest)) = steps.split_first() else {
        return false;
    };
    // Most names come once, and most of the others lie in an object that is there already.
    if let Some(place) = members.get_mut(first) {
        return put_inside(place, rest, cell, text);
    }
    let mut place = Value::Null;
    let has_lists = put_inside(&mut place, rest, cell, text);
    members.insert(first.clone(), place);
    has_lists
}

/// The same from any value.
fn put_inside(place: &mut Value, steps: &[PropertyStep], cell: Cell, text: &str) -> bool {
    match steps.split_first() {
        None => add(place, text),
        Some((PropertyStep::Member(_), _)) => put(members_of(place), steps, cell, text),
        Some((PropertyStep::Item(list), rest)) => {
            put_inside(item(place, cell.indices[*list]), rest, cell, text);
            true
        }
    }
}

/// The members of an object; what stood there instead of one becomes its `value`.
fn members_of(place: &mut Value) -> &mut Map<String, Value> {
    if !place.is_object() {
        let mut members = Map::new();
        match place.take() {
            Value::Null => {}
            value => {
                members.insert(VALUE.to_owned(), value);
            }
        }
        *place = Value::Object(members);
    }
    place.as_object_mut().expect("it was one or was just made one")
}

/// What the text of something is called that has members beside.
const VALUE: &str = "value";

/// The item of a list; those before it are left open.
fn item(place: &mut Value, at: usize) -> &mut Value {
    if !place.is_array() {
        *place = match place.take() {
            Value::Null => Value::Array(Vec::new()),
            value => Value::Array(vec![value]),
        };
    }
    let items = place.as_array_mut().expect("it was one or was just made one");
    if items.len() <= at {
        items.resize(at + 1, Value::Null);
    }
    &mut items[at]
}

/// Adds a text to what stands there already, if anything; returns whether that made a list.
fn add(place: &mut Value, text: &str) -> bool {
    match place {
        Value::Null => *place = Value::String(text.to_owned()),
        Value::Array(items) => items.push(Value::String(text.to_owned())),
        Value::Object(members) => return add(members.entry(VALUE).or_insert(Value::Null), text),
        _ => {
            let before = place.take();
            *place = Value::Array(vec![before, Value::String(text.to_owned())]);
            return true;
        }
    }
    false
}

/// Columns number their items, and some numbers may have no value.
fn close_gaps(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(close_gaps);
        }
        Value::Object(members) => members.values_mut().for_each(close_gaps),
        _ => {}
    }
}
