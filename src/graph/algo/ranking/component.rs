//! How many entities hang together. Whoever is not passed through joins nobody: it borders on components.

use super::projection::{Projection, Sweep};
use crate::graph::{Budget, Exhausted, write::ranks::Rank};

/// The size of the component of each row: how many entities are connected with it by paths, itself included, whichever way
/// relationships lead. An entity that is not passed through may border on several components, is counted in each, and has
/// the size of the largest.
///
/// The arcs of `projection` must go both ways. Union by the smaller row with path halving, O((n + m) log n) at most; sweeps
/// every arc twice.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn components(projection: &Projection, budget: &Budget) -> Result<Vec<u32>, Exhausted> {
    let mut sweep = Sweep::new(budget);
    let rows = u32::try_from(projection.rows()).expect("rows are counted when the snapshot is built");
    let mut parents: Vec<Rank> = (0..rows).map(Rank).collect();
    for row in projection.ranked().filter(|row| projection.passes(*row)) {
        let targets = projection.targets(row);
        sweep.add(1 + targets.len())?;
        for target in targets.iter().filter(|target| projection.passes(**target)) {
            let (one, other) = (root(&mut parents, row), root(&mut parents, *target));
            parents[one.max(other).at()] = one.min(other);
        }
    }
    let mut sizes = vec![0_u32; projection.rows()];
    let mut bordering: Vec<(Rank, Vec<Rank>)> = Vec::new();
    for row in projection.ranked() {
        let targets = projection.targets(row);
        sweep.add(1 + targets.len())?;
        if projection.passes(row) {
            sizes[root(&mut parents, row).at()] += 1;
            continue;
        }
        let within = targets.iter().filter(|target| projection.passes(**target));
        let mut roots: Vec<Rank> = within.map(|target| root(&mut parents, *target)).collect();
        roots.sort_unstable();
        roots.dedup();
        roots.iter().for_each(|root| sizes[root.at()] += 1);
        bordering.push((row, roots));
    }
    sweep.flush()?;
    let of_roots = sizes.clone();
    for row in projection.ranked().filter(|row| projection.passes(*row)) {
        sizes[row.at()] = of_roots[root(&mut parents, row).at()];
    }
    for (row, roots) in bordering {
        // Two entities that are not passed through may still be each other's neighbors.
        let alone = if projection.targets(row).is_empty() { 1 } else { 2 };
        sizes[row.at()] = roots.iter().map(|root| of_roots[root.at()]).fold(alone, u32::max);
    }
    Ok(sizes)
}

fn root(parents: &mut [Rank], mut row: Rank) -> Rank {
    while parents[row.at()] != row {
        parents[row.at()] = parents[parents[row.at()].at()];
        row = parents[row.at()];
    }
    row
}
