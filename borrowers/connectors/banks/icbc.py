"""ICBC (工商银行): CSV of accounts and cards; of two pairs of columns the booked one counts."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect

TITLE = re.compile("工商银行|ICBC|明细查询文件下载")

NAMES = {
    "交易日期": "day",
    "交易时间": "clock",
    "记账日期": "booked",
    "摘要": "type",
    "交易详情": "memo",
    "交易场所": "place",
    "交易国家或地区简称": "ignored",
    "记账金额(收入)": "in",
    "记账金额(支出)": "out",
    "记账币种": "currency",
    "余额": "balance",
    "对方户名": "party",
    "对方账户": "party_account",
    "对方账号": "party_account",
}
NEEDED = {"day": "交易日期", "in": "记账金额(收入)", "out": "记账金额(支出)"}
OWN = frozenset({"记账金额(收入)", "记账金额(支出)"})
# A card's statement tells both days; an account's tells one, and cash or transfer beside it.
CARD = Dialect(
    name="ICBC_CREDIT",
    source=Source.ICBC,
    title=TITLE,
    names=NAMES,
    needed={**NEEDED, "booked": "记账日期"},
    own=OWN,
    lacks=frozenset({"钞/汇"}),
    is_card=True,
)
ACCOUNT_2 = Dialect(
    name="ICBC_DEBIT_2",
    source=Source.ICBC,
    title=TITLE,
    names=NAMES,
    needed={**NEEDED, "memo": "交易详情"},
    own=OWN,
)
ACCOUNT = Dialect(
    name="ICBC_DEBIT", source=Source.ICBC, title=TITLE, names=NAMES, needed=NEEDED, own=OWN
)

TABLE = BankTable(kind="ICBC", source=Source.ICBC, dialects=(CARD, ACCOUNT_2, ACCOUNT))
