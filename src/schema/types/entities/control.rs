//! The subsidiaries, controllers and corporate group of an entity: the fields of the kinds that can control or be controlled.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{Context, Object, TypeName};

use super::{
    entity::{Entity, EntityFields},
    kinds::HasEntityKind,
};
use crate::{
    engine::{
        cost::directives::{ConnectionSize, cost},
        error::Error,
    },
    graph::{Pattern, algo},
    schema::{
        inputs::filters::{RelationshipFilter, RelationshipOrder},
        types::{
            computed::corporate_group::CorporateGroup,
            connections::relationship_connection::{NeighborConnection, RelationshipArgs},
        },
        values::page::PageArgs,
    },
};

/// Declares a group of fields of an entity of kind `K`, which async-graphql merges into the type of that kind.
macro_rules! fields_of_kind {
    ($(#[doc = $doc:literal])* $name:ident) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub(crate) struct $name<K>(EntityFields, PhantomData<K>);

        impl<K> From<EntityFields> for $name<K> {
            fn from(fields: EntityFields) -> Self {
                Self(fields, PhantomData)
            }
        }

        impl<K: HasEntityKind> TypeName for $name<K> {
            fn type_name() -> Cow<'static, str> {
                format!("{:?}{}", K::KIND, stringify!($name)).into()
            }
        }
    };
}

fields_of_kind! {
    /// The subsidiaries of an entity of kind `K`.
    Subsidiaries
}

#[Object(name_type)]
impl<K: HasEntityKind> Subsidiaries<K> {
    /// The entities that it certainly controls, directly or through others: those that it consolidates; those that it controls by a
    /// decisive interest (appointment of the board, by law, by the company's rules) or by a control that its source does not
    /// specify; those in which it and the entities it controls hold over 50 % together, by votes if stated, otherwise by capital;
    /// those that these control; and the direct accounting parents of companies of which it is the stated ultimate accounting
    /// parent. Shares count by their low ends. Disputed claims, claims that may have ended and other interests do not count; only
    /// ACTIVE claims count unless the view names statuses. A person cannot be controlled.
    ///
    /// One edge for each subsidiary, with its decisive claim: a claim of the entity itself first, then the one with the largest low
    /// end, then the one with the smallest id. A direct accounting parent without such a claim has the claim by which it
    /// consolidates.
    #[graphql(directive = cost::apply("100".to_owned()), directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn subsidiaries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only subsidiaries whose decisive claim matches; the subsidiary is its neighbor.")]
        filter: Option<RelationshipFilter>,
        #[graphql(desc = "The sort order; ties are broken by the subsidiary's id. Default: by that id.")]
        order_by: Option<Vec<RelationshipOrder>>,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
    ) -> Option<Result<NeighborConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        let kind = format!("{:?}", K::KIND);
        let listing = self.0.listing(&kind, Pattern::any());
        Some(listing.control(ctx, args, |viewer| {
            algo::subsidiaries(
                viewer.snapshot(),
                viewer.mask_for_computing(),
                self.0.ix,
                viewer.budget(),
            )
        }))
    }
}

fields_of_kind! {
    /// The controllers of an entity of kind `K`, and its corporate group.
    Controllers
}

#[Object(name_type)]
impl<K: HasEntityKind> Controllers<K> {
    /// The entities that certainly control it, directly or through others, by the rules of `subsidiaries`: its controllers are the
    /// entities that have it among their subsidiaries. They include people, but not undisclosed parties, whose claims are in
    /// `undisclosed`.
    ///
    /// One edge for each controller, with its decisive claim on this entity: a claim of the controller itself first, then, among
    /// the claims of entities that it controls, the one with the largest low end, then the one with the smallest id.
    #[graphql(directive = cost::apply("100".to_owned()), directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn controllers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only controllers whose decisive claim matches; the controller is its neighbor.")]
        filter: Option<RelationshipFilter>,
        #[graphql(desc = "The sort order; ties are broken by the controller's id. Default: by that id.")]
        order_by: Option<Vec<RelationshipOrder>>,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
    ) -> Option<Result<NeighborConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        let kind = format!("{:?}", K::KIND);
        let listing = self.0.listing(&kind, Pattern::any());
        Some(listing.control(ctx, args, |viewer| {
            algo::controllers(
                viewer.snapshot(),
                viewer.mask_for_computing(),
                self.0.ix,
                viewer.budget(),
            )
        }))
    }

    /// The controller that is not itself controlled, except by entities that it controls. Controllers that control each other count
    /// as one, represented by the smallest id. If there are several, it is the one stated to be the ultimate accounting parent of
    /// this entity, provided that exactly one is. Null when the entity has no controller, is the top controller itself, has
    /// several top controllers, or one that is not disclosed; the rule in `corporateGroup.derivedFrom` states which.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn ultimate_parent(&self) -> Option<Result<Entity, Error>> {
        let viewer = &self.0.viewer;
        let (snapshot, mask) = (viewer.snapshot(), viewer.mask_for_computing());
        match algo::ultimate_parent(snapshot, mask, self.0.ix, viewer.budget()) {
            Ok(ultimate) => Some(Ok(Entity::new(viewer.clone(), ultimate.party()?))),
            Err(exhausted) => Some(Err(exhausted.into())),
        }
    }

    /// The corporate group: its ultimate parent, or the entity itself if `ultimateParent` is null, and everything that this parent
    /// controls.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn corporate_group(&self) -> Option<Result<CorporateGroup, Error>> {
        Some(CorporateGroup::of(&self.0))
    }
}
