//! Sizes of connected components. An entity that may not be passed through joins no components, but borders on them.

use super::projection::{Projection, Sweep};
use crate::graph::{Budget, Exhausted, write::ranks::Rank};

/// The size of the component of each row: the number of entities connected with it by paths in any direction, itself included. An
/// entity that may not be passed through may border on several components, is counted in each, and has the size of the largest.
///
/// The arcs of `projection` must go in both directions. Union by the smaller row with path halving, O((n + m) log n) at most; sweeps
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
    let root_sizes = sizes.clone();
    for row in projection.ranked().filter(|row| projection.passes(*row)) {
        sizes[row.at()] = root_sizes[root(&mut parents, row).at()];
    }
    for (row, roots) in bordering {
        // Two entities that may not be passed through can still be neighbors.
        let minimum = if projection.targets(row).is_empty() { 1 } else { 2 };
        sizes[row.at()] = roots.iter().map(|root| root_sizes[root.at()]).fold(minimum, u32::max);
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
