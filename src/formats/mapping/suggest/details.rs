//! What a suggestion says of an entity beside its name: country, status, dates, website.

use super::{
    compose::Guess,
    layout::{TomlBlock, quoted},
    sample::{
        meaning::{is_site, of, underscored, understands_country},
        phrases::Attribute,
        states, values,
    },
};
use crate::{
    formats::mapping::columns::template::Template,
    model::{Catalog, EntityStatus, country_code},
};

impl Guess<'_> {
    pub(super) fn country(&self, block: &mut TomlBlock, attribute: Attribute, column: usize) {
        let cells = self.column(column);
        let texts = cells.texts();
        let is_state = attribute == Attribute::State;
        let code = |text: &str| match is_state {
            true => states::code(text),
            false => states::code_by_name(text).or_else(|| underscored(text)),
        };
        let listed: Vec<(String, String, String)> = texts
            .keys()
            .filter_map(|text| Some(((*text).to_owned(), code(text)?, String::new())))
            .collect();
        let reads = of(cells, |cell| understands_country(cell) || code(cell).is_some());
        let remark = match cells.filled_count() {
            0 => format!("{:?}: by the header", cells.name),
            _ => format!("{:?}: {reads} are understood", cells.name),
        };
        let is_plain = cells.filled_count() > 0 && cells.filled().all(|cell| country_code(cell).is_ok());
        let filters: &[&str] = if is_plain && !is_state { &[] } else { &["country"] };
        let plain = Template::write(&cells.name, filters);
        match listed.is_empty() {
            true => block.line("country", &quoted(&plain), &remark),
            false => block.meanings("country", &cells.name, Some(&plain), &listed, &remark),
        }
    }

    pub(super) fn status(&self, block: &mut TomlBlock, column: usize) {
        let cells = self.column(column);
        let texts: Vec<(String, String, String)> = cells
            .texts()
            .into_iter()
            .map(|(text, count)| {
                let status = values::status(text);
                let check = if status == EntityStatus::Unknown {
                    "check it; "
                } else {
                    ""
                };
                (
                    text.to_owned(),
                    status.as_str().to_owned(),
                    format!("{check}{count} of {}", cells.filled_count()),
                )
            })
            .collect();
        let remark = "each text of the sample with what it may mean";
        block.meanings("status", &cells.name, None, &texts, remark);
    }

    /// A date of which some cells may say that there is none.
    pub(super) fn date(&self, block: &mut TomlBlock, key: &str, column: usize) {
        let cells = self.column(column);
        let reads = of(cells, |cell| self.dates.reads(cell));
        let forms: Vec<String> = self
            .dates
            .patterns
            .iter()
            .filter(|form| self.dates.reads_as(cells, form))
            .cloned()
            .collect();
        let forms = if forms.is_empty() {
            "YYYY-MM-DD or a part of it".to_owned()
        } else {
            forms.join(", ")
        };
        let remark = match cells.filled_count() {
            0 => format!("{:?}: by the header", cells.name),
            _ => format!("{:?}: {reads} read as {forms}", cells.name),
        };
        let remark = match key {
            "until" => format!("{remark}; the first day after: where it is the last day, write last_day"),
            _ => remark,
        };
        let nothing: Vec<(String, String, String)> = cells
            .texts()
            .into_keys()
            .filter(|text| values::is_nothing(text))
            .map(|text| (text.to_owned(), String::new(), "none".to_owned()))
            .collect();
        match nothing.is_empty() {
            true => block.line(key, &self.text(column, &[]), &remark),
            false => block.meanings(
                key,
                &cells.name,
                Some(&Template::write(&cells.name, &[])),
                &nothing,
                &remark,
            ),
        }
    }

    pub(super) fn website(&self, block: &mut TomlBlock, column: usize) {
        let cells = self.column(column);
        let has_scheme = |cell: &str| cell.starts_with("http://") || cell.starts_with("https://");
        let is_bare = cells.count(|cell| is_site(cell) && !has_scheme(cell)) > cells.count(has_scheme);
        let plain = Template::write(&cells.name, &[]);
        match is_bare {
            true => block.line(
                "website",
                &quoted(&format!("https://{plain}")),
                "most have no https:// of their own",
            ),
            false => block.line("website", &quoted(&plain), "by the header"),
        }
    }
}
