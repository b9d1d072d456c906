//! In which forms the golden copy comes: what is told apart, what means the same, and what is refused with the way out.

use guanxi::formats::gleif::detect;

use super::{convert, *};

/// Records in which everything is that the golden copy can say, as XML.
pub(super) const ENTITIES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<a:LEIData xmlns:a="http://www.gleif.org/data/schema/leidata/2016">
 <a:LEIHeader><a:ContentDate>2024-05-05T00:00:00Z</a:ContentDate><a:Extension><x:LEI xmlns:x="x">no</x:LEI></a:Extension></a:LEIHeader>
 <a:LEIRecords>
 <a:LEIRecord>
  <a:LEI>5493001KJTIIGC8Y1R12</a:LEI>
  <a:Entity>
   <a:LegalName xml:lang="de">Müller &amp; S&#246;hne &lt;AG&gt;</a:LegalName>
   <a:OtherEntityNames>
    <a:OtherEntityName xml:lang="de" type="PREVIOUS_LEGAL_NAME">Müller</a:OtherEntityName>
    <a:OtherEntityName xml:lang="en" type="TRADING_OR_OPERATING_NAME">Miller</a:OtherEntityName>
   </a:OtherEntityNames>
   <a:LegalAddress xml:lang="de">
    <a:AdditionalAddressLine>3. Stock</a:AdditionalAddressLine><a:AdditionalAddressLine>Hof</a:AdditionalAddressLine>
    <a:City>Wien</a:City><a:Country>AT</a:Country>
   </a:LegalAddress>
   <a:OtherAddresses>
    <a:OtherAddress type="x"><a:AdditionalAddressLine>A</a:AdditionalAddressLine></a:OtherAddress>
    <a:OtherAddress type="y"><a:AdditionalAddressLine>B</a:AdditionalAddressLine><a:City>C</a:City></a:OtherAddress>
   </a:OtherAddresses>
   <a:LegalJurisdiction>AT</a:LegalJurisdiction>
   <a:AssociatedEntity type="FUND_FAMILY"><a:AssociatedEntityName xml:lang="en">Family</a:AssociatedEntityName></a:AssociatedEntity>
   <a:EntityStatus>ACTIVE</a:EntityStatus>
   <a:SuccessorEntity><a:SuccessorEntityName xml:lang="de">Neu</a:SuccessorEntityName></a:SuccessorEntity>
   <a:LegalEntityEvents>
    <a:LegalEntityEvent group_type="STANDALONE"><a:AffectedFields>
     <a:AffectedField field_xpath="/a">1</a:AffectedField><a:AffectedField field_xpath="/b">2</a:AffectedField>
    </a:AffectedFields></a:LegalEntityEvent>
   </a:LegalEntityEvents>
   <a:Novelty><a:Inside kind="new">yes</a:Inside></a:Novelty>
  </a:Entity>
 </a:LEIRecord>
 </a:LEIRecords>
</a:LEIData>"#;

/// Reads XML and the same as CSV and JSON, and compares what becomes of it.
pub(super) fn same_in_every_syntax(xml: &[u8], content: Content, list: &str) {
    let records = convert::records(xml);
    let expected = read(xml, form(content, Syntax::Xml)).whole();
    for (syntax, text) in [
        (Syntax::Csv, convert::csv(&records)),
        (Syntax::Json, convert::json(&records, list).into_bytes()),
    ] {
        assert_eq!(detect(&text), Some(form(content, syntax)));
        let found = read(&text, form(content, syntax)).whole();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.drafts, expected.drafts, "{syntax:?}");
            assert_eq!(found.faults, expected.faults, "{syntax:?}");
            assert_eq!(found.place.key, expected.place.key, "{syntax:?}");
        }
    }
}

#[test]
fn a_record_means_the_same_in_every_syntax() {
    same_in_every_syntax(ENTITIES.as_bytes(), Content::Lei, "records");
    let found = read(ENTITIES, form(Content::Lei, Syntax::Xml)).only();
    let entity = entity(&found);
    assert_eq!(entity.name, "Müller & Söhne <AG>");
    assert_eq!(
        serde_json::to_value(&entity.properties).unwrap(),
        serde_json::json!({
            "associatedEntity": {
                "associatedEntityName": { "value": "Family", "language": "en" },
                "type": "FUND_FAMILY",
            },
            "legalAddress": {
                "additionalAddressLines": ["3. Stock", "Hof"], "city": "Wien", "country": "AT", "language": "de",
            },
            "legalEntityEvents": [{
                "affectedFields": [{ "field_xpath": "/a", "value": "1" }, { "field_xpath": "/b", "value": "2" }],
                "group_type": "STANDALONE",
            }],
            "legalJurisdiction": "AT",
            "legalName": { "language": "de" },
            "novelty": { "inside": { "kind": "new", "value": "yes" } },
            "otherAddresses": [
                { "additionalAddressLines": ["A"], "type": "x" },
                { "additionalAddressLines": ["B"], "city": "C", "type": "y" },
            ],
            "successorEntities": [{ "successorEntityName": { "value": "Neu", "language": "de" } }],
        })
    );
}

#[test]
fn the_columns_of_the_golden_copy_for_successors_mean_what_the_elements_mean() {
    let text = table(&[
        ("LEI", "5493001KJTIIGC8Y1R12"),
        ("Entity.LegalName", "A"),
        ("Entity.SuccessorEntity.1.SuccessorLEI", ""),
        ("Entity.SuccessorEntity.1.SuccessorEntityName", "B"),
        ("Entity.SuccessorEntity.1.SuccessorEntity.xmllang", "en"),
    ]);
    let found = read(text, LEI_CSV).only();
    let properties = serde_json::to_value(&entity(&found).properties).unwrap();
    let expected = serde_json::json!({
        "successorEntities": [{ "successorEntityName": { "value": "B", "language": "en" } }],
    });
    assert_eq!(properties, expected);
}

#[test]
fn the_type_of_a_file_is_recognized_by_its_beginning() {
    let lei = |syntax| Some(form(Content::Lei, syntax));
    let rr = |syntax| Some(form(Content::Rr, syntax));
    let repex = |syntax| Some(form(Content::Repex, syntax));
    for (start, expected) in [
        ("\u{FEFF}\"LEI\",\"Entity.LegalName\",\"x\"\n", lei(Syntax::Csv)),
        ("Entity.LegalName,Registration.LastUpdateDate,LEI", lei(Syntax::Csv)),
        (
            "Relationship.RelationshipType,Relationship.EndNode.NodeID\n",
            rr(Syntax::Csv),
        ),
        ("LEI,Exception.Category,Exception.Reason.1\n", repex(Syntax::Csv)),
        (ENTITIES, lei(Syntax::Xml)),
        ("<!-- c --><LEIData/>", lei(Syntax::Xml)),
        (
            "<?xml version=\"1.0\"?>\n<r:RelationshipData xmlns:r=\"x\">",
            rr(Syntax::Xml),
        ),
        ("<ReportingExceptionData>", repex(Syntax::Xml)),
        ("{\"records\": []}", lei(Syntax::Json)),
        (" { \"relations\" :\n[ ]}", rr(Syntax::Json)),
        ("{\"exceptions\":[]}", repex(Syntax::Json)),
        ("[{\"LEI\":\"x\",\"Entity\":{", lei(Syntax::Json)),
        (
            "{\"records\":[{\"LEI\":{\"$\":\"x\"},\"ExceptionCategory\":",
            repex(Syntax::Json),
        ),
        (
            "{\"relations\":[{\"RelationshipRecord\":{\"Relationship\":{\"StartNode\":{},\"EndNode\":{",
            rr(Syntax::Json),
        ),
        ("", None),
        ("  ", None),
        ("id,kind,name\n", None),
        ("start_lei,end_lei,type,startDate\n", None),
        (
            "{\"id\":\"a\",\"schema\":\"Company\",\"properties\":{\"leiCode\":[\"x\"]}}",
            None,
        ),
        ("[{\"statementId\":\"a\",\"recordType\":\"entity\"}]", None),
        ("<html><body>", None),
        ("{\"records\":[{\"id\":1}]}", None),
    ] {
        assert_eq!(detect(start.as_bytes()), expected, "{start}");
    }
}

#[test]
fn files_that_are_no_golden_copy_are_refused_with_advice() {
    let xml = form(Content::Lei, Syntax::Xml);
    let json = form(Content::Lei, Syntax::Json);
    let utf_8 = "it is not in UTF-8; convert it first: iconv -f ENCODING -t UTF-8";
    let cut = "record 1: the file ends before its list of records does: it is cut off; get it again";
    let cases: &[(&[u8], FileType, &str)] = &[
        (b"", LEI_CSV, "line 1: the file is empty; get it again"),
        (
            b"LEI,Entity.LegalName,LEI\n",
            LEI_CSV,
            "line 1: the column LEI is there twice; take one of them out",
        ),
        (
            b"LEI,Entity.City\n",
            LEI_CSV,
            "line 1: there is no column Entity.LegalName; is it Lei data, with its header?",
        ),
        (
            b"LEI,Entity.LegalName,\n",
            LEI_CSV,
            "line 1: column 3 has no name; name it, or take it out",
        ),
        (
            b"LEI,Exception.Category\n",
            REPEX_CSV,
            "line 1: there is no column Exception.Reason; is it Repex data, with its header?",
        ),
        (b"LEI,Entity.LegalName,\xFF\n", LEI_CSV, &format!("line 1: {utf_8}")),
        (b"\xFF\xFEL\0E\0I\0,\0E\0", LEI_CSV, &format!("line 1: {utf_8}")),
        (b"L\0E\0I\0,\0E\0\n\0", LEI_CSV, &format!("line 1: {utf_8}")),
        (b"", xml, cut),
        (b"<LEIData><LEIRecords><LEIRecord><LEI>5493", xml, cut),
        (b"<LEIData><LEIRecords></LEIRecords>", xml, cut),
        (
            b"<RelationshipData/>",
            xml,
            "the first element: the root is RelationshipData and not LEIData; is it a file of the golden copy?",
        ),
        (
            b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><LEIData/>",
            xml,
            &format!("line 1: {utf_8}"),
        ),
        (
            b"<LEIData><LEIRecords><LEIRecord><LEI>\xFC</LEI>",
            xml,
            &format!("record 1: {utf_8}"),
        ),
        (b"", json, cut),
        (b"{\"records\":[{\"LEI\":{", json, cut),
        (b"{\"records\":[\n", json, cut),
        (b"{\"records\":[]", json, cut),
        (
            b"{\"data\":[]}",
            json,
            "line 1: there is no list of records, relations or exceptions; is it a file of the golden copy?",
        ),
        (
            b"\n<a/>",
            json,
            "line 2: this is not JSON as it should be; get the file again",
        ),
        (
            b"{\n\"records\":[}",
            json,
            "line 2: this is not JSON as it should be; get the file again",
        ),
        (b"\xFF\xFE{\0", json, &format!("line 1: {utf_8}")),
    ];
    for (bytes, form, expected) in cases {
        let refusal = read(bytes, *form).refusal();
        assert_eq!(refusal, *expected, "{}", String::from_utf8_lossy(bytes));
    }
    let broken = read("<LEIData><LEIRecords></LEIData>", xml).refusal();
    assert!(
        broken.starts_with("record 1: ") && broken.ends_with("this is not XML as it should be; get the file again"),
        "{broken}"
    );
}

#[test]
fn what_a_table_cut_off_in_a_quote_held_before_is_there() {
    let whole = "LEI,Entity.LegalName\n\"5493001KJTIIGC8Y1R12\",\"A\"\n";
    for rest in [
        "\"2138",
        "\"213800E11LI1SCETU492\",\"B\nC",
        "\"213800E11LI1SCETU492\",\"\n.\n",
    ] {
        let read = read(format!("{whole}{rest}"), LEI_CSV);
        assert_eq!(read.found.len(), 1);
        let refusal = read.refusal();
        assert!(
            refusal.starts_with("record 2: a quote that opens in this record is never closed"),
            "{refusal}"
        );
    }
    // A line that looks like the end is none.
    let found = read(format!("{whole}\x01\n{}", whole.split_once('\n').unwrap().1), LEI_CSV).whole();
    assert_eq!(found.len(), 3);
    assert_eq!(
        faults(&found[1]),
        ["Rejected : not as many fields as the header [1 instead of 2]"]
    );
}

#[test]
fn one_bad_record_does_not_hide_the_next() {
    let good = "5493001KJTIIGC8Y1R12,A\n";
    let text = [
        b"LEI,Entity.LegalName\r\n5493001KJTIIGC8Y1R12\r\n5493001KJTIIGC8Y1R12,\xFC\r\n\r\n".as_slice(),
        good.as_bytes(),
    ]
    .concat();
    let found = read(text, LEI_CSV).whole();
    assert_eq!(
        faults(&found[0]),
        ["Rejected : not as many fields as the header [1 instead of 2]"]
    );
    assert_eq!(
        faults(&found[1]),
        ["Rejected : not in UTF-8; if the file is in Windows-1252, iconv -f WINDOWS-1252 -t UTF-8 converts it []"]
    );
    assert_eq!(entity(&found[2]).name, "A");
    let text = "[ {\"LEI\" 1}, 7 ,{\"LEI\":\"5493001KJTIIGC8Y1R12\",\"Entity\":{\"LegalName\":\"A\",\"n\":null,\"x\":[[1],[true]]}}]";
    let found = read(text, form(Content::Lei, Syntax::Json)).whole();
    assert_eq!(faults(&found[0]), ["Rejected : not a JSON object [{\"LEI\" 1}]"]);
    assert_eq!(faults(&found[1]), ["Rejected LEI: missing []"]);
    assert_eq!(entity(&found[2]).name, "A");
    assert_eq!(entity(&found[2]).properties.as_ref().unwrap()["x"], "1");
    assert_eq!(entity(&found[2]).properties.as_ref().unwrap()["x.2"], "true");
}

#[test]
fn a_record_takes_no_more_room_than_is_allowed() {
    let long = "x".repeat(400_000);
    let xml = ENTITIES.replace("Wien", &long);
    for (text, form) in [
        (
            table(&[("LEI", "5493001KJTIIGC8Y1R12"), ("Entity.LegalName", &long)]),
            LEI_CSV,
        ),
        (xml, form(Content::Lei, Syntax::Xml)),
        (
            format!("{{\"records\":[{{\"LEI\":\"{long}\"}}]}}"),
            form(Content::Lei, Syntax::Json),
        ),
    ] {
        let refusal = read_within(text.as_bytes(), form, 10_000).refusal();
        assert!(
            refusal.starts_with("record 1: ") && refusal.contains("is longer than 10000 bytes"),
            "{refusal}"
        );
    }
}

#[test]
fn reading_ends_when_the_handler_breaks() {
    let source_defaults = SourceDefaults {
        source: None,
        publisher: None,
        title: None,
        url: None,
        licence: None,
        record_bytes_max: RECORD_BYTES_MAX,
        today: Date::constant(2026, 11, 23),
    };
    let row = "5493001KJTIIGC8Y1R12,A\n".repeat(10);
    let text = format!("LEI,Entity.LegalName\n{row}");
    for stop_after in [1, 3] {
        let (mut bytes, mut items) = (text.as_bytes(), 0);
        let input = Input {
            name: "file",
            bytes: &mut bytes,
            source_defaults: &source_defaults,
        };
        let end = gleif::read(input, LEI_CSV, &mut |_| {
            items += 1;
            if items == stop_after {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert!(end.is_ok());
        assert_eq!(items, stop_after);
    }
}
