//! The root field that ranks entities by centrality.

use async_graphql::{Context, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    graph::algo::{RankedEntity, RankingMeasure, RankingQuestion},
    schema::{
        context::{view::ViewInput, viewer::Viewer},
        inputs::traversal::TraversalFilter,
        types::{
            computed::ranking::{RankingConnection, RankingEdge, derivation},
            entities::entity::Entity,
        },
        values::{
            enums::Member,
            page::{Listing, PageArgs, PageInfo},
        },
    },
};

/// The default number of entities to list.
const FIRST: i32 = 20;

#[derive(Debug, Default)]
pub(crate) struct RankingQuery;

#[Object]
impl RankingQuery {
    /// Ranks entities by their centrality in the graph of the relationships that the view sees and the filter follows: by score,
    /// descending, then by id. Entities without such relationships, and those to avoid, are excluded. As in `paths`, an entity that
    /// is not passed through counts as an end of its relationships, but nothing leads on from it.
    #[graphql(
        directive = cost::apply("1000".to_owned()),
        directive = list_size::apply(None, names(&["first"]), names(&["edges", "nodes", "derivedFrom"]), Some(false))
    )]
    async fn ranking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The measure to rank by.")] by: Member<RankingMeasure>,
        #[graphql(desc = "Which relationships to follow and which entities to pass through.")] filter: Option<
            TraversalFilter,
        >,
        #[graphql(desc = "How many elements to return: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "The view to read the graph through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<RankingConnection, Error>> {
        let args = PageArgs {
            first: first.or(Some(FIRST)),
            after,
            ..PageArgs::default()
        };
        let rank = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let listing = Listing::new::<RankedEntity>(ctx, &viewer, "Query", "", RankedEntity::ORDER)?;
            let (window, viewer) = listing.window(&viewer, &args)?;
            let filter = filter.unwrap_or_default();
            let (traversal, mask) = filter.compile(&viewer, &[], "Query.ranking(filter:)")?;
            let question = RankingQuestion::new(by.0, mask, traversal);
            let ranking = viewer.ranking(&question)?;
            let page = ranking.page(viewer.snapshot(), &window);
            // The relationships of the entities on the page are read again, but only if they are selected.
            let is_selected = ctx.look_ahead().field("derivedFrom").field("relationships").exists();
            let entities = page
                .rows
                .iter()
                .filter(|_| is_selected)
                .map(|(ranked, _)| ranked.entity);
            let derived_from = derivation(&viewer, &question, &entities.collect::<Vec<_>>())?;
            let cursors = listing.cursors(&viewer, &page);
            let page_info = PageInfo::of(&page, &cursors);
            let edges = page.rows.iter().zip(cursors).map(|((ranked, _), cursor)| RankingEdge {
                cursor,
                node: Entity::new(viewer.clone(), ranked.entity),
                score: ranked.score,
                rank: i32::try_from(ranked.rank).unwrap_or(i32::MAX),
            });
            Ok(RankingConnection {
                edges: edges.collect(),
                page_info,
                total: ranking.count(),
                measure: by.0,
                deviation: ranking.deviation,
                derived_from,
            })
        };
        Some(rank())
    }
}
