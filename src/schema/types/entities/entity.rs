//! The fields that all entities have, and the interface over them.

use std::{borrow::Cow, marker::PhantomData, ops::Deref};

use async_graphql::{Context, ID, Interface, Object, TypeName};

use super::{
    kinds::{Company, Event, HasEntityKind, Market, Organization, Person, Place, Service},
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
        context::{view::ResolvedView, viewer::Viewer},
        inputs::filters::{RelationshipFilter, RelationshipOrder},
        types::{
            claims::{
                evidence::{Evidence, StatementOrigin, statements},
                source::Source,
            },
            computed::timeline::{TimelineEntry, timeline},
            connections::relationship_connection::{
                EntityListing, NeighborConnection, RelationshipArgs, RelationshipConnection,
            },
        },
        values::{
            enums::Member,
            page::{Connection, PageArgs},
            scalars::{DateTime, Json, PartialDate},
        },
    },
};

/// An entity as seen by one viewer.
#[derive(Debug, Clone)]
pub(crate) struct EntityFields {
    pub(crate) viewer: Viewer,
    pub(crate) ix: EntityIx,
}

impl EntityFields {
    pub(crate) fn read(&self) -> EntityRef<'_> {
        self.viewer.snapshot().entity(self.ix)
    }

    /// The listing of its relationships that match `pattern`. `parent` is the GraphQL type of the field.
    pub(crate) fn listing<'a>(&'a self, parent: &'a str, pattern: Pattern) -> EntityListing<'a> {
        EntityListing {
            viewer: &self.viewer,
            entity: self.ix,
            parent,
            pattern,
        }
    }
}

/// The fields that all entities have, for kind `K`: async-graphql merges them into the type of that kind.
#[derive(Debug, Clone)]
pub(crate) struct CommonFields<K> {
    fields: EntityFields,
    kind: PhantomData<K>,
}

impl<K> From<EntityFields> for CommonFields<K> {
    fn from(fields: EntityFields) -> Self {
        Self {
            fields,
            kind: PhantomData,
        }
    }
}

impl<K> Deref for CommonFields<K> {
    type Target = EntityFields;
    fn deref(&self) -> &EntityFields {
        &self.fields
    }
}

// A separate name for each kind: the types refer to each other, and a type that is still being registered has no fields to merge.
impl<K: HasEntityKind> TypeName for CommonFields<K> {
    fn type_name() -> Cow<'static, str> {
        format!("{:?}Fields", K::KIND).into()
    }
}

#[Object(name_type)]
impl<K: HasEntityKind> CommonFields<K> {
    /// An id that is unique among all nodes: the `key`, followed by the view it was read through unless that is the default view.
    pub(crate) async fn id(&self) -> ID {
        self.viewer.id_of(self.read().id())
    }

    /// The id of the record, the same in every view.
    pub(crate) async fn key(&self) -> ID {
        self.read().id().into()
    }

    /// The kind of entity.
    pub(crate) async fn kind(&self) -> Member<EntityKind> {
        Member(self.read().kind())
    }

    /// The main name.
    pub(crate) async fn name(&self) -> &str {
        self.read().name()
    }

    /// Its other names: aliases, translations, former and legal names, in the order of the data.
    pub(crate) async fn names(&self) -> Vec<Name> {
        self.read().names().map(Name::from).collect()
    }

    /// A description of a sentence or two; null when not stated.
    pub(crate) async fn description(&self) -> Option<&str> {
        self.read().description()
    }

    /// Its country (ISO 3166-1 alpha-2) or subdivision (ISO 3166-2); null when not stated.
    pub(crate) async fn country(&self) -> Option<&str> {
        self.read().country()
    }

    /// Its identifiers in registers and standards, in the order of the data.
    pub(crate) async fn identifiers(&self) -> Vec<Identifier> {
        self.read().identifiers().map(Identifier::from).collect()
    }

    /// The status on the day of the view if the date of dissolution is known, otherwise the status as recorded. An entity is not
    /// dissolved before that date.
    pub(crate) async fn status(&self) -> Member<EntityStatus> {
        Member(self.read().status_on(self.viewer.day()))
    }

    /// When it was founded; null when not stated.
    pub(crate) async fn founded(&self) -> Option<PartialDate> {
        self.read().founded().map(PartialDate)
    }

    /// When it was dissolved; null when not stated.
    pub(crate) async fn dissolved(&self) -> Option<PartialDate> {
        self.read().dissolved().map(PartialDate)
    }

    /// Its website; null when not stated.
    pub(crate) async fn website(&self) -> Option<&str> {
        self.read().website()
    }

    /// Whether its source does not disclose who it is: an unknown or anonymous party. Such parties may be intermediaries, but are
    /// never ultimate owners or controllers, and two of them are never treated as the same.
    pub(crate) async fn undisclosed(&self) -> bool {
        self.read().undisclosed()
    }

    /// Further properties of the record, as a JSON object; null when there are none.
    pub(crate) async fn properties(&self) -> Option<Json> {
        Json::of(self.read().properties().as_deref())
    }

    /// When this version was recorded.
    pub(crate) async fn recorded_at(&self) -> DateTime {
        DateTime(self.read().recorded_at())
    }

    /// When this version was replaced, merged or retracted; null while it is current.
    pub(crate) async fn retracted_at(&self) -> Option<DateTime> {
        self.read().retracted_at().map(DateTime)
    }

    /// The number of this version, from 1.
    pub(crate) async fn version(&self) -> i32 {
        i32::try_from(self.read().version()).unwrap_or(i32::MAX)
    }

    /// Its relationships of all kinds in both directions, ordered by id unless `orderBy` is given.
    #[graphql(directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    pub(crate) async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only relationships that match.")] filter: Option<RelationshipFilter>,
        #[graphql(desc = "The sort order; ties are broken by id. Default: by id.")] order_by: Option<
            Vec<RelationshipOrder>,
        >,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
    ) -> Option<Result<RelationshipConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        Some(self.listing("Entity", Pattern::any()).relationships(ctx, args))
    }

    /// The entities at the other ends of its relationships, one for each relationship, ordered by the relationship's id
    /// unless `orderBy` is given.
    #[graphql(directive = ConnectionSize::apply())]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    pub(crate) async fn neighbors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only neighbors over relationships that match.")] filter: Option<RelationshipFilter>,
        #[graphql(desc = "The sort order; ties are broken by the relationship's id. Default: by that id.")]
        order_by: Option<Vec<RelationshipOrder>>,
        #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
    ) -> Option<Result<NeighborConnection, Error>> {
        let page = PageArgs::new(first, after, last, before);
        let args = RelationshipArgs { filter, order_by, page };
        Some(self.listing("Entity", Pattern::any()).neighbors(ctx, args))
    }

    /// The statements it made as a speaker about relationships that the view sees, ordered by id.
    #[graphql(directive = ConnectionSize::apply())]
    pub(crate) async fn statements(
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
            "Entity",
            self.read().id(),
            &args,
            StatementOrigin::Speaker(self.ix),
        ))
    }

    /// The history of the entity and of its relationships, independent of the day of the view: by date, with partial dates at their
    /// first day before more precise ones, then by type of event, then by the id of the relationship. Undated events come last.
    #[graphql(directive = list_size::apply(Some(20), names(&["first"]), names(&["edges", "nodes"]), Some(false)))]
    pub(crate) async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many elements to return: 0 to 1000. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
    ) -> Option<Result<Connection<TimelineEntry>, Error>> {
        let args = PageArgs {
            first,
            after,
            ..PageArgs::default()
        };
        Some(timeline(ctx, self, &args))
    }

    /// The sources of the statements about those of its relationships that the view sees, ordered by id.
    #[graphql(directive = list_size::apply(Some(20), None, None, None))]
    pub(crate) async fn sources(&self) -> Vec<Source> {
        let sources = self.viewer.snapshot().sources_about(self.ix, self.viewer.mask());
        sources
            .into_iter()
            .map(|source| Source::new(self.viewer.clone(), source))
            .collect()
    }

    /// The view through which it was read.
    pub(crate) async fn view(&self) -> ResolvedView {
        ResolvedView(self.viewer.view())
    }
}

/// Anything that can have relationships. Every entity type has these fields.
#[derive(Debug, Clone, Interface)]
#[graphql(
    field(
        name = "id",
        ty = "ID",
        desc = "An id that is unique among all nodes: the `key`, followed by the view it was read through unless that is the default view."
    ),
    field(
        name = "key",
        ty = "ID",
        desc = "The id of the record, stable and the same in every view."
    ),
    field(name = "kind", ty = "Member<EntityKind>", desc = "The kind of entity."),
    field(name = "name", ty = "&str", desc = "The main name."),
    field(
        name = "names",
        ty = "Vec<Name>",
        desc = "Its other names: aliases, translations, former and legal names, in the order of the data."
    ),
    field(
        name = "description",
        ty = "Option<&str>",
        desc = "A description of a sentence or two; null when not stated."
    ),
    field(
        name = "country",
        ty = "Option<&str>",
        desc = "Its country (ISO 3166-1 alpha-2) or subdivision (ISO 3166-2); null when not stated."
    ),
    field(
        name = "identifiers",
        ty = "Vec<Identifier>",
        desc = "Its identifiers in registers and standards, in the order of the data."
    ),
    field(
        name = "status",
        ty = "Member<EntityStatus>",
        desc = "The status on the day of the view if the date of dissolution is known, otherwise the status as recorded. An entity is not dissolved before that date."
    ),
    field(
        name = "founded",
        ty = "Option<PartialDate>",
        desc = "When it was founded; null when not stated."
    ),
    field(
        name = "dissolved",
        ty = "Option<PartialDate>",
        desc = "When it was dissolved; null when not stated."
    ),
    field(name = "website", ty = "Option<&str>", desc = "Its website; null when not stated."),
    field(
        name = "undisclosed",
        ty = "bool",
        desc = "Whether its source does not disclose who it is: an unknown or anonymous party. Such parties may be intermediaries, but are never ultimate owners or controllers, and two of them are never treated as the same."
    ),
    field(
        name = "properties",
        ty = "Option<Json>",
        desc = "Further properties of the record, as a JSON object; null when there are none."
    ),
    field(
        name = "recorded_at",
        ty = "DateTime",
        desc = "When this version was recorded."
    ),
    field(
        name = "retracted_at",
        ty = "Option<DateTime>",
        desc = "When this version was replaced, merged or retracted; null while it is current."
    ),
    field(name = "version", ty = "i32", desc = "The number of this version, from 1."),
    field(
        name = "relationships",
        ty = "Option<Result<RelationshipConnection, Error>>",
        directive = ConnectionSize::apply(),
        desc = "Its relationships of all kinds in both directions, ordered by id unless `orderBy` is given.",
        arg(
            name = "filter",
            ty = "Option<RelationshipFilter>",
            desc = "Only relationships that match."
        ),
        arg(
            name = "order_by",
            ty = "Option<Vec<RelationshipOrder>>",
            desc = "The sort order; ties are broken by id. Default: by id."
        ),
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many elements to return from the start: 0 to 1000. Default: 20."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only the elements after this cursor."),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`."
        ),
        arg(name = "before", ty = "Option<String>", desc = "Only the elements before this cursor.")
    ),
    field(
        name = "neighbors",
        ty = "Option<Result<NeighborConnection, Error>>",
        directive = ConnectionSize::apply(),
        desc = "The entities at the other ends of its relationships, one for each relationship, ordered by the relationship's id unless `orderBy` is given.",
        arg(
            name = "filter",
            ty = "Option<RelationshipFilter>",
            desc = "Only neighbors over relationships that match."
        ),
        arg(
            name = "order_by",
            ty = "Option<Vec<RelationshipOrder>>",
            desc = "The sort order; ties are broken by the relationship's id. Default: by that id."
        ),
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many elements to return from the start: 0 to 1000. Default: 20."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only the elements after this cursor."),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`."
        ),
        arg(name = "before", ty = "Option<String>", desc = "Only the elements before this cursor.")
    ),
    field(
        name = "statements",
        ty = "Option<Result<Connection<Evidence>, Error>>",
        directive = ConnectionSize::apply(),
        desc = "The statements it made as a speaker about relationships that the view sees, ordered by id.",
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many elements to return from the start: 0 to 1000. Default: 20."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only the elements after this cursor."),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`."
        ),
        arg(name = "before", ty = "Option<String>", desc = "Only the elements before this cursor.")
    ),
    field(
        name = "timeline",
        ty = "Option<Result<Connection<TimelineEntry>, Error>>",
        directive = list_size::apply(Some(20), names(&["first"]), names(&["edges", "nodes"]), Some(false)),
        desc = "The history of the entity and of its relationships, independent of the day of the view: by date, with partial dates at their first day before more precise ones, then by type of event, then by the id of the relationship. Undated events come last.",
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many elements to return: 0 to 1000. Default: 20."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only the elements after this cursor.")
    ),
    field(
        name = "sources",
        ty = "Vec<Source>",
        directive = list_size::apply(Some(20), None, None, None),
        desc = "The sources of the statements about those of its relationships that the view sees, ordered by id."
    ),
    field(name = "view", ty = "ResolvedView", desc = "The view through which it was read.")
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
