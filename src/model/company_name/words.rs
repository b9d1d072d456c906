//! A name cut into words, folded so that case, width, accents, punctuation and script variants do not matter; and which words
//! say little about who is meant. No legal forms.

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::{
    UnicodeNormalization,
    char::{decompose_canonical, is_combining_mark},
};
use unicode_script::{Script, UnicodeScript};

use crate::model::fold;

/// How much a word says about who is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Telling {
    /// Next to nothing: Group, Holding, of.
    Weak,
    /// A line of business, shared by many: Bank, Technology.
    Common,
    /// The name proper.
    Distinctive,
}

/// A word of a name, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    /// The word as it is compared.
    pub text: String,
    /// How much it says.
    pub telling: Telling,
}

/// A word before anything is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Whether brackets stand right around it.
    pub(super) is_bracketed: bool,
}

/// Longer names are compared by their first words only: so much bounds the work, and no name needs more.
pub(super) const WORDS_MAX: usize = 24;
/// The same for the letters of one word.
const LETTERS_MAX: usize = 64;

/// Whether the script writes words without spaces between them, or close to that.
fn is_unspaced(letter: char) -> bool {
    matches!(
        letter.script(),
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Hangul
            | Script::Bopomofo
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
    )
}

/// Whether a word is of such a script. Its first letter tells: prolonging signs are shared by scripts.
pub(super) fn is_unspaced_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_unspaced)
}

/// `text` folded for comparing: as [`fold`] does, and without the marks of Latin, Greek, Cyrillic, Hebrew and Arabic letters.
fn plain(text: &str) -> String {
    let folded = fold(text);
    if folded.is_ascii() {
        return folded;
    }
    let mut out = String::with_capacity(folded.len());
    for letter in folded.nfkc() {
        let script = letter.script();
        let has_plain_letters = matches!(
            script,
            Script::Latin | Script::Greek | Script::Cyrillic | Script::Hebrew | Script::Arabic
        );
        if is_combining_mark(letter) && (has_plain_letters || script == Script::Inherited) {
            continue;
        }
        if !has_plain_letters {
            out.push(letter);
            continue;
        }
        let mut base = None;
        decompose_canonical(letter, |part| base = base.or(Some(part)));
        let base = base.unwrap_or(letter);
        match spelled_otherwise(base) {
            Some(spelling) => out.push_str(spelling),
            None => out.push(base),
        }
    }
    out
}

/// Letters that are their own in one language and variants of others elsewhere.
fn spelled_otherwise(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ı' => "i",
        'ə' => "e",
        'ة' => "ه",
        'ى' => "ي",
        'ـ' => "",
        _ => return None,
    })
}

/// The pieces of `text`, in its order.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let letters: Vec<char> = plain(text).chars().collect();
    let mut cut = Cutter::default();
    for (position, letter) in letters.iter().copied().enumerate() {
        if cut.pieces.len() == WORDS_MAX {
            break;
        }
        let before = position.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(position + 1).copied();
        let is_inside = before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        match letter {
            // Macy's, L'Oréal, בע"מ.
            '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{00b4}' if is_inside => {}
            '"' | '\u{201c}' | '\u{201d}' | '\u{05f4}' | '\u{05f3}'
                if is_inside && before.is_some_and(|letter| letter.script() == Script::Hebrew) => {}
            '&' | '+' => {
                cut.end(after);
                "and".clone_into(&mut cut.piece);
                cut.end(after);
            }
            letter if letter.is_alphanumeric() || is_combining_mark(letter) => cut.push(letter),
            _ => {
                cut.end(Some(letter));
                cut.opened = letter == '(';
            }
        }
    }
    cut.end(None);
    cut.pieces.truncate(WORDS_MAX);
    cut.pieces
}

#[derive(Default)]
struct Cutter {
    pieces: Vec<Piece>,
    piece: String,
    letters: usize,
    /// Whether the piece is of a script without spaces.
    unspaced: bool,
    /// Whether a bracket opened right before the piece.
    opened: bool,
}

impl Cutter {
    fn push(&mut self, letter: char) {
        // A change to or from a script without spaces ends a word; marks and prolonging signs belong to what they follow.
        let is_shared = matches!(letter.script(), Script::Common | Script::Inherited) && !letter.is_numeric();
        if !is_shared && !self.piece.is_empty() && self.unspaced != is_unspaced(letter) {
            self.end(Some(letter));
        }
        if !is_shared || self.piece.is_empty() {
            self.unspaced = is_unspaced(letter);
        }
        if self.letters < LETTERS_MAX {
            self.piece.push(letter);
            self.letters += 1;
        }
    }

    fn end(&mut self, next: Option<char>) {
        if !self.piece.is_empty() {
            let mut text = std::mem::take(&mut self.piece);
            if matches!(text.as_str(), "und" | "et" | "och" | "og") {
                "and".clone_into(&mut text);
            }
            let is_bracketed = self.opened && next == Some(')');
            self.pieces.push(Piece { text, is_bracketed });
        }
        self.letters = 0;
        self.opened = false;
    }
}

/// Words that say next to nothing: structure, articles, connectives.
const WEAK: &[&str] = &[
    "group",
    "groupe",
    "gruppe",
    "grupo",
    "gruppo",
    "grupa",
    "holding",
    "holdings",
    "company",
    "companies",
    "compagnie",
    "compania",
    "companhia",
    "compagnia",
    "enterprise",
    "enterprises",
    "the",
    "and",
    "e",
    "y",
    "of",
    "de",
    "del",
    "della",
    "der",
    "die",
    "das",
    "des",
    "du",
    "di",
    "da",
    "do",
    "dos",
    "den",
    "van",
    "von",
    "for",
    "fur",
    "la",
    "le",
    "les",
    "el",
    "los",
    "al",
    "ab",
    "com",
    "www",
    "in",
    "to",
    "co",
    "ο",
    "η",
    "και",
    "и",
    "группа",
    "холдинг",
    "компания",
    "شركه",
    "مجموعه",
    "قابضه",
    "חברת",
    "קבוצת",
    "集团",
    "集團",
    "控股",
    "公司",
    "総公司",
    "グループ",
    "ホールディングス",
    "ホールディング",
    "그룹",
    "홀딩스",
    "지주",
    "กรุ๊ป",
    "โฮลดิ้ง",
    "โฮลดิ้งส์",
];

/// Words for a line of business or a claim to size, which many share.
const COMMON: &[&str] = &[
    "bank",
    "banking",
    "banco",
    "banque",
    "capital",
    "management",
    "financial",
    "finance",
    "services",
    "service",
    "technology",
    "network",
    "networks",
    "system",
    "systems",
    "solutions",
    "industry",
    "industries",
    "energy",
    "insurance",
    "express",
    "logistics",
    "trading",
    "trade",
    "investment",
    "investments",
    "partners",
    "fund",
    "trust",
    "retail",
    "media",
    "pharma",
    "pharmaceutical",
    "pharmaceuticals",
    "software",
    "foods",
    "food",
    "motor",
    "motors",
    "electronics",
    "electric",
    "communications",
    "telecom",
    "consulting",
    "properties",
    "resources",
    "products",
    "stores",
    "brands",
    "global",
    "international",
    "worldwide",
    "national",
    "first",
    "general",
    "united",
    "development",
    "engineering",
    "manufacturing",
    "labs",
    "laboratories",
    "health",
    "healthcare",
    "chemical",
    "chemicals",
    "construction",
    "transport",
    "shipping",
    "airlines",
    "airways",
    "oil",
    "gas",
    "power",
    "steel",
    "mining",
    "entertainment",
    "digital",
    "online",
    "commerce",
    "associates",
    "ventures",
    "银行",
    "銀行",
    "은행",
    "科技",
    "技术",
    "技術",
    "网络",
    "網絡",
    "电子",
    "電子",
    "전자",
    "实业",
    "投资",
    "国际",
    "國際",
    "贸易",
    "证券",
    "保险",
    "快递",
    "物流",
    "汽车",
    "自動車",
    "자동차",
    "电器",
    "通信",
    "通讯",
    "金融",
    "基金",
    "화학",
    "化学",
    "建设",
    "건설",
    "製作所",
    "工業",
    "商事",
    "電機",
    "製薬",
    "医药",
    "药业",
    "食品",
    "地产",
    "置业",
    "能源",
    "石油",
    "电力",
    "航空",
    "항공",
    "生物",
    "百货",
    "健康",
    "банк",
    "ธนาคาร",
];

/// Other spellings of a word, and the one they are compared as.
const SPELLINGS: &[(&str, &str)] = &[
    ("intl", "international"),
    ("natl", "national"),
    ("tech", "technology"),
    ("technologies", "technology"),
    ("technologie", "technology"),
    ("technologien", "technology"),
    ("mgmt", "management"),
    ("svcs", "services"),
    ("mfg", "manufacturing"),
    ("bros", "brothers"),
    ("gebr", "gebruder"),
    ("ind", "industries"),
    ("inds", "industries"),
    ("labs", "laboratories"),
    ("dev", "development"),
    ("fin", "financial"),
    ("st", "saint"),
    ("hldg", "holding"),
    ("hldgs", "holdings"),
    ("grp", "group"),
    ("cie", "compagnie"),
    ("comms", "communications"),
    ("telecommunications", "telecom"),
    ("速递", "快递"),
    ("速运", "快递"),
    ("銀行", "银行"),
    ("技術", "技术"),
    ("集團", "集团"),
];

struct Lexicon {
    telling: HashMap<String, Telling>,
    spellings: HashMap<&'static str, &'static str>,
    /// Words that may stand glued to the end of another in a script without spaces; longest first.
    glued: Vec<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let classes = [(WEAK, Telling::Weak), (COMMON, Telling::Common)];
    let listed = classes
        .into_iter()
        .flat_map(|(words, telling)| words.iter().map(move |word| (plain(word), telling)));
    let telling: HashMap<String, Telling> = listed.collect();
    let spelled = SPELLINGS.iter().map(|(spelling, _)| plain(spelling));
    let glued = telling.keys().cloned().chain(spelled);
    let mut glued: Vec<String> = glued.filter(|word| is_unspaced_word(word)).collect();
    glued.sort_by(|one, other| (other.len(), one).cmp(&(one.len(), other)));
    glued.dedup();
    Lexicon {
        telling,
        spellings: SPELLINGS.iter().copied().collect(),
        glued,
    }
});

/// The words of these pieces: initials that stand together joined, descriptive endings cut off, spellings made one.
pub(super) fn words(pieces: &[Piece]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(pieces.len());
    let mut initials = String::new();
    for piece in pieces {
        // H & M keeps its parts, U.S. and U. S. are one word; letters of a script without spaces are words.
        let mut letters = piece.text.chars();
        let is_initial = matches!((letters.next(), letters.next()), (Some(letter), None) if letter.is_alphabetic() && !is_unspaced(letter));
        if is_initial {
            initials.push_str(&piece.text);
            continue;
        }
        flush(&mut initials, &mut words);
        unglue(&piece.text, &mut words);
    }
    flush(&mut initials, &mut words);
    words
}

/// These pieces as they are: the words of a name that has no more to it.
pub(super) fn uncut(pieces: &[Piece]) -> Vec<Word> {
    let uncut = |piece: &Piece| Word {
        text: piece.text.clone(),
        telling: Telling::Common,
    };
    pieces.iter().map(uncut).collect()
}

fn flush(initials: &mut String, words: &mut Vec<Word>) {
    if !initials.is_empty() {
        words.push(word(&std::mem::take(initials)));
    }
}

/// Cuts what describes off the end of a word: 阿里巴巴集团 is 阿里巴巴 and 集团. Two letters at least stay.
fn unglue(text: &str, words: &mut Vec<Word>) {
    let start = words.len();
    let mut rest = text;
    while is_unspaced_word(rest) {
        let cut = LEXICON.glued.iter().find_map(|ending| {
            let kept = rest.strip_suffix(ending.as_str())?;
            (kept.chars().count() >= 2).then_some((kept, ending))
        });
        let Some((kept, ending)) = cut else { break };
        words.insert(start, word(ending));
        rest = kept;
    }
    words.insert(start, word(rest));
}

fn word(text: &str) -> Word {
    let text = LEXICON.spellings.get(text).copied().unwrap_or(text);
    Word {
        text: text.to_owned(),
        telling: LEXICON.telling.get(text).copied().unwrap_or(Telling::Distinctive),
    }
}
