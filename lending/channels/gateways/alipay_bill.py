"""The daily bills of Alipay as statement lines: trades and refunds, and transfers that left.

A bill is a ZIP archive of CSV files in GB18030, whose cells end in tabs and whose remarks begin
with a hash. A row that cannot be read makes the whole bill unreadable.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count

from lending.channels.contracts import StatementLine, is_plain
from lending.channels.gateways.orders import fee_of, fen_of

KINDS = ("trade", "signcustomer")
MOST_UNPACKED_BYTES = 128 * 1024 * 1024
ROWS_OF_A_DAY = 1_000_000_000
MOST_LETTERS = 64
TRADED = {"支付宝交易号", "商户订单号", "业务类型", "订单金额(元)", "退款批次号/请求号"}
FLOWED = {"业务流水号", "商户订单号", "支出金额(-元)", "业务类型"}
SUMMED_UP = "汇总"
REFUND, TRADE, TRANSFER, FEE = "退款", "交易", "转账", "服务费(元)"

Row = Mapping[str, str]


class BillUnreadable(ValueError):
    """The file is not the bill that we know how to read."""


def lines(archives: Sequence[bytes], *, day: date) -> list[StatementLine] | None:
    """Every movement of the day, numbered within it; None where a row cannot be read."""
    number = count(int(day.strftime("%Y%m%d")) * ROWS_OF_A_DAY + 1)
    traded, flowed = archives
    try:
        found = [
            *(_trade(row, next(number)) for row in rows(traded, needed=TRADED)),
            *(
                _transfer(row, next(number))
                for row in rows(flowed, needed=FLOWED)
                if row["业务类型"] == TRANSFER and row["支出金额(-元)"]
            ),
        ]
    except BillUnreadable:
        return None
    words = (word for line in found for word in (line.out_trade_no, line.bank_reference))
    return found if all(is_plain(word, most=MOST_LETTERS) for word in words) else None


def rows(archive: bytes, *, needed: set[str]) -> Iterator[Row]:
    """The rows of the one file with details. Raises BillUnreadable; nothing at all is no row."""
    if not archive:
        return
    text = _details(archive)
    if not text.rstrip().splitlines()[-1:] or not text.rstrip().splitlines()[-1].startswith("#"):
        # Remarks stand at the end of every bill: without them the file was cut.
        raise BillUnreadable
    told = [each for each in text.splitlines() if each.strip() and not each.startswith("#")]
    try:
        table = csv.reader(told, strict=True)
        names = [_plain(cell).replace("（", "(").replace("）", ")") for cell in next(table)]
        if not needed <= set(names):
            raise BillUnreadable
        for cells in table:
            yield dict(zip(names, map(_plain, cells), strict=True))
    except (csv.Error, StopIteration, ValueError) as failure:
        raise BillUnreadable from failure


def _details(archive: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            (found,) = (each for each in file.infolist() if SUMMED_UP not in _name(each))
            if found.file_size > MOST_UNPACKED_BYTES:
                raise BillUnreadable
            with file.open(found) as member:
                return member.read(MOST_UNPACKED_BYTES + 1).decode("gb18030")
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
        raise BillUnreadable
    if fee_fen is None or fee_fen > amount_fen:
        raise BillUnreadable
    return StatementLine(
        id=number,
        out_trade_no=row["退款批次号/请求号" if is_refund else "商户订单号"],
        bank_reference=row["支付宝交易号"],
        kind="PAY_OUT" if is_refund else "COLLECT",
        account="",
        amount_fen=amount_fen,
        fee_fen=-fee_fen if is_refund else fee_fen,
    )


def _transfer(row: Row, number: int) -> StatementLine:
    amount_fen = fen_of(row["支出金额(-元)"].removeprefix("-"))
    if not amount_fen:
        raise BillUnreadable
    return StatementLine(
        id=number,
        out_trade_no=row["商户订单号"],
        bank_reference=row["业务流水号"],
        kind="PAY_OUT",
        account="",
        amount_fen=amount_fen,
    )
