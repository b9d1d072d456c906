//! Items on their way from the thread that reads to the one that puts: many at a time, since each handing over costs.

use std::{ops::ControlFlow, sync::mpsc::SyncSender};

use crate::formats::reader::Item;

/// How many items are handed over at a time.
const ITEMS: usize = 256;

/// Items on their way to the thread that puts them.
pub(super) struct Batch {
    items: Vec<Item>,
    sender: SyncSender<Vec<Item>>,
}

impl Batch {
    pub(super) fn new(sender: SyncSender<Vec<Item>>) -> Self {
        Self {
            items: Vec::with_capacity(ITEMS),
            sender,
        }
    }

    /// Adds an item; [`ControlFlow::Break`] when nobody takes any more.
    pub(super) fn add(&mut self, item: Item) -> ControlFlow<()> {
        self.items.push(item);
        match self.items.len() < ITEMS {
            true => ControlFlow::Continue(()),
            false => self.send(),
        }
    }

    /// Sends what there is.
    pub(super) fn send(&mut self) -> ControlFlow<()> {
        let items = std::mem::replace(&mut self.items, Vec::with_capacity(ITEMS));
        match self.sender.send(items) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}
