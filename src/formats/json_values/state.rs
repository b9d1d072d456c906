//! The states of splitting a file into JSON values.

/// The part of the file that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReaderState {
    /// Outside of values: before the first, or between two.
    Outside,
    /// In a value.
    Value,
    /// On a line that is no JSON.
    Stray,
    /// After the damage in a value of several lines, up to a line on which another may begin.
    Damaged,
    /// In an array of values.
    Array,
    /// After the array of a package, before the end of the package.
    PackageEnd,
}

/// How a run of bytes in a value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunEnd {
    /// With the buffer; the value continues.
    Continues,
    /// With the end of the value.
    Complete,
    /// With the start of the array of a package.
    Package,
    /// Before a byte that is invalid here: the value was damaged before it.
    Damaged,
}
