//! Passes items from the reading thread to the storing thread in batches, since each transfer has a cost.

use std::{ops::ControlFlow, sync::mpsc::SyncSender};

use crate::formats::reader::Item;

/// The number of items per batch.
const BATCH_ITEMS: usize = 256;

/// Items collected for the storing thread.
pub(super) struct ItemBatch {
    items: Vec<Item>,
    sender: SyncSender<Vec<Item>>,
}

impl ItemBatch {
    pub(super) fn new(sender: SyncSender<Vec<Item>>) -> Self {
        Self {
            items: Vec::with_capacity(BATCH_ITEMS),
            sender,
        }
    }

    /// Adds an item; [`ControlFlow::Break`] if the receiver is gone.
    pub(super) fn add(&mut self, item: Item) -> ControlFlow<()> {
        self.items.push(item);
        match self.items.len() < BATCH_ITEMS {
            true => ControlFlow::Continue(()),
            false => self.send(),
        }
    }

    /// Sends the collected items.
    pub(super) fn send(&mut self) -> ControlFlow<()> {
        let items = std::mem::replace(&mut self.items, Vec::with_capacity(BATCH_ITEMS));
        match self.sender.send(items) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}
