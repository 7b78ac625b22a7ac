"""Social insurance: 个人权益记录单 and 参保缴费证明, printed or as a table.

One row tells a month of one insurance. The person's number and name stay in the file; what is taken
is who paid in, on what base, and how much. A month that is missing between two others is told by
the event behind it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from borrowers.behaviour.contracts import Metrics
from borrowers.connectors.contracts import (
    BillReading,
    Cell,
    Document,
    Pages,
    Precision,
    Quarantined,
    Sheet,
    Source,
)
from borrowers.connectors.header import (
    FIRST_YEAR,
    LAST_YEAR,
    RowUnreadable,
    Table,
    amount_fen,
    find,
    text,
)
from borrowers.connectors.records import printed
from borrowers.connectors.records.facts import Fact, Paper, reading_of
from borrowers.connectors.refusals import UnknownLayout

TITLE = re.compile("社会保险|社保|个人权益记录单|参保缴费|参保证明")
NAMES = {
    "缴费年月": "month",
    "费款所属期": "month",
    "所属年月": "month",
    "缴费月份": "month",
    "险种": "insurance",
    "险种类型": "insurance",
    "险种名称": "insurance",
    "缴费基数": "base",
    "缴费基数(元)": "base",
    "单位缴纳额": "employer",
    "单位缴费金额": "employer",
    "单位缴纳额(元)": "employer",
    "单位缴费(元)": "employer",
    "单位缴费": "employer",
    "个人缴纳额": "personal",
    "个人缴费金额": "personal",
    "个人缴纳额(元)": "personal",
    "个人缴费(元)": "personal",
    "个人缴费": "personal",
    "参保单位": "unit",
    "单位名称": "unit",
    "缴费单位": "unit",
    "状态": "state",
    "缴费状态": "state",
    "参保状态": "state",
    "缴费标志": "state",
}
NEEDED = {"month": "缴费年月", "insurance": "险种", "base": "缴费基数", "personal": "个人缴纳额"}
INSURANCES = (
    ("PENSION", "养老"),
    ("MEDICAL", "医疗"),
    ("UNEMPLOYMENT", "失业"),
    ("INJURY", "工伤"),
    ("MATERNITY", "生育"),
)
STATES = (
    ("BACKPAID", ("补缴", "补收")),
    ("PAUSED", ("暂停", "中断", "停保", "未缴", "欠费", "欠缴")),
    ("PAID", ("正常", "已缴", "足额", "到账", "参保缴费", "实缴")),
)
MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?", re.ASCII)
CODE = re.compile(r"(?:验证码|校验码|防伪码|授权码|查验码)[:：]?\s*([A-Za-z0-9]{6,40})")
MONTHS_OF_A_YEAR = 12


class SocialInsurance:
    """What the table and the printed record share."""

    version: str = "1"
    source: Source = Source.SOCIAL_INSURANCE
    purpose: str = "SOCIAL_INSURANCE"

    def of_sheet(self, sheet: Sheet, dialect: str) -> BillReading:
        header = find(sheet.rows, NAMES, NEEDED)
        if header is None or (missing := header.missing(NEEDED)):
            raise UnknownLayout(columns=", ".join(missing if header else NEEDED.values()))
        table = Table(sheet, NAMES, header)
        facts: list[Fact] = []
        quarantined: list[Quarantined] = []
        for row_number, cells in table.rows():
            if sheet.container == "PDF" and not is_row(cells):
                continue
            try:
                facts.append(fact(row_number, cells))
            except RowUnreadable as unreadable:
                quarantined.append(Quarantined(row_number, unreadable.code))
        code = CODE.search("\n".join(table.notes) + "\n" + below(sheet, header.row_index))
        paper = Paper(
            source=self.source,
            dialect=dialect,
            encoding=sheet.encoding,
            version=self.version,
            verification_code=code.group(1) if code else "",
        )
        return reading_of(with_gaps(facts), quarantined, paper)


class InsuranceTable(SocialInsurance):
    """CSV or XLSX."""

    kind: str = "INSURANCE_TABLE"
    reads: type[Document] = Sheet

    def recognises(self, sheet: Sheet) -> bool:
        """By its column names."""
        header = find(sheet.rows, NAMES, NEEDED)
        return header is not None and not header.missing(NEEDED)

    def read(self, sheet: Sheet) -> BillReading:
        return self.of_sheet(sheet, "INSURANCE_TABLE")


class InsurancePages(SocialInsurance):
    """The printed record."""

    kind: str = "INSURANCE_PAGES"
    reads: type[Document] = Pages

    def recognises(self, pages: Pages) -> bool:
        """By its title and its headings."""
        if not TITLE.search(printed.whole_text(pages)):
            return False
        header = find(printed.as_sheet(pages, NAMES).rows, NAMES, NEEDED)
        return header is not None and not header.missing(NEEDED)

    def read(self, pages: Pages) -> BillReading:
        return self.of_sheet(printed.as_sheet(pages, NAMES), "INSURANCE_PAGES")


def is_row(cells: Mapping[str, Cell]) -> bool:
    """A line of a printed table, not one of the words around it that its headings cut to pieces."""
    words = text(cells.get("insurance"))
    has_insurance = any(mark in words for _, mark in INSURANCES)
    return has_insurance or MONTH.match(text(cells.get("month"))) is not None


def below(sheet: Sheet, header_at: int) -> str:
    """The words of the lines below the headings, in which a table cut them."""
    rows = sheet.rows[header_at + 1 :] if sheet.container == "PDF" else ()
    return "\n".join("".join(text(cell) for cell in row) for row in rows)


def fact(row_number: int, cells: Mapping[str, Cell]) -> Fact:
    """One month of one insurance. Raises RowUnreadable."""
    month = month_of(cells.get("month"))
    insurance = insurance_of(text(cells.get("insurance")))
    employer = cells.get("employer")
    figures: Metrics = {
        "insurance": insurance,
        "base_fen": paid(cells.get("base")),
        "employer_fen": paid(employer) if text(employer) else 0,
        "personal_fen": paid(cells.get("personal")),
        "state": state_of(text(cells.get("state"))),
    }
    unit = "".join(text(cells.get("unit")).split())
    return Fact(
        row_number=row_number,
        on=month,
        metrics=figures,
        identity=(month.isoformat(), unit, *figures.values()),
        precision=Precision.MONTH,
        counterparty=unit,
    )


def month_of(cell: Cell) -> date:
    """Raises RowUnreadable."""
    match = MONTH.match(text(cell))
    if match is None:
        raise RowUnreadable("TIME_UNREADABLE")
    year, month = int(match.group(1)), int(match.group(2))
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= MONTHS_OF_A_YEAR):
        raise RowUnreadable("TIME_OUT_OF_RANGE")
    return date(year, month, 1)


def insurance_of(words: str) -> str:
    """Raises RowUnreadable for what is no insurance that we know."""
    for code, mark in INSURANCES:
        if mark in words:
            return code
    raise RowUnreadable("INSURANCE_UNKNOWN")


def state_of(words: str) -> str:
    """What the paper says of the month; without a word it was paid."""
    if not words:
        return "PAID"
    return next((code for code, marks in STATES if any(each in words for each in marks)), "OTHER")


def paid(cell: Cell) -> int:
    """Raises RowUnreadable."""
    fen = amount_fen(cell)
    if fen < 0:
        raise RowUnreadable("AMOUNT_NEGATIVE")
    return fen


def with_gaps(facts: Sequence[Fact]) -> list[Fact]:
    """Each fact with the number of months that are missing before it, by insurance."""
    months: dict[object, list[date]] = {}
    for each in facts:
        if each.metrics["state"] != "PAUSED":
            months.setdefault(each.metrics["insurance"], []).append(each.on)
    return [replace(each, metrics=told(each, months)) for each in facts]


def told(fact: Fact, months: Mapping[object, Sequence[date]]) -> Metrics:
    earlier = [on for on in months.get(fact.metrics["insurance"], ()) if on < fact.on]
    missing = months_between(max(earlier), fact.on) - 1 if earlier else 0
    return {**fact.metrics, "months_missing": missing}


def months_between(first: date, second: date) -> int:
    return (second.year - first.year) * MONTHS_OF_A_YEAR + second.month - first.month


TABLE = InsuranceTable()
PAGES = InsurancePages()
