"""Two or three choices for one decision: one is picked, its cost is said, only one is lent."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from borrowers.tests import cast
from lending.applications import actions, cost, queries
from lending.applications.actions import OfferOver
from lending.applications.models import LoanApplication, Offer, OfferAlternative
from lending.applications.offers import picking, writing
from lending.applications.offers.choices import STEP_FEN, Choice, choices
from lending.applications.offers.picking import NoSuchAlternative, OtherAccepted
from lending.loans import actions as loans
from lending.tests import builders, doors
from lending.tests.builders import NOW, TODAY
from lending.tests.lining import totals

TERMS = st.lists(st.sampled_from([3, 6, 9, 12, 24]), min_size=1, unique=True).map(sorted)


class TestWhichOnes:
    def test_are_as_asked_longer_and_less(self):
        found = choices(
            amount_fen=300_000, term_months=3, least_fen=50_000, terms_months=[3, 6, 12]
        )

        assert found == (
            Choice("ASKED", 300_000, 3),
            Choice("LONGER", 300_000, 6),
            Choice("SMALLER", 180_000, 3),
        )

    @pytest.mark.parametrize(
        ("amount_fen", "term_months", "kinds"),
        [
            (300_000, 12, ["ASKED", "SMALLER"]),
            (50_000, 3, ["ASKED", "LONGER"]),
            (50_000, 12, ["ASKED"]),
            (60_000, 12, ["ASKED", "SMALLER"]),
        ],
    )
    def test_are_fewer_where_there_is_no_longer_or_no_smaller(self, amount_fen, term_months, kinds):
        found = choices(
            amount_fen=amount_fen,
            term_months=term_months,
            least_fen=50_000,
            terms_months=[3, 6, 12],
        )

        assert [each.kind for each in found] == kinds

    @given(
        terms=TERMS,
        least_fen=st.integers(1, 50).map(lambda count: count * STEP_FEN),
        more_fen=st.integers(0, 5_000_000),
        data=st.data(),
    )
    def test_stay_within_the_product_and_what_was_asked(self, terms, least_fen, more_fen, data):
        term = data.draw(st.sampled_from(terms))
        asked_fen = least_fen + more_fen

        found = choices(
            amount_fen=asked_fen, term_months=term, least_fen=least_fen, terms_months=terms
        )

        assert found[0] == Choice("ASKED", asked_fen, term)
        assert 1 <= len(found) <= 3
        assert len({(each.amount_fen, each.term_months) for each in found}) == len(found)
        for each in found:
            assert least_fen <= each.amount_fen <= asked_fen
            assert each.term_months in terms

    @given(
        thousands=st.integers(1, 50),
        rate_ppm=st.integers(10_000, 200_000),
        term=st.sampled_from([3, 6, 12]),
    )
    def test_are_what_their_names_say(self, thousands, rate_ppm, term):
        found = choices(
            amount_fen=thousands * 100_000,
            term_months=term,
            least_fen=50_000,
            terms_months=[3, 6, 12, 24],
        )

        quoted = {
            each.kind: cost.quoted(
                cost.Price(each.amount_fen, each.term_months, rate_ppm, 0, 0, 3, 360_000),
                starts_on=TODAY,
            )
            for each in found
        }

        asked = quoted["ASKED"]
        assert quoted["LONGER"].instalment_fen < asked.instalment_fen
        assert quoted["LONGER"].cost.total_interest_fen > asked.cost.total_interest_fen
        assert quoted["SMALLER"].cost.total_interest_fen < asked.cost.total_interest_fen


@pytest.fixture
def _platform(db):
    with doors.open_platform():
        yield


@pytest.fixture
def lin(_platform):
    return builders.person("Lin")


@pytest.fixture
def offer(lin):
    """An offer with its three choices, and the amount that is held for it."""
    offer = builders.offered(lin)
    with transaction.atomic():
        writing.write_choices(offer=offer, product=offer.application.product)
    return offer


def accept(lin, offer, number=None, at=NOW) -> LoanApplication:
    return actions.accept(
        application_id=offer.application_id, at=at, by=cast.self_of(lin), alternative=number
    )


def accepted_numbers() -> list[int]:
    rows = OfferAlternative.objects.filter(accepted_at__isnull=False)
    return list(rows.values_list("number", flat=True))


class TestPicking:
    @pytest.mark.parametrize(
        ("number", "amount_fen", "months"), [(1, 300_000, 3), (2, 300_000, 6), (3, 180_000, 3)]
    )
    def test_makes_the_choice_the_offer_and_reserves_it(
        self, lin, offer, number, amount_fen, months
    ):
        accept(lin, offer, number)

        offer.refresh_from_db()
        assert (offer.amount_fen, offer.term_months) == (amount_fen, months)
        assert accepted_numbers() == [number]
        assert totals(lin)[2] == amount_fen

    def test_without_a_number_takes_the_offer_as_it_stands(self, lin, offer):
        accept(lin, offer)

        assert accepted_numbers() == [1]
        assert totals(lin)[2] == 300_000

    def test_again_is_once(self, lin, offer):
        for _ in range(2):
            accept(lin, offer, 3)

        assert accepted_numbers() == [3]
        assert totals(lin)[2] == 180_000

    def test_of_another_choice_after_that_is_refused_and_nothing_moves(self, lin, offer):
        accept(lin, offer, 3)

        with pytest.raises(OtherAccepted):
            accept(lin, offer, 2)

        assert accepted_numbers() == [3]
        assert totals(lin)[2] == 180_000

    def test_of_a_choice_that_is_not_there_is_refused_and_nothing_moves(self, lin, offer):
        with pytest.raises(NoSuchAlternative):
            accept(lin, offer, 4)

        assert accepted_numbers() == []
        assert totals(lin)[2] == 0
        assert LoanApplication.objects.get().state == "OFFERED"

    def test_after_the_offers_time_is_refused_and_nothing_moves(self, lin, offer):
        with pytest.raises(OfferOver):
            accept(lin, offer, 2, at=offer.expires_at)

        assert accepted_numbers() == []
        assert totals(lin)[2] == 0

    def test_is_undone_by_other_terms_by_hand(self, lin, offer):
        accept(lin, offer, 2)

        actions.change_offer(
            application_id=offer.application_id,
            amount_fen=120_000,
            term_months=3,
            at=NOW,
            by=cast.self_of(lin),
        )

        assert accepted_numbers() == []
        accept(lin, offer)
        assert accepted_numbers() == []
        assert totals(lin)[2] == 120_000

    def test_leads_to_a_loan_of_these_very_terms(self, lin, offer):
        accept(lin, offer, 2)
        builders.confirmed(Offer.objects.get(), lin)

        loan = loans.sign(
            application_id=offer.application_id,
            at=builders.NOW,
            on=TODAY,
            language="en",
            by=cast.self_of(lin),
        )

        assert (loan.principal_fen, loan.term_months) == (300_000, 6)

    def test_is_no_longer_accepted_once_the_offer_is_over(self, lin, offer):
        accept(lin, offer, 2)

        assert actions.expire(
            application_id=offer.application_id, at=offer.expires_at, by=cast.self_of(lin)
        )

        assert accepted_numbers() == []
        assert LoanApplication.objects.get().state == "EXPIRED"

    def test_of_two_is_refused_by_the_database(self, lin, offer):
        accept(lin, offer, 1)

        with (
            pytest.raises(IntegrityError, match="offer_alternative_is_accepted_once"),
            transaction.atomic(),
        ):
            OfferAlternative.objects.filter(number=2).update(accepted_at=NOW)

        assert accepted_numbers() == [1]


class TestTheWholeCost:
    def test_is_said_for_every_choice(self, lin, offer):
        application = queries.own(lin.id, offer.application.public_id)

        found = picking.compared(application, on=TODAY)

        for choice, quote in found:
            assert quote.cost.total_fen == choice.amount_fen + quote.cost.total_interest_fen
            assert len(quote.schedule) == choice.term_months
            assert quote.cost.irr_effective_ppm > quote.cost.irr_nominal_ppm > 0

    def test_above_the_cap_is_left_out(self, lin, offer):
        Offer.objects.update(annual_rate_ppm=400_000, base_rate_ppm=400_000)
        application = queries.own(lin.id, offer.application.public_id)

        assert picking.compared(application, on=TODAY) == []


class TestTheDoors:
    @pytest.fixture
    def web(self, lin):
        return doors.web_of(lin)

    @pytest.fixture
    def api(self, lin):
        return doors.api_of(lin)

    def address(self, offer, name: str = "") -> str:
        return f"/api/v1/applications/{offer.application.public_id}{name}"

    def test_the_api_shows_the_choices_and_takes_one_by_its_number(self, lin, api, offer):
        found = api.get(self.address(offer)).json()["offer"]["alternatives"]
        assert [each["kind"] for each in found] == ["ASKED", "LONGER", "SMALLER"]

        answer = api.post(self.address(offer, "/accept"), {"alternative": found[1]["number"]})

        taken = answer.json()["offer"]
        assert (taken["amount_fen"], taken["term_months"]) == (300_000, 6)
        assert [each["is_accepted"] for each in taken["alternatives"]] == [False, True, False]
        assert taken["cost"]["total_interest_fen"] == found[1]["total_interest_fen"]

    @pytest.mark.parametrize("given", [0, -1, "x", 1.5, True])
    def test_the_api_refuses_what_is_no_number(self, api, offer, given):
        answer = api.post(self.address(offer, "/accept"), {"alternative": given}, format="json")

        assert answer.status_code == 400
        assert LoanApplication.objects.get().state == "OFFERED"

    def test_the_page_takes_the_choice_that_was_ticked(self, web, offer):
        where = reverse("lending:accept", args=[offer.application.public_id])

        web.post(where, {"alternative": "3"})

        offer.refresh_from_db()
        assert (offer.amount_fen, offer.term_months) == (180_000, 3)

    def test_the_page_shows_them_beside_one_another_with_the_first_ticked(self, web, lin):
        application = builders.draft(lin)
        web.post(reverse("lending:submit", args=[application.public_id]))
        doors.decide(application)
        LoanApplication.objects.update(state="DRAFT")
        offer = builders.offered_again(application)
        with transaction.atomic():
            writing.write_choices(offer=offer, product=application.product)

        page = web.get(reverse("lending:application", args=[application.public_id]))

        text = doors.shown(page)
        assert "Your choices" in text
        assert text.count("¥1,800.00 over 3 months") >= 1
        assert page.context["pick_form"].initial == {"alternative": 1}
        assert [row["amount_fen"] for row in page.context["compared"]] == [
            300_000,
            300_000,
            180_000,
        ]

    def test_the_page_speaks_of_longer_loans_only_where_one_is_offered(self, web, lin):
        application = builders.draft(lin)
        web.post(reverse("lending:submit", args=[application.public_id]))
        doors.decide(application)
        LoanApplication.objects.update(state="DRAFT")
        offer = builders.offered_again(application)
        with transaction.atomic():
            writing.write_choices(offer=offer, product=application.product)
        page = reverse("lending:application", args=[application.public_id])

        assert "A longer loan" in doors.shown(web.get(page))
        OfferAlternative.objects.exclude(term_months=offer.term_months).delete()
        assert "A longer loan" not in doors.shown(web.get(page))

    @pytest.mark.parametrize("given", ["9", "99999999999", "-1", "x"])
    def test_the_page_says_kindly_that_there_is_no_such_choice(self, web, offer, given):
        where = reverse("lending:accept", args=[offer.application.public_id])

        answer = web.post(where, {"alternative": given})

        assert answer.status_code == 302
        is_refused = given.isdecimal()
        state = LoanApplication.objects.get().state
        assert state == ("OFFERED" if is_refused else "ACCEPTED")


def test_an_offer_of_before_has_no_choices_and_is_accepted_as_it_stands(lin):
    offer = builders.offered(lin)

    accept(lin, offer, at=NOW + timedelta(hours=1))

    assert LoanApplication.objects.get().state == "ACCEPTED"
