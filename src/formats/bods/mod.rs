//! The Beneficial Ownership Data Standard (BODS): versions 0.1 to 0.3 and 0.4 are read, 0.4 is written. One relationship per
//! interest; the statements about one record are its versions. Nothing of a file is remembered but a bounded table of what
//! replaces what.

mod ids;
mod read;
mod write;

use std::{ops::ControlFlow, sync::Arc};

use super::{
    json_values::{self, LooseValues, ReadOptions},
    reader::{Input, Item, ItemHandler, Unreadable},
};
use crate::model::{BODS_ENTITY_PREFIX, Ends, Relationship, percent_encoded, relationship_id};

pub(crate) use ids::entity_id;
pub(in crate::formats) use read::interests::of_text as interest;
pub use read::replacements::{ChainLookup, Chains, Continuation, Replacements};
pub use write::statements::write;

/// Whether a file that starts like this is one of statements.
#[must_use]
pub fn detect(start: &[u8]) -> bool {
    const MARKS: [&str; 4] = [
        "\"statementId\"",
        "\"statementID\"",
        "\"bodsVersion\"",
        "\"recordDetails\"",
    ];
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    let text = String::from_utf8_lossy(start);
    matches!(first, Some(b'[' | b'{')) && MARKS.iter().any(|mark| text.contains(mark))
}

/// Reads statements: an array, an object with an array `statements`, or one statement after another, each on one line or several.
///
/// **Versions.** In 0.4 the `recordId` identifies what a statement is about; all statements with it are versions of the same
/// thing, known since their `statementDate`. Before 0.4 there were no records: there the first statement of a chain of
/// `replacesStatements` gives the id, wherever in the files of a command, or of earlier ones, it is named. Of two statements about
/// one thing the one that replaces the other is newer, else the one of the later date, then of the later publication, then
/// the greater id. A statement's own id and the date of its publication are not stored, so that publishing the same again is no
/// change.
///
/// **Ids.** Record `x` becomes the entity `bods:x`; `guanxi:x`, as our own export writes it, becomes `x`. A relationship's
/// key is its record, the type of the interest, and from the second interest of that type on its number.
///
/// **Ends of records.** A statement about a relationship takes back all that came from its record before and that it no longer
/// says: interests that are gone, and interests of another party. A closed record keeps the interests that have an `endDate`:
/// from then on the others are no longer asserted. A closed record of an entity or a person stays; what refers to it still
/// does.
///
/// **Interests.** The type of an interest is the `interest` of an OWNS or CONTROLS; without a type, or with one that the
/// standard does not have, it is UNKNOWN_INTEREST. `directOrIndirect` is its directness, and `componentRecords` are its
/// components: ids of records, as they are written. For other kinds both stay in the properties. An end that is not after the
/// start is stored as written.
///
/// **Anonymous and unknown** persons and entities with a record of their own are entities called "Anonymous person",
/// "Unknown entity" and so on, and marked as undisclosed: other statements refer to them. A party that is only a reason is an
/// unknown end.
///
/// # Errors
/// [`Unreadable`] when the file cannot be read, is no such JSON, or a record is longer than allowed.
pub fn read(input: Input<'_>, on_item: ItemHandler<'_>) -> Result<(), Unreadable> {
    read_with_replacements(input, Arc::default(), on_item)
}

/// As [`read()`], with the replacements that were gathered from all files before.
///
/// # Errors
/// As [`read()`].
pub fn read_with_replacements(
    input: Input<'_>,
    replacements: Arc<Replacements>,
    on_item: ItemHandler<'_>,
) -> Result<(), Unreadable> {
    let Input {
        name,
        bytes,
        source_defaults,
    } = input;
    let mut reader = read::reader::StatementReader::new(name, source_defaults, Replacements::extending(replacements));
    json_values::read(bytes, options(source_defaults.record_bytes_max), &mut |place, text| {
        on_item(Item::Record(reader.record_drafts(place, text)))
    })
}

/// How a file of statements is read.
fn options(bytes_max: usize) -> ReadOptions {
    ReadOptions {
        bytes_max,
        packages: &["statements"],
        expected: Some("an array of statements, or one after another"),
        loose_values: LooseValues::Accepted,
    }
}

/// Whether a file that starts like this may have statements that replace others: those of before 0.4 do.
#[must_use]
pub fn may_replace(start: &[u8]) -> bool {
    String::from_utf8_lossy(start).contains("\"statementType\"")
}

/// Gathers which statements of a file replace which.
///
/// # Errors
/// As [`read()`].
pub fn gather(input: Input<'_>, chains: &mut Chains) -> Result<(), Unreadable> {
    const MARK: &[u8] = b"\"replacesStatement";
    let Input {
        bytes, source_defaults, ..
    } = input;
    json_values::read(bytes, options(source_defaults.record_bytes_max), &mut |_, text| {
        if memchr::memmem::find(text, MARK).is_some()
            && let Some((statement, earlier)) = read::older::replacement(text)
        {
            earlier.iter().for_each(|earlier| chains.add(&statement, earlier));
        }
        ControlFlow::Continue(())
    })
}

/// The relationship as one of another record; none where its id does not contain its record.
#[must_use]
pub fn moved_to_record(relationship: &Relationship, record: &str) -> Option<Relationship> {
    let before = relationship.record.as_deref()?;
    // The parts of an id are encoded, so that its key stands behind the last colon.
    let (head, key) = relationship.id.rsplit_once(':')?;
    let rest = key.strip_prefix(&percent_encoded(before))?;
    let id = format!("{head}:{}{rest}", percent_encoded(record));
    let mut moved = with_id(relationship, id);
    for statement in &mut moved.evidence {
        if statement.locator.as_deref() == Some(before) {
            statement.locator = Some(record.to_owned());
        }
    }
    moved.record = Some(record.to_owned());
    Some(moved)
}

/// The relationship with its ends replaced by the records that these continue; none where neither end changes. `first`
/// returns the record that a record continues.
#[must_use]
pub fn between_first(relationship: &Relationship, first: impl Fn(&str) -> Option<String>) -> Option<Relationship> {
    let followed = |id: &String| {
        let record = id.strip_prefix(BODS_ENTITY_PREFIX)?;
        entity_id(&first(record)?).ok()
    };
    let mut ends = relationship.ends.clone();
    let mut changed = false;
    let mut follow = |id: &mut String| {
        if let Some(first) = followed(id) {
            *id = first;
            changed = true;
        }
    };
    match &mut ends {
        Ends::Known { from, to } => {
            follow(from);
            follow(to);
        }
        Ends::UnknownFrom { to: known, .. } | Ends::UnknownTo { from: known, .. } => follow(known),
    }
    let (_, key) = relationship.id.rsplit_once(':').filter(|_| changed)?;
    // The parts of an id are encoded alike, so that what stands behind the last colon is written again as it is.
    let id = relationship_id(relationship.kind, &ends, "");
    Some(Relationship {
        ends,
        ..with_id(relationship, format!("{id}{key}"))
    })
}

/// The same relationship under another id.
fn with_id(relationship: &Relationship, id: String) -> Relationship {
    let mut with_id = relationship.clone();
    for statement in &mut with_id.evidence {
        if let Some(rest) = statement.id.strip_prefix(&relationship.id) {
            statement.id = format!("{id}{rest}");
        }
    }
    with_id.id = id;
    with_id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_statements_is_known_by_its_start() {
        assert!(detect(b" [\n {\"statementId\": \"1\""));
        assert!(detect(b"{\"statementID\":"));
        assert!(!detect(b"{\"id\": \"a\", \"schema\": \"Person\"}"));
        assert!(!detect(b"statementId,recordId\n"));
        assert!(!detect(b""));
    }
}
