//! Rows that continue the one before: a blank cell in some of their columns has the value above it.

use super::row::Header;

/// The last values in the columns that are filled down.
pub(in crate::formats::mapping) struct FillDown {
    columns: Vec<(usize, Vec<u8>)>,
}

impl FillDown {
    pub(in crate::formats::mapping) fn of(columns: &[String], header: &Header) -> Self {
        let places = columns.iter().filter_map(|name| header.place(name.trim()));
        Self {
            columns: places.map(|place| (place, Vec::new())).collect(),
        }
    }

    /// The row with its blank cells filled from above; none where there are none.
    pub(in crate::formats::mapping) fn fill(&mut self, row: &csv::ByteRecord) -> Option<csv::ByteRecord> {
        let mut filled: Option<Vec<&[u8]>> = None;
        for (place, last_value) in &mut self.columns {
            match row.get(*place) {
                Some(cell) if !cell.trim_ascii().is_empty() => cell.clone_into(last_value),
                Some(_) if !last_value.is_empty() => {
                    let cells = filled.get_or_insert_with(|| row.iter().collect());
                    cells[*place] = last_value;
                }
                _ => {}
            }
        }
        filled.map(csv::ByteRecord::from)
    }
}
