"""What was sent before its product asked for an order is signed only with its purpose told."""

import pytest

from borrowers.tests import cast
from lending.applications.models import LoanApplication, Offer
from lending.applications.purposes import telling
from lending.channels.models import Transfer
from lending.loans import actions as loans
from lending.loans.models import Loan
from lending.products.models import LoanProduct, SceneEvidence
from lending.tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(lin) -> Offer:
    """For a course, under a version from before orders, with its proof looked at."""
    found = builders.student(lin)
    assert LoanProduct.objects.get(code="STUDY").needs_order is False
    LoanApplication.objects.update(evidence_checked_at=builders.NOW)
    return found


def sign(offer: Offer, lin) -> Loan:
    builders.confirmed(offer, lin)
    return loans.sign(
        application_id=offer.application_id,
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
