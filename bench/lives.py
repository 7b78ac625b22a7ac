"""Bills of people who do not exist, of a certain length."""

from datetime import timedelta

from common import clock
from common.periods import SHANGHAI, add_months
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months

MONTHS = 7
INCOME_FEN = 1_150_000


def bill_of(*, rows: int, seed: int) -> bytes:
    """The latest `rows` payments of somebody with a salary, up to yesterday."""
    today = clock.shanghai_today()
    records = ordinary_months(
        seed=seed,
        first_day=add_months(today, -MONTHS).replace(day=1),
        months=MONTHS + 1,
        monthly_income_fen=INCOME_FEN,
    )
    lived = [each for each in records if each.at.astimezone(SHANGHAI).date() < today]
    latest = lived[-rows:]
    assert len(latest) == rows
    assert latest[-1].at - latest[0].at > timedelta(days=120)
    return write(latest, layout=Layout.WECHAT_XLSX_2026)
