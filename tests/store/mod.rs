//! The store: its log, its folder, and the states that are read from it.

mod bulk_insert;
mod command;
mod edit;
mod folder;
mod id_orders;
mod index_updates;
mod log;
mod memory_disk;
mod missing_files;
mod real_disks;
mod rebase;
mod search;
mod search_during_changes;
mod search_many;
mod serialization;
mod similar;
mod state;
