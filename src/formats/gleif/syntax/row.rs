//! One record as a flat list of values, each with its field: what every syntax is turned into, and all that the mapping
//! sees.

use super::fields::{FieldIx, Fields, LISTS_MAX, Spot};
use crate::formats::gleif::records::meaning::What;

/// A value and where it stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::gleif) struct Cell {
    pub(in crate::formats::gleif) field: FieldIx,
    /// Which item of each list around it.
    pub(in crate::formats::gleif) at: [usize; LISTS_MAX],
    /// Where its text starts and ends.
    start: usize,
    end: usize,
}

impl Cell {
    /// The value of this spot that stands between these places.
    pub(in crate::formats::gleif) fn new(spot: Spot, start: usize, end: usize) -> Self {
        Self {
            field: spot.field,
            at: spot.at,
            start,
            end,
        }
    }
}

/// A record.
#[derive(Clone, Copy)]
pub(in crate::formats::gleif) struct Row<'a> {
    pub(in crate::formats::gleif) fields: &'a Fields,
    /// The texts of all its cells, in one.
    pub(in crate::formats::gleif) text: &'a str,
    /// What is not blank, in the order of the file.
    pub(in crate::formats::gleif) cells: &'a [Cell],
}

impl<'a> Row<'a> {
    pub(in crate::formats::gleif) fn what(&self, cell: Cell) -> What {
        self.fields.field(cell.field).what
    }

    /// The text of a cell. Blank when it does not lie between letters, which whoever made the row has seen to.
    pub(in crate::formats::gleif) fn text(&self, cell: Cell) -> &'a str {
        self.text.get(cell.start..cell.end).unwrap_or_default()
    }

    /// The text of a cell that may be absent.
    pub(in crate::formats::gleif) fn text_of(&self, cell: Option<Cell>) -> Option<&'a str> {
        cell.map(|cell| self.text(cell))
    }
}

/// Builds rows from what lies in each other: elements, members of objects.
pub(in crate::formats::gleif) struct Builder {
    fields: Fields,
    text: String,
    cells: Vec<Cell>,
    frames: Vec<Frame>,
    /// How many of the frames are open: they are kept for the next record.
    open: usize,
    /// Where the text begins that belongs to no cell yet.
    pending: usize,
    /// How many are open beyond what is looked at.
    too_deep: usize,
    /// Whether something lay too deep, or had too many names.
    overflow: bool,
}

/// How many may be open at a time.
const OPEN_MAX: usize = 64;

/// What is open, and how often each of its children was met.
struct Frame {
    spot: Option<Spot>,
    met: Vec<(FieldIx, usize)>,
}

impl Builder {
    pub(in crate::formats::gleif) fn new(fields: Fields) -> Self {
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
            // What one record brought must not be held against the next.
            self.fields.forget();
        }
        self.text.clear();
        self.cells.clear();
        self.open = 0;
        self.pending = 0;
        self.too_deep = 0;
        self.overflow = false;
        self.push(Some(Spot::ROOT));
    }

    /// The record; none when it holds more than a record may.
    pub(in crate::formats::gleif) fn row(&mut self) -> Option<Row<'_>> {
        self.flush();
        (!self.overflow).then_some(Row {
            fields: &self.fields,
            text: &self.text,
            cells: &self.cells,
        })
    }

    /// Opens a child of what is open.
    pub(in crate::formats::gleif) fn open(&mut self, name: &str) {
        self.flush();
        if self.open >= OPEN_MAX {
            self.too_deep += 1;
            self.overflow = true;
            return;
        }
        let spot = self.child(name);
        self.push(spot);
    }

    /// Closes what was opened last.
    pub(in crate::formats::gleif) fn close(&mut self) {
        self.flush();
        match self.too_deep {
            0 => self.open = self.open.saturating_sub(1),
            _ => self.too_deep -= 1,
        }
    }

    /// Text of what is open, perhaps not all of it.
    pub(in crate::formats::gleif) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn push(&mut self, spot: Option<Spot>) {
        match self.frames.get_mut(self.open) {
            Some(frame) => {
                frame.spot = spot;
                frame.met.clear();
            }
            None => self.frames.push(Frame { spot, met: Vec::new() }),
        }
        self.open += 1;
    }

    fn child(&mut self, name: &str) -> Option<Spot> {
        let frame = &mut self.frames[self.open.checked_sub(1)?];
        let parent = frame.spot?;
        let found = self.fields.named(parent.field, name).and_then(|field| {
            let ordinal = match frame.met.iter_mut().find(|(met, _)| *met == field) {
                // What only holds others together is no field, and not counted.
                _ if field == parent.field => 1,
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    frame.met.push((field, 1));
                    1
                }
            };
            self.fields.child(parent, name, ordinal)
        });
        self.overflow |= found.is_none();
        found
    }

    /// Makes a cell of the text that what is open has so far.
    fn flush(&mut self) {
        let pending = &self.text[self.pending..];
        let start = self.pending + (pending.len() - pending.trim_start().len());
        let end = start + pending.trim().len();
        let frame = self.open.checked_sub(1).and_then(|open| self.frames.get(open));
        if end > start
            && let Some(spot) = frame.and_then(|frame| frame.spot)
        {
            self.cells.push(Cell::new(spot, start, end));
        }
        self.pending = self.text.len();
    }
}
