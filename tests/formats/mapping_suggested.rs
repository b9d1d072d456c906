//! Mappings that are suggested for tables: each is one, imports its table, and the questions that one would ask have answers.

use std::fs;

use guanxi::{
    formats::{
        mapping::{Mapping, SAMPLE_RECORDS_MAX, suggest},
        reader::{Input, SourceDefaults, Unreadable},
    },
    model::{Dataset, Ends, Entity, Relationship},
};
use serde_json::json;

use super::{
    mapping::{dataset, read, records, source_defaults},
    mapping_samples::samples,
};
use crate::harness::{ask_over, pages::Page, store_of};

/// The mapping for a file of this name.
pub(super) fn suggested(name: &str, table: &[u8]) -> Result<String, Unreadable> {
    let mut bytes = table;
    let source_defaults = SourceDefaults {
        publisher: None,
        ..source_defaults()
    };
    suggest(Input {
        name,
        bytes: &mut bytes,
        source_defaults: &source_defaults,
    })
}

/// What the table becomes under the mapping that is suggested for it, how many records are rejected, and the mapping.
fn made(name: &str, table: &[u8]) -> (Dataset, usize, String) {
    let text = suggested(name, table).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mapping = Mapping::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    let (items, end) = read(&mapping, table, &source_defaults());
    end.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    let rejected = records(&items).iter().filter(|found| found.drafts.is_empty()).count();
    (dataset(&items), rejected, text)
}

/// A dataset in lines: `kind id name country status founded dissolved, scheme value`, then `from KIND to role since..until share`.
fn lines(dataset: &Dataset) -> Vec<String> {
    let text = |value: serde_json::Value| value.as_str().map_or(String::new(), |text| format!(" {text}"));
    let entity = |entity: &Entity| {
        let value = serde_json::to_value(entity).unwrap();
        let field = |name: &str| text(value[name].clone());
        let identifiers = entity
            .identifiers
            .iter()
            .map(|identifier| format!(", {} {}", identifier.scheme, identifier.value));
        let status = Some(field("status"))
            .filter(|status| status != " UNKNOWN")
            .unwrap_or_default();
        let fields = [
            field("country"),
            status,
            field("founded"),
            field("dissolved"),
            field("website"),
        ]
        .concat();
        format!(
            "{} {} {}{fields}{}",
            entity.kind,
            entity.id,
            entity.name,
            identifiers.collect::<String>()
        )
    };
    let relationship = |claim: &Relationship| {
        let Ends::Known { from, to } = &claim.ends else {
            panic!("{claim:?}")
        };
        let role = claim.role.as_ref().map_or(String::new(), |role| format!(" {role}"));
        let day = |date: Option<_>| date.map_or(String::new(), |date: guanxi::model::PartialDate| date.to_string());
        let (since, until) = (day(claim.validity.since()), day(claim.validity.until()));
        let validity = if since.len() + until.len() == 0 {
            String::new()
        } else {
            format!(" {since}..{until}")
        };
        let share = claim.share.map_or(String::new(), |share| format!(" {}%", share.range));
        let amount = claim
            .amount
            .as_ref()
            .map_or(String::new(), |amount| format!(" {} {}", amount.value, amount.currency));
        format!("{from} {} {to}{role}{validity}{share}{amount}", claim.kind)
    };
    dataset
        .entities
        .iter()
        .map(entity)
        .chain(dataset.relationships.iter().map(relationship))
        .collect()
}

/// Expects that the table becomes these lines, and that the mapping says each of the remarks.
fn check(name: &str, table: &str, expected: &[&str], remarks: &[&str]) {
    let (dataset, rejected, text) = made(name, table.as_bytes());
    let mut made = lines(&dataset);
    let mut expected = expected.to_vec();
    made.sort();
    expected.sort_unstable();
    assert_eq!(made, expected, "{name}\n{text}");
    assert_eq!(rejected, 0, "{name}\n{text}");
    for remark in remarks {
        assert!(text.contains(remark), "{name} says not {remark:?}:\n{text}");
    }
}

#[test]
fn a_register_of_companies_is_recognized_by_its_columns() {
    check(
        "uk_companies.csv",
        "CompanyNumber,CompanyName,CompanyStatus,Country of Origin,Inc. date,Dissolution date,Postcode,Website\n\
         00229269,ALPHA PLC,Active,United Kingdom,03/11/1999,,EC1A 1BB,www.alpha.example\n\
         SC012345,BETA LIMITED,Active - Proposal to Strike off,Scotland,25/12/2004,,G1 1AA,\n\
         09876543,GAMMA LTD,Dissolved,United Kingdom,01/02/2015,13/06/2021,M1 2AB,gamma.example\n",
        &[
            "COMPANY company-number:00229269 ALPHA PLC GB ACTIVE 1999-11-03 https://www.alpha.example, company-number 00229269",
            "COMPANY company-number:SC012345 BETA LIMITED GB-SCT ACTIVE 2004-12-25, company-number SC012345",
            "COMPANY company-number:09876543 GAMMA LTD GB INACTIVE 2015-02-01 2021-06-13 https://gamma.example, \
             company-number 09876543",
        ],
        &[
            "# \"Inc. date\": 3 of 3 sampled values read as DD/MM/YYYY",
            "\"Dissolved\" = \"INACTIVE\" # 1 of 3",
            "properties = [\"Postcode\"] # no meaning was guessed",
            "publisher = \"Publisher of Uk companies\" # by the name of the file: write who",
        ],
    );
    check(
        "groups.csv",
        "id,name,lei,country,parent_id,parent_name,ownership_pct,founded,revenue_usd\n\
         1,Acme Corp,5493001KJTIIGC8Y1R12,USA,,,,1955,1200000000\n\
         2,Acme BV,,NLD,1,Acme Corp,100,1989,80000000\n\
         3,Acme GmbH,,DEU,2,Acme BV,75.5,2001,20000000\n",
        &[
            "COMPANY company:1 Acme Corp US 1955, lei 5493001KJTIIGC8Y1R12",
            "COMPANY company:2 Acme BV NL 1989",
            "COMPANY company:3 Acme GmbH DE 2001",
            "company:1 OWNS company:2 100%",
            "company:2 OWNS company:3 75.5%",
        ],
        &["1 of 1 sampled values are LEIs by ISO 17442", "placeholder = true"],
    );
}

#[test]
fn rows_that_go_on_with_the_one_before_are_seen() {
    check(
        "register.tsv",
        "HRB\tFirma\tSitz\tStatus\tGesellschafter\tAnteil\tseit\n\
         HRB 1234\tAlpha GmbH\tBerlin\teingetragen\tAnn Lee\t60 %\t3.11.1999\n\
         \t\t\t\tBeta Invest AG\t40 %\t25.1.2005\n\
         HRB 77\tGamma AG\tKöln\tgelöscht\tAnn Lee\t25,5 %\t\n\
         \t\t\t\tEnnio Neri\t74,5 %\t\n",
        &[
            "COMPANY company-number:hrb-1234 Alpha GmbH, company-number HRB 1234",
            "COMPANY company-number:hrb-77 Gamma AG, company-number HRB 77",
            "PERSON name:ann-lee Ann Lee",
            "COMPANY name:beta-invest-ag Beta Invest AG",
            "PERSON name:ennio-neri Ennio Neri",
            "name:ann-lee OWNS company-number:hrb-1234 1999-11-03.. 60%",
            "name:beta-invest-ag OWNS company-number:hrb-1234 2005-01-25.. 40%",
            "name:ann-lee OWNS company-number:hrb-77 25.5%",
            "name:ennio-neri OWNS company-number:hrb-77 74.5%",
        ],
        &[
            "fill_down = [\"HRB\", \"Firma\"]",
            "\"gelöscht\" = \"INACTIVE\"",
            "delimiter = \"\\t\"",
        ],
    );
}

#[test]
fn a_cap_table_has_bands_in_words_and_owners_of_both_sorts() {
    check(
        "cap.csv",
        "Company;Shareholder;Class;Ownership band;Acquired on\n\
         Alpha AG;Maria Huber;common;25%-50%;3. März 2014\n\
         Alpha AG;Beta GmbH;common;50% or more;12. Januar 2016\n\
         Beta GmbH;Klaus Maier;preferred;75% or more;1. Okt. 2012\n",
        &[
            "COMPANY name:alpha-ag Alpha AG",
            "COMPANY name:beta-gmbh Beta GmbH",
            "PERSON name:klaus-maier Klaus Maier",
            "PERSON name:maria-huber Maria Huber",
            "name:maria-huber OWNS name:alpha-ag 2014-03-03.. 25..50%",
            "name:beta-gmbh OWNS name:alpha-ag 2016-01-12.. 50..100%",
            "name:klaus-maier OWNS name:beta-gmbh 2012-10-01.. 75..100%",
        ],
        &[
            "dates = \"DD. MMM YYYY\"",
            "\"* GmbH\" = \"COMPANY\"",
            "properties = [\"Class\"]",
        ],
    );
}

#[test]
fn a_list_of_officers_has_people_with_their_companies() {
    check(
        "officers.csv",
        "Company No,Company,Name,Position,Appointed,Resigned,Nationality\n\
         229269,Alpha plc,Ann Lee,Director,3 Nov 1999,present,British\n\
         229269,Alpha plc,Bob Ray,Company Secretary,12 January 2004,31 Mar 2010,German\n",
        &[
            "COMPANY company-number:229269 Alpha plc, company-number 229269",
            "PERSON person:ann-lee Ann Lee GB",
            "PERSON person:bob-ray Bob Ray DE",
            "person:ann-lee OFFICER_OF company-number:229269 Director 1999-11-03..",
            "person:bob-ray OFFICER_OF company-number:229269 Company Secretary 2004-01-12..2010-03-31",
        ],
        &["\"present\" = \"\" # none", "write last_day"],
    );
    check(
        "board.csv",
        "company,ceo,directors,ticker\nAlpha Inc.,Ann Lee,Bob Ray; Cy Dee,ALPH\nBeta Inc.,,Bob Ray,BETA\n",
        &[
            "COMPANY ticker:ALPH Alpha Inc., ticker ALPH",
            "COMPANY ticker:BETA Beta Inc., ticker BETA",
            "PERSON person:ann-lee Ann Lee",
            "PERSON person:bob-ray Bob Ray",
            "PERSON person:cy-dee Cy Dee",
            "person:ann-lee OFFICER_OF ticker:ALPH ceo",
            "person:bob-ray OFFICER_OF ticker:ALPH director",
            "person:cy-dee OFFICER_OF ticker:ALPH director",
            "person:bob-ray OFFICER_OF ticker:BETA director",
        ],
        &["some cells have several names"],
    );
}

#[test]
fn a_column_describes_the_party_that_it_fits() {
    check(
        "psc.csv",
        "psc_name,psc_type,natures_of_control,notified_on,company_number,company_name,country_of_residence\n\
         Mr John Smith,individual-person,ownership-of-shares-25-to-50-percent,2016-04-06,1,ACME LTD,England\n\
         ACME GROUP LTD,corporate-entity-person,ownership-of-shares-75-to-100-percent,2016-04-06,2,BETA LTD,\n",
        &[
            "COMPANY company-number:1 ACME LTD, company-number 1",
            "COMPANY company-number:2 BETA LTD, company-number 2",
            "PERSON name:mr-john-smith Mr John Smith GB-ENG",
            "COMPANY name:acme-group-ltd ACME GROUP LTD",
            "name:mr-john-smith OWNS company-number:1 2016-04-06.. 25..50%",
            "name:acme-group-ltd OWNS company-number:2 2016-04-06.. 75..100%",
        ],
        &["by \"psc_type\""],
    );
    check(
        "groups.csv",
        "Parent,Subsidiary,Jurisdiction,% Owned\n\"Acme, Inc.\",Acme LLC,Delaware,100%\n\"Acme, Inc.\",Acme Ltd,UK,51.5%\n",
        &[
            "COMPANY name:acme-inc Acme, Inc.",
            "COMPANY name:acme-llc Acme LLC US-DE",
            "COMPANY name:acme-ltd Acme Ltd GB",
            "name:acme-inc OWNS name:acme-llc 100%",
            "name:acme-inc OWNS name:acme-ltd 51.5%",
        ],
        &[],
    );
    check(
        "register.csv",
        "Träger des Rechts,Registernummer,Rechtsform,Gründungsdatum,Geschäftsführer\n\
         Nord Handel GmbH,HRB 4711,GmbH,01.04.1998,Hans Müller\nSüd Bau AG,HRB 815,AG,15.09.2003,Eva Weber\n",
        &[
            "COMPANY company-number:hrb-4711 Nord Handel GmbH 1998-04-01, company-number HRB 4711",
            "COMPANY company-number:hrb-815 Süd Bau AG 2003-09-15, company-number HRB 815",
            "PERSON person:hans-müller Hans Müller",
            "PERSON person:eva-weber Eva Weber",
            "person:hans-müller OFFICER_OF company-number:hrb-4711",
            "person:eva-weber OFFICER_OF company-number:hrb-815",
        ],
        &["2 of 2 sampled values end like names of companies"],
    );
}

#[test]
fn deals_and_edges_are_relationships_between_their_ends() {
    check(
        "deals.csv",
        "Date|Acquirer|Target|Stake (%)|Deal value (USD)|Status\n\
         2014-03-01|Alpha Inc.|Beta LLC|100|75,000,000|completed\n2015-06-11|Alpha Inc.|Gamma SA|30||announced\n",
        &[
            "COMPANY name:alpha-inc Alpha Inc.",
            "COMPANY name:beta-llc Beta LLC",
            "COMPANY name:gamma-sa Gamma SA",
            "name:alpha-inc OWNS name:beta-llc 2014-03-01.. 100% 75000000 USD",
            "name:alpha-inc OWNS name:gamma-sa 2015-06-11.. 30%",
        ],
        &["\"announced\" = \"ANNOUNCED\"", "currency = \"USD\" # by the header"],
    );
    check(
        "edges.csv",
        "source,target,type\np1,c1,DIRECTOR\nc1,c2,SHAREHOLDER\n",
        &[
            "COMPANY company:p1 p1",
            "COMPANY company:c1 c1",
            "COMPANY company:c2 c2",
            "company:p1 OFFICER_OF company:c1 DIRECTOR",
            "company:c1 OWNS company:c2 SHAREHOLDER",
        ],
        &["its key stands in for it"],
    );
}

#[test]
fn names_of_columns_may_have_any_sign() {
    check(
        "odd \"table\".csv",
        "\"{name}|\",\"{company} \"\"number\"\"\",\"a\nstatus\",\"país | {x}\"\nAlpha AG,1,active,Peru\nBeta AG,2,gone?,Chile\n",
        &[
            "COMPANY company-number:1 Alpha AG PE ACTIVE, company-number 1",
            "COMPANY company-number:2 Beta AG CL, company-number 2",
        ],
        &[r#"name = "{\"{name}|\"}""#, r#"column = "a\nstatus""#],
    );
}

#[test]
fn doubtful_guesses_are_remarked() {
    for (table, remark) in [
        (
            "name,founded\nA AG,05/11/2014\nB AG,03/11/2014\n",
            "check it: all sampled dates could be MM/DD/YYYY as well",
        ),
        (
            "name,founded\nA AG,05.11.14\nB AG,25.11.69\n",
            "69 to 99 are taken to lie in the twentieth century",
        ),
        (
            "name,founded\nA AG,soon\nB AG,later\n",
            "named like a date, but only 0 of 2",
        ),
        (
            "owner,company,ratio\nA AG,B AG,0.25\n",
            "a share is percent: multiply it by 100",
        ),
        (
            "name,status\nA AG,strange\nB AG,active\n",
            "\"strange\" = \"UNKNOWN\" # check it",
        ),
        ("name,share\nA AG,25\n", "the table names one party only"),
        ("name,country\n", "guessed from its header alone"),
        (
            "name,country,\nA AG,DE,\n",
            "Columns without a name are left out, 1 in all",
        ),
        (
            "name,country\nA AG,DE\nB AG,DE\nC AG\n",
            "Of the sampled rows, 1 have more or fewer fields",
        ),
    ] {
        let text = suggested("t.csv", table.as_bytes()).unwrap();
        assert!(text.contains(remark), "{table}\n{text}");
        Mapping::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}

#[test]
fn a_sample_is_enough_of_a_long_table() {
    let rows: String = (0..SAMPLE_RECORDS_MAX + 5)
        .map(|number| format!("{number},Firm {number} Ltd,DE\n"))
        .collect();
    let (dataset, rejected, text) = made("long.csv", format!("number,name,country\n{rows}").as_bytes());
    assert_eq!((dataset.entities.len(), rejected), (SAMPLE_RECORDS_MAX + 5, 0));
    assert!(
        text.contains(&format!("the first {SAMPLE_RECORDS_MAX} records")),
        "{text}"
    );
}

#[test]
fn the_example_of_a_suggestion_is_one() {
    let page = Page::read("docs/importing/csv.md");
    let (tables, mappings) = (page.blocks_in("csv"), page.blocks_in("toml"));
    assert_eq!(
        suggested("shareholders-2014.csv", tables[0].as_bytes()).unwrap(),
        mappings[1]
    );
}

#[test]
fn questions_to_tables_by_suggestions_have_answers() {
    let tables = [
        (
            "companies.csv",
            "company_number;name;jurisdiction;status\n77;Alpha plc;Ireland;live\n78;Beta Ltd;Ireland;dissolved\n",
        ),
        (
            "owners.csv",
            "company_number,shareholder,percent,since\n77,Cara Holdings SA,60%,25.11.1999\n77,Dan Eff,40 %,1.2.2001\n",
        ),
        (
            "officers.csv",
            "company_number\tofficer_name\trole\tappointed\n77\tAnn Lee\tSecretary\tJune 2003\n",
        ),
    ];
    let items: Vec<_> = tables
        .iter()
        .flat_map(|(name, table)| {
            let mapping = Mapping::parse(&suggested(name, table.as_bytes()).unwrap()).unwrap();
            read(&mapping, table.as_bytes(), &source_defaults()).0
        })
        .collect();
    let answer = ask_over(
        &store_of(&dataset(&items)),
        "{ company(by: {id: \"company-number:77\"}) {
            name country status identifiers { scheme value }
            relationships(orderBy: [{field: SINCE}], first: 9) {
                nodes { kind from { __typename name } role since share { min } }
            }
        } }",
    );
    let held = |kind: &str, what: &str, name: &str, role: Option<&str>, since: &str, share: Option<f64>| {
        let share = share.map(|share| json!({ "min": share }));
        json!({"kind": kind, "from": {"__typename": what, "name": name}, "role": role, "since": since, "share": share})
    };
    assert_eq!(
        answer["company"],
        json!({
            "name": "Alpha plc", "country": "IE", "status": "ACTIVE",
            "identifiers": [{"scheme": "company-number", "value": "77"}],
            "relationships": {"nodes": [
                held("OWNS", "Company", "Cara Holdings SA", None, "1999-11-25", Some(60.0)),
                held("OWNS", "Person", "Dan Eff", None, "2001-02-01", Some(40.0)),
                held("OFFICER_OF", "Person", "Ann Lee", Some("Secretary"), "2003-06", None),
            ]},
        }),
    );
}

/// The samples with how many of their records are rejected, and how many entities and relationships they become.
#[test]
fn suggestions_for_real_tables_import_them() {
    for (table, expected) in [
        ("german-register/de_dev_companies.csv", (0, 2574, 0)),
        (
            "german-register/de_dev_company_officer_edges_resolved.csv",
            (0, 2574, 1768),
        ),
        ("gleif/gleif_rr_edges_from_bods.csv", (0, 167, 278)),
        // One row has nothing but the name of the file.
        ("sec-exhibit-21/ex21_labels.csv", (1, 2349, 0)),
        ("sec-names/names.csv", (0, 3792, 0)),
        ("sp500/constituents.csv", (0, 500, 0)),
        ("finbench/AddCompanyInvestCompanyWrite9.csv", (0, 907, 515)),
    ] {
        let (folder, file) = table.split_once('/').unwrap();
        let Some(folder) = samples(folder) else { continue };
        let (dataset, rejected, text) = made(file, &fs::read(folder.join(file)).unwrap());
        let counts = (rejected, dataset.entities.len(), dataset.relationships.len());
        assert_eq!(counts, expected, "{table}\n{text}");
    }
}
