"""Giving a loan back: what it means, then one button."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from common import public_ids
from common.business_date import queries as business_dates
from common.errors import Refused
from lending.loans.models import Loan
from lending.repayments import withdrawal
from lending.web import own
from lending.web.apply import REQUEST_KEY


@login_required
def give_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is given back and what it costs, which is nothing; then do it."""
    found = own.loan(request, public_id)
    with own.said_kindly(request):
        means = withdrawal.giving_back(found, on=business_dates.today())
        if request.method != "POST":
            return render(
                request,
                "lending/give_back.html",
                {"loan": found, "means": means, "request_key": public_ids.new()},
            )
        _give_back(request, found, is_before_payout=means.is_before_payout)
    return redirect("lending:loan", public_id)


def _give_back(request: HttpRequest, found: Loan, *, is_before_payout: bool) -> None:
    """Raises what the verbs raise."""
    on, by = business_dates.today(), own.actor(request)
    if is_before_payout:
        withdrawal.call_off(loan_id=found.pk, on=on, by=by)
        return
    seen_fen = request.POST.get("amount_fen", "")
    key = request.POST.get("request_key", "")
    withdrawal.request(
        loan_id=found.pk,
        amount_fen=own.whole(seen_fen),
        request_key=key if REQUEST_KEY.fullmatch(key) else public_ids.new(),
        on=on,
        by=by,
    )


def is_possible(found: Loan) -> bool:
    """Whether the loan's page offers it today."""
    try:
        withdrawal.giving_back(found, on=business_dates.today())
    except Refused:
        return False
    return True
