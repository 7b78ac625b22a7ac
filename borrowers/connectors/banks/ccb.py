"""CCB (建设银行): the XLS of an account, and the card's list."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect

TITLE = re.compile("建设银行|China Construction Bank")

ACCOUNT = Dialect(
    name="CCB_DEBIT",
    source=Source.CCB,
    title=TITLE,
    names={
        "记账日": "booked",
        "记账日期": "booked",
        "交易日期": "day",
        "交易时间": "clock",
        "支出": "out",
        "收入": "in",
        "支出金额": "out",
        "收入金额": "in",
        "账户余额": "balance",
        "余额": "balance",
        "币种": "currency",
        "摘要": "type",
        "对方账号": "party_account",
        "对方户名": "party",
        "交易地点": "place",
        "交易地点/附言": "place",
        "附言": "note",
    },
    needed={"day": "交易日期", "out": "支出", "in": "收入"},
    own=frozenset({"记账日", "账户余额", "支出", "收入"}),
)
CARD = Dialect(
    name="CCB_CREDIT",
    source=Source.CCB,
    title=TITLE,
    names={
        "交易日": "day",
        "交易日期": "day",
        "记账日": "booked",
        "银行记账日": "booked",
        "入账日期": "booked",
        "卡号后四位": "tail",
        "卡号末四位": "tail",
        "交易描述": "memo",
        "交易说明": "memo",
        "交易币/金额": "ignored",
        "结算币/金额": "amount",
        "结算金额": "amount",
        "结算币": "currency",
    },
    needed={"day": "交易日", "memo": "交易描述", "amount": "结算币/金额"},
    is_card=True,
)

TABLE = BankTable(kind="CCB", source=Source.CCB, dialects=(ACCOUNT, CARD))
