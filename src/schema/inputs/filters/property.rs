//! Predicates on the properties of a record.

use async_graphql::{InputObject, MaybeUndefined};

use super::{compare::FloatFilter, scope::Scope};
use crate::{engine::error::Error, graph};

/// The maximum number of keys in a path.
const KEYS_MAX: usize = 8;

/// A predicate on `properties`: `{path: "registration.city", eq: "Leeds"}`. One value at the path must meet all given conditions. If
/// there is no value, only `exists: false` and `number: {stated: false}` hold. A path alone always holds. Reading the properties
/// of a record costs as much work as 20 relationships, so the other conditions of the filter are checked first.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct PropertyFilter {
    /// The path of the value: a key, or up to 8 keys joined by dots that lead through nested objects, compared as written. A list
    /// on the way or at the end matches when any of its items does.
    path: String,
    /// Equal to this text. Texts compare like names (NFKC, case-folded, white space collapsed), numbers and booleans in JSON
    /// notation.
    eq: MaybeUndefined<String>,
    /// Equal to one of these, at most 10,000. An empty list never holds.
    r#in: MaybeUndefined<Vec<String>>,
    /// Starting with this.
    starts_with: MaybeUndefined<String>,
    /// Ending with this.
    ends_with: MaybeUndefined<String>,
    /// Containing this.
    contains: MaybeUndefined<String>,
    /// Whether there is a value; null and an empty list count as no value.
    exists: MaybeUndefined<bool>,
    /// A comparison of the value as a number. A text in the notation of a number, such as `"12.5"`, counts as that number.
    number: Option<FloatFilter>,
}

impl PropertyFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::PropertyFilter, Error> {
        let keys = || self.path.split('.');
        if keys().any(str::is_empty) || keys().count() > KEYS_MAX {
            return Err(scope.refuse(format!(
                "The path of a property is a key, or up to {KEYS_MAX} keys joined by dots, like \"registration.city\"; {:?} is not",
                self.path.chars().take(100).collect::<String>()
            )));
        }
        let number = self.number.map(|filter| filter.compile(scope)).transpose()?;
        let scope = Scope {
            missing_value: "exists: false",
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
