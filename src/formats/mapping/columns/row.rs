//! The columns of a table and the rows under them.

use hashbrown::HashMap;

use crate::formats::{
    cells,
    reader::{NOT_UTF_8, RecordFault},
};

/// The columns of a table.
#[derive(Debug)]
pub(in crate::formats::mapping) struct Header {
    pub(super) names: Vec<String>,
    /// Whether cells have an apostrophe before what a spreadsheet would run.
    pub(super) is_quoted: bool,
    pub(super) places: HashMap<String, usize>,
    /// The columns that no value of the mapping takes.
    pub(super) rest: Vec<usize>,
}

impl Header {
    /// The position of a column.
    pub(in crate::formats::mapping) fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }

    /// The row with these cells, or why it is none.
    pub(in crate::formats::mapping) fn row<'r>(&'r self, cells: &'r csv::ByteRecord) -> Result<Row<'r>, RecordFault> {
        if cells.len() != self.names.len() {
            let fields = format!("{} of {}", cells.len(), self.names.len());
            return Err(RecordFault::rejected("", "more or fewer fields than the header has").with(&fields));
        }
        if let Some(place) = cells.iter().position(|cell| std::str::from_utf8(cell).is_err()) {
            let fault = RecordFault::rejected(self.names[place].clone(), NOT_UTF_8);
            return Err(fault.with(&String::from_utf8_lossy(&cells[place])));
        }
        Ok(Row {
            header: self,
            cells,
            part: None,
        })
    }
}

/// A row that is as wide as the header and made of text.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::mapping) struct Row<'r> {
    header: &'r Header,
    cells: &'r csv::ByteRecord,
    /// The replaced text of one of the columns.
    part: Option<(usize, &'r str)>,
}

impl<'r> Row<'r> {
    /// The text in a column without the white space around it; empty where it is blank.
    pub(in crate::formats::mapping) fn cell(&self, column: &str) -> &'r str {
        let place = self.header.places.get(column);
        place.map_or("", |place| self.at(*place))
    }

    fn at(&self, place: usize) -> &'r str {
        match self.part {
            Some((parted, part)) if parted == place => part,
            _ => {
                let bytes = self.cells.get(place).unwrap_or_default();
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                match self.header.is_quoted {
                    true => cells::unquoted(text).trim(),
                    false => text.trim(),
                }
            }
        }
    }

    /// The same row with this text in a column.
    pub(in crate::formats::mapping) fn with(self, column: &str, part: &'r str) -> Self {
        let place = self.header.places.get(column);
        Self {
            part: place.map(|place| (*place, part)),
            ..self
        }
    }

    /// The columns that no value of the mapping takes, with what stands in them.
    pub(in crate::formats::mapping) fn rest(&self) -> impl Iterator<Item = (&'r str, &'r str)> {
        let header = self.header;
        header
            .rest
            .iter()
            .map(move |place| (header.names[*place].as_str(), self.at(*place)))
    }
}
