"""Meituan's words: the title of an order instead of a merchant, two times and two amounts."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from simulation.bills.containers.tables import csv_cell, day, total, wall_text
from simulation.bills.records import Kind, Method, Owner, Record, yuan
from simulation.words import Direction

HEADER = (
    "交易创建时间", "交易成功时间", "交易类型", "订单标题", "收/支", "支付方式", "订单金额",
    "实付金额", "交易单号", "商家单号", "备注",
)  # fmt: skip
NOTES = (
    '""',
    "特别提示：",
    "1. 本明细与实际交易结果不符时，以实际交易情况为准",
    "2. 本明细仅展示当前账单中的交易，不包括已删除的记录",
    "3. 部分账单记录如充值/提现等交易，不计入为收入或支出类别",
    "4. 因统计逻辑不同，明细的实付金额累加后可能与统计金额不一致，请以实际交易金额为准",
    "5. 本明细仅供用户个人对账使用，不具备任何证明效力，禁止用于非法用途",
    '""',
    "【美团交易账单明细列表】",
)
METHODS = {
    Method.BALANCE: "美团余额",
    Method.MONEY_FUND: "微信支付",
    Method.DEBIT: "示例银行储蓄卡(0000)",
    Method.CREDIT: "示例银行信用卡(0000)",
    Method.BNPL: "美团月付",
}
KINDS = {Kind.REFUND: "退款", Kind.CARD_REPAYMENT: "还款"}
WORDS = {Direction.IN: "收入", Direction.OUT: "支出", Direction.NEUTRAL: "不计收支"}
SECONDS_TO_SUCCEED = 12
# Every eighth order or so is paid with a coupon, so that the order is dearer than the payment.
COUPON_EVERY, COUPON_FEN = 8, 200


def csv_2025(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """UTF-8 with byte order mark and CRLF; the header stands in line 20."""
    latest_first = sorted(records, key=lambda each: each.at, reverse=True)
    lines = [*preamble(stated, owner), ",".join(HEADER), *(line(each) for each in latest_first)]
    return ("\ufeff" + "".join(f"{each}\r\n" for each in lines)).encode()


def preamble(records: Sequence[Record], owner: Owner) -> Iterable[str]:
    first, last = min(each.at for each in records), max(each.at for each in records)
    yield "美团交易账单明细"
    yield f"美团用户名：[{owner.nickname}]"
    yield f"起始时间：[{day(first)}] 终止时间：[{day(last)}]"
    yield "导出交易类型：[全部]"
    yield f"导出时间：[{day(last)} 23:59:59]"
    yield '""'
    yield f"共：{len(records)}笔记录"
    for direction in (Direction.OUT, Direction.IN, Direction.NEUTRAL):
        amounts = [each.amount_fen for each in records if way(each) == direction]
        yield total(f"{WORDS[direction]}：{{}}笔 {{}}元", amounts)
    yield from NOTES


def way(record: Record) -> Direction:
    """Meituan calls a repayment of its credit spending, and money back income."""
    if record.kind is Kind.CARD_REPAYMENT:
        return Direction.OUT
    return record.direction


def line(record: Record) -> str:
    has_coupon = int(record.number[-4:] or 0) % COUPON_EVERY == 0
    order_fen = record.amount_fen + (COUPON_FEN if has_coupon else 0)
    number, order = f"{record.number}\t", f"{record.undoes or record.order}\t"
    created = record.at - timedelta(seconds=SECONDS_TO_SUCCEED)
    cells = [
        wall_text(created),
        wall_text(record.at),
        KINDS.get(record.kind, "支付"),
        csv_cell(record.item or record.party),
        WORDS[way(record)],
        record.card or METHODS[record.method],
        f"¥{yuan(order_fen)}",
        f"¥{yuan(record.amount_fen)}",
        csv_cell(number, is_quoted=True),
        csv_cell(order, is_quoted=True),
        "/",
    ]
    return ",".join(cells)
