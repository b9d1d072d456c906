//! Converts the parser's syntax tree into the document that is validated and executed: the same nodes with lines and columns.
//! Descriptions do not affect execution and are dropped.

use async_graphql::parser::types::{
    BaseType, Directive, Field, FragmentDefinition, FragmentSpread, InlineFragment, OperationDefinition, OperationType,
    Selection, SelectionSet, Type, TypeCondition, VariableDefinition,
};
use async_graphql::{Name, Number, Pos, Positioned};
use async_graphql_value::{ConstValue, Value};
use bluejay_core::executable::{
    ExplicitOperationDefinition as _, Field as _, FragmentDefinition as _, FragmentSpread as _, InlineFragment as _,
    OperationDefinition as _, VariableDefinition as _,
};
use bluejay_core::{AsIter, Directive as _, IntegerValue, Value as _, ValueReference};
use bluejay_parser::ast::{self, executable};
use bluejay_parser::{HasSpan, Span};

use super::positions::Positions;
use crate::engine::error::Error;

/// An operation, with its name where it has one.
pub(super) type Operation = (Option<Name>, Positioned<OperationDefinition>);
/// A fragment with its name.
pub(super) type Fragment = (Name, Positioned<FragmentDefinition>);

pub(super) struct Converter<'t> {
    positions: Positions<'t>,
}

impl<'t> Converter<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            positions: Positions::new(text),
        }
    }

    pub(super) fn operation(&self, operation: &executable::OperationDefinition<'_>) -> Result<Operation, Error> {
        let at = self.at(operation.span());
        let selection_set = self.selection_set(operation.selection_set())?;
        let executable::OperationDefinition::Explicit(explicit) = operation else {
            let definition = OperationDefinition {
                ty: OperationType::Query,
                variable_definitions: Vec::new(),
                directives: Vec::new(),
                selection_set,
            };
            return Ok((None, Positioned::new(definition, at)));
        };
        let definition = OperationDefinition {
            ty: match operation.as_ref().operation_type() {
                bluejay_core::OperationType::Query => OperationType::Query,
                bluejay_core::OperationType::Mutation => OperationType::Mutation,
                bluejay_core::OperationType::Subscription => OperationType::Subscription,
            },
            variable_definitions: each(explicit.variable_definitions(), |variable| self.variable(variable))?,
            directives: self.directives(explicit.directives())?,
            selection_set,
        };
        let name = explicit.name().map(|name| Name::new(name.as_str()));
        Ok((name, Positioned::new(definition, at)))
    }

    pub(super) fn fragment(&self, fragment: &executable::FragmentDefinition<'_>) -> Result<Fragment, Error> {
        let definition = FragmentDefinition {
            type_condition: self.type_condition(fragment.type_condition()),
            directives: self.directives(fragment.directives())?,
            selection_set: self.selection_set(fragment.selection_set())?,
        };
        let name = Name::new(fragment.name().as_str());
        Ok((name, Positioned::new(definition, self.at(fragment.span()))))
    }

    fn variable(
        &self,
        definition: &executable::VariableDefinition<'_>,
    ) -> Result<Positioned<VariableDefinition>, Error> {
        let variable = definition.variable();
        let at = self.at(variable.span());
        let default = match definition.default_value() {
            Some(default) => Some(Positioned::new(self.constant(default)?, self.at(default.span()))),
            None => None,
        };
        let ty = definition.r#type();
        let node = VariableDefinition {
            name: Positioned::new(Name::new(variable.as_str()), after_dollar(at)),
            var_type: Positioned::new(type_of(ty), self.at(ty.span())),
            directives: self.directives(definition.directives())?,
            default_value: default,
        };
        Ok(Positioned::new(node, at))
    }

    fn selection_set(&self, set: &executable::SelectionSet<'_>) -> Result<Positioned<SelectionSet>, Error> {
        let items = set.iter().map(|selection| self.selection(selection));
        let items = items.collect::<Result<_, _>>()?;
        Ok(Positioned::new(SelectionSet { items }, self.at(set.span())))
    }

    fn selection(&self, selection: &executable::Selection<'_>) -> Result<Positioned<Selection>, Error> {
        let (selection, at) = match selection {
            executable::Selection::Field(field) => {
                let at = self.at(field.span());
                (Selection::Field(Positioned::new(self.field(field, at)?, at)), at)
            }
            executable::Selection::FragmentSpread(spread) => {
                let at = self.at(spread.span());
                let node = FragmentSpread {
                    fragment_name: self.name(spread.name().as_str(), spread.name().span()),
                    directives: self.directives(spread.directives())?,
                };
                (Selection::FragmentSpread(Positioned::new(node, at)), at)
            }
            executable::Selection::InlineFragment(inline) => {
                let at = self.at(inline.span());
                let node = InlineFragment {
                    type_condition: inline.type_condition().map(|condition| self.type_condition(condition)),
                    directives: self.directives(inline.directives())?,
                    selection_set: self.selection_set(inline.selection_set())?,
                };
                (Selection::InlineFragment(Positioned::new(node, at)), at)
            }
        };
        Ok(Positioned::new(selection, at))
    }

    fn field(&self, field: &executable::Field<'_>, at: Pos) -> Result<Field, Error> {
        Ok(Field {
            // A field begins with its alias, if it has one.
            alias: field.alias().map(|alias| Positioned::new(Name::new(alias), at)),
            name: self.name(field.name().as_str(), field.name().span()),
            arguments: each(field.arguments(), |argument| self.argument(argument))?,
            directives: self.directives(field.directives())?,
            selection_set: match field.selection_set() {
                Some(set) => self.selection_set(set)?,
                None => Positioned::default(),
            },
        })
    }

    fn directives<const CONST: bool>(
        &self,
        directives: Option<&ast::Directives<'_, CONST>>,
    ) -> Result<Vec<Positioned<Directive>>, Error> {
        each(directives, |directive| {
            let node = Directive {
                name: self.name(directive.name().as_str(), directive.name().span()),
                arguments: each(directive.arguments(), |argument| self.argument(argument))?,
            };
            Ok(Positioned::new(node, self.at(directive.span())))
        })
    }

    fn argument<const CONST: bool>(
        &self,
        argument: &ast::Argument<'_, CONST>,
    ) -> Result<(Positioned<Name>, Positioned<Value>), Error> {
        let (name, value) = (argument.name(), argument.value());
        Ok((
            self.name(name.as_str(), name.span()),
            Positioned::new(self.value(value)?, self.at(value.span())),
        ))
    }

    fn constant(&self, value: &ast::ConstValue<'_>) -> Result<ConstValue, Error> {
        let constant = self.value(value)?.into_const();
        constant.ok_or_else(|| Error::internal("a default value contains a variable"))
    }

    /// The recursion depth is that of the brackets, which the lexical limits bound.
    fn value<const CONST: bool>(&self, value: &ast::Value<'_, CONST>) -> Result<Value, Error> {
        Ok(match value.as_ref() {
            ValueReference::Variable(variable) => Value::Variable(Name::new(variable.as_str())),
            ValueReference::Integer(integer) => self.number(whole(integer), value.span())?,
            ValueReference::Float(float) => self.number(Number::from_f64(float), value.span())?,
            ValueReference::String(text) => Value::String(text.to_owned()),
            ValueReference::Boolean(truth) => Value::Boolean(truth),
            ValueReference::Null => Value::Null,
            ValueReference::Enum(name) => Value::Enum(Name::new(name)),
            ValueReference::List(list) => {
                let items = list.iter().map(|item| self.value(item));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            ValueReference::Object(object) => {
                let fields = bluejay_core::ObjectValue::iter(object);
                let fields = fields.map(|(key, value)| Ok((Name::new(key.as_str()), self.value(value)?)));
                Value::Object(fields.collect::<Result<_, Error>>()?)
            }
        })
    }

    fn number(&self, number: Option<Number>, span: &Span) -> Result<Value, Error> {
        number.map(Value::Number).ok_or_else(|| {
            let at = self.at(span);
            Error::parse_failed(format!(
                "The number at line {}, column {} exceeds the range of 64-bit numbers.",
                at.line, at.column
            ))
            .at(at)
        })
    }

    fn type_condition(&self, condition: &executable::TypeCondition<'_>) -> Positioned<TypeCondition> {
        let name = condition.named_type();
        let on = self.name(name.as_str(), name.span());
        let at = on.pos;
        Positioned::new(TypeCondition { on }, at)
    }

    fn name(&self, name: &str, span: &Span) -> Positioned<Name> {
        Positioned::new(Name::new(name), self.at(span))
    }

    fn at(&self, span: &Span) -> Pos {
        self.positions.of(span.byte_range().start)
    }
}

/// Converts each item of an optional list.
fn each<L: AsIter, T>(list: Option<&L>, convert: impl Fn(&L::Item) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    list.map_or_else(|| Ok(Vec::new()), |list| list.iter().map(convert).collect())
}

/// An integer, with `-0` as 0; one of more than 64 bits becomes the nearest float.
fn whole(integer: IntegerValue<'_>) -> Option<Number> {
    let signed = integer.as_i64().map(Number::from);
    let unsigned = || integer.as_u64().map(Number::from);
    signed.or_else(unsigned).or_else(|| Number::from_f64(integer.as_f64()?))
}

fn type_of(ty: &executable::VariableType<'_>) -> Type {
    let (base, required) = match ty {
        executable::VariableType::Named { name, is_required, .. } => {
            (BaseType::Named(Name::new(name.as_str())), *is_required)
        }
        executable::VariableType::List { inner, is_required, .. } => {
            (BaseType::List(Box::new(type_of(inner))), *is_required)
        }
    };
    Type {
        base,
        nullable: !required,
    }
}

/// The position after a `$`.
fn after_dollar(at: Pos) -> Pos {
    Pos {
        line: at.line,
        column: at.column + 1,
    }
}
