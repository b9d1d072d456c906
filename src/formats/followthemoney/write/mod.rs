//! The graph as FollowTheMoney. Every value is a list of texts, and every reference an id that FollowTheMoney takes.

mod entity_record;
mod output;
mod relationship_record;

use std::io::{self, Write};

use super::read::{entity_record::ADDRESSES, sources};
use crate::{
    formats::export::{ExportSummary, Selection},
    model::{Ends, Relationship, RelationshipKind, Source, relationship_id},
};

/// Writes JSON lines: first the entities, then the relationships.
///
/// An entity has the schema that it was read with, else the one of its kind: a PLACE is a Territory, a SERVICE or a MARKET an
/// Asset that says so in `keywords`. A relationship whose kind has no schema (SUPPLIES, COMPETES_WITH, CONSOLIDATES and others)
/// is an UnknownLink whose `role` begins with the kind in words. Ids keep their form where FollowTheMoney takes it; others are
/// written in its letters, beginning with `gx.` or, where the record stands for a relationship by its id, with `gx-rel.`, and are
/// read back as they were.
///
/// A day by which a relationship was over is a `status` of its own, `ended by 2017-01-15`; how directly an interest is held is
/// its `ownershipType` or `controlType`.
///
/// What FollowTheMoney has no property for and changes what is computed stands beside the properties of a record, in `guanxi`: types
/// of interests, what indirect ones are made up of, ids that records had at their source, that a party is not disclosed. Other
/// programs pass over it.
///
/// Left out and counted: relationships with an undisclosed end; of statements all but the links and publishers of those that
/// assert (of the first also its date, its summary and its locator, as `date`, `summary` and `recordId`), so confidence, stance, speaker and a
/// source's own figures; titles, dates and licences of sources; the language and the script of names, and whether they are
/// translations; shares of CONTROLS; amounts of other relationships than PAID and LENT_TO, and what amounts are of; capabilities;
/// identifiers and properties that FollowTheMoney has no name for; parts of countries. When records were recorded is not
/// written.
///
/// # Errors
/// Whatever writing fails with.
pub fn write(selection: &Selection, out: &mut impl Write) -> io::Result<ExportSummary> {
    let mut summary = ExportSummary::default();
    for entity in selection.entities() {
        let located = selection.relationships_from(&entity.id, RelationshipKind::LocatedIn);
        let addresses: Vec<&str> = located.iter().filter_map(address).collect();
        entity_record::of(&entity, &addresses, &mut summary).write(out)?;
        summary.entities += 1;
    }
    for relationship in selection.relationships() {
        if address(&relationship).is_some() {
            // It stands with its entity.
            summary.relationships += 1;
        } else if let Some(output) = relationship_record::of(&relationship, |id| selection.source(id), &mut summary) {
            output.write(out)?;
            summary.relationships += 1;
        } else {
            summary.leave_out("relationship with an undisclosed end");
        }
    }
    for source in selection.sources() {
        count(&source, &mut summary);
    }
    Ok(summary)
}

/// The address to which the relationship leads, where it says no more than `addressEntity` does.
fn address(relationship: &Relationship) -> Option<&str> {
    let Ends::Known { to, .. } = &relationship.ends else {
        return None;
    };
    let derived = relationship_id(RelationshipKind::LocatedIn, &relationship.ends, ADDRESSES);
    (relationship.id == derived).then_some(&**to)
}

/// What of a source is written with its statements, and what is not.
fn count(source: &Source, summary: &mut ExportSummary) {
    let (link, publisher) = sources::record_fields(source);
    if link.is_some() || publisher.is_some() {
        summary.sources += 1;
        if sources::source(link, publisher).title != source.title {
            summary.leave_out("title of a source");
        }
    }
    if source.published_on.is_some() {
        summary.leave_out("date of a source");
    }
    if source.licence.is_some() {
        summary.leave_out("licence of a source");
    }
}
