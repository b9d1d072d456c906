//! Words that say little about who is meant, and words that are spelled in several ways. Only the lists.

/// Words that say next to nothing: structure, articles, connectives.
pub(super) const WEAK: &str = "\
    group groupe gruppe grupo gruppo grupa holding holdings company companies compagnie compania companhia \
    compagnia enterprise enterprises the and e y of de del della der die das des du di da do dos den van von \
    for fur la le les el los al ab com www in to co ο η και и группа холдинг компания شركه مجموعه قابضه חברת \
    קבוצת 集团 集團 控股 公司 総公司 グループ ホールディングス ホールディング 그룹 홀딩스 지주 กรุ๊ป โฮลดิ้ง โฮลดิ้งส์";

/// Words for a line of business or a claim to size, which many share.
pub(super) const COMMON: &str = "\
    bank banking banco banque capital management financial finance services service technology network \
    networks system systems solutions industry industries energy insurance express logistics trading trade \
    investment investments partners fund trust retail media pharma pharmaceutical pharmaceuticals software \
    foods food motor motors electronics electric communications telecom consulting properties resources \
    products stores brands global international worldwide national first general united development \
    engineering manufacturing labs laboratories health healthcare chemical chemicals construction transport \
    shipping airlines airways oil gas power steel mining entertainment digital online commerce associates \
    ventures 银行 銀行 은행 科技 技术 技術 网络 網絡 电子 電子 전자 实业 投资 国际 國際 贸易 证券 保险 快递 物流 汽车 自動車 자동차 电器 通信 通讯 金融 基金 화학 化学 建设 \
    건설 製作所 工業 商事 電機 製薬 医药 药业 食品 地产 置业 能源 石油 电力 航空 항공 生物 百货 健康 банк ธนาคาร";

/// Other spellings of a word, and the one they are compared as.
pub(super) const SPELLINGS: &[(&str, &str)] = &[
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
