//! Tables as people have them: a register whose rows go on with the one before, a cap table with bands in words, officers with
//! the names of months, blank keys, and tables that add to what another describes.

use guanxi::model::{Entity, Relationship};

use super::{Desk, How, Imported, one};

fn how(mapping: &'static str) -> How {
    How {
        mapping: Some(mapping),
        ..How::default()
    }
}

fn import(mapping: &'static str, table: &str) -> (Desk, Imported) {
    let desk = Desk::new();
    let imported = desk.import_as(&one(&desk.file("table.csv", table)), how(mapping));
    (desk, imported)
}

fn entities(desk: &Desk) -> Vec<String> {
    let (entities, ..) = desk.content();
    let line = |entity: &Entity| {
        let identifiers: Vec<String> = entity
            .identifiers
            .iter()
            .map(|known| format!("{}:{}", known.scheme, known.value))
            .collect();
        let names: Vec<&str> = entity.names.iter().map(|name| name.text.as_str()).collect();
        let country = entity.country.as_deref().unwrap_or("-");
        format!(
            "{} {} {country} {} [{}] [{}]",
            entity.id,
            entity.name,
            entity.status,
            names.join(", "),
            identifiers.join(", ")
        )
    };
    entities.iter().map(line).collect()
}

fn claims(desk: &Desk) -> Vec<String> {
    let (_, relationships, _) = desk.content();
    let line = |claim: &Relationship| {
        let share = claim
            .share
            .map_or_else(|| "-".to_owned(), |share| format!("{} {}", share.range, share.of));
        let since = claim
            .validity
            .since()
            .map_or_else(|| "-".to_owned(), |since| since.to_string());
        let until = claim
            .validity
            .until()
            .map_or_else(|| "-".to_owned(), |until| until.to_string());
        format!(
            "{} {} {share} {since} {until}",
            claim.id,
            claim.role.as_deref().unwrap_or("-")
        )
    };
    relationships.iter().map(line).collect()
}

#[test]
fn a_blank_key_is_the_key_that_is_derived() {
    const MAPPING: &str = r#"
        [source]
        id = "x"
        publisher = "P"
        title = "T"
        [[entity]]
        id = "{a}"
        kind = "COMPANY"
        name = "Company {a}"
        [[entity]]
        id = "{b}"
        kind = "COMPANY"
        name = "Company {b}"
        [[relationship]]
        kind = "OWNS"
        from = "{a}"
        to = "{b}"
        since = "{since|optional}"
        key = "{note|optional}"
    "#;
    for (rows, expected) in [
        (
            "AAA,BBB,,\nAAA,CCC,,\n",
            &["rel:AAA:OWNS:BBB:1 - - - -", "rel:AAA:OWNS:CCC:1 - - - -"][..],
        ),
        (
            "AAA,BBB,2015,\nAAA,BBB,2019,\n",
            &["rel:AAA:OWNS:BBB:2015 - - 2015 -", "rel:AAA:OWNS:BBB:2019 - - 2019 -"],
        ),
        (
            "AAA,BBB,2015,k\nAAA,BBB,2015,\n",
            &["rel:AAA:OWNS:BBB:2015 - - 2015 -", "rel:AAA:OWNS:BBB:k - - 2015 -"],
        ),
    ] {
        let (desk, imported) = import(MAPPING, &format!("a,b,since,note\n{rows}"));
        assert_eq!(
            (claims(&desk), imported.counts()[3]),
            (expected.iter().map(|line| (*line).to_owned()).collect(), 0),
            "{rows}"
        );
    }
}

#[test]
fn rows_of_a_register_may_go_on_with_the_one_before() {
    const MAPPING: &str = r#"
        [csv]
        delimiter = ";"
        fill_down = ["Nr", "Firma"]
        [source]
        id = "register"
        publisher = "P"
        title = "T"
        [[entity]]
        id = "de:{Nr|slug}"
        kind = "COMPANY"
        name = "{Firma}"
        country = "{Land|country}"
        status = { column = "Zustand", values = { "aktiv*" = "ACTIVE", "*gelöscht*" = "INACTIVE" }, default = "UNKNOWN" }
        identifiers = [{ scheme = "hrb", value = { text = "{HRB|optional}", default = "{Nr}" } }]
        [[entity]]
        id = "p:{Inhaber|slug}"
        kind = "PERSON"
        name = "{Inhaber}"
        when = { column = "Inhaber" }
        [[relationship]]
        kind = "OWNS"
        from = "p:{Inhaber|slug}"
        to = "de:{Nr|slug}"
        share = "{Anteil|optional}"
        when = { column = "Inhaber", is_not = "*(Treuhand)" }
    "#;
    let table = "Nr;Firma;Land;Zustand;HRB;Inhaber;Anteil\n\
                 1 B;Alder GmbH;Germany;aktiv seit 2001;HRB 7;Anna Ems;60 %\n\
                 ;;;;;Bert Ohm;mehr als 25 %\n\
                 ;;;;;Carl Uhl (Treuhand);5\n\
                 2 B;Birke AG;United Kingdom;von Amts wegen gelöscht 2020;;;\n\
                 3 B;Eibe KG;FRA;in Gründung;;Anna Ems;<25\n";
    let (desk, imported) = import(MAPPING, table);
    assert_eq!(imported.counts()[3], 0, "{:?}", imported.findings);
    let known = entities(&desk);
    let companies: Vec<&str> = known
        .iter()
        .filter(|line| line.starts_with("de:"))
        .map(String::as_str)
        .collect();
    assert_eq!(
        companies,
        [
            "de:1-b Alder GmbH DE ACTIVE [] [hrb:1 B, hrb:HRB 7]",
            "de:2-b Birke AG GB INACTIVE [] [hrb:2 B]",
            "de:3-b Eibe KG FR UNKNOWN [] [hrb:3 B]"
        ]
    );
    assert_eq!(
        claims(&desk),
        [
            "rel:p:anna-ems:OWNS:de:1-b:1 - 60 CAPITAL - -",
            "rel:p:anna-ems:OWNS:de:3-b:1 - ..<25 CAPITAL - -",
            "rel:p:bert-ohm:OWNS:de:1-b:1 - >25..100 CAPITAL - -"
        ]
        .map(|line| line.replace("rel:p:", "rel:p%3A").replace("OWNS:de:", "OWNS:de%3A"))
    );
}

#[test]
fn a_cap_table_may_tell_its_bands_in_words() {
    const MAPPING: &str = r#"
        [source]
        id = "cap"
        publisher = "P"
        title = "T"
        [[entity]]
        id = "{holder|slug}"
        kind = "PERSON"
        name = "{holder}"
        [[entity]]
        id = "acme"
        kind = "COMPANY"
        name = "Acme"
        [[relationship]]
        kind = "OWNS"
        from = "{holder|slug}"
        to = "acme"
        share = "{stake}"
    "#;
    for (text, expected) in [
        ("25%-50%", "25..50 CAPITAL"),
        ("75% or more", "75..100 CAPITAL"),
        ("<25", "..<25 CAPITAL"),
        ("50+", "50..100 CAPITAL"),
        ("more than 50% but not more than 75%", ">50..75 CAPITAL"),
        ("between 10 and 20 percent", "10..20 CAPITAL"),
        ("ownership-of-shares-25-to-50-percent", "25..50 CAPITAL"),
        ("75-100% of the voting rights", "75..100 VOTES"),
        ("12,5 %", "12.5 CAPITAL"),
        (">25..50", ">25..50 CAPITAL"),
        ("a lot", "-"),
    ] {
        let (desk, imported) = import(MAPPING, &format!("holder,stake\nAda Low,\"{text}\"\n"));
        assert_eq!(
            claims(&desk),
            [format!("rel:ada-low:OWNS:acme:1 - {expected} - -")],
            "{text}"
        );
        assert_eq!(
            imported.findings.len(),
            usize::from(expected == "-"),
            "{text}: {:?}",
            imported.findings
        );
    }
}

#[test]
fn officers_may_come_with_the_names_of_months() {
    const MAPPING: &str = r#"
        [csv]
        dates = ["DD MMM YYYY", "MMMM YYYY", "DD-MMM-YY"]
        [source]
        id = "officers"
        publisher = "P"
        title = "T"
        [[entity]]
        id = "{name|slug}"
        kind = "PERSON"
        name = "{name}"
        [[entity]]
        id = "acme"
        kind = "COMPANY"
        name = "Acme"
        [[relationship]]
        kind = "OFFICER_OF"
        from = "{name|slug}"
        to = "acme"
        role = "{role}"
        since = "{from|optional}"
        until = "{to|optional}"
    "#;
    let table = "name,role,from,to\n\
                 Ann,Chair,3 March 2014,31-Dec-19\n\
                 Bea,Secretary,Sept. 2009,\n\
                 Cem,Director,1. Mai 2001,\n\
                 Dot,Director,04-jul-69,05-jul-68\n";
    let (desk, imported) = import(MAPPING, table);
    assert_eq!(
        claims(&desk),
        [
            "rel:ann:OFFICER_OF:acme:3%20March%202014 Chair - 2014-03-03 2019-12-31",
            "rel:bea:OFFICER_OF:acme:Sept.%202009 Secretary - 2009-09 -",
            "rel:cem:OFFICER_OF:acme:1.%20Mai%202001 Director - - -",
            "rel:dot:OFFICER_OF:acme:04-jul-69 Director - 1969-07-04 2068-07-05"
        ]
    );
    let kept: Vec<&String> = imported
        .findings
        .iter()
        .filter(|line| line.contains("not a date"))
        .collect();
    assert_eq!(kept.len(), 1, "{:?}", imported.findings);
}

#[test]
fn a_table_may_add_to_what_another_describes_before_or_after_it() {
    const COMPANIES: &str = "[[entity]]\nid = \"{id}\"\nkind = \"ORGANIZATION\"\nname = \"{name}\"\n";
    const NUMBERS: &str = r#"
        [[entity]]
        id = "{id}"
        known = true
        names = [{ text = "{short|optional}", kind = "ALIAS" }]
        identifiers = [{ scheme = "lei", value = "{lei}" }]
    "#;
    let expected = [
        "a Acme - UNKNOWN [Ac, Am] [lei:5493001KJTIIGC8Y1R12, lei:x2]",
        "b Beta - UNKNOWN [] []",
    ];
    let (companies, numbers) = (
        "id,name\na,Acme\nb,Beta\n",
        "id,short,lei\na,Ac,5493001KJTIIGC8Y1R12\na,Am,x2\nz,Z,x3\n",
    );
    for companies_first in [true, false] {
        let desk = Desk::new();
        let (companies, numbers) = (desk.file("companies.csv", companies), desk.file("numbers.csv", numbers));
        let steps = [(&companies, COMPANIES), (&numbers, NUMBERS)];
        let order = if companies_first { [0, 1] } else { [1, 0] };
        let mut waiting = 0;
        for step in order {
            let (file, mapping) = steps[step];
            waiting += desk.import_as(&one(file), how(mapping)).done.tally.counts().waiting;
        }
        assert_eq!(entities(&desk), expected, "companies first: {companies_first}");
        assert_eq!(waiting, if companies_first { 1 } else { 3 });
        for (file, mapping) in steps {
            assert_eq!(desk.import_as(&one(file), how(mapping)).counts()[1], 0);
        }
    }
}
