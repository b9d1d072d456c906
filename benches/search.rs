//! The cost of searching 1,000,000 companies: building the index, its memory, questions of every kind, directly after a commit and
//! during many changes, and reading the stored index.
//! `cargo bench --profile dist --bench search`

mod support;

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use divan::{Bencher, black_box};
use fastrand::Rng;
use guanxi::{
    graph::Budget,
    model::{Change, CompanyName, Dataset, Entity, EntityKind, Record, Timestamp, View},
    store::{
        State, Store,
        commit::Proposal,
        folder::StoreFolder,
        search::{Index, Question, highlights},
    },
};
use support::{SIZES, world};

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let snapshot = world(SIZES[1]).snapshot();
    let (resident, start) = (resident_mb(), Instant::now());
    let index = Index::build(snapshot).expect("there is memory");
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "index of {} companies: built in {seconds:.1} s, {} MB, resident memory {} to {} MB",
        index.entities(),
        index.bytes() / 1_000_000,
        resident,
        resident_mb(),
    );
    index
});

/// The resident memory of this process; 0 if the system does not report it.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1000
}

fn main() {
    LazyLock::force(&INDEX);
    for text in QUESTIONS.iter().chain(&MESSY) {
        let names: Vec<&str> = results(text).1;
        println!("{text}: {} found, first {}", results(text).0, names.join(" · "));
    }
    print_searches_during_changes();
    print_start_time();
    divan::main();
}

/// A store of the million companies in memory, with its index.
static STORE: LazyLock<Store> = LazyLock::new(|| {
    let state = Arc::new(State::new(world(SIZES[1]).snapshot().clone()));
    state.prepare();
    Store::in_memory(state)
});

/// Renames random companies, each with a distinct word.
fn rename(store: &Store, companies: usize, rng: &mut Rng) {
    let rename = |number: usize| {
        let id = support::company(number);
        let entity = Entity::new(&id, EntityKind::Company, &format!("Renamed{number} steel"));
        Change::Put(Box::new(Record::Entity(entity.expect("a name"))))
    };
    let mut numbers: Vec<usize> = (0..companies).map(|_| rng.usize(1..SIZES[1])).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let changes: Vec<Change> = numbers.into_iter().map(rename).collect();
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        at: support::now(),
        decide: Box::new(move |_| Ok(changes)),
    };
    assert!(store.commit(proposal).is_ok(), "companies can be renamed");
}

/// Searches the latest state, including the update of the index.
fn ask(store: &Store, text: &str) -> usize {
    let state = store.state();
    let question = Question::new(text).expect("the question is short");
    let budget = Budget::new(u64::MAX, || false);
    let hits = state
        .search()
        .expect("there is an index")
        .search(&question, |_| true, &budget);
    hits.expect("the budget has no end").len()
}

/// Prints the times of searches while 50,000 companies change as fast as possible, and directly after.
fn print_searches_during_changes() {
    let mut times = Vec::new();
    let start = Instant::now();
    let timed = || {
        let start = Instant::now();
        black_box(ask(&STORE, "chaibrart"));
        start.elapsed()
    };
    ask(&STORE, "chaibrart");
    let committed = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut rng = Rng::with_seed(1);
            let start = Instant::now();
            (0..100).for_each(|_| rename(&STORE, 500, &mut rng));
            start.elapsed()
        });
        while !writing.is_finished() {
            times.push(timed());
        }
        writing.join().expect("it commits")
    });
    let after = timed();
    let longest = times.iter().max().copied().unwrap_or_default();
    println!(
        "50,000 companies changed in {committed:.1?}; {} searches meanwhile, the longest {longest:.1?}, the next {after:.1?}; {:.1?} in all",
        times.len(),
        start.elapsed(),
    );
    // All at once, without a search in between.
    rename(&STORE, 50_000, &mut Rng::with_seed(2));
    println!(
        "50,000 companies changed by one commit: the next search took {:.1?}",
        timed()
    );
}

/// Prints the time from a start until a million companies can be searched, without and with a stored index.
fn print_start_time() {
    let snapshot = world(SIZES[1]).snapshot();
    let everything = snapshot.mask(&View::now(Timestamp::MAX));
    let dataset = Dataset {
        title: "Companies".to_owned(),
        description: None,
        licence: None,
        recorded_at: support::now(),
        sources: Vec::new(),
        entities: snapshot
            .entities(&everything)
            .map(|ix| snapshot.entity(ix).record())
            .collect(),
        relationships: Vec::new(),
    };
    let folder = tempfile::tempdir().expect("a folder");
    let home = StoreFolder::open(folder.path(), support::now()).expect("a folder of one's own");
    home.create(&dataset, support::now()).expect("a store");
    drop((home, dataset));
    let start = || {
        let home = StoreFolder::open(folder.path(), support::now()).expect("a folder of one's own");
        let store = Store::open(home, |graph| Arc::new(State::unprepared(graph))).expect("a store");
        let (state, start) = (store.state(), Instant::now());
        state.prepare();
        let taken: Duration = start.elapsed();
        assert!(state.search().is_ok_and(|index| index.entities() == SIZES[1]));
        taken
    };
    let (built, read) = (start(), start());
    println!("the first search after a start: {built:.1?} if the index is built and stored, {read:.2?} if it is read");
}

/// Without changes, and directly after a commit, which includes the update of the index.
#[divan::bench(args = ["chaibrart", "chaibrart steel", "internatoinel"])]
fn search_without_changes(bencher: Bencher<'_, '_>, text: &str) {
    ask(&STORE, text);
    bencher.bench_local(|| black_box(ask(&STORE, text)));
}

#[divan::bench(args = ["chaibrart", "chaibrart steel", "internatoinel"])]
fn search_after_a_commit(bencher: Bencher<'_, '_>, text: &str) {
    let mut rng = Rng::with_seed(3);
    bencher
        .with_inputs(|| rename(&STORE, 1, &mut rng))
        .bench_local_values(|()| black_box(ask(&STORE, text)));
}

#[divan::bench]
fn commit_without_a_search(bencher: Bencher<'_, '_>) {
    let mut rng = Rng::with_seed(4);
    bencher.bench_local(|| rename(&STORE, 1, &mut rng));
}

/// The number of results, and the names of the first.
fn results(text: &str) -> (usize, Vec<&'static str>) {
    let snapshot = world(SIZES[1]).snapshot();
    let question = Question::new(text).expect("the question is short");
    let budget = Budget::new(u64::MAX, || false);
    let mut hits = INDEX
        .search(&question, |_| true, &budget)
        .expect("the budget has no end");
    hits.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.entity.cmp(&other.entity)));
    let first = hits.iter().take(3).map(|hit| snapshot.entity(hit.entity).name());
    (hits.len(), first.collect())
}

/// Words of the generated names: a rare one, a common one, several, prefixes, typos, Chinese, an identifier.
const QUESTIONS: [&str; 12] = [
    "chaibrart",
    "steel",
    "chaibrart steel",
    "shipping international ltd",
    "ch",
    "s",
    "loigstics",
    "internatoinel",
    "internatoinel investmant",
    "杭州科技",
    "龙凤",
    "5493",
];

#[divan::bench(args = QUESTIONS)]
fn search(bencher: Bencher<'_, '_>, text: &str) {
    let budget = Budget::new(u64::MAX, || false);
    bencher.bench_local(|| {
        let question = Question::new(text).expect("the question is short");
        let hits = INDEX.search(&question, |_| true, &budget);
        black_box(hits.is_ok());
    });
}

#[divan::bench]
fn search_for_a_complete_name(bencher: Bencher<'_, '_>) {
    let world = world(SIZES[1]);
    let budget = Budget::new(u64::MAX, || false);
    let mut rng = Rng::with_seed(7);
    let question = move || Question::new(world.snapshot().entity(world.any(&mut rng)).name()).expect("names are short");
    bencher.with_inputs(question).bench_local_values(|question| {
        let hits = INDEX.search(&question, |_| true, &budget);
        black_box(hits.is_ok());
    });
}

#[divan::bench]
fn highlights_of_twenty(bencher: Bencher<'_, '_>) {
    let snapshot = world(SIZES[1]).snapshot();
    let question = Question::new("internatoinel investmant").expect("the question is short");
    let budget = Budget::new(u64::MAX, || false);
    let hits = INDEX
        .search(&question, |_| true, &budget)
        .expect("the budget has no end");
    bencher.bench_local(|| {
        for hit in hits.iter().take(20) {
            black_box(highlights(&snapshot.entity(hit.entity), &question, &budget).is_ok());
        }
    });
}

/// Names as other sources write them.
const MESSY: [&str; 3] = ["Chaibrart Steel Limited", "CHAIBRARTT shiping l.t.d.", "上海龙凤科技"];

#[divan::bench(args = MESSY)]
fn similar(bencher: Bencher<'_, '_>, name: &str) {
    let budget = Budget::new(u64::MAX, || false);
    let company = CompanyName::new(name);
    bencher.bench_local(|| {
        black_box(INDEX.similar((name, &company), 50, &budget).is_ok());
    });
}
