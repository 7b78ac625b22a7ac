"""An offer stands while a person looks at it, and what was read is read anew once terms change."""

from datetime import timedelta

import pytest
from django.db import transaction

from borrowers.tests import cast
from common.actors import Actor
from common.audit.models import AuditEntry
from lending.applications import actions, cost, deciding, queries
from lending.applications.actions import OfferOver
from lending.applications.disclosed import risk
from lending.applications.drafts import actions as drafts
from lending.applications.models import LoanApplication, Offer
from lending.applications.states import NotPossibleNow
from lending.loans import actions as loans
from lending.loans.models import Loan
from lending.rewards.models import Entitlement
from lending.tests import builders, doors
from lending.tests.builders import NOW, TODAY
from scoring.decisions.models import Review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def offer(lin):
    """An offer on an application that the machine has looked at."""
    application = builders.draft(lin)
    actions.submit(application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(lin))
    doors.decide(application)
    LoanApplication.objects.update(state="OFFERED")
    builders.room(application.borrower_id)
    return Offer.objects.create(
        application=application,
        tier="B",
        limit_fen=300_000,
        longest_term_months=12,
        amount_fen=300_000,
        term_months=3,
        base_rate_ppm=120_000,
        annual_rate_ppm=120_000,
        penalty_rate_ppm=180_000,
        grace_days=3,
        expires_at=NOW + timedelta(hours=24),
    )


@pytest.fixture
def asked(lin, offer):
    """Lin would rather hear a person, and the offer stands."""
    deciding.ask_for_a_person(
        application_id=offer.application_id, on=TODAY, at=NOW, by=cast.self_of(lin)
    )
    return offer


def state() -> str:
    return LoanApplication.objects.get().state


def mei_says(offer, outcome="OFFERED", **changes):
    values = {
        "limit_fen": 200_000,
        "annual_rate_ppm": 150_000,
        "reason_code": "SMALL_START",
    }
    return deciding.review(
        application_id=offer.application_id,
        outcome=outcome,
        note_document_id=None,
        on=TODAY,
        at=NOW + timedelta(hours=1),
        by=Actor(kind="STAFF", account_id=cast.officer().pk),
        **{**values, **changes},
    )


def sign(lin, offer):
    return loans.sign(
        application_id=offer.application_id, on=TODAY, at=NOW, language="en", by=cast.self_of(lin)
    )


def accept(lin, offer, at=NOW):
    actions.accept(application_id=offer.application_id, at=at, by=cast.self_of(lin))


def read_cost(lin, offer):
    shown = actions.show_cost(
        application_id=offer.application_id, language="en", channel="WEB", on=TODAY, at=NOW
    )
    return actions.confirm_cost(
        application_id=offer.application_id,
        disclosure_id=shown.pk,
        language="en",
        channel="WEB",
        at=NOW + timedelta(minutes=1),
        by=cast.self_of(lin),
    )


def change(lin, offer, amount_fen=100_000):
    actions.change_offer(
        application_id=offer.application_id,
        amount_fen=amount_fen,
        term_months=3,
        at=NOW,
        by=cast.self_of(lin),
    )


class TestAskingForAPerson:
    def test_leaves_the_offer_as_it_was(self, asked):
        kept = Offer.objects.get()

        assert state() == "REFERRED"
        assert (kept.pk, kept.amount_fen, kept.annual_rate_ppm) == (asked.pk, 300_000, 120_000)
        assert queries.standing_offer(LoanApplication.objects.get(), at=NOW) == kept

    def test_holds_the_offer_for_as_long_as_the_person_may_take(self, asked):
        assert Offer.objects.get().expires_at == NOW + timedelta(days=3)

    def test_does_not_wake_an_offer_whose_time_is_over(self, lin, offer):
        over = NOW - timedelta(minutes=1)
        Offer.objects.update(expires_at=over)

        deciding.ask_for_a_person(
            application_id=offer.application_id, on=TODAY, at=NOW, by=cast.self_of(lin)
        )

        assert Offer.objects.get().expires_at == over
        with pytest.raises(OfferOver):
            accept(lin, offer)
        assert state() == "REFERRED"

    def test_waits_in_the_queue(self, asked):
        assert [each.pk for each in queries.referred()] == [asked.application_id]


class TestAcceptingMeanwhile:
    def test_ends_the_request(self, lin, asked):
        accept(lin, asked)

        application = LoanApplication.objects.get()
        assert (application.state, application.review_wanted) == ("ACCEPTED", False)
        assert list(queries.referred()) == []
        assert AuditEntry.objects.filter(action="lending.application.review_dropped").count() == 1

    def test_leaves_nothing_for_the_person_to_decide(self, lin, asked):
        accept(lin, asked)

        with pytest.raises(NotPossibleNow):
            mei_says(asked)

        assert Offer.objects.get().annual_rate_ppm == 120_000
        assert not Review.objects.exists()

    def test_is_not_possible_where_there_was_no_offer(self, lin, asked):
        Offer.objects.all().delete()

        with pytest.raises(NotPossibleNow):
            accept(lin, asked)

        assert state() == "REFERRED"

    def test_can_lead_to_a_loan(self, lin, asked):
        accept(lin, asked)
        read_cost(lin, asked)

        loan = sign(lin, asked)

        assert loan.principal_fen == 300_000

    def test_goes_for_changed_terms_too(self, lin, asked):
        change(lin, asked)

        assert state() == "REFERRED"
        assert Offer.objects.get().amount_fen == 100_000


class TestThePersonsDecision:
    def test_takes_the_offers_place(self, asked):
        mei_says(asked)

        mine = Offer.objects.get()
        assert state() == "OFFERED"
        assert (mine.limit_fen, mine.amount_fen, mine.annual_rate_ppm) == (
            200_000,
            200_000,
            150_000,
        )
        assert mine.expires_at == NOW + timedelta(hours=25)

    def test_to_decline_ends_the_offer(self, lin, asked):
        mei_says(asked, "DECLINED", reason_code="TOO_LITTLE_KNOWN", limit_fen=0)

        assert state() == "DECLINED"
        assert Offer.objects.get().expires_at == NOW + timedelta(hours=1)
        with pytest.raises(NotPossibleNow):
            accept(lin, asked)

    def test_cannot_be_asked_for_twice(self, lin, asked):
        mei_says(asked)

        with pytest.raises(NotPossibleNow):
            deciding.ask_for_a_person(
                application_id=asked.application_id, on=TODAY, at=NOW, by=cast.self_of(lin)
            )

        assert state() == "OFFERED"


class TestChangingAfterAccepting:
    def test_goes_back_to_the_offer(self, lin, offer):
        accept(lin, offer)

        change(lin, offer)

        changed = Offer.objects.get()
        assert (state(), changed.amount_fen, changed.accepted_at) == ("OFFERED", 100_000, None)

    def test_makes_what_was_read_count_no_more(self, lin, offer):
        accept(lin, offer)
        read_cost(lin, offer)

        change(lin, offer)
        accept(lin, offer)

        assert queries.confirmed_cost(Offer.objects.get()) is None
        with pytest.raises(NotPossibleNow):
            sign(lin, offer)
        assert not Loan.objects.exists()

    def test_signs_the_terms_that_were_read_last(self, lin, offer):
        accept(lin, offer)
        read_cost(lin, offer)
        change(lin, offer)
        accept(lin, offer)
        read_cost(lin, offer)

        loan = sign(lin, offer)

        assert loan.principal_fen == 100_000
        assert loan.contract.disclosure.content["principal_fen"] == 100_000

    def test_and_back_again_needs_no_second_reading(self, lin, offer):
        accept(lin, offer)
        read = read_cost(lin, offer)
        change(lin, offer)
        change(lin, offer, 300_000)
        accept(lin, offer)

        assert queries.confirmed_cost(Offer.objects.get()) == read

    def test_does_not_mark_a_contract_signed_over_another_cost_table(self, lin, offer):
        accept(lin, offer)
        read = read_cost(lin, offer)
        change(lin, offer)
        accept(lin, offer)

        with pytest.raises(NotPossibleNow):
            _sign_over(offer, read.pk, lin)

        assert state() == "ACCEPTED"

    def test_is_over_once_it_was_signed(self, lin, offer):
        accept(lin, offer)
        read_cost(lin, offer)
        sign(lin, offer)

        with pytest.raises(NotPossibleNow):
            change(lin, offer)

        assert Offer.objects.get().amount_fen == 300_000


def _sign_over(offer, disclosure_id, lin):
    with transaction.atomic():
        actions.mark_signed(
            application_id=offer.application_id,
            disclosure_id=disclosure_id,
            on=builders.TODAY,
            at=builders.NOW,
            by=cast.self_of(lin),
        )


class TestACostTable:
    @pytest.mark.parametrize(
        "change",
        [
            {"amount_fen": 299_999},
            {"term_months": 6},
            {"annual_rate_ppm": 110_000},
            {"annual_rate_ppm": 115_000, "discount_ppm": 5_000},
            {"penalty_rate_ppm": 170_000},
        ],
    )
    def test_states_one_price_on_whatever_day(self, offer, change):
        price = queries.price_of(offer, cap_ppm=240_000)
        shown = told(price, on=TODAY + timedelta(days=9))
        other = cost.Price(**{**_figures(price), **change})

        assert cost.states(shown, price)
        assert not cost.states(shown, other)

    def test_states_a_discount(self, offer):
        price = queries.price_of(offer, cap_ppm=240_000)
        less = cost.Price(**{**_figures(price), "annual_rate_ppm": 115_000, "discount_ppm": 5_000})

        assert cost.states(told(less, on=TODAY), less)
        assert not cost.states(told(less, on=TODAY), price)

    def test_without_its_notice_of_risks_states_nothing(self, offer):
        price = queries.price_of(offer, cap_ppm=240_000)
        shown = told(price, on=TODAY)
        del shown["risk"]

        assert not cost.states(shown, price)


def told(price, *, on):
    """The table of a price as a day's borrower reads it: with its notice of risks."""
    quote = cost.quoted(price, starts_on=on)
    notice = risk.facts(price, quote.schedule, starts_on=on, cooling_off_days=7)
    return cost.content(quote) | {"risk": notice}


def _figures(price):
    return {name: getattr(price, name) for name in price.__dataclass_fields__}


class TestTheApi:
    def address(self, offer, name=""):
        return f"/api/v1/applications/{offer.application.public_id}{name}"

    def test_keeps_the_offer_and_takes_an_acceptance(self, lin, offer):
        api = doors.api_of(lin)

        asked = api.post(self.address(offer, "/review-request")).json()
        accepted = api.post(self.address(offer, "/accept")).json()

        assert (asked["state"], asked["offer"]["amount_fen"]) == ("REFERRED", 300_000)
        assert asked["can_ask_for_a_person"] is False
        assert accepted["state"] == "ACCEPTED"

    def test_shows_no_offer_after_a_person_declined(self, lin, asked):
        mei_says(asked, "DECLINED", reason_code="TOO_LITTLE_KNOWN", limit_fen=0)

        assert doors.api_of(lin).get(self.address(asked)).json()["offer"] is None

    def test_changes_what_was_accepted(self, lin, offer):
        api = doors.api_of(lin)
        api.post(self.address(offer, "/accept"))

        changed = api.post(
            self.address(offer, "/offer/change"), {"amount_fen": 100_000, "term_months": 3}
        ).json()

        assert (changed["state"], changed["offer"]["accepted_at"]) == ("OFFERED", None)
        assert changed["offer"]["amount_fen"] == 100_000


def test_a_discount_stays_held_through_a_request(lin):
    discount = Entitlement.objects.create(
        borrower_id=lin.id,
        benefit="RATE_050",
        discount_ppm=5_000,
        cost_points=50,
        request_key="bought",
        expires_on=TODAY + timedelta(days=30),
    )
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
    LoanApplication.objects.update(state="OFFERED")
    deciding.ask_for_a_person(application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(lin))

    discount.refresh_from_db()
    assert (discount.state, discount.application_id) == ("RESERVED", application.pk)
