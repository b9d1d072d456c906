//! Reading one state: the snapshot, its rows with their texts, and lookups. Start with `snapshot`.

pub(super) mod changes;
pub(super) mod digest;
pub(super) mod listing;
pub(super) mod lookup;
pub(super) mod mask;
pub(super) mod merge;
pub(super) mod record;
pub(super) mod refs;
pub(super) mod snapshot;
pub(super) mod versions;
