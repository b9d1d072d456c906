//! What the tables become when nothing is wrong with them.

use guanxi::model::{Capability, Ends, ShareOf, Stance, UnknownReason, Validity};

use super::{accept, read_edited};

#[test]
fn every_cell_arrives_where_it_belongs() {
    let dataset = read_edited(&[]).unwrap();
    assert_eq!(dataset.title, "A deal");
    assert_eq!(dataset.description, None);
    assert_eq!(dataset.licence.as_deref(), Some("CC0-1.0"));
    let [wire, site] = &dataset.sources[..] else { panic!() };
    assert_eq!((wire.id.as_str(), wire.publisher.as_str()), ("source:wire", "Reuters"));
    assert_eq!(wire.published_on.unwrap().to_string(), "2014-11-25");
    assert_eq!(site.licence.as_deref(), Some("CC-BY-4.0"));
    let [ebay, paypal, sale, china] = &dataset.entities[..] else {
        panic!()
    };
    assert_eq!(ebay.properties.as_ref().unwrap()["sector"], "retail");
    assert_eq!(
        ebay.identifiers.iter().map(|id| &id.value).collect::<Vec<_>>(),
        ["1", "2"]
    );
    assert_eq!(paypal.country.as_deref(), Some("US-DE"));
    assert_eq!(paypal.dissolved.unwrap().to_string(), "2030");
    assert_eq!(sale.ends_on.unwrap().to_string(), "2014-11-30");
    assert_eq!(china.names[0].text, "中国");
}

#[test]
fn relationships_carry_their_figures_and_their_evidence() {
    let dataset = read_edited(&[]).unwrap();
    let [owns, serves, controls] = &dataset.relationships[..] else {
        panic!()
    };
    let since = Some("2002".parse().unwrap());
    assert_eq!(
        owns.validity,
        Validity::new(since, Some("2015-07-17".parse().unwrap())).unwrap()
    );
    assert_eq!(owns.share.unwrap().range.to_string(), ">50..100");
    assert_eq!(owns.amount.as_ref().unwrap().of.as_deref(), Some("price"));
    assert_eq!(owns.evidence[0].share.unwrap().of, ShareOf::Capital);
    assert_eq!(owns.evidence[0].speaker.as_deref(), Some("ebay"));
    assert_eq!(owns.evidence[0].confidence, Some(0.8));
    assert_eq!(serves.capabilities, [Capability::Payment, Capability::Customs]);
    assert_eq!(serves.evidence[0].stance, Stance::Contradicts);
    assert_eq!(serves.evidence[0].source, "source:site");
    let unknown = Ends::UnknownFrom {
        to: "ebay".into(),
        reason: UnknownReason::NaturalPersons,
    };
    assert_eq!(controls.ends, unknown);
    assert_eq!(controls.evidence[0].share.unwrap().of, ShareOf::Votes);
}

#[test]
fn rows_without_a_recording_time_have_that_of_the_dataset() {
    let dataset = read_edited(&[]).unwrap();
    assert_eq!(dataset.relationships[0].recorded_at.to_string(), "2020-01-01T00:00:00Z");
    assert_eq!(dataset.relationships[1].recorded_at, dataset.recorded_at);
    let retracted_at = dataset.relationships[2].retracted_at.unwrap();
    assert_eq!(retracted_at.to_string(), "2026-12-31T23:00:00Z");
}

#[test]
fn an_unknown_end_may_be_the_second() {
    let dataset = accept("relationships.csv", ",,ebay,NATURAL_PERSONS,", ",ebay,,UNSPECIFIED,");
    let unknown = Ends::UnknownTo {
        from: "ebay".into(),
        reason: UnknownReason::Unspecified,
    };
    assert_eq!(dataset.relationships[2].ends, unknown);
}

#[test]
fn symmetric_claims_may_be_written_from_both_sides() {
    let claims = "there,PARTNERS_WITH,ebay,china,,,ACTIVE,,,,,,,,,,,\nback,PARTNERS_WITH,china,ebay,,,ACTIVE,,,,,,,,,,,\nserves,";
    let statements = "e4,there,wire,,ASSERTS,,,,,,,,\ne5,back,wire,,ASSERTS,,,,,,,,\ne2,";
    let edits = [
        ("relationships.csv", "serves,", claims),
        ("evidence.csv", "e2,", statements),
    ];
    assert_eq!(read_edited(&edits).unwrap().relationships.len(), 5);
}

#[test]
fn white_space_around_cells_and_list_members_is_dropped() {
    let dataset = accept("relationships.csv", "PAYMENT;CUSTOMS", " PAYMENT ;; CUSTOMS ;PAYMENT");
    assert_eq!(
        dataset.relationships[1].capabilities,
        [Capability::Payment, Capability::Customs]
    );
    let dataset = accept(
        "entities.csv",
        "paypal,COMPANY,PayPal",
        " paypal,COMPANY ,\u{3000}PayPal ",
    );
    assert_eq!(dataset.entities[1].name, "PayPal");
}

#[test]
fn the_recording_time_of_the_dataset_may_stand_without_quotes() {
    let dataset = accept("dataset.toml", "\"2026-11-22T00:00:00Z\"", "2026-11-22T01:00:00+01:00");
    assert_eq!(dataset.recorded_at.to_string(), "2026-11-22T00:00:00Z");
}
