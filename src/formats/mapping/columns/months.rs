//! The names of the months, in full and as they are cut short, in the languages in which tables are often written.

/// The names of each month: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish; without accents.
const NAMES: [&[&str]; 12] = [
    &[
        "january", "januar", "janvier", "enero", "gennaio", "janeiro", "januari", "styczen", "stycznia", "janner",
    ],
    &[
        "february",
        "februar",
        "fevrier",
        "febrero",
        "febbraio",
        "fevereiro",
        "februari",
        "luty",
        "lutego",
        "feber",
    ],
    &[
        "march", "marz", "mars", "marzo", "marco", "maart", "marzec", "marca", "maerz", "mrz",
    ],
    &["april", "avril", "abril", "aprile", "kwiecien", "kwietnia"],
    &["may", "mai", "mayo", "maggio", "maio", "mei", "maj", "maja"],
    &[
        "june", "juni", "juin", "junio", "giugno", "junho", "czerwiec", "czerwca",
    ],
    &["july", "juli", "juillet", "julio", "luglio", "julho", "lipiec", "lipca"],
    &["august", "aout", "agosto", "augustus", "sierpien", "sierpnia"],
    &[
        "september",
        "septembre",
        "septiembre",
        "settembre",
        "setembro",
        "wrzesien",
        "wrzesnia",
        "sept",
    ],
    &[
        "october",
        "oktober",
        "octobre",
        "octubre",
        "ottobre",
        "outubro",
        "pazdziernik",
        "pazdziernika",
        "okt",
    ],
    &["november", "novembre", "noviembre", "novembro", "listopad", "listopada"],
    &[
        "december",
        "dezember",
        "decembre",
        "diciembre",
        "dicembre",
        "dezembro",
        "grudzien",
        "grudnia",
        "dez",
    ],
];

/// How short a name may be cut.
const LETTERS_MIN: usize = 3;

/// Takes the name of a month off the text, with the dot behind one that is cut short: 1 to 12. None where it begins the names of
/// two months, or of none.
pub(in crate::formats::mapping) fn take(rest: &mut &str) -> Option<i8> {
    let length = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
    let (word, behind) = rest.split_at(length);
    let name = any_ascii::any_ascii(word).to_lowercase();
    let begins = |names: &&[&str]| names.iter().any(|known| known.starts_with(&*name));
    let is_it = |names: &&[&str]| names.contains(&&*name);
    let months = (1..).zip(&NAMES);
    let exact = months.clone().find(|(_, names)| is_it(names)).map(|(month, _)| month);
    let mut cut = months.filter(|(_, names)| name.chars().count() >= LETTERS_MIN && begins(names));
    let month = exact.or_else(|| cut.next().filter(|_| cut.next().is_none()).map(|(month, _)| month))?;
    *rest = behind
        .strip_prefix('.')
        .filter(|_| exact.is_none() || length <= 4)
        .unwrap_or(behind);
    Some(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_by_their_names_and_by_how_these_begin() {
        for (text, expected, remainder) in [
            ("January 2014", Some(1), " 2014"),
            ("jan. 2014", Some(1), " 2014"),
            ("Sept 2014", Some(9), " 2014"),
            ("MÄRZ", Some(3), ""),
            ("août", Some(8), ""),
            ("Dez. 14", Some(12), " 14"),
            ("mar-14", Some(3), "-14"),
            ("may.", Some(5), ""),
            ("Ju 14", None, "Ju 14"),
            ("Ma", None, "Ma"),
            ("14", None, "14"),
            ("Brumaire", None, "Brumaire"),
        ] {
            let mut rest = text;
            assert_eq!(take(&mut rest), expected, "{text}");
            assert_eq!(rest, remainder, "{text}");
        }
    }
}
