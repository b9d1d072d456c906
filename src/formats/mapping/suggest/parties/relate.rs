//! The blocks of a suggestion for relationships, and keys for those with the same ends.

use std::collections::HashMap;

use super::{
    identify::Key,
    shape::{Relation, RelationKindGuess},
};
use crate::{
    formats::mapping::{
        columns::template::Template,
        suggest::{
            compose::Guess,
            layout::{TomlBlock, quoted},
            sample::{phrases::Attribute, values},
        },
    },
    model::{Catalog, RelationshipKind},
};

/// Currencies that the names of columns say.
const CURRENCIES: [&str; 12] = [
    "usd", "eur", "gbp", "chf", "jpy", "cny", "inr", "brl", "sek", "nok", "dkk", "pln",
];

/// Words for parties that are offices, and so roles.
const OFFICES: [&str; 9] = [
    "director",
    "secretary",
    "ceo",
    "cfo",
    "chairman",
    "chair",
    "managing director",
    "board member",
    "prokurist",
];

impl Guess<'_> {
    /// The block for a relationship between parties with these keys.
    pub(in crate::formats::mapping::suggest) fn relationship(
        &self,
        relation: &Relation,
        from: &Key,
        to: &Key,
    ) -> TomlBlock {
        let (from_party, to_party) = (&self.shape.parties[relation.from], &self.shape.parties[relation.to]);
        let mut block = TomlBlock::new("[[relationship]]");
        if let Some(each) = self.each(from_party).or_else(|| self.each(to_party)) {
            block.line("each", &each, "");
        }
        if let Some(when) = self.conditions(&[(from_party, from), (to_party, to)]) {
            block.line("when", &when, "");
        }
        match &relation.kind_guess {
            RelationKindGuess::Always(kind, why) => block.line("kind", &quoted(kind.as_str()), why),
            RelationKindGuess::Listed(column, default) => self.kinds(&mut block, *column, *default),
        }
        block.line("from", &from.id.toml(), "");
        block.line("to", &to.id.toml(), "");
        let mut properties = relation.properties.clone();
        let has = |attribute: Attribute| {
            relation
                .fields
                .iter()
                .find(|(other, _)| *other == attribute)
                .map(|(_, column)| *column)
        };
        let word = from_party
            .word
            .map(|word| word.phrase)
            .filter(|phrase| OFFICES.contains(phrase));
        match (has(Attribute::Role), word) {
            (Some(column), _) => block.line("role", &self.text(column, &[]), ""),
            (None, Some(word)) => block.line("role", &quoted(word), "by the header"),
            (None, None) => {
                if let RelationKindGuess::Listed(column, _) = relation.kind_guess {
                    block.line("role", &self.text(column, &[]), "as the table words it");
                }
            }
        }
        for (attribute, column) in &relation.fields {
            match attribute {
                Attribute::Since => self.date(&mut block, "since", *column),
                Attribute::Until => self.date(&mut block, "until", *column),
                Attribute::Share => self.share(&mut block, *column),
                Attribute::Amount => match self.currency(*column, has(Attribute::Currency)) {
                    Some((currency, remark)) => {
                        block.line("amount", &self.text(*column, &[]), "");
                        block.line("currency", &currency, &remark);
                    }
                    None => {
                        block.remark(&format!(
                            "{:?} may be an amount; it needs a currency: amount and currency = \"EUR\"",
                            self.sample.columns[*column].name
                        ));
                        properties.push(*column);
                    }
                },
                Attribute::Status if self.sample.columns[*column].filled_count() == 0 => properties.push(*column),
                Attribute::Status => self.claim_status(&mut block, *column),
                _ => {}
            }
        }
        self.add_key(&mut block, relation, from, to);
        self.properties(&mut block, &properties);
        block
    }

    fn kinds(&self, block: &mut TomlBlock, column: usize, default: RelationshipKind) {
        let cells = &self.sample.columns[column];
        let is_reversed = |text: &str| values::relationship(text).is_some_and(|(_, is_reversed)| is_reversed);
        let most_are_reversed = cells.mostly(is_reversed);
        let mut texts = Vec::new();
        for text in cells.texts().keys() {
            if let Some((kind, is_reversed)) = values::relationship(text) {
                let remark = if is_reversed == most_are_reversed {
                    ""
                } else {
                    "check it: the ends may stand the other way round"
                };
                texts.push(((*text).to_owned(), kind.as_str().to_owned(), remark.to_owned()));
            }
        }
        let remark = match most_are_reversed {
            true => "the texts are said of the other end first, so from and to are exchanged",
            false => "each text of the sample that was understood",
        };
        block.meanings("kind", &cells.name, Some(default.as_str()), &texts, remark);
    }

    fn share(&self, block: &mut TomlBlock, column: usize) {
        let cells = &self.sample.columns[column];
        let remark = self.meanings[column]
            .remark
            .clone()
            .unwrap_or_else(|| "by the header".to_owned());
        block.line("share", &self.text(column, &[]), &format!("{:?}: {remark}", cells.name));
        if cells.says("voting") || cells.says("votes") {
            block.line("share_of", "\"VOTES\"", "by the header");
        }
    }

    /// The currency of an amount, and why, where something says it.
    fn currency(&self, amount: usize, column: Option<usize>) -> Option<(String, String)> {
        if let Some(column) = column {
            return Some((self.text(column, &[]), String::new()));
        }
        let name = &self.sample.columns[amount];
        let word = CURRENCIES.iter().find(|currency| name.says(currency))?;
        Some((quoted(&word.to_uppercase()), format!("by the header {:?}", name.name)))
    }

    fn claim_status(&self, block: &mut TomlBlock, column: usize) {
        let cells = &self.sample.columns[column];
        let texts: Vec<(String, String, String)> = cells
            .texts()
            .into_keys()
            .map(|text| match values::claim_status(text) {
                Some(status) => (text.to_owned(), status.as_str().to_owned(), String::new()),
                None => {
                    let remark = "check it; what has ended is no status: until or ended_by says it";
                    (text.to_owned(), "UNKNOWN".to_owned(), remark.to_owned())
                }
            })
            .collect();
        let remark = "each text of the sample with what it may mean";
        block.meanings("status", &cells.name, None, &texts, remark);
    }

    /// A key, where records of the sample have the same ends and beginning and say different things.
    fn add_key(&self, block: &mut TomlBlock, relation: &Relation, from: &Key, to: &Key) {
        let since = relation
            .fields
            .iter()
            .find(|(attribute, _)| *attribute == Attribute::Since);
        let mut key_columns: Vec<usize> = since.map(|(_, column)| *column).into_iter().collect();
        let fields = relation.fields.iter().map(|(_, column)| *column);
        let by_text = match relation.kind_guess {
            RelationKindGuess::Listed(column, _) => Some(column),
            RelationKindGuess::Always(..) => None,
        };
        let fields_of_claim = by_text.into_iter().chain(fields);
        let others: Vec<usize> = fields_of_claim.chain(relation.properties.iter().copied()).collect();
        let ends: Vec<usize> = from.columns.iter().chain(&to.columns).copied().collect();
        if !self.collides(&ends, &key_columns, &others) {
            return;
        }
        let mut filters: Vec<(usize, &[&str])> =
            key_columns.iter().map(|column| (*column, &["optional"][..])).collect();
        for column in &others {
            if !self.collides(&ends, &key_columns, &others) {
                break;
            }
            // A column that distinguishes no further records is left out.
            if !key_columns.contains(column) && self.differs(&ends, &key_columns, *column) {
                key_columns.push(*column);
                let is_long = self.sample.columns[*column].filled().any(|cell| cell.len() > 40);
                filters.push((
                    *column,
                    if is_long {
                        &["digest", "optional"]
                    } else {
                        &["slug", "optional"]
                    },
                ));
            }
        }
        let parts: Vec<String> = filters
            .iter()
            .map(|(column, filters)| Template::write(&self.sample.columns[*column].name, filters))
            .collect();
        block.line(
            "key",
            &quoted(&parts.join(" ")),
            "sampled records have the same ends and differ in these",
        );
    }

    /// The cells of a record in these columns.
    fn cells(&self, columns: &[usize], record: usize) -> Vec<&str> {
        columns
            .iter()
            .map(|column| self.sample.columns[*column].cells[record].as_str())
            .collect()
    }

    /// Whether two records with the same ends and key differ in what they say.
    fn collides(&self, ends: &[usize], key_columns: &[usize], others: &[usize]) -> bool {
        others.iter().any(|column| self.differs(ends, key_columns, *column))
    }

    /// Whether two records with the same ends and key differ in a column.
    fn differs(&self, ends: &[usize], key_columns: &[usize], column: usize) -> bool {
        let mut known: HashMap<Vec<&str>, &str> = HashMap::new();
        let columns = [ends, key_columns].concat();
        (0..self.sample.records).any(|record| {
            let cell = self.sample.columns[column].cells[record].as_str();
            known
                .insert(self.cells(&columns, record), cell)
                .is_some_and(|other| other != cell)
        })
    }
}
