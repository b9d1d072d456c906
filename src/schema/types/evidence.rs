//! Evidence: what one source says about one relationship.

use async_graphql::{Context, ID, Object};

use super::{
    entity::Entity,
    figures::{Amount, Share},
    relationship::Relationship,
    source::Source,
};
use crate::{
    graph::{EvidenceIx, EvidenceRef, page},
    model::Stance,
    schema::{
        enums::Member,
        error::Error,
        page::{Connection, Listing, PageArgs, Total},
        scalars::PartialDate,
        viewer::Viewer,
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

/// A page of statements, ordered by id. `list` lists them all for a viewer.
pub(crate) fn statements(
    ctx: &Context<'_>,
    viewer: &Viewer,
    parent: &str,
    owner: &str,
    args: &PageArgs,
    list: impl for<'a> Fn(&'a Viewer) -> Box<dyn Iterator<Item = EvidenceIx> + 'a>,
) -> Result<Connection<Evidence>, Error> {
    let listing = Listing::new::<EvidenceIx>(ctx, viewer, parent, owner, &[])?;
    let (window, viewer) = listing.window(viewer, args)?;
    let page = page(
        viewer.snapshot(),
        list(&viewer),
        |_| Ok(true),
        &[],
        &window,
        viewer.budget(),
    )?;
    let total = Total::count(ctx, &viewer, || list(&viewer), |_| Ok(true))?;
    Ok(Connection::new(&listing, &viewer, &page, total, |ix| {
        Evidence::new(viewer.clone(), ix)
    }))
}
