//! The parties of a table: which of its columns are about the same entity, what sort of thing that is, and how it is only named
//! or described.

use super::party_words::{KINDS, PartyEnd, PartyWord};
use crate::{
    formats::mapping::suggest::sample::{meaning::Meaning, phrases::Attribute, rows::Sample},
    model::EntityKind,
};

/// Marks between the parts of a list in a cell.
const LIST_MARKS: [&str; 3] = [";", "|", "\n"];

/// An entity that each record describes or names.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping::suggest) struct Party {
    /// None for the subject of the table.
    pub(in crate::formats::mapping::suggest) word: Option<&'static PartyWord>,
    /// What its columns say.
    pub(in crate::formats::mapping::suggest) fields: Vec<(Attribute, usize)>,
    /// Columns about it of which nothing was guessed.
    pub(in crate::formats::mapping::suggest) properties: Vec<usize>,
}

impl Party {
    /// The column that says this, if there is one.
    pub(in crate::formats::mapping::suggest) fn column(&self, attribute: Attribute) -> Option<usize> {
        self.fields
            .iter()
            .find(|(other, _)| *other == attribute)
            .map(|(_, column)| *column)
    }

    /// The identifiers with their schemes.
    pub(in crate::formats::mapping::suggest) fn identifiers(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.fields.iter().filter_map(|(attribute, column)| match attribute {
            Attribute::Identifier(scheme) => Some((*scheme, *column)),
            _ => None,
        })
    }

    /// The columns that say who it is.
    pub(in crate::formats::mapping::suggest) fn keys(&self) -> impl Iterator<Item = usize> {
        let keys = self.fields.iter().filter(|(attribute, _)| is_key(*attribute));
        keys.map(|(_, column)| *column)
    }

    /// The end of a relationship that it is, where a word says so.
    pub(in crate::formats::mapping::suggest) fn end(&self) -> Option<PartyEnd> {
        self.word.map(|word| word.end)
    }

    /// Whether its columns only name it.
    pub(in crate::formats::mapping::suggest) fn is_only_named(&self) -> bool {
        let is_name =
            |attribute: Attribute| is_key(attribute) || matches!(attribute, Attribute::Kind | Attribute::Born);
        self.properties.is_empty() && self.fields.iter().all(|(attribute, _)| is_name(*attribute))
    }

    /// What stands between the names of several in one cell, where there are.
    pub(in crate::formats::mapping::suggest) fn list_mark(&self, sample: &Sample) -> Option<&'static str> {
        let [(Attribute::Name, column)] = self.fields.as_slice() else {
            return None;
        };
        let column = &sample.columns[*column];
        let has = |mark: &&'static str| column.count(|cell| cell.contains(*mark)) * 10 >= column.filled_count().max(1);
        LIST_MARKS.into_iter().find(has).filter(|_| self.word.is_some())
    }

    /// Why it is a party.
    pub(in crate::formats::mapping::suggest) fn by_word(&self, sample: &Sample) -> String {
        let phrase = self.word.map_or("", |word| word.phrase);
        let last = phrase.rsplit(' ').next().unwrap_or_default();
        let is_there = self
            .keys()
            .any(|key| sample.columns[key].words.iter().any(|word| word.starts_with(last)));
        match is_there {
            true => format!("by the word {phrase:?} in the header"),
            false => "by the names beside those of companies".to_owned(),
        }
    }
}

/// Whether an attribute identifies a party.
fn is_key(attribute: Attribute) -> bool {
    use Attribute::{FamilyName, GivenName, Id, Identifier, Name};
    matches!(attribute, FamilyName | GivenName | Id | Identifier(_) | Name)
}

/// The parties that the columns are about, the subject first, and the columns of which nothing was guessed.
pub(in crate::formats::mapping::suggest) fn parties(sample: &Sample, meanings: &[Meaning]) -> (Vec<Party>, Vec<usize>) {
    let mut parties: Vec<Party> = vec![Party {
        word: None,
        fields: Vec::new(),
        properties: Vec::new(),
    }];
    let mut rest = Vec::new();
    for (column, meaning) in meanings.iter().enumerate() {
        let is_party = |party: &Party| party.word == meaning.party;
        let place = parties.iter().position(is_party).unwrap_or_else(|| {
            parties.push(Party {
                word: meaning.party,
                fields: Vec::new(),
                properties: Vec::new(),
            });
            parties.len() - 1
        });
        let party = &mut parties[place];
        match meaning.attribute {
            None if meaning.party.is_none() => rest.push(column),
            Some(attribute) if !is_of_relationship(attribute) => add(party, sample, attribute, column),
            Some(_) => {}
            None => party.properties.push(column),
        }
    }
    let mut parties = without_keyless(split_person(sample, meanings, parties), &mut rest);
    if let Some(subject) = parties.first_mut().filter(|party| party.word.is_none()) {
        rest.append(&mut subject.properties);
    }
    rest.sort_unstable();
    (parties, rest)
}

/// Whether an attribute is that of a relationship.
pub(in crate::formats::mapping::suggest) fn is_of_relationship(attribute: Attribute) -> bool {
    use Attribute::{Amount, Currency, Role, Share, Since, Until};
    matches!(attribute, Amount | Currency | Role | Share | Since | Until)
}

/// Adds a column to what is known of a party. Of two names, the one under the bare word for the party may be its key.
fn add(party: &mut Party, sample: &Sample, attribute: Attribute, column: usize) {
    let is_several = matches!(attribute, Attribute::OtherName(_));
    let known = party
        .fields
        .iter()
        .position(|(other, _)| *other == attribute && !is_several);
    let Some(known) = known else {
        party.fields.push((attribute, column));
        return;
    };
    let is_named = |column: usize| sample.columns[column].says("name");
    let first = party.fields[known].1;
    let is_like_a_key = |column: usize| sample.columns[column].mostly(|cell| !cell.contains(' '));
    if attribute == Attribute::Name && party.word.is_some() && party.column(Attribute::Id).is_none() {
        let (key, name) = match (is_named(first), is_named(column)) {
            (false, true) => (first, column),
            (true, false) => (column, first),
            _ => return party.properties.push(column),
        };
        if is_like_a_key(key) {
            party.fields[known].1 = name;
            party.fields.push((Attribute::Id, key));
            return;
        }
    }
    party.properties.push(column);
}

/// Where there are people with their roles beside a company, under plain words like `name`, they are a party of their own.
fn split_person(sample: &Sample, meanings: &[Meaning], mut parties: Vec<Party>) -> Vec<Party> {
    let is_person = |attribute: Attribute| {
        matches!(
            attribute,
            Attribute::GivenName | Attribute::FamilyName | Attribute::Born
        )
    };
    let has_role = meanings
        .iter()
        .any(|meaning| meaning.attribute == Some(Attribute::Role));
    let names_firm = |column: usize| {
        let says = |(word, kind): &(&str, EntityKind)| *kind != EntityKind::Person && sample.columns[column].says(word);
        KINDS.iter().any(says)
    };
    let is_alone = parties
        .iter()
        .all(|party| party.end() != Some(PartyEnd::From) || party.keys().next().is_none());
    let Some(subject) = parties.first_mut().filter(|_| is_alone) else {
        return parties;
    };
    let has_people = has_role || subject.fields.iter().any(|(attribute, _)| is_person(*attribute));
    let firms: Vec<usize> = subject
        .keys()
        .chain(subject.properties.iter().copied())
        .filter(|key| names_firm(*key))
        .collect();
    let is_plain_name = |column: usize| {
        meanings[column].attribute == Some(Attribute::Name) && meanings[column].party.is_none() && !names_firm(column)
    };
    let plain = (0..meanings.len()).find(|column| is_plain_name(*column));
    let has_names = plain.is_some() || subject.fields.iter().any(|(attribute, _)| is_person(*attribute));
    if !has_people || firms.is_empty() || !has_names {
        return parties;
    }
    let mut person = Party {
        word: super::party_words::person(),
        fields: Vec::new(),
        properties: Vec::new(),
    };
    let belongs = |(attribute, column): &(Attribute, usize)| {
        is_person(*attribute)
            || Some(*column) == plain
            || (*attribute == Attribute::Country && sample.columns[*column].says("nationality"))
    };
    person.fields = subject.fields.iter().copied().filter(belongs).collect();
    subject.fields.retain(|field| !belongs(field));
    if let Some(plain) = plain.filter(|plain| !person.fields.iter().any(|(_, column)| column == plain)) {
        person.fields.push((Attribute::Name, plain));
        subject.properties.retain(|column| *column != plain);
    }
    let firm = firms
        .into_iter()
        .find(|column| subject.properties.contains(column) && meanings[*column].attribute == Some(Attribute::Name));
    if let Some(firm) = firm.filter(|_| subject.column(Attribute::Name).is_none()) {
        subject.fields.push((Attribute::Name, firm));
        subject.properties.retain(|column| *column != firm);
    }
    parties.push(person);
    parties
}

/// The parties of which a column says who they are; what others have goes to the rest. A word like `from` is a party only where
/// there is another one for the other end.
fn without_keyless(parties: Vec<Party>, rest: &mut Vec<usize>) -> Vec<Party> {
    let has_key = |party: &Party| party.keys().next().is_some();
    let ends: Vec<Option<PartyEnd>> = parties.iter().filter(|party| has_key(party)).map(Party::end).collect();
    let is_opposed = |party: &Party| {
        let is_bare = party.word.is_some_and(|word| word.relationship.is_none());
        !is_bare || ends.iter().flatten().any(|end| Some(*end) != party.end())
    };
    let (keyed, keyless): (Vec<Party>, Vec<Party>) = parties
        .into_iter()
        .partition(|party| has_key(party) && is_opposed(party));
    let mut keyed = keyed;
    for mut party in keyless {
        // What is said without a word is said of the only party that there is, or of the one that the others relate to.
        let only = keyed.len() == 1;
        let heir = keyed.iter_mut().find(|other| only || other.end() == Some(PartyEnd::To));
        if let Some(heir) = heir.filter(|_| party.word.is_none()) {
            let (adopted, others) = party.fields.into_iter().partition(|(attribute, _)| {
                let is_of_any = matches!(attribute, Attribute::Kind | Attribute::Status | Attribute::Born);
                heir.column(*attribute).is_none() && (only || !is_of_any)
            });
            let adopted: Vec<(Attribute, usize)> = adopted;
            heir.fields.extend(adopted);
            party.fields = others;
        }
        rest.extend(party.fields.iter().map(|(_, column)| *column));
        rest.extend(party.properties);
    }
    keyed
}
