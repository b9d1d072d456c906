//! Which fields merge: examples, generated documents compared with the specification's algorithm, and hostile documents.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::*;
use crate::engine::{error::Code, parse::parse};

const SCHEMA: &str = "
interface I { x: I y: I s: String n(v: Int): Int one: A }
type A implements I { x: I y: I s: String n(v: Int): Int one: A m: Int! l: [I] }
type B implements I { x: I y: I s: String n(v: Int): Int one: A m: Int l: [I!] }
type C implements I { x: I y: I s: String n(v: Int): Int one: A m: String l: I }
union U = A | B
type Query { x: I y: I u: U s: String }
schema { query: Query }";

fn catalog() -> SchemaCatalog {
    SchemaCatalog::new(SCHEMA).unwrap()
}

fn merges(text: &str) -> bool {
    let document = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    check(&document, &catalog()).is_ok()
}

#[test]
fn fields_of_one_object_must_be_one_field() {
    for (text, expected) in [
        ("{ x { s s } x { s } }", true),
        ("{ x { k: s k: n } }", false),
        ("{ x { n(v: 1) n(v: 2) } }", false),
        ("{ x { n(v: 1) n } }", false),
        ("{ x { ... on A { k: s } ... on B { k: x { s } } } }", false),
        ("{ x { ... on A { k: s } ... on B { k: s } } }", true),
        ("{ x { ... on A { k: x { s } } ... on B { k: y { s } } } }", true),
        ("{ x { ... on A { k: x { s } } ... on B { k: y { s: n } } } }", false),
        ("{ x { ... on A { m } ... on B { m } } }", false),
        ("{ x { ... on A { l { s } } ... on B { l { s } } } }", false),
        ("{ x { ... on A { l { s } } ... on C { l { s } } } }", false),
        ("{ x { ... on A { k: x { s } } ... on B { k: one { s } } } }", true),
        ("{ x { ... on A { k: x { a: s } } ... on B { k: x { a: n } } } }", false),
        ("{ x { ... on A { n(v: 1) } ... on B { n(v: 2) } } }", true),
        ("{ x { ... on A { n(v: 1) } ... on I { n(v: 2) } } }", false),
        ("{ x { x { n(v: 1) } ... on A { x { n(v: 2) } } } }", false),
        ("{ x { ... on A { x { n(v: 1) } } ... on B { x { n(v: 2) } } } }", true),
        // Two that never overlap, and one that overlaps with both.
        (
            "{ x { ... on A { x { n(v: 1) } } ... on B { x { n(v: 2) } } x { s } } }",
            true,
        ),
        (
            "{ x { ... on A { x { n(v: 1) } } ... on B { x { n(v: 2) } } x { n(v: 1) } } }",
            false,
        ),
        (
            "{ x { ... on A { x { ... on A { n(v: 1) } } } x { ... on B { n(v: 2) } } } }",
            true,
        ),
        (
            "{ x { ... on A { x { ... on A { n(v: 1) } } } x { ... on A { n(v: 2) } } } }",
            false,
        ),
        ("{ u { ... on A { k: s } ... on B { k: s } __typename } }", true),
        ("{ u { k: __typename ... on A { k: s } } }", false),
        (
            "{ ...F ...G } fragment F on Query { x { s } } fragment G on Query { x { s: n } }",
            false,
        ),
        ("query P { k: x { s } } query Q { k: y { s } }", true),
    ] {
        assert_eq!(merges(text), expected, "{text}");
    }
}

/// The specification's algorithm, literally, pair by pair.
struct Definition<'a> {
    merger: Merger<'a>,
}

impl<'a> Definition<'a> {
    fn set_merges(&self, sets: &[TypedSet<'a>]) -> bool {
        let groups = self.groups(sets);
        groups.iter().all(|(_, group)| {
            group.iter().enumerate().all(|(position, one)| {
                group[position..].iter().all(|other| {
                    let object = |selected: &SelectedField<'a>| {
                        selected
                            .parent
                            .filter(|parent| matches!(self.merger.catalog.kind(parent), Some(Kind::Object(_))))
                    };
                    let overlap = match (object(one), object(other)) {
                        (Some(a), Some(b)) => a == b,
                        _ => true,
                    };
                    self.same_response_shape(one, other)
                        && (!overlap
                            || (same_field("", one, other).is_ok() && self.set_merges(&self.below(&[*one, *other]))))
                })
            })
        })
    }

    fn same_response_shape(&self, one: &SelectedField<'a>, other: &SelectedField<'a>) -> bool {
        same_shape(self.merger.catalog, "", one, other).is_ok()
            && self.groups(&self.below(&[*one, *other])).iter().all(|(_, group)| {
                group.iter().enumerate().all(|(position, one)| {
                    group[position + 1..]
                        .iter()
                        .all(|other| self.same_response_shape(one, other))
                })
            })
    }

    fn groups(&self, sets: &[TypedSet<'a>]) -> Vec<(&'a str, Vec<SelectedField<'a>>)> {
        let mut groups = FieldGroups::default();
        for (parent, set) in sets {
            self.merger.collect(*parent, set, &mut groups);
        }
        let all = groups.iter().map(|(name, group)| (name, group.to_vec()));
        all.collect()
    }

    fn below(&self, fields: &[SelectedField<'a>]) -> Vec<TypedSet<'a>> {
        let mut sets: Vec<TypedSet<'a>> = Vec::new();
        for selected in fields {
            let ty = selected.definition.map(|definition| catalog::named(&definition.ty));
            let parent = ty.and_then(|ty| self.merger.catalog.composite(ty));
            let set = &selected.field.node.selection_set.node;
            // A field paired with itself counts once.
            if !sets.iter().any(|(_, known)| std::ptr::eq(*known, set)) {
                sets.push((parent, set));
            }
        }
        sets
    }
}

fn merges_by_definition(text: &str) -> bool {
    let (document, catalog) = (parse(text).unwrap(), catalog());
    let merger = Merger {
        document: &document,
        catalog: &catalog,
        positions: HashMap::new(),
        groups: Vec::new(),
        shaped: HashSet::new(),
        merged: HashSet::new(),
        compared: HashSet::new(),
        compared_fields: 0,
    };
    let definition = Definition { merger };
    parse::operations(&document).into_iter().all(|operation| {
        let root = catalog.root(operation.node.ty);
        definition.set_merges(&[(root, &operation.node.selection_set.node)])
    })
}

/// Random selections on a type, with few names so that they often overlap.
fn write_random(random: &mut fastrand::Rng, on: &str, depth: usize, into: &mut String) {
    into.push_str("{ ");
    for _ in 0..random.usize(1..=3) {
        let inner = [" on A ", " on B ", " on C ", " on I ", " "];
        match random.u32(0..8) {
            0..=2 if depth > 0 => {
                let name = ["x", "y", "k: x", "k: y", "x: one", "k: one"][random.usize(0..6)];
                into.push_str(name);
                write_random(random, if name.ends_with("one") { "A" } else { "I" }, depth - 1, into);
            }
            3 | 4 if depth > 0 => {
                // An object of one type cannot be of another.
                let within = ["A", "B", "C"].contains(&on);
                let inner = if within {
                    [format!(" on {on} "), " on I ".to_owned()][random.usize(0..2)].clone()
                } else {
                    inner[random.usize(0..5)].to_owned()
                };
                let next = inner.trim().strip_prefix("on ").unwrap_or(on).to_owned();
                write!(into, "...{inner}").unwrap();
                write_random(random, &next, depth - 1, into);
            }
            5 => into.push_str(["n(v: 1) ", "n(v: 2) ", "n "][random.usize(0..3)]),
            6 => into.push_str(["s ", "k: s ", "__typename "][random.usize(0..3)]),
            _ if depth > 1 => into.push_str(["...F ", "...G "][random.usize(0..2)]),
            _ => into.push_str("s "),
        }
    }
    into.push_str("} ");
}

#[test]
fn random_documents_merge_as_the_specification_defines() {
    let mut merging = 0;
    let mut random = fastrand::Rng::with_seed(7);
    let count = 500;
    for _ in 0..count {
        let mut text = "{ x ".to_owned();
        write_random(&mut random, "I", 3, &mut text);
        text.push_str("} fragment F on I ");
        write_random(&mut random, "I", 1, &mut text);
        text.push_str("fragment G on I ");
        write_random(&mut random, "I", 1, &mut text);
        let expected = merges_by_definition(&text);
        assert_eq!(merges(&text), expected, "{text}");
        merging += u32::from(expected);
    }
    // Both outcomes occur often.
    assert!((count / 10..count * 9 / 10).contains(&merging), "{merging} of {count}");
}

/// A document in which every path through the types is a separate combination.
fn tree(levels: usize, types: &[&str]) -> String {
    if levels == 0 {
        return "s ".to_owned();
    }
    let below = tree(levels - 1, types);
    let inner = types.iter().map(|ty| format!("... on {ty} {{ x {{ {below} }} }} "));
    inner.collect::<String>() + &format!("x {{ {below} }} ")
}

/// Small documents that are ruinous to compare pair by pair or to expand.
fn bombs() -> Vec<(&'static str, String)> {
    let nested = |levels: usize, within: &dyn Fn(usize) -> String| {
        let mut text = "{ x { s } ".to_owned();
        let mut end = String::new();
        for level in 0..levels {
            write!(text, "x {{ {} ", within(level)).unwrap();
            end.push_str("} ");
        }
        format!("{text} s {end} }}")
    };
    let chain = |levels: usize| "x { ".repeat(levels) + "s " + &"} ".repeat(levels);
    let types = |level: usize| {
        let below = chain(20 - level);
        ["A", "B", "C"].map(|ty| format!("... on {ty} {{ {below} }} ")).concat()
    };
    let doubling = |levels: usize| {
        let mut text = "{ x { ...F0 } }".to_owned();
        for level in 0..levels {
            let next = level + 1;
            write!(
                text,
                " fragment F{level} on I {{ x {{ ...F{next} }} ... on A {{ x {{ ...F{next} }} }} ... on B {{ x {{ ...F{next} y {{ s }} }} }} }}"
            )
            .unwrap();
        }
        write!(text, " fragment F{levels} on I {{ s }}").unwrap();
        text
    };
    vec![
        ("one field 4,000 times", format!("{{ {} }}", "x { s } ".repeat(4000))),
        (
            "one field of three types 1,000 times",
            format!("{{ x {{ {} }} }}", "... on A { s } ... on B { s } s ".repeat(1000)),
        ),
        ("20 levels, three types at each", nested(20, &types)),
        (
            "a tree of one type and an interface",
            format!("{{ x {{ {} }} }}", tree(9, &["A"])),
        ),
        (
            "a tree of two types and an interface",
            format!("{{ x {{ {} }} }}", tree(6, &["A", "B"])),
        ),
        (
            "a tree of three types and an interface",
            format!("{{ x {{ {} }} }}", tree(5, &["A", "B", "C"])),
        ),
        ("doubling fragments", doubling(7)),
    ]
}

#[test]
fn small_documents_are_quick_to_compare() {
    for (name, text) in bombs() {
        let document = parse(&text).unwrap();
        let catalog = catalog();
        let began = Instant::now();
        let outcome = check(&document, &catalog);
        let took = began.elapsed();
        println!("{:>9.3} ms  {name} ({} bytes)", took.as_secs_f64() * 1000.0, text.len());
        // All are valid; those that would take long are refused.
        let code = outcome.err().map(|error| error.code);
        assert!(code.is_none_or(|code| code == Code::LimitExceeded), "{name}: {code:?}");
        // Generous for unoptimised builds on a busy machine. Pair by pair, each takes minutes or more.
        assert!(took < Duration::from_secs(10), "{name}: {took:?}");
    }
}

#[test]
fn documents_that_take_long_to_compare_are_refused_with_advice() {
    let catalog = catalog();
    let outcome = |levels: usize, types: &[&str]| {
        let document = parse(&format!("{{ x {{ {} }} }}", tree(levels, types))).unwrap();
        check(&document, &catalog)
    };
    assert!(outcome(3, &["A", "B", "C"]).is_ok());
    // Fields of one type all overlap, and are compared once.
    assert!(outcome(10, &["A"]).is_ok());
    let error = outcome(7, &["A", "B"]).unwrap_err();
    assert_eq!((error.code, error.locations.len()), (Code::LimitExceeded, 1));
    assert!(error.message.contains("Give them aliases"), "{error}");
}
