"""ABC (农业银行): the account's list; some rows tell no time, and the amount tells its sign."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect
from borrowers.connectors.statements.printed import BankPages

TITLE = re.compile("农业银行|Agricultural Bank of China|AGRICULTURAL BANK OF CHINA")

ACCOUNT = Dialect(
    name="ABC_DEBIT",
    source=Source.ABC,
    title=TITLE,
    names={
        "交易日期": "day",
        "日期": "day",
        "交易时间": "clock",
        "时间": "clock",
        "交易摘要": "type",
        "摘要": "type",
        "交易金额": "amount",
        "本次余额": "balance",
        "余额": "balance",
        "对手信息": "party",
        "对方户名": "party",
        "对方账号": "party_account",
        "日志号": "id",
        "交易渠道": "way",
        "渠道": "way",
        "交易附言": "note",
        "附言": "note",
    },
    needed={"day": "交易日期", "amount": "交易金额", "balance": "本次余额"},
    own=frozenset({"本次余额", "日志号"}),
)
CARD = Dialect(
    name="ABC_CREDIT",
    source=Source.ABC,
    title=TITLE,
    names={
        "交易日": "day",
        "交易日期": "day",
        "入账日": "booked",
        "入账日期": "booked",
        "卡号后四位": "tail",
        "卡号末四位": "tail",
        "交易摘要": "memo",
        "交易地点": "place",
        "交易金额/币种": "ignored",
        "交易金额": "ignored",
        "入账金额/币种": "amount",
        "入账金额": "amount",
    },
    needed={"day": "交易日", "memo": "交易摘要", "amount": "入账金额/币种"},
    is_card=True,
)

TABLE = BankTable(kind="ABC", source=Source.ABC, dialects=(ACCOUNT, CARD))
PAGES = BankPages(kind="ABC_PDF", source=Source.ABC, dialects=TABLE.dialects)
