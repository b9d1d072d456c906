//! The root fields that walk the graph: paths, neighborhoods, common connections.

use std::borrow::Cow;

use async_graphql::{Context, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    graph::{
        EntityIx, Key, OrderDirection, Ordered, Snapshot, Walker,
        algo::{self, Bounds, PathQuestion},
        page,
    },
    schema::{
        context::{view::ViewInput, viewer::Viewer},
        inputs::{bounds::within, traversal::TraversalFilter},
        types::{
            claims::{derivation::Derivation, relationship::Relationship},
            computed::{
                common_connection::CommonNeighbor,
                path::PathResult,
                subgraph::{Subgraph, SubgraphEntity},
            },
            entities::entity::Entity,
        },
        values::{
            node_key::NodeKey,
            page::{Connection, Listing, PageArgs, Total},
        },
    },
};

/// How many paths are searched unless asked otherwise.
const PATHS: i32 = 3;
/// How many relationships these may have.
const LENGTH: i32 = 6;
/// How many steps a walk goes unless asked otherwise.
const DEPTH: i32 = 1;
/// How many entities a neighborhood holds unless asked otherwise.
const ENTITIES: i32 = 500;
/// How many steps a neighborhood or a common connection may reach.
const DEPTH_MAX: i32 = 10;
/// How many relationships a path may have.
const LENGTH_MAX: i32 = 30;
/// How many paths may be asked for.
const PATHS_MAX: i32 = 100;
/// How many entities a neighborhood may hold.
const ENTITIES_MAX: i32 = 10_000;
/// How many relationships a neighborhood shows.
const RELATIONSHIPS_MAX: usize = 10_000;
/// From how many entities a walk may start.
const STARTS_MAX: usize = 100;

/// The entities that a walk starts from, each once, in the order given.
fn starts(viewer: &Viewer, of: &[NodeKey], min: usize, place: &str) -> Result<Vec<EntityIx>, Error> {
    if of.len() > STARTS_MAX {
        let message = format!("{} ids are too many; ask for at most {STARTS_MAX} at a time", of.len());
        return Err(Error::bad_user_input(place, message));
    }
    let mut starts = Vec::new();
    for id in of {
        let start = viewer.entity_named(id, place)?;
        if !starts.contains(&start) {
            starts.push(start);
        }
    }
    if starts.len() < min {
        let message = format!("{} different ids are too few; name at least {min}", starts.len());
        return Err(Error::bad_user_input(place, message));
    }
    Ok(starts)
}

#[derive(Debug, Default)]
pub(crate) struct WalkQuery;

#[Object]
impl WalkQuery {
    /// How two entities are connected: the shortest simple paths between them, shorter first, then undisputed before
    /// disputed, then by ids. The same question has the same answer.
    #[graphql(directive = cost::apply("100".to_owned()), directive = list_size::apply(None, names(&["first"]), names(&["paths"]), Some(false)))]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn paths(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the entity where paths start.")] from: NodeKey,
        #[graphql(desc = "The id of the entity where they end.")] to: NodeKey,
        #[graphql(desc = "What to follow and what to pass through.")] filter: Option<TraversalFilter>,
        #[graphql(desc = "How many paths: 1 to 100.", default_with = "Some(PATHS)")] first: Option<i32>,
        #[graphql(
            desc = "How many relationships a path may have: 1 to 30.",
            default_with = "Some(LENGTH)"
        )]
        length_max: Option<i32>,
        #[graphql(
            desc = "What to see the graph through; everything below inherits it. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<PathResult, Error>> {
        let ask = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let (start, end) = (
                viewer.entity_named(&from, "Query.paths(from:)")?,
                viewer.entity_named(&to, "Query.paths(to:)")?,
            );
            if start == end {
                let message = "from and to are the same entity; a path leads from one to another";
                return Err(Error::bad_user_input("Query.paths(to:)", message));
            }
            let question = PathQuestion {
                from: start,
                to: end,
                count: within(first.unwrap_or(PATHS), 1, PATHS_MAX, "Query.paths(first:)")?,
                length_max: within(length_max.unwrap_or(LENGTH), 1, LENGTH_MAX, "Query.paths(lengthMax:)")?,
            };
            let filter = filter.unwrap_or_default();
            let (traversal, mask) = filter.compile(&viewer, &[start, end], "Query.paths(filter:)")?;
            let walker = Walker::new(viewer.snapshot(), mask, viewer.budget());
            let found = algo::paths(&walker, &traversal, &question)?;
            Ok(PathResult::new(&viewer, &found))
        };
        Some(ask())
    }

    /// What surrounds some entities: everything within so many steps, ready to draw.
    #[graphql(
        directive = cost::apply("100".to_owned()),
        directive = list_size::apply(None, names(&["of", "entitiesMax"]), names(&["entities", "relationships"]), Some(false))
    )]
    async fn neighborhood(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids of the entities to start from, 1 to 100.")] of: Vec<NodeKey>,
        #[graphql(desc = "How many steps: 0 to 10.", default_with = "Some(DEPTH)")] depth: Option<i32>,
        #[graphql(desc = "What to follow and what to pass through.")] filter: Option<TraversalFilter>,
        #[graphql(
            desc = "How many entities: 1 to 10000. Beyond it the nearest stay, of equally near ones those with the smallest ids.",
            default_with = "Some(ENTITIES)"
        )]
        entities_max: Option<i32>,
        #[graphql(
            desc = "What to see the graph through; everything below inherits it. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Subgraph, Error>> {
        let ask = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let starts = starts(&viewer, &of, 1, "Query.neighborhood(of:)")?;
            let bounds = Bounds {
                depth_max: within(depth.unwrap_or(DEPTH), 0, DEPTH_MAX, "Query.neighborhood(depth:)")?,
                entities_max: within(
                    entities_max.unwrap_or(ENTITIES),
                    1,
                    ENTITIES_MAX,
                    "Query.neighborhood(entitiesMax:)",
                )?,
                relationships_max: RELATIONSHIPS_MAX,
            };
            let filter = filter.unwrap_or_default();
            let (traversal, mask) = filter.compile(&viewer, &starts, "Query.neighborhood(filter:)")?;
            let walker = Walker::new(viewer.snapshot(), mask, viewer.budget());
            let found = algo::neighborhood(&walker, &traversal, &starts, bounds)?;
            let entity = |(ix, distance): (EntityIx, usize)| SubgraphEntity {
                entity: Entity::new(viewer.clone(), ix),
                distance: i32::try_from(distance).unwrap_or(i32::MAX),
            };
            let relationship = |ix| Relationship::new(viewer.clone(), ix);
            let rule = "Everything within so many steps over relationships that the view sees and the walk follows.";
            Ok(Subgraph {
                entities: found.entities.into_iter().map(entity).collect(),
                derived_from: Derivation::new(&viewer, rule, found.relationships.clone()),
                relationships: found.relationships.into_iter().map(relationship).collect(),
                truncated: found.truncated,
            })
        };
        Some(ask())
    }

    /// What several entities have in common: whom each of them reaches within so many steps, without passing through one of
    /// the others. Nearest first (all steps together), then by id.
    #[graphql(
        directive = cost::apply("100".to_owned()),
        directive = list_size::apply(Some(20), names(&["first", "last", "of"]), names(&["edges", "nodes"]), Some(false))
    )]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn common_connections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids of the entities, 2 to 100 different ones.")] of: Vec<NodeKey>,
        #[graphql(desc = "How many steps from each: 1 to 10.", default_with = "Some(DEPTH)")] depth: Option<i32>,
        #[graphql(desc = "What to follow and what to pass through.")] filter: Option<TraversalFilter>,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
        #[graphql(
            desc = "What to see the graph through; everything below inherits it. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Connection<CommonNeighbor>, Error>> {
        let args = PageArgs::new(first, after, last, before);
        let ask = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            const ORDER: &[((), OrderDirection)] = &[((), OrderDirection::Ascending)];
            let listing = Listing::new::<Common>(ctx, &viewer, "Query", "", ORDER)?;
            let (window, viewer) = listing.window(&viewer, &args)?;
            let starts = starts(&viewer, &of, 2, "Query.commonConnections(of:)")?;
            let depth = within(depth.unwrap_or(DEPTH), 1, DEPTH_MAX, "Query.commonConnections(depth:)")?;
            let filter = filter.unwrap_or_default();
            let (traversal, mask) = filter.compile(&viewer, &starts, "Query.commonConnections(filter:)")?;
            let walker = Walker::new(viewer.snapshot(), mask, viewer.budget());
            let found = algo::common_connections(&walker, &traversal, &starts, depth)?;
            let rows = || found.connections().iter().copied().map(Common);
            let page = page(viewer.snapshot(), rows(), |_| Ok(true), ORDER, &window, viewer.budget())?;
            let total = Total::count(ctx, &viewer, rows, |_| Ok(true))?;
            Ok(Connection::new(&listing, &viewer, &page, total, |row| {
                CommonNeighbor::new(&viewer, row.0, found.paths_to(row.0.entity))
            }))
        };
        Some(ask())
    }
}

/// A common connection as a row: ordered by distance, then id.
#[derive(Debug, Clone, Copy)]
struct Common(algo::CommonConnection<EntityIx>);

impl Ordered for Common {
    type Field = ();

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.0.entity).id().into()
    }

    fn key(self, _snapshot: &Snapshot, (): ()) -> Key {
        Key::Number(f64::from(u32::try_from(self.0.distance).unwrap_or(u32::MAX)))
    }
}
