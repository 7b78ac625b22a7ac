"""Returned money that matched no loan: Mei names one, a colleague approves, the bank is asked."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.people.models import Account
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.errors import NotFound
from lending.channels.models import ChannelEvent, ParkedNotice
from lending.loans.models import LoanTransaction
from lending.reconciliation.models import StatementBreak
from lending.returns import assigning
from lending.returns.models import ReturnProposal
from lending.tests import builders
from lending.tests.gateway_senders import books
from lending.tests.returning import asked_about, booked, lent, said, told
from lending.tests.test_admin_pages import officer, signed_in
from lending.tests.test_channels_hostile import send

pytestmark = pytest.mark.django_db
NUMBER = "MR-1-UNKNOWN-7"


@pytest.fixture
def loan():
    builders.open_books()
    return lent()


@pytest.fixture
def parked(loan):
    send(told(NUMBER, amount_fen=100_000))
    booked(NUMBER, amount_fen=100_000)
    return ParkedNotice.objects.get()


@pytest.fixture
def mei():
    return staff(officer())


@pytest.fixture
def ann():
    return staff(colleague())


def colleague(*permissions: str) -> Account:
    """Ann, who may do what is named."""
    account = people.open_staff(
        phone="+8613900000006", password="a long enough password", is_administrator=False
    )
    account.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return account


def staff(account: Account) -> Actor:
    return Actor(kind="STAFF", account_id=account.pk)


def named(parked, loan, mei) -> ReturnProposal:
    return assigning.propose(parked_id=parked.pk, loan_public_id=loan.public_id, by=mei)


def refunds() -> list[int]:
    rows = LoanTransaction.objects.filter(kind="MERCHANT_REFUND")
    return list(rows.values_list("amount_fen", flat=True))


class TestTwoPeople:
    @pytest.mark.parametrize("number", [1, 1_000_000])
    def test_decide_whatever_number_their_wish_has(self, loan, parked, mei, ann, number):
        ReturnProposal.objects.create(pk=number, parked=parked, loan=loan, author_id=mei.account_id)

        assigning.approve(proposal_id=number, by=ann)

        assert ReturnProposal.objects.get().state == "APPROVED"

    def test_put_it_on_the_loan_once_the_bank_has_said_so_again(self, parked, loan, mei, ann):
        row = named(parked, loan, mei)
        before = books()
        assigning.approve(proposal_id=row.pk, by=ann)
        assigning.approve(proposal_id=row.pk, by=ann)
        assert books() == before
        assert asked_about()[-1] == (parked.event_id, f"assigned-{row.pk}")

        booked(NUMBER, amount_fen=100_000)
        booked(NUMBER, amount_fen=100_000)

        parked.refresh_from_db()
        loan.refresh_from_db()
        assert (refunds(), parked.outcome) == ([100_000], "ASSIGNED")
        assert loan.principal_outstanding_fen == 200_000

    def test_put_it_there_also_when_it_came_from_another_account(self, parked, loan, mei, ann):
        row = named(parked, loan, mei)
        assigning.approve(proposal_id=row.pk, by=ann)
        booked(NUMBER, amount_fen=100_000, account="merchant:OTHER")

        assert refunds() == [100_000]

    def test_are_two(self, parked, loan, mei):
        row = named(parked, loan, mei)
        for by in (mei, SYSTEM, cast.self_of(builders.person("Wei"))):
            with pytest.raises(assigning.ReturnFourEyesNeeded):
                assigning.approve(proposal_id=row.pk, by=by)

        assert ReturnProposal.objects.get().state == "PROPOSED"
        assert len(asked_about()) == 1

    def test_name_it_once_at_a_time(self, parked, loan, mei, ann):
        assert named(parked, loan, mei) == named(parked, loan, mei)
        assigning.turn_down(proposal_id=ReturnProposal.objects.get().pk, by=ann)
        named(parked, loan, mei)

        assert ReturnProposal.objects.count() == 2
        assert refunds() == []

    def test_are_not_heard_when_the_bank_knows_of_another_sum(self, parked, loan, mei, ann):
        row = named(parked, loan, mei)
        assigning.approve(proposal_id=row.pk, by=ann)
        booked(NUMBER, amount_fen=99_999)

        parked.refresh_from_db()
        assert (refunds(), parked.reason, parked.resolved_at) == ([], "AMOUNT_DIFFERS", None)

    def test_are_not_heard_for_money_that_left_with_the_statement(self, parked, loan, mei, ann):
        row = named(parked, loan, mei)
        assigning.approve(proposal_id=row.pk, by=ann)
        StatementBreak.objects.create(
            bank="SANDBOX", kind="MISSING_HERE", subject=NUMBER, there_fen=100_000,
            state="RESOLVED", resolution="TO_SUSPENSE", resolved_at=builders.NOW,
            first_day=builders.TODAY, last_day=builders.TODAY,
        )  # fmt: skip
        booked(NUMBER, amount_fen=100_000)

        parked.refresh_from_db()
        assert (refunds(), parked.reason) == ([], "WORKED_OFF")


class TestWhatCannotBeNamed:
    @pytest.fixture(autouse=True)
    def _nothing_is_written(self, parked):
        before = books()
        yield
        assert (books(), ReturnProposal.objects.count()) == (before, 0)

    def test_is_a_loan_that_is_not_there_or_takes_less(self, parked, loan, mei):
        type(loan).objects.filter(pk=loan.pk).update(principal_fen=99_999)
        for number in ("nobody", loan.public_id):
            with pytest.raises(assigning.ReturnLoanDiffers):
                assigning.propose(parked_id=parked.pk, loan_public_id=number, by=mei)
        type(loan).objects.filter(pk=loan.pk).update(principal_fen=300_000)

    def test_is_a_notice_that_is_not_there(self, loan, mei):
        with pytest.raises(NotFound):
            assigning.propose(parked_id=0, loan_public_id=loan.public_id, by=mei)

    def test_is_a_notice_of_something_else(self, parked, loan, mei):
        event = ChannelEvent.objects.create(
            channel="SANDBOX", event_key="e", out_trade_no="R-x", state="SUCCEEDED", amount_fen=1
        )
        other = ParkedNotice.objects.create(event=event, reason="UNKNOWN_ORDER")
        parked.resolved_at = builders.NOW

        with pytest.raises(assigning.ReturnNotAssignable):
            named(other, loan, mei)
        assert not assigning.can_be_assigned(parked)

    def test_by_anybody_but_staff(self, parked, loan):
        with pytest.raises(assigning.ReturnFourEyesNeeded):
            named(parked, loan, SYSTEM)


class TestThePage:
    def url(self, name: str, *numbers: int) -> str:
        return reverse(f"admin:lending_parkednotice_{name}", args=numbers)

    def test_lets_one_name_the_loan_and_another_approve(self, parked, loan):
        mei = signed_in(officer("view_parkednotice", "propose_returnproposal"))
        ann = signed_in(colleague("view_parkednotice", "approve_returnproposal"))
        page = mei.get(self.url("change", parked.pk)).content.decode()
        assert "Whose loan is it for?" in page
        # The style of staff pages draws a field by its type.
        assert '<input id="id_loan" type="text"' in page

        mei.post(self.url("assign", parked.pk), {"loan": loan.public_id})
        row = ReturnProposal.objects.get()
        decide = self.url("decide", parked.pk, row.pk)
        assert mei.post(decide, {"approve": "1"}).status_code == 403
        assert loan.public_id in ann.get(self.url("change", parked.pk)).content.decode()
        ann.post(decide, {"approve": "1"})

        row.refresh_from_db()
        assert row.state == "APPROVED"

    def test_refuses_whoever_may_not(self, parked, loan):
        zhao = signed_in(officer("view_parkednotice"))

        answer = zhao.post(self.url("assign", parked.pk), {"loan": loan.public_id})

        assert answer.status_code == 403
        assert (
            "Propose to a colleague" not in zhao.get(self.url("change", parked.pk)).content.decode()
        )
        assert not ReturnProposal.objects.exists()


def test_the_banks_word_for_tests_names_the_school(loan):
    assert said(NUMBER).account == loan.payee_account
