//! Rows of LEI records, filled as often as in the register: other names, addresses, register numbers, legal forms, states,
//! successors, events.

use fastrand::Rng;

use super::{
    countries::{Country, countries},
    groups::{Category, Groups},
    lei::{ISSUERS, Lei},
    names::Names,
    one, pick,
    row::{Day, Row},
};

const STREETS: [&str; 10] = [
    "Station Road",
    "Orange Street",
    "Hauptstraße",
    "Rue du Commerce",
    "Via Garibaldi",
    "Keizersgracht",
    "Calle Mayor",
    "Harbour \"North\" Quay",
    "Market Square",
    "Innovation Park, Block C",
];

/// Before it, nothing more was registered.
const THIS_YEAR: u16 = 2026;

/// The data from which companies are generated.
pub(crate) struct Companies {
    names: Names,
    countries: Vec<Country>,
    /// The number of companies in each country.
    weights: Vec<(usize, u32)>,
}

/// The state of a company.
#[derive(Clone, Copy)]
struct State {
    /// The year of its founding.
    founded: u16,
    /// Whether it exists.
    is_active: bool,
}

impl Companies {
    /// Names and countries.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let (countries, weights): (Vec<Country>, Vec<u32>) = countries().into_iter().unzip();
        Self {
            names: Names::new(rng),
            countries,
            weights: weights.into_iter().enumerate().collect(),
        }
    }

    /// The row of the company with this number.
    pub(crate) fn write(&self, number: usize, leis: &[Lei], groups: &Groups, rng: &mut Rng, row: &mut Row) {
        let country = &self.countries[pick(&self.weights, rng)];
        let category = groups.categories[number];
        row.cell(leis[number].text());
        self.write_names(country, groups.heads[number], category, rng, row);
        addresses(country, rng, row);
        let register = write_register(country, rng, row);
        let region = (country.code == "US" || country.code == "CA").then(|| country.regions.first());
        row.cell(region.flatten().map_or(country.code, String::as_str));
        row.cell(match category {
            Category::Fund => "FUND",
            Category::Branch => "BRANCH",
            Category::General => pick(
                &[
                    ("GENERAL", 950),
                    ("FUND", 30),
                    ("SOLE_PROPRIETOR", 15),
                    ("RESIDENT_GOVERNMENT_ENTITY", 5),
                ],
                rng,
            ),
        });
        row.blank(1);
        write_form(country, rng, row);
        row.blank(4);
        let state = write_state(rng, row);
        self.write_successor(state, leis, rng, row);
        write_events(rng, row);
        write_registration(state, rng, row);
        row.cell(country.register);
        row.blank(1);
        match register {
            Some(register) => row.digits(register, 8),
            None => row.part(""),
        }
        row.close();
        row.blank(15);
        row.cell(pick(
            &[("CONFORMING", 60), ("NON_CONFORMING", 30), ("NOT_APPLICABLE", 10)],
            rng,
        ));
    }

    /// A name of this country; companies of one group share a word.
    fn name(&self, country: &Country, head: Option<u32>, rng: &mut Rng) -> String {
        if matches!(country.code, "CN" | "TW") || (country.code == "HK" && rng.u8(..4) == 0) {
            return self.names.chinese(rng);
        }
        let name = self.names.latin(rng);
        match head {
            Some(head) => format!("{} {name}", self.names.word(&mut Rng::with_seed(head.into()))),
            None => name,
        }
    }

    fn write_names(&self, country: &Country, head: Option<u32>, category: Category, rng: &mut Rng, row: &mut Row) {
        row.part(&self.name(country, head, rng));
        if category == Category::Fund {
            row.part(one(
                &[" Fund", " Income Fund", " - Global Equity", " SICAV", " Pension Trust"],
                rng,
            ));
        }
        row.close();
        row.cell(country.language);
        let others = pick(&[(0, 82), (1, 15), (2, 3)], rng);
        for _ in 0..others {
            row.cell(&self.name(country, head, rng));
            row.cell(country.language);
            row.cell(pick(
                &[
                    ("PREVIOUS_LEGAL_NAME", 6),
                    ("TRADING_OR_OPERATING_NAME", 3),
                    ("ALTERNATIVE_LANGUAGE_LEGAL_NAME", 2),
                ],
                rng,
            ));
        }
        row.blank(15 - 3 * others);
        if matches!(country.language, "zh" | "ja" | "ko" | "bg" | "el" | "he") {
            row.cell(&self.names.latin(rng));
            row.cell("en");
            row.cell(pick(
                &[
                    ("PREFERRED_ASCII_TRANSLITERATED_LEGAL_NAME", 3),
                    ("AUTO_ASCII_TRANSLITERATED_LEGAL_NAME", 1),
                ],
                rng,
            ));
            row.blank(12);
        } else {
            row.blank(15);
        }
    }

    /// The successor of a dissolved company, if known.
    fn write_successor(&self, state: State, leis: &[Lei], rng: &mut Rng, row: &mut Row) {
        match rng.u8(..6) {
            0 if !state.is_active => {
                row.cell(one(leis, rng).text());
                row.blank(14);
            }
            1 if !state.is_active => {
                row.blank(1);
                row.cell(&self.names.latin(rng));
                row.cell("en");
                row.blank(12);
            }
            _ => row.blank(15),
        }
    }
}

/// The legal address and the headquarters, which most companies have at the same place.
fn addresses(country: &Country, rng: &mut Rng, row: &mut Row) {
    let seed = rng.u64(..);
    let elsewhere = if rng.u8(..5) == 0 { seed.rotate_left(1) } else { seed };
    for seed in [seed, elsewhere] {
        row.cell(country.language);
        address(country, &mut Rng::with_seed(seed), row);
    }
    if rng.u8(..30) == 0 {
        row.cell("en");
        row.cell("ALTERNATIVE_LANGUAGE_LEGAL_ADDRESS");
        address(country, &mut Rng::with_seed(seed), row);
        row.blank(52 + 65);
    } else {
        row.blank(65 + 65);
    }
}

fn address(country: &Country, rng: &mut Rng, row: &mut Row) {
    row.part(one(&STREETS, rng));
    row.part(" ");
    row.digits(rng.u32(1..400), 1);
    row.close();
    row.blank(3);
    if rng.u8(..3) == 0 {
        row.part("Floor ");
        row.digits(rng.u32(1..40), 1);
        row.close();
        row.blank(2);
    } else {
        row.blank(3);
    }
    row.cell(one(&country.cities, rng));
    match country.regions.len() {
        0 => row.blank(1),
        regions => row.cell(&country.regions[rng.usize(..regions)]),
    }
    row.cell(country.code);
    if rng.u8(..50) == 0 {
        row.blank(1);
    } else {
        row.digits(rng.u32(1000..100_000), 5);
        row.close();
    }
}

/// The register that a company is in, and its number there.
fn write_register(country: &Country, rng: &mut Rng, row: &mut Row) -> Option<u32> {
    let number = (rng.u8(..25) > 0).then(|| rng.u32(..100_000_000));
    row.cell(country.register);
    row.blank(1);
    match number {
        Some(number) => row.digits(number, 8),
        None => row.part(""),
    }
    row.close();
    number
}

fn write_form(country: &Country, rng: &mut Rng, row: &mut Row) {
    if rng.u8(..12) == 0 {
        row.cell("8888");
        row.cell(one(
            &["Trust", "Other", "Private Foundation", "Limited partnership"],
            rng,
        ));
    } else {
        let forms = country.forms.len();
        row.cell(country.forms[rng.usize(..forms).min(rng.usize(..forms))]);
        row.blank(1);
    }
}

/// Whether the company exists, since when, and until when.
fn write_state(rng: &mut Rng, row: &mut Row) -> State {
    let is_active = rng.u8(..100) < 93;
    row.cell(if is_active { "ACTIVE" } else { "INACTIVE" });
    // More companies were founded in recent years.
    let founded = 2024 - rng.u16(..80).min(rng.u16(..80)).min(rng.u16(..80));
    if rng.u8(..20) == 0 {
        row.blank(1);
    } else {
        Day::any(founded..=founded, rng).moment(row);
    }
    if is_active {
        row.blank(2);
    } else {
        Day::any(founded.max(2013) + 1..=THIS_YEAR, rng).moment(row);
        row.cell(pick(&[("DISSOLVED", 6), ("CORPORATE_ACTION", 3), ("OTHER", 1)], rng));
    }
    State { founded, is_active }
}

/// The events of a company; most have none.
fn write_events(rng: &mut Rng, row: &mut Row) {
    let events = pick(&[(0, 86), (1, 9), (2, 4), (3, 1)], rng);
    for _ in 0..events {
        row.cell("STANDALONE");
        row.cell(pick(&[("COMPLETED", 9), ("IN_PROGRESS", 1)], rng));
        row.blank(2);
        row.cell(pick(
            &[
                ("CHANGE_LEGAL_ADDRESS", 4),
                ("CHANGE_LEGAL_NAME", 3),
                ("CHANGE_HQ_ADDRESS", 2),
                ("CHANGE_LEGAL_FORM", 1),
                ("DISSOLUTION", 1),
                ("MERGERS_AND_ACQUISITIONS", 1),
            ],
            rng,
        ));
        Day::any(2019..=2024, rng).moment(row);
        Day::any(2025..=2025, rng).moment(row);
        row.cell("SUPPORTING_DOCUMENTS");
        row.blank(1 + 10);
    }
    row.blank((5 - events) * 19);
}

fn write_registration(state: State, rng: &mut Rng, row: &mut Row) {
    let first = rng.u16(state.founded.max(2013)..=2024);
    Day::any(first..=first, rng).moment(row);
    Day::any(first + 1..=2025, rng).moment(row);
    row.cell(if state.is_active {
        pick(
            &[
                ("ISSUED", 640),
                ("LAPSED", 340),
                ("DUPLICATE", 5),
                ("ANNULLED", 2),
                ("PENDING_TRANSFER", 5),
            ],
            rng,
        )
    } else {
        pick(&[("RETIRED", 9), ("MERGED", 1)], rng)
    });
    Day::any(THIS_YEAR..=THIS_YEAR + 1, rng).moment(row);
    row.cell(pick(&ISSUERS, rng));
    row.cell(pick(
        &[
            ("FULLY_CORROBORATED", 90),
            ("PARTIALLY_CORROBORATED", 6),
            ("ENTITY_SUPPLIED_ONLY", 4),
        ],
        rng,
    ));
}
