"""Who and what most stories of lending begin with; a file may have a beginning of its own."""

from collections.abc import Iterator

import pytest
from django.test import Client
from rest_framework.test import APIClient

from borrowers.people import actions as people
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import Actor
from lending.channels.models import Transfer
from lending.loans.models import Loan
from lending.mandates.models import DirectDebit
from lending.tests import builders, debiting, doors
from lending.tests.statements import Statement


@pytest.fixture
def open_platform() -> Iterator[None]:
    """Products, a scorecard and a policy are there, and the clock says the builders' day."""
    with doors.open_platform():
        yield


@pytest.fixture
def lin() -> BorrowerCard:
    """Lin, verified and known; the books are open."""
    builders.open_books()
    return builders.person("Lin")


@pytest.fixture
def loan(lin: BorrowerCard) -> Loan:
    """Lin's loan, paid out today."""
    return builders.paid_out(lin)


@pytest.fixture
def statement(loan: Loan) -> Statement:
    """The bank's statement with the payout on it, not compared yet."""
    found = Statement()
    found.of(Transfer.objects.get(loan_id=loan.pk))
    return found


@pytest.fixture
def debit(loan: Loan, lin: BorrowerCard) -> DirectDebit:
    """The announced debit of the first due date, on its day."""
    debiting.given(loan, lin)
    return debiting.announced(loan)


@pytest.fixture
def web(lin: BorrowerCard) -> Client:
    """Lin's browser."""
    return doors.web_of(lin)


@pytest.fixture
def api(lin: BorrowerCard) -> APIClient:
    """Lin's phone."""
    return doors.api_of(lin)


@pytest.fixture
def mei() -> Actor:
    """A credit officer."""
    return Actor(kind="STAFF", account_id=cast.officer().pk)


@pytest.fixture
def colleague() -> Actor:
    """The second pair of eyes."""
    account = people.open_staff(
        phone="13900000000", password="a long enough password", is_administrator=True
    )
    return Actor(kind="STAFF", account_id=account.pk)
