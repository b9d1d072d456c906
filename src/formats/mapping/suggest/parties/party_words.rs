//! Which party a column is about, by the words of its name: the owner, the subsidiary, the officer. Of several words that fit,
//! the longest is taken.

use crate::{
    formats::mapping::suggest::sample::{
        column::Column,
        phrases::{Attribute, attribute, is_date},
    },
    model::{EntityKind, RelationshipKind, RelationshipKind as Kind},
};

/// Which end of a relationship a party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::mapping::suggest) enum PartyEnd {
    From,
    To,
}

/// A word for a party that has a relationship.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::formats::mapping::suggest) struct PartyWord {
    pub(in crate::formats::mapping::suggest) phrase: &'static str,
    pub(in crate::formats::mapping::suggest) end: PartyEnd,
    /// None where the word says only which end it is.
    pub(in crate::formats::mapping::suggest) relationship: Option<RelationshipKind>,
    pub(in crate::formats::mapping::suggest) kind: Option<EntityKind>,
}

const fn party(phrase: &'static str, end: PartyEnd, relationship: Kind, kind: Option<EntityKind>) -> PartyWord {
    PartyWord {
        phrase,
        end,
        relationship: Some(relationship),
        kind,
    }
}

const fn bare(phrase: &'static str, end: PartyEnd) -> PartyWord {
    PartyWord {
        phrase,
        end,
        relationship: None,
        kind: None,
    }
}

const PERSON: Option<EntityKind> = Some(EntityKind::Person);
const COMPANY: Option<EntityKind> = Some(EntityKind::Company);

/// Who has a relationship with whom the table is about.
static PARTIES: [PartyWord; 79] = [
    party("owner", PartyEnd::From, Kind::Owns, None),
    party("beneficial owner", PartyEnd::From, Kind::Owns, None),
    party("ubo", PartyEnd::From, Kind::Owns, PERSON),
    party("psc", PartyEnd::From, Kind::Owns, None),
    party("shareholder", PartyEnd::From, Kind::Owns, None),
    party("stockholder", PartyEnd::From, Kind::Owns, None),
    party("holder", PartyEnd::From, Kind::Owns, None),
    party("investor", PartyEnd::From, Kind::Owns, None),
    party("acquirer", PartyEnd::From, Kind::Owns, COMPANY),
    party("owned by", PartyEnd::From, Kind::Owns, None),
    party("inhaber", PartyEnd::From, Kind::Owns, None),
    party("eigentumer", PartyEnd::From, Kind::Owns, None),
    party("gesellschafter", PartyEnd::From, Kind::Owns, None),
    party("aktionar", PartyEnd::From, Kind::Owns, None),
    party("actionnaire", PartyEnd::From, Kind::Owns, None),
    party("associe", PartyEnd::From, Kind::Owns, None),
    party("accionista", PartyEnd::From, Kind::Owns, None),
    party("socio", PartyEnd::From, Kind::Owns, None),
    party("azionista", PartyEnd::From, Kind::Owns, None),
    party("aandeelhouder", PartyEnd::From, Kind::Owns, None),
    party("parent", PartyEnd::From, Kind::Controls, COMPANY),
    party("holding company", PartyEnd::From, Kind::Controls, COMPANY),
    party("direct parent", PartyEnd::From, Kind::Controls, COMPANY),
    party("immediate parent", PartyEnd::From, Kind::Controls, COMPANY),
    party("ultimate parent", PartyEnd::From, Kind::Controls, COMPANY),
    party("muttergesellschaft", PartyEnd::From, Kind::Controls, COMPANY),
    party("konzernmutter", PartyEnd::From, Kind::Controls, COMPANY),
    party("controller", PartyEnd::From, Kind::Controls, None),
    party("subsidiary", PartyEnd::To, Kind::Controls, COMPANY),
    party("subsidiarie", PartyEnd::To, Kind::Controls, COMPANY),
    party("tochtergesellschaft", PartyEnd::To, Kind::Controls, COMPANY),
    party("filiale", PartyEnd::To, Kind::Controls, COMPANY),
    party("child", PartyEnd::To, Kind::Controls, COMPANY),
    party("owned", PartyEnd::To, Kind::Owns, COMPANY),
    party("owned company", PartyEnd::To, Kind::Owns, COMPANY),
    party("held company", PartyEnd::To, Kind::Owns, COMPANY),
    party("investee", PartyEnd::To, Kind::Owns, COMPANY),
    party("portfolio company", PartyEnd::To, Kind::Owns, COMPANY),
    party("acquired", PartyEnd::To, Kind::Owns, COMPANY),
    party("acquired company", PartyEnd::To, Kind::Owns, COMPANY),
    party("beteiligung", PartyEnd::To, Kind::Owns, COMPANY),
    party("branch", PartyEnd::To, Kind::HasBranch, COMPANY),
    party("officer", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("director", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("person", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("individual", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("secretary", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("ceo", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("cfo", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("chairman", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("chair", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("managing director", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("board member", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("geschaftsfuhrer", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("vorstand", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("prokurist", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("dirigeant", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("administrador", PartyEnd::From, Kind::OfficerOf, PERSON),
    party("employee", PartyEnd::From, Kind::EmployedBy, PERSON),
    party("supplier", PartyEnd::From, Kind::Supplies, COMPANY),
    party("vendor", PartyEnd::From, Kind::Supplies, COMPANY),
    party("customer", PartyEnd::To, Kind::Supplies, COMPANY),
    party("client", PartyEnd::To, Kind::Supplies, COMPANY),
    party("lender", PartyEnd::From, Kind::LentTo, COMPANY),
    party("creditor", PartyEnd::From, Kind::LentTo, COMPANY),
    party("borrower", PartyEnd::To, Kind::LentTo, COMPANY),
    party("debtor", PartyEnd::To, Kind::LentTo, COMPANY),
    party("payer", PartyEnd::From, Kind::Paid, None),
    party("donor", PartyEnd::From, Kind::Paid, None),
    party("payee", PartyEnd::To, Kind::Paid, None),
    party("recipient", PartyEnd::To, Kind::Paid, None),
    party("predecessor", PartyEnd::From, Kind::SucceededBy, COMPANY),
    party("successor", PartyEnd::To, Kind::SucceededBy, COMPANY),
    bare("from", PartyEnd::From),
    bare("source", PartyEnd::From),
    bare("start", PartyEnd::From),
    bare("to", PartyEnd::To),
    bare("target", PartyEnd::To),
    bare("end", PartyEnd::To),
];

/// Words that say of which sort the subject of a table is.
pub(in crate::formats::mapping::suggest) const KINDS: [(&str, EntityKind); 28] = [
    ("company", EntityKind::Company),
    ("companies", EntityKind::Company),
    ("firm", EntityKind::Company),
    ("firma", EntityKind::Company),
    ("business", EntityKind::Company),
    ("businesses", EntityKind::Company),
    ("issuer", EntityKind::Company),
    ("employer", EntityKind::Company),
    ("corporation", EntityKind::Company),
    ("unternehmen", EntityKind::Company),
    ("gesellschaft", EntityKind::Company),
    ("entreprise", EntityKind::Company),
    ("societe", EntityKind::Company),
    ("empresa", EntityKind::Company),
    ("sociedad", EntityKind::Company),
    ("organization", EntityKind::Organization),
    ("organisation", EntityKind::Organization),
    ("organizations", EntityKind::Organization),
    ("agency", EntityKind::Organization),
    ("ministry", EntityKind::Organization),
    ("charity", EntityKind::Organization),
    ("ngo", EntityKind::Organization),
    ("person", EntityKind::Person),
    ("persons", EntityKind::Person),
    ("people", EntityKind::Person),
    ("individual", EntityKind::Person),
    ("politician", EntityKind::Person),
    ("directors", EntityKind::Person),
];

/// What the name of a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::mapping::suggest) struct Words {
    /// The party that it is about, where that has a relationship with the subject of the table.
    pub(in crate::formats::mapping::suggest) party: Option<&'static PartyWord>,
    /// What it says of it: the name, where there is the party alone.
    pub(in crate::formats::mapping::suggest) attribute: Option<Attribute>,
}

/// What the words of a name say.
pub(in crate::formats::mapping::suggest) fn read(words: &[String]) -> Words {
    let whole = attribute(words);
    let is_it = |word: &String, phrase_word: &&str| word == phrase_word || word.strip_suffix('s') == Some(phrase_word);
    let places = |phrase: &[&str]| {
        let mut windows = words.windows(phrase.len());
        windows.position(|window| {
            window
                .iter()
                .zip(phrase)
                .all(|(word, phrase_word)| is_it(word, phrase_word))
        })
    };
    let matches = PARTIES.iter().filter_map(|party| {
        let phrase: Vec<&str> = party.phrase.split(' ').collect();
        Some((party, phrase.len(), places(&phrase)?))
    });
    let best = matches.max_by_key(|(_, length, place)| (*length, std::cmp::Reverse(*place)));
    let without_party = Words {
        party: None,
        attribute: whole,
    };
    let Some((party, length, place)) = best else {
        return without_party;
    };
    let rest: Vec<String> = [&words[..place], &words[place + length..]].concat();
    let of_party = match rest.is_empty() {
        true => Some(Attribute::Name),
        false => attribute(&rest),
    };
    // `start date` is no date of a start; `to` alone may be a day.
    let is_of_time = whole.is_some_and(is_date);
    match (party.relationship, of_party) {
        (None, _) if is_of_time && length < words.len() => without_party,
        (_, None) if is_of_time => without_party,
        (None, None) => without_party,
        (_, attribute) => Words {
            party: Some(party),
            attribute,
        },
    }
}

/// Whether the name of a column is one that columns have.
pub(in crate::formats::mapping::suggest) fn is_known(column: &Column) -> bool {
    let words = read(&column.words);
    words.attribute.is_some()
        || words.party.is_some_and(|party| party.relationship.is_some()) && column.words.len() <= 3
}

/// The party of people who hold an office.
pub(in crate::formats::mapping::suggest) fn person() -> Option<&'static PartyWord> {
    PARTIES.iter().find(|party| party.phrase == "person")
}
