//! The search index: finds entities by name, in any script, with typos or incompletely typed. It contains words and the entities
//! that have them; the texts stay in the snapshot. A question is plain text without operators.

mod error;
mod fuzzy;
mod highlight;
mod index;
pub(super) mod layers;
mod lookup;
pub mod matching;
mod question;
mod text;

pub use self::{
    error::Error,
    highlight::{Highlight, HighlightPart, SearchField, highlights},
    index::Index,
    lookup::find::Hit,
    question::{InvalidQuestion, Question, TEXT_MAX, WORDS_MAX},
};
