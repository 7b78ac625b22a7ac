"""Lending's tasks: what beat asks for, done once however often it is asked."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from common.business_date import queries as business_dates
from lending import tasks
from lending.applications.models import LoanApplication
from lending.rewards.models import Entitlement
from lending.tests import builders
from lending.tests.builders import NOW, TODAY

pytestmark = pytest.mark.django_db


class TestEndWhatIsOver:
    def test_ends_an_offer_after_its_day_and_frees_its_discount(self):
        builders.open_books()
        lin = builders.person("Lin")
        offer = builders.offered(lin)
        Entitlement.objects.create(
            borrower_id=lin.id,
            benefit="RATE_050",
            discount_ppm=5_000,
            cost_points=50,
            request_key="k",
            state="RESERVED",
            application_id=offer.application_id,
            expires_on=TODAY + timedelta(days=9),
        )

        with time_machine.travel(NOW + timedelta(hours=25), tick=False):
            tasks.end_what_is_over()
            tasks.end_what_is_over()

        assert LoanApplication.objects.get().state == "EXPIRED"
        assert Entitlement.objects.get().state == "ISSUED"

    def test_leaves_an_offer_alone_that_still_holds(self):
        builders.open_books()
        builders.offered(builders.person("Lin"))

        with time_machine.travel(NOW + timedelta(hours=23), tick=False):
            tasks.end_what_is_over()

        assert LoanApplication.objects.get().state == "OFFERED"

    def test_waits_quietly_until_the_books_are_open(self):
        tasks.end_what_is_over()

        assert not LoanApplication.objects.exists()


def test_closing_follows_the_calendar_of_shanghai():
    builders.open_books()
    loan = builders.paid_out(builders.person("Lin"))

    # 17:00 UTC is one o'clock in the morning in Shanghai.
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        tasks.close_day()
        tasks.close_day()

    loan.refresh_from_db()
    assert loan.carried_through == TODAY


class TestClosingByHand:
    def close(self, to):
        with time_machine.travel(NOW, tick=False):
            call_command("close_day", "--to", to)

    def test_goes_some_time_ahead_in_a_demonstration(self):
        builders.open_books()

        self.close((TODAY + timedelta(days=2)).isoformat())

        assert business_dates.today() == TODAY + timedelta(days=2)

    @pytest.mark.parametrize(
        ("is_demonstration", "to"),
        [(True, "9999-12-31"), (False, (TODAY + timedelta(days=1)).isoformat())],
    )
    def test_never_opens_a_day_that_is_too_far_ahead(self, settings, is_demonstration, to):
        settings.DEMONSTRATION = is_demonstration
        builders.open_books()

        with pytest.raises(CommandError, match=f"{to} is too far ahead"):
            self.close(to)

        assert business_dates.today() == TODAY
