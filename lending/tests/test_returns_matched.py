"""A shop sends money back by itself: booked once on its loan, or parked with the reason."""

import json
from itertools import permutations

import pytest
from django.test import Client

from borrowers.tests import cast
from lending.calc.contracts import TransactionKind
from lending.channels.models import ChannelEvent, ParkedNotice, Transfer
from lending.loans.models import LoanState, LoanTransaction
from lending.servicing import invariants
from lending.servicing.asking import requests
from lending.servicing.refusals import AmountNotPossible, NoSellerPaid
from lending.tests import builders
from lending.tests.gateway_senders import books
from lending.tests.returning import asked_about, booked, lent, number_for, told
from lending.tests.test_channels_hostile import PATH, send

pytestmark = pytest.mark.django_db
Kind = TransactionKind
PARTS = 100_000


@pytest.fixture
def loan():
    builders.open_books()
    return lent()


@pytest.fixture
def number(loan):
    return number_for(loan)


def refunds(loan) -> list[int]:
    rows = LoanTransaction.objects.filter(loan=loan, kind="MERCHANT_REFUND").order_by("sequence")
    return list(rows.values_list("amount_fen", flat=True))


def parked() -> list[str]:
    rows = ParkedNotice.objects.filter(resolved_at=None).order_by("pk")
    return list(rows.values_list("reason", flat=True))


class TestWhatMatches:
    def test_moves_nothing_before_the_bank_itself_was_asked(self, number):
        before = books()

        assert send(told(number)).status_code == 200

        assert books() == before
        assert len(asked_about()) == 1

    def test_is_booked_by_the_fold_and_settles_the_loan(self, loan, number):
        send(told(number))
        booked(number)

        loan.refresh_from_db()
        assert (refunds(loan), parked()) == ([300_000], [])
        assert (loan.state, loan.principal_outstanding_fen) == (LoanState.SETTLED, 0)
        assert not list(invariants.of_loan(loan))
        transfer = Transfer.objects.get(purpose="RETURN")
        assert (transfer.out_trade_no, transfer.state) == (number, "SUCCEEDED")

    def test_in_part_lowers_the_principal_and_the_rest_comes_later(self, loan):
        for count in (1, 2):
            number = number_for(loan, count)
            send(told(number, amount_fen=PARTS, event_id=f"evt-{count}"))
            booked(number, amount_fen=PARTS)

        loan.refresh_from_db()
        assert refunds(loan) == [PARTS, PARTS]
        assert loan.principal_outstanding_fen == PARTS

    def test_by_the_shops_own_number_of_the_order_is_the_same_loan(self, loan):
        card_id = loan.payer_account.removeprefix("person:")
        number = f"MR-1-{card_id}-study"
        send(told(number))
        booked(number)

        assert refunds(loan) == [300_000]

    def test_told_twice_and_asked_twice_is_booked_once(self, loan, number):
        for event in ("evt-1", "evt-1", "evt-2"):
            assert send(told(number, event_id=event)).status_code == 200
        for _ in range(3):
            booked(number)

        assert (refunds(loan), parked()) == ([300_000], [])
        assert ChannelEvent.objects.count() == 2

    @pytest.mark.parametrize("order", list(permutations(["PROCESSING", "SUCCEEDED", "FAILED"])))
    def test_in_any_order_of_notices_follows_the_banks_own_word(self, loan, number, order):
        for state in order:
            send(told(number, state=state, event_id=f"evt-{state}"))
        booked(number)

        assert refunds(loan) == [300_000]

    def test_on_a_loan_that_is_paid_back_belongs_to_the_borrower(self, loan, number):
        builders.pay_off(loan)
        send(told(number))
        booked(number)

        loan.refresh_from_db()
        assert (refunds(loan), loan.overpaid_fen) == ([300_000], 300_000)


class TestWhatDoesNotMatch:
    @pytest.fixture(autouse=True)
    def _nothing_is_booked(self, loan):
        before = books()
        yield
        assert books() == before
        loan.refresh_from_db()
        assert (loan.principal_outstanding_fen, loan.overpaid_fen) == (300_000, 0)

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            ({"amount_fen": 300_001}, "AMOUNT_DIFFERS"),
            ({"account": "merchant:OTHER"}, "PAYEE_DIFFERS"),
            ({"account": "person:thief"}, "PAYEE_DIFFERS"),
            ({"account": ""}, "PAYEE_DIFFERS"),
            ({"outcome": "NOT_FOUND"}, "NOT_AT_THE_BANK"),
            ({"outcome": "FAILED"}, "NOT_AT_THE_BANK"),
        ],
    )
    def test_in_the_banks_own_word_is_parked(self, number, answer, reason):
        send(told(number))
        booked(number, **answer)

        assert parked() == [reason]

    def test_more_than_was_lent_is_parked(self, number):
        send(told(number, amount_fen=300_001))
        booked(number, amount_fen=300_001)

        assert parked() == ["ABOVE_FINANCED"]

    @pytest.mark.parametrize("number", ["MR-1-D-nobody-1", "MR-9-INV-77", "MR-1-x"])
    def test_an_unknown_order_is_parked(self, number):
        send(told(number))
        booked(number)

        assert parked() == ["UNKNOWN_ORDER"]

    def test_an_order_of_another_shop_is_not_found_by_its_number(self, loan):
        number = f"MR-1-{loan.payer_account.removeprefix('person:')}-study"
        send(told(number))
        booked(number, account="merchant:OTHER")

        assert parked() == ["UNKNOWN_ORDER"]

    def test_another_currency_is_parked_and_the_bank_is_not_even_asked(self, number):
        send(told(number, currency="USD"))

        assert (parked(), asked_about()) == (["CURRENCY_DIFFERS"], [])

    def test_an_unsigned_notice_is_not_kept(self, number):
        answer = Client().post(PATH, json.dumps(told(number)), content_type="application/json")

        assert answer.status_code == 401
        assert not ChannelEvent.objects.exists()

    def test_a_notice_that_was_altered_on_the_way_is_not_kept(self, number):
        good, bad = (json.dumps(told(number, amount_fen=fen)).encode() for fen in (1, 300_000))

        assert send(told(number), body=bad, signed=good).status_code == 401
        assert not ChannelEvent.objects.exists()

    def test_of_a_loan_that_was_not_paid_out_is_parked(self, loan, number):
        send(told(number))
        type(loan).objects.filter(pk=loan.pk).update(state="CANCELLED")
        booked(number)
        type(loan).objects.filter(pk=loan.pk).update(state="ACTIVE")

        assert parked() == ["LOAN_NOT_OPEN"]


class TestWhatCameBefore:
    def test_all_of_it_is_parked_the_second_time(self, loan, number):
        send(told(number))
        booked(number)
        again = number_for(loan, 2)
        send(told(again, event_id="evt-2"))
        booked(again)

        assert (refunds(loan), parked()) == ([300_000], ["RETURNED_ALREADY"])

    def test_a_part_of_it_leaves_room_for_the_rest_only(self, loan, number):
        send(told(number, amount_fen=PARTS))
        booked(number, amount_fen=PARTS)
        again = number_for(loan, 2)
        send(told(again, amount_fen=200_001, event_id="evt-2"))
        booked(again, amount_fen=200_001)

        assert (refunds(loan), parked()) == ([PARTS], ["ABOVE_FINANCED"])

    def test_another_amount_told_later_of_the_same_money_is_parked(self, loan, number):
        send(told(number))
        booked(number)
        send(told(number, amount_fen=1, event_id="evt-2"))

        assert (refunds(loan), parked()) == ([300_000], ["AMOUNT_DIFFERS"])


class TestWhoAsked:
    def ask(self, loan, amount_fen: int = 300_000, key: str = "k"):
        return requests.ask(
            loan_id=loan.pk,
            kind=Kind.MERCHANT_REFUND,
            request_key=key,
            on=builders.TODAY,
            by=cast.self_of(builders.person("Wei")),
            amount_fen=amount_fen,
        )

    def test_is_answered_by_the_money(self, loan, number):
        asked = self.ask(loan)
        send(told(number))
        booked(number)

        asked.refresh_from_db()
        assert (asked.state, asked.change) == ("ARRIVED", None)
        assert asked.answered_at is not None

    def test_waits_on_while_less_came(self, loan, number):
        asked = self.ask(loan)
        send(told(number, amount_fen=PARTS))
        booked(number, amount_fen=PARTS)

        asked.refresh_from_db()
        assert (asked.state, refunds(loan)) == ("ASKED", [PARTS])

    def test_more_than_was_lent_is_refused(self, loan):
        with pytest.raises(AmountNotPossible):
            self.ask(loan, 300_001)

        assert not loan.requests.exists()

    def test_on_a_loan_that_paid_nobody_else_is_refused(self):
        builders.open_books()
        own = builders.paid_out(builders.person("Chen"))

        with pytest.raises(NoSellerPaid):
            self.ask(own)

        assert not own.requests.exists()
