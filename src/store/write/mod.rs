//! Changing the store: proposals are decided one after another, made durable in groups, then published to readers. Start with
//! `commit` and `writer`.

pub mod bulk_insert;
pub(super) mod clock;
pub mod commit;
pub(super) mod rebase;
pub(super) mod recovery;
pub(super) mod shared;
pub(super) mod writer;
