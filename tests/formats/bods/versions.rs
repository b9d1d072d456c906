//! Records through time: what was known when, what ends, and what is taken back.

use serde_json::json;

use super::*;

/// When each version of a relationship was put or taken back, as far as it was known.
fn history(found: &[RecordDrafts]) -> Vec<String> {
    let mut known: BTreeMap<&str, &Relationship> = BTreeMap::new();
    let mut lines = Vec::new();
    for draft in drafts(found) {
        let at = draft.known_at.map(|at| at.to_string()).unwrap_or_default();
        match &draft.change {
            RecordChange::Record(Record::Relationship(relationship)) => {
                known.insert(&relationship.id, relationship);
                lines.push(format!("{at} {}", relationship_line(relationship)));
            }
            RecordChange::Retraction { id, .. } => {
                if let Some(relationship) = known.remove(id.as_str()) {
                    lines.push(format!("{at} not {}", relationship_line(relationship)));
                }
            }
            RecordChange::OnlyThese { record, ids } => known.retain(|id, relationship| {
                let stays = relationship.record.as_ref() != Some(record) || ids.iter().any(|only| only == id);
                if !stays {
                    lines.push(format!("{at} not {}", relationship_line(relationship)));
                }
                stays
            }),
            _ => {}
        }
    }
    lines
}

fn check(statements: &[Value], expected: &[&str]) {
    let found = read(serde_json::to_vec(&statements).unwrap());
    assert_eq!(history(&found), expected);
}

#[expect(clippy::needless_pass_by_value, reason = "what is written in place is given away")]
fn holding(status: &str, day: &str, interests: Value) -> Value {
    let details = json!({"isComponent": false, "subject": "c", "interestedParty": "p", "interests": interests});
    statement("relationship", "r", status, day, &details)
}

#[test]
fn a_version_is_known_since_it_was_stated() {
    let found = read(
        json!([
            statement("entity", "c", "new", "2020-01-02", &json!({"name": "C"})),
            statement(
                "entity",
                "c",
                "updated",
                "2020-01-03T04:05:06+01:00",
                &json!({"name": "D"})
            ),
            statement("entity", "c", "updated", "soon", &json!({"name": "E"})),
        ])
        .to_string(),
    );
    let known: Vec<_> = drafts(&found)
        .filter(|draft| matches!(draft.change, RecordChange::Record(Record::Entity(_))))
        .map(|draft| draft.known_at)
        .collect();
    assert_eq!(
        known,
        [moment("2020-01-02T00:00:00Z"), moment("2020-01-03T03:05:06Z"), None]
    );
    assert_eq!(faults(&found), ["InProperties statementDate: not a date [soon]"]);
    assert_eq!(listed(&found)[2], "bods:c COMPANY E {statementDate}");
}

#[test]
fn interests_that_a_newer_version_drops_are_taken_back() {
    let both = json!([{"type": "shareholding"}, {"type": "shareholding"}, {"type": "boardChair"}, {}]);
    check(
        &[
            holding("new", "2020-01-01", both),
            holding(
                "updated",
                "2021-01-01",
                json!([{"type": "boardChair", "startDate": "2020-06-01"}, {"type": "shareholding"}]),
            ),
        ],
        &[
            "2020-01-01T00:00:00Z bods:p OWNS bods:c",
            "2020-01-01T00:00:00Z bods:p OWNS bods:c",
            "2020-01-01T00:00:00Z bods:p OFFICER_OF bods:c as board chair",
            "2020-01-01T00:00:00Z bods:p CONTROLS bods:c",
            "2021-01-01T00:00:00Z bods:p OFFICER_OF bods:c 2020-06-01.. as board chair",
            "2021-01-01T00:00:00Z bods:p OWNS bods:c",
            "2021-01-01T00:00:00Z not bods:p CONTROLS bods:c",
            "2021-01-01T00:00:00Z not bods:p OWNS bods:c",
        ],
    );
}

#[test]
fn a_closed_record_keeps_what_ended_and_takes_back_what_did_not() {
    let interests = json!([{"type": "shareholding", "endDate": "2021-05-06"}, {"type": "boardMember"}]);
    check(
        &[
            holding(
                "new",
                "2020-01-01",
                json!([{"type": "shareholding"}, {"type": "boardMember"}]),
            ),
            holding("closed", "2021-06-01", interests),
        ],
        &[
            "2020-01-01T00:00:00Z bods:p OWNS bods:c",
            "2020-01-01T00:00:00Z bods:p OFFICER_OF bods:c as board member",
            "2021-06-01T00:00:00Z bods:p OWNS bods:c ..2021-05-06",
            "2021-06-01T00:00:00Z not bods:p OFFICER_OF bods:c as board member",
        ],
    );
}

#[test]
fn a_party_that_becomes_known_takes_the_place_of_the_unknown_one() {
    let unknown = json!({"subject": "c", "interestedParty": {"reason": "unknown"}});
    let shareholder = json!([{"type": "shareholding"}]);
    check(
        &[
            statement("relationship", "r", "new", "2020-01-01", &unknown),
            holding("updated", "2021-01-01", shareholder),
        ],
        &[
            "2020-01-01T00:00:00Z ?UNSPECIFIED CONTROLS bods:c {interestedParty}",
            "2021-01-01T00:00:00Z bods:p OWNS bods:c",
            "2021-01-01T00:00:00Z not ?UNSPECIFIED CONTROLS bods:c {interestedParty}",
        ],
    );
}

#[test]
fn the_dead_and_the_dissolved_are_inactive_and_stay() {
    let found = read(
        json!([
            statement(
                "person",
                "p",
                "closed",
                "2020-01-01",
                &json!({"names": [{"fullName": "Ann"}], "deathDate": "2019-12-01"})
            ),
            statement(
                "entity",
                "c",
                "closed",
                "2020-01-01",
                &json!({"name": "C", "dissolutionDate": "2019-12-01"})
            ),
            statement("entity", "d", "closed", "2020-01-01", &json!({"name": "D"})),
        ])
        .to_string(),
    );
    let status: Vec<&str> = known(&found)
        .entities
        .iter()
        .map(|entity| entity.status.as_str())
        .collect();
    assert_eq!(status, ["INACTIVE", "UNKNOWN", "INACTIVE"]);
    assert_eq!(listed(&found)[2], "bods:d COMPANY D {recordStatus}");
}

#[test]
fn the_examples_are_imported_with_their_histories() {
    const FERMCAT: &[&str] = &[
        "2019-09-11T11:17:23Z bods:per-5faa4103dee78621 OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2019-09-11..",
        "2019-09-11T11:17:23Z bods:per-5faa4103dee78621 OFFICER_OF bods:ent-93c75c87ab28f889 2019-09-11.. as board member",
        "2019-09-11T11:17:23Z bods:per-41c0bb0cef246f7c OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2019-09-11..",
        "2019-09-11T11:17:23Z bods:per-41c0bb0cef246f7c OFFICER_OF bods:ent-93c75c87ab28f889 2019-09-11.. as board member",
        "2020-09-11T16:30:23Z bods:per-5faa4103dee78621 OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2019-09-11..",
        "2020-09-11T16:30:23Z bods:per-5faa4103dee78621 OFFICER_OF bods:ent-93c75c87ab28f889 2019-09-11.. as board member",
        "2020-09-11T16:30:23Z bods:per-41c0bb0cef246f7c OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2019-09-11..",
        "2020-09-11T16:30:23Z bods:per-41c0bb0cef246f7c OFFICER_OF bods:ent-93c75c87ab28f889 2019-09-11.. as board member",
        "2021-09-11T14:02:11Z bods:per-5faa4103dee78621 OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2019-09-11..2021-04-03",
        "2021-09-11T14:02:11Z bods:per-5faa4103dee78621 OFFICER_OF bods:ent-93c75c87ab28f889 2019-09-11..2021-04-03 as board member",
        "2021-09-11T14:02:11Z bods:per-e334cc6258e56467 OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2021-04-03..",
        "2021-09-11T16:15:08Z bods:per-41c0bb0cef246f7c OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2019-09-11..",
        "2021-09-11T16:15:08Z bods:per-41c0bb0cef246f7c OFFICER_OF bods:ent-93c75c87ab28f889 2019-09-11.. as board member",
        "2021-09-11T16:15:08Z bods:per-e334cc6258e56467 OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2021-04-03..",
        "2022-01-21T11:56:47Z bods:per-41c0bb0cef246f7c OWNS bods:ent-93c75c87ab28f889 100 of CAPITAL 2019-09-11..",
        "2022-01-21T11:56:47Z bods:per-41c0bb0cef246f7c OFFICER_OF bods:ent-93c75c87ab28f889 2019-09-11.. as board member",
        "2022-01-21T11:56:47Z bods:per-e334cc6258e56467 OWNS bods:ent-93c75c87ab28f889 50 of CAPITAL 2021-04-03..2022-01-21",
    ];
    const TECIDO: &[&str] = &[
        "2019-01-20T00:00:00Z bods:018AF6B3EB OWNS bods:01B68D7633 100 of CAPITAL 2002-03-09..",
        "2019-01-20T00:00:00Z bods:018AF6B3EB CONTROLS bods:01B68D7633 100 of VOTES 2002-03-09.. as voting rights",
        "2019-01-20T00:00:00Z bods:018AF6B3EB OFFICER_OF bods:01B68D7633 2002-03-09.. as board chair",
        "2021-09-25T00:00:00Z bods:033E84672B OWNS bods:01B68D7633 60 of CAPITAL 2021-09-24..",
        "2021-09-25T00:00:00Z bods:033E84672B CONTROLS bods:01B68D7633 60 of VOTES 2021-09-24.. as voting rights",
        "2021-09-25T00:00:00Z bods:018AF6B3EB OWNS bods:01B68D7633 40 of CAPITAL 2021-09-24..",
        "2021-09-25T00:00:00Z bods:018AF6B3EB CONTROLS bods:01B68D7633 40 of VOTES 2021-09-24.. as voting rights",
        "2021-09-25T00:00:00Z bods:018AF6B3EB OFFICER_OF bods:01B68D7633 2021-09-24.. as board chair",
        "2022-09-25T00:00:00Z bods:033E84672B OWNS bods:01B68D7633 70 of CAPITAL 2022-09-21..",
        "2022-09-25T00:00:00Z bods:033E84672B CONTROLS bods:01B68D7633 70 of VOTES 2022-09-21.. as voting rights",
        "2022-09-25T00:00:00Z bods:018AF6B3EB OFFICER_OF bods:01B68D7633 2022-09-21.. as board chair",
        "2022-09-25T00:00:00Z bods:018AF6B3EB OWNS bods:01B68D7633 30 of CAPITAL 2022-09-21..",
        "2022-09-25T00:00:00Z bods:018AF6B3EB CONTROLS bods:01B68D7633 30 of VOTES 2022-09-21.. as voting rights",
        "2023-03-03T00:00:00Z not bods:018AF6B3EB CONTROLS bods:01B68D7633 30 of VOTES 2022-09-21.. as voting rights",
        "2023-03-03T00:00:00Z not bods:018AF6B3EB OFFICER_OF bods:01B68D7633 2022-09-21.. as board chair",
        "2023-03-03T00:00:00Z not bods:018AF6B3EB OWNS bods:01B68D7633 30 of CAPITAL 2022-09-21..",
        "2023-03-03T00:00:00Z bods:033E84672B OWNS bods:01B68D7633 80 of CAPITAL 2023-03-01..",
        "2023-03-03T00:00:00Z bods:033E84672B CONTROLS bods:01B68D7633 80 of VOTES 2023-03-01.. as voting rights",
    ];
    let files = sample_files();
    for (name, expected) in [("fermcat", FERMCAT), ("tecido", TECIDO)] {
        let Some(text) = files.get(name) else { return };
        let history = history(&read(text));
        let bare: Vec<&str> = history.iter().map(|line| line.split(" {").next().unwrap()).collect();
        assert_eq!(bare, expected, "{name}");
    }
}
