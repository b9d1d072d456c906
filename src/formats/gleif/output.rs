//! Where the records of a file go, whatever its syntax.

use std::{io, ops::ControlFlow};

use super::{records::parts::Made, syntax::row::Row};
use crate::formats::reader::{Each, Fault, Found, Item, Place, Unreadable};

/// Where records go.
pub(super) struct Out<'a> {
    pub(super) each: Each<'a>,
    pub(super) record: fn(&Row<'_>) -> Made,
    /// How many were handed over.
    pub(super) records: u64,
}

impl Out<'_> {
    /// Hands over the next record, or why it cannot be read.
    pub(super) fn hand_over(&mut self, row: Result<Row<'_>, Fault>, line: Option<u64>) -> ControlFlow<()> {
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
    pub(super) fn next_place(&self) -> String {
        format!("record {}", self.records + 1)
    }

    /// Why reading failed at the record that comes next.
    pub(super) fn io(&self, error: io::Error) -> Unreadable {
        match error.kind() {
            io::ErrorKind::InvalidData => Unreadable::form(self.next_place(), error.to_string()),
            _ => Unreadable::Io(error),
        }
    }

    /// The file ends where the next record, or the end of the list, should be.
    pub(super) fn cut_off(&self) -> Unreadable {
        Unreadable::form(
            self.next_place(),
            "the file ends before its list of records does: it is cut off; get it again",
        )
    }
}

/// Says that a record holds more than one may.
pub(super) fn overflow() -> Fault {
    Fault::rejected("", "more fields than a record may have, or too deep in each other")
}

pub(super) const NOT_UTF_8: &str = "it is not in UTF-8; convert it first: iconv -f ENCODING -t UTF-8";
