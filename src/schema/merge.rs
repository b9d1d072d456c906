//! Fields that share a place in the answer must be the same field, all the way down. async-graphql
//! looks at one selection set at a time, and would answer with whichever comes last.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use async_graphql::Positioned;
use async_graphql::parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type};

use super::catalog::{self, Catalog, Kind};
use super::error::Error;

/// Fields looked at before the check gives up and accepts: with interfaces nested in each other it
/// could take far longer than the query itself.
const STEPS_MAX: usize = 50_000;

/// The first conflict, if any. Call it on documents whose nesting has been measured.
pub(super) fn check(document: &ExecutableDocument, catalog: &Catalog) -> Result<(), Error> {
    // Each check looks at as many fields by itself.
    for check in [Merger::shapes, Merger::sets] {
        let mut merger = Merger {
            document,
            catalog,
            steps: 0,
        };
        for (_, operation) in document.operations.iter() {
            let root = catalog.root(operation.node.ty);
            check(&mut merger, &[(root, &operation.node.selection_set.node)])?;
        }
    }
    Ok(())
}

struct Merger<'a> {
    document: &'a ExecutableDocument,
    catalog: &'a Catalog,
    steps: usize,
}

/// A field as it stands in the document, with the type it stands on.
#[derive(Clone, Copy)]
struct Selected<'a> {
    parent: Option<&'a str>,
    field: &'a Positioned<Field>,
    definition: Option<&'a catalog::Field>,
}

#[derive(Default)]
struct Collected<'a> {
    /// By response name, in the order of the document.
    names: Vec<&'a str>,
    fields: HashMap<&'a str, Vec<Selected<'a>>>,
    spread: HashSet<&'a str>,
}

type Set<'a> = (Option<&'a str>, &'a SelectionSet);

impl<'a> Merger<'a> {
    /// Checks selection sets whose fields end up in one object.
    fn sets(&mut self, sets: &[Set<'a>]) -> Result<(), Error> {
        for (name, group) in self.groups(sets) {
            if self.gives_up_at(&group) {
                return Ok(());
            }
            for part in self.parts(&group) {
                if let [first, rest @ ..] = part.as_slice() {
                    for other in rest {
                        same_field(name, first, other)?;
                    }
                }
                let below = self.below(&part);
                if !below.is_empty() {
                    self.sets(&below)?;
                }
            }
        }
        Ok(())
    }

    /// Checks that what answers by one name has one shape, whatever objects it is of: a client that does not know the types reads
    /// all of them alike.
    fn shapes(&mut self, sets: &[Set<'a>]) -> Result<(), Error> {
        for (name, group) in self.groups(sets) {
            if self.gives_up_at(&group) {
                return Ok(());
            }
            if let [first, rest @ ..] = group.as_slice() {
                for other in rest {
                    same_shape(self.catalog, name, first, other)?;
                }
            }
            let below = self.below(&group);
            if !below.is_empty() {
                self.shapes(&below)?;
            }
        }
        Ok(())
    }

    /// The fields of selection sets that end up in one object, by the names they answer by, in the order of the document.
    fn groups(&self, sets: &[Set<'a>]) -> Vec<(&'a str, Vec<Selected<'a>>)> {
        let mut collected = Collected::default();
        for (parent, set) in sets {
            self.collect(*parent, set, &mut collected);
        }
        let Collected { names, mut fields, .. } = collected;
        let group = |name: &'a str| (name, fields.remove(name).unwrap_or_default());
        names.into_iter().map(group).collect()
    }

    /// Counts the fields of a group. Whether these are more than are looked at.
    fn gives_up_at(&mut self, group: &[Selected<'a>]) -> bool {
        self.steps += group.len();
        self.steps > STEPS_MAX
    }

    /// What is selected below fields.
    fn below(&self, fields: &[Selected<'a>]) -> Vec<Set<'a>> {
        let selecting = fields
            .iter()
            .filter(|selected| !selected.field.node.selection_set.node.items.is_empty());
        let set = |selected: &Selected<'a>| {
            let ty = selected.definition.map(|definition| catalog::named(&definition.ty));
            let parent = ty.and_then(|ty| self.catalog.composite(ty));
            (parent, &selected.field.node.selection_set.node)
        };
        selecting.map(set).collect()
    }

    fn collect(&self, parent: Option<&'a str>, set: &'a SelectionSet, into: &mut Collected<'a>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let alias = field.node.alias.as_ref();
                    let name = alias.map_or(field.node.name.node.as_str(), |alias| alias.node.as_str());
                    let definition = parent.and_then(|parent| self.catalog.field(parent, &field.node.name.node));
                    let group = into.fields.entry(name).or_default();
                    if group.is_empty() {
                        into.names.push(name);
                    }
                    group.push(Selected {
                        parent,
                        field,
                        definition,
                    });
                }
                Selection::InlineFragment(inline) => {
                    let on = match &inline.node.type_condition {
                        Some(condition) => self.catalog.composite(&condition.node.on.node),
                        None => parent,
                    };
                    self.collect(on, &inline.node.selection_set.node, into);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if let Some(fragment) = self.document.fragments.get(name)
                        && into.spread.insert(name)
                    {
                        let on = self.catalog.composite(&fragment.node.type_condition.node.on.node);
                        self.collect(on, &fragment.node.selection_set.node, into);
                    }
                }
            }
        }
    }

    /// Fields that can meet in one object: those of one object type, with those of interfaces.
    fn parts(&self, group: &[Selected<'a>]) -> Vec<Vec<Selected<'a>>> {
        let object = |selected: &Selected<'a>| {
            let parent = selected.parent?;
            matches!(self.catalog.kind(parent), Some(Kind::Object(_))).then_some(parent)
        };
        let mut parents: Vec<&str> = group.iter().filter_map(object).collect();
        parents.sort_unstable();
        parents.dedup();
        if parents.len() <= 1 {
            return vec![group.to_vec()];
        }
        let of = |parent| {
            group
                .iter()
                .filter(|one| object(one).is_none_or(|own| own == parent))
                .copied()
                .collect()
        };
        parents.into_iter().map(of).collect()
    }
}

fn same_field(name: &str, first: &Selected<'_>, other: &Selected<'_>) -> Result<(), Error> {
    let (a, b) = (&first.field.node, &other.field.node);
    let why = if a.name.node != b.name.node {
        format!("{} and {} are different fields", a.name.node, b.name.node)
    } else if a.arguments.len() != b.arguments.len()
        || a.arguments
            .iter()
            .any(|(name, value)| b.get_argument(&name.node).is_none_or(|own| own.node != value.node))
    {
        "their arguments differ".to_owned()
    } else {
        return Ok(());
    };
    Err(conflict(name, &why, first, other))
}

fn same_shape(catalog: &Catalog, name: &str, first: &Selected<'_>, other: &Selected<'_>) -> Result<(), Error> {
    match (first.ty(), other.ty()) {
        (Some(a), Some(b)) if !shapes_fit(catalog, &a, &b) => {
            let why = format!("they have the types {a} and {b}");
            Err(conflict(name, &why, first, other))
        }
        _ => Ok(()),
    }
}

impl Selected<'_> {
    /// The type of what it answers, where that is known.
    fn ty(&self) -> Option<Cow<'_, Type>> {
        match self.definition {
            Some(definition) => Some(Cow::Borrowed(&definition.ty)),
            None if self.field.node.name.node == "__typename" => Type::new("String!").map(Cow::Owned),
            None => None,
        }
    }
}

fn shapes_fit(catalog: &Catalog, a: &Type, b: &Type) -> bool {
    a.nullable == b.nullable
        && match (&a.base, &b.base) {
            (BaseType::List(a), BaseType::List(b)) => shapes_fit(catalog, a, b),
            (BaseType::Named(a), BaseType::Named(b)) => {
                a == b || (catalog.composite(a).is_some() && catalog.composite(b).is_some())
            }
            _ => false,
        }
}

fn conflict(name: &str, why: &str, first: &Selected<'_>, other: &Selected<'_>) -> Error {
    Error::validation_failed(format!(
        "Two fields would answer as {name}, but {why}. Give one of them an alias."
    ))
    .at(first.field.pos)
    .at(other.field.pos)
}
