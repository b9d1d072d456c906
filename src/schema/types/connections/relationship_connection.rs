//! Pages of relationships: at the root, below an entity, and as the neighbors they lead to.

use async_graphql::{Context, Object, SimpleObject};

use super::facets::{Facets, Group, Whole};
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
        inputs::filters::{RelationshipFilter, RelationshipOrder, Standpoint, relationship_filter, relationship_order},
        types::{claims::relationship::Relationship, entities::entity::Entity},
        values::{
            enums::Member,
            page::{Listing, PageArgs, PageInfo, Total},
        },
    },
};

/// One relationship of a page.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RelationshipEdge {
    /// Where it stands in the listing: for `after` and `before`.
    cursor: String,
    /// The relationship.
    node: Relationship,
    /// The entity at its other end; null when that is not disclosed, or at the root, where there is no other end.
    neighbor: Option<Entity>,
}

/// A page of relationships.
#[derive(Debug, Clone)]
pub(crate) struct RelationshipConnection {
    edges: Vec<RelationshipEdge>,
    page_info: PageInfo,
    whole: Whole,
}

/// A page of relationships.
#[Object]
impl RelationshipConnection {
    /// The relationships with their cursors.
    async fn edges(&self) -> &[RelationshipEdge] {
        &self.edges
    }

    /// The relationships alone.
    async fn nodes(&self) -> Vec<&Relationship> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many relationships there are on all pages. Counted only when selected.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        self.whole.total().counted()
    }

    /// How often each kind, country of an end, status and year of beginning stands on all pages.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn facets(&self) -> Option<Facets> {
        self.whole.facets()
    }

    /// The relationships on all pages, grouped: largest group first, then by value. With two keys, each group is grouped by
    /// the second. At most 10000 groups, inner ones included.
    #[graphql(directive = cost::apply("20".to_owned()), directive = list_size::apply(Some(50), None, None, None))]
    async fn group_by(
        &self,
        #[graphql(desc = "What to group by: one key, or two different ones.")] keys: Vec<Member<GroupKey>>,
    ) -> Option<Result<Vec<Group>, Error>> {
        self.whole.group_by("RelationshipConnection", &keys)
    }
}

/// A neighbor and the relationship that leads to it. A neighbor stands once for each relationship.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct NeighborEdge {
    /// Where it stands in the listing: for `after` and `before`.
    cursor: String,
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

    /// The neighbors alone. A neighbor repeats when several relationships lead to it.
    async fn nodes(&self) -> Vec<&Entity> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many relationships to known neighbors there are on all pages. Counted only when selected.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        self.total.counted()
    }

    /// The relationships that fit but whose other end is not disclosed, ordered by id, at most 1000. Not on any page, not
    /// counted in `totalCount`.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    async fn undisclosed(&self) -> &[Relationship] {
        &self.undisclosed
    }
}

/// What a listing of relationships is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct RelationshipArgs {
    pub(crate) filter: Option<RelationshipFilter>,
    pub(crate) order_by: Option<Vec<RelationshipOrder>>,
    pub(crate) page: PageArgs,
}

/// How many undisclosed relationships are shown beside a page.
const UNDISCLOSED_MAX: usize = 1000;

/// The relationships seen from one entity through one pattern.
#[derive(Debug, Clone)]
pub(crate) struct Outlook<'a> {
    pub(crate) viewer: &'a Viewer,
    pub(crate) entity: EntityIx,
    pub(crate) parent: &'a str,
    pub(crate) pattern: Pattern,
}

/// A listing whose arguments have been checked.
struct Ready {
    listing: Listing,
    viewer: Viewer,
    window: Window,
    order: Vec<(RelationshipOrderField, OrderDirection)>,
    filter: graph::RelationshipFilter,
}

impl Ready {
    fn new(
        ctx: &Context<'_>,
        viewer: &Viewer,
        (parent, owner): (&str, &str),
        standpoint: Standpoint,
        args: RelationshipArgs,
    ) -> Result<Self, Error> {
        let place = |argument: &str| format!("{parent}.{}({argument}:)", ctx.field().name());
        let order = relationship_order(args.order_by, standpoint, &place("orderBy"))?;
        let listing = Listing::new::<IncidentRelationship>(ctx, viewer, parent, owner, &order)?;
        let (window, viewer) = listing.window(viewer, &args.page)?;
        let filter = relationship_filter(args.filter, standpoint, &viewer, &place("filter"))?;
        Ok(Self {
            listing,
            viewer,
            window,
            order,
            filter,
        })
    }

    /// Those of `rows` that fit, if they are asked for.
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
        let fits = |seen: IncidentRelationship| self.filter.matches(&scan, seen.relationship, Some(seen_from));
        let first = Window {
            after: None,
            before: None,
            take: Take::First(UNDISCLOSED_MAX),
        };
        let shown = page(viewer.snapshot(), rows(), fits, &[], &first, viewer.budget())?.rows;
        let relationship = |(seen, _): &(IncidentRelationship, _)| Relationship::new(viewer.clone(), seen.relationship);
        Ok(shown.iter().map(relationship).collect())
    }

    /// The connection of `page`, of whose rows `read` tells the neighbor and the relationship.
    fn neighbors<R: Copy>(
        &self,
        page: &Page<R>,
        read: impl Fn(R) -> Option<(EntityIx, RelationshipIx)>,
        total: Total,
        undisclosed: Vec<Relationship>,
    ) -> NeighborConnection {
        let viewer = &self.viewer;
        let positions = page.rows.iter().map(|(_, position)| position.clone());
        let cursors: Vec<String> = positions
            .map(|position| self.listing.cursor(viewer, position))
            .collect();
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

impl Outlook<'_> {
    /// What is seen over known ends.
    fn disclosed<'v>(&self, viewer: &'v Viewer) -> impl Iterator<Item = IncidentRelationship> + 'v {
        let hops = viewer.snapshot().hops(self.entity, self.pattern, viewer.mask());
        hops.map(|hop| IncidentRelationship {
            relationship: hop.relationship,
            neighbor: Some(hop.neighbor),
        })
    }

    /// Whether one of its relationships is seen.
    fn sees(&self, viewer: &Viewer, seen: IncidentRelationship) -> bool {
        let snapshot = viewer.snapshot();
        let fits = match seen.neighbor {
            Some(neighbor) => self
                .pattern
                .fits_disclosed(snapshot, self.entity, (seen.relationship, neighbor)),
            None => self.pattern.fits_undisclosed(snapshot, self.entity, seen.relationship),
        };
        fits && snapshot.is_visible(seen.relationship, &viewer.mask())
    }

    /// What is seen where the other end is not disclosed.
    fn undisclosed<'v>(&self, viewer: &'v Viewer) -> impl Iterator<Item = IncidentRelationship> + 'v {
        let (entity, pattern) = (self.entity, self.pattern);
        let snapshot = viewer.snapshot();
        let rows = snapshot.undisclosed(entity, viewer.mask());
        let fit = rows.filter(move |relationship| pattern.fits_undisclosed(snapshot, entity, *relationship));
        fit.map(|relationship| IncidentRelationship {
            relationship,
            neighbor: None,
        })
    }

    /// A page of the neighbors.
    pub(crate) fn neighbors(&self, ctx: &Context<'_>, args: RelationshipArgs) -> Result<NeighborConnection, Error> {
        let ready = self.prepare(ctx, args)?;
        let viewer = &ready.viewer;
        let scan = viewer.scan();
        let fits = |seen: IncidentRelationship| ready.filter.matches(&scan, seen.relationship, Some(self.entity));
        let seen = || self.disclosed(viewer);
        let snapshot = viewer.snapshot();
        let page = page_of_many(
            snapshot,
            (ListingScope::RelationshipsOf(self.entity), seen, || {
                snapshot.around(self.entity)
            }),
            |seen| Ok(seen.neighbor.is_some() && self.sees(viewer, seen) && fits(seen)?),
            &ready.order,
            &ready.window,
            viewer.budget(),
        )?;
        let total = Total::count(ctx, viewer, seen, fits)?;
        let undisclosed = ready.undisclosed(ctx, || self.undisclosed(viewer), self.entity)?;
        let row = |seen: IncidentRelationship| Some((seen.neighbor?, seen.relationship));
        Ok(ready.neighbors(&page, row, total, undisclosed))
    }

    /// A page of who controls it or is controlled, as `compute` finds them for what the first page saw.
    pub(crate) fn control(
        &self,
        ctx: &Context<'_>,
        args: RelationshipArgs,
        compute: impl Fn(&Viewer) -> Result<Control, Exhausted>,
    ) -> Result<NeighborConnection, Error> {
        let ready = self.prepare(ctx, args)?;
        let viewer = &ready.viewer;
        let scan = viewer.scan();
        let control = compute(viewer)?;
        let rows = || control.counterparts.iter().copied();
        let fits = |row: Counterpart| {
            let ends = (row.seen_from, row.entity);
            ready.filter.matches_towards(&scan, row.claim, ends)
        };
        let page = page(
            viewer.snapshot(),
            rows(),
            fits,
            &ready.order,
            &ready.window,
            viewer.budget(),
        )?;
        let total = Total::count(ctx, viewer, rows, fits)?;
        let undisclosed = || {
            control.undisclosed.iter().map(|relationship| IncidentRelationship {
                relationship: *relationship,
                neighbor: None,
            })
        };
        let undisclosed = ready.undisclosed(ctx, undisclosed, self.entity)?;
        Ok(ready.neighbors(&page, |row| Some((row.entity, row.claim)), total, undisclosed))
    }

    /// A page of the relationships, those with an undisclosed end among them.
    pub(crate) fn relationships(
        &self,
        ctx: &Context<'_>,
        args: RelationshipArgs,
    ) -> Result<RelationshipConnection, Error> {
        let ready = self.prepare(ctx, args)?;
        let viewer = &ready.viewer;
        let scan = viewer.scan();
        let fits = |seen: IncidentRelationship| ready.filter.matches(&scan, seen.relationship, Some(self.entity));
        let seen = || self.disclosed(viewer).chain(self.undisclosed(viewer));
        let snapshot = viewer.snapshot();
        let page = page_of_many(
            snapshot,
            (ListingScope::RelationshipsOf(self.entity), seen, || {
                snapshot.around(self.entity)
            }),
            |seen| Ok(self.sees(viewer, seen) && fits(seen)?),
            &ready.order,
            &ready.window,
            viewer.budget(),
        )?;
        let whole = Whole::relationships(ctx, viewer, seen, fits, |seen| seen.relationship)?;
        Ok(connection(&ready.listing, viewer, &page, whole))
    }

    fn prepare(&self, ctx: &Context<'_>, args: RelationshipArgs) -> Result<Ready, Error> {
        let owner = self.viewer.snapshot().entity(self.entity).id();
        Ready::new(ctx, self.viewer, (self.parent, owner), Standpoint::Entity, args)
    }
}

/// A page of all relationships, at the root.
pub(crate) fn all_relationships(
    ctx: &Context<'_>,
    viewer: &Viewer,
    args: RelationshipArgs,
) -> Result<RelationshipConnection, Error> {
    let ready = Ready::new(ctx, viewer, ("Query", ""), Standpoint::Nowhere, args)?;
    let viewer = &ready.viewer;
    let (snapshot, budget, scan) = (viewer.snapshot(), viewer.budget(), viewer.scan());
    let named = ready.filter.candidates(&scan)?;
    let rows = |between: IdRange<'_>| -> Box<dyn DoubleEndedIterator<Item = RelationshipIx>> {
        match &named {
            Some(named) => Box::new(snapshot.rows_between(named, between).iter().copied()),
            None => Box::new(snapshot.relationships_between(viewer.mask(), between)),
        }
    };
    let from_nowhere = |relationship| IncidentRelationship {
        relationship,
        neighbor: None,
    };
    let seen = || rows(IdRange::default()).map(from_nowhere);
    let fits = |seen: IncidentRelationship| ready.filter.matches(&scan, seen.relationship, None);
    let (order, window) = (&ready.order, &ready.window);
    let page = if order.is_empty() {
        let rows = rows(window.between()).map(from_nowhere);
        page_of_sorted(snapshot, rows, fits, order, window, budget)?
    } else if named.is_some() {
        page(snapshot, seen(), fits, order, window, budget)?
    } else {
        let all = || snapshot.all_relationships().map(from_nowhere);
        let visible =
            |seen: IncidentRelationship| Ok(snapshot.is_visible(seen.relationship, &viewer.mask()) && fits(seen)?);
        page_of_many(
            snapshot,
            (ListingScope::Relationships, seen, all),
            visible,
            order,
            window,
            budget,
        )?
    };
    let whole = Whole::relationships(ctx, viewer, seen, fits, |seen| seen.relationship)?;
    Ok(connection(&ready.listing, viewer, &page, whole))
}

fn connection(
    listing: &Listing,
    viewer: &Viewer,
    page: &Page<IncidentRelationship>,
    whole: Whole,
) -> RelationshipConnection {
    let cursors: Vec<String> = page
        .rows
        .iter()
        .map(|(_, position)| listing.cursor(viewer, position.clone()))
        .collect();
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
        whole,
    }
}
