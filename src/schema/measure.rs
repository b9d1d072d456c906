//! What a parsed document would cost, with its fragments expanded. Each fragment is counted once
//! and remembered, so doubling fragments cost nothing to refuse; a fragment cycle is an error.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Pos, Positioned, Value, Variables};
use async_graphql_value::Value as Literal;

use super::catalog::{self, Catalog};
use super::error::Error;
use super::lexical::NESTING_MAX;
use super::limits::{Limit, Limits};

/// The page size when a field pages and neither the document nor the schema says how far.
const PAGE_DEFAULT: u64 = 20;
/// No page is longer, whatever is asked for; asking for more is refused by the field itself.
const PAGE_MAX: u64 = 1000;
/// Misspelt names are searched for suggestions one by one, which is slow for a flood of them.
const UNKNOWN_NAMES_MAX: usize = 10;
/// Lists of entities: the work below such an argument grows with its length.
const BATCH_ARGUMENTS: [&str; 3] = ["ids", "of", "candidates"];

/// Counts of one selection set, and of all below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) selections: u64,
    pub(super) aliases: u64,
    pub(super) directives: u64,
    /// Fields directly in the set, through fragments.
    pub(super) fields: u64,
    /// Levels of fields.
    pub(super) depth: u64,
    /// Levels of selection sets, those of fragments included.
    pub(super) nesting: u64,
    pub(super) complexity: u64,
}

/// Holds the document against `limits`. All operations count for what validating them costs; the
/// operation that will run counts for the rest. `variables`, as given, decide its page sizes; they
/// are not checked yet.
pub(super) fn check(
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
    variables: &Variables,
    catalog: &Catalog,
    limits: &Limits,
) -> Result<(), Error> {
    let mut measurer = Measurer {
        document,
        catalog,
        operation: &operation.node,
        variables,
        fragments: HashMap::new(),
        unknown: Vec::new(),
    };
    let mut selections = 0_u64;
    for (_, candidate) in document.operations.iter() {
        let measure = measurer.operation(&candidate.node)?;
        selections = selections.saturating_add(measure.selections);
        limits.check(Limit::Selections, selections)?;
        limits.check(Limit::Depth, measure.depth)?;
        if measure.nesting > NESTING_MAX {
            return Err(too_nested(candidate.pos));
        }
        if candidate.pos == operation.pos {
            limits.check(Limit::RootFields, measure.fields)?;
            limits.check(Limit::Aliases, measure.aliases)?;
            limits.check(Limit::Directives, measure.directives)?;
            limits.check(Limit::Complexity, measure.complexity)?;
        }
    }
    measurer.all_fragments_are_used()
}

struct Measurer<'a> {
    document: &'a ExecutableDocument,
    catalog: &'a Catalog,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    /// `None` while the fragment is being counted: meeting it then is a cycle.
    fragments: HashMap<&'a str, Option<Measure>>,
    unknown: Vec<Error>,
}

impl<'a> Measurer<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Measure, Error> {
        let root = self.catalog.root(operation.ty);
        let mut measure = self.selection_set(&operation.selection_set.node, root, 1)?;
        let own = operation.directives.len()
            + operation
                .variable_definitions
                .iter()
                .map(|variable| variable.node.directives.len())
                .sum::<usize>();
        measure.directives = measure.directives.saturating_add(count(own));
        Ok(measure)
    }

    /// Recursion ends at `NESTING_MAX`: a level past it is refused, not entered.
    fn selection_set(&mut self, set: &'a SelectionSet, parent: Option<&'a str>, level: u64) -> Result<Measure, Error> {
        let mut sum = Measure {
            nesting: 1,
            ..Measure::default()
        };
        for item in &set.items {
            if level > NESTING_MAX {
                return Err(too_nested(item.pos));
            }
            let mut measure = match &item.node {
                Selection::Field(field) => self.field(field, parent, level)?,
                Selection::InlineFragment(inline) => {
                    let on = match &inline.node.type_condition {
                        Some(condition) => self.catalog.composite(&condition.node.on.node),
                        None => parent,
                    };
                    self.selection_set(&inline.node.selection_set.node, on, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, spread.pos, level)?
                }
            };
            measure.selections = measure.selections.saturating_add(1);
            measure.directives = measure.directives.saturating_add(count(item.node.directives().len()));
            sum.selections = sum.selections.saturating_add(measure.selections);
            sum.aliases = sum.aliases.saturating_add(measure.aliases);
            sum.directives = sum.directives.saturating_add(measure.directives);
            sum.fields = sum.fields.saturating_add(measure.fields);
            sum.complexity = sum.complexity.saturating_add(measure.complexity);
            sum.depth = sum.depth.max(measure.depth);
            sum.nesting = sum.nesting.max(measure.nesting.saturating_add(1));
        }
        Ok(sum)
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: Option<&'a str>, level: u64) -> Result<Measure, Error> {
        let catalog = self.catalog;
        let definition = parent.and_then(|parent| catalog.field(parent, &field.node.name.node));
        if let Some(parent) = parent {
            self.names_are_known(field, parent, definition)?;
        }
        let below = definition.and_then(|definition| catalog.composite(catalog::named(&definition.ty)));
        let set = &field.node.selection_set.node;
        let measure = match set.items.is_empty() {
            true => Measure::default(),
            false => self.selection_set(set, below, level + 1)?,
        };
        let factor = definition.map_or(1, |definition| self.factor(&field.node, definition));
        Ok(Measure {
            aliases: measure.aliases.saturating_add(u64::from(field.node.alias.is_some())),
            fields: 1,
            depth: measure.depth.saturating_add(1),
            complexity: measure.complexity.saturating_mul(factor).saturating_add(1),
            ..measure
        })
    }

    fn fragment(&mut self, name: &'a str, spread: Pos, level: u64) -> Result<Measure, Error> {
        match self.fragments.get(name) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                return Err(Error::validation_failed(format!("The fragment {name} spreads itself.")).at(spread));
            }
            None => {}
        }
        // An unknown fragment is for the validation to report.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Measure::default());
        };
        self.fragments.insert(name, None);
        let on = self.catalog.composite(&fragment.node.type_condition.node.on.node);
        let mut measure = self.selection_set(&fragment.node.selection_set.node, on, level + 1)?;
        measure.directives = measure.directives.saturating_add(count(fragment.node.directives.len()));
        self.fragments.insert(name, Some(measure));
        Ok(measure)
    }

    /// How often the selections below `field` may be answered.
    fn factor(&self, field: &Field, definition: &catalog::Field) -> u64 {
        let page = definition.argument("first").map_or(1, |first| {
            let given = ["first", "last"]
                .iter()
                .filter_map(|name| self.integer(field, name))
                .max();
            let schema = match &first.default {
                Some(Value::Number(number)) => number.as_u64(),
                _ => None,
            };
            given.or(schema).unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)
        });
        BATCH_ARGUMENTS
            .iter()
            .filter(|name| definition.argument(name).is_some_and(|input| is_list(&input.ty)))
            .fold(page, |factor, name| {
                factor.saturating_mul(self.length(field, name).max(1))
            })
    }

    fn integer(&self, field: &Field, argument: &str) -> Option<u64> {
        let number = match &field.get_argument(argument)?.node {
            Literal::Number(number) => number,
            Literal::Variable(name) => match self.variable(name)? {
                Value::Number(number) => number,
                _ => return None,
            },
            _ => return None,
        };
        // Below zero the field itself refuses; one row is then a fair guess.
        Some(number.as_u64().unwrap_or(1))
    }

    fn length(&self, field: &Field, argument: &str) -> u64 {
        match field.get_argument(argument).map(|value| &value.node) {
            Some(Literal::List(items)) => count(items.len()),
            Some(Literal::Variable(name)) => match self.variable(name) {
                Some(Value::List(items)) => count(items.len()),
                _ => 1,
            },
            _ => 1,
        }
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name).or_else(|| {
            let mut definitions = self.operation.variable_definitions.iter();
            let definition = definitions.find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|default| &default.node)
        })
    }

    fn names_are_known(
        &mut self,
        field: &'a Positioned<Field>,
        parent: &str,
        definition: Option<&catalog::Field>,
    ) -> Result<(), Error> {
        let name = &field.node.name.node;
        match definition {
            None if name != "__typename" => {
                self.unknown.push(
                    Error::validation_failed(format!("Unknown field \"{name}\" on type \"{parent}\".")).at(field.pos),
                );
            }
            Some(definition) => {
                for (argument, _) in &field.node.arguments {
                    if definition.argument(&argument.node).is_none() {
                        self.unknown.push(
                            Error::validation_failed(format!(
                                "Unknown argument \"{}\" on field \"{parent}.{name}\".",
                                argument.node
                            ))
                            .at(argument.pos),
                        );
                    }
                }
            }
            None => {}
        }
        if self.unknown.len() <= UNKNOWN_NAMES_MAX {
            return Ok(());
        }
        let mut first = self.unknown.swap_remove(0);
        first
            .message
            .push_str(&format!(" More than {UNKNOWN_NAMES_MAX} names are unknown."));
        Err(first)
    }

    fn all_fragments_are_used(&self) -> Result<(), Error> {
        // By position, so that the same document always gets the same answer.
        let unused = self
            .document
            .fragments
            .iter()
            .filter(|(name, _)| !self.fragments.contains_key(name.as_str()));
        match unused.min_by_key(|(_, fragment)| (fragment.pos.line, fragment.pos.column)) {
            Some((name, fragment)) => Err(Error::validation_failed(format!(
                "The fragment {name} is never used. Spread it or remove it."
            ))
            .at(fragment.pos)),
            None => Ok(()),
        }
    }
}

fn too_nested(at: Pos) -> Error {
    Error::limit_exceeded(format!(
        "Selections nest more than {NESTING_MAX} deep, fragments included. Nest less."
    ))
    .at(at)
}

fn is_list(ty: &async_graphql::parser::types::Type) -> bool {
    matches!(ty.base, async_graphql::parser::types::BaseType::List(_))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
