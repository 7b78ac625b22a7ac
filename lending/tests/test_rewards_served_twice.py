"""A lower rate serves one loan: when a loan that was given back runs again, it is used again.

What went elsewhere meanwhile is not taken away; its price is owed in points, and never in money.
"""

import pytest
from django.db import transaction

from borrowers.tests import cast
from common.errors import NotFound
from lending.applications.models import LoanApplication, Offer
from lending.calc.contracts import TransactionKind
from lending.channels.models import Transfer
from lending.disbursements import actions as disbursements
from lending.loans import actions as loans
from lending.loans import queries
from lending.repayments import withdrawal
from lending.rewards import actions as rewards
from lending.rewards.models import Entitlement, PointsEntry
from lending.servicing import changes
from lending.tests import builders, rewarding
from lending.tests.builders import TODAY, said
from lending.tests.rewarding import all_is_well, buy, figures, give
from lending.tests.statements import clerk
from tests.machinery.races import together

# Of no instalment here.
SOURCE = 900_001


@pytest.fixture
def lin(db):
    builders.open_books()
    return builders.person("Lin")


def with_a_discount(card):
    """A loan at half a percentage point less, which was bought with 50 of 100 points."""
    give(card, 100, source=SOURCE)
    bought = buy(card)
    application = builders.draft(card)
    with transaction.atomic():
        rewards.reserve(
            entitlement_id=bought.pk, borrower_id=card.id, application_id=application.pk, on=TODAY
        )
    LoanApplication.objects.filter(pk=application.pk).update(entitlement=bought)
    offer = builders.offered_again(application)
    Offer.objects.update(annual_rate_ppm=115_000, discount_ppm=5_000)
    offer.refresh_from_db()
    return paid_out(offer, card), bought


def paid_out(offer, card):
    builders.confirmed(offer, card)
    loan = loans.sign(
        application_id=offer.application_id,
        at=builders.NOW,
        on=TODAY,
        language="en",
        by=cast.self_of(card),
    )
    transfer = Transfer.objects.get(loan_id=loan.pk)
    disbursements.book(transfer_id=transfer.pk, answer=said(transfer), on=TODAY, claim=None)
    loan.refresh_from_db()
    return loan


def give_back(loan, card, *, key="back", on=TODAY):
    found = withdrawal.giving_back(loan, on=on)
    transfer = withdrawal.request(
        loan_id=loan.pk, amount_fen=found.amount_fen, request_key=key, on=on, by=cast.self_of(card)
    )
    builders.collected(transfer, on=on)
    loan.refresh_from_db()
    assert loan.state == "CANCELLED"


def run_again(loan, *, on=TODAY, key="cb"):
    """The bank takes back what had undone the loan."""
    last = loan.transactions.filter(kind="WITHDRAWAL").order_by("-sequence").first()
    row = changes.propose(
        loan_id=loan.pk, kind=TransactionKind.CHARGEBACK, reason="BANK_TOOK_BACK",
        request_key=key, reverses=last.sequence, on=on, by=clerk(),
    )  # fmt: skip
    changes.approve(change_id=row.pk, on=on, by=clerk("chief"))
    loan.refresh_from_db()
    assert loan.state == "ACTIVE"


def held_elsewhere(bought, card, *, application_id=77):
    with transaction.atomic():
        rewards.reserve(
            entitlement_id=bought.pk, borrower_id=card.id, application_id=application_id, on=TODAY
        )


def stands(bought):
    bought.refresh_from_db()
    return bought.state, bought.application_id, bought.loan_id


class TestALoanThatRunsAgain:
    def test_takes_its_discount_with_it(self, lin):
        loan, bought = with_a_discount(lin)
        before = stands(bought)
        give_back(loan, lin)
        assert stands(bought) == ("ISSUED", None, None)

        run_again(loan)

        assert stands(bought) == before == ("CONSUMED", loan.contract.application_id, loan.pk)
        assert figures(lin) == (50, 0, 0)
        with pytest.raises(rewards.EntitlementNotUsable):
            held_elsewhere(bought, lin)
        assert all_is_well()

    def test_takes_one_whose_time_is_over_and_gives_it_back_as_it_was(self, lin):
        loan, bought = with_a_discount(lin)
        give_back(loan, lin)
        Entitlement.objects.update(state="EXPIRED")

        run_again(loan)

        assert stands(bought)[0] == "CONSUMED"
        assert figures(lin) == (50, 0, 0)

    def test_leaves_another_loan_its_rate_and_owes_the_price_in_points(self, lin):
        loan, bought = with_a_discount(lin)
        give_back(loan, lin)
        held_elsewhere(bought, lin)
        with transaction.atomic():
            rewards.consume(application_id=77, loan_id=88)

        run_again(loan)

        assert stands(bought) == ("CONSUMED", 77, 88)
        # The 50 points that were left make up for it at once.
        assert figures(lin) == (0, 0, 0)
        kinds = list(PointsEntry.objects.order_by("pk").values_list("kind", flat=True))
        assert kinds == ["EARN", "SPEND", "TWICE", "COVER"]
        assert all_is_well()

    def test_leaves_an_application_what_it_was_promised_and_stops_buying(self, lin):
        loan, bought = with_a_discount(lin)
        give_back(loan, lin)
        held_elsewhere(bought, lin)
        buy(lin, key="all that was left")

        run_again(loan)

        assert stands(bought) == ("RESERVED", 77, None)
        assert figures(lin) == (0, 0, 50)
        with pytest.raises(rewards.PointsOwed):
            buy(lin, key="more")
        give(lin, 60, source=SOURCE + 1)
        assert figures(lin) == (10, 0, 0)
        assert all_is_well()

    def test_owes_again_what_had_come_back_for_the_discount(self, lin):
        loan, bought = with_a_discount(lin)
        give_back(loan, lin)
        rewards.return_bought(
            entitlement_id=bought.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
        )
        assert figures(lin) == (100, 0, 0)

        run_again(loan)

        assert stands(bought)[0] == "REFUNDED"
        assert figures(lin) == (50, 0, 0)
        assert all_is_well()

    def test_and_is_given_back_once_more_frees_it_once_more(self, lin):
        loan, bought = with_a_discount(lin)
        give_back(loan, lin)
        run_again(loan)

        give_back(loan, lin, key="again")

        assert stands(bought) == ("ISSUED", None, None)
        assert figures(lin) == (50, 0, 0)
        assert all_is_well()

    @pytest.mark.parametrize("left", [0, 20, 50])
    def test_and_is_given_back_once_more_owes_nothing_for_what_it_had_twice(self, lin, left):
        loan, bought = with_a_discount(lin)
        give_back(loan, lin)
        held_elsewhere(bought, lin)
        rewarding.take_back(lin, SOURCE)  # all points are gone, and 50 are owed
        give(lin, 50 + left, source=SOURCE + 1)
        before = figures(lin)
        run_again(loan)
        assert figures(lin) == (0, 0, 50 - left)

        give_back(loan, lin, key="again")

        assert figures(lin) == before == (left, 0, 0)
        assert stands(bought) == ("RESERVED", 77, None)
        assert all_is_well()

    def test_without_a_discount_changes_nothing_of_the_points(self, lin):
        give(lin, 100, source=SOURCE)
        bought = buy(lin)
        loan = builders.paid_out(lin)
        assert queries.bought_discount_of(loan) is None
        give_back(loan, lin)
        before = rewarding.written()

        run_again(loan)

        assert rewarding.written() == before
        assert stands(bought) == ("ISSUED", None, None)

    def test_whose_discount_met_the_floor_changes_nothing_of_the_points(self, lin):
        """It had been let go, as the rate was at its floor without it."""
        loan, bought = with_a_discount(lin)
        content = loan.contract.disclosure.content
        items = [each for each in content["items"] if each["code"] != "POINTS_DISCOUNT"]
        loan.contract.disclosure.content = {**content, "items": items}

        assert queries.bought_discount_of(loan) is None
        assert bought.cost_points == 50


class TestTheVerb:
    def use_again(self, bought, card):
        with transaction.atomic():
            rewards.use_again(
                entitlement_id=bought.pk, borrower_id=card.id, application_id=1, loan_id=2,
                on=TODAY,
            )  # fmt: skip

    def test_again_is_the_same(self, lin):
        give(lin, 100)
        bought = buy(lin)
        held_elsewhere(bought, lin)

        for _ in range(3):
            self.use_again(bought, lin)

        assert figures(lin) == (0, 0, 0)
        assert PointsEntry.objects.filter(kind="TWICE").count() == 1

    def test_takes_nothing_of_zhaos(self, lin):
        give(lin, 100)
        bought = buy(lin)
        zhao = cast.borrower("Zhao")

        with pytest.raises(NotFound):
            self.use_again(bought, zhao)

        assert stands(bought) == ("ISSUED", None, None)


@pytest.mark.django_db
def test_a_waiver_rests_while_points_are_owed():
    lin = cast.borrower("Lin")
    give(lin, 50)
    bought = buy(lin)
    Entitlement.objects.update(kind="FEE_WAIVER", value_fen=500)
    rewarding.take_back(lin, 1)

    with pytest.raises(rewards.PointsOwed), transaction.atomic():
        rewards.consume_waiver(entitlement_id=bought.pk, borrower_id=lin.id, loan_id=1, on=TODAY)

    assert stands(bought) == ("ISSUED", None, None)


@pytest.mark.commits
@pytest.mark.parametrize("_", range(3))
def test_running_again_races_with_another_application_and_the_price_is_paid_for_each(_):
    lin = cast.borrower("Lin")
    give(lin, 100)
    bought = buy(lin)

    def again():
        with transaction.atomic():
            rewards.use_again(
                entitlement_id=bought.pk, borrower_id=lin.id, application_id=1, loan_id=2, on=TODAY
            )

    _, held = together(again, lambda: held_elsewhere(bought, lin))

    served_twice = PointsEntry.objects.filter(kind="TWICE").exists()
    if isinstance(held, rewards.EntitlementNotUsable):
        assert (stands(bought), served_twice) == (("CONSUMED", 1, 2), False)
        assert figures(lin) == (50, 0, 0)
    else:
        assert (stands(bought), served_twice) == (("RESERVED", 77, None), True)
        assert figures(lin) == (0, 0, 0)
    assert all_is_well()
