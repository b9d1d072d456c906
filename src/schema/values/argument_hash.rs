//! A hash of the meaning of a field's arguments, whatever their notation: requests with equivalent arguments share the cursors of
//! a listing.

use std::sync::Arc;

use async_graphql::{
    Context, Value,
    parser::types::{BaseType, Type},
};

use crate::{
    engine::{
        catalog::{InputValue, SchemaCatalog, named},
        error::Error,
    },
    model::RequestedView,
    schema::context::viewer::hash_of,
};

/// Arguments that select a page, and the view, which is part of a listing's fingerprint already.
const PAGING: [&str; 5] = ["first", "last", "after", "before", "view"];
/// Values that are equivalent to an omitted argument although the schema declares no such default.
const IMPLICIT_DEFAULTS: [(&str, &str); 2] = [("direction", "\"BOTH\""), ("ever", "false")];

/// A hash of the meaning of the arguments of the field being resolved, without those in [`PAGING`]. `parent` is the type of the
/// field.
pub(in crate::schema) fn arguments_hash(ctx: &Context<'_>, parent: &str) -> Result<u64, Error> {
    let field = ctx.field();
    let arguments = field
        .arguments()
        .map_err(|error| Error::bad_user_input("", error.message))?;
    let catalog = ctx.data_opt::<Arc<SchemaCatalog>>();
    let declared = catalog
        .and_then(|catalog| catalog.field(parent, field.name()))
        .map(|field| &field.arguments[..]);
    let normalizer = Normalizer(catalog.map(Arc::as_ref));
    let arguments = arguments.iter().map(|(name, value)| (name.as_str(), value));
    let arguments = arguments.filter(|(name, _)| !PAGING.contains(name));
    let mut normalized = normalizer.fields(declared.unwrap_or_default(), arguments);
    // An empty filter matches everything.
    normalized.retain(|argument| !argument.ends_with(":{}"));
    Ok(hash_of(&normalized.join("\n")))
}

/// Writes values in a normal form that depends on their types.
struct Normalizer<'a>(Option<&'a SchemaCatalog>);

impl Normalizer<'_> {
    /// The arguments or fields that differ from their defaults, in normal form, sorted.
    fn fields<'v>(&self, declared: &[InputValue], values: impl Iterator<Item = (&'v str, &'v Value)>) -> Vec<String> {
        let mut fields: Vec<String> = values
            .filter_map(|(name, value)| {
                let input = declared.iter().find(|input| input.name == name);
                let ty = input.map(|input| &input.ty);
                let text = self.value(name, ty, value);
                let default = input.and_then(|input| input.default.as_ref());
                let is_default = default.is_some_and(|default| self.value(name, ty, default) == text);
                // An `and` of no conditions always holds.
                let is_empty = *value == Value::Null || (name == "and" && text == "[]");
                let is_omitted = is_default || is_empty || IMPLICIT_DEFAULTS.contains(&(name, &text));
                (!is_omitted).then(|| format!("{name}:{text}"))
            })
            .collect();
        fields.sort_unstable();
        fields
    }

    /// The normal form of a value: independent of the order of fields and of listed scalars, and of whether a single item is
    /// written as a list.
    fn value(&self, name: &str, ty: Option<&Type>, value: &Value) -> String {
        match value {
            Value::Object(fields) => {
                let declared = self.0.zip(ty).and_then(|(catalog, ty)| catalog.inputs(named(ty)));
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
                format!("{{{}}}", self.fields(declared.unwrap_or_default(), fields).join(","))
            }
            Value::List(values) => {
                let item = ty.map(item);
                let mut items: Vec<String> = values.iter().map(|value| self.value("", item, value)).collect();
                // The order of listed objects may matter, as in a sort order; that of conditions does not.
                let has_objects = values.iter().any(|value| matches!(value, Value::Object(_)));
                if !has_objects || matches!(name, "and" | "or") {
                    items.sort_unstable();
                    items.dedup();
                }
                match &items[..] {
                    [one] => one.clone(),
                    several => format!("[{}]", several.join(",")),
                }
            }
            // An argument refers to the record, whatever view its id carries.
            Value::String(id) if ty.is_some_and(|ty| named(ty) == "ID") => format!("{:?}", RequestedView::of_id(id).0),
            // Enum values are bare words in a query and strings in variables.
            Value::Enum(word) => format!("{:?}", word.as_str()),
            Value::Number(number) => number
                .as_f64()
                .map_or_else(|| number.to_string(), |number| number.to_string()),
            other => other.to_string(),
        }
    }
}

/// The type of the items of a list; a single value that is coerced to a list has the type itself.
fn item(ty: &Type) -> &Type {
    match &ty.base {
        BaseType::List(item) => item,
        BaseType::Named(_) => ty,
    }
}
