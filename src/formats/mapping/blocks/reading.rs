//! One block that reads one row: what is not understood is kept as written, and what cannot be done without ends the draft.

use serde_json::Map;

use crate::{
    formats::{
        mapping::columns::{
            cell_texts::Written,
            form::Form,
            row::Row,
            value::{Filled, Of, Value},
        },
        reader::Fault,
    },
    model::PROPERTIES_BYTES_MAX,
};

/// A row that is being read.
pub(in crate::formats::mapping) struct Reading<'a> {
    pub(in crate::formats::mapping) row: Row<'a>,
    form: &'a Form,
    faults: &'a mut Vec<Fault>,
    kept: Map<String, serde_json::Value>,
}

impl<'a> Reading<'a> {
    pub(in crate::formats::mapping) fn new(row: Row<'a>, form: &'a Form, faults: &'a mut Vec<Fault>) -> Self {
        Self {
            row,
            form,
            faults,
            kept: Map::new(),
        }
    }

    /// What a field says that a draft cannot do without.
    pub(in crate::formats::mapping) fn essential<T: Written>(&mut self, key: &'static str, field: &Of<T>) -> Option<T> {
        let name = name(key, &field.value);
        let refused = match field.value.fill(&self.row) {
            Filled::Text(text) => match T::read(&text, &self.form.dates) {
                Ok(read) => return Some(read),
                Err(_) => Fault::rejected(name, T::REFUSED).with(&text),
            },
            Filled::Blank => Fault::rejected(name, "blank"),
            Filled::Unlisted(text) => Fault::rejected(name, UNLISTED).with(&text),
        };
        self.faults.push(refused);
        None
    }

    /// What a field says that may be blank.
    pub(in crate::formats::mapping) fn optional<T: Written>(
        &mut self,
        key: &'static str,
        field: Option<&Of<T>>,
    ) -> Option<T> {
        let field = field?;
        match field.value.fill(&self.row) {
            Filled::Text(text) => match T::read(&text, &self.form.dates) {
                Ok(read) => Some(read),
                Err(_) => {
                    self.keep_text(key, &field.value, T::REFUSED, text);
                    None
                }
            },
            Filled::Blank => None,
            Filled::Unlisted(text) => {
                self.keep_text(key, &field.value, UNLISTED, text);
                None
            }
        }
    }

    /// The draft cannot be made.
    pub(in crate::formats::mapping) fn reject(&mut self, key: &'static str, reason: &'static str) {
        self.faults.push(Fault::rejected(key, reason));
    }

    /// Keeps a field that was understood, but does not fit what is beside it.
    pub(in crate::formats::mapping) fn keep<T>(
        &mut self,
        key: &'static str,
        field: Option<&Of<T>>,
        reason: &'static str,
    ) {
        if let Some(field) = field
            && let Some(text) = field.value.text(&self.row)
        {
            self.keep_text(key, &field.value, reason, text);
        }
    }

    /// Tells of a field that was taken as it is written, but contradicts what is beside it.
    pub(in crate::formats::mapping) fn note<T>(
        &mut self,
        key: &'static str,
        field: Option<&Of<T>>,
        reason: &'static str,
    ) {
        if let Some(field) = field
            && let Some(text) = field.value.text(&self.row)
        {
            self.faults
                .push(Fault::noted(name(key, &field.value), reason).with(&text));
        }
    }

    fn keep_text(&mut self, key: &'static str, value: &Value, reason: &'static str, text: String) {
        // As it stands in the table, not as a template made it.
        let cell = value.only_column().map(|column| self.row.cell(column));
        let written = cell.filter(|cell| !cell.is_empty()).map_or(text, str::to_owned);
        let name = name(key, value);
        self.faults.push(Fault::kept(name.clone(), reason).with(&written));
        self.kept.insert(name, written.into());
    }

    /// The properties with what was kept; none where there is nothing, and not more than a record may have.
    pub(in crate::formats::mapping) fn properties(
        &mut self,
        mut properties: Map<String, serde_json::Value>,
    ) -> Option<Option<Map<String, serde_json::Value>>> {
        properties.append(&mut self.kept);
        if properties.is_empty() {
            return Some(None);
        }
        let bytes: usize = properties
            .iter()
            .map(|(name, text)| name.len() + text.as_str().map_or(0, str::len))
            .sum();
        if bytes > PROPERTIES_BYTES_MAX {
            self.reject("properties", "longer than 64 KiB");
            return None;
        }
        Some(Some(properties))
    }
}

const UNLISTED: &str = "not among the values in the mapping";

/// What a fault calls a value: its column, or where it has several or none, the key in the mapping.
fn name(key: &'static str, value: &Value) -> String {
    value.only_column().unwrap_or(key).to_owned()
}
