//! Serialized values are read back unchanged; invalid ones are refused when they are read.

use guanxi::model::{
    Action, Amount, AppliedChange, Capability, Catalog, Change, Dataset, Directness, Ends, Entity, EntityKind,
    EntityStatus, Entry, Evidence, Identifier, Interest, Name, NameKind, Noun, PartialDate, Record, Relationship,
    RelationshipKind, RelationshipStatus, Retry, Share, ShareOf, ShareRange, Source, Stance, Timestamp, UnknownReason,
    Validity,
};
use proptest::{collection::vec, option::of, prelude::*, sample::select};
use serde_json::{Map, Value, json};

fn text() -> impl Strategy<Value = String> {
    "[\\PC]{1,12}".prop_filter("not blank", |text| !text.trim().is_empty())
}

fn id() -> impl Strategy<Value = String> {
    "[a-z支付宝:/\"\\\\ ]{0,8}[a-z]".prop_map(|rest| format!("e{rest}"))
}

fn date() -> impl Strategy<Value = PartialDate> {
    (1i16..=9999, of((1i8..=12, of(1i8..=28)))).prop_map(|(year, rest)| {
        PartialDate::new(year, rest.map(|(month, _)| month), rest.and_then(|(_, day)| day)).unwrap()
    })
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (-300_000_000_000i64..250_000_000_000, 0i32..1_000_000_000)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

fn share() -> impl Strategy<Value = Share> {
    let percent = || prop_oneof![0.0..=100.0f64, select(vec![0.0, -0.0, 100.0, 1e-9, 100.0 / 3.0])];
    let range = (percent(), any::<bool>(), percent(), any::<bool>()).prop_filter_map("empty", |(a, low, b, high)| {
        ShareRange::bounded(a.min(b), low, a.max(b), high).ok()
    });
    (range, select(ShareOf::ALL)).prop_map(|(range, of)| Share { range, of })
}

fn amount() -> impl Strategy<Value = Amount> {
    let value = prop_oneof![0.0..1e12f64, select(vec![0.0, 0.1, 1e300, f64::MIN_POSITIVE])];
    (value, select(vec!["USD", "CNY"]), of(text()))
        .prop_map(|(value, currency, of)| Amount::new(value, currency.parse().unwrap(), of).unwrap())
}

fn properties() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e18..1e18f64).prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    let value = leaf.prop_recursive(3, 12, 3, |inner| vec(inner, 0..3).prop_map(Value::from));
    vec((text(), value), 0..3).prop_map(|pairs| pairs.into_iter().collect())
}

fn name() -> impl Strategy<Value = Name> {
    (text(), of(text()), of(text()), select(NameKind::ALL)).prop_map(|(text, language, script, kind)| Name {
        text,
        language,
        script,
        kind,
    })
}

pub(super) fn entity() -> impl Strategy<Value = Entity> {
    let description = (id(), select(EntityKind::ALL), text(), vec(name(), 0..3), of(text()));
    let country = of(select(vec!["CN", "US-NY"]));
    let identifier =
        ("[a-z]{1,4}", "[0-9A-Z]{1,8}").prop_map(|(scheme, value)| Identifier::new(&scheme, &value).unwrap());
    let details = (
        country,
        vec(identifier, 0..3),
        select(EntityStatus::ALL),
        of(text()),
        of(properties()),
    );
    (description, details, [of(date()), of(date()), of(date()), of(date())]).prop_map(
        |((id, kind, name, names, description), (country, identifiers, status, website, properties), dates)| Entity {
            names,
            description,
            country: country.map(str::to_owned),
            identifiers,
            status,
            founded: dates[0],
            dissolved: dates[1],
            starts_on: dates[2],
            ends_on: dates[3],
            website,
            properties,
            ..Entity::new(&id, kind, &name).unwrap()
        },
    )
}

pub(super) fn source() -> impl Strategy<Value = Source> {
    (id(), text(), text(), of(text()), of(date()), of(text())).prop_map(
        |(id, publisher, title, url, published_on, licence)| Source {
            id: Source::id_of(&id).unwrap(),
            publisher,
            title,
            url,
            published_on,
            licence,
        },
    )
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let statement = (text(), text(), of(text()), select(Stance::ALL), of(text()));
    (
        statement,
        of(date()),
        of(text()),
        of(share()),
        of(amount()),
        of(0.0..=1.0f64),
    )
        .prop_map(
            |((id, source, locator, stance, speaker), stated_on, summary, share, amount, confidence)| Evidence {
                id,
                source,
                locator,
                stance,
                speaker,
                stated_on,
                summary,
                share,
                amount,
                confidence,
            },
        )
}

fn ends() -> impl Strategy<Value = Ends> {
    (id(), id(), of((any::<bool>(), select(UnknownReason::ALL)))).prop_map(|(from, to, unknown)| match unknown {
        None => Ends::Known { from, to },
        Some((true, reason)) => Ends::UnknownFrom { to, reason },
        Some((false, reason)) => Ends::UnknownTo { from, reason },
    })
}

pub(super) fn relationship() -> impl Strategy<Value = Relationship> {
    // Contradictory dates are stored, too.
    let validity = prop_oneof![
        (of(date()), of(date())).prop_map(|(since, until)| Validity::as_written(since, until)),
        (of(date()), date()).prop_map(|(since, day)| Validity::over_by(since, day.first_day())),
    ];
    let claim = (
        text(),
        select(RelationshipKind::ALL),
        ends(),
        of(text()),
        select(RelationshipStatus::ALL),
    );
    let terms = (
        validity,
        of(share()),
        of(amount()),
        vec(select(Capability::ALL), 0..3),
        of(properties()),
    );
    let interest = (
        of(select(Interest::ALL)),
        select(Directness::ALL),
        vec("[a-z0-9:/]{1,8}", 0..3),
        of(text()),
    );
    (claim, (terms, interest), vec(evidence(), 1..3), moment(), of(moment())).prop_map(
        |(
            (id, kind, ends, role, status),
            ((validity, share, amount, capabilities, properties), (interest, directness, components, record)),
            evidence,
            recorded_at,
            retracted_at,
        )| {
            Relationship {
                id,
                kind,
                ends,
                role,
                status,
                validity,
                share,
                interest,
                directness,
                components,
                record,
                amount,
                capabilities,
                properties,
                evidence,
                recorded_at,
                retracted_at,
            }
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    let record = prop_oneof![
        source().prop_map(Record::Source),
        entity().prop_map(Record::Entity),
        relationship().prop_map(Record::Relationship)
    ];
    prop_oneof![
        3 => record.prop_map(|record| Change::Put(Box::new(record))),
        1 => (select(Noun::ALL), id()).prop_map(|(noun, id)| Change::Retract { noun, id }),
        1 => (id(), id()).prop_map(|(from, into)| Change::Merge { from, into }),
    ]
}

/// An entry at position 1.
pub(super) fn entry() -> impl Strategy<Value = Entry> {
    let step = (change(), select(Action::ALL), any::<u32>(), vec(id(), 0..3)).prop_map(
        |(change, action, version, entities)| AppliedChange {
            change,
            action,
            version,
            entities,
        },
    );
    let retry = (text(), any::<u64>()).prop_map(|(key, digest)| Retry { key, digest });
    (moment(), of(text()), of(text()), of(retry), vec(step, 0..4)).prop_map(
        |(recorded_at, reason, by, retry, steps)| Entry {
            position: 1,
            recorded_at,
            reason,
            by,
            retry,
            steps,
        },
    )
}

/// Any data, even if it is not a valid graph.
pub(super) fn dataset() -> impl Strategy<Value = Dataset> {
    let records = (vec(source(), 0..3), vec(entity(), 0..3), vec(relationship(), 0..3));
    (text(), of(text()), of(text()), moment(), records).prop_map(
        |(title, description, licence, recorded_at, (sources, entities, relationships))| Dataset {
            title,
            description,
            licence,
            recorded_at,
            sources,
            entities,
            relationships,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_entry_is_read_back_unchanged(entry in entry()) {
        let json = serde_json::to_string(&entry).unwrap();
        prop_assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
        prop_assert!(!json.contains(":null,\"") || json.contains("properties"), "absent values are not written: {}", json);
    }

    #[test]
    fn data_is_read_back_unchanged(dataset in dataset()) {
        let json = serde_json::to_string(&dataset).unwrap();
        prop_assert_eq!(serde_json::from_str::<Dataset>(&json).unwrap(), dataset);
    }
}

#[test]
fn invalid_values_are_refused_when_they_are_read() {
    let company = json!({"id": "a", "kind": "COMPANY", "name": "A", "status": "ACTIVE"});
    let owns = json!({
        "id": "r", "kind": "OWNS", "ends": {"from": "a", "to": "b"}, "status": "ACTIVE",
        "recorded_at": "2026-11-22T12:00:00Z",
        "evidence": [{"id": "r#1", "source": "source:s", "stance": "ASSERTS"}]
    });
    serde_json::from_value::<Entity>(company.clone()).unwrap();
    serde_json::from_value::<Relationship>(owns.clone()).unwrap();
    for (field, value, expected) in [
        ("id", json!("rel:a"), "an entity id"),
        ("kind", json!("COMPANIES"), "an entity kind"),
        ("name", json!(" "), "a name"),
        ("founded", json!("2014-13"), "a date"),
        ("identifiers", json!([{"scheme": "", "value": "1"}]), "a scheme"),
        ("nmae", json!("A"), "unknown field"),
    ] {
        let mut record = company.clone();
        record[field] = value;
        let refused = serde_json::from_value::<Entity>(record).unwrap_err().to_string();
        assert!(refused.contains(expected), "{field}: {refused}");
    }
    for (field, value, expected) in [
        ("ends", json!({"from": "a"}), "the reason why the other is unknown"),
        ("share", json!({"range": "150", "of": "CAPITAL"}), "within 0 and 100"),
        ("amount", json!({"value": -1.0, "currency": "USD"}), "not negative"),
        ("amount", json!({"value": 1.0, "currency": "usd"}), "a currency code"),
        (
            "validity",
            json!({"until": "2014", "ended_by": "2015-01-01"}),
            "not both",
        ),
        ("recorded_at", json!("yesterday"), "a moment"),
        (
            "evidence",
            json!([{"id": "e", "source": "s", "stance": "ASSERTS", "confidence": 2.0}]),
            "a confidence",
        ),
    ] {
        let mut record = owns.clone();
        record[field] = value;
        let refused = serde_json::from_value::<Relationship>(record).unwrap_err().to_string();
        assert!(refused.contains(expected), "{field}: {refused}");
    }
}
