//! Facets and groups of a listing: how often each value stands in it, counted over all of its pages.

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

/// How many values of a facet are told unless asked otherwise.
const VALUES: i32 = 20;
/// How many values of a facet may be asked for.
const VALUES_MAX: i32 = 1000;
/// How many groups one grouping may make, inner ones included.
const GROUPS_MAX: usize = 10_000;
/// By how many keys rows may be grouped, one inside the other.
const KEYS_MAX: usize = 2;

/// How often a value stands in a listing.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct FacetValue {
    /// The value as filters take it; a year as four digits. Null for those that state none.
    value: Option<String>,
    /// How many on all pages have it.
    count: i32,
}

impl FacetValue {
    fn new(counted: FacetCount<'_>) -> Self {
        Self {
            value: counted.value.map(Cow::into_owned),
            count: whole(counted.count),
        }
    }
}

/// The entities or relationships of a listing that share a value.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Group {
    /// What they are grouped by.
    key: Member<GroupKey>,
    /// The value they share, as filters take it; a year as four digits. Null for those that state none.
    value: Option<String>,
    /// How many on all pages share it.
    count: i32,
    /// The same, grouped by the second key: largest first, then by value. Empty when there is no second key.
    #[graphql(directive = list_size::apply(Some(20), None, None, None))]
    groups: Vec<Group>,
}

/// How often each value stands in a listing, over all of its pages. Each facet is counted when it is selected: most frequent
/// value first, then by value. Those that state nothing count under the value null, so that nothing is left out.
#[derive(Debug, Clone)]
pub(crate) struct Facets {
    viewer: Viewer,
    rows: ListingRows,
}

impl Facets {
    /// The facets of these rows, as `viewer` sees them.
    pub(crate) fn new(viewer: &Viewer, rows: ListingRows) -> Self {
        Self {
            viewer: viewer.clone(),
            rows,
        }
    }

    fn counts(&self, key: GroupKey) -> Result<Vec<FacetCount<'_>>, Exhausted> {
        let viewer = &self.viewer;
        let seen = (viewer.mask(), viewer.day());
        self.rows.facet(viewer.snapshot(), seen, key, viewer.budget())
    }

    fn values(&self, ctx: &Context<'_>, key: GroupKey, first: Option<i32>) -> Result<Vec<FacetValue>, Error> {
        let wanted = within(
            first.unwrap_or(VALUES),
            1,
            VALUES_MAX,
            &format!("Facets.{}(first:)", ctx.field().name()),
        )?;
        let counts = self.counts(key)?.into_iter().take(wanted);
        Ok(counts.map(FacetValue::new).collect())
    }
}

/// How often each value stands in a listing, over all of its pages. Each facet is counted when it is selected: most frequent
/// value first, then by value. Those that state nothing count under the value null, so that nothing is left out.
#[Object]
impl Facets {
    /// By kind.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn kind(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values, the most frequent: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::Kind, first))
    }

    /// By country, as written (`CN`, `US-DE`). A relationship counts once under each different country of its two ends.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn country(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values, the most frequent: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::Country, first))
    }

    /// By status; of entities, that on the day of the view.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn status(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values, the most frequent: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::Status, first))
    }

    /// By the year in which an entity was founded, or in which a relationship began (since).
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn year(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values, the most frequent: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::Year, first))
    }

    /// By kind of relationship. An entity counts once under each kind of relationship that the view sees it in, whichever end
    /// it is, and under null when it is in none; a relationship counts under its own kind.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(None, Some(vec!["first".to_owned()]), None, Some(false)))]
    async fn relationship_kind(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many values, the most frequent: 1 to 1000.",
            default_with = "Some(VALUES)"
        )]
        first: Option<i32>,
    ) -> Option<Result<Vec<FacetValue>, Error>> {
        Some(self.values(ctx, GroupKey::RelationshipKind, first))
    }

    /// How many different values a facet has, null among them: whether `first` showed them all.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn distinct(&self, #[graphql(desc = "Which facet.")] key: Member<GroupKey>) -> Option<Result<i32, Error>> {
        Some(
            self.counts(key.0)
                .map(|counts| whole(counts.len()))
                .map_err(Error::from),
        )
    }
}

/// What a connection tells of all its pages together. Collected with the connection, and only what is selected.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    total: Total,
    viewer: Viewer,
    rows: Option<ListingRows>,
}

impl Whole {
    /// All entities of a listing: those of `rows` that fit.
    pub(crate) fn entities<I: Iterator<Item = EntityIx>>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        rows: impl FnOnce() -> I,
        fits: impl Fn(EntityIx) -> Result<bool, Exhausted>,
    ) -> Result<Self, Error> {
        Self::of(
            ctx,
            viewer,
            rows,
            fits,
            |row| row,
            |rows| ListingRows::Entities(rows.into()),
        )
    }

    /// All relationships of a listing: those of `rows` that fit.
    pub(crate) fn relationships<R: Copy, I: Iterator<Item = R>>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        rows: impl FnOnce() -> I,
        fits: impl Fn(R) -> Result<bool, Exhausted>,
        relationship: impl Fn(R) -> RelationshipIx,
    ) -> Result<Self, Error> {
        Self::of(ctx, viewer, rows, fits, relationship, |rows| {
            ListingRows::Relationships(rows.into())
        })
    }

    fn of<R: Copy, X, I: Iterator<Item = R>>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        rows: impl FnOnce() -> I,
        fits: impl Fn(R) -> Result<bool, Exhausted>,
        ix: impl Fn(R) -> X,
        rows_of: impl FnOnce(Vec<X>) -> ListingRows,
    ) -> Result<Self, Error> {
        let selected = ctx.look_ahead();
        let viewer = viewer.clone();
        if !selected.field("facets").exists() && !selected.field("groupBy").exists() {
            return Ok(Self {
                total: Total::count(ctx, &viewer, rows, fits)?,
                viewer,
                rows: None,
            });
        }
        let mut collected = Vec::new();
        let collect = |row: R| {
            let fit = fits(row)?;
            if fit {
                collected.push(ix(row));
            }
            Ok(fit)
        };
        let total = Total::number(graph::count(rows(), collect, viewer.budget())?)?;
        Ok(Self {
            total,
            viewer,
            rows: Some(rows_of(collected)),
        })
    }

    pub(crate) fn total(&self) -> Total {
        self.total
    }

    /// The facets; none when they were not selected.
    pub(crate) fn facets(&self) -> Option<Facets> {
        self.rows.clone().map(|rows| Facets::new(&self.viewer, rows))
    }

    /// The groups; none when they were not selected.
    pub(crate) fn group_by(&self, connection: &str, keys: &[Member<GroupKey>]) -> Option<Result<Vec<Group>, Error>> {
        Some(group_by(&self.viewer, self.rows.as_ref()?, connection, keys))
    }
}

/// The groups of these rows. `connection` is the type whose field asks for them.
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
            return Err(refuse(format!("{key} stands twice; name two different keys, or one")));
        }
        [] => {
            return Err(refuse(
                "keys is empty; name one key, or two to group within groups".to_owned(),
            ));
        }
        _ => {
            let given = keys.len();
            return Err(refuse(format!(
                "{given} keys are too many; group by at most {KEYS_MAX}"
            )));
        }
    };
    let (snapshot, seen, budget) = (viewer.snapshot(), (viewer.mask(), viewer.day()), viewer.budget());
    let groups = rows.groups(snapshot, seen, (key, within), GROUPS_MAX, budget)?;
    let groups = groups.ok_or_else(|| {
        let message =
            format!("These keys make more than {GROUPS_MAX} groups; filter more narrowly, or leave one key out");
        Error::limit_exceeded(message).argument(format!("{connection}.groupBy(keys:)"))
    })?;
    let group = |key: GroupKey, counted: FacetCount<'_>, groups| Group {
        key: Member(key),
        value: counted.value.map(Cow::into_owned),
        count: whole(counted.count),
        groups,
    };
    let groups = groups.into_iter().map(|outer| {
        let inner = outer.groups.into_iter();
        let inner = inner.filter_map(|counted| Some(group(within?, counted, Vec::new())));
        group(key, outer.counted, inner.collect())
    });
    Ok(groups.collect())
}

/// A count as GraphQL writes it. There are never more rows than an `Int` can tell.
fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
