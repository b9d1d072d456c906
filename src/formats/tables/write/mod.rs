//! Writes a graph as our own tables. The folder appears as a whole or not at all; one that has anything in it is refused.
//! What the tables cannot hold is left out and counted, so that what was written can always be read.

mod claims;
mod folder;
mod io_error;
mod table_writer;

use std::{collections::HashSet, path::Path};

use twox_hash::XxHash3_64;

use self::{
    folder::Folder,
    table_writer::{TableWriter, date, link, object, text, trimmed},
};
use super::{
    dataset,
    layout::TableLayout,
    sheets::{entities, identifiers, names, sources},
};
use crate::{
    formats::{
        Error,
        cells::CellStyle,
        export::{ExportSummary, Selection},
    },
    model::{Catalog, Entity, EntityKind, Identifier, Source, not_before},
};

/// Writes what is selected into the folder `dir`, which must not exist or be empty.
///
/// The tables hold one version of each record, as of the view of the selection: earlier versions, the times at which
/// entities and sources were recorded, retractions and merges are not written. Left out and counted are: records whose id has white space,
/// with the relationships and statements that refer to them; identifiers that another entity has already; a link, a country
/// or a date that the tables refuse; the reason why the end of a relationship is unknown that is not its start; a share of
/// something else than the relationship's; white space around texts.
///
/// `cells` says whether what a spreadsheet would run is quoted; `dataset.toml` states whether there is such a cell.
///
/// # Errors
/// [`Error::Io`] when the folder is not empty, or cannot be written. Then nothing is there.
pub fn write(selection: &Selection, dir: &Path, cells: CellStyle) -> Result<ExportSummary, Error> {
    let folder = Folder::begin(dir)?;
    let mut writer = DatasetWriter {
        folder: &folder,
        style: cells,
        has_quoted: false,
        summary: ExportSummary::default(),
        left_out: HashSet::new(),
        identifiers: HashSet::new(),
    };
    writer.sources(selection)?;
    writer.entities(selection)?;
    writer.relationships(selection)?;
    writer.dataset(selection)?;
    let summary = writer.summary;
    folder.finish(dir)?;
    Ok(summary)
}

/// Tables that are being written.
struct DatasetWriter<'f> {
    folder: &'f Folder,
    /// How cells are written that a spreadsheet would run, and whether there was one.
    style: CellStyle,
    has_quoted: bool,
    summary: ExportSummary,
    /// The ids of entities and sources that the tables cannot hold.
    left_out: HashSet<String>,
    /// The identifiers that are taken, each by a hash: registers have millions of them.
    identifiers: HashSet<u64>,
}

impl DatasetWriter<'_> {
    fn dataset(&self, selection: &Selection) -> Result<(), Error> {
        let title = match selection.title().trim() {
            "" => "Untitled",
            title => title,
        };
        let recorded_at = selection.began_at().to_string();
        let lines = [
            ("title", Some(title)),
            ("description", selection.description()),
            ("licence", selection.licence()),
            ("recorded_at", Some(&*recorded_at)),
            ("cells", self.has_quoted.then_some("quoted")),
        ];
        let lines = lines.into_iter().filter_map(|(key, text)| Some((key, text?)));
        let lines: String = lines.map(|(key, text)| format!("{key} = {}\n", quoted(text))).collect();
        self.folder.file(dataset::FILE, lines.as_bytes())
    }

    fn table(&self, layout: TableLayout) -> Result<TableWriter, Error> {
        self.folder.table(layout, self.style)
    }

    fn finish(&mut self, table: TableWriter) -> Result<(), Error> {
        self.has_quoted |= table.finish()?;
        Ok(())
    }

    /// Whether the tables can hold this id.
    fn takes(&mut self, id: &str, what: &'static str) -> bool {
        let takes = !id.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        if !takes {
            self.summary.leave_out(what);
            self.left_out.insert(id.to_owned());
        }
        takes
    }

    fn sources(&mut self, selection: &Selection) -> Result<(), Error> {
        let mut table = self.table(sources::LAYOUT)?;
        for source in selection.sources() {
            if !self.takes(&source.id, "source whose id has white space") {
                continue;
            }
            let summary = &mut self.summary;
            let bare = source.id.strip_prefix(Source::PREFIX).unwrap_or(&source.id);
            let or_id = |text: String| if text.is_empty() { bare.to_owned() } else { text };
            table.put("id", bare);
            table.put("publisher", or_id(trimmed(summary, &source.publisher)));
            table.put("title", or_id(trimmed(summary, &source.title)));
            table.put("url", link(summary, source.url.as_deref()));
            table.put("published_on", date(source.published_on));
            table.put("licence", text(summary, source.licence.as_deref()));
            table.end_row()?;
            summary.sources += 1;
        }
        self.finish(table)
    }

    fn entities(&mut self, selection: &Selection) -> Result<(), Error> {
        let mut table = self.table(entities::LAYOUT)?;
        let mut other_names = self.table(names::LAYOUT)?;
        let mut identified = self.table(identifiers::LAYOUT)?;
        for entity in selection.entities() {
            if !self.takes(&entity.id, "entity whose id has white space") {
                continue;
            }
            self.entity(&entity, &mut table)?;
            for name in &entity.names {
                if name.text.trim().is_empty() {
                    self.summary.leave_out("name that is blank");
                    continue;
                }
                other_names.put("entity", &*entity.id);
                other_names.put("text", trimmed(&mut self.summary, &name.text));
                other_names.put("language", text(&mut self.summary, name.language.as_deref()));
                other_names.put("script", text(&mut self.summary, name.script.as_deref()));
                other_names.put("kind", name.kind.as_str());
                other_names.end_row()?;
            }
            for identifier in &entity.identifiers {
                if !self.identifiers.insert(hash(identifier)) {
                    self.summary.leave_out("identifier that another entity has already");
                    continue;
                }
                identified.put("entity", &*entity.id);
                identified.put("scheme", &*identifier.scheme);
                identified.put("value", &*identifier.value);
                identified.end_row()?;
            }
            self.summary.entities += 1;
        }
        self.finish(table)?;
        self.finish(other_names)?;
        self.finish(identified)
    }

    fn entity(&mut self, entity: &Entity, table: &mut TableWriter) -> Result<(), Error> {
        let summary = &mut self.summary;
        let country = entity.country.as_deref().filter(|country| {
            let fits = Entity::check_country(country).is_ok();
            if !fits {
                summary.leave_out("country that is no code");
            }
            fits
        });
        table.put("country", country.unwrap_or_default());
        table.put("id", &*entity.id);
        table.put("kind", entity.kind.as_str());
        table.put("name", trimmed(summary, &entity.name));
        table.put("description", text(summary, entity.description.as_deref()));
        table.put("status", entity.status.as_str());
        let dissolved = not_before(entity.founded, "founded", entity.dissolved).is_ok();
        let days = entity.kind == EntityKind::Event;
        let ends_on = days && not_before(entity.starts_on, "starts_on", entity.ends_on).is_ok();
        for (column, day, fits) in [
            ("founded", entity.founded, true),
            ("dissolved", entity.dissolved, dissolved),
            ("starts_on", entity.starts_on, days),
            ("ends_on", entity.ends_on, ends_on),
        ] {
            if day.is_some() && !fits {
                summary.leave_out("date of an entity that does not fit the others");
            }
            table.put(column, date(day.filter(|_| fits)));
        }
        table.put("website", link(summary, entity.website.as_deref()));
        if entity.undisclosed {
            table.put("undisclosed", "true");
        }
        table.put("properties", object(entity.properties.as_ref()));
        table.end_row()
    }
}

fn hash(identifier: &Identifier) -> u64 {
    XxHash3_64::oneshot(format!("{}\0{}", identifier.scheme, identifier.value).as_bytes())
}

/// A text as TOML writes it, which is as JSON does but for one character.
fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('\u{7f}', "\\u007f")
}
