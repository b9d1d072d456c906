//! The samples, with every count as an independent reading of the same files has it.

use guanxi::formats::gleif::detect;

use super::*;

fn check(name: &str, form: Form, expected: &[(&'static str, usize)]) -> Vec<Found> {
    let Some(bytes) = sample(name) else { return Vec::new() };
    let start = &bytes[..bytes.len().min(1 << 16)];
    assert_eq!(detect(start), Some(form), "{name}");
    let found = read(&bytes, form).whole();
    assert_eq!(counted(&found), expected.iter().copied().collect(), "{name}");
    found
}

#[test]
fn print_what_is_there() {
    for (name, content, syntax) in [
        ("lei-data.xml", Content::Lei, Syntax::Xml),
        (
            "20180901-gleif-concatenated-file-lei2-Top10.xml",
            Content::Lei,
            Syntax::Xml,
        ),
        ("lei-updates-data2.xml", Content::Lei, Syntax::Xml),
        ("lei-updates-data2-new.xml", Content::Lei, Syntax::Xml),
        (
            "20240505-0000-gleif-goldencopy-lei2-intra-day.json",
            Content::Lei,
            Syntax::Json,
        ),
        ("rr-data.xml", Content::Rr, Syntax::Xml),
        ("rr-updates-data2.xml", Content::Rr, Syntax::Xml),
        ("rr-updates-data2-new.xml", Content::Rr, Syntax::Xml),
        ("gleif_rr_from_xml.csv", Content::Rr, Syntax::Csv),
        ("repex-data.xml", Content::Repex, Syntax::Xml),
        ("repex-updates-data2.xml", Content::Repex, Syntax::Xml),
        ("repex-updates-data2-new.xml", Content::Repex, Syntax::Xml),
    ] {
        let bytes = sample(name).unwrap();
        println!("{name} {:?}", detect(&bytes[..bytes.len().min(1 << 16)]));
        let read = read(&bytes, form(content, syntax));
        println!("{:?} {:?}", read.end, counted(&read.found));
        for f in read.found.iter().flat_map(faults) {
            println!("   {f}");
        }
        for f in read.found.iter().take(2) {
            for d in &f.drafts {
                if let Wanted::Record(r) = &d.change {
                    println!("{}", serde_json::to_string_pretty(r).unwrap());
                }
            }
        }
    }
    check(
        "rr-data.xml",
        form(Content::Rr, Syntax::Xml),
        &[("placeholders", 20), ("relationships", 10)],
    );
}
