//! Names of many countries against their cores and forms.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, core: &str, forms: &[&str]) {
    let name = CompanyName::new(text);
    let names: Vec<&str> = name.forms().iter().map(|form| form.name).collect();
    assert_eq!((name.core_text().as_str(), names.as_slice()), (core, forms), "{text}");
}

#[test]
fn suffixes_are_stripped_regardless_of_dots_spaces_and_brackets() {
    check("Acme Ltd", "acme", &["Ltd"]);
    check("Acme LIMITED", "acme", &["Ltd"]);
    check("Acme, Inc.", "acme", &["Inc"]);
    check("Fiat S.p.A.", "fiat", &["SpA"]);
    check("Fiat S. p. A.", "fiat", &["SpA"]);
    check("Grupo Bimbo, S.A.B. de C.V.", "grupo bimbo", &["SA de CV"]);
    check("Cemex S.A. DE C.V.", "cemex", &["SA de CV"]);
    check("Bosch GmbH & Co. KG", "bosch", &["GmbH & Co KG"]);
    check("Bosch GmbH und Co KG", "bosch", &["GmbH & Co KG"]);
    check("Novo Nordisk A/S", "novo nordisk", &["AS"]);
    check("Atlassian (Pty) Ltd", "atlassian", &["Pty Ltd"]);
    check("Infosys Pvt. Ltd.", "infosys", &["Pvt Ltd"]);
    check("CD Projekt sp. z o.o.", "cd projekt", &["sp z oo"]);
    check("Škoda s. r. o.", "skoda", &["sro"]);
    check(
        "Cainiao Network Technology Co., Ltd.",
        "cainiao network technology",
        &["Co Ltd"],
    );
    check("ADAC e.V.", "adac", &["eV"]);
    check("Genting Sdn. Bhd.", "genting", &["Sdn Bhd"]);
    check("Nokia Oyj", "nokia", &["Oyj"]);
    check("ОТЕ Α.Ε.", "оте", &["ΑΕ"]);
    check("טבע בע\"מ", "טבע", &["בע\"מ"]);
    check("טבע בע״מ", "טבע", &["בע\"מ"]);
    check("المراعي ش.م.م", "المراعي", &["ش.م.م"]);
}

#[test]
fn in_scripts_without_spaces_forms_may_be_attached_or_separate_at_both_ends() {
    check("阿里巴巴集团控股有限公司", "阿里巴巴 集团 控股", &["有限公司"]);
    check("海底捞国际控股股份有限公司", "海底捞 国际 控股", &["股份有限公司"]);
    check("腾讯科技（深圳）有限公司", "腾讯 科技 深圳", &["有限公司"]);
    check("トヨタ自動車株式会社", "トヨタ 自动车", &["株式会社"]);
    check("株式会社日立製作所", "日立 制作所", &["株式会社"]);
    check("㈱リコー", "リコー", &["株式会社"]);
    check("リコー（株）", "リコー", &["株式会社"]);
    check("グーグル合同会社", "グーグル", &["合同会社"]);
    check("주식회사 카카오", "카카오", &["주식회사"]);
    check("(주)카카오", "카카오", &["주식회사"]);
    check("카카오㈜", "카카오", &["주식회사"]);
    check("주식", "주식", &[]);
    check("บริษัท ปตท. จำกัด (มหาชน)", "ปตท", &["จำกัด (มหาชน)", "จำกัด"]);
    check("บริษัทปูนซิเมนต์ไทยจำกัด", "ปูนซิเมนต์ไทย", &["จำกัด"]);
}

#[test]
fn prefixes_are_stripped() {
    check("ООО «Яндекс»", "яндекс", &["ООО"]);
    check("ПАО Сбербанк", "сбербанк", &["ПАО"]);
    check("PT Telkom Indonesia (Persero) Tbk", "telkom indonesia", &["Tbk", "PT"]);
    check("Công ty TNHH Samsung Việt Nam", "samsung viet nam", &["Công ty TNHH"]);
    check(
        "Tập đoàn Vingroup - Công ty CP",
        "vingroup",
        &["Công ty cổ phần", "Tập đoàn"],
    );
    check("UAB Teltonika", "teltonika", &["UAB"]);
    check("Stichting INGKA Foundation", "ingka foundation", &["Stichting"]);
}

#[test]
fn nothing_is_stripped_from_the_middle_or_until_nothing_remains() {
    check("Limited Brands", "limited brands", &[]);
    check("Limited Brands, Inc.", "limited brands", &["Inc"]);
    check("The Limited", "the limited", &[]);
    check("The Limited, Inc.", "the limited", &["Inc"]);
    check("Ltd", "ltd", &[]);
    check("有限公司", "有限公司", &[]);
    check("株式会社", "株式会社", &[]);
    check("A. O. Smith Corporation", "ao smith", &["Corp"]);
    check("SAS Institute", "sas institute", &[]);
    check("AG Barr plc", "ag barr", &["PLC"]);
    check("Incorporated Television", "incorporated television", &[]);
    check("", "", &[]);
    check(" .,-!? ", "", &[]);
}

#[test]
fn cores_ignore_case_width_accents_and_punctuation() {
    for (one, other) in [
        ("Aéropostale", "AEROPOSTALE"),
        ("Macy's", "MACYS"),
        ("Macy’s", "Macy's"),
        ("Lord & Taylor", "Lord and Taylor"),
        ("U.S. Steel", "US Steel"),
        ("A.P. Møller", "AP Moller"),
        ("ＡＬＩＢＡＢＡ", "Alibaba"),
        ("Straße", "STRASSE"),
        ("Intl. Paper", "International Paper"),
        ("Ελλάς", "ΕΛΛΑΣ"),
    ] {
        assert_eq!(
            CompanyName::new(one).core_text(),
            CompanyName::new(other).core_text(),
            "{one}, {other}"
        );
    }
}

#[test]
fn names_in_two_scripts_are_separated() {
    let parts = |text: &str| -> Vec<String> {
        CompanyName::new(text)
            .parts()
            .iter()
            .map(CompanyName::core_text)
            .collect()
    };
    assert_eq!(parts("Alibaba 阿里巴巴"), ["alibaba", "阿里巴巴"]);
    assert_eq!(parts("Alibaba Group"), [""; 0]);
    assert_eq!(parts("阿里巴巴集团"), [""; 0]);
}

#[test]
fn every_spelling_in_the_table_is_recognised_as_its_family() {
    for form in LEGAL_FORMS {
        let text = form.suffixes.iter().map(|suffix| format!("Zweiblum {suffix}"));
        let other_form = form.requires_any.first().copied().unwrap_or_default();
        let text = text.chain(
            form.prefixes
                .iter()
                .map(|prefix| format!("{prefix} Zweiblum {other_form}")),
        );
        for text in text {
            let name = CompanyName::new(&text);
            assert_eq!(name.core_text(), "zweiblum", "{text}");
            let class = name.forms().last().map(|form| form.class);
            assert_eq!(class, Some(form.class), "{text}: {:?}", name.forms());
        }
    }
}

proptest! {
    #[test]
    fn any_text_makes_a_bounded_name(text in "\\PC{0,300}") {
        let name = CompanyName::new(&text);
        prop_assert!(name.core().len() <= 4 * words::WORDS_MAX * 16);
        prop_assert!(name.core().iter().all(|word| !word.text.is_empty()));
    }

    #[test]
    fn a_core_is_its_own_core(words in proptest::collection::vec("[a-z]{4,9}", 1..4)) {
        let core = words.join(" ");
        let once = CompanyName::new(&core);
        prop_assert_eq!(CompanyName::new(&once.core_text()).core_text(), once.core_text());
    }
}
