//! The names of companies as they are compared: a core of folded words, and the legal forms that stood at its ends. Holds no
//! similarity: that is `similarity`.

mod affix;
mod forms;
mod vocabulary;
mod words;

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
        let (rest, forms) = affix::strip(words::pieces(text));
        let core = match affix::is_mostly_form(&rest) {
            true => words::uncut(&rest),
            false => words::words(&rest),
        };
        Self { core, forms }
    }

    /// Whether the core says next to nothing: such a name is like no other but itself.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.core.iter().all(|word| word.telling == Telling::Weak)
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
        let is_of = |word: &Word, unspaced: bool| is_unspaced_word(&word.text) == unspaced;
        let has_both = [true, false].map(|script| self.core.iter().any(|word| is_of(word, script)));
        if has_both != [true, true] {
            return Vec::new();
        }
        let part = |script: bool| Self {
            core: self.core.iter().filter(|word| is_of(word, script)).cloned().collect(),
            forms: self.forms.clone(),
        };
        let names_somebody = |part: &Self| part.core.iter().any(|word| word.telling == Telling::Distinctive);
        [false, true].map(part).into_iter().filter(names_somebody).collect()
    }
}

#[cfg(test)]
mod tests;
