//! Suggestions for misspelt names.

/// Longer names get no suggestions, since comparing them costs their length.
const CHARACTERS_MAX: usize = 64;
/// The most names that are suggested.
const SUGGESTIONS_MAX: usize = 3;

/// A sentence with the known names nearest to `name`, after a space. Empty if none is near. Ties are broken by
/// alphabetical order.
pub(super) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    if name.len() > CHARACTERS_MAX {
        return String::new();
    }
    // A third of a name may be wrong; of a short name one letter.
    let distance_max = (name.len() / 3).max(1);
    let lower = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .filter(|known| known.len().abs_diff(name.len()) <= distance_max)
        .map(|known| (strsim::osa_distance(&lower, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= distance_max)
        .collect();
    near.sort_unstable();
    let names: Vec<String> = near
        .iter()
        .take(SUGGESTIONS_MAX)
        .map(|(_, known)| format!("\"{known}\""))
        .collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => format!(" Did you mean {only}?"),
        [others @ .., last] => format!(" Did you mean {} or {last}?", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_in_a_fixed_order() {
        let known = || ["name", "names", "note", "owners", "id", "asOf"].into_iter();
        for (name, expected) in [
            ("nam", " Did you mean \"name\"?"),
            ("nmae", " Did you mean \"name\"?"),
            ("naems", " Did you mean \"names\"?"),
            ("nome", " Did you mean \"name\" or \"note\"?"),
            ("asof", " Did you mean \"asOf\"?"),
            ("ownersOf", " Did you mean \"owners\"?"),
            ("revenue", ""),
            ("", ""),
        ] {
            assert_eq!(did_you_mean(name, known()), expected, "{name}");
        }
        assert_eq!(did_you_mean(&"n".repeat(100), known()), "");
    }
}
