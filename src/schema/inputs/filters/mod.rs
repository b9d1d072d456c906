//! Filters and sort orders as inputs, compiled into predicates of the graph: ids resolved to rows, sizes checked.

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
    scope::Perspective,
};
use crate::{engine::error::Error, graph, schema::context::viewer::Viewer};

/// Compiles the filter of entities in the argument at `coordinate`, for the rows that `viewer` sees.
pub(crate) fn entity_filter(
    filter: Option<EntityFilter>,
    viewer: &Viewer,
    coordinate: &str,
) -> Result<graph::EntityFilter, Error> {
    let filters = Cell::new(0);
    let scope = Scope::new(viewer, coordinate, Perspective::Root, &filters);
    filter
        .map(|filter| filter.compile(scope))
        .transpose()
        .map(Option::unwrap_or_default)
}

/// Compiles the filter of relationships in the argument at `coordinate`, for the rows that `viewer` sees.
pub(crate) fn relationship_filter(
    filter: Option<RelationshipFilter>,
    perspective: Perspective,
    viewer: &Viewer,
    coordinate: &str,
) -> Result<graph::RelationshipFilter, Error> {
    let filters = Cell::new(0);
    let scope = Scope::new(viewer, coordinate, perspective, &filters);
    filter
        .map(|filter| filter.compile(scope))
        .transpose()
        .map(Option::unwrap_or_default)
}
