//! Whether a document fits the schema, by the rules of the specification: fields, arguments, directives, fragments, and (in
//! `variables`) what is declared and used. Whether fields answer by one name is `merge`'s; whether fragments end, and all are
//! used, `measure`'s. Nothing else is checked before execution, so what passes here must be right.

mod suggest;
mod variables;

use std::collections::HashMap;

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;

use self::{suggest::did_you_mean, variables::Facts};

use crate::engine::{
    catalog::{self, Catalog, Input, Kind},
    error::Error,
    parse,
    run::root_field,
};

use super::input::{self, Origin};

/// More faults than this are not told.
const ERRORS_MAX: usize = 20;

/// Every fault found, the first twenty. Call it on documents whose nesting has been measured. Linear in the document, and in
/// the variables that each operation declares.
pub(crate) fn check(document: &ExecutableDocument, catalog: &Catalog) -> Result<(), Vec<Error>> {
    let mut checker = Checker {
        document,
        catalog,
        errors: Vec::new(),
    };
    let mut fragments = HashMap::new();
    for (name, fragment) in parse::fragments(document) {
        let mut facts = Facts::default();
        checker.directives(&fragment.node.directives, &[], &mut facts);
        let on = checker.condition(&fragment.node.type_condition.node.on);
        checker.selection_set(&fragment.node.selection_set.node, on, &mut facts);
        fragments.insert(name, facts);
    }
    for operation in parse::operations(document) {
        let mut facts = Facts::default();
        let kind = operation.node.ty;
        checker.directives(&operation.node.directives, &[], &mut facts);
        checker.variable_definitions(&operation.node);
        let root = catalog.root(kind);
        if root.is_none() {
            checker.report(operation.pos, || format!("The schema has no {kind}s."));
        }
        checker.selection_set(&operation.node.selection_set.node, root, &mut facts);
        checker.variable_uses(&operation.node, &facts, &fragments);
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
    catalog: &'a Catalog,
    errors: Vec<Error>,
}

/// What takes arguments: a field of a type, or a directive.
#[derive(Clone, Copy)]
enum Taker<'a> {
    Field { parent: &'a str, name: &'a str },
    Directive(&'a str),
}

impl Taker<'_> {
    /// The field or directive alone.
    fn name(self) -> String {
        match self {
            Self::Field { name, .. } => name.to_owned(),
            Self::Directive(name) => format!("@{name}"),
        }
    }

    /// As the schema names it: `Query.company(by:)`.
    fn coordinate(self, argument: &str) -> String {
        match self {
            Self::Field { parent, name } => format!("{parent}.{name}({argument}:)"),
            Self::Directive(name) => format!("@{name}({argument}:)"),
        }
    }
}

impl<'a> Checker<'a> {
    fn full(&self) -> bool {
        self.errors.len() >= ERRORS_MAX
    }

    /// Notes a fault, unless there are enough. The sentence is made only then.
    fn report(&mut self, at: Pos, message: impl FnOnce() -> String) {
        if !self.full() {
            self.errors.push(Error::validation_failed(message()).at(at));
        }
    }

    /// `parent` is none below what does not exist: nothing is said of what stands there, but for the variables it uses.
    fn selection_set(&mut self, set: &'a SelectionSet, parent: Option<&'a str>, facts: &mut Facts<'a>) {
        for item in &set.items {
            self.directives(item.node.directives(), &CONDITIONS, facts);
            match &item.node {
                Selection::Field(field) => self.field(field, parent, facts),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name;
                    facts.spreads.insert(&name.node);
                    match self.document.fragments.get(&name.node) {
                        Some(fragment) => {
                            let on = self.catalog.composite(&fragment.node.type_condition.node.on.node);
                            self.may_apply(parent, on, &format!("The fragment {}", name.node), spread.pos);
                        }
                        None if self.full() => {}
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
                    self.selection_set(&inline.node.selection_set.node, on, facts);
                }
            }
        }
    }

    /// The type that a fragment is for, when it is one with fields.
    fn condition(&mut self, on: &Positioned<Name>) -> Option<&'a str> {
        let catalog = self.catalog;
        let composite = catalog.composite(&on.node);
        if composite.is_none() && !self.full() {
            let message = match catalog.kind(&on.node) {
                Some(_) => format!(
                    "A fragment on {} has no fields to select: it is no type with fields.",
                    on.node
                ),
                None => {
                    let known = did_you_mean(&on.node, catalog.composites());
                    format!("There is no type {} for a fragment to be on.{known}", on.node)
                }
            };
            self.report(on.pos, || message);
        }
        composite
    }

    /// A fragment must be able to apply where it stands.
    fn may_apply(&mut self, parent: Option<&str>, on: Option<&str>, what: &str, at: Pos) {
        if let (Some(parent), Some(on)) = (parent, on)
            && !self.catalog.overlap(parent, on)
        {
            self.report(at, || {
                format!("{what} on {on} can never apply here: no {parent} is a {on} at the same time.")
            });
        }
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: Option<&'a str>, facts: &mut Facts<'a>) {
        let catalog = self.catalog;
        let name = field.node.name.node.as_str();
        let set = &field.node.selection_set.node;
        let definition = parent.and_then(|parent| catalog.field(parent, name));
        if let Some(parent) = parent {
            let taker = Taker::Field { parent, name };
            match definition {
                Some(definition) => {
                    self.arguments(taker, &definition.arguments, &field.node.arguments, field.pos, facts);
                    self.leaf(field, parent, &definition.ty);
                }
                None if name == "__typename" => {
                    self.arguments(taker, &[], &field.node.arguments, field.pos, facts);
                    if !set.items.is_empty() {
                        self.report(field.pos, || {
                            format!("The field \"{name}\" is a String!, of which nothing is selected.")
                        });
                    }
                }
                None => self.unknown_field(field, parent),
            }
        }
        if definition.is_none() {
            let values = field.node.arguments.iter();
            values.for_each(|(_, value)| facts.name_all(&value.node, value.pos));
        }
        let below = definition.and_then(|definition| catalog.composite(catalog::named(&definition.ty)));
        self.selection_set(set, below, facts);
    }

    fn unknown_field(&mut self, field: &Positioned<Field>, parent: &str) {
        if self.full() {
            return;
        }
        let name = &field.node.name.node;
        let known = did_you_mean(name, self.catalog.field_names(parent));
        self.report(field.pos, || {
            format!("Unknown field \"{name}\" on type \"{parent}\".{known}")
        });
    }

    /// What has fields is asked for some; what has none, for none.
    fn leaf(&mut self, field: &Positioned<Field>, parent: &str, ty: &async_graphql::parser::types::Type) {
        let name = &field.node.name.node;
        let has_fields = self.catalog.composite(catalog::named(ty)).is_some();
        match (has_fields, field.node.selection_set.node.items.is_empty()) {
            (true, true) => self.report(field.pos, || {
                format!(
                    "The field \"{name}\" of \"{parent}\" is a {ty}: say which of its fields, as in {name} {{ … }}."
                )
            }),
            (false, false) => self.report(field.pos, || {
                format!("The field \"{name}\" of \"{parent}\" is a {ty}, of which nothing is selected.")
            }),
            _ => {}
        }
    }

    /// Arguments that are given: each known, given once, and fitting. Those that must be given.
    fn arguments(
        &mut self,
        taker: Taker<'_>,
        inputs: &'a [Input],
        given: &'a [(Positioned<Name>, Positioned<Value>)],
        at: Pos,
        facts: &mut Facts<'a>,
    ) {
        for (position, (argument, value)) in given.iter().enumerate() {
            facts.name_all(&value.node, value.pos);
            if self.full() {
                continue;
            }
            let name = &argument.node;
            if given[..position].iter().any(|(other, _)| other.node == *name) {
                self.report(argument.pos, || {
                    format!("The argument {name} of {} stands here twice.", taker.name())
                });
            }
            let Some(input) = inputs.iter().find(|input| *name == input.name) else {
                let known = did_you_mean(name, inputs.iter().map(|input| input.name.as_str()));
                self.report(argument.pos, || match taker {
                    Taker::Field { parent, name: field } => {
                        format!("Unknown argument \"{name}\" on field \"{parent}.{field}\".{known}")
                    }
                    Taker::Directive(directive) => {
                        format!("Unknown argument \"{name}\" on directive \"@{directive}\".{known}")
                    }
                });
                continue;
            };
            // A default makes up for a nullable variable only where the variable is the whole value.
            let has_default = input.default.is_some() && matches!(value.node, Value::Variable(_));
            let outcome = input::fits(self.catalog, &input.ty, &value.node, Origin::Document, &mut |usage| {
                facts.add(&usage, has_default, value.pos);
            });
            if let Err(misfit) = outcome {
                let message = format!(
                    "The argument {name}{} of {} does not fit: {}.",
                    misfit.path,
                    taker.name(),
                    misfit.message
                );
                let error = Error::validation_failed(message).at(value.pos);
                self.errors.push(error.argument(taker.coordinate(name)));
            }
        }
        for input in inputs.iter().filter(|input| input.is_required()) {
            if self.full() {
                return;
            }
            if given.iter().all(|(argument, _)| argument.node != input.name) {
                let (name, ty) = (&input.name, &input.ty);
                let message = format!("{} needs its argument {name}, a {ty}.", taker.name());
                let error = Error::validation_failed(message).at(at);
                self.errors.push(error.argument(taker.coordinate(name)));
            }
        }
    }

    /// Each directive must be one of `known`, and stand once.
    fn directives(&mut self, directives: &'a [Positioned<Directive>], known: &[&str], facts: &mut Facts<'a>) {
        let catalog = self.catalog;
        for (position, directive) in directives.iter().enumerate() {
            let name = directive.node.name.node.as_str();
            if !known.contains(&name) {
                self.report(directive.pos, || match CONDITIONS.contains(&name) {
                    true => {
                        format!("The directive @{name} stands on fields and fragments that are selected, not here.")
                    }
                    false => format!("There is no directive @{name} to use here."),
                });
                let values = directive.node.arguments.iter();
                values.for_each(|(_, value)| facts.name_all(&value.node, value.pos));
                continue;
            }
            if directives[..position].iter().any(|other| other.node.name.node == name) {
                self.report(directive.pos, || format!("The directive @{name} stands here twice."));
            }
            let taker = Taker::Directive(name);
            self.arguments(
                taker,
                catalog.conditions(),
                &directive.node.arguments,
                directive.pos,
                facts,
            );
        }
    }
}

impl Catalog {
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
