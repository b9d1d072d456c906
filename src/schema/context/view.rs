//! The view through which a query reads the graph: as an input, and as an output.

use async_graphql::{InputObject, InputType, Object};

use crate::{
    engine::error::Error,
    model::{AsOf, RelationshipStatus, RequestedView, View},
    schema::values::{
        enums::Member,
        scalars::{Date, DateTime},
    },
};

/// The view through which a query reads the graph. All fields selected below inherit it.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct ViewInput {
    /// Only relationships that held in the world on this day (UTC). Default: today, by the server's clock. Cannot be combined
    /// with `ever`.
    pub(crate) as_of: Option<Date>,
    /// If true, relationships that held on any day. Cannot be combined with `asOf`.
    pub(crate) ever: Option<bool>,
    /// Only what was recorded by this moment. Default: now.
    pub(crate) known_at: Option<DateTime>,
    /// Only claims with one of these statuses. Default: all but WITHDRAWN and REFUTED. The `statuses` of a filter narrow these
    /// further.
    pub(crate) statuses: Option<Vec<Member<RelationshipStatus>>>,
}

impl ViewInput {
    /// The view in normal form, in which the order of statuses makes no difference.
    pub(crate) fn normalized(&self) -> RequestedView {
        RequestedView {
            as_of: self.as_of.map(|day| day.0),
            ever: self.ever.unwrap_or(false),
            known_at: self.known_at.map(|moment| moment.0),
            statuses: self.statuses.as_ref().map(|statuses| Member::set(statuses)),
        }
    }

    /// The input that has this normal form.
    pub(crate) fn from_normalized(view: &RequestedView) -> Self {
        Self {
            as_of: view.as_of.map(Date),
            ever: view.ever.then_some(true),
            known_at: view.known_at.map(DateTime),
            statuses: view.statuses.map(Member::list),
        }
    }

    /// The complete view, with omitted fields taken from `default`; errors name the argument or the header as `origin`.
    pub(crate) fn resolve(&self, default: &View, origin: &str) -> Result<View, Error> {
        let ever = self.ever.unwrap_or(false);
        let at = match self.as_of {
            Some(_) if ever => {
                return Err(Error::bad_user_input(
                    origin,
                    "asOf and ever: true cannot be combined; use one of them",
                ));
            }
            Some(Date(day)) => AsOf::Day(day),
            None if ever => AsOf::Ever,
            None => default.as_of,
        };
        if self.statuses.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::bad_user_input(
                origin,
                "statuses is empty, so the view would see nothing; name at least one or omit it",
            ));
        }
        Ok(View {
            as_of: at,
            known_at: self.known_at.map_or(default.known_at, |moment| moment.0),
            statuses: self
                .statuses
                .as_ref()
                .map_or(default.statuses, |statuses| Member::set(statuses)),
            has_explicit_statuses: self.statuses.is_some(),
        })
    }

    /// The view in the JSON of the `Guanxi-View` header.
    pub(crate) fn from_json(json: serde_json::Value) -> Result<Self, Error> {
        const PLACE: &str = "Guanxi-View";
        const FIELDS: [&str; 4] = ["asOf", "ever", "knownAt", "statuses"];
        let refuse = |message: String| Error::bad_user_input(PLACE, format!("The header Guanxi-View {message}"));
        let unknown = json
            .as_object()
            .and_then(|fields| fields.keys().find(|name| !FIELDS.contains(&name.as_str())));
        if let Some(unknown) = unknown {
            return Err(refuse(format!(
                "has no field {unknown:?}; it has {}",
                FIELDS.join(", ")
            )));
        }
        let value =
            async_graphql::Value::from_json(json).map_err(|error| refuse(format!("is not a ViewInput: {error}")))?;
        let parsed = Self::parse(Some(value));
        parsed.map_err(|error| {
            let message = error.into_server_error(async_graphql::Pos::default()).message;
            // The rest, in brackets, names types of the program.
            let (message, _) = message.split_once(" (occurred while").unwrap_or((&message, ""));
            refuse(format!("is not a ViewInput: {message}"))
        })
    }
}

/// The view through which an entity was read, with all defaults resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResolvedView(pub(crate) View);

/// The view through which an entity was read, with all defaults resolved.
#[Object(name = "View")]
impl ResolvedView {
    /// The day on which visible relationships hold; null when `ever` is true.
    async fn as_of(&self) -> Option<Date> {
        match self.0.as_of {
            AsOf::Day(day) => Some(Date(day)),
            AsOf::Ever => None,
        }
    }

    /// Whether relationships that held on any day are visible.
    async fn ever(&self) -> bool {
        self.0.as_of == AsOf::Ever
    }

    /// The moment up to which recorded changes are visible.
    async fn known_at(&self) -> DateTime {
        DateTime(self.0.known_at)
    }

    /// The statuses of visible relationships.
    async fn statuses(&self) -> Vec<Member<RelationshipStatus>> {
        Member::list(self.0.statuses)
    }
}
