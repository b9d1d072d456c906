//! `dataset.toml`: what is said about the folder as a whole. Unknown keys are refused.

use std::collections::BTreeMap;

use toml::{Spanned, Value};

use super::cell;
use crate::{
    formats::{Problem, Problems, cells::CellStyle},
    model::Dataset,
};

pub(super) const FILE: &str = "dataset.toml";

const KEYS: [&str; 5] = ["title", "description", "licence", "recorded_at", "cells"];

/// What the file says, as a dataset without records, and how the cells of the tables are written; none when it is invalid.
pub(super) fn read(bytes: &[u8], problems: &mut Problems) -> Option<(Dataset, CellStyle)> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = line_at(bytes, error.valid_up_to());
            problems.push(Problem::new(FILE, "text in UTF-8").at(line));
            return None;
        }
    };
    // Read as keys rather than into a struct, whose reading would end at the first problem.
    let values = match toml::from_str::<BTreeMap<Spanned<String>, Spanned<Value>>>(text) {
        Ok(values) => values,
        Err(error) => {
            let line = error.span().map_or(1, |span| line_at(bytes, span.start));
            let reason = error.message().lines().next().unwrap_or_default();
            problems.push(Problem::new(FILE, format!("TOML: {reason}")).at(line));
            return None;
        }
    };
    let mut keys = Keys {
        values: values
            .into_iter()
            .map(|(key, value)| {
                let line = line_at(bytes, key.span().start);
                let written = text.get(value.span()).unwrap_or_default();
                (key.into_inner(), (line, written, value.into_inner()))
            })
            .collect(),
        problems,
    };
    keys.refuse_unknown();
    let title = keys.required("title");
    let description = keys.text("description");
    let licence = keys.text("licence");
    let recorded_at = keys.required("recorded_at").and_then(|(line, text)| {
        cell::moment(&text)
            .map_err(|invalid| {
                let problem = Problem::new(FILE, "").invalid("recorded_at", invalid);
                keys.problems.push(problem.at(line));
            })
            .ok()
    });
    let cells = keys.text("cells");
    let cells = match cells.as_ref().map(|(line, text)| (line, text.as_str())) {
        None | Some((_, "raw")) => CellStyle::Raw,
        Some((_, "quoted")) => CellStyle::Quoted,
        Some((line, other)) => {
            let problem = Problem::new(FILE, "quoted or raw").at(*line).column("cells");
            keys.problems.push(problem.value(other));
            return None;
        }
    };
    let head = Dataset {
        title: title?.1,
        description: description.map(|(_, text)| text),
        licence: licence.map(|(_, text)| text),
        recorded_at: recorded_at?,
        sources: Vec::new(),
        entities: Vec::new(),
        relationships: Vec::new(),
    };
    Some((head, cells))
}

fn line_at(bytes: &[u8], offset: usize) -> u64 {
    let newlines = bytes.iter().take(offset).filter(|byte| **byte == b'\n');
    newlines.fold(1, |line, _| line + 1)
}

/// The keys with their lines and values, as written and as read.
struct Keys<'p> {
    values: BTreeMap<String, (u64, &'p str, Value)>,
    problems: &'p mut Problems,
}

impl Keys<'_> {
    fn refuse_unknown(&mut self) {
        for (key, (line, ..)) in &self.values {
            if !KEYS.contains(&key.as_str()) {
                let expected = format!("one of the keys {}", KEYS.join(", "));
                self.problems
                    .push(Problem::new(FILE, expected).at(*line).column("key").value(key));
            }
        }
    }

    /// The text of a key; none when it is not there, blank, or not text.
    fn text(&mut self, key: &str) -> Option<(u64, String)> {
        let (line, written, value) = self.values.remove(key)?;
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            // A moment may be written with or without quotes.
            Value::Datetime(moment) if key == "recorded_at" => moment.to_string(),
            _ => {
                let problem = Problem::new(FILE, "text in quotes").at(line).column(key);
                self.problems.push(problem.value(written));
                return None;
            }
        };
        (!text.is_empty()).then_some((line, text))
    }

    fn required(&mut self, key: &str) -> Option<(u64, String)> {
        let problems_before = self.problems.total();
        let text = self.text(key);
        if text.is_none() && self.problems.total() == problems_before {
            let problem = Problem::new(FILE, "this key with a value that is not blank");
            self.problems.push(problem.column(key));
        }
        text
    }
}
