//! JSON lines: every record in full, one a line, below a line that says what the file holds.

use std::io::{self, Write};

use serde::Serialize;

use super::{Selection, Written};
use crate::{
    formats::json_lines::FORMAT,
    model::{AsOf, Record, RelationshipStatus},
};

/// The first line.
#[derive(Serialize)]
struct First<'a> {
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
    view: Shown,
}

/// The view, as `guanxi query --view` takes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
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
pub fn write(selection: &Selection, out: &mut impl Write) -> io::Result<Written> {
    let mut written = Written::default();
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
        view: Shown {
            as_of,
            ever,
            known_at: view.known_at.to_string(),
            statuses: view.statuses.iter().collect(),
        },
    };
    line(out, &First { guanxi })?;
    for source in selection.sources() {
        line(out, &Record::Source(source))?;
        written.sources += 1;
    }
    for entity in selection.entities() {
        line(out, &Record::Entity(entity))?;
        written.entities += 1;
    }
    for relationship in selection.relationships() {
        line(out, &Record::Relationship(relationship))?;
        written.relationships += 1;
    }
    Ok(written)
}

fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
