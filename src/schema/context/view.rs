//! The view through which a question reads the graph, as it is asked for and as it is shown.

use async_graphql::{InputObject, InputType, Object};

use crate::{
    engine::error::Error,
    model::{AsOf, RelationshipStatus, RequestedView, View},
    schema::values::{
        enums::Member,
        scalars::{Date, DateTime},
    },
};

/// The view through which a question reads the graph. Everything selected below inherits it.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct ViewInput {
    /// What held in the world on this day (UTC). Default: today, by the clock of the server. Excludes `ever`.
    pub(crate) as_of: Option<Date>,
    /// Whatever held at any time. Excludes `asOf`.
    pub(crate) ever: Option<bool>,
    /// What this graph had recorded at this moment. Default: now.
    pub(crate) known_at: Option<DateTime>,
    /// The statuses of the claims that count. Default: all but WITHDRAWN and REFUTED. A filter's `statuses` intersect these.
    pub(crate) statuses: Option<Vec<Member<RelationshipStatus>>>,
}

impl ViewInput {
    /// The view as it was asked for, in which the order of statuses makes no difference.
    pub(crate) fn asked(&self) -> RequestedView {
        RequestedView {
            as_of: self.as_of.map(|day| day.0),
            ever: self.ever.unwrap_or(false),
            known_at: self.known_at.map(|moment| moment.0),
            statuses: self.statuses.as_ref().map(|statuses| Member::set(statuses)),
        }
    }

    /// A view as it was asked for before.
    pub(crate) fn again(asked: &RequestedView) -> Self {
        Self {
            as_of: asked.as_of.map(Date),
            ever: asked.ever.then_some(true),
            known_at: asked.known_at.map(DateTime),
            statuses: asked.statuses.map(Member::list),
        }
    }

    /// The view asked for, with what it leaves open taken from `default`; `place` names the argument or the header in errors.
    pub(crate) fn resolve(&self, default: &View, place: &str) -> Result<View, Error> {
        let ever = self.ever.unwrap_or(false);
        let at = match self.as_of {
            Some(_) if ever => {
                return Err(Error::bad_user_input(
                    place,
                    "asOf and ever: true exclude each other; give one of them",
                ));
            }
            Some(Date(day)) => AsOf::Day(day),
            None if ever => AsOf::Ever,
            None => default.as_of,
        };
        if self.statuses.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::bad_user_input(
                place,
                "statuses is empty, so nothing could be seen; name some or leave it out",
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

    /// The view asked for by the JSON of the `Guanxi-View` header.
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
            // What stands in brackets behind it names types of the program.
            let (message, _) = message.split_once(" (occurred while").unwrap_or((&message, ""));
            refuse(format!("is not a ViewInput: {message}"))
        })
    }
}

/// The view through which something was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ViewShown(pub(crate) View);

/// The view through which this was read.
#[Object(name = "View")]
impl ViewShown {
    /// The day whose state is seen; null when it is ever.
    async fn as_of(&self) -> Option<Date> {
        match self.0.as_of {
            AsOf::Day(day) => Some(Date(day)),
            AsOf::Ever => None,
        }
    }

    /// Whether everything that held at any time is seen.
    async fn ever(&self) -> bool {
        self.0.as_of == AsOf::Ever
    }

    /// The moment whose knowledge is seen.
    async fn known_at(&self) -> DateTime {
        DateTime(self.0.known_at)
    }

    /// The statuses of the claims that count.
    async fn statuses(&self) -> Vec<Member<RelationshipStatus>> {
        Member::list(self.0.statuses)
    }
}
