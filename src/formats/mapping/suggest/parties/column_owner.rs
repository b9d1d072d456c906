//! Which party or relationship a column belongs to: the subject of a table, another party, or their relationship, by how its
//! cells vary with the keys.

use std::collections::BTreeMap;

use super::{party::Party, shape::TableShape};
use crate::{
    formats::mapping::suggest::sample::{meaning::Meaning, phrases::Attribute, rows::Sample, values},
    model::EntityKind,
};

impl TableShape {
    /// The status of a subject that does not stand for it in all records is that of the relationship.
    pub(in crate::formats::mapping::suggest) fn attach_status(&mut self, sample: &Sample) {
        let Some(subject) = self.parties.first().filter(|party| party.word.is_none()) else {
            return;
        };
        let Some(column) = subject.column(Attribute::Status).filter(|_| !self.relations.is_empty()) else {
            return;
        };
        let without = Party {
            fields: subject
                .fields
                .iter()
                .copied()
                .filter(|(_, other)| *other != column)
                .collect(),
            ..subject.clone()
        };
        if sample.columns[column].says("company") || self.is_of(sample, &without, column) {
            return;
        }
        self.parties[0] = without;
        self.relations[0].fields.push((Attribute::Status, column));
    }

    /// Gives what differs between records about the subject to the party that it is always the same for; and kinds that are those
    /// of people to the party that people may be.
    pub(in crate::formats::mapping::suggest) fn reassign(&mut self, sample: &Sample) {
        use Attribute::{Country, Kind, State, Website};
        let Some(relation) = self.relations.first() else { return };
        let [subject, other] = [relation.to, relation.from];
        let (Some(key), Some(other_key)) = (self.parties[subject].keys().next(), self.parties[other].keys().next())
        else {
            return;
        };
        if self.parties[subject].word.is_some() {
            return;
        }
        let fields = std::mem::take(&mut self.parties[subject].fields);
        for (attribute, column) in fields {
            let cells = &sample.columns[column];
            let is_of_other = match attribute {
                Country if OF_PEOPLE.iter().any(|word| cells.says(word)) => true,
                Country | State | Website => {
                    repeats(sample, key, column).is_none() && repeats(sample, other_key, column).is_some()
                }
                Kind => cells
                    .filled()
                    .any(|cell| values::kind(cell) == Some(EntityKind::Person)),
                _ => false,
            };
            let place = match is_of_other && self.parties[other].column(attribute).is_none() {
                true => other,
                false => subject,
            };
            let is_kind = attribute != Kind || values::means(cells, values::kind);
            match is_kind {
                true => self.parties[place].fields.push((attribute, column)),
                false => self.relations[0].properties.push(column),
            }
        }
    }

    /// Keeps a column of which nothing was guessed where it belongs: with the subject where its text is the same in all records
    /// about that, and else with the relationship.
    pub(in crate::formats::mapping::suggest) fn keep(&mut self, sample: &Sample, meanings: &[Meaning], column: usize) {
        let subject = self.parties.first().filter(|party| party.word.is_none());
        let is_of_subject = match subject {
            None => self.relations.is_empty(),
            Some(subject) => self.relations.is_empty() || self.is_of(sample, subject, column),
        };
        let is_claim_status = meanings[column].attribute == Some(Attribute::Status) && subject.is_none();
        match (self.parties.first_mut(), self.relations.first_mut()) {
            (Some(party), _) if is_of_subject => party.properties.push(column),
            (_, Some(relation)) if is_claim_status => relation.fields.push((Attribute::Status, column)),
            (_, Some(relation)) => relation.properties.push(column),
            (Some(party), None) => party.properties.push(column),
            (None, None) => {}
        }
    }

    /// Whether what stands in a column is said of the subject: it is blank where rows go on, or the same for each of several
    /// subjects with several records. Where that cannot be seen, whether the table says other things of the subject, too.
    fn is_of(&self, sample: &Sample, subject: &Party, column: usize) -> bool {
        let cells = &sample.columns[column].cells;
        if !self.continued.is_empty() && self.continued.iter().all(|record| cells[*record].is_empty()) {
            return true;
        }
        let same = subject.keys().next().and_then(|key| repeats(sample, key, column));
        match same {
            None => false,
            Some(subjects) => subjects >= SAME_MIN || !subject.is_only_named() || self.relations.len() > 1,
        }
    }
}

/// Words in the names of columns that are about people.
const OF_PEOPLE: [&str; 3] = ["nationality", "citizenship", "residence"];

/// For how many subjects something must be the same in several records to be said of them.
const SAME_MIN: usize = 3;

/// For how many texts of `key` that stand twice what stands in a column is the same; none where it differs for one.
fn repeats(sample: &Sample, key: usize, column: usize) -> Option<usize> {
    let mut known: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for (key, cell) in sample.columns[key].cells.iter().zip(&sample.columns[column].cells) {
        // Blank cells are compatible with any value.
        if cell.is_empty() || key.is_empty() {
            continue;
        }
        let (text, count) = known.entry(key).or_insert((cell, 0));
        *count += 1;
        if text != cell {
            return None;
        }
    }
    Some(known.values().filter(|(_, count)| *count > 1).count())
}
