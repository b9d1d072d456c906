//! The state that is read: what is derived from the graph.

mod search;
mod similar;
mod state;
