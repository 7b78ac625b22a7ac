"""An application with links: a person decides it; who did not allow a look is not looked at."""

import pytest

from borrowers.consent.purposes import AUTOMATED_DECISION, SHARED_LINKS
from borrowers.tests import cast
from lending.applications.models import LoanApplication, Offer
from lending.tests import builders
from lending.tests.test_deciding import decide, sent
from scoring.decisions.models import Assessment
from scoring.graph.models import LinkedCase, MemberApplication
from scoring.policy import actions as policies
from scoring.registry import actions as models
from scoring.tests.members import applied, ring

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle():
    builders.open_books()
    models.load_defaults()
    policies.load_defaults()
    circle = ring()
    applied(circle, "Lin", "Wei")
    cast.allow(circle.cards["Chen"], AUTOMATED_DECISION)
    return circle


def assessment(application: LoanApplication) -> Assessment:
    return Assessment.objects.get(application_id=application.pk)


def test_a_person_decides_and_the_case_is_open(circle):
    application = decide(sent(circle.cards["Chen"]))

    assert application.state == "REFERRED"
    kept = assessment(application)
    assert kept.request["is_linked_case"] is True
    assert "LINKED_CASE" in [each["code"] for each in kept.reasons]
    assert LinkedCase.objects.get().application_id == application.pk
    assert not Offer.objects.exists()


def test_without_the_consent_nothing_is_looked_at_and_the_limit_is_the_same(circle):
    linked = assessment(decide(sent(circle.cards["Chen"])))
    cast.withdraw(circle.cards["Zhao"], SHARED_LINKS)
    cast.allow(circle.cards["Zhao"], AUTOMATED_DECISION)

    plain = assessment(decide(sent(circle.cards["Zhao"])))

    assert plain.request["is_linked_case"] is False
    assert not MemberApplication.objects.filter(application_id=plain.application_id).exists()
    assert (plain.limit_fen, plain.annual_rate_ppm, plain.tier) == (
        linked.limit_fen,
        linked.annual_rate_ppm,
        linked.tier,
    )
