//! A seeded company graph of any size for benches: ownership trees by a copying model (so that groups have a power law),
//! cross holdings, a few circles, partnerships by preferential attachment, and one hub.

mod names;

use std::sync::{Arc, LazyLock};

use fastrand::Rng;
use guanxi::{
    graph::{EntityIx, Mask, Snapshot},
    model::{
        Dataset, Date, Ends, Entity, Evidence, PartialDate, Relationship, RelationshipKind, Share, ShareOf, ShareRange,
        Source, Stance, Timestamp, Validity, View,
    },
    store::State,
};

use self::names::Names;

// The allocator of the program, which the figures depend on.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The sizes of the graphs in companies.
pub(crate) const SIZES: [usize; 2] = [100_000, 1_000_000];

static SMALL: LazyLock<World> = LazyLock::new(|| World::new(SIZES[0]));
static LARGE: LazyLock<World> = LazyLock::new(|| World::new(SIZES[1]));

/// The graph of this many companies, one of [`SIZES`]; built on the first call.
pub(crate) fn world(companies: usize) -> &'static World {
    if companies == SIZES[0] { &SMALL } else { &LARGE }
}

/// The current time of the queries.
pub(crate) fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().expect("a moment")
}

/// The number of partners of the hub in a graph of `companies`.
fn hub_degree(companies: usize) -> usize {
    companies.min(100_000) - 1
}

/// The id of a company; 0 is the hub.
pub(crate) fn company(number: usize) -> String {
    format!("C{number:07}")
}

/// The relationships: about two for each company, and those of the hub.
fn links(companies: usize, rng: &mut Rng) -> Vec<(usize, usize, RelationshipKind, Option<f64>)> {
    let mut links = Vec::with_capacity(companies * 21 / 10 + hub_degree(companies));
    let mut parents = vec![None; companies];
    // The share of each company that is still free, in percent. With more than 100 % claimed, circles would amplify small shares.
    let mut free = vec![100.0; companies];
    let mut ends = vec![1];
    for child in 2..companies {
        if rng.f64() < 0.88 {
            let mut parent = rng.usize(1..child);
            if let Some(grandparent) = parents[parent].filter(|_| rng.bool()) {
                parent = grandparent;
            }
            parents[child] = Some(parent);
            ends.extend([parent, child]);
            let percent = if rng.bool() {
                100.0
            } else {
                f64::from(rng.u32(501..1000)) / 10.0
            };
            free[child] -= percent;
            links.push((parent, child, RelationshipKind::Owns, Some(percent)));
        }
    }
    for _ in 0..companies * 12 / 100 {
        let (holder, subsidiary) = (rng.usize(1..companies), ends[rng.usize(..ends.len())]);
        let percent = f64::min(f64::from(rng.u32(10..300)) / 10.0, free[subsidiary]);
        if holder != subsidiary && percent > 0.1 {
            free[subsidiary] -= percent;
            links.push((holder, subsidiary, RelationshipKind::Owns, Some(percent)));
        }
    }
    let mut popular: Vec<usize> = ends.iter().copied().step_by(7).collect();
    for _ in 0..companies {
        let (one, other) = (rng.usize(1..companies), popular[rng.usize(..popular.len())]);
        if one != other {
            popular.extend([one, other]);
            links.push((one, other, RelationshipKind::PartnersWith, None));
        }
    }
    // Circles: every thousandth company holds a small share of its own parent.
    for child in (0..companies).step_by(1000) {
        let parent = parents[child].filter(|parent| free[*parent] >= 10.0);
        links.extend(parent.map(|parent| (child, parent, RelationshipKind::Owns, Some(10.0))));
    }
    links.extend((1..=hub_degree(companies)).map(|supplied| (0, supplied, RelationshipKind::Supplies, None)));
    links
}

/// A relationship that the register asserts.
pub(crate) fn relationship(id: String, kind: RelationshipKind, (from, to): (String, String)) -> Relationship {
    let evidence = Evidence {
        id: format!("{id}#1"),
        source: "source:register".to_owned(),
        locator: None,
        stance: Stance::Asserts,
        speaker: None,
        stated_on: None,
        summary: None,
        share: None,
        amount: None,
        confidence: None,
    };
    Relationship {
        evidence: vec![evidence],
        ..Relationship::new(id, kind, Ends::Known { from, to })
    }
}

/// A dataset of this many companies, the same in every run.
pub(crate) fn dataset(companies: usize) -> Dataset {
    let mut rng = Rng::with_seed(42);
    let recorded_at: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a moment");
    let names = Names::new(&mut rng);
    let entities = (0..companies).map(|number| names.company(&company(number), &mut rng));
    let entities: Vec<Entity> = entities.collect();
    let relationships =
        links(companies, &mut rng)
            .into_iter()
            .enumerate()
            .map(|(position, (from, to, kind, percent))| {
                let since = Date::constant(rng.i16(1990..2026), rng.i8(1..=12), rng.i8(1..=28));
                let id = format!("R{position:08}");
                Relationship {
                    validity: Validity::new(Some(PartialDate::from(since)), None).expect("an open interval"),
                    share: percent
                        .and_then(|percent| ShareRange::exact(percent).ok())
                        .map(|range| Share {
                            range,
                            of: ShareOf::Capital,
                        }),
                    recorded_at,
                    ..relationship(id, kind, (company(from), company(to)))
                }
            });
    Dataset {
        title: format!("{companies} companies"),
        description: None,
        licence: None,
        recorded_at,
        sources: vec![Source {
            id: "source:register".to_owned(),
            publisher: "Register".to_owned(),
            title: "Companies".to_owned(),
            url: None,
            published_on: None,
            licence: None,
        }],
        relationships: relationships.collect(),
        entities,
    }
}

/// A generated graph, with a mask of all of it.
pub(crate) struct World {
    pub(crate) state: Arc<State>,
    pub(crate) mask: Mask,
    pub(crate) companies: usize,
}

impl World {
    /// A graph of this many companies.
    pub(crate) fn new(companies: usize) -> Self {
        let snapshot = Snapshot::build(&dataset(companies)).expect("the generator creates valid data");
        let mask = snapshot.mask(&View::now(now()));
        Self {
            state: Arc::new(State::new(snapshot)),
            mask,
            companies,
        }
    }

    /// Its graph.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        self.state.graph()
    }

    /// The company with this number; 0 is the hub.
    pub(crate) fn number(&self, number: usize) -> EntityIx {
        self.snapshot()
            .entity_by_id(&company(number), &self.mask)
            .expect("the company was generated")
    }

    /// A random company other than the hub.
    pub(crate) fn any(&self, rng: &mut Rng) -> EntityIx {
        self.number(rng.usize(1..self.companies))
    }
}
