//! The similarity of two names by their cores, without countries or other properties. The legal form itself does not count, but
//! a name with one is complete.

use super::{letters::typos_max, romanization::consonants_of_latin};
use crate::model::{CompanyName, Distinctiveness, EntityKind, Word};

/// The highest similarity of names with different cores.
pub const DIFFERENT_MAX: f64 = 0.95;
/// The similarity of initials with the full name. Many names share them, so it is below any sensible threshold.
const INITIALS: f64 = 0.65;
/// The factor if both names have different numbers: fund 3 is not fund 4.
const OTHER_NUMBER: f64 = 0.7;
/// The factor for one part of a name in two scripts.
const PART: f64 = 0.95;
/// The weight of a distinctive word of only one name, before or after all shared words.
const ADDED: f64 = 1.75;
/// The weight of a line of business of only one name: if the other name is complete; if both have words of their own, since
/// Ares Capital and Ares Management exclude each other, or if it is that of a fund; and otherwise.
const BUSINESS_VERSUS_COMPLETE: f64 = ADDED;
const BUSINESS_AGAINST: f64 = 0.7;
const BUSINESS_ADDED: f64 = 0.425;
/// The similarity of words with the same consonants, for scripts without vowels.
const CONSONANTS: f64 = 0.9;

/// The similarity of two names, from 0 to 1: 1 for equal cores, at most [`DIFFERENT_MAX`] for others. Symmetric.
///
/// A weighted Dice coefficient of words: twice the weight of the words that pair up, multiplied by their similarity, over the
/// weight of all. Words pair in any order, each once. Distinctive words weigh 1, lines of business 0.4, and words like Group 0.15.
/// A distinctive word that only one name has before or after the shared words weighs 1.75, because it usually makes another
/// company; a line of business 1.75 as well if the other name has a legal form, and so is not a short form of this one, else
/// 0.425, that of a fund 0.7. A pair may differ by typing errors: one in words of four letters and more, two from eight on. Words
/// in scripts without spaces compare by pairs of letters. Words in different scripts compare by their romanizations, those in
/// consonant scripts by their consonants. O(m·n) in words.
///
/// ```
/// use guanxi::model::{CompanyName, similarity};
///
/// let alike = |one, other| similarity(&CompanyName::new(one), &CompanyName::new(other));
/// assert_eq!(alike("Macy's, Inc.", "MACYS"), 1.0);
/// assert!(alike("阿里巴巴集团控股有限公司", "阿里巴巴") > 0.8);
/// assert_eq!(alike("Acme Ltd", "Zenith Ltd"), 0.0);
/// ```
#[must_use]
pub fn similarity(one: &CompanyName, other: &CompanyName) -> f64 {
    similarity_of(EntityKind::Company, one, other)
}

/// The similarity for names of this kind of entity. Persons have middle names and second surnames, which are often omitted.
pub(in crate::model) fn similarity_of(kind: EntityKind, one: &CompanyName, other: &CompanyName) -> f64 {
    if one.core().is_empty() || other.core().is_empty() {
        return 0.0;
    }
    if are_same(one.core(), other.core()) {
        return 1.0;
    }
    let added = match kind {
        EntityKind::Person => 1.0,
        _ => ADDED,
    };
    if one.is_weak() || other.is_weak() {
        return 0.0;
    }
    let total = core_similarity(Side::of(one), Side::of(other), added);
    let (parts, other_parts) = (one.parts(), other.parts());
    let of_part = |part: &CompanyName, name: &CompanyName| core_similarity(Side::of(part), Side::of(name), added);
    let partly = parts
        .iter()
        .map(|part| of_part(part, other))
        .chain(other_parts.iter().map(|part| of_part(part, one)))
        .fold(0.0, f64::max);
    total.max(PART * partly).min(DIFFERENT_MAX)
}

/// Whether two cores are the same words, apart from the spelling of diacritics.
fn are_same(one: &[Word], other: &[Word]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other))
}

/// One of two names that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Side<'n> {
    core: &'n [Word],
    /// Whether it has a legal form, which a shortened name would not.
    is_complete: bool,
}

impl<'n> Side<'n> {
    fn of(name: &'n CompanyName) -> Self {
        Self {
            core: name.core(),
            is_complete: !name.forms().is_empty(),
        }
    }
}

fn core_similarity(one: Side<'_>, other: Side<'_>, added: f64) -> f64 {
    // In one order, so that ties fall the same way from both sides.
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    let (one, other) = (first.core, second.core);
    if are_same(one, other) {
        return 1.0;
    }
    let (joined, other_joined) = (joined(one, other), joined(other, one));
    let dice = dice((&joined, first.is_complete), (&other_joined, second.is_complete), added);
    let number = if numbers_differ(one, other) { OTHER_NUMBER } else { 1.0 };
    let initials = if are_initials(one, other) || are_initials(other, one) {
        INITIALS
    } else {
        0.0
    };
    (dice * number).max(initials)
}

fn weight(distinctiveness: Distinctiveness) -> f64 {
    match distinctiveness {
        Distinctiveness::Distinctive => 1.0,
        Distinctiveness::Common => 0.4,
        Distinctiveness::Weak => 0.15,
    }
}

/// The words of `name`, with neighbors joined if the other name writes them as one: Air Lines for Airlines.
fn joined<'w>(name: &'w [Word], other: &'w [Word]) -> Vec<&'w Word> {
    let mut words: Vec<&Word> = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, tail)) = rest.split_first() {
        let together = |count: usize| {
            let next = rest.get(..count)?;
            other
                .iter()
                .find(|word| is_written_as(&word.text, next))
                .map(|word| (word, count))
        };
        match together(2).or_else(|| together(3)) {
            Some((word, count)) => {
                words.push(word);
                rest = &rest[count..];
            }
            None => {
                words.push(first);
                rest = tail;
            }
        }
    }
    words
}

/// Whether `text` is these words joined.
fn is_written_as(text: &str, words: &[Word]) -> bool {
    let rest = words
        .iter()
        .try_fold(text, |rest, word| rest.strip_prefix(word.text.as_str()));
    rest == Some("")
}

fn dice((one, is_complete): (&[&Word], bool), (other, other_is_complete): (&[&Word], bool), added: f64) -> f64 {
    let mut pairs: Vec<(f64, usize, usize, f64)> = Vec::new();
    for (i, word) in one.iter().enumerate() {
        for (j, other_word) in other.iter().enumerate() {
            let similarity = word_similarity(word, other_word);
            if similarity > 0.0 {
                let weight = f64::midpoint(weight(word.distinctiveness), weight(other_word.distinctiveness));
                pairs.push((similarity * weight, i, j, similarity));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut paired, mut other_paired) = (vec![false; one.len()], vec![false; other.len()]);
    let (mut shared, mut all) = (0.0, 0.0);
    for (_, i, j, similarity) in pairs {
        if !paired[i] && !other_paired[j] {
            (paired[i], other_paired[j]) = (true, true);
            let both = weight(one[i].distinctiveness) + weight(other[j].distinctiveness);
            shared += similarity * both;
            all += both;
        }
    }
    let unpaired = UnpairedWords::of(one, &paired, other_is_complete);
    let other_unpaired = UnpairedWords::of(other, &other_paired, is_complete);
    all += weight_of_unpaired(&unpaired, &other_unpaired, added);
    shared / all
}

/// The words of a name that the other does not have.
struct UnpairedWords<'w> {
    words: Vec<&'w Word>,
    /// How many distinctive ones are before or after all shared words.
    outer: usize,
    /// Whether the other name is complete.
    other_is_complete: bool,
}

impl<'w> UnpairedWords<'w> {
    fn of(words: &[&'w Word], paired: &[bool], other_is_complete: bool) -> Self {
        let first = paired.iter().position(|paired| *paired).unwrap_or_default();
        let last = paired.iter().rposition(|paired| *paired).unwrap_or_default();
        let unpaired = words
            .iter()
            .zip(paired)
            .enumerate()
            .filter(|(_, (_, paired))| !**paired);
        let unpaired: Vec<(usize, &Word)> = unpaired.map(|(place, (word, _))| (place, *word)).collect();
        let is_outer = |(place, word): &&(usize, &Word)| {
            (*place < first || *place > last) && word.distinctiveness == Distinctiveness::Distinctive
        };
        Self {
            outer: unpaired.iter().filter(is_outer).count(),
            words: unpaired.into_iter().map(|(_, word)| word).collect(),
            other_is_complete,
        }
    }

    fn has_distinctive(&self) -> bool {
        self.words
            .iter()
            .any(|word| word.distinctiveness == Distinctiveness::Distinctive)
    }

    /// Whether there are other words than articles and connectives.
    fn has_content(&self) -> bool {
        self.words.iter().any(|word| !word.is_connective())
    }
}

/// The weight of the words that only one name has.
fn weight_of_unpaired(one: &UnpairedWords<'_>, other: &UnpairedWords<'_>, added: f64) -> f64 {
    let exclude = one.has_content() && other.has_content();
    let weigh = |unpaired: &UnpairedWords<'_>| -> f64 {
        let weights = unpaired.words.iter().map(|word| match word.distinctiveness {
            Distinctiveness::Common if unpaired.other_is_complete => BUSINESS_VERSUS_COMPLETE,
            Distinctiveness::Common if exclude => BUSINESS_AGAINST,
            Distinctiveness::Common if word.is_vehicle() => BUSINESS_AGAINST,
            Distinctiveness::Common => BUSINESS_ADDED,
            other => weight(other),
        });
        weights.sum()
    };
    let all = weigh(one) + weigh(other);
    // If both have distinctive words, these already exclude each other.
    match one.has_distinctive() && other.has_distinctive() {
        true => all,
        false => all + (added - 1.0) * small(one.outer + other.outer),
    }
}

/// The similarity of two words: 1 if equal, 0 if different words.
fn word_similarity(one: &Word, other: &Word) -> f64 {
    if one.is_same(other) || one.means(other) || other.means(one) {
        return 1.0;
    }
    let (text, other_text) = (one.text.as_str(), other.text.as_str());
    if is_number(text) || is_number(other_text) {
        return 0.0;
    }
    let similarity = match (Word::is_unspaced(text), Word::is_unspaced(other_text)) {
        (true, true) => letter_pair_similarity(text, other_text),
        (false, false) => spelling_similarity(one, other),
        _ => 0.0,
    };
    similarity
        .max(reading_similarity(one, other))
        .max(reading_similarity(other, one))
}

/// The similarity of two words in one script, independent of the spelling of diacritics.
fn spelling_similarity(one: &Word, other: &Word) -> f64 {
    let similarity = typo_similarity(&one.text, &other.text);
    let without_marks = |word: &Word, other: &Word| {
        let spelling = word.without_marks.as_deref();
        spelling.map_or(0.0, |spelling| typo_similarity(spelling, &other.text))
    };
    similarity.max(without_marks(one, other)).max(without_marks(other, one))
}

/// The similarity of a word in another script and a Latin one; 0 for any others.
fn reading_similarity(foreign: &Word, latin: &Word) -> f64 {
    if !latin.text.is_ascii() {
        return 0.0;
    }
    let texts = || std::iter::once(&latin.text).chain(&latin.without_marks);
    let readings = foreign.readings.iter();
    let similarities = readings.flat_map(|reading| texts().map(move |text| typo_similarity(reading, text)));
    let similarity = similarities.fold(0.0, f64::max);
    let share_consonants = !foreign.consonants.is_empty()
        && consonants_of_latin(&latin.text).is_some_and(|chain| foreign.consonants.contains(&chain));
    if share_consonants {
        similarity.max(CONSONANTS)
    } else {
        similarity
    }
}

fn typo_similarity(one: &str, other: &str) -> f64 {
    const INITIAL: f64 = 0.6;
    // In a short name one letter makes another company: Cigna is not Ciena.
    const SHORT: usize = 5;
    const TYPO_IN_SHORT: f64 = 1.6;
    const TYPO: f64 = 1.4;
    if one == other {
        return 1.0;
    }
    let (first, last) = (one.chars().next(), one.chars().next_back());
    let (length, other_length) = (letters(one), letters(other));
    let (short, long) = (length.min(other_length), length.max(other_length));
    if short == 1 && first == other.chars().next() {
        return INITIAL;
    }
    let allowed = usize::from(typos_max(short));
    if allowed == 0 {
        return 0.0;
    }
    // Typing errors at both ends of a word are rare, and this check is cheaper than the distance.
    if long - short > allowed || (first != other.chars().next() && last != other.chars().next_back()) {
        return 0.0;
    }
    let typos = strsim::osa_distance(one, other);
    if typos > allowed {
        return 0.0;
    }
    let penalty = if long <= SHORT { TYPO_IN_SHORT } else { TYPO };
    1.0 - penalty * small(typos) / small(long)
}

fn letters(word: &str) -> usize {
    if word.is_ascii() {
        word.len()
    } else {
        word.chars().count()
    }
}

/// The Dice coefficient of pairs of letters; 0 below a half, where words share only a common part.
fn letter_pair_similarity(one: &str, other: &str) -> f64 {
    const SIMILARITY_MIN: f64 = 0.5;
    let pairs = |word: &str| -> Vec<(char, char)> {
        let mut pairs: Vec<_> = word.chars().zip(word.chars().skip(1)).collect();
        pairs.sort_unstable();
        pairs
    };
    let (pairs, mut other_pairs) = (pairs(one), pairs(other));
    let all = pairs.len() + other_pairs.len();
    if all == 0 {
        return 0.0;
    }
    let shared = pairs.iter().filter(|pair| {
        let position = other_pairs.binary_search(pair);
        position.is_ok_and(|position| {
            other_pairs.remove(position);
            true
        })
    });
    let similarity = 2.0 * small(shared.count()) / small(all);
    if similarity < SIMILARITY_MIN { 0.0 } else { similarity }
}

fn is_number(word: &str) -> bool {
    const ROMAN: [&str; 9] = ["ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"];
    match word.as_bytes().first() {
        Some(b'0'..=b'9') => word.bytes().all(|letter| letter.is_ascii_digit()),
        Some(b'i' | b'v' | b'x') => ROMAN.contains(&word),
        Some(_) => false,
        None => true,
    }
}

fn numbers_differ(one: &[Word], other: &[Word]) -> bool {
    fn numbers(words: &[Word]) -> Vec<&str> {
        let texts = words.iter().map(|word| word.text.as_str());
        let mut numbers: Vec<&str> = texts.filter(|text| is_number(text)).collect();
        numbers.sort_unstable();
        numbers
    }
    let (numbers, other_numbers) = (numbers(one), numbers(other));
    !numbers.is_empty() && !other_numbers.is_empty() && numbers != other_numbers
}

/// Whether `short` is one word of the first letters of `long`, with or without its weak words.
fn are_initials(short: &[Word], long: &[Word]) -> bool {
    let [word] = short else { return false };
    let letters = word.text.chars().count();
    if !(3..=6).contains(&letters) || Word::is_unspaced(&word.text) || long.len() < 3 {
        return false;
    }
    let firsts = |words: &mut dyn Iterator<Item = &Word>| -> String {
        words.filter_map(|word| word.text.chars().next()).collect()
    };
    let without_weak = firsts(&mut long.iter().filter(|word| word.distinctiveness != Distinctiveness::Weak));
    firsts(&mut long.iter()) == word.text || without_weak == word.text
}

/// A count of letters or pairs, which the limits of names bound.
fn small(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests;
