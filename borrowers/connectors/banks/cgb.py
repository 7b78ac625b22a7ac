"""CGB (广发银行): the card's list, which begins every text with its kind, and the account's."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect
from borrowers.connectors.statements.printed import BankPages

TITLE = re.compile("广发银行|广发卡|China Guangfa Bank|CGB")

CARD = Dialect(
    name="CGB_CREDIT",
    source=Source.CGB,
    title=TITLE,
    names={
        "交易日期": "day",
        "入账日期": "booked",
        "交易摘要": "memo",
        "交易金额": "ignored",
        "交易货币": "ignored",
        "入账金额": "amount",
        "入账货币": "currency",
        "卡号末四位": "tail",
    },
    needed={"day": "交易日期", "memo": "交易摘要", "amount": "入账金额"},
    own=frozenset({"入账金额", "入账货币"}),
    is_card=True,
)
ACCOUNT = Dialect(
    name="CGB_DEBIT",
    source=Source.CGB,
    title=TITLE,
    names={
        "交易日期": "day",
        "交易时间": "clock",
        "收入": "in",
        "支出": "out",
        "收入金额": "in",
        "支出金额": "out",
        "账户余额": "balance",
        "余额": "balance",
        "对方户名": "party",
        "对方姓名": "party",
        "对方账号": "party_account",
        "摘要": "type",
        "交易摘要": "type",
        "附言": "note",
        "备注": "note",
        "交易渠道": "way",
        "币种": "currency",
    },
    needed={"day": "交易日期", "in": "收入", "out": "支出"},
)

TABLE = BankTable(kind="CGB", source=Source.CGB, dialects=(CARD, ACCOUNT))
PAGES = BankPages(kind="CGB_PDF", source=Source.CGB, dialects=TABLE.dialects)
