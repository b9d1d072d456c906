//! What waits outside the graph: relationships that refer to something which nothing describes yet. They are no part of what is
//! known, and are told so that they can be mended.

/// A relationship that waits for something that it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// The id that it will have.
    pub id: String,
    /// What it claims, in kinds and ids: `p:2 OFFICER_OF t:AAA`.
    pub claim: String,
    /// The id that nothing describes yet.
    pub missing: String,
    /// Where it was read: the file, the record and the line.
    pub place: String,
}
