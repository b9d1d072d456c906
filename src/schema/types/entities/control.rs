//! What an entity controls, who controls it, and the group it belongs to: the fields of the kinds that can control or be
//! controlled.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{Context, Object, TypeName};

use super::{
    entity::{Entity, EntityFields},
    kinds::OfKind,
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

/// Declares fields of an entity of kind `K` that async-graphql merges into the type of that kind.
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

        impl<K: OfKind> TypeName for $name<K> {
            fn type_name() -> Cow<'static, str> {
                format!("{:?}{}", K::KIND, stringify!($name)).into()
            }
        }
    };
}

fields_of_kind! {
    /// What an entity of kind `K` controls.
    Subsidiaries
}

#[Object(name_type)]
impl<K: OfKind> Subsidiaries<K> {
    /// What it controls for certain, directly or with what it controls: whom it consolidates; whom it controls by an interest that
    /// decides (the appointment of the board, the law, the company's rules) or by one of which the source only says that it
    /// controls; that in which it and all that it controls hold over 50 % together, by votes where they are stated, else by
    /// capital; what these control; and the direct accounting parents of companies of which it is the stated ultimate one. Low
    /// ends count. Disputed claims do not, nor claims that may be over, nor other interests; only ACTIVE ones do unless the view
    /// names statuses. Nobody controls a person.
    ///
    /// One edge for each subsidiary, with the claim on it that counts: its own first, then the one with the largest low end, then
    /// the one with the smaller id. A direct accounting parent without such a claim comes with the one by which it consolidates.
    #[graphql(directive = cost::apply("100".to_owned()), directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn subsidiaries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only over relationships that fit: the claim that counts, the subsidiary its neighbor.")]
        filter: Option<RelationshipFilter>,
        #[graphql(desc = "What to order by, ties by the subsidiary's id. Default: by that id.")] order_by: Option<
            Vec<RelationshipOrder>,
        >,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<NeighborConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        let kind = format!("{:?}", K::KIND);
        let outlook = self.0.outlook(&kind, Pattern::any());
        Some(outlook.control(ctx, args, |viewer| {
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
    /// Who controls an entity of kind `K`, and what else they control.
    Controllers
}

#[Object(name_type)]
impl<K: OfKind> Controllers<K> {
    /// Who controls it for certain, directly or through others, by the rules of `subsidiaries`: an entity is among its controllers
    /// when it is among that entity's subsidiaries. People are among them, parties that are not disclosed are not: the claims that
    /// show these are in `undisclosed`.
    ///
    /// One edge for each controller, with the claim on this entity that counts: the controller's own first, then of those whom it
    /// controls the one with the largest low end, then the one with the smaller id.
    #[graphql(directive = cost::apply("100".to_owned()), directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn controllers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only over relationships that fit: the claim that counts, the controller its neighbor.")]
        filter: Option<RelationshipFilter>,
        #[graphql(desc = "What to order by, ties by the controller's id. Default: by that id.")] order_by: Option<
            Vec<RelationshipOrder>,
        >,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<NeighborConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        let kind = format!("{:?}", K::KIND);
        let outlook = self.0.outlook(&kind, Pattern::any());
        Some(outlook.control(ctx, args, |viewer| {
            algo::controllers(
                viewer.snapshot(),
                viewer.mask_for_computing(),
                self.0.ix,
                viewer.budget(),
            )
        }))
    }

    /// Who has the last word in it in the end: of its controllers the one whom none controls but those it controls. Those that
    /// control each other are one, led by the smallest id. Where several remain, it is the one stated to be the ultimate
    /// accounting parent of this entity, if exactly one of them is. Null where nobody controls it, where it is the top itself,
    /// where several remain, and where the top is not disclosed: the rule of `corporateGroup.derivedFrom` says which.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn ultimate_parent(&self) -> Option<Result<Entity, Error>> {
        let viewer = &self.0.viewer;
        let (snapshot, mask) = (viewer.snapshot(), viewer.mask_for_computing());
        match algo::ultimate_parent(snapshot, mask, self.0.ix, viewer.budget()) {
            Ok(ultimate) => Some(Ok(Entity::new(viewer.clone(), ultimate.party()?))),
            Err(exhausted) => Some(Err(exhausted.into())),
        }
    }

    /// Its ultimate parent, or itself where there is none to name, and everything that controls.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn corporate_group(&self) -> Option<Result<CorporateGroup, Error>> {
        Some(CorporateGroup::of(&self.0))
    }
}
