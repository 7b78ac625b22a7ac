"""What the words of a bank's row mean: who stood on the other side, by which way, for what."""

import re
from functools import lru_cache
from typing import Final

from borrowers.connectors import categories
from borrowers.connectors.categories import contains, normalised
from borrowers.connectors.contracts import Category, Direction, Place, Platform

# Longer ones may have an ending: remit stands for remittance too.
LONGEST_SHORT_WORD = 4


def any_of(words: str) -> re.Pattern[str]:
    """One search for many words, which stand in a normalised text."""
    return re.compile("|".join(map(as_pattern, words.split())))


def as_pattern(word: str) -> str:
    """Letters are a word of their own: a coffee is no fee, and a recharge no charge."""
    if not word.isascii():
        return re.escape(word)
    end = "(?:s)?(?![a-z])" if len(word) <= LONGEST_SHORT_WORD else ""
    return f"(?<![a-z]){re.escape(word)}{end}"


# The name of each group is the platform's.
WALLETS = re.compile(
    "(?P<WECHAT>财付通|微信|tenpay|wechat|wx支付)|(?P<ALIPAY>支付宝|蚂蚁|alipay|花呗|余额宝)|"
    "(?P<JD>京东|网银在线|jd支付|白条)|(?P<MEITUAN>美团|三快)"
)
# What stands before the merchant in `支付宝-支付宝外部商户-便民超市` and `（消费）示例商店`.
WAYS = re.compile(
    r"((深圳市)?财付通支付科技有限公司|支付宝\(中国\)(网络技术)?有限公司|财付通支付|微信支付|京东支付|美团支付|抖音支付|"
    r"支付宝外部商户|支付宝-?消费|银联在线支付|银联转账|银联云闪付|快捷支付|一网通支付|网上支付|无卡支付|财付通|支付宝|"
    r"网银在线|云闪付(app)?|消费|特约|外部商户)",
    re.IGNORECASE,
)
BETWEEN_WAYS = re.compile(r"[-－—–/|,，;；:：]")
KIND_IN_FRONT = re.compile(
    r"^(?:[(（]([^)）]{1,8})[)）]|(消费|退货|退款|信用卡还款|红包还款|还款|刷卡金返还|刷卡金扣回|分期扣款|取现|入账|"
    r"自动购汇还款|自动购汇扣款)\s+)"
)
WAY_IN_FRONT = re.compile(r"^(支付宝|财付通|微信支付|京东支付|美团支付|抖音支付|云闪付)\s+")
WAY_BEHIND = re.compile(r"[(（](银联)?(云闪付(app)?|特约|快捷)[)）]$", re.IGNORECASE)
NUMBER_BEHIND = re.compile(r"[\s　]*[\dXx*]{4,}$")
NOTHING = re.compile(r"^[-—*\s　]*$")
# Which of how many instalments, or a bare number: no name of a shop.
NO_NAME = re.compile(r"[分第]?\d+期?|银联分期\d*|商户分期")
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Two or three characters, four after a double surname, or a masked name: a person. Companies are
# longer or say what they are; where it is open, a person is the careful answer: no income.
PERSON = re.compile(
    r"[\u3400-\u9fff]{2,3}|[\u3400-\u9fff]?\*+[\u3400-\u9fff]{0,2}|\*{1,2}[\u3400-\u9fff]{1,3}|"
    r"(欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|南宫|夏侯|端木|长孙)[\u3400-\u9fff]{1,2}"
)

BACK = any_of("退款 退货 退回 冲正 撤销 退汇 refund reversal")
CARD_PAID = any_of("还款 转账还 自动扣款 溢缴 payment autopay")
OWN_INTEREST = any_of("存款利息 结息")
INTEREST = any_of("利息 结息 付息 interest")
SALARY = any_of("工资 薪资 薪酬 薪金 奖金 payroll salary")
FUND_OF_STATE = any_of("公积金 社保 养老金 医保 失业金 生育津贴 报销")
REPAID = any_of(
    "还款 还贷 贷款归还 贷款回收 归还贷款 扣还 按揭 花呗 白条还 月付 消费贷 贷款扣款 "
    "贷款本息 正常还款 提前还"
)
BORROWED = any_of("放款 贷款发放 贷款放出 借款 借呗 微粒贷 消费贷")
CASH = any_of(
    "atm 取款 取现 现金 存现 现存 现支 柜面存 柜台存 提现 零钱充值 余额充值 钱包充值 "
    "购汇 结汇 结售汇 withdrawal"
)
FUNDS = any_of(
    "理财 基金 申购 赎回 余额宝 零钱通 朝朝宝 朝朝盈 日日盈 小金库 证券 银证 银转证 "
    "证转银 定期 定存 存单 结构性 国债 黄金积存 积存金 第三方存管 期货 活期宝 快赎"
)
NO_CASH = any_of("现金奖励 现金红包 现金返 返现")
NO_FUND = any_of("公积金 基金会 黄金周 黄金海岸 定期券")
OWN: Final = ((Category.CASH, CASH, NO_CASH), (Category.INVESTMENT, FUNDS, NO_FUND))
GATES: Final = {
    Direction.IN: ((Category.CREDIT_DRAWDOWN, BORROWED, None), *OWN),
    Direction.OUT: ((Category.CREDIT_REPAYMENT, REPAID, None), *OWN),
}
CASH_ADVANCE = re.compile("取现|预借现金|cash advance")
FEES = any_of("手续费 年费 工本费 短信费 管理费 服务费 账户费 挂失费 违约金 滞纳金 fee charge")
TRANSFERS = any_of(
    "转账 汇款 转存 跨行 网转 汇入 汇出 转入 转出 往来 超级网银 卡卡转 来账 代付 "
    "银联入账 transfer remit zelle"
)
# Payments that the bank itself files as purchases, whoever is named on the other side.
PURCHASES = any_of("消费 支付 缴费 扣款 代扣 pos etc purchase")
CONSUMED = "消费"
BY_ITSELF = any_of("代扣 自动扣 自动还款 自动转 批量扣 etc 委托扣 协议扣 免密 连续包")
ON_LINE = any_of("快捷 网上 无卡 在线 网银 一网通 手机银行 平台 旗舰店 电商 app online 互联网")
AT_THE_COUNTER = any_of("pos 刷卡 扫码 二维码 柜台 柜面 atm 门店")


PLACES: Final = (
    (Place.AUTO_DEBIT, BY_ITSELF),
    (Place.OFFLINE, AT_THE_COUNTER),
    (Place.ONLINE, ON_LINE),
)


def words_of(*parts: str) -> str:
    """Several cells as one text, each said once, marks for nothing left out."""
    said: list[str] = []
    for part in parts:
        if not NOTHING.match(part) and part not in said:
            said.append(part)
    return " ".join(said)


@lru_cache(maxsize=4_096)
def without_number(name: str) -> str:
    """`张三 6222…1234` without the account that some banks write behind the name."""
    return "" if NOTHING.match(name) else NUMBER_BEHIND.sub("", name).strip()


@lru_cache(maxsize=4_096)
def platform_of(words: str) -> Platform:
    """The wallet or shop that is named first: `财付通-京东商城` went through WeChat."""
    match = WALLETS.search(normalised(words))
    return Platform[match.lastgroup] if match and match.lastgroup else Platform.NONE


@lru_cache(maxsize=4_096)
def merchant_of(*names: str) -> str:
    """The shop in the first name that has one beyond the way that the money took."""
    fallback = ""
    for name in names:
        plain = without_number(WAY_IN_FRONT.sub("", KIND_IN_FRONT.sub("", name)))
        parts = [WAY_BEHIND.sub("", part).strip() for part in BETWEEN_WAYS.split(plain)]
        if not CHINESE.search(plain) and not any(map(is_way, filter(None, parts))):
            parts = [plain]  # `CO.,LTD.` and `98-765` are parted for no wallet.
        for part in reversed(parts):
            if (
                part
                and not NOTHING.match(part)
                and not NO_NAME.fullmatch(part)
                and not is_way(part)
            ):
                return part
        fallback = fallback or plain
    return fallback


def is_way(part: str) -> bool:
    return not WAYS.sub("", normalised(part)).strip(" ()（）")


def is_person(name: str) -> bool:
    """Does this look like somebody, rather than like a shop or a company?"""
    name = normalised(name)
    lexicon = categories.lexicon()
    is_shop = contains(name, lexicon.organisations) or lexicon.scenes.longest_in(name)
    return PERSON.fullmatch(name) is not None and not is_shop and not platform_of(name)


def person_in(note: str) -> str:
    """A note that is somebody's name, where a statement has no column for the other side."""
    name = without_number(note)
    return name if is_person(name) else ""


def kind_of(memo: str) -> str:
    """`（消费）示例商店` and `消费 示例商店` begin with what the bank calls it."""
    match = KIND_IN_FRONT.match(memo)
    return next((kind for kind in match.groups() if kind), "") if match else ""


@lru_cache(maxsize=4_096)
def place_of(words: str) -> Place:
    words = normalised(words)
    for place, marks in PLACES:
        if marks.search(words):
            return place
    return Place.UNKNOWN


# --- what for -----------------------------------------------------------------------------------


@lru_cache(maxsize=4_096)
def of_card(stated: Direction, words: str, merchant: str) -> Category:
    """A credit card: what comes in repays it, also under the payer's bare name, or takes a
    purchase back; interest on what was paid too much is all that can be income."""
    plain = normalised(words)
    if stated is Direction.IN:
        if OWN_INTEREST.search(plain):
            return Category.INCOME_OTHER
        is_repayment = CARD_PAID.search(plain) or is_person(words)
        is_back = BACK.search(plain)
        return Category.CREDIT_REPAYMENT if is_repayment and not is_back else Category.REFUND
    if INTEREST.search(plain) or FEES.search(plain):
        return Category.INSURANCE_FINANCE
    if CASH_ADVANCE.search(plain):
        return Category.CASH
    return categories.of_purchase(words, merchant)


@lru_cache(maxsize=4_096)
def of_income(kind: str, words: str, party: str) -> Category:
    """Money that came into an account: the bank's own word for it is asked first."""
    bank_says, plain = normalised(kind), normalised(words)
    if BACK.search(plain):
        return Category.REFUND
    if INTEREST.search(bank_says):
        return Category.INCOME_OTHER
    if SALARY.search(bank_says) and not FUND_OF_STATE.search(bank_says):
        return Category.INCOME_SALARY
    if FUND_OF_STATE.search(plain):
        return Category.INCOME_OTHER
    own = own_money(plain, Direction.IN)
    return own or categories.of_income(words, party, is_from_person=is_person(party))


@lru_cache(maxsize=4_096)
def of_spending(kind: str, words: str, party: str) -> Category:
    """Money that left an account."""
    bank_says, plain = normalised(kind), normalised(words)
    if own := own_money(plain, Direction.OUT):
        return own
    if FEES.search(bank_says) or INTEREST.search(bank_says):
        return Category.INSURANCE_FINANCE
    is_purchase = CONSUMED in bank_says or (
        PURCHASES.search(bank_says) and not TRANSFERS.search(bank_says)
    )
    is_transfer = TRANSFERS.search(bank_says) or is_person(party)
    if is_transfer and not is_purchase:
        return categories.of_transfer(words, party)
    return categories.of_purchase(words, party)


def own_money(plain: str, stated: Direction) -> Category | None:
    """Repaid, borrowed, invested or cash: which of them the words say, if any."""
    for category, marks, exceptions in GATES[stated]:
        if marks.search(plain) and not (exceptions and exceptions.search(plain)):
            return category
    return None
