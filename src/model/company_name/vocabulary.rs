//! Words that say little about who is meant, and words that are spelled in several ways. Only the lists.

/// Words that say next to nothing: articles and connectives.
pub(super) const CONNECTIVES: &str = "\
    the and e y of de del della der die das des du di da do dos den van von for fur la le les el los al ab com www \
    in to ο η και и";

/// Words that say next to nothing: the structure of a company, and legal forms that stand inside a name.
pub(super) const STRUCTURE: &str = "\
    group groupe gruppe grupo gruppo grupa gruppa holding holdings company companies compagnie compania companhia \
    compagnia kompaniya enterprise enterprises corporation incorporated inc ltd llc llp plc gmbh mbh srl sarl pty pvt \
    co группа холдинг компания ооо оао зао пао شركه مجموعه قابضه חברת קבוצת 集团 控股 公司 総公司 グループ \
    ホールディングス ホールディング 그룹 홀딩스 지주 กรุ๊ป โฮลดิ้ง โฮลดิ้งส์";

/// Words for a line of business, a place that many name themselves after, or a claim to size: many share them.
pub(super) const COMMON: &str = "\
    bank banking banco banque banc bancorp bancshares bankshares savings capital management financial finance services \
    service technology network networks system systems solutions industry industries energy insurance assurance \
    reinsurance express logistics freight trucking trading trade investment investments partners fund funds income trust credit \
    lending leasing mortgage securities retail wholesale media news publishing broadcasting pictures studios music \
    games gaming casino casinos sports pharma pharmaceutical pharmaceuticals biopharma biotech biosciences sciences \
    therapeutics diagnostics medical surgical dental software computer computers computing semiconductor semiconductors \
    data information foods food pizza restaurant restaurants beverage beverages brewing brewery dairy farms tobacco \
    motor motors automotive electronics electric communications telecom wireless mobile consulting \
    research properties property realty hotels resorts cruise cruises resources products stores brands apparel fashion \
    footwear furniture homes building builders materials cement paper packaging plastics glass textile textiles \
    global international worldwide national first general united american citizens peoples community development \
    engineering manufacturing machinery equipment instruments devices controls labs laboratories health healthcare \
    chemical chemicals construction transport transportation shipping line lines airlines airways aviation aerospace \
    defense marine rail railway railroad oil gas petroleum pipeline power water solar wind utilities steel metals \
    minerals mining exploration waste recycling environmental education entertainment digital online commerce \
    associates ventures acquisition 银行 科技 技术 网络 电子 전자 实业 投资 国际 贸易 证券 保险 快递 物流 汽车 \
    自动车 자동차 电器 通信 通讯 金融 基金 화학 化学 建设 건설 制作所 工业 商事 电机 制药 医药 药业 食品 地产 置业 \
    能源 石油 电力 航空 항공 生物 百货 健康 资本 은행 банк بنك مصرف ธนาคาร";

/// Lines of business of funds and lenders, which are named after those who manage them and are other companies.
pub(super) const VEHICLES: &str =
    "capital mortgage fund funds lending credit income investment investments acquisition securities";

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
    ("corp", "corporation"),
    ("速递", "快递"),
    ("速运", "快递"),
];
