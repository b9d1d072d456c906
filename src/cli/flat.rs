//! Flattens an answer into one table: a row for each element of its innermost lists, with the values around it repeated, and a column
//! for each path to a value.

use std::{fmt, io};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use crate::formats::cells::CellStyle;

/// The most rows of one answer.
const ROWS_MAX: usize = 1_000_000;

/// A JSON value with its keys in order, and its scalars as cells.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tree {
    Leaf(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// A row: the path of each column, with its cell.
type Row = Vec<(String, String)>;

/// The data of an answer, a JSON object, as CSV.
pub(super) fn table(answer: &str, cells: CellStyle) -> anyhow::Result<String> {
    let Tree::Object(sections) = serde_json::from_str(answer)? else {
        anyhow::bail!("the answer is not a JSON object");
    };
    let data = sections.into_iter().find(|(name, _)| name == "data");
    let rows = data.map(|(_, tree)| rows(&tree, "")).unwrap_or_default();
    anyhow::ensure!(
        rows.len() <= ROWS_MAX,
        "the answer has more than {ROWS_MAX} rows; request fewer sibling lists"
    );
    let mut columns: Vec<&str> = Vec::new();
    for (path, _) in rows.iter().flatten() {
        if !columns.contains(&path.as_str()) {
            columns.push(path);
        }
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(&columns)?;
    for row in &rows {
        let cell = |column: &&str| {
            row.iter()
                .find(|(path, _)| path == column)
                .map_or("", |(_, text)| text.as_str())
        };
        cells.write_row(&mut table, columns.iter().map(cell))?;
    }
    let bytes = table
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))?;
    Ok(String::from_utf8(bytes)?)
}

/// The rows of a value. Sibling lists follow one another, so that no row suggests that their elements belong together.
fn rows(tree: &Tree, path: &str) -> Vec<Row> {
    match tree {
        Tree::Leaf(text) => vec![vec![(path.to_owned(), text.clone())]],
        Tree::List(items) => match items.iter().map(leaf).collect::<Option<Vec<&str>>>() {
            Some(texts) => vec![vec![(path.to_owned(), texts.join("; "))]],
            None => items.iter().flat_map(|item| rows(item, path)).collect(),
        },
        Tree::Object(fields) => {
            let below = |name: &str| {
                if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}.{name}")
                }
            };
            let parts = fields.iter().map(|(name, value)| rows(value, &below(name)));
            let (single, many): (Vec<_>, Vec<_>) = parts.partition(|rows| rows.len() == 1);
            let shared: Row = single.into_iter().flatten().flatten().collect();
            let many: Vec<Row> = many.into_iter().flatten().collect();
            if many.is_empty() {
                return vec![shared];
            }
            many.into_iter()
                .map(|row| shared.iter().cloned().chain(row).collect())
                .collect()
        }
    }
}

fn leaf(tree: &Tree) -> Option<&str> {
    match tree {
        Tree::Leaf(text) => Some(text),
        Tree::List(_) | Tree::Object(_) => None,
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Tree;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_string()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_owned()))
            }

            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Leaf(String::new()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Tree::List(all))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Tree, A::Error> {
                let mut all = Vec::new();
                while let Some(field) = fields.next_entry()? {
                    all.push(field);
                }
                Ok(Tree::Object(all))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_rows_with_the_values_around_them() {
        let check = |data: &str, expected: &str| {
            let answer = format!("{{\"extensions\":{{}},\"data\":{data}}}");
            assert_eq!(table(&answer, CellStyle::Quoted).unwrap(), expected, "{data}");
        };
        check(r#"{"a": 1, "b": {"c": null, "d": true}}"#, "a,b.c,b.d\n1,,true\n");
        check(
            r#"{"z": [{"n": "x"}, {"n": "y", "m": 2}], "a": "b"}"#,
            "a,z.n,z.m\nb,x,\nb,y,2\n",
        );
        check(
            r#"{"a": {"e": [{"n": 1, "l": [{"m": 2}, {"m": 3}]}, {"n": 4, "l": []}]}}"#,
            "a.e.n,a.e.l.m,a.e.l\n1,2,\n1,3,\n4,,\n",
        );
        check(
            r#"{"a": [{"b": 1}, {"b": 2}], "c": [{"d": 3}, {"d": 4}]}"#,
            "a.b,c.d\n1,\n2,\n,3\n,4\n",
        );
        check(r#"{"n": ["x", "y"], "f": "=1+1"}"#, "n,f\nx; y,'=1+1\n");
        check("{}", "\"\"\n\"\"\n");
    }
}
