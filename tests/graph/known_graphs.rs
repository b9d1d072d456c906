//! Public graphs with known answers, walked through an [`Expand`] over plain lists: the algorithms do not depend on the
//! store they walk. The samples lie next to the project; their absence is reported.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
};

use guanxi::{
    graph::{
        Crossing, Direction, Exhausted, Expand, Step, Traversal,
        algo::{self, NeighborhoodBounds, PathOutcome, PathQuestion},
    },
    model::EntityKind,
};

/// A graph as two lists of neighbors per vertex.
#[derive(Default)]
struct Lists {
    ids: Vec<String>,
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
    /// The names of the edges, by their ends.
    edges: BTreeMap<(usize, usize), String>,
}

/// Why a plain list fails: only when a budget ends, and here it never does.
#[derive(Debug)]
struct Never(#[expect(dead_code, reason = "lists charge no budget")] Exhausted);

impl From<Exhausted> for Never {
    fn from(exhausted: Exhausted) -> Self {
        Self(exhausted)
    }
}

impl From<Infallible> for Never {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Expand for Lists {
    type Node = usize;
    type Link = (usize, usize);
    type Error = Never;

    fn entity_id(&self, node: usize) -> &str {
        &self.ids[node]
    }

    fn relationship_id(&self, link: (usize, usize)) -> Cow<'_, str> {
        self.edges[&link].as_str().into()
    }

    fn expand(
        &self,
        frontier: &[usize],
        step: &Step,
        out: &mut Vec<Crossing<usize, (usize, usize)>>,
    ) -> Result<(), Never> {
        let mut cross = |from: usize, to: usize, link: (usize, usize), forward: bool| {
            out.push(Crossing {
                from,
                to,
                link,
                forward,
                from_kind: EntityKind::Company,
                to_kind: EntityKind::Company,
                disputed: false,
            });
        };
        for from in frontier.iter().copied() {
            if step.direction != Direction::Incoming {
                self.outgoing[from]
                    .iter()
                    .for_each(|to| cross(from, *to, (from, *to), true));
            }
            if step.direction != Direction::Outgoing {
                self.incoming[from]
                    .iter()
                    .for_each(|to| cross(from, *to, (*to, from), false));
            }
        }
        Ok(())
    }

    fn spend(&self, _work: u64) -> Result<(), Never> {
        Ok(())
    }

    fn degree_exceeds(&self, node: usize, _step: &Step, max: usize) -> Result<bool, Never> {
        Ok(self.outgoing[node].len() + self.incoming[node].len() > max)
    }

    fn has_undisclosed(&self, _node: usize, _step: &Step) -> bool {
        false
    }

    fn exhausted(_error: &Never) -> Option<Exhausted> {
        None
    }
}

impl Lists {
    fn of(ids: Vec<String>, edges: &[(usize, usize)]) -> Self {
        let mut lists = Self {
            outgoing: vec![Vec::new(); ids.len()],
            incoming: vec![Vec::new(); ids.len()],
            ids,
            edges: BTreeMap::new(),
        };
        for (from, to) in edges {
            lists.outgoing[*from].push(*to);
            lists.incoming[*to].push(*from);
            lists.edges.insert((*from, *to), format!("{from}>{to}"));
        }
        lists
    }

    fn directed(direction: Direction) -> Traversal<usize> {
        let mut traversal = Traversal::standard();
        traversal.step.direction = direction;
        traversal
    }

    /// The distance of every vertex that can be reached from `start`.
    fn distances(&self, start: usize, direction: Direction) -> BTreeMap<usize, usize> {
        let bounds = NeighborhoodBounds {
            depth_max: self.ids.len(),
            entities_max: self.ids.len(),
            relationships_max: usize::MAX,
        };
        let result = algo::neighborhood(self, &Self::directed(direction), &[start], bounds).unwrap();
        assert!(!result.truncated);
        result.entities.into_iter().collect()
    }
}

/// The folder of the samples, if it is there.
pub(super) fn samples(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/samples")
        .join(folder);
    if !path.is_dir() {
        eprintln!("SKIPPED: the samples {folder} are not next to the project, so known answers were not compared");
        return None;
    }
    Some(path)
}

/// A graph of the Graphalytics suite: vertices, edges, whether it is directed.
fn graphalytics(folder: &Path, name: &str) -> Lists {
    let read = |ending: &str| fs::read_to_string(folder.join(format!("{name}{ending}"))).unwrap();
    let ids: Vec<String> = read(".v").split_whitespace().map(str::to_owned).collect();
    let position = |id: &str| ids.iter().position(|known| known == id).unwrap();
    let edges: Vec<(usize, usize)> = read(".e")
        .lines()
        .map(|line| line.split_whitespace().take(2).map(position).collect::<Vec<_>>())
        .map(|ends| (ends[0], ends[1]))
        .collect();
    Lists::of(ids, &edges)
}

#[test]
fn breadth_first_distances_are_those_graphalytics_expects() {
    let Some(folder) = samples("graphalytics/example-data-sets/graphs") else {
        return;
    };
    for (name, source, direction) in [
        ("example-directed", "1", Direction::Outgoing),
        ("example-undirected", "2", Direction::Both),
        ("test-bfs-directed", "1", Direction::Outgoing),
        ("test-bfs-undirected", "1", Direction::Both),
    ] {
        let properties = fs::read_to_string(folder.join(format!("{name}.properties"))).unwrap();
        let digest = properties
            .lines()
            .find(|line| line.contains("bfs.source-vertex"))
            .unwrap();
        assert!(digest.ends_with(&format!("= {source}")), "{digest}");
        let graph = graphalytics(&folder, name);
        let start = graph.ids.iter().position(|id| id == source).unwrap();
        let distances = graph.distances(start, direction);
        let expected = fs::read_to_string(folder.join(format!("{name}-BFS"))).unwrap();
        assert_eq!(expected.lines().count(), graph.ids.len());
        for line in expected.lines() {
            let (id, distance) = line.split_once(' ').unwrap();
            let vertex = graph.ids.iter().position(|known| known == id).unwrap();
            // What cannot be reached is stored as the largest number.
            let expected: Option<usize> = distance.parse().ok().filter(|distance| *distance < graph.ids.len());
            assert_eq!(distances.get(&vertex).copied(), expected, "{name}: {id}");
            if vertex != start {
                let question = PathQuestion {
                    from: start,
                    to: vertex,
                    count: 1,
                    length_max: graph.ids.len(),
                };
                let result = algo::paths(&graph, &Lists::directed(direction), &question).unwrap();
                assert_eq!(result.paths.first().map(Vec::len), expected, "{name}: {id}");
                assert_eq!(result.outcome == PathOutcome::Found, expected.is_some());
            }
        }
    }
}

/// The weight of each edge of a Graphalytics graph, by its ends.
fn weights(folder: &Path, name: &str, graph: &Lists) -> BTreeMap<(usize, usize), f64> {
    let position = |id: &str| graph.ids.iter().position(|known| known == id).unwrap();
    let edges = fs::read_to_string(folder.join(format!("{name}.e"))).unwrap();
    let weighted = edges.lines().map(|line| {
        let mut fields = line.split_whitespace();
        let ends = (position(fields.next().unwrap()), position(fields.next().unwrap()));
        (ends, fields.next().unwrap().parse().unwrap())
    });
    weighted.collect()
}

#[test]
fn the_lightest_of_all_simple_paths_weighs_what_graphalytics_expects() {
    let Some(folder) = samples("graphalytics/example-data-sets/graphs") else {
        return;
    };
    for (name, direction) in [
        ("example-directed", Direction::Outgoing),
        ("example-undirected", Direction::Both),
        ("test-sssp-directed", Direction::Outgoing),
        ("test-sssp-undirected", Direction::Both),
    ] {
        let properties = fs::read_to_string(folder.join(format!("{name}.properties"))).unwrap();
        let source = properties
            .lines()
            .find(|line| line.contains("sssp.source-vertex"))
            .unwrap();
        let source = source.rsplit(' ').next().unwrap();
        let graph = graphalytics(&folder, name);
        let weights = weights(&folder, name, &graph);
        let start = graph.ids.iter().position(|id| id == source).unwrap();
        let expected = fs::read_to_string(folder.join(format!("{name}-SSSP"))).unwrap();
        assert_eq!(expected.lines().count(), graph.ids.len(), "{name}");
        for line in expected.lines() {
            let (id, distance) = line.split_once(' ').unwrap();
            let to = graph.ids.iter().position(|known| known == id).unwrap();
            let expected = distance.parse().ok().filter(|distance: &f64| distance.is_finite());
            if to == start {
                assert_eq!(expected, Some(0.0));
                continue;
            }
            // Walks count steps, so the lightest path is one of all: none may be missing.
            let question = PathQuestion {
                from: start,
                to,
                count: usize::MAX,
                length_max: graph.ids.len(),
            };
            let result = algo::paths(&graph, &Lists::directed(direction), &question).unwrap();
            let weigh = |path: &Vec<Crossing<usize, (usize, usize)>>| {
                path.iter().map(|crossing| weights[&crossing.link]).sum::<f64>()
            };
            let lightest = result.paths.iter().map(weigh).min_by(f64::total_cmp);
            assert_eq!(lightest.is_some(), expected.is_some(), "{name}: {id}");
            if let (Some(lightest), Some(expected)) = (lightest, expected) {
                assert!(
                    (lightest - expected).abs() < 1e-9,
                    "{name}: {id} weighs {lightest}, not {expected}"
                );
            }
        }
    }
}

/// A graph in METIS form: a line per vertex with its neighbors, counted from 1.
fn metis(path: &Path) -> (Lists, usize) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().filter(|line| !line.starts_with('%'));
    let mut head = lines.next().unwrap().split_whitespace();
    let vertices: usize = head.next().unwrap().parse().unwrap();
    let edges: usize = head.next().unwrap().parse().unwrap();
    // A format that ends in 1 has a weight after each neighbor.
    let stride = if head.next().is_some_and(|format| format.ends_with('1')) {
        2
    } else {
        1
    };
    let mut pairs = Vec::with_capacity(edges);
    for (from, line) in lines.take(vertices).enumerate() {
        let neighbors = line.split_whitespace().step_by(stride);
        let neighbors = neighbors.map(|neighbor| neighbor.parse::<usize>().unwrap() - 1);
        pairs.extend(neighbors.filter(|to| from < *to).map(|to| (from, to)));
    }
    let ids = (0..vertices).map(|vertex| format!("{vertex:05}")).collect();
    (Lists::of(ids, &pairs), edges)
}

#[test]
fn well_known_graphs_have_their_known_sizes_and_diameters() {
    let Some(folder) = samples("graphs") else { return };
    for (name, vertices, edges, diameter) in [
        ("karate", 34, 78, Some(5)),
        ("lesmis", 77, 254, Some(5)),
        ("jazz", 198, 2742, Some(6)),
        ("power", 4941, 6594, None),
        ("hep-th", 8361, 15751, None),
        ("PGPgiantcompo", 10680, 24316, None),
    ] {
        let (graph, edges_stated) = metis(&folder.join(format!("{name}.graph")));
        assert_eq!(
            (graph.ids.len(), graph.edges.len(), edges_stated),
            (vertices, edges, edges),
            "{name}"
        );
        if let Some(diameter) = diameter {
            let farthest = |start: usize| {
                let distances = graph.distances(start, Direction::Both);
                assert_eq!(distances.len(), vertices, "{name} is connected");
                distances.into_values().max()
            };
            assert_eq!((0..vertices).filter_map(farthest).max(), Some(diameter), "{name}");
        }
    }
}

#[test]
fn shortest_paths_of_a_large_graph_are_as_long_as_its_distances() {
    let Some(folder) = samples("graphs") else { return };
    let (graph, _) = metis(&folder.join("power.graph"));
    let distances = graph.distances(0, Direction::Both);
    assert_eq!(distances.len(), 4941, "the power grid is connected");
    for vertex in (1..4941).step_by(97) {
        let question = PathQuestion {
            from: 0,
            to: vertex,
            count: 2,
            length_max: 60,
        };
        let result = algo::paths(&graph, &Traversal::standard(), &question).unwrap();
        assert_eq!(result.paths[0].len(), distances[&vertex], "{vertex}");
        assert!(result.paths.is_sorted_by_key(Vec::len));
    }
}
