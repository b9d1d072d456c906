//! The three syntaxes of the golden copy, each turned into rows of fields.

pub(in crate::formats::gleif) mod detect;
pub(in crate::formats::gleif) mod fields;
pub(in crate::formats::gleif) mod json;
pub(in crate::formats::gleif) mod row;
pub(in crate::formats::gleif) mod table;
pub(in crate::formats::gleif) mod xml;
