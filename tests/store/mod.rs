//! The state that is read: what is derived from the graph.

mod adding;
mod anywhere;
mod command;
mod disk;
mod disks;
mod edit;
mod following;
mod gone;
mod home;
mod kept;
mod log;
mod search;
mod search_many;
mod searching;
mod settle;
mod similar;
mod state;
