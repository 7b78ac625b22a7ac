"""Leave to debit for tests, given through the real verb, and days opened as closing opens them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.business_date import actions as business_date
from common.business_date import queries as business_dates
from lending.channels.models import Transfer
from lending.closing import actions as closing
from lending.loans.models import Loan
from lending.mandates import actions as mandates
from lending.mandates import collecting, wording
from lending.mandates.models import DirectDebit, Mandate
from lending.tests import builders
from lending.tests.builders import TODAY

DUE = date(2026, 12, 20)
LAST = date(2027, 3, 20)
DAY = timedelta(days=1)
NOTICE = timedelta(days=3)


def noon(on: date) -> datetime:
    """Twelve o'clock in Shanghai."""
    return datetime(on.year, on.month, on.day, 4, 0, tzinfo=UTC)


def given(
    loan: Loan,
    card: BorrowerCard,
    *,
    most_fen: int = 200_000,
    on: date = TODAY,
    ends_on: date = LAST,
    pay_day: int | None = None,
    key: str = "leave",
) -> Mandate:
    wish = mandates.wish_for(loan=loan, most_fen=most_fen, on=on, ends_on=ends_on, pay_day=pay_day)
    return mandates.give(
        loan_id=loan.pk,
        most_fen=most_fen,
        ends_on=ends_on,
        pay_day=pay_day,
        text_sha256=wording.text_of(wish, language="en").sha256,
        language="en",
        channel="WEB",
        request_key=key,
        on=on,
        by=cast.self_of(card),
    )


def opened(day: date) -> None:
    """The books opened on a day; the last days before it closed, and each loan caught up."""
    with transaction.atomic():
        business_date.advance(to=day - NOTICE - DAY)
    closing.close_through(to=day)


def tried(debit: DirectDebit, *, on: date | None = None) -> Any:
    """One try at noon; the transfer that it started."""
    on = on or business_dates.today()
    collecting.attempt(debit_id=debit.pk, on=on, at=noon(on))
    debit.refresh_from_db()
    last = debit.history.order_by("-number").first() if debit.state == "ASKED" else None
    return None if last is None else last.transfer


def answered(transfer: Transfer, outcome: str = "SUCCEEDED", *, reason: str = "") -> None:
    """The bank's word on a try, booked on today's business date."""
    on, answer = business_dates.today(), builders.said(transfer, outcome)
    if reason:
        answer = type(answer)(
            out_trade_no=answer.out_trade_no,
            outcome=answer.outcome,
            reason=reason,
            amount_fen=answer.amount_fen,
        )
    collecting.book(transfer_id=transfer.pk, answer=answer, on=on, at=noon(on), claim=None)


def announced(loan: Loan) -> DirectDebit:
    """The debit of the loan's first due date, on its day."""
    opened(DUE)
    return DirectDebit.objects.get(loan=loan, due_on=DUE)
