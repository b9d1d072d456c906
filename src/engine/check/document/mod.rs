//! Validates a document against the schema, by the rules of the specification: fields, arguments, directives, fragments, and (in
//! `variables`) declarations and uses of variables. `merge` checks that fields with one response key merge; `measure` that fragments
//! have no cycles and are all used. No other validation precedes execution, so these checks must be complete.

mod references;
mod suggest;
mod variables;

use std::collections::HashMap;

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;

use self::{references::References, suggest::did_you_mean};

use crate::engine::{
    catalog::{self, InputValue, Kind, SchemaCatalog},
    error::Error,
    parse,
    run::root_field,
};

use super::input::{self, ValueOrigin};

/// The most faults that are reported.
const ERRORS_MAX: usize = 20;

/// Reports the first twenty faults. Call it on documents whose nesting has been measured. Linear in the document, and in
/// the variables that each operation declares.
pub(crate) fn check(document: &ExecutableDocument, catalog: &SchemaCatalog) -> Result<(), Vec<Error>> {
    let mut checker = Checker {
        document,
        catalog,
        errors: Vec::new(),
    };
    let mut fragments = HashMap::new();
    for (name, fragment) in parse::fragments(document) {
        let mut references = References::default();
        checker.directives(&fragment.node.directives, &[], &mut references);
        let on = checker.condition(&fragment.node.type_condition.node.on);
        checker.selection_set(&fragment.node.selection_set.node, on, &mut references);
        fragments.insert(name, references);
    }
    for operation in parse::operations(document) {
        let mut references = References::default();
        let kind = operation.node.ty;
        checker.directives(&operation.node.directives, &[], &mut references);
        checker.variable_definitions(&operation.node);
        let root = catalog.root(kind);
        if root.is_none() {
            checker.report(operation.pos, || format!("The schema has no {kind}s."));
        }
        checker.selection_set(&operation.node.selection_set.node, root, &mut references);
        checker.variable_uses(&operation.node, &references, &fragments);
        if kind == OperationType::Subscription && root.is_some() {
            let fault = root_field::check(document, &operation.node.selection_set.node).err();
            checker.errors.extend(fault);
        }
    }
    let mut errors = checker.errors;
    if errors.is_empty() {
        return Ok(());
    }
    errors.sort_by_key(|error| error.locations.first().copied());
    errors.truncate(ERRORS_MAX);
    Err(errors)
}

/// The directives a selection may carry.
const CONDITIONS: [&str; 2] = ["skip", "include"];

struct Checker<'a> {
    document: &'a ExecutableDocument,
    catalog: &'a SchemaCatalog,
    errors: Vec<Error>,
}

/// The owner of arguments: a field of a type, or a directive.
#[derive(Clone, Copy)]
enum ArgumentOwner<'a> {
    Field { parent: &'a str, name: &'a str },
    Directive(&'a str),
}

impl ArgumentOwner<'_> {
    /// The field or directive alone.
    fn name(self) -> String {
        match self {
            Self::Field { name, .. } => name.to_owned(),
            Self::Directive(name) => format!("@{name}"),
        }
    }

    /// The schema coordinate: `Query.company(by:)`.
    fn coordinate(self, argument: &str) -> String {
        match self {
            Self::Field { parent, name } => format!("{parent}.{name}({argument}:)"),
            Self::Directive(name) => format!("@{name}({argument}:)"),
        }
    }
}

impl<'a> Checker<'a> {
    fn is_full(&self) -> bool {
        self.errors.len() >= ERRORS_MAX
    }

    /// Reports a fault, up to the limit. The message is built only if needed.
    fn report(&mut self, at: Pos, message: impl FnOnce() -> String) {
        if !self.is_full() {
            self.errors.push(Error::validation_failed(message()).at(at));
        }
    }

    /// `parent` is `None` below an unknown field or type: there only the uses of variables are collected.
    fn selection_set(&mut self, set: &'a SelectionSet, parent: Option<&'a str>, references: &mut References<'a>) {
        for item in &set.items {
            self.directives(item.node.directives(), &CONDITIONS, references);
            match &item.node {
                Selection::Field(field) => self.field(field, parent, references),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name;
                    references.spreads.insert(&name.node);
                    match self.document.fragments.get(&name.node) {
                        Some(fragment) => {
                            let on = self.catalog.composite(&fragment.node.type_condition.node.on.node);
                            self.may_apply(parent, on, &format!("The fragment {}", name.node), spread.pos);
                        }
                        None if self.is_full() => {}
                        None => {
                            let known = self.document.fragments.keys().map(Name::as_str);
                            let known = did_you_mean(&name.node, known);
                            self.report(spread.pos, || format!("There is no fragment {}.{known}", name.node));
                        }
                    }
                }
                Selection::InlineFragment(inline) => {
                    let on = match &inline.node.type_condition {
                        Some(condition) => {
                            let on = self.condition(&condition.node.on);
                            self.may_apply(parent, on, "A fragment", inline.pos);
                            on
                        }
                        None => parent,
                    };
                    self.selection_set(&inline.node.selection_set.node, on, references);
                }
            }
        }
    }

    /// The type of a fragment, if it is one with fields.
    fn condition(&mut self, on: &Positioned<Name>) -> Option<&'a str> {
        let catalog = self.catalog;
        let composite = catalog.composite(&on.node);
        if composite.is_none() && !self.is_full() {
            let message = match catalog.kind(&on.node) {
                Some(_) => format!(
                    "A fragment on {} has no fields to select: it is not a type with fields.",
                    on.node
                ),
                None => {
                    let known = did_you_mean(&on.node, catalog.composites());
                    format!("There is no type {} for a fragment.{known}", on.node)
                }
            };
            self.report(on.pos, || message);
        }
        composite
    }

    /// A fragment must be able to apply at its position.
    fn may_apply(&mut self, parent: Option<&str>, on: Option<&str>, subject: &str, at: Pos) {
        if let (Some(parent), Some(on)) = (parent, on)
            && !self.catalog.overlap(parent, on)
        {
            self.report(at, || {
                format!("{subject} on {on} can never apply here: no {parent} is a {on} at the same time.")
            });
        }
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: Option<&'a str>, references: &mut References<'a>) {
        let catalog = self.catalog;
        let name = field.node.name.node.as_str();
        let set = &field.node.selection_set.node;
        let definition = parent.and_then(|parent| catalog.field(parent, name));
        if let Some(parent) = parent {
            let owner = ArgumentOwner::Field { parent, name };
            match definition {
                Some(definition) => {
                    self.arguments(
                        owner,
                        &definition.arguments,
                        &field.node.arguments,
                        field.pos,
                        references,
                    );
                    self.leaf(field, parent, &definition.ty);
                }
                None if name == "__typename" => {
                    self.arguments(owner, &[], &field.node.arguments, field.pos, references);
                    if !set.items.is_empty() {
                        self.report(field.pos, || {
                            format!("The field \"{name}\" is a String!, which has no fields to select.")
                        });
                    }
                }
                None => self.unknown_field(field, parent),
            }
        }
        if definition.is_none() {
            let values = field.node.arguments.iter();
            values.for_each(|(_, value)| references.add_variables(&value.node, value.pos));
        }
        let below = definition.and_then(|definition| catalog.composite(catalog::named(&definition.ty)));
        self.selection_set(set, below, references);
    }

    fn unknown_field(&mut self, field: &Positioned<Field>, parent: &str) {
        if self.is_full() {
            return;
        }
        let name = &field.node.name.node;
        let known = did_you_mean(name, self.catalog.field_names(parent));
        self.report(field.pos, || {
            format!("Unknown field \"{name}\" on type \"{parent}\".{known}")
        });
    }

    /// A field of a composite type needs selections; any other must have none.
    fn leaf(&mut self, field: &Positioned<Field>, parent: &str, ty: &async_graphql::parser::types::Type) {
        let name = &field.node.name.node;
        let has_fields = self.catalog.composite(catalog::named(ty)).is_some();
        match (has_fields, field.node.selection_set.node.items.is_empty()) {
            (true, true) => self.report(field.pos, || {
                format!(
                    "The field \"{name}\" of \"{parent}\" is a {ty}: select some of its fields, as in {name} {{ … }}."
                )
            }),
            (false, false) => self.report(field.pos, || {
                format!("The field \"{name}\" of \"{parent}\" is a {ty}, which has no fields to select.")
            }),
            _ => {}
        }
    }

    /// Given arguments must exist, be unique and fit their types; required ones must be given.
    fn arguments(
        &mut self,
        owner: ArgumentOwner<'_>,
        inputs: &'a [InputValue],
        arguments: &'a [(Positioned<Name>, Positioned<Value>)],
        at: Pos,
        references: &mut References<'a>,
    ) {
        for (position, (argument, value)) in arguments.iter().enumerate() {
            references.add_variables(&value.node, value.pos);
            if self.is_full() {
                continue;
            }
            let name = &argument.node;
            if arguments[..position].iter().any(|(other, _)| other.node == *name) {
                self.report(argument.pos, || {
                    format!("The argument {name} of {} is given twice.", owner.name())
                });
            }
            let Some(input) = inputs.iter().find(|input| *name == input.name) else {
                let known = did_you_mean(name, inputs.iter().map(|input| input.name.as_str()));
                self.report(argument.pos, || match owner {
                    ArgumentOwner::Field { parent, name: field } => {
                        format!("Unknown argument \"{name}\" on field \"{parent}.{field}\".{known}")
                    }
                    ArgumentOwner::Directive(directive) => {
                        format!("Unknown argument \"{name}\" on directive \"@{directive}\".{known}")
                    }
                });
                continue;
            };
            // A default allows a nullable variable only if the variable is the whole value.
            let has_default = input.default.is_some() && matches!(value.node, Value::Variable(_));
            let outcome = input::fits(
                self.catalog,
                &input.ty,
                &value.node,
                ValueOrigin::Document,
                &mut |usage| {
                    references.add(&usage, has_default, value.pos);
                },
            );
            if let Err(mismatch) = outcome {
                let message = format!(
                    "The argument {name}{} of {} does not fit: {}.",
                    mismatch.path,
                    owner.name(),
                    mismatch.message
                );
                let error = Error::validation_failed(message).at(value.pos);
                self.errors.push(error.argument(owner.coordinate(name)));
            }
        }
        for input in inputs.iter().filter(|input| input.is_required()) {
            if self.is_full() {
                return;
            }
            if arguments.iter().all(|(argument, _)| argument.node != input.name) {
                let (name, ty) = (&input.name, &input.ty);
                let message = format!("{} needs its argument {name}, a {ty}.", owner.name());
                let error = Error::validation_failed(message).at(at);
                self.errors.push(error.argument(owner.coordinate(name)));
            }
        }
    }

    /// Each directive must be one of `known`, and be unique.
    fn directives(&mut self, directives: &'a [Positioned<Directive>], known: &[&str], references: &mut References<'a>) {
        let catalog = self.catalog;
        for (position, directive) in directives.iter().enumerate() {
            let name = directive.node.name.node.as_str();
            if !known.contains(&name) {
                self.report(directive.pos, || match CONDITIONS.contains(&name) {
                    true => {
                        format!("The directive @{name} is allowed on selected fields and fragments, not here.")
                    }
                    false => format!("There is no directive @{name} that is allowed here."),
                });
                let values = directive.node.arguments.iter();
                values.for_each(|(_, value)| references.add_variables(&value.node, value.pos));
                continue;
            }
            if directives[..position].iter().any(|other| other.node.name.node == name) {
                self.report(directive.pos, || format!("The directive @{name} is given twice."));
            }
            let owner = ArgumentOwner::Directive(name);
            self.arguments(
                owner,
                catalog.conditions(),
                &directive.node.arguments,
                directive.pos,
                references,
            );
        }
    }
}

impl SchemaCatalog {
    /// The types with fields, for suggestions.
    fn composites(&self) -> impl Iterator<Item = &str> {
        let fields = |kind: &Kind| matches!(kind, Kind::Object(_) | Kind::Interface(_) | Kind::Union);
        self.kinds().filter(move |(_, kind)| fields(kind)).map(|(name, _)| name)
    }

    /// The fields of a type, for suggestions.
    fn field_names(&self, parent: &str) -> impl Iterator<Item = &str> {
        let fields = match self.kind(parent) {
            Some(Kind::Object(fields) | Kind::Interface(fields)) => Some(fields.keys()),
            _ => None,
        };
        fields.into_iter().flatten().map(String::as_str)
    }
}
