//! The names of companies as they are compared: a core of folded words, and the legal forms that stood at its ends. Holds no
//! similarity: that is `similarity`.

mod abbreviations;
mod affix;
mod forms;
mod legal_form;
mod remarks;
mod vocabulary;
mod words;

pub use forms::LEGAL_FORMS;
pub use legal_form::{FormClass, LegalForm};
use words::is_unspaced_word;
pub use words::{Telling, Word};

use crate::model::fold;

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
    register_suffix: Option<String>,
}

impl CompanyName {
    /// The name written as `text`, without what registers and lists write behind it: `/DE/`, `(Class A)`, `in Liquidation`.
    /// Only its ends are searched for legal forms, and only so far that something distinctive is left: `Limited Brands` and
    /// `The Limited` keep theirs. Without letters and digits the core is empty. Linear in the length of `text`; of very long
    /// names the first 24 words count.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let folded = fold(text);
        let remarked = remarks::split(&folded);
        let (rest, forms) = affix::strip(words::pieces(remarked.name));
        let mut core = match affix::is_mostly_form(&rest) {
            true => words::uncut(&rest),
            false => words::words(&rest),
        };
        if forms.is_empty() {
            words::weaken_leading_form(&mut core);
        }
        Self {
            core,
            forms,
            register_suffix: remarked.suffix,
        }
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

    /// What a register writes behind the name to tell filers of the same name apart, in lower case: `de` for `/DE/`.
    #[must_use]
    pub fn register_suffix(&self) -> Option<&str> {
        self.register_suffix.as_deref()
    }

    /// The core in every way in which it may be written whole: as compared, without marks, and in Latin letters by each
    /// convention. Each once, the first is [`CompanyName::core_text`].
    #[must_use]
    pub fn core_texts(&self) -> Vec<String> {
        let mut texts = vec![self.core_text()];
        let mut add = |written: &dyn Fn(&Word) -> Option<&str>| {
            if self.core.iter().any(|word| written(word).is_some()) {
                let words = self.core.iter().map(|word| written(word).unwrap_or(&word.text));
                let text = words.collect::<Vec<&str>>().join(" ");
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
        };
        add(&|word| word.without_marks.as_deref());
        for convention in 0..self
            .core
            .iter()
            .map(|word| word.readings.len())
            .max()
            .unwrap_or_default()
        {
            add(&|word| {
                word.readings
                    .get(convention)
                    .or(word.readings.first())
                    .map(String::as_str)
            });
        }
        texts
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
            register_suffix: self.register_suffix.clone(),
        };
        let names_somebody = |part: &Self| part.core.iter().any(|word| word.telling == Telling::Distinctive);
        [false, true].map(part).into_iter().filter(names_somebody).collect()
    }
}

#[cfg(test)]
mod tests;
