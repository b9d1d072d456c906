//! The store as one request uses it: what is read stays the same throughout the answer.

use std::{fmt::Debug, sync::Arc};

use crate::store::{State, Store};

/// Gives a request the store, and the state that it reads.
///
/// It is used as a trait object to build faster: for every field of the schema, the compiler looks through all types that the field's
/// future may hold to see that it can move between threads, and a store consists of many hundreds of types.
pub(crate) trait StoreAccess: Debug + Send + Sync {
    /// The store that mutations write to.
    fn store(&self) -> &Arc<Store>;

    /// The state that is read.
    fn state(&self) -> &State;
}

/// A store read at one state.
#[derive(Debug)]
pub(crate) struct StoreAtState {
    /// The store that mutations write to.
    pub(crate) store: Arc<Store>,
    /// The state that is read.
    pub(crate) state: Arc<State>,
}

impl StoreAccess for StoreAtState {
    fn store(&self) -> &Arc<Store> {
        &self.store
    }

    fn state(&self) -> &State {
        &self.state
    }
}
