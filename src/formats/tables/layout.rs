//! The layout of the tables: the names of their files and columns.

/// A table as documented: the name of the file and its columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableLayout {
    pub(super) file: &'static str,
    pub(super) columns: &'static [&'static str],
    /// Those of the columns that a header may lack; all their cells are blank then.
    pub(super) optional: &'static [&'static str],
}
