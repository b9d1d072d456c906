//! LEIs as ISO 17442 has them: the issuer's prefix, the entity's part, and two check digits by ISO 7064 MOD 97-10.

use fastrand::Rng;

/// Prefixes of issuers; the first ones have issued most.
const PREFIXES: [&[u8; 4]; 16] = [
    b"5493", b"9845", b"2138", b"9695", b"8945", b"3358", b"5299", b"9598", b"8156", b"7245", b"6354", b"9676",
    b"3912", b"2549", b"8755", b"0979",
];
/// Issuers by their own LEIs, with their weights.
pub(crate) const ISSUERS: [(&str, u32); 4] = [
    ("5493001KJTIIGC8Y1R12", 4),
    ("EVK05KS7XY1DEII3R011", 3),
    ("213800WAVVOPS85N2205", 2),
    ("5299000J2N45DDNE4Y28", 1),
];
const LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// An LEI.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lei([u8; 20]);

impl Lei {
    /// This many distinct LEIs, in ascending order.
    pub(crate) fn sorted(count: usize, rng: &mut Rng) -> Vec<Self> {
        let mut leis = Vec::with_capacity(count);
        while leis.len() < count {
            leis.extend((leis.len()..count).map(|_| Self::any(rng)));
            leis.sort_unstable();
            leis.dedup();
        }
        leis
    }

    /// One of them.
    pub(crate) fn any(rng: &mut Rng) -> Self {
        let mut letters = [b'0'; 20];
        let prefix = rng.usize(..PREFIXES.len()).min(rng.usize(..PREFIXES.len()));
        letters[..4].copy_from_slice(PREFIXES[prefix]);
        let mut code = rng.u64(..36_u64.pow(12));
        for letter in &mut letters[6..18] {
            *letter = LETTERS[usize::try_from(code % 36).expect("below 36")];
            code /= 36;
        }
        let rest = letters.iter().fold(0, |rest, letter| match letter {
            b'0'..=b'9' => (rest * 10 + u32::from(letter - b'0')) % 97,
            _ => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
        });
        let check = u8::try_from(98 - rest).expect("two digits");
        letters[18..].copy_from_slice(&[b'0' + check / 10, b'0' + check % 10]);
        Self(letters)
    }

    /// The LEI as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits and letters")
    }
}
