//! The position of a filter in its argument during compilation, and the limits of filters.

use std::cell::Cell;

use async_graphql::MaybeUndefined;

use crate::{
    engine::{check::input::NESTED_MAX, error::Error},
    graph::{EntitySet, SourceIx},
    model::{Catalog, Set},
    schema::{
        context::viewer::Viewer,
        values::{enums::Member, node_key::NodeKey},
    },
};

/// The maximum depth to which filters of entities and relationships may nest.
const FILTER_DEPTH_MAX: usize = 16;
/// The maximum number of filters that one argument may combine. Each may be evaluated for every row.
const FILTERS_MAX: usize = NESTED_MAX;
/// The maximum length of a list in a filter.
const FILTER_LIST_MAX: usize = 10_000;

/// Where a relationship is seen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Perspective {
    /// From an entity: the relationship has a direction and a neighbor.
    Entity,
    /// From the root: it has neither.
    Root,
}

/// The position of the filter being compiled in its argument.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) coordinate: &'a str,
    pub(super) perspective: Perspective,
    pub(super) depth: usize,
    /// The number of filters that the argument has combined so far.
    pub(super) filters: &'a Cell<usize>,
    /// The condition to suggest instead of a comparison with null.
    pub(super) missing_value: &'static str,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        viewer: &'a Viewer,
        coordinate: &'a str,
        perspective: Perspective,
        filters: &'a Cell<usize>,
    ) -> Self {
        Self {
            viewer,
            coordinate,
            perspective,
            depth: 0,
            filters,
            missing_value: "stated: false",
        }
    }

    pub(super) fn refuse(self, message: impl Into<String>) -> Error {
        Error::bad_user_input(self.coordinate, message)
    }

    /// The scope of a filter one level deeper.
    pub(super) fn nested(self) -> Result<Self, Error> {
        let depth = self.depth + 1;
        if depth > FILTER_DEPTH_MAX {
            return Err(self.refuse(format!(
                "The filter nests more than {FILTER_DEPTH_MAX} deep, which is the limit; put conditions side by side in one filter, or split the query"
            )));
        }
        self.filters.set(self.filters.get() + 1);
        if self.filters.get() > FILTERS_MAX {
            return Err(self.refuse(format!(
                "The filter combines more than {FILTERS_MAX} filters, which is the limit; use lists of values (id, in, kinds) instead of or"
            )));
        }
        Ok(Self { depth, ..self })
    }

    /// The scope of a comparison of a count, which always has a value.
    pub(super) fn counting(self) -> Self {
        Self {
            missing_value: "eq: 0",
            ..self
        }
    }

    /// The same scope from another perspective.
    pub(super) fn with_perspective(self, perspective: Perspective) -> Self {
        Self { perspective, ..self }
    }

    /// The list in `field`, unless it is too long.
    pub(super) fn list<T>(self, field: &str, list: Option<Vec<T>>) -> Result<Option<Vec<T>>, Error> {
        match list {
            Some(list) if list.len() > FILTER_LIST_MAX => Err(self.refuse(format!(
                "{field} has {} values; a list in a filter may have at most {FILTER_LIST_MAX}. Split the query into several requests",
                list.len()
            ))),
            list => Ok(list),
        }
    }

    /// The operand of an operator; none when the operator is omitted.
    pub(super) fn operand<T>(self, operator: &str, operand: MaybeUndefined<T>) -> Result<Option<T>, Error> {
        match operand {
            MaybeUndefined::Undefined => Ok(None),
            MaybeUndefined::Value(value) => Ok(Some(value)),
            MaybeUndefined::Null => Err(self.refuse(format!(
                "{operator}: null compares with nothing; omit {operator}, or use {} to match missing values",
                self.missing_value
            ))),
        }
    }

    /// The list operand of an operator.
    pub(super) fn operands<T>(self, operator: &str, operand: MaybeUndefined<Vec<T>>) -> Result<Option<Vec<T>>, Error> {
        let list = self.operand(operator, operand)?;
        self.list(operator, list)
    }

    /// Compiles the list of filters in `field`.
    pub(super) fn each<T, F>(
        self,
        field: &str,
        list: Option<Vec<T>>,
        compile: impl Fn(T) -> Result<F, Error>,
    ) -> Result<Option<Vec<F>>, Error> {
        let list = self.list(field, list)?;
        list.map(|list| list.into_iter().map(compile).collect()).transpose()
    }

    /// The existing entities with the ids in `field`.
    pub(super) fn entities(self, field: &str, ids: Option<Vec<NodeKey>>) -> Result<Option<EntitySet>, Error> {
        let ids = self.list(field, ids)?;
        let resolve = |ids: Vec<NodeKey>| {
            EntitySet::from_ids(
                self.viewer.snapshot(),
                &self.viewer.mask(),
                ids.iter().map(|id| id.as_str()),
            )
        };
        Ok(ids.map(resolve))
    }

    /// The source with this id, if there is one.
    pub(super) fn source(self, id: &str) -> Vec<SourceIx> {
        let source = self.viewer.snapshot().source_by_id(id, &self.viewer.mask());
        source.into_iter().collect()
    }
}

pub(super) fn set<T: Catalog>(members: Option<Vec<Member<T>>>) -> Option<Set<T>> {
    members.map(|members| Member::set(&members))
}
