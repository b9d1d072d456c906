//! Which companies belong together: up to the one with the last word, and down to everything it has the last word in.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use super::Chain;
use crate::{
    graph::{
        Budget, Direction, EntityIx, Exhausted, Hop, Key, Mask, Ordered, Pattern, RelationshipIx, Snapshot,
        budget::Meter,
    },
    model::{EntityKind, RelationshipKind, Set},
};

/// One entity of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub entity: EntityIx,
    /// How many steps below the parent, from 1.
    pub distance: u32,
    /// The last of those steps.
    over: RelationshipIx,
    /// The member that takes it, as a place among the members; none for the parent.
    above: Option<usize>,
}

/// A parent and what it has the last word in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorporateGroup {
    /// Who has the last word.
    pub parent: EntityIx,
    /// Everyone below, by distance.
    members: Vec<Member>,
}

/// What the members of a group can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberOrderField {
    /// The steps from the parent.
    Distance,
}

impl Ordered for Member {
    type Field = MemberOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.entity).id().into()
    }

    fn key(self, _snapshot: &Snapshot, field: MemberOrderField) -> Key {
        match field {
            MemberOrderField::Distance => Key::Number(f64::from(self.distance)),
        }
    }
}

impl CorporateGroup {
    /// Everyone below the parent, nearest first.
    pub fn members(&self) -> impl ExactSizeIterator<Item = Member> {
        self.members.iter().copied()
    }

    /// The shortest chain from the parent to `member`; of several the one with the smallest ids.
    #[must_use]
    pub fn chain(&self, member: Member) -> Chain {
        let mut hops = Vec::new();
        let mut here = Some(member);
        while let Some(member) = here {
            hops.push(Hop {
                neighbor: member.entity,
                relationship: member.over,
                forward: true,
            });
            here = member.above.map(|above| self.members[above]);
        }
        hops.reverse();
        Chain {
            start: self.parent,
            hops,
        }
    }

    /// The last step of every member's chain: together, all of them. By id.
    #[must_use]
    pub fn derived_from(&self) -> Vec<RelationshipIx> {
        let mut relationships: Vec<RelationshipIx> = self.members.iter().map(|member| member.over).collect();
        relationships.sort_unstable();
        relationships
    }
}

/// Who has the last word in `entity` in the end; none when nobody has and it is the top itself.
///
/// At each step the parents are those that consolidate the entity, own over 50 % of it for certain, or control it; a
/// disputed claim makes no parent, and nobody is the parent of a person. Of several, one that consolidates goes before one
/// that owns, and that before one that controls, then the smaller id: accounts draw the conclusion that shares and other
/// influence only suggest, and registers that name the ultimate parent beside the direct one are followed to the same top.
/// Entities in a circle are left by the best parent of any of them; when there is none, the smallest id among them is the
/// top. Each relationship looked at spends one unit.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn ultimate_parent(
    snapshot: &Snapshot,
    mask: Mask,
    entity: EntityIx,
    budget: &Budget,
) -> Result<Option<EntityIx>, Exhausted> {
    let mut walk = Walk {
        snapshot,
        mask,
        meter: Meter::new(budget),
    };
    // The circles passed on the way up, each of one entity or several, and where each entity stands.
    let mut passed: Vec<BTreeSet<EntityIx>> = vec![BTreeSet::from([entity])];
    let mut stands: HashMap<EntityIx, usize> = HashMap::from([(entity, 0)]);
    loop {
        let at = passed.len() - 1;
        let mut best: Option<(u8, EntityIx)> = None;
        for member in &passed[at] {
            for (parent, (rank, _)) in walk.next(*member, Direction::Incoming)? {
                if !passed[at].contains(&parent) && best.is_none_or(|best| (rank, parent) < best) {
                    best = Some((rank, parent));
                }
            }
        }
        let Some((_, parent)) = best else {
            walk.meter.flush()?;
            let top = passed[at].first().copied();
            return Ok(top.filter(|top| *top != entity));
        };
        match stands.get(&parent).copied() {
            // Back where the walk was before: everything since is one circle.
            Some(before) => {
                let circle: BTreeSet<EntityIx> = passed.drain(before..).flatten().collect();
                stands.extend(circle.iter().map(|member| (*member, before)));
                passed.push(circle);
            }
            None => {
                stands.insert(parent, passed.len());
                passed.push(BTreeSet::from([parent]));
            }
        }
    }
}

/// The group of `entity`: its ultimate parent, or itself, and everything below, by the same relationships. A group with
/// nobody below has no members. O(members and their relationships); each relationship looked at spends one unit.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn corporate_group(
    snapshot: &Snapshot,
    mask: Mask,
    entity: EntityIx,
    budget: &Budget,
) -> Result<CorporateGroup, Exhausted> {
    let parent = ultimate_parent(snapshot, mask, entity, budget)?.unwrap_or(entity);
    let mut walk = Walk {
        snapshot,
        mask,
        meter: Meter::new(budget),
    };
    let mut members: Vec<Member> = Vec::new();
    let mut met: BTreeSet<EntityIx> = BTreeSet::from([parent]);
    // Members of one distance stand in the order of their chains, so that who comes first has the smallest chain.
    let mut ahead: Vec<(EntityIx, Option<usize>)> = vec![(parent, None)];
    let mut distance = 0;
    while !ahead.is_empty() {
        distance += 1;
        let begin = members.len();
        for (here, above) in ahead {
            for (below, (_, over)) in walk.next(here, Direction::Outgoing)? {
                if met.insert(below) {
                    members.push(Member {
                        entity: below,
                        distance,
                        over,
                        above,
                    });
                }
            }
        }
        let reached = members.iter().enumerate().skip(begin);
        ahead = reached.map(|(place, member)| (member.entity, Some(place))).collect();
    }
    walk.meter.flush()?;
    Ok(CorporateGroup { parent, members })
}

/// What every step needs.
struct Walk<'a> {
    snapshot: &'a Snapshot,
    mask: Mask,
    meter: Meter<'a>,
}

impl Walk<'_> {
    /// The parents of `entity`, or what it is a parent of, by id, each with its best relationship.
    fn next(
        &mut self,
        entity: EntityIx,
        direction: Direction,
    ) -> Result<BTreeMap<EntityIx, (u8, RelationshipIx)>, Exhausted> {
        let pattern = Pattern {
            kinds: Set::of(&[
                RelationshipKind::Owns,
                RelationshipKind::Controls,
                RelationshipKind::Consolidates,
            ]),
            majority: true,
            ..Pattern::seen(direction)
        };
        let mut found = BTreeMap::new();
        for hop in self.snapshot.hops(entity, pattern, self.mask) {
            self.meter.tick()?;
            let below = if hop.forward { hop.neighbor } else { entity };
            let relationship = self.snapshot.relationship(hop.relationship);
            let is_person = self.snapshot.entity(below).kind() == EntityKind::Person;
            if hop.neighbor == entity || is_person || relationship.disputed() {
                continue;
            }
            let over = (rank(relationship.kind()), hop.relationship);
            let best = found.entry(hop.neighbor).or_insert(over);
            *best = over.min(*best);
        }
        Ok(found)
    }
}

/// Which claim to have the last word goes first.
fn rank(kind: RelationshipKind) -> u8 {
    match kind {
        RelationshipKind::Consolidates => 0,
        RelationshipKind::Owns => 1,
        _ => 2,
    }
}
