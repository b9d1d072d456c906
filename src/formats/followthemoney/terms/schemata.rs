//! The schemata of FollowTheMoney 4, their inheritance flattened: which of them are entities, which are relationships, and why
//! the model has no room for the others.

use super::annotations::{ANNOTATIONS, Annotation};
use super::properties::{
    ADDRESS, ANALYZABLE, COMPANY, CONTROL, COURT_CASE, EVENT, INTEREST, INTERVAL, LEGAL_ENTITY, ORGANIZATION,
    OWNERSHIP, PAYMENT, PERSON, PROJECT, REAL_ESTATE, TERRITORY, THING, TRIP, VALUE,
};
use crate::model::{EntityKind, RelationshipKind};

/// The kind of a schema in terms of the model.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::followthemoney) enum SchemaKind {
    /// An entity.
    Entity(EntitySchema),
    /// A relationship.
    Relationship(RelationshipSchema),
    /// A record about one entity, which is added to its properties.
    Annotation(Annotation),
    /// A thing that others refer to, and that is added to their properties.
    Thing,
    /// None of these, for this reason.
    Refused(&'static str),
}

/// A schema whose records are entities.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::followthemoney) struct EntitySchema {
    /// What it is called.
    pub(in crate::formats::followthemoney) name: &'static str,
    /// What its records are.
    pub(in crate::formats::followthemoney) kind: EntityKind,
    /// The properties that name a record, the proper one first.
    pub(in crate::formats::followthemoney) named_by: &'static [&'static str],
    /// The properties with its first and its last day.
    pub(in crate::formats::followthemoney) days: Option<(&'static str, &'static str)>,
    properties: &'static [&'static [&'static str]],
}

/// A schema whose records are relationships.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::followthemoney) struct RelationshipSchema {
    /// What it is called.
    pub(in crate::formats::followthemoney) name: &'static str,
    /// What its records claim.
    pub(in crate::formats::followthemoney) kind: RelationshipKind,
    /// The property with the entity the sentence starts with.
    pub(in crate::formats::followthemoney) from: &'static str,
    /// The property with the entity it ends with.
    pub(in crate::formats::followthemoney) to: &'static str,
    /// The property with the role, in the source's words.
    pub(in crate::formats::followthemoney) role: Option<&'static str>,
    properties: &'static [&'static [&'static str]],
}

impl EntitySchema {
    /// Whether FollowTheMoney knows this property of it.
    pub(in crate::formats::followthemoney) fn knows(&self, property: &str) -> bool {
        knows(self.properties, property)
    }
}

impl RelationshipSchema {
    /// Whether FollowTheMoney knows this property of it.
    pub(in crate::formats::followthemoney) fn knows(&self, property: &str) -> bool {
        property == self.from || property == self.to || knows(self.properties, property)
    }
}

fn knows(groups: &[&[&str]], property: &str) -> bool {
    groups.iter().any(|group| group.contains(&property))
}

/// The kind of the schema `name`.
pub(in crate::formats::followthemoney) fn kind_of(name: &str) -> Option<SchemaKind> {
    let mut entities = ENTITIES.iter().chain([&ASSET]);
    let entity = entities
        .find(|schema| schema.name == name)
        .copied()
        .map(SchemaKind::Entity);
    let relationship = || {
        RELATIONSHIPS
            .iter()
            .find(|schema| schema.name == name)
            .copied()
            .map(SchemaKind::Relationship)
    };
    let refused = || {
        let (reason, _) = REFUSED.iter().find(|(_, names)| names.contains(&name))?;
        Some(SchemaKind::Refused(reason))
    };
    let annotation = || {
        ANNOTATIONS
            .iter()
            .find(|annotation| annotation.name == name)
            .copied()
            .map(SchemaKind::Annotation)
    };
    let thing = || THINGS.contains(&name).then_some(SchemaKind::Thing);
    entity
        .or_else(relationship)
        .or_else(annotation)
        .or_else(thing)
        .or_else(refused)
}

/// The schema of which FollowTheMoney makes each, as far as records of one id are written under both.
const WIDER: [(&str, &str); 16] = [
    ("LegalEntity", "Thing"),
    ("Asset", "Thing"),
    ("Organization", "LegalEntity"),
    ("Person", "LegalEntity"),
    ("Company", "Organization"),
    ("PublicBody", "Organization"),
    ("Vehicle", "Asset"),
    ("Vessel", "Vehicle"),
    ("Airplane", "Vehicle"),
    ("Security", "Asset"),
    ("BankAccount", "Asset"),
    ("RealEstate", "Asset"),
    ("Contract", "Asset"),
    ("Passport", "Identification"),
    ("Trip", "Event"),
    ("Interest", "Interval"),
];

/// The schema of a record that is written under both: the one that says more, or else the first.
pub(in crate::formats::followthemoney) fn narrower<'s>(first: &'s str, second: &'s str) -> &'s str {
    let wider = |name: &str| WIDER.iter().find(|(narrow, _)| *narrow == name).map(|(_, wide)| *wide);
    let is_wider =
        |wide: &str, narrow: &str| std::iter::successors(wider(narrow), |name| wider(name)).any(|name| name == wide);
    // A company is an asset as well, which the table has no room to say.
    let is_asset = first == "Asset" && second == "Company";
    if first.is_empty() || is_asset || is_wider(first, second) {
        second
    } else {
        first
    }
}

/// The schema of entities of this kind, unless they name another.
pub(in crate::formats::followthemoney) fn entity_schema_of(kind: EntityKind, named: Option<&str>) -> EntitySchema {
    let of_kind = |entity_schema: &&EntitySchema| entity_schema.kind == kind;
    let named = ENTITIES
        .iter()
        .filter(of_kind)
        .find(|entity_schema| named.is_some_and(|name| name == entity_schema.name));
    // The first of a kind is what the kind implies. An asset is whatever else a company can have to do with.
    *named.or_else(|| ENTITIES.iter().find(of_kind)).unwrap_or(&ASSET)
}

/// The schema of relationships of this kind, unless they name another.
pub(in crate::formats::followthemoney) fn relationship_schema_of(
    kind: RelationshipKind,
    named: Option<&str>,
) -> RelationshipSchema {
    let of_kind = |relationship_schema: &&RelationshipSchema| relationship_schema.kind == kind;
    let named = RELATIONSHIPS
        .iter()
        .filter(of_kind)
        .find(|relationship_schema| named.is_some_and(|name| name == relationship_schema.name));
    // What has a schema only by its name, like taking part in a project, has none without.
    let implied = || {
        RELATIONSHIPS
            .iter()
            .filter(of_kind)
            .find(|relationship_schema| relationship_schema.kind != RelationshipKind::ParticipatesIn)
    };
    *named.or_else(implied).unwrap_or(&UNKNOWN_LINK)
}

/// What services and markets are written as: FollowTheMoney has no schema for them, and `keywords` says which they are.
pub(in crate::formats::followthemoney) const ASSET: EntitySchema = EntitySchema {
    name: "Asset",
    kind: EntityKind::Service,
    named_by: &["name"],
    days: None,
    properties: &[THING, VALUE],
};

/// What relationships of other kinds are written as.
pub(in crate::formats::followthemoney) const UNKNOWN_LINK: RelationshipSchema = relationship_schema(
    "UnknownLink",
    RelationshipKind::RelatedTo,
    ["subject", "object"],
    Some("role"),
    &[INTERVAL, INTEREST],
);

const LEGAL_NAMES: &[&str] = &["name", "alias", "abbreviation"];
const PERIOD: Option<(&str, &str)> = Some(("startDate", "endDate"));

const fn legal(name: &'static str, kind: EntityKind, properties: &'static [&'static [&'static str]]) -> EntitySchema {
    EntitySchema {
        name,
        kind,
        named_by: LEGAL_NAMES,
        days: Some(("incorporationDate", "dissolutionDate")),
        properties,
    }
}

const ENTITIES: [EntitySchema; 12] = [
    legal(
        "Company",
        EntityKind::Company,
        &[THING, VALUE, LEGAL_ENTITY, ORGANIZATION, COMPANY],
    ),
    // Which kind of legal entity is not known; the model calls every one that is not an Organization a Company.
    legal("LegalEntity", EntityKind::Company, &[THING, LEGAL_ENTITY]),
    legal(
        "Organization",
        EntityKind::Organization,
        &[THING, LEGAL_ENTITY, ORGANIZATION],
    ),
    legal(
        "PublicBody",
        EntityKind::Organization,
        &[THING, LEGAL_ENTITY, ORGANIZATION],
    ),
    EntitySchema {
        days: Some(("birthDate", "deathDate")),
        ..legal("Person", EntityKind::Person, &[THING, LEGAL_ENTITY, PERSON])
    },
    EntitySchema {
        name: "Event",
        kind: EntityKind::Event,
        named_by: &["name"],
        days: PERIOD,
        properties: &[THING, INTERVAL, ANALYZABLE, EVENT],
    },
    EntitySchema {
        name: "Trip",
        kind: EntityKind::Event,
        named_by: &["name"],
        days: PERIOD,
        properties: &[THING, INTERVAL, ANALYZABLE, EVENT, TRIP],
    },
    // Something that takes place in a stated period, and in which companies and people take part.
    EntitySchema {
        name: "Project",
        kind: EntityKind::Event,
        named_by: &["name", "projectId"],
        days: PERIOD,
        properties: &[THING, VALUE, INTERVAL, PROJECT],
    },
    EntitySchema {
        name: "CourtCase",
        kind: EntityKind::Event,
        named_by: &["name", "caseNumber"],
        days: Some(("fileDate", "closeDate")),
        properties: &[THING, COURT_CASE],
    },
    EntitySchema {
        name: "Territory",
        kind: EntityKind::Place,
        named_by: &["name", "alias"],
        days: None,
        properties: &[THING, TERRITORY],
    },
    EntitySchema {
        name: "Address",
        kind: EntityKind::Place,
        named_by: &["full", "name"],
        days: None,
        properties: &[THING, ADDRESS],
    },
    EntitySchema {
        name: "RealEstate",
        kind: EntityKind::Place,
        named_by: &["name", "address", "titleNumber", "cadastralCode", "registrationNumber"],
        days: None,
        properties: &[THING, VALUE, REAL_ESTATE],
    },
];

const fn relationship_schema(
    name: &'static str,
    kind: RelationshipKind,
    [from, to]: [&'static str; 2],
    role: Option<&'static str>,
    properties: &'static [&'static [&'static str]],
) -> RelationshipSchema {
    RelationshipSchema {
        name,
        kind,
        from,
        to,
        role,
        properties,
    }
}

use RelationshipKind as Kind;

const ROLE: Option<&str> = Some("role");
const OF_RELATIVES: Option<&str> = Some("relationship");

const RELATIONSHIPS: [RelationshipSchema; 14] = [
    relationship_schema(
        "Ownership",
        Kind::Owns,
        ["owner", "asset"],
        ROLE,
        &[INTERVAL, INTEREST, OWNERSHIP],
    ),
    relationship_schema(
        "Control",
        Kind::Controls,
        ["controller", "controlled"],
        ROLE,
        &[INTERVAL, INTEREST, CONTROL],
    ),
    relationship_schema(
        "Directorship",
        Kind::OfficerOf,
        ["director", "organization"],
        ROLE,
        &[INTERVAL, INTEREST, &["secretary"]],
    ),
    relationship_schema(
        "Employment",
        Kind::EmployedBy,
        ["employee", "employer"],
        ROLE,
        &[INTERVAL, INTEREST],
    ),
    relationship_schema(
        "Membership",
        Kind::MemberOf,
        ["member", "organization"],
        ROLE,
        &[INTERVAL, INTEREST],
    ),
    relationship_schema(
        "Representation",
        Kind::Represents,
        ["agent", "client"],
        ROLE,
        &[INTERVAL, INTEREST],
    ),
    UNKNOWN_LINK,
    relationship_schema(
        "Family",
        Kind::RelatedTo,
        ["person", "relative"],
        OF_RELATIVES,
        &[INTERVAL, &["relationship"]],
    ),
    relationship_schema(
        "Associate",
        Kind::RelatedTo,
        ["person", "associate"],
        OF_RELATIVES,
        &[INTERVAL, &["relationship"]],
    ),
    relationship_schema(
        "Succession",
        Kind::SucceededBy,
        ["predecessor", "successor"],
        ROLE,
        &[INTERVAL, INTEREST],
    ),
    relationship_schema(
        "Payment",
        Kind::Paid,
        ["payer", "beneficiary"],
        None,
        &[INTERVAL, VALUE, PAYMENT],
    ),
    // The debtor owes: the creditor lent to the debtor.
    relationship_schema("Debt", Kind::LentTo, ["creditor", "debtor"], None, &[INTERVAL, VALUE]),
    relationship_schema(
        "ProjectParticipant",
        Kind::ParticipatesIn,
        ["participant", "project"],
        ROLE,
        &[INTERVAL, INTEREST],
    ),
    relationship_schema(
        "CourtCaseParty",
        Kind::ParticipatesIn,
        ["party", "case"],
        ROLE,
        &[INTERVAL, INTEREST],
    ),
];

/// Schemata of things that are owned, held or awarded, not of parties: the model has no noun for them.
const THINGS: [&str; 11] = [
    "Airplane",
    "BankAccount",
    "CallForTenders",
    "Contract",
    "CryptoWallet",
    "License",
    "Position",
    "Security",
    "UserAccount",
    "Vehicle",
    "Vessel",
];

const REFUSED: [(&str, &[&str]); 5] = [
    (
        "a document: a source rather than an entity",
        &[
            "Document",
            "Article",
            "Audio",
            "Email",
            "Folder",
            "HyperText",
            "Image",
            "Message",
            "Package",
            "Pages",
            "PlainText",
            "Table",
            "Video",
            "Workbook",
            "Page",
        ],
    ),
    (
        "a note on an entity or a document, not a relationship of two entities",
        &["Documentation", "Mention", "Note"],
    ),
    (
        "a record about several entities: the model has no place for it",
        &["EconomicActivity", "Call", "ContractAward"],
    ),
    (
        "a guess that two records mean the same: merge them instead",
        &["Similar"],
    ),
    (
        "an abstract schema, of which there are no records",
        &["Thing", "Interval", "Interest", "Value", "Analyzable"],
    ),
];
