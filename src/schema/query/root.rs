//! The root fields of lookups, listings, purchase channels and statistics.

use async_graphql::{Context, ID, MergedObject, Object, OneofObject, Value};

use super::{
    changes::ChangeQuery, data_issues::DataIssueQuery, diffs::DiffQuery, matches::MatchQuery, rankings::RankingQuery,
    search::SearchQuery, walks::WalkQuery,
};
use crate::{
    engine::{
        cost::directives::{ConnectionSize, cost, list_size},
        error::Error,
    },
    graph::{EntityIx, IdRange, ListingScope, SourceIx, algo, page, page_of_many, page_of_sorted},
    model::{COUNTRY_SCHEME, Capability, Catalog, EntityKind, RequestedView, Set},
    schema::{
        context::{view::ViewInput, viewer::Viewer},
        inputs::{
            filters::{EntityFilter, EntityOrder, RelationshipFilter, RelationshipOrder, entity_filter, entity_order},
            identifier::IdentifierInput,
        },
        types::{
            claims::source::Source,
            computed::{
                purchase_channel::{NEEDS, PurchaseChannel},
                statistics::{Statistics, statistics},
            },
            connections::{
                entity_connection::EntityConnection,
                facets::ListingSummary,
                relationship_connection::{RelationshipArgs, RelationshipConnection, all_relationships},
            },
            entities::{
                entity::{Entity, EntityFields},
                kinds::{Company, Event, Market, Organization, Person, Place, Service},
                node::{Node, load_node},
            },
        },
        values::{
            enums::Member,
            node_key::NodeKey,
            page::{Connection, Listing, PAGE_MAX, PageArgs, Total},
        },
    },
};

/// The key to look up one entity by: exactly one of these.
#[derive(Debug, Clone, OneofObject)]
pub(crate) enum EntityBy {
    /// Its id or its key. Without a `view` argument, the entity is read through the view that the id carries.
    Id(ID),
    /// An identifier. Numbers of company registers compare without leading zeros. If several entities have it, the error AMBIGUOUS
    /// lists the candidates.
    Identifier(IdentifierInput),
    /// Any of its names, compared in NFKC and case-folded. If several entities have it, the error AMBIGUOUS lists the candidates.
    Name(String),
}

/// The viewer for a lookup by `by`: through the `view` argument, or else the view that the id carries, or else that of the header.
fn viewer_by(ctx: &Context<'_>, view: Option<&ViewInput>, by: &EntityBy) -> Result<Viewer, Error> {
    match (view, by) {
        (None, EntityBy::Id(id)) => Viewer::for_id(ctx, &RequestedView::of_id(id).1),
        _ => Viewer::new(ctx, view),
    }
}

/// The entity of one of `kinds` that `by` refers to.
fn find(ctx: &Context<'_>, viewer: &Viewer, by: &EntityBy, kinds: Set<EntityKind>) -> Result<Option<EntityIx>, Error> {
    let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
    let coordinate = || format!("Query.{}(by:)", ctx.field().name());
    match by {
        EntityBy::Id(id) => {
            let entity = snapshot.entity_by_id(RequestedView::of_id(id).0, &mask);
            Ok(entity.filter(|ix| kinds.contains(snapshot.entity(*ix).kind())))
        }
        EntityBy::Identifier(IdentifierInput { scheme, value }) => {
            let matches = with_identifier(viewer, scheme, value, kinds);
            let predicate = || format!("have the identifier {scheme} {value:?}");
            single(viewer, &matches, coordinate, predicate)
        }
        EntityBy::Name(name) => {
            let matches = snapshot.entities_by_name(name, kinds, &mask);
            single(viewer, &matches, coordinate, || format!("have the name {name:?}"))
        }
    }
}

/// The entities of these kinds with this identifier.
fn with_identifier(viewer: &Viewer, scheme: &str, value: &str, kinds: Set<EntityKind>) -> Vec<EntityIx> {
    let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
    let mut entities = snapshot.entities_by_identifier(scheme, value, &mask);
    entities.retain(|ix| kinds.contains(snapshot.entity(*ix).kind()));
    entities
}

/// The only entity in `matches`; none when it is empty. Several are an AMBIGUOUS error with the candidates; `predicate` describes
/// what they have in common.
fn single(
    viewer: &Viewer,
    matches: &[EntityIx],
    coordinate: impl Fn() -> String,
    predicate: impl Fn() -> String,
) -> Result<Option<EntityIx>, Error> {
    const CANDIDATES_MAX: usize = 20;
    if matches.len() <= 1 {
        return Ok(matches.first().copied());
    }
    let candidates = matches.iter().take(CANDIDATES_MAX).map(|ix| {
        let entity = viewer.snapshot().entity(*ix);
        let fields = [
            ("id", entity.id()),
            ("kind", entity.kind().as_str()),
            ("name", entity.name()),
        ];
        let fields = fields
            .into_iter()
            .map(|(field, text)| (async_graphql::Name::new(field), Value::from(text)));
        Value::Object(fields.collect())
    });
    let message = format!(
        "{} entities {}; use the id of one of the candidates",
        matches.len(),
        predicate()
    );
    Err(Error::ambiguous(coordinate(), message).extension("candidates", Value::List(candidates.collect())))
}

/// The arguments of a listing of entities.
struct EntityArgs {
    filter: Option<EntityFilter>,
    order_by: Option<Vec<EntityOrder>>,
    page: PageArgs,
}

/// A page of the entities of these kinds.
fn list<T>(
    ctx: &Context<'_>,
    view: Option<&ViewInput>,
    args: EntityArgs,
    kinds: Set<EntityKind>,
    node: fn(Viewer, EntityIx) -> T,
) -> Result<EntityConnection<T>, Error> {
    let viewer = Viewer::new(ctx, view)?;
    let order = entity_order(args.order_by);
    let listing = Listing::new::<EntityIx>(ctx, &viewer, "Query", "", &order)?;
    let (window, viewer) = listing.window(&viewer, &args.page)?;
    let coordinate = format!("Query.{}(filter:)", ctx.field().name());
    let filter = entity_filter(args.filter, &viewer, &coordinate)?;
    let (snapshot, mask, scan, budget) = (viewer.snapshot(), viewer.mask(), viewer.scan(), viewer.budget());
    let rows = |between| filter.candidates(snapshot, &mask, between);
    let all = || rows(IdRange::default());
    let matches = |ix: EntityIx| Ok(kinds.contains(snapshot.entity(ix).kind()) && filter.matches(&scan, ix)?);
    let page = if order.is_empty() {
        page_of_sorted(snapshot, rows(window.between()), matches, &order, &window, budget)?
    } else if filter.names_candidates() {
        page(snapshot, all(), matches, &order, &window, budget)?
    } else {
        let rows = (ListingScope::Entities, all, || snapshot.all_entities());
        let known = |ix: EntityIx| Ok(snapshot.knows(ix, &mask) && matches(ix)?);
        page_of_many(snapshot, rows, known, &order, &window, budget)?
    };
    let summary = ListingSummary::entities(ctx, &viewer, all, matches)?;
    Ok(EntityConnection::new(&listing, &viewer, &page, summary, |ix| {
        node(viewer.clone(), ix)
    }))
}

/// Declares the two root fields of each kind of entity: one entity, and a page of entities.
macro_rules! by_kind {
    ($($(#[doc = $one_doc:literal])* $one:ident, $(#[doc = $many_doc:literal])* $many:ident: $kind:ident;)*) => {
        #[derive(Debug, Default)]
        pub(crate) struct KindQuery;

        #[Object]
        impl KindQuery {
            $(
                $(#[doc = $one_doc])*
                async fn $one(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "The id, identifier or name of the entity.")] by: EntityBy,
                    #[graphql(desc = "The view to read it through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's.")]
                    view: Option<ViewInput>,
                ) -> Option<Result<$kind, Error>> {
                    let find = || {
                        let viewer = viewer_by(ctx, view.as_ref(), &by)?;
                        let entity = find(ctx, &viewer, &by, Set::of(&[EntityKind::$kind]))?;
                        Ok(entity.map(|ix| $kind::from(EntityFields { viewer, ix })))
                    };
                    find().transpose()
                }

                $(#[doc = $many_doc])*
                #[graphql(directive = cost::apply("10".to_owned()), directive = ConnectionSize::apply())]
                #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
                async fn $many(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Only entities that match.")] filter: Option<EntityFilter>,
                    #[graphql(desc = "The sort order; ties are broken by id. Default: by id.")] order_by: Option<Vec<EntityOrder>>,
                    #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
                    #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
                    #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
                    #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
                    #[graphql(desc = "The view to read them through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's.")]
                    view: Option<ViewInput>,
                ) -> Option<Result<EntityConnection<$kind>, Error>> {
                    let page = PageArgs { first, after, last, before };
                    let args = EntityArgs { filter, order_by, page };
                    let node = |viewer, ix| $kind::from(EntityFields { viewer, ix });
                    Some(list(ctx, view.as_ref(), args, Set::of(&[EntityKind::$kind]), node))
                }
            )*
        }
    };
}

by_kind! {
    /// One company; null when there is none.
    company,
    /// The companies, ordered by id unless `orderBy` is given.
    companies: Company;
    /// One person; null when there is none.
    person,
    /// The people, ordered by id unless `orderBy` is given.
    people: Person;
    /// One organization; null when there is none.
    organization,
    /// The organizations, ordered by id unless `orderBy` is given.
    organizations: Organization;
    /// One service; null when there is none.
    service,
    /// The services, ordered by id unless `orderBy` is given.
    services: Service;
    /// One event; null when there is none.
    event,
    /// The events, ordered by id unless `orderBy` is given.
    events: Event;
    /// One place; null when there is none.
    place,
    /// The places, ordered by id unless `orderBy` is given.
    places: Place;
    /// One market; null when there is none.
    market,
    /// The markets, ordered by id unless `orderBy` is given.
    markets: Market;
}

#[derive(Debug, Default)]
pub(crate) struct GraphQuery;

#[Object]
impl GraphQuery {
    /// The entity, relationship, source or statement with this id; null when there is none. It is read through the view that the id
    /// carries, or else that of the `Guanxi-View` header. A relationship is found whether or not it holds on the day of the view.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id or key of the node.")] id: ID,
    ) -> Option<Result<Node, Error>> {
        let (key, view) = RequestedView::of_id(&id);
        let load = || Ok(load_node(&Viewer::for_id(ctx, &view)?, key));
        load().transpose()
    }

    /// The nodes with these ids, in the same order, with null for an id that does not exist. Each is read through the view that its id
    /// carries, or else that of the `Guanxi-View` header.
    #[graphql(directive = list_size::apply(None, Some(vec!["ids".to_owned()]), None, Some(false)))]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids or keys of the nodes, at most 1000.")] ids: Vec<ID>,
    ) -> Option<Result<Vec<Option<Node>>, Error>> {
        let load = || {
            if ids.len() > PAGE_MAX {
                let message = format!(
                    "{} ids are too many; at most {PAGE_MAX} are allowed at a time",
                    ids.len()
                );
                return Err(Error::bad_user_input("Query.nodes(ids:)", message));
            }
            let mut viewers: Vec<(RequestedView, Viewer)> = Vec::new();
            let mut nodes = Vec::with_capacity(ids.len());
            for id in &ids {
                let (key, view) = RequestedView::of_id(id);
                let known = viewers.iter().find(|(known, _)| *known == view);
                let viewer = match known {
                    Some((_, viewer)) => viewer.clone(),
                    None => Viewer::for_id(ctx, &view)?,
                };
                nodes.push(load_node(&viewer, key));
                if known.is_none() {
                    viewers.push((view, viewer));
                }
            }
            Ok(nodes)
        };
        Some(load())
    }

    /// One entity of any kind; null when there is none.
    async fn entity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id, identifier or name of the entity.")] by: EntityBy,
        #[graphql(
            desc = "The view to read it through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Entity, Error>> {
        let find = || {
            let viewer = viewer_by(ctx, view.as_ref(), &by)?;
            let entity = find(ctx, &viewer, &by, Set::all())?;
            Ok(entity.map(|ix| Entity::new(viewer, ix)))
        };
        find().transpose()
    }

    /// The entities of every kind, ordered by id unless `orderBy` is given.
    #[graphql(directive = cost::apply("10".to_owned()), directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only entities that match.")] filter: Option<EntityFilter>,
        #[graphql(desc = "The sort order; ties are broken by id. Default: by id.")] order_by: Option<Vec<EntityOrder>>,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "The view to read them through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<EntityConnection<Entity>, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = EntityArgs { filter, order_by, page };
        Some(list(ctx, view.as_ref(), args, Set::all(), Entity::new))
    }

    /// The relationships that the view sees, ordered by id unless `orderBy` is given.
    #[graphql(directive = cost::apply("10".to_owned()), directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only relationships that match.")] filter: Option<RelationshipFilter>,
        #[graphql(desc = "The sort order; ties are broken by id. Default: by id.")] order_by: Option<
            Vec<RelationshipOrder>,
        >,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "The view to read them through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<RelationshipConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        Some(Viewer::new(ctx, view.as_ref()).and_then(|viewer| all_relationships(ctx, &viewer, args)))
    }

    /// The sources, ordered by id.
    #[graphql(directive = ConnectionSize::apply())]
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "The view to read them through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Connection<Source>, Error>> {
        let list = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let listing = Listing::new::<SourceIx>(ctx, &viewer, "Query", "", &[])?;
            let args = PageArgs::new(first, after, last, before);
            let (window, viewer) = listing.window(&viewer, &args)?;
            let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
            let page = page_of_sorted(
                snapshot,
                snapshot.sources_between(&mask, window.between()),
                |_| Ok(true),
                &[],
                &window,
                viewer.budget(),
            )?;
            let total = Total::count(ctx, &viewer, || snapshot.sources(&mask), |_| Ok(true))?;
            Ok(Connection::new(&listing, &viewer, &page, total, |ix| {
                Source::new(viewer.clone(), ix)
            }))
        };
        Some(list())
    }

    /// The ways for a shopper in a given place to buy from a merchant, best first: one-stop channels, then those with the fewest
    /// unmet needs, the fewest contracts, and by name. Based on ACTIVE relationships only, unless the view names statuses.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(Some(10), None, None, None))]
    async fn purchase_channels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the merchant.")] merchant: NodeKey,
        #[graphql(desc = "The ISO 3166-1 code of the shopper's place, such as `CN`. The place must be in the graph.")]
        shopper_in: String,
        #[graphql(
            desc = "The capabilities that a purchase requires.",
            default_with = "Some(NEEDS.map(Member).to_vec())"
        )]
        needs: Option<Vec<Member<Capability>>>,
        #[graphql(
            desc = "The view to read the graph through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Vec<PurchaseChannel>, Error>> {
        let answer = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let viewer = viewer.with(viewer.view().for_computing());
            let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
            const COORDINATE: &str = "Query.purchaseChannels(shopperIn:)";
            let places = with_identifier(&viewer, COUNTRY_SCHEME, &shopper_in, Set::of(&[EntityKind::Place]));
            let predicate = || format!("have the ISO 3166-1 code {shopper_in:?}");
            let place = single(&viewer, &places, || COORDINATE.to_owned(), predicate)?.ok_or_else(|| {
                let message = format!("No place in the graph has the ISO 3166-1 code {shopper_in:?}; places {{ nodes {{ identifiers {{ value }} }} }} lists them");
                Error::not_found(COORDINATE, message)
            })?;
            let question = algo::PurchaseQuestion {
                merchant: viewer.entity_named(&merchant, "Query.purchaseChannels(merchant:)")?,
                place,
                needs: needs.map_or_else(|| Set::of(&NEEDS), |needs| Member::set(&needs)),
            };
            let channels = algo::purchase_channels(snapshot, mask, &question, viewer.budget())?;
            Ok(channels
                .into_iter()
                .map(|channel| PurchaseChannel::new(viewer.clone(), channel))
                .collect())
        };
        Some(answer())
    }

    /// The numbers of entities, relationships, statements and sources that the view sees, and figures of the store.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The view to read the graph through. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Statistics, Error>> {
        Some(Viewer::new(ctx, view.as_ref()).and_then(|viewer| statistics(&viewer)))
    }
}

/// Business relationships between companies, people and other entities, with their dates, evidence and sources.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(
    GraphQuery,
    KindQuery,
    SearchQuery,
    MatchQuery,
    WalkQuery,
    RankingQuery,
    DiffQuery,
    ChangeQuery,
    DataIssueQuery,
);
