//! Graphviz DOT: a drawing of who is connected to whom.

use std::io::{self, Write};

use super::{ExportSummary, Selection};
use crate::model::{AsOf, Catalog, Date, Directness, Ends, Entity, Relationship, RelationshipStatus, View};

/// Writes DOT. Entities are labelled with their name and kind, relationships with their kind, role and share, and whether they
/// are indirect; the type of an interest stands in the place of a role. What had ended on
/// the day of the view is dashed; where the view shows whatever held ever, the day is that of the last change. Claims that are
/// not ACTIVE are dotted. Symmetric relationships have no arrow.
///
/// DOT cannot hold, and counts as left out: relationships with an unknown end, statements, sources, and what labels do not
/// say: other names, identifiers, descriptions, countries, dates, amounts, properties.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(selection: &Selection, out: &mut impl Write) -> io::Result<ExportSummary> {
    let mut summary = ExportSummary::default();
    let view = selection.view();
    let today = match view.as_of {
        AsOf::Day(day) => day,
        AsOf::Ever => View::day_of(view.known_at),
    };
    writeln!(out, "digraph {} {{", quoted(selection.title()))?;
    writeln!(out, "  node [shape=box];")?;
    for _ in selection.sources() {
        summary.leave_out("source");
    }
    for entity in selection.entities() {
        leave_out_of_entity(&entity, &mut summary);
        let label = format!("{}\n{}", entity.name, words(entity.kind.as_str()));
        writeln!(out, "  {} [label={}];", quoted(&entity.id), quoted(&label))?;
        summary.entities += 1;
    }
    for relationship in selection.relationships() {
        let Ends::Known { from, to } = &relationship.ends else {
            summary.leave_out("relationship with an unknown end");
            continue;
        };
        leave_out_of_relationship(&relationship, &mut summary);
        write!(
            out,
            "  {} -> {} [label={}",
            quoted(from),
            quoted(to),
            quoted(&label(&relationship))
        )?;
        if relationship.kind.is_symmetric() {
            write!(out, ", dir=none")?;
        }
        match style(&relationship, today) {
            Some(style) => writeln!(out, ", style={style}];")?,
            None => writeln!(out, "];")?,
        }
        summary.relationships += 1;
    }
    writeln!(out, "}}")?;
    Ok(summary)
}

/// What a relationship is, in words: `owns 25..50 %`, `officer of: director`.
fn label(relationship: &Relationship) -> String {
    let mut label = words(relationship.kind.as_str());
    if let Some(share) = &relationship.share {
        label.push_str(&format!(" {} %", share.range));
    }
    if relationship.directness == Directness::Indirect {
        label.push_str(" (indirect)");
    }
    let interest = relationship.interest.map(|interest| words(interest.as_str()));
    if let Some(role) = relationship.role.clone().or(interest) {
        label.push_str(&format!(": {role}"));
    }
    label
}

fn style(relationship: &Relationship, today: Date) -> Option<&'static str> {
    if relationship.validity.until_day().is_some_and(|until| until <= today) {
        Some("dashed")
    } else {
        (relationship.status != RelationshipStatus::Active).then_some("dotted")
    }
}

/// A written form as words: `OFFICER_OF` is "officer of".
fn words(written: &str) -> String {
    written.to_lowercase().replace('_', " ")
}

fn leave_out_of_entity(entity: &Entity, summary: &mut ExportSummary) {
    for _ in &entity.names {
        summary.leave_out("name beside the main one");
    }
    for _ in &entity.identifiers {
        summary.leave_out("identifier");
    }
    let has_dates = [entity.founded, entity.dissolved, entity.starts_on, entity.ends_on]
        .iter()
        .any(Option::is_some);
    for (is_there, what) in [
        (entity.description.is_some(), "description"),
        (entity.country.is_some(), "country"),
        (entity.website.is_some(), "website"),
        (entity.undisclosed, "that a party is not disclosed"),
        (has_dates, "dates of an entity"),
        (entity.properties.is_some(), "properties"),
    ] {
        if is_there {
            summary.leave_out(what);
        }
    }
}

fn leave_out_of_relationship(relationship: &Relationship, summary: &mut ExportSummary) {
    for _ in &relationship.evidence {
        summary.leave_out("statement");
    }
    for (is_there, what) in [
        (!relationship.validity.is_open(), "dates of a relationship"),
        (!relationship.components.is_empty(), "what a relationship is made up of"),
        (relationship.record.is_some(), "id that a record had at its source"),
        (relationship.amount.is_some(), "amount"),
        (!relationship.capabilities.is_empty(), "capabilities"),
        (relationship.properties.is_some(), "properties"),
    ] {
        if is_there {
            summary.leave_out(what);
        }
    }
}

/// A quoted string of DOT. Backslashes are doubled, which labels read as one; ends of lines become the escape for one.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            letter if letter.is_control() => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
