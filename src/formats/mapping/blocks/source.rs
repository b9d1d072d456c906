//! The source that the table is, or that each of its rows names. What the mapping does not state is taken from the
//! source given with the import.

use super::{block::SourceBlock, row_reader::RowReader};
use crate::{
    formats::{
        mapping::columns::{cell_texts::CellValue, value::TypedValue},
        reader::{SourceDefaults, Unreadable},
    },
    model::Source,
};

impl SourceBlock {
    /// The source of the whole table; none where each row names its own.
    pub(in crate::formats::mapping) fn of_table(
        &self,
        file: &str,
        source_defaults: &SourceDefaults,
    ) -> Result<Option<Source>, Unreadable> {
        if self.publisher.is_none() && source_defaults.publisher.is_none() {
            let reason = "the table has no publisher; add publisher under [source], or give --publisher";
            return Err(Unreadable::malformed("the mapping", reason));
        }
        if self.values().iter().any(|(_, value)| !value.is_constant()) {
            return Ok(None);
        }
        let key = match self.id.as_ref().and_then(constant) {
            Some(id) => id.0,
            None => default_id(file, source_defaults).ok_or_else(|| {
                let reason = "it has no id, and the name of the file is none; add id under [source], or give --source";
                Unreadable::malformed("the source", reason)
            })?,
        };
        let text = |value: Option<String>, default: &Option<String>| value.or_else(|| default.clone());
        let publisher = self.publisher.as_ref().and_then(constant).map(|line| line.0);
        let title = self.title.as_ref().and_then(constant).map(|line| line.0);
        Ok(Some(Source {
            publisher: text(publisher, &source_defaults.publisher).unwrap_or_default(),
            title: text(title, &source_defaults.title).unwrap_or_else(|| bare(&key)),
            url: text(
                self.url.as_ref().and_then(constant).map(|link| link.0),
                &source_defaults.url,
            ),
            published_on: self.published_on.as_ref().and_then(constant),
            licence: text(
                self.licence.as_ref().and_then(constant).map(|line| line.0),
                &source_defaults.licence,
            ),
            id: key,
        }))
    }

    /// The source that a row names; none where it does not, which is a fault.
    pub(in crate::formats::mapping) fn of_row(
        &self,
        reader: &mut RowReader<'_>,
        file: &str,
        source_defaults: &SourceDefaults,
    ) -> Option<Source> {
        let id = match &self.id {
            Some(id) => reader.essential("source.id", id)?.0,
            None => default_id(file, source_defaults)?,
        };
        let text = |value: Option<String>, default: &Option<String>| value.or_else(|| default.clone());
        let publisher = match (&self.publisher, &source_defaults.publisher) {
            (Some(publisher), _) => reader.essential("source.publisher", publisher)?.0,
            (None, default) => default.clone()?,
        };
        let title = reader.optional("source.title", self.title.as_ref()).map(|line| line.0);
        let url = reader.optional("source.url", self.url.as_ref()).map(|link| link.0);
        let licence = reader
            .optional("source.licence", self.licence.as_ref())
            .map(|line| line.0);
        Some(Source {
            publisher,
            title: text(title, &source_defaults.title).unwrap_or_else(|| bare(&id)),
            url: text(url, &source_defaults.url),
            published_on: reader.optional("source.published_on", self.published_on.as_ref()),
            licence: text(licence, &source_defaults.licence),
            id,
        })
    }
}

/// The value of a field that is the same for every row.
fn constant<T: CellValue>(of: &TypedValue<T>) -> Option<T> {
    T::read(&of.value.constant()?, &[]).ok()
}

/// The id by the source given with the import, or by the name of the file.
fn default_id(file: &str, source_defaults: &SourceDefaults) -> Option<String> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    Source::id_of(source_defaults.source.as_deref().unwrap_or(stem)).ok()
}

/// The id without its prefix.
fn bare(id: &str) -> String {
    id.strip_prefix(Source::PREFIX).unwrap_or(id).to_owned()
}
