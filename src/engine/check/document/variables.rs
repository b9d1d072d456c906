//! Variables of a document: the declarations of an operation must be valid, and used; variables that it uses, also in
//! fragments, must be declared and of a type that fits their position.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{Name, Pos, Value};

use super::{Checker, references::References};
use crate::engine::{
    catalog::{self, Kind},
    check::input::{self, ValueOrigin},
};

impl<'a> Checker<'a> {
    pub(super) fn variable_definitions(&mut self, operation: &'a OperationDefinition) {
        let mut names = HashSet::new();
        for definition in &operation.variable_definitions {
            // A directive of a variable takes only constants, which refer to nothing.
            self.directives(&definition.node.directives, &[], &mut References::default());
            if self.is_full() {
                return;
            }
            let name = &definition.node.name.node;
            let ty = &definition.node.var_type.node;
            if !names.insert(name.as_str()) {
                self.report(definition.pos, || format!("The variable ${name} is declared twice."));
            }
            match self.catalog.kind(catalog::named(ty)) {
                Some(Kind::Scalar | Kind::Enum(_) | Kind::Input { .. }) => {}
                Some(_) => self.report(definition.pos, || {
                    format!("The variable ${name} has type {ty}, which is not an input type.")
                }),
                None => self.report(definition.pos, || {
                    format!("The variable ${name} has type {ty}, which does not exist.")
                }),
            }
            if let Some(default) = &definition.node.default_value {
                let literal = default.node.clone().into_value();
                if let Err(mismatch) = input::fits(self.catalog, ty, &literal, ValueOrigin::Document, &mut |_| {}) {
                    self.report(default.pos, || {
                        format!(
                            "The default of the variable ${name}{} does not fit: {}.",
                            mismatch.path, mismatch.message
                        )
                    });
                }
            }
        }
    }

    /// Used variables must be declared, and declared ones used. The cost is bounded by the declarations of the operation, since the
    /// check ends after a number of undeclared uses.
    pub(super) fn variable_uses(
        &mut self,
        operation: &'a OperationDefinition,
        own: &References<'a>,
        fragments: &HashMap<&'a str, References<'a>>,
    ) {
        let declared: HashMap<&str, (&Type, bool)> = operation
            .variable_definitions
            .iter()
            .map(|definition| {
                let default = definition.node.default_value.as_ref();
                let has_value = default.is_some_and(|default| default.node != Value::Null);
                let name: &Name = &definition.node.name.node;
                (name.as_str(), (&definition.node.var_type.node, has_value))
            })
            .collect();
        let mut used: HashSet<&str> = HashSet::new();
        let mut visited: HashSet<&str> = HashSet::new();
        let mut pending = vec![own];
        while let Some(references) = pending.pop() {
            if self.is_full() {
                return;
            }
            let mut faults: Vec<(Pos, String)> = Vec::new();
            for (name, at) in &references.names {
                if declared.contains_key(name) {
                    used.insert(name);
                } else {
                    faults.push((*at, format!("The variable ${name} is not declared by the operation.")));
                }
            }
            for ((name, _, has_default, one_of), (ty, at)) in &references.usages {
                let Some((declared_type, has_value)) = declared.get(name) else {
                    continue;
                };
                // A oneOf field takes no null, though its type is nullable.
                if *one_of && declared_type.nullable && !has_value {
                    let message = format!(
                        "The variable ${name} of type {declared_type} is used in a oneOf input, which takes no null. Declare it as {declared_type}!."
                    );
                    faults.push((*at, message));
                } else if !is_allowed(declared_type, *has_value || *has_default, ty) {
                    let message =
                        format!("The variable ${name} of type {declared_type} is used where {ty} is expected.");
                    faults.push((*at, message));
                }
            }
            // In the order of the document, since hash order varies.
            faults.sort_unstable();
            for (at, message) in faults {
                self.report(at, || message);
            }
            for spread in &references.spreads {
                if visited.insert(spread) {
                    pending.extend(fragments.get(spread));
                }
            }
        }
        for definition in &operation.variable_definitions {
            let name = &definition.node.name.node;
            if !used.contains(name.as_str()) {
                self.report(definition.pos, || {
                    format!("The variable ${name} is declared and never used. Use it or remove it.")
                });
            }
        }
    }
}

/// The specification's rule: a default of the variable or of its position allows a nullable variable.
fn is_allowed(declared: &Type, default: bool, expected: &Type) -> bool {
    if !expected.nullable && declared.nullable && !default {
        return false;
    }
    match (&declared.base, &expected.base) {
        (BaseType::Named(declared), BaseType::Named(expected)) => declared == expected,
        (BaseType::List(declared), BaseType::List(expected)) => is_allowed(declared, false, expected),
        _ => false,
    }
}
