"""Statements as pages: CMB, BOC, ABC and BoCom, with their columns where the banks print them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from simulation.bills.banks import abc, boc, bocom, cmb
from simulation.bills.banks.entries import (
    Account,
    Entry,
    newest_first,
    oldest_first,
    total_in,
    total_out,
)
from simulation.bills.containers.pages import Placed, pdf, width_of, wrapped
from simulation.bills.containers.tables import grouped

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its words in the head, where it begins, how wide it is."""

    words: str
    left: float
    width: float
    below: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """How a bank prints: the columns, and where things stand on a page."""

    title: str
    columns: Sequence[Column]
    size: float
    first_top: float
    next_top: float
    row_height: float
    line_height: float
    width: int
    height: int
    is_centred: bool = False
    bottom: float = 60


CMB = Form(
    "招商银行交易流水",
    (
        Column("记账日期", 36, 52, "Date"),
        Column("货币", 88.3, 47, "Currency"),
        Column("交易金额", 135.4, 78, "Amount"),
        Column("联机余额", 213.8, 78, "Balance"),
        Column("交易摘要", 292.2, 83, "Transaction Type"),
        Column("对手信息", 375.8, 104, "Counter Party"),
        Column("客户摘要", 480.3, 80, "Customer Type"),
    ),
    8.25, 254, 90, 26.25, 12, 595, 842,
)  # fmt: skip
BOC = Form(
    "中国银行交易流水明细清单",
    (
        Column("记账日期", 34, 60),
        Column("记账时间", 96, 60),
        Column("币别", 158, 50),
        Column("金额", 210, 62),
        Column("余额", 274, 62),
        Column("交易名称", 338, 54),
        Column("渠道", 394, 50),
        Column("网点名称", 446, 70),
        Column("附言", 518, 72),
        Column("对方账户名", 592, 72),
        Column("对方卡号/账号", 666, 70),
        Column("对方开户行", 738, 80),
    ),
    7, 141, 141, 26, 8, 842, 595, is_centred=True,
)  # fmt: skip
ABC = Form(
    "中国农业银行账户活期交易明细清单",
    (
        Column("交易日期", 28, 52),
        Column("交易时间", 80, 44),
        Column("交易摘要", 124, 52),
        Column("交易金额", 176, 62),
        Column("本次余额", 238, 62),
        Column("对手信息", 300, 92),
        Column("日志号", 392, 52),
        Column("交易渠道", 444, 44),
        Column("交易附言", 488, 84),
    ),
    7, 140, 140, 28, 8.5, 595, 842,
)  # fmt: skip
BOCOM = Form(
    "交通银行个人客户交易清单",
    (
        Column("序号", 24, 24),
        Column("交易日期", 50, 54),
        Column("交易时间", 106, 46),
        Column("交易类型", 154, 62),
        Column("借贷", 218, 34),
        Column("交易金额", 254, 62),
        Column("余额", 318, 66),
        Column("对方账号", 386, 96),
        Column("对方户名", 484, 100),
        Column("交易地点", 586, 72),
        Column("摘要", 660, 160),
    ),
    7, 150, 150, 27, 8.5, 842, 595,
)  # fmt: skip


def cmb_debit(entries: Sequence[Entry], account: Account) -> bytes:
    rows = [cmb.cells(each) for each in oldest_first(entries)]
    return printed(CMB, rows, cmb_head(entries, account))


def boc_debit(entries: Sequence[Entry], account: Account) -> bytes:
    rows = [boc.debit_cells(each, account)[:-1] for each in newest_first(entries)]
    return printed(BOC, rows, boc_head(entries, account))


def abc_debit(entries: Sequence[Entry], account: Account) -> bytes:
    rows = [abc.cells(each) for each in oldest_first(entries)]
    return printed(ABC, rows, abc_head(entries, account))


def bocom_debit(entries: Sequence[Entry], account: Account) -> bytes:
    rows = [bocom.cells(number, each) for number, each in enumerate(oldest_first(entries), 1)]
    return printed(BOCOM, rows, bocom_head(entries, account))


Head = Callable[[int, int], list[Placed]]


def printed(form: Form, rows: Sequence[Cells], head: Head) -> bytes:
    """Title, what the bank says about the account, and the rows, page after page."""
    sheets = list(paged(form, rows))
    pages = [
        [*head(number, len(sheets)), *heading(form, number), *body(form, sheet, number)]
        for number, sheet in enumerate(sheets, start=1)
    ]
    return pdf(pages, title=form.title, width=form.width, height=form.height)


def top_of(form: Form, number: int) -> float:
    return form.first_top if number == 1 else form.next_top


def paged(form: Form, rows: Sequence[Cells]) -> Iterator[Sequence[Cells]]:
    """As many rows as a page holds; a row is never cut in two."""
    start, number = 0, 1
    while start < len(rows) or number == 1:
        room = form.height - form.bottom - top_of(form, number) - form.row_height
        fits = int(room // form.row_height)
        yield rows[start : start + fits]
        start, number = start + fits, number + 1


def heading(form: Form, number: int) -> Iterator[Placed]:
    top = top_of(form, number)
    for column in form.columns:
        yield Placed(aligned(form, column, column.words), top, column.words, form.size)
        if column.below:
            yield Placed(
                aligned(form, column, column.below), top + form.line_height, column.below, 6
            )


def body(form: Form, rows: Sequence[Cells], number: int) -> Iterator[Placed]:
    top = top_of(form, number) + form.row_height
    for row in rows:
        for column, cell in zip(form.columns, row, strict=False):
            yield from lines_of(form, column, cell, top)
        top += form.row_height


def lines_of(form: Form, column: Column, cell: str, top: float) -> Iterator[Placed]:
    """The cell's lines around the middle of its row, or from it down where a bank does so."""
    lines = wrapped(cell, column.width - 3, form.size)[:3] if cell else []
    start = top if form.is_centred else top - (len(lines) - 1) * form.line_height / 2
    for index, line in enumerate(lines):
        place = start + index * form.line_height
        yield Placed(aligned(form, column, line), place, line, form.size)


def aligned(form: Form, column: Column, words: str) -> float:
    if not form.is_centred:
        return column.left
    return column.left + (column.width - width_of(words, form.size)) / 2


def span(entries: Sequence[Entry]) -> tuple[str, str]:
    ordered = oldest_first(entries)
    return f"{ordered[0].wall:%Y-%m-%d}", f"{ordered[-1].wall:%Y-%m-%d}"


def cmb_head(entries: Sequence[Entry], account: Account) -> Head:
    first, last = span(entries)

    def head(number: int, count: int) -> list[Placed]:
        page = [Placed(540, 812, f"{number}/{count}")]
        if number > 1:
            return page
        return [
            *page,
            Placed(264, 62, "招商银行交易流水", 8.25),
            Placed(204, 81, "Transaction Statement of China Merchants Bank", 8.25),
            Placed(248, 99, f"{first} -- {last}", 8.25),
            Placed(36, 137, f"户    名：{account.holder}", 8.25),
            Placed(36, 156, "Name", 8.25),
            Placed(36, 174, "账户类型：ALL/全币种", 8.25),
            Placed(36, 193, "Account Type", 8.25),
            Placed(36, 212, f"申请时间：{last} 23:59:59", 8.25),
            Placed(261, 137, f"账号：{account.number}", 8.25),
            Placed(261, 156, "Account No", 8.25),
            Placed(261, 174, "开 户 行：示例支行（虚构）", 8.25),
            Placed(261, 212, f"验 证 码：SPECIMEN{account.tail}", 8.25),
            Placed(261, 231, "Verification Code", 8.25),
        ]

    return head


def boc_head(entries: Sequence[Entry], account: Account) -> Head:
    first, last = span(entries)

    def head(number: int, count: int) -> list[Placed]:
        return [
            Placed(283, 52, "中国银行交易流水明细清单", 20),
            Placed(32, 87, f"交易区间： {first}", 9),
            Placed(134, 87, f"至 {last}", 9),
            Placed(204, 87, f"客户姓名： {account.holder}", 9),
            Placed(366, 87, f"打印时间： {last.replace('-', '/')} 23:59:59", 9),
            Placed(573, 87, f"页数: {number} / {count}", 9),
            Placed(32, 103, f"借记卡号： {account.masked}", 9),
            Placed(204, 103, f"借方发生数： {grouped(total_out(entries))}", 9),
            Placed(366, 103, f"贷方发生数： {grouped(total_in(entries))}", 9),
            Placed(573, 103, f"行数: {len(entries)}", 9),
            Placed(32, 120, f"账号： {account.masked}", 9),
            Placed(204, 120, "按收支筛选： 全部", 9),
            Placed(366, 120, "按币种筛选： 全部", 9),
        ]

    return head


def abc_head(entries: Sequence[Entry], account: Account) -> Head:
    first, last = span(entries)

    def head(number: int, count: int) -> list[Placed]:
        return [
            Placed(190, 50, "中国农业银行账户活期交易明细清单", 13),
            Placed(28, 80, f"户名：{account.holder}", 8),
            Placed(300, 80, f"账户：{account.number}", 8),
            Placed(28, 96, "币种：人民币", 8),
            Placed(300, 96, f"起止日期：{first}至{last}", 8),
            Placed(28, 112, f"电子流水号：SPECIMEN{account.tail}", 8),
            Placed(500, 820, f"第{number}页 共{count}页", 7),
        ]

    return head


def bocom_head(entries: Sequence[Entry], account: Account) -> Head:
    first, last = span(entries)

    def head(number: int, count: int) -> list[Placed]:
        return [
            Placed(330, 44, "交通银行个人客户交易清单", 13),
            Placed(24, 80, f"户名 Account Name: {account.holder}", 8),
            Placed(400, 80, f"账号/卡号 Account/Card No: {account.number}", 8),
            Placed(24, 98, f"查询起日 Query Starting Date: {first}", 8),
            Placed(400, 98, f"查询止日 Query Ending Date: {last}", 8),
            Placed(24, 116, "币种 Currency: CNY 人民币", 8),
            Placed(400, 116, f"验证码 Verification Code: SPECIMEN{account.tail}", 8),
            Placed(740, 574, f"{number}/{count}", 7),
        ]

    return head
