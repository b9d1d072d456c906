//! Ways to buy from a merchant abroad.

use async_graphql::{Object, SimpleObject};

use crate::{
    graph::algo,
    model::Capability,
    schema::{
        context::viewer::Viewer,
        types::{
            claims::{derivation::Derivation, relationship::Relationship},
            entities::{
                entity::{Entity, EntityFields},
                kinds::Service,
            },
        },
        values::enums::Member,
    },
};

/// The capabilities that a purchase requires by default.
pub(crate) const NEEDS: [Capability; 2] = [Capability::Payment, Capability::Logistics];

/// The provider of one capability in a channel.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Coverage {
    /// The capability.
    capability: Member<Capability>,
    /// The entity that provides it.
    provider: Entity,
    /// The relationship that it follows from; null for the merchant's own checkout.
    relationship: Option<Relationship>,
}

/// A way for a shopper in a given place to buy from a merchant.
#[derive(Debug, Clone)]
pub(crate) struct PurchaseChannel {
    viewer: Viewer,
    channel: algo::PurchaseChannel,
}

impl PurchaseChannel {
    pub(crate) fn new(viewer: Viewer, channel: algo::PurchaseChannel) -> Self {
        Self { viewer, channel }
    }
}

/// A way for a shopper in a given place to buy from a merchant.
#[Object]
impl PurchaseChannel {
    /// The services that the channel uses.
    async fn services(&self) -> Vec<Service> {
        let fields = |ix| EntityFields {
            viewer: self.viewer.clone(),
            ix,
        };
        self.channel
            .services
            .iter()
            .map(|ix| Service::from(fields(*ix)))
            .collect()
    }

    /// The capabilities covered, each with its provider: those of the services, then the deliveries carried out for them.
    async fn covers(&self) -> Vec<Coverage> {
        let coverage = |row: &algo::Coverage| Coverage {
            capability: Member(row.capability),
            provider: Entity::new(self.viewer.clone(), row.provider),
            relationship: row.relationship.map(|ix| Relationship::new(self.viewer.clone(), ix)),
        };
        self.channel.covers.iter().map(coverage).collect()
    }

    /// The required capabilities that the channel does not provide.
    async fn missing(&self) -> Vec<Member<Capability>> {
        self.channel.missing.iter().copied().map(Member).collect()
    }

    /// The entities with which the shopper must make a contract, in addition to the merchant.
    async fn shopper_contracts(&self) -> Vec<Entity> {
        self.channel
            .shopper_contracts
            .iter()
            .map(|ix| Entity::new(self.viewer.clone(), *ix))
            .collect()
    }

    /// Whether one service covers all needs and the shopper needs no further contract.
    async fn one_stop(&self) -> bool {
        self.channel.one_stop
    }

    /// What the answer is derived from.
    async fn derived_from(&self) -> Derivation {
        let rule = "One channel for each service that the merchant accepts or operates and that serves the place, and one for the \
                   merchant's own checkout with services in the place that the shopper contracts.";
        Derivation::new(&self.viewer, rule, self.channel.derived_from.clone())
    }
}
