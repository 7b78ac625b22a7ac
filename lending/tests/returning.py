"""Loans that paid a shop, and what a bank says of the money that the shop sends back."""

from dataclasses import replace
from typing import Any

from borrowers.tests import cast
from common import clock
from common.processes.models import Process
from lending.applications.models import LoanApplication
from lending.channels.contracts import TransferAnswer
from lending.channels.models import ChannelEvent, Transfer
from lending.disbursements import actions as disbursements
from lending.loans import actions as loans
from lending.loans.models import Loan
from lending.returns import actions as returns
from lending.tests import builders

SHOP = "merchant:SCHOOL"


def lent(name: str = "Lin") -> Loan:
    """A loan of 3,000 yuan that paid the school."""
    card = builders.person(name)
    offer = builders.student(card)
    LoanApplication.objects.update(evidence_checked_at=builders.NOW)
    builders.confirmed(offer, card)
    loan = loans.sign(
        application_id=offer.application_id,
        at=builders.NOW,
        on=builders.TODAY,
        language="en",
        by=cast.self_of(card),
    )
    payout = Transfer.objects.get(loan_id=loan.pk)
    answer = builders.said(payout)
    disbursements.book(transfer_id=payout.pk, answer=answer, on=builders.TODAY, claim=None)
    loan.refresh_from_db()
    return loan


def number_for(loan: Loan, count: int = 1) -> str:
    """What the bank calls the shop's return of the loan's payout."""
    payout = Transfer.objects.get(loan_id=loan.pk, purpose="DISBURSEMENT")
    return f"MR-{count}-{payout.out_trade_no}"


def told(number: str, *, amount_fen: int = 300_000, **changes: Any) -> dict[str, Any]:
    """The bank's notice."""
    return {
        "event_id": "evt-1",
        "out_trade_no": number,
        "state": "SUCCEEDED",
        "amount_fen": amount_fen,
        "bank_reference": "ref-1",
        "occurred_at": clock.now().isoformat(),
        **changes,
    }


def said(number: str, *, amount_fen: int = 300_000, **changes: Any) -> TransferAnswer:
    """The bank's own word when it is asked."""
    answer = TransferAnswer(
        number, "SUCCEEDED", bank_reference="ref-1", amount_fen=amount_fen, account=SHOP
    )
    return replace(answer, **changes)


def booked(number: str, **answer: Any) -> None:
    """What the worker does about every notice of a number, once the bank has spoken."""
    for event in ChannelEvent.objects.filter(out_trade_no=number).order_by("pk"):
        returns.book(
            event_id=event.pk,
            answer=said(number, **answer),
            on=builders.TODAY,
            at=builders.NOW,
            claim=None,
        )


def asked_about() -> list[tuple[int, str]]:
    """The processes that will ask the bank."""
    rows = Process.objects.filter(kind=returns.PROCESS_KIND).order_by("pk")
    return list(rows.values_list("subject_id", "process_key"))
