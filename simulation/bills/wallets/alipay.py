"""Alipay's words, notes and padding: the web export and the app's two layouts."""

from collections.abc import Iterable, Sequence

from simulation.bills.containers.tables import csv_cell, day, wall_text
from simulation.bills.records import Kind, Method, Owner, Record, refunded_by_number, yuan
from simulation.words import Direction, Scene

DASHES = "-" * 84
RECEIPT = (
    "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------"
)
WEB_HEADER = (
    "交易号", "商家订单号", "交易创建时间", "付款时间", "最近修改时间", "交易来源地", "类型",
    "交易对方", "商品名称", "金额（元）", "收/支", "交易状态", "服务费（元）", "成功退款（元）",
    "备注", "资金状态",
)  # fmt: skip
APP_2021_HEADER = (
    "收/支", "交易对方", "对方账号", "商品说明", "收/付款方式", "金额", "交易状态", "交易分类",
    "交易订单号", "商家订单号", "交易时间",
)  # fmt: skip
APP_2023_HEADER = (
    "交易时间", "交易分类", "交易对方", "对方账号", "商品说明", "收/支", "金额", "收/付款方式",
    "交易状态", "交易订单号", "商家订单号", "备注",
)  # fmt: skip
NOTES = (
    "特别提示：",
    "1.本回单内容可表明支付宝受理了相应支付交易申请，实际交易情况为准；",
    "2.请勿将本回单作为收款方发货的凭据使用，请查证账户实际到账情况后再进行发货操作；",
    "3.支付宝快捷支付等非余额支付方式可能既产生支付宝交易也同步产生银行交易；",
    "4.本回单如经任何涂改、编造，均立即失去效力；",
    "5.部分账单如：充值提现、账户转存或者个人设置收支等不计入为收入或者支出；",
    "6.因统计逻辑不同，明细金额直接累加后，可能会和下方统计金额不一致；",
    "7.禁止将本回单用于非法用途；",
    "8.本明细仅展示当前账单中的交易，不包括已删除的记录；",
    "9.本明细仅供个人对账使用。",
    "",
)
METHODS = {
    Method.BALANCE: "余额",
    Method.MONEY_FUND: "余额宝",
    Method.DEBIT: "示例银行储蓄卡(0000)",
    Method.CREDIT: "花呗",
    Method.BNPL: "花呗",
}
CLASSES = {
    Kind.QR_RECEIPT: "收入",
    Kind.TRANSFER: "转账红包",
    Kind.RED_PACKET: "转账红包",
    Kind.SALARY: "收入",
    Kind.WITHDRAWAL: "账户存取",
    Kind.TOP_UP: "账户存取",
    Kind.FUND_IN: "投资理财",
    Kind.FUND_OUT: "投资理财",
    Kind.CARD_REPAYMENT: "信用借还",
    Kind.REFUND: "退款",
}
SCENES = {
    Scene.GROCERIES: "日用百货",
    Scene.DINING: "餐饮美食",
    Scene.TRANSPORT: "交通出行",
    Scene.TRAVEL: "酒店旅游",
    Scene.APPAREL_BEAUTY: "服饰装扮",
    Scene.ELECTRONICS_HOME: "数码电器",
    Scene.EDUCATION: "教育培训",
    Scene.UTILITIES_TELECOM: "充值缴费",
    Scene.HOUSING: "住房物业",
    Scene.ENTERTAINMENT: "文化休闲",
    Scene.INSURANCE_FINANCE: "保险",
    Scene.LOGISTICS_SERVICE: "生活服务",
    Scene.GOVERNMENT_TAX: "公共服务",
}
ITEMS = {
    Kind.TRANSFER: "转账",
    Kind.RED_PACKET: "红包",
    Kind.SALARY: "工资",
    Kind.WITHDRAWAL: "提现-实时提现",
    Kind.TOP_UP: "充值-普通充值",
    Kind.FUND_IN: "余额宝-单次转入",
    Kind.FUND_OUT: "余额宝-转出到余额",
    Kind.CARD_REPAYMENT: "信用卡还款",
}
STATES = {Kind.CARD_REPAYMENT: "还款成功", Kind.REFUND: "退款成功", Kind.VOID: "交易关闭"}
MOVED = {Direction.IN: "已收入", Direction.OUT: "已支出", Direction.NEUTRAL: "资金转移"}


def web(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """To 2023: no payment method; what came back stands in a column, never in a row of its own."""
    refunded = refunded_by_number(records)
    kept = [each for each in records if each.kind is not Kind.REFUND]
    counted = [each for each in stated if each.kind is not Kind.REFUND]
    first, last = min(each.at for each in kept), max(each.at for each in kept)
    lines = [
        "支付宝交易记录明细查询",
        f"账号:[{owner.account}]",
        f"起始日期:[{day(first)} 00:00:00]    终止日期:[{day(last)} 23:59:59]",
        "---------------------------------交易记录明细列表------------------------------------",
        padded(WEB_HEADER),
        *(padded(web_row(each, refunded[each.number])) for each in newest_first(kept)),
        DASHES,
        f"共{len(counted)}笔记录",
        total("已收入:{}笔,{}元", counted, Direction.IN),
        "待收入:0笔,0.00元",
        total("已支出:{}笔,{}元", counted, Direction.OUT),
        "待支出:0笔,0.00元",
        f"导出时间:[{day(last)} 23:59:59]    用户:{owner.nickname}",
    ]
    return encoded(lines)


def app_2021(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """2021 to January 2023: the header in the second line, all notes below the rows."""
    lines = [
        RECEIPT,
        padded(APP_2021_HEADER),
        *(padded(row) for row in app_rows(records, APP_2021_HEADER, neutral="其他")),
        DASHES,
        *about(stated, owner, neutral="其他", pattern="{}笔,{}元"),
        *NOTES,
    ]
    return encoded(lines)


def app_2023(
    records: Sequence[Record], owner: Owner, stated: Sequence[Record], *, is_padded: bool = True
) -> bytes:
    """Since February 2023: all notes above the rows, the header in line 25."""
    shape = padded if is_padded else bare
    lines = [
        DASHES,
        *about(stated, owner, neutral="不计收支", pattern="{}笔 {}元"),
        *NOTES,
        RECEIPT,
        shape(APP_2023_HEADER),
        *(shape(row) for row in app_rows(records, APP_2023_HEADER, neutral="不计收支")),
    ]
    return encoded(lines)


def about(records: Sequence[Record], owner: Owner, *, neutral: str, pattern: str) -> Iterable[str]:
    first, last = min(each.at for each in records), max(each.at for each in records)
    stated = [each for each in records if each.kind is not Kind.REFUND]
    refunds = [each for each in records if each.kind is Kind.REFUND]
    yield "导出信息："
    yield f"姓名：{owner.nickname}"
    yield f"支付宝账户：{owner.account}"
    yield f"起始时间：[{day(first)} 00:00:00]    终止时间：[{day(last)} 23:59:59]"
    yield "导出交易类型：[全部]"
    yield f"导出时间：[{day(last)} 23:59:59]"
    yield f"共{len(records)}笔记录"
    yield total(f"收入：{pattern}", stated, Direction.IN)
    yield total(f"支出：{pattern}", stated, Direction.OUT)
    rest = [each for each in stated if each.direction == Direction.NEUTRAL] + refunds
    amount = yuan(sum(each.amount_fen for each in rest))
    yield f"{neutral}：{pattern}".format(len(rest), amount)
    yield ""


def total(pattern: str, records: Iterable[Record], direction: Direction) -> str:
    amounts = [each.amount_fen for each in records if each.direction == direction]
    return pattern.format(len(amounts), yuan(sum(amounts)))


def web_row(record: Record, refunded_fen: int) -> Sequence[str]:
    wall = wall_text(record.at)
    is_void = record.kind is Kind.VOID
    is_whole = refunded_fen >= record.amount_fen > 0
    return (
        f"{record.number}\t",
        f"{record.order}\t",
        wall,
        "" if is_void else wall,
        wall,
        "其他（包括阿里巴巴和外部商家）",
        "即时到账交易",
        record.party,
        item(record),
        yuan(record.amount_fen),
        {Direction.IN: "收入", Direction.OUT: "支出", Direction.NEUTRAL: ""}[record.direction],
        "交易关闭" if is_whole else STATES.get(record.kind, "交易成功"),
        "0.00",
        yuan(refunded_fen),
        "",
        "" if is_void else MOVED[record.direction],
    )


def app_rows(
    records: Sequence[Record], header: Sequence[str], *, neutral: str
) -> Iterable[Sequence[str]]:
    refunded = refunded_by_number(records)
    for record in newest_first(records):
        cells = app_cells(record, refunded[record.number], neutral=neutral)
        yield [cells[name] for name in header]


def app_cells(record: Record, refunded_fen: int, *, neutral: str) -> dict[str, str]:
    is_refund = record.kind is Kind.REFUND
    is_whole = refunded_fen >= record.amount_fen > 0
    words = {Direction.IN: "收入", Direction.OUT: "支出", Direction.NEUTRAL: neutral}
    return {
        "交易时间": wall_text(record.at),
        "交易分类": CLASSES.get(record.kind) or SCENES.get(record.scene, "其他"),
        "交易对方": record.party,
        "对方账号": "/",
        "商品说明": f"退款-{record.item}" if is_refund else item(record),
        "收/支": neutral if is_refund else words[record.direction],
        "金额": yuan(record.amount_fen),
        "收/付款方式": "" if record.kind is Kind.VOID else record.card or METHODS[record.method],
        "交易状态": "交易关闭" if is_whole else STATES.get(record.kind, "交易成功"),
        "交易订单号": (f"{record.undoes}_{record.number}" if is_refund else record.number) + "\t",
        "商家订单号": f"{record.order}\t",
        "备注": "",
    }


def item(record: Record) -> str:
    return record.item or ITEMS.get(record.kind, "")


def newest_first(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda each: each.at, reverse=True)


def padded(cells: Sequence[str]) -> str:
    """Alipay pads its cells with blanks and ends each line with a comma."""
    return "".join(f"{csv_cell(cell):<20}," for cell in cells)


def bare(cells: Sequence[str]) -> str:
    """Since July 2023 the blanks are gone; the last comma stays."""
    return "".join(f"{csv_cell(cell)}," for cell in cells)


def encoded(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("gb18030")
