"""WeChat Pay's words and preamble, in its three layouts."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from common.periods import SHANGHAI
from simulation.bills.containers.tables import csv_cell, day
from simulation.bills.containers.workbook import Cell, workbook
from simulation.bills.records import Kind, Method, Owner, Record, refunded_by_number, yuan
from simulation.words import Direction

HEADER = (
    "交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式", "当前状态",
    "交易单号", "商户单号", "备注",
)  # fmt: skip
SEPARATOR = "----------------------微信支付账单明细列表--------------------"
NOTES = (
    "1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易",
    "2. 本明细仅展示当前账单中的交易，不包括已删除的记录",
    "3. 本明细仅供个人对账使用",
)
ZONE_NOTE = "4. 本账单中所有时间均为UTC+08:00时间"
DIRECTIONS = {Direction.IN: "收入", Direction.OUT: "支出", Direction.NEUTRAL: "/"}
METHODS = {
    Method.BALANCE: "零钱",
    Method.MONEY_FUND: "零钱通",
    Method.DEBIT: "示例银行储蓄卡(0000)",
    Method.CREDIT: "示例银行信用卡(0000)",
    Method.BNPL: "分付",
}
TYPES = {
    Kind.PURCHASE: "商户消费",
    Kind.QR_PAYMENT: "扫二维码付款",
    Kind.QR_RECEIPT: "二维码收款",
    Kind.TRANSFER: "转账",
    Kind.RED_PACKET: "微信红包",
    Kind.SALARY: "其他",
    Kind.WITHDRAWAL: "零钱提现",
    Kind.TOP_UP: "零钱充值",
    Kind.FUND_IN: "转入零钱通-来自零钱",
    Kind.FUND_OUT: "零钱通转出-到零钱",
    Kind.CARD_REPAYMENT: "信用卡还款",
    Kind.VOID: "商户消费",
}
STATES = {
    Kind.QR_PAYMENT: "已转账",
    Kind.QR_RECEIPT: "已收钱",
    Kind.TRANSFER: "朋友已收钱",
    Kind.RED_PACKET: "已存入零钱",
    Kind.SALARY: "已到账",
    Kind.WITHDRAWAL: "提现已到账",
    Kind.TOP_UP: "充值完成",
    Kind.REFUND: "已全额退款",
    Kind.VOID: "交易关闭",
}


def csv_2018(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """Until July 2025: UTF-8 with byte order mark, CRLF, a tab behind every number."""
    lines = [line(row) for row in preamble(stated, owner, has_zone_note=False)]
    lines += [line(row, has_tabs=True) for row in table(records, wall_text, amount_text)]
    return ("\ufeff" + "".join(lines)).encode()


def csv_quoted(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """April 2025: every word quoted, the tab behind the closing quote, which is no valid CSV."""
    lines = [line(row) for row in preamble(stated, owner, has_zone_note=False)]
    rows = table(records, wall_text, amount_text)
    lines += [line(row, has_tabs=True, is_quoted=True) for row in rows]
    return ("\ufeff" + "".join(lines)).encode()


def xlsx_2025(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """From July 2025: a workbook whose cells are all words."""
    rows = preamble(stated, owner, has_zone_note=False)
    return workbook([*rows, *table(records, wall_text, amount_text)])


def xlsx_2026(records: Sequence[Record], owner: Owner, stated: Sequence[Record]) -> bytes:
    """From March 2026: one more note, times as serials, amounts as numbers."""
    rows = preamble(stated, owner, has_zone_note=True)
    return workbook([*rows, *table(records, wall_time, amount_number)])


def preamble(
    records: Sequence[Record], owner: Owner, *, has_zone_note: bool
) -> list[Sequence[Cell]]:
    first, last = min(each.at for each in records), max(each.at for each in records)
    period = f"起始时间：[{day(first)} 00:00:00] 终止时间：[{day(last)} 23:59:59]"
    notes = (*NOTES, ZONE_NOTE) if has_zone_note else NOTES
    lines = (
        "微信支付账单明细",
        f"微信昵称：[{owner.nickname}]",
        period,
        "导出类型：[全部]",
        f"导出时间：[{day(last)} 23:59:59]",
        "",
        f"共{len(records)}笔记录",
        total("收入", records, Direction.IN),
        total("支出", records, Direction.OUT),
        total("中性交易", records, Direction.NEUTRAL),
        "注：",
        *notes,
        "",
        SEPARATOR,
    )
    return [(each,) for each in lines]


def total(name: str, records: Iterable[Record], direction: Direction) -> str:
    amounts = [each.amount_fen for each in records if each.direction == direction]
    return f"{name}：{len(amounts)}笔 {yuan(sum(amounts))}元"


def table(
    records: Sequence[Record],
    time_cell: Callable[[datetime], Cell],
    amount_cell: Callable[[int], Cell],
) -> list[Sequence[Cell]]:
    """The header and the rows, latest first."""
    refunded = refunded_by_number(records)
    latest_first = sorted(records, key=lambda each: each.at, reverse=True)
    rows = (
        (
            time_cell(record.at.astimezone(SHANGHAI)),
            f"{record.party}-退款" if record.kind is Kind.REFUND else TYPES[record.kind],
            record.party or "/",
            record.item or "/",
            DIRECTIONS[record.direction],
            amount_cell(record.amount_fen),
            record.card or METHODS[record.method],
            state(record, refunded[record.number]),
            record.number,
            record.order or "/",
            "/",
        )
        for record in latest_first
    )
    return [HEADER, *rows]


def state(record: Record, refunded_fen: int) -> str:
    if not refunded_fen:
        return STATES.get(record.kind, "支付成功")
    if refunded_fen >= record.amount_fen:
        return "已全额退款"
    return f"已退款(￥{yuan(refunded_fen)})"


def wall_text(wall: datetime) -> str:
    return f"{wall:%Y-%m-%d %H:%M:%S}"


def wall_time(wall: datetime) -> datetime:
    return wall


def amount_text(fen: int) -> str:
    return f"¥{yuan(fen)}"


def amount_number(fen: int) -> Decimal:
    return Decimal(fen) / 100


def line(row: Sequence[Cell], *, has_tabs: bool = False, is_quoted: bool = False) -> str:
    """One CSV line of eleven columns."""
    cells = [csv_cell(str(cell or ""), is_quoted=is_quoted) for cell in row]
    if has_tabs and row is not HEADER:
        cells[8] += "\t"
        cells[9] += "\t"
    padding = [""] * (len(HEADER) - len(cells))
    return ",".join([*cells, *padding]) + "\r\n"
