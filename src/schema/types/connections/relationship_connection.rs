//! Pages of relationships: all of them, those of an entity, and those of an entity as pages of its neighbors.

use async_graphql::{Context, Object, SimpleObject};

use super::facets::{Facets, Group, ListingSummary};
use crate::{
    engine::{
        cost::directives::{cost, list_size},
        error::Error,
    },
    graph::{
        self, EntityIx, Exhausted, GroupKey, IdRange, IncidentRelationship, ListingScope, OrderDirection, Page,
        Pattern, RelationshipIx, RelationshipOrderField, Take, Window,
        algo::{Control, Counterpart},
        page, page_of_many, page_of_sorted,
    },
    schema::{
        context::viewer::Viewer,
        inputs::filters::{
            Perspective, RelationshipFilter, RelationshipOrder, relationship_filter, relationship_order,
        },
        types::{claims::relationship::Relationship, entities::entity::Entity},
        values::{
            enums::Member,
            page::{ElementCursor, Listing, PageArgs, PageInfo, Total},
        },
    },
};

/// One relationship of a page.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RelationshipEdge {
    /// The cursor of this element, for `after` and `before`.
    cursor: ElementCursor,
    /// The relationship.
    node: Relationship,
    /// For a relationship of an entity, the entity at its other end; null when that end is not disclosed. Always null in
    /// `Query.relationships`.
    neighbor: Option<Entity>,
}

/// A page of relationships.
#[derive(Debug, Clone)]
pub(crate) struct RelationshipConnection {
    edges: Vec<RelationshipEdge>,
    page_info: PageInfo,
    summary: ListingSummary,
}

/// A page of relationships.
#[Object]
impl RelationshipConnection {
    /// The relationships with their cursors.
    async fn edges(&self) -> &[RelationshipEdge] {
        &self.edges
    }

    /// The relationships without their cursors.
    async fn nodes(&self) -> Vec<&Relationship> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there are more pages, and the cursors of this one.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// The number of relationships on all pages. Counted only when selected.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        self.summary.total().value()
    }

    /// The number of relationships on all pages by kind, country of an end, status and year of beginning.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn facets(&self) -> Option<Facets> {
        self.summary.facets()
    }

    /// The relationships on all pages, grouped: the largest group first, then by value. With two keys, each group is subdivided by
    /// the second. At most 10000 groups, including inner ones.
    #[graphql(directive = cost::apply("20".to_owned()), directive = list_size::apply(Some(50), None, None, None))]
    async fn group_by(
        &self,
        #[graphql(desc = "What to group by: one key, or two different keys.")] keys: Vec<Member<GroupKey>>,
    ) -> Option<Result<Vec<Group>, Error>> {
        self.summary.group_by("RelationshipConnection", &keys)
    }
}

/// A neighbor and the relationship that leads to it. A neighbor is listed once for each such relationship.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct NeighborEdge {
    /// The cursor of this element, for `after` and `before`.
    cursor: ElementCursor,
    /// The neighbor.
    node: Entity,
    /// The relationship that leads to it.
    relationship: Relationship,
}

/// A page of neighbors, one for each relationship, and the relationships whose other end is not disclosed.
#[derive(Debug, Clone)]
pub(crate) struct NeighborConnection {
    edges: Vec<NeighborEdge>,
    page_info: PageInfo,
    total: Total,
    undisclosed: Vec<Relationship>,
}

/// A page of neighbors, one for each relationship, and the relationships whose other end is not disclosed.
#[Object]
impl NeighborConnection {
    /// The neighbors with their relationships and cursors.
    async fn edges(&self) -> &[NeighborEdge] {
        &self.edges
    }

    /// The neighbors without their relationships. A neighbor is repeated when several relationships lead to it.
    async fn nodes(&self) -> Vec<&Entity> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there are more pages, and the cursors of this one.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// The number of relationships to known neighbors on all pages. Counted only when selected.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        self.total.value()
    }

    /// The matching relationships whose other end is not disclosed, ordered by id, at most 1000. They are on no page and are not
    /// counted in `totalCount`.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    async fn undisclosed(&self) -> &[Relationship] {
        &self.undisclosed
    }
}

/// The arguments of a listing of relationships.
#[derive(Debug, Clone, Default)]
pub(crate) struct RelationshipArgs {
    pub(crate) filter: Option<RelationshipFilter>,
    pub(crate) order_by: Option<Vec<RelationshipOrder>>,
    pub(crate) page: PageArgs,
}

/// The maximum number of undisclosed relationships to return with a page.
const UNDISCLOSED_MAX: usize = 1000;

/// A listing of the relationships of one entity that match a pattern.
#[derive(Debug, Clone)]
pub(crate) struct EntityListing<'a> {
    pub(crate) viewer: &'a Viewer,
    pub(crate) entity: EntityIx,
    pub(crate) parent: &'a str,
    pub(crate) pattern: Pattern,
}

/// A listing with checked arguments.
struct PreparedListing {
    listing: Listing,
    viewer: Viewer,
    window: Window,
    order: Vec<(RelationshipOrderField, OrderDirection)>,
    filter: graph::RelationshipFilter,
}

impl PreparedListing {
    fn new(
        ctx: &Context<'_>,
        viewer: &Viewer,
        (parent, owner): (&str, &str),
        perspective: Perspective,
        args: RelationshipArgs,
    ) -> Result<Self, Error> {
        let coordinate = |argument: &str| format!("{parent}.{}({argument}:)", ctx.field().name());
        let order = relationship_order(args.order_by, perspective, &coordinate("orderBy"))?;
        let listing = Listing::new::<IncidentRelationship>(ctx, viewer, parent, owner, &order)?;
        let (window, viewer) = listing.window(viewer, &args.page)?;
        let filter = relationship_filter(args.filter, perspective, &viewer, &coordinate("filter"))?;
        Ok(Self {
            listing,
            viewer,
            window,
            order,
            filter,
        })
    }

    /// The matching `rows`, if `undisclosed` is selected.
    fn undisclosed<I: Iterator<Item = IncidentRelationship>>(
        &self,
        ctx: &Context<'_>,
        rows: impl FnOnce() -> I,
        seen_from: EntityIx,
    ) -> Result<Vec<Relationship>, Error> {
        if !ctx.look_ahead().field("undisclosed").exists() {
            return Ok(Vec::new());
        }
        let (viewer, scan) = (&self.viewer, self.viewer.scan());
        let matches = |seen: IncidentRelationship| self.filter.matches(&scan, seen.relationship, Some(seen_from));
        let first = Window {
            after: None,
            before: None,
            take: Take::First(UNDISCLOSED_MAX),
        };
        let rows = page(viewer.snapshot(), rows(), matches, &[], &first, viewer.budget())?.rows;
        let relationship = |(seen, _): &(IncidentRelationship, _)| Relationship::new(viewer.clone(), seen.relationship);
        Ok(rows.iter().map(relationship).collect())
    }

    /// The connection of `page`; `read` returns the neighbor and the relationship of a row.
    fn neighbors<R: Copy>(
        &self,
        page: &Page<R>,
        read: impl Fn(R) -> Option<(EntityIx, RelationshipIx)>,
        total: Total,
        undisclosed: Vec<Relationship>,
    ) -> NeighborConnection {
        let viewer = &self.viewer;
        let cursors = self.listing.cursors(viewer, page);
        let page_info = PageInfo::of(page, &cursors);
        let edges = page.rows.iter().zip(cursors).filter_map(|((row, _), cursor)| {
            let (neighbor, relationship) = read(*row)?;
            Some(NeighborEdge {
                cursor,
                node: Entity::new(viewer.clone(), neighbor),
                relationship: Relationship::new(viewer.clone(), relationship),
            })
        });
        NeighborConnection {
            edges: edges.collect(),
            page_info,
            total,
            undisclosed,
        }
    }
}

impl EntityListing<'_> {
    /// The visible relationships with a disclosed other end.
    fn disclosed<'v>(&self, viewer: &'v Viewer) -> impl Iterator<Item = IncidentRelationship> + 'v {
        let hops = viewer.snapshot().hops(self.entity, self.pattern, viewer.mask());
        hops.map(|hop| IncidentRelationship {
            relationship: hop.relationship,
            neighbor: Some(hop.neighbor),
        })
    }

    /// Whether one of its relationships matches the pattern and is visible.
    fn sees(&self, viewer: &Viewer, seen: IncidentRelationship) -> bool {
        let snapshot = viewer.snapshot();
        let matches = match seen.neighbor {
            Some(neighbor) => self
                .pattern
                .fits_disclosed(snapshot, self.entity, (seen.relationship, neighbor)),
            None => self.pattern.fits_undisclosed(snapshot, self.entity, seen.relationship),
        };
        matches && snapshot.is_visible(seen.relationship, &viewer.mask())
    }

    /// The visible relationships whose other end is not disclosed.
    fn undisclosed<'v>(&self, viewer: &'v Viewer) -> impl Iterator<Item = IncidentRelationship> + 'v {
        let (entity, pattern) = (self.entity, self.pattern);
        let snapshot = viewer.snapshot();
        let rows = snapshot.undisclosed(entity, viewer.mask());
        let matches = rows.filter(move |relationship| pattern.fits_undisclosed(snapshot, entity, *relationship));
        matches.map(|relationship| IncidentRelationship {
            relationship,
            neighbor: None,
        })
    }

    /// A page of the neighbors.
    pub(crate) fn neighbors(&self, ctx: &Context<'_>, args: RelationshipArgs) -> Result<NeighborConnection, Error> {
        let prepared = self.prepare(ctx, args)?;
        let viewer = &prepared.viewer;
        let scan = viewer.scan();
        let matches = |seen: IncidentRelationship| prepared.filter.matches(&scan, seen.relationship, Some(self.entity));
        let rows = || self.disclosed(viewer);
        let snapshot = viewer.snapshot();
        let page = page_of_many(
            snapshot,
            (ListingScope::RelationshipsOf(self.entity), rows, || {
                snapshot.around(self.entity)
            }),
            |seen| Ok(seen.neighbor.is_some() && self.sees(viewer, seen) && matches(seen)?),
            &prepared.order,
            &prepared.window,
            viewer.budget(),
        )?;
        let total = Total::count(ctx, viewer, rows, matches)?;
        let undisclosed = prepared.undisclosed(ctx, || self.undisclosed(viewer), self.entity)?;
        let row = |seen: IncidentRelationship| Some((seen.neighbor?, seen.relationship));
        Ok(prepared.neighbors(&page, row, total, undisclosed))
    }

    /// A page of the controllers or subsidiaries that `compute` returns for the viewer of the first page.
    pub(crate) fn control(
        &self,
        ctx: &Context<'_>,
        args: RelationshipArgs,
        compute: impl Fn(&Viewer) -> Result<Control, Exhausted>,
    ) -> Result<NeighborConnection, Error> {
        let prepared = self.prepare(ctx, args)?;
        let viewer = &prepared.viewer;
        let scan = viewer.scan();
        let control = compute(viewer)?;
        let rows = || control.counterparts.iter().copied();
        let matches = |row: Counterpart| {
            let ends = (row.seen_from, row.entity);
            prepared.filter.matches_towards(&scan, row.claim, ends)
        };
        let page = page(
            viewer.snapshot(),
            rows(),
            matches,
            &prepared.order,
            &prepared.window,
            viewer.budget(),
        )?;
        let total = Total::count(ctx, viewer, rows, matches)?;
        let undisclosed = || {
            control.undisclosed.iter().map(|relationship| IncidentRelationship {
                relationship: *relationship,
                neighbor: None,
            })
        };
        let undisclosed = prepared.undisclosed(ctx, undisclosed, self.entity)?;
        Ok(prepared.neighbors(&page, |row| Some((row.entity, row.claim)), total, undisclosed))
    }

    /// A page of the relationships, including those with an undisclosed end.
    pub(crate) fn relationships(
        &self,
        ctx: &Context<'_>,
        args: RelationshipArgs,
    ) -> Result<RelationshipConnection, Error> {
        let prepared = self.prepare(ctx, args)?;
        let viewer = &prepared.viewer;
        let scan = viewer.scan();
        let matches = |seen: IncidentRelationship| prepared.filter.matches(&scan, seen.relationship, Some(self.entity));
        let rows = || self.disclosed(viewer).chain(self.undisclosed(viewer));
        let snapshot = viewer.snapshot();
        let page = page_of_many(
            snapshot,
            (ListingScope::RelationshipsOf(self.entity), rows, || {
                snapshot.around(self.entity)
            }),
            |seen| Ok(self.sees(viewer, seen) && matches(seen)?),
            &prepared.order,
            &prepared.window,
            viewer.budget(),
        )?;
        let summary = ListingSummary::relationships(ctx, viewer, rows, matches, |seen| seen.relationship)?;
        Ok(connection(&prepared.listing, viewer, &page, summary))
    }

    fn prepare(&self, ctx: &Context<'_>, args: RelationshipArgs) -> Result<PreparedListing, Error> {
        let owner = self.viewer.snapshot().entity(self.entity).id();
        PreparedListing::new(ctx, self.viewer, (self.parent, owner), Perspective::Entity, args)
    }
}

/// A page of all relationships, for the root field.
pub(crate) fn all_relationships(
    ctx: &Context<'_>,
    viewer: &Viewer,
    args: RelationshipArgs,
) -> Result<RelationshipConnection, Error> {
    let prepared = PreparedListing::new(ctx, viewer, ("Query", ""), Perspective::Root, args)?;
    let viewer = &prepared.viewer;
    let (snapshot, budget, scan) = (viewer.snapshot(), viewer.budget(), viewer.scan());
    let candidates = prepared.filter.candidates(&scan)?;
    let rows_between = |between: IdRange<'_>| -> Box<dyn DoubleEndedIterator<Item = RelationshipIx>> {
        match &candidates {
            Some(candidates) => Box::new(snapshot.rows_between(candidates, between).iter().copied()),
            None => Box::new(snapshot.relationships_between(viewer.mask(), between)),
        }
    };
    let without_neighbor = |relationship| IncidentRelationship {
        relationship,
        neighbor: None,
    };
    let rows = || rows_between(IdRange::default()).map(without_neighbor);
    let matches = |seen: IncidentRelationship| prepared.filter.matches(&scan, seen.relationship, None);
    let (order, window) = (&prepared.order, &prepared.window);
    let page = if order.is_empty() {
        let rows = rows_between(window.between()).map(without_neighbor);
        page_of_sorted(snapshot, rows, matches, order, window, budget)?
    } else if candidates.is_some() {
        page(snapshot, rows(), matches, order, window, budget)?
    } else {
        let all = || snapshot.all_relationships().map(without_neighbor);
        let visible =
            |seen: IncidentRelationship| Ok(snapshot.is_visible(seen.relationship, &viewer.mask()) && matches(seen)?);
        page_of_many(
            snapshot,
            (ListingScope::Relationships, rows, all),
            visible,
            order,
            window,
            budget,
        )?
    };
    let summary = ListingSummary::relationships(ctx, viewer, rows, matches, |seen| seen.relationship)?;
    Ok(connection(&prepared.listing, viewer, &page, summary))
}

fn connection(
    listing: &Listing,
    viewer: &Viewer,
    page: &Page<IncidentRelationship>,
    summary: ListingSummary,
) -> RelationshipConnection {
    let cursors = listing.cursors(viewer, page);
    let page_info = PageInfo::of(page, &cursors);
    let edges = page
        .rows
        .iter()
        .zip(cursors)
        .map(|((seen, _), cursor)| RelationshipEdge {
            cursor,
            node: Relationship::new(viewer.clone(), seen.relationship),
            neighbor: seen.neighbor.map(|neighbor| Entity::new(viewer.clone(), neighbor)),
        });
    RelationshipConnection {
        edges: edges.collect(),
        page_info,
        summary,
    }
}
