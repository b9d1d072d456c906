//! A row of a golden copy: every cell quoted, also the many empty ones. Dates as the register writes them.

use std::{
    io::{self, Write},
    ops::RangeInclusive,
};

use fastrand::Rng;

/// Empty cells; more are written in several steps.
const BLANK: &[u8; 210] = &{
    let mut cells = [b','; 210];
    let mut at = 0;
    while at < 210 {
        cells[at] = b'"';
        cells[at + 1] = b'"';
        at += 3;
    }
    cells
};

/// An unfinished row.
#[derive(Default)]
pub(crate) struct Row {
    bytes: Vec<u8>,
    is_in_cell: bool,
}

impl Row {
    /// A cell with this text.
    pub(crate) fn cell(&mut self, text: &str) {
        self.part(text);
        self.close();
    }

    /// A part of a cell; [`Row::close`] ends the cell.
    pub(crate) fn part(&mut self, text: &str) {
        self.open();
        for (position, part) in text.split('"').enumerate() {
            if position > 0 {
                self.bytes.extend_from_slice(b"\"\"");
            }
            self.bytes.extend_from_slice(part.as_bytes());
        }
    }

    /// A number in a cell, with zeros before it up to this width.
    pub(crate) fn digits(&mut self, number: u32, width: usize) {
        self.open();
        let mut digits = [b'0'; 10];
        let (mut rest, mut at) = (number, digits.len());
        while rest > 0 {
            at -= 1;
            digits[at] = b'0' + u8::try_from(rest % 10).expect("a digit");
            rest /= 10;
        }
        self.bytes.extend_from_slice(&digits[at.min(digits.len() - width)..]);
    }

    /// The end of a cell.
    pub(crate) fn close(&mut self) {
        self.open();
        self.bytes.extend_from_slice(b"\",");
        self.is_in_cell = false;
    }

    /// This many empty cells.
    pub(crate) fn blank(&mut self, cells: usize) {
        let mut rest = cells * 3;
        while rest > 0 {
            let taken = rest.min(BLANK.len());
            self.bytes.extend_from_slice(&BLANK[..taken]);
            rest -= taken;
        }
    }

    /// Writes the row with its end, and begins another one.
    pub(crate) fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.bytes.pop();
        self.bytes.push(b'\n');
        let result = out.write_all(&self.bytes);
        self.bytes.clear();
        result
    }

    fn open(&mut self) {
        if !self.is_in_cell {
            self.bytes.push(b'"');
            self.is_in_cell = true;
        }
    }
}

/// A day of the calendar that every month has.
#[derive(Clone, Copy)]
pub(crate) struct Day {
    pub(crate) year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Any day of these years.
    pub(crate) fn any(years: RangeInclusive<u16>, rng: &mut Rng) -> Self {
        Self {
            year: rng.u16(years),
            month: rng.u8(1..=12),
            day: rng.u8(1..=28),
        }
    }

    /// The first day of a year.
    pub(crate) fn first(year: u16) -> Self {
        let (month, day) = (1, 1);
        Self { year, month, day }
    }

    /// A cell with the first moment of the day.
    pub(crate) fn moment(self, row: &mut Row) {
        row.digits(self.year.into(), 4);
        row.part("-");
        row.digits(self.month.into(), 2);
        row.part("-");
        row.digits(self.day.into(), 2);
        row.part("T00:00:00.000Z");
        row.close();
    }
}
