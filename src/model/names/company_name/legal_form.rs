//! A legal form: what it makes of a company, and how it is spelled. The forms themselves are in `forms`.

use crate::model::catalog::catalog;

catalog! {
    /// What a legal form makes of a company, beyond country and language.
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
    /// The usual short spelling, which stands for the family: `Ltd`.
    pub name: &'static str,
    /// What it makes of a company.
    pub class: FormClass,
    /// Spellings at the end of a name. Dots, spaces and brackets may vary, so they are written plainly.
    pub suffixes: &'static [&'static str],
    /// Spellings at the start of a name.
    pub prefixes: &'static [&'static str],
    /// The names of forms one of which stands at the end where this one stands at the start; empty where it stands by itself.
    pub beside: &'static [&'static str],
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
        beside: &[],
    }
}

/// A form at the start that only counts where one of these stands at the end.
pub(super) const fn form_beside(
    class: FormClass,
    name: &'static str,
    prefixes: &'static [&'static str],
    beside: &'static [&'static str],
) -> LegalForm {
    LegalForm {
        beside,
        ..form(class, name, &[], prefixes)
    }
}
