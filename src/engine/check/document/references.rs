//! The fragments and variables that an operation or a fragment refers to.

use std::collections::{HashMap, HashSet};

use async_graphql::Pos;
use async_graphql::parser::types::Type;
use async_graphql_value::Value as Literal;

use crate::engine::{catalog::Choice, check::input::VariableUsage};

/// The fragments and variables that one operation or fragment refers to, each once.
#[derive(Default)]
pub(super) struct References<'a> {
    pub(super) spreads: HashSet<&'a str>,
    /// Variables by name and position in the schema: equal uses are checked once.
    pub(super) usages: HashMap<(&'a str, *const Type, bool, bool), (&'a Type, Pos)>,
    /// All variables, even if the expected type is unknown, with the position of their first use.
    pub(super) names: HashMap<&'a str, Pos>,
}

impl<'a> References<'a> {
    /// Adds the use of a variable where a type is expected.
    pub(super) fn add(&mut self, usage: &VariableUsage<'a>, has_default: bool, at: Pos) {
        let has_default = has_default || usage.has_default;
        let one_of = usage.choice == Choice::OneOf;
        let position: *const Type = usage.ty;
        let key = (usage.variable.as_str(), position, has_default, one_of);
        self.usages.entry(key).or_insert((usage.ty, at));
    }

    /// Adds all variables of a value. The recursion depth is that of the brackets.
    pub(super) fn add_variables(&mut self, value: &'a Literal, at: Pos) {
        match value {
            Literal::Variable(name) => {
                self.names.entry(name).or_insert(at);
            }
            Literal::List(items) => items.iter().for_each(|item| self.add_variables(item, at)),
            Literal::Object(fields) => fields.values().for_each(|value| self.add_variables(value, at)),
            _ => {}
        }
    }
}
