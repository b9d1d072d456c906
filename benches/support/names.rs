//! Names of companies as registers hold them: a vocabulary of made-up words, few of them common and most rare, industries,
//! places and legal forms of several languages, one name in six Chinese.

use fastrand::Rng;
use guanxi::model::{Entity, EntityKind, Identifier, Name, NameKind};

/// The number of made-up words.
const WORDS: usize = 60_000;

const ONSETS: [&str; 24] = [
    "b", "br", "c", "ch", "d", "dr", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t",
    "tr", "v", "z",
];
const VOWELS: [&str; 10] = ["a", "e", "i", "o", "u", "ai", "ea", "io", "é", "ö"];
const CODAS: [&str; 10] = ["", "", "", "l", "n", "r", "s", "x", "nd", "rt"];
const INDUSTRIES: [&str; 20] = [
    "Capital",
    "Energy",
    "Logistics",
    "Foods",
    "Pharma",
    "Steel",
    "Shipping",
    "Media",
    "Software",
    "Mining",
    "Holdings",
    "Group",
    "International",
    "Trading",
    "Partners",
    "Investment",
    "Technologies",
    "Real Estate",
    "Services",
    "Industries",
];
const FORMS: [&str; 12] = [
    "Ltd",
    "Limited",
    "Inc.",
    "LLC",
    "GmbH",
    "S.A.",
    "AG",
    "PLC",
    "B.V.",
    "A/S",
    "S.p.A.",
    "Co., Ltd.",
];
const CITIES: [&str; 12] = [
    "北京", "上海", "深圳", "杭州", "广州", "南京", "成都", "武汉", "苏州", "天津", "重庆", "香港",
];
const CHARACTERS: &str = "华中东方海天金银龙凤山河江湖新兴盛隆达通联合永安信诚宏远大成美佳康宁瑞祥德润恒泰富源鑫利丰茂荣昌明阳光星辰宇航科创智云图腾飞跃思博雅文博众力顺百福禄寿喜春夏秋冬梅兰竹菊松柏红蓝绿白青紫玉石木林森水火土风雷";
const TRADES: [&str; 10] = [
    "科技",
    "贸易",
    "实业",
    "投资",
    "物流",
    "网络",
    "电子商务",
    "食品",
    "医药",
    "房地产开发",
];
const CHINESE_FORMS: [&str; 4] = ["有限公司", "有限公司", "股份有限公司", "集团有限公司"];
pub(crate) const COUNTRIES: [&str; 12] = ["US", "US", "US", "CN", "CN", "GB", "DE", "FR", "JP", "IN", "HK", "SG"];

/// The vocabulary of names.
pub(crate) struct Names {
    words: Vec<String>,
    characters: Vec<char>,
}

fn one<T: Copy>(of: &[T], rng: &mut Rng) -> T {
    of[rng.usize(..of.len())]
}

impl Names {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let word = |rng: &mut Rng| {
            let syllables =
                (0..rng.usize(2..=3)).map(|_| [one(&ONSETS, rng), one(&VOWELS, rng), one(&CODAS, rng)].concat());
            let word: String = syllables.collect();
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect()
        };
        Self {
            words: (0..WORDS).map(|_| word(rng)).collect(),
            characters: CHARACTERS.chars().collect(),
        }
    }

    /// A word: the first of the vocabulary are common, most are rare.
    pub(crate) fn word(&self, rng: &mut Rng) -> &str {
        let mut bound = self.words.len();
        for _ in 0..rng.usize(0..3) {
            bound = rng.usize(1..=bound);
        }
        &self.words[rng.usize(..bound)]
    }

    /// The name of a company in Latin letters.
    pub(crate) fn latin(&self, rng: &mut Rng) -> String {
        let mut name = self.word(rng).to_owned();
        match rng.usize(0..10) {
            0 => name = format!("{name} & {}", self.word(rng)),
            1 => name = format!("{name}-{}", self.word(rng)),
            2 => name = format!("{name}'s {}", self.word(rng)),
            3..=7 => name = format!("{name} {}", self.word(rng)),
            _ => {}
        }
        format!("{name} {} {}", one(&INDUSTRIES, rng), one(&FORMS, rng))
    }

    /// The name of a Chinese company.
    pub(crate) fn chinese(&self, rng: &mut Rng) -> String {
        let own: String = (0..rng.usize(2..=3)).map(|_| one(&self.characters, rng)).collect();
        format!(
            "{}{own}{}{}",
            one(&CITIES, rng),
            one(&TRADES, rng),
            one(&CHINESE_FORMS, rng)
        )
    }

    /// A company with this id: an identifier of 20 characters, every fifth with another name, every tenth with a description.
    pub(crate) fn company(&self, id: &str, rng: &mut Rng) -> Entity {
        let country = one(&COUNTRIES, rng);
        let is_chinese = matches!(country, "CN" | "HK") && rng.u8(0..3) < 2;
        let name = if is_chinese { self.chinese(rng) } else { self.latin(rng) };
        let mut entity = Entity::new(id, EntityKind::Company, &name).expect("a company");
        entity.country = Some(country.to_owned());
        if is_chinese || rng.u8(0..5) == 0 {
            entity.names.push(Name {
                text: self.latin(rng),
                language: None,
                script: None,
                kind: NameKind::Alias,
            });
        }
        if rng.u8(0..10) == 0 {
            let trade = one(&INDUSTRIES, rng).to_lowercase();
            entity.description = Some(format!(
                "Known for {trade}, founded by the owners of {}.",
                self.word(rng)
            ));
        }
        let code: String = (0..14)
            .map(|_| char::from(one(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", rng)))
            .collect();
        let value = format!("{:04}00{code}", rng.u16(2000..9999));
        entity
            .identifiers
            .push(Identifier::new("lei", &value).expect("an identifier"));
        entity
    }
}
