//! The root fields: looking up, listing, and questions that are computed.

use async_graphql::{Context, ID, MergedObject, Object, OneofObject, Value};

use super::{
    changes::ChangeQuery, data_issues::SoundnessQuery, diffs::DiffQuery, matches::MatchQuery, rankings::RankingQuery,
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
                facets::Whole,
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

/// How to find one entity: by exactly one of these.
#[derive(Debug, Clone, OneofObject)]
pub(crate) enum EntityBy {
    /// By its id or its key. Where no view is asked for, it is seen through the one that the id carries.
    Id(ID),
    /// By an identifier. Numbers of company registers compare without leading zeros. When several entities have it: AMBIGUOUS,
    /// with the candidates.
    Identifier(IdentifierInput),
    /// By any of its names, in NFKC, case-folded. When several entities go by it: AMBIGUOUS, with the candidates.
    Name(String),
}

/// Through which view `by` finds an entity: through the one asked for, else the one that its id carries, else that of the header.
fn viewer_by(ctx: &Context<'_>, view: Option<&ViewInput>, by: &EntityBy) -> Result<Viewer, Error> {
    match (view, by) {
        (None, EntityBy::Id(id)) => Viewer::of_id(ctx, &RequestedView::of_id(id).1),
        _ => Viewer::new(ctx, view),
    }
}

/// The entity among `kinds` that `by` finds.
fn find(ctx: &Context<'_>, viewer: &Viewer, by: &EntityBy, kinds: Set<EntityKind>) -> Result<Option<EntityIx>, Error> {
    let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
    let coordinate = || format!("Query.{}(by:)", ctx.field().name());
    match by {
        EntityBy::Id(id) => {
            let found = snapshot.entity_by_id(RequestedView::of_id(id).0, &mask);
            Ok(found.filter(|ix| kinds.contains(snapshot.entity(*ix).kind())))
        }
        EntityBy::Identifier(IdentifierInput { scheme, value }) => {
            let found = identified(viewer, scheme, value, kinds);
            let what = || format!("have the identifier {scheme} {value:?}");
            the_one(viewer, &found, coordinate, what)
        }
        EntityBy::Name(name) => {
            let found = snapshot.entities_by_name(name, kinds, &mask);
            the_one(viewer, &found, coordinate, || format!("go by the name {name:?}"))
        }
    }
}

/// The entities among `kinds` with this identifier.
fn identified(viewer: &Viewer, scheme: &str, value: &str, kinds: Set<EntityKind>) -> Vec<EntityIx> {
    let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
    let mut found = snapshot.entities_by_identifier(scheme, value, &mask);
    found.retain(|ix| kinds.contains(snapshot.entity(*ix).kind()));
    found
}

/// The only entity of those found, if there is one. Several are AMBIGUOUS, with the candidates: `what` says what they share.
fn the_one(
    viewer: &Viewer,
    found: &[EntityIx],
    coordinate: impl Fn() -> String,
    what: impl Fn() -> String,
) -> Result<Option<EntityIx>, Error> {
    const CANDIDATES_MAX: usize = 20;
    if found.len() <= 1 {
        return Ok(found.first().copied());
    }
    let candidates = found.iter().take(CANDIDATES_MAX).map(|ix| {
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
        "{} entities {}; ask for one of the candidates by its id",
        found.len(),
        what()
    );
    Err(Error::ambiguous(coordinate(), message).extension("candidates", Value::List(candidates.collect())))
}

/// What a listing of entities is asked for.
struct EntityArgs {
    filter: Option<EntityFilter>,
    order_by: Option<Vec<EntityOrder>>,
    page: PageArgs,
}

/// A page of the entities among `kinds`.
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
    let place = format!("Query.{}(filter:)", ctx.field().name());
    let filter = entity_filter(args.filter, &viewer, &place)?;
    let (snapshot, mask, scan, budget) = (viewer.snapshot(), viewer.mask(), viewer.scan(), viewer.budget());
    let rows = |between| filter.candidates(snapshot, &mask, between);
    let everything = || rows(IdRange::default());
    let fits = |ix: EntityIx| Ok(kinds.contains(snapshot.entity(ix).kind()) && filter.matches(&scan, ix)?);
    let page = if order.is_empty() {
        page_of_sorted(snapshot, rows(window.between()), fits, &order, &window, budget)?
    } else if filter.names_candidates() {
        page(snapshot, everything(), fits, &order, &window, budget)?
    } else {
        let listed = (ListingScope::Entities, everything, || snapshot.all_entities());
        let known = |ix: EntityIx| Ok(snapshot.knows(ix, &mask) && fits(ix)?);
        page_of_many(snapshot, listed, known, &order, &window, budget)?
    };
    let whole = Whole::entities(ctx, &viewer, everything, fits)?;
    Ok(EntityConnection::new(&listing, &viewer, &page, whole, |ix| {
        node(viewer.clone(), ix)
    }))
}

/// Declares the two root fields of each kind: one entity, and a page of them.
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
                    #[graphql(desc = "How to find it.")] by: EntityBy,
                    #[graphql(desc = "What to see it through; everything below inherits it. Default: the header Guanxi-View, else today.")]
                    view: Option<ViewInput>,
                ) -> Option<Result<$kind, Error>> {
                    let find = || {
                        let viewer = viewer_by(ctx, view.as_ref(), &by)?;
                        let found = find(ctx, &viewer, &by, Set::of(&[EntityKind::$kind]))?;
                        Ok(found.map(|ix| $kind::from(EntityFields { viewer, ix })))
                    };
                    find().transpose()
                }

                $(#[doc = $many_doc])*
                #[graphql(directive = cost::apply("10".to_owned()), directive = ConnectionSize::apply())]
                #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
                async fn $many(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Only those that fit.")] filter: Option<EntityFilter>,
                    #[graphql(desc = "What to order by, ties by id. Default: by id.")] order_by: Option<Vec<EntityOrder>>,
                    #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
                    #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
                    #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
                    #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
                    #[graphql(desc = "What to see them through; everything below inherits it. Default: the header Guanxi-View, else today.")]
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
    /// The companies, ordered by id unless told otherwise.
    companies: Company;
    /// One person; null when there is none.
    person,
    /// The people, ordered by id unless told otherwise.
    people: Person;
    /// One organization; null when there is none.
    organization,
    /// The organizations, ordered by id unless told otherwise.
    organizations: Organization;
    /// One service; null when there is none.
    service,
    /// The services, ordered by id unless told otherwise.
    services: Service;
    /// One event; null when there is none.
    event,
    /// The events, ordered by id unless told otherwise.
    events: Event;
    /// One place; null when there is none.
    place,
    /// The places, ordered by id unless told otherwise.
    places: Place;
    /// One market; null when there is none.
    market,
    /// The markets, ordered by id unless told otherwise.
    markets: Market;
}

#[derive(Debug, Default)]
pub(crate) struct GraphQuery;

#[Object]
impl GraphQuery {
    /// The entity, relationship, source or statement with this id; null when there is none. It is seen through the view that
    /// its id carries, else that of the header Guanxi-View. A relationship is found on whatever day it held.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id, or its key.")] id: ID,
    ) -> Option<Result<Node, Error>> {
        let (key, view) = RequestedView::of_id(&id);
        let load = || Ok(load_node(&Viewer::of_id(ctx, &view)?, key));
        load().transpose()
    }

    /// The nodes with these ids, in the same order, each seen through the view that its id carries, else that of the header
    /// Guanxi-View; null where there is none. At most 1000 ids.
    #[graphql(directive = list_size::apply(None, Some(vec!["ids".to_owned()]), None, Some(false)))]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their ids or keys, at most 1000.")] ids: Vec<ID>,
    ) -> Option<Result<Vec<Option<Node>>, Error>> {
        let load = || {
            if ids.len() > PAGE_MAX {
                let message = format!("{} ids are too many; ask for at most {PAGE_MAX} at a time", ids.len());
                return Err(Error::bad_user_input("Query.nodes(ids:)", message));
            }
            let mut viewers: Vec<(RequestedView, Viewer)> = Vec::new();
            let mut nodes = Vec::with_capacity(ids.len());
            for id in &ids {
                let (key, view) = RequestedView::of_id(id);
                let known = viewers.iter().find(|(known, _)| *known == view);
                let viewer = match known {
                    Some((_, viewer)) => viewer.clone(),
                    None => Viewer::of_id(ctx, &view)?,
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
        #[graphql(desc = "How to find it.")] by: EntityBy,
        #[graphql(
            desc = "What to see it through; everything below inherits it. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Entity, Error>> {
        let find = || {
            let viewer = viewer_by(ctx, view.as_ref(), &by)?;
            let found = find(ctx, &viewer, &by, Set::all())?;
            Ok(found.map(|ix| Entity::new(viewer, ix)))
        };
        find().transpose()
    }

    /// The entities of every kind, ordered by id unless told otherwise.
    #[graphql(directive = cost::apply("10".to_owned()), directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit.")] filter: Option<EntityFilter>,
        #[graphql(desc = "What to order by, ties by id. Default: by id.")] order_by: Option<Vec<EntityOrder>>,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
        #[graphql(
            desc = "What to see them through; everything below inherits it. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<EntityConnection<Entity>, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = EntityArgs { filter, order_by, page };
        Some(list(ctx, view.as_ref(), args, Set::all(), Entity::new))
    }

    /// The relationships that the view sees, ordered by id unless told otherwise.
    #[graphql(directive = cost::apply("10".to_owned()), directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that fit.")] filter: Option<RelationshipFilter>,
        #[graphql(desc = "What to order by, ties by id. Default: by id.")] order_by: Option<Vec<RelationshipOrder>>,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
        #[graphql(
            desc = "What to see them through; everything below inherits it. Default: the header Guanxi-View, else today."
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
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
        #[graphql(
            desc = "What to see them through; everything below inherits it. Default: the header Guanxi-View, else today."
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

    /// The ways for a shopper in a place to buy from a merchant, best first: one-stop, then fewest needs missing, fewest
    /// contracts, and by name. Counts only ACTIVE relationships unless the view names statuses.
    #[graphql(directive = cost::apply("10".to_owned()), directive = list_size::apply(Some(10), None, None, None))]
    async fn purchase_channels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the merchant.")] merchant: NodeKey,
        #[graphql(desc = "Where the shopper is: the ISO 3166-1 code of a place in the graph, such as CN.")] shopper_in: String,
        #[graphql(desc = "What it takes to buy.", default_with = "Some(NEEDS.map(Member).to_vec())")] needs: Option<
            Vec<Member<Capability>>,
        >,
        #[graphql(
            desc = "What to see the graph through; everything below inherits it. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Vec<PurchaseChannel>, Error>> {
        let answer = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let viewer = viewer.with(viewer.view().for_computing());
            let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
            const PLACE: &str = "Query.purchaseChannels(shopperIn:)";
            let places = identified(&viewer, COUNTRY_SCHEME, &shopper_in, Set::of(&[EntityKind::Place]));
            let what = || format!("have the ISO 3166-1 code {shopper_in:?}");
            let place = the_one(&viewer, &places, || PLACE.to_owned(), what)?.ok_or_else(|| {
                let message = format!("No place here has the ISO 3166-1 code {shopper_in:?}; places {{ nodes {{ identifiers {{ value }} }} }} lists them");
                Error::not_found(PLACE, message)
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

    /// How big the graph is, as far as the view sees it.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to see the graph through. Default: the header Guanxi-View, else today.")] view: Option<
            ViewInput,
        >,
    ) -> Option<Result<Statistics, Error>> {
        Some(Viewer::new(ctx, view.as_ref()).and_then(|viewer| statistics(&viewer)))
    }
}

/// Who is connected to whom in business, how, since when, and who says so.
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
    SoundnessQuery,
);
