"""Loans: where they stand, paying, paying off, and the signed contract."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from common import clock
from common.api.idempotency import once
from common.api.inputs import WholeNumber
from common.api.pages import NewestFirst
from common.api.renderers import PDF_ANSWER, PdfRenderer, pdf
from common.business_date import queries as business_dates
from common.errors import NotFound
from lending.api.applications import IDEMPOTENCY_KEY
from lending.calc.contracts import InstalmentState, TransactionKind
from lending.channels import queries as transfers
from lending.channels.models import FROM_BORROWERS, Transfer, TransferPurpose, TransferState
from lending.loans import queries
from lending.loans.models import Loan, LoanState
from lending.papers import actions as papers
from lending.repayments import actions as repayments
from lending.repayments import covered
from lending.repayments.actions import LoanNotOpen
from lending.repayments.queries import Standing, standing


class LoanSummary(serializers.Serializer[Any]):
    """A loan in a list. Amounts in fen, rates in parts per million a year."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=LoanState.choices)
    product = serializers.CharField()
    product_name = serializers.CharField()
    principal_fen = serializers.IntegerField()
    principal_outstanding_fen = serializers.IntegerField()
    annual_rate_ppm = serializers.IntegerField()
    penalty_rate_ppm = serializers.IntegerField()
    grace_days = serializers.IntegerField()
    term_months = serializers.IntegerField()
    signed_on = serializers.DateField()
    disbursed_on = serializers.DateField(allow_null=True)
    settled_on = serializers.DateField(allow_null=True)


class LoansOutput(serializers.Serializer[Any]):
    """A page of loans, newest first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = LoanSummary(many=True)


class DueOutput(serializers.Serializer[Any]):
    """The next instalment."""

    number = serializers.IntegerField()
    due_on = serializers.DateField()
    outstanding_fen = serializers.IntegerField()


class StandingOutput(serializers.Serializer[Any]):
    """How the loan stands today."""

    on = serializers.DateField()
    due_fen = serializers.IntegerField(help_text="What should have been paid by now.")
    most_fen = serializers.IntegerField(help_text="The most that may be paid.")
    collecting_fen = serializers.IntegerField(help_text="Paid, and still on its way.")
    days_past_due = serializers.IntegerField()
    next_due = DueOutput(allow_null=True)


class TransactionOutput(serializers.Serializer[Any]):
    """One thing that happened to the loan."""

    kind = serializers.ChoiceField(choices=[each.value for each in TransactionKind])
    value_date = serializers.DateField()
    amount_fen = serializers.IntegerField()
    is_undone = serializers.BooleanField(help_text="It was reversed or taken back since.")


class RatePartOutput(serializers.Serializer[Any]):
    """The signed rate before discounts (`INTEREST`), or what one discount takes off it."""

    code = serializers.CharField()
    name = serializers.CharField()
    standard_ppm = serializers.IntegerField()
    floor_ppm = serializers.IntegerField(allow_null=True)


class LoanOutput(LoanSummary):
    """A loan with where it stands; `standing` is null until it was paid out."""

    rate_parts = RatePartOutput(many=True, help_text="Nothing where there is no discount.")

    payout = serializers.ChoiceField(choices=TransferState.choices)
    standing = StandingOutput(allow_null=True)
    transactions = TransactionOutput(many=True)


class InstalmentOutput(serializers.Serializer[Any]):
    """One row of the schedule: what is due and what of it was paid."""

    number = serializers.IntegerField()
    due_on = serializers.DateField()
    principal_fen = serializers.IntegerField()
    interest_fen = serializers.IntegerField()
    penalty_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    outstanding_fen = serializers.IntegerField()
    paid_on = serializers.DateField(allow_null=True)


class ScheduleOutput(serializers.Serializer[Any]):
    """The schedule as it stands today."""

    on = serializers.DateField()
    results = InstalmentOutput(many=True)


class RepaymentOutput(serializers.Serializer[Any]):
    """A payment: INTENT, SENT, SUCCEEDED (and booked), or FAILED."""

    id = serializers.CharField()
    purpose = serializers.ChoiceField(choices=[each.value for each in FROM_BORROWERS])
    state = serializers.ChoiceField(choices=TransferState.choices)
    amount_fen = serializers.IntegerField()
    value_date = serializers.DateField(help_text="The day for which it counts.")
    is_booked = serializers.BooleanField()
    failure_code = serializers.CharField()
    pay_link = serializers.CharField(
        help_text="Where to pay, while the payment waits for the borrower at a wallet; else empty."
    )


class RepaymentsOutput(serializers.Serializer[Any]):
    """Every payment, newest first."""

    results = RepaymentOutput(many=True)


class PayoffQuoteOutput(serializers.Serializer[Any]):
    """What closes the loan today."""

    on = serializers.DateField()
    principal_fen = serializers.IntegerField()
    interest_fen = serializers.IntegerField()
    penalty_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    saved_fen = serializers.IntegerField(help_text="Against keeping the schedule.")
    back_fen = serializers.IntegerField(help_text="Comes back. With a total of 0, close the loan.")
    ahead_fen = serializers.IntegerField(help_text="Paid ahead; off `principal_fen` already.")


class AmountInput(serializers.Serializer[Any]):
    """How much."""

    amount_fen = WholeNumber(min_value=1)


class Loans(APIView):
    """The borrower's loans."""

    permission_classes = [IsBorrower]

    @extend_schema(
        operation_id="loans",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)],
        responses=LoansOutput,
    )
    def get(self, request: Request) -> Response:
        """Newest first, by pages."""
        pages = NewestFirst()
        rows = pages.paginate_queryset(queries.of_borrower(card_of(request).id), request, self)
        return pages.get_paginated_response(
            [LoanSummary(_summary(each)).data for each in rows or ()]
        )


class OneLoan(APIView):
    """One of the borrower's loans."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="loan", responses=LoanOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Where it stands today."""
        found = own(request, public_id)
        stands = standing(found, on=business_dates.today())
        moves = transfers.of_loan(found.pk)
        payout = next(each for each in moves if each.purpose == TransferPurpose.DISBURSEMENT)
        shown = _summary(found) | {
            "payout": payout.state,
            "standing": stands,
            "rate_parts": queries.rate_parts_of(found),
            "transactions": queries.history(found),
        }
        return Response(LoanOutput(shown).data)


class Schedule(APIView):
    """The schedule of a loan."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="loan_schedule", responses=ScheduleOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Every instalment, and what of it was paid."""
        stands = _standing(own(request, public_id))
        rows = [_instalment(each) for each in stands.instalments]
        return Response(ScheduleOutput({"on": stands.on, "results": rows}).data)


class Contract(APIView):
    """The signed contract."""

    permission_classes = [IsBorrower]
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(operation_id="loan_contract", responses=PDF_ANSWER)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        """As a PDF."""
        found = own(request, public_id)
        return pdf(
            papers.seal_contract(loan_id=found.pk), name=f"contract-{found.contract.public_id}.pdf"
        )


class Repayments(APIView):
    """Payments on a loan."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="repayments", responses=RepaymentsOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Every payment, newest first."""
        moves = transfers.of_loan(own(request, public_id).pk)
        rows = [_repayment(each) for each in moves if each.purpose in FROM_BORROWERS]
        return Response(RepaymentsOutput({"results": rows}).data)

    @extend_schema(
        operation_id="repay",
        parameters=[IDEMPOTENCY_KEY],
        request=AmountInput,
        responses={201: RepaymentOutput},
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Have an amount collected. The same key again is the same payment."""
        return _collect(request, public_id, repayments.request)


class Repayment(APIView):
    """One payment."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="repayment", responses=RepaymentOutput)
    def get(self, request: Request, public_id: str, number: str) -> Response:
        """Where it is."""
        return Response(by_number(queries.own_id(card_of(request).id, public_id), number))


class PayoffQuote(APIView):
    """What closes the loan."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="payoff_quote", responses=PayoffQuoteOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Today's amount, and what it saves."""
        return Response(PayoffQuoteOutput(_standing(own(request, public_id)).quote).data)


class Payoff(APIView):
    """Closing the loan."""

    permission_classes = [IsBorrower]

    @extend_schema(
        operation_id="payoff",
        parameters=[IDEMPOTENCY_KEY],
        request=AmountInput,
        responses={
            201: RepaymentOutput,
            409: OpenApiResponse(description="The amount is not today's, or money is on its way."),
        },
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Pay the quoted amount. The same key again is the same payment."""
        return _collect(request, public_id, repayments.request_payoff)


class Close(APIView):
    """Closing a loan that money paid ahead covers."""

    permission_classes = [IsBorrower]

    @extend_schema(
        operation_id="close_covered",
        request=None,
        responses={
            200: LoanSummary,
            409: OpenApiResponse(description="Something is left to pay, or money is on its way."),
        },
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Nothing is collected; what was paid beyond it goes back. Again is the same."""
        closed = covered.close(
            loan_id=own(request, public_id).pk,
            on=business_dates.today(),
            at=clock.now(),
            by=acting(card_of(request)),
        )
        return Response(LoanSummary(_summary(closed)).data)


def own(request: Request, public_id: str) -> Loan:
    return queries.own(card_of(request).id, public_id)


def _standing(found: Loan) -> Standing:
    """Where a loan stands that was paid out. Raises LoanNotOpen."""
    stands = standing(found, on=business_dates.today())
    if stands is None:
        raise LoanNotOpen
    return stands


def _collect(request: Request, public_id: str, verb: Any) -> Response:
    """Both ways of paying: one amount, one key, one verb."""
    asked = AmountInput(data=request.data)
    asked.is_valid(raise_exception=True)
    card = card_of(request)
    loan_id = queries.own_id(card.id, public_id)
    made: list[Transfer] = []

    def act(key: str) -> str:
        amount_fen, on = asked.validated_data["amount_fen"], business_dates.today()
        by = acting(card)
        made.append(verb(loan_id=loan_id, amount_fen=amount_fen, request_key=key, on=on, by=by))
        return made[0].out_trade_no

    def show(number: str) -> Any:
        return _shown(made[0]) if made else by_number(loan_id, number)

    return once(request, act=act, show=show)


def _summary(found: Loan) -> dict[str, Any]:
    plain = LoanSummary().fields.keys() - {"id", "product", "product_name"}
    return {name: getattr(found, name) for name in plain} | {
        "id": found.public_id,
        "product": found.product.code,
        "product_name": found.product.name_in(get_language() or ""),
    }


def _instalment(line: InstalmentState) -> dict[str, Any]:
    return {
        "number": line.number,
        "due_on": line.due_on,
        "principal_fen": line.principal.due_fen,
        "interest_fen": line.interest.due_fen,
        "penalty_fen": line.penalty.due_fen,
        "total_fen": line.principal.due_fen + line.interest.due_fen + line.penalty.due_fen,
        "outstanding_fen": line.outstanding_fen,
        "paid_on": line.settled_on,
    }


def by_number(loan_id: int, number: str) -> Any:
    """One payment of a loan, by our number for the bank. Raises NotFound."""
    transfer = transfers.of_loan_by_number(loan_id=loan_id, out_trade_no=number)
    if transfer is None or transfer.purpose not in FROM_BORROWERS:
        raise NotFound
    return _shown(transfer)


def _shown(transfer: Transfer) -> Any:
    return RepaymentOutput(_repayment(transfer)).data


def _repayment(transfer: Transfer) -> dict[str, Any]:
    return {
        "id": transfer.out_trade_no,
        "purpose": transfer.purpose,
        "state": transfer.state,
        "amount_fen": transfer.amount_fen,
        "value_date": transfer.intended_on,
        "is_booked": transfer.booked_at is not None,
        "failure_code": transfer.failure_code,
        "pay_link": transfer.pay_link if transfer.state == TransferState.SENT else "",
    }
