//! The root field that ranks: who matters most.

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

/// How many are listed unless asked otherwise.
const FIRST: i32 = 20;

#[derive(Debug, Default)]
pub(crate) struct RankingQuery;

#[Object]
impl RankingQuery {
    /// Who matters most: the entities by their place among the relationships that the view sees and the walk follows, by score,
    /// descending, then by id. Entities with nothing to follow, and those to avoid, are left out. As in `paths`, an entity that
    /// is not passed through is counted as an end of its relationships, but nothing leads on from it.
    #[graphql(
        directive = cost::apply("1000".to_owned()),
        directive = list_size::apply(None, names(&["first"]), names(&["edges", "nodes", "derivedFrom"]), Some(false))
    )]
    async fn ranking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what.")] by: Member<RankingMeasure>,
        #[graphql(desc = "What to follow and what to pass through.")] filter: Option<TraversalFilter>,
        #[graphql(desc = "How many: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "What to see the graph through; everything below inherits it. Default: the header Guanxi-View, else today."
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
            // Those on the page, if anyone asks for their relationships: each is looked at again.
            let told = ctx.look_ahead().field("derivedFrom").field("relationships").exists();
            let told = page.rows.iter().filter(|_| told).map(|(ranked, _)| ranked.entity);
            let derived_from = derivation(&viewer, &question, &told.collect::<Vec<_>>())?;
            let cursors: Vec<String> = page
                .rows
                .iter()
                .map(|(_, position)| listing.cursor(&viewer, position.clone()))
                .collect();
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
