//! Upwards: the controllers of one company. Collects all candidates first, then finds control among them, from single claims to
//! joint holdings.

use hashbrown::{HashMap, HashSet};
use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};

use super::{
    claims::Claims,
    domain::Proof,
    stake::{ControlStake, Tally},
};
use crate::graph::{EntityIx, Exhausted, RelationshipIx};

/// The candidates for control of a company, and the control among them.
pub(super) struct Ancestry {
    /// The company first, then in the order of discovery upwards: the nearest first.
    parties: Vec<Party>,
    places: HashMap<EntityIx, usize>,
}

/// A candidate for control of the company, or the company itself.
struct Party {
    entity: EntityIx,
    /// Places of some of its controllers: with their own controllers, all that are known so far.
    above: Vec<usize>,
    /// Certain holdings of others in it; empty if all of them together have no majority.
    stakes: Vec<ControlStake>,
    /// The entities with a stated ultimate parent that it consolidates directly, each with the claim and that parent.
    below: Vec<(EntityIx, RelationshipIx, usize)>,
}

impl Ancestry {
    /// All candidates above `company`.
    pub(super) fn find(claims: &mut Claims<'_>, company: EntityIx) -> Result<Self, Exhausted> {
        let mut ancestry = Self {
            parties: Vec::new(),
            places: HashMap::new(),
        };
        ancestry.place_of(company);
        let mut at = 0;
        while at < ancestry.parties.len() {
            ancestry.expand(claims, at)?;
            at += 1;
        }
        ancestry.join(claims)?;
        Ok(ancestry)
    }

    fn place_of(&mut self, entity: EntityIx) -> usize {
        let next = self.parties.len();
        let place = *self.places.entry(entity).or_insert(next);
        if place == next {
            self.parties.push(Party {
                entity,
                above: Vec::new(),
                stakes: Vec::new(),
                below: Vec::new(),
            });
        }
        place
    }

    /// Adds the sole controllers of the party `at`, and the holders of parts of a majority.
    fn expand(&mut self, claims: &mut Claims<'_>, at: usize) -> Result<(), Exhausted> {
        let entity = self.parties[at].entity;
        if claims.is_person(entity) {
            return Ok(());
        }
        let stakes = claims.in_company(entity)?;
        let mut all = Tally::NOTHING;
        stakes.iter().for_each(|stake| all.add(stake));
        let has_majority = claims.is_majority(entity, all)?;
        for stake in stakes {
            let adds = has_majority && stake.adds();
            let decides = stake.decides();
            if !adds && !decides {
                continue;
            }
            let holder = self.place_of(stake.holder);
            if decides || claims.is_majority(entity, Tally::of_stake(&stake))? {
                self.parties[at].above.push(holder);
            }
            self.parties[at].stakes.push(stake);
        }
        for (company, claim) in claims.consolidated(entity)? {
            for parent in claims.ultimate_parents(company)? {
                if parent != entity {
                    let parent = self.place_of(parent);
                    self.parties[at].above.push(parent);
                    self.parties[at].below.push((company, claim, parent));
                }
            }
        }
        Ok(())
    }

    /// Finds controllers by joint holdings, until there are no more.
    fn join(&mut self, claims: &mut Claims<'_>) -> Result<(), Exhausted> {
        let is_joint = |at: &usize| self.parties[*at].stakes.len() > 1;
        // From the top down: results above are needed below.
        let joint: Vec<usize> = (0..self.parties.len()).rev().filter(is_joint).collect();
        let mut has_changed = true;
        while has_changed {
            has_changed = false;
            for at in &joint {
                let mut covered: HashSet<usize> = self.above(claims, *at)?.into_iter().collect();
                let mut new: Vec<(usize, Tally)> = self.tallies(claims, *at)?.into_iter().collect();
                new.retain(|(place, _)| !covered.contains(place));
                // The nearest first: its own controllers are then covered with it.
                new.sort_unstable_by_key(|(place, _)| *place);
                for (place, tally) in new {
                    let entity = self.parties[*at].entity;
                    if covered.contains(&place) || !claims.is_majority(entity, tally)? {
                        continue;
                    }
                    self.parties[*at].above.push(place);
                    self.cover(claims, place, &mut covered)?;
                    has_changed = true;
                }
            }
        }
        Ok(())
    }

    /// The holdings in the party `at` of each party above it, together with all that this one controls.
    fn tallies(&self, claims: &mut Claims<'_>, at: usize) -> Result<HashMap<usize, Tally>, Exhausted> {
        let mut tallies: HashMap<usize, Tally> = HashMap::new();
        for stake in &self.parties[at].stakes {
            let mut group = HashSet::new();
            self.cover(claims, self.places[&stake.holder], &mut group)?;
            for place in group.into_iter().filter(|place| *place != at) {
                tallies.entry(place).or_insert(Tally::NOTHING).add(stake);
            }
        }
        Ok(tallies)
    }

    /// Adds the party at `place` and everyone above it to `covered`.
    fn cover(&self, claims: &mut Claims<'_>, place: usize, covered: &mut HashSet<usize>) -> Result<(), Exhausted> {
        if !covered.insert(place) {
            return Ok(());
        }
        let mut ahead = vec![place];
        while let Some(here) = ahead.pop() {
            for above in &self.parties[here].above {
                claims.tick()?;
                if covered.insert(*above) {
                    ahead.push(*above);
                }
            }
        }
        Ok(())
    }

    /// All controllers of the party `at`, nearest first.
    fn above(&self, claims: &mut Claims<'_>, at: usize) -> Result<Vec<usize>, Exhausted> {
        let mut covered = HashSet::new();
        self.cover(claims, at, &mut covered)?;
        covered.remove(&at);
        let mut above: Vec<usize> = covered.into_iter().collect();
        above.sort_unstable();
        Ok(above)
    }

    /// All controllers of the company, by id, each with the claim of the highest rank.
    pub(super) fn first_proofs(&self, claims: &mut Claims<'_>) -> Result<Vec<(EntityIx, Proof)>, Exhausted> {
        const COMPANY: usize = 0;
        let Party {
            entity, stakes, below, ..
        } = &self.parties[COMPANY];
        let tallies = self.tallies(claims, COMPANY)?;
        let mut first: HashMap<usize, Proof> = HashMap::new();
        let mut offer = |place: usize, proof: Proof| {
            let holder = self.parties[place].entity;
            let best = first.entry(place).or_insert(proof);
            if proof.rank(holder) < best.rank(holder) {
                *best = proof;
            }
        };
        for stake in stakes {
            let mut group = HashSet::new();
            self.cover(claims, self.places[&stake.holder], &mut group)?;
            for place in group.into_iter().filter(|place| *place != COMPANY) {
                let majority = match tallies.get(&place) {
                    Some(tally) => claims.is_majority(*entity, *tally)?,
                    None => false,
                };
                let proof = stake.proofs(majority);
                proof.for_each(|claim| offer(place, Proof::of(stake, claim)));
            }
        }
        for (company, claim, parent) in below {
            let mut group = HashSet::new();
            self.cover(claims, *parent, &mut group)?;
            for place in group.into_iter().filter(|place| *place != COMPANY) {
                offer(place, Proof::of_parent(*entity, *claim, *company));
            }
        }
        let mut first: Vec<(EntityIx, Proof)> = first
            .into_iter()
            .map(|(place, proof)| (self.parties[place].entity, proof))
            .collect();
        first.sort_unstable_by_key(|(controller, _)| *controller);
        Ok(first)
    }

    /// The parties among the company and its controllers that are controlled only by parties they control: each circle sorted by
    /// id, the circles by their smallest id.
    pub(super) fn tops(&self, claims: &mut Claims<'_>) -> Result<Vec<Vec<EntityIx>>, Exhausted> {
        let mut parties = vec![0];
        parties.extend(self.above(claims, 0)?);
        let nodes: HashMap<usize, usize> = parties.iter().copied().zip(0..).collect();
        let mut graph: DiGraph<usize, (), usize> = DiGraph::default();
        for place in &parties {
            graph.add_node(*place);
        }
        for (place, node) in &nodes {
            for above in &self.parties[*place].above {
                claims.tick()?;
                graph.add_edge(NodeIndex::new(nodes[above]), NodeIndex::new(*node), ());
            }
        }
        let circles = kosaraju_scc(&graph);
        let mut circle_of = vec![0; parties.len()];
        for (number, circle) in circles.iter().enumerate() {
            circle.iter().for_each(|node| circle_of[node.index()] = number);
        }
        let mut is_top = vec![true; circles.len()];
        for edge in graph.raw_edges() {
            let (above, below) = (circle_of[edge.source().index()], circle_of[edge.target().index()]);
            is_top[below] &= above == below;
        }
        let tops = circles.into_iter().zip(is_top).filter(|(_, is_top)| *is_top);
        let mut tops: Vec<Vec<EntityIx>> = tops
            .map(|(circle, _)| {
                let entity = |node: NodeIndex<usize>| self.parties[graph[node]].entity;
                let mut circle: Vec<EntityIx> = circle.into_iter().map(entity).collect();
                circle.sort_unstable();
                circle
            })
            .collect();
        tops.sort_unstable();
        Ok(tops)
    }
}
