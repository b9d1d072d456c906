//! Fields that share a place in the answer must be the same field, all the way down: where both may be of one object, the same
//! field with the same arguments; elsewhere fields of one shape, since a client that does not know the types reads them alike.
//!
//! Selection sets whose fields end up in one place are looked at together, as a [`Place`], and each place once: fragments that
//! are spread a thousand times cost no more than once. Fields of different object types never meet, so that below them places
//! are kept apart by type, and two places are compared where an interface makes their fields meet after all.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use async_graphql::Positioned;
use async_graphql::parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type};

use crate::engine::{
    catalog::{self, Catalog, Kind},
    error::Error,
    parse,
};

/// Fields of different places that are compared, before a document is refused: the one part of this that is not linear. Each
/// object type that meets an interface at each level multiplies them, and no request that is written by a person comes near.
const COMPARED_MAX: usize = 10_000;

/// The first conflict, if any. Call it on documents whose nesting has been measured and whose fragments end. Linear in the
/// selections with fragments expanded, and in [`COMPARED_MAX`].
pub(crate) fn check(document: &ExecutableDocument, catalog: &Catalog) -> Result<(), Error> {
    let mut merger = Merger {
        document,
        catalog,
        places: HashMap::new(),
        groups: Vec::new(),
        shaped: HashSet::new(),
        merged: HashSet::new(),
        compared: HashSet::new(),
        compared_fields: 0,
    };
    let roots = parse::operations(document).into_iter();
    let roots: Vec<Place> = roots
        .map(|operation| {
            let root = catalog.root(operation.node.ty);
            merger.place(vec![(root, &operation.node.selection_set.node)])
        })
        .collect();
    roots.iter().try_for_each(|root| merger.shapes(*root))?;
    roots.iter().try_for_each(|root| merger.fields(*root))
}

/// Selection sets whose fields end up in one place of the answer: a number for each combination of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place(usize);

struct Merger<'a> {
    document: &'a ExecutableDocument,
    catalog: &'a Catalog,
    /// By the addresses of their sets.
    places: HashMap<Vec<*const SelectionSet>, Place>,
    groups: Vec<Rc<Groups<'a>>>,
    /// Places whose shapes fit.
    shaped: HashSet<Place>,
    /// Places whose fields merge.
    merged: HashSet<Place>,
    /// Pairs of places whose fields merge with each other.
    compared: HashSet<(Place, Place)>,
    /// Fields of these pairs, as often as they were looked at.
    compared_fields: usize,
}

/// A field as it stands in the document, with the type it stands on.
#[derive(Clone, Copy)]
struct Selected<'a> {
    parent: Option<&'a str>,
    field: &'a Positioned<Field>,
    definition: Option<&'a catalog::Field>,
}

/// The fields of a place by the names they answer by, in the order of the document.
#[derive(Default)]
struct Groups<'a> {
    names: Vec<&'a str>,
    fields: HashMap<&'a str, Vec<Selected<'a>>>,
    spread: HashSet<&'a str>,
}

impl<'a> Groups<'a> {
    fn iter(&self) -> impl Iterator<Item = (&'a str, &[Selected<'a>])> {
        self.names.iter().map(|name| (*name, self.named(name)))
    }

    fn named(&self, name: &str) -> &[Selected<'a>] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }
}

type Set<'a> = (Option<&'a str>, &'a SelectionSet);

impl<'a> Merger<'a> {
    /// What answers by one name has one shape, whatever objects it is of.
    fn shapes(&mut self, place: Place) -> Result<(), Error> {
        if !self.shaped.insert(place) {
            return Ok(());
        }
        for (name, group) in Rc::clone(&self.groups[place.0]).iter() {
            if let [first, rest @ ..] = group {
                for other in rest {
                    same_shape(self.catalog, name, first, other)?;
                }
            }
            if let Some(below) = self.below(group.iter()) {
                self.shapes(below)?;
            }
        }
        Ok(())
    }

    /// What may be of one object is one field with the same arguments.
    fn fields(&mut self, place: Place) -> Result<(), Error> {
        if !self.merged.insert(place) {
            return Ok(());
        }
        for (name, group) in Rc::clone(&self.groups[place.0]).iter() {
            let mut parts = self.parts(group.iter());
            // Where at most one object type is among them, all of them may meet.
            if let [_] = parts.objects.as_slice() {
                parts.any.extend(parts.objects.drain(..).flatten());
            }
            for part in &parts.objects {
                if let Some((first, rest)) = part.split_first() {
                    rest.iter().try_for_each(|other| same_field(name, first, other))?;
                }
                if let Some(below) = self.below(part.iter().copied()) {
                    self.fields(below)?;
                }
            }
            let Some((first, rest)) = parts.any.split_first() else {
                continue;
            };
            rest.iter().try_for_each(|other| same_field(name, first, other))?;
            let any = self.below(parts.any.iter().copied());
            if let Some(any) = any {
                self.fields(any)?;
            }
            for part in &parts.objects {
                part.iter().try_for_each(|other| same_field(name, first, other))?;
                if let (Some(any), Some(object)) = (any, self.below(part.iter().copied())) {
                    self.compare(any, object)?;
                }
            }
        }
        Ok(())
    }

    /// The same for the fields of two places, each with those of the other; within each they are compared by themselves.
    fn compare(&mut self, one: Place, other: Place) -> Result<(), Error> {
        if one == other {
            return self.fields(one);
        }
        if !self.compared.insert((one.min(other), one.max(other))) {
            return Ok(());
        }
        let (ours, theirs) = (Rc::clone(&self.groups[one.0]), Rc::clone(&self.groups[other.0]));
        for (name, group) in ours.iter() {
            let theirs = theirs.named(name);
            if theirs.is_empty() {
                continue;
            }
            self.compared_fields += group.len() + theirs.len();
            if self.compared_fields > COMPARED_MAX {
                return Err(too_many(name, group));
            }
            // Where at most one object type is among them, all of them may meet.
            if self.parts(group.iter().chain(theirs)).objects.len() <= 1 {
                self.meet(name, group.iter().collect(), theirs.iter().collect())?;
                continue;
            }
            let (ours, theirs) = (self.parts(group.iter()), self.parts(theirs.iter()));
            let every = theirs.any.iter().chain(theirs.objects.iter().flatten()).copied();
            self.meet(name, ours.any, every.collect())?;
            for object in ours.objects {
                let parent = object.first().and_then(|selected| selected.parent);
                let same = theirs.objects.iter().flatten();
                let same = same.filter(|selected| selected.parent == parent);
                let meeting = theirs.any.iter().chain(same).copied().collect();
                self.meet(name, object, meeting)?;
            }
        }
        Ok(())
    }

    /// Fields that are one field among themselves, and others that may be of the same objects.
    fn meet(&mut self, name: &str, ours: Vec<&Selected<'a>>, theirs: Vec<&Selected<'a>>) -> Result<(), Error> {
        let Some(first) = ours.first() else {
            return Ok(());
        };
        theirs.iter().try_for_each(|other| same_field(name, first, other))?;
        match (self.below(ours.into_iter()), self.below(theirs.into_iter())) {
            (Some(ours), Some(theirs)) => self.compare(ours, theirs),
            _ => Ok(()),
        }
    }

    /// The place below fields, if anything is selected there.
    fn below<'f>(&mut self, fields: impl Iterator<Item = &'f Selected<'a>>) -> Option<Place>
    where
        'a: 'f,
    {
        let selecting = fields.filter(|selected| !selected.field.node.selection_set.node.items.is_empty());
        let sets = selecting.map(|selected| {
            let ty = selected.definition.map(|definition| catalog::named(&definition.ty));
            let parent = ty.and_then(|ty| self.catalog.composite(ty));
            (parent, &selected.field.node.selection_set.node)
        });
        let sets: Vec<Set<'a>> = sets.collect();
        (!sets.is_empty()).then(|| self.place(sets))
    }

    /// The place of these sets. What a set stands on is always the same, so that its address says all of it.
    fn place(&mut self, mut sets: Vec<Set<'a>>) -> Place {
        let address = |set: &Set<'a>| -> *const SelectionSet { set.1 };
        let mut key: Vec<_> = sets.iter().map(address).collect();
        key.sort_unstable();
        key.dedup();
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        let mut seen = HashSet::new();
        sets.retain(|set| seen.insert(address(set)));
        let mut groups = Groups::default();
        for (parent, set) in sets {
            self.collect(parent, set, &mut groups);
        }
        let place = Place(self.groups.len());
        self.groups.push(Rc::new(groups));
        self.places.insert(key, place);
        place
    }

    fn collect(&self, parent: Option<&'a str>, set: &'a SelectionSet, into: &mut Groups<'a>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let name = field.node.response_key().node.as_str();
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

    /// Fields apart by what they stand on.
    fn parts<'f>(&self, group: impl Iterator<Item = &'f Selected<'a>>) -> Parts<'f, 'a> {
        let mut parts = Parts {
            any: Vec::new(),
            objects: Vec::new(),
        };
        let mut known: HashMap<&str, usize> = HashMap::new();
        for selected in group {
            let object = selected
                .parent
                .filter(|parent| matches!(self.catalog.kind(parent), Some(Kind::Object(_))));
            let Some(object) = object else {
                parts.any.push(selected);
                continue;
            };
            let index = *known.entry(object).or_insert_with(|| {
                parts.objects.push(Vec::new());
                parts.objects.len() - 1
            });
            parts.objects[index].push(selected);
        }
        parts
    }
}

struct Parts<'f, 'a> {
    /// On interfaces and unions: they may meet any other.
    any: Vec<&'f Selected<'a>>,
    /// On object types, each type apart.
    objects: Vec<Vec<&'f Selected<'a>>>,
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

fn too_many(name: &str, group: &[Selected<'_>]) -> Error {
    let error = Error::limit_exceeded(format!(
        "More than {COMPARED_MAX} fields would have to be compared to see whether they answer alike, those that answer as {name} among them: too many fields of one name stand on object types and on their interfaces, one below the other. Give them aliases, or select less on each type."
    ));
    match group.first() {
        Some(first) => error.at(first.field.pos),
        None => error,
    }
}

fn conflict(name: &str, why: &str, first: &Selected<'_>, other: &Selected<'_>) -> Error {
    Error::validation_failed(format!(
        "Two fields would answer as {name}, but {why}. Give one of them an alias."
    ))
    .at(first.field.pos)
    .at(other.field.pos)
}

#[cfg(test)]
mod tests;
