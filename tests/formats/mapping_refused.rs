//! Mappings and tables that are refused, each with the place and the way out; where reading ends.

use std::ops::ControlFlow;

use guanxi::formats::{
    mapping::{self, Mapping},
    reader::{Input, SourceDefaults},
};

use super::mapping::{COMPANY, OWNS, read, records, source_defaults};

/// How a mapping is refused, or the table under it.
fn refused(mapping: &str, table: &str) -> String {
    match Mapping::parse(mapping) {
        Err(error) => error.to_string(),
        Ok(mapping) => read(&mapping, table.as_bytes(), &source_defaults())
            .1
            .unwrap_err()
            .to_string(),
    }
}

#[test]
fn an_invalid_mapping_is_refused_with_line_key_and_advice() {
    for (mapping, expected) in [
        ("[[entity]\n", "line 1: "),
        (
            "",
            "the mapping: the mapping makes nothing of a row; add an [[entity]] or a [[relationship]]",
        ),
        (
            "[[entity]]\nid = '{no}'\nkind = 'COMPANY'\n",
            "[[entity]] number 1: it has no name; add it, or known = true where another table describes the entity",
        ),
        (
            "[[entity]]\nid = '{no}'\nknown = true\nkind = 'COMPANY'\n",
            "[[entity]] number 1: an entity that is known has its kind; leave kind out",
        ),
        (
            "[[entity]]\nid = '{no}'\nname = '{no}'\n",
            "[[entity]] number 1: it has no kind",
        ),
        (
            &COMPANY.replace("COMPANY", "FIRM"),
            "line 3, entity.kind: \"FIRM\" is not an entity kind (one of COMPANY, PERSON",
        ),
        (
            &COMPANY.replace("{name}", "{name|caps}"),
            "line 4, entity.name: \"caps\" is no filter; there are lower, upper",
        ),
        (
            &COMPANY.replace("{name}", "{name"),
            "line 4, entity.name: \"{name\" has a { without its other half",
        ),
        (
            &COMPANY.replace("'{name}'", "''"),
            "line 4, entity.name: a text that is not empty",
        ),
        (
            &COMPANY.replace("'{name}'", "7"),
            "line 4, entity.name: invalid type: integer `7`, expected a text in quotes",
        ),
        (
            &COMPANY.replace("'{name}'", "{ column = 'name', text = 'x' }"),
            "line 4, entity.name: a value takes either column or text",
        ),
        (
            &COMPANY.replace("'{name}'", "{ column = 'name', vals = 1 }"),
            "unknown field `vals`",
        ),
        (
            &format!("{COMPANY}founded = 'soon'"),
            "line 5, entity.founded: \"soon\" is not a date",
        ),
        (
            &format!("{COMPANY}status = {{ column = 's', values = {{ x = 'DEAD' }} }}"),
            "entity.status: \"DEAD\" is not an entity status",
        ),
        (
            &format!("{COMPANY}properties = 'all'"),
            "line 5, entity.properties: \"rest\", for all columns",
        ),
        (&format!("{COMPANY}when = 'x'"), "line 5, entity.when: invalid type"),
        (
            &format!("{COMPANY}each = {{ column = 'x', split = '' }}"),
            "entity.each.split: a separator",
        ),
        (
            &format!("[csv]\ndelimiter = ';;'\n{COMPANY}"),
            "line 2, csv.delimiter: one character that stands between cells",
        ),
        (
            &format!("[csv]\ndates = 'DD.MM'\n{COMPANY}"),
            "line 2, csv.dates: \"DD.MM\" is no form of a date",
        ),
        (
            &OWNS.replace("to =", "role ="),
            "[[relationship]] number 1: it has one end only",
        ),
        (
            &format!("{OWNS}until = '2014'\nlast_day = '2014'"),
            "[[relationship]] number 1: it has until",
        ),
    ] {
        let refused = refused(mapping, "");
        assert!(refused.contains(expected), "{mapping}\n{refused}");
    }
}

#[test]
fn a_table_that_does_not_fit_is_refused_before_its_first_row() {
    for (table, expected) in [
        ("", "the header: there is none"),
        (
            "no,Name\n",
            "the header: there is no column \"name\", which entity.name of the mapping takes. Is it \"Name\"? There are \"no\", \"Name\"",
        ),
        ("no,nom,country\n", "There are \"no\", \"nom\", \"country\""),
        ("no,name,no\n", "the header: the column \"no\" is there twice"),
        (
            "no,name\n1,\"A\n2,B\n",
            "line 2: a quote that opens in this row is never closed",
        ),
        (
            "no,name\n1,A\n\n2,\"",
            "line 4: a quote that opens in this row is never closed",
        ),
    ] {
        let refused = refused(COMPANY, table);
        assert!(refused.contains(expected), "{table}\n{refused}");
    }
    let mapping = Mapping::parse(OWNS).unwrap();
    let nobody = SourceDefaults {
        publisher: None,
        ..source_defaults()
    };
    let refused = read(&mapping, b"owner,owned\n", &nobody).1.unwrap_err().to_string();
    assert!(refused.contains("the table has no publisher"), "{refused}");
}

#[test]
fn lines_are_counted_as_editors_count_them() {
    for end in ["\n", "\r\n"] {
        let table = ["no,name", "1,A", "", ",,,", "2,\"B", "", "b\"", "", ",C", "3,D"].join(end);
        let mapping = Mapping::parse(COMPANY).unwrap();
        let (items, read) = read(&mapping, table.as_bytes(), &source_defaults());
        read.unwrap();
        let lines: Vec<_> = records(&items)
            .iter()
            .map(|found| (found.place.record, found.place.line.unwrap()))
            .collect();
        assert_eq!(lines, [(1, 2), (2, 5), (3, 9), (4, 10)], "{end:?}");
        let place = records(&items)[1].place.to_string();
        assert_eq!(place, "record 2 (x:2), line 5");
    }
}

#[test]
fn a_record_beyond_the_limit_ends_the_reading() {
    let mapping = Mapping::parse(COMPANY).unwrap();
    let few = SourceDefaults {
        record_bytes_max: 100_000,
        ..source_defaults()
    };
    let mut table = b"no,name\n1,A\n2,\"".to_vec();
    table.extend(std::iter::repeat_n(b'a', 1_000_000));
    let (_, end) = read(&mapping, &table, &few);
    assert!(
        end.unwrap_err()
            .to_string()
            .contains("a record is longer than 100000 bytes")
    );
}

#[test]
fn reading_stops_when_the_handler_breaks() {
    let mapping = Mapping::parse(COMPANY).unwrap();
    let (mut bytes, mut records) = (&b"no,name\n1,A\n2,B\n3,C\n"[..], 0);
    let source_defaults = source_defaults();
    let input = Input {
        name: "t",
        bytes: &mut bytes,
        source_defaults: &source_defaults,
    };
    let read = mapping::read(input, &mapping, &mut |_| {
        records += 1;
        if records == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(read.is_ok());
    assert_eq!(records, 2);
}
