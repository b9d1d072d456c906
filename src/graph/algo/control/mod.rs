//! Control: who has the last word in whom, for certain. One relation behind subsidiaries, controllers, ultimate parents and
//! corporate groups; what is only possible, disputed or influence of unknown weight is no control.
//!
//! *x controls y* is the least relation with:
//! - (a) x CONSOLIDATES y;
//! - (b) x CONTROLS y without a share, by an interest that decides or with none stated;
//! - (c) what x and all that x controls hold in y is over 50 % for certain. Low ends add up, an excluded one counts as above
//!   itself. Each holder counts once, by its votes in y where they are stated (OWNS of VOTES, CONTROLS with a share), else by its
//!   capital; all that capital together counts at most what the low ends of all votes stated in y leave of 100 %;
//! - (d) x controls what controls y;
//! - (e) x is the stated ultimate accounting parent of what y directly consolidates.
//!
//! Which claims count:
//! - None that is disputed, none of an entity on itself, none on a person: nobody controls a person, or itself.
//! - One whose end is unknown, so that it may be over, gives no control, and its share may be nothing.
//! - Claims of one holder on one basis, all direct or all indirect, count as their hull: by the lowest low end. What is held
//!   directly and what is held through others add up.
//! - An indirect share counts only where there is no chain: where not two or more direct claims of its basis, one after the
//!   other, lead from the holder to the company. A chain that is disputed is none.
//! - A CONTROLS with a share counts by its share alone, a share of PROFIT never. OWNS without a share is a share of the capital
//!   of which nothing is known, unless its interest is another than the capital.
//!
//! A party that is not disclosed may stand between, but is never answered as a controller.
//!
//! Low ends are read to 1e-9 percent. The relation is the company control of S. Ceri, G. Gottlob, L. Tanca, *Logic Programming
//! and Databases*, 1990, with votes, accounts and interests beside capital.

mod ancestry;
mod claims;
mod domain;
mod group;
mod low;
mod stake;

use std::borrow::Cow;

use crate::graph::{
    Budget, Direction, EntityIx, Exhausted, Key, Mask, Ordered, RelationshipIx, RelationshipOrderField, Seen, Snapshot,
};

use ancestry::Ancestry;
use claims::Claims;
use domain::Domain;
pub use group::{CorporateGroup, Member, MemberOrderField};

/// One who controls, or is controlled, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counterpart {
    /// Who.
    pub entity: EntityIx,
    /// The claim that counts: the controller's own on the controlled first, then the one with the largest low end (a claim that
    /// needs no share has a whole one), then the one with the smaller id. Where none is on the controlled, the one by which it
    /// directly consolidates a company whose stated ultimate parent controls.
    pub claim: RelationshipIx,
    /// The end from which the claim is seen: of a controller the controlled, of the controlled the other end.
    pub seen_from: EntityIx,
}

impl Ordered for Counterpart {
    type Field = RelationshipOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.entity).id().into()
    }

    fn key(self, snapshot: &Snapshot, field: RelationshipOrderField) -> Key {
        let seen = Seen {
            relationship: self.claim,
            neighbor: Some(self.entity),
        };
        seen.key(snapshot, field)
    }
}

/// What one entity controls, or who controls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The disclosed ones, by id.
    pub counterparts: Vec<Counterpart>,
    /// The claims that show control where the other party is not disclosed, by id.
    pub undisclosed: Vec<RelationshipIx>,
}

/// Who has the last word in an entity in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UltimateParent {
    /// Nobody controls it, or none but those it controls, and of these it has the smallest id.
    Itself,
    /// The one controller whom none controls but those it controls; of several that control each other the smallest id.
    Party(EntityIx),
    /// The same, but it is not disclosed who that is.
    Undisclosed,
    /// There are several, of whom not exactly one is stated to be the ultimate accounting parent: the smallest id of each circle,
    /// by id.
    Several(Vec<EntityIx>),
}

impl UltimateParent {
    /// The one that can be named.
    #[must_use]
    pub fn party(&self) -> Option<EntityIx> {
        match self {
            Self::Party(party) => Some(*party),
            _ => None,
        }
    }
}

/// Everything that `holder` controls, each with the claim on it that counts.
///
/// Takes O(c log c) for the c claims of the holder and of all that it controls, and for the claims on those of whom they hold
/// over half. Each claim looked at spends one unit.
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

/// Everyone who controls `entity`, directly or through others, each with the claim on it that counts: the same that
/// [`subsidiaries`] of the controller tells. Those that are not disclosed are left out, their claims are told.
///
/// Collects everyone above over claims that could count, O(claims on them, and claims on what they directly consolidate); then
/// finds control among them. Single claims take O(claims). Where several hold a majority together, each such company takes
/// O(holders · those above and what leads to them), once for each round in which control was found, mostly one. Each claim
/// looked at and each step up again spends one unit.
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

/// Who has the last word in `entity` in the end: of those who control it the one whom none controls but those it controls. Those
/// that control each other are one, led by the smallest id. Where several remain it is the one stated to be the ultimate
/// accounting parent of `entity`, if exactly one of them is. Takes what [`controllers`] takes.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it: never a partial answer.
///
/// # Example
/// ```
/// use guanxi::{formats::tables, graph::{Budget, Snapshot, algo}, model::{At, View}};
///
/// let snapshot = Snapshot::build(&tables::bundled().unwrap()).unwrap();
/// let now = "2026-11-22T12:00:00Z".parse().unwrap();
/// let in_2014 = View { at: At::Day("2014-11-28".parse().unwrap()), ..View::now(now).for_computing() };
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
                    let leaders = tops
                        .iter()
                        .filter_map(|top| leader(claims, top).or(top.first().copied()));
                    let mut leaders: Vec<EntityIx> = leaders.collect();
                    leaders.sort_unstable();
                    return Ok(UltimateParent::Several(leaders));
                }
            }
        }
    };
    Ok(match leader(claims, top) {
        Some(leader) if leader == entity => UltimateParent::Itself,
        Some(leader) => UltimateParent::Party(leader),
        None if top.contains(&entity) => UltimateParent::Itself,
        None => UltimateParent::Undisclosed,
    })
}

/// The smallest id of a circle that is disclosed.
fn leader(claims: &Claims<'_>, circle: &[EntityIx]) -> Option<EntityIx> {
    let mut disclosed = circle
        .iter()
        .filter(|party| !claims.snapshot.entity(**party).undisclosed());
    disclosed.next().copied()
}

/// The group of `entity`: its ultimate parent, or itself where none can be named, and everything that controls. A group with
/// nobody below has no members. Takes what [`ultimate_parent`] and [`subsidiaries`] take.
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
