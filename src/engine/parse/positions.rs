//! Lines and columns of a text, from offsets in bytes. Both count from one; a column is a character, whatever its length.

use async_graphql::Pos;

/// Every so many bytes the characters before them are known.
const STEP: usize = 64;

/// Finds any number of places in one text, each in about the same time. Linear to make.
pub(super) struct Positions<'t> {
    text: &'t str,
    /// Where lines begin.
    lines: Vec<usize>,
    /// Characters before each multiple of [`STEP`]. Empty where every character is a byte.
    characters: Vec<usize>,
}

impl<'t> Positions<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                lines.push(at + 1);
            }
        }
        let characters = match text.is_ascii() {
            true => Vec::new(),
            false => {
                let mut before = 0;
                let steps = bytes.chunks(STEP).map(|step| {
                    let known = before;
                    before += begun(step);
                    known
                });
                steps.collect()
            }
        };
        Self {
            text,
            lines,
            characters,
        }
    }

    /// The place of a byte; of the end, where there are no more.
    pub(super) fn of(&self, at: usize) -> Pos {
        let at = at.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        Pos {
            line,
            column: self.before(at) - self.before(start) + 1,
        }
    }

    /// Characters before a byte.
    fn before(&self, at: usize) -> usize {
        if self.characters.is_empty() {
            return at;
        }
        // The end of a text may stand just behind the last step.
        let step = (at / STEP).min(self.characters.len() - 1);
        let rest = self.text.as_bytes().get(step * STEP..at).unwrap_or_default();
        self.characters.get(step).copied().unwrap_or_default() + begun(rest)
    }
}

/// Characters that begin in these bytes.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

/// One place of a text. Linear in what stands before it.
pub(crate) fn position(text: &str, at: usize) -> Pos {
    Positions::new(text.get(..at).unwrap_or(text)).of(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts by the definition.
    fn counted(text: &str, at: usize) -> Pos {
        let before = text[..at].replace("\r\n", "\n").replace('\r', "\n");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        Pos { line, column }
    }

    #[test]
    fn every_place_of_a_text_is_found() {
        let long = "ascii éß漢字 😀\n".repeat(20) + &"字".repeat(100);
        for text in ["", "{ a }", "a\nb\r\nc\rd\n", "é\r\rß😀\n字", &long] {
            let positions = Positions::new(text);
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                // Between the two characters of one line's end nothing stands.
                if text.as_bytes().get(at) == Some(&b'\n') && at > 0 && text.as_bytes()[at - 1] == b'\r' {
                    continue;
                }
                assert_eq!(positions.of(at), counted(text, at), "{text:?} at {at}");
                assert_eq!(position(text, at), counted(text, at), "{text:?} at {at}");
            }
        }
    }
}
