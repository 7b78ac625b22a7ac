"""Paying more than what is due: what each choice does, first; then the payment."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from common import public_ids
from common.business_date import queries as business_dates
from common.errors import Refused
from common.web.amounts import FenField
from lending.calc.contracts import Policy
from lending.loans.models import Loan, LoanState
from lending.repayments import early
from lending.repayments.queries import Standing, standing
from lending.web import own
from lending.web.apply import REQUEST_KEY

NAMES = {
    Policy.REDUCE_INSTALMENT: _("Pay less each time"),
    Policy.REDUCE_TERM: _("Be done sooner"),
    Policy.NEXT_DUE: _("Pay the next instalments ahead"),
}
WORDS = {
    Policy.REDUCE_INSTALMENT: _("The same number of instalments, each of them smaller."),
    Policy.REDUCE_TERM: _("The same instalment, and fewer of them. This saves the most interest."),
    Policy.NEXT_DUE: _("The plan stays as it is; your next instalments are paid. Saves nothing."),
}


class EarlyForm(forms.Form):
    """How much, and then what it shall do."""

    request_key = forms.RegexField(REQUEST_KEY, widget=forms.HiddenInput)
    quote_key = forms.CharField(required=False, max_length=22)
    policy = forms.ChoiceField(
        choices=[(each.value, each.value) for each in Policy], required=False
    )

    def __init__(self, *args: Any, most_fen: int, **options: Any) -> None:
        options.setdefault("initial", {"request_key": public_ids.new()})
        super().__init__(*args, **options)
        self.fields["amount"] = FenField(
            label=_("How much do you pay early?"), least_fen=1, most_fen=max(most_fen, 1)
        )


@login_required
def pay_early(request: HttpRequest, public_id: str) -> HttpResponse:
    """An amount, the choices that it has, and one of them."""
    found = own.loan(request, public_id)
    stands = standing(found, on=business_dates.today())
    if stands is None or found.state != LoanState.ACTIVE:
        return redirect("lending:loan", public_id)
    most_fen = stands.quote.total_fen - stands.collecting_fen - 1
    if request.method != "POST":
        return _page(request, found, stands, EarlyForm(most_fen=most_fen), ())
    form = EarlyForm(request.POST, most_fen=most_fen)
    if not form.is_valid():
        return _page(request, found, stands, form, ())
    try:
        if form.cleaned_data["policy"]:
            return _pay(request, found, stands, form)
        outcomes = early.outcomes(found, amount_fen=form.cleaned_data["amount"], on=stands.on)
    except Refused as refusal:
        form.add_error("amount", own.in_words(refusal))
        return _page(request, found, stands, form, ())
    return _page(request, found, stands, form, outcomes)


def _pay(request: HttpRequest, found: Loan, stands: Standing, form: EarlyForm) -> HttpResponse:
    transfer = early.request(
        loan_id=found.pk,
        amount_fen=form.cleaned_data["amount"],
        policy=Policy(form.cleaned_data["policy"]),
        request_key=form.cleaned_data["request_key"],
        quote_key=form.cleaned_data["quote_key"] or None,
        on=stands.on,
        by=own.actor(request),
    )
    return redirect("lending:repayment", found.public_id, transfer.out_trade_no)


def _page(
    request: HttpRequest, found: Loan, stands: Standing, form: EarlyForm, outcomes: Any
) -> HttpResponse:
    alike = early.are_alike(outcomes)
    choices = [
        {"outcome": each, "name": NAMES[each.policy], "words": WORDS[each.policy]}
        for each in ([] if alike else outcomes)
    ]
    return render(
        request,
        "lending/early.html",
        {
            "loan": found,
            "standing": stands,
            "form": form,
            "choices": choices,
            "only": next((e for e in outcomes if e.policy == Policy.NEXT_DUE), None)
            if alike
            else None,
            "amount_fen": form.cleaned_data["amount"] if outcomes else 0,
        },
        status=422 if form.errors else 200,
    )
