//! Where in an argument a filter is being compiled, and the bounds of filters.

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

/// How deep filters of entities and relationships may nest in each other.
const FILTER_DEPTH_MAX: usize = 16;
/// How many filters one argument may combine. Each may be asked of every row.
const FILTERS_MAX: usize = NESTED_MAX;
/// How many values a list in a filter may hold.
const FILTER_LIST_MAX: usize = 10_000;

/// Whether there is an entity to see a relationship from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standpoint {
    /// Below an entity: relationships have a direction and a neighbor.
    Entity,
    /// At the root: they have not.
    Nowhere,
}

/// Where in an argument a filter stands that is being compiled.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) coordinate: &'a str,
    pub(super) standpoint: Standpoint,
    pub(super) depth: usize,
    /// How many filters the argument has combined so far.
    pub(super) filters: &'a Cell<usize>,
    /// How to ask for a missing value, which comparing with null does not.
    pub(super) missing: &'static str,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        viewer: &'a Viewer,
        coordinate: &'a str,
        standpoint: Standpoint,
        filters: &'a Cell<usize>,
    ) -> Self {
        Self {
            viewer,
            coordinate,
            standpoint,
            depth: 0,
            filters,
            missing: "stated: false",
        }
    }

    pub(super) fn refuse(self, message: impl Into<String>) -> Error {
        Error::bad_user_input(self.coordinate, message)
    }

    /// The scope inside one more filter.
    pub(super) fn deeper(self) -> Result<Self, Error> {
        let depth = self.depth + 1;
        if depth > FILTER_DEPTH_MAX {
            return Err(self.refuse(format!(
                "The filter nests more than {FILTER_DEPTH_MAX} deep, which is the most; put conditions side by side in one filter, or ask in steps"
            )));
        }
        self.filters.set(self.filters.get() + 1);
        if self.filters.get() > FILTERS_MAX {
            return Err(self.refuse(format!(
                "The filter combines more than {FILTERS_MAX} filters, which is the most; use lists of values (id, in, kinds) instead of or"
            )));
        }
        Ok(Self { depth, ..self })
    }

    /// The scope of a count, of which none is missing.
    pub(super) fn counting(self) -> Self {
        Self {
            missing: "eq: 0",
            ..self
        }
    }

    /// The scope of what is seen from elsewhere.
    pub(super) fn seen(self, standpoint: Standpoint) -> Self {
        Self { standpoint, ..self }
    }

    /// The list given for `field`, unless it is too long.
    pub(super) fn list<T>(self, field: &str, list: Option<Vec<T>>) -> Result<Option<Vec<T>>, Error> {
        match list {
            Some(list) if list.len() > FILTER_LIST_MAX => Err(self.refuse(format!(
                "{field} lists {} values; a list in a filter takes at most {FILTER_LIST_MAX}. Ask in several requests",
                list.len()
            ))),
            list => Ok(list),
        }
    }

    /// What an operator compares with; none when it is not written.
    pub(super) fn operand<T>(self, operator: &str, operand: MaybeUndefined<T>) -> Result<Option<T>, Error> {
        match operand {
            MaybeUndefined::Undefined => Ok(None),
            MaybeUndefined::Value(value) => Ok(Some(value)),
            MaybeUndefined::Null => Err(self.refuse(format!(
                "{operator}: null compares with nothing; leave {operator} out, or use {} to ask for what is missing",
                self.missing
            ))),
        }
    }

    /// The list that an operator compares with.
    pub(super) fn operands<T>(self, operator: &str, operand: MaybeUndefined<Vec<T>>) -> Result<Option<Vec<T>>, Error> {
        let list = self.operand(operator, operand)?;
        self.list(operator, list)
    }

    /// The filters listed for `field`, compiled.
    pub(super) fn each<T, F>(
        self,
        field: &str,
        list: Option<Vec<T>>,
        compile: impl Fn(T) -> Result<F, Error>,
    ) -> Result<Option<Vec<F>>, Error> {
        let list = self.list(field, list)?;
        list.map(|list| list.into_iter().map(compile).collect()).transpose()
    }

    /// The entities whose ids are given for `field`, as far as there are any.
    pub(super) fn entities(self, field: &str, ids: Option<Vec<NodeKey>>) -> Result<Option<EntitySet>, Error> {
        let ids = self.list(field, ids)?;
        let named = |ids: Vec<NodeKey>| {
            EntitySet::from_ids(
                self.viewer.snapshot(),
                &self.viewer.mask(),
                ids.iter().map(|id| id.as_str()),
            )
        };
        Ok(ids.map(named))
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
