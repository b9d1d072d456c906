//! The search index: finds entities by name, in any script, with typos or incompletely typed. It contains words and the entities
//! that have them; the texts stay in the snapshot. A question is plain text without operators.

mod build;
mod error;
mod fields;
mod find;
mod fold;
mod fuzzy;
mod highlight;
mod index;
mod intersect;
mod keys;
mod layer;
mod lexicon;
pub mod matching;
mod question;
mod segment;
mod similar;
pub(super) mod stored_layer;
mod terms;
pub(super) mod update;
mod words;

pub use self::{
    error::Error,
    find::Hit,
    highlight::{Highlight, HighlightPart, SearchField, highlights},
    index::Index,
    question::{InvalidQuestion, Question, TEXT_MAX, WORDS_MAX},
};
