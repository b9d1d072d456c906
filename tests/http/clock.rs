//! A wrong clock: "today" is its day regardless of the log, entries stay in order, and a jump ahead is detected.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use guanxi::{
    engine::{Limits, Request},
    model::Timestamp,
    schema::Api,
    store::Store,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{
    BUNDLED,
    live::{commit, company},
    program, store_of,
};
use std::sync::Arc;

/// The answer when the clock says `now`.
fn answer_at(store: &Arc<Store>, now: Timestamp, query: &str) -> Value {
    let api = Api::new(Limits::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let answer = runtime.block_on(api.answer(Request::new("test", query), Arc::clone(store), now));
    serde_json::to_value(answer).unwrap()
}

fn upsert(id: &str) -> String {
    format!(
        "mutation {{ upsertEntities(input: {{entities: [{{id: \"{id}\", kind: COMPANY, name: \"{id}\"}}]}}) {{ recordedAt userErrors {{ message }} entities {{ id view {{ asOf }} }} }} }}"
    )
}

#[test]
fn today_is_the_day_of_the_clock_whatever_was_recorded_last() {
    let store = store_of(&BUNDLED);
    commit(&store, vec![company("Later")], "recorded now");
    let last = store.state().graph().last_recorded_at();
    // As if it had been recorded by a clock that was ahead.
    let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    assert!(last > now);
    let seen = "view { asOf knownAt }";
    let query = format!(
        "{{ default: entity(by: {{id: \"later\"}}) {{ {seen} }} ever: entity(by: {{id: \"later\"}}, view: {{ever: true}}) {{ {seen} }} \
         diff(from: {{asOf: \"2014-01-01\"}}, to: {{}}, first: 1) {{ nodes {{ after {{ ... on Relationship {{ from {{ {seen} }} }} ... on Entity {{ {seen} }} }} }} }} }}"
    );
    let answer = answer_at(&store, now, &query);
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    let known = json!(last.to_string());
    let view = json!({"asOf": "2026-11-24", "knownAt": known});
    assert_eq!(
        answer["data"]["default"]["view"], view,
        "what is recorded is seen all the same"
    );
    assert_eq!(answer["data"]["ever"]["view"], json!({"asOf": null, "knownAt": known}));
    let after = &answer["data"]["diff"]["nodes"][0]["after"];
    let seen = after.get("view").unwrap_or(&after["from"]["view"]);
    assert_eq!(seen, &view, "{answer:#}");
    // A change by the same clock is recorded in order, and its payload is of the same day.
    let changed = answer_at(&store, now, &upsert("later-still"));
    let payload = &changed["data"]["upsertEntities"];
    assert_eq!(payload["userErrors"], json!([]), "{changed:#}");
    assert_eq!(payload["entities"][0]["view"]["asOf"], "2026-11-24");
    let recorded_at: Timestamp = payload["recordedAt"].as_str().unwrap().parse().unwrap();
    assert!(recorded_at > last);
}

#[test]
fn a_mutation_by_a_clock_that_has_jumped_ahead_changes_nothing_and_gives_advice() {
    let store = store_of(&BUNDLED);
    let ahead = Timestamp::now() + SignedDuration::from_hours(24 * 400);
    let answer = answer_at(&store, ahead, &upsert("ahead"));
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "UNAVAILABLE", "{answer:#}");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("Nothing was changed: the clock of the server shows") && message.contains("restart"),
        "{message}"
    );
    let now = Timestamp::now();
    assert_eq!(
        answer_at(&store, now, "{ entity(by: {id: \"ahead\"}) { id } }")["data"]["entity"],
        Value::Null
    );
    assert_eq!(
        answer_at(&store, now, &upsert("ahead"))["data"]["upsertEntities"]["userErrors"],
        json!([])
    );
}

/// Changes the time of a program: the library that Debian's `faketime` preloads.
fn faketime() -> Option<String> {
    let claim = "a server whose clock is set while it runs";
    let output = Command::new("faketime").args(["-f", "+0d", "env"]).output();
    let found = output.ok().and_then(|output| {
        let said = String::from_utf8(output.stdout).ok()?;
        let line = said.lines().find_map(|line| line.strip_prefix("LD_PRELOAD="))?;
        Some(line.to_owned())
    });
    crate::web::needed(
        claim,
        found.ok_or_else(|| "there is no faketime; install it".to_owned()),
    )
}

/// The program under a clock that is `offset` ahead, such as `+400d`, and can be set.
struct Faked {
    child: Child,
    address: String,
    log: String,
}

impl Faked {
    fn start(library: &str, clock: &Path, dir: &Path) -> Self {
        let mut child = under(
            program(&["serve", "--port", "0", "--stop-delay-ms", "0"]),
            library,
            clock,
        )
        .arg("--store")
        .arg(dir)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("{log}")).unwrap();
            log.push_str(&line);
            log.push('\n');
            if let Some((_, address)) = line.split_once("serving GraphQL and GraphiQL on http://") {
                break address.split_whitespace().next().unwrap().to_owned();
            }
        };
        thread::spawn(move || lines.for_each(drop));
        Self { child, address, log }
    }

    fn answer(&self, method: &str, target: &str, body: &str) -> (String, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().to_owned();
        (status, serde_json::from_str(body).unwrap())
    }

    fn ask(&self, query: &str) -> Value {
        self.answer("POST", "/graphql", &json!({"query": query}).to_string()).1
    }

    /// The status of `/health/ready`, and the code of its first reason.
    fn readiness(&self) -> (String, Value) {
        let (status, report) = self.answer("GET", "/health/ready", "");
        (status, report["reasons"][0]["code"].clone())
    }

    fn today(&self) -> String {
        let answer = self.ask("{ entity(by: {id: \"paypal\"}) { view { asOf } } }");
        answer["data"]["entity"]["view"]["asOf"].as_str().unwrap().to_owned()
    }
}

impl Drop for Faked {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Lets a program read its time from a file.
fn under(mut command: Command, library: &str, clock: &Path) -> Command {
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", clock)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command
}

fn day(offset: i64) -> String {
    let moment = Timestamp::now() + SignedDuration::from_hours(24 * offset);
    moment.to_string()[..10].to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_running_server_whose_clock_is_set_answers_by_it_and_records_nothing_far_ahead() {
    let Some(library) = faketime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (clock, dir) = (folder.path().join("clock"), folder.path().join("store"));
    let set = |offset: &str| fs::write(&clock, offset).unwrap();

    // A clock that is ahead from the start cannot be distinguished from a right one.
    set("+400d");
    let server = Faked::start(&library, &clock, &dir);
    assert_eq!(
        (server.today(), server.readiness()),
        (day(400), ("200".to_owned(), Value::Null))
    );
    assert_eq!(
        server.ask(&upsert("one"))["data"]["upsertEntities"]["userErrors"],
        json!([])
    );
    set("+0d");
    // Corrected: today is right, and the entries are in the future, which is reported.
    assert_eq!(server.today(), day(0));
    assert_eq!(server.readiness(), ("503".to_owned(), json!("CLOCK")));
    let changed = server.ask(&upsert("two"));
    let recorded_at = changed["data"]["upsertEntities"]["recordedAt"].as_str().unwrap();
    assert_eq!(recorded_at[..10], day(400), "entries stay in order");
    drop(server);

    let server = Faked::start(&library, &clock, &dir);
    assert!(server.log.contains("which is in the future"), "{}", server.log);
    assert_eq!(server.readiness(), ("503".to_owned(), json!("CLOCK")));
    assert_eq!(server.today(), day(0));
    let output = under(program(&["check", "--store"]), &library, &clock)
        .arg(&dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("which is in the future"),
        "{said}"
    );
    drop(server);

    // A new store, whose clock jumps while it is served.
    let dir = folder.path().join("other");
    let server = Faked::start(&library, &clock, &dir);
    assert_eq!(
        server.ask(&upsert("one"))["data"]["upsertEntities"]["userErrors"],
        json!([])
    );
    set("+400d");
    let refused = server.ask(&upsert("two"));
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{refused:#}");
    assert_eq!(server.readiness(), ("503".to_owned(), json!("CLOCK")));
    set("-3d");
    assert_eq!(
        server.ask(&upsert("three"))["data"]["upsertEntities"]["userErrors"],
        json!([])
    );
    set("+0d");
    // A moment after the entries that were recorded by the clock at the start of the test.
    thread::sleep(Duration::from_millis(50));
    assert_eq!(server.readiness(), ("200".to_owned(), Value::Null));
    assert!(env::var_os("LD_PRELOAD").is_none(), "only the program's clock is set");
}
