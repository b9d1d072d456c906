//! One record as a flat list of values, each with its field: what every syntax is turned into, and all that the mapping
//! sees.

use super::fields::{FieldIx, FieldPosition, LISTS_MAX, RecordFields};
use crate::formats::gleif::records::field_meaning::FieldMeaning;

/// A value and where it stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::gleif) struct Cell {
    pub(in crate::formats::gleif) field: FieldIx,
    /// Which item of each list around it.
    pub(in crate::formats::gleif) indices: [usize; LISTS_MAX],
    /// Where its text starts and ends.
    start: usize,
    end: usize,
}

impl Cell {
    /// The value of this spot that stands between these places.
    pub(in crate::formats::gleif) fn new(position: FieldPosition, start: usize, end: usize) -> Self {
        Self {
            field: position.field,
            indices: position.indices,
            start,
            end,
        }
    }
}

/// A record as a row of cells.
#[derive(Clone, Copy)]
pub(in crate::formats::gleif) struct GleifRow<'a> {
    pub(in crate::formats::gleif) fields: &'a RecordFields,
    /// The texts of all its cells, in one.
    pub(in crate::formats::gleif) text: &'a str,
    /// What is not blank, in the order of the file.
    pub(in crate::formats::gleif) cells: &'a [Cell],
}

impl<'a> GleifRow<'a> {
    pub(in crate::formats::gleif) fn meaning(&self, cell: Cell) -> FieldMeaning {
        self.fields.field(cell.field).meaning
    }

    /// The text of a cell. Its bounds are character boundaries, which the builder of the row ensures; otherwise it is empty.
    pub(in crate::formats::gleif) fn text(&self, cell: Cell) -> &'a str {
        self.text.get(cell.start..cell.end).unwrap_or_default()
    }

    /// The text of a cell that may be absent.
    pub(in crate::formats::gleif) fn text_of(&self, cell: Option<Cell>) -> Option<&'a str> {
        cell.map(|cell| self.text(cell))
    }
}

/// Builds rows from nested elements or members of objects.
pub(in crate::formats::gleif) struct GleifRowBuilder {
    fields: RecordFields,
    text: String,
    cells: Vec<Cell>,
    frames: Vec<Frame>,
    /// How many of the frames are open; the others are reused by the next record.
    open: usize,
    /// Where the text begins that belongs to no cell yet.
    pending: usize,
    /// How many are open beyond the maximum depth.
    too_deep: usize,
    /// Whether the record is too deep, or has too many fields.
    overflow: bool,
}

/// How many may be open at a time.
const OPEN_MAX: usize = 64;

/// An open element or member, and how often each of its children occurred.
struct Frame {
    position: Option<FieldPosition>,
    child_counts: Vec<(FieldIx, usize)>,
}

impl GleifRowBuilder {
    pub(in crate::formats::gleif) fn new(fields: RecordFields) -> Self {
        Self {
            fields,
            text: String::new(),
            cells: Vec::new(),
            frames: Vec::new(),
            open: 0,
            pending: 0,
            too_deep: 0,
            overflow: false,
        }
    }

    /// Begins a record.
    pub(in crate::formats::gleif) fn begin(&mut self) {
        if self.overflow {
            // Fields learned from a rejected record do not count against the next one.
            self.fields.reset();
        }
        self.text.clear();
        self.cells.clear();
        self.open = 0;
        self.pending = 0;
        self.too_deep = 0;
        self.overflow = false;
        self.push(Some(FieldPosition::ROOT));
    }

    /// The record; none when it holds more than a record may.
    pub(in crate::formats::gleif) fn row(&mut self) -> Option<GleifRow<'_>> {
        self.flush();
        (!self.overflow).then_some(GleifRow {
            fields: &self.fields,
            text: &self.text,
            cells: &self.cells,
        })
    }

    /// Opens a child of the open element.
    pub(in crate::formats::gleif) fn open(&mut self, name: &str) {
        self.flush();
        if self.open >= OPEN_MAX {
            self.too_deep += 1;
            self.overflow = true;
            return;
        }
        let position = self.child(name);
        self.push(position);
    }

    /// Closes the element that was opened last.
    pub(in crate::formats::gleif) fn close(&mut self) {
        self.flush();
        match self.too_deep {
            0 => self.open = self.open.saturating_sub(1),
            _ => self.too_deep -= 1,
        }
    }

    /// Adds text of the open element, perhaps not all of it.
    pub(in crate::formats::gleif) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn push(&mut self, position: Option<FieldPosition>) {
        match self.frames.get_mut(self.open) {
            Some(frame) => {
                frame.position = position;
                frame.child_counts.clear();
            }
            None => self.frames.push(Frame {
                position,
                child_counts: Vec::new(),
            }),
        }
        self.open += 1;
    }

    fn child(&mut self, name: &str) -> Option<FieldPosition> {
        let frame = &mut self.frames[self.open.checked_sub(1)?];
        let parent = frame.position?;
        let child_position = self.fields.named(parent.field, name).and_then(|field| {
            let ordinal = match frame.child_counts.iter_mut().find(|(known, _)| *known == field) {
                // A mere container is no field, and not counted.
                _ if field == parent.field => 1,
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    frame.child_counts.push((field, 1));
                    1
                }
            };
            self.fields.child(parent, name, ordinal)
        });
        self.overflow |= child_position.is_none();
        child_position
    }

    /// Makes a cell of the pending text of the open element.
    fn flush(&mut self) {
        let pending = &self.text[self.pending..];
        let start = self.pending + (pending.len() - pending.trim_start().len());
        let end = start + pending.trim().len();
        let frame = self.open.checked_sub(1).and_then(|open| self.frames.get(open));
        if end > start
            && let Some(position) = frame.and_then(|frame| frame.position)
        {
            self.cells.push(Cell::new(position, start, end));
        }
        self.pending = self.text.len();
    }
}
