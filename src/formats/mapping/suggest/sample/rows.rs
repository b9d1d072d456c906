//! The first records of a table, read as an import would read them: what stands between cells is found out, a table without a
//! header and what is no table is refused.

use std::io::{Cursor, Read};

use super::column::Column;
use crate::formats::{
    csv_records::CsvDialect,
    mapping::{
        columns::{csv_options::CsvOptions, rows::Rows},
        suggest::refusal,
    },
    reader::{Input, Unreadable},
};

/// How many records of a table are looked at.
pub const SAMPLE_RECORDS_MAX: usize = 1_000;

/// How many bytes of them; tables with long records have a smaller sample.
const SAMPLE_BYTES_MAX: usize = 16 << 20;

/// How much of a file is looked at for what stands between its cells.
const START_BYTES: u64 = 64 << 10;

/// What may stand between cells; of two that fit alike the first, since texts have commas rather than tabs in them.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// The beginning of a table.
#[derive(Debug)]
pub(in crate::formats::mapping::suggest) struct Sample {
    pub(in crate::formats::mapping::suggest) delimiter: u8,
    /// Whether cells stand in quotes where they have to.
    pub(in crate::formats::mapping::suggest) is_quoted: bool,
    /// Those that have a name.
    pub(in crate::formats::mapping::suggest) columns: Vec<Column>,
    /// How many columns have no name.
    pub(in crate::formats::mapping::suggest) nameless: usize,
    /// How many records were looked at.
    pub(in crate::formats::mapping::suggest) records: usize,
    /// How many further ones have more or fewer fields than the header.
    pub(in crate::formats::mapping::suggest) ragged: usize,
    /// Whether the table goes on behind the sample.
    pub(in crate::formats::mapping::suggest) is_cut: bool,
}

impl Sample {
    /// Reads the first records of a table.
    ///
    /// # Errors
    /// [`Unreadable`] when it is no table, or has no header.
    pub(in crate::formats::mapping::suggest) fn read(input: Input<'_>) -> Result<Self, Unreadable> {
        let mut start = Vec::new();
        let mut bytes = input.bytes;
        (&mut bytes).take(START_BYTES).read_to_end(&mut start)?;
        refusal::check_start(&start)?;
        let (delimiter, is_quoted) = delimiter_and_quotes(&start);
        let options = CsvOptions {
            delimiter,
            quote: is_quoted.then_some(b'"'),
            ..CsvOptions::default()
        };
        let mut whole = Cursor::new(start).chain(bytes);
        let mut rows = Rows::open(&mut whole, &options, input.source_defaults.record_bytes_max);
        let header = rows.header(&options)?;
        let width = header.len();
        let mut columns: Vec<Column> = header.into_iter().map(Column::new).collect();
        let mut sample = Self {
            delimiter,
            is_quoted,
            columns: Vec::new(),
            nameless: 0,
            records: 0,
            ragged: 0,
            is_cut: false,
        };
        let mut first_ragged = None;
        let mut bytes_read = 0;
        while let Some(cells) = rows.next_row()? {
            if sample.records + sample.ragged == SAMPLE_RECORDS_MAX || bytes_read > SAMPLE_BYTES_MAX {
                sample.is_cut = true;
                break;
            }
            bytes_read += cells.record.as_slice().len();
            if cells.record.len() != width {
                sample.ragged += 1;
                first_ragged.get_or_insert((cells.line, cells.record.len()));
                continue;
            }
            sample.records += 1;
            for (column, cell) in columns.iter_mut().zip(cells.record) {
                column.cells.push(String::from_utf8_lossy(cell).trim().to_owned());
            }
        }
        if let Some((line, fields)) = first_ragged.filter(|_| sample.ragged > sample.records) {
            return Err(refusal::ragged(line, fields, width));
        }
        refusal::check_header(&columns)?;
        sample.nameless = columns.iter().filter(|column| column.name.is_empty()).count();
        columns.retain(|column| !column.name.is_empty());
        sample.columns = columns;
        Ok(sample)
    }
}

/// What stands between the cells of a table that begins like this, and whether quotes stand around them: so that most records
/// have as many fields as the header, and this more than one.
fn delimiter_and_quotes(start: &[u8]) -> (u8, bool) {
    let is_whole = u64::try_from(start.len()).is_ok_and(|length| length < START_BYTES);
    let forms = [true, false]
        .into_iter()
        .flat_map(|quoted| DELIMITERS.map(|delimiter| (delimiter, quoted)));
    let mut best = ((b',', true), 0);
    for (delimiter, quoted) in forms {
        let quote = quoted.then_some(b'"');
        let mut reader = CsvDialect { delimiter, quote }.reader(start);
        let mut widths: Vec<usize> = Vec::new();
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).is_ok_and(|is_there| is_there) {
            widths.push(record.len());
        }
        if !is_whole && widths.len() > 1 {
            widths.pop();
        }
        let Some(width) = widths.first().copied().filter(|width| *width > 1) else {
            continue;
        };
        let fitting = widths.iter().filter(|other| **other == width).count();
        // At least one for a header whose records are all of other widths, which is reported later.
        let score = (2 * fitting).saturating_sub(widths.len()).max(1);
        if score > best.1 {
            best = ((delimiter, quoted), score);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_cells_is_found_out() {
        for (text, expected) in [
            ("a,b\n1,2\n", (b',', true)),
            ("a;b\n\"1,5\";2,5\n", (b';', true)),
            ("a\tb, c\n1\tx, y\n", (b'\t', true)),
            ("a|b\n1|2\n", (b'|', true)),
            ("a,b\n\"x; y\",\"1\n2\"\n\"z\",3\n", (b',', true)),
            ("size\tname\n3\"\tpipe\n\"4\tnail\n5\"\tscrew\n", (b'\t', false)),
            ("a\nb\n", (b',', true)),
            ("a;b\n1\n", (b';', true)),
            ("", (b',', true)),
        ] {
            assert_eq!(delimiter_and_quotes(text.as_bytes()), expected, "{text:?}");
        }
    }
}
