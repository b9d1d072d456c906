//! How alike two names are, by their cores: countries and whatever else is known do not enter. Which legal form a name has does
//! not either; that it has one says that the name is whole.

use super::{letters::slips_allowed, romanization::consonants_of_latin};
use crate::model::{CompanyName, EntityKind, Telling, Word};

/// The most that names with different cores reach: only equal ones are certain.
pub const DIFFERENT_MAX: f64 = 0.95;
/// What initials are worth. Many names share them, so they stay under any sensible threshold by themselves.
const INITIALS: f64 = 0.65;
/// What is left where both names have a number and not the same: fund 3 is not fund 4.
const OTHER_NUMBER: f64 = 0.7;
/// What a part of a name in two scripts is worth.
const PART: f64 = 0.95;
/// What a distinctive word weighs that only one name has, before or behind all that both share.
const ADDED: f64 = 1.75;
/// What a line of business weighs that only one name has, where the other is whole; where both have more than the other, since
/// Ares Capital and Ares Management exclude each other, and where it is that of a fund; and else.
const BUSINESS_BESIDE_WHOLE: f64 = ADDED;
const BUSINESS_AGAINST: f64 = 0.7;
const BUSINESS_ADDED: f64 = 0.425;
/// How alike words are that share their consonants, where a script writes no others.
const CONSONANTS: f64 = 0.9;

/// How alike two names are, from 0 to 1: 1 for equal cores, at most [`DIFFERENT_MAX`] for others. Symmetric.
///
/// A weighted Dice coefficient of words: twice the weight of the words that pair up, by how alike they are, over the weight of
/// all. Words pair in any order, each once. Distinctive words weigh 1, lines of business 0.4, and words like Group 0.15. A
/// distinctive word that only one name adds before or behind what both share weighs 1.75, for it mostly makes another company;
/// a line of business 1.75 as well where the other name has a legal form, and so is no short form of this one, else 0.425, that of a fund 0.7.
/// A pair may differ by slips: one in words of four letters and more, two from eight on. Words of scripts without spaces
/// compare by pairs of letters. Words of different scripts compare by how they are written in Latin letters, those of scripts
/// that only write consonants by these. O(m·n) in words.
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

/// The same for names of such an entity. A person has middle names and second surnames, which many leave out.
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
    let whole = cores_alike(Side::of(one), Side::of(other), added);
    let (parts, other_parts) = (one.parts(), other.parts());
    let with_whole = |part: &CompanyName, whole: &CompanyName| cores_alike(Side::of(part), Side::of(whole), added);
    let partly = parts
        .iter()
        .map(|part| with_whole(part, other))
        .chain(other_parts.iter().map(|part| with_whole(part, one)))
        .fold(0.0, f64::max);
    whole.max(PART * partly).min(DIFFERENT_MAX)
}

/// Whether two cores are the same words, but for how marks are spelled.
fn are_same(one: &[Word], other: &[Word]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other))
}

/// One of two names that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Side<'n> {
    core: &'n [Word],
    /// Whether it has a legal form: who writes that writes the whole name.
    is_whole: bool,
}

impl<'n> Side<'n> {
    fn of(name: &'n CompanyName) -> Self {
        Self {
            core: name.core(),
            is_whole: !name.forms().is_empty(),
        }
    }
}

fn cores_alike(one: Side<'_>, other: Side<'_>, added: f64) -> f64 {
    // In one order, so that ties fall the same way from both sides.
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    let (one, other) = (first.core, second.core);
    if are_same(one, other) {
        return 1.0;
    }
    let (joined, other_joined) = (joined(one, other), joined(other, one));
    let dice = dice((&joined, first.is_whole), (&other_joined, second.is_whole), added);
    let number = if numbers_differ(one, other) { OTHER_NUMBER } else { 1.0 };
    let initials = if are_initials(one, other) || are_initials(other, one) {
        INITIALS
    } else {
        0.0
    };
    (dice * number).max(initials)
}

fn weight(telling: Telling) -> f64 {
    match telling {
        Telling::Distinctive => 1.0,
        Telling::Common => 0.4,
        Telling::Weak => 0.15,
    }
}

/// The words of `name`, neighbors joined where the other name writes them as one: Air Lines beside Airlines.
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

/// Whether `text` is these words in one.
fn is_written_as(text: &str, words: &[Word]) -> bool {
    let rest = words
        .iter()
        .try_fold(text, |rest, word| rest.strip_prefix(word.text.as_str()));
    rest == Some("")
}

fn dice((one, is_whole): (&[&Word], bool), (other, other_is_whole): (&[&Word], bool), added: f64) -> f64 {
    let mut pairs: Vec<(f64, usize, usize, f64)> = Vec::new();
    for (i, word) in one.iter().enumerate() {
        for (j, other_word) in other.iter().enumerate() {
            let alike = words_alike(word, other_word);
            if alike > 0.0 {
                let weight = f64::midpoint(weight(word.telling), weight(other_word.telling));
                pairs.push((alike * weight, i, j, alike));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut taken, mut other_taken) = (vec![false; one.len()], vec![false; other.len()]);
    let (mut shared, mut all) = (0.0, 0.0);
    for (_, i, j, alike) in pairs {
        if !taken[i] && !other_taken[j] {
            (taken[i], other_taken[j]) = (true, true);
            let both = weight(one[i].telling) + weight(other[j].telling);
            shared += alike * both;
            all += both;
        }
    }
    let left = Left::of(one, &taken, other_is_whole);
    let other_left = Left::of(other, &other_taken, is_whole);
    all += weight_of_left(&left, &other_left, added);
    shared / all
}

/// The words of a name that the other does not have.
struct Left<'w> {
    words: Vec<&'w Word>,
    /// How many distinctive ones stand before or behind all that both share.
    outer: usize,
    /// Whether the other name is whole.
    beside_whole: bool,
}

impl<'w> Left<'w> {
    fn of(words: &[&'w Word], taken: &[bool], beside_whole: bool) -> Self {
        let first = taken.iter().position(|taken| *taken).unwrap_or_default();
        let last = taken.iter().rposition(|taken| *taken).unwrap_or_default();
        let left = words.iter().zip(taken).enumerate().filter(|(_, (_, taken))| !**taken);
        let left: Vec<(usize, &Word)> = left.map(|(place, (word, _))| (place, *word)).collect();
        let is_outer =
            |(place, word): &&(usize, &Word)| (*place < first || *place > last) && word.telling == Telling::Distinctive;
        Self {
            outer: left.iter().filter(is_outer).count(),
            words: left.into_iter().map(|(_, word)| word).collect(),
            beside_whole,
        }
    }

    fn has_distinctive(&self) -> bool {
        self.words.iter().any(|word| word.telling == Telling::Distinctive)
    }

    /// Whether there is more than articles.
    fn tells(&self) -> bool {
        self.words.iter().any(|word| !word.is_connective())
    }
}

/// What the words weigh that only one name has.
fn weight_of_left(one: &Left<'_>, other: &Left<'_>, added: f64) -> f64 {
    let exclude = one.tells() && other.tells();
    let weigh = |left: &Left<'_>| -> f64 {
        let weights = left.words.iter().map(|word| match word.telling {
            Telling::Common if left.beside_whole => BUSINESS_BESIDE_WHOLE,
            Telling::Common if exclude => BUSINESS_AGAINST,
            Telling::Common if word.is_vehicle() => BUSINESS_AGAINST,
            Telling::Common => BUSINESS_ADDED,
            other => weight(other),
        });
        weights.sum()
    };
    let all = weigh(one) + weigh(other);
    // Where both have distinctive words, these exclude each other anyhow.
    match one.has_distinctive() && other.has_distinctive() {
        true => all,
        false => all + (added - 1.0) * small(one.outer + other.outer),
    }
}

/// How alike two words are: 1 when equal, 0 when they are two words.
fn words_alike(one: &Word, other: &Word) -> f64 {
    if one.is_same(other) || one.means(other) || other.means(one) {
        return 1.0;
    }
    let (text, other_text) = (one.text.as_str(), other.text.as_str());
    if is_number(text) || is_number(other_text) {
        return 0.0;
    }
    let alike = match (Word::is_unspaced(text), Word::is_unspaced(other_text)) {
        (true, true) => letter_pairs_alike(text, other_text),
        (false, false) => spelled_alike(one, other),
        _ => 0.0,
    };
    alike.max(read_alike(one, other)).max(read_alike(other, one))
}

/// How alike two words of one script are, however their marks are spelled.
fn spelled_alike(one: &Word, other: &Word) -> f64 {
    let alike = slips_alike(&one.text, &other.text);
    let marked = |word: &Word, other: &Word| {
        let spelling = word.without_marks.as_deref();
        spelling.map_or(0.0, |spelling| slips_alike(spelling, &other.text))
    };
    alike.max(marked(one, other)).max(marked(other, one))
}

/// How alike a word of another script is to one in Latin letters; 0 for any others.
fn read_alike(foreign: &Word, latin: &Word) -> f64 {
    if !latin.text.is_ascii() {
        return 0.0;
    }
    let texts = || std::iter::once(&latin.text).chain(&latin.without_marks);
    let readings = foreign.readings.iter();
    let alike = readings.flat_map(|reading| texts().map(move |text| slips_alike(reading, text)));
    let alike = alike.fold(0.0, f64::max);
    let share_consonants = !foreign.consonants.is_empty()
        && consonants_of_latin(&latin.text).is_some_and(|chain| foreign.consonants.contains(&chain));
    if share_consonants { alike.max(CONSONANTS) } else { alike }
}

fn slips_alike(one: &str, other: &str) -> f64 {
    const INITIAL: f64 = 0.6;
    // In a short name one letter makes another company: Cigna is not Ciena.
    const SHORT: usize = 5;
    const SLIP_IN_SHORT: f64 = 1.6;
    const SLIP: f64 = 1.4;
    if one == other {
        return 1.0;
    }
    let (first, last) = (one.chars().next(), one.chars().next_back());
    let (length, other_length) = (letters(one), letters(other));
    let (short, long) = (length.min(other_length), length.max(other_length));
    if short == 1 && first == other.chars().next() {
        return INITIAL;
    }
    let slips_max = usize::from(slips_allowed(short));
    if slips_max == 0 {
        return 0.0;
    }
    // Slips at both ends of a word are rare, and looking is cheaper than measuring.
    if long - short > slips_max || (first != other.chars().next() && last != other.chars().next_back()) {
        return 0.0;
    }
    let slips = strsim::osa_distance(one, other);
    if slips > slips_max {
        return 0.0;
    }
    let slip = if long <= SHORT { SLIP_IN_SHORT } else { SLIP };
    1.0 - slip * small(slips) / small(long)
}

fn letters(word: &str) -> usize {
    if word.is_ascii() {
        word.len()
    } else {
        word.chars().count()
    }
}

/// The Dice coefficient of pairs of letters; 0 below a half, where only a common word is shared.
fn letter_pairs_alike(one: &str, other: &str) -> f64 {
    const ALIKE_MIN: f64 = 0.5;
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
        let found = other_pairs.binary_search(pair);
        found.is_ok_and(|position| {
            other_pairs.remove(position);
            true
        })
    });
    let alike = 2.0 * small(shared.count()) / small(all);
    if alike < ALIKE_MIN { 0.0 } else { alike }
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

/// Whether `short` is one word made of the first letters of `long`, with or without the words that say little.
fn are_initials(short: &[Word], long: &[Word]) -> bool {
    let [word] = short else { return false };
    let letters = word.text.chars().count();
    if !(3..=6).contains(&letters) || Word::is_unspaced(&word.text) || long.len() < 3 {
        return false;
    }
    let firsts = |words: &mut dyn Iterator<Item = &Word>| -> String {
        words.filter_map(|word| word.text.chars().next()).collect()
    };
    let telling = firsts(&mut long.iter().filter(|word| word.telling != Telling::Weak));
    firsts(&mut long.iter()) == word.text || telling == word.text
}

/// A count of letters or pairs, which the limits of names keep small.
fn small(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests;
