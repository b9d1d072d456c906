//! Hands the records of a file over, whatever its syntax.

use std::{io, ops::ControlFlow};

use super::{records::parts::GleifOutcome, syntax::row::GleifRow};
use crate::formats::reader::{Item, ItemHandler, RecordDrafts, RecordFault, RecordPlace, Unreadable};

/// Hands records over to the caller.
pub(super) struct RecordSink<'a> {
    pub(super) on_item: ItemHandler<'a>,
    pub(super) record: fn(&GleifRow<'_>) -> GleifOutcome,
    /// How many were handed over.
    pub(super) records: u64,
}

impl RecordSink<'_> {
    /// Hands over the next record, or why it cannot be read.
    pub(super) fn hand_over(&mut self, row: Result<GleifRow<'_>, RecordFault>, line: Option<u64>) -> ControlFlow<()> {
        let outcome = match row {
            Ok(row) => (self.record)(&row),
            Err(fault) => GleifOutcome::default().reject(fault),
        };
        self.records += 1;
        (self.on_item)(Item::Record(RecordDrafts {
            place: RecordPlace {
                record: self.records,
                line,
                key: outcome.key,
            },
            drafts: outcome.drafts,
            faults: outcome.faults,
        }))
    }

    /// The place of the record that comes next.
    pub(super) fn next_place(&self) -> String {
        format!("record {}", self.records + 1)
    }

    /// The error for a failure to read the next record.
    pub(super) fn io(&self, error: io::Error) -> Unreadable {
        match error.kind() {
            io::ErrorKind::InvalidData => Unreadable::malformed(self.next_place(), error.to_string()),
            _ => Unreadable::Io(error),
        }
    }

    /// The error for a file that ends before its list of records does.
    pub(super) fn cut_off(&self) -> Unreadable {
        Unreadable::malformed(
            self.next_place(),
            "the file ends before its list of records does: it is cut off; get it again",
        )
    }
}

/// The fault of a record with more fields than one may have.
pub(super) fn too_many_fields() -> RecordFault {
    RecordFault::rejected("", "more fields than a record may have, or too deep in each other")
}

pub(super) const NOT_UTF_8: &str = "it is not in UTF-8; convert it first: iconv -f ENCODING -t UTF-8";
