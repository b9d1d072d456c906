//! FollowTheMoney: records of entities, some of which are relationships, as investigative journalists exchange them. Written with
//! what it can hold; what it cannot is counted. Read whole, nested, in fragments or as statements.

mod detect;
mod read;
mod terms;
mod write;

use std::{
    io::{BufRead, Read},
    ops::ControlFlow,
};

pub use detect::detect;
pub use write::write;

use self::read::{record_reader::RecordReader, statements::StatementGroup};
use super::{
    json_values::{self, LooseValues, ReadOptions},
    reader::{Draft, Input, Item, ItemHandler, Unreadable},
};
use crate::model::Record;

/// How many bytes the header of a table of statements may have.
const HEADER_BYTES_MAX: u64 = 1 << 16;

/// Reads records one after another, on one line or several, or in an array, each with `id`, `schema` and `properties`.
///
/// **Entities.** Company and LegalEntity become COMPANY; Organization and PublicBody ORGANIZATION; Person PERSON; Event, Trip,
/// Project and CourtCase EVENT; Address, Territory and RealEstate PLACE. The schema stays in `properties.schema` where the kind does
/// not imply it. What the model has no noun for is added to the entities it concerns:
/// - Sanction, Occupancy, Identification, Passport, Risk and TaxRoll stand in the properties of their subject, each by its id:
///   `sanctions`, `occupancies`, `identifications`, `risks`, `taxRolls`.
/// - Vessels, securities, accounts, contracts, positions and other things are remembered. Who is connected with one has the
///   relationship under `connections`, or the post in its occupancy, with what is said of the thing.
/// - Documents and notes are rejected, each with its reason: they are sources, not entities.
///
/// Of an entity:
/// - The first `name` is the main one (of an Address `full`); others and `alias` are aliases, `previousName` is a former name.
///   `weakAlias` stays in the properties, since it does not identify anyone by itself.
/// - `country` is taken, the one that is also `mainCountry` or `jurisdiction` first.
/// - Registration, tax and identity numbers are unique in a country: their schemes name it, `registration-de`.
/// - `addressEntity` becomes LOCATED_IN.
///
/// **Relationships.** Ownership is OWNS with the share that `percentage` states, Control CONTROLS, Directorship OFFICER_OF,
/// Employment EMPLOYED_BY, Membership MEMBER_OF, Representation REPRESENTS, Succession SUCCEEDED_BY, Payment PAID, Debt LENT_TO (from
/// the creditor), ProjectParticipant and CourtCaseParty PARTICIPATES_IN; Family, Associate and UnknownLink are RELATED_TO. A record
/// with several ends is one relationship for each pair. `endDate` is the first day on which it no longer holds; `date` is the
/// day of a payment, and of anything else the day on which it was stated. An end before the start is stored as written.
/// - A status (`resigned`) or a role (`former director`) may say that it is over without saying since when: then it was over by
///   the day of `retrievedAt`, else of `date`, of `modifiedAt`, of `last_change` beside the properties, else of the import.
/// - `ownershipType` and `controlType` say whether it is held directly, where they name "direct" or "indirect". The type of
///   interest is not said.
/// - Of several percentages the share is the hull, which is noted; they stay as written.
///
/// **Sources.** A relationship with `sourceUrl` or `publisher` is stated there, otherwise by the file. The locator is the schema
/// and the id of the record.
///
/// Whatever is not taken stays in `properties` under its name there, as a list of texts; what stands beside the properties, in
/// `properties.context`, but for `caption` and `last_seen`, which carry no information of their own. Records of one
/// id are fragments of one: they add up, in any order, also where one of them names neither both ends of a relationship nor the
/// entity. Records within others, as in nested exports, are records. Statements, as CSV or as JSON lines, are joined to the
/// records that they state; external ones are skipped.
///
/// # Errors
/// [`Unreadable`] when the bytes cannot be read, or a record is too long.
pub fn read(input: Input<'_>, on_item: ItemHandler<'_>) -> Result<(), Unreadable> {
    let Input {
        name,
        bytes,
        source_defaults,
    } = input;
    let file = read::sources::of_file(name, source_defaults)?;
    let preamble = Item::Preamble(vec![Draft::of(Record::Source(file.clone()))]);
    if on_item(preamble) == ControlFlow::Break(()) {
        return Ok(());
    }
    let mut reader = RecordReader {
        file,
        today: source_defaults.today,
        bytes_max: source_defaults.record_bytes_max,
        record: 0,
        group: StatementGroup::default(),
        external_count: 0,
        on_item,
    };
    let mut start = Vec::new();
    (&mut *bytes).take(HEADER_BYTES_MAX).read_until(b'\n', &mut start)?;
    let is_table = read::statements::is_table(&start);
    let mut bytes = start.as_slice().chain(bytes);
    if is_table {
        return read::table::read(&mut bytes, &mut reader);
    }
    let options = ReadOptions {
        bytes_max: source_defaults.record_bytes_max,
        packages: &[],
        expected: None,
        loose_values: LooseValues::Accepted,
    };
    let mut flow = ControlFlow::Continue(());
    json_values::read(&mut bytes, options, &mut |place, text| {
        flow = reader.value(text, place.line.unwrap_or_default());
        flow
    })?;
    if flow.is_continue() {
        let _ = reader.finish();
    }
    Ok(())
}
