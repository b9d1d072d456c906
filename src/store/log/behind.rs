//! Writing the beginning of a log on a thread of its own, since packing takes as long as making what is packed.

use std::{
    panic,
    sync::mpsc::{self, SyncSender},
    thread::{self, JoinHandle},
};

use super::{Error, Load};
use crate::model::Record;

/// How many records are handed over at a time, and how many such batches may wait.
const BATCH: usize = 256;
const BATCHES_AHEAD: usize = 16;

/// A load that is written behind whoever adds to it.
#[derive(Debug)]
pub struct Behind {
    batch: Vec<Record>,
    sender: Option<SyncSender<Vec<Record>>>,
    thread: Option<JoinHandle<Result<Load, Error>>>,
}

impl Behind {
    /// Goes on with this load.
    #[must_use]
    pub fn start(mut load: Load) -> Self {
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
    /// What writing this one, or one before, failed with; nothing is written afterwards.
    pub fn add(&mut self, record: Record) -> Result<(), Error> {
        self.batch.push(record);
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.send()
    }

    fn send(&mut self) -> Result<(), Error> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send(batch).is_ok());
        if sent {
            return Ok(());
        }
        self.sender = None;
        match self.join() {
            Ok(_) => Err(Error::File("the thread that writes it has ended".to_owned())),
            Err(error) => Err(error),
        }
    }

    /// The load, to which everything was added.
    ///
    /// # Errors
    /// What writing failed with.
    pub fn end(mut self) -> Result<Load, Error> {
        self.send()?;
        self.sender = None;
        self.join()
    }

    fn join(&mut self) -> Result<Load, Error> {
        let ended = || Error::File("the thread that writes it has ended".to_owned());
        let thread = self.thread.take().ok_or_else(ended)?;
        thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
    }
}
