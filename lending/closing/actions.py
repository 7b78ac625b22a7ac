"""Closing a day: carry every active loan through it, post what it earned, open the next one.

Closing twice is once, and N workers are one: each loan carries the day it was brought to, and
the business date moves on only when no loan is left behind (DESIGN §5 invariant 7).
"""

from datetime import date, timedelta

from django.db import connection

from borrowers.messages import actions as messages
from common.actors import SYSTEM
from common.audit import actions as audit
from common.business_date import actions as business_date
from common.business_date import queries as business_dates
from common.transactions import durable
from lending.calc.contracts import LoanState
from lending.calc.fold import next_due
from lending.ledger import actions as ledger
from lending.ledger.contracts import Line
from lending.loans.models import Loan
from lending.loans.models import LoanState as Life
from lending.servicing import actions as servicing

RANGE_LOANS = 500
DUE_SOON_DAYS = 3
# One closing at a time moves the date; the others help with ranges and then find nothing to do.
CLOSING_LOCK = 4_201_002


def close_through(*, to: date) -> int:
    """Close day after day until the business date is `to`; how many days were closed.

    Opens the books on `to` where there are none. A day that is already open or past is no work.
    """
    if business_dates.current() is None:
        business_date.open_books(on=to)
        return 0
    days = 0
    while business_dates.today() < to:
        days += close(day=business_dates.today())
    return days


def close(*, day: date) -> bool:
    """Carry all loans through the day and open the next; False when somebody else did."""
    while carry_range(day=day):
        continue
    return _open_next(day=day)


@durable
def carry_range(*, day: date) -> int:
    """Carry one range of loans through the day and post their accruals as one entry.

    Loans that another worker or a repayment holds are left to the next call; the last ones are
    waited for.
    """
    loans = _claim(day, skip_locked=True) or _claim(day, skip_locked=False)
    lines: list[Line] = []
    for loan in loans:
        carried = servicing.bring_forward(loan=loan, through=day)
        lines += carried.lines
        _remind(loan, carried.state, day + timedelta(days=1))
    if loans:
        ledger.post(
            entry_key=f"accrual:{day.isoformat()}:{loans[0].pk}",
            business_date=day,
            kind="ACCRUAL",
            lines=lines,
        )
    return len(loans)


def _remind(loan: Loan, state: LoanState, opening: date) -> None:
    """Say on the day that opens what falls due within three days, once for each instalment.

    A payment may have carried the loan past one closing; the next one then still says it.
    """
    ahead = next_due(state, opening)
    if ahead is None or ahead.due_on > opening + timedelta(days=DUE_SOON_DAYS):
        return
    messages.send(
        borrower_id=loan.borrower_id,
        template="INSTALMENT_DUE_SOON",
        facts={
            "loan": loan.public_id,
            "amount_fen": ahead.outstanding_fen,
            "due_on": ahead.due_on.isoformat(),
        },
        message_key=f"due-soon:{loan.pk}:{ahead.number}",
    )


def _claim(day: date, *, skip_locked: bool) -> list[Loan]:
    behind = Loan.objects.filter(state=Life.ACTIVE, carried_through__lt=day)
    locked = behind.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    return list(locked.order_by("pk")[:RANGE_LOANS])


@durable
def _open_next(*, day: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLOSING_LOCK])
    if business_dates.today() != day:
        return False
    if Loan.objects.filter(state=Life.ACTIVE, carried_through__lt=day).exists():
        return False
    moved = business_date.advance(to=day + timedelta(days=1))
    audit.append(
        action="lending.day.closed",
        subject=f"day:{day.isoformat()}",
        by=SYSTEM,
        facts={"day": day.isoformat()},
    )
    return moved
