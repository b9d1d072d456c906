//! Variables of a document: what an operation declares must be right by itself, and be used; what it uses, through fragments
//! too, must be declared and of a type that may stand there.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{Name, Pos, Value};
use async_graphql_value::Value as Literal;

use super::Checker;
use crate::engine::{
    catalog::{self, Choice, Kind},
    check::input::{self, Origin, Usage},
};

/// What one operation or fragment uses, each thing once.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) spreads: HashSet<&'a str>,
    /// Variables by name and place of the schema: what is used a thousand times alike is checked once.
    usages: HashMap<(&'a str, *const Type, bool, bool), (&'a Type, Pos)>,
    /// All variables, also where no type is known, and where each stands first.
    names: HashMap<&'a str, Pos>,
}

impl<'a> Facts<'a> {
    /// Notes the use of a variable where a type is expected.
    pub(super) fn add(&mut self, usage: &Usage<'a>, has_default: bool, at: Pos) {
        let has_default = has_default || usage.has_default;
        let one_of = usage.choice == Choice::OneOf;
        let place: *const Type = usage.ty;
        let key = (usage.variable.as_str(), place, has_default, one_of);
        self.usages.entry(key).or_insert((usage.ty, at));
    }

    /// Notes all variables of a value. Recursion ends where brackets end to nest.
    pub(super) fn name_all(&mut self, value: &'a Literal, at: Pos) {
        match value {
            Literal::Variable(name) => {
                self.names.entry(name).or_insert(at);
            }
            Literal::List(items) => items.iter().for_each(|item| self.name_all(item, at)),
            Literal::Object(fields) => fields.values().for_each(|value| self.name_all(value, at)),
            _ => {}
        }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn variable_definitions(&mut self, operation: &'a OperationDefinition) {
        let mut names = HashSet::new();
        for definition in &operation.variable_definitions {
            // A directive of a variable takes constants alone, which use nothing.
            self.directives(&definition.node.directives, &[], &mut Facts::default());
            if self.full() {
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
                    format!("The variable ${name} has type {ty}, which is no input type.")
                }),
                None => self.report(definition.pos, || {
                    format!("The variable ${name} has type {ty}, which does not exist.")
                }),
            }
            if let Some(default) = &definition.node.default_value {
                let literal = default.node.clone().into_value();
                if let Err(misfit) = input::fits(self.catalog, ty, &literal, Origin::Document, &mut |_| {}) {
                    self.report(default.pos, || {
                        format!(
                            "The default of the variable ${name}{} does not fit: {}.",
                            misfit.path, misfit.message
                        )
                    });
                }
            }
        }
    }

    /// What is used must be declared, and the other way round. The cost is that of what the operation declares, since it ends
    /// after some uses that are not declared.
    pub(super) fn variable_uses(
        &mut self,
        operation: &'a OperationDefinition,
        own: &Facts<'a>,
        fragments: &HashMap<&'a str, Facts<'a>>,
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
        let mut seen: HashSet<&str> = HashSet::new();
        let mut open = vec![own];
        while let Some(facts) = open.pop() {
            if self.full() {
                return;
            }
            let mut faults: Vec<(Pos, String)> = Vec::new();
            for (name, at) in &facts.names {
                if declared.contains_key(name) {
                    used.insert(name);
                } else {
                    faults.push((*at, format!("The variable ${name} is not declared by the operation.")));
                }
            }
            for ((name, _, has_default, one_of), (ty, at)) in &facts.usages {
                let Some((given, has_value)) = declared.get(name) else {
                    continue;
                };
                // There its place takes no null, though its type would.
                if *one_of && given.nullable && !has_value {
                    let message = format!(
                        "The variable ${name} of type {given} stands in a oneOf input, which takes no null. Declare it as {given}!."
                    );
                    faults.push((*at, message));
                } else if !may_stand(given, *has_value || *has_default, ty) {
                    let message = format!("The variable ${name} of type {given} stands where {ty} is expected.");
                    faults.push((*at, message));
                }
            }
            // The order of the document, where that of a table would be another each time.
            faults.sort_unstable();
            for (at, message) in faults {
                self.report(at, || message);
            }
            for spread in &facts.spreads {
                if seen.insert(spread) {
                    open.extend(fragments.get(spread));
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

/// The specification's rule: a default on either side makes up for a nullable variable.
fn may_stand(given: &Type, default: bool, expected: &Type) -> bool {
    if !expected.nullable && given.nullable && !default {
        return false;
    }
    match (&given.base, &expected.base) {
        (BaseType::Named(given), BaseType::Named(expected)) => given == expected,
        (BaseType::List(given), BaseType::List(expected)) => may_stand(given, false, expected),
        _ => false,
    }
}
