//! Resolving messy names, measured: labelled names over a small registry, and what must hold for any.

mod filers;
mod labelled;
mod names;
mod quality;
