//! The cost of fields, stated in the schema: `@cost` if a field costs more than one point, `@listSize` if it returns a
//! list. The check before execution reads both from the SDL, so that the printed costs are the enforced ones.

use std::borrow::Cow;

use async_graphql::{
    TypeDirective,
    registry::{MetaDirectiveInvocation, Registry, location_traits},
};

use crate::engine::limits::PAGE_DEFAULT;

/// The field's own cost in points, without what is selected below it; 1 if not stated. The server's setting --complexity-max
/// limits the points of a request.
#[TypeDirective(location = "FieldDefinition", name = "cost")]
pub(crate) fn cost(#[graphql(desc = "A whole number of points.")] weight: String) {}

/// How often the selections below the field count: the largest of the slicing arguments that are given or have a default
/// (for a list its length), else the assumed size, at least 1 and at most 10000. Once if the field has no such directive.
#[TypeDirective(location = "FieldDefinition", name = "listSize")]
pub(crate) fn list_size(
    #[graphql(desc = "The size if no slicing argument is given.")] assumed_size: Option<i32>,
    #[graphql(desc = "Arguments that bound the size.")] slicing_arguments: Option<Vec<String>>,
    #[graphql(
        desc = "The fields below that repeat; others below count once. If absent, the field itself is the list."
    )]
    sized_fields: Option<Vec<String>>,
    #[graphql(
        desc = "Whether exactly one slicing argument must be given. This server requires none.",
        default_with = "Some(true)"
    )]
    require_one_slicing_argument: Option<bool>,
) {
}

/// Names in the form that `@listSize` takes.
pub(crate) fn names(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

/// The `@listSize` of a connection: `first` or `last` elements, a page by default, in `edges` and `nodes`.
pub(crate) struct ConnectionSize;

impl ConnectionSize {
    pub(crate) fn apply() -> MetaDirectiveInvocation {
        let page = i32::try_from(PAGE_DEFAULT).expect("the default page size fits into 31 bits");
        list_size::apply(
            Some(page),
            names(&["first", "last"]),
            names(&["edges", "nodes"]),
            Some(false),
        )
    }
}

impl TypeDirective for ConnectionSize {
    fn name(&self) -> Cow<'static, str> {
        list_size.name()
    }

    fn register(&self, registry: &mut Registry) {
        list_size.register(registry);
    }
}

impl location_traits::Directive_At_FIELD_DEFINITION for ConnectionSize {}
