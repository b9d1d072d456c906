//! The state that is read: what is derived from the graph.

mod edit;
mod search;
mod similar;
mod state;
