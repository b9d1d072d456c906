//! A base the size of a register of the world: 3.4 million entities with long properties, 0.5 million relationships between
//! them, and 6.3 million with an unknown end. The times to build, write and read it, and its memory.
//! `cargo bench --bench large_base`; with `-- 10`, a tenth of it.
//!
//! The records are created one at a time, as by an import.

use std::{fs, time::Instant};

use fastrand::Rng;
use guanxi::{
    graph::{GraphBuilder, Pattern, Snapshot},
    model::{
        Date, Ends, Entity, EntityKind, EntityStatus, Evidence, Identifier, PartialDate, Relationship,
        RelationshipKind, Source, Stance, Timestamp, UnknownReason, Validity, View, evidence_id, relationship_id,
    },
};

// The allocator of the program, which the figures depend on.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ENTITIES: usize = 3_430_000;
const RELATIONSHIPS: usize = 490_000;
const UNDISCLOSED: usize = 6_350_000;
/// The number of lookups.
const LOOKS: usize = 100_000;

fn main() {
    let part = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let part: usize = part.unwrap_or(1);
    let entities = ENTITIES / part;
    println!("{entities} entities; before: {}", memory());
    let (sample, began) = (properties(), Instant::now());
    println!(
        "{} bytes of properties each",
        serde_json::to_string(&sample).map_or(0, |text| text.len())
    );
    let builder = timed("adding records", || added(entities, part, &sample));
    println!("  {}", memory());
    let graph = timed("finishing", || builder.finish("Register", None, None).expect("a graph"));
    println!("in all {:.1} s; {}", began.elapsed().as_secs_f64(), memory());
    let file = timed("packing", || packed(&graph));
    println!("  {} MB", file.iter().map(Vec::len).sum::<usize>() / 1_000_000);
    looks(&graph, entities);
    drop(graph);
    let mut sections = file.into_iter();
    // Sections are consumed one by one, so that the peak does not include both forms.
    let graph = timed("unpacking", || Snapshot::unpack(|| sections.next()).expect("a graph"));
    println!("  {}", memory());
    looks(&graph, entities);
    timed("the same again in a base of its own", || {
        graph.rebuilt().expect("a graph")
    });
    println!("  {}", memory());
}

/// An id as the register gives it: mostly ascending with the number.
fn lei(number: usize) -> String {
    let mixed = u64::try_from(number)
        .unwrap_or_default()
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!(
        "{:04}00{:08X}{:06}",
        2138 + number / 400_000,
        number * 613 + usize::try_from(mixed % 613).unwrap_or(0),
        mixed % 1_000_000
    )
}

/// The properties of a company in a register.
fn properties() -> serde_json::Map<String, serde_json::Value> {
    let address = |line: &str| {
        serde_json::json!({"language": "sk", "FirstAddressLine": line, "City": "Nové Mesto nad Váhom", "Country": "SK",
            "PostalCode": "915 01", "Region": "SK-TC"})
    };
    let all = serde_json::json!({
        "legalAddress": address("Banská 1120/4"), "headquartersAddress": address("Banská 1120/4"),
        "registrationAuthority": {"id": "RA000526", "entityId": "51078066"}, "jurisdiction": "SK",
        "category": "GENERAL", "legalForm": "VSZS", "creationDate": "2017-09-20T08:00:00+02:00",
        "registration": {"initial": "2018-03-27T00:00:00+02:00", "lastUpdate": "2024-05-04T00:00:00+02:00",
            "status": "LAPSED", "nextRenewal": "2024-05-03T08:31:20.554+02:00", "managingLou": "097900BEFH0000000217",
            "validationSources": "FULLY_CORROBORATED",
            "validationAuthority": {"id": "RA000526", "entityId": "51078066"}},
        "conformity": "CONFORMING"
    });
    match all {
        serde_json::Value::Object(all) => all,
        _ => unreachable!("it is created as an object above"),
    }
}

/// A word of a name or of an address.
fn word(rng: &mut Rng) -> String {
    const PARTS: [&str; 16] = [
        "ba", "con", "del", "est", "fin", "gra", "hol", "in", "ka", "lo", "mar", "no", "os", "pre", "tra", "vi",
    ];
    (0..rng.usize(2..5)).map(|_| PARTS[rng.usize(..PARTS.len())]).collect()
}

fn entity(number: usize, rng: &mut Rng, sample: &serde_json::Map<String, serde_json::Value>) -> Entity {
    let lei = lei(number);
    let name = format!("{} {} {} s.r.o.", word(rng), word(rng), word(rng));
    let mut entity = Entity::new(&format!("lei:{lei}"), EntityKind::Company, &name).expect("an entity");
    let authority = rng.u32(10_000_000..99_999_999).to_string();
    let mut properties = sample.clone();
    for place in ["legalAddress", "headquartersAddress"] {
        properties[place]["FirstAddressLine"] = format!("{} {}/{}", word(rng), rng.u16(1..3000), rng.u8(1..99)).into();
        properties[place]["City"] = format!("{} {}", word(rng), word(rng)).into();
        properties[place]["PostalCode"] = rng.u32(10_000..99_999).into();
    }
    properties["registrationAuthority"]["entityId"] = authority.clone().into();
    properties["registration"]["validationAuthority"]["entityId"] = authority.clone().into();
    let day = |rng: &mut Rng| {
        format!(
            "20{:02}-{:02}-{:02}T{:02}:{:02}:20+02:00",
            rng.u8(10..26),
            rng.u8(1..13),
            rng.u8(1..29),
            rng.u8(0..24),
            rng.u8(0..60)
        )
    };
    properties["registration"]["initial"] = day(rng).into();
    properties["registration"]["lastUpdate"] = day(rng).into();
    properties["registration"]["nextRenewal"] = day(rng).into();
    let identifier = |scheme: &str, value: String| Identifier {
        scheme: scheme.to_owned(),
        value,
    };
    entity.identifiers = vec![identifier("lei", lei), identifier("ra000526", authority)];
    entity.country = Some("SK".to_owned());
    entity.status = EntityStatus::Active;
    entity.founded = Some(Date::constant(rng.i16(1950..2026), rng.i8(1..=12), rng.i8(1..=28)).into());
    entity.properties = Some(properties);
    entity
}

fn relationship(ends: Ends, key: &str, validity: Validity) -> Relationship {
    let kind = RelationshipKind::Consolidates;
    let id = relationship_id(kind, &ends, key);
    let evidence = Evidence {
        id: evidence_id(&id, "source:register", 1),
        source: "source:register".to_owned(),
        locator: Some(key.to_owned()),
        stance: Stance::Asserts,
        speaker: None,
        stated_on: None,
        summary: None,
        share: None,
        amount: None,
        confidence: None,
    };
    Relationship {
        validity,
        evidence: vec![evidence],
        ..Relationship::new(id, kind, ends)
    }
}

fn added(entities: usize, part: usize, sample: &serde_json::Map<String, serde_json::Value>) -> GraphBuilder {
    let mut rng = Rng::with_seed(42);
    let mut builder = GraphBuilder::new(Timestamp::UNIX_EPOCH);
    let source = Source {
        id: "source:register".to_owned(),
        publisher: "Register".to_owned(),
        title: "Companies".to_owned(),
        url: None,
        published_on: None,
        licence: None,
    };
    builder.add_source(&source).expect("a source");
    timed("  entities", || {
        for number in 0..entities {
            // Some neighbors are swapped, since registers are nearly sorted.
            let number = if number % 100 < 2 && number + 2 < entities {
                number ^ 1
            } else {
                number
            };
            builder
                .add_entity(&entity(number, &mut rng, sample))
                .expect("an entity");
        }
    });
    let id = |rng: &mut Rng| format!("lei:{}", lei(rng.usize(..entities)));
    timed("  relationships", || {
        for _ in 0..RELATIONSHIPS / part {
            let (from, to) = (id(&mut rng), id(&mut rng));
            let since = Date::constant(rng.i16(1990..2026), rng.i8(1..=12), rng.i8(1..=28));
            let validity = Validity::new(Some(PartialDate::from(since)), None).expect("an open interval");
            let key = if rng.bool() { "DIRECT" } else { "ULTIMATE" };
            let record = relationship(Ends::Known { from, to }, key, validity);
            if builder.holds(&record.id).is_none() {
                builder.add_relationship(&record).expect("a relationship");
            }
        }
    });
    timed("  relationships with an unknown end", || {
        let mut left = UNDISCLOSED / part;
        for number in 0..entities {
            let to = format!("lei:{}", lei(number));
            for key in ["DIRECT", "ULTIMATE"] {
                let reason = if rng.bool() {
                    UnknownReason::NaturalPersons
                } else {
                    UnknownReason::NoLei
                };
                let record = relationship(Ends::UnknownFrom { to: to.clone(), reason }, key, Validity::OPEN);
                if left > 0 {
                    builder.add_relationship(&record).expect("a relationship");
                    left -= 1;
                }
            }
        }
    });
    println!("  {builder:?}");
    builder
}

fn packed(graph: &Snapshot) -> Vec<Vec<u8>> {
    let mut sections = Vec::new();
    let put = |section: &[u8]| {
        sections.push(section.to_vec());
        Ok::<(), std::convert::Infallible>(())
    };
    graph.pack(put).expect("memory does not fail");
    sections
}

/// Prints the cost of lookups.
fn looks(graph: &Snapshot, entities: usize) {
    let mask = graph.mask(&View::now(Timestamp::MAX));
    let mut rng = Rng::with_seed(7);
    let some: Vec<String> = (0..LOOKS).map(|_| lei(rng.usize(..entities))).collect();
    each("an entity by id", &some, |lei| {
        graph.entity_by_id(&format!("lei:{lei}"), &mask).is_some()
    });
    each("an entity by identifier", &some, |lei| {
        !graph.entities_by_identifier("lei", lei, &mask).is_empty()
    });
    let entities: Vec<_> = some
        .iter()
        .filter_map(|lei| graph.entity_by_id(&format!("lei:{lei}"), &mask))
        .collect();
    each("the links of an entity", &entities, |entity| {
        graph.hops(*entity, Pattern::any(), mask).count() + graph.undisclosed(*entity, mask).count() > 0
    });
    each("the ids of relationships of an entity", &entities, |entity| {
        graph
            .undisclosed(*entity, mask)
            .map(|ix| graph.relationship(ix).id().len())
            .sum::<usize>()
            > 0
    });
    let ids: Vec<String> = entities
        .iter()
        .take(LOOKS / 10)
        .flat_map(|entity| graph.undisclosed(*entity, mask))
        .map(|ix| graph.relationship(ix).id().into_owned())
        .collect();
    each("a relationship by id", &ids, |id| {
        graph.relationship_by_id(id, &mask).is_some()
    });
    each(
        "the properties of an entity",
        &entities[..1000.min(entities.len())],
        |entity| graph.entity(*entity).properties().is_some(),
    );
    let began = Instant::now();
    let bytes: usize = graph
        .entities(&mask)
        .filter_map(|entity| graph.entity(entity).properties().map(|text| text.len()))
        .sum();
    println!(
        "  all properties in the order of ids: {:.1} s, {} MB",
        began.elapsed().as_secs_f64(),
        bytes / 1_000_000
    );
    let began = Instant::now();
    println!(
        "  all relationships visited: {} in {:.2} s",
        graph.relationships(mask).count(),
        began.elapsed().as_secs_f64()
    );
}

fn each<T>(title: &str, among: &[T], look: impl Fn(&T) -> bool) {
    let began = Instant::now();
    let count = among.iter().filter(|one| look(one)).count();
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a ratio for print")]
    let micros = began.elapsed().as_secs_f64() * 1e6 / among.len() as f64;
    println!("  {title}: {micros:.2} µs, {count} of {}", among.len());
}

fn timed<T>(title: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    println!("{title}: {:.2} s", began.elapsed().as_secs_f64());
    result
}

/// The resident memory of the process, and its peak.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let figure = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        number.unwrap_or_default() / 1024
    };
    format!("{} MiB resident, {} MiB at most", figure("VmRSS:"), figure("VmHWM:"))
}
