//! Words of texts as the index has them: split, folded, and the keys under which they are found. Start with `words`.

pub(super) mod fold;
pub(super) mod keys;
pub(super) mod words;
