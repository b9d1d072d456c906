//! The documentation as the tests read it: README.md and the pages of docs, in the order of docs/SUMMARY.md, with their blocks of
//! code. A block of GraphQL is directly before the JSON of its answer: between ``` it is a query for the bundled network, between
//! ~~~ of tables for which mappings ship.

use std::{fs, path::PathBuf};

use serde_json::Value;

/// Where the repository lies.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A page of Markdown.
pub(crate) struct Page {
    /// Its path below the repository.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A block of code.
pub(crate) struct Block {
    /// The line of its first fence, from 1.
    pub(crate) line: usize,
    /// The characters of its fence.
    pub(crate) fence: String,
    pub(crate) language: String,
    /// Its lines, each with its end.
    pub(crate) text: String,
    /// The line of its last fence.
    end: usize,
}

/// A question with its answer.
pub(crate) struct Question {
    /// The page and the line.
    pub(crate) place: String,
    pub(crate) document: String,
    pub(crate) answer: Value,
}

impl Page {
    /// The page at this path below the repository.
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self {
            path: path.to_owned(),
            text,
        }
    }

    /// Its blocks of code.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (index, line) in self.text.lines().enumerate() {
            match &mut open {
                Some(block) if line == block.fence => {
                    block.end = index + 1;
                    blocks.extend(open.take());
                }
                Some(block) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                None => {
                    let fence = ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence));
                    open = fence.map(|fence| Block {
                        line: index + 1,
                        fence: fence.to_owned(),
                        language: line[fence.len()..].to_owned(),
                        text: String::new(),
                        end: 0,
                    });
                }
            }
        }
        assert!(open.is_none(), "{}: a block of code has no end", self.path);
        blocks
    }

    /// The texts of its blocks in one language.
    pub(crate) fn blocks_in(&self, language: &str) -> Vec<String> {
        let blocks = self.blocks().into_iter().filter(|block| block.language == language);
        blocks.map(|block| block.text).collect()
    }

    /// Its questions between such fences.
    pub(crate) fn questions(&self, fence: &str) -> Vec<Question> {
        let blocks = self.blocks();
        let mut questions = Vec::new();
        for (index, block) in blocks.iter().enumerate() {
            if block.language != "graphql" || block.fence != fence {
                continue;
            }
            let place = format!("{}:{}", self.path, block.line);
            let answer = blocks
                .get(index + 1)
                .filter(|next| next.language == "json" && next.fence == fence && next.line == block.end + 2);
            let answer = answer.unwrap_or_else(|| panic!("{place}: there is no answer below this query"));
            questions.push(Question {
                document: block.text.clone(),
                answer: serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{place}: {error}")),
                place,
            });
        }
        questions
    }

    /// Its lines outside of blocks of code, with their numbers from 1.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        let blocks = self.blocks();
        let numbered = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let is_code = |number: usize| blocks.iter().any(|block| (block.line..=block.end).contains(&number));
        numbered.filter(|(number, _)| !is_code(*number)).collect()
    }
}

/// The targets of the links in a line of Markdown, images included. Code contains no links.
pub(crate) fn links(line: &str) -> Vec<&str> {
    let mut links = Vec::new();
    for (index, piece) in line.split('`').enumerate() {
        // A link may have code in its text, so that this piece has only the end of the text.
        if index % 2 == 0 {
            links.extend(piece.split("](").skip(1).filter_map(|rest| rest.split(')').next()));
        }
    }
    links
}

/// The pages that docs/SUMMARY.md lists, by their paths below the repository.
pub(crate) fn summary() -> Vec<String> {
    let summary = Page::read("docs/SUMMARY.md");
    let listed = summary.prose().into_iter().flat_map(|(_, line)| links(line));
    listed.map(|target| format!("docs/{target}")).collect()
}

/// README.md and all pages of docs that its summary lists.
pub(crate) fn pages() -> Vec<Page> {
    let mut pages = vec![Page::read("README.md")];
    pages.extend(summary().iter().map(|path| Page::read(path)));
    pages
}
