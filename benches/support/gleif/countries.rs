//! Where companies are, about as often as companies with an LEI are there: countries with their languages, registers, legal
//! forms, regions and cities.

/// Code, how many of 10,000 companies are there, language, code of the register, codes of legal forms, regions without the
/// code of the country, cities.
const TABLE: &str = "\
US | 1030 | en | RA000602 | HZEH, XTIQ, T91T, 4FSX | DE, NY, CA, TX, FL, MA, IL | Wilmington, New York, Los Angeles, Houston, Chicago, Boston, Miami
IN | 980 | en | RA000394 | HTPY, 33MW, JEYF | MH, DL, KA, GJ, TN | Mumbai, New Delhi, Bengaluru, Ahmedabad, Chennai
DE | 830 | de | RA000242 | 2HBR, 6QQB, 8Z6G, V2YH | BY, NW, HE, BE, BW | München, Köln, Frankfurt am Main, Berlin, Stuttgart, Hamburg
GB | 790 | en | RA000585 | H0PO, B6ES, IYXU | LND, MAN, BIR | London, Manchester, Birmingham, Edinburgh, Leeds
IT | 640 | it | RA000407 | OV32, P418, TV8Q | MI, RM, TO | Milano, Roma, Torino, Bologna
FR | 580 | fr | RA000189 | 6CHY, 5RDO, K65D | IDF, ARA, PAC | Paris, Lyon, Marseille, Lille
ES | 560 | es | RA000780 | JB2M, R2L8, 5RDO | MD, CT, VC | Madrid, Barcelona, Valencia, Sevilla
NL | 500 | nl | RA000463 | 54M6, 62Y3, 33MN | NH, ZH | Amsterdam, Rotterdam, 's-Gravenhage, Utrecht
CN | 500 | zh | RA000092 | ECAK, 6IFE, FSBD | BJ, SH, GD, ZJ | 北京市, 上海市, 深圳市, 杭州市
SE | 330 | sv | RA000544 | XJHM, BEAY |  | Stockholm, Göteborg, Malmö
DK | 300 | da | RA000170 | H8VP, NUL8, FUKI |  | København, Aarhus, Odense
PL | 240 | pl | RA000484 | FJ0E, J3A3, O7XB | MZ, MA | Warszawa, Kraków, Wrocław, Gdańsk
NO | 230 | no | RA000472 | YI42, K5P8 |  | Oslo, Bergen, Trondheim
CZ | 220 | cs | RA000163 | 95G8, 6CQN |  | Praha, Brno, Ostrava
BE | 210 | nl | RA000025 | UDY2, R85P | BRU, VLG | Brussel, Antwerpen, Gent
LU | 190 | fr | RA000432 | DVXS, UDY2, 5GGB |  | Luxembourg, Esch-sur-Alzette
FI | 170 | fi | RA000188 | DKUW, PPMX |  | Helsinki, Tampere, Espoo
CA | 160 | en | RA000072 | 5HQ4, O90R | ON, QC, BC | Toronto, Montréal, Vancouver
AT | 150 | de | RA000017 | AXSB, EQOV | 9, 3 | Wien, Linz, Graz
KY | 140 | en | RA000087 | MPUG, 6XB7, K575 |  | George Town
CH | 130 | de | RA000548 | 3EKS, MVII | ZH, GE | Zürich, Genève, Basel
IE | 130 | en | RA000402 | VYAX, LZIC, MNQ7 | D | Dublin, Cork
AU | 120 | en | RA000014 | R4KK, XHCV | NSW, VIC | Sydney, Melbourne, Perth
EE | 110 | et | RA000181 | J34T, I1UP |  | Tallinn, Tartu
HU | 110 | hu | RA000393 | BKUX, P9F2 |  | Budapest, Debrecen
JP | 100 | ja | RA000413 | T417, 7QQ0 | 13, 27 | 東京都, 大阪市, 名古屋市
PT | 90 | pt | RA000487 | DE08, V7AX |  | Lisboa, Porto
SK | 90 | sk | RA000526 | VSZS, 2EEG |  | Bratislava, Košice
VG | 80 | en | RA000621 | 6EH6, KMFX |  | Road Town
TR | 70 | tr | RA000657 | DEMV, FQ5Y | 34 | İstanbul, Ankara
RO | 70 | ro | RA000497 | DE3H, 9AX8 |  | București, Cluj-Napoca
BG | 60 | bg | RA000065 | R0CE, GAN4 |  | София, Пловдив
HK | 55 | en | RA000388 | XLPY, 254M |  | Hong Kong
SG | 50 | en | RA000523 | 3C7U, R4KK |  | Singapore
CY | 50 | el | RA000161 | 9999, 8888 |  | Λευκωσία, Λεμεσός
BR | 50 | pt | RA000066 | ZQPG, K6VE | SP, RJ | São Paulo, Rio de Janeiro
AE | 40 | en | RA000648 | TMTI, 9999 | DU, AZ | Dubai, Abu Dhabi
GR | 40 | el | RA000685 | ZQ1L, BDA3 |  | Αθήνα, Θεσσαλονίκη
ZA | 30 | en | RA000533 | K8TT, 9999 | GP, WC | Johannesburg, Cape Town
MX | 30 | es | RA000448 | FVTM, 9999 | CMX | Ciudad de México, Monterrey
LT | 30 | lt | RA000428 | QRWP, XX6H |  | Vilnius, Kaunas
HR | 30 | hr | RA000156 | LVQP, 9999 |  | Zagreb, Split
LI | 25 | de | RA000420 | 9999, 8888 |  | Vaduz
JE | 25 | en | RA000410 | 8888, 9999 |  | St Helier
KR | 20 | ko | RA000657 | J3XK, 9999 | 11 | 서울특별시, 부산광역시
TW | 20 | zh | RA000640 | S5WM, 9999 | TPE | 臺北市, 高雄市
IL | 20 | he | RA000403 | 9999, 8888 |  | תל אביב, חיפה
MT | 15 | en | RA000443 | 9999, KIJC |  | Valletta";

/// A country, with the data of its companies.
pub(crate) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(crate) code: &'static str,
    /// The language of its names.
    pub(crate) language: &'static str,
    /// The code of its register.
    pub(crate) register: &'static str,
    /// Codes of legal forms.
    pub(crate) forms: Vec<&'static str>,
    /// Its regions; none where addresses have none.
    pub(crate) regions: Vec<String>,
    /// Its cities.
    pub(crate) cities: Vec<&'static str>,
}

/// All countries with their weights.
pub(crate) fn countries() -> Vec<(Country, u32)> {
    let list = |cell: &'static str| cell.split(", ").filter(|text| !text.is_empty());
    let country = |line: &'static str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [code, weight, language, register, forms, regions, cities] = cells[..] else {
            panic!("a country has seven cells: {line}");
        };
        let country = Country {
            code,
            language,
            register,
            forms: list(forms).collect(),
            regions: list(regions).map(|region| format!("{code}-{region}")).collect(),
            cities: list(cities).collect(),
        };
        (country, weight.parse().expect("a number"))
    };
    TABLE.lines().map(country).collect()
}
