"""Staff wishes for a loan on its page: asking for one, and a colleague's word on it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from common import public_ids
from common.admin.pressed import pressed, telling
from common.approvals.models import ProposalState
from common.business_date import queries as business_dates
from common.web.amounts import FenField
from lending.admin import wishes, words
from lending.calc.contracts import UNDOING, Change, TransactionKind
from lending.loans.models import Loan
from lending.servicing import changes
from lending.servicing.asking import requests
from lending.servicing.models import LoanChange, LoanRequest, RequestState

MAY_ASK = "lending.propose_servicing_loan"
MAY_DECIDE = "lending.approve_servicing_loan"
PPM_OF_A_PERCENT = 10_000
MOST_FEN = 100_000_000_000


class ChangeForm(forms.Form):
    """One form for every kind: each reads its own part, and the verb refuses what is missing."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What shall happen?"))
    value_date = forms.DateField(
        label=_("For the day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    amount = FenField(
        label=_("Amount in yuan"),
        least_fen=1,
        most_fen=MOST_FEN,
        required=False,
        help_text=_("For fees, waivers and money that goes back"),
    )
    periods = forms.IntegerField(
        label=_("Periods"),
        min_value=1,
        max_value=120,
        required=False,
        help_text=_("For a payment holiday, an extension or a restructuring"),
    )
    due_on = forms.DateField(
        label=_("Next due date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For another due date or a restructuring"),
    )
    annual_rate = forms.DecimalField(
        label=_("Annual rate in percent"),
        min_value=0,
        max_value=36,
        required=False,
        help_text=_("For a lower rate or a restructuring"),
    )
    reverses = forms.IntegerField(
        label=_("Which entry"),
        min_value=1,
        required=False,
        widget=forms.Select,
        help_text=_("For a reversal or a charge-back"),
    )
    waives_penalty = forms.BooleanField(
        label=_("Waive the penalty"), required=False, help_text=_("For a restructuring")
    )
    refunds_interest = forms.BooleanField(
        label=_("Give the interest back, too"),
        required=False,
        help_text=_("For what the merchant returns"),
    )
    reason = forms.ChoiceField(label=_("Why"), choices=wishes.REASONS)

    def __init__(self, *args: Any, loan: Loan | None = None, **options: Any) -> None:
        options.setdefault("initial", {"request_key": public_ids.new()})
        super().__init__(*args, **options)
        kinds = [(kind.value, words.said(words.KINDS, kind)) for kind in TransactionKind]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [each for each in kinds if each[0] in changes.BY_STAFF]
        entry = self.fields["reverses"].widget
        assert isinstance(entry, forms.Select)
        # What may be undone is judged by the verb; the list only spares the look for the number.
        entry.choices = [("", "–"), *(wishes.entries(loan) if loan else ())]

    def asked(self) -> dict[str, Any]:
        """What the verb takes."""
        given = self.cleaned_data
        rate, kind = given["annual_rate"], TransactionKind(given["kind"])
        return {
            "kind": kind,
            "reason": given["reason"],
            "request_key": given["request_key"],
            "value_date": given["value_date"],
            "amount_fen": given["amount"] or 0,
            "reverses": given["reverses"] if kind in UNDOING else None,
            "change": Change(
                periods=given["periods"] or 0,
                due_on=given["due_on"],
                annual_rate_ppm=None if rate is None else int(rate * PPM_OF_A_PERCENT),
                waives_penalty=given["waives_penalty"],
                refunds_interest=given["refunds_interest"],
            ),
        }


class ChangesOfLoan:
    """The two addresses of wishes, for the admin of loans."""

    admin_site: Any

    def urls_of_changes(self) -> list[URLPattern]:
        """Asking and deciding."""
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:object_id>/ask-for-change/",
                wrap(self.ask_for_change),
                name="lending_loan_ask_for_change",
            ),
            path(
                "changes/<int:change_id>/decide/",
                wrap(self.decide_change),
                name="lending_loan_decide_change",
            ),
            path(
                "requests/<int:request_id>/answer/",
                wrap(self.answer_request),
                name="lending_loan_answer_request",
            ),
        ]

    def ask_for_change(self, request: HttpRequest, object_id: int) -> HttpResponseRedirect:
        """Ask for a change; nothing happens until a colleague approves (POST only)."""
        by = pressed(request, MAY_ASK)
        _insist_on_loan(object_id)
        form = ChangeForm(request.POST)
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, " ".join(str(each) for each in errors))
            return _back(object_id)
        with telling(request, done=_("Asked for. A colleague has to approve it.")):
            changes.propose(loan_id=object_id, on=business_dates.today(), by=by, **form.asked())
        return _back(object_id)

    def decide_change(self, request: HttpRequest, change_id: int) -> HttpResponseRedirect:
        """Approve or turn down what a colleague asked for (POST only)."""
        by = pressed(request, MAY_DECIDE)
        loan_id = LoanChange.objects.filter(pk=change_id).values_list("loan_id", flat=True).first()
        if loan_id is None:
            raise Http404
        with telling(request, done=_("Decided.")):
            if "approve" in request.POST:
                changes.approve(change_id=change_id, on=business_dates.today(), by=by)
            else:
                changes.turn_down(change_id=change_id, by=by)
        return _back(loan_id)

    def answer_request(self, request: HttpRequest, request_id: int) -> HttpResponseRedirect:
        """Take up what a borrower asked for, as a change to be approved, or decline it (POST)."""
        by = pressed(request, MAY_ASK)
        rows = LoanRequest.objects.filter(pk=request_id)
        loan_id = rows.values_list("loan_id", flat=True).first()
        if loan_id is None:
            raise Http404
        with telling(request, done=_("Answered.")):
            if "take_up" in request.POST:
                requests.take_up(request_id=request_id, on=business_dates.today(), by=by)
            else:
                requests.decline(request_id=request_id, by=by)
        return _back(loan_id)


def shown(request: HttpRequest, row: Loan) -> dict[str, Any]:
    """What the loan's page says of wishes: all that each would do, and what became of it."""
    on = business_dates.today()
    entries = {each.sequence: each for each in row.transactions.all()}
    told: list[Any] = list(row.changes.order_by("-pk"))
    for each in told:
        # The page's own loan: one look at its log serves every wish.
        each.loan = row
        is_open = each.state == ProposalState.PROPOSED and each.author_id != request.user.pk
        each.may_decide = is_open and request.user.has_perm(MAY_DECIDE)
        wishes.describe(each, each, entries=entries)
        if each.state == ProposalState.PROPOSED:
            wishes.look_ahead(each, each, on=on)
    asked: list[Any] = list(row.requests.select_related("change").order_by("-pk"))
    for each in asked:
        each.may_answer = each.state == RequestState.ASKED and request.user.has_perm(MAY_ASK)
        as_change = requests.as_change(each, on=on)
        as_change.loan = row
        wishes.describe(each, as_change, entries=entries)
        if each.state == RequestState.ASKED:
            wishes.look_ahead(each, as_change, on=on)
    can_ask = row.disbursed_on is not None and request.user.has_perm(MAY_ASK)
    return {
        "wishes": told,
        "requests": asked,
        "change_form": ChangeForm(loan=row) if can_ask else None,
    }


def _insist_on_loan(object_id: int) -> None:
    if not Loan.objects.filter(pk=object_id).exists():
        raise Http404


def _back(object_id: int) -> HttpResponseRedirect:
    page = reverse("admin:lending_loan_change", args=[object_id])
    return HttpResponseRedirect(f"{page}#changes")
