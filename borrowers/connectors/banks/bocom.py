"""BoCom (交通银行): the account's list with `借 Dr` and `贷 Cr`, and the card's `CNY 123.18`."""

import re

from borrowers.connectors.contracts import Source
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect
from borrowers.connectors.statements.printed import BankPages

TITLE = re.compile("交通银行|Bank of Communications|BANK OF COMMUNICATIONS")

ACCOUNT = Dialect(
    name="BOCOM_DEBIT",
    source=Source.BOCOM,
    title=TITLE,
    names={
        "序号": "ignored",
        "交易日期": "day",
        "交易时间": "clock",
        "交易类型": "type",
        "交易方式": "type",
        "借贷": "flag",
        "借贷状态": "flag",
        "借贷标志": "flag",
        "交易金额": "amount",
        "余额": "balance",
        "币种": "currency",
        "对方账号": "party_account",
        "对方户名": "party",
        "交易地点": "place",
        "摘要": "note",
        "TransDate": "day",
        "TransTime": "clock",
        "TradingType": "type",
        "DcFlg": "flag",
        "TransAmt": "amount",
        "Balance": "balance",
        "PaymentReceiptAccount": "party_account",
        "PaymentReceiptAccountName": "party",
        "TradingPlace": "place",
        "Abstract": "note",
    },
    needed={"day": "交易日期", "flag": "借贷", "amount": "交易金额", "balance": "余额"},
    own=frozenset({"借贷", "交易地点", "对方户名"}),
)
CARD = Dialect(
    name="BOCOM_CREDIT",
    source=Source.BOCOM,
    title=TITLE,
    names={
        "交易日期": "day",
        "TransactionDate": "day",
        "记账日期": "booked",
        "PostingDate": "booked",
        "卡末四位": "tail",
        "卡号末四位": "tail",
        "CardNumber(Last4digits)": "tail",
        "交易说明": "memo",
        "DescriptionofTransaction": "memo",
        "交易币种/金额": "ignored",
        "TransactionCurr/Amt": "ignored",
        "入账币种/金额": "amount",
        "清算币种/金额": "amount",
        "入账金额": "amount",
        "PaymentCurr/Amt": "amount",
    },
    needed={"day": "交易日期", "memo": "交易说明", "amount": "入账币种/金额"},
    own=frozenset({"交易说明", "交易币种/金额"}),
    is_card=True,
    leaves_out_years=True,
)

TABLE = BankTable(kind="BOCOM", source=Source.BOCOM, dialects=(ACCOUNT, CARD))
PAGES = BankPages(kind="BOCOM_PDF", source=Source.BOCOM, dialects=TABLE.dialects)
