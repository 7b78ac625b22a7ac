"""The daily bills of Alipay as statement lines: trades and refunds, and transfers that left.

A bill is a ZIP archive of CSV files in GB18030, whose cells end in tabs and whose remarks begin
with a hash. A row that cannot be read is told as a hole beside the others; so is the end of a bill
that was cut, and a whole file that is no bill.
"""

import csv
import io
import zipfile
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

KINDS = ("trade", "signcustomer")
MOST_UNPACKED_BYTES = 128 * 1024 * 1024
TRADED = {"支付宝交易号", "商户订单号", "业务类型", "订单金额(元)", "退款批次号/请求号"}
FLOWED = {"业务流水号", "商户订单号", "支出金额(-元)", "业务类型"}
SUMMED_UP, REMARK = "汇总", "#"
REFUND, TRADE, TRANSFER, FEE = "退款", "交易", "转账", "服务费(元)"


def lines(archives: Sequence[bytes], *, day: date) -> tuple[Told, ...]:
    """Every movement of the day, numbered by its row, and every hole."""
    traded, flowed = archives
    return (
        *told(rows(traded, needed=TRADED), day=day, file=0, read=_trade),
        *told(rows(flowed, needed=FLOWED), day=day, file=1, read=_transfer),
    )


def rows(archive: bytes, *, needed: set[str]) -> Iterator[Raw]:
    """The rows of the one file with details. Raises BillUnreadable; nothing at all is no row."""
    if not archive:
        return
    text = [each for each in _details(archive).split("\n") if each.strip()]
    told_lines = [each for each in text if not each.startswith(REMARK)]
    # Remarks stand at the end of every bill: without them the file was cut.
    if text and text[-1].startswith(REMARK):
        told_lines.append(REMARK)
    table = csv.reader(iter(told_lines), strict=True)
    yield from by_name(table, needed=needed, plain=_plain, is_end=_is_end)


def _is_end(cells: Sequence[str]) -> bool:
    return cells == [REMARK]


def _details(archive: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            (found,) = (each for each in file.infolist() if SUMMED_UP not in _name(each))
            if found.file_size > MOST_UNPACKED_BYTES:
                raise BillUnreadable
            with file.open(found) as member:
                return member.read(MOST_UNPACKED_BYTES + 1).decode("gb18030", "surrogateescape")
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError) as failure:
        raise BillUnreadable from failure


def _name(member: zipfile.ZipInfo) -> str:
    """Names in GBK that are not marked as such come out in the zip's own old letters."""
    if member.flag_bits & 0x800:
        return member.filename
    return member.filename.encode("cp437", "replace").decode("gb18030", "replace")


def _plain(cell: str) -> str:
    return cell.strip()


def _trade(row: Row, number: int) -> StatementLine:
    is_refund = row["业务类型"] == REFUND
    amount_fen = fen_of(row["订单金额(元)"].removeprefix("-" if is_refund else ""))
    fee_fen = fee_of(row.get(FEE, ""))
    if not amount_fen or row["业务类型"] not in {TRADE, REFUND}:
        raise RowUnreadable
    if fee_fen is None or fee_fen > amount_fen:
        raise RowUnreadable
    return StatementLine(
        id=number,
        out_trade_no=row["退款批次号/请求号" if is_refund else "商户订单号"],
        bank_reference=row["支付宝交易号"],
        kind="PAY_OUT" if is_refund else "COLLECT",
        account="",
        amount_fen=amount_fen,
        fee_fen=-fee_fen if is_refund else fee_fen,
    )


def _transfer(row: Row, number: int) -> StatementLine | None:
    insist_plain(row["业务类型"])
    if row["业务类型"] != TRANSFER or not row["支出金额(-元)"]:
        return None
    amount_fen = fen_of(row["支出金额(-元)"].removeprefix("-"))
    if not amount_fen:
        raise RowUnreadable
    return StatementLine(
        id=number,
        out_trade_no=row["商户订单号"],
        bank_reference=row["业务流水号"],
        kind="PAY_OUT",
        account="",
        amount_fen=amount_fen,
    )


__all__ = ["BillUnreadable", "lines", "rows"]
