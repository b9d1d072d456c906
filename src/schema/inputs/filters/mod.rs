//! The filters and orders that callers write, turned into predicates of the graph: ids resolved to rows, sizes bounded.

mod amount;
mod compare;
mod entity;
mod nested;
mod order;
mod property;
mod relationship;
mod scope;

use std::cell::Cell;

use self::scope::Scope;
pub(crate) use self::{
    entity::EntityFilter,
    order::{EntityOrder, RelationshipOrder, entity_order, relationship_order},
    relationship::RelationshipFilter,
    scope::Standpoint,
};
use crate::{engine::error::Error, graph, schema::context::viewer::Viewer};

/// The predicate on entities that the argument at `coordinate` gives, for the rows that `viewer` sees.
pub(crate) fn entity_filter(
    filter: Option<EntityFilter>,
    viewer: &Viewer,
    coordinate: &str,
) -> Result<graph::EntityFilter, Error> {
    let filters = Cell::new(0);
    let scope = Scope::new(viewer, coordinate, Standpoint::Nowhere, &filters);
    filter
        .map(|filter| filter.compile(scope))
        .transpose()
        .map(Option::unwrap_or_default)
}

/// The predicate on relationships that the argument at `coordinate` gives, for the rows that `viewer` sees.
pub(crate) fn relationship_filter(
    filter: Option<RelationshipFilter>,
    standpoint: Standpoint,
    viewer: &Viewer,
    coordinate: &str,
) -> Result<graph::RelationshipFilter, Error> {
    let filters = Cell::new(0);
    let scope = Scope::new(viewer, coordinate, standpoint, &filters);
    filter
        .map(|filter| filter.compile(scope))
        .transpose()
        .map(Option::unwrap_or_default)
}
