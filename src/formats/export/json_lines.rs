//! JSON lines: every record in full, one a line, below a line that says what the file holds.

use std::io::{self, Write};

use serde::Serialize;

use super::{ExportSummary, Selection};
use crate::{
    formats::json_lines::FORMAT,
    model::{AsOf, Record, RelationshipStatus},
};

/// The first line.
#[derive(Serialize)]
struct FirstLine<'a> {
    guanxi: Header<'a>,
}

/// What the file holds.
#[derive(Serialize)]
struct Header<'a> {
    format: u32,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<&'a str>,
    /// When the data was first recorded: since when its sources and entities are known.
    recorded_at: String,
    view: ViewHeader,
}

/// The view, as `guanxi query --view` takes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ViewHeader {
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ever: Option<bool>,
    known_at: String,
    statuses: Vec<RelationshipStatus>,
}

/// Writes JSON lines: a header, then sources, entities and relationships with their evidence, in the order of their ids. Holds
/// everything that the view shows; what was known before and has changed since is not part of a view.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(selection: &Selection, out: &mut impl Write) -> io::Result<ExportSummary> {
    let mut summary = ExportSummary::default();
    let view = selection.view();
    let (as_of, ever) = match view.as_of {
        AsOf::Day(day) => (Some(day.to_string()), None),
        AsOf::Ever => (None, Some(true)),
    };
    let guanxi = Header {
        format: FORMAT,
        title: selection.title(),
        description: selection.description(),
        licence: selection.licence(),
        recorded_at: selection.began_at().to_string(),
        view: ViewHeader {
            as_of,
            ever,
            known_at: view.known_at.to_string(),
            statuses: view.statuses.iter().collect(),
        },
    };
    line(out, &FirstLine { guanxi })?;
    for source in selection.sources() {
        line(out, &Record::Source(source))?;
        summary.sources += 1;
    }
    for entity in selection.entities() {
        line(out, &Record::Entity(entity))?;
        summary.entities += 1;
    }
    for relationship in selection.relationships() {
        line(out, &Record::Relationship(relationship))?;
        summary.relationships += 1;
    }
    Ok(summary)
}

fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
