//! A page of entities, and what can be told of all pages together.

use std::borrow::Cow;

use async_graphql::{Object, OutputType, TypeName};

use super::facets::{Facets, Group, Whole};
use crate::{
    engine::{
        cost::directives::{cost, list_size},
        error::Error,
    },
    graph::{EntityIx, GroupKey, Page},
    schema::{
        context::viewer::Viewer,
        values::{
            enums::Member,
            page::{Connection, Edge, Listing, PageInfo},
        },
    },
};

/// A page of entities of one type.
#[derive(Debug, Clone)]
pub(crate) struct EntityConnection<T> {
    page: Connection<T>,
    whole: Whole,
}

impl<T> EntityConnection<T> {
    /// The connection of `page`, whose elements `node` makes.
    pub(crate) fn new(
        listing: &Listing,
        viewer: &Viewer,
        page: &Page<EntityIx>,
        whole: Whole,
        node: impl Fn(EntityIx) -> T,
    ) -> Self {
        Self {
            page: Connection::new(listing, viewer, page, whole.total(), node),
            whole,
        }
    }
}

impl<T: OutputType> TypeName for EntityConnection<T> {
    fn type_name() -> Cow<'static, str> {
        <Connection<T> as TypeName>::type_name()
    }
}

/// A page of entities.
#[Object(name_type)]
impl<T: OutputType> EntityConnection<T> {
    /// The entities with their cursors.
    async fn edges(&self) -> &[Edge<T>] {
        &self.page.edges
    }

    /// The entities alone.
    async fn nodes(&self) -> Vec<&T> {
        self.page.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page.page_info
    }

    /// How many entities there are on all pages. Counted only when selected.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        self.page.total.counted()
    }

    /// How often each kind, country, status, founding year and kind of relationship stands on all pages.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn facets(&self) -> Option<Facets> {
        self.whole.facets()
    }

    /// The entities on all pages, grouped: largest group first, then by value. With two keys, each group is grouped by the
    /// second. At most 10000 groups, inner ones included.
    #[graphql(directive = cost::apply("20".to_owned()), directive = list_size::apply(Some(50), None, None, None))]
    async fn group_by(
        &self,
        #[graphql(desc = "What to group by: one key, or two different ones.")] keys: Vec<Member<GroupKey>>,
    ) -> Option<Result<Vec<Group>, Error>> {
        self.whole.group_by(&<Self as TypeName>::type_name(), &keys)
    }
}
