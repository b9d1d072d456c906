//! A suggestion block by block: the source, how the table is written, its entities.

use super::{
    layout::{TomlBlock, ValueTemplate, quoted},
    parties::{
        identify::{self, Key},
        party::{Party, is_of_relationship},
        party_kind::EntityKindGuess,
        shape::TableShape,
    },
    sample::{column::Column, dates::Dates, meaning::Meaning, phrases::Attribute, rows::Sample},
};
use crate::{formats::mapping::columns::template::Template, model::Catalog};

/// What a suggestion is made of.
pub(super) struct Guess<'a> {
    pub(super) sample: &'a Sample,
    pub(super) meanings: &'a [Meaning],
    pub(super) dates: &'a Dates,
    pub(super) shape: &'a TableShape,
    /// What the table is called, without an ending.
    pub(super) file: &'a str,
}

impl Guess<'_> {
    pub(super) fn column(&self, column: usize) -> &Column {
        &self.sample.columns[column]
    }

    /// The column as a value.
    pub(super) fn text(&self, column: usize, filters: &[&str]) -> String {
        quoted(&Template::write(&self.column(column).name, filters))
    }

    /// What a party is.
    pub(super) fn kind_guess(&self, party: &Party) -> EntityKindGuess {
        party.kind_guess(self.sample, self.file)
    }

    /// How the ids of a party are made.
    pub(super) fn key(&self, party: &Party) -> Option<Key> {
        let kind = |party: &Party| match self.kind_guess(party) {
            EntityKindGuess::Always(kind, _) => Some(kind),
            EntityKindGuess::Listed { .. } => None,
        };
        identify::key(self.sample, party, kind(party), self.is_known_by_name(party))
    }

    /// Whether others name this party, which has numbers, by its name alone.
    fn is_known_by_name(&self, party: &Party) -> bool {
        let Some(name) = party.column(Attribute::Name).map(|column| self.column(column)) else {
            return false;
        };
        let has_number = |party: &Party| party.column(Attribute::Id).is_some() || party.identifiers().next().is_some();
        let names = name.texts();
        has_number(party)
            && self.shape.parties.iter().any(|other| {
                let named = other.column(Attribute::Name).filter(|_| !has_number(other));
                named.is_some_and(|column| {
                    let texts = self.column(column).texts();
                    let known = texts.keys().filter(|text| names.contains_key(*text)).count();
                    known > 0 && known * 2 >= texts.len()
                })
            })
    }

    /// To which records a block applies that needs these parties.
    pub(super) fn conditions(&self, parties: &[(&Party, &Key)]) -> Option<String> {
        let has_subject = self.shape.parties.first().is_some_and(|party| party.word.is_none());
        let mut columns: Vec<String> = Vec::new();
        for (party, key) in parties {
            let column = self.column(key.presence_column);
            let may_lack = party.word.is_some() && (has_subject || !column.is_full());
            let condition = format!("{{ column = {} }}", quoted(&column.name));
            if may_lack && !columns.contains(&condition) {
                columns.push(condition);
            }
        }
        match columns.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            several => Some(format!("[{}]", several.join(", "))),
        }
    }

    /// The list in a column of which a block takes each part.
    pub(super) fn each(&self, party: &Party) -> Option<String> {
        let mark = party.list_mark(self.sample)?;
        let column = party.column(Attribute::Name)?;
        Some(format!(
            "{{ column = {}, split = {} }}",
            quoted(&self.column(column).name),
            quoted(mark)
        ))
    }

    /// The block for a party.
    pub(super) fn entity(&self, party: &Party, key: &Key) -> TomlBlock {
        let mut block = TomlBlock::new("[[entity]]");
        if let Some(each) = self.each(party) {
            block.line("each", &each, "some cells have several names");
        }
        if let Some(when) = self.conditions(&[(party, key)]) {
            block.line("when", &when, "");
        }
        let is_placeholder = party.is_only_named() && !self.shape.relations.is_empty();
        if is_placeholder {
            block.line(
                "placeholder",
                "true",
                "only named here: what another table says of it holds",
            );
        }
        block.line("id", &key.id.toml(), &key.why);
        self.kind(&mut block, party);
        self.name(&mut block, party, key);
        self.described(&mut block, party);
        block
    }

    fn kind(&self, block: &mut TomlBlock, party: &Party) {
        match self.kind_guess(party) {
            EntityKindGuess::Always(kind, why) => block.line("kind", &quoted(kind.as_str()), &why),
            EntityKindGuess::Listed {
                column,
                texts,
                default,
                why,
            } => {
                let texts: Vec<(String, String, String)> = texts
                    .into_iter()
                    .map(|(text, kind)| (text, kind.as_str().to_owned(), String::new()))
                    .collect();
                block.meanings("kind", &self.column(column).name, Some(default.as_str()), &texts, &why);
            }
        }
    }

    fn name(&self, block: &mut TomlBlock, party: &Party, key: &Key) {
        let name = identify::name_text(self.sample, party);
        let Some((columns, text)) = name else {
            let names: Vec<String> = key
                .columns
                .iter()
                .map(|column| Template::write(&self.column(*column).name, &[]))
                .collect();
            return block.line(
                "name",
                &quoted(&names.join(" ")),
                "no column has its name: its key stands in for it",
            );
        };
        let is_full = columns.len() > 1
            || self.column(columns[0]).filled_count() >= self.column(key.presence_column).filled_count();
        match (is_full, key.columns.first().filter(|column| !columns.contains(column))) {
            (false, Some(column)) => {
                let name = ValueTemplate::Or(text, Template::write(&self.column(*column).name, &[]));
                block.line("name", &name.toml(), "the key stands in for it where it is blank");
            }
            _ => {
                let by_cells = self.meanings[columns[0]].remark.clone().unwrap_or_default();
                block.line("name", &quoted(&text), &by_cells);
            }
        }
        let others = party.fields.iter().filter_map(|(attribute, column)| match attribute {
            Attribute::OtherName(kind) => Some((kind, column)),
            _ => None,
        });
        let others: Vec<String> = others
            .map(|(kind, column)| {
                format!(
                    "{{ text = {}, kind = {} }}",
                    self.text(*column, &[]),
                    quoted(kind.as_str())
                )
            })
            .collect();
        if !others.is_empty() {
            block.line("names", &format!("[{}]", others.join(", ")), "by the header");
        }
    }

    /// What else is known of a party.
    fn described(&self, block: &mut TomlBlock, party: &Party) {
        let mut properties: Vec<usize> = party.properties.clone();
        let mut has_country = false;
        for (attribute, column) in &party.fields {
            match attribute {
                Attribute::Country | Attribute::State if !has_country => {
                    has_country = true;
                    self.country(block, *attribute, *column);
                }
                Attribute::Country | Attribute::State | Attribute::Born => properties.push(*column),
                Attribute::Kind if !matches!(self.kind_guess(party), EntityKindGuess::Listed { column: other, .. } if other == *column) =>
                {
                    properties.push(*column);
                }
                Attribute::Status if self.column(*column).filled_count() == 0 => properties.push(*column),
                Attribute::Status => self.status(block, *column),
                Attribute::Founded => self.date(block, "founded", *column),
                Attribute::Dissolved => self.date(block, "dissolved", *column),
                Attribute::Website => self.website(block, *column),
                Attribute::Description => block.line("description", &self.text(*column, &[]), ""),
                _ => {}
            }
        }
        let identifiers: Vec<(String, String)> = party
            .identifiers()
            .map(|(scheme, column)| {
                let member = format!("{{ scheme = {}, value = {} }}", quoted(scheme), self.text(column, &[]));
                (member, self.meanings[column].remark.clone().unwrap_or_default())
            })
            .collect();
        if !identifiers.is_empty() {
            block.list("identifiers", &identifiers, "");
        }
        self.properties(block, &properties);
    }

    /// The columns that go to the properties as written, with a remark on each.
    pub(super) fn properties(&self, block: &mut TomlBlock, columns: &[usize]) {
        let mut columns = columns.to_vec();
        columns.sort_unstable();
        columns.dedup();
        let members: Vec<(String, String)> = columns
            .iter()
            .map(|column| {
                let meaning = &self.meanings[*column];
                let remark = match meaning.attribute {
                    None => meaning.remark.clone(),
                    Some(attribute) if is_of_relationship(attribute) && self.shape.relations.is_empty() => {
                        Some("may say something of a relationship, but the table names one party only".to_owned())
                    }
                    Some(_) => None,
                };
                (quoted(&self.column(*column).name), remark.unwrap_or_default())
            })
            .collect();
        if !members.is_empty() {
            block.list(
                "properties",
                &members,
                "no meaning was guessed for these: they are stored as written",
            );
        }
    }
}
