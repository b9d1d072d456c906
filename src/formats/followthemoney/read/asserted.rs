//! A relationship as its sources assert it, without any details.

use crate::model::{Ends, Evidence, Relationship, RelationshipKind, Source, evidence_id};

/// A relationship of which nothing is known but that these sources assert it.
pub(in crate::formats::followthemoney) fn asserted_relationship(
    id: String,
    kind: RelationshipKind,
    ends: Ends,
    sources: &[Source],
    locator: Option<&str>,
) -> Relationship {
    let statement = |source: &Source| Evidence {
        locator: locator.map(str::to_owned),
        ..Evidence::asserting(evidence_id(&id, &source.id, 1), &source.id)
    };
    let evidence = sources.iter().map(statement).collect();
    Relationship {
        evidence,
        ..Relationship::new(id, kind, ends)
    }
}
