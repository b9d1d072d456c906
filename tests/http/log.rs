//! The log of the program: the lines of requests are written in batches, the others at once.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
};

use serde_json::Value;

use super::health::signal;
use crate::harness::program;

/// The program with its log as JSON, and what it has logged before it served.
fn serve(arguments: &[&str]) -> (Child, impl Iterator<Item = Value> + use<>, String) {
    let mut child = program(&["serve", "--port", "0", "--stop-delay-ms", "0", "--log-format", "json"])
        .args(arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut lines = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let address = lines
        .find_map(|line| {
            let message = line["fields"]["message"].as_str()?;
            Some(
                message
                    .strip_prefix("serving GraphQL and GraphiQL on http://")?
                    .to_owned(),
            )
        })
        .unwrap();
    (child, lines, address)
}

/// Asks `count` times over one connection, with the ids `r-0`, `r-1` and so on, and reads the answers.
fn ask(address: &str, count: usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    for number in 0..count {
        let close = if number + 1 == count {
            "connection: close\r\n"
        } else {
            ""
        };
        let request =
            format!("GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-request-id: r-{number}\r\n{close}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
    }
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200").count(), count, "{answers}");
}

fn request_ids(lines: &[Value]) -> Vec<&str> {
    let ids = lines.iter().filter_map(|line| line["fields"]["request_id"].as_str());
    ids.collect()
}

#[cfg(unix)]
#[test]
fn every_request_has_its_line_when_the_program_is_stopped_at_once_after_it() {
    for arguments in [&[][..], &["--log-queue-bytes", "0"]] {
        let (mut child, lines, address) = serve(arguments);
        ask(&address, 100);
        signal(&child, "-TERM");
        let lines: Vec<Value> = lines.collect();
        assert!(child.wait().unwrap().success());
        let expected: Vec<String> = (0..100).map(|number| format!("r-{number}")).collect();
        assert_eq!(request_ids(&lines), expected, "{arguments:?}");
        assert!(
            lines.iter().any(|line| line["fields"]["message"] == "stopping"),
            "{lines:?}"
        );
    }
}

#[test]
fn the_line_of_a_request_is_written_without_another_request() {
    let (mut child, mut lines, address) = serve(&[]);
    ask(&address, 1);
    // A line that never came would be waited for until the test is stopped.
    assert!(lines.any(|line| line["fields"]["request_id"] == "r-0"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn requests_go_on_while_the_log_is_not_read_and_the_lines_that_were_dropped_are_counted() {
    let (mut child, lines, address) = serve(&["--log-queue-bytes", "1000"]);
    // More lines than a pipe and the queue have room for.
    ask(&address, 2_000);
    signal(&child, "-TERM");
    let lines: Vec<Value> = lines.collect();
    assert!(child.wait().unwrap().success());
    let dropped: u64 = lines.iter().filter_map(|line| line["fields"]["lines"].as_u64()).sum();
    let written = request_ids(&lines).len();
    assert!(dropped > 0, "{} lines", lines.len());
    assert_eq!(u64::try_from(written).unwrap() + dropped, 2_000);
}
