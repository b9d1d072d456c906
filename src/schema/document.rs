//! The validation that async-graphql leaves to execution, or does in more than linear time: literal
//! values, and the use of variables. Everything else is async-graphql's own validation's.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{Pos, Positioned, Value};

use super::catalog::{self, Catalog, Choice, Kind};
use super::error::Error;
use super::input::{self, Origin, Usage};

const ERRORS_MAX: usize = 20;

/// Every fault found, the first twenty. Call it on documents whose nesting has been measured.
pub(super) fn check(document: &ExecutableDocument, catalog: &Catalog) -> Result<(), Vec<Error>> {
    let mut checker = Checker {
        catalog,
        errors: Vec::new(),
    };
    let mut fragments = HashMap::new();
    for (name, fragment) in &document.fragments {
        let on = catalog.composite(&fragment.node.type_condition.node.on.node);
        let mut facts = Facts::default();
        checker.selection_set(&fragment.node.selection_set.node, on, &mut facts);
        fragments.insert(name.as_str(), facts);
    }
    for (_, operation) in document.operations.iter() {
        let mut facts = Facts::default();
        checker.variable_types(&operation.node);
        checker.selection_set(
            &operation.node.selection_set.node,
            catalog.root(operation.node.ty),
            &mut facts,
        );
        checker.variable_uses(&operation.node, &facts, &fragments);
    }
    let mut errors = checker.errors;
    if errors.is_empty() {
        return Ok(());
    }
    errors.sort_by_key(|error| error.locations.first().map(|at| (at.line, at.column)));
    errors.truncate(ERRORS_MAX);
    Err(errors)
}

/// The directives a selection may carry.
const CONDITIONS: [&str; 2] = ["skip", "include"];

/// What one operation or fragment uses, each thing once.
#[derive(Default)]
struct Facts<'a> {
    spreads: HashSet<&'a str>,
    usages: HashMap<(&'a str, String, bool, bool), (&'a Type, Pos)>,
}

struct Checker<'a> {
    catalog: &'a Catalog,
    errors: Vec<Error>,
}

impl<'a> Checker<'a> {
    fn full(&self) -> bool {
        self.errors.len() >= ERRORS_MAX
    }

    fn selection_set(&mut self, set: &'a SelectionSet, parent: Option<&'a str>, facts: &mut Facts<'a>) {
        for item in &set.items {
            self.directives(item.node.directives(), &CONDITIONS);
            for directive in item.node.directives() {
                for (_, value) in &directive.node.arguments {
                    self.condition(&value.node, value.pos, facts);
                }
            }
            match &item.node {
                Selection::Field(field) => self.field(field, parent, facts),
                Selection::FragmentSpread(spread) => {
                    facts.spreads.insert(&spread.node.fragment_name.node);
                }
                Selection::InlineFragment(inline) => {
                    let on = match &inline.node.type_condition {
                        Some(condition) => self.catalog.composite(&condition.node.on.node),
                        None => parent,
                    };
                    self.selection_set(&inline.node.selection_set.node, on, facts);
                }
            }
        }
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: Option<&'a str>, facts: &mut Facts<'a>) {
        let catalog = self.catalog;
        let name = field.node.name.node.as_str();
        let definition = parent.and_then(|parent| catalog.field(parent, name));
        for (argument, value) in &field.node.arguments {
            if self.full() {
                return;
            }
            let Some(input) = definition.and_then(|definition| definition.argument(&argument.node)) else {
                continue;
            };
            // A default makes up for a nullable variable only where the variable is the whole value.
            let has_default = input.default.is_some() && matches!(value.node, async_graphql_value::Value::Variable(_));
            let outcome = input::fits(catalog, &input.ty, &value.node, Origin::Document, &mut |usage| {
                facts.add(&usage, has_default, value.pos);
            });
            if let Err(misfit) = outcome {
                let coordinate = format!("{}.{name}({}:)", parent.unwrap_or_default(), argument.node);
                self.errors.push(
                    Error::validation_failed(format!(
                        "The argument {}{} of {name} does not fit: {}.",
                        argument.node, misfit.path, misfit.message
                    ))
                    .argument(coordinate)
                    .at(value.pos),
                );
            }
        }
        let below = definition.and_then(|definition| catalog.composite(catalog::named(&definition.ty)));
        self.selection_set(&field.node.selection_set.node, below, facts);
    }

    /// Each directive must be one of `known`, and stand once.
    fn directives(&mut self, directives: &[Positioned<Directive>], known: &[&str]) {
        for (position, directive) in directives.iter().enumerate() {
            let name = &directive.node.name.node;
            let fault = if !known.contains(&name.as_str()) {
                format!("There is no directive @{name} to use here.")
            } else if directives[..position].iter().any(|other| other.node.name.node == *name) {
                format!("The directive @{name} stands here twice.")
            } else {
                continue;
            };
            if !self.full() {
                self.errors.push(Error::validation_failed(fault).at(directive.pos));
            }
        }
    }

    /// `@skip(if:)` and `@include(if:)` are the only directives a document may use.
    fn condition(&mut self, value: &'a async_graphql_value::Value, at: Pos, facts: &mut Facts<'a>) {
        if let async_graphql_value::Value::Variable(variable) = value {
            let ty = self.catalog.condition();
            facts.add(
                &Usage {
                    variable,
                    ty,
                    has_default: false,
                    choice: Choice::Any,
                },
                false,
                at,
            );
        }
    }

    fn variable_types(&mut self, operation: &'a OperationDefinition) {
        let mut names = HashSet::new();
        for definition in &operation.variable_definitions {
            self.directives(&definition.node.directives, &[]);
            let name = &definition.node.name.node;
            let ty = &definition.node.var_type.node;
            if self.full() {
                return;
            }
            // async-graphql panics on the default of a list whose item type does not exist.
            let kind = self.catalog.kind(catalog::named(ty));
            if !matches!(kind, Some(Kind::Scalar | Kind::Enum(_) | Kind::Input { .. })) {
                self.errors.push(
                    Error::validation_failed(format!("The variable ${name} has type {ty}, which is no input type."))
                        .at(definition.pos),
                );
            }
            if !names.insert(name.as_str()) {
                self.errors.push(
                    Error::validation_failed(format!("The variable ${name} is declared twice.")).at(definition.pos),
                );
            }
            if let Some(default) = &definition.node.default_value {
                let literal = default.node.clone().into_value();
                if let Err(misfit) = input::fits(self.catalog, ty, &literal, Origin::Document, &mut |_| {}) {
                    self.errors.push(
                        Error::validation_failed(format!(
                            "The default of the variable ${name}{} does not fit: {}.",
                            misfit.path, misfit.message
                        ))
                        .at(default.pos),
                    );
                }
            }
        }
    }

    /// Every use, through fragments, must be declared and of a type that may stand there.
    fn variable_uses(
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
                (
                    definition.node.name.node.as_str(),
                    (&definition.node.var_type.node, has_value),
                )
            })
            .collect();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut open = vec![own];
        while let Some(facts) = open.pop() {
            for ((name, _, has_default, one_of), (ty, at)) in &facts.usages {
                if self.full() {
                    return;
                }
                let message = match declared.get(name) {
                    None => format!("The variable ${name} is not declared by the operation."),
                    Some((given, _)) if *one_of && given.nullable => format!(
                        "The variable ${name} of type {given} stands in a oneOf input, which takes no null. Declare it as {given}!."
                    ),
                    Some((given, has_value)) if !may_stand(given, *has_value || *has_default, ty) => {
                        format!("The variable ${name} of type {given} stands where {ty} is expected.")
                    }
                    Some(_) => continue,
                };
                self.errors.push(Error::validation_failed(message).at(*at));
            }
            for spread in &facts.spreads {
                if seen.insert(spread) {
                    open.extend(fragments.get(spread));
                }
            }
        }
    }
}

impl<'a> Facts<'a> {
    fn add(&mut self, usage: &Usage<'a>, has_default: bool, at: Pos) {
        let has_default = has_default || usage.has_default;
        let one_of = usage.choice == Choice::OneOf;
        let key = (usage.variable.as_str(), usage.ty.to_string(), has_default, one_of);
        self.usages.entry(key).or_insert((usage.ty, at));
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
