//! Ids derived from the content of a record, so that the same content always means the same record.

use super::limits::percent_encode;
use crate::model::{Catalog, Ends, RelationshipKind, Source};

/// The id prefix of entities that come from records of the Beneficial Ownership Data Standard.
pub const BODS_ENTITY_PREFIX: &str = "bods:";

/// `rel:{from}:{KIND}:{to}:{key}`, each part percent-encoded, an unknown end empty. Symmetric kinds sort their ends.
///
/// ```
/// use guanxi::model::{Ends, RelationshipKind, relationship_id};
/// let ends = Ends::Known { from: "lei:A".into(), to: "b".into() };
/// assert_eq!(relationship_id(RelationshipKind::Owns, &ends, "2014"), "rel:lei%3AA:OWNS:b:2014");
/// ```
#[must_use]
pub fn relationship_id(kind: RelationshipKind, ends: &Ends, key: &str) -> String {
    let (from, to): (&str, &str) = match ends {
        Ends::Known { from, to } => (from, to),
        Ends::UnknownFrom { to, .. } => ("", to),
        Ends::UnknownTo { from, .. } => (from, ""),
    };
    let mut id = String::new();
    write_relationship_id(&mut id, kind, from, to);
    percent_encode(&mut id, key);
    id
}

/// Writes the start of a [`relationship_id`], all but the key. An unknown end is empty.
pub fn write_relationship_id(out: &mut String, kind: RelationshipKind, from: &str, to: &str) {
    let swapped = kind.is_symmetric() && to < from;
    let (from, to) = if swapped { (to, from) } else { (from, to) };
    out.push_str("rel:");
    percent_encode(out, from);
    out.push(':');
    out.push_str(kind.as_str());
    out.push(':');
    percent_encode(out, to);
    out.push(':');
}

/// `{relationship}/{source}`, followed by `/{number}` from a source's second statement on.
///
/// ```
/// use guanxi::model::evidence_id;
/// assert_eq!(evidence_id("rel:a:OWNS:b:1", "source:news", 1), "rel:a:OWNS:b:1/news");
/// assert_eq!(evidence_id("rel:a:OWNS:b:1", "source:news", 2), "rel:a:OWNS:b:1/news/2");
/// ```
#[must_use]
pub fn evidence_id(relationship: &str, source: &str, number: usize) -> String {
    let bare = source.strip_prefix(Source::PREFIX).unwrap_or(source);
    match number {
        0 | 1 => [relationship, bare].join("/"),
        number => format!("{relationship}/{bare}/{number}"),
    }
}
