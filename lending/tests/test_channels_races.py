"""Notices that arrive at once, and a notice beside our own question: one truth in either order."""

import pytest
from django.db import transaction

from common import clock
from common.actors import SYSTEM
from lending.channels import actions, parking
from lending.channels.contracts import WebhookNotice
from lending.channels.models import ChannelEvent, ParkedNotice, ParkedOutcome, Transfer
from lending.ledger import queries as ledger
from lending.loans.models import LoanTransaction
from lending.repayments import actions as repayments
from lending.tests import builders
from lending.tests.builders import TODAY
from lending.tests.gateway_senders import parked, transfer_through
from tests.machinery.races import at_once, together

pytestmark = pytest.mark.commits
FIVE = range(5)


def notice(transfer, *, event="evt-1", state="SUCCEEDED"):
    return WebhookNotice(
        event_id=event,
        out_trade_no=transfer.out_trade_no,
        state=state,
        amount_fen=transfer.amount_fen,
        bank_reference="ref-1",
        occurred_at=clock.now(),
    )


def keep(told):
    return actions.store_notice(channel="SANDBOX", notice=told)


def settle(transfer, outcome):
    with transaction.atomic():
        actions.settle(transfer_id=transfer.pk, answer=builders.said(transfer, outcome))


def test_one_notice_told_five_times_is_kept_once():
    transfer = transfer_through("SANDBOX")

    outcomes = at_once(lambda _: keep(notice(transfer)), FIVE)

    assert sorted(outcomes, key=str) == [False, False, False, False, True]
    assert ChannelEvent.objects.count() == 1


def test_a_notice_of_nobodys_order_told_five_times_is_parked_once():
    transfer = Transfer(out_trade_no="R-nobody", amount_fen=1)

    outcomes = at_once(lambda _: keep(notice(transfer)), FIVE)

    assert outcomes.count(True) == 1
    assert parked() == ["UNKNOWN_ORDER"]


@pytest.mark.parametrize("round_", range(3))
def test_a_notice_beside_our_own_question_is_parked_in_either_order(round_):
    """The bank tells us of a success while it answers our question with a failure."""
    transfer = transfer_through("SANDBOX", number=f"R-lin-{round_}")

    together(lambda: keep(notice(transfer)), lambda: settle(transfer, "FAILED"))

    transfer.refresh_from_db()
    assert transfer.state == "FAILED"
    assert parked() == ["PAID_AFTER_FAILURE"]


def test_a_notice_beside_the_booking_books_once():
    builders.open_books()
    loan = builders.paid_out(builders.person("Lin"))
    transfer = repayments.request(
        loan_id=loan.pk, amount_fen=50_000, request_key="k", on=TODAY, by=SYSTEM
    )
    verbs = [lambda: builders.collected(transfer, on=TODAY)] * 2

    outcomes = together(
        *verbs, *[lambda each=each: keep(notice(transfer, event=f"evt-{each}")) for each in FIVE]
    )

    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert LoanTransaction.objects.filter(kind="REPAYMENT").count() == 1
    assert ledger.balance_fen("1002") == 50_000 - loan.principal_fen
    assert not ParkedNotice.objects.exists()


def test_a_finding_is_written_by_one_of_two():
    keep(notice(Transfer(out_trade_no="R-nobody", amount_fen=1)))
    row = ParkedNotice.objects.get()

    outcomes = together(
        *[
            lambda found=found: parking.resolve(parked_id=row.pk, outcome=found, by=SYSTEM)
            for found in (ParkedOutcome.MATCHED, ParkedOutcome.NOT_OURS)
        ]
    )

    assert [type(each).__name__ for each in outcomes if each is not None] == ["NotFound"]
    assert parking.waiting() == 0
