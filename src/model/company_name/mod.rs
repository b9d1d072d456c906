//! The names of companies as they are compared: a core of folded words, and the legal forms that stood at its ends. Holds no
//! similarity: that is `similarity`.

mod affix;
mod forms;
mod words;

use std::collections::BTreeSet;

pub use forms::{FormClass, LEGAL_FORMS, LegalForm};
use words::is_unspaced_word;
pub use words::{Telling, Word};

/// A name, taken apart.
///
/// ```
/// use guanxi::model::CompanyName;
///
/// let name = CompanyName::new("阿里巴巴集团控股有限公司");
/// assert_eq!(name.core_text(), "阿里巴巴 集团 控股");
/// assert_eq!(name.forms()[0].name, "有限公司");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyName {
    core: Vec<Word>,
    forms: Vec<&'static LegalForm>,
}

impl CompanyName {
    /// The name written as `text`. Only its ends are searched for legal forms, and only so far that something distinctive is
    /// left: `Limited Brands` and `The Limited` keep theirs. Without letters and digits the core is empty. Linear in the
    /// length of `text`; of very long names the first 24 words count.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let pieces = words::pieces(text);
        if affix::is_only_form(&pieces) {
            let core = words::uncut(&pieces);
            return Self {
                core,
                forms: Vec::new(),
            };
        }
        let (rest, forms) = affix::strip(pieces);
        let mut core = words::words(&rest);
        if core.iter().all(|word| word.telling == Telling::Weak) {
            // What is left is all there is to go by.
            let telling = Telling::Common;
            core.iter_mut().for_each(|word| word.telling = telling);
        }
        Self { core, forms }
    }

    /// The words without the legal forms, in the order of the name.
    #[must_use]
    pub fn core(&self) -> &[Word] {
        &self.core
    }

    /// The same as one text.
    #[must_use]
    pub fn core_text(&self) -> String {
        let words: Vec<&str> = self.core.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// The legal forms that were cut off.
    #[must_use]
    pub fn forms(&self) -> &[&'static LegalForm] {
        &self.forms
    }

    /// The names that stand beside each other in a name of two scripts: `Alibaba 阿里巴巴` is both. Empty for one script.
    #[must_use]
    pub fn parts(&self) -> Vec<Self> {
        let is_other = |word: &Word| is_unspaced_word(&word.text);
        let scripts: BTreeSet<bool> = self.core.iter().map(is_other).collect();
        let names_somebody = |part: &Self| part.core.iter().any(|word| word.telling == Telling::Distinctive);
        let part = |script: bool| Self {
            core: self
                .core
                .iter()
                .filter(|word| is_other(word) == script)
                .cloned()
                .collect(),
            forms: self.forms.clone(),
        };
        match scripts.len() {
            2 => scripts.into_iter().map(part).filter(names_somebody).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
