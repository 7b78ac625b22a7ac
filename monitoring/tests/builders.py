"""Loans that run, and records that show what the rules look for; through the real verbs."""

from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import QuerySet

from borrowers.behaviour.contracts import Category, Direction, RawEvent
from borrowers.consent.purposes import CONSUMPTION_RECORDS, POST_LOAN_WATCH
from borrowers.people import queries as people
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import Actor
from common.periods import SHANGHAI
from lending.applications.models import LoanApplication
from lending.loans.models import Loan
from lending.servicing import actions as servicing
from lending.tests import builders as lending
from lending.tests.builders import TODAY
from monitoring.alerts import actions as alerts
from monitoring.alerts.models import Alert
from scoring.tests.builders import pays, purchases, share

NOW = datetime.combine(TODAY, time(12), tzinfo=SHANGHAI).astimezone(UTC)
# While the loan runs and before anything is due.
LATER = TODAY + timedelta(days=25)
LATER_NOW = NOW + timedelta(days=25)


def running(name: str = "Lin", *, key: str = "first") -> Loan:
    """A loan of one of the cast, paid out today."""
    lending.open_books()
    return lending.paid_out(lending.person(name), key=key)


def for_study(loan: Loan) -> None:
    """Make it an education loan that was paid to the school."""
    product, school = lending.education(), lending.school()
    Loan.objects.filter(pk=loan.pk).update(product=product)
    LoanApplication.objects.filter(pk=loan.contract.application_id).update(
        product=product, merchant=school
    )


def card_of(loan: Loan) -> BorrowerCard:
    return people.card(loan.borrower_id)


def watched(loan: Loan) -> None:
    """The borrower allows the watch; consumption records they allowed when they joined."""
    cast.allow(card_of(loan), POST_LOAN_WATCH)


def falling_income(loan: Loan, *, until: datetime = LATER_NOW) -> None:
    """Half a year of records in which the latest pay is a third of the usual one."""
    events = [*purchases(200, until=until), *pays([2_000, *[6_000] * 5], until=until)]
    share(card_of(loan), events, content=b"falling")


def came_back(loan: Loan, fen: int, *, merchant: str, until: datetime = LATER_NOW) -> None:
    """Ordinary records, and money from a merchant in them."""
    back: RawEvent = cast.event(
        9_999,
        occurred_at=until - timedelta(days=3),
        amount_fen=fen,
        direction=Direction.IN,
        category=Category.UNKNOWN,
        merchant=merchant,
    )
    share(card_of(loan), [*purchases(60, until=until), back], content=b"came back")


def days_go_by(loan: Loan, *, through: date = LATER) -> None:
    """Nothing is paid until that day."""
    with transaction.atomic():
        servicing.bring_forward(loan=loan, through=through)


def look(*loans: Loan, on: date = LATER) -> int:
    return alerts.look_at(loan_ids=[each.pk for each in loans], on=on, claim=None)


def rules_found() -> list[str]:
    return sorted(Alert.objects.values_list("rule", flat=True))


def stop_sharing(loan: Loan, purpose: str = CONSUMPTION_RECORDS) -> None:
    cast.withdraw(card_of(loan), purpose)


def staff(account_id: int) -> Actor:
    return Actor(kind="STAFF", account_id=account_id)


def permissions(app_label: str, *codenames: str) -> QuerySet[Permission]:
    """Django's rights by name."""
    return Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames)
