//! A first mapping for a table, guessed from its header and its first records, with a remark for each guess. What is no table, and
//! a table without a header, is refused.

mod compose;
mod details;
mod layout;
mod parties;
mod refusal;
mod sample;

pub use sample::rows::SAMPLE_RECORDS_MAX;

use self::{
    compose::Guess,
    layout::{TomlBlock, quoted},
    parties::{identify::Key, party::Party, shape::TableShape},
    sample::rows::Sample,
};
use super::columns::template::Template;
use crate::{
    formats::reader::{Input, SourceDefaults, Unreadable},
    model::link,
};

/// How many columns a refusal lists.
const LISTED_MAX: usize = 50;

/// What a table without a name is called.
const NAMELESS: &str = "table";

/// A mapping for this table as TOML that [`Mapping::parse`](super::Mapping::parse) reads, with a remark for each guess.
///
/// # Errors
/// [`Unreadable`] when it is no table, has no header, or nothing in it names anything.
pub fn suggest(input: Input<'_>) -> Result<String, Unreadable> {
    let name = input.name.rsplit('/').next().unwrap_or(input.name).to_owned();
    let file = match name.split_once('.').map_or(name.as_str(), |(stem, _)| stem) {
        "" | "stdin" | "pipe" => NAMELESS.to_owned(),
        stem => stem.to_owned(),
    };
    let source_defaults = input.source_defaults;
    let mut sample = Sample::read(input)?;
    let (meanings, dates) = sample::meaning::meanings(&sample);
    let shape = TableShape::of(&mut sample, &meanings);
    let guess = Guess {
        sample: &sample,
        meanings: &meanings,
        dates: &dates,
        shape: &shape,
        file: &file,
    };
    let keys: Vec<Option<Key>> = shape.parties.iter().map(|party| guess.key(party)).collect();
    let mut blocks = vec![guess.source(source_defaults), guess.csv()];
    for (party, key) in shape.parties.iter().zip(&keys) {
        blocks.extend(key.as_ref().map(|key| guess.entity(party, key)));
    }
    for relation in &shape.relations {
        if let (Some(from), Some(to)) = (&keys[relation.from], &keys[relation.to]) {
            blocks.push(guess.relationship(relation, from, to));
        }
    }
    let is_key_alone = |(party, key): (&Party, &Option<Key>)| {
        let is_named = parties::identify::name_text(&sample, party).is_some();
        let repeats = |key: &Key| key.columns.iter().any(|column| !sample.columns[*column].is_unique());
        shape.relations.is_empty() && !is_named && key.as_ref().is_some_and(repeats)
    };
    if blocks.len() == 2 || shape.parties.iter().zip(&keys).any(is_key_alone) {
        return Err(nothing(&sample));
    }
    let blocks: Vec<String> = blocks
        .iter()
        .map(TomlBlock::toml)
        .filter(|block| block.lines().count() > 1)
        .collect();
    Ok(format!("{}\n{}", guess.remarks(&name), blocks.join("\n")))
}

/// Nothing in a table looks like an entity.
fn nothing(sample: &Sample) -> Unreadable {
    let names: Vec<&str> = sample
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .take(LISTED_MAX)
        .collect();
    Unreadable::malformed(
        "the header",
        format!(
            "no column looks like a name or a key of something, so nothing can be suggested; call one of them name, or id. There \
             are {names:?}"
        ),
    )
}

impl Guess<'_> {
    /// The remarks at the top.
    fn remarks(&self, name: &str) -> String {
        let sample = self.sample;
        let mut remarks = vec![match sample.records {
            0 => format!("A first mapping for {name:?}, guessed from its header alone: there are no records under it."),
            count if sample.is_cut => {
                format!("A first mapping for {name:?}, guessed from its header and the first {count} records.")
            }
            count => format!("A first mapping for {name:?}, guessed from its header and its records, {count} in all."),
        }];
        remarks.push("Read what stands behind each #, correct what is wrong, and import the table with it.".to_owned());
        if sample.ragged > 0 {
            remarks.push(format!(
                "Of the sampled rows, {} have more or fewer fields than the header; an import rejects them.",
                sample.ragged
            ));
        }
        if sample.nameless > 0 {
            remarks.push(format!(
                "Columns without a name are left out, {} in all; give them one to have them.",
                sample.nameless
            ));
        }
        remarks.iter().map(|remark| format!("# {remark}\n")).collect()
    }

    /// What the table is: what was said of it, else by the name of the file.
    fn source(&self, source_defaults: &SourceDefaults) -> TomlBlock {
        let mut block = TomlBlock::new("[source]");
        let words = self
            .file
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        let (id, title) = match words.is_empty() {
            true => (NAMELESS.to_owned(), "Table".to_owned()),
            false => (words.join("-").to_lowercase(), words.join(" ")),
        };
        let mut letters = title.chars();
        let title: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(letters)
            .collect();
        let publisher = format!("Publisher of {title}");
        let stated_value = [
            &source_defaults.source,
            &source_defaults.publisher,
            &source_defaults.title,
        ];
        let guess_value = [
            ("id", id, "by the name of the file"),
            (
                "publisher",
                publisher,
                "by the name of the file: write who published the table",
            ),
            ("title", title, "by the name of the file"),
        ];
        for (stated_value, (key, guess_value, remark)) in stated_value.into_iter().zip(guess_value) {
            match stated_value
                .as_deref()
                .map(str::trim)
                .filter(|stated_value| !stated_value.is_empty())
            {
                Some(stated_value) => block.line(key, &quoted(&Template::constant_of(stated_value)), ""),
                None => block.line(key, &quoted(&guess_value), remark),
            }
        }
        let further = [
            ("url", source_defaults.url.as_ref().filter(|url| link(url).is_ok())),
            ("licence", source_defaults.licence.as_ref()),
        ];
        for (key, stated_value) in further {
            if let Some(stated_value) = stated_value.filter(|stated_value| !stated_value.trim().is_empty()) {
                block.line(key, &quoted(&Template::constant_of(stated_value)), "");
            }
        }
        block
    }

    fn csv(&self) -> TomlBlock {
        let mut block = TomlBlock::new("[csv]");
        let delimiter = char::from(self.sample.delimiter);
        if delimiter != ',' {
            block.line("delimiter", &quoted(&delimiter.to_string()), "");
        }
        if !self.sample.is_quoted {
            block.line("quote", "\"\"", "quotes stand within cells, and not around them");
        }
        let mut remarks: Vec<String> = Vec::new();
        if let Some((first, other)) = &self.dates.doubt {
            remarks.push(format!(
                "check it: all sampled dates could be {other} as well as {first}"
            ));
        }
        if self.dates.has_short_years() {
            remarks.push("years 69 to 99 are taken to lie in the twentieth century, 00 to 68 in the next".to_owned());
        }
        let forms: Vec<String> = self.dates.patterns.iter().map(|form| quoted(form)).collect();
        match forms.as_slice() {
            [] => {}
            [only] => block.line("dates", only, &remarks.join("; ")),
            several => block.line("dates", &format!("[{}]", several.join(", ")), &remarks.join("; ")),
        }
        if !self.shape.fill_down.is_empty() {
            let columns = self
                .shape
                .fill_down
                .iter()
                .map(|column| quoted(&self.sample.columns[*column].name));
            let columns: Vec<String> = columns.collect();
            let remark = "rows in which these are blank go on with the row above";
            block.line("fill_down", &format!("[{}]", columns.join(", ")), remark);
        }
        block
    }
}
