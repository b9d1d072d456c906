//! Parsing of documents: the syntax of September 2025, positions, and the messages of
//! syntax errors.

use async_graphql::parser::types::{Selection, SelectionSet, Type};
use async_graphql::{Pos, Value};

use super::{lexical, *};
use crate::engine::{error::Code, limits::Limits};

fn read(text: &str) -> Result<ExecutableDocument, Error> {
    parse(&lexical::check(text, &Limits::default())?)
}

/// The value of the first argument of the first field.
fn argument(literal: &str) -> Result<async_graphql_value::Value, Error> {
    let document = read(&format!("{{ a(b: {literal}) }}"))?;
    let operation = operations(&document)[0];
    match &operation.node.selection_set.node.items[0].node {
        Selection::Field(field) => Ok(field.node.arguments[0].1.node.clone()),
        other => panic!("{other:?}"),
    }
}

fn text_of(literal: &str) -> String {
    match argument(literal) {
        Ok(async_graphql_value::Value::String(text)) => text,
        other => panic!("{literal}: {other:?}"),
    }
}

fn refused(text: &str) -> Error {
    let error = read(text).unwrap_err();
    assert_eq!(error.code, Code::GraphqlParseFailed, "{text}: {error}");
    error
}

#[test]
fn strings_are_unescaped() {
    for (literal, expected) in [
        (r#""""#, ""),
        (r#""\u0041\u{42}\u{0001F600}""#, "AB😀"),
        (r#""\uD83D\uDE00""#, "😀"),
        (r#""\u0041\uD83D\uDE00\uD83D\uDE00""#, "A😀😀"),
        (r#""\\uD83D \u00e9 \u{10FFFF}""#, "\\uD83D é \u{10FFFF}"),
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        ("\"tab\tnull\0 字\"", "tab\tnull\0 字"),
        ("\"# no comment\"", "# no comment"),
        ("\"\"\"\"\"\"", ""),
        (
            "\"\"\"\n    one\n      two\n\n    three\n  \"\"\"",
            "one\n  two\n\nthree",
        ),
        ("\"\"\"  one\r\n    two\r    three\"\"\"", "  one\ntwo\nthree"),
        (r#""""a \""" b \u{1F600} \n""""#, r#"a """ b \u{1F600} \n"#),
        ("\"\"\"\n \t\n  \n\"\"\"", ""),
        ("\"\"\"\"quoted\" \"\"\"", "\"quoted\" "),
    ] {
        assert_eq!(text_of(literal), expected, "{literal}");
    }
}

#[test]
fn invalid_escapes_are_refused_with_their_position() {
    for (literal, column, about) in [
        (r#""ab\q""#, 11, "escape"),
        (r#""\u12""#, 9, "escape"),
        (r#""\u{}""#, 9, "escape"),
        (r#""\u{110000}""#, 9, "escape"),
        (r#""\u{0000000000041}""#, 9, "escape"),
        (r#""\u{D800}""#, 9, "surrogate"),
        (r#""\uD83D""#, 9, "surrogate"),
        (r#""\uD83D\u0041""#, 9, "surrogate"),
        (r#""\uD83D\u{DE00}""#, 9, "surrogate"),
        (r#""é\uDE00\uD83D""#, 10, "surrogate"),
    ] {
        let error = refused(&format!("{{ a(b: {literal}) }}"));
        assert_eq!(error.locations, [Pos { line: 1, column }], "{literal}: {error}");
        assert!(error.message.contains(about), "{literal}: {error}");
    }
}

#[test]
fn numbers_are_read_exactly() {
    let number = |literal: &str| argument(literal).unwrap().into_const().unwrap();
    for (literal, expected) in [
        ("0", Value::from(0)),
        ("-0", Value::from(0)),
        ("9223372036854775807", Value::from(i64::MAX)),
        ("18446744073709551615", Value::from(u64::MAX)),
        ("1.5e3", Value::from(1500.0)),
        ("2.0", Value::from(2.0)),
    ] {
        assert_eq!(number(literal), expected, "{literal}");
    }
    assert_eq!(number("99999999999999999999"), Value::from(1e20));
    assert!(refused("{ a(b: 1e999) }").message.contains("64-bit"));
    for literal in ["01", "1a", "1.", ".5", "0x1", "1_0", "-", "1.2.3", "1e"] {
        assert_eq!(
            refused(&format!("{{ a(b: {literal}) }}")).locations.len(),
            1,
            "{literal}"
        );
    }
}

#[test]
fn descriptions_and_directives_are_accepted_where_the_specification_allows_them() {
    let text = r#"
        "What it asks." query Q("An id." $id: [ID!]! = ["a"] @x(y: 1) @z, """How many.""" $n: Int) @w { a }
        """A part.""" fragment F on T @v { b }"#;
    let document = read(text).unwrap();
    let operation = &operations(&document)[0].node;
    let [id, n] = operation.variable_definitions.as_slice() else {
        panic!("{operation:?}")
    };
    assert_eq!(id.node.var_type.node, Type::new("[ID!]!").unwrap());
    assert_eq!(
        id.node.default_value.as_ref().unwrap().node,
        Value::List(vec![Value::from("a")])
    );
    assert_eq!((id.node.directives.len(), n.node.directives.len()), (2, 0));
    assert_eq!((operation.directives.len(), id.pos.line), (1, 2));
    let parts = fragments(&document);
    let [("F", fragment)] = parts.as_slice() else {
        panic!("{parts:?}")
    };
    assert_eq!(
        (fragment.pos, fragment.node.directives.len()),
        (Pos { line: 3, column: 9 }, 1)
    );
    for text in [
        "\"No.\" { a }",
        "{ \"No.\" a }",
        "{ a(\"No.\" b: 1) }",
        "query Q($a: Int @x = 1) { a }",
    ] {
        refused(text);
    }
}

#[test]
fn nodes_have_their_positions() {
    let text = "query Q($a: Int) {\r\n  é: \"\"\n}";
    assert_eq!(refused(text).locations, [Pos { line: 2, column: 3 }]);
    let text = "query Q(\n$ # one\r a: Int) { # 字\n  x: f(v: $a) @skip(if: true) ... on T { b } ...F }\nfragment F on T { c }";
    let document = read(text).unwrap();
    let operation = &operations(&document)[0];
    assert_eq!(operation.pos, Pos { line: 1, column: 1 });
    let variable = &operation.node.variable_definitions[0];
    assert_eq!(
        (variable.node.name.node.as_str(), variable.pos),
        ("a", Pos { line: 2, column: 1 })
    );
    let items = &operation.node.selection_set.node.items;
    assert_eq!(items[0].pos, Pos { line: 4, column: 3 });
    let Selection::Field(field) = &items[0].node else {
        panic!()
    };
    let (name, value) = &field.node.arguments[0];
    assert_eq!(
        [field.node.name.pos, name.pos, value.pos, field.node.directives[0].pos].map(|at| at.column),
        [6, 8, 11, 15]
    );
    assert_eq!([&items[1], &items[2]].map(|item| item.pos.column), [31, 46]);
    assert_eq!(fragments(&document)[0].1.pos, Pos { line: 5, column: 1 });
}

#[test]
fn a_syntax_error_names_what_was_expected() {
    for (text, expected) in [
        (
            "",
            "line 1, column 1: expected query, mutation, subscription, fragment or {, found the end of the document",
        ),
        (
            "{",
            "line 1, column 2: expected a field or ..., found the end of the document",
        ),
        (
            "{ a",
            "line 1, column 4: expected a field, ... or }, found the end of the document",
        ),
        ("{ }", "line 1, column 3: expected a field or ..., found }"),
        (
            "{ a } }",
            "line 1, column 7: expected query, mutation, subscription, fragment or {, found }",
        ),
        ("{ a() }", "line 1, column 5: expected the name of an argument, found )"),
        ("{ a(b: ) }", "line 1, column 8: expected a value, found )"),
        ("{ a(b 1) }", "line 1, column 7: expected :, found 1"),
        ("{ a(b: [1 }", "line 1, column 11: expected a value or ], found }"),
        (
            "{ a(b: {1: 2}) }",
            "line 1, column 9: expected the name of a field or }, found 1",
        ),
        ("{ a: }", "line 1, column 6: expected the name of a field, found }"),
        ("{ a @ }", "line 1, column 7: expected the name of a directive, found }"),
        (
            "{ ... on { a } }",
            "line 1, column 10: expected the name of a type, found {",
        ),
        (
            "query Q() { a }",
            "line 1, column 9: expected a variable like $name, found )",
        ),
        (
            "query Q(a: Int) { a }",
            "line 1, column 9: expected a variable like $name, found a",
        ),
        ("query Q($a Int) { a }", "line 1, column 12: expected :, found Int"),
        ("query Q($a: ) { a }", "line 1, column 13: expected a type, found )"),
        ("query Q($a: [Int) { a }", "line 1, column 17: expected ], found )"),
        (
            "query Q($a: Int = $b) { a }",
            "line 1, column 19: expected a value, found $b",
        ),
        ("query Q", "line 1, column 8: expected {, found the end of the document"),
        (
            "fragment on on T { a }",
            "line 1, column 10: expected the name of the fragment, which is not on, found on",
        ),
        ("fragment F { a }", "line 1, column 12: expected on, found {"),
        (
            "fragment F on T",
            "line 1, column 16: expected {, found the end of the document",
        ),
        (
            "type A { b: Int }",
            "line 1, column 1: expected query, mutation, subscription, fragment or {, found type",
        ),
        (
            "\"x\"",
            "line 1, column 1: expected query, mutation, subscription, fragment or {, found a string",
        ),
        ("{ a\n  ? }", "line 2, column 3: ? is not valid here"),
        ("{ a(b: 01) }", "line 1, column 8: 01 is not a number"),
        ("{ a(b: \u{1}) }", "line 1, column 8: U+0001 is not valid here"),
    ] {
        let error = refused(text);
        assert_eq!(error.message, format!("Syntax error at {expected}."), "{text}");
        assert_eq!(error.locations.len(), 1, "{text}");
    }
}

#[test]
fn operations_and_fragments_need_distinct_names() {
    for (text, columns) in [
        ("query A { a } query A { b }", [1, 15].as_slice()),
        ("{ a } query B { b }", &[1]),
        ("query B { b } { a }", &[15]),
        ("{ a } { b }", &[1]),
        ("{ ...F } fragment F on T { a } fragment F on T { b }", &[10, 32]),
        ("fragment F on T { a }", &[]),
    ] {
        let error = refused(text);
        let positions: Vec<_> = error.locations.iter().map(|at| at.column).collect();
        assert_eq!(positions, columns, "{text}: {error}");
    }
    assert!(read("query A { a } mutation B { b } subscription C { c }").is_ok());
    // Keywords are ordinary names wherever they are not ambiguous.
    let text =
        "query query($on: on) { on: query(fragment: $on) @on { true } ...fragment } fragment fragment on on { null }";
    assert!(read(text).is_ok(), "{:?}", read(text));
}

#[test]
fn the_deepest_allowed_nesting_is_parsed() {
    let most = usize::try_from(lexical::NESTING_MAX).unwrap();
    let fields = |levels: usize| format!("{}a{}", "{a".repeat(levels - 1) + "{", "}".repeat(levels));
    let lists = |levels: usize| format!("{{a(b:{}{})}}", "[".repeat(levels - 2), "]".repeat(levels - 2));
    let objects = |levels: usize| {
        let inner = "{k:".repeat(levels - 3);
        format!("{{a(b:{inner}{{}}{})}}", "}".repeat(levels - 3))
    };
    let types = |levels: usize| format!("query Q($a:{}T{}){{a}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    let shapes: [&dyn Fn(usize) -> String; 4] = [&fields, &lists, &objects, &types];
    for make in shapes {
        assert!(
            read(&make(most)).is_ok(),
            "{}: {:?}",
            make(most),
            read(&make(most)).err()
        );
        assert_eq!(read(&make(most + 1)).unwrap_err().code, Code::LimitExceeded);
    }
}

/// Example queries of the web pages.
const QUERIES: [&str; 24] = [
    include_str!("../../../web/queries/00-alipay-partners.graphql"),
    include_str!("../../../web/queries/f1-whom-does-a-name-mean.graphql"),
    include_str!("../../../web/queries/f2-search.graphql"),
    include_str!("../../../web/queries/f3-what-changed-around-alibaba.graphql"),
    include_str!("../../../web/queries/f4-what-is-disputed.graphql"),
    include_str!("../../../web/queries/f5-history-of-paypal.graphql"),
    include_str!("../../../web/queries/f6-who-matters-most.graphql"),
    include_str!("../../../web/queries/s1-purchase-channels.graphql"),
    include_str!("../../../web/queries/s2-plans-for-australia.graphql"),
    include_str!("../../../web/queries/s3-black-friday-merchants.graphql"),
    include_str!("../../../web/queries/s4-what-rebecca-lui-said.graphql"),
    include_str!("../../../web/queries/s5-alibaba-and-paypal.graphql"),
    include_str!("../../../web/queries/s6-how-the-market-changed.graphql"),
    include_str!("../../../web/queries/s7-business-models.graphql"),
    include_str!("../../../web/queries/s8-amazon-or-alibaba.graphql"),
    include_str!("../../../web/queries/s9-what-lies-ahead.graphql"),
    include_str!("../../../web/queries/t1-owners-of-paypal.graphql"),
    include_str!("../../../web/queries/t2-macys-to-jack-ma.graphql"),
    include_str!("../../../web/queries/t3-ultimate-owners-of-paypal.graphql"),
    include_str!("../../../web/queries/t4-what-surrounds-alipay.graphql"),
    include_str!("../../../web/queries/w1-merge-two-entities.graphql"),
    include_str!("../../../web/queries/w2-before-and-after.graphql"),
    include_str!("../../../web/queries/w3-undo-the-merge.graphql"),
    include_str!("../../../web/queries/w4-watch-two-companies.graphql"),
];

/// Moves type conditions to the position of their type name: the other parser reports that of `on`.
fn move_conditions(set: &mut SelectionSet) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => move_conditions(&mut field.node.selection_set.node),
            Selection::InlineFragment(inline) => {
                if let Some(condition) = &mut inline.node.type_condition {
                    condition.pos = condition.node.on.pos;
                }
                move_conditions(&mut inline.node.selection_set.node);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

#[test]
fn documents_equal_those_of_the_parser_of_the_executor() {
    for text in QUERIES {
        // It does not support descriptions; everything else here it parses correctly.
        let mut expected = async_graphql::parser::parse_query(text).unwrap();
        let actual = read(text).unwrap();
        if let DocumentOperations::Multiple(operations) = &mut expected.operations {
            let operations = operations.values_mut();
            operations.for_each(|operation| move_conditions(&mut operation.node.selection_set.node));
        }
        for fragment in expected.fragments.values_mut() {
            move_conditions(&mut fragment.node.selection_set.node);
        }
        let (actual_operations, expected_operations) = (operations(&actual), operations(&expected));
        assert_eq!(format!("{actual_operations:?}"), format!("{expected_operations:?}"));
        assert_eq!(fragments(&actual).len(), fragments(&expected).len());
        for ((name, one), (expected_name, other)) in fragments(&actual).into_iter().zip(fragments(&expected)) {
            assert_eq!((name, one.pos), (expected_name, other.pos));
            assert_eq!(
                format!("{:?}", one.node.selection_set),
                format!("{:?}", other.node.selection_set)
            );
        }
    }
}

#[test]
#[ignore = "prints the cost of parsing; run with --release --ignored --nocapture"]
fn cost_of_parsing() {
    let measure = |name: &str, parse: &dyn Fn(&str)| {
        let mut best = f64::INFINITY;
        for _ in 0..200 {
            let began = std::time::Instant::now();
            QUERIES.iter().for_each(|text| parse(text));
            best = best.min(began.elapsed().as_secs_f64());
        }
        let each = best * 1e6 / f64::from(u32::try_from(QUERIES.len()).unwrap());
        println!("{each:>9.2} µs a query  {name}");
    };
    let limits = Limits::default();
    measure("lexical limits", &|text| drop(lexical::check(text, &limits).unwrap()));
    measure("this parser", &|text| drop(parse(text).unwrap()));
    measure("the parser of the executor", &|text| {
        drop(async_graphql::parser::parse_query(text).unwrap());
    });
}
