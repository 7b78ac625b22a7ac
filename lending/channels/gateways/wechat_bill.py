"""The daily bills of WeChat Pay as statement lines: trades and refunds, and transfers that left.

A bill is CSV whose every cell begins with a grave accent; after the rows come a line of names and
a line of sums. A row that cannot be read makes the whole bill unreadable: a statement with holes
would be compared as if it were whole.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count

from lending.channels.contracts import StatementLine, is_plain
from lending.channels.gateways.orders import fee_of, fen_of

MOST_UNPACKED_BYTES = 128 * 1024 * 1024
ROWS_OF_A_DAY = 1_000_000_000
MOST_LETTERS = 64
SUMS = ("总交易单数", "资金流水总笔数")
TRADED = {"微信订单号", "商户订单号", "交易状态", "货币种类", "订单金额", "微信退款单号",
          "商户退款单号", "退款金额"}  # fmt: skip
FLOWED = {"微信支付业务单号", "业务名称", "收支类型", "收支金额(元)", "业务凭证号"}
TRANSFER, FEE = "转账", "手续费"

Row = Mapping[str, str]


class BillUnreadable(ValueError):
    """The file is not the bill that we know how to read."""


def unpacked(packed: bytes, *, sha1: str) -> bytes | None:
    """The bill out of its gzip file, whose digest WeChat has signed; None where they differ."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            found = file.read(MOST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        return None
    digest = hashlib.sha1(found, usedforsecurity=False).hexdigest()
    return found if len(found) <= MOST_UNPACKED_BYTES and digest == sha1.lower() else None


def lines(traded: bytes, flowed: bytes, *, day: date) -> list[StatementLine] | None:
    """Every movement of the day, numbered within it; None where a row cannot be read."""
    number = count(int(day.strftime("%Y%m%d")) * ROWS_OF_A_DAY + 1)
    try:
        found = [
            *(_trade(row, next(number)) for row in rows(traded, needed=TRADED)),
            *(
                _transfer(row, next(number))
                for row in rows(flowed, needed=FLOWED)
                if TRANSFER in row["业务名称"] and row["收支类型"] == "支出"
            ),
        ]
    except BillUnreadable:
        return None
    words = (word for line in found for word in (line.out_trade_no, line.bank_reference))
    return found if all(is_plain(word, most=MOST_LETTERS) for word in words) else None


def rows(content: bytes, *, needed: set[str]) -> Iterator[Row]:
    """The rows above the sums, by name. Raises BillUnreadable; nothing at all is no row."""
    if not content:
        return
    try:
        table = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        names = [_plain(cell).replace("（", "(").replace("）", ")") for cell in next(table)]
        if not needed <= set(names):
            raise BillUnreadable
        for cells in table:
            if _plain(cells[0]) in SUMS:
                return
            if len(cells) != len(names):
                raise BillUnreadable
            yield dict(zip(names, map(_plain, cells), strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration, IndexError) as failure:
        raise BillUnreadable from failure
    # The sums stand at the end of every bill: without them the file was cut.
    raise BillUnreadable


def _plain(cell: str) -> str:
    return cell.strip().removeprefix("`").strip()


def _trade(row: Row, number: int) -> StatementLine:
    is_refund = row["交易状态"] == "REFUND"
    amount_fen = fen_of(row["退款金额" if is_refund else "订单金额"])
    fee_fen = fee_of(row.get(FEE, ""))
    if not amount_fen or row["货币种类"] != "CNY" or fee_fen is None or fee_fen > amount_fen:
        raise BillUnreadable
    return StatementLine(
        id=number,
        out_trade_no=row["商户退款单号" if is_refund else "商户订单号"],
        bank_reference=row["微信退款单号" if is_refund else "微信订单号"],
        kind="PAY_OUT" if is_refund else "COLLECT",
        account="",
        amount_fen=amount_fen,
        fee_fen=-fee_fen if is_refund else fee_fen,
    )


def _transfer(row: Row, number: int) -> StatementLine:
    amount_fen = fen_of(row["收支金额(元)"])
    if not amount_fen:
        raise BillUnreadable
    return StatementLine(
        id=number,
        out_trade_no=row["业务凭证号"],
        bank_reference=row["微信支付业务单号"],
        kind="PAY_OUT",
        account="",
        amount_fen=amount_fen,
    )
