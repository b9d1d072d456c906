//! What listings can be ordered by.

use async_graphql::InputObject;

use super::scope::Standpoint;
use crate::{
    engine::error::Error,
    graph::{EntityOrderField, OrderDirection, RelationshipOrderField},
    schema::values::enums::Member,
};

/// What to order entities by.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityOrder {
    /// The field to order by. Entities without it come last.
    pub(crate) field: Member<EntityOrderField>,
    /// Which way.
    #[graphql(default_with = "Some(Member(OrderDirection::Ascending))")]
    pub(crate) direction: Option<Member<OrderDirection>>,
}

/// What to order relationships by.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipOrder {
    /// The field to order by. Relationships without it come last.
    pub(crate) field: Member<RelationshipOrderField>,
    /// Which way.
    #[graphql(default_with = "Some(Member(OrderDirection::Ascending))")]
    pub(crate) direction: Option<Member<OrderDirection>>,
}

/// The order asked for, as the graph understands it.
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

/// The order asked for, or what is wrong with it; `place` is the coordinate of the argument.
pub(crate) fn relationship_order(
    order: Option<Vec<RelationshipOrder>>,
    standpoint: Standpoint,
    place: &str,
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
    if standpoint == Standpoint::Nowhere && by_neighbor {
        return Err(Error::bad_user_input(
            place,
            "NEIGHBOR_NAME orders the relationships of one entity; ask below an entity",
        ));
    }
    Ok(order)
}
