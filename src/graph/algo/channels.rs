//! How a shopper in a place can buy from a merchant abroad: through a service the merchant takes part in, or through the
//! merchant's own checkout with services that the shopper contracts.

use std::cmp::Reverse;

use crate::{
    graph::{Budget, Direction, EntityIx, Exhausted, Hop, Mask, Pattern, RelationshipIx, Snapshot},
    model::{Capability, EntityKind, RelationshipKind, Set},
};

/// The property of a SERVES relationship that states who contracts the service.
const CONTRACTED_BY: &str = "contractedBy";

/// A planned purchase.
#[derive(Debug, Clone, Copy)]
pub struct PurchaseQuestion {
    /// The seller.
    pub merchant: EntityIx,
    /// The place of the shopper.
    pub place: EntityIx,
    /// The required capabilities.
    pub needs: Set<Capability>,
}

/// The provider of one capability of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// The capability.
    pub capability: Capability,
    /// The provider.
    pub provider: EntityIx,
    /// The relationship that states it; `None` for the merchant's own checkout.
    pub relationship: Option<RelationshipIx>,
}

/// One way to buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseChannel {
    /// The services it uses.
    pub services: Vec<EntityIx>,
    /// The provided capabilities with their providers.
    pub covers: Vec<Coverage>,
    /// The required capabilities without a provider, in the order of the model.
    pub missing: Vec<Capability>,
    /// The parties with which the shopper must make a contract, in addition to the merchant.
    pub shopper_contracts: Vec<EntityIx>,
    /// Whether one service covers every need and the shopper needs no further contract.
    pub one_stop: bool,
    /// Every relationship it is derived from.
    pub derived_from: Vec<RelationshipIx>,
}

/// The channels, best first: one-stop, then fewest missing, fewest contracts, and by name.
///
/// Reads the relationships of the merchant, the place and the services; each spends one unit.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn purchase_channels(
    snapshot: &Snapshot,
    mask: Mask,
    question: &PurchaseQuestion,
    budget: &Budget,
) -> Result<Vec<PurchaseChannel>, Exhausted> {
    let walk = Walk { snapshot, mask, budget };
    let at_merchant = walk.hops(question.merchant, Direction::Outgoing)?;
    let serving: Vec<Hop> = walk
        .hops(question.place, Direction::Incoming)?
        .into_iter()
        .filter(|hop| walk.kind(*hop) == RelationshipKind::Serves && walk.is_service(hop.neighbor))
        .collect();
    let participations = at_merchant.iter().filter(|hop| {
        matches!(walk.kind(**hop), RelationshipKind::Accepts | RelationshipKind::Operates)
            && walk.is_service(hop.neighbor)
    });
    let participations: Vec<Hop> = participations.copied().collect();

    let mut channels = Vec::new();
    let mut services: Vec<EntityIx> = participations.iter().map(|hop| hop.neighbor).collect();
    services.sort_unstable();
    services.dedup();
    for service in services {
        let serves: Vec<Hop> = serving.iter().copied().filter(|hop| hop.neighbor == service).collect();
        if !serves.is_empty() {
            let service_claims = participations
                .iter()
                .filter(|hop| hop.neighbor == service)
                .map(|hop| hop.relationship);
            channels.push(walk.through_service(question, service, service_claims.collect(), &serves)?);
        }
    }
    let open_to_abroad = at_merchant.iter().filter(|hop| match walk.kind(**hop) {
        RelationshipKind::Accepts | RelationshipKind::Operates => walk.is_service(hop.neighbor),
        RelationshipKind::ParticipatesIn => snapshot.entity(hop.neighbor).kind() == EntityKind::Event,
        _ => false,
    });
    let open_to_abroad: Vec<RelationshipIx> = open_to_abroad.map(|hop| hop.relationship).collect();
    let contracted: Vec<Hop> = serving
        .into_iter()
        .filter(|hop| walk.is_contracted_by_shopper(*hop))
        .collect();
    if !open_to_abroad.is_empty() && !contracted.is_empty() {
        channels.push(walk.own_checkout(question, open_to_abroad, &contracted));
    }
    channels.sort_by_cached_key(|channel| {
        let name = channel.services.first().map(|service| snapshot.entity(*service).name());
        (
            Reverse(channel.one_stop),
            channel.missing.len(),
            channel.shopper_contracts.len(),
            name,
        )
    });
    Ok(channels)
}

/// The context of every step.
struct Walk<'a> {
    snapshot: &'a Snapshot,
    mask: Mask,
    budget: &'a Budget,
}

impl Walk<'_> {
    fn hops(&self, entity: EntityIx, direction: Direction) -> Result<Vec<Hop>, Exhausted> {
        let mut hops = Vec::new();
        for hop in self.snapshot.hops(entity, Pattern::in_direction(direction), self.mask) {
            self.budget.charge(1)?;
            hops.push(hop);
        }
        // By relationship, so that the order is independent of the layout of the graph.
        hops.sort_unstable_by_key(|hop| hop.relationship);
        Ok(hops)
    }

    fn kind(&self, hop: Hop) -> RelationshipKind {
        self.snapshot.relationship(hop.relationship).kind()
    }

    fn is_service(&self, entity: EntityIx) -> bool {
        self.snapshot.entity(entity).kind() == EntityKind::Service
    }

    fn is_contracted_by_shopper(&self, serves: Hop) -> bool {
        let properties = self.snapshot.relationship(serves.relationship).properties();
        let properties: Option<serde_json::Value> = properties.and_then(|text| serde_json::from_str(&text).ok());
        properties.is_some_and(|properties| properties.get(CONTRACTED_BY).and_then(|by| by.as_str()) == Some("SHOPPER"))
    }

    fn offered(&self, serves: Hop) -> impl Iterator<Item = Coverage> {
        let capabilities = self.snapshot.relationship(serves.relationship).capabilities();
        capabilities.iter().map(move |capability| Coverage {
            capability,
            provider: serves.neighbor,
            relationship: Some(serves.relationship),
        })
    }

    fn through_service(
        &self,
        question: &PurchaseQuestion,
        service: EntityIx,
        service_claims: Vec<RelationshipIx>,
        serves: &[Hop],
    ) -> Result<PurchaseChannel, Exhausted> {
        let mut covers: Vec<Coverage> = serves.iter().flat_map(|hop| self.offered(*hop)).collect();
        let own: Set<Capability> = covers.iter().map(|coverage| coverage.capability).collect();
        let deliveries = self.hops(service, Direction::Incoming)?;
        covers.extend(
            deliveries
                .iter()
                .filter(|hop| self.kind(**hop) == RelationshipKind::DeliversFor)
                .map(|hop| Coverage {
                    capability: Capability::Logistics,
                    provider: hop.neighbor,
                    relationship: Some(hop.relationship),
                }),
        );
        let contracted = serves.iter().any(|hop| self.is_contracted_by_shopper(*hop));
        let shopper_contracts = if contracted { vec![service] } else { Vec::new() };
        let one_stop = question.needs.without(own).is_empty() && shopper_contracts.is_empty();
        let served = serves.iter().map(|hop| hop.relationship);
        let derived_from = service_claims.into_iter().chain(served).collect();
        Ok(channel(
            question,
            vec![service],
            covers,
            shopper_contracts,
            one_stop,
            derived_from,
        ))
    }

    fn own_checkout(
        &self,
        question: &PurchaseQuestion,
        open: Vec<RelationshipIx>,
        contracted: &[Hop],
    ) -> PurchaseChannel {
        let checkout = Coverage {
            capability: Capability::Payment,
            provider: question.merchant,
            relationship: None,
        };
        let covers = std::iter::once(checkout)
            .chain(contracted.iter().flat_map(|hop| self.offered(*hop)))
            .collect();
        let mut services: Vec<EntityIx> = contracted.iter().map(|hop| hop.neighbor).collect();
        services.sort_by_key(|service| (self.snapshot.entity(*service).name(), *service));
        services.dedup();
        let derived_from = open
            .into_iter()
            .chain(contracted.iter().map(|hop| hop.relationship))
            .collect();
        channel(question, services.clone(), covers, services, false, derived_from)
    }
}

fn channel(
    question: &PurchaseQuestion,
    services: Vec<EntityIx>,
    covers: Vec<Coverage>,
    shopper_contracts: Vec<EntityIx>,
    one_stop: bool,
    mut derived_from: Vec<RelationshipIx>,
) -> PurchaseChannel {
    let covered: Set<Capability> = covers.iter().map(|coverage| coverage.capability).collect();
    derived_from.extend(covers.iter().filter_map(|coverage| coverage.relationship));
    derived_from.sort_unstable();
    derived_from.dedup();
    PurchaseChannel {
        missing: question.needs.without(covered).iter().collect(),
        services,
        covers,
        shopper_contracts,
        one_stop,
        derived_from,
    }
}
