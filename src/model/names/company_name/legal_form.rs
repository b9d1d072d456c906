//! A legal form: its class and its spellings. The forms themselves are in `forms`.

use crate::model::catalog::catalog;

catalog! {
    /// The class of a legal form, independent of country and language.
    pub enum FormClass as "a class of legal forms" {
        /// A company with shares that may be traded: AG, Inc., 股份有限公司.
        Stock = "STOCK",
        /// A company with limited liability whose shares are held privately: GmbH, LLC, 有限公司.
        Limited = "LIMITED",
        /// A partnership: KG, LLP.
        Partnership = "PARTNERSHIP",
        /// An association, a foundation, a cooperative.
        Association = "ASSOCIATION",
    }
}

/// A legal form with all its spellings.
#[derive(Debug, PartialEq, Eq)]
pub struct LegalForm {
    /// The usual short spelling, which represents the family: `Ltd`.
    pub name: &'static str,
    /// Its class.
    pub class: FormClass,
    /// Spellings at the end of a name. Dots, spaces and brackets may vary, so they are written plainly.
    pub suffixes: &'static [&'static str],
    /// Spellings at the start of a name.
    pub prefixes: &'static [&'static str],
    /// If not empty, this form counts at the start of a name only with one of these forms at its end.
    pub requires_any: &'static [&'static str],
}

pub(super) const fn form(
    class: FormClass,
    name: &'static str,
    suffixes: &'static [&'static str],
    prefixes: &'static [&'static str],
) -> LegalForm {
    LegalForm {
        name,
        class,
        suffixes,
        prefixes,
        requires_any: &[],
    }
}

/// A form at the start that counts only with one of these forms at the end.
pub(super) const fn form_requiring(
    class: FormClass,
    name: &'static str,
    prefixes: &'static [&'static str],
    requires_any: &'static [&'static str],
) -> LegalForm {
    LegalForm {
        requires_any,
        ..form(class, name, &[], prefixes)
    }
}
