//! What the words in the cells of a column mean: whether something exists still, what sort of thing it is, of which kind a
//! relationship is.

use super::column::Column;
use crate::model::{Catalog, CompanyName, EntityKind, EntityStatus, RelationshipKind, RelationshipStatus};

/// Texts that say that there is nothing.
const NOTHING: [&str; 17] = [
    "-", "--", "–", "—", "n/a", "na", "none", "null", "nil", "present", "current", "now", "today", "ongoing", "heute",
    "to date", "unknown",
];

/// Words for what exists no longer; they go before those for what does.
const INACTIVE: [&str; 28] = [
    "inactive",
    "dissolved",
    "removed",
    "struck",
    "closed",
    "cancelled",
    "canceled",
    "deregistered",
    "de-registered",
    "expired",
    "merged",
    "ceased",
    "defunct",
    "terminated",
    "not active",
    "not registered",
    "no longer",
    "gelöscht",
    "aufgelöst",
    "erloschen",
    "beendet",
    "radiée",
    "radiee",
    "dissoute",
    "disuelta",
    "cessata",
    "wound up",
    "former",
];
const ACTIVE: [&str; 19] = [
    "active",
    "registered",
    "live",
    "good standing",
    "existing",
    "in existence",
    "existence",
    "open",
    "operating",
    "current",
    "aktiv",
    "eingetragen",
    "bestehend",
    "actif",
    "active",
    "activa",
    "attiva",
    "vigente",
    "issued",
];
/// Words for what exists, whatever else is said of it.
const STILL: [&str; 3] = ["active -", "active (", "active,"];
/// Words for what may exist still.
const DOUBTFUL: [&str; 8] = [
    "liquidation",
    "insolv",
    "administration",
    "receivership",
    "bankrupt",
    "dormant",
    "proposal",
    "proceedings",
];

/// Words for sorts of entities.
const KINDS: [(&str, EntityKind); 34] = [
    ("person", EntityKind::Person),
    ("individual", EntityKind::Person),
    ("natural", EntityKind::Person),
    ("human", EntityKind::Person),
    ("privatperson", EntityKind::Person),
    ("physique", EntityKind::Person),
    ("legal person", EntityKind::Company),
    ("juristische", EntityKind::Company),
    ("company", EntityKind::Company),
    ("corporat", EntityKind::Company),
    ("firm", EntityKind::Company),
    ("limited", EntityKind::Company),
    ("ltd", EntityKind::Company),
    ("llc", EntityKind::Company),
    ("plc", EntityKind::Company),
    ("gmbh", EntityKind::Company),
    ("partnership", EntityKind::Company),
    ("fund", EntityKind::Company),
    ("trust", EntityKind::Company),
    ("bank", EntityKind::Company),
    ("business", EntityKind::Company),
    ("subsidiary", EntityKind::Company),
    ("entity", EntityKind::Company),
    ("unternehmen", EntityKind::Company),
    ("gesellschaft", EntityKind::Company),
    ("organisation", EntityKind::Organization),
    ("organization", EntityKind::Organization),
    ("government", EntityKind::Organization),
    ("ministry", EntityKind::Organization),
    ("agency", EntityKind::Organization),
    ("charity", EntityKind::Organization),
    ("foundation", EntityKind::Organization),
    ("ngo", EntityKind::Organization),
    ("public", EntityKind::Organization),
];

/// Words for kinds of relationships, and whether they are said of the other end first.
const RELATIONSHIPS: [(&str, RelationshipKind, bool); 27] = [
    ("consolidated by", RelationshipKind::Consolidates, true),
    ("fund managed by", RelationshipKind::ManagesFund, true),
    ("managed by", RelationshipKind::ManagesFund, true),
    ("subfund of", RelationshipKind::HasSubfund, true),
    ("feeder to", RelationshipKind::Feeds, false),
    ("branch of", RelationshipKind::HasBranch, true),
    ("owned by", RelationshipKind::Owns, true),
    ("subsidiary of", RelationshipKind::Controls, true),
    ("controlled by", RelationshipKind::Controls, true),
    ("shareholder", RelationshipKind::Owns, false),
    ("owner", RelationshipKind::Owns, false),
    ("owns", RelationshipKind::Owns, false),
    ("control", RelationshipKind::Controls, false),
    ("parent", RelationshipKind::Controls, false),
    ("director", RelationshipKind::OfficerOf, false),
    ("officer", RelationshipKind::OfficerOf, false),
    ("secretary", RelationshipKind::OfficerOf, false),
    ("employ", RelationshipKind::EmployedBy, false),
    ("member", RelationshipKind::MemberOf, false),
    ("partner", RelationshipKind::PartnersWith, false),
    ("compet", RelationshipKind::CompetesWith, false),
    ("suppl", RelationshipKind::Supplies, false),
    ("paid", RelationshipKind::Paid, false),
    ("lent", RelationshipKind::LentTo, false),
    ("lender", RelationshipKind::LentTo, false),
    ("loan", RelationshipKind::LentTo, false),
    ("merged into", RelationshipKind::SucceededBy, false),
];

/// Whether a cell says that there is nothing.
pub(in crate::formats::mapping::suggest) fn is_nothing(cell: &str) -> bool {
    NOTHING.contains(&cell.to_lowercase().as_str())
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// The status of an entity that a text states; unknown where that is not clear.
pub(in crate::formats::mapping::suggest) fn status(text: &str) -> EntityStatus {
    if let Ok(status) = EntityStatus::parse(&text.to_uppercase()) {
        return status;
    }
    let text = text.to_lowercase();
    match () {
        () if has(&text, &STILL) => EntityStatus::Active,
        () if has(&text, &INACTIVE) => EntityStatus::Inactive,
        () if has(&text, &DOUBTFUL) => EntityStatus::Unknown,
        () if has(&text, &ACTIVE) => EntityStatus::Active,
        () => EntityStatus::Unknown,
    }
}

/// The status of a relationship that a text states; none where that is not clear.
pub(in crate::formats::mapping::suggest) fn claim_status(text: &str) -> Option<RelationshipStatus> {
    if let Ok(status) = RelationshipStatus::parse(&text.to_uppercase()) {
        return Some(status);
    }
    let text = text.to_lowercase();
    match () {
        () if has(&text, &["announced", "agreed", "signed"]) => Some(RelationshipStatus::Announced),
        () if has(&text, &["pending", "planned", "proposed", "intended"]) => Some(RelationshipStatus::Planned),
        () if has(&text, &["rumour", "rumor"]) => Some(RelationshipStatus::Rumoured),
        () if has(&text, &["withdrawn", "cancelled", "canceled", "abandoned"]) => Some(RelationshipStatus::Withdrawn),
        () if has(&text, &["completed", "effective", "done"]) => Some(RelationshipStatus::Active),
        () => Some(RelationshipStatus::Active).filter(|_| status(&text) == EntityStatus::Active),
    }
}

/// What sort of thing something is that is called this sort.
pub(in crate::formats::mapping::suggest) fn kind(text: &str) -> Option<EntityKind> {
    if let Ok(kind) = EntityKind::parse(&text.to_uppercase()) {
        return Some(kind);
    }
    let small = text.to_lowercase();
    let found = KINDS.iter().filter(|(word, _)| small.contains(word));
    let found = found.max_by_key(|(word, _)| word.len()).map(|(_, kind)| *kind);
    found.or_else(|| has_form(&format!("Alpha {text}")).then_some(EntityKind::Company))
}

/// The kind of relationship that a text names, and whether the ends stand the other way round.
pub(in crate::formats::mapping::suggest) fn relationship(text: &str) -> Option<(RelationshipKind, bool)> {
    let plain = text.to_lowercase().replace(['_', '-'], " ");
    if let Ok(kind) = RelationshipKind::parse(&plain.to_uppercase().replace(' ', "_")) {
        return Some((kind, false));
    }
    let found = RELATIONSHIPS.iter().find(|(word, ..)| plain.contains(word));
    found.map(|(_, kind, is_reversed)| (*kind, *is_reversed))
}

/// Whether most of the different texts of a column are such.
pub(in crate::formats::mapping::suggest) fn means<T>(column: &Column, meaning: impl Fn(&str) -> Option<T>) -> bool {
    let texts = column.texts();
    let known = texts.keys().filter(|text| meaning(text).is_some()).count();
    known > 0 && known * 2 >= texts.len() && texts.len() <= TEXTS_MAX
}

/// How many different texts are listed with what they mean.
const TEXTS_MAX: usize = 60;

/// Words in the names of companies and of organizations that have no legal form.
const NAMING: [(&str, EntityKind); 15] = [
    ("Bank", EntityKind::Company),
    ("Capital", EntityKind::Company),
    ("Fund", EntityKind::Company),
    ("Group", EntityKind::Company),
    ("Holding", EntityKind::Company),
    ("Invest", EntityKind::Company),
    ("Partners", EntityKind::Company),
    ("Trust", EntityKind::Company),
    ("Ventures", EntityKind::Company),
    ("Foundation", EntityKind::Organization),
    ("Government", EntityKind::Organization),
    ("Ministry", EntityKind::Organization),
    ("Republic", EntityKind::Organization),
    ("Stiftung", EntityKind::Organization),
    ("University", EntityKind::Organization),
];

/// Whether a name has a legal form in it.
pub(in crate::formats::mapping::suggest) fn has_form(name: &str) -> bool {
    !CompanyName::new(name).forms().is_empty()
}

/// A pattern by which a mapping recognises the kind of a name: `* GmbH`; none where nothing in the name implies one.
pub(in crate::formats::mapping::suggest) fn naming(name: &str) -> Option<(String, EntityKind)> {
    let has_form = has_form(name);
    let last = name.rsplit_once(char::is_whitespace).map(|(_, last)| last);
    match last {
        Some(last) if has_form && !last.contains('*') => Some((format!("* {last}"), EntityKind::Company)),
        _ if has_form => None,
        _ => {
            let found = NAMING.iter().find(|(word, _)| name.contains(word));
            found.map(|(word, kind)| (format!("*{word}*"), *kind))
        }
    }
}
