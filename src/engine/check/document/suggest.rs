//! What a misspelt name may have meant.

/// Names longer than this are no slips of the pen, and comparing them would cost their length.
const CHARACTERS_MAX: usize = 64;
/// So many names are suggested at most.
const SUGGESTED_MAX: usize = 3;

/// A sentence with the known names nearest to `name`, with a space before it. Empty when none is near. Ties are broken by
/// the alphabet.
pub(super) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    if name.len() > CHARACTERS_MAX {
        return String::new();
    }
    // A third of a name may be wrong; of a short one a letter.
    let farthest = (name.len() / 3).max(1);
    let lower = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .filter(|known| known.len().abs_diff(name.len()) <= farthest)
        .map(|known| (strsim::osa_distance(&lower, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= farthest)
        .collect();
    near.sort_unstable();
    let names: Vec<String> = near
        .iter()
        .take(SUGGESTED_MAX)
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
    fn what_is_near_is_suggested_in_one_order() {
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
