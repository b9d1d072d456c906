//! The log of `guanxi serve` on standard error. The lines of requests are written in batches by a thread of their own, so that no
//! request waits for a terminal or a pipe; every other line is written at once.

use std::{
    io::{self, IsTerminal, Write},
    mem,
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::Context;
use parking_lot::{Condvar, Mutex};
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter,
    fmt::{self, MakeWriter},
    prelude::*,
};

use super::arguments::serve::{LogFormat, ServeArguments};
use crate::http::REQUEST_LOG_TARGET;

/// How long lines are collected before they are written.
const BATCH_INTERVAL: Duration = Duration::from_millis(50);

/// The maximum time at the end of the program in which waiting lines are written.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);

/// Starts the log. The lines that wait are written when the returned guard is dropped.
pub(in crate::cli) fn start(arguments: &ServeArguments) -> anyhow::Result<LogGuard> {
    let filter =
        EnvFilter::try_new(&arguments.log).with_context(|| format!("--log {:?} is not a filter", arguments.log))?;
    let queue = Arc::new(LineQueue::new(arguments.log_queue_bytes));
    let lines = fmt::layer().with_writer(LogWriter(Arc::clone(&queue)));
    let registry = tracing_subscriber::registry().with(filter);
    match arguments.log_format {
        LogFormat::Human => {
            let colours = io::stderr().is_terminal();
            registry.with(lines.with_ansi(colours).with_target(false)).init();
        }
        LogFormat::Json => registry.with(lines.json()).init(),
    }
    let writing = Arc::clone(&queue);
    thread::Builder::new().name("log".to_owned()).spawn(move || {
        writing.write_batches(io::stderr(), |lines| {
            tracing::warn!(
                lines,
                "log lines of requests were dropped, since they are written slower than requests arrive (--log-queue-bytes)"
            );
        });
    })?;
    Ok(LogGuard(queue))
}

/// Writes the waiting lines when it is dropped, within a second.
pub(in crate::cli) struct LogGuard(Arc<LineQueue>);

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Decides by the metadata of an event whether its line may wait.
struct LogWriter(Arc<LineQueue>);

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = LineWriter<'a>;

    fn make_writer(&'a self) -> LineWriter<'a> {
        LineWriter::Immediate(io::stderr())
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> LineWriter<'a> {
        // Levels that are more verbose are greater.
        if metadata.target() == REQUEST_LOG_TARGET && *metadata.level() > Level::WARN && self.0.bytes_max > 0 {
            LineWriter::Queued(&self.0)
        } else {
            self.make_writer()
        }
    }
}

/// Where one line goes.
enum LineWriter<'a> {
    Immediate(io::Stderr),
    Queued(&'a LineQueue),
}

impl Write for LineWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self {
            Self::Immediate(stderr) => stderr.write(line),
            Self::Queued(queue) => {
                queue.push(line);
                Ok(line.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Immediate(stderr) => stderr.flush(),
            Self::Queued(_) => Ok(()),
        }
    }
}

/// Lines that wait to be written, bounded in bytes: further lines are dropped and counted.
struct LineQueue {
    bytes_max: usize,
    waiting: Mutex<WaitingLines>,
    changed: Condvar,
}

#[derive(Default)]
struct WaitingLines {
    text: Vec<u8>,
    /// The number of lines that were dropped since the last batch.
    dropped: u64,
    is_closed: bool,
    /// Whether everything was written after closing.
    is_finished: bool,
}

impl WaitingLines {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.dropped == 0
    }
}

impl LineQueue {
    fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            waiting: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn push(&self, line: &[u8]) {
        let mut waiting = self.waiting.lock();
        let was_empty = waiting.is_empty();
        if waiting.text.len() + line.len() > self.bytes_max {
            waiting.dropped += 1;
        } else {
            waiting.text.extend_from_slice(line);
        }
        if was_empty {
            self.changed.notify_all();
        }
    }

    /// Writes what is pushed, in order, until the queue is closed; `report` gets the number of lines that were dropped. Lines that
    /// cannot be written are lost: there is no other place to say so.
    fn write_batches(&self, mut out: impl Write, report: impl Fn(u64)) {
        let mut batch = Vec::new();
        let mut is_closed = false;
        while !is_closed {
            let mut waiting = self.waiting.lock();
            self.changed
                .wait_while(&mut waiting, |waiting| waiting.is_empty() && !waiting.is_closed);
            // More lines may come, and cost no more than one.
            self.changed
                .wait_while_for(&mut waiting, |waiting| !waiting.is_closed, BATCH_INTERVAL);
            is_closed = waiting.is_closed;
            mem::swap(&mut batch, &mut waiting.text);
            let dropped = mem::take(&mut waiting.dropped);
            drop(waiting);
            let _ = out.write_all(&batch).and_then(|()| out.flush());
            batch.clear();
            if dropped > 0 {
                report(dropped);
            }
        }
        self.waiting.lock().is_finished = true;
        self.changed.notify_all();
    }

    /// Waits until everything is written, but not for ever: a pipe may be full.
    fn close(&self) {
        let mut waiting = self.waiting.lock();
        waiting.is_closed = true;
        self.changed.notify_all();
        self.changed
            .wait_while_for(&mut waiting, |waiting| !waiting.is_finished, STOP_TIMEOUT);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{self, Receiver, Sender};

    use super::*;

    const TEST_TIMEOUT: Duration = Duration::from_secs(60);

    /// Sends each batch, after it was allowed to.
    struct Sink {
        allowed: Option<Receiver<()>>,
        batches: Sender<String>,
    }

    impl Write for Sink {
        fn write(&mut self, batch: &[u8]) -> io::Result<usize> {
            if let Some(allowed) = &self.allowed {
                allowed.recv().map_err(io::Error::other)?;
            }
            let text = String::from_utf8(batch.to_vec()).unwrap();
            self.batches.send(text).map_err(io::Error::other)?;
            Ok(batch.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A queue with the thread that writes it, what is written, and the numbers of dropped lines.
    fn start(bytes_max: usize, allowed: Option<Receiver<()>>) -> (Arc<LineQueue>, Receiver<String>, Receiver<u64>) {
        let queue = Arc::new(LineQueue::new(bytes_max));
        let ((batches, written), (reports, dropped)) = (mpsc::channel(), mpsc::channel());
        let writing = Arc::clone(&queue);
        thread::spawn(move || {
            writing.write_batches(Sink { allowed, batches }, |lines| reports.send(lines).unwrap());
        });
        (queue, written, dropped)
    }

    #[test]
    fn lines_are_written_in_order_without_a_further_one() {
        let (queue, written, _dropped) = start(1_000, None);
        let mut text = String::new();
        for number in 0..20 {
            let line = format!("line {number}\n");
            queue.push(line.as_bytes());
            text += &line;
        }
        let mut received = String::new();
        while received.len() < text.len() {
            received += &written.recv_timeout(TEST_TIMEOUT).unwrap();
        }
        assert_eq!(received, text);
        queue.push(b"later\n");
        assert_eq!(written.recv_timeout(TEST_TIMEOUT).unwrap(), "later\n");
    }

    #[test]
    fn lines_over_the_bound_are_dropped_and_counted_while_nothing_can_be_written() {
        let (allow, allowed) = mpsc::channel();
        let (queue, written, dropped) = start(10, Some(allowed));
        queue.push(b"12345\n");
        // Until the first line is being written, the queue may hold only what is beside it.
        while !queue.waiting.lock().is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
        for _ in 0..5 {
            queue.push(b"67890\n");
        }
        queue.push(b"abc\n");
        assert_eq!(queue.waiting.lock().dropped, 4);
        allow.send(()).unwrap();
        allow.send(()).unwrap();
        assert_eq!(written.recv_timeout(TEST_TIMEOUT).unwrap(), "12345\n");
        assert_eq!(written.recv_timeout(TEST_TIMEOUT).unwrap(), "67890\nabc\n");
        assert_eq!(dropped.recv_timeout(TEST_TIMEOUT).unwrap(), 4);
    }

    #[test]
    fn closing_writes_what_waits() {
        let (queue, written, _dropped) = start(1_000, None);
        queue.push(b"last\n");
        queue.close();
        assert_eq!(written.try_recv().unwrap(), "last\n");
        assert!(queue.waiting.lock().is_finished);
    }

    #[test]
    fn closing_does_not_wait_for_ever() {
        let (_allow, allowed) = mpsc::channel();
        let (queue, written, _dropped) = start(1_000, Some(allowed));
        queue.push(b"stuck\n");
        queue.close();
        assert!(written.try_recv().is_err());
    }
}
