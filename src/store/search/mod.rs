//! The search index: who goes by a name, in any script, with typos or half typed. Holds words and where they stand; the
//! texts stay in the snapshot it was built from. A question is text: nothing in it is an operator.

mod build;
mod error;
mod fields;
mod find;
mod fold;
pub(super) mod follow;
mod highlight;
mod index;
pub(super) mod keep;
mod keys;
mod layer;
mod lexicon;
pub mod matching;
mod meet;
mod near;
mod question;
mod segment;
mod similar;
mod terms;
mod words;

pub use self::{
    error::Error,
    find::Hit,
    highlight::{Highlight, Part, SearchField, highlights},
    index::Index,
    question::{Question, TEXT_MAX, Unaskable, WORDS_MAX},
};
