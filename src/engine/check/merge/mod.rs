//! Fields that share a position in the answer must merge, at every level: if both may be of one object, they must be the same
//! field with the same arguments; otherwise they must have one shape, since a client without type information reads them alike.
//!
//! Selection sets whose fields end up in one position are checked together, as a [`ResponsePosition`], and each position once:
//! a fragment that is spread a thousand times costs no more than once. Fields of different object types never share a position, so
//! positions below them are separate by type, and two positions are compared where an interface makes their fields overlap after all.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use async_graphql::Positioned;
use async_graphql::parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type};

use crate::engine::{
    catalog::{self, Kind, SchemaCatalog},
    error::Error,
    parse,
};

/// The most fields of different positions that are compared before a document is refused: the only part that is not linear. Each
/// object type beside an interface at each level multiplies them; no request written by hand comes near the limit.
const COMPARED_MAX: usize = 10_000;

/// The error is the first conflict. Call it on documents whose nesting has been measured, without fragment cycles. Linear in the
/// selections with fragments expanded, and in [`COMPARED_MAX`].
pub(crate) fn check(document: &ExecutableDocument, catalog: &SchemaCatalog) -> Result<(), Error> {
    let mut merger = Merger {
        document,
        catalog,
        positions: HashMap::new(),
        groups: Vec::new(),
        shaped: HashSet::new(),
        merged: HashSet::new(),
        compared: HashSet::new(),
        compared_fields: 0,
    };
    let roots = parse::operations(document).into_iter();
    let roots: Vec<ResponsePosition> = roots
        .map(|operation| {
            let root = catalog.root(operation.node.ty);
            merger.position(vec![(root, &operation.node.selection_set.node)])
        })
        .collect();
    roots.iter().try_for_each(|root| merger.shapes(*root))?;
    roots.iter().try_for_each(|root| merger.fields(*root))
}

/// Selection sets whose fields end up in one position of the answer: a number for each combination of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct ResponsePosition(usize);

struct Merger<'a> {
    document: &'a ExecutableDocument,
    catalog: &'a SchemaCatalog,
    /// By the addresses of the selection sets.
    positions: HashMap<Vec<*const SelectionSet>, ResponsePosition>,
    groups: Vec<Rc<FieldGroups<'a>>>,
    /// Positions whose shapes were checked.
    shaped: HashSet<ResponsePosition>,
    /// Positions whose fields were checked.
    merged: HashSet<ResponsePosition>,
    /// Pairs of positions that were compared.
    compared: HashSet<(ResponsePosition, ResponsePosition)>,
    /// The number of compared fields of these pairs.
    compared_fields: usize,
}

/// A field in the document, with its parent type.
#[derive(Clone, Copy)]
struct SelectedField<'a> {
    parent: Option<&'a str>,
    field: &'a Positioned<Field>,
    definition: Option<&'a catalog::Field>,
}

/// The fields of a position by their response keys, in the order of the document.
#[derive(Default)]
struct FieldGroups<'a> {
    names: Vec<&'a str>,
    fields: HashMap<&'a str, Vec<SelectedField<'a>>>,
    spread: HashSet<&'a str>,
}

impl<'a> FieldGroups<'a> {
    fn iter(&self) -> impl Iterator<Item = (&'a str, &[SelectedField<'a>])> {
        self.names.iter().map(|name| (*name, self.named(name)))
    }

    fn named(&self, name: &str) -> &[SelectedField<'a>] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }
}

type TypedSet<'a> = (Option<&'a str>, &'a SelectionSet);

impl<'a> Merger<'a> {
    /// Fields with one response key must have one shape, whatever their objects.
    fn shapes(&mut self, position: ResponsePosition) -> Result<(), Error> {
        if !self.shaped.insert(position) {
            return Ok(());
        }
        for (name, group) in Rc::clone(&self.groups[position.0]).iter() {
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

    /// Fields with one response key that may be of one object must be one field with the same arguments.
    fn fields(&mut self, position: ResponsePosition) -> Result<(), Error> {
        if !self.merged.insert(position) {
            return Ok(());
        }
        for (name, group) in Rc::clone(&self.groups[position.0]).iter() {
            let mut parts = self.by_parent(group.iter());
            // With at most one object type among them, all may be of one object.
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

    /// Checks the fields of one position against those of another; those within each are checked separately.
    fn compare(&mut self, one: ResponsePosition, other: ResponsePosition) -> Result<(), Error> {
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
            // With at most one object type among them, all may be of one object.
            if self.by_parent(group.iter().chain(theirs)).objects.len() <= 1 {
                self.check_overlap(name, group.iter().collect(), theirs.iter().collect())?;
                continue;
            }
            let (ours, theirs) = (self.by_parent(group.iter()), self.by_parent(theirs.iter()));
            let every = theirs.any.iter().chain(theirs.objects.iter().flatten()).copied();
            self.check_overlap(name, ours.any, every.collect())?;
            for object in ours.objects {
                let parent = object.first().and_then(|selected| selected.parent);
                let same = theirs.objects.iter().flatten();
                let same = same.filter(|selected| selected.parent == parent);
                let overlapping = theirs.any.iter().chain(same).copied().collect();
                self.check_overlap(name, object, overlapping)?;
            }
        }
        Ok(())
    }

    /// Checks fields that already merge among themselves against others that may be of the same objects.
    fn check_overlap(
        &mut self,
        name: &str,
        ours: Vec<&SelectedField<'a>>,
        theirs: Vec<&SelectedField<'a>>,
    ) -> Result<(), Error> {
        let Some(first) = ours.first() else {
            return Ok(());
        };
        theirs.iter().try_for_each(|other| same_field(name, first, other))?;
        match (self.below(ours.into_iter()), self.below(theirs.into_iter())) {
            (Some(ours), Some(theirs)) => self.compare(ours, theirs),
            _ => Ok(()),
        }
    }

    /// The position below the fields, if any has selections.
    fn below<'f>(&mut self, fields: impl Iterator<Item = &'f SelectedField<'a>>) -> Option<ResponsePosition>
    where
        'a: 'f,
    {
        let selecting = fields.filter(|selected| !selected.field.node.selection_set.node.items.is_empty());
        let sets = selecting.map(|selected| {
            let ty = selected.definition.map(|definition| catalog::named(&definition.ty));
            let parent = ty.and_then(|ty| self.catalog.composite(ty));
            (parent, &selected.field.node.selection_set.node)
        });
        let sets: Vec<TypedSet<'a>> = sets.collect();
        (!sets.is_empty()).then(|| self.position(sets))
    }

    /// The position of these sets. The parent type of a set never varies, so its address identifies it.
    fn position(&mut self, mut sets: Vec<TypedSet<'a>>) -> ResponsePosition {
        let address = |set: &TypedSet<'a>| -> *const SelectionSet { set.1 };
        let mut key: Vec<_> = sets.iter().map(address).collect();
        key.sort_unstable();
        key.dedup();
        if let Some(position) = self.positions.get(&key) {
            return *position;
        }
        let mut visited = HashSet::new();
        sets.retain(|set| visited.insert(address(set)));
        let mut groups = FieldGroups::default();
        for (parent, set) in sets {
            self.collect(parent, set, &mut groups);
        }
        let position = ResponsePosition(self.groups.len());
        self.groups.push(Rc::new(groups));
        self.positions.insert(key, position);
        position
    }

    fn collect(&self, parent: Option<&'a str>, set: &'a SelectionSet, into: &mut FieldGroups<'a>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let name = field.node.response_key().node.as_str();
                    let definition = parent.and_then(|parent| self.catalog.field(parent, &field.node.name.node));
                    let group = into.fields.entry(name).or_default();
                    if group.is_empty() {
                        into.names.push(name);
                    }
                    group.push(SelectedField {
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

    /// Groups fields by their parent types.
    fn by_parent<'f>(&self, group: impl Iterator<Item = &'f SelectedField<'a>>) -> FieldsByParent<'f, 'a> {
        let mut parts = FieldsByParent {
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

struct FieldsByParent<'f, 'a> {
    /// On interfaces and unions: they may overlap with any other.
    any: Vec<&'f SelectedField<'a>>,
    /// On object types, grouped by type.
    objects: Vec<Vec<&'f SelectedField<'a>>>,
}

fn same_field(name: &str, first: &SelectedField<'_>, other: &SelectedField<'_>) -> Result<(), Error> {
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

fn same_shape(
    catalog: &SchemaCatalog,
    name: &str,
    first: &SelectedField<'_>,
    other: &SelectedField<'_>,
) -> Result<(), Error> {
    match (first.ty(), other.ty()) {
        (Some(a), Some(b)) if !shapes_fit(catalog, &a, &b) => {
            let why = format!("they have the types {a} and {b}");
            Err(conflict(name, &why, first, other))
        }
        _ => Ok(()),
    }
}

impl SelectedField<'_> {
    /// The type of the field, if known.
    fn ty(&self) -> Option<Cow<'_, Type>> {
        match self.definition {
            Some(definition) => Some(Cow::Borrowed(&definition.ty)),
            None if self.field.node.name.node == "__typename" => Type::new("String!").map(Cow::Owned),
            None => None,
        }
    }
}

fn shapes_fit(catalog: &SchemaCatalog, a: &Type, b: &Type) -> bool {
    a.nullable == b.nullable
        && match (&a.base, &b.base) {
            (BaseType::List(a), BaseType::List(b)) => shapes_fit(catalog, a, b),
            (BaseType::Named(a), BaseType::Named(b)) => {
                a == b || (catalog.composite(a).is_some() && catalog.composite(b).is_some())
            }
            _ => false,
        }
}

fn too_many(name: &str, group: &[SelectedField<'_>]) -> Error {
    let error = Error::limit_exceeded(format!(
        "More than {COMPARED_MAX} fields would have to be compared for conflicts, those with the response key {name} among them: too many fields with one response key are nested on object types and on their interfaces. Give them aliases, or select less on each type."
    ));
    match group.first() {
        Some(first) => error.at(first.field.pos),
        None => error,
    }
}

fn conflict(name: &str, why: &str, first: &SelectedField<'_>, other: &SelectedField<'_>) -> Error {
    Error::validation_failed(format!(
        "Two fields have the response key {name}, but {why}. Give one of them an alias."
    ))
    .at(first.field.pos)
    .at(other.field.pos)
}

#[cfg(test)]
mod tests;
