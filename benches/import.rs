//! A register of GLEIF's size: the time and memory of its import, without and with the search index; the time and memory of a
//! restart, and the cost of queries. `cargo bench --bench import` runs the program
//! itself and needs 16 GB of disk for some minutes; `cargo bench --bench import -- 100000` uses this number of companies instead.
//!
//! For comparison, the same files are only read with the csv crate. At the end, relationships
//! are imported into a store that holds as many companies, at most a million, twice over, and the server is started again.

#[path = "support/gleif/mod.rs"]
mod gleif;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use gleif::{Files, PUBLISHED};

/// The maximum number of companies of the store into which relationships are imported.
const SECOND_COMPANIES_MAX: usize = 1_000_000;
/// The number of runs of each query.
const RUNS: usize = 200;

fn main() {
    let companies = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let companies = companies.unwrap_or(PUBLISHED[0]);
    // Not the temporary folder of the system, which may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let files = gleif::write(&folder.path().join("golden-copy"), companies, 7);
    let paths = [&files.lei, &files.rr, &files.repex];
    let bytes: u64 = paths
        .iter()
        .map(|path| path.metadata().map_or(0, |file| file.len()))
        .sum();
    println!(
        "{} companies, {} relationships, {} exceptions: {} MB of CSV",
        files.companies,
        files.relationships,
        files.exceptions,
        bytes / 1_000_000
    );
    let floor = floor(&files);
    println!("reading the files with the csv crate: {:.1} s", floor.as_secs_f64());
    let plain = folder.path().join("plain");
    import(&files, &plain, "off", floor);
    fs::remove_dir_all(&plain).expect("the folder can be removed");
    let store = folder.path().join("store");
    import(&files, &store, "on", floor);
    for file in fs::read_dir(&store).expect("a folder") {
        let file = file.expect("a file");
        let bytes = file.metadata().map_or(0, |file| file.len());
        println!("  {} MB {}", bytes / 1_000_000, file.file_name().display());
    }
    serve(&files, &store);
    fs::remove_dir_all(&store).expect("the folder can be removed");
    second(folder.path(), companies.min(SECOND_COMPANIES_MAX));
}

/// Imports companies, and then twice as many relationships between them by another command.
fn second(folder: &Path, companies: usize) {
    let mut random = 7_u64;
    let mut number = move |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(random >> 33).expect("31 bits") % below
    };
    let mut named = String::from("id,name,country,founded\n");
    for company in 0..companies {
        let year = 1900 + number(115);
        named.push_str(&format!("{company},Company {company} Holding Ltd,GB,{year}\n"));
    }
    let relationships = 2 * companies;
    let mut owned = String::from("owner,company,share,since\n");
    for _ in 0..relationships {
        let (owner, company, share) = (number(companies), number(companies), 1 + number(100));
        let (year, day) = (1990 + number(25), 1 + number(28));
        owned.push_str(&format!("{owner},{company},{share},{year}-05-{day:02}\n"));
    }
    let source = |id: &str| format!("[source]\nid = \"{id}\"\npublisher = \"Register\"\ntitle = \"{id}\"\n");
    let entity = "[[entity]]\nid = \"c:{id}\"\nkind = \"COMPANY\"\nname = \"{name}\"\ncountry = \"{country}\"\nfounded = \"{founded}\"\n";
    let relationship = "[[relationship]]\nkind = \"OWNS\"\nfrom = \"c:{owner}\"\nto = \"c:{company}\"\nshare = \"{share}\"\nsince = \"{since}\"\n";
    let store = folder.join("second");
    for (name, rows, table, mapping) in [
        ("companies", companies, named, source("companies") + entity),
        (
            "relationships",
            relationships,
            owned,
            source("relationships") + relationship,
        ),
    ] {
        let path = |ending: &str| folder.join(format!("{name}.{ending}"));
        fs::write(path("csv"), table).expect("a file");
        fs::write(path("toml"), mapping).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
        command
            .args(["import", "csv"])
            .arg(path("csv"))
            .arg("--map")
            .arg(path("toml"));
        command
            .arg("--store")
            .arg(&store)
            .args(["--search-index", "off", "--issues-ms", "0"]);
        let began = Instant::now();
        let mut child = command.stdout(Stdio::null()).spawn().expect("the program starts");
        let peak = peak_of(&mut child);
        let took = began.elapsed();
        assert!(child.wait().expect("it has ended").success(), "{name}");
        let rate = u128::try_from(rows).expect("it fits") * 1_000_000 / took.as_micros();
        let seconds = took.as_secs_f64();
        println!("{rows} {name} by a separate command: {seconds:.1} s, {rate} records a second; peak {peak} MiB");
    }
    let (mut child, _, started) = start(&store);
    println!("restart to the first answer: {:.2} s", started.as_secs_f64());
    child.kill().expect("it runs");
    child.wait().expect("it has ended");
}

/// Serves a store. Returns the process, its address, and the time to the first answer.
fn start(store: &Path) -> (Child, String, Duration) {
    let began = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
    command
        .args(["serve", "--port", "0", "--log-format", "json", "--store"])
        .arg(store);
    let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
    let address = loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).expect("text") > 0, "the program ended");
        if let Some((_, rest)) = line.split_once("on http://") {
            break rest.split('"').next().unwrap_or_default().to_owned();
        }
    };
    // The process would block on a full pipe, so it is read.
    thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    ask(&address, "{ statistics { entities } }");
    (child, address, began.elapsed())
}

fn floor(files: &Files) -> Duration {
    let began = Instant::now();
    for path in [&files.lei, &files.rr, &files.repex] {
        let mut reader = csv::Reader::from_path(path).expect("a file");
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).expect("a record") {}
    }
    began.elapsed()
}

fn import(files: &Files, store: &Path, search_index: &str, floor: Duration) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
    command
        .args(["import", "gleif"])
        .args([&files.lei, &files.rr, &files.repex]);
    command.arg("--store").arg(store).args(["--search-index", search_index]);
    let began = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let peak = peak_of(&mut child);
    let seconds = began.elapsed().as_secs_f64();
    let mut output = String::new();
    let mut out = child.stdout.take().expect("it is piped");
    out.read_to_string(&mut output).expect("text");
    assert!(child.wait().expect("it has ended").success(), "{output}");
    print!("{output}");
    println!(
        "import, search index {search_index}: {seconds:.1} s, {:.1} times the floor; peak {peak} MiB",
        seconds / floor.as_secs_f64()
    );
}

/// Waits for a process, and returns its peak memory in MiB.
fn peak_of(child: &mut Child) -> u64 {
    let mut peak = 0;
    while child.try_wait().expect("a process").is_none() {
        peak = peak.max(memory(child.id(), "VmHWM:"));
        thread::sleep(Duration::from_millis(50));
    }
    peak
}

/// A figure of a process's memory in MiB, if the system reports it.
fn memory(process: u32, figure: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(figure));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

fn serve(files: &Files, store: &Path) {
    let began = Instant::now();
    let (mut child, address, started) = start(store);
    println!("restart to the first answer: {:.2} s", started.as_secs_f64());
    let mut elapsed = Duration::ZERO;
    while ask(
        &address,
        r#"{ search(text: "holding", first: 1) { edges { node { __typename } } } }"#,
    )
    .contains("errors")
    {
        thread::sleep(Duration::from_millis(100));
        elapsed += Duration::from_millis(100);
        assert!(elapsed < Duration::from_secs(600), "the search index does not come up");
    }
    println!("restart to the first search: {:.2} s", began.elapsed().as_secs_f64());
    let (leis, grouped) = (first_cells(&files.lei, 0), first_cells(&files.rr, 0));
    let named = first_cells(&files.lei, 1);
    let each = |title: &str, of: &[String], query: &dyn Fn(&str) -> String| {
        let mut times: Vec<Duration> = of
            .iter()
            .map(|value| {
                let began = Instant::now();
                let answer = ask(&address, &query(value));
                assert!(!answer.contains("\"errors\""), "{answer}");
                began.elapsed()
            })
            .collect();
        times.sort_unstable();
        let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1000.0;
        println!("{title}: p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
    };
    each("company by its LEI, with its parents", &leis, &|lei| {
        format!(
            r#"{{ company(by: {{identifier: {{scheme: "lei", value: "{lei}"}}}}) {{ name country properties ultimateParent {{ name }} }} }}"#
        )
    });
    each("corporate group", &grouped, &|lei| {
        format!(
            r#"{{ company(by: {{id: "lei:{lei}"}}) {{ corporateGroup {{ parent {{ name }} members(first: 100) {{ totalCount nodes {{ name }} }} }} }} }}"#
        )
    });
    each("search by a name", &named, &|name| {
        let name = name.replace(['"', '\\'], " ");
        format!(r#"{{ search(text: "{name}", first: 10) {{ edges {{ node {{ __typename }} }} }} }}"#)
    });
    println!(
        "serving: {} MiB resident, {} MiB at most",
        memory(child.id(), "VmRSS:"),
        memory(child.id(), "VmHWM:")
    );
    child.kill().expect("it runs");
    child.wait().expect("it has ended");
}

/// The cells of this column in rows spread over the file.
fn first_cells(path: &Path, column: usize) -> Vec<String> {
    let mut reader = csv::Reader::from_path(path).expect("a file");
    let records = reader.records().step_by(997).take(RUNS);
    records
        .map(|record| record.expect("a record")[column].to_owned())
        .collect()
}

/// The answer to a query.
fn ask(address: &str, query: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let body = format!("{{\"query\":{}}}", json(query));
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server answers");
    answer
        .split_once("\r\n\r\n")
        .map_or(answer.clone(), |(_, body)| body.to_owned())
}

fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
