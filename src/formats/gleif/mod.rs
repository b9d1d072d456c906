//! The golden copy of the Global Legal Entity Identifier Foundation (GLEIF): legal entities (LEI-CDF), relationships
//! (RR-CDF) and reporting exceptions (REPEX), each as CSV, XML or JSON. One record at a time; files may come in any
//! order.
//!
//! Every syntax is turned into the same list of fields, so a record means the same in each. What the model has no place
//! for stays in `properties`, under GLEIF's own names in lower camel case: `legalAddress.city`,
//! `registration.managingLOU`.
//!
//! **Entities.** An LEI is a COMPANY `lei:{LEI}`; governments and international organizations are an ORGANIZATION.
//! `country` is that of the legal address, with the part of it whose law applies (`US-DE`). The number in a business
//! register is an identifier with the register's code as its scheme (`ra000602`), but for codes such as RA999999 that
//! stand for no register. Previous legal names are FORMER, trading names ALIAS, legal names in other languages
//! TRANSLATION; a transliteration is a TRANSLATION where the entity prefers it and an ALIAS where a machine made it,
//! and left out where it equals the name. A successor with an LEI is SUCCEEDED_BY.
//!
//! **Relationships.** The parent CONSOLIDATES the child, as its direct or ultimate accounting parent (`role`), or
//! MANAGES_FUND, HAS_SUBFUND, HAS_BRANCH; of IS_FEEDER_TO the start node FEEDS the end node. Only the
//! RELATIONSHIP_PERIOD gives dates; its last day still belongs to it, so `until` is the day after. INACTIVE with an end
//! is ACTIVE with `until`, without one UNKNOWN; an ANNULLED registration is REFUTED, a DUPLICATE one WITHDRAWN. Ends
//! and type make the id, as they do with GLEIF: a corrected date is a change, and no other relationship.
//!
//! **Exceptions.** An unknown parent CONSOLIDATES the entity, for the first of the reasons. A later reason is a change.
//!
//! **Deletions** in files of changes take back what the record was.

mod file_type;
mod record_sink;
mod records;
mod syntax;

pub use file_type::{Content, FileType, Syntax};
pub use syntax::detect::detect;

use self::record_sink::RecordSink;
use super::reader::{Draft, Input, Item, ItemHandler, Unreadable};
use crate::model::{Record, Source};

/// Reads a file of the golden copy.
///
/// # Errors
/// [`Unreadable`] where it is not of this form, cut off, or not in UTF-8; what was handed over before holds.
pub fn read(input: Input<'_>, file_type: FileType, on_item: ItemHandler<'_>) -> Result<(), Unreadable> {
    let sources = vec![Draft::of(Record::Source(source(file_type.content)))];
    if on_item(Item::Preamble(sources)).is_break() {
        return Ok(());
    }
    let mut sink = RecordSink {
        on_item,
        record: file_type.content.record_mapping(),
        records: 0,
    };
    match file_type.syntax {
        Syntax::Csv => syntax::table::read(input, file_type.content, &mut sink),
        Syntax::Xml => syntax::xml::read(input, file_type.content, &mut sink),
        Syntax::Json => syntax::json::read(input, file_type.content, &mut sink),
    }
}

/// The source of a file's records: the same in every file, so that a newer one changes only what it says otherwise.
fn source(content: Content) -> Source {
    let (id, title) = match content {
        Content::Lei => (records::entity::SOURCE, "LEI records (level 1: who is who)"),
        Content::Rr => (
            records::relationship::SOURCE,
            "Relationship records (level 2: who owns whom)",
        ),
        Content::Repex => (
            records::exception::SOURCE,
            "Reporting exceptions (level 2: why a parent is not known)",
        ),
    };
    Source {
        id: id.to_owned(),
        publisher: "Global Legal Entity Identifier Foundation".to_owned(),
        title: title.to_owned(),
        url: Some("https://www.gleif.org".to_owned()),
        published_on: None,
        licence: Some("CC0-1.0".to_owned()),
    }
}
