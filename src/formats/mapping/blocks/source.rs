//! The source that the table is, or that each of its rows names. What the mapping does not say is taken from what was said
//! beside the file.

use super::{block::SourceBlock, reading::Reading};
use crate::{
    formats::{
        mapping::columns::{cell_texts::Written, value::Of},
        reader::{Told, Unreadable},
    },
    model::Source,
};

impl SourceBlock {
    /// The source of the whole table; none where each row names its own.
    pub(in crate::formats::mapping) fn of_table(&self, file: &str, told: &Told) -> Result<Option<Source>, Unreadable> {
        if self.publisher.is_none() && told.publisher.is_none() {
            let reason = "nobody says who published the table; add publisher under [source], or give --publisher";
            return Err(Unreadable::form("the mapping", reason));
        }
        if self.values().iter().any(|(_, value)| !value.is_constant()) {
            return Ok(None);
        }
        let key = match self.id.as_ref().and_then(constant) {
            Some(id) => id.0,
            None => key_told(file, told).ok_or_else(|| {
                let reason = "it has no id, and the name of the file is none; add id under [source], or give --source";
                Unreadable::form("the source", reason)
            })?,
        };
        let text = |given: Option<String>, told: &Option<String>| given.or_else(|| told.clone());
        let publisher = self.publisher.as_ref().and_then(constant).map(|line| line.0);
        let title = self.title.as_ref().and_then(constant).map(|line| line.0);
        Ok(Some(Source {
            publisher: text(publisher, &told.publisher).unwrap_or_default(),
            title: text(title, &told.title).unwrap_or_else(|| bare(&key)),
            url: text(self.url.as_ref().and_then(constant).map(|link| link.0), &told.url),
            published_on: self.published_on.as_ref().and_then(constant),
            licence: text(
                self.licence.as_ref().and_then(constant).map(|line| line.0),
                &told.licence,
            ),
            id: key,
        }))
    }

    /// The source that a row names; none where it does not, which is a fault.
    pub(in crate::formats::mapping) fn of_row(
        &self,
        reading: &mut Reading<'_>,
        file: &str,
        told: &Told,
    ) -> Option<Source> {
        let id = match &self.id {
            Some(id) => reading.essential("source.id", id)?.0,
            None => key_told(file, told)?,
        };
        let text = |given: Option<String>, told: &Option<String>| given.or_else(|| told.clone());
        let publisher = match (&self.publisher, &told.publisher) {
            (Some(publisher), _) => reading.essential("source.publisher", publisher)?.0,
            (None, told) => told.clone()?,
        };
        let title = reading.optional("source.title", self.title.as_ref()).map(|line| line.0);
        let url = reading.optional("source.url", self.url.as_ref()).map(|link| link.0);
        let licence = reading
            .optional("source.licence", self.licence.as_ref())
            .map(|line| line.0);
        Some(Source {
            publisher,
            title: text(title, &told.title).unwrap_or_else(|| bare(&id)),
            url: text(url, &told.url),
            published_on: reading.optional("source.published_on", self.published_on.as_ref()),
            licence: text(licence, &told.licence),
            id,
        })
    }
}

/// What a value says that is the same for every row.
fn constant<T: Written>(of: &Of<T>) -> Option<T> {
    T::read(&of.value.constant()?, &[]).ok()
}

/// The id by what was said beside the file, or by its name.
fn key_told(file: &str, told: &Told) -> Option<String> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    Source::id_of(told.source.as_deref().unwrap_or(stem)).ok()
}

/// The id without its prefix.
fn bare(id: &str) -> String {
    id.strip_prefix(Source::PREFIX).unwrap_or(id).to_owned()
}
