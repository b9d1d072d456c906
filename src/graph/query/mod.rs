//! Queries over many rows: filters, orders, pages, counts, and the steps of walks. Start with `filter` and `page`.

pub(super) mod expand;
pub(super) mod facets;
pub(super) mod filter;
pub(super) mod hops;
pub(super) mod listing_scope;
pub(super) mod order;
pub(super) mod page;
