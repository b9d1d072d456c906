//! Facets and groups of a listing: counts of each value over all of its pages.

use std::borrow::Cow;

use async_graphql::{Context, Object, SimpleObject};

use crate::{
    engine::{
        cost::directives::{cost, list_size},
        error::Error,
    },
    graph::{self, EntityIx, Exhausted, FacetCount, GroupKey, ListingRows, RelationshipIx},
    model::Catalog,
    schema::{
        context::viewer::Viewer,
        inputs::bounds::within,
        values::{enums::Member, page::Total},
    },
};

/// The default number of values of a facet.
const VALUES: i32 = 20;
/// The maximum number of values of a facet.
const VALUES_MAX: i32 = 1000;
/// The maximum number of groups of one grouping, including inner ones.
const GROUPS_MAX: usize = 10_000;
/// The maximum number of keys to group by, one inside the other.
const KEYS_MAX: usize = 2;

/// A value of a facet, and its count in the listing.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct FacetValue {
    /// The value as it is used in filters; a year has four digits. Null for elements without a stated value.
    value: Option<String>,
    /// The number of elements on all pages with this value.
    count: i32,
}

impl FacetValue {
    fn new(facet: FacetCount<'_>) -> Self {
        Self {
            value: facet.value.map(Cow::into_owned),
            count: int(facet.count),
        }
    }
}

/// The entities or relationships of a listing that have the same value.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Group {
    /// The key of the grouping.
    key: Member<GroupKey>,
    /// The common value as it is used in filters; a year has four digits. Null for elements without a stated value.
    value: Option<String>,
    /// The number of elements of the group on all pages.
    count: i32,
    /// The group subdivided by the second key: the largest group first, then by value. Empty without a second key.
    #[graphql(directive = list_size::apply(Some(20), None, None, None))]
    groups: Vec<Group>,
}

/// The counts of each value in a listing, over all of its pages. A facet is counted only when selected: most frequent value first,
/// then by value. Elements without a stated value count under null, so that every element is counted.
#[derive(Debug, Clone)]
pub(crate) struct Facets {
    viewer: Viewer,
    rows: ListingRows,
}

impl Facets {
    /// The facets of these rows as seen by `viewer`.
    pub(crate) fn new(viewer: &Viewer, rows: ListingRows) -> Self {
        Self {
            viewer: viewer.clone(),
            rows,
        }
    }

    fn counts(&self, key: GroupKey) -> Result<Vec<FacetCount<'_>>, Exhausted> {
        let viewer = &self.viewer;
        let visibility = (viewer.mask(), viewer.day());
        self.rows.facet(viewer.snapshot(), visibility, key, viewer.budget())
    }

    fn values(&self, ctx: &Context<'_>, key: GroupKey, first: Option<i32>) -> Result<Vec<FacetValue>, Error> {
        let value_count = within(
            first.unwrap_or(VALUES),
            1,
            VALUES_MAX,
            &format!("Facets.{}(first:)", ctx.field().name()),
        )?;
        let counts = self.counts(key)?.into_iter().take(value_count);
        Ok(counts.map(FacetValue::new).collect())
    }
}

/// The counts of each value in a listing, over all of its pages. A facet is counted only when selected: most frequent value first,
/// then by value. Elements without a stated value count under null, so that every element is counted.
#[Object]
impl Facets {
    /// The counts by kind.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn kind(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values to return, most frequent first: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::Kind, first))
    }

    /// The counts by country code (`CN`, `US-DE`). A relationship counts once for each different country of its two ends.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn country(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values to return, most frequent first: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::Country, first))
    }

    /// The counts by status; for entities, the status on the day of the view.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn status(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values to return, most frequent first: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::Status, first))
    }

    /// The counts by the year in which an entity was founded or a relationship began (`since`).
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn year(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values to return, most frequent first: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::Year, first))
    }

    /// The counts by kind of relationship. An entity counts once for each kind of relationship that the view sees at it, in either
    /// direction, and under null if there are none; a relationship counts under its own kind.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn relationship_kind(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values to return, most frequent first: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::RelationshipKind, first))
    }

    /// The number of different values of a facet, including null.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn distinct(&self, #[graphql(desc = "The facet.")] key: Member<GroupKey>) -> Option<Result<i32, Error>> {
        Some(self.counts(key.0).map(|counts| int(counts.len())).map_err(Error::from))
    }
}

/// The summary of all pages of a connection. Collected together with the connection, and only as far as selected.
#[derive(Debug, Clone)]
pub(crate) struct ListingSummary {
    total: Total,
    viewer: Viewer,
    rows: Option<ListingRows>,
}

impl ListingSummary {
    /// The summary of a listing of entities: the matching `rows`.
    pub(crate) fn entities<I: Iterator<Item = EntityIx>>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        rows: impl FnOnce() -> I,
        matches: impl Fn(EntityIx) -> Result<bool, Exhausted>,
    ) -> Result<Self, Error> {
        Self::collect(
            ctx,
            viewer,
            rows,
            matches,
            |row| row,
            |rows| ListingRows::Entities(rows.into()),
        )
    }

    /// The summary of a listing of relationships: the matching `rows`.
    pub(crate) fn relationships<R: Copy, I: Iterator<Item = R>>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        rows: impl FnOnce() -> I,
        matches: impl Fn(R) -> Result<bool, Exhausted>,
        relationship: impl Fn(R) -> RelationshipIx,
    ) -> Result<Self, Error> {
        Self::collect(ctx, viewer, rows, matches, relationship, |rows| {
            ListingRows::Relationships(rows.into())
        })
    }

    fn collect<R: Copy, X, I: Iterator<Item = R>>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        rows: impl FnOnce() -> I,
        matches: impl Fn(R) -> Result<bool, Exhausted>,
        ix: impl Fn(R) -> X,
        into_rows: impl FnOnce(Vec<X>) -> ListingRows,
    ) -> Result<Self, Error> {
        let selected = ctx.look_ahead();
        let viewer = viewer.clone();
        if !selected.field("facets").exists() && !selected.field("groupBy").exists() {
            return Ok(Self {
                total: Total::count(ctx, &viewer, rows, matches)?,
                viewer,
                rows: None,
            });
        }
        let mut collected = Vec::new();
        let collect = |row: R| {
            let is_match = matches(row)?;
            if is_match {
                collected.push(ix(row));
            }
            Ok(is_match)
        };
        let total = Total::from_count(graph::count(rows(), collect, viewer.budget())?)?;
        Ok(Self {
            total,
            viewer,
            rows: Some(into_rows(collected)),
        })
    }

    pub(crate) fn total(&self) -> Total {
        self.total
    }

    /// The facets; none unless selected.
    pub(crate) fn facets(&self) -> Option<Facets> {
        self.rows.clone().map(|rows| Facets::new(&self.viewer, rows))
    }

    /// The groups; none unless selected.
    pub(crate) fn group_by(&self, connection: &str, keys: &[Member<GroupKey>]) -> Option<Result<Vec<Group>, Error>> {
        Some(group_by(&self.viewer, self.rows.as_ref()?, connection, keys))
    }
}

/// The groups of these rows. `connection` is the type of the field being resolved.
pub(crate) fn group_by(
    viewer: &Viewer,
    rows: &ListingRows,
    connection: &str,
    keys: &[Member<GroupKey>],
) -> Result<Vec<Group>, Error> {
    let refuse = |message: String| Error::bad_user_input(format!("{connection}.groupBy(keys:)"), message);
    let (key, within) = match *keys {
        [key] => (key.0, None),
        [key, within] if key != within => (key.0, Some(within.0)),
        [key, _] => {
            let key = key.0.as_str();
            return Err(refuse(format!("{key} is repeated; use two different keys, or one")));
        }
        [] => {
            return Err(refuse(
                "keys is empty; use one key, or two to subdivide the groups".to_owned(),
            ));
        }
        _ => {
            let count = keys.len();
            return Err(refuse(format!(
                "{count} keys are too many; group by at most {KEYS_MAX}"
            )));
        }
    };
    let (snapshot, visibility, budget) = (viewer.snapshot(), (viewer.mask(), viewer.day()), viewer.budget());
    let groups = rows.groups(snapshot, visibility, (key, within), GROUPS_MAX, budget)?;
    let groups = groups.ok_or_else(|| {
        let message = format!("These keys produce more than {GROUPS_MAX} groups; narrow the filter, or remove one key");
        Error::limit_exceeded(message).argument(format!("{connection}.groupBy(keys:)"))
    })?;
    let group = |key: GroupKey, facet: FacetCount<'_>, groups| Group {
        key: Member(key),
        value: facet.value.map(Cow::into_owned),
        count: int(facet.count),
        groups,
    };
    let groups = groups.into_iter().map(|outer| {
        let inner = outer.groups.into_iter();
        let inner = inner.filter_map(|facet| Some(group(within?, facet, Vec::new())));
        group(key, outer.counted, inner.collect())
    });
    Ok(groups.collect())
}

/// A count as a GraphQL `Int`, whose range exceeds the maximum number of rows.
fn int(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
