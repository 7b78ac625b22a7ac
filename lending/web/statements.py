"""Statements: a loan over any days, as a page and as a sealed file, and all loans together."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common.api.renderers import pdf
from common.business_date import queries as business_dates
from lending.loans.models import Loan
from lending.papers.statements import paper, queries, words
from lending.papers.statements.contracts import Account, Overview, Statement
from lending.servicing.refusals import NotPaidOutYet
from lending.web import own


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=False)


class PeriodForm(forms.Form):
    """From which day to which; without them, all of it."""

    since = _day(_("First day"))
    until = _day(_("Last day"))


@login_required
@require_safe
def statement(request: HttpRequest, public_id: str) -> HttpResponse:
    """One loan: what was due, what was paid and where it went, and what is owed."""
    found = own.loan(request, public_id)
    form = PeriodForm(request.GET)
    try:
        told = _told(found, form)
    except NotPaidOutYet:
        return redirect("lending:loan", public_id)
    except queries.StatementPeriodWrong as refusal:
        form.add_error(None, own.in_words(refusal))
        told = _whole(found)
    context = {
        "loan": found,
        "told": told,
        "form": _filled(form, told.account),
        "period": _period(told.account),
        **_shown(told.account),
    }
    return render(request, "lending/statement.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def statement_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same as a sealed PDF."""
    found = own.loan(request, public_id)
    content = b""
    with own.said_kindly(request):
        told = _told(found, PeriodForm(request.GET))
        content = paper.sealed(loan=found, statement=told, language=own.language())
    if not content:
        return redirect("lending:statement", public_id)
    return pdf(content, name=f"statement-{public_id}.pdf")


@login_required
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """All loans together over the same days."""
    borrower = own.borrower(request)
    form = PeriodForm(request.GET)
    try:
        told = _together(borrower.id, form)
    except queries.StatementPeriodWrong as refusal:
        form.add_error(None, own.in_words(refusal))
        told = _together(borrower.id, PeriodForm({}))
    context = {
        "told": told,
        "form": _filled(form, told),
        "period": _period(told),
        "movements": list(words.movements(told.movements)),
        # Every movement of each loan, as of all together: before and after differ by nothing else.
        "cards": [
            (each, list(words.movements(each.account.movements))) for each in told.statements
        ],
    }
    return render(request, "lending/statements.html", context, status=422 if form.errors else 200)


def _told(found: Loan, form: PeriodForm) -> Statement:
    since, until = _asked(form)
    return queries.of_loan(
        found, since=since, until=until, on=business_dates.today(), language=own.language()
    )


def _whole(found: Loan) -> Statement:
    return _told(found, PeriodForm({}))


def _together(borrower_id: int, form: PeriodForm) -> Overview:
    since, until = _asked(form)
    return queries.of_borrower(
        borrower_id, since=since, until=until, on=business_dates.today(), language=own.language()
    )


def _asked(form: PeriodForm) -> tuple[date | None, date | None]:
    """The days that were chosen; what is no day counts as not chosen, and is said in the form."""
    form.is_valid()
    return form.cleaned_data.get("since"), form.cleaned_data.get("until")


def _filled(form: PeriodForm, told: Account | Overview) -> PeriodForm:
    """The form with the days that are shown, unless it has to say what is wrong with them."""
    if form.errors:
        return form
    return PeriodForm({"since": told.since, "until": told.until})


def _period(told: Account | Overview) -> str:
    return f"since={told.since.isoformat()}&until={told.until.isoformat()}"


def _shown(account: Account) -> dict[str, Any]:
    """Every figure of the account with its words."""
    return {
        "movements": list(words.movements(account.movements)),
        "owed": list(words.owed(account.closing)),
        "dues": [
            {
                "due": each,
                "parts": list(words.due_parts(each)),
                "settled": list(words.due_settled(each)),
            }
            for each in account.dues
        ],
        "entries": [
            {
                "entry": each,
                "said": words.said(each.kind),
                "parts": list(words.parts(each)),
                "note": words.note(each),
            }
            for each in account.entries
        ],
        "cost": list(words.cost(account)),
        "paid_ahead": words.paid_ahead(account),
    }
