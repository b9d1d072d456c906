//! Entities: whatever can stand in a relationship.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{Identifier, Invalid, PartialDate, catalog::catalog, is_blank, records::serialized};

catalog! {
    /// What an entity is.
    pub enum EntityKind as "an entity kind" {
        /// A company, or any other legal entity that is not an Organization.
        Company = "COMPANY",
        /// A natural person.
        Person = "PERSON",
        /// A government, an international or another non-commercial body.
        Organization = "ORGANIZATION",
        /// A service that is offered to others.
        Service = "SERVICE",
        /// Something that takes place on stated days.
        Event = "EVENT",
        /// A country, a city or another place.
        Place = "PLACE",
        /// A market or an industry.
        Market = "MARKET",
    }
}

catalog! {
    /// Whether an entity still exists.
    pub enum EntityStatus as "an entity status" {
        /// It exists.
        Active = "ACTIVE",
        /// It exists no longer.
        Inactive = "INACTIVE",
        /// No source here says.
        Unknown = "UNKNOWN",
    }
}

catalog! {
    /// What another name of an entity is.
    pub enum NameKind as "a name kind" {
        /// Another name in use: a short form, a brand, another spelling.
        Alias = "ALIAS",
        /// The name in another language or script.
        Translation = "TRANSLATION",
        /// A name it no longer goes by.
        Former = "FORMER",
        /// The registered name.
        Legal = "LEGAL",
    }
}

/// Another name of an entity, beside its main one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// The name as written.
    pub text: String,
    /// BCP 47, such as `zh`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// ISO 15924, such as `Hans`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// What kind of name it is.
    pub kind: NameKind,
}

/// Something that can stand in a relationship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Stable, chosen by the data; unique among all nodes.
    #[serde(deserialize_with = "deserialize_id")]
    pub id: String,
    /// What it is.
    pub kind: EntityKind,
    /// Its main name.
    #[serde(deserialize_with = "deserialize_name")]
    pub name: String,
    /// Its other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Name>,
    /// One or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// ISO 3166-1 alpha-2, or ISO 3166-2 where the source has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// What registers call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Whether it still exists.
    pub status: EntityStatus,
    /// When it came into being.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founded: Option<PartialDate>,
    /// When it ceased to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dissolved: Option<PartialDate>,
    /// For events: the first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<PartialDate>,
    /// For events: the last day, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<PartialDate>,
    /// Its website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Whether it stands for a party that its source does not disclose: unknown, or known and anonymous. Such parties stand in
    /// chains, but are nobody's ultimate owner, and two of them are never taken for one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub undisclosed: bool,
    /// What a source carries beyond this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl EntityStatus {
    /// The status on `day` of an entity that is said to have this one: dates of its end tell more than a status that was written
    /// down at another time. A dissolution that lies ahead has not come.
    #[must_use]
    pub fn on(self, day: Date, dissolved: Option<PartialDate>) -> Self {
        match dissolved {
            Some(dissolved) if dissolved.first_day() <= day => Self::Inactive,
            Some(_) => Self::Active,
            None => self,
        }
    }
}

impl Entity {
    /// An entity of which nothing but id, kind and name is known.
    ///
    /// # Errors
    /// [`Invalid`] when the id or the name is empty, or the id starts with a prefix kept for other nodes.
    pub fn new(id: &str, kind: EntityKind, name: &str) -> Result<Self, Invalid> {
        Self::check_id(id)?;
        Self::check_name(name)?;
        Ok(Self::unchecked(id.to_owned(), kind, name))
    }

    /// The same where id and name were checked before, or are later.
    pub(crate) fn unchecked(id: String, kind: EntityKind, name: &str) -> Self {
        Self {
            id,
            kind,
            name: name.to_owned(),
            names: Vec::new(),
            description: None,
            country: None,
            identifiers: Vec::new(),
            status: EntityStatus::Unknown,
            founded: None,
            dissolved: None,
            starts_on: None,
            ends_on: None,
            website: None,
            undisclosed: false,
            properties: None,
        }
    }

    /// Whether `name` can be an entity's main name: something can be seen of it, and it has no control characters.
    ///
    /// # Errors
    /// [`Invalid`] when it cannot.
    pub fn check_name(name: &str) -> Result<(), Invalid> {
        if is_blank(name) || name.chars().any(char::is_control) {
            return Err(Invalid::new(
                name,
                "a name without control characters, of which something can be seen",
            ));
        }
        Ok(())
    }

    /// Whether `id` can be an entity's: not empty, no control characters, and no prefix of another kind of node.
    ///
    /// # Errors
    /// [`Invalid`] when it cannot.
    pub fn check_id(id: &str) -> Result<(), Invalid> {
        let reserved = id.starts_with("rel:") || id.starts_with("source:");
        if is_blank(id) || id != id.trim() || id.chars().any(char::is_control) || reserved {
            return Err(Invalid::new(
                id,
                "an entity id: not blank, no spaces around it, no control characters, not starting with rel: or source:",
            ));
        }
        Ok(())
    }

    /// Whether `country` is an ISO 3166-1 alpha-2 code (`CN`) or an ISO 3166-2 one (`US-DE`).
    ///
    /// # Errors
    /// [`Invalid`] when it is neither in form.
    pub fn check_country(country: &str) -> Result<(), Invalid> {
        let (code, subdivision) = country
            .split_once('-')
            .map_or((country, None), |(code, rest)| (code, Some(rest)));
        let code_fits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let subdivision_fits = subdivision.is_none_or(|rest| {
            (1..=3).contains(&rest.len())
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        });
        if code_fits && subdivision_fits {
            Ok(())
        } else {
            Err(Invalid::new(
                country,
                "a country code like CN (ISO 3166-1) or US-DE (ISO 3166-2)",
            ))
        }
    }
}

fn deserialize_id<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    serialized::checked(deserializer, Entity::check_id)
}

fn deserialize_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    serialized::checked(deserializer, Entity::check_name)
}
