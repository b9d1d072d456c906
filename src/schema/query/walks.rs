//! The root fields that traverse the graph: paths, neighborhoods, common connections.

use std::borrow::Cow;

use async_graphql::{Context, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    graph::{
        EntityIx, OrderDirection, Ordered, Snapshot, SortKey, Walker,
        algo::{self, NeighborhoodBounds, PathQuestion},
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

/// The default number of paths.
const PATHS: i32 = 3;
/// The default maximum length of a path, in relationships.
const LENGTH: i32 = 6;
/// The default depth of a neighborhood or a common connection, in steps.
const DEPTH: i32 = 1;
/// The default size of a neighborhood, in entities.
const ENTITIES: i32 = 500;
/// The maximum depth of a neighborhood or a common connection, in steps.
const DEPTH_MAX: i32 = 10;
/// The maximum length of a path, in relationships.
const LENGTH_MAX: i32 = 30;
/// The maximum number of paths.
const PATHS_MAX: i32 = 100;
/// The maximum size of a neighborhood, in entities.
const ENTITIES_MAX: i32 = 10_000;
/// The maximum number of relationships in a neighborhood.
const RELATIONSHIPS_MAX: usize = 10_000;
/// The maximum number of entities that a traversal may start at.
const STARTS_MAX: usize = 100;

/// The entities that a traversal starts at, each once, in the order of `of`.
fn starts(viewer: &Viewer, of: &[NodeKey], min: usize, coordinate: &str) -> Result<Vec<EntityIx>, Error> {
    if of.len() > STARTS_MAX {
        let message = format!(
            "{} ids are too many; at most {STARTS_MAX} are allowed at a time",
            of.len()
        );
        return Err(Error::bad_user_input(coordinate, message));
    }
    let mut starts = Vec::new();
    for id in of {
        let start = viewer.entity_named(id, coordinate)?;
        if !starts.contains(&start) {
            starts.push(start);
        }
    }
    if starts.len() < min {
        let message = format!(
            "{} different ids are too few; at least {min} are required",
            starts.len()
        );
        return Err(Error::bad_user_input(coordinate, message));
    }
    Ok(starts)
}

#[derive(Debug, Default)]
pub(crate) struct WalkQuery;

#[Object]
impl WalkQuery {
    /// The shortest simple paths between two entities: shorter paths first, then undisputed before disputed ones, then by ids. The
    /// result is deterministic.
    #[graphql(directive = cost::apply("100".to_owned()), directive = list_size::apply(None, names(&["first"]), names(&["paths"]), Some(false)))]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn paths(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the entity at which paths start.")] from: NodeKey,
        #[graphql(desc = "The id of the entity at which paths end.")] to: NodeKey,
        #[graphql(desc = "Which relationships to follow and which entities to pass through.")] filter: Option<
            TraversalFilter,
        >,
        #[graphql(desc = "How many paths to return: 1 to 100.", default_with = "Some(PATHS)")] first: Option<i32>,
        #[graphql(
            desc = "The maximum number of relationships in a path: 1 to 30.",
            default_with = "Some(LENGTH)"
        )]
        length_max: Option<i32>,
        #[graphql(
            desc = "The view to read the graph through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<PathResult, Error>> {
        let resolve = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let (start, end) = (
                viewer.entity_named(&from, "Query.paths(from:)")?,
                viewer.entity_named(&to, "Query.paths(to:)")?,
            );
            if start == end {
                let message = "from and to are the same entity; a path connects two different entities";
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
            let paths = algo::paths(&walker, &traversal, &question)?;
            Ok(PathResult::new(&viewer, &paths))
        };
        Some(resolve())
    }

    /// The subgraph around one or more entities: everything within `depth` steps, ready to draw.
    #[graphql(
        directive = cost::apply("100".to_owned()),
        directive = list_size::apply(None, names(&["of", "entitiesMax"]), names(&["entities", "relationships"]), Some(false))
    )]
    async fn neighborhood(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids of the entities to start at, 1 to 100.")] of: Vec<NodeKey>,
        #[graphql(desc = "The maximum number of steps: 0 to 10.", default_with = "Some(DEPTH)")] depth: Option<i32>,
        #[graphql(desc = "Which relationships to follow and which entities to pass through.")] filter: Option<
            TraversalFilter,
        >,
        #[graphql(
            desc = "The maximum number of entities: 1 to 10000. If there are more, the nearest are returned, and among equally near ones those with the smallest ids.",
            default_with = "Some(ENTITIES)"
        )]
        entities_max: Option<i32>,
        #[graphql(
            desc = "The view to read the graph through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Subgraph, Error>> {
        let resolve = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let starts = starts(&viewer, &of, 1, "Query.neighborhood(of:)")?;
            let bounds = NeighborhoodBounds {
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
            let subgraph = algo::neighborhood(&walker, &traversal, &starts, bounds)?;
            let entity = |(ix, distance): (EntityIx, usize)| SubgraphEntity {
                entity: Entity::new(viewer.clone(), ix),
                distance: i32::try_from(distance).unwrap_or(i32::MAX),
            };
            let relationship = |ix| Relationship::new(viewer.clone(), ix);
            let rule = "Everything within the given number of steps over relationships that the view sees and the filter follows.";
            Ok(Subgraph {
                entities: subgraph.entities.into_iter().map(entity).collect(),
                derived_from: Derivation::new(&viewer, rule, subgraph.relationships.clone()),
                relationships: subgraph.relationships.into_iter().map(relationship).collect(),
                truncated: subgraph.truncated,
            })
        };
        Some(resolve())
    }

    /// The entities that each of several given entities reaches within `depth` steps, without passing through another given entity:
    /// nearest first by the total number of steps, then by id.
    #[graphql(
        directive = cost::apply("100".to_owned()),
        directive = list_size::apply(Some(20), names(&["first", "last", "of"]), names(&["edges", "nodes"]), Some(false))
    )]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn common_connections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids of 2 to 100 different entities.")] of: Vec<NodeKey>,
        #[graphql(
            desc = "The maximum number of steps from each: 1 to 10.",
            default_with = "Some(DEPTH)"
        )]
        depth: Option<i32>,
        #[graphql(desc = "Which relationships to follow and which entities to pass through.")] filter: Option<
            TraversalFilter,
        >,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "The view to read the graph through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Connection<CommonNeighbor>, Error>> {
        let args = PageArgs::new(first, after, last, before);
        let resolve = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            const ORDER: &[((), OrderDirection)] = &[((), OrderDirection::Ascending)];
            let listing = Listing::new::<CommonRow>(ctx, &viewer, "Query", "", ORDER)?;
            let (window, viewer) = listing.window(&viewer, &args)?;
            let starts = starts(&viewer, &of, 2, "Query.commonConnections(of:)")?;
            let depth = within(depth.unwrap_or(DEPTH), 1, DEPTH_MAX, "Query.commonConnections(depth:)")?;
            let filter = filter.unwrap_or_default();
            let (traversal, mask) = filter.compile(&viewer, &starts, "Query.commonConnections(filter:)")?;
            let walker = Walker::new(viewer.snapshot(), mask, viewer.budget());
            let connections = algo::common_connections(&walker, &traversal, &starts, depth)?;
            let rows = || connections.connections().iter().copied().map(CommonRow);
            let page = page(viewer.snapshot(), rows(), |_| Ok(true), ORDER, &window, viewer.budget())?;
            let total = Total::count(ctx, &viewer, rows, |_| Ok(true))?;
            Ok(Connection::new(&listing, &viewer, &page, total, |row| {
                CommonNeighbor::new(&viewer, row.0, connections.paths_to(row.0.entity))
            }))
        };
        Some(resolve())
    }
}

/// A common connection as a row: ordered by distance, then id.
#[derive(Debug, Clone, Copy)]
struct CommonRow(algo::CommonConnection<EntityIx>);

impl Ordered for CommonRow {
    type Field = ();

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.0.entity).id().into()
    }

    fn key(self, _snapshot: &Snapshot, (): ()) -> SortKey {
        SortKey::Number(f64::from(u32::try_from(self.0.distance).unwrap_or(u32::MAX)))
    }
}
