//! Control that is certain. One relation behind subsidiaries, controllers, ultimate parents and corporate groups; possible or
//! disputed control and influence of unknown weight do not count.
//!
//! *x controls y* is the least relation with:
//! - (a) x CONSOLIDATES y;
//! - (b) x CONTROLS y without a share, by an interest that gives control or with no stated interest;
//! - (c) x and all entities that x controls together certainly hold over 50 % of y. Low ends add up; an excluded one counts as
//!   larger than itself. Each holder counts once, by its votes in y if they are stated (OWNS of VOTES, CONTROLS with a share),
//!   else by its capital; all that capital together counts at most the remainder to 100 % of the low ends of all votes stated in y;
//! - (d) x controls an entity that controls y;
//! - (e) x is the stated ultimate accounting parent of an entity that y directly consolidates.
//!
//! Which claims count:
//! - No disputed claims, no claims of an entity on itself, and none on a person: a person cannot be controlled.
//! - A claim with an unknown end may be over: it gives no control, and its share may be 0.
//! - Claims of one holder on one basis, all direct or all indirect, count as their hull: by the lowest low end. Direct and indirect
//!   holdings add up.
//! - An indirect share counts only without a parallel chain of two or more direct claims of its basis from the holder to the
//!   company. A disputed chain does not count.
//! - A CONTROLS with a share counts only by its share, a share of PROFIT never. OWNS without a share is an unknown share of the
//!   capital, unless its interest is another than the capital.
//!
//! An undisclosed party may be an intermediary, but is never returned as a controller.
//!
//! Low ends are read to 1e-9 percent. The relation is the company control of S. Ceri, G. Gottlob, L. Tanca, *Logic Programming
//! and Databases*, 1990, with votes, accounts and interests beside capital.

mod ancestry;
mod claims;
mod domain;
mod group;
mod low_end;
mod stake;

use std::borrow::Cow;

use crate::graph::{
    Budget, Direction, EntityIx, Exhausted, IncidentRelationship, Mask, Ordered, RelationshipIx,
    RelationshipOrderField, Snapshot, SortKey,
};

use ancestry::Ancestry;
use claims::Claims;
use domain::Domain;
pub use group::{CorporateGroup, GroupMember, MemberOrderField};

/// A controller or a controlled entity, and the claim that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counterpart {
    /// The entity.
    pub entity: EntityIx,
    /// The claim that counts: the controller's own on the controlled entity first, then the one with the largest low end (100 % for
    /// a claim that needs no share), then the one with the smaller id. If none is on the controlled entity, the one by which it
    /// directly consolidates a company whose stated ultimate parent is the controller.
    pub claim: RelationshipIx,
    /// The end from which the claim is listed: for a controller the controlled entity, for a controlled entity the other end.
    pub seen_from: EntityIx,
}

impl Ordered for Counterpart {
    type Field = RelationshipOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.entity).id().into()
    }

    fn key(self, snapshot: &Snapshot, field: RelationshipOrderField) -> SortKey {
        let incident = IncidentRelationship {
            relationship: self.claim,
            neighbor: Some(self.entity),
        };
        incident.key(snapshot, field)
    }
}

/// The entities that one entity controls, or its controllers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The disclosed entities, by id.
    pub counterparts: Vec<Counterpart>,
    /// The claims that show control with an undisclosed party, by id.
    pub undisclosed: Vec<RelationshipIx>,
}

/// The ultimate parent of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UltimateParent {
    /// It has no controller, or only entities it controls, and it has the smallest id of these.
    Itself,
    /// The only controller that is controlled only by entities it controls; of several that control each other the smallest id.
    Party(EntityIx),
    /// The same, but the party is not disclosed.
    Undisclosed,
    /// Several, not exactly one of which is the stated ultimate accounting parent: the smallest id of each circle,
    /// by id.
    Several(Vec<EntityIx>),
}

impl UltimateParent {
    /// The named party, if any.
    #[must_use]
    pub fn party(&self) -> Option<EntityIx> {
        match self {
            Self::Party(party) => Some(*party),
            _ => None,
        }
    }
}

/// All entities that `holder` controls, each with the claim on it that counts.
///
/// Takes O(c log c) for the c claims of the holder and of all that it controls, and for the claims on companies of which they hold
/// over half. Each claim read spends one unit.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it: never a partial answer.
pub fn subsidiaries(snapshot: &Snapshot, mask: Mask, holder: EntityIx, budget: &Budget) -> Result<Control, Exhausted> {
    let mut claims = Claims::new(snapshot, mask, budget);
    let domain = Domain::find(&mut claims, holder)?;
    let counterparts = domain.first_proofs().into_iter().map(|proof| Counterpart {
        entity: proof.member,
        claim: proof.claim,
        seen_from: proof.seen_from,
    });
    let counterparts = counterparts.collect();
    let undisclosed = claims.undisclosed(holder, Direction::Outgoing)?;
    claims.settle()?;
    Ok(Control {
        counterparts,
        undisclosed,
    })
}

/// All controllers of `entity`, directly or through others, each with the claim on it that counts: the same that
/// [`subsidiaries`] of the controller returns. Undisclosed controllers are omitted, but their claims are returned.
///
/// Collects all candidates above over claims that could count, O(claims on them, and claims on entities they directly consolidate);
/// then finds control among them. Single claims take O(claims). Each company with a joint majority takes O(holders · parties above
/// them and the steps to those), once for each round that finds control, usually one. Each claim read and each repeated step up
/// spends one unit.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it: never a partial answer.
pub fn controllers(snapshot: &Snapshot, mask: Mask, entity: EntityIx, budget: &Budget) -> Result<Control, Exhausted> {
    let mut claims = Claims::new(snapshot, mask, budget);
    let ancestry = Ancestry::find(&mut claims, entity)?;
    let proofs = ancestry.first_proofs(&mut claims)?;
    let mut undisclosed = claims.undisclosed(entity, Direction::Incoming)?;
    claims.settle()?;
    let mut counterparts = Vec::with_capacity(proofs.len());
    for (controller, proof) in proofs {
        if snapshot.entity(controller).undisclosed() {
            undisclosed.push(proof.claim);
        } else {
            counterparts.push(Counterpart {
                entity: controller,
                claim: proof.claim,
                seen_from: entity,
            });
        }
    }
    undisclosed.sort_unstable();
    undisclosed.dedup();
    Ok(Control {
        counterparts,
        undisclosed,
    })
}

/// The ultimate parent of `entity`: its only controller that is controlled only by entities it controls. Entities that control each
/// other count as one, represented by the smallest id. If several remain, it is the stated ultimate accounting parent of `entity`,
/// if exactly one of them is. Complexity and units as for [`controllers`].
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it: never a partial answer.
///
/// # Example
/// ```
/// use guanxi::{formats::tables, graph::{Budget, Snapshot, algo}, model::{AsOf, View}};
///
/// let snapshot = Snapshot::build(&tables::bundled().unwrap()).unwrap();
/// let now = "2026-11-22T12:00:00Z".parse().unwrap();
/// let in_2014 = View { as_of: AsOf::Day("2014-11-28".parse().unwrap()), ..View::now(now).for_computing() };
/// let mask = snapshot.mask(&in_2014);
/// let paypal = snapshot.entity_by_id("paypal", &mask).unwrap();
/// let budget = Budget::new(1_000, || false);
/// let parent = algo::ultimate_parent(&snapshot, mask, paypal, &budget).unwrap().party();
/// assert_eq!(parent.map(|parent| snapshot.entity(parent).name()), Some("eBay"));
/// ```
pub fn ultimate_parent(
    snapshot: &Snapshot,
    mask: Mask,
    entity: EntityIx,
    budget: &Budget,
) -> Result<UltimateParent, Exhausted> {
    let mut claims = Claims::new(snapshot, mask, budget);
    let ancestry = Ancestry::find(&mut claims, entity)?;
    let ultimate = choose(&mut claims, &ancestry, entity)?;
    claims.settle()?;
    Ok(ultimate)
}

/// Chooses among the tops.
fn choose(claims: &mut Claims<'_>, ancestry: &Ancestry, entity: EntityIx) -> Result<UltimateParent, Exhausted> {
    let tops = ancestry.tops(claims)?;
    let top = match tops.as_slice() {
        [top] => top,
        _ => {
            let stated = claims.ultimate_parents(entity)?;
            let is_stated = |top: &&Vec<EntityIx>| top.iter().any(|party| stated.contains(party));
            let mut stated = tops.iter().filter(is_stated);
            match (stated.next(), stated.next()) {
                (Some(top), None) => top,
                _ => {
                    let representatives = tops
                        .iter()
                        .filter_map(|top| representative(claims, top).or(top.first().copied()));
                    let mut representatives: Vec<EntityIx> = representatives.collect();
                    representatives.sort_unstable();
                    return Ok(UltimateParent::Several(representatives));
                }
            }
        }
    };
    Ok(match representative(claims, top) {
        Some(representative) if representative == entity => UltimateParent::Itself,
        Some(representative) => UltimateParent::Party(representative),
        None if top.contains(&entity) => UltimateParent::Itself,
        None => UltimateParent::Undisclosed,
    })
}

/// The disclosed member of a circle with the smallest id.
fn representative(claims: &Claims<'_>, circle: &[EntityIx]) -> Option<EntityIx> {
    let mut disclosed = circle
        .iter()
        .filter(|party| !claims.snapshot.entity(**party).undisclosed());
    disclosed.next().copied()
}

/// The group of `entity`: its ultimate parent, or itself if none can be named, and all entities that the parent controls, if any.
/// Complexity and units as for [`ultimate_parent`] and [`subsidiaries`].
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it: never a partial answer.
pub fn corporate_group(
    snapshot: &Snapshot,
    mask: Mask,
    entity: EntityIx,
    budget: &Budget,
) -> Result<CorporateGroup, Exhausted> {
    let mut claims = Claims::new(snapshot, mask, budget);
    let ancestry = Ancestry::find(&mut claims, entity)?;
    let ultimate = choose(&mut claims, &ancestry, entity)?;
    let tops = match &ultimate {
        UltimateParent::Several(tops) => {
            let proofs = ancestry.first_proofs(&mut claims)?.into_iter();
            let of_tops = proofs.filter(|(controller, _)| tops.contains(controller));
            of_tops.map(|(_, proof)| proof.claim).collect()
        }
        _ => Vec::new(),
    };
    let domain = Domain::find(&mut claims, ultimate.party().unwrap_or(entity))?;
    claims.settle()?;
    Ok(CorporateGroup::new(&domain, ultimate, tops))
}
