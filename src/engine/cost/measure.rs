//! What a parsed document would cost, with its fragments expanded. Each fragment is counted once
//! and remembered, so doubling fragments cost nothing to refuse; a fragment cycle is an error.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Number, Pos, Positioned, Value, Variables};
use async_graphql_value::Value as Literal;

use crate::engine::{
    catalog::{self, Catalog, ListSize},
    error::Error,
    limits::{Limit, Limits},
    parse::{self, lexical::NESTING_MAX},
    run::work::Work,
};

/// No list counts as longer, whatever is asked for; asking for more is refused by the field itself.
const SIZE_MAX: u64 = 10_000;

/// Counts of one selection set, and of all below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) selections: u64,
    pub(crate) aliases: u64,
    pub(crate) directives: u64,
    /// Fields directly in the set, through fragments.
    pub(crate) fields: u64,
    /// Levels of fields.
    pub(crate) depth: u64,
    /// Levels of selection sets, those of fragments included.
    pub(crate) nesting: u64,
    /// Points that count once, whatever the size of the page around them.
    pub(crate) complexity: u64,
    /// Points of one element of the page around them.
    pub(crate) per_element: u64,
    /// How much work the heaviest of them may be.
    pub(crate) work: Work,
}

/// What the operation that will run costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// Points of complexity.
    pub(crate) points: u64,
    /// Whether it scans, walks or computes.
    pub(crate) work: Work,
}

/// Holds the document against `limits`. All operations count for what validating them costs; the
/// operation that will run counts for the rest. `variables`, as given, decide its page sizes; they
/// are not checked yet.
pub(crate) fn check(
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
    variables: &Variables,
    catalog: &Catalog,
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
    catalog: &'a Catalog,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    /// `None` while the fragment is being counted: meeting it then is a cycle.
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

    /// The points of all that is below `field`, its size counted.
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

    /// How often what is below `field` may be answered.
    fn size(&self, field: &Field, definition: &catalog::Field, size: &ListSize) -> u64 {
        let given = size.slicing.iter().filter_map(|name| self.bound(field, name));
        let default = || {
            let inputs = size.slicing.iter().filter_map(|name| definition.argument(name));
            inputs.filter_map(|input| bound(input.default.as_ref()?)).max()
        };
        let size = given.max().or_else(default).or(size.assumed);
        size.unwrap_or(1).clamp(1, SIZE_MAX)
    }

    /// The size that an argument asks for.
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

    /// Whether resolving the field may look at far more than it answers: it weighs more than one, or it lists what must first be
    /// filtered, ordered or searched for a cursor.
    fn own_work(&self, field: &Field, definition: &catalog::Field) -> Work {
        /// What weighs so much looks at the whole graph.
        const LONG_FROM: u64 = 1000;
        const LOOKS_AT_MORE: [&str; 5] = ["filter", "orderBy", "after", "before", "last"];
        // What is given by a variable that has no value is not given.
        let asks = |name: &&str| match field.get_argument(name).map(|value| &value.node) {
            None | Some(Literal::Null) => false,
            Some(Literal::Variable(name)) => self.variable(name).is_some_and(|value| *value != Value::Null),
            Some(_) => true,
        };
        let looks_at_more = definition.size.is_some() && LOOKS_AT_MORE.iter().any(asks);
        match definition.weight {
            LONG_FROM.. => Work::Long,
            2.. => Work::Short,
            _ if looks_at_more => Work::Short,
            _ => Work::Lookup,
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

/// The size that a value asks for: a number itself, a list its length.
fn bound(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => Some(whole(number)),
        Value::List(items) => Some(count(items.len())),
        _ => None,
    }
}

/// Below zero the field itself refuses; one row is then a fair guess.
fn whole(number: &Number) -> u64 {
    number.as_u64().unwrap_or(1)
}

/// What so many points are, whatever they are spent on.
fn work_of(points: u64) -> Work {
    /// More points than this are no lookup any more.
    const SHORT_FROM: u64 = 501;
    /// More than this take tens of milliseconds to write down.
    const LONG_FROM: u64 = 20_001;
    match points {
        LONG_FROM.. => Work::Long,
        SHORT_FROM.. => Work::Short,
        _ => Work::Lookup,
    }
}

/// A change mostly waits for the disk, whatever it names. One whose answer takes long to compute is long work all the same.
fn lane_of(operation: OperationType, work: Work) -> Work {
    match (operation, work) {
        (OperationType::Mutation, Work::Lookup | Work::Short) => Work::Change,
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
    fn what_answers_much_is_work_whatever_its_fields_weigh() {
        let told = [0, 500, 501, 20_000, 20_001, u64::MAX].map(work_of);
        let expected = [
            Work::Lookup,
            Work::Lookup,
            Work::Short,
            Work::Short,
            Work::Long,
            Work::Long,
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_change_waits_where_nobody_who_reads_does() {
        for (operation, work, expected) in [
            (OperationType::Mutation, Work::Lookup, Work::Change),
            (OperationType::Mutation, Work::Short, Work::Change),
            (OperationType::Mutation, Work::Long, Work::Long),
            (OperationType::Query, Work::Short, Work::Short),
            (OperationType::Subscription, Work::Short, Work::Short),
        ] {
            assert_eq!(lane_of(operation, work), expected, "{operation} {work:?}");
        }
    }
}
