//! What the model has no place for, as nested JSON: under GLEIF's own names in lower camel case, lists as lists.

use serde_json::{Map, Value};

use super::{
    fields::Step,
    row::{Cell, Row},
};
use crate::model::PROPERTIES_BYTES_MAX;

/// The properties of a record while it is read.
#[derive(Default)]
pub(super) struct Properties {
    members: Map<String, Value>,
    bytes: usize,
    has_lists: bool,
}

impl Properties {
    /// Keeps a cell as it is written.
    pub(super) fn keep(&mut self, row: &Row<'_>, cell: Cell) {
        let text = row.text(cell);
        self.bytes += text.len();
        self.has_lists |= put(&mut self.members, &row.fields.field(cell.field).steps, cell, text);
    }

    /// Keeps a cell that may be absent.
    pub(super) fn keep_any(&mut self, row: &Row<'_>, cell: Option<Cell>) {
        if let Some(cell) = cell {
            self.keep(row, cell);
        }
    }

    /// What was kept, if anything.
    ///
    /// # Errors
    /// How many bytes it has, when these are more than a record may have.
    pub(super) fn finish(mut self) -> Result<Option<Map<String, Value>>, usize> {
        if self.has_lists {
            self.members.values_mut().for_each(close_gaps);
        }
        // Names of members take room too, but seldom eight times that of their texts.
        if self.bytes > PROPERTIES_BYTES_MAX / 8 {
            let bytes = serde_json::to_string(&self.members).map_or(usize::MAX, |text| text.len());
            if bytes > PROPERTIES_BYTES_MAX {
                return Err(bytes);
            }
        }
        Ok((!self.members.is_empty()).then_some(self.members))
    }
}

/// Puts a text where the steps lead; says whether one of them leads into a list.
fn put(members: &mut Map<String, Value>, steps: &[Step], cell: Cell, text: &str) -> bool {
    let Some((Step::Member(first), rest)) = steps.split_first() else {
        return false;
    };
    if rest.is_empty() && !members.contains_key(first) {
        members.insert(first.clone(), Value::String(text.to_owned()));
        return false;
    }
    let mut place = member(members, first);
    let mut has_lists = false;
    for step in rest {
        place = match step {
            Step::Member(name) => inside(place, name),
            Step::Item(list) => {
                has_lists = true;
                item(place, cell.at.get(*list).copied().unwrap_or_default())
            }
        };
    }
    has_lists | add(place, text)
}

fn member<'m>(members: &'m mut Map<String, Value>, name: &str) -> &'m mut Value {
    if !members.contains_key(name) {
        members.insert(name.to_owned(), Value::Null);
    }
    members.get_mut(name).expect("it was there or was just put there")
}

/// The member of an object; what stood there instead of one becomes its `value`.
fn inside<'v>(place: &'v mut Value, name: &str) -> &'v mut Value {
    if !place.is_object() {
        let mut members = Map::new();
        match place.take() {
            Value::Null => {}
            value => {
                members.insert("value".to_owned(), value);
            }
        }
        *place = Value::Object(members);
    }
    let members = place.as_object_mut().expect("it was one or was just made one");
    member(members, name)
}

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

/// Adds a text to what stands there already, if anything; says whether that made a list.
fn add(place: &mut Value, text: &str) -> bool {
    let text = Value::String(text.to_owned());
    match place {
        Value::Null => *place = text,
        Value::Array(items) => items.push(text),
        Value::Object(_) => return add_value(place, text),
        _ => {
            let before = place.take();
            *place = Value::Array(vec![before, text]);
            return true;
        }
    }
    false
}

fn add_value(place: &mut Value, text: Value) -> bool {
    match inside(place, "value") {
        empty @ Value::Null => *empty = text,
        Value::Array(items) => items.push(text),
        taken => {
            let before = taken.take();
            *taken = Value::Array(vec![before, text]);
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
