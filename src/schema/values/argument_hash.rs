//! What the arguments of a field say, however they are written: two requests that say the same page through one listing.

use std::sync::Arc;

use async_graphql::{
    Context, Value,
    parser::types::{BaseType, Type},
};

use crate::{
    engine::{
        catalog::{Catalog, Input, named},
        error::Error,
    },
    model::RequestedView,
    schema::context::viewer::hash_of,
};

/// Arguments that choose a page, and the view, which a listing knows already.
const PAGING: [&str; 5] = ["first", "last", "after", "before", "view"];
/// Values that say the same as being left out, where the schema cannot say so: it would be stated everywhere.
const AS_LEFT_OUT: [(&str, &str); 2] = [("direction", "\"BOTH\""), ("ever", "false")];

/// A hash of what the arguments of the field being resolved say, but for those of [`PAGING`]. `parent` is the type that has the
/// field.
pub(in crate::schema) fn arguments_hash(ctx: &Context<'_>, parent: &str) -> Result<u64, Error> {
    let field = ctx.field();
    let arguments = field
        .arguments()
        .map_err(|error| Error::bad_user_input("", error.message))?;
    let catalog = ctx.data_opt::<Arc<Catalog>>();
    let declared = catalog
        .and_then(|catalog| catalog.field(parent, field.name()))
        .map(|field| &field.arguments[..]);
    let reader = Reader(catalog.map(Arc::as_ref));
    let arguments = arguments.iter().map(|(name, value)| (name.as_str(), value));
    let arguments = arguments.filter(|(name, _)| !PAGING.contains(name));
    let mut stated = reader.stated(declared.unwrap_or_default(), arguments);
    // A filter of nothing filters nothing.
    stated.retain(|argument| !argument.ends_with(":{}"));
    Ok(hash_of(&stated.join("\n")))
}

/// Reads values as their types mean them.
struct Reader<'a>(Option<&'a Catalog>);

impl Reader<'_> {
    /// The arguments or fields that say something, in an order of their own.
    fn stated<'v>(&self, declared: &[Input], values: impl Iterator<Item = (&'v str, &'v Value)>) -> Vec<String> {
        let mut stated: Vec<String> = values
            .filter_map(|(name, value)| {
                let input = declared.iter().find(|input| input.name == name);
                let ty = input.map(|input| &input.ty);
                let said = self.said(name, ty, value);
                let default = input.and_then(|input| input.default.as_ref());
                let is_default = default.is_some_and(|default| self.said(name, ty, default) == said);
                // All of no conditions hold.
                let says_nothing = *value == Value::Null || (name == "and" && said == "[]");
                let is_left_out = is_default || says_nothing || AS_LEFT_OUT.contains(&(name, &said));
                (!is_left_out).then(|| format!("{name}:{said}"))
            })
            .collect();
        stated.sort_unstable();
        stated
    }

    /// What a value says: the order of fields and of listed words, and whether one of them stands in a list, make no difference.
    fn said(&self, name: &str, ty: Option<&Type>, value: &Value) -> String {
        match value {
            Value::Object(fields) => {
                let declared = self.0.zip(ty).and_then(|(catalog, ty)| catalog.inputs(named(ty)));
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
                format!("{{{}}}", self.stated(declared.unwrap_or_default(), fields).join(","))
            }
            Value::List(values) => {
                let item = ty.map(item);
                let mut said: Vec<String> = values.iter().map(|value| self.said("", item, value)).collect();
                // Objects may be listed in an order that counts, such as what to order by; conditions are not.
                let has_objects = values.iter().any(|value| matches!(value, Value::Object(_)));
                if !has_objects || matches!(name, "and" | "or") {
                    said.sort_unstable();
                    said.dedup();
                }
                match &said[..] {
                    [one] => one.clone(),
                    several => format!("[{}]", several.join(",")),
                }
            }
            // An argument names the thing, whatever view its id came with.
            Value::String(id) if ty.is_some_and(|ty| named(ty) == "ID") => format!("{:?}", RequestedView::of_id(id).0),
            // In a query words stand as they are, in variables between quotes.
            Value::Enum(word) => format!("{:?}", word.as_str()),
            Value::Number(number) => number
                .as_f64()
                .map_or_else(|| number.to_string(), |number| number.to_string()),
            other => other.to_string(),
        }
    }
}

/// The type of the items of a list; one that stands for a list of itself has its own.
fn item(ty: &Type) -> &Type {
    match &ty.base {
        BaseType::List(item) => item,
        BaseType::Named(_) => ty,
    }
}
