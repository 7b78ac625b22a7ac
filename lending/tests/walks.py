"""One borrower's way through every page, from the question to a paid-off loan, page by page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from borrowers.people.contracts import BorrowerCard
from lending.applications.models import CostDisclosure, LoanApplication, Offer
from lending.channels.models import Transfer
from lending.disbursements import actions as disbursements
from lending.loans.models import Loan
from lending.tests import builders, doors

Page = tuple[str, Any]
READ = timedelta(minutes=2)


def url(name: str, *args: str) -> str:
    return reverse(f"lending:{name}", args=args)


def every_page(card: BorrowerCard, *, language: str = "en") -> Iterator[Page]:
    """Every page that a borrower can see, each once, named."""
    stranger = Client(headers={"accept-language": language})
    yield "landing", stranger.get("/")
    yield "landing, wrong", stranger.get("/?product=DAILY&amount=1&term=3")
    web = doors.web_of(card)
    web.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    yield "start", web.get(url("start"))
    yield "loans, none", web.get(url("loans"))
    yield "choose", web.get(url("apply"))
    yield "ask for tuition", web.get(url("ask", "STUDY"))
    yield "ask for tuition, wrong", web.post(url("ask", "STUDY"), {"amount": "x"})
    yield "ask", web.get(url("ask", "DAILY"))
    yield from _application(web)
    yield from _loan(web)


def applied(web: Client, **changes: str) -> LoanApplication:
    """A draft by the form."""
    asked = {"amount": "3,000", "term_months": "3", "request_key": doors.KEY, **changes}
    web.post(url("ask", "DAILY"), asked)
    return LoanApplication.objects.latest("pk")


def offered(application: LoanApplication) -> Offer:
    """An offer for an application that the machine has looked at."""
    LoanApplication.objects.filter(pk=application.pk).update(state="OFFERED")
    builders.room(application.borrower_id)
    return Offer.objects.create(
        application=application,
        tier="B",
        limit_fen=application.amount_fen - 50_000,
        longest_term_months=6,
        amount_fen=application.amount_fen - 50_000,
        term_months=application.term_months,
        base_rate_ppm=120_000,
        annual_rate_ppm=120_000,
        penalty_rate_ppm=180_000,
        grace_days=3,
        expires_at=builders.NOW + timedelta(hours=24),
    )


def proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("proof.pdf", doors.PDF)


def read_cost(web: Client, application: LoanApplication) -> None:
    """Confirm the cost table two minutes after it was opened."""
    shown = CostDisclosure.objects.filter(offer__application=application).latest("pk")
    with time_machine.travel(builders.NOW + READ, tick=True):
        web.post(url("confirm-cost", application.public_id), {"disclosure": shown.pk})


def pay_out(loan: Loan) -> None:
    """The bank's word that the payout arrived."""
    transfer = Transfer.objects.get(loan_id=loan.pk, purpose="DISBURSEMENT")
    disbursements.book(
        transfer_id=transfer.pk, answer=builders.said(transfer), on=builders.TODAY, claim=None
    )


def _application(web: Client) -> Iterator[Page]:
    application = applied(web)
    number = application.public_id
    here = url("application", number)
    yield "check your answers", web.get(here)
    web.post(url("submit", number))
    yield "deciding", web.get(url("deciding", number))
    doors.decide(application)
    yield "referred", web.get(here)
    LoanApplication.objects.update(state="DECLINED")
    yield "declined", web.get(here)
    offered(application)
    yield "offer", web.get(here)
    yield "start, with an offer", web.get(url("start"))
    yield "change the offer", web.get(url("change-offer", number))
    web.post(url("accept", number))
    yield "cost", web.get(here)
    yield "cost, too early", web.post(url("confirm-cost", number), {"disclosure": "1"}, follow=True)
    read_cost(web, application)
    yield "contract", web.get(here)
    yield "contract, not ticked", web.post(url("sign", number))
    web.post(url("sign", number), {"agrees": "on"})


def _automatic(web: Client, loan: Loan) -> Iterator[Page]:
    here = url("automatic", loan.public_id)
    chosen = web.get(here)
    yield "automatic debit", chosen
    asked = {"most": "1,100", "ends_on": "2027-03-30", "pay_day": "25", "request_key": doors.KEY}
    yield "automatic debit, wrong", web.post(here, asked | {"most": "x"})
    read = web.post(here, asked)
    yield "automatic debit, read", read
    web.post(here, asked | {"agrees": "on", "text_sha256": read.context["text_sha256"]})
    yield "automatic debit, on", web.get(here)
    web.post(url("automatic-withdraw", loan.public_id))


def _loan(web: Client) -> Iterator[Page]:
    loan = Loan.objects.latest("pk")
    here = url("loan", loan.public_id)
    yield "loan, awaiting the payout", web.get(here)
    pay_out(loan)
    running = web.get(here)
    yield "start, with a loan", web.get(url("start"))
    yield "loan", running
    yield "loans", web.get(url("loans"))
    yield from _automatic(web, loan)
    yield (
        "pay, too much",
        web.post(url("pay", loan.public_id), {"amount": "99999", "request_key": doors.KEY}),
    )
    asked = {"amount": running.context["form"].initial["amount"], "request_key": doors.KEY}
    where = web.post(url("pay", loan.public_id), asked)["location"]
    yield "payment on its way", web.get(where)
    yield "loan, money on its way", web.get(here)
    builders.collected(Transfer.objects.latest("pk"), on=builders.TODAY)
    yield "payment arrived", web.get(where)
    builders.rewarded(loan.borrower_id)
    yield "points", web.get(url("rewards"))
    spent = {"benefit": "RATE_050", "request_key": doors.KEY}
    web.post(url("rewards"), spent)
    yield "points, spent", web.get(url("rewards"))
    yield "ask, with a discount", web.get(url("ask", "DAILY"))
    quoted = web.get(url("payoff", loan.public_id))
    yield "pay off", quoted
    total = {"amount_fen": quoted.context["quote"].total_fen, "request_key": "all-of-it"}
    web.post(url("payoff", loan.public_id), total)
    builders.collected(Transfer.objects.latest("pk"), on=builders.TODAY)
    yield "loan, paid back", web.get(here)
    again = applied(web, request_key="another-key")
    web.post(url("withdraw", again.public_id))
    yield "withdrawn", web.get(url("application", again.public_id))
