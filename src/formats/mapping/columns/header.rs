//! The header of a table under its mapping. A mapping that takes a column that is not there is refused with those that
//! are, and the one that was probably meant.

use std::collections::HashSet;

use hashbrown::HashMap;

use super::{row::Header, value::Value};
use crate::formats::{cells::CellStyle, export::flat, mapping::Mapping, reader::Unreadable};

/// How many columns a message lists.
const LISTED_MAX: usize = 50;

/// How alike two names are, from 0 to 1, for one to be suggested for the other.
const ALIKE_MIN: f64 = 0.7;

/// The columns of these names, in this order, all that the mapping takes among them.
pub(in crate::formats::mapping) fn of(names: Vec<String>, mapping: &Mapping) -> Result<Header, Unreadable> {
    let mut places = HashMap::new();
    for (place, name) in names.iter().enumerate() {
        // Columns without a name cannot be taken, but do not harm.
        if !name.is_empty() && places.insert(name.clone(), place).is_some() {
            let reason = format!("the column {name:?} is there twice; give one of them another name");
            return Err(Unreadable::malformed("the header", reason));
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
        Some(style) => style == CellStyle::Quoted,
        None => names.iter().eq(flat::COLUMNS.iter()),
    };
    Ok(Header {
        names,
        is_quoted,
        places,
        rest,
    })
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
    Unreadable::malformed(
        "the header",
        format!(
            "there is no column {column:?}, which {key} of the mapping takes.{hint} There are {}{more}",
            listed.join(", ")
        ),
    )
}
