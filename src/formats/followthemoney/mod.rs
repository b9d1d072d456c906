//! FollowTheMoney: JSON lines of entities, some of which are relationships, as investigative journalists exchange them. Written
//! with what it can hold; what it cannot is counted. Statements are refused: they have to be joined first.

mod detect;
mod directness;
mod edge;
mod identifiers;
mod ids;
mod line;
mod node;
mod ours;
mod over;
mod percentage;
mod properties;
mod schemata;
mod sources;
mod values;
mod write;

use std::ops::ControlFlow;

pub use detect::detect;
pub use write::write;

use self::{
    line::{Line, Refused},
    schemata::Meaning,
};
use jiff::civil::Date;

use super::{
    import::{Draft, Each, Fault, Found, Input, Item, Unreadable},
    json_values::{self, Form},
};
use crate::model::{Record, Source};

/// Where in a source of FollowTheMoney a record stands: `Ownership 6d03aec7`.
fn locator(schema: &str, id: &str) -> String {
    format!("{schema} {id}")
}

/// Reads records one after another, on one line or several, or in an array, each with `id`, `schema` and `properties`.
///
/// **Entities.** Company and LegalEntity become COMPANY; Organization and PublicBody ORGANIZATION; Person PERSON; Event, Trip,
/// Project and CourtCase EVENT; Address, Territory and RealEstate PLACE. Other schemata are rejected, each with its reason:
/// vessels, securities, accounts and contracts are no nouns of the model, documents are sources. The schema stays in
/// `properties.schema` where the kind does not imply it.
/// - The first `name` is the main one (of an Address `full`); others and `alias` are aliases, `previousName` is a former name.
///   `weakAlias` stays in the properties: nobody should be found by it alone.
/// - `country` is taken, the one that is also `mainCountry` or `jurisdiction` first.
/// - Registration, tax and identity numbers are unique in a country: their schemes name it, `registration-de`.
/// - `addressEntity` becomes LOCATED_IN.
///
/// **Relationships.** Ownership is OWNS with the share that `percentage` states, Control CONTROLS, Directorship OFFICER_OF,
/// Employment EMPLOYED_BY, Membership MEMBER_OF, Representation REPRESENTS, Succession SUCCEEDED_BY, Payment PAID, Debt LENT_TO (from
/// the creditor), ProjectParticipant and CourtCaseParty PARTICIPATES_IN; Family, Associate and UnknownLink are RELATED_TO. A record
/// with several ends is one relationship for each pair. `endDate` is the first day on which it no longer holds; `date` is the
/// day of a payment, and of anything else the day on which it was stated. An end before the start is kept as it is.
/// - A status (`resigned`) or a role (`former director`) may say that it is over without saying since when: then it was over by
///   the day of `retrievedAt`, else of `date`, of `modifiedAt`, of `last_change` beside the properties, else of the import.
/// - `ownershipType` and `controlType` say whether it is held directly, where they name "direct" or "indirect". The type of
///   interest is not said.
///
/// **Sources.** A relationship with `sourceUrl` or `publisher` is stated there, otherwise by the file. The locator is the schema
/// and the id of the record.
///
/// Whatever is not taken stays in `properties` under its name there, as a list of texts; what stands beside the properties, in
/// `properties.context`, but for `caption` and `last_seen`, which say nothing of their own. Records with the same id are not
/// joined: `ftm aggregate` does that.
///
/// # Errors
/// [`Unreadable`] when the bytes cannot be read, a line is too long, or the file holds statements.
pub fn read(input: Input<'_>, each: Each<'_>) -> Result<(), Unreadable> {
    let Input { name, bytes, told } = input;
    let file = sources::of_file(name, told)?;
    let preamble = Item::Preamble(vec![Draft::of(Record::Source(file.clone()))]);
    if each(preamble) == ControlFlow::Break(()) {
        return Ok(());
    }
    let form = Form {
        bytes_max: told.record_bytes_max,
        package: None,
        expected: None,
    };
    let mut refused = None;
    json_values::read(bytes, form, &mut |mut place, text| {
        let (drafts, faults) = match Line::parse(text) {
            Ok(line) => {
                place.key = Some(line.id.clone());
                made_of(line, &file, told.today)
            }
            Err(Refused::Record(fault)) => (Vec::new(), vec![fault]),
            // Later lines may be odd, but a file whose first one is something else is no file of ours.
            Err(Refused::File(reason)) if place.record == 1 => {
                let line = place.line.unwrap_or_default();
                refused = Some(Unreadable::form(format!("line {line}"), reason));
                return ControlFlow::Break(());
            }
            Err(Refused::File(reason)) => (Vec::new(), vec![Fault::rejected("", reason)]),
        };
        each(Item::Record(Found { place, drafts, faults }))
    })?;
    refused.map_or(Ok(()), Err)
}

/// What a record is made into, and what is wrong with it.
fn made_of(mut line: Line, file: &Source, today: Date) -> (Vec<Draft>, Vec<Fault>) {
    let ours = line.ours.take();
    let made = |(mut drafts, mut faults): (Vec<Draft>, Vec<Fault>)| {
        faults.extend(ours::apply(ours, &mut drafts));
        (drafts, faults)
    };
    let reason = match schemata::meaning(&line.schema) {
        Some(Meaning::Node(node)) => return made(node::read(line, node, file)),
        Some(Meaning::Edge(edge)) => return made(edge::read(line, edge, file, today)),
        Some(Meaning::Refused(reason)) => reason,
        None => "not a schema of FollowTheMoney",
    };
    (Vec::new(), vec![Fault::rejected("schema", reason).with(&line.schema)])
}
