"""Asking for a change of a loan, and using a late fee waiver: what is possible, and what became."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from common import public_ids
from common.business_date import queries as business_dates
from common.errors import Refused
from common.money import yuan
from common.templatetags import dates
from common.web.amounts import FenField
from lending.calc.contracts import Change, TransactionKind
from lending.loans.models import Loan, LoanState
from lending.mandates import queries as mandates
from lending.repayments.queries import standing
from lending.servicing.asking import effects, requests
from lending.servicing.models import LoanRequest, RequestState
from lending.servicing.refusals import MOST_PERIODS
from lending.servicing.waiving import bought
from lending.web import own
from lending.web.apply import REQUEST_KEY

Kind = TransactionKind
NAMES: Mapping[str, Any] = {
    Kind.DUE_DATE_CHANGE: _("Another due date"),
    Kind.HOLIDAY: _("A pause: nothing to pay for some periods"),
    Kind.EXTENSION: _("More periods, and smaller instalments"),
    Kind.RESTRUCTURE: _("A new plan for everything that I owe"),
    Kind.CREDIT_BALANCE_REFUND: _("Pay back to me what I paid too much"),
    Kind.MERCHANT_REFUND: _("The school or shop gives the money back"),
}
NEEDS = {
    Kind.DUE_DATE_CHANGE: "due_on",
    Kind.HOLIDAY: "periods",
    Kind.EXTENSION: "periods",
    Kind.RESTRUCTURE: "periods",
    Kind.CREDIT_BALANCE_REFUND: "amount",
    Kind.MERCHANT_REFUND: "amount",
}
ANSWERS: Mapping[str, Any] = {
    "ASKED": _("Waits for an answer"),
    "DECLINED": _("Declined"),
    "TAKEN_BACK": _("You took it back"),
    "ARRIVED": _("The money has come and counts on your loan"),
    "PROPOSED": _("A second colleague is looking at it"),
    "APPROVED": _("Done"),
    "TURNED_DOWN": _("Declined"),
}
MOST_FEN = 100_000_000_000


class RequestForm(forms.Form):
    """What is wished, and the one thing that it needs."""

    request_key = forms.RegexField(REQUEST_KEY, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What do you wish?"), choices=list(NAMES.items()), widget=forms.RadioSelect
    )
    due_on = forms.DateField(
        label=_("Next due date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For another due date"),
    )
    periods = forms.IntegerField(
        label=_("How many periods?"),
        min_value=1,
        max_value=MOST_PERIODS,
        required=False,
        help_text=_("For a pause, for more time, or for a new plan"),
    )
    amount = FenField(
        label=_("Amount in yuan"),
        least_fen=1,
        most_fen=MOST_FEN,
        required=False,
        help_text=_("For what you paid too much, or what the school or shop gives back"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {"request_key": public_ids.new()})
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        """What the wish needs is there; the rest is left out."""
        given = super().clean() or {}
        needed = NEEDS.get(Kind(given["kind"])) if "kind" in given else None
        if needed is not None and needed not in self.errors and not given.get(needed):
            self.add_error(needed, _("Please answer this."))
        return {
            name: value if name in {"kind", "request_key", needed} else None
            for name, value in given.items()
        }


@login_required
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """What can be asked for, what was asked for, and what became of it."""
    found = own.loan(request, public_id)
    if found.disbursed_on is None:
        return redirect("lending:loan", public_id)
    if request.method == "POST" and "take_back" in request.POST:
        return _take_back(request, found)
    form = RequestForm(request.POST) if request.method == "POST" else RequestForm()
    shown: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        if "look" in request.POST:
            shown = _looked_at(found, form)
        elif _asked(request, found, form):
            return redirect("lending:requests", public_id)
    return render(
        request,
        "lending/requests.html",
        {
            "loan": found,
            "form": form,
            "requests": _told(found),
            "overdue_fen": _overdue_fen(found),
            **shown,
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def waive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Use a bought waiver on today's late fees."""
    found = own.loan(request, public_id)
    try:
        bought.use(
            loan_id=found.pk,
            entitlement=request.POST.get("entitlement", ""),
            on=business_dates.today(),
            by=own.actor(request),
        )
    except Refused as refusal:
        messages.error(request, own.in_words(refusal))
    else:
        messages.success(request, _("The late fee is waived."))
    return redirect("lending:loan", public_id)


def _looked_at(found: Loan, form: RequestForm) -> dict[str, Any]:
    """What the wish would do, beside the plan as it is; money that comes back changes no plan."""
    given, kind = form.cleaned_data, Kind(form.cleaned_data["kind"])
    shown = {"wish": NAMES[kind], "effect": None}
    if kind not in effects.CHANGES_THE_PLAN:
        return shown
    try:
        change = Change(periods=given["periods"] or 0, due_on=given["due_on"])
        effect = effects.effect_of(found, kind=kind, change=change, on=business_dates.today())
    except Refused as refusal:
        form.add_error(NEEDS[kind], own.in_words(refusal))
        return {}
    mandate = mandates.live(found.pk)
    is_too_low = mandate is not None and effect.after.dearest_fen > mandate.most_fen
    return shown | {"effect": effect, "mandate": mandate if is_too_low else None}


def _overdue_fen(found: Loan) -> int:
    """What no pause moves: it was due before."""
    stands = standing(found, on=business_dates.today())
    return stands.overdue_fen if stands is not None and found.state == LoanState.ACTIVE else 0


def _asked(request: HttpRequest, found: Loan, form: RequestForm) -> bool:
    given = form.cleaned_data
    try:
        requests.ask(
            loan_id=found.pk,
            kind=Kind(given["kind"]),
            request_key=given["request_key"],
            on=business_dates.today(),
            by=own.actor(request),
            amount_fen=given["amount"] or 0,
            change=Change(periods=given["periods"] or 0, due_on=given["due_on"]),
        )
    except Refused as refusal:
        # That another wish waits has nothing to do with what this one needs.
        field = "kind" if isinstance(refusal, requests.RequestWaits) else NEEDS[Kind(given["kind"])]
        form.add_error(field, own.in_words(refusal))
        return False
    return True


def _take_back(request: HttpRequest, found: Loan) -> HttpResponse:
    row = found.requests.filter(public_id=request.POST["take_back"]).first()
    try:
        requests.take_back(request_id=row.pk if row else 0, by=own.actor(request))
    except Refused as refusal:
        messages.error(request, own.in_words(refusal))
    return redirect("lending:requests", found.public_id)


def _told(found: Loan) -> list[dict[str, Any]]:
    rows = found.requests.select_related("change").order_by("-pk")
    return [
        {
            "request": row,
            "name": NAMES[Kind(row.kind)],
            "asked": _asked_for(row),
            "answer": ANSWERS[_state_of(row)],
            "can_be_taken_back": row.state == RequestState.ASKED,
        }
        for row in rows
    ]


def _asked_for(row: LoanRequest) -> str:
    """The one thing that the wish needed."""
    match NEEDS[Kind(row.kind)]:
        case "due_on":
            wanted = date.fromisoformat(row.terms["due_on"])
            return gettext("Next due date: %(on)s") % {"on": dates.day(wanted)}
        case "periods":
            return gettext("Periods: %(count)d") % {"count": row.terms["periods"]}
        case _:
            return f"¥{yuan(row.amount_fen)}"


def _state_of(row: LoanRequest) -> str:
    return row.state if row.change is None else row.change.state
