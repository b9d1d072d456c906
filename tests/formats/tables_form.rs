//! Files, headers, encodings and lines.

use std::fs;

use guanxi::formats::{Error, tables};

use super::{accept, check, edit, expect, folder, report};

#[test]
fn a_byte_order_mark_and_other_line_ends_change_nothing() {
    let plain = tables::read_dir(folder().path()).unwrap();
    for line_end in ["\n", "\r\n", "\r"] {
        let dir = folder();
        for file in tables::FILES {
            let text = fs::read_to_string(dir.path().join(file)).unwrap();
            // TOML knows no line end of CR alone.
            let line_end = if file == "dataset.toml" { "\n" } else { line_end };
            fs::write(
                dir.path().join(file),
                format!("\u{FEFF}{}", text.replace('\n', line_end)),
            )
            .unwrap();
        }
        assert_eq!(tables::read_dir(dir.path()).unwrap(), plain, "{line_end:?}");
    }
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let dataset = accept(
        "names.csv",
        "entity,text,language,script,kind\nchina,中国,zh,Hans,TRANSLATION",
        " kind ,script,language,text,entity\nTRANSLATION,Hans,zh,中国,china",
    );
    assert_eq!(dataset.entities[3].names[0].language.as_deref(), Some("zh"));
}

#[test]
fn blank_rows_are_no_rows() {
    accept("names.csv", "china", "\n,,,,\n , ,,,\n\nchina");
    accept("names.csv", "TRANSLATION\n", "TRANSLATION\n,\n\n");
}

#[test]
fn lines_are_counted_past_blank_ones_and_cells_of_many_lines() {
    for line_end in ["\n", "\r\n", "\r"] {
        let dir = folder();
        let text =
            "entity,text,language,script,kind\n\nchina,\"a\nb\n\nc\",,,ALIAS\n,,,,\nchina,d,,,ODD\nchina,e,,,ODD";
        fs::write(dir.path().join("names.csv"), text.replace('\n', line_end)).unwrap();
        let lines: Vec<String> = report(dir.path())
            .iter()
            .map(|line| line.chars().take(22).collect())
            .collect();
        assert_eq!(
            lines,
            ["names.csv:8: kind \"ODD", "names.csv:9: kind \"ODD", "2 problems"],
            "{line_end:?}"
        );
    }
}

#[test]
fn a_missing_file_is_one_problem() {
    for file in tables::FILES {
        let dir = folder();
        fs::remove_file(dir.path().join(file)).unwrap();
        expect(
            dir.path(),
            &[&format!("{file}: expected a file of this name in the folder")],
        );
    }
}

#[test]
fn an_empty_file_lacks_its_header() {
    for bytes in ["", "\r\n\n", "\u{FEFF}"] {
        let dir = folder();
        fs::write(dir.path().join("identifiers.csv"), bytes).unwrap();
        expect(
            dir.path(),
            &["identifiers.csv:1: expected a header row with the columns entity, scheme, value"],
        );
    }
}

#[test]
fn headers_must_name_every_column_once() {
    check(
        "sources.csv",
        "id,publisher,title,url,published_on,licence",
        "id,publisher,title,url,published_on,license",
        &[
            "sources.csv:1: header \"license\": expected one of the columns id, publisher, title, url, published_on, \
             licence, separated by commas",
            "sources.csv:1: header: expected a column licence; its cells may be blank where it is optional",
        ],
    );
    check(
        "identifiers.csv",
        "entity,scheme,value\nchina,iso3166-1,CN\nebay,LEI,1\nebay,lei,2",
        "entity,scheme,value,scheme\nchina,iso3166-1,CN,\n",
        &["identifiers.csv:1: header \"scheme\": expected every column only once"],
    );
}

#[test]
fn a_missing_column_is_not_blamed_on_the_rows() {
    for (file, header) in [
        ("sources.csv", "id,"),
        ("sources.csv", ",publisher"),
        ("entities.csv", "id,"),
        ("entities.csv", ",kind"),
        ("relationships.csv", "id,"),
        ("relationships.csv", ",from"),
        ("relationships.csv", ",unknown_reason"),
        ("relationships.csv", ",share_of"),
        ("relationships.csv", ",currency"),
        ("evidence.csv", ",relationship"),
        ("evidence.csv", ",source"),
    ] {
        let dir = folder();
        let text = fs::read_to_string(dir.path().join(file)).unwrap();
        let other = if header.ends_with(',') { "odd," } else { ",odd" };
        fs::write(dir.path().join(file), text.replacen(header, other, 1)).unwrap();
        let lines = report(dir.path());
        let column = header.trim_matches(',');
        assert_eq!(lines.len(), 3, "{column}: {lines:#?}");
        assert!(lines[1].contains(&format!("expected a column {column};")), "{lines:#?}");
    }
}

#[test]
fn rows_are_as_wide_as_the_header() {
    check(
        "identifiers.csv",
        "iso3166-1,CN\nebay,LEI,1",
        "iso3166-1,CN,\nebay,LEI",
        &[
            "identifiers.csv:2: expected 3 fields as in the header, not 4",
            "identifiers.csv:3: expected 3 fields as in the header, not 2",
        ],
    );
}

#[test]
fn a_quote_that_is_never_closed_is_found_where_it_begins() {
    check(
        "names.csv",
        "china,中国,zh,Hans,TRANSLATION",
        "china,中国,zh,Hans,\"TRANSLATION",
        &["names.csv:2: expected a closing quote; the one opened in this row is open until the end of the file"],
    );
    check(
        "entities.csv",
        "paypal,COMPANY,PayPal",
        "paypal,COMPANY,\"PayPal",
        &["entities.csv:3: expected a closing quote; the one opened in this row is open until the end of the file"],
    );
    check(
        "identifiers.csv",
        "entity,scheme",
        "\"entity,scheme",
        &["identifiers.csv:1: expected a closing quote; the one opened in this row is open until the end of the file"],
    );
}

#[test]
fn bytes_that_are_not_utf_8_are_found_in_their_cell() {
    let dir = folder();
    let path = dir.path().join("names.csv");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"china,Z\xFCrich,,,ALIAS\n\xFF,b,,,ALIAS\n");
    fs::write(path, bytes).unwrap();
    fs::write(dir.path().join("dataset.toml"), b"title = \"a\"\nlicence = \"\xFC\"").unwrap();
    expect(
        dir.path(),
        &[
            "dataset.toml:2: expected text in UTF-8",
            "names.csv:3: text \"Z\u{FFFD}rich\": expected text in UTF-8",
            "names.csv:4: entity \"\u{FFFD}\": expected text in UTF-8",
        ],
    );
}

#[test]
fn every_problem_of_every_file_is_reported() {
    let dir = folder();
    for change in [
        ("dataset.toml", "title", "titel"),
        ("sources.csv", "2014-11-25", "25.11.2014"),
        ("entities.csv", "ebay,COMPANY,eBay", "ebay,FIRM,"),
        ("relationships.csv", "2015-07-17,>50..100", "2015-07-17,150"),
        ("evidence.csv", "0.8", "8"),
    ] {
        edit(dir.path(), change);
    }
    expect(
        dir.path(),
        &[
            "dataset.toml:1: key \"titel\": expected one of the keys title, description, licence, recorded_at, cells",
            "dataset.toml: title: expected this key with a value that is not blank",
            "sources.csv:2: published_on \"25.11.2014\": expected a date like 2013, 2014-11 or 2014-11-25",
            "entities.csv:2: kind \"FIRM\": expected an entity kind (one of COMPANY, PERSON, ORGANIZATION, SERVICE, \
             EVENT, PLACE, MARKET)",
            "entities.csv:2: name: expected a cell that is not blank",
            "relationships.csv:2: share \"150\": expected a share in percent like 48, 20..25, >25..50, 25..<50 or \
             ..50, within 0 and 100",
            "evidence.csv:2: confidence \"8\": expected a number from 0 to 1, like 0.8",
        ],
    );
}

#[test]
fn the_head_of_the_dataset_has_fixed_keys_with_text() {
    check(
        "dataset.toml",
        "licence = \"CC0-1.0\"\nrecorded_at = \"2026-11-22T00:00:00Z\"",
        "licence = 0\nrecorded_at = \"2026-11-22\"",
        &[
            "dataset.toml:2: licence \"0\": expected text in quotes",
            "dataset.toml:3: recorded_at \"2026-11-22\": expected a date-time with a zone, like 2026-11-22T00:00:00Z",
        ],
    );
    check(
        "dataset.toml",
        "title = \"A deal\"",
        "title = \" \"",
        &["dataset.toml: title: expected this key with a value that is not blank"],
    );
    let dir = folder();
    edit(dir.path(), ("dataset.toml", "licence = ", "licence "));
    assert!(report(dir.path())[0].starts_with("dataset.toml:2: expected TOML: "));
}

#[test]
fn an_unreadable_folder_or_file_is_named_with_advice() {
    let dir = folder();
    let nowhere = dir.path().join("nowhere");
    let error = tables::read_dir(&nowhere).unwrap_err();
    assert!(matches!(error, Error::Io { .. }));
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("cannot read {}: ", nowhere.display())),
        "{text}"
    );
    assert!(
        text.ends_with("; give a folder that holds dataset.toml and the six tables"),
        "{text}"
    );

    let table = dir.path().join("names.csv");
    fs::remove_file(&table).unwrap();
    fs::create_dir(&table).unwrap();
    let text = tables::read_dir(dir.path()).unwrap_err().to_string();
    assert!(
        text.starts_with(&format!("cannot read {}: ", table.display())),
        "{text}"
    );
    assert!(
        text.ends_with("; check that it is a file and that you may read it"),
        "{text}"
    );
}
