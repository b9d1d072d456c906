//! Whatever the bytes are, the reader ends, and every record it saw became something or was rejected.

use super::{convert, *};

/// Something of everything, without a sample.
const RELATIONSHIPS: &str = r#"<r:RelationshipData xmlns:r="x"><r:Header/><r:RelationshipRecords>
<r:RelationshipRecord><r:Relationship>
<r:StartNode><r:NodeID>5493001KJTIIGC8Y1R12</r:NodeID><r:NodeIDType>LEI</r:NodeIDType></r:StartNode>
<r:EndNode><r:NodeID>213800E11LI1SCETU492</r:NodeID></r:EndNode>
<r:RelationshipType>IS_FUND-MANAGED_BY</r:RelationshipType>
<r:RelationshipPeriods><r:RelationshipPeriod><r:StartDate>2005-03-23T08:00:00+01:00</r:StartDate>
<r:EndDate>2006-03-23</r:EndDate><r:PeriodType>RELATIONSHIP_PERIOD</r:PeriodType></r:RelationshipPeriod></r:RelationshipPeriods>
</r:Relationship></r:RelationshipRecord></r:RelationshipRecords></r:RelationshipData>"#;

const EXCEPTIONS: &str = "<E:ReportingExceptionData><a><Exception><LEI>5493001KJTIIGC8Y1R12</LEI>\
<ExceptionCategory>DIRECT_ACCOUNTING_CONSOLIDATION_PARENT</ExceptionCategory><ExceptionReason>NO_LEI</ExceptionReason>\
<ExceptionReason>&amp;<![CDATA[NON_PUBLIC]]></ExceptionReason></Exception></a></E:ReportingExceptionData>";

/// Bytes that mean something to one of the syntaxes.
const PIECES: [&[u8]; 22] = [
    b"\"",
    b",",
    b"\n",
    b"\r",
    b"\"\"",
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&#0;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"\xFF",
    b"\xC3",
];

/// Some bytes changed, cut out, repeated or put in between.
fn mutate(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..6) {
        let start = random.usize(0..=bytes.len());
        let end = (start + random.usize(0..60)).min(bytes.len());
        match random.u8(0..5) {
            0 => bytes.truncate(start),
            1 => drop(bytes.drain(start..end)),
            2 => {
                let piece = bytes[start..end].to_vec();
                bytes.splice(start..start, piece);
            }
            3 => {
                let piece = PIECES[random.usize(0..PIECES.len())];
                bytes.splice(start..end, piece.iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte ^= 1 << random.u8(0..8);
                }
            }
        }
    }
}

/// All three kinds of records in all three syntaxes.
fn seeds() -> Vec<(FileType, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (content, xml, list) in [
        (Content::Lei, forms::ENTITIES, "records"),
        (Content::Rr, RELATIONSHIPS, "relations"),
        (Content::Repex, EXCEPTIONS, "exceptions"),
    ] {
        let records = convert::records(xml.as_bytes());
        seeds.push((form(content, Syntax::Xml), xml.as_bytes().to_vec()));
        seeds.push((form(content, Syntax::Csv), convert::csv(&records)));
        seeds.push((form(content, Syntax::Json), convert::json(&records, list).into_bytes()));
    }
    seeds
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let mut random = fastrand::Rng::with_seed(42);
    for (form, bytes) in seeds() {
        assert_eq!(read(&bytes, form).whole().len(), 1, "{form:?}");
        for _ in 0..400 {
            let mut bytes = bytes.clone();
            mutate(&mut bytes, &mut random);
            // What is checked of each record, reading itself checks here.
            let _ = read_within(&bytes, form, 4_000);
            let _ = gleif::detect(&bytes);
        }
    }
}

#[test]
fn fields_without_end_fill_no_memory() {
    let many = |text: &dyn Fn(usize) -> String| (0..50_000).map(text).collect::<String>();
    let lei = "<LEI>5493001KJTIIGC8Y1R12</LEI><Entity><LegalName>A</LegalName></Entity>";
    let xml = |inside: &str| {
        format!("<LEIData><a><LEIRecord>{lei}{inside}</LEIRecord><LEIRecord>{lei}</LEIRecord></a></LEIData>")
    };
    let reason = "Rejected : more fields than a record may have, or too deep in each other []";
    for text in [
        xml(&many(&|number| format!("<e{number}>x</e{number}>"))),
        xml(&many(&|_| "<e>x</e>".to_owned())),
        xml(&format!(
            "{}x{}",
            many(&|_| "<e>".to_owned()),
            many(&|_| "</e>".to_owned())
        )),
        xml(&format!("<{0}>x</{0}>", "e".repeat(10_000))),
    ] {
        let found = read(text, form(Content::Lei, Syntax::Xml)).whole();
        assert_eq!(faults(&found[0]), [reason]);
        assert_eq!(entity(&found[1]).name, "A");
    }
    let json = format!(
        "[{{\"LEI\":\"5493001KJTIIGC8Y1R12\",\"Entity\":{}1{}}}]",
        "{\"a\":".repeat(100_000),
        "}".repeat(100_000)
    );
    let found = read(json, form(Content::Lei, Syntax::Json)).whole();
    assert!(faults(&found[0])[0].starts_with("Rejected : not a JSON object"));
    let header: String = many(&|number| format!(",c{number}"));
    let refusal = read(format!("LEI,Entity.LegalName{header}\n"), LEI_CSV).refusal();
    assert!(refusal.contains("more fields than a record may have"), "{refusal}");
}

#[test]
fn samples_may_be_damaged_anywhere() {
    let mut random = fastrand::Rng::with_seed(7);
    for (name, form) in [
        ("lei-data.xml", form(Content::Lei, Syntax::Xml)),
        ("rr-data.xml", form(Content::Rr, Syntax::Xml)),
        ("gleif_rr_from_xml.csv", RR_CSV),
        ("repex-updates-data2-new.xml", form(Content::Repex, Syntax::Xml)),
    ] {
        let Some(sample) = sample(name) else { return };
        for _ in 0..60 {
            let mut bytes = sample.clone();
            mutate(&mut bytes, &mut random);
            let _ = read(&bytes, form);
        }
    }
}
