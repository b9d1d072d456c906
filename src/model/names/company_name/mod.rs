//! Names of companies, parsed for comparison: a core of folded words, and the legal forms at the ends. Comparison itself is in
//! `similarity`.

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
pub use words::{Distinctiveness, Word};

use crate::model::fold;

/// A parsed name.
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
    /// Parses a name, without the remarks that registers and lists append: `/DE/`, `(Class A)`, `in Liquidation`. Strips legal
    /// forms only from its ends, and only while something distinctive remains: `Limited Brands` and `The Limited` keep theirs.
    /// Without letters and digits the core is empty. Linear in the length of `text`; only the first 24 words of a name count.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let folded = fold(text);
        let split = remarks::split(&folded);
        let (rest, forms) = affix::strip(words::pieces(split.name));
        let mut core = match affix::is_mostly_form(&rest) {
            true => words::weak_words(&rest),
            false => words::words(&rest),
        };
        if forms.is_empty() {
            words::weaken_leading_form(&mut core);
        }
        Self {
            core,
            forms,
            register_suffix: split.suffix,
        }
    }

    /// Whether the core has no distinctive word: such a name matches only itself.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.core
            .iter()
            .all(|word| word.distinctiveness == Distinctiveness::Weak)
    }

    /// The words without the legal forms, in the order of the name.
    #[must_use]
    pub fn core(&self) -> &[Word] {
        &self.core
    }

    /// The words of the core as one text.
    #[must_use]
    pub fn core_text(&self) -> String {
        let words: Vec<&str> = self.core.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// The legal forms at its ends.
    #[must_use]
    pub fn forms(&self) -> &[&'static LegalForm] {
        &self.forms
    }

    /// The suffix by which a register distinguishes filers of the same name, in lower case: `de` for `/DE/`.
    #[must_use]
    pub fn register_suffix(&self) -> Option<&str> {
        self.register_suffix.as_deref()
    }

    /// The core in each way in which it may be written: as compared, without diacritics, and romanized by each convention. Each
    /// once; the first is [`CompanyName::core_text`].
    #[must_use]
    pub fn core_texts(&self) -> Vec<String> {
        let mut texts = vec![self.core_text()];
        let mut add = |variant: &dyn Fn(&Word) -> Option<&str>| {
            if self.core.iter().any(|word| variant(word).is_some()) {
                let words = self.core.iter().map(|word| variant(word).unwrap_or(&word.text));
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

    /// The two names in a name of two scripts: `Alibaba 阿里巴巴` is both. Empty for one script.
    #[must_use]
    pub fn parts(&self) -> Vec<Self> {
        let is_in = |word: &Word, unspaced: bool| is_unspaced_word(&word.text) == unspaced;
        let has_both = [true, false].map(|script| self.core.iter().any(|word| is_in(word, script)));
        if has_both != [true, true] {
            return Vec::new();
        }
        let part = |script: bool| Self {
            core: self.core.iter().filter(|word| is_in(word, script)).cloned().collect(),
            forms: self.forms.clone(),
            register_suffix: self.register_suffix.clone(),
        };
        let is_distinctive = |part: &Self| {
            part.core
                .iter()
                .any(|word| word.distinctiveness == Distinctiveness::Distinctive)
        };
        [false, true].map(part).into_iter().filter(is_distinctive).collect()
    }
}

#[cfg(test)]
mod tests;
