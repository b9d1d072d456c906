//! A store of a million companies: the times to create it, to restart it, and to change it; and the cost of reading during writes. `cargo bench --bench large_store` needs 4 GB of disk for a few minutes.
//!
//! The cost of reading is the processor time of the reading thread, so that it is comparable on a shared machine.

#[expect(dead_code, reason = "a store is created from the data itself")]
mod support;

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use guanxi::{
    graph::{Pattern, Snapshot},
    model::{Change, Record, RelationshipKind, Timestamp, View},
    store::{State, Store, commit::Proposal, folder::StoreFolder},
};
use support::{SIZES, company, dataset, relationship};

/// How long reading is measured, with and without writers.
const SPAN: Duration = Duration::from_secs(5);
const WRITERS: usize = 2;

fn main() {
    let companies = SIZES[1];
    // Not the system's own temporary folder, which may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let dir = folder.path();
    let data = dataset(companies);
    let relationships = data.relationships.len();
    println!("{companies} companies, {relationships} relationships");
    let store_folder = StoreFolder::open(dir, Timestamp::now()).expect("a folder");
    timed("beginning a store", || {
        store_folder.create(&data, Timestamp::now()).expect("a store")
    });
    drop((store_folder, data));
    let store = timed("the first start, from the log", || open(dir));
    timed("writing the base for the next start", || {
        store.rebase().expect("a base")
    });
    drop(store);
    for file in fs::read_dir(dir).expect("a folder") {
        let file = file.expect("a file");
        let bytes = file.metadata().map_or(0, |file| file.len());
        println!("  {} MB {}", bytes / 1_000_000, file.file_name().display());
    }
    for _ in 0..3 {
        drop(timed("a start", || open(dir)));
    }
    let store = open(dir);
    reading(&store, companies);
    timed("building a new base", || store.rebase().expect("a base"));
}

fn open(dir: &Path) -> Store {
    let store_folder = StoreFolder::open(dir, Timestamp::now()).expect("a folder");
    Store::open(store_folder, |graph| Arc::new(State::unprepared(graph))).expect("a store")
}

fn timed<T>(title: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    println!("{title}: {:.2} s", began.elapsed().as_secs_f64());
    result
}

/// Prints the cost of reading a company and its surroundings within two steps: without writers, with writers, and afterwards.
fn reading(store: &Store, companies: usize) {
    let look = |title: &str| {
        let (mut looks, before, began) = (0_u64, processor_time(), Instant::now());
        let mut rng = Rng::with_seed(7);
        while began.elapsed() < SPAN {
            for _ in 0..100 {
                let state = store.state();
                std::hint::black_box(around(state.graph(), &company(rng.usize(1..companies))));
            }
            looks += 100;
        }
        let spent = processor_time() - before;
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a ratio for print")]
        let each = spent.as_secs_f64() * 1e6 / looks as f64;
        println!("{title}: {each:.2} µs of processor time a look, {looks} looks");
        each
    };
    let quiet = look("reading, quiet");
    let (stop, write_count) = (AtomicBool::new(false), AtomicU64::new(0));
    let busy = thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (stop, write_count) = (&stop, &write_count);
            scope.spawn(move || {
                let mut rng = Rng::with_seed(u64::try_from(writer).expect("few"));
                while !stop.load(Ordering::Relaxed) {
                    store.commit(proposal(&mut rng, companies)).expect("a change");
                    write_count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let busy = look("reading, while others write");
        stop.store(true, Ordering::Relaxed);
        busy
    });
    println!(
        "  {} changes were written, {:.2} of quiet",
        write_count.load(Ordering::Relaxed),
        busy / quiet
    );
    let after = look("reading, after that");
    println!(
        "  {} changes beside the base, {:.2} of quiet",
        store.state().graph().changes(),
        after / quiet
    );
}

/// Reads names and relationships within two steps, at most `STEPS_MAX` from each entity.
fn around(graph: &Snapshot, id: &str) -> usize {
    const STEPS_MAX: usize = 64;
    let mask = graph.mask(&View::now(Timestamp::MAX));
    let Some(entity) = graph.entity_by_id(id, &mask) else {
        return 0;
    };
    let first = graph.hops(entity, Pattern::any(), mask).take(STEPS_MAX);
    let second = first.flat_map(|hop| graph.hops(hop.neighbor, Pattern::any(), mask).take(STEPS_MAX));
    second
        .map(|hop| {
            graph.entity(hop.neighbor).name().len() + usize::from(graph.relationship(hop.relationship).disputed())
        })
        .sum()
}

/// A new relationship between two companies, with its evidence, and a new name for one of them.
fn proposal(rng: &mut Rng, companies: usize) -> Proposal {
    let (from, to) = (company(rng.usize(1..companies)), company(rng.usize(1..companies)));
    let number = rng.u64(..);
    Proposal {
        retry: None,
        by: None,
        reason: None,
        at: Timestamp::now(),
        decide: Box::new(move |graph| {
            let mask = graph.mask(&View::now(Timestamp::MAX));
            let entity = graph.entity_by_id(&from, &mask).expect("it was generated");
            let mut renamed = graph.entity(entity).record();
            renamed.name = format!("Renamed {number}");
            let claim = relationship(format!("rel:new:{number}"), RelationshipKind::PartnersWith, (from, to));
            Ok(vec![
                Change::Put(Box::new(Record::Entity(renamed))),
                Change::Put(Box::new(Record::Relationship(claim))),
            ])
        }),
    }
}

/// The processor time of this thread so far.
fn processor_time() -> Duration {
    let statistics =
        fs::read_to_string("/proc/thread-self/schedstat").expect("Linux reports the processor time of a thread");
    let nanos = statistics.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.expect("nanoseconds on a processor"))
}
