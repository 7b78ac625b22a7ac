"""The record of social insurance: a line for each month and kind of insurance, as pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from simulation.bills.banks.entries import Account
from simulation.bills.banks.printed import Column, Form, printed
from simulation.bills.containers.pages import Placed
from simulation.bills.records import yuan

# Kind: what employer and employee pay, in thousandths of the base.
KINDS = {
    "养老保险": (160, 80),
    "医疗保险": (98, 20),
    "失业保险": (5, 5),
    "工伤保险": (4, 0),
    "生育保险": (8, 0),
}
FORM = Form(
    "社会保险个人权益记录单（参保缴费证明）",
    (
        Column("缴费年月", 30, 56),
        Column("险种", 88, 56),
        Column("缴费基数", 146, 66),
        Column("单位缴纳额", 214, 66),
        Column("个人缴纳额", 282, 66),
        Column("参保单位", 350, 110),
        Column("参保状态", 462, 56),
        Column("参保地", 520, 60),
    ),
    8, 190, 90, 16, 9, 595, 842,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Month:
    """A month in which somebody was insured."""

    first_day: date
    base_fen: int
    employer: str
    status: str = "正常缴费"


def statement(months: Sequence[Month], holder: Account, *, place: str = "虚构市") -> bytes:
    """Months without insurance have no line, as in the real record."""
    rows = [row for month in months for row in lines(month, place)]

    def head(number: int, count: int) -> list[Placed]:
        page = [Placed(520, 812, f"第{number}页 共{count}页", 7)]
        return page if number > 1 else [*page, *about(months, holder, place)]

    return printed(FORM, rows, head)


def about(months: Sequence[Month], holder: Account, place: str) -> Iterator[Placed]:
    yield Placed(170, 60, FORM.title, 13)
    yield Placed(30, 96, f"姓名：{holder.holder}", 9)
    yield Placed(300, 96, f"社会保障号码：{holder.masked}", 9)
    yield Placed(30, 116, f"参保地：{place}", 9)
    yield Placed(300, 116, f"累计缴费月数：{len(months)}", 9)
    yield Placed(30, 136, f"验证码：SPECIMEN{holder.tail}", 9)
    if months:
        first, last = months[0].first_day, months[-1].first_day
        yield Placed(300, 136, f"起止年月：{first:%Y-%m} 至 {last:%Y-%m}", 9)


def lines(month: Month, place: str) -> Iterator[Sequence[str]]:
    for kind, (employer, own) in KINDS.items():
        yield (
            f"{month.first_day:%Y%m}",
            kind,
            yuan(month.base_fen),
            yuan(month.base_fen * employer // 1000),
            yuan(month.base_fen * own // 1000),
            month.employer,
            month.status,
            place,
        )
