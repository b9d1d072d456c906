//! The estimated cost of a parsed document, with its fragments expanded. Each fragment is counted once
//! and memoized, so doubling fragments are cheap to refuse; a fragment cycle is an error.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Number, Pos, Positioned, Value, Variables};
use async_graphql_value::Value as Literal;

use crate::engine::{
    catalog::{self, ListSize, SchemaCatalog},
    error::Error,
    limits::{Limit, Limits},
    parse::{self, lexical::NESTING_MAX},
    run::work::WorkClass,
};

/// The largest size that a list counts with; the field itself refuses larger requests.
const SIZE_MAX: u64 = 10_000;

/// Counts of a selection set and everything below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) selections: u64,
    pub(crate) aliases: u64,
    pub(crate) directives: u64,
    /// Fields directly in the set, including those of fragments.
    pub(crate) fields: u64,
    /// Levels of fields.
    pub(crate) depth: u64,
    /// Levels of selection sets, those of fragments included.
    pub(crate) nesting: u64,
    /// Points that count once, regardless of the size of the page around them.
    pub(crate) complexity: u64,
    /// Points of one element of the page around them.
    pub(crate) per_element: u64,
    /// The work class of the heaviest of them.
    pub(crate) work: WorkClass,
}

/// The estimated cost of the operation that will run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// Points of complexity.
    pub(crate) points: u64,
    /// Whether it is a lookup, traverses or filters, or scans the whole graph.
    pub(crate) work: WorkClass,
}

/// Checks the document against `limits`. All operations count towards the cost of validation; the
/// operation that will run counts for the rest. `variables`, as sent, determine its page sizes; they
/// are not checked yet.
pub(crate) fn check(
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
    variables: &Variables,
    catalog: &SchemaCatalog,
    limits: &Limits,
) -> Result<Estimate, Error> {
    let mut measurer = Measurer {
        document,
        catalog,
        operation: &operation.node,
        variables,
        fragments: HashMap::new(),
    };
    let (mut selections, mut estimate) = (0_u64, Estimate::default());
    for candidate in parse::operations(document) {
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
            let points = measure.complexity.saturating_add(measure.per_element);
            estimate = Estimate {
                points,
                work: lane_of(candidate.node.ty, measure.work.max(work_of(points))),
            };
            limits.check(Limit::Complexity, estimate.points)?;
        }
    }
    measurer.all_fragments_are_used()?;
    Ok(estimate)
}

struct Measurer<'a> {
    document: &'a ExecutableDocument,
    catalog: &'a SchemaCatalog,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    /// `None` while the fragment is being counted: reaching it then means a cycle.
    fragments: HashMap<&'a str, Option<Measure>>,
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

    /// Recursion ends at `NESTING_MAX`: a deeper level is refused, not entered.
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
            sum.per_element = sum.per_element.saturating_add(measure.per_element);
            sum.depth = sum.depth.max(measure.depth);
            sum.nesting = sum.nesting.max(measure.nesting.saturating_add(1));
            sum.work = sum.work.max(measure.work);
        }
        Ok(sum)
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: Option<&'a str>, level: u64) -> Result<Measure, Error> {
        let catalog = self.catalog;
        let definition = parent.and_then(|parent| catalog.field(parent, &field.node.name.node));
        let below = definition.and_then(|definition| catalog.composite(catalog::named(&definition.ty)));
        let set = &field.node.selection_set.node;
        let measure = match set.items.is_empty() {
            true => Measure::default(),
            false => self.selection_set(set, below, level + 1)?,
        };
        let points = self.points(&field.node, definition, &measure);
        let (complexity, per_element) = match definition {
            Some(definition) if definition.is_sized => (definition.weight, points),
            _ => (
                definition
                    .map_or(1, |definition| definition.weight)
                    .saturating_add(points),
                0,
            ),
        };
        Ok(Measure {
            aliases: measure.aliases.saturating_add(u64::from(field.node.alias.is_some())),
            fields: 1,
            depth: measure.depth.saturating_add(1),
            complexity,
            per_element,
            work: definition.map_or(measure.work, |definition| {
                measure.work.max(self.own_work(&field.node, definition))
            }),
            ..measure
        })
    }

    /// The points of everything below `field`, multiplied by its size.
    fn points(&self, field: &Field, definition: Option<&catalog::Field>, below: &Measure) -> u64 {
        let size = definition.and_then(|definition| {
            let size = definition.size.as_ref()?;
            Some((self.size(field, definition, size), size.sized.is_empty()))
        });
        let (once, each, times) = match size {
            Some((times, true)) => (0, below.complexity.saturating_add(below.per_element), times),
            Some((times, false)) => (below.complexity, below.per_element, times),
            None => (below.complexity, below.per_element, 1),
        };
        each.saturating_mul(times).saturating_add(once)
    }

    fn fragment(&mut self, name: &'a str, spread: Pos, level: u64) -> Result<Measure, Error> {
        match self.fragments.get(name) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                return Err(Error::validation_failed(format!("The fragment {name} spreads itself.")).at(spread));
            }
            None => {}
        }
        // Validation reports unknown fragments.
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

    /// The most elements that `field` may return.
    fn size(&self, field: &Field, definition: &catalog::Field, size: &ListSize) -> u64 {
        let requested = size.slicing.iter().filter_map(|name| self.bound(field, name));
        let default = || {
            let inputs = size.slicing.iter().filter_map(|name| definition.argument(name));
            inputs.filter_map(|input| bound(input.default.as_ref()?)).max()
        };
        let size = requested.max().or_else(default).or(size.assumed);
        size.unwrap_or(1).clamp(1, SIZE_MAX)
    }

    /// The size that an argument requests.
    fn bound(&self, field: &Field, argument: &str) -> Option<u64> {
        match &field.get_argument(argument)?.node {
            Literal::Number(number) => Some(whole(number)),
            Literal::List(items) => Some(count(items.len())),
            Literal::Variable(name) => bound(self.variable(name)?),
            _ => None,
        }
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name).or_else(|| {
            let mut definitions = self.operation.variable_definitions.iter();
            let definition = definitions.find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|default| &default.node)
        })
    }

    /// Whether resolving the field may visit far more than it returns: it costs more than one point, or its list must first be
    /// filtered, ordered or searched for a cursor.
    fn own_work(&self, field: &Field, definition: &catalog::Field) -> WorkClass {
        /// Fields of this cost scan the whole graph.
        const LONG_FROM: u64 = 1000;
        const VISITING_ARGUMENTS: [&str; 5] = ["filter", "orderBy", "after", "before", "last"];
        // An argument set to a variable without a value counts as absent.
        let is_given = |name: &&str| match field.get_argument(name).map(|value| &value.node) {
            None | Some(Literal::Null) => false,
            Some(Literal::Variable(name)) => self.variable(name).is_some_and(|value| *value != Value::Null),
            Some(_) => true,
        };
        let visits_more = definition.size.is_some() && VISITING_ARGUMENTS.iter().any(is_given);
        match definition.weight {
            LONG_FROM.. => WorkClass::Long,
            2.. => WorkClass::Short,
            _ if visits_more => WorkClass::Short,
            _ => WorkClass::Lookup,
        }
    }

    fn all_fragments_are_used(&self) -> Result<(), Error> {
        let fragments = parse::fragments(self.document);
        let unused = fragments.iter().find(|(name, _)| !self.fragments.contains_key(name));
        match unused {
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

/// The size that a value requests: a number itself, a list its length.
fn bound(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => Some(whole(number)),
        Value::List(items) => Some(count(items.len())),
        _ => None,
    }
}

/// The field itself refuses negative numbers; one row is a fair guess then.
fn whole(number: &Number) -> u64 {
    number.as_u64().unwrap_or(1)
}

/// The work class of a number of points.
fn work_of(points: u64) -> WorkClass {
    /// From this many points on, a request is no longer a lookup.
    const SHORT_FROM: u64 = 501;
    /// From this many points on, an answer takes tens of milliseconds to serialise.
    const LONG_FROM: u64 = 20_001;
    match points {
        LONG_FROM.. => WorkClass::Long,
        SHORT_FROM.. => WorkClass::Short,
        _ => WorkClass::Lookup,
    }
}

/// A change mostly waits for the disk. One whose answer takes long to compute is still long work.
fn lane_of(operation: OperationType, work: WorkClass) -> WorkClass {
    match (operation, work) {
        (OperationType::Mutation, WorkClass::Lookup | WorkClass::Short) => WorkClass::Change,
        _ => work,
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_points_determines_the_work_class() {
        let classes = [0, 500, 501, 20_000, 20_001, u64::MAX].map(work_of);
        let expected = [
            WorkClass::Lookup,
            WorkClass::Lookup,
            WorkClass::Short,
            WorkClass::Short,
            WorkClass::Long,
            WorkClass::Long,
        ];
        assert_eq!(classes, expected);
    }

    #[test]
    fn changes_have_a_lane_of_their_own_unless_they_are_long() {
        for (operation, work, expected) in [
            (OperationType::Mutation, WorkClass::Lookup, WorkClass::Change),
            (OperationType::Mutation, WorkClass::Short, WorkClass::Change),
            (OperationType::Mutation, WorkClass::Long, WorkClass::Long),
            (OperationType::Query, WorkClass::Short, WorkClass::Short),
            (OperationType::Subscription, WorkClass::Short, WorkClass::Short),
        ] {
            assert_eq!(lane_of(operation, work), expected, "{operation} {work:?}");
        }
    }
}
