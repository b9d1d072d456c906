//! One end of a share: a fraction, and whether the share includes it.

/// One end of a range, as a fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RangeEnd {
    pub(super) value: f64,
    /// Whether the end itself is excluded.
    pub(super) open: bool,
}

impl RangeEnd {
    pub(super) fn new(percent: f64, inclusive: bool) -> Self {
        Self {
            value: percent / 100.0,
            open: !inclusive,
        }
    }

    pub(super) fn value(self) -> f64 {
        self.value
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            open: self.open || other.open,
        }
    }

    pub(super) fn percent(self) -> f64 {
        // Digits past the ninth are rounding noise.
        (self.value * 100.0 * 1e9).round() / 1e9
    }
}
