"""The daily bills of WeChat Pay as statement lines: trades and refunds, and transfers that left.

A bill is CSV whose every cell begins with a grave accent; after the rows come a line of names and
a line of sums. A row that cannot be read is told as a hole beside the others; so is the end of a
bill that was cut, and a whole file that is no bill.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Sequence
from datetime import date

from lending.channels.contracts import StatementLine, Told
from lending.channels.gateways.bills import (
    BillUnreadable,
    Raw,
    Row,
    RowUnreadable,
    by_name,
    insist_plain,
    told,
)
from lending.channels.gateways.orders import fee_of, fen_of

MOST_UNPACKED_BYTES = 128 * 1024 * 1024
SUMS = ("总交易单数", "资金流水总笔数")
TRADED = {"微信订单号", "商户订单号", "交易状态", "货币种类", "订单金额", "微信退款单号",
          "商户退款单号", "退款金额"}  # fmt: skip
FLOWED = {"微信支付业务单号", "业务名称", "收支类型", "收支金额(元)", "业务凭证号"}
TRANSFER, FEE = "转账", "手续费"


def unpacked(packed: bytes, *, sha1: str) -> bytes | None:
    """The bill out of its gzip file, whose digest WeChat has signed; None where they differ."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            found = file.read(MOST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        return None
    digest = hashlib.sha1(found, usedforsecurity=False).hexdigest()
    return found if len(found) <= MOST_UNPACKED_BYTES and digest == sha1.lower() else None


def lines(traded: bytes, flowed: bytes, *, day: date) -> tuple[Told, ...]:
    """Every movement of the day, numbered by its row, and every hole."""
    return (
        *told(rows(traded, needed=TRADED), day=day, file=0, read=_trade),
        *told(rows(flowed, needed=FLOWED), day=day, file=1, read=_transfer),
    )


def rows(content: bytes, *, needed: set[str]) -> Iterator[Raw]:
    """The rows above the sums. Raises BillUnreadable; nothing at all is no row."""
    if not content:
        return
    # A byte that is none spoils the cell that it stands in, and no other.
    text = content.decode("utf-8-sig", "surrogateescape")
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    yield from by_name(table, needed=needed, plain=_plain, is_end=_is_end)


def _is_end(cells: Sequence[str]) -> bool:
    return bool(cells) and _plain(cells[0]) in SUMS


def _plain(cell: str) -> str:
    return cell.strip().removeprefix("`").strip()


def _trade(row: Row, number: int) -> StatementLine:
    is_refund = row["交易状态"] == "REFUND"
    amount_fen = fen_of(row["退款金额" if is_refund else "订单金额"])
    fee_fen = fee_of(row.get(FEE, ""))
    if not amount_fen or row["货币种类"] != "CNY" or fee_fen is None or fee_fen > amount_fen:
        raise RowUnreadable
    insist_plain(row["交易状态"])
    return StatementLine(
        id=number,
        out_trade_no=row["商户退款单号" if is_refund else "商户订单号"],
        bank_reference=row["微信退款单号" if is_refund else "微信订单号"],
        kind="PAY_OUT" if is_refund else "COLLECT",
        account="",
        amount_fen=amount_fen,
        fee_fen=-fee_fen if is_refund else fee_fen,
    )


def _transfer(row: Row, number: int) -> StatementLine | None:
    insist_plain(row["业务名称"], row["收支类型"])
    if TRANSFER not in row["业务名称"] or row["收支类型"] != "支出":
        return None
    amount_fen = fen_of(row["收支金额(元)"])
    if not amount_fen:
        raise RowUnreadable
    return StatementLine(
        id=number,
        out_trade_no=row["业务凭证号"],
        bank_reference=row["微信支付业务单号"],
        kind="PAY_OUT",
        account="",
        amount_fen=amount_fen,
    )


__all__ = ["BillUnreadable", "lines", "rows", "unpacked"]
