//! Pairs of names on both sides of the usual threshold, and properties of any two names.

use proptest::prelude::*;

use super::*;

/// The default threshold of matching.
const THRESHOLD: f64 = 0.7;

fn alike(one: &str, other: &str) -> f64 {
    similarity(&CompanyName::new(one), &CompanyName::new(other))
}

#[test]
fn spellings_of_one_name_are_similar() {
    for (one, other) in [
        ("Aeropostale", "Aéropostale"),
        ("Aeropostal Inc", "Aéropostale"),
        ("Bloomingdales", "Bloomingdale's"),
        ("Blomingdale's", "Bloomingdale's"),
        ("Pay Pal Holdings", "PayPal"),
        ("Delta Airlines Inc", "Delta Air Lines, Inc."),
        ("Amzon.com, Inc.", "Amazon"),
        ("Lord and Taylor LLC", "Lord & Taylor"),
        ("Taylor & Lord", "Lord & Taylor"),
        ("Neiman Marcus Group Ltd.", "Neiman Marcus"),
        ("Hudsons Bay Co", "Hudson's Bay Company"),
        ("J. Ma", "Jack Ma"),
        ("阿里巴巴集团控股有限公司", "阿里巴巴集团"),
        ("阿里巴巴集团控股有限公司", "阿里巴巴"),
        ("阿里巴巴集團控股有限公司", "阿里巴巴集团"),
        ("ソフトバンクグループ株式会社", "ソフトバンク"),
        ("㈱日立製作所", "日立製作所"),
        ("삼성전자㈜", "삼성전자"),
        ("ПАО «Газпром»", "Газпром"),
        ("Alibaba 阿里巴巴", "Alibaba Group"),
        ("Muller GmbH", "Müller AG"),
        ("Mueller GmbH", "Müller AG"),
        ("Romashka LLC", "ООО Ромашка"),
        ("Ellinika", "Ελληνικά"),
        ("Almarai", "المراعي"),
        ("Huawei", "华为技术有限公司"),
        ("Huawei Technologies Co., Ltd.", "华为技术有限公司"),
        ("Alinma Bank", "مصرف الإنماء"),
        ("Costco", "Costco Wholesale Corp"),
        ("Timber Corporation of Elmira", "TIMBER CORP OF ELMIRA"),
        ("Jack Ma Yun", "J. Ma Yun"),
    ] {
        assert!(alike(one, other) >= THRESHOLD, "{one}, {other}: {}", alike(one, other));
    }
}

#[test]
fn names_of_different_companies_are_not_similar() {
    for (one, other) in [
        ("Acme Ltd", "Zenith Ltd"),
        ("有限公司", "股份有限公司"),
        ("株式会社", "日立株式会社"),
        ("Delta Air Lines", "Delta Dental"),
        ("Delta", "Delta Air Lines"),
        ("Macy's", "Macys Corporate"),
        ("YTO Express", "ZTO Express"),
        ("STO Express", "SF Express"),
        ("中通快递", "申通快递"),
        ("中国银行", "中国农业银行"),
        ("中国工商银行", "中国农业银行"),
        ("招商银行", "浙商银行"),
        ("Amazon China", "Amazon"),
        ("Bank of America", "Bank of China"),
        ("Ares Capital", "Ares Management"),
        ("American Apparel", "American Express"),
        ("Blackrock Fund 3", "Blackrock Fund 4"),
        (
            "Emerging Markets Equity Growth Fund III",
            "Emerging Markets Equity Growth Fund II",
        ),
        ("HBC", "Hudson's Bay Company"),
        ("Gilt", "Gild"),
        ("Cigna", "Ciena Corp"),
        ("Vertex Pharmaceuticals Inc", "Vertex, Inc."),
        ("Goldman Sachs", "Goldman Sachs BDC, Inc."),
        ("Citizens Financial Group", "Citizens Financial Services Inc"),
        ("Invesco", "Invesco Mortgage Capital Inc."),
        ("中通快递", "Zebra Express"),
        ("ООО", "OOO"),
        ("", "Acme"),
        ("Ltd", "Limited"),
        ("Holdings Ltd", "Group Ltd"),
        ("The Limited", "The Gap"),
    ] {
        assert!(alike(one, other) < THRESHOLD, "{one}, {other}: {}", alike(one, other));
    }
}

fn names() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-d]{1,9}",
        Just("Group".to_owned()),
        Just("Ltd".to_owned()),
        Just("Bank".to_owned()),
        Just("3".to_owned()),
        "[阿里巴银行集团公司]{1,5}",
    ];
    proptest::collection::vec(word, 0..5).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn similarity_is_symmetric_and_within_bounds(one in names(), other in names()) {
        let there = alike(&one, &other);
        prop_assert_eq!(there, alike(&other, &one));
        prop_assert!((0.0..=1.0).contains(&there));
    }

    #[test]
    fn a_name_is_identical_to_itself(name in names()) {
        prop_assume!(!CompanyName::new(&name).core().is_empty());
        prop_assert_eq!(alike(&name, &name), 1.0);
    }

    #[test]
    fn only_equal_cores_are_identical(one in names(), other in names()) {
        let equal = CompanyName::new(&one).core_text() == CompanyName::new(&other).core_text();
        prop_assert!(equal || alike(&one, &other) <= DIFFERENT_MAX);
    }

    #[test]
    fn any_text_can_be_compared(one in "\\PC{0,80}", other in "\\PC{0,80}") {
        prop_assert!((0.0..=1.0).contains(&alike(&one, &other)));
    }
}
