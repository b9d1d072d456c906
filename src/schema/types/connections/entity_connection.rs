//! A page of entities, and the summary of all pages.

use std::borrow::Cow;

use async_graphql::{Object, OutputType, TypeName};

use super::facets::{Facets, Group, ListingSummary};
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
    summary: ListingSummary,
}

impl<T> EntityConnection<T> {
    /// The connection of `page`, whose elements are created by `node`.
    pub(crate) fn new(
        listing: &Listing,
        viewer: &Viewer,
        page: &Page<EntityIx>,
        summary: ListingSummary,
        node: impl Fn(EntityIx) -> T,
    ) -> Self {
        Self {
            page: Connection::new(listing, viewer, page, summary.total(), node),
            summary,
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

    /// The entities without their cursors.
    async fn nodes(&self) -> Vec<&T> {
        self.page.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there are more pages, and the cursors of this one.
    async fn page_info(&self) -> &PageInfo {
        &self.page.page_info
    }

    /// The number of entities on all pages. Counted only when selected.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        self.page.total.value()
    }

    /// The number of entities on all pages by kind, country, status, founding year and kind of relationship.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn facets(&self) -> Option<Facets> {
        self.summary.facets()
    }

    /// The entities on all pages, grouped: the largest group first, then by value. With two keys, each group is subdivided by the
    /// second. At most 10000 groups, including inner ones.
    #[graphql(directive = cost::apply("20".to_owned()), directive = list_size::apply(Some(50), None, None, None))]
    async fn group_by(
        &self,
        #[graphql(desc = "What to group by: one key, or two different keys.")] keys: Vec<Member<GroupKey>>,
    ) -> Option<Result<Vec<Group>, Error>> {
        self.summary.group_by(&<Self as TypeName>::type_name(), &keys)
    }
}
