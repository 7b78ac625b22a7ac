"""What the nightly check says of lines: nothing while all is well, and every planted breach."""

import pytest

from lending.applications.models import LoanApplication
from lending.lines import invariants
from lending.tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.mark.parametrize(
    "until", [builders.offered, builders.signed, builders.paid_out], ids=["offer", "loan", "money"]
)
def test_nothing_is_said_while_all_is_well(lin, until):
    until(lin)

    assert list(invariants.breaches()) == []


@pytest.mark.parametrize("state", ["WITHDRAWN", "EXPIRED", "DECLINED"])
def test_what_an_ended_application_still_reserves_is_said(lin, state):
    offer = builders.offered(lin)
    builders.confirmed(offer, lin)
    LoanApplication.objects.update(state=state)

    where = f"application {offer.application.public_id} is {state}"
    said = f"{where}, and holds 0 and reserves 300000 of its line"
    assert list(invariants.breaches()) == [said]
