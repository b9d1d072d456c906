//! Rankings against the answers that public graphs are known for, and the definition where none is published.

use std::fs;

use guanxi::graph::{
    Direction,
    algo::{self, DAMPING, PAGERANK_ERROR, ProjectedRelationship, Projection, StopCondition},
};

use super::{known_graphs::samples, ranking::endless};

/// A graph of the Graphalytics suite as a projection, its vertices in the order of the file.
fn graphalytics(name: &str) -> Option<(Vec<String>, Projection)> {
    let folder = samples("graphalytics/example-data-sets/graphs")?;
    let read = |ending: &str| fs::read_to_string(folder.join(format!("{name}{ending}"))).unwrap();
    let ids: Vec<String> = read(".v").split_whitespace().map(str::to_owned).collect();
    let row = |id: &str| u32::try_from(ids.iter().position(|known| known == id).unwrap()).unwrap();
    let edges = read(".e");
    let followed = edges.lines().map(|line| {
        let mut ends = line.split_whitespace().map(row);
        ProjectedRelationship {
            from: ends.next().unwrap(),
            to: ends.next().unwrap(),
            symmetric: false,
        }
    });
    let followed: Vec<ProjectedRelationship> = followed.collect();
    let directed = read(".properties")
        .lines()
        .any(|line| line.ends_with("directed = true"));
    let direction = if directed { Direction::Outgoing } else { Direction::Both };
    let count = ids.len();
    Some((
        ids,
        Projection::new(&followed, direction, vec![true; count], vec![true; count]),
    ))
}

/// What is expected of each vertex, or a setting.
fn expected(name: &str, ending: &str) -> Vec<(String, String)> {
    let folder = samples("graphalytics/example-data-sets/graphs").unwrap();
    let text = fs::read_to_string(folder.join(format!("{name}{ending}"))).unwrap();
    let pairs = text.lines().filter_map(|line| line.rsplit_once(' '));
    pairs
        .map(|(key, value)| (key.trim_end_matches([' ', '=']).to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn pageranks_are_those_graphalytics_expects() {
    for name in [
        "example-directed",
        "example-undirected",
        "test-pr-directed",
        "test-pr-undirected",
    ] {
        let Some((ids, projection)) = graphalytics(name) else {
            return;
        };
        let settings = expected(name, ".properties");
        let setting = |ending: &str| {
            settings
                .iter()
                .find(|(key, _)| key.ends_with(ending))
                .unwrap()
                .1
                .clone()
        };
        let damping: f64 = setting("pr.damping-factor").parse().unwrap();
        let iterations = setting("pr.num-iterations").parse().unwrap();
        let answer = algo::pagerank(&projection, damping, StopCondition::Iterations(iterations), &endless()).unwrap();
        let expected = expected(name, "-PR");
        assert_eq!(expected.len(), ids.len());
        for (id, score) in expected {
            let score: f64 = score.parse().unwrap();
            let result = answer.scores[ids.iter().position(|known| *known == id).unwrap()];
            assert!(
                (result - score).abs() < 1e-4 * score,
                "{name}: {id} has {result}, not {score}"
            );
        }
    }
}

#[test]
fn components_are_those_graphalytics_expects() {
    for name in [
        "example-directed",
        "example-undirected",
        "test-wcc-directed",
        "test-wcc-undirected",
    ] {
        let Some((ids, _)) = graphalytics(name) else { return };
        let folder = samples("graphalytics/example-data-sets/graphs").unwrap();
        let row = |id: &str| u32::try_from(ids.iter().position(|known| known == id).unwrap()).unwrap();
        let edges = fs::read_to_string(folder.join(format!("{name}.e"))).unwrap();
        let followed: Vec<ProjectedRelationship> = edges
            .lines()
            .map(|line| {
                let mut ends = line.split_whitespace().map(row);
                ProjectedRelationship {
                    from: ends.next().unwrap(),
                    to: ends.next().unwrap(),
                    symmetric: false,
                }
            })
            .collect();
        let projection = Projection::new(&followed, Direction::Both, vec![true; ids.len()], vec![true; ids.len()]);
        let sizes = algo::components(&projection, &endless()).unwrap();
        let expected = expected(name, "-WCC");
        for (id, label) in &expected {
            let size = expected.iter().filter(|(_, other)| other == label).count();
            let result = sizes[ids.iter().position(|known| known == id).unwrap()];
            assert_eq!(usize::try_from(result), Ok(size), "{name}: {id}");
        }
    }
}

/// The relationships of a graph in METIS form without weights, counted from 0.
fn metis(name: &str) -> Option<(usize, Vec<ProjectedRelationship>)> {
    let text = fs::read_to_string(samples("graphs")?.join(format!("{name}.graph"))).unwrap();
    let mut lines = text.lines().filter(|line| !line.starts_with('%'));
    let count = lines
        .next()
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let mut followed = Vec::new();
    for (from, line) in (0_u32..).zip(lines.take(count)) {
        let neighbors = line
            .split_whitespace()
            .map(|neighbor| neighbor.parse::<u32>().unwrap() - 1);
        followed.extend(neighbors.filter(|to| from < *to).map(|to| ProjectedRelationship {
            from,
            to,
            symmetric: false,
        }));
    }
    Some((count, followed))
}

/// The betweenness of every vertex by the distances of all pairs and the numbers of shortest ways between them.
fn by_all_pairs(count: usize, followed: &[ProjectedRelationship]) -> Vec<f64> {
    let at = |row: u32| usize::try_from(row).unwrap();
    let mut neighbors = vec![Vec::new(); count];
    for link in followed {
        neighbors[at(link.from)].push(at(link.to));
        neighbors[at(link.to)].push(at(link.from));
    }
    let from = |start: usize| {
        let (mut distances, mut ways) = (vec![usize::MAX; count], vec![0.0_f64; count]);
        (distances[start], ways[start]) = (0, 1.0);
        let mut result = vec![start];
        let mut next = 0;
        while let Some(here) = result.get(next).copied() {
            next += 1;
            for neighbor in &neighbors[here] {
                if distances[*neighbor] == usize::MAX {
                    distances[*neighbor] = distances[here] + 1;
                    result.push(*neighbor);
                }
                if distances[*neighbor] == distances[here] + 1 {
                    ways[*neighbor] += ways[here];
                }
            }
        }
        (distances, ways)
    };
    let all: Vec<(Vec<usize>, Vec<f64>)> = (0..count).map(from).collect();
    let sum = |between: usize| {
        let pairs = (0..count).flat_map(|one| (0..count).map(move |other| (one, other)));
        let pairs = pairs.filter(|(one, other)| one != other && *one != between && *other != between);
        let parts = pairs.map(|(one, other)| {
            let (there, onwards, whole) = (all[one].0[between], all[between].0[other], all[one].0[other]);
            let lies_on = whole != usize::MAX && there.checked_add(onwards) == Some(whole);
            if lies_on {
                all[one].1[between] * all[between].1[other] / all[one].1[other]
            } else {
                0.0
            }
        });
        parts.sum::<f64>()
    };
    let count_of = f64::from(u32::try_from(count).unwrap());
    (0..count)
        .map(|between| sum(between) / ((count_of - 1.0) * (count_of - 2.0)))
        .collect()
}

#[test]
fn betweenness_in_well_known_graphs_is_that_of_all_pairs() {
    for (name, first) in [("karate", Some((0, 0.437_635_281))), ("jazz", None)] {
        let Some((count, followed)) = metis(name) else { return };
        let projection = Projection::new(&followed, Direction::Both, vec![true; count], vec![true; count]);
        let scores = algo::betweenness(&projection, &endless()).unwrap();
        for (vertex, expected) in by_all_pairs(count, &followed).into_iter().enumerate() {
            assert!((scores[vertex] - expected).abs() < 1e-9, "{name}: {vertex}");
        }
        // The instructor of the karate club.
        if let Some((vertex, expected)) = first {
            assert!((scores[vertex] - expected).abs() < 1e-8, "{}", scores[vertex]);
        }
        let ending = StopCondition::Converged {
            error: PAGERANK_ERROR,
            swept_max: u64::MAX,
        };
        let ranks = algo::pagerank(&projection, DAMPING, ending, &endless()).unwrap();
        assert!(ranks.error.unwrap() <= PAGERANK_ERROR);
    }
}
