//! What fields cost, said in the schema itself: `@cost` where a field weighs more than one, `@listSize` where it answers
//! many. The check before execution reads both back from the SDL, so that what is printed is what is enforced.

use std::borrow::Cow;

use async_graphql::{
    TypeDirective,
    registry::{MetaDirectiveInvocation, Registry, location_traits},
};

use crate::engine::limits::PAGE_DEFAULT;

/// How many points the field counts, itself alone; 1 where it is not said. A request may spend as many points as the server's
/// setting --complexity-max says.
#[TypeDirective(location = "FieldDefinition", name = "cost")]
pub(crate) fn cost(#[graphql(desc = "A whole number of points.")] weight: String) {}

/// How often what is selected below the field counts: the largest of the slicing arguments that are given or have a default
/// (of a list its length), else the assumed size, at least 1 and at most 10000. Once where nothing is said.
#[TypeDirective(location = "FieldDefinition", name = "listSize")]
pub(crate) fn list_size(
    #[graphql(desc = "The size where no slicing argument says it.")] assumed_size: Option<i32>,
    #[graphql(desc = "Arguments that bound the size.")] slicing_arguments: Option<Vec<String>>,
    #[graphql(desc = "The fields below that repeat; others below count once. Left out: the field itself is the list.")]
    sized_fields: Option<Vec<String>>,
    #[graphql(
        desc = "Whether exactly one slicing argument must be given. None must be here.",
        default_with = "Some(true)"
    )]
    require_one_slicing_argument: Option<bool>,
) {
}

/// Names as `@listSize` takes them.
pub(crate) fn names(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

/// `@listSize` of a connection: as many as `first` or `last` say, a page by default, in `edges` and `nodes`.
pub(crate) struct Paged;

impl Paged {
    pub(crate) fn apply() -> MetaDirectiveInvocation {
        let page = i32::try_from(PAGE_DEFAULT).expect("a page is short");
        list_size::apply(
            Some(page),
            names(&["first", "last"]),
            names(&["edges", "nodes"]),
            Some(false),
        )
    }
}

impl TypeDirective for Paged {
    fn name(&self) -> Cow<'static, str> {
        list_size.name()
    }

    fn register(&self, registry: &mut Registry) {
        list_size.register(registry);
    }
}

impl location_traits::Directive_At_FIELD_DEFINITION for Paged {}
