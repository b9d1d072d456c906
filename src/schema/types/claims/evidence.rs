//! Evidence: a statement of one source about one relationship.

use async_graphql::{Context, ID, Object};

use super::{relationship::Relationship, source::Source};
use crate::{
    engine::error::Error,
    graph::{EntityIx, EvidenceIx, EvidenceRef, ListingScope, Snapshot, SourceIx, page_of_many},
    model::Stance,
    schema::{
        context::viewer::Viewer,
        types::entities::{
            entity::Entity,
            values::{Amount, Share},
        },
        values::{
            enums::Member,
            page::{Connection, Listing, PageArgs, Total},
            scalars::PartialDate,
        },
    },
};

/// A statement of one source about one relationship: for it, against it, or about it.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    viewer: Viewer,
    ix: EvidenceIx,
}

impl Evidence {
    pub(crate) fn new(viewer: Viewer, ix: EvidenceIx) -> Self {
        Self { viewer, ix }
    }

    fn read(&self) -> EvidenceRef<'_> {
        self.viewer.snapshot().statement(self.ix)
    }
}

/// A statement of one source about one relationship: for it, against it, or about it.
#[Object]
impl Evidence {
    /// An id that is unique among all nodes: the `key`, followed by the view it was read through unless that is the default view.
    pub(crate) async fn id(&self) -> ID {
        self.viewer.id_of(&self.read().id())
    }

    /// The id of the record, the same in every view.
    pub(crate) async fn key(&self) -> ID {
        self.read().id().into_owned().into()
    }

    /// The relationship that the statement is about.
    async fn relationship(&self) -> Relationship {
        Relationship::new(self.viewer.clone(), self.read().relationship())
    }

    /// The source of the statement.
    async fn source(&self) -> Source {
        Source::new(self.viewer.clone(), self.read().source())
    }

    /// The place in the source: page, paragraph, row; null when not stated.
    async fn locator(&self) -> Option<&str> {
        self.read().locator()
    }

    /// Whether the statement is for, against or about the claim.
    async fn stance(&self) -> Member<Stance> {
        Member(self.read().stance())
    }

    /// The entity that the source quotes; null when the statement is the source's own.
    async fn speaker(&self) -> Option<Entity> {
        self.read()
            .speaker()
            .map(|speaker| Entity::new(self.viewer.clone(), speaker))
    }

    /// When the statement was made, if that is not the date of the source; null otherwise.
    async fn stated_on(&self) -> Option<PartialDate> {
        self.read().stated_on().map(PartialDate)
    }

    /// A summary of the statement; null when there is none.
    async fn summary(&self) -> Option<&str> {
        self.read().summary()
    }

    /// The share, if this source gives a figure of its own; null otherwise.
    async fn share(&self) -> Option<Share> {
        self.read().share().map(Share::from)
    }

    /// The amount, if this source gives a figure of its own; null otherwise.
    async fn amount(&self) -> Option<Amount> {
        self.read().amount().map(Amount::from)
    }

    /// The confidence in the statement, from 0 (none) to 1 (full); null when not rated.
    async fn confidence(&self) -> Option<f64> {
        self.read().confidence()
    }
}

/// The origin of the statements in a listing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StatementOrigin {
    /// The statements of a speaker.
    Speaker(EntityIx),
    /// The statements in a source.
    Source(SourceIx),
}

impl StatementOrigin {
    fn listing(self) -> ListingScope {
        match self {
            Self::Speaker(entity) => ListingScope::StatementsBy(entity),
            Self::Source(source) => ListingScope::StatementsIn(source),
        }
    }

    /// All statements, whether or not they are visible.
    fn all(self, snapshot: &Snapshot) -> Box<dyn Iterator<Item = EvidenceIx> + '_> {
        match self {
            Self::Speaker(entity) => Box::new(snapshot.by_speaker(entity)),
            Self::Source(source) => Box::new(snapshot.by_source(source)),
        }
    }

    /// The statements that `viewer` sees.
    fn visible_to(self, viewer: &Viewer) -> Box<dyn Iterator<Item = EvidenceIx> + '_> {
        let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
        match self {
            Self::Speaker(entity) => Box::new(snapshot.statements_by(entity, mask)),
            Self::Source(source) => Box::new(snapshot.statements_in(source, mask)),
        }
    }
}

/// A page of statements, ordered by id.
pub(crate) fn statements(
    ctx: &Context<'_>,
    viewer: &Viewer,
    parent: &str,
    owner: &str,
    args: &PageArgs,
    origin: StatementOrigin,
) -> Result<Connection<Evidence>, Error> {
    let listing = Listing::new::<EvidenceIx>(ctx, viewer, parent, owner, &[])?;
    let (window, viewer) = listing.window(viewer, args)?;
    let (snapshot, mask, budget) = (viewer.snapshot(), viewer.mask(), viewer.budget());
    let visible = || origin.visible_to(&viewer);
    let is_visible = |ix: EvidenceIx| Ok(snapshot.is_visible(snapshot.statement(ix).relationship(), &mask));
    let rows = (origin.listing(), visible, || origin.all(snapshot));
    let page = page_of_many(snapshot, rows, is_visible, &[], &window, budget)?;
    let total = Total::count(ctx, &viewer, visible, |_| Ok(true))?;
    Ok(Connection::new(&listing, &viewer, &page, total, |ix| {
        Evidence::new(viewer.clone(), ix)
    }))
}
