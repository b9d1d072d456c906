//! A source: a document or register, and what it says.

use async_graphql::{Context, ID, Object};

use super::evidence::{Evidence, StatementsOf, statements};
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

/// A document or register that says something about relationships.
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

/// A document or register that says something about relationships.
#[Object]
impl Source {
    /// Names what is seen, unique among all nodes: `key`, and behind it the view, where that is not the default one.
    pub(crate) async fn id(&self) -> ID {
        self.viewer.id_of(self.read().id())
    }

    /// `source:` and the data's own id, the same through every view.
    pub(crate) async fn key(&self) -> ID {
        self.read().id().into()
    }

    /// Who published it.
    async fn publisher(&self) -> &str {
        self.read().publisher()
    }

    /// What it is called.
    async fn title(&self) -> &str {
        self.read().title()
    }

    /// Where it can be read; null when not known.
    async fn url(&self) -> Option<&str> {
        self.read().url()
    }

    /// When it was published; null when it is undated.
    async fn published_on(&self) -> Option<PartialDate> {
        self.read().published_on().map(PartialDate)
    }

    /// Under which licence its content may be used; null when not known.
    async fn licence(&self) -> Option<&str> {
        self.read().licence()
    }

    /// When what the view sees of it was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.read().recorded_at())
    }

    /// When it was recorded anew or taken back; null while it stands.
    async fn retracted_at(&self) -> Option<DateTime> {
        self.read().retracted_at().map(DateTime)
    }

    /// How often it was recorded, from 1.
    async fn version(&self) -> i32 {
        i32::try_from(self.read().version()).unwrap_or(i32::MAX)
    }

    /// What it says about relationships that the view sees, ordered by id.
    #[graphql(directive = ConnectionSize::apply())]
    async fn statements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Evidence>, Error>> {
        let args = PageArgs::new(first, after, last, before);
        Some(statements(
            ctx,
            &self.viewer,
            "Source",
            self.read().id(),
            &args,
            StatementsOf::Source(self.ix),
        ))
    }
}
