"""JD's words and notes, in the column orders before and since December 2024.

What came back stands twice: as a note in the amount's cell, and as a row of its own.
"""

from collections.abc import Iterable, Sequence

from simulation.bills.containers.tables import csv_cell, day, total, wall_text
from simulation.bills.records import Kind, Method, Owner, Record, refunded_by_number, yuan
from simulation.words import Direction, Scene

HEADER_2024 = (
    "交易时间", "交易分类", "商户名称", "交易说明", "收/支", "金额", "收/付款方式", "交易状态",
    "交易订单号", "商家订单号", "备注",
)  # fmt: skip
HEADER_2025 = (
    "交易时间", "商户名称", "交易说明", "金额", "收/付款方式", "交易状态", "收/支", "交易分类",
    "交易订单号", "商家订单号", "备注",
)  # fmt: skip
NOTES = (
    "",
    "特别提示：",
    "1.本明细与实际交易结果不符时，以实际交易情况为准；",
    (
        "2.京东快捷支付等非余额支付方式可能既产生京东交易也同步产生银行交易，"
        "因此请勿使用本回单进行重复记账；"
    ),
    "3.明细如经任何涂改、编造，均立即失去效力；",
    "4.部分账单如：个人资金互转等不计入为收入或者支出，记为不计收支类；",
    "5.因统计逻辑不同，明细金额直接累加后，可能会和下方统计金额不一致，请以实际交易金额为准；",
    "6.禁止将本回单用于非法用途；",
    "7.本明细仅展示当前账单中的交易，不包括已删除的记录；",
    "8.本明细仅供个人对账使用。",
    "",
    "电子回单客户",
)
METHODS = {
    Method.BALANCE: "京东余额",
    Method.MONEY_FUND: "小金库零用钱",
    Method.DEBIT: "银行卡",
    Method.CREDIT: "银行卡",
    Method.BNPL: "京东白条",
}
SCENES = {
    Scene.GROCERIES: "食品酒饮",
    Scene.DINING: "食品酒饮",
    Scene.APPAREL_BEAUTY: "美妆个护",
    Scene.ELECTRONICS_HOME: "数码电器",
    Scene.ENTERTAINMENT: "文化娱乐",
    Scene.UTILITIES_TELECOM: "生活缴费",
    Scene.MEDICAL: "医疗保健",
    Scene.EDUCATION: "图书文教",
}
CLASSES = {Kind.CARD_REPAYMENT: "白条", Kind.TOP_UP: "余额", Kind.WITHDRAWAL: "余额"}


def csv_2024(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """Until December 2024: the class of goods stands second."""
    return sheet(records, owner, stated, HEADER_2024)


def csv_2025(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """Since December 2024: the same columns in another order."""
    return sheet(records, owner, stated, HEADER_2025)


def sheet(
    records: Sequence[Record], owner: Owner, stated: Sequence[Record], header: Sequence[str]
) -> bytes:
    refunded = refunded_by_number(records)
    latest_first = sorted(records, key=lambda each: each.at, reverse=True)
    rows = (cells(each, refunded[each.number]) for each in latest_first)
    lines = [
        *preamble(stated, owner),
        ",".join(header),
        *(",".join(csv_cell(row[name]) for name in header) for row in rows),
    ]
    return ("\ufeff" + "".join(f"{line}\n" for line in lines)).encode()


def preamble(records: Sequence[Record], owner: Owner) -> Iterable[str]:
    first, last = min(each.at for each in records), max(each.at for each in records)
    refunded = refunded_by_number(records)
    net = [(way(each, refunded[each.number]), kept(each, refunded)) for each in records]
    yield "导出信息："
    yield f"京东账号名：{owner.nickname}"
    yield f"起始时间：{day(first)}\t终止时间：{day(last)}"
    yield "导出交易类型：全部"
    yield f"导出时间：{day(last)} 23:59:59"
    yield f"共：{len(records)}笔记录"
    for name, direction in (
        ("收入", Direction.IN),
        ("支出", Direction.OUT),
        ("不计收支", Direction.NEUTRAL),
    ):
        yield total(f"{name}：{{}}笔，{{}}元", [fen for each, fen in net if each == direction])
    yield from NOTES


def way(record: Record, refunded_fen: int) -> Direction:
    """Refunds, and what came back whole, are neither income nor spending."""
    is_whole = refunded_fen >= record.amount_fen > 0
    if record.kind in {Kind.REFUND, Kind.VOID} or is_whole:
        return Direction.NEUTRAL
    return record.direction


def kept(record: Record, refunded: dict[str, int]) -> int:
    """What the totals count of a payment: the part that did not come back."""
    back = refunded[record.number]
    return record.amount_fen - back if 0 < back < record.amount_fen else record.amount_fen


def cells(record: Record, refunded_fen: int) -> dict[str, str]:
    is_refund = record.kind is Kind.REFUND
    words = {Direction.IN: "收入", Direction.OUT: "支出", Direction.NEUTRAL: "不计收支"}
    return {
        "交易时间": f"{wall_text(record.at)}\t",
        "交易分类": "网购" if is_refund else class_of(record),
        "商户名称": record.party or "京东平台商户",
        "交易说明": f"退款-{record.item}" if is_refund else record.item or "订单",
        "收/支": words[way(record, refunded_fen)],
        "金额": amount(record.amount_fen, refunded_fen),
        "收/付款方式": record.card or METHODS[record.method],
        "交易状态": {Kind.REFUND: "退款成功", Kind.VOID: "交易关闭"}.get(record.kind, "交易成功"),
        "交易订单号": f"{record.number}\t",
        "商家订单号": f"{record.undoes or record.order}\t",
        "备注": "",
    }


def class_of(record: Record) -> str:
    return CLASSES.get(record.kind) or SCENES.get(record.scene, "其他网购")


def amount(fen: int, refunded_fen: int) -> str:
    if not refunded_fen:
        return yuan(fen)
    note = "已全额退款" if refunded_fen >= fen else f"已退款{yuan(refunded_fen)}"
    return f"{yuan(fen)}({note})"
