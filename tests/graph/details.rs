//! Details of random records (roles, amounts, open shares, properties), what can be required of them, and by
//! which order it is put: each read off the words of the documentation.

use std::cmp::Ordering;

use guanxi::{
    graph::{
        AmountFilter, Budget, IncidentRelationship, NumberFilter, OrderDirection, PropertyFilter, RelationshipFilter,
        RelationshipOrderField, Snapshot, Take, TextFilter, Window, page,
    },
    model::{Amount, AsOf, Catalog, Relationship, Set, Share, ShareOf, ShareRange, View},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::walking::SHAPE;
use crate::harness::random::{Claim, claims, dataset, moment};

/// The details of a record.
#[derive(Debug, Clone)]
pub(super) struct Detail {
    role: Option<&'static str>,
    amount: Option<(&'static str, u8, Option<&'static str>)>,
    /// Which ends of a range are excluded, and what a share is of.
    open: (bool, bool),
    of: ShareOf,
    /// Values at `a`, and at `b.c` of one item or of two.
    a: Option<Value>,
    b: Option<Vec<Value>>,
}

fn text() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&["Chief", "CHIEF officer", "loan", "1", "2", "true"][..])
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        3 => (0u8..3).prop_map(Value::from),
        3 => text().prop_map(Value::from),
        1 => Just(json!([])),
        1 => Just(json!({"x": 1})),
    ]
}

/// Details of so many records.
pub(super) fn details(records: usize) -> impl Strategy<Value = Vec<Detail>> {
    let amount = (
        proptest::sample::select(&["EUR", "USD"][..]),
        0u8..3,
        proptest::option::of(text()),
    );
    let detail = (
        proptest::option::of(text()),
        proptest::option::of(amount),
        any::<(bool, bool)>(),
        proptest::sample::select(ShareOf::ALL),
        proptest::option::of(value()),
        proptest::option::of(proptest::collection::vec(value(), 1..3)),
    )
        .prop_map(|(role, amount, open, of, a, b)| Detail {
            role,
            amount,
            open,
            of,
            a,
            b,
        });
    proptest::collection::vec(detail, records)
}

impl Detail {
    fn share(&self, share: Option<ShareRange>) -> Option<ShareRange> {
        let share = share?;
        let (low, high) = (!self.open.0, !self.open.1);
        Some(ShareRange::bounded(share.min, low, share.max, high).unwrap_or(share))
    }

    fn amount(&self) -> Option<Amount> {
        let (currency, value, of) = self.amount?;
        let of = of.map(str::to_owned);
        Some(Amount::new(f64::from(value), currency.parse().unwrap(), of).unwrap())
    }

    pub(super) fn properties(&self) -> Option<Map<String, Value>> {
        let mut properties = Map::new();
        properties.extend(self.a.clone().map(|value| ("a".to_owned(), value)));
        let inner = |value: &Value| json!({ "c": value });
        let b = self.b.as_deref().map(|values| match values {
            [one] => inner(one),
            several => several.iter().map(inner).collect(),
        });
        properties.extend(b.map(|value| ("b".to_owned(), value)));
        Some(properties).filter(|properties| !properties.is_empty())
    }

    /// Adds the details to a relationship.
    pub(super) fn write(&self, relationship: &mut Relationship) {
        relationship.role = self.role.map(str::to_owned);
        relationship.amount = self.amount();
        relationship.share = relationship.share.map(|share| Share {
            range: self.share(Some(share.range)).unwrap(),
            of: self.of,
        });
        relationship.properties = self.properties();
    }

    /// The values at a path, those in lists one by one.
    fn at(&self, path: Path) -> Vec<&Value> {
        let values: Vec<&Value> = match path {
            Path::A => self.a.iter().collect(),
            Path::Bc => self.b.iter().flatten().collect(),
            Path::Nowhere => Vec::new(),
        };
        let exists = |value: &&Value| !value.is_null() && !value.is_array();
        values.into_iter().filter(exists).collect()
    }
}

/// A condition on a text: whether there is one, or a comparison.
#[derive(Debug, Clone)]
struct OfText {
    stated: Option<bool>,
    eq: Option<&'static str>,
    contains: Option<&'static str>,
}

fn of_text() -> impl Strategy<Value = OfText> {
    let stated = proptest::option::weighted(0.3, any::<bool>());
    let eq = proptest::option::weighted(0.3, text());
    let contains = proptest::option::weighted(0.3, proptest::sample::select(&["ch", "o", "1"][..]));
    (stated, eq, contains).prop_map(|(stated, eq, contains)| OfText { stated, eq, contains })
}

impl OfText {
    fn holds(&self, text: Option<&str>) -> bool {
        let text = text.map(str::to_lowercase);
        let compares = |holds: &dyn Fn(&str) -> bool| text.as_deref().is_some_and(holds);
        self.stated.is_none_or(|stated| stated == text.is_some())
            && self.eq.is_none_or(|eq| compares(&|text| text == eq.to_lowercase()))
            && self.contains.is_none_or(|part| compares(&|text| text.contains(part)))
    }

    fn filter(&self) -> TextFilter {
        TextFilter {
            stated: self.stated,
            eq: self.eq.map(str::to_owned),
            contains: self.contains.map(str::to_owned),
            ..TextFilter::default()
        }
        .folded()
    }
}

/// A condition on a number.
#[derive(Debug, Clone)]
struct OfNumber {
    stated: Option<bool>,
    compares: Option<(Operator, u8)>,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    In,
}

fn of_number(bounds: std::ops::Range<u8>) -> impl Strategy<Value = OfNumber> {
    use Operator::{Eq, Gt, Gte, In, Lt, Lte, Ne};
    let operator = proptest::sample::select(&[Eq, Ne, Lt, Lte, Gt, Gte, In][..]);
    let stated = proptest::option::weighted(0.3, any::<bool>());
    let compares = proptest::option::weighted(0.7, (operator, bounds));
    (stated, compares).prop_map(|(stated, compares)| OfNumber { stated, compares })
}

impl OfNumber {
    /// Whether it holds of every one of these numbers, of which there are none where nothing is stated.
    fn holds(&self, numbers: &[f64], scale: f64) -> bool {
        let each = |(operator, bound): (Operator, u8)| {
            let bound = f64::from(bound) * scale;
            let holds = |number: &f64| match operator {
                Operator::Eq | Operator::In => *number == bound,
                Operator::Ne => *number != bound,
                Operator::Lt => *number < bound,
                Operator::Lte => *number <= bound,
                Operator::Gt => *number > bound,
                Operator::Gte => *number >= bound,
            };
            !numbers.is_empty() && numbers.iter().all(holds)
        };
        self.stated.is_none_or(|stated| stated != numbers.is_empty()) && self.compares.is_none_or(each)
    }

    fn filter(&self, scale: f64) -> NumberFilter {
        let mut filter = NumberFilter {
            stated: self.stated,
            ..NumberFilter::default()
        };
        if let Some((operator, bound)) = self.compares {
            let bound = Some(f64::from(bound) * scale);
            match operator {
                Operator::Eq => filter.eq = bound,
                Operator::Ne => filter.ne = bound,
                Operator::Lt => filter.lt = bound,
                Operator::Lte => filter.lte = bound,
                Operator::Gt => filter.gt = bound,
                Operator::Gte => filter.gte = bound,
                Operator::In => filter.any_of = Some(bound.into_iter().chain([1000.0]).collect()),
            }
        }
        filter
    }
}

/// Percentages of a range: enough of them that a comparison with a whole tenth holds of all if it holds of these.
fn percentages(range: ShareRange) -> Vec<f64> {
    let all = (0u8..=200).map(|half| f64::from(half) / 2.0);
    let within = all.filter(|percent| {
        (range.min < *percent || (range.min_inclusive && range.min == *percent))
            && (*percent < range.max || (range.max_inclusive && range.max == *percent))
    });
    within.collect()
}

#[derive(Debug, Clone, Copy)]
enum Path {
    A,
    Bc,
    Nowhere,
}

/// A condition on properties.
#[derive(Debug, Clone)]
pub(super) struct OfProperty {
    path: Path,
    exists: Option<bool>,
    text: OfText,
    number: OfNumber,
}

/// In a box, as what follows: questions nest, and the stack is small.
pub(super) fn of_property() -> BoxedStrategy<Box<OfProperty>> {
    let path = proptest::sample::select(&[Path::A, Path::A, Path::Bc, Path::Bc, Path::Nowhere][..]);
    let exists = proptest::option::weighted(0.4, any::<bool>());
    let text = of_text().prop_map(|text| OfText { stated: None, ..text });
    (path, exists, text, of_number(0..3))
        .prop_map(|(path, exists, text, number)| {
            Box::new(OfProperty {
                path,
                exists,
                text,
                number,
            })
        })
        .boxed()
}

impl OfProperty {
    pub(super) fn holds(&self, detail: &Detail) -> bool {
        let fits = |value: Option<&Value>| {
            let text = value.and_then(|value| match value {
                Value::String(text) => Some(text.clone()),
                Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
                _ => None,
            });
            let is_number = |text: &&String| !matches!(value, Some(Value::Bool(_))) && text.parse::<f64>().is_ok();
            let number = text.as_ref().filter(is_number).map(|text| text.parse().unwrap());
            let numbers: Vec<f64> = number.into_iter().collect();
            self.exists.is_none_or(|exists| exists == value.is_some())
                && self.text.holds(text.as_deref())
                && self.number.holds(&numbers, 1.0)
        };
        let values = detail.at(self.path);
        values.iter().any(|value| fits(Some(value))) || (values.is_empty() && fits(None))
    }

    pub(super) fn filter(&self) -> PropertyFilter {
        let path = match self.path {
            Path::A => "a",
            Path::Bc => "b.c",
            Path::Nowhere => "a.b",
        };
        PropertyFilter {
            path: path.to_owned(),
            text: self.text.filter(),
            number: self.number.filter(1.0),
            exists: self.exists,
        }
    }
}

/// Conditions on the details of a relationship.
#[derive(Debug, Clone)]
pub(super) struct OfDetail {
    role: Option<OfText>,
    share: Option<OfNumber>,
    share_of: Option<ShareOf>,
    amount: Option<OfAmount>,
    property: Option<Box<OfProperty>>,
}

#[derive(Debug, Clone)]
struct OfAmount {
    stated: Option<bool>,
    currency: Option<&'static str>,
    of: Option<OfText>,
    value: Option<OfNumber>,
}

pub(super) fn of_detail() -> BoxedStrategy<Box<OfDetail>> {
    let amount = (
        proptest::option::weighted(0.3, any::<bool>()),
        proptest::option::weighted(0.3, proptest::sample::select(&["EUR", "USD"][..])),
        proptest::option::weighted(0.3, of_text()),
        proptest::option::weighted(0.5, of_number(0..3)),
    )
        .prop_map(|(stated, currency, of, value)| OfAmount {
            stated,
            currency,
            of,
            value,
        });
    (
        proptest::option::weighted(0.1, of_text()),
        proptest::option::weighted(0.1, of_number(0..11)),
        proptest::option::weighted(0.1, proptest::sample::select(ShareOf::ALL)),
        proptest::option::weighted(0.1, amount),
        proptest::option::weighted(0.1, of_property()),
    )
        .prop_map(|(role, share, share_of, amount, property)| {
            Box::new(OfDetail {
                role,
                share,
                share_of,
                amount,
                property,
            })
        })
        .boxed()
}

impl OfDetail {
    pub(super) fn holds(&self, claim: &Claim, detail: &Detail) -> bool {
        let percentages = detail.share(claim.share).map_or_else(Vec::new, percentages);
        self.role.as_ref().is_none_or(|condition| condition.holds(detail.role))
            && self
                .share
                .as_ref()
                .is_none_or(|condition| condition.holds(&percentages, 10.0))
            && self.share_of.is_none_or(|of| claim.share.is_some() && detail.of == of)
            && self.amount.as_ref().is_none_or(|condition| condition.holds(detail))
            && self.property.as_ref().is_none_or(|condition| condition.holds(detail))
    }

    pub(super) fn filter(&self) -> RelationshipFilter {
        RelationshipFilter {
            role: self.role.as_ref().map(|condition| Box::new(condition.filter())),
            share: self.share.as_ref().map(|condition| Box::new(condition.filter(10.0))),
            shares_of: self.share_of.map(|of| Set::of(&[of])),
            amount: self.amount.as_ref().map(|condition| Box::new(condition.filter())),
            property: self.property.as_ref().map(|condition| Box::new(condition.filter())),
            ..RelationshipFilter::default()
        }
    }
}

impl OfAmount {
    fn holds(&self, detail: &Detail) -> bool {
        let amount = detail.amount;
        let values: Vec<f64> = amount.iter().map(|(_, value, _)| f64::from(*value)).collect();
        self.stated.is_none_or(|stated| stated == amount.is_some())
            && self
                .currency
                .is_none_or(|currency| amount.is_some_and(|(known, _, _)| known == currency))
            && self
                .of
                .as_ref()
                .is_none_or(|condition| condition.holds(amount.and_then(|(_, _, of)| of)))
            && self
                .value
                .as_ref()
                .is_none_or(|condition| condition.holds(&values, 1.0))
    }

    fn filter(&self) -> AmountFilter {
        AmountFilter {
            stated: self.stated,
            currencies: self.currency.map(|currency| vec![currency.parse().unwrap()]),
            of: self.of.as_ref().map(OfText::filter),
            value: self.value.as_ref().map(|condition| condition.filter(1.0)),
        }
    }
}

proptest! {
    #[test]
    fn shares_and_amounts_have_a_total_order(claims in claims(SHAPE), details in details(SHAPE.claims), descending in any::<bool>()) {
        let mut dataset = dataset(SHAPE, &claims);
        dataset.relationships.iter_mut().zip(&details).for_each(|(relationship, detail)| detail.write(relationship));
        let snapshot = Snapshot::build(&dataset).unwrap();
        let mask = snapshot.mask(&View { as_of: AsOf::Ever, known_at: moment(3), statuses: Set::all(), has_explicit_statuses: true });
        let budget = Budget::new(u64::MAX, || false);
        let direction = if descending { OrderDirection::Descending } else { OrderDirection::Ascending };
        let whole = Window { after: None, before: None, take: Take::First(1000) };
        let listed = |field| -> Vec<&Detail> {
            let rows = snapshot.relationships(mask).map(|relationship| IncidentRelationship { relationship, neighbor: None });
            let page = page(&snapshot, rows, |_| Ok(true), &[(field, direction)], &whole, &budget).unwrap();
            let positions = page.rows.iter().map(|(_, position)| position.id[1..].parse::<usize>().unwrap());
            positions.map(|position| &details[position]).collect()
        };
        let is_ordered = |compare: &dyn Fn(&Detail, &Detail) -> Option<Ordering>, rows: &[&Detail]| {
            rows.windows(2).all(|pair| match compare(pair[0], pair[1]) {
                Some(order) => if descending { order.is_ge() } else { order.is_le() },
                None => true,
            })
        };
        let amounts = listed(RelationshipOrderField::Amount);
        let stated = amounts.partition_point(|detail| detail.amount.is_some());
        prop_assert!(amounts[stated..].iter().all(|detail| detail.amount.is_none()));
        let by_amount = |a: &Detail, b: &Detail| {
            let key = |detail: &Detail| detail.amount.map(|(currency, value, _)| (currency, value));
            Some(key(a).cmp(&key(b)))
        };
        prop_assert!(is_ordered(&by_amount, &amounts[..stated]));
    }
}

#[test]
fn shares_are_ordered_by_both_ends() {
    let ordered = [
        "10", "10..20", "20..<30", "20..30", ">20..<30", ">20..30", ">20..40", "30", "30..40",
    ];
    let link = |share: &str| Claim {
        kind: guanxi::model::RelationshipKind::Owns,
        status: guanxi::model::RelationshipStatus::Active,
        from: Some(0),
        to: 1,
        since: None,
        until: None,
        share: share.parse().ok(),
        recorded: 0,
        retracted: None,
        disputed: false,
    };
    // The ids of the data go the other way.
    let claims: Vec<Claim> = ["none", "none"]
        .iter()
        .chain(ordered.iter().rev())
        .map(|share| link(share))
        .collect();
    let snapshot = Snapshot::build(&dataset(SHAPE, &claims)).unwrap();
    let view = View {
        as_of: AsOf::Ever,
        known_at: moment(3),
        statuses: Set::all(),
        has_explicit_statuses: true,
    };
    let mask = snapshot.mask(&view);
    let budget = Budget::new(u64::MAX, || false);
    let shares = |direction| -> Vec<String> {
        let rows = snapshot.relationships(mask).map(|relationship| IncidentRelationship {
            relationship,
            neighbor: None,
        });
        let whole = Window {
            after: None,
            before: None,
            take: Take::First(1000),
        };
        let order = [(RelationshipOrderField::Share, direction)];
        let page = page(&snapshot, rows, |_| Ok(true), &order, &whole, &budget).unwrap();
        let share = |visible: &IncidentRelationship| snapshot.relationship(visible.relationship).share();
        let shares = page
            .rows
            .iter()
            .map(|(visible, _)| share(visible).map(|share| share.range.to_string()));
        shares.map(Option::unwrap_or_default).collect()
    };
    let mut expected: Vec<&str> = ordered.into_iter().chain(["", ""]).collect();
    assert_eq!(shares(OrderDirection::Ascending), expected);
    expected[..ordered.len()].reverse();
    assert_eq!(shares(OrderDirection::Descending), expected);
}
