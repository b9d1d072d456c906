//! Rows that go on with the one before: a blank cell in some of their columns means what stands above it.

use super::row::Header;

/// What stands above in the columns of which that is so.
pub(in crate::formats::mapping) struct Above {
    columns: Vec<(usize, Vec<u8>)>,
}

impl Above {
    pub(in crate::formats::mapping) fn of(columns: &[String], header: &Header) -> Self {
        let places = columns.iter().filter_map(|name| header.place(name.trim()));
        Self {
            columns: places.map(|place| (place, Vec::new())).collect(),
        }
    }

    /// The row with what stands above its blank cells; none where there are none.
    pub(in crate::formats::mapping) fn fill(&mut self, row: &csv::ByteRecord) -> Option<csv::ByteRecord> {
        let mut filled: Option<Vec<&[u8]>> = None;
        for (place, above) in &mut self.columns {
            match row.get(*place) {
                Some(cell) if !cell.trim_ascii().is_empty() => cell.clone_into(above),
                Some(_) if !above.is_empty() => {
                    let cells = filled.get_or_insert_with(|| row.iter().collect());
                    cells[*place] = above;
                }
                _ => {}
            }
        }
        filled.map(csv::ByteRecord::from)
    }
}
