"""The person's loans: what is due, paying, paying off, and where a payment is."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from common import clock, public_ids
from common.api.renderers import pdf
from common.approvals.models import ProposalState
from common.business_date import queries as business_dates
from common.errors import NotFound, Refused
from common.money import yuan
from common.web.amounts import FenField
from lending.applications import queries as applications
from lending.calc.contracts import InstalmentState
from lending.calc.methods import manner as manners
from lending.channels import queries as transfers
from lending.channels.models import FROM_BORROWERS, Transfer, TransferState
from lending.loans import queries
from lending.loans.models import Loan, LoanState
from lending.papers import actions as papers
from lending.papers.statements import words
from lending.repayments import actions as repayments
from lending.repayments import covered
from lending.repayments.queries import Standing, standing
from lending.rewards import queries as points
from lending.web import own, withdrawal
from lending.web.apply import REQUEST_KEY

LEAST_FEN = 1


class PaymentForm(forms.Form):
    """Any amount up to what is owed; what is due stands in it already."""

    request_key = forms.RegexField(REQUEST_KEY, widget=forms.HiddenInput)

    def __init__(self, *args: Any, found: Standing, **options: Any) -> None:
        suggested = yuan(found.suggested_fen).replace(",", "") if found.suggested_fen else ""
        options.setdefault("initial", {"amount": suggested, "request_key": public_ids.new()})
        super().__init__(*args, **options)
        self.fields["amount"] = FenField(
            label=gettext_lazy("How much do you pay now?"),
            least_fen=LEAST_FEN,
            most_fen=max(found.most_fen, LEAST_FEN),
            help_text=gettext_lazy("Any amount helps. You can pay at most ¥%(most)s.")
            % {"most": yuan(found.most_fen)},
        )


@login_required
@require_safe
def loans(request: HttpRequest) -> HttpResponse:
    """All loans of the person, and the application that is under way."""
    borrower = own.borrower(request)
    on = business_dates.today()
    rows = list(queries.of_borrower(borrower.id))
    found = [
        {
            "loan": each,
            "name": each.product.name_in(own.language()),
            "days_past_due": queries.days_past_due(each, on),
        }
        for each in rows
    ]
    return render(
        request,
        "lending/loans.html",
        {
            "loans": found,
            "is_late": any(each["days_past_due"] for each in found),
            "has_statement": any(each.disbursed_on for each in rows),
            "application": applications.under_way(borrower.id),
            "today": on,
        },
    )


@login_required
@require_safe
def loan(request: HttpRequest, public_id: str) -> HttpResponse:
    """One loan: what is due first, then everything else."""
    found = own.loan(request, public_id)
    if "HX-Request" in request.headers:
        # A page that waits for the payout hears nothing until there is something to see.
        return HttpResponse(status=204) if _is_awaited(found) else own.onward(request.path)
    return _loan_page(request, found, form=None)


@login_required
@require_POST
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the bank to collect a payment; a double click is one payment."""
    found = own.loan(request, public_id)
    stands = standing(found, on=business_dates.today())
    if stands is None:
        return redirect("lending:loan", public_id)
    form = PaymentForm(request.POST, found=stands)
    if not form.is_valid():
        _point_to_early_payment(form, found, stands)
        return _loan_page(request, found, form=form)
    try:
        transfer = repayments.request(
            loan_id=found.pk,
            amount_fen=form.cleaned_data["amount"],
            request_key=form.cleaned_data["request_key"],
            on=stands.on,
            by=own.actor(request),
        )
    except Refused as refusal:
        form.add_error("amount", own.in_words(refusal))
        return _loan_page(request, found, form=form)
    return redirect("lending:repayment", public_id, transfer.out_trade_no)


def _point_to_early_payment(form: PaymentForm, found: Loan, stands: Standing) -> None:
    """More than this form takes can be paid all the same, by the links below it."""
    if found.state == LoanState.ACTIVE and form.has_error("amount", "too_much"):
        words = _(
            "To pay more than ¥%(most)s, pay early or pay the whole loan off: both stand below, "
            "and neither costs a fee."
        )
        # One slip is one error, which also says where to go.
        told = [*form.errors.pop("amount"), words % {"most": yuan(stands.most_fen)}]
        form.add_error("amount", " ".join(map(str, told)))


@login_required
def pay_off(request: HttpRequest, public_id: str) -> HttpResponse:
    """What closes the loan today and what that saves; then do it."""
    found = own.loan(request, public_id)
    stands = standing(found, on=business_dates.today())
    if stands is None or found.state != LoanState.ACTIVE:
        return redirect("lending:loan", public_id)
    if request.method == "POST":
        return _pay_off_now(request, found, stands)
    return render(
        request,
        "lending/payoff.html",
        {
            "loan": found,
            "quote": stands.quote,
            "standing": stands,
            "request_key": public_ids.new(),
        },
    )


@login_required
@require_safe
def repayment(request: HttpRequest, public_id: str, out_trade_no: str) -> HttpResponse:
    """Where one payment is; the page asks again by itself until it is final."""
    found = own.loan(request, public_id)
    transfer = transfers.of_loan_by_number(loan_id=found.pk, out_trade_no=out_trade_no)
    if transfer is None or transfer.purpose not in FROM_BORROWERS:
        raise NotFound
    is_final = transfer.booked_at is not None or transfer.state == TransferState.FAILED
    context = {"loan": found, "transfer": transfer, "is_final": is_final}
    if is_final and "HX-Request" in request.headers:
        return own.onward(request.path)
    return own.progress_page(request, "lending/repayment.html", context | _steps(transfer))


@login_required
@require_safe
def contract(request: HttpRequest, public_id: str) -> HttpResponse:
    """The contract as it was signed."""
    found = own.loan(request, public_id)
    return pdf(
        papers.seal_contract(loan_id=found.pk), name=f"contract-{found.contract.public_id}.pdf"
    )


def _loan_page(request: HttpRequest, found: Loan, *, form: PaymentForm | None) -> HttpResponse:
    on = business_dates.today()
    stands = standing(found, on=on)
    if stands is not None and form is None and found.state in repayments.OPEN:
        form = PaymentForm(found=stands)
    moves = transfers.of_loan(found.pk)
    return render(
        request,
        "lending/loan.html",
        {
            "loan": found,
            "product_name": found.product.name_in(own.language()),
            "standing": stands,
            "plan": [line.scheduled for line in stands.instalments] if stands else (),
            "marks": list(_marks(stands)) if stands else (),
            "repaid": _repaid(found),
            "form": form,
            "today": on,
            "is_awaited": _is_awaited(found),
            "may_give_back": withdrawal.is_possible(found),
            "on_its_way": [each for each in moves if _is_on_its_way(each)],
            "transactions": _said(found, queries.history(found)),
            "waivers": _waivers(found, stands),
            "rate_parts": queries.rate_parts_of(found),
        },
        status=422 if form is not None and form.errors else 200,
    )


def _marks(stands: Standing) -> Iterator[tuple[InstalmentState, int, int]]:
    """Each instalment, what is to be paid in it, and what came early and is booked on it."""
    for line in stands.instalments:
        early_fen = stands.early_fen.get(line.number, 0)
        yield line, line.scheduled.total_fen - early_fen, early_fen


def _repaid(found: Loan) -> list[str]:
    """How it was agreed to be repaid, in sentences."""
    manner = manners.read(found.contract.terms.get("manner", {}))
    return [_(each) + " " for each in manners.sentences(manner)]


def _waivers(found: Loan, stands: Standing | None) -> list[Any]:
    """What was bought against late fees, while there are any."""
    if stands is None or found.state != LoanState.ACTIVE or not stands.quote.penalty_fen:
        return []
    return points.usable_waivers(found.borrower_id, on=stands.on)


def _said(found: Loan, rows: list[Any]) -> list[Any]:
    """What happened in words; of what took something back, how much that was and why."""
    why = _why_undone(found) if any(row.reverses_sequence for row in rows) else {}
    amounts = {row.sequence: row.amount_fen for row in rows}
    for row in rows:
        row.said = words.said(row.kind)
        row.undone_fen = amounts.get(row.reverses_sequence, 0)
        row.why = why.get(row.reverses_sequence, "")
    return rows


def _why_undone(found: Loan) -> dict[int | None, Any]:
    """Why entries were taken back, by the entry; what is taken back once is so for good."""
    rows = found.changes.filter(state=ProposalState.APPROVED, reverses_sequence__isnull=False)
    told = rows.values_list("reverses_sequence", "reason")
    return {sequence: words.WHY.get(reason, "") for sequence, reason in told}


def _is_awaited(found: Loan) -> bool:
    """Whether the payout may still arrive by itself."""
    if found.state != LoanState.PENDING_DISBURSEMENT:
        return False
    moves = transfers.of_loan(found.pk)
    return any(each.state != TransferState.FAILED for each in moves)


def _is_on_its_way(transfer: Transfer) -> bool:
    is_repayment = transfer.purpose in FROM_BORROWERS
    return is_repayment and transfer.booked_at is None and transfer.state != TransferState.FAILED


def _pay_off_now(request: HttpRequest, found: Loan, stands: Standing) -> HttpResponse:
    """The amount is the one that the person saw; another one is said, not taken."""
    seen_fen = request.POST.get("amount_fen", "")
    key = request.POST.get("request_key", "")
    try:
        if seen_fen == "0" and not stands.quote.total_fen:
            covered.close(loan_id=found.pk, on=stands.on, at=clock.now(), by=own.actor(request))
            return redirect("lending:loan", found.public_id)
        transfer = repayments.request_payoff(
            loan_id=found.pk,
            amount_fen=own.whole(seen_fen),
            request_key=key if REQUEST_KEY.fullmatch(key) else public_ids.new(),
            on=stands.on,
            by=own.actor(request),
        )
    except Refused as refusal:
        messages.error(request, own.in_words(refusal))
        return redirect("lending:payoff", found.public_id)
    return redirect("lending:repayment", found.public_id, transfer.out_trade_no)


def _steps(transfer: Transfer) -> dict[str, object]:
    """Three steps and how far we are."""
    is_sent = transfer.state != TransferState.INTENT
    is_moved = transfer.state == TransferState.SUCCEEDED
    states = ["DONE", "DONE" if is_sent else "NOW", "NEXT"]
    if is_sent:
        states[1:] = ["DONE", "NOW"] if is_moved else ["NOW", "NEXT"]
    titles = [
        _("Your payment has been asked for"),
        _("The bank is moving the money"),
        _("Putting it on your loan"),
    ]
    return {
        "percent": 80 if is_moved else 50 if is_sent else 20,
        "steps": [
            {"title": title, "state": state} for title, state in zip(titles, states, strict=True)
        ],
    }
