"""CMB (招商银行): the account's list, its older CSV full of TABs, and the card's without years."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect
from borrowers.connectors.statements.printed import BankPages

TITLE = re.compile("招商银行|China Merchants Bank|掌上生活")

ACCOUNT = Dialect(
    name="CMB_DEBIT",
    source=Source.CMB,
    title=TITLE,
    names={
        "记账日期": "day",
        "货币": "currency",
        "交易金额": "amount",
        "联机余额": "balance",
        "交易摘要": "type",
        "对手信息": "party",
        "客户摘要": "note",
    },
    needed={"day": "记账日期", "amount": "交易金额", "balance": "联机余额"},
    own=frozenset({"联机余额"}),
)
OLDER_ACCOUNT = Dialect(
    name="CMB_DEBIT_OLDER",
    source=Source.CMB,
    title=TITLE,
    names={
        "交易日期": "day",
        "交易时间": "clock",
        "收入": "in",
        "支出": "out",
        "余额": "balance",
        "交易类型": "type",
        "交易备注": "note",
    },
    needed={"day": "交易日期", "in": "收入", "out": "支出", "note": "交易备注"},
    own=frozenset({"交易类型", "交易备注"}),
)
CARD = Dialect(
    name="CMB_CREDIT",
    source=Source.CMB,
    title=TITLE,
    names={
        "交易日": "day",
        "交易日期": "day",
        "记账日": "booked",
        "记账日期": "booked",
        "入账日期": "booked",
        "交易时间": "clock",
        "交易摘要": "memo",
        "交易说明": "memo",
        "交易地点": "place",
        "人民币金额": "amount",
        "卡号末四位": "tail",
        "卡号后四位": "tail",
        "交易地金额": "ignored",
    },
    needed={"booked": "记账日", "memo": "交易摘要", "amount": "人民币金额"},
    own=frozenset({"人民币金额"}),
    is_card=True,
    leaves_out_years=True,
)

TABLE = BankTable(kind="CMB", source=Source.CMB, dialects=(ACCOUNT, OLDER_ACCOUNT, CARD))
PAGES = BankPages(kind="CMB_PDF", source=Source.CMB, dialects=TABLE.dialects)
