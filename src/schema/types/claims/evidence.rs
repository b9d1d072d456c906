//! Evidence: what one source says about one relationship.

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

/// One statement of one source about one relationship: for it, against it, or about it.
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

/// One statement of one source about one relationship: for it, against it, or about it.
#[Object]
impl Evidence {
    /// Names what is seen, unique among all nodes: `key`, and behind it the view, where that is not the default one.
    pub(crate) async fn id(&self) -> ID {
        self.viewer.id_of(&self.read().id())
    }

    /// The id of the data, the same through every view.
    pub(crate) async fn key(&self) -> ID {
        self.read().id().into_owned().into()
    }

    /// The relationship it is about.
    async fn relationship(&self) -> Relationship {
        Relationship::new(self.viewer.clone(), self.read().relationship())
    }

    /// Who says so.
    async fn source(&self) -> Source {
        Source::new(self.viewer.clone(), self.read().source())
    }

    /// Where in the source: page, paragraph, row; null when not stated.
    async fn locator(&self) -> Option<&str> {
        self.read().locator()
    }

    /// For or against the claim.
    async fn stance(&self) -> Member<Stance> {
        Member(self.read().stance())
    }

    /// Whom the source quotes; null when it speaks for itself.
    async fn speaker(&self) -> Option<Entity> {
        self.read()
            .speaker()
            .map(|speaker| Entity::new(self.viewer.clone(), speaker))
    }

    /// When it was said, where that is not the source's date; null otherwise.
    async fn stated_on(&self) -> Option<PartialDate> {
        self.read().stated_on().map(PartialDate)
    }

    /// What it says, in the words of this graph; null when there is none.
    async fn summary(&self) -> Option<&str> {
        self.read().summary()
    }

    /// The share, where this source gives its own figure; null otherwise.
    async fn share(&self) -> Option<Share> {
        self.read().share().map(Share::from)
    }

    /// The amount, where this source gives its own figure; null otherwise.
    async fn amount(&self) -> Option<Amount> {
        self.read().amount().map(Amount::from)
    }

    /// From 0 (none) to 1 (full), where the data rates its sources; null otherwise.
    async fn confidence(&self) -> Option<f64> {
        self.read().confidence()
    }
}

/// Whose statements are listed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StatementsOf {
    /// Those of a speaker.
    Speaker(EntityIx),
    /// Those that a source holds.
    Source(SourceIx),
}

impl StatementsOf {
    fn listed(self) -> ListingScope {
        match self {
            Self::Speaker(entity) => ListingScope::StatementsBy(entity),
            Self::Source(source) => ListingScope::StatementsIn(source),
        }
    }

    /// Whoever sees them.
    fn all(self, snapshot: &Snapshot) -> Box<dyn Iterator<Item = EvidenceIx> + '_> {
        match self {
            Self::Speaker(entity) => Box::new(snapshot.by_speaker(entity)),
            Self::Source(source) => Box::new(snapshot.by_source(source)),
        }
    }

    fn seen_by(self, viewer: &Viewer) -> Box<dyn Iterator<Item = EvidenceIx> + '_> {
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
    of: StatementsOf,
) -> Result<Connection<Evidence>, Error> {
    let listing = Listing::new::<EvidenceIx>(ctx, viewer, parent, owner, &[])?;
    let (window, viewer) = listing.window(viewer, args)?;
    let (snapshot, mask, budget) = (viewer.snapshot(), viewer.mask(), viewer.budget());
    let list = || of.seen_by(&viewer);
    let sees = |ix: EvidenceIx| Ok(snapshot.is_visible(snapshot.statement(ix).relationship(), &mask));
    let rows = (of.listed(), list, || of.all(snapshot));
    let page = page_of_many(snapshot, rows, sees, &[], &window, budget)?;
    let total = Total::count(ctx, &viewer, list, |_| Ok(true))?;
    Ok(Connection::new(&listing, &viewer, &page, total, |ix| {
        Evidence::new(viewer.clone(), ix)
    }))
}
