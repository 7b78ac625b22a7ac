"""Automatic debit of a loan: what would be allowed, a clear yes to it, and one click to end it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from common import public_ids
from common.business_date import queries as business_dates
from common.errors import Refused
from common.money import yuan
from common.web.amounts import FenField
from lending.loans.models import Loan, LoanState
from lending.mandates import actions, queries, wording
from lending.mandates.models import DebitState
from lending.repayments.queries import Standing, standing
from lending.web import own
from lending.web.apply import REQUEST_KEY

MOST_FEN = 100_000_000_000
# The last tries of the last instalment still fit in.
AFTER_LAST_DUE = timedelta(days=10)


class MandateForm(forms.Form):
    """How much at a time, until when, and on which day money usually comes in."""

    request_key = forms.RegexField(REQUEST_KEY, widget=forms.HiddenInput)
    most = FenField(
        label=gettext_lazy("At most how much at a time?"),
        least_fen=1,
        most_fen=MOST_FEN,
        help_text=gettext_lazy("Never more than is due on the day is collected, whatever this is."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Until when?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    pay_day = forms.IntegerField(
        label=gettext_lazy("On which day of the month does your pay usually arrive?"),
        required=False,
        min_value=1,
        max_value=31,
        help_text=gettext_lazy("If the money is not there, we try again on that day."),
    )
    text_sha256 = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    agrees = forms.BooleanField(required=False)


@login_required
def automatic(request: HttpRequest, public_id: str) -> HttpResponse:
    """What stands; or what would be allowed, its text, and then the yes."""
    found = own.loan(request, public_id)
    stands = standing(found, on=business_dates.today())
    if stands is None or found.state != LoanState.ACTIVE:
        return redirect("lending:loan", public_id)
    if queries.live(found.pk) is not None:
        return _page(request, found, None, ())
    if request.method != "POST":
        return _page(request, found, MandateForm(initial=_suggested(stands)), ())
    form = MandateForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, ())
    try:
        return _read_or_give(request, found, stands, form)
    except Refused as refusal:
        form.add_error(None, own.in_words(refusal))
        return _page(request, found, form, ())


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """One click, and nothing more is collected by itself."""
    found = own.loan(request, public_id)
    with own.said_kindly(request):
        actions.withdraw(loan_id=found.pk, by=own.actor(request))
        messages.success(request, _("Automatic debit is off. You now pay by yourself."))
    return redirect("lending:automatic", public_id)


def _read_or_give(
    request: HttpRequest, found: Loan, stands: Standing, form: MandateForm
) -> HttpResponse:
    """First the text of what was chosen; with the yes to that text, it is given."""
    asked = form.cleaned_data
    chosen = {
        "most_fen": asked["most"],
        "ends_on": asked["ends_on"],
        "pay_day": asked["pay_day"],
    }
    wish = actions.wish_for(loan=found, on=stands.on, **chosen)
    text = wording.text_of(wish, language=own.language())
    if not asked["agrees"]:
        return _page(request, found, form, text.sentences, sha256=text.sha256)
    actions.give(
        loan_id=found.pk,
        text_sha256=asked["text_sha256"],
        language=own.language(),
        channel="WEB",
        request_key=asked["request_key"],
        on=stands.on,
        by=own.actor(request),
        **chosen,
    )
    messages.success(request, _("Automatic debit is on. You can end it here at any time."))
    return redirect("lending:automatic", found.public_id)


def _debits(found: Loan) -> list[dict[str, Any]]:
    """What was or will be collected, and what of a day that was collected is still open."""
    stands = standing(found, on=business_dates.today())
    left_fen = {line.due_on: line.outstanding_fen for line in stands.instalments} if stands else {}
    return [
        {
            "debit": each,
            "open_fen": left_fen.get(each.due_on, 0) if each.state == DebitState.COLLECTED else 0,
        }
        for each in queries.of_loan(found)[:12]
    ]


def _suggested(stands: Standing) -> dict[str, Any]:
    largest_fen = max((line.outstanding_fen for line in stands.instalments), default=0)
    last_due_on = max(line.due_on for line in stands.instalments)
    return {
        "request_key": public_ids.new(),
        "most": yuan(largest_fen).replace(",", ""),
        "ends_on": last_due_on + AFTER_LAST_DUE,
    }


def _page(
    request: HttpRequest,
    found: Loan,
    form: MandateForm | None,
    sentences: tuple[str, ...],
    *,
    sha256: str = "",
) -> HttpResponse:
    mandate = queries.live(found.pk)
    return render(
        request,
        "lending/mandate.html",
        {
            "loan": found,
            "form": form,
            "sentences": sentences,
            "text_sha256": sha256,
            "mandate": mandate,
            "account_tail": wording.account_tail(found.payer_account),
            "debits": _debits(found),
        },
        status=422 if form is not None and form.errors else 200,
    )
