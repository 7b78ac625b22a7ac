"""A discount serves one loan, also when a machine's decline became a person's offer."""

from datetime import timedelta

import pytest

from borrowers.tests import cast
from common.actors import Actor
from lending.applications import actions, deciding
from lending.applications.drafts import actions as drafts
from lending.applications.models import LoanApplication, Offer
from lending.rewards.models import Entitlement
from lending.tests import doors
from lending.tests.builders import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def discount(lin):
    return Entitlement.objects.create(
        borrower_id=lin.id,
        benefit="RATE_050",
        discount_ppm=5_000,
        cost_points=50,
        request_key="bought",
        expires_on=TODAY + timedelta(days=30),
    )


@pytest.fixture
def declined(lin, discount):
    """The machine said no, and the discount went back to Lin; then Lin asked for a person."""
    application = drafts.draft(
        borrower_id=lin.id,
        product_code="DAILY",
        amount_fen=200_000,
        term_months=6,
        merchant_code="",
        entitlement_id=discount.pk,
        request_key="with-discount",
        by=cast.self_of(lin),
    )
    actions.submit(application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(lin))
    doors.decide(application)
    LoanApplication.objects.filter(pk=application.pk).update(state="DECLINED")
    Entitlement.objects.update(state="ISSUED", application_id=None)
    deciding.ask_for_a_person(application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(lin))
    return application


def mei_offers(application) -> Offer:
    deciding.review(
        application_id=application.pk,
        outcome="OFFERED",
        limit_fen=200_000,
        annual_rate_ppm=120_000,
        reason_code="SMALL_START",
        note_document_id=None,
        on=TODAY,
        at=NOW,
        by=Actor(kind="STAFF", account_id=cast.officer().pk),
    )
    return Offer.objects.get(application_id=application.pk)


class TestADiscountAfterADecline:
    def test_is_held_again_for_the_persons_offer(self, declined, discount):
        offer = mei_offers(declined)

        discount.refresh_from_db()
        assert (offer.annual_rate_ppm, offer.discount_ppm) == (115_000, 5_000)
        assert (discount.state, discount.application_id) == ("RESERVED", declined.pk)

    def test_that_was_used_elsewhere_is_not_promised_again(self, declined, discount):
        Entitlement.objects.update(state="CONSUMED", application_id=None, loan_id=1)

        offer = mei_offers(declined)

        declined.refresh_from_db()
        assert (offer.annual_rate_ppm, offer.discount_ppm) == (120_000, 0)
        assert declined.entitlement_id is None

    def test_whose_time_is_over_is_not_promised_again(self, declined, discount):
        Entitlement.objects.update(expires_on=TODAY - timedelta(days=1))

        assert mei_offers(declined).discount_ppm == 0
