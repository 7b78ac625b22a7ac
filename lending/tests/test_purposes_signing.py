"""Between the offer and the signature time passes: the purpose is judged again, and the offer ends.

What was sent before its product asked for an order is signed only with its purpose told.
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from borrowers.consent.purposes import SCENE_MEDICAL
from borrowers.tests import cast
from lending.applications.actions import OfferOver
from lending.applications.drafts import actions as drafts
from lending.applications.models import LoanApplication, Offer
from lending.applications.purposes import telling
from lending.channels.models import Transfer
from lending.loans import actions as loans
from lending.loans.models import Loan
from lending.products.models import LoanProduct, Merchant, SceneEvidence
from lending.products.scenes.common_rules import AboveTheOrder
from lending.products.scenes.medical import MedicalNeedsConsent
from lending.tests import builders, doors
from lending.tests.scene_wishes import FACTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(lin) -> Offer:
    """For a course, under a version from before orders, with its proof looked at."""
    found = builders.student(lin)
    assert LoanProduct.objects.get(code="STUDY").needs_order is False
    LoanApplication.objects.update(evidence_checked_at=builders.NOW)
    return found


def sign(offer: Offer, lin, *, at=builders.NOW) -> Loan:
    builders.confirmed(offer, lin)
    return loans.sign(
        application_id=offer.application_id,
        at=at,
        on=builders.TODAY,
        language="en",
        by=cast.self_of(lin),
    )


def test_a_course_that_nobody_told_of_is_not_signed(lin, offer):
    SceneEvidence.objects.all().delete()

    with pytest.raises(telling.PurposeNotTold):
        sign(offer, lin)

    assert not Loan.objects.exists()
    assert not Transfer.objects.exists()
    assert LoanApplication.objects.get().state == "ACCEPTED"


def test_a_course_that_was_told_is_signed_and_takes_its_order(lin, offer):
    loan = sign(offer, lin)

    assert loan.payee_account == "merchant:SCHOOL"
    assert SceneEvidence.objects.get().is_live


def test_daily_life_is_signed_with_nothing_told(lin):
    assert builders.signed(lin).payee_account == f"person:{lin.public_id}"


def at_the_clinic(lin) -> Offer:
    """An offer on an invoice of a clinic, whose number and sum Lin agreed to be used."""
    clinic = Merchant.objects.create(
        code="CLINIC", name_zh="虚构诊所", name_en="A fictional clinic", scene="MEDICAL",
        account="merchant:CLINIC",
    )  # fmt: skip
    LoanProduct.objects.create(
        code="CARE", name_zh="医疗", name_en="Care", scene="MEDICAL", state="PUBLISHED",
        minimum_fen=50_000, maximum_fen=5_000_000, terms_months=[3, 6], floor_rate_ppm=60_000,
        pays_merchant=True, needs_order=True,
    )  # fmt: skip
    cast.allow(lin, SCENE_MEDICAL)
    found = drafts.draft(
        borrower_id=lin.id, product_code="CARE", amount_fen=300_000, term_months=6,
        merchant_code=clinic.code, entitlement_id=None, request_key="care", by=cast.self_of(lin),
    )  # fmt: skip
    telling.tell(application_id=found.pk, given=FACTS["MEDICAL"], by=cast.self_of(lin))
    return builders.offered_again(found)


def nothing_was_signed() -> bool:
    return not (Loan.objects.exists() or Transfer.objects.exists())


def test_an_invoice_whose_use_is_no_longer_allowed_is_not_signed_on(lin):
    care = at_the_clinic(lin)
    cast.withdraw(lin, SCENE_MEDICAL)

    with pytest.raises(MedicalNeedsConsent):
        sign(care, lin)

    assert nothing_was_signed()
    assert LoanApplication.objects.get().state == "ACCEPTED"


def test_an_invoice_whose_use_is_allowed_is_signed_on(lin):
    assert sign(at_the_clinic(lin), lin).payee_account == "merchant:CLINIC"


def test_more_than_the_invoice_is_not_signed(lin, offer):
    """Whatever wrote the offer: the amount that counts is the one that is signed."""
    Offer.objects.filter(pk=offer.pk).update(amount_fen=900_001, limit_fen=900_001)

    with pytest.raises(AboveTheOrder):
        sign(offer, lin)

    assert nothing_was_signed()


@pytest.mark.parametrize("seconds", [0, 1, 86_400])
def test_an_offer_whose_time_is_over_is_not_signed_though_nobody_wrote_so_yet(lin, seconds):
    offer = builders.offered(lin)

    with pytest.raises(OfferOver):
        sign(offer, lin, at=offer.expires_at + timedelta(seconds=seconds))

    assert nothing_was_signed()
    assert LoanApplication.objects.get().state == "ACCEPTED"


def test_an_offer_is_signed_up_to_its_last_moment(lin):
    offer = builders.offered(lin)

    assert sign(offer, lin, at=offer.expires_at - timedelta(microseconds=1)).pk


@pytest.mark.parametrize(("hours", "status"), [(25, 409), (23, 200)])
def test_a_telephone_signs_while_the_offer_stands(lin, hours, status):
    with time_machine.travel(builders.NOW, tick=False):
        offer = builders.offered(lin)
        builders.confirmed(offer, lin)
    with time_machine.travel(builders.NOW + timedelta(hours=hours), tick=False):
        answer = doors.api_of(lin).post(
            reverse("lending-api:sign", args=[offer.application.public_id]), {"agrees": True}
        )

    assert answer.status_code == status
    assert Loan.objects.count() == (status == 200)
