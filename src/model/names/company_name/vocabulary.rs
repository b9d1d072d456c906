//! Words that are not distinctive, and words with several spellings. Only the lists.

/// Words without meaning for comparison: articles and connectives.
pub(super) const CONNECTIVES: &str = "\
    the and e y of de del della der die das des du di da do dos den van von for fur la le les el los al ab com www \
    in to ο η και и";

/// Words without meaning for comparison: the structure of a company, and legal forms inside a name.
pub(super) const STRUCTURE: &str = "\
    group groupe gruppe grupo gruppo grupa gruppa holding holdings company companies compagnie compania companhia \
    compagnia kompaniya enterprise enterprises corporation incorporated inc ltd llc llp plc gmbh mbh srl sarl pty pvt \
    co группа холдинг компания ооо оао зао пао شركه مجموعه قابضه חברת קבוצת 集团 控股 公司 総公司 グループ \
    ホールディングス ホールディング 그룹 홀딩스 지주 กรุ๊ป โฮลดิ้ง โฮลดิ้งส์";

/// Common words: lines of business, places in many names, and claims to size.
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

/// Lines of business of funds and lenders, which are named after their managers but are other companies.
pub(super) const VEHICLES: &str =
    "capital mortgage fund funds lending credit income investment investments acquisition securities";

/// Lines of business in other scripts with their usual English translations in names.
pub(super) const MEANINGS: &[(&str, &str)] = &[
    ("银行", "bank"),
    ("은행", "bank"),
    ("بنك", "bank"),
    ("مصرف", "bank"),
    ("科技", "technology"),
    ("技术", "technology"),
    ("网络", "network"),
    ("电子", "electronics"),
    ("전자", "electronics"),
    ("实业", "industries"),
    ("实业", "industrial"),
    ("工业", "industries"),
    ("工业", "industrial"),
    ("投资", "investment"),
    ("投资", "investments"),
    ("国际", "international"),
    ("贸易", "trading"),
    ("商事", "trading"),
    ("证券", "securities"),
    ("保险", "insurance"),
    ("快递", "express"),
    ("物流", "logistics"),
    ("汽车", "motor"),
    ("汽车", "automotive"),
    ("自动车", "motor"),
    ("자동차", "motor"),
    ("电器", "electric"),
    ("电机", "electric"),
    ("通信", "communications"),
    ("通讯", "communications"),
    ("金融", "financial"),
    ("金融", "finance"),
    ("基金", "fund"),
    ("化学", "chemical"),
    ("화학", "chemical"),
    ("建设", "construction"),
    ("건설", "construction"),
    ("制药", "pharmaceutical"),
    ("医药", "pharmaceutical"),
    ("食品", "foods"),
    ("地产", "properties"),
    ("能源", "energy"),
    ("石油", "petroleum"),
    ("石油", "oil"),
    ("电力", "power"),
    ("航空", "airlines"),
    ("航空", "aviation"),
    ("항공", "airlines"),
    ("资本", "capital"),
];

/// Other spellings of a word, and the one under which they are compared.
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
