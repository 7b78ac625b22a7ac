"""How far a change of a loan may go: by law, by the money that moved, and by what its form said."""

from datetime import timedelta

import pytest

from borrowers.tests import cast
from lending.calc.contracts import Change, Policy, TransactionKind
from lending.calc.fold import payoff_quote
from lending.channels.models import Transfer
from lending.loans import queries as loans
from lending.repayments import early
from lending.repayments.actions import KeyReused
from lending.servicing import changes, invariants
from lending.servicing.asking import requests
from lending.servicing.refusals import AboveTheCapWithFee, ExtensionTooLong, NoSellerPaid
from lending.tests import builders
from lending.tests.test_servicing_changes import ask, change
from lending.tests.test_withdrawal import study_loan
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Kind = TransactionKind
LENT_FEN = 300_000
CAP = 1.24
A_FEW_FEN = 150


class TestAnExtension:
    @pytest.mark.parametrize("kind", [Kind.EXTENSION, Kind.HOLIDAY])
    def test_makes_a_short_loan_twice_as_long_at_most(self, loan, mei, colleague, kind):
        with nothing_written(), pytest.raises(ExtensionTooLong):
            ask(loan, kind, mei, key="four", change=Change(periods=4))

        change(loan, kind, mei, colleague, change=Change(periods=3))

        last = loan.instalments.latest("due_on").due_on
        assert last == builders.TODAY.replace(year=2027, month=5)
        assert list(invariants.breaches()) == []

    @pytest.mark.parametrize("again", [Kind.EXTENSION, Kind.HOLIDAY])
    def test_counts_every_one_before_it(self, loan, mei, colleague, again):
        change(loan, Kind.EXTENSION, mei, colleague, change=Change(periods=2))
        change(loan, Kind.HOLIDAY, mei, colleague, key="two", change=Change(periods=1))

        with nothing_written(), pytest.raises(ExtensionTooLong):
            ask(loan, again, mei, key="three", change=Change(periods=1))

    def test_is_judged_again_when_it_is_approved(self, loan, mei, colleague):
        waits = ask(loan, Kind.EXTENSION, mei, key="waits", change=Change(periods=3))
        change(loan, Kind.HOLIDAY, mei, colleague, key="first", change=Change(periods=1))

        with nothing_written(), pytest.raises(ExtensionTooLong):
            changes.approve(change_id=waits.pk, on=builders.TODAY, by=colleague)

        waits.refresh_from_db()
        assert waits.state == "PROPOSED"

    def test_that_is_too_long_a_borrower_cannot_ask_for(self, loan, lin):
        with pytest.raises(ExtensionTooLong) as refused:
            requests.ask(
                loan_id=loan.pk, kind=Kind.EXTENSION, request_key="k", on=builders.TODAY,
                by=cast.self_of(lin), change=Change(periods=60),
            )  # fmt: skip

        assert refused.value.context == {"until": "2027-05-20"}
        assert not loan.requests.exists()

    def test_is_not_a_new_plan(self, loan, mei, colleague):
        change(loan, Kind.RESTRUCTURE, mei, colleague, change=Change(periods=9))

        assert loan.instalments.count() == 9


class TestMoneyOfASeller:
    def test_is_never_asked_of_the_borrower(self, loan, mei):
        """Two colleagues together could else draw the whole loan from the borrower's account."""
        with nothing_written(), pytest.raises(NoSellerPaid):
            ask(loan, Kind.MERCHANT_REFUND, mei, amount_fen=LENT_FEN)

    def test_is_asked_of_the_seller(self, lin, mei, colleague):
        course = study_loan(lin)

        change(course, Kind.MERCHANT_REFUND, mei, colleague, amount_fen=LENT_FEN)

        assert Transfer.objects.get(purpose="RETURN").account == "merchant:SCHOOL"


class TestAKey:
    @pytest.mark.parametrize(
        "other",
        [
            {"kind": Kind.EXTENSION, "change": Change(periods=1)},
            {"kind": Kind.HOLIDAY, "change": Change(periods=2)},
            {"kind": Kind.RATE_CHANGE, "change": Change(annual_rate_ppm=60_000)},
            {"kind": Kind.HOLIDAY, "change": Change(periods=1), "value_date": builders.TODAY - DAY},
        ],
    )
    def test_asks_for_one_change(self, loan, mei, other):
        """Else a colleague approves what stands there, and not what the form said."""
        seen = ask(loan, Kind.HOLIDAY, mei, change=Change(periods=1))
        kind = other.pop("kind")

        with nothing_written(), pytest.raises(changes.ChangeKeyReused):
            ask(loan, kind, mei, **other)

        assert (
            ask(loan, Kind.HOLIDAY, mei, on=builders.TODAY + DAY, change=Change(periods=1)) == seen
        )

    @pytest.mark.parametrize("other", [Policy.REDUCE_INSTALMENT, Policy.NEXT_DUE])
    def test_of_an_early_payment_is_of_one_choice(self, loan, lin, other):
        def pay(policy: Policy) -> Transfer:
            return early.request(
                loan_id=loan.pk, amount_fen=50_000, policy=policy, request_key="early",
                on=builders.TODAY, by=cast.self_of(lin),
            )  # fmt: skip

        seen = pay(Policy.REDUCE_TERM)
        with nothing_written(), pytest.raises(KeyReused):
            pay(other)

        assert pay(Policy.REDUCE_TERM) == seen


class TestAFee:
    @pytest.mark.parametrize("days", [0, 1, 2, 10, 29, 45, 80])
    def test_never_takes_a_pay_off_beyond_the_cap(self, loan, mei, colleague, days):
        """The most that is granted, and the loan paid off on that day and on the days after it."""
        on = builders.TODAY + days * DAY
        with pytest.raises(AboveTheCapWithFee) as refused:
            ask(loan, Kind.CHARGE, mei, on=on, key="much", amount_fen=LENT_FEN)
        most_fen = int(str(refused.value.context["most"]).replace(",", "").replace(".", ""))
        if most_fen:
            change(loan, Kind.CHARGE, mei, colleague, on=on, amount_fen=most_fen)
        with pytest.raises(AboveTheCapWithFee):
            ask(loan, Kind.CHARGE, mei, on=on, key="more", amount_fen=1)

        for later in (0, 1, 20):
            day = on + later * DAY
            quote = payoff_quote(loans.terms_of(loan), loans.log_of(loan), day)
            years = (days + later) / 365
            assert quote.total_fen <= LENT_FEN * CAP**years + A_FEW_FEN

    def test_that_is_owed_leaves_less_for_penalty(self, loan, mei, colleague):
        """Waived is what passes the cap, the fee counted: at the end the loan costs the cap."""
        on = builders.TODAY + 29 * DAY
        change(loan, Kind.CHARGE, mei, colleague, on=on, amount_fen=2_000)
        late = builders.TODAY + 365 * DAY

        builders.pay_off(loan, on=late)

        loan.refresh_from_db()
        paid_fen = Transfer.objects.get(purpose="PAYOFF").amount_fen
        assert paid_fen <= LENT_FEN * CAP + A_FEW_FEN
        assert loan.state == "SETTLED"
        assert list(invariants.breaches()) == []
