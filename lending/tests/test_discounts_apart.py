"""What lowers a rate is shown apart, with its floor: offer, cost table, paper, answer and loan."""

import json
import re
from datetime import timedelta

import pytest
import pyxirr
from django.db import transaction
from rest_framework.test import APIClient

from borrowers.people.contracts import ContractParty
from borrowers.people.models import Account
from borrowers.tests import cast
from common.money import yuan
from lending.applications import actions, cost, queries
from lending.applications.disclosed.table import discounts_said, table
from lending.applications.models import CostDisclosure, LoanApplication, Offer
from lending.applications.offers import writing
from lending.lines import actions as lines
from lending.loans import actions as loans
from lending.loans import agreement
from lending.loans import queries as contracts
from lending.loans.contracts import Passage
from lending.products import law as laws
from lending.rewards.models import Entitlement, TierMembership
from lending.tests import builders, doors
from lending.tests.builders import TODAY
from lending.tests.test_disclosed_three_ways import flat, on_page, on_paper, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
LIN = ContractParty(name="林（虚构）", id_number="000000199001010000")


def bought(card, discount_ppm=5_000):
    return Entitlement.objects.create(
        borrower_id=card.id,
        benefit="RATE_050",
        discount_ppm=discount_ppm,
        cost_points=50,
        request_key="bought",
        expires_on=TODAY + timedelta(days=30),
    )


def looked_at(card):
    """An application that the machine has left to a person."""
    application = builders.draft(card, amount_fen=300_000)
    actions.submit(application_id=application.pk, on=TODAY, at=builders.NOW, by=cast.self_of(card))
    doors.decide(application)
    application.refresh_from_db()
    return application


def offered(card, *, tier_ppm=10_000, points_ppm=5_000):
    """An offer at 12 % before its discounts, part of them bought."""
    offer = builders.offered_again(looked_at(card))
    if points_ppm:
        row = bought(card, points_ppm)
        LoanApplication.objects.filter(pk=offer.application_id).update(entitlement=row)
        Entitlement.objects.update(state="RESERVED", application_id=offer.application_id)
    less_ppm = tier_ppm + points_ppm
    Offer.objects.update(annual_rate_ppm=120_000 - less_ppm, discount_ppm=less_ppm)
    return Offer.objects.get()


def answer(card, path):
    api = APIClient(headers={"accept-language": "en"})
    api.force_authenticate(Account.objects.get(pk=card.account_id))
    return json.loads(api.get(f"/api/v1/{path}").content)


def seen_by_mei(offer):
    """The page on which staff decide, without the menus around it."""
    mei = doors.stranger()
    mei.force_login(cast.officer())
    answer = mei.get(f"/admin/lending/loanapplication/{offer.application_id}/change/")
    words = doors.shown(answer).partition('<section class="staff">')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", words).split())


def parts_of(items):
    return [(each["code"], each["standard_ppm"], each["floor_ppm"]) for each in items]


APART = [
    ("INTEREST", 120_000, None),
    ("TIER_DISCOUNT", -10_000, 72_000),
    ("POINTS_DISCOUNT", -5_000, 72_000),
]


class TestTheTiersAndTheBoughtDiscount:
    def test_are_one_figure_on_offer_table_contract_and_loan(self, lin):
        offer = offered(lin)
        number = offer.application.public_id
        on_offer = answer(lin, f"applications/{number}")["offer"]["cost"]["items"]
        builders.confirmed(offer, lin)
        kept = CostDisclosure.objects.get(step="CONFIRMED").content["items"]
        in_answer = answer(lin, f"applications/{number}/cost")["cost"]["items"]
        loan = loans.sign(
            application_id=offer.application_id,
            at=builders.NOW,
            on=TODAY,
            language="en",
            by=cast.self_of(lin),
        )
        on_loan = answer(lin, f"loans/{loan.public_id}")["rate_parts"]

        assert parts_of(on_offer) == parts_of(kept) == parts_of(in_answer) == APART
        assert parts_of(on_loan) == APART
        assert loan.annual_rate_ppm == sum(rate for _, rate, _ in APART) == 105_000

    def test_are_said_one_by_one_on_the_page_of_the_offer(self, lin):
        offer = offered(lin)

        words = doors.shown(doors.web_of(lin).get(f"/applications/{offer.application.public_id}/"))

        assert "Your discount for paying on time is in it: 1.00% a year less." in words
        assert "Your discount bought with points is in it: 0.50% a year less." in words
        assert "Without discounts the rate is 12.00%; no discount takes it below 7.20%." in words
        assert words.count("a year less.<br>") == 2

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_are_said_on_page_and_paper_alike(self, lin, language):
        offer = offered(lin)
        builders.confirmed(offer, lin)
        costs = table(CostDisclosure.objects.get(step="CONFIRMED").content)

        paper = on_paper(offer, language)
        figures = [each for each in said(costs)["items"] if each[:1].isdigit() or each[:1] == "-"]
        assert len(figures) == 6
        assert [each for each in figures if flat(each) not in paper] == []
        assert "7.20%" in paper

    def test_stand_on_the_page_of_the_table(self, lin):
        offer = offered(lin)
        doors.web_of(lin).post(f"/applications/{offer.application.public_id}/accept/")

        words = on_page(lin, offer, "en")

        assert flat("Your discount bought with points") in words
        assert flat("takes 0.50% a year off the rate, for the whole loan; no discount") in words
        assert flat("below 7.20%") in words

    def test_stand_on_the_page_of_the_loan(self, lin):
        offer = offered(lin)
        builders.confirmed(offer, lin)
        loan = loans.sign(
            application_id=offer.application_id,
            at=builders.NOW,
            on=TODAY,
            language="en",
            by=cast.self_of(lin),
        )

        words = doors.shown(doors.web_of(lin).get(f"/loans/{loan.public_id}/"))

        assert "Without discounts" in words
        assert "Your discount bought with points" in words
        assert [each.standard_ppm for each in contracts.rate_parts_of(loan)] == [
            rate for _, rate, _ in APART
        ]

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_stand_one_by_one_in_the_contracts_words_on_the_rate(self, lin, language):
        offer = offered(lin)
        builders.confirmed(offer, lin)
        signable = queries.signable(offer.application_id)

        passages = [
            each.text
            for each in agreement.parts(offer=signable, party=LIN, on=TODAY, language=language)
            if isinstance(each, Passage)
        ]
        (loan_words,) = [text for text in passages if yuan(offer.amount_fen) in text][:1]

        assert [rate for rate in ("1.00%", "0.50%", "12.00%", "7.20%") if rate in loan_words] == [
            "1.00%",
            "0.50%",
            "12.00%",
            "7.20%",
        ]
        assert agreement.missing_glyphs(passages) == set()

    def test_are_said_to_who_decides(self, lin):
        offer = offered(lin)

        words = seen_by_mei(offer)

        assert "Discount for paying on time −1.00%" in words
        assert "Discount bought with points −0.50%" in words
        assert "No discount takes the rate below 7.20%" in words

    def test_are_inside_the_yearly_cost_that_is_disclosed(self, lin):
        quote = queries.quote_of(offered(lin), cap_ppm=240_000, on=TODAY)

        flows = [-300_000, *(row.total_fen for row in quote.schedule)]
        monthly = pyxirr.irr(flows)
        assert monthly is not None
        real_ppm = monthly * 12 * 1_000_000
        assert quote.cost.irr_nominal_ppm == pytest.approx(real_ppm, abs=2)
        assert quote.cost.irr_nominal_ppm == pytest.approx(105_000, abs=60)
        assert sum(each.annual_rate_ppm for each in quote.cost.items) == quote.cost.irr_nominal_ppm
        assert sum(each.amount_fen for each in quote.cost.items) == quote.cost.total_interest_fen


class TestNoDiscount:
    def test_is_not_spoken_of_to_who_decides(self, lin):
        offer = offered(lin, tier_ppm=0, points_ppm=0)

        words = seen_by_mei(offer)

        assert "12.00%" in words
        assert "iscount" not in words

    def test_is_not_spoken_of_in_the_contract(self, lin):
        offer = offered(lin, tier_ppm=0, points_ppm=0)
        builders.confirmed(offer, lin)
        kept = CostDisclosure.objects.get(step="CONFIRMED").content

        assert discounts_said(kept) == ()

    def test_of_a_table_from_before_floors_were_told_names_none(self):
        earlier = {
            "recipient": "LENDER",
            "amount_fen": 0,
            "annual_rate_ppm": 0,
            "standard_fen": None,
        }
        items = [
            {"code": "INTEREST", "how_charged": "MONTHLY_ON_BALANCE", "standard_ppm": 120_000},
            {"code": "REWARD_DISCOUNT", "how_charged": "LOWER_RATE", "standard_ppm": -5_000},
        ]

        assert discounts_said({"items": [earlier | each for each in items]}) == (
            "Your discount for paying on time is in it: 0.50% a year less.",
            "Without discounts the rate is 12.00%.",
        )


class TestOneDiscount:
    @pytest.mark.parametrize(
        ("tier_ppm", "points_ppm", "code"),
        [(5_000, 0, "TIER_DISCOUNT"), (0, 5_000, "POINTS_DISCOUNT")],
    )
    def test_is_called_what_it_is(self, lin, tier_ppm, points_ppm, code):
        offer = offered(lin, tier_ppm=tier_ppm, points_ppm=points_ppm)

        items = queries.quote_of(offer, cap_ppm=240_000, on=TODAY).cost.items
        assert [each.code for each in items] == ["INTEREST", code]

    def test_and_none_leave_the_loan_without_a_list_of_them(self, lin):
        offer = builders.offered(lin)
        builders.confirmed(offer, lin)
        loan = loans.sign(
            application_id=offer.application_id,
            at=builders.NOW,
            on=TODAY,
            language="en",
            by=cast.self_of(lin),
        )

        assert answer(lin, f"loans/{loan.public_id}")["rate_parts"] == []

    def test_of_a_table_from_before_they_were_told_apart_still_states_the_price(self, lin):
        price = queries.price_of(offered(lin), cap_ppm=240_000)
        content = cost.content(cost.quoted(price, starts_on=TODAY)) | {"risk": {}}
        old = content["items"][1] | {"code": "REWARD_DISCOUNT", "standard_ppm": -15_000}
        del old["floor_ppm"]
        other = old | {"standard_ppm": -14_999}

        assert cost.states(content, price)
        assert cost.states(content | {"items": [content["items"][0], old]}, price)
        assert not cost.states(content | {"items": [content["items"][0], other]}, price)


class TestTheFloor:
    """Seven point two percent; what the machine or a person gives before discounts differs."""

    def written(self, card, base_ppm, *, tier=""):
        row = bought(card, 10_000)
        if tier:
            TierMembership.objects.create(
                borrower_id=card.id, tier=tier, from_date=TODAY, count=12, on_time=12
            )
        application = looked_at(card)
        LoanApplication.objects.filter(pk=application.pk).update(entitlement=row, state="OFFERED")
        Entitlement.objects.update(state="RESERVED", application_id=application.pk)
        application = LoanApplication.objects.get(pk=application.pk)
        product = application.product
        terms = writing.Terms(
            tier="B",
            limit_fen=300_000,
            longest_term_months=12,
            base_rate_ppm=base_ppm,
            line_limit_fen=None,
            subject="assessment:1",
            on=TODAY,
        )
        builders.room(card.id)
        with transaction.atomic():
            offer = writing.write(
                line=lines.lock_of_application(application_id=application.pk),
                application=application,
                terms=terms,
                law=laws.on(TODAY, licence=product.licence, product=product.code),
                at=builders.NOW,
            )
        row.refresh_from_db()
        return offer, row

    def words(self, card, offer):
        address = f"/applications/{offer.application.public_id}/"
        return doors.shown(doors.web_of(card).get(address))

    def test_takes_of_the_tier_first_for_what_was_bought_was_paid_for(self, lin):
        offer, row = self.written(lin, 84_000, tier="GOLD")

        price = queries.price_of(offer, cap_ppm=240_000)
        assert [(each.code, each.rate_ppm) for each in price.discounts] == [
            ("TIER_DISCOUNT", 2_000),
            ("POINTS_DISCOUNT", 10_000),
        ]
        assert offer.annual_rate_ppm == 72_000
        assert row.state == "RESERVED"

    def test_that_leaves_a_part_of_what_was_bought_says_so(self, lin):
        offer, row = self.written(lin, 76_000)
        words = self.words(lin, offer)

        assert "Your discount bought with points is in it: 0.40% a year less." in words
        assert "Of the 1.00% that you bought this loan can take no more." in words
        assert row.state == "RESERVED"

    def test_that_leaves_nothing_gives_it_back_for_another_loan(self, lin):
        offer, row = self.written(lin, 72_000)
        words = self.words(lin, offer)

        assert offer.discount_ppm == 0
        assert (row.state, row.application_id) == ("ISSUED", None)
        assert "The discount that you bought stays yours" in words
