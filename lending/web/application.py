"""One application, one page: what it shows follows from where the application stands."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from borrowers.consent import queries as consents
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from borrowers.people import queries as people
from borrowers.web import device
from common import clock
from common.actors import SYSTEM
from common.business_date import queries as business_dates
from common.processes import queries as processes
from common.rulebook import queries as rulebook
from common.templatetags.dates import months
from common.templatetags.money import yuan
from common.templatetags.rates import percent
from common.web.waiting import wait_until
from lending.applications import actions, deciding, queries
from lending.applications.drafts.queries import PROOF, PURPOSE, missing
from lending.applications.models import ApplicationState, LoanApplication
from lending.applications.purposes import answers, telling
from lending.loans import queries as loans
from lending.web import offer, own
from scoring.decisions import queries as decisions

WAIT_SECONDS = 0.3
Page = Callable[[HttpRequest, LoanApplication], HttpResponse]


@login_required
@require_safe
def application(request: HttpRequest, public_id: str) -> HttpResponse:
    """The application as it stands."""
    found = own.application(request, public_id)
    if _is_over(found):
        actions.expire(application_id=found.pk, at=clock.now(), by=SYSTEM)
        found = own.application(request, public_id)
    return PAGES[found.state](request, found)


@login_required
@require_POST
def submit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the draft, and wait a moment for the answer."""
    found = own.application(request, public_id)
    with own.said_kindly(request):
        actions.submit(
            application_id=found.pk,
            on=business_dates.today(),
            at=clock.now(),
            by=own.actor(request),
            device=device.code(request),
        )
        wait_until(lambda: queries.is_decided(found.pk), seconds=WAIT_SECONDS)
    return redirect("lending:application", public_id)


@login_required
@require_safe
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far the decision is; once it is there, the way to it."""
    found = own.application(request, public_id)
    page_url = reverse("lending:application", args=[public_id])
    is_poll = "HX-Request" in request.headers
    if found.state not in queries.BEING_DECIDED:
        return own.onward(page_url) if is_poll else redirect(page_url)
    return own.progress_page(request, "lending/deciding.html", _steps(found))


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the application back."""
    found = own.application(request, public_id)
    with own.said_kindly(request):
        actions.withdraw(application_id=found.pk, by=own.actor(request))
    return redirect("lending:application", public_id)


@login_required
@require_POST
def ask_for_a_person(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have a person look at what the machine decided."""
    found = own.application(request, public_id)
    with own.said_kindly(request):
        deciding.ask_for_a_person(
            application_id=found.pk,
            on=business_dates.today(),
            at=clock.now(),
            by=own.actor(request),
        )
        messages.success(request, _("A person will look at your application."))
    return redirect("lending:application", public_id)


def _is_over(found: LoanApplication) -> bool:
    open_states = {ApplicationState.OFFERED, ApplicationState.ACCEPTED}
    return found.state in open_states and clock.now() >= found.offer.expires_at


def _draft(request: HttpRequest, found: LoanApplication) -> HttpResponse:
    """The first page that lacks something, or all answers once none does."""
    if lacking := missing(found):
        return redirect(f"lending:draft-{lacking[0]}", found.public_id)
    borrower = own.borrower(request)
    shares_records = consents.is_allowed(borrower.id, CONSUMPTION_RECORDS)
    return render(
        request,
        "lending/check_answers.html",
        {
            "application": found,
            "answers": _answers(found),
            "is_identified": people.card(borrower.id).is_identified,
            "shares_records": shares_records,
        },
    )


def _answers(found: LoanApplication) -> list[dict[str, object]]:
    """What was entered, each with the way to change it."""
    product, merchant, discount = found.product, found.merchant, found.entitlement
    first = f"{reverse('lending:ask', args=[product.code])}?replaces={found.public_id}"
    purpose, proof = (
        reverse(f"lending:draft-{page}", args=[found.public_id]) for page in (PURPOSE, PROOF)
    )
    rows: list[tuple[str, object, str]] = [
        (_("Loan"), product.name_in(own.language()), first),
        (_("Amount"), yuan(found.amount_fen), first),
        (_("For how long?"), months(found.term_months), first),
    ]
    if merchant is not None:
        rows.append((_("Paid to"), merchant.name_in(own.language()), purpose))
    rows.extend((label, value, purpose) for label, value in answers.told(found))
    if product.needs_evidence:
        given = _("uploaded") if found.evidence_id else _("missing")
        rows.append((capfirst(_(telling.scene_of(found).words.proof)), given, proof))
    if discount is not None:
        less = _("%(rate)s a year less") % {"rate": percent(discount.discount_ppm)}
        rows.append((_("Discount"), less, first))
    return [{"label": label, "value": value, "change_url": page} for label, value, page in rows]


@login_required
@require_safe
def figures(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was used, what it says, and how it counted: every figure of the decision."""
    found = own.application(request, public_id)
    if found.assessment_id is None:
        return redirect("lending:application", public_id)
    context = {"application": found, "groups": decisions.figures(found.pk)}
    return render(request, "lending/figures.html", context)


def _being_decided(_request: HttpRequest, found: LoanApplication) -> HttpResponse:
    return redirect("lending:deciding", found.public_id)


def _referred(request: HttpRequest, found: LoanApplication) -> HttpResponse:
    """A person is looking; an offer stands until they decide."""
    if queries.standing_offer(found, at=clock.now()) is not None:
        return offer.offered(request, found)
    days = int(rulebook.number("REVIEW_ANSWER_DAYS", on=business_dates.today()))
    context = {"application": found, "explanation": offer.explained(found), "answer_days": days}
    return render(request, "lending/referred.html", context)


def _declined(request: HttpRequest, found: LoanApplication) -> HttpResponse:
    context = {
        "application": found,
        "explanation": offer.explained(found),
        "could_be_smaller": offer.could_be_smaller(found),
        "can_ask": deciding.can_ask_for_a_person(found),
    }
    return render(request, "lending/declined.html", context)


def _signed(_request: HttpRequest, found: LoanApplication) -> HttpResponse:
    loan = loans.of_application(found.pk)
    assert loan is not None
    return redirect("lending:loan", loan.public_id)


def _closed(request: HttpRequest, found: LoanApplication) -> HttpResponse:
    return render(request, "lending/closed.html", {"application": found})


PAGES: dict[str, Page] = {
    ApplicationState.DRAFT: _draft,
    ApplicationState.SUBMITTED: _being_decided,
    ApplicationState.DECIDING: _being_decided,
    ApplicationState.OFFERED: offer.offered,
    ApplicationState.REFERRED: _referred,
    ApplicationState.DECLINED: _declined,
    ApplicationState.ACCEPTED: offer.accepted,
    ApplicationState.SIGNED: _signed,
    ApplicationState.WITHDRAWN: _closed,
    ApplicationState.EXPIRED: _closed,
}


def _steps(found: LoanApplication) -> dict[str, object]:
    """Four steps and how far we are, from the state of the work itself."""
    process = processes.find(kind=actions.PROCESS_KIND, subject_id=found.pk)
    is_running = process is not None and process.state == "RUNNING"
    titles = [
        _("Your application has arrived"),
        _("Reading what you agreed to share"),
        _("Working out what you can carry"),
        _("Working out the price"),
    ]
    now = 2 if is_running else 1
    return {
        "application": found,
        "percent": 60 if is_running else 30,
        "is_slow": process is not None and process.attempts > 1,
        "steps": [
            {"title": title, "state": "DONE" if at < now else "NOW" if at == now else "NEXT"}
            for at, title in enumerate(titles)
        ],
    }
