"""The borrower's start page: what runs comes first, then the tasks that lead to a loan."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from borrowers.people.contracts import BorrowerCard
from borrowers.web import home
from borrowers.web.gate import borrower_page
from common.business_date import queries as business_dates
from lending.applications import queries as applications
from lending.applications.models import ApplicationState, LoanApplication
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanState
from lending.repayments.queries import Standing, standing
from lending.web import line, own

RUNNING = {LoanState.ACTIVE, LoanState.PENDING_DISBURSEMENT}
YOURS_TO_GO_ON = {ApplicationState.DRAFT, ApplicationState.OFFERED, ApplicationState.ACCEPTED}


@dataclass(frozen=True, slots=True)
class RunningLoan:
    """A loan as the start page shows it; without a standing its payout is on its way."""

    loan: Loan
    name: str
    standing: Standing | None

    @property
    def days_past_due(self) -> int:
        """How late its oldest unpaid instalment is."""
        return self.standing.days_past_due if self.standing else 0


@require_safe
@borrower_page
def start(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """Running loans, latest first by how late they are, the open application, the tasks.

    One button is the page's first: what is late, then the open application, then what is due next,
    and only for somebody with none of these the next task.
    """
    running = _running(card)
    application = applications.open_or_drafted(card.id)
    tasks = home.tasks(card)
    if running or application:
        # Nobody who has a loan or an open application is pressed to ask for another one.
        tasks = [each for each in tasks if each.url != home.apply_url()]
    return render(
        request,
        "lending/start.html",
        {
            "running": running,
            "first": _first(running, application),
            "application": application,
            "application_name": application and application.product.name_in(own.language()),
            "goes_on": application is not None and application.state in YOURS_TO_GO_ON,
            "tasks": tasks,
            "next": None if running or application else home.upcoming(tasks),
        }
        | line.shown(card.id),
    )


def _running(card: BorrowerCard) -> list[RunningLoan]:
    found = [
        RunningLoan(
            loan=each,
            name=each.product.name_in(own.language()),
            standing=standing(each, on=business_dates.today()),
        )
        for each in loans.of_borrower(card.id).filter(state__in=RUNNING)
    ]
    return sorted(found, key=lambda each: each.days_past_due, reverse=True)


def _first(running: list[RunningLoan], application: LoanApplication | None) -> str:
    """The public id of the loan or application whose button leads the page."""
    payable = [each for each in running if each.standing]
    if payable and (payable[0].days_past_due or application is None):
        return payable[0].loan.public_id
    return application.public_id if application else ""
