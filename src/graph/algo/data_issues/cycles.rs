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

/// A holder, the entity it owns, controls or consolidates, and the claim.
type Edge = (EntityIx, EntityIx, RelationshipIx);

/// The strongly connected components of the graph of OWNS, CONTROLS and CONSOLIDATES, each with its shortest circle through the
/// member with the smallest id; and all entities that own, control or consolidate themselves. O(n log n).
pub(super) fn ownership_cycles(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    use RelationshipKind::{Consolidates, Controls, Owns};
    let (mut edges, mut issues): (Vec<Edge>, _) = (Vec::new(), Vec::new());
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
            edges.push((from, to, relationship));
        }
    }
    // The search below visits every edge once more.
    for _ in &edges {
        meter.tick()?;
    }
    edges.sort_unstable();
    for members in circles(&edges) {
        let circle = shortest(&edges, &members, &mut meter)?;
        issues.push(DataIssue::OwnershipCycle {
            members: members.into(),
            circle: circle.into(),
        });
    }
    meter.flush()?;
    Ok(issues)
}

/// The strongly connected components with several members, each in the order of ids.
fn circles(edges: &[Edge]) -> Vec<Vec<EntityIx>> {
    let mut entities: Vec<EntityIx> = edges.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
    entities.sort_unstable();
    entities.dedup();
    let places: HashMap<EntityIx, usize> = entities.iter().copied().zip(0..).collect();
    let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(entities.len(), edges.len());
    for _ in &entities {
        graph.add_node(());
    }
    for (from, to, _) in edges {
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

/// The shortest circle through the first of `members`; of several, the first in the order of ids.
fn shortest(edges: &[Edge], members: &[EntityIx], meter: &mut Meter<'_>) -> Result<Vec<RelationshipIx>, Exhausted> {
    let start = members[0];
    let mut predecessors: HashMap<EntityIx, (EntityIx, RelationshipIx)> = HashMap::new();
    let mut ahead = VecDeque::from([start]);
    while let Some(from) = ahead.pop_front() {
        let first = edges.partition_point(|edge| edge.0 < from);
        for (_, to, relationship) in edges[first..].iter().take_while(|edge| edge.0 == from) {
            meter.tick()?;
            if members.binary_search(to).is_err() || predecessors.contains_key(to) {
                continue;
            }
            predecessors.insert(*to, (from, *relationship));
            if *to == start {
                return Ok(trace_back(&predecessors, start));
            }
            ahead.push_back(*to);
        }
    }
    Ok(Vec::new())
}

fn trace_back(predecessors: &HashMap<EntityIx, (EntityIx, RelationshipIx)>, start: EntityIx) -> Vec<RelationshipIx> {
    let mut path = Vec::new();
    let mut here = start;
    while let Some((before, relationship)) = predecessors.get(&here) {
        path.push(*relationship);
        here = *before;
        if here == start {
            break;
        }
    }
    path.reverse();
    path
}
