//! Changing the store: proposals are decided one after another, made durable together, then shown. Start with `commit` and `writer`.

pub mod adding;
pub(super) mod clock;
pub mod commit;
pub(super) mod rebase;
pub(super) mod recovery;
pub(super) mod shared;
pub(super) mod writer;
