"""CITIC (中信银行): the card's XLS, one sheet per currency, and the account's list."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect

TITLE = re.compile("中信银行|CITIC")

CARD = Dialect(
    name="CITIC_CREDIT",
    source=Source.CITIC,
    title=TITLE,
    names={
        "交易日期": "day",
        "入账日期": "booked",
        "交易描述": "memo",
        "卡末四位": "tail",
        "交易币种": "ignored",
        "结算币种": "currency",
        "交易金额": "ignored",
        "结算金额": "amount",
    },
    needed={"day": "交易日期", "memo": "交易描述", "amount": "结算金额"},
    own=frozenset({"结算金额", "交易描述"}),
    is_card=True,
)
ACCOUNT = Dialect(
    name="CITIC_DEBIT",
    source=Source.CITIC,
    title=TITLE,
    names={
        "交易日期": "day",
        "交易时间": "clock",
        "收入金额": "in",
        "支出金额": "out",
        "收入": "in",
        "支出": "out",
        "账户余额": "balance",
        "余额": "balance",
        "对方户名": "party",
        "对方账号": "party_account",
        "摘要": "type",
        "交易摘要": "type",
        "备注": "note",
        "受理机构": "way",
        "币种": "currency",
    },
    needed={"day": "交易日期", "in": "收入金额", "out": "支出金额"},
)

TABLE = BankTable(kind="CITIC", source=Source.CITIC, dialects=(CARD, ACCOUNT))
