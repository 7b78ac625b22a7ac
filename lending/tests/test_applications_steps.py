"""The borrower's steps: what each needs, what it refuses, and that refusing writes nothing."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.processes.models import Process
from lending.applications import actions as applications
from lending.applications import states
from lending.applications.drafts import actions as drafts
from lending.applications.models import ApplicationState, CostDisclosure, LoanApplication
from lending.applications.purposes import telling
from lending.applications.states import NotPossibleNow
from lending.products.queries import (
    AmountNotOffered,
    MerchantNotOpen,
    ProductNotOpen,
    TermNotOffered,
)
from lending.tests import builders
from lending.tests.builders import NOW, TODAY

pytestmark = pytest.mark.django_db


def asked(card, **changes):
    values = {
        "borrower_id": card.id,
        "product_code": builders.consumption().code,
        "amount_fen": 300_000,
        "term_months": 3,
        "merchant_code": "",
        "entitlement_id": None,
        "request_key": "first",
        "by": cast.self_of(card),
    }
    return drafts.draft(**{**values, **changes})


def submit(application, card):
    return applications.submit(
        application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(card)
    )


class TestThePicture:
    def test_names_every_state_and_nothing_else(self):
        assert set(states.NEXT) == set(ApplicationState.values)
        assert all(after <= set(states.NEXT) for after in states.NEXT.values())

    @pytest.mark.parametrize("state", ApplicationState.values)
    @pytest.mark.parametrize("to", ApplicationState.values)
    def test_allows_exactly_the_steps_it_shows(self, state, to):
        if to in states.NEXT[state]:
            assert states.step(state, to) == to
        else:
            with pytest.raises(NotPossibleNow):
                states.step(state, to)


class TestDraft:
    def test_the_same_key_is_the_same_draft(self, lin):
        assert asked(lin).pk == asked(lin).pk
        assert LoanApplication.objects.count() == 1
        assert AuditEntry.objects.filter(action="lending.application.drafted").count() == 1

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"amount_fen": 49_999}, AmountNotOffered),
            ({"amount_fen": 5_000_001}, AmountNotOffered),
            ({"term_months": 5}, TermNotOffered),
            ({"product_code": "GOLD"}, ProductNotOpen),
        ],
    )
    def test_refuses_what_the_product_does_not_lend(self, lin, changes, refusal):
        with pytest.raises(refusal):
            asked(lin, **changes)

        assert not LoanApplication.objects.exists()

    def test_a_school_is_needed_where_a_school_is_paid(self, lin):
        builders.education()

        with pytest.raises(MerchantNotOpen):
            asked(lin, product_code="STUDY", term_months=6, merchant_code="NOWHERE")

        paid = asked(lin, product_code="STUDY", term_months=6, merchant_code="SCHOOL")
        assert paid.merchant is not None


class TestSubmit:
    def test_starts_one_decision_however_often_it_is_sent(self, lin):
        application = asked(lin)

        submit(application, lin)
        submit(application, lin)

        application.refresh_from_db()
        assert application.state == "SUBMITTED"
        assert Process.objects.filter(kind="DECIDE", subject_id=application.pk).count() == 1

    def test_refuses_somebody_we_do_not_know(self, db):
        builders.open_books()
        zhao = cast.borrower("Zhao")
        application = asked(zhao)

        with pytest.raises(applications.NotIdentified):
            submit(application, zhao)

        assert not Process.objects.filter(kind="DECIDE").exists()

    def test_refuses_a_tuition_loan_without_its_proof(self, lin):
        builders.education()
        application = asked(lin, product_code="STUDY", term_months=6, merchant_code="SCHOOL")

        with pytest.raises(telling.EvidenceMissing):
            submit(application, lin)

        application.refresh_from_db()
        assert application.state == "DRAFT"

    def test_refuses_a_second_open_application_and_leaves_it_a_draft(self, lin):
        submit(asked(lin), lin)
        second = asked(lin, request_key="second")

        with pytest.raises(applications.OneAtATime):
            submit(second, lin)

        second.refresh_from_db()
        assert (second.state, second.submitted_at) == ("DRAFT", None)


class TestOffer:
    def test_can_be_taken_for_less_but_not_for_more(self, lin):
        offer = builders.offered(lin)
        smaller = applications.change_offer(
            application_id=offer.application_id,
            amount_fen=100_000,
            term_months=6,
            at=NOW,
            by=cast.self_of(lin),
        )

        with pytest.raises(AmountNotOffered):
            applications.change_offer(
                application_id=offer.application_id,
                amount_fen=300_001,
                term_months=6,
                at=NOW,
                by=cast.self_of(lin),
            )

        assert (smaller.amount_fen, smaller.term_months) == (100_000, 6)

    def test_ends_after_its_day(self, lin):
        offer = builders.offered(lin)
        late = NOW + timedelta(hours=24)

        with pytest.raises(applications.OfferOver):
            applications.accept(application_id=offer.application_id, at=late, by=cast.self_of(lin))
        assert applications.expire(
            application_id=offer.application_id, at=late, by=cast.self_of(lin)
        )
        assert not applications.expire(
            application_id=offer.application_id, at=late, by=cast.self_of(lin)
        )

        assert LoanApplication.objects.get().state == "EXPIRED"

    def test_can_be_withdrawn_until_it_is_signed(self, lin):
        loan = builders.signed(lin)

        with pytest.raises(NotPossibleNow):
            applications.withdraw(application_id=loan.contract.application_id, by=cast.self_of(lin))

        assert LoanApplication.objects.get().state == "SIGNED"


class TestCost:
    def shown(self, lin, at=NOW):
        offer = builders.offered(lin)
        applications.accept(application_id=offer.application_id, at=at, by=cast.self_of(lin))
        return offer, applications.show_cost(
            application_id=offer.application_id, language="en", channel="WEB", on=TODAY, at=at
        )

    def confirm(self, offer, shown, lin, seconds):
        return applications.confirm_cost(
            application_id=offer.application_id,
            disclosure_id=shown.pk,
            language="en",
            channel="WEB",
            at=NOW + timedelta(seconds=seconds),
            by=cast.self_of(lin),
        )

    def test_says_every_item_and_both_yearly_figures(self, lin):
        _, shown = self.shown(lin)

        content = shown.content
        assert [item["code"] for item in content["items"]] == ["INTEREST"]
        assert content["contingent"][0]["code"] == "LATE_PENALTY"
        assert abs(content["irr_nominal_ppm"] - 120_000) <= 50
        assert content["irr_effective_ppm"] > content["irr_nominal_ppm"]
        assert content["total_fen"] == sum(row["total_fen"] for row in content["schedule"])

    def test_is_not_confirmed_before_its_reading_time(self, lin):
        offer, shown = self.shown(lin)

        with pytest.raises(applications.ReadItFirst):
            self.confirm(offer, shown, lin, shown.minimum_seconds - 1)
        assert CostDisclosure.objects.filter(step="CONFIRMED").count() == 0

        self.confirm(offer, shown, lin, shown.minimum_seconds)
        self.confirm(offer, shown, lin, shown.minimum_seconds + 5)
        assert CostDisclosure.objects.filter(step="CONFIRMED").count() == 1

    def test_opening_it_again_does_not_start_the_time_again(self, lin):
        offer, shown = self.shown(lin)
        again = applications.show_cost(
            application_id=offer.application_id,
            language="en",
            channel="WEB",
            on=TODAY,
            at=NOW + timedelta(seconds=5),
        )

        assert again.pk == shown.pk

    def test_what_was_shown_cannot_be_rewritten(self, lin):
        self.shown(lin)

        with pytest.raises(DatabaseError), transaction.atomic():
            CostDisclosure.objects.update(minimum_seconds=0)
