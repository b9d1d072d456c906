//! Relationships, their shares, amounts, interests and evidence, and the sentence that states one.

pub(super) mod amount;
pub(super) mod evidence;
pub(super) mod interest;
pub(super) mod relationship;
pub(super) mod sentence;
pub(super) mod share;
