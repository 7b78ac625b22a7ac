"""BOC (中国银行): the account's list with its card in every row, and the card's two columns."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect
from borrowers.connectors.statements.printed import BankPages

TITLE = re.compile("中国银行(?!业|保险)|BANK OF CHINA|Bank of China")

ACCOUNT = Dialect(
    name="BOC_DEBIT",
    source=Source.BOC,
    title=TITLE,
    names={
        "记账日期": "day",
        "交易日期": "day",
        "记账时间": "clock",
        "交易时间": "clock",
        "币别": "currency",
        "币种": "currency",
        "金额": "amount",
        "交易金额": "amount",
        "余额": "balance",
        "交易后余额": "balance",
        "交易名称": "type",
        "业务摘要": "type",
        "渠道": "way",
        "网点名称": "ignored",
        "附言": "note",
        "对方账户名": "party",
        "对方账户名称": "party",
        "对方卡号/账号": "party_account",
        "对方账户账号": "party_account",
        "对方开户行": "ignored",
        "借记卡号": "tail",
    },
    needed={"day": "记账日期", "amount": "金额", "balance": "余额", "type": "交易名称"},
    own=frozenset({"交易名称", "对方账户名"}),
)
CARD = Dialect(
    name="BOC_CREDIT",
    source=Source.BOC,
    title=TITLE,
    names={
        "交易日": "day",
        "交易日期": "day",
        "银行记账日": "booked",
        "记账日": "booked",
        "记账日期": "booked",
        "卡号后四位": "tail",
        "卡号末四位": "tail",
        "交易描述": "memo",
        "存入": "in",
        "支出": "out",
        "币种": "currency",
        "货币": "currency",
    },
    needed={"day": "交易日", "memo": "交易描述", "in": "存入", "out": "支出"},
    own=frozenset({"存入", "支出", "交易描述"}),
    is_card=True,
    leaves_out_years=True,
)

TABLE = BankTable(kind="BOC", source=Source.BOC, dialects=(ACCOUNT, CARD))
PAGES = BankPages(kind="BOC_PDF", source=Source.BOC, dialects=TABLE.dialects)
