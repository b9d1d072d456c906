//! The legal forms that names carry, in families: one form with its spellings, in the manner of ISO 20275. Only the table;
//! how a name is held against it is said by `affix`.

use FormClass::{Association, Limited, Partnership, Stock};

use crate::model::catalog::catalog;

catalog! {
    /// What a legal form makes of a company, beyond country and language.
    pub enum FormClass as "a class of legal forms" {
        /// A company with shares that may be traded: AG, Inc., 股份有限公司.
        Stock = "STOCK",
        /// A company with limited liability whose shares are held privately: GmbH, LLC, 有限公司.
        Limited = "LIMITED",
        /// A partnership: KG, LLP.
        Partnership = "PARTNERSHIP",
        /// An association, a foundation, a cooperative.
        Association = "ASSOCIATION",
    }
}

/// A legal form with all its spellings.
#[derive(Debug, PartialEq, Eq)]
pub struct LegalForm {
    /// The usual short spelling, which stands for the family: `Ltd`.
    pub name: &'static str,
    /// What it makes of a company.
    pub class: FormClass,
    /// Spellings at the end of a name. Dots, spaces and brackets may vary, so they are written plainly.
    pub suffixes: &'static [&'static str],
    /// Spellings at the start of a name.
    pub prefixes: &'static [&'static str],
    /// The names of forms one of which stands at the end where this one stands at the start; empty where it stands by itself.
    pub beside: &'static [&'static str],
}

const fn form(
    class: FormClass,
    name: &'static str,
    suffixes: &'static [&'static str],
    prefixes: &'static [&'static str],
) -> LegalForm {
    LegalForm {
        name,
        class,
        suffixes,
        prefixes,
        beside: &[],
    }
}

/// A form at the start that only counts where one of these stands at the end.
const fn form_beside(
    class: FormClass,
    name: &'static str,
    prefixes: &'static [&'static str],
    beside: &'static [&'static str],
) -> LegalForm {
    LegalForm {
        beside,
        ..form(class, name, &[], prefixes)
    }
}

/// The families. A spelling in brackets counts only where the name has it in brackets: a bare 주 or 株 is a part of words.
pub static LEGAL_FORMS: &[LegalForm] = &[
    // English
    form(Limited, "Ltd", &["Ltd", "Limited"], &[]),
    form(
        Limited,
        "Co Ltd",
        &["Co Ltd", "Company Ltd", "Company Limited", "Co Limited"],
        &[],
    ),
    form(Stock, "Inc", &["Inc", "Incorporated"], &[]),
    form(Stock, "Corp", &["Corp", "Corporation"], &[]),
    form(
        Stock,
        "PLC",
        &["PLC", "Public Limited Company", "Public Company Limited", "CCC"],
        &[],
    ),
    form(
        Limited,
        "LLC",
        &["LLC", "Limited Liability Company"],
        &["LLC", "Limited Liability Company"],
    ),
    form(Partnership, "LLP", &["LLP", "Limited Liability Partnership"], &[]),
    form(Partnership, "LP", &["LP", "Limited Partnership"], &[]),
    form(Partnership, "LLLP", &["LLLP"], &[]),
    form(Stock, "Co", &["Co"], &[]),
    form(
        Limited,
        "Pty Ltd",
        &["Pty Ltd", "Pty Limited", "Proprietary Limited", "Proprietary Ltd"],
        &[],
    ),
    form(Limited, "Pte Ltd", &["Pte Ltd", "Pte Limited"], &[]),
    form(
        Limited,
        "Pvt Ltd",
        &["Pvt Ltd", "Pvt Limited", "Private Limited", "Private Ltd"],
        &[],
    ),
    form(
        Stock,
        "JSC",
        &[
            "JSC",
            "Joint Stock Company",
            "PJSC",
            "OJSC",
            "CJSC",
            "Public Joint Stock Company",
            "Open Joint Stock Company",
            "Closed Joint Stock Company",
        ],
        &[
            "JSC",
            "PJSC",
            "OJSC",
            "CJSC",
            "Joint Stock Company",
            "Public Joint Stock Company",
            "Open Joint Stock Company",
            "Closed Joint Stock Company",
        ],
    ),
    form(Limited, "DAC", &["DAC", "Designated Activity Company"], &[]),
    form(Limited, "Unlimited", &["Unlimited Company", "ULC"], &[]),
    form(Association, "NPC", &["NPC", "RF NPC"], &[]),
    form(Stock, "NA", &["NA", "National Association"], &[]),
    // German
    form(
        Limited,
        "GmbH",
        &[
            "GmbH",
            "Gesellschaft mit beschränkter Haftung",
            "Gesellschaft mbH",
            "gGmbH",
            "mbH",
            "GesmbH",
        ],
        &[],
    ),
    form(
        Partnership,
        "GmbH & Co KG",
        &[
            "GmbH & Co KG",
            "GmbH & Co KGaA",
            "GmbH & Co",
            "AG & Co KG",
            "SE & Co KG",
            "GmbH & Co OHG",
            "UG & Co KG",
        ],
        &[],
    ),
    form(Stock, "AG & Co KGaA", &["AG & Co KGaA", "SE & Co KGaA", "KGaA"], &[]),
    form(
        Limited,
        "UG",
        &["UG", "UG haftungsbeschränkt", "Unternehmergesellschaft"],
        &[],
    ),
    form(Stock, "AG", &["AG", "Aktiengesellschaft"], &[]),
    form(Stock, "SE", &["SE", "Societas Europaea"], &[]),
    form(Partnership, "KG", &["KG", "Kommanditgesellschaft", "Co KG"], &[]),
    form(Partnership, "OHG", &["OHG", "Offene Handelsgesellschaft"], &[]),
    form(Partnership, "GbR", &["GbR"], &[]),
    form(Association, "eV", &["eV", "eingetragener Verein"], &[]),
    form(Association, "eG", &["eG", "eingetragene Genossenschaft"], &[]),
    form(Partnership, "eK", &["eK", "e Kfm"], &[]),
    // Romance languages
    form(
        Stock,
        "SA",
        &["SA", "Société Anonyme", "Sociedad Anónima", "Sociedade Anônima"],
        &["Société Anonyme", "Sociedad Anónima"],
    ),
    form(
        Stock,
        "SA de CV",
        &["SA de CV", "SAB de CV", "SAPI de CV", "SA de Capital Variable"],
        &[],
    ),
    form(Limited, "S de RL de CV", &["S de RL de CV", "S de RL"], &[]),
    form(Stock, "SAS", &["SAS", "SASU", "Société par Actions Simplifiée"], &[]),
    form(
        Limited,
        "SARL",
        &["SARL", "EURL", "Société à responsabilité limitée"],
        &["SARL", "EURL"],
    ),
    form_beside(Stock, "SC", &["SC"], &["Srl", "SA"]),
    form(Partnership, "SCA", &["SCA", "SCS", "SCSp", "SNC"], &[]),
    form(Partnership, "SCI", &[], &["SCI"]),
    form(
        Limited,
        "SL",
        &["SL", "SLU", "SRL Unipersonal", "Sociedad Limitada"],
        &[],
    ),
    form(Stock, "SAU", &["SAU"], &[]),
    form(Stock, "SpA", &["SpA", "Società per Azioni"], &[]),
    form(
        Limited,
        "Srl",
        &["Srl", "Srls", "Società a responsabilità limitata", "SRL"],
        &[],
    ),
    form(Limited, "Ltda", &["Ltda", "Limitada", "Lda", "Ltda ME", "EIRELI"], &[]),
    form(Stock, "SGPS", &["SGPS SA", "SGPS"], &[]),
    // Benelux
    form(Limited, "BV", &["BV", "BVBA", "Besloten Vennootschap", "SPRL"], &[]),
    form(Stock, "NV", &["NV", "Naamloze Vennootschap"], &[]),
    form(Partnership, "CV", &["VOF", "Commanditaire Vennootschap"], &[]),
    form(Association, "Stichting", &[], &["Stichting"]),
    form(Association, "Coöperatie", &["UA"], &["Coöperatie", "Coöperatieve"]),
    // Nordic and Baltic
    form(
        Stock,
        "AB",
        &["AB", "Aktiebolag", "Aktiebolaget", "AB publ", "publ AB"],
        &["Aktiebolaget"],
    ),
    form(Stock, "AS", &["AS", "Aktieselskab", "Aksjeselskap"], &[]),
    form(Stock, "ASA", &["ASA", "Allmennaksjeselskap"], &[]),
    form(Limited, "ApS", &["ApS", "Anpartsselskab"], &[]),
    form(Limited, "Oy", &["Oy", "Osakeyhtiö", "Oy Ab"], &[]),
    form(Stock, "Oyj", &["Oyj", "Oyj Abp", "Abp"], &[]),
    form(Limited, "ehf", &["ehf"], &[]),
    form(Stock, "hf", &["hf"], &[]),
    form(Limited, "OÜ", &["OÜ"], &["OÜ"]),
    form(Limited, "SIA", &["SIA"], &["SIA"]),
    form(Limited, "UAB", &["UAB"], &["UAB"]),
    // Central and Eastern Europe, Turkey, Greece
    form(
        Limited,
        "sp z oo",
        &["sp z oo", "spółka z oo", "spółka z ograniczoną odpowiedzialnością"],
        &["spółka z oo", "spółka z ograniczoną odpowiedzialnością"],
    ),
    form(Stock, "Spółka Akcyjna", &["Spółka Akcyjna"], &["Spółka Akcyjna"]),
    form(
        Partnership,
        "sp k",
        &["sp k", "sp j", "spółka komandytowa", "sp z oo sp k"],
        &[],
    ),
    form(
        Limited,
        "sro",
        &["sro", "spol sro", "společnost s ručením omezeným"],
        &[],
    ),
    form(Stock, "akciová společnost", &["akciová společnost"], &[]),
    form(Limited, "Kft", &["Kft"], &[]),
    form(Stock, "Nyrt", &["Nyrt", "Zrt", "Rt"], &[]),
    form(Limited, "doo", &["doo", "d o o", "ДОО"], &[]),
    form(Stock, "dd", &["dd"], &[]),
    form(Limited, "EOOD", &["EOOD", "OOD", "ЕООД", "ООД"], &[]),
    form(Stock, "AD", &["АД", "ЕАД", "AD", "EAD"], &[]),
    form(Stock, "AŞ", &["AŞ", "Anonim Şirketi"], &[]),
    form(Limited, "Ltd Şti", &["Ltd Şti", "Limited Şirketi"], &[]),
    form(
        Stock,
        "ΑΕ",
        &["ΑΕ", "Ανώνυμη Εταιρεία", "ΑΕΒΕ", "ΑΒΕΕ", "AE", "ABEE"],
        &[],
    ),
    form(Limited, "ΕΠΕ", &["ΕΠΕ", "ΙΚΕ", "ΜΙΚΕ", "ΜΕΠΕ", "EPE", "IKE"], &[]),
    form(Partnership, "ΟΕ", &["ΟΕ", "ΕΕ"], &[]),
    form(
        Limited,
        "ООО",
        &["ООО", "OOO", "Общество с ограниченной ответственностью"],
        &[
            "ООО",
            "OOO",
            "Общество с ограниченной ответственностью",
            "Obshchestvo s ogranichennoy otvetstvennostyu",
            "Obschestvo s ogranichennoy otvetstvennostyu",
            "Obshchestvo s ogranichennoy otvetstvennostiu",
        ],
    ),
    form(
        Stock,
        "АО",
        &["АО", "Акционерное общество"],
        &["АО", "Акционерное общество", "Aktsionernoe obshchestvo"],
    ),
    form(
        Stock,
        "ПАО",
        &["ПАО", "PAO", "Публичное акционерное общество"],
        &["ПАО", "PAO", "Публичное акционерное общество"],
    ),
    form(
        Stock,
        "ОАО",
        &["ОАО", "OAO"],
        &["ОАО", "OAO", "Открытое акционерное общество"],
    ),
    form(
        Stock,
        "ЗАО",
        &["ЗАО", "ZAO"],
        &["ЗАО", "ZAO", "Закрытое акционерное общество"],
    ),
    form(
        Limited,
        "ТОВ",
        &["ТОВ", "TOV"],
        &["ТОВ", "ТзОВ", "TOV", "Товариство з обмеженою відповідальністю"],
    ),
    form(
        Stock,
        "ПрАТ",
        &["ПрАТ", "ПАТ"],
        &["ПрАТ", "ПАТ", "PrAT", "Приватне акціонерне товариство"],
    ),
    form(Limited, "ТОО", &["ТОО"], &["ТОО", "ЖШС", "TOO"]),
    // Middle East
    form(Limited, "בע\"מ", &["בע\"מ", "ש\"מ"], &[]),
    form(
        Stock,
        "ش.م.م",
        &[
            "ش م م",
            "ش م ع",
            "ش م ل",
            "ش م ك",
            "ش م ب",
            "ش م س",
            "ش م",
            "شركة مساهمة",
        ],
        &[],
    ),
    form(
        Limited,
        "ذ.م.م",
        &["ذ م م", "ش ذ م م", "ش م ذ م م", "ذات مسؤولية محدودة", "المحدودة"],
        &[],
    ),
    form(Limited, "FZE", &["FZE", "FZCO", "FZ LLC", "FZC"], &[]),
    form(
        Stock,
        "QPSC",
        &["QPSC", "QSC", "KSC", "KSCP", "BSC", "SAOG", "SAE", "SAL"],
        &[],
    ),
    // South-East Asia
    form(Limited, "Sdn Bhd", &["Sdn Bhd", "Sendirian Berhad"], &[]),
    form(Stock, "Bhd", &["Bhd", "Berhad"], &[]),
    form(Stock, "Tbk", &["Tbk", "Tbk PT", "Persero Tbk"], &[]),
    form(Limited, "PT", &["PT"], &["PT", "Perseroan Terbatas"]),
    form(
        Limited,
        "Công ty TNHH",
        &["TNHH"],
        &["Công ty TNHH", "Công ty trách nhiệm hữu hạn", "Cty TNHH"],
    ),
    form(
        Stock,
        "Công ty cổ phần",
        &["Công ty cổ phần", "Công ty CP", "CTCP"],
        &["Công ty cổ phần", "Công ty CP", "CTCP"],
    ),
    form(Stock, "Tập đoàn", &[], &["Tập đoàn"]),
    form(Limited, "จำกัด", &["จำกัด", "บจก"], &["บริษัท", "บจก", "บจ"]),
    form(Stock, "จำกัด (มหาชน)", &["จำกัด มหาชน", "บมจ"], &["บมจ"]),
    form(Partnership, "หจก", &["หจก"], &["ห้างหุ้นส่วนจำกัด", "หจก"]),
    // Chinese
    form(
        Limited,
        "有限公司",
        &["有限公司", "有限责任公司", "有限責任公司", "责任有限公司"],
        &[],
    ),
    form(Stock, "股份有限公司", &["股份有限公司", "股份公司"], &[]),
    form(
        Partnership,
        "合伙企业",
        &["合伙企业", "有限合伙", "合伙企业 有限合伙"],
        &[],
    ),
    // Japanese
    form(
        Stock,
        "株式会社",
        &["株式会社", "株式會社", "(株)", "KK", "Kabushiki Kaisha"],
        &["株式会社", "株式會社", "(株)"],
    ),
    form(
        Limited,
        "合同会社",
        &["合同会社", "(同)", "GK", "Godo Kaisha"],
        &["合同会社", "(同)"],
    ),
    form(Limited, "有限会社", &["有限会社", "(有)", "YK"], &["有限会社", "(有)"]),
    form(
        Partnership,
        "合資会社",
        &["合資会社", "合名会社"],
        &["合資会社", "合名会社"],
    ),
    form(
        Association,
        "一般社団法人",
        &["一般社団法人"],
        &["一般社団法人", "一般財団法人"],
    ),
    // Korean
    form(
        Stock,
        "주식회사",
        &["주식회사", "(주)", "Jusik Hoesa"],
        &["주식회사", "(주)"],
    ),
    form(
        Limited,
        "유한회사",
        &["유한회사", "유한책임회사", "(유)"],
        &["유한회사", "유한책임회사", "(유)"],
    ),
];
