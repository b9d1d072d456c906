//! Reads one row for one block: values that are not understood go to the properties as written, and a missing essential value
//! ends the draft.

use serde_json::Map;

use crate::{
    formats::{
        mapping::columns::{
            cell_texts::CellValue,
            csv_options::CsvOptions,
            row::Row,
            value::{ResolvedText, TypedValue, Value},
        },
        reader::RecordFault,
    },
    model::PROPERTIES_BYTES_MAX,
};

/// A row that is being read.
pub(in crate::formats::mapping) struct RowReader<'a> {
    pub(in crate::formats::mapping) row: Row<'a>,
    options: &'a CsvOptions,
    faults: &'a mut Vec<RecordFault>,
    extra_properties: Map<String, serde_json::Value>,
}

impl<'a> RowReader<'a> {
    pub(in crate::formats::mapping) fn new(
        row: Row<'a>,
        options: &'a CsvOptions,
        faults: &'a mut Vec<RecordFault>,
    ) -> Self {
        Self {
            row,
            options,
            faults,
            extra_properties: Map::new(),
        }
    }

    /// The value of a field that a draft requires.
    pub(in crate::formats::mapping) fn essential<T: CellValue>(
        &mut self,
        key: &'static str,
        field: &TypedValue<T>,
    ) -> Option<T> {
        let name = name(key, &field.value);
        let fault = match field.value.fill(&self.row) {
            ResolvedText::Text(text) => match T::read(&text, &self.options.dates) {
                Ok(read) => return Some(read),
                Err(_) => RecordFault::rejected(name, T::REFUSED).with(&text),
            },
            ResolvedText::Blank => RecordFault::rejected(name, "blank"),
            ResolvedText::Unlisted(text) => RecordFault::rejected(name, UNLISTED).with(&text),
        };
        self.faults.push(fault);
        None
    }

    /// The value of a field that may be blank.
    pub(in crate::formats::mapping) fn optional<T: CellValue>(
        &mut self,
        key: &'static str,
        field: Option<&TypedValue<T>>,
    ) -> Option<T> {
        let field = field?;
        match field.value.fill(&self.row) {
            ResolvedText::Text(text) => match T::read(&text, &self.options.dates) {
                Ok(read) => Some(read),
                Err(_) => {
                    self.keep_text(key, &field.value, T::REFUSED, text);
                    None
                }
            },
            ResolvedText::Blank => None,
            ResolvedText::Unlisted(text) => {
                self.keep_text(key, &field.value, UNLISTED, text);
                None
            }
        }
    }

    /// Rejects the draft.
    pub(in crate::formats::mapping) fn reject(&mut self, key: &'static str, reason: &'static str) {
        self.faults.push(RecordFault::rejected(key, reason));
    }

    /// Puts a field that was understood, but does not fit others, into the properties.
    pub(in crate::formats::mapping) fn keep<T>(
        &mut self,
        key: &'static str,
        field: Option<&TypedValue<T>>,
        reason: &'static str,
    ) {
        if let Some(field) = field
            && let Some(text) = field.value.text(&self.row)
        {
            self.keep_text(key, &field.value, reason, text);
        }
    }

    /// Adds a remark on a field that is taken as written, but contradicts another.
    pub(in crate::formats::mapping) fn note<T>(
        &mut self,
        key: &'static str,
        field: Option<&TypedValue<T>>,
        reason: &'static str,
    ) {
        if let Some(field) = field
            && let Some(text) = field.value.text(&self.row)
        {
            self.faults
                .push(RecordFault::noted(name(key, &field.value), reason).with(&text));
        }
    }

    fn keep_text(&mut self, key: &'static str, value: &Value, reason: &'static str, text: String) {
        // As it stands in the table, not as a template made it.
        let cell = value.only_column().map(|column| self.row.cell(column));
        let original = cell.filter(|cell| !cell.is_empty()).map_or(text, str::to_owned);
        let name = name(key, value);
        self.faults
            .push(RecordFault::in_properties(name.clone(), reason).with(&original));
        self.extra_properties.insert(name, original.into());
    }

    /// The properties, with the values that were not understood; none where there are none, and not more than a record may have.
    pub(in crate::formats::mapping) fn properties(
        &mut self,
        mut properties: Map<String, serde_json::Value>,
    ) -> Option<Option<Map<String, serde_json::Value>>> {
        properties.append(&mut self.extra_properties);
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
