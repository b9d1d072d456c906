//! A source: a document or register, and its statements.

use async_graphql::{Context, ID, Object};

use super::evidence::{Evidence, StatementOrigin, statements};
use crate::{
    engine::{cost::directives::ConnectionSize, error::Error},
    graph::{SourceIx, SourceRef},
    schema::{
        context::viewer::Viewer,
        values::{
            page::{Connection, PageArgs},
            scalars::{DateTime, PartialDate},
        },
    },
};

/// A document or register with statements about relationships.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    viewer: Viewer,
    ix: SourceIx,
}

impl Source {
    pub(crate) fn new(viewer: Viewer, ix: SourceIx) -> Self {
        Self { viewer, ix }
    }

    fn read(&self) -> SourceRef<'_> {
        self.viewer.snapshot().source(self.ix)
    }
}

/// A document or register with statements about relationships.
#[Object]
impl Source {
    /// An id that is unique among all nodes: the `key`, followed by the view it was read through unless that is the default view.
    pub(crate) async fn id(&self) -> ID {
        self.viewer.id_of(self.read().id())
    }

    /// `source:` followed by the id in the data, the same in every view.
    pub(crate) async fn key(&self) -> ID {
        self.read().id().into()
    }

    /// The publisher.
    async fn publisher(&self) -> &str {
        self.read().publisher()
    }

    /// The title.
    async fn title(&self) -> &str {
        self.read().title()
    }

    /// The address where it can be read; null when not known.
    async fn url(&self) -> Option<&str> {
        self.read().url()
    }

    /// When it was published; null when undated.
    async fn published_on(&self) -> Option<PartialDate> {
        self.read().published_on().map(PartialDate)
    }

    /// The licence of its content; null when not known.
    async fn licence(&self) -> Option<&str> {
        self.read().licence()
    }

    /// When this version was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.read().recorded_at())
    }

    /// When this version was replaced or retracted; null while it is current.
    async fn retracted_at(&self) -> Option<DateTime> {
        self.read().retracted_at().map(DateTime)
    }

    /// The number of this version, from 1.
    async fn version(&self) -> i32 {
        i32::try_from(self.read().version()).unwrap_or(i32::MAX)
    }

    /// Its statements about relationships that the view sees, ordered by id.
    #[graphql(directive = ConnectionSize::apply())]
    async fn statements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Evidence>, Error>> {
        let args = PageArgs::new(first, after, last, before);
        Some(statements(
            ctx,
            &self.viewer,
            "Source",
            self.read().id(),
            &args,
            StatementOrigin::Source(self.ix),
        ))
    }
}
