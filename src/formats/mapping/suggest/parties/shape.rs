//! What a table relates: which parties each record has, which of them are related, and which columns say how.

use super::{
    party::{self, Party},
    party_words::{PartyEnd, PartyWord},
};
use crate::{
    formats::mapping::suggest::sample::{meaning::Meaning, phrases::Attribute, rows::Sample, values},
    model::RelationshipKind,
};

/// Of which kind a relationship is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::formats::mapping::suggest) enum RelationKindGuess {
    /// The same in each record, with why.
    Always(RelationshipKind, String),
    /// By the texts of a column, and what all others mean.
    Listed(usize, RelationshipKind),
}

/// A relationship between two parties.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping::suggest) struct Relation {
    pub(in crate::formats::mapping::suggest) from: usize,
    pub(in crate::formats::mapping::suggest) to: usize,
    pub(in crate::formats::mapping::suggest) kind_guess: RelationKindGuess,
    pub(in crate::formats::mapping::suggest) fields: Vec<(Attribute, usize)>,
    pub(in crate::formats::mapping::suggest) properties: Vec<usize>,
}

/// What a table holds.
#[derive(Debug)]
pub(in crate::formats::mapping::suggest) struct TableShape {
    pub(in crate::formats::mapping::suggest) parties: Vec<Party>,
    pub(in crate::formats::mapping::suggest) relations: Vec<Relation>,
    /// Columns in which a blank cell means what stands above it.
    pub(in crate::formats::mapping::suggest) fill_down: Vec<usize>,
    /// The sampled records that go on with the one before.
    pub(in crate::formats::mapping::suggest) continued: Vec<usize>,
}

impl TableShape {
    /// What a table with these columns holds. In the sample, the rows that go on with the one before are filled.
    pub(in crate::formats::mapping::suggest) fn of(sample: &mut Sample, meanings: &[Meaning]) -> Self {
        let (parties, rest) = party::parties(sample, meanings);
        let mut shape = Self {
            parties,
            relations: Vec::new(),
            fill_down: Vec::new(),
            continued: Vec::new(),
        };
        shape.relate(sample, meanings);
        shape.fill(sample);
        shape.reassign(sample);
        shape.attach(sample, meanings);
        let is_kind_column = |relation: &Relation, column: usize| matches!(relation.kind_guess, RelationKindGuess::Listed(other, _) if other == column);
        for column in rest {
            if shape.relations.iter().any(|relation| is_kind_column(relation, column)) {
                continue;
            }
            shape.keep(sample, meanings, column);
        }
        shape.attach_status(sample);
        shape
    }

    /// Finds out which parties are related.
    fn relate(&mut self, sample: &Sample, meanings: &[Meaning]) {
        let subject = self.parties.iter().position(|party| party.word.is_none());
        let of_end = |end: PartyEnd| -> Vec<usize> {
            let places = self
                .parties
                .iter()
                .enumerate()
                .filter(|(_, party)| party.end() == Some(end));
            places.map(|(place, _)| place).collect()
        };
        let (from, to) = (of_end(PartyEnd::From), of_end(PartyEnd::To));
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        match (to.first(), subject) {
            (Some(to), _) => pairs.extend(from.iter().map(|from| (*from, *to))),
            (None, Some(subject)) => pairs.extend(from.iter().map(|from| (*from, subject))),
            (None, None) => {}
        }
        if let Some(subject) = subject.filter(|_| from.is_empty()) {
            pairs.extend(to.iter().map(|to| (subject, *to)));
        }
        let by_column = meanings.iter().position(|meaning| {
            meaning.attribute == Some(Attribute::Kind) && meaning.party.is_none_or(|party| party.relationship.is_none())
        });
        let by_column = by_column.filter(|column| values::means(&sample.columns[*column], values::relationship));
        let has = |attribute: Attribute| meanings.iter().any(|meaning| meaning.attribute == Some(attribute));
        for (from, to) in pairs {
            let ends = [&self.parties[from], &self.parties[to]];
            let word_kind = ends
                .into_iter()
                .find_map(|party| Some((party.word?.relationship?, party.by_word(sample))));
            let kind_guess = match (word_kind, by_column) {
                (Some((RelationshipKind::Controls, why)), _) if has(Attribute::Share) => {
                    RelationKindGuess::Always(RelationshipKind::Owns, format!("{why}, and since there is a share"))
                }
                (Some((RelationshipKind::Owns, why)), _) if has(Attribute::Role) && !has(Attribute::Share) => {
                    RelationKindGuess::Always(
                        RelationshipKind::Owns,
                        format!("{why}; check it, there is a role and no share"),
                    )
                }
                (Some((kind, why)), _) => RelationKindGuess::Always(kind, why),
                (None, Some(column)) => RelationKindGuess::Listed(column, RelationshipKind::Controls),
                (None, None) => {
                    let (kind, why) = match () {
                        () if has(Attribute::Share) => (RelationshipKind::Owns, "since there is a share"),
                        () if has(Attribute::Amount) => (RelationshipKind::Paid, "since there is an amount; check it"),
                        () => (
                            RelationshipKind::Controls,
                            "check it: nothing in the table says of which kind they are",
                        ),
                    };
                    RelationKindGuess::Always(kind, why.to_owned())
                }
            };
            self.relations.push(Relation {
                from,
                to,
                kind_guess,
                fields: Vec::new(),
                properties: Vec::new(),
            });
        }
        self.turn_round(sample);
        if let Some(column) = self.relations.iter().find_map(|relation| match relation.kind_guess {
            RelationKindGuess::Listed(column, _) => Some(column),
            RelationKindGuess::Always(..) => None,
        }) {
            for party in &mut self.parties {
                party.fields.retain(|(_, other)| *other != column);
            }
        }
    }

    /// Exchanges the ends where most texts for the kind are said of the other end first: `IS_OWNED_BY`.
    fn turn_round(&mut self, sample: &Sample) {
        for relation in &mut self.relations {
            let RelationKindGuess::Listed(column, _) = relation.kind_guess else {
                continue;
            };
            let column = &sample.columns[column];
            let is_reversed = |cell: &str| values::relationship(cell).is_some_and(|(_, is_reversed)| is_reversed);
            if column.mostly(is_reversed) {
                (relation.from, relation.to) = (relation.to, relation.from);
            }
        }
    }

    /// Finds the rows that go on with the one before, by blank cells where something must stand, and fills them.
    fn fill(&mut self, sample: &mut Sample) {
        let about = self.relations.first().map(|relation| relation.to).or_else(|| {
            let is_listed = self.parties.len() > 1;
            is_listed.then_some(0)
        });
        let first = self.relations.first().map(|relation| relation.from);
        let is_blank =
            |keys: &[usize], record: usize| keys.iter().all(|key| sample.columns[*key].cells[record].is_empty());
        let mut blank_columns: Vec<usize> = Vec::new();
        for party in [about, first].into_iter().flatten() {
            let keys: Vec<usize> = self.parties[party].keys().collect();
            let blank = (0..sample.records).filter(|record| is_blank(&keys, *record)).count();
            let begins = sample.records > 0 && !is_blank(&keys, 0);
            // A blank owner is rather one that is not known, unless the table is ordered by them.
            let is_ordered = Some(party) == about || (keys.contains(&0) && blank * 2 >= sample.records);
            if blank == 0 || !begins || !is_ordered {
                continue;
            }
            let is_full = |key: &usize| {
                (0..sample.records)
                    .all(|record| is_blank(&keys, record) || !sample.columns[*key].cells[record].is_empty())
            };
            self.continued = (0..sample.records).filter(|record| is_blank(&keys, *record)).collect();
            blank_columns.extend(keys.iter().filter(|key| is_full(key)));
            break;
        }
        for column in &blank_columns {
            let mut last_value = String::new();
            for cell in &mut sample.columns[*column].cells {
                match cell.is_empty() {
                    true => cell.clone_from(&last_value),
                    false => last_value.clone_from(cell),
                }
            }
        }
        self.fill_down = blank_columns;
    }

    /// Gives the columns that say something of a relationship to the one that they are of.
    fn attach(&mut self, sample: &Sample, meanings: &[Meaning]) {
        use Attribute::{Amount, Currency, Role, Share};
        use RelationshipKind::{Controls, EmployedBy, LentTo, OfficerOf, Owns, Paid};
        for (column, meaning) in meanings.iter().enumerate() {
            let Some(attribute) = meaning
                .attribute
                .filter(|attribute| party::is_of_relationship(*attribute))
            else {
                continue;
            };
            let kind = |relation: &Relation| match relation.kind_guess {
                RelationKindGuess::Always(kind, _) | RelationKindGuess::Listed(_, kind) => kind,
            };
            let has_role = meanings.iter().any(|meaning| meaning.attribute == Some(Role));
            let fits = |relation: &&mut Relation| {
                let is_there = |word: &&PartyWord| self.parties.iter().any(|party| party.word == Some(*word));
                let is_of_party = meaning.party.filter(is_there).is_none_or(|word| {
                    let is_it = |party: usize| self.parties[party].word == Some(word);
                    is_it(relation.from) || is_it(relation.to)
                });
                let is_of_kind = match attribute {
                    Share => matches!(kind(relation), Owns | Controls),
                    Role => true,
                    Amount | Currency => matches!(kind(relation), Paid | LentTo | Owns | Controls),
                    _ => true,
                };
                is_of_party && is_of_kind && relation.fields.iter().all(|(other, _)| *other != attribute)
            };
            let is_office = |relation: &&mut Relation| matches!(kind(relation), OfficerOf | EmployedBy);
            let wants_office = has_role && !matches!(attribute, Share | Amount | Currency);
            let place = {
                let mut fitting: Vec<&mut Relation> =
                    self.relations.iter_mut().filter(|relation| fits(relation)).collect();
                let office = fitting.iter().position(|relation| wants_office && is_office(relation));
                match office.or((!fitting.is_empty()).then_some(0)) {
                    Some(place) => {
                        fitting[place].fields.push((attribute, column));
                        true
                    }
                    None => false,
                }
            };
            if !place {
                self.keep(sample, meanings, column);
            }
        }
        let has_currency =
            |relation: &Relation, attribute: Attribute| relation.fields.iter().any(|(other, _)| *other == attribute);
        for relation in &mut self.relations {
            // A currency alone says nothing.
            if has_currency(relation, Currency) && !has_currency(relation, Amount) {
                let (dropped, fields) = relation
                    .fields
                    .iter()
                    .copied()
                    .partition(|(attribute, _)| *attribute == Currency);
                relation.fields = fields;
                let dropped: Vec<(Attribute, usize)> = dropped;
                relation
                    .properties
                    .extend(dropped.into_iter().map(|(_, column)| column));
            }
        }
    }
}
