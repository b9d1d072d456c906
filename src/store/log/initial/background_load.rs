//! Writing the initial data of a log on a separate thread, since packing records takes as long as creating them.

use std::{
    panic,
    sync::mpsc::{self, SyncSender},
    thread::{self, JoinHandle},
};

use crate::{
    model::Record,
    store::log::{Error, UnfinishedLog},
};

/// The number of records in a batch, and of batches that may wait.
const BATCH: usize = 256;
const BATCHES_AHEAD: usize = 16;

/// A load that a background thread writes.
#[derive(Debug)]
pub struct BackgroundLoad {
    batch: Vec<Record>,
    sender: Option<SyncSender<Vec<Record>>>,
    thread: Option<JoinHandle<Result<UnfinishedLog, Error>>>,
}

impl BackgroundLoad {
    /// Starts the thread that continues this load.
    #[must_use]
    pub fn start(mut load: UnfinishedLog) -> Self {
        let (sender, batches) = mpsc::sync_channel::<Vec<Record>>(BATCHES_AHEAD);
        let thread = thread::spawn(move || {
            for batch in batches {
                batch.iter().try_for_each(|record| load.add(record))?;
            }
            Ok(load)
        });
        Self {
            batch: Vec::with_capacity(BATCH),
            sender: Some(sender),
            thread: Some(thread),
        }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// The failure of writing this record or an earlier one; nothing is written afterwards.
    pub fn add(&mut self, record: Record) -> Result<(), Error> {
        self.batch.push(record);
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.send()
    }

    fn send(&mut self) -> Result<(), Error> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        let is_sent = self.sender.as_ref().is_some_and(|sender| sender.send(batch).is_ok());
        if is_sent {
            return Ok(());
        }
        self.sender = None;
        match self.join() {
            Ok(_) => Err(Error::File("the thread that writes the log has ended".to_owned())),
            Err(error) => Err(error),
        }
    }

    /// Waits until all records are written, and returns the load.
    ///
    /// # Errors
    /// The failure of writing any of them.
    pub fn end(mut self) -> Result<UnfinishedLog, Error> {
        self.send()?;
        self.sender = None;
        self.join()
    }

    fn join(&mut self) -> Result<UnfinishedLog, Error> {
        let ended = || Error::File("the thread that writes the log has ended".to_owned());
        let thread = self.thread.take().ok_or_else(ended)?;
        thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
    }
}
