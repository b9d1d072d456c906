//! What all entities share, and the interface over them.

use std::{borrow::Cow, marker::PhantomData, ops::Deref};

use async_graphql::{Context, ID, Interface, Object, TypeName};

use super::{
    kinds::{Company, Event, Market, OfKind, Organization, Person, Place, Service},
    values::{Identifier, Name},
};
use crate::{
    engine::{
        cost::directives::{ConnectionSize, list_size, names},
        error::Error,
    },
    graph::{EntityIx, EntityRef, Pattern},
    model::{EntityKind, EntityStatus},
    schema::{
        context::{view::ViewShown, viewer::Viewer},
        inputs::filters::{RelationshipFilter, RelationshipOrder},
        types::{
            claims::{
                evidence::{Evidence, StatementsOf, statements},
                source::Source,
            },
            computed::timeline::{TimelineEntry, timeline},
            connections::relationship_connection::{
                NeighborConnection, Outlook, RelationshipArgs, RelationshipConnection,
            },
        },
        values::{
            enums::Member,
            page::{Connection, PageArgs},
            scalars::{DateTime, Json, PartialDate},
        },
    },
};

/// An entity as one viewer sees it; the fields that every kind has.
#[derive(Debug, Clone)]
pub(crate) struct EntityFields {
    pub(crate) viewer: Viewer,
    pub(crate) ix: EntityIx,
}

impl EntityFields {
    pub(crate) fn read(&self) -> EntityRef<'_> {
        self.viewer.snapshot().entity(self.ix)
    }

    /// What lies around it, seen through `pattern`. `parent` is the GraphQL type the field stands on.
    pub(crate) fn outlook<'a>(&'a self, parent: &'a str, pattern: Pattern) -> Outlook<'a> {
        Outlook {
            viewer: &self.viewer,
            entity: self.ix,
            parent,
            pattern,
        }
    }
}

/// The fields that every kind has, as those of kind `K`: async-graphql merges them into the type of that kind.
#[derive(Debug, Clone)]
pub(crate) struct Shared<K> {
    fields: EntityFields,
    kind: PhantomData<K>,
}

impl<K> From<EntityFields> for Shared<K> {
    fn from(fields: EntityFields) -> Self {
        Self {
            fields,
            kind: PhantomData,
        }
    }
}

impl<K> Deref for Shared<K> {
    type Target = EntityFields;
    fn deref(&self) -> &EntityFields {
        &self.fields
    }
}

// One name for each kind: the types refer to each other, and one that is still being registered has no fields to merge.
impl<K: OfKind> TypeName for Shared<K> {
    fn type_name() -> Cow<'static, str> {
        format!("{:?}Fields", K::KIND).into()
    }
}

#[Object(name_type)]
impl<K: OfKind> Shared<K> {
    /// Names what is seen, unique among all nodes: `key`, and behind it the view, where that is not the default one.
    pub(crate) async fn id(&self) -> ID {
        self.viewer.id_of(self.read().id())
    }

    /// The id of the data, the same through every view.
    pub(crate) async fn key(&self) -> ID {
        self.read().id().into()
    }

    /// What it is.
    pub(crate) async fn kind(&self) -> Member<EntityKind> {
        Member(self.read().kind())
    }

    /// Its main name.
    pub(crate) async fn name(&self) -> &str {
        self.read().name()
    }

    /// Its other names: aliases, translations, former and legal names, in the order of the data.
    pub(crate) async fn names(&self) -> Vec<Name> {
        self.read().names().map(Name::from).collect()
    }

    /// What it is, in a sentence or two; null when not stated.
    pub(crate) async fn description(&self) -> Option<&str> {
        self.read().description()
    }

    /// Its country (ISO 3166-1 alpha-2, or ISO 3166-2); null when no source here says.
    pub(crate) async fn country(&self) -> Option<&str> {
        self.read().country()
    }

    /// What registers and standards call it.
    pub(crate) async fn identifiers(&self) -> Vec<Identifier> {
        self.read().identifiers().map(Identifier::from).collect()
    }

    /// Whether it exists on the day of the view, as far as the date of its end tells; otherwise as recorded. A dissolution that
    /// lies ahead has not come.
    pub(crate) async fn status(&self) -> Member<EntityStatus> {
        Member(self.read().status_on(self.viewer.day()))
    }

    /// When it came into being; null when not stated.
    pub(crate) async fn founded(&self) -> Option<PartialDate> {
        self.read().founded().map(PartialDate)
    }

    /// When it ceased to be; null when not stated.
    pub(crate) async fn dissolved(&self) -> Option<PartialDate> {
        self.read().dissolved().map(PartialDate)
    }

    /// Its website; null when not stated.
    pub(crate) async fn website(&self) -> Option<&str> {
        self.read().website()
    }

    /// Whether its source does not disclose who it is: an unknown or an anonymous party. Such parties stand in chains of
    /// owners, but own and control nothing in the end, and two of them are never taken for one.
    pub(crate) async fn undisclosed(&self) -> bool {
        self.read().undisclosed()
    }

    /// What the data carries beyond this; null when there is nothing.
    pub(crate) async fn properties(&self) -> Option<Json> {
        Json::of(self.read().properties().as_deref())
    }

    /// When what the view sees of it was recorded.
    pub(crate) async fn recorded_at(&self) -> DateTime {
        DateTime(self.read().recorded_at())
    }

    /// When it was recorded anew, merged or taken back; null while it stands.
    pub(crate) async fn retracted_at(&self) -> Option<DateTime> {
        self.read().retracted_at().map(DateTime)
    }

    /// How often it was recorded, from 1.
    pub(crate) async fn version(&self) -> i32 {
        i32::try_from(self.read().version()).unwrap_or(i32::MAX)
    }

    /// Its relationships of every kind, from either end, ordered by id unless told otherwise.
    #[graphql(directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    pub(crate) async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only relationships that fit.")] filter: Option<RelationshipFilter>,
        #[graphql(desc = "What to order by, ties by id. Default: by id.")] order_by: Option<Vec<RelationshipOrder>>,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<RelationshipConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        Some(self.outlook("Entity", Pattern::any()).relationships(ctx, args))
    }

    /// The entities at the other ends of its relationships, one for each relationship, ordered by the relationship's id
    /// unless told otherwise.
    #[graphql(directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    pub(crate) async fn neighbors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only over relationships that fit.")] filter: Option<RelationshipFilter>,
        #[graphql(desc = "What to order by, ties by the relationship's id. Default: by that id.")] order_by: Option<
            Vec<RelationshipOrder>,
        >,
        #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<NeighborConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        Some(self.outlook("Entity", Pattern::any()).neighbors(ctx, args))
    }

    /// What it said as a speaker, about relationships that the view sees, ordered by id.
    #[graphql(directive = ConnectionSize::apply())]
    pub(crate) async fn statements(
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
            "Entity",
            self.read().id(),
            &args,
            StatementsOf::Speaker(self.ix),
        ))
    }

    /// What happened to it and its relationships, whatever the day of the view: by date, partial dates by their first day
    /// and the coarser first, then by what happened, then by the relationship's id. What no source dates comes last.
    #[graphql(directive = list_size::apply(Some(20), names(&["first"]), names(&["edges", "nodes"]), Some(false)))]
    pub(crate) async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
    ) -> Option<Result<Connection<TimelineEntry>, Error>> {
        let args = PageArgs {
            first,
            after,
            ..PageArgs::default()
        };
        Some(timeline(ctx, self, &args))
    }

    /// The sources of what is said about its relationships, as far as the view sees them, ordered by id.
    #[graphql(directive = list_size::apply(Some(20), None, None, None))]
    pub(crate) async fn sources(&self) -> Vec<Source> {
        let sources = self.viewer.snapshot().sources_about(self.ix, self.viewer.mask());
        sources
            .into_iter()
            .map(|source| Source::new(self.viewer.clone(), source))
            .collect()
    }

    /// The view through which it is seen.
    pub(crate) async fn view(&self) -> ViewShown {
        ViewShown(self.viewer.view())
    }
}

/// Something that can stand in a relationship. Every entity type has these fields.
#[derive(Debug, Clone, Interface)]
#[graphql(
    field(
        name = "id",
        ty = "ID",
        desc = "Names what is seen, unique among all nodes: `key`, and behind it the view, where that is not the default one."
    ),
    field(
        name = "key",
        ty = "ID",
        desc = "The id of the data, stable and the same through every view."
    ),
    field(name = "kind", ty = "Member<EntityKind>", desc = "What it is."),
    field(name = "name", ty = "&str", desc = "Its main name."),
    field(
        name = "names",
        ty = "Vec<Name>",
        desc = "Its other names: aliases, translations, former and legal names, in the order of the data."
    ),
    field(
        name = "description",
        ty = "Option<&str>",
        desc = "What it is, in a sentence or two; null when not stated."
    ),
    field(
        name = "country",
        ty = "Option<&str>",
        desc = "Its country (ISO 3166-1 alpha-2, or ISO 3166-2); null when no source here says."
    ),
    field(
        name = "identifiers",
        ty = "Vec<Identifier>",
        desc = "What registers and standards call it."
    ),
    field(
        name = "status",
        ty = "Member<EntityStatus>",
        desc = "Whether it exists on the day of the view, as far as the date of its end tells; otherwise as recorded. A dissolution that lies ahead has not come."
    ),
    field(
        name = "founded",
        ty = "Option<PartialDate>",
        desc = "When it came into being; null when not stated."
    ),
    field(
        name = "dissolved",
        ty = "Option<PartialDate>",
        desc = "When it ceased to be; null when not stated."
    ),
    field(name = "website", ty = "Option<&str>", desc = "Its website; null when not stated."),
    field(
        name = "undisclosed",
        ty = "bool",
        desc = "Whether its source does not disclose who it is: an unknown or an anonymous party. Such parties stand in chains of owners, but own and control nothing in the end, and two of them are never taken for one."
    ),
    field(
        name = "properties",
        ty = "Option<Json>",
        desc = "What the data carries beyond this; null when there is nothing."
    ),
    field(
        name = "recorded_at",
        ty = "DateTime",
        desc = "When what the view sees of it was recorded."
    ),
    field(
        name = "retracted_at",
        ty = "Option<DateTime>",
        desc = "When it was recorded anew, merged or taken back; null while it stands."
    ),
    field(name = "version", ty = "i32", desc = "How often it was recorded, from 1."),
    field(
        name = "relationships",
        ty = "Option<Result<RelationshipConnection, Error>>",
        directive = ConnectionSize::apply(),
        desc = "Its relationships of every kind, from either end, ordered by id unless told otherwise.",
        arg(
            name = "filter",
            ty = "Option<RelationshipFilter>",
            desc = "Only relationships that fit."
        ),
        arg(
            name = "order_by",
            ty = "Option<Vec<RelationshipOrder>>",
            desc = "What to order by, ties by id. Default: by id."
        ),
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many, from the start: 0 to 1000. Default: 20."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only what follows this cursor."),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many, from the end: 0 to 1000. Excludes first."
        ),
        arg(name = "before", ty = "Option<String>", desc = "Only what precedes this cursor.")
    ),
    field(
        name = "neighbors",
        ty = "Option<Result<NeighborConnection, Error>>",
        directive = ConnectionSize::apply(),
        desc = "The entities at the other ends of its relationships, one for each relationship, ordered by the relationship's id unless told otherwise.",
        arg(
            name = "filter",
            ty = "Option<RelationshipFilter>",
            desc = "Only over relationships that fit."
        ),
        arg(
            name = "order_by",
            ty = "Option<Vec<RelationshipOrder>>",
            desc = "What to order by, ties by the relationship's id. Default: by that id."
        ),
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many, from the start: 0 to 1000. Default: 20."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only what follows this cursor."),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many, from the end: 0 to 1000. Excludes first."
        ),
        arg(name = "before", ty = "Option<String>", desc = "Only what precedes this cursor.")
    ),
    field(
        name = "statements",
        ty = "Option<Result<Connection<Evidence>, Error>>",
        directive = ConnectionSize::apply(),
        desc = "What it said as a speaker, about relationships that the view sees, ordered by id.",
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many, from the start: 0 to 1000. Default: 20."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only what follows this cursor."),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many, from the end: 0 to 1000. Excludes first."
        ),
        arg(name = "before", ty = "Option<String>", desc = "Only what precedes this cursor.")
    ),
    field(
        name = "timeline",
        ty = "Option<Result<Connection<TimelineEntry>, Error>>",
        directive = list_size::apply(Some(20), names(&["first"]), names(&["edges", "nodes"]), Some(false)),
        desc = "What happened to it and its relationships, whatever the day of the view: by date, partial dates by their first day and the coarser first, then by what happened, then by the relationship's id. What no source dates comes last.",
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many: 0 to 1000. Default: 20."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only what follows this cursor.")
    ),
    field(
        name = "sources",
        ty = "Vec<Source>",
        directive = list_size::apply(Some(20), None, None, None),
        desc = "The sources of what is said about its relationships, as far as the view sees them, ordered by id."
    ),
    field(name = "view", ty = "ViewShown", desc = "The view through which it is seen.")
)]
pub(crate) enum Entity {
    Company(Company),
    Person(Person),
    Organization(Organization),
    Service(Service),
    Event(Event),
    Place(Place),
    Market(Market),
}

impl Entity {
    pub(crate) fn new(viewer: Viewer, ix: EntityIx) -> Self {
        let kind = viewer.snapshot().entity(ix).kind();
        let fields = EntityFields { viewer, ix };
        match kind {
            EntityKind::Company => Company::from(fields).into(),
            EntityKind::Person => Person::from(fields).into(),
            EntityKind::Organization => Organization::from(fields).into(),
            EntityKind::Service => Service::from(fields).into(),
            EntityKind::Event => Event::from(fields).into(),
            EntityKind::Place => Place::from(fields).into(),
            EntityKind::Market => Market::from(fields).into(),
        }
    }
}
