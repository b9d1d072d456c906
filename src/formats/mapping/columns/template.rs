//! Texts with columns in them: `de:{company_number|lower}`. A text in which a column is blank is blank as a whole, unless the
//! column is optional: half an id would be another one's.

use super::{
    filter::{FILTERS, Filter},
    row::Row,
};

/// A text with columns in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats::mapping) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Column {
        name: String,
        filters: Vec<Filter>,
        optional: bool,
    },
}

impl Template {
    /// The template written like this: columns stand in braces, with filters behind bars; a brace that is none is doubled.
    pub(in crate::formats::mapping) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            if let Some(after) = after.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let closed = column_and_rest(after).filter(|_| brace == "{");
            let Some((name, filters, after)) = closed else {
                return Err(format!(
                    "{text:?} has a {brace} without its other half; columns stand in braces, a brace that is none is doubled"
                ));
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(column(&name, filters)?);
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// A column as it is.
    pub(in crate::formats::mapping) fn column(name: &str) -> Self {
        let part = Part::Column {
            name: name.to_owned(),
            filters: Vec::new(),
            optional: false,
        };
        Self { parts: vec![part] }
    }

    /// A column with these filters, as it is written: `{name|slug}`. Its name stands in quotes where it has to.
    pub(in crate::formats::mapping) fn write(column: &str, filters: &[&str]) -> String {
        let is_plain = !column.contains(['|', '}', '"']) && !column.starts_with('{');
        let name = match is_plain {
            true => column.to_owned(),
            false => format!("\"{}\"", column.replace('"', "\"\"")),
        };
        let filters: String = filters.iter().flat_map(|filter| ["|", filter]).collect();
        format!("{{{name}{filters}}}")
    }

    /// A text without columns, as it is written: its braces are doubled.
    pub(in crate::formats::mapping) fn constant_of(text: &str) -> String {
        text.replace('{', "{{").replace('}', "}}")
    }

    /// The columns in it.
    pub(in crate::formats::mapping) fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Column { name, .. } => Some(name.as_str()),
        })
    }

    /// The text, where there is no column in it.
    pub(in crate::formats::mapping) fn constant(&self) -> Option<String> {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Column { .. } => None,
        });
        parts.collect()
    }

    /// The text with what the row has in the columns; none when it is blank.
    pub(in crate::formats::mapping) fn fill(&self, row: &Row<'_>) -> Option<String> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Column {
                    name,
                    filters,
                    optional,
                } => {
                    let cell = row.cell(name);
                    let start = filled.len();
                    match filters.split_first() {
                        None => filled.push_str(cell),
                        // A blank cell stays blank, even where a filter would make something of it.
                        Some(_) if cell.is_empty() => {}
                        Some((first, rest)) => {
                            let text = rest.iter().fold(first.apply(cell), |text, filter| filter.apply(&text));
                            filled.push_str(text.trim());
                        }
                    }
                    if filled.len() == start && !optional {
                        return None;
                    }
                }
            }
        }
        let trimmed = filled.trim();
        match trimmed.len() {
            0 => None,
            length if length == filled.len() => Some(filled),
            _ => Some(trimmed.to_owned()),
        }
    }
}

/// The name of the column behind a brace, its filters, and what stands behind the other brace. A name with signs that mean
/// something here stands in quotes, in which a quote is doubled.
fn column_and_rest(text: &str) -> Option<(String, &str, &str)> {
    let Some(quoted) = text.trim_start().strip_prefix('"') else {
        let (inside, after) = text.split_once('}')?;
        let (name, filters) = inside
            .split_once('|')
            .map_or((inside, ""), |(name, _)| (name, &inside[name.len()..]));
        return Some((name.trim().to_owned(), filters, after));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        rest = after;
        match rest.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => break,
        }
    }
    let (filters, after) = rest.split_once('}')?;
    Some((name.trim().to_owned(), filters, after))
}

/// The part for a column with these filters, each behind a bar.
fn column(name: &str, filters_written: &str) -> Result<Part, String> {
    if name.is_empty() {
        return Err(format!("{{{filters_written}}} names no column"));
    }
    let mut words = filters_written.split('|');
    if words.next().is_some_and(|before| !before.trim().is_empty()) {
        return Err(format!(
            "{filters_written:?} stands behind the column {name:?}; filters stand behind a bar"
        ));
    }
    let mut filters = Vec::new();
    let mut optional = false;
    for word in words {
        if word.trim() == "optional" {
            optional = true;
        } else {
            let filter = Filter::parse(word);
            filters.push(filter.ok_or_else(|| format!("{word:?} is no filter; there are {FILTERS}"))?);
        }
    }
    Ok(Part::Column {
        name: name.to_owned(),
        filters,
        optional,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_columns_and_doubled_ones_are_braces() {
        let template = Template::parse("{{a}} {b|lower| optional }{ c d }").unwrap();
        assert_eq!(template.columns().collect::<Vec<_>>(), ["b", "c d"]);
        assert_eq!(template.constant(), None);
        assert_eq!(Template::parse("}}{{").unwrap().constant().as_deref(), Some("}{"));
        assert_eq!(Template::parse("").unwrap().constant().as_deref(), Some(""));
    }

    #[test]
    fn any_name_of_a_column_can_be_written() {
        for name in [
            "a", "a b", "{a", "a}", "a|b", "\"a\"", "a\"b", "{{", "}}|", "a\nb", "é", "\"", "a:b",
        ] {
            for filters in [&[][..], &["slug"], &["before:(", "lower"]] {
                let written = Template::write(name, filters);
                let template = Template::parse(&format!("x:{written}{{{{")).unwrap();
                assert_eq!(template.columns().collect::<Vec<_>>(), [name], "{written}");
            }
        }
    }

    #[test]
    fn a_malformed_template_is_refused() {
        for (text, expected) in [
            ("{a", "without its other half"),
            ("a}", "without its other half"),
            ("{}", "names no column"),
            ("{|lower}", "names no column"),
            ("{\"a}", "without its other half"),
            ("{\"\"}", "names no column"),
            ("{\"a\"b}", "filters stand behind a bar"),
            ("{a|upcase}", "\"upcase\" is no filter; there are lower"),
        ] {
            let refused = Template::parse(text).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        }
    }
}
