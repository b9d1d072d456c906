//! The cost of a durable change, compared with a bare sync of the same disk: with one writer, and with sixteen that share writes.
//!
//! Compare the ratios to the sync of the same run, since disks differ more than programs.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use guanxi::{
    formats::tables,
    model::{Change, Entity, EntityKind, Record, Timestamp},
    store::{State, Store, commit::Proposal, folder::StoreFolder},
};

const COMMITS: usize = 400;
const WRITERS: usize = 16;

/// A change of one company.
fn proposal(writer: usize, number: usize) -> Proposal {
    let company = Entity::new(&format!("bench-{writer}-{number}"), EntityKind::Company, "Bench").expect("a company");
    Proposal {
        retry: None,
        by: None,
        reason: None,
        at: Timestamp::now(),
        decide: Box::new(|_| Ok(vec![Change::Put(Box::new(Record::Entity(company)))])),
    }
}

fn main() {
    // Not the temporary folder of the system, which may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let sync = sorted(syncs(&folder.path().join("sync")));
    print_times("a bare write and sync of 4 KiB", &sync, &sync);
    let store_folder = StoreFolder::open(&folder.path().join("store"), Timestamp::now()).expect("a folder");
    store_folder
        .create(&tables::bundled().expect("the bundled data"), Timestamp::now())
        .expect("a store");
    let store = Store::open(store_folder, |graph| Arc::new(State::unprepared(graph))).expect("a store");

    let one = sorted((0..COMMITS).map(|number| commit(&store, WRITERS, number)).collect());
    print_times("a durable change, one writer", &one, &sync);

    let start = Instant::now();
    let many: Vec<Duration> = thread::scope(|scope| {
        let store = &store;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    (0..COMMITS / 4)
                        .map(|number| commit(store, writer, number))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        writers
            .into_iter()
            .flat_map(|writer| writer.join().expect("a writer"))
            .collect()
    });
    let elapsed = start.elapsed();
    let changes = u32::try_from(many.len()).expect("few");
    print_times("a durable change, 16 writers", &sorted(many), &sync);
    let a_second = f64::from(changes) / elapsed.as_secs_f64();
    let syncs_a_second = 1.0 / median(&sync).as_secs_f64();
    println!(
        "16 writers: {a_second:.0} changes a second, {:.2} for each bare sync",
        a_second / syncs_a_second
    );
    let figures = store.figures();
    println!("{} entries in {} bytes", figures.position, figures.log_bytes);
}

fn commit(store: &Store, writer: usize, number: usize) -> Duration {
    let start = Instant::now();
    store.commit(proposal(writer, number)).expect("a change");
    start.elapsed()
}

/// The times of writing and syncing one page.
fn syncs(path: &std::path::Path) -> Vec<Duration> {
    let mut file = File::create(path).expect("a file");
    let page = [7; 4096];
    file.write_all(&page).and_then(|()| file.sync_all()).expect("a page");
    let sync = |_| {
        let start = Instant::now();
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(&page))
            .expect("a page");
        file.sync_data().expect("a sync");
        start.elapsed()
    };
    (0..COMMITS).map(sync).collect()
}

fn sorted(mut times: Vec<Duration>) -> Vec<Duration> {
    times.sort_unstable();
    times
}

fn median(times: &[Duration]) -> Duration {
    times[times.len() / 2]
}

fn print_times(title: &str, times: &[Duration], sync: &[Duration]) {
    let (p50, p99) = (median(times), times[times.len() * 99 / 100]);
    let ratio = p50.as_secs_f64() / median(sync).as_secs_f64();
    println!("{title}: p50 {p50:?}, p99 {p99:?}; {ratio:.1} times a bare sync");
}
