//! Tables by mappings: a small mapping and a small table at a time, and what is made of them.

use std::{ops::ControlFlow, path::Path};

use guanxi::{
    formats::{
        mapping::{self, Mapping},
        reader::{
            Draft, Effect, Input, Item, RECORD_BYTES_MAX, RecordChange, RecordDrafts, SourceDefaults, Unreadable,
        },
    },
    model::{Catalog, Dataset, Ends, Entity, Record, Relationship, Source},
};

use crate::harness::{now, pages::Page};

/// Nothing said beside the file but who published it.
pub(super) fn source_defaults() -> SourceDefaults {
    SourceDefaults {
        source: None,
        publisher: Some("Teller".to_owned()),
        title: None,
        url: None,
        licence: None,
        record_bytes_max: RECORD_BYTES_MAX,
        today: "2026-11-23".parse().unwrap(),
    }
}

/// What reading hands over, and how it ends.
pub(super) fn read(
    mapping: &Mapping,
    table: &[u8],
    source_defaults: &SourceDefaults,
) -> (Vec<Item>, Result<(), Unreadable>) {
    let mut items = Vec::new();
    let mut bytes = table;
    let input = Input {
        name: "table.csv",
        bytes: &mut bytes,
        source_defaults,
    };
    let end = mapping::read(input, mapping, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    });
    (items, end)
}

pub(super) fn records(items: &[Item]) -> Vec<&RecordDrafts> {
    let records = items.iter().filter_map(|item| match item {
        Item::Record(found) => Some(found),
        Item::Preamble(_) | Item::DatasetInfo(_) => None,
    });
    records.collect()
}

/// Everything drafted, as a dataset: what comes later replaces what came before, a placeholder replaces nothing.
pub(super) fn dataset<'a>(items: impl IntoIterator<Item = &'a Item>) -> Dataset {
    let mut dataset = Dataset {
        title: "Imported".to_owned(),
        description: None,
        licence: None,
        recorded_at: now(),
        sources: Vec::new(),
        entities: Vec::new(),
        relationships: Vec::new(),
    };
    fn put<T>(records: &mut Vec<T>, record: T, id: fn(&T) -> &str, replaces: fn(&mut T, T)) {
        match records.iter().position(|known| id(known) == id(&record)) {
            Some(place) => replaces(&mut records[place], record),
            None => records.push(record),
        }
    }
    let drafts = items.into_iter().flat_map(|item| match item {
        Item::Preamble(drafts) => drafts.iter(),
        Item::DatasetInfo(about) => panic!("no mapping says this: {about:?}"),
        Item::Record(found) => found.drafts.iter(),
    });
    let (first, second): (Vec<&Draft>, Vec<&Draft>) =
        drafts.partition(|draft| matches!(draft.change, RecordChange::Record(_)));
    for draft in first {
        match &draft.change {
            RecordChange::Record(Record::Source(source)) => {
                put(
                    &mut dataset.sources,
                    source.clone(),
                    |known: &Source| &known.id,
                    |known, new| *known = new,
                );
            }
            RecordChange::Record(Record::Entity(entity)) => {
                put(
                    &mut dataset.entities,
                    entity.clone(),
                    |known: &Entity| &known.id,
                    |known, new| *known = new,
                );
            }
            RecordChange::Record(Record::Relationship(claim)) => {
                let claim = Relationship {
                    recorded_at: now(),
                    ..claim.clone()
                };
                put(
                    &mut dataset.relationships,
                    claim,
                    |known| &known.id,
                    |known, new| *known = new,
                );
            }
            _ => unreachable!(),
        }
    }
    for draft in second {
        match &draft.change {
            RecordChange::Placeholder(Record::Entity(entity)) => {
                put(
                    &mut dataset.entities,
                    entity.clone(),
                    |known: &Entity| &known.id,
                    |_, _| (),
                );
            }
            other => panic!("{other:?}"),
        }
    }
    dataset
}

/// The dataset of a small table, and its faults as `line field: reason (value)`, kept ones in brackets.
fn made(mapping: &str, table: &str) -> (Dataset, Vec<String>) {
    let mapping = Mapping::parse(mapping).unwrap_or_else(|error| panic!("{error}"));
    let (items, end) = read(&mapping, table.as_bytes(), &source_defaults());
    end.unwrap();
    let mut faults = Vec::new();
    for found in records(&items) {
        assert!(found.place.line.is_some());
        for fault in &found.faults {
            let value = fault
                .value
                .as_ref()
                .map_or(String::new(), |value| format!(" ({value})"));
            let line = found.place.line.unwrap();
            let message = format!("{line} {}: {}{value}", fault.field, fault.reason);
            faults.push(match fault.effect {
                Effect::Rejected => message,
                Effect::InProperties | Effect::Noted => format!("[{message}]"),
            });
        }
    }
    (dataset(&items), faults)
}

pub(super) const COMPANY: &str = "[[entity]]\nid = 'x:{no}'\nkind = 'COMPANY'\nname = '{name}'\n";
pub(super) const OWNS: &str = "[[relationship]]\nkind = 'OWNS'\nfrom = '{owner}'\nto = '{owned}'\n";

#[test]
fn a_row_becomes_an_entity_with_all_that_the_mapping_says_of_it() {
    let mapping = format!(
        "[csv]\ndelimiter = ';'\ndates = 'DD.MM.YYYY'\n{COMPANY}\
         description = '{{about}}'\ncountry = '{{land}}'\nfounded = '{{from}}'\ndissolved = '{{to}}'\nwebsite = 'https://{{site}}'\n\
         status = {{ column = 'state', values = {{ ok = 'ACTIVE', gone = 'INACTIVE' }}, default = 'UNKNOWN' }}\n\
         identifiers = [{{ scheme = 'LEI', value = '{{lei}}' }}]\n\
         names = [{{ text = '{{old}}', kind = 'FORMER', language = 'de' }}]\nproperties = 'rest'\n"
    );
    let table = "no;name;about;land;from;to;site;state;lei;old;staff;note\n\
                 7; Müller  GmbH ;\"Sells\nthings\";uk;3.11.1999;2014;a.example;ok;L1;Maier KG;12;\n\
                 8;Plain;;;;;;?;;;;\n";
    let (dataset, faults) = made(&mapping, table);
    assert_eq!(faults, [""; 0]);
    let written = serde_json::to_value(&dataset.entities).unwrap();
    let expected = serde_json::json!([
        {
            "id": "x:7", "kind": "COMPANY", "name": "Müller GmbH", "description": "Sells\nthings", "country": "GB",
            "status": "ACTIVE", "founded": "1999-11-03", "dissolved": "2014", "website": "https://a.example",
            "identifiers": [{"scheme": "lei", "value": "L1"}],
            "names": [{"text": "Maier KG", "kind": "FORMER", "language": "de"}], "properties": {"staff": "12"},
        },
        {"id": "x:8", "kind": "COMPANY", "name": "Plain", "status": "UNKNOWN"},
    ]);
    assert_eq!(written, expected);
}

#[test]
fn a_row_becomes_a_relationship_with_evidence_that_points_to_it() {
    let mapping = format!(
        "[source]\nid = 'register'\npublisher = 'Court'\ntitle = 'Register'\npublished_on = '2014'\n{OWNS}\
         role = 'holder'\nsince = '{{since}}'\nlast_day = '{{last}}'\nshare = '{{share}}'\nsummary = '{{note}}'\n\
         amount = '{{price}}'\ncurrency = 'EUR'\namount_of = 'price'\nstated_on = '2014-11'\nproperties = ['note']\n"
    );
    let table = "owner,owned,since,last,share,price,note\na,b,2014-01,2014-12-31,\"51,5 %\",\"1,000,000\",said so\n";
    let (dataset, faults) = made(&mapping, table);
    assert_eq!(faults, [""; 0]);
    let written = serde_json::to_value(&dataset.relationships).unwrap();
    let expected = serde_json::json!([{
        "id": "rel:a:OWNS:b:2014-01", "kind": "OWNS", "ends": {"from": "a", "to": "b"}, "role": "holder", "status": "ACTIVE",
        "validity": {"since": "2014-01", "until": "2015-01-01"}, "share": {"range": "51.5", "of": "CAPITAL"},
        "amount": {"value": 1_000_000.0, "currency": "EUR", "of": "price"}, "properties": {"note": "said so"},
        "evidence": [{"id": "rel:a:OWNS:b:2014-01/register", "source": "source:register", "locator": "owner a, owned b",
            "stance": "ASSERTS", "stated_on": "2014-11", "summary": "said so"}],
        "recorded_at": "2026-11-22T12:00:00Z",
    }]);
    assert_eq!(written, expected);
    assert_eq!(
        serde_json::to_value(&dataset.sources).unwrap(),
        serde_json::json!([{"id": "source:register", "publisher": "Court", "title": "Register", "published_on": "2014"}])
    );
}

#[test]
fn values_that_are_not_understood_are_stored_as_written_and_reported() {
    let mapping = format!(
        "{COMPANY}founded = '{{from}}'\ndissolved = '{{to}}'\ncountry = '{{land}}'\n\
         status = {{ column = 'state', values = {{ ok = 'ACTIVE' }} }}\n{}since = '{{from}}'\nuntil = '{{to}}'\nshare = '{{share}}'\n",
        OWNS.replace("{owner}", "x:{no}").replace("{owned}", "x:{no}")
    );
    let table = "no,name,from,to,land,state,share\n1,A,soon,2014,Utopia,so so,half\n2,B,2014,2013,,,\n";
    let (dataset, faults) = made(&mapping, table);
    assert_eq!(
        faults,
        [
            "[2 from: not a date (soon)]",
            "[2 land: not a country code (Utopia)]",
            "[2 state: not among the values in the mapping (so so)]",
            "[2 from: not a date (soon)]",
            "[2 share: not a percentage (half)]",
            "[3 to: before the day of founding (2013)]",
            "[3 to: until is not after since; both are stored as written, neither is used (2013)]",
        ]
    );
    let kept = |place: usize| serde_json::to_value(&dataset.entities[place].properties).unwrap();
    assert_eq!(
        kept(0),
        serde_json::json!({"from": "soon", "land": "Utopia", "state": "so so"})
    );
    assert_eq!(kept(1), serde_json::json!({"to": "2013"}));
    let claim = serde_json::to_value(&dataset.relationships[0].properties).unwrap();
    assert_eq!(claim, serde_json::json!({"from": "soon", "share": "half"}));
}

#[test]
fn interests_say_what_they_are_and_what_they_are_made_up_of() {
    let mapping = format!(
        "{}interest = '{{type}}'\ndirectness = {{ column = 'how', values = {{ D = 'direct', I = 'INDIRECT' }} }}\n\
         components = '{{parts}}'\nrecord = '{{no}}'\nended_by = {{ column = 'state', values = {{ former = '2017-01-15', now = '' }} }}\n\
         since = '{{since}}'\nkey = '{{no}}'\n",
        OWNS.replace("'OWNS'", "'{kind}'")
    );
    let table = "no,kind,owner,owned,type,how,parts,state,since\n\
                 r1,OWNS,a,b,shareholding,D,,now,2012\n\
                 r2,OWNS,a,c,voting-rights,I,r1; r3;r1,former,2012\n\
                 r3,CONTROLS,b,c,APPOINTMENT_OF_BOARD,,,,\n\
                 r4,OFFICER_OF,a,c,boardMember,D,r1,former,\n\
                 r5,CONTROLS,b,c,votes,both,r 1,dead,\n";
    let (dataset, faults) = made(&mapping, table);
    let interest_fields = |claim: &Relationship| {
        let ended_by = claim.validity.stated_ended_by().map(|day| day.to_string());
        let interest = claim.interest.map(Catalog::as_str);
        let record = claim.record.clone().unwrap_or_default();
        (
            record,
            interest,
            claim.directness.as_str(),
            claim.components.join(" "),
            ended_by,
        )
    };
    let over = Some("2017-01-15".to_owned());
    let line = |record: &str, interest, directness, components: &str, over: &Option<String>| {
        (
            record.to_owned(),
            interest,
            directness,
            components.to_owned(),
            over.clone(),
        )
    };
    assert_eq!(
        dataset.relationships.iter().map(interest_fields).collect::<Vec<_>>(),
        [
            line("r1", Some("SHAREHOLDING"), "DIRECT", "", &None),
            line("r2", Some("VOTING_RIGHTS"), "INDIRECT", "r1 r3", &over),
            line("r3", Some("APPOINTMENT_OF_BOARD"), "UNKNOWN", "", &None),
            line("r4", None, "UNKNOWN", "", &over),
            line("r5", None, "UNKNOWN", "", &None),
        ]
    );
    assert_eq!(
        faults,
        [
            "[5 type: only OWNS and CONTROLS are interests in a company (boardMember)]",
            "[5 how: only OWNS and CONTROLS are interests in a company (D)]",
            "[5 parts: only OWNS and CONTROLS are interests in a company (r1)]",
            "[6 type: not a type of interest; it is a code of BODS like votingRights, or listed under values with one (votes)]",
            "[6 how: not among the values in the mapping (both)]",
            "[6 parts: not ids without spaces, with ; between them (r 1)]",
            "[6 state: not among the values in the mapping (dead)]",
        ]
    );
}

#[test]
fn an_end_that_is_not_after_the_start_is_stored_as_written() {
    let mapping = format!("{OWNS}since = '{{since}}'\nlast_day = '{{last}}'\nended_by = '{{over}}'\n");
    let (dataset, faults) = made(
        &mapping,
        "owner,owned,since,last,over\na,b,2012-05-01,2010-03-01,\na,c,2012-05-01,,2010-03-01\na,d,2012,2013,2014\n",
    );
    let written = |claim: &Relationship| serde_json::to_value(claim.validity).unwrap();
    assert_eq!(
        dataset.relationships.iter().map(written).collect::<Vec<_>>(),
        [
            serde_json::json!({"since": "2012-05-01", "until": "2010-03-02"}),
            serde_json::json!({"since": "2012-05-01", "ended_by": "2010-03-01"}),
            serde_json::json!({"since": "2012", "until": "2013"}),
        ]
    );
    assert_eq!(
        faults,
        [
            "[2 last: until is not after since; both are stored as written, neither is used (2010-03-01)]",
            "[3 over: until is not after since; both are stored as written, neither is used (2010-03-01)]",
            "[4 over: not a day (2014)]",
        ]
    );
    assert_eq!(dataset.relationships[0].properties, None);
}

#[test]
fn a_party_may_be_one_that_is_not_disclosed() {
    let mapping =
        format!("{COMPANY}undisclosed = {{ column = 'type', values = {{ anonymous = 'true', known = 'no' }} }}\n");
    let (dataset, faults) = made(&mapping, "no,name,type\n1,A,anonymous\n2,B,known\n3,C,\n");
    assert_eq!(faults, [""; 0]);
    let undisclosed: Vec<bool> = dataset.entities.iter().map(|entity| entity.undisclosed).collect();
    assert_eq!(undisclosed, [true, false, false]);
}

#[test]
fn a_row_without_an_essential_text_is_rejected_and_reported() {
    let mapping = format!("{COMPANY}{OWNS}").replace("'COMPANY'", "'{kind}'");
    let (dataset, faults) = made(
        &mapping,
        "no,name,kind,owner,owned\n1,A,COMPANY,x:1,x:1\n,B,CLUB,x:1,\n3,C,COMPANY,source:1,x:1\n\n4,D\n",
    );
    assert_eq!(
        faults,
        [
            "3 no: blank",
            "3 kind: not a word of the model (CLUB)",
            "3 owned: blank",
            "4 owner: not an id (source:1)",
            "6 : more or fewer fields than the header has (2 of 5)",
        ]
    );
    assert_eq!((dataset.entities.len(), dataset.relationships.len()), (2, 1));
}

#[test]
fn a_block_applies_to_the_rows_that_fit_and_to_each_part_of_a_list() {
    let mapping = format!(
        "{}when = [{{ column = 'what', is = ['firm', 'shop'] }}, {{ column = 'name' }}]\n\
         [[entity]]\neach = {{ column = 'who', split = ';' }}\nwhen = {{ column = 'who', is_not = 'nobody' }}\n\
         id = 'p:{{who|slug}}'\nkind = 'PERSON'\nname = '{{who}}'\n",
        COMPANY
    );
    let table = "no,name,what,who\n1,A,firm,Ann Lee; Bob;nobody;\n2,B,club,\n3,,shop,\n4,D,shop,Bob\n";
    let (dataset, faults) = made(&mapping, table);
    let ids: Vec<&str> = dataset.entities.iter().map(|entity| entity.id.as_str()).collect();
    assert_eq!(ids, ["x:1", "p:ann-lee", "p:bob", "x:4"]);
    assert_eq!(
        faults,
        [
            "3 : the mapping takes nothing from this row",
            "4 : the mapping takes nothing from this row"
        ]
    );
}

#[test]
fn an_end_may_be_unknown_for_a_reason() {
    let mapping = OWNS.replace("from = '{owner}'\n", "from = '{owner}'\nunknown_reason = '{why}'\n");
    let (dataset, faults) = made(
        &mapping,
        "owner,owned,why\n,b,NON_PUBLIC\na,,NON_PUBLIC\n,b,\n,,NON_PUBLIC\n",
    );
    let ends: Vec<&Ends> = dataset.relationships.iter().map(|claim| &claim.ends).collect();
    let written = serde_json::to_value(ends).unwrap();
    let expected = serde_json::json!([{"to": "b", "unknown": "NON_PUBLIC"}, {"from": "a", "unknown": "UNSPECIFIED"}]);
    assert_eq!(written, expected);
    assert_eq!(
        faults,
        [
            "[3 why: said of an unknown owner only (NON_PUBLIC)]",
            "4 owner: blank",
            "5 owner: blank",
            "5 owned: blank"
        ]
    );
}

#[test]
fn a_row_may_name_its_own_source() {
    let mapping =
        format!("[source]\nid = 'f-{{file}}'\ntitle = 'Filing {{file}}'\nurl = 'https://{{host|optional}}'\n{OWNS}");
    let (dataset, faults) = made(
        &mapping,
        "owner,owned,file,host\na,b,1,h.example\nb,c,2,\nc,d,,h.example\n",
    );
    let sources: Vec<_> = dataset
        .sources
        .iter()
        .map(|source| (&*source.id, &*source.publisher, &*source.title))
        .collect();
    assert_eq!(
        sources,
        [
            ("source:f-1", "Teller", "Filing 1"),
            ("source:f-2", "Teller", "Filing 2")
        ]
    );
    assert_eq!(faults, ["3 host: not a link (https://)", "4 file: blank"]);
    assert_eq!(dataset.relationships.len(), 2);
}

#[test]
fn symmetric_relationships_are_one_from_either_end() {
    let mapping = OWNS.replace("OWNS", "PARTNERS_WITH");
    let (dataset, _) = made(&mapping, "owner,owned\nb,a\na,b\n");
    assert_eq!(dataset.relationships.len(), 1);
    assert_eq!(dataset.relationships[0].id, "rel:a:PARTNERS_WITH:b:1");
    let Ends::Known { from, .. } = &dataset.relationships[0].ends else {
        panic!()
    };
    assert_eq!(from, "a");
}

#[test]
fn every_mapping_that_ships_is_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mappings");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            Mapping::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            read += 1;
        }
    }
    assert_eq!(read, 5);
}

#[test]
fn the_example_that_explains_mappings_is_one() {
    let page = Page::read("docs/importing/csv.md");
    let (dataset, faults) = made(&page.blocks_in("toml")[0], &page.blocks_in("csv")[0]);
    assert_eq!(faults, [""; 0]);
    let ids: Vec<&str> = dataset.relationships.iter().map(|claim| claim.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "rel:c%3Aalpha-ag:OWNS:c%3Abeta-gmbh:3.11.1999",
            "rel:c%3Aalpha-ag:OWNS:c%3Agamma-kg:1"
        ]
    );
    let share = dataset.relationships[0].share.unwrap().range.to_string();
    assert_eq!((dataset.entities.len(), share.as_str()), (3, "51.5"));
}
