//! A corporate group: the parent, all entities it controls, and the shortest chain to each.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use super::{
    UltimateParent,
    domain::{Domain, Proof},
};
use crate::graph::{EntityIx, Hop, Ordered, RelationshipIx, Snapshot, SortKey, algo::Chain};

/// One entity of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupMember {
    /// The entity.
    pub entity: EntityIx,
    /// The number of steps below the parent, from 1.
    pub distance: u32,
    /// The last of those steps.
    last: Hop,
    /// The member from which this step leads, as a place among the members; `None` for the parent.
    above: Option<usize>,
}

/// A parent and the entities it controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorporateGroup {
    /// The top of the group.
    pub parent: EntityIx,
    /// The ultimate parent of the requested entity. If it names no other party, the entity itself is the parent of the group.
    pub ultimate: UltimateParent,
    /// All entities the parent controls, by distance.
    members: Vec<GroupMember>,
    derived_from: Vec<RelationshipIx>,
}

/// The fields by which the members of a group can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberOrderField {
    /// The steps from the parent.
    Distance,
}

impl Ordered for GroupMember {
    type Field = MemberOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.entity).id().into()
    }

    fn key(self, _snapshot: &Snapshot, field: MemberOrderField) -> SortKey {
        match field {
            MemberOrderField::Distance => SortKey::Number(f64::from(self.distance)),
        }
    }
}

impl CorporateGroup {
    /// The group of a `domain`. `tops` are the claims that show several tops, none of which is the parent of this group.
    pub(super) fn new(domain: &Domain, ultimate: UltimateParent, tops: Vec<RelationshipIx>) -> Self {
        let mut derived_from = tops;
        derived_from.extend(domain.proofs.iter().map(|proof| proof.claim));
        derived_from.extend(&domain.ultimate_claims);
        derived_from.sort_unstable();
        derived_from.dedup();
        Self {
            parent: domain.holder,
            ultimate,
            members: members(domain),
            derived_from,
        }
    }

    /// All entities the parent controls, nearest first.
    pub fn members(&self) -> impl ExactSizeIterator<Item = GroupMember> {
        self.members.iter().copied()
    }

    /// The shortest chain of claims that count from the parent to `member`; of several the one with the smallest ids. If several
    /// entities hold a majority together, it leads through one of them. A step to the direct parent of a company whose ultimate
    /// parent is in the group follows its claim backwards.
    #[must_use]
    pub fn chain(&self, member: GroupMember) -> Chain {
        let mut hops = Vec::new();
        let mut here = Some(member);
        while let Some(member) = here {
            hops.push(member.last);
            here = member.above.map(|above| self.members[above]);
        }
        hops.reverse();
        Chain {
            start: self.parent,
            hops,
        }
    }

    /// Every claim that counts on a member, and those that show several tops if the group is not theirs. By id.
    #[must_use]
    pub fn derived_from(&self) -> &[RelationshipIx] {
        &self.derived_from
    }
}

/// All controlled entities, by a search along the claims that count, nearest first.
fn members(domain: &Domain) -> Vec<GroupMember> {
    let mut steps: HashMap<EntityIx, Vec<Proof>> = HashMap::new();
    for proof in &domain.proofs {
        steps.entry(proof.seen_from).or_default().push(*proof);
    }
    for steps in steps.values_mut() {
        steps.sort_by_cached_key(|step| (step.member, step.rank(step.seen_from)));
        steps.dedup_by_key(|step| step.member);
    }
    let mut members: Vec<GroupMember> = Vec::new();
    let mut visited: HashSet<EntityIx> = HashSet::from([domain.holder]);
    // Members of one distance are in the order of their chains, so that the first to reach another has the smallest chain.
    let mut ahead: Vec<(EntityIx, Option<usize>)> = vec![(domain.holder, None)];
    let mut distance = 0;
    while !ahead.is_empty() {
        distance += 1;
        let begin = members.len();
        for (here, above) in ahead {
            for step in steps.get(&here).into_iter().flatten() {
                if visited.insert(step.member) {
                    members.push(GroupMember {
                        entity: step.member,
                        distance,
                        last: Hop {
                            neighbor: step.member,
                            relationship: step.claim,
                            forward: step.is_on_member(),
                        },
                        above,
                    });
                }
            }
        }
        let reached = members.iter().enumerate().skip(begin);
        ahead = reached.map(|(place, member)| (member.entity, Some(place))).collect();
    }
    members
}
