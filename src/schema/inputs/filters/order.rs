//! Sort orders of listings.

use async_graphql::InputObject;

use super::scope::Perspective;
use crate::{
    engine::error::Error,
    graph::{EntityOrderField, OrderDirection, RelationshipOrderField},
    schema::values::enums::Member,
};

/// A sort order of entities.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityOrder {
    /// The field to sort by. Entities without a value come last in either direction.
    pub(crate) field: Member<EntityOrderField>,
    /// The direction.
    #[graphql(default_with = "Some(Member(OrderDirection::Ascending))")]
    pub(crate) direction: Option<Member<OrderDirection>>,
}

/// A sort order of relationships.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipOrder {
    /// The field to sort by. Relationships without a value come last in either direction.
    pub(crate) field: Member<RelationshipOrderField>,
    /// The direction.
    #[graphql(default_with = "Some(Member(OrderDirection::Ascending))")]
    pub(crate) direction: Option<Member<OrderDirection>>,
}

/// The sort order in the terms of the graph.
pub(crate) fn entity_order(order: Option<Vec<EntityOrder>>) -> Vec<(EntityOrderField, OrderDirection)> {
    order
        .unwrap_or_default()
        .into_iter()
        .map(|by| {
            (
                by.field.0,
                by.direction.map_or(OrderDirection::Ascending, |direction| direction.0),
            )
        })
        .collect()
}

/// The sort order in the terms of the graph, or an error; `coordinate` is that of the argument.
pub(crate) fn relationship_order(
    order: Option<Vec<RelationshipOrder>>,
    perspective: Perspective,
    coordinate: &str,
) -> Result<Vec<(RelationshipOrderField, OrderDirection)>, Error> {
    let order: Vec<_> = order
        .unwrap_or_default()
        .into_iter()
        .map(|by| {
            (
                by.field.0,
                by.direction.map_or(OrderDirection::Ascending, |direction| direction.0),
            )
        })
        .collect();
    let by_neighbor = order
        .iter()
        .any(|(field, _)| *field == RelationshipOrderField::NeighborName);
    if perspective == Perspective::Root && by_neighbor {
        return Err(Error::bad_user_input(
            coordinate,
            "NEIGHBOR_NAME sorts the relationships of one entity; use it on a field of an entity",
        ));
    }
    Ok(order)
}
