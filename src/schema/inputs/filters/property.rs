//! Predicates on the properties of a record.

use async_graphql::{InputObject, MaybeUndefined};

use super::{compare::FloatFilter, scope::Scope};
use crate::{engine::error::Error, graph};

/// How many keys a path may have.
const KEYS_MAX: usize = 8;

/// A predicate on `properties`, what a source carries beyond the fields: `{path: "registration.city", eq: "Leeds"}`. One value
/// at the path fits everything given. Where there is no value, only `exists: false` and `number: {stated: false}` hold. A path
/// alone always holds. Reading the properties of a record counts as looking at 20 relationships, and the conditions beside it
/// are checked first.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct PropertyFilter {
    /// Where the value stands: a key, or up to 8 keys joined by dots that lead through nested objects, compared as written. A
    /// list on the way or at the end fits when any of its items does.
    path: String,
    /// Equal to this text. Texts compare as names do (NFKC, case-folded, white space collapsed), numbers and booleans as JSON
    /// writes them.
    eq: MaybeUndefined<String>,
    /// Equal to one of these, at most 10,000. An empty list does not hold.
    r#in: MaybeUndefined<Vec<String>>,
    /// Starting with this.
    starts_with: MaybeUndefined<String>,
    /// Ending with this.
    ends_with: MaybeUndefined<String>,
    /// Containing this.
    contains: MaybeUndefined<String>,
    /// Whether there is a value; null and an empty list are none.
    exists: MaybeUndefined<bool>,
    /// A comparison of the number. A text that writes a number, such as `"12.5"`, counts as that number.
    number: Option<FloatFilter>,
}

impl PropertyFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::PropertyFilter, Error> {
        let keys = || self.path.split('.');
        if keys().any(str::is_empty) || keys().count() > KEYS_MAX {
            return Err(scope.refuse(format!(
                "The path of a property is a key, or up to {KEYS_MAX} keys joined by dots, like \"registration.city\"; {:?} is none",
                self.path.chars().take(100).collect::<String>()
            )));
        }
        let number = self.number.map(|filter| filter.compile(scope)).transpose()?;
        let scope = Scope {
            missing: "exists: false",
            ..scope
        };
        Ok(graph::PropertyFilter {
            path: self.path,
            text: graph::TextFilter {
                eq: scope.operand("eq", self.eq)?,
                any_of: scope
                    .operands("in", self.r#in)?
                    .map(|texts| texts.into_iter().collect()),
                starts_with: scope.operand("startsWith", self.starts_with)?,
                ends_with: scope.operand("endsWith", self.ends_with)?,
                contains: scope.operand("contains", self.contains)?,
                stated: None,
            }
            .folded(),
            number: number.unwrap_or_default(),
            exists: scope.operand("exists", self.exists)?,
        })
    }
}
