"""What tests of doors share: signed-in clients, products, the clock, and the machine's decision."""

from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from django.test import Client
from rest_framework.test import APIClient

from borrowers.people.contracts import BorrowerCard
from borrowers.people.models import Account
from common import clock
from lending.applications import deciding
from lending.applications.contracts import Owed
from lending.applications.models import LoanApplication
from lending.products import actions as products
from lending.tests import builders
from scoring.policy import actions as policies
from scoring.registry import actions as cards

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
KEY = "a-key-of-one-request"
POLLS = {"HX-Request": "true"}


@contextmanager
def open_platform() -> Iterator[None]:
    """Books, products, a scorecard and a policy; and a clock that says the builders' day."""
    with time_machine.travel(builders.NOW, tick=True):
        builders.open_books()
        products.open_demonstration()
        cards.load_defaults()
        policies.load_defaults()
        yield


def web_of(card: BorrowerCard) -> Client:
    """The borrower's browser."""
    client = stranger()
    client.force_login(Account.objects.get(pk=card.account_id))
    return client


def stranger() -> Client:
    """A browser of somebody who is not signed in."""
    return Client(headers={"accept-language": "en"})


def api_of(card: BorrowerCard) -> APIClient:
    """The borrower's mobile client."""
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(Account.objects.get(pk=card.account_id))
    return client


def decide(application: LoanApplication) -> LoanApplication:
    """What the worker does."""
    return deciding.decide(
        application_id=application.pk,
        owed=Owed(0, 0),
        on=builders.TODAY,
        at=clock.now(),
        claim=None,
    )


def shown(page) -> str:
    """The words of a page, with spaces as a reader sees them."""
    return " ".join(page.content.decode().split())
