"""One account of somebody who does not exist, spelled out, and its statements as tables."""

import csv
from datetime import datetime

from common.periods import SHANGHAI
from simulation.bills.banks import Account, Entry, Occasion, StatementLayout, write_statement
from simulation.words import Direction

HOLDER = Account(holder="林一诺（虚构）", number="9901000012345678")
CARD = Account(holder="林一诺（虚构）", number="9903000087654321", is_credit=True)


def wall(year, month, day, hour=0, minute=0, second=0):
    """A moment of the clock on the wall in Shanghai."""
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


PAY = Entry(
    at=wall(2026, 2, 27, 9, 0, 5),
    direction=Direction.IN,
    amount_fen=850_000,
    balance_fen=1_350_000,
    occasion=Occasion.SALARY,
    party="青榆物流有限公司（虚构）",
    number="9900000000000101",
)
NOODLES = Entry(
    at=wall(2026, 2, 28, 12, 31, 7),
    direction=Direction.OUT,
    amount_fen=2_816,
    balance_fen=1_347_184,
    occasion=Occasion.CONSUMPTION,
    party="云溪老梁牛肉面馆",
    platform="财付通",
    number="9900000000000102",
)
MONEY_BACK = Entry(
    at=wall(2026, 2, 28, 23, 59, 59),
    direction=Direction.IN,
    amount_fen=500,
    balance_fen=1_347_684,
    occasion=Occasion.REFUND,
    party="晴岚优选商城",
    platform="支付宝",
    number="9900000000000103",
)
TO_MYSELF = Entry(
    at=wall(2026, 3, 1, 0, 0, 1),
    direction=Direction.OUT,
    amount_fen=300_000,
    balance_fen=1_047_684,
    occasion=Occasion.OWN_TRANSFER,
    party="林一诺（虚构）",
    note="备用金",
    party_account="9902000000005678",
    number="9900000000000104",
)
INSTALMENT = Entry(
    at=wall(2026, 3, 2, 10, 30, 0),
    direction=Direction.OUT,
    amount_fen=123_456,
    balance_fen=924_228,
    occasion=Occasion.LOAN_REPAYMENT,
    party="示例消费金融有限公司（虚构）",
    number="9900000000000105",
)
INTEREST = Entry(
    at=wall(2026, 3, 21, 0, 15, 0),
    direction=Direction.IN,
    amount_fen=37,
    balance_fen=924_265,
    occasion=Occasion.INTEREST,
    party="",
    number="9900000000000106",
)
SPRING = (PAY, NOODLES, MONEY_BACK, TO_MYSELF, INSTALMENT, INTEREST)

# A credit card: what is owed is negative.
SHOES = Entry(
    at=wall(2026, 2, 26, 20, 5, 0),
    direction=Direction.OUT,
    amount_fen=123_456,
    balance_fen=-123_456,
    occasion=Occasion.CONSUMPTION,
    party="望川运动鞋服旗舰店",
    platform="支付宝",
    number="9900000000000201",
)
SHOES_BACK = Entry(
    at=wall(2026, 3, 1, 8, 0, 0),
    direction=Direction.IN,
    amount_fen=23_400,
    balance_fen=-100_056,
    occasion=Occasion.REFUND,
    party="望川运动鞋服旗舰店",
    platform="支付宝",
    number="9900000000000202",
)
PAID_OFF = Entry(
    at=wall(2026, 3, 20, 10, 0, 9),
    direction=Direction.IN,
    amount_fen=100_056,
    balance_fen=0,
    occasion=Occasion.CARD_REPAYMENT,
    party="信用卡还款",
    number="9900000000000203",
)
CARD_SPRING = (SHOES, SHOES_BACK, PAID_OFF)


def written(layout, entries=None, account=None):
    """The bytes of the sample account in a layout."""
    layout = StatementLayout(layout)
    usual, card = (CARD_SPRING, CARD) if layout.is_credit else (SPRING, HOLDER)
    return write_statement(entries or usual, layout=layout, account=account or card)


def rows(layout, entries=None):
    """Every line as its cells, with the blanks that pad them."""
    content = written(layout, entries)
    if StatementLayout(layout).file_name.endswith(".xls"):
        return [line.split("\t") for line in content.decode("gb18030").splitlines()]
    return list(csv.reader(content.decode("utf-8-sig").splitlines()))


def by_column(layout, header_line, entries=None):
    """The rows below the header, each cell under its column's name."""
    lines = rows(layout, entries)
    names = [cell.strip() for cell in lines[header_line - 1]]
    return [dict(zip(names, map(str.strip, line), strict=False)) for line in lines[header_line:]]


def column(layout, header_line, name, entries=None):
    """One column from top to bottom."""
    return [row[name] for row in by_column(layout, header_line, entries) if name in row]
