//! Lines and columns of a text, from offsets in bytes. Both count from one; a column is a character, whatever its length.

use async_graphql::Pos;

/// The character count is stored every this many bytes.
const STEP: usize = 64;

/// Finds positions in one text, each in logarithmic time. Built in linear time.
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
                let mut count = 0;
                let steps = bytes.chunks(STEP).map(|step| {
                    let preceding = count;
                    count += character_starts(step);
                    preceding
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

    /// The position of a byte, or of the end of the text.
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
        // The end of a text may lie just past the last step.
        let step = (at / STEP).min(self.characters.len() - 1);
        let rest = self.text.as_bytes().get(step * STEP..at).unwrap_or_default();
        self.characters.get(step).copied().unwrap_or_default() + character_starts(rest)
    }
}

/// Characters that begin in these bytes.
fn character_starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

/// One position in a text. Linear in the text before it.
pub(crate) fn position(text: &str, at: usize) -> Pos {
    Positions::new(text.get(..at).unwrap_or(text)).of(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The position by its definition.
    fn position_by_definition(text: &str, at: usize) -> Pos {
        let before = text[..at].replace("\r\n", "\n").replace('\r', "\n");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        Pos { line, column }
    }

    #[test]
    fn every_position_of_a_text_is_correct() {
        let long = "ascii éß漢字 😀\n".repeat(20) + &"字".repeat(100);
        for text in ["", "{ a }", "a\nb\r\nc\rd\n", "é\r\rß😀\n字", &long] {
            let positions = Positions::new(text);
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                // There is no position between the two characters of a line end.
                if text.as_bytes().get(at) == Some(&b'\n') && at > 0 && text.as_bytes()[at - 1] == b'\r' {
                    continue;
                }
                assert_eq!(positions.of(at), position_by_definition(text, at), "{text:?} at {at}");
                assert_eq!(position(text, at), position_by_definition(text, at), "{text:?} at {at}");
            }
        }
    }
}
