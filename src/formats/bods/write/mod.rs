//! A graph as statements of 0.4. Start with `statements`.

pub(in crate::formats::bods) mod mark;
pub(in crate::formats::bods) mod records;
pub(in crate::formats::bods) mod shapes;
pub(in crate::formats::bods) mod statements;
