//! How a suggestion is written: blocks of TOML with a remark behind or above what it is about.

use std::fmt::Write;

/// How wide a line with a remark behind it may be.
const LINE_CHARS_MAX: usize = 120;

/// A value of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ValueTemplate {
    /// A template.
    Plain(String),
    /// A template, and another one where that is blank.
    Or(String, String),
}

impl ValueTemplate {
    /// As TOML.
    pub(super) fn toml(&self) -> String {
        match self {
            Self::Plain(text) => quoted(text),
            Self::Or(text, default) => format!("{{ text = {}, default = {} }}", quoted(text), quoted(default)),
        }
    }
}

/// A table of a mapping.
#[derive(Debug, Default)]
pub(super) struct TomlBlock {
    head: String,
    text: String,
    /// Its own tables, which stand behind all that is in it.
    tables: String,
}

impl TomlBlock {
    /// A table under this head: `[[entity]]`.
    pub(super) fn new(head: &str) -> Self {
        Self {
            head: head.to_owned(),
            ..Self::default()
        }
    }

    /// A remark on a line of its own.
    pub(super) fn remark(&mut self, remark: &str) {
        let _ = writeln!(self.text, "# {}", plain(remark));
    }

    /// A key with a value in TOML, and what to say of it; nothing where that is empty.
    pub(super) fn line(&mut self, key: &str, value: &str, remark: &str) {
        line(&mut self.text, key, value, remark);
    }

    /// A list in TOML, a member a line, each with what to say of it.
    pub(super) fn list(&mut self, key: &str, members: &[(String, String)], remark: &str) {
        if members.iter().all(|(_, remark)| remark.is_empty()) {
            let members: Vec<&str> = members.iter().map(|(member, _)| member.as_str()).collect();
            let value = format!("[{}]", members.join(", "));
            if value.chars().count() + key.len() < LINE_CHARS_MAX {
                return self.line(key, &value, remark);
            }
        }
        let remark = if remark.is_empty() {
            String::new()
        } else {
            format!(" # {}", plain(remark))
        };
        let _ = writeln!(self.text, "{key} = [{remark}");
        for (member, remark) in members {
            let remark = if remark.is_empty() {
                String::new()
            } else {
                format!(" # {}", plain(remark))
            };
            let _ = writeln!(self.text, "  {member},{remark}");
        }
        let _ = writeln!(self.text, "]");
    }

    /// What the texts of a column mean: the column, what all others mean, and each text with its meaning and what to say of it.
    pub(super) fn meanings(
        &mut self,
        key: &str,
        column: &str,
        default: Option<&str>,
        texts: &[(String, String, String)],
        remark: &str,
    ) {
        let name = self.head.trim_matches(['[', ']']).to_owned();
        let head = format!("[{name}.{key}]");
        let remark = plain(remark);
        let _ = match head.len() + remark.chars().count() < LINE_CHARS_MAX {
            true => writeln!(self.tables, "\n{head} # {remark}"),
            false => writeln!(self.tables, "\n# {remark}\n{head}"),
        };
        line(&mut self.tables, "column", &quoted(column), "");
        if let Some(default) = default {
            line(
                &mut self.tables,
                "default",
                &quoted(default),
                "for what is blank or not listed",
            );
        }
        let _ = writeln!(self.tables, "\n[{name}.{key}.values]");
        for (text, meaning, remark) in texts {
            line(&mut self.tables, &quoted(text), &quoted(meaning), remark);
        }
    }

    /// As TOML.
    pub(super) fn toml(&self) -> String {
        format!("{}\n{}{}", self.head, self.text, self.tables)
    }
}

/// Writes a line with its remark behind it, or above where it would be too wide.
fn line(text: &mut String, key: &str, value: &str, remark: &str) {
    let remark = plain(remark);
    let width = key.chars().count() + value.chars().count() + remark.chars().count();
    let _ = match width {
        _ if remark.is_empty() => writeln!(text, "{key} = {value}"),
        width if width < LINE_CHARS_MAX => writeln!(text, "{key} = {value} # {remark}"),
        _ => writeln!(text, "# {remark}\n{key} = {value}"),
    };
}

/// A text in quotes, as TOML reads it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A remark in one line.
fn plain(remark: &str) -> String {
    remark.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_from_toml_as_they_were() {
        for text in ["", "a\"b\\c", "a\nb\r\t\u{1}\u{7F}\u{85}", "{x|y}", "é名", "'''"] {
            let written = format!("{} = {}", quoted(text), quoted(text));
            let read: toml::Table = toml::from_str(&written).unwrap_or_else(|error| panic!("{written}: {error}"));
            assert_eq!(read[text].as_str(), Some(text));
        }
    }
}
