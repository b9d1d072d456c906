//! What a column says, by the phrases in its name. Of several that fit, the longest is taken.

use Attribute::{
    Amount, Born, Country, Currency, Description, Dissolved, FamilyName, Founded, GivenName, Id, Identifier, Kind,
    Name, OtherName, Role, Share, Since, State, Status, Until, Website,
};
use PhrasePosition::{Anywhere, AtEnd, Exact};

use crate::model::NameKind;

/// What a column says of an entity, or of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::mapping::suggest) enum Attribute {
    /// A key of the table's own.
    Id,
    /// An assigned number of this scheme.
    Identifier(&'static str),
    Name,
    GivenName,
    FamilyName,
    OtherName(NameKind),
    /// What sort of thing it is: of an entity, or of a relationship.
    Kind,
    Country,
    /// A state of the United States, or a part of another country.
    State,
    Status,
    Founded,
    Dissolved,
    /// The day on which a person was born.
    Born,
    Website,
    Description,
    Role,
    Since,
    Until,
    Share,
    Amount,
    Currency,
}

/// Where in a name a phrase must stand to mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PhrasePosition {
    /// It has it.
    Anywhere,
    /// It ends with it.
    AtEnd,
    /// It is the whole of it.
    Exact,
}

/// The phrases, those of one attribute with `/` between them.
const PHRASES: &[(PhrasePosition, &str, Attribute)] = &[
    (
        Exact,
        "id/key/code/no/number/nr/num/identifier/uid/guid/ref/reference/entity id/record id/row id/node id/node",
        Id,
    ),
    (AtEnd, "id/key/identifier/uid/node id", Id),
    (Anywhere, "lei/lei code/legal entity identifier", Identifier("lei")),
    (Anywhere, "isin/isin code", Identifier("isin")),
    (Anywhere, "cik/cik number/central index key", Identifier("cik")),
    (Anywhere, "duns/d u n s/duns number", Identifier("duns")),
    (
        Anywhere,
        "vat/vat number/vat no/vat id/ust id/ustid/ust idnr/uid number/tva/partita iva/btw",
        Identifier("vat"),
    ),
    (Anywhere, "ein/employer identification number", Identifier("us-ein")),
    (Anywhere, "siren", Identifier("fr-siren")),
    (Anywhere, "siret", Identifier("fr-siret")),
    (Anywhere, "kvk/kvk number/kvk nummer", Identifier("nl-kvk")),
    (Anywhere, "cnpj", Identifier("br-cnpj")),
    (Anywhere, "ogrn", Identifier("ru-ogrn")),
    (Anywhere, "inn", Identifier("ru-inn")),
    (Anywhere, "abn", Identifier("au-abn")),
    (Anywhere, "acn", Identifier("au-acn")),
    (
        Anywhere,
        "crn/companies house number/companies house id/coh",
        Identifier("gb-coh"),
    ),
    (Anywhere, "cusip", Identifier("cusip")),
    (Anywhere, "sedol", Identifier("sedol")),
    (Anywhere, "figi", Identifier("figi")),
    (Anywhere, "bic/swift/swift code", Identifier("bic")),
    (Anywhere, "wikidata/wikidata id/qid", Identifier("qid")),
    (Anywhere, "orcid", Identifier("orcid")),
    (
        Anywhere,
        "tax id/tax number/tin/steuernummer/nif/cif",
        Identifier("tax-id"),
    ),
    (Anywhere, "ticker/ticker symbol/stock symbol", Identifier("ticker")),
    (Exact, "symbol", Identifier("ticker")),
    (
        Anywhere,
        "company number/company no/company nr/company registration number/company reg no/companynumber/\
         registration number/registration no/reg number/reg no/registered number/register number/registry number/\
         registernummer/handelsregisternummer/hrb/numero de registro",
        Identifier("company-number"),
    ),
    (
        Exact,
        "name/full name/legal name/company/company name/companies/firm/firma/issuer/employer/business/\
         business name/entity/entity name/organization/organisation/organization name/organisation name/\
         unternehmen/gesellschaft/entreprise/societe/empresa/sociedad/denomination/raison sociale/rechtstrager/razon social/\
         ragione sociale/nom/nombre/nome/naam/nazwa/security/person/individual/agency/ministry/charity/ngo/\
         title of company",
        Name,
    ),
    (AtEnd, "name/full name/legal name/company name", Name),
    (
        Anywhere,
        "first name/given name/forename/vorname/prenom/firstname/forenames/given names/first names",
        GivenName,
    ),
    (
        Anywhere,
        "last name/family name/surname/nachname/lastname/familienname/nom de famille/apellido/apellidos/cognome",
        FamilyName,
    ),
    (
        Anywhere,
        "former name/previous name/old name/formerly/fruherer name",
        OtherName(NameKind::Former),
    ),
    (
        Anywhere,
        "trading name/trade name/alias/also known as/aka/other name/other names/short name/dba/brand",
        OtherName(NameKind::Alias),
    ),
    (
        Anywhere,
        "english name/name english/translated name/name en",
        OtherName(NameKind::Translation),
    ),
    (
        Exact,
        "type/kind/category/class of entity/relation/relationship/relationship type/link type/edge type",
        Kind,
    ),
    (AtEnd, "type/kind/entity category/company category/rechtsform", Kind),
    (
        Anywhere,
        "country/jurisdiction/nationality/citizenship/domicile/land/pays/pais/paese/nationalitat/country code/\
         jurisdiction code/country of incorporation/country of residence/location of incorporation",
        Country,
    ),
    (Anywhere, "state of incorporation/incorporation state", State),
    (Exact, "state", State),
    (
        Anywhere,
        "status/current status/company status/zustand/estado/statut",
        Status,
    ),
    (
        Anywhere,
        "founded/founding date/established/date established/incorporated/incorporated on/incorporation date/\
         date of incorporation/inc date/incorp date/foundation date/formation date/formed/grundungsdatum/\
         gegrundet/grundung/date of creation/date creation/creation date/year founded/year established/\
         founded in/founding year/registration date/date of registration/registered on/registered since/\
         fundacion/date de creation",
        Founded,
    ),
    (
        Anywhere,
        "dissolved/dissolution date/dissolved on/date of dissolution/closed on/closing date/deregistered/\
         deregistration date/date dissolved/aufgelost/struck off/struck off on/removal date/date removed/\
         removed on",
        Dissolved,
    ),
    (
        Anywhere,
        "born/birth/birth date/birthdate/date of birth/dob/birthday/year of birth/birth year/geburtsdatum/geboren",
        Born,
    ),
    (
        Anywhere,
        "website/web site/web/homepage/home page/domain/webseite/internet",
        Website,
    ),
    (Exact, "url", Website),
    (
        Anywhere,
        "description/about/business description/beschreibung/gegenstand/purpose/activity description",
        Description,
    ),
    (
        Anywhere,
        "role/position/job title/function/funktion/capacity/officer role/appointment type/fonction/cargo/\
         carica",
        Role,
    ),
    (Exact, "title/office", Role),
    (
        Exact,
        "date/from/start/since/begin/von/seit/ab/depuis/desde/appointed",
        Since,
    ),
    (
        Anywhere,
        "since/start date/date start/begin date/from date/date from/valid from/effective from/effective date/\
         appointed/appointed on/appointment date/date appointed/date of appointment/appointment/joined/\
         notified on/acquired on/acquisition date/date of acquisition/date acquired/beginn/eintritt/date added/\
         date de debut/start on/started/started on",
        Since,
    ),
    (Exact, "to/end/until/till/bis/hasta", Until),
    (
        Anywhere,
        "until/end date/date end/to date/date to/valid to/valid until/effective to/resigned/resigned on/\
         resignation date/date resigned/ceased/ceased on/cessation date/date of cessation/terminated/\
         termination date/left/left on/ende/austritt/date de fin/ended/ended on/expiry date",
        Until,
    ),
    (
        Exact,
        "share/stake/percent/percentage/pct/holding/interest/anteil/quote/beteiligung/beteiligungsquote/\
         participation/ratio/voting rights/votes/control/nature of control/natures of control/band/ownership/\
         shareholding/ownership band/share band",
        Share,
    ),
    (
        Anywhere,
        "percent/percentage/pct/stake/ownership percentage/ownership share/share percentage/\
         shareholding percentage/percent owned/percent held/ownership stake/nature of control/natures of control/\
         percent ownership/percent of shares/voting percentage/voting rights/voting share/anteil/pourcentage/\
         porcentaje/ownership interest",
        Share,
    ),
    (
        Exact,
        "amount/value/price/consideration/sum/betrag/montant/importe/loan/investment",
        Amount,
    ),
    (
        Anywhere,
        "amount/purchase price/deal value/transaction value/consideration/amount invested/amount paid/\
         loan amount/price paid/investment amount/contract value/betrag/montant",
        Amount,
    ),
    (Anywhere, "currency/ccy/currency code/wahrung/devise/moneda", Currency),
];

/// What a column says whose name, or what is left of it, has these words.
pub(in crate::formats::mapping::suggest) fn attribute(words: &[String]) -> Option<Attribute> {
    let mut best: Option<((usize, PhrasePosition), Attribute)> = None;
    for (fit, phrases, attribute) in PHRASES {
        for phrase in phrases.split('/') {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            let fits = match fit {
                Exact => words == phrase,
                AtEnd => words.len() >= phrase.len() && words[words.len() - phrase.len()..] == phrase[..],
                Anywhere => words.windows(phrase.len()).any(|window| window == phrase),
            };
            let rank = (phrase.len(), *fit);
            if fits && best.is_none_or(|(other, _)| rank > other) {
                best = Some((rank, *attribute));
            }
        }
    }
    best.map(|(_, attribute)| attribute)
}

/// Whether an attribute is a date.
pub(in crate::formats::mapping::suggest) fn is_date(attribute: Attribute) -> bool {
    use Attribute::{Born, Dissolved, Founded, Since, Until};
    matches!(attribute, Born | Dissolved | Founded | Since | Until)
}
