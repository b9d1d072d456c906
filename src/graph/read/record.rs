//! Converts rows back to model values: records as they were recorded.

use std::borrow::Cow;

use super::refs::{EntityRef, EvidenceRef, RelationshipRef, SourceRef};
use crate::{
    graph::ix::EntityIx,
    model::{Ends, Entity, Evidence, Identifier, Name, Relationship, Source},
};

impl EntityRef<'_> {
    /// This version as a value.
    #[must_use]
    pub fn record(&self) -> Entity {
        Entity {
            properties: object(self.properties()),
            ..self.without_properties()
        }
    }

    /// The same without properties.
    pub(in crate::graph) fn without_properties(&self) -> Entity {
        let name = |name: super::refs::NameRef<'_>| Name {
            text: name.text().to_owned(),
            language: name.language().map(str::to_owned),
            script: name.script().map(str::to_owned),
            kind: name.kind(),
        };
        let identifier = |(scheme, value): (&str, &str)| Identifier {
            scheme: scheme.to_owned(),
            value: value.to_owned(),
        };
        Entity {
            id: self.id().to_owned(),
            kind: self.kind(),
            name: self.name().to_owned(),
            names: self.names().map(name).collect(),
            description: self.description().map(str::to_owned),
            country: self.country().map(str::to_owned),
            identifiers: self.identifiers().map(identifier).collect(),
            status: self.status(),
            founded: self.founded(),
            dissolved: self.dissolved(),
            starts_on: self.starts_on(),
            ends_on: self.ends_on(),
            website: self.website().map(str::to_owned),
            undisclosed: self.undisclosed(),
            properties: None,
        }
    }
}

impl RelationshipRef<'_> {
    /// This version as a value, with its evidence.
    #[must_use]
    pub fn record(&self) -> Relationship {
        Relationship {
            properties: object(self.properties()),
            ..self.without_properties()
        }
    }

    /// The same without properties.
    pub(in crate::graph) fn without_properties(&self) -> Relationship {
        let id = |entity: EntityIx| self.snapshot.entity_id(entity).to_owned();
        let unknown_reason = || self.unknown().expect("a relationship with an unknown end has a reason");
        let ends = match (self.from(), self.to()) {
            (Some(from), Some(to)) => Ends::Known {
                from: id(from),
                to: id(to),
            },
            (Some(from), None) => Ends::UnknownTo {
                from: id(from),
                reason: unknown_reason(),
            },
            (None, Some(to)) => Ends::UnknownFrom {
                to: id(to),
                reason: unknown_reason(),
            },
            (None, None) => unreachable!("a relationship has at least one known end"),
        };
        Relationship {
            id: self.id().into_owned(),
            kind: self.kind(),
            ends,
            role: self.role().map(str::to_owned),
            status: self.status(),
            validity: self.validity(),
            share: self.share(),
            interest: self.interest(),
            directness: self.directness(),
            components: self.component_ids().map(str::to_owned).collect(),
            record: self.record_id().map(str::to_owned),
            amount: self.amount(),
            capabilities: self.capabilities().iter().collect(),
            properties: None,
            evidence: self
                .evidence()
                .map(|statement| self.snapshot.statement(statement).record())
                .collect(),
            recorded_at: self.recorded_at(),
            retracted_at: self.retracted_at(),
        }
    }
}

impl EvidenceRef<'_> {
    /// This statement as a value.
    #[must_use]
    pub fn record(&self) -> Evidence {
        Evidence {
            id: self.id().into_owned(),
            source: self.snapshot.source(self.source()).id().to_owned(),
            locator: self.locator().map(str::to_owned),
            stance: self.stance(),
            speaker: self
                .speaker()
                .map(|speaker| self.snapshot.entity_id(speaker).to_owned()),
            stated_on: self.stated_on(),
            summary: self.summary().map(str::to_owned),
            share: self.share(),
            amount: self.amount(),
            confidence: self.confidence(),
        }
    }
}

impl SourceRef<'_> {
    /// This version as a value.
    #[must_use]
    pub fn record(&self) -> Source {
        Source {
            id: self.id().to_owned(),
            publisher: self.publisher().to_owned(),
            title: self.title().to_owned(),
            url: self.url().map(str::to_owned),
            published_on: self.published_on(),
            licence: self.licence().map(str::to_owned),
        }
    }
}

fn object(text: Option<Cow<'_, str>>) -> Option<serde_json::Map<String, serde_json::Value>> {
    text.map(|text| serde_json::from_str(&text).expect("the builder wrote this JSON"))
}
