"""SPDB (浦发银行): the account's XLS, with day and time in one cell, and the card's list."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect

TITLE = re.compile("浦发银行|浦东发展银行|SPDB")

ACCOUNT = Dialect(
    name="SPDB_DEBIT",
    source=Source.SPDB,
    title=TITLE,
    names={
        "交易时间": "day",
        "交易日期": "day",
        "摘要": "type",
        "交易摘要": "type",
        "存入金额": "in",
        "存入": "in",
        "取出金额": "out",
        "支取金额": "out",
        "支出金额": "out",
        "取出": "out",
        "余额": "balance",
        "账户余额": "balance",
        "交易余额": "balance",
        "对方户名": "party",
        "对方姓名": "party",
        "对手姓名": "party",
        "对方账号": "party_account",
        "对方账户": "party_account",
        "对手账号": "party_account",
        "交易地点": "place",
        "附言": "note",
        "备注": "note",
        "交易流水号": "id",
    },
    needed={"day": "交易时间", "in": "存入金额", "out": "取出金额"},
    own=frozenset({"存入金额", "取出金额"}),
)
CARD = Dialect(
    name="SPDB_CREDIT",
    source=Source.SPDB,
    title=TITLE,
    names={
        "交易日期": "day",
        "记账日期": "booked",
        "交易摘要": "memo",
        "卡号末四位": "tail",
        "卡片类型": "ignored",
        "交易币种": "currency",
        "交易金额": "amount",
    },
    needed={"day": "交易日期", "memo": "交易摘要", "amount": "交易金额", "tail": "卡号末四位"},
    own=frozenset({"卡片类型", "卡号末四位", "记账日期"}),
    is_card=True,
)

TABLE = BankTable(kind="SPDB", source=Source.SPDB, dialects=(ACCOUNT, CARD))
