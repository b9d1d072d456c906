//! The real program on its own port, and a minimal HTTP client. It ends with the test that
//! started it.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// A running server.
pub(super) struct Server {
    process: Child,
    /// `127.0.0.1` and the port.
    pub(super) address: String,
}

/// One answer, read to its end. Header names are in lower case.
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Server {
    /// Starts the program with no setting but its port, and waits until it reports its address.
    pub(super) fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GUANXI_")) {
            command.env_remove(name);
        }
        let mut process = command
            .args(["--port", "0"])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut server = Self {
            process,
            address: String::new(),
        };
        let mut log_text = String::new();
        while server.address.is_empty() {
            let line = log
                .next()
                .unwrap_or_else(|| panic!("The server ended before it served: {log_text}"))
                .unwrap();
            if let Some((_, address)) = line.split_once("serving GraphQL and GraphiQL on http://") {
                address
                    .split_whitespace()
                    .next()
                    .unwrap()
                    .clone_into(&mut server.address);
            }
            log_text.push_str(&line);
        }
        // An unread log would fill its pipe and stop the server.
        thread::spawn(move || log.for_each(drop));
        server
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The answer to a GET with these headers.
    pub(super) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Answer::parse(&answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, which has failed the test by then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Answer {
    fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&answer[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        let answer = Self {
            status,
            headers,
            body: answer[end + 4..].to_vec(),
        };
        assert_eq!(
            answer.header("content-length"),
            answer.body.len().to_string(),
            "the whole body"
        );
        answer
    }

    /// A header's value, empty when it is absent.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}
