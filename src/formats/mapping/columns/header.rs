//! The columns of a table and the rows under them. A mapping that takes a column that is not there is refused with those that
//! are, and the one that was probably meant.

use std::collections::HashSet;

use hashbrown::HashMap;

use super::value::Value;
use crate::formats::{
    cells::{self, Cells},
    export::flat,
    mapping::Mapping,
    reader::{Fault, NOT_UTF_8, Unreadable},
};

/// How many columns a message lists.
const LISTED_MAX: usize = 50;

/// How alike two names are, from 0 to 1, for one to be suggested for the other.
const ALIKE_MIN: f64 = 0.7;

/// The columns of a table.
#[derive(Debug)]
pub(in crate::formats::mapping) struct Header {
    names: Vec<String>,
    /// Whether cells have an apostrophe before what a spreadsheet would run.
    is_quoted: bool,
    places: HashMap<String, usize>,
    /// The columns that no value of the mapping takes.
    rest: Vec<usize>,
}

impl Header {
    /// The columns of these names, in this order, all that the mapping takes among them.
    pub(in crate::formats::mapping) fn of(names: Vec<String>, mapping: &Mapping) -> Result<Self, Unreadable> {
        let mut places = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            // Columns without a name cannot be taken, but do not harm.
            if !name.is_empty() && places.insert(name.clone(), place).is_some() {
                let reason = format!("the column {name:?} is there twice; give one of them another name");
                return Err(Unreadable::form("the header", reason));
            }
        }
        let values = mapping.values();
        let taken = values
            .iter()
            .flat_map(|(key, value)| value.columns().map(|column| (*key, column)));
        for (key, column) in taken.chain(mapping.columns()) {
            if !places.contains_key(column) {
                return Err(missing(key, column, &names));
            }
        }
        let taken: HashSet<&str> = values.iter().flat_map(|(_, value)| Value::columns(value)).collect();
        let rest = names.iter().enumerate();
        let rest = rest.filter(|(_, name)| !name.is_empty() && !taken.contains(name.as_str()));
        let rest = rest.map(|(place, _)| place).collect();
        let is_quoted = match mapping.csv.cells {
            Some(style) => style == Cells::Quoted,
            None => names.iter().eq(flat::COLUMNS.iter()),
        };
        Ok(Self {
            names,
            is_quoted,
            places,
            rest,
        })
    }

    /// Where a column stands.
    pub(in crate::formats::mapping) fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }

    /// The row with these cells, or why it is none.
    pub(in crate::formats::mapping) fn row<'r>(&'r self, cells: &'r csv::ByteRecord) -> Result<Row<'r>, Fault> {
        if cells.len() != self.names.len() {
            let fields = format!("{} of {}", cells.len(), self.names.len());
            return Err(Fault::rejected("", "more or fewer fields than the header has").with(&fields));
        }
        if let Some(place) = cells.iter().position(|cell| std::str::from_utf8(cell).is_err()) {
            let fault = Fault::rejected(self.names[place].clone(), NOT_UTF_8);
            return Err(fault.with(&String::from_utf8_lossy(&cells[place])));
        }
        Ok(Row {
            header: self,
            cells,
            part: None,
        })
    }
}

fn missing(key: &str, column: &str, names: &[String]) -> Unreadable {
    let alike = |name: &&String| strsim::jaro_winkler(&name.to_lowercase(), &column.to_lowercase());
    let nearest = names.iter().max_by(|one, other| alike(one).total_cmp(&alike(other)));
    let hint = nearest.filter(|name| alike(name) >= ALIKE_MIN);
    let hint = hint.map_or(String::new(), |name| format!(" Is it {name:?}?"));
    let listed: Vec<String> = names.iter().take(LISTED_MAX).map(|name| format!("{name:?}")).collect();
    let more = names.len().saturating_sub(LISTED_MAX);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    Unreadable::form(
        "the header",
        format!(
            "there is no column {column:?}, which {key} of the mapping takes.{hint} There are {}{more}",
            listed.join(", ")
        ),
    )
}

/// A row that is as wide as the header and made of text.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::mapping) struct Row<'r> {
    header: &'r Header,
    cells: &'r csv::ByteRecord,
    /// What stands in one of the columns instead.
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
