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

/// What it takes to buy, where a question names no needs.
pub(crate) const NEEDS: [Capability; 2] = [Capability::Payment, Capability::Logistics];

/// Who provides one capability of a channel.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Coverage {
    /// What is provided.
    capability: Member<Capability>,
    /// By whom.
    provider: Entity,
    /// The relationship that says so; null for the merchant's own checkout.
    relationship: Option<Relationship>,
}

/// One way for a shopper in a place to buy from a merchant.
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

/// One way for a shopper in a place to buy from a merchant.
#[Object]
impl PurchaseChannel {
    /// The services it uses.
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

    /// What is provided and by whom: the service's capabilities, then who delivers for it.
    async fn covers(&self) -> Vec<Coverage> {
        let coverage = |row: &algo::Coverage| Coverage {
            capability: Member(row.capability),
            provider: Entity::new(self.viewer.clone(), row.provider),
            relationship: row.relationship.map(|ix| Relationship::new(self.viewer.clone(), ix)),
        };
        self.channel.covers.iter().map(coverage).collect()
    }

    /// What is needed and nobody in this channel provides.
    async fn missing(&self) -> Vec<Member<Capability>> {
        self.channel.missing.iter().copied().map(Member).collect()
    }

    /// With whom the shopper must make a contract, beside the merchant.
    async fn shopper_contracts(&self) -> Vec<Entity> {
        self.channel
            .shopper_contracts
            .iter()
            .map(|ix| Entity::new(self.viewer.clone(), *ix))
            .collect()
    }

    /// Whether one service covers every need and the shopper contracts nobody.
    async fn one_stop(&self) -> bool {
        self.channel.one_stop
    }

    /// What the answer rests on.
    async fn derived_from(&self) -> Derivation {
        let rule = "A channel for each service that the merchant accepts or operates and that serves the place; and the \
                   merchant's own checkout with services there that the shopper contracts.";
        Derivation::new(&self.viewer, rule, self.channel.derived_from.clone())
    }
}
