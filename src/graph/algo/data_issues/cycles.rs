//! Circles of ownership and control.

use std::collections::{HashMap, VecDeque};

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};

use super::{context::CheckContext, issue::DataIssue};
use crate::{
    graph::{EntityIx, Exhausted, RelationshipIx, budget::Meter},
    model::RelationshipKind,
};

/// Who has a say in whom, by what.
type Tie = (EntityIx, EntityIx, RelationshipIx);

/// The strongly connected parts of what OWNS, CONTROLS and CONSOLIDATES make, each with its shortest circle through the member
/// with the smallest id; and everyone that owns, controls or consolidates itself. O(n log n).
pub(super) fn ownership_cycles(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    use RelationshipKind::{Consolidates, Controls, Owns};
    let (mut ties, mut issues): (Vec<Tie>, _) = (Vec::new(), Vec::new());
    let mut meter = context.meter();
    for relationship in context.snapshot.relationships(context.computing) {
        meter.tick()?;
        let read = context.snapshot.relationship(relationship);
        let (Owns | Controls | Consolidates, Some(from), Some(to)) = (read.kind(), read.from(), read.to()) else {
            continue;
        };
        if from == to {
            issues.push(DataIssue::OwnershipCycle {
                members: [from].into(),
                circle: [relationship].into(),
            });
        } else {
            ties.push((from, to, relationship));
        }
    }
    // What follows looks at every tie once more.
    for _ in &ties {
        meter.tick()?;
    }
    ties.sort_unstable();
    for members in circles(&ties) {
        let circle = shortest(&ties, &members, &mut meter)?;
        issues.push(DataIssue::OwnershipCycle {
            members: members.into(),
            circle: circle.into(),
        });
    }
    meter.flush()?;
    Ok(issues)
}

/// The strongly connected parts with several members, each in the order of ids.
fn circles(ties: &[Tie]) -> Vec<Vec<EntityIx>> {
    let mut entities: Vec<EntityIx> = ties.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
    entities.sort_unstable();
    entities.dedup();
    let places: HashMap<EntityIx, usize> = entities.iter().copied().zip(0..).collect();
    let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(entities.len(), ties.len());
    for _ in &entities {
        graph.add_node(());
    }
    for (from, to, _) in ties {
        graph.add_edge(NodeIndex::new(places[from]), NodeIndex::new(places[to]), ());
    }
    let parts = kosaraju_scc(&graph).into_iter().filter(|part| part.len() > 1);
    let members = parts.map(|part| {
        let mut members: Vec<EntityIx> = part.iter().map(|node| entities[node.index()]).collect();
        members.sort_unstable();
        members
    });
    members.collect()
}

/// The shortest circle through the first of `members`; of several, the one met first in the order of ids.
fn shortest(ties: &[Tie], members: &[EntityIx], meter: &mut Meter<'_>) -> Result<Vec<RelationshipIx>, Exhausted> {
    let start = members[0];
    let mut came_by: HashMap<EntityIx, (EntityIx, RelationshipIx)> = HashMap::new();
    let mut ahead = VecDeque::from([start]);
    while let Some(from) = ahead.pop_front() {
        let first = ties.partition_point(|tie| tie.0 < from);
        for (_, to, relationship) in ties[first..].iter().take_while(|tie| tie.0 == from) {
            meter.tick()?;
            if members.binary_search(to).is_err() || came_by.contains_key(to) {
                continue;
            }
            came_by.insert(*to, (from, *relationship));
            if *to == start {
                return Ok(way_back(&came_by, start));
            }
            ahead.push_back(*to);
        }
    }
    Ok(Vec::new())
}

fn way_back(came_by: &HashMap<EntityIx, (EntityIx, RelationshipIx)>, start: EntityIx) -> Vec<RelationshipIx> {
    let mut way = Vec::new();
    let mut here = start;
    while let Some((before, relationship)) = came_by.get(&here) {
        way.push(*relationship);
        here = *before;
        if here == start {
            break;
        }
    }
    way.reverse();
    way
}
