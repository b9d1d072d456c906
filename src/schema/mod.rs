//! The GraphQL schema: one file per type, resolvers of a few lines, errors with codes, limits. No HTTP.

mod enums;
mod error;
mod filters;
mod page;
mod query;
mod scalars;
mod types;
mod view;
mod viewer;

#[cfg(test)]
mod scratch {
    use super::*;
    use std::sync::Arc;
    #[tokio::test]
    async fn try_it() {
        let schema = async_graphql::Schema::new(
            query::Query::default(),
            async_graphql::EmptyMutation,
            async_graphql::EmptySubscription,
        );
        std::fs::write("/tmp/schema.graphql", schema.sdl()).unwrap();
        let data = crate::formats::tables::bundled().unwrap();
        let snapshot = Arc::new(crate::graph::Snapshot::build(&data).unwrap());
        for q in std::fs::read_to_string("/tmp/q.txt").unwrap().split("\n---\n") {
            let asking = Arc::new(viewer::Asking {
                snapshot: snapshot.clone(),
                now: jiff::Timestamp::now(),
                default_view: Default::default(),
                budget: Arc::new(crate::graph::Budget::new(1_000_000, || false)),
            });
            let r = schema.execute(async_graphql::Request::new(q).data(asking)).await;
            println!("{}\n{}", q, serde_json::to_string_pretty(&r).unwrap());
        }
    }
}
