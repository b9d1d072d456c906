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

mod records;
mod syntax;
use std::{io, ops::ControlFlow};

pub use syntax::detect::detect;

use super::reader::{Draft, Each, Fault, Found, Input, Item, Place, Unreadable};
use crate::model::{Record, Source};
use records::parts::Made;
use syntax::fields::Fields;
use syntax::row::Row;

/// What a file holds, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// What it holds.
    pub content: Content,
    /// How it is written.
    pub syntax: Syntax,
}

/// What a file of the golden copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Legal entities: level 1, LEI-CDF.
    Lei,
    /// Relationships: level 2, RR-CDF.
    Rr,
    /// Reporting exceptions: level 2.
    Repex,
}

/// How a file of the golden copy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// A table with one column for each field.
    Csv,
    /// Elements, with whatever prefixes of namespaces.
    Xml,
    /// One object with a list of records.
    Json,
}

/// Reads a file of the golden copy.
///
/// # Errors
/// [`Unreadable`] where it is not of this form, cut off, or not in UTF-8; what was handed over before holds.
pub fn read(input: Input<'_>, form: Form, each: Each<'_>) -> Result<(), Unreadable> {
    let sources = vec![Draft::of(Record::Source(source(form.content)))];
    if each(Item::Preamble(sources)).is_break() {
        return Ok(());
    }
    let mut out = Out {
        each,
        record: form.content.mapping(),
        records: 0,
    };
    match form.syntax {
        Syntax::Csv => syntax::table::read(input, form.content, &mut out),
        Syntax::Xml => syntax::xml::read(input, form.content, &mut out),
        Syntax::Json => syntax::json::read(input, form.content, &mut out),
    }
}

impl Content {
    /// The fields of its records.
    fn fields(self) -> Fields {
        Fields::new(match self {
            Self::Lei => records::meaning::of_entity,
            Self::Rr => records::meaning::of_relationship,
            Self::Repex => records::meaning::of_exception,
        })
    }

    /// What its records are made into.
    fn mapping(self) -> fn(&Row<'_>) -> Made {
        match self {
            Self::Lei => records::entity::record,
            Self::Rr => records::relationship::record,
            Self::Repex => records::exception::record,
        }
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

/// Where records go.
struct Out<'a> {
    each: Each<'a>,
    record: fn(&Row<'_>) -> Made,
    /// How many were handed over.
    records: u64,
}

impl Out<'_> {
    /// Hands over the next record, or why it cannot be read.
    fn hand_over(&mut self, row: Result<Row<'_>, Fault>, line: Option<u64>) -> ControlFlow<()> {
        let made = match row {
            Ok(row) => (self.record)(&row),
            Err(fault) => Made::default().reject(fault),
        };
        self.records += 1;
        (self.each)(Item::Record(Found {
            place: Place {
                record: self.records,
                line,
                key: made.key,
            },
            drafts: made.drafts,
            faults: made.faults,
        }))
    }

    /// The place of the record that comes next.
    fn next_place(&self) -> String {
        format!("record {}", self.records + 1)
    }

    /// Why reading failed at the record that comes next.
    fn io(&self, error: io::Error) -> Unreadable {
        match error.kind() {
            io::ErrorKind::InvalidData => Unreadable::form(self.next_place(), error.to_string()),
            _ => Unreadable::Io(error),
        }
    }

    /// The file ends where the next record, or the end of the list, should be.
    fn cut_off(&self) -> Unreadable {
        Unreadable::form(
            self.next_place(),
            "the file ends before its list of records does: it is cut off; get it again",
        )
    }
}

/// Says that a record holds more than one may.
fn overflow() -> Fault {
    Fault::rejected("", "more fields than a record may have, or too deep in each other")
}

const NOT_UTF_8: &str = "it is not in UTF-8; convert it first: iconv -f ENCODING -t UTF-8";
