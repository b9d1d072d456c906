//! How alike two names are, by their cores alone: legal forms, countries and whatever else is known do not enter.

use super::{CompanyName, Telling, Word, letters::slips_allowed};

/// The most that names with different cores reach: only equal ones are certain.
pub const DIFFERENT_MAX: f64 = 0.95;
/// What initials are worth. Many names share them, so they stay under any sensible threshold by themselves.
const INITIALS: f64 = 0.65;
/// What is left where both names have a number and not the same: fund 3 is not fund 4.
const OTHER_NUMBER: f64 = 0.7;
/// What a part of a name in two scripts is worth.
const PART: f64 = 0.95;

/// How alike two names are, from 0 to 1: 1 for equal cores, at most [`DIFFERENT_MAX`] for others. Symmetric.
///
/// A weighted Dice coefficient of words: twice the weight of the words that pair up, by how alike they are, over the weight of
/// all. Words pair in any order, each once. Distinctive words weigh 1, lines of business 0.4, and words like Group 0.15. A pair
/// may differ by slips: one in words of four letters and more, two from eight on. Words of scripts
/// without spaces compare by pairs of letters. O(m·n) in words.
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
    if one.core().is_empty() || other.core().is_empty() {
        return 0.0;
    }
    if one.core() == other.core() {
        return 1.0;
    }
    if one.is_weak() || other.is_weak() {
        return 0.0;
    }
    let whole = cores_alike(one.core(), other.core());
    let (parts, other_parts) = (one.parts(), other.parts());
    let with_whole = |part: &CompanyName, whole: &CompanyName| cores_alike(part.core(), whole.core());
    let partly = parts
        .iter()
        .map(|part| with_whole(part, other))
        .chain(other_parts.iter().map(|part| with_whole(part, one)))
        .fold(0.0, f64::max);
    whole.max(PART * partly).min(DIFFERENT_MAX)
}

fn cores_alike(one: &[Word], other: &[Word]) -> f64 {
    // In one order, so that ties fall the same way from both sides.
    let (one, other) = if one <= other { (one, other) } else { (other, one) };
    if one == other {
        return 1.0;
    }
    let (joined, other_joined) = (joined(one, other), joined(other, one));
    let dice = dice(&joined, &other_joined);
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

/// The same, where both names have more than the other: Ares Capital and Ares Management exclude each other, while
/// Ares and Ares Management do not.
fn weight_against(telling: Telling) -> f64 {
    match telling {
        Telling::Common => 0.7,
        other => weight(other),
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

fn dice(one: &[&Word], other: &[&Word]) -> f64 {
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
    let left = |words: &[&Word], taken: &[bool]| -> Vec<Telling> {
        let left = words.iter().zip(taken).filter(|(_, taken)| !**taken);
        left.map(|(word, _)| word.telling).collect()
    };
    let (left, other_left) = (left(one, &taken), left(other, &other_taken));
    let tells = |left: &[Telling]| left.iter().any(|telling| *telling != Telling::Weak);
    let weigh = if tells(&left) && tells(&other_left) {
        weight_against
    } else {
        weight
    };
    all += left.into_iter().chain(other_left).map(weigh).sum::<f64>();
    shared / all
}

/// How alike two words are: 1 when equal, 0 when they are two words.
fn words_alike(one: &Word, other: &Word) -> f64 {
    let (one, other) = (one.text.as_str(), other.text.as_str());
    if one == other {
        return 1.0;
    }
    if is_number(one) || is_number(other) {
        return 0.0;
    }
    let is_unspaced = Word::is_unspaced;
    match (is_unspaced(one), is_unspaced(other)) {
        (true, true) => letter_pairs_alike(one, other),
        (false, false) => slips_alike(one, other),
        _ => 0.0,
    }
}

fn slips_alike(one: &str, other: &str) -> f64 {
    const INITIAL: f64 = 0.6;
    const SLIP: f64 = 1.4;
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
    1.0 - SLIP * small(slips) / small(long)
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
