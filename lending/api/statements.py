"""Statements: what a loan owed, what moved, and what it owes, over any days."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, card_of
from common.api.renderers import PDF_ANSWER, PdfRenderer, pdf
from common.business_date import queries as business_dates
from lending.api.loans import own
from lending.calc.contracts import TransactionKind
from lending.loans.models import Loan
from lending.papers.statements import paper, queries
from lending.papers.statements.contracts import Statement

PERIOD = [
    OpenApiParameter("since", date, description="The first day; else the payout."),
    OpenApiParameter("until", date, description="The last day; else today."),
]


class PeriodInput(serializers.Serializer[Any]):
    """From which day to which."""

    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)


class PartsOutput(serializers.Serializer[Any]):
    """Where the money of a payment went."""

    principal_fen = serializers.IntegerField()
    interest_fen = serializers.IntegerField()
    fee_fen = serializers.IntegerField()
    penalty_fen = serializers.IntegerField()
    loss_fen = serializers.IntegerField(help_text="Booked as a loss, and still owed.")
    credit_fen = serializers.IntegerField()


class OwedOutput(PartsOutput):
    """What is owed at the end of a day, in fen; `credit_fen` is what we owe instead."""

    total_fen = serializers.IntegerField()


class MovementsOutput(serializers.Serializer[Any]):
    """Opening, with `balance_fen` added, is closing.

    It is paid out + charged + paid back - paid - merchant - waived - given back.
    """

    paid_out_fen = serializers.IntegerField()
    interest_fen = serializers.IntegerField()
    fee_fen = serializers.IntegerField()
    penalty_fen = serializers.IntegerField()
    charged_fen = serializers.IntegerField(help_text="Interest, fees and penalty together.")
    paid_back_fen = serializers.IntegerField(help_text="To the borrower.")
    paid_fen = serializers.IntegerField()
    merchant_fen = serializers.IntegerField(help_text="Returned by the merchant.")
    waived_fen = serializers.IntegerField()
    given_back_fen = serializers.IntegerField(help_text="Interest on a returned part.")
    cost_fen = serializers.IntegerField(help_text="Charged, less what was waived or given back.")
    balance_fen = serializers.IntegerField(help_text="By how much the balance has risen.")


class StatementEntry(serializers.Serializer[Any]):
    """One thing that happened. What was undone, and its undoing, count for nothing."""

    sequence = serializers.IntegerField()
    on = serializers.DateField()
    kind = serializers.ChoiceField(choices=[each.value for each in TransactionKind])
    amount_fen = serializers.IntegerField(source="told_fen")
    counts = serializers.BooleanField()
    parts = PartsOutput()
    waived_fen = serializers.IntegerField()
    balance_fen = serializers.IntegerField(allow_null=True, help_text="Owed after it.")
    undone_on = serializers.DateField(allow_null=True)
    undoes_on = serializers.DateField(allow_null=True)


class DueInPeriod(serializers.Serializer[Any]):
    """An instalment whose day lies in the period, as it stood at its end."""

    number = serializers.IntegerField()
    due_on = serializers.DateField()
    principal_fen = serializers.IntegerField()
    interest_fen = serializers.IntegerField()
    fee_fen = serializers.IntegerField()
    penalty_fen = serializers.IntegerField()
    due_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    waived_fen = serializers.IntegerField()
    written_off_fen = serializers.IntegerField()
    open_fen = serializers.IntegerField()
    settled_on = serializers.DateField(allow_null=True)


class StatementOutput(serializers.Serializer[Any]):
    """One loan. Amounts in fen; past days are told as they are known on `known_on`."""

    loan = serializers.CharField()
    product_name = serializers.CharField()
    since = serializers.DateField(source="account.since")
    until = serializers.DateField(source="account.until")
    known_on = serializers.DateField()
    principal_fen = serializers.IntegerField()
    annual_rate_ppm = serializers.IntegerField()
    disbursed_on = serializers.DateField()
    opening = OwedOutput(source="account.opening")
    movements = MovementsOutput(source="account.movements")
    closing = OwedOutput(source="account.closing")
    due_fen = serializers.IntegerField(source="account.due_fen")
    dues = DueInPeriod(source="account.dues", many=True)
    entries = StatementEntry(source="account.entries", many=True)
    so_far = MovementsOutput(
        source="account.so_far", help_text="From the loan's first day to `until`."
    )
    points_earned = serializers.IntegerField()


class LoanInOverview(serializers.Serializer[Any]):
    """One loan of an overview."""

    loan = serializers.CharField()
    product_name = serializers.CharField()
    opening_fen = serializers.IntegerField(source="account.opening.total_fen")
    movements = MovementsOutput(source="account.movements")
    closing_fen = serializers.IntegerField(source="account.closing.total_fen")
    points_earned = serializers.IntegerField()


class OverviewOutput(serializers.Serializer[Any]):
    """All loans together."""

    since = serializers.DateField()
    until = serializers.DateField()
    known_on = serializers.DateField()
    opening_fen = serializers.IntegerField()
    movements = MovementsOutput()
    closing_fen = serializers.IntegerField()
    results = LoanInOverview(source="statements", many=True)


class LoanStatement(APIView):
    """The statement of one loan."""

    permission_classes = [IsBorrower]

    @extend_schema(
        operation_id="loan_statement",
        parameters=PERIOD,
        responses=StatementOutput,
    )
    def get(self, request: Request, public_id: str) -> Response:
        """What was due, what was paid and where it went, and what is owed."""
        return Response(StatementOutput(_told(request, own(request, public_id))).data)


class LoanStatementFile(APIView):
    """The statement of one loan as a file."""

    permission_classes = [IsBorrower]
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(operation_id="loan_statement_file", parameters=PERIOD, responses=PDF_ANSWER)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        """The same figures as a sealed PDF."""
        found = own(request, public_id)
        content = paper.sealed(
            loan=found, statement=_told(request, found), language=get_language() or ""
        )
        return pdf(content, name=f"statement-{public_id}.pdf")


class Statements(APIView):
    """All loans of the borrower over the same days."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="statements", parameters=PERIOD, responses=OverviewOutput)
    def get(self, request: Request) -> Response:
        """What was owed, what moved and what is owed, loan by loan and in all."""
        told = queries.of_borrower(
            card_of(request).id,
            **_period(request),
            on=business_dates.today(),
            language=get_language() or "",
        )
        return Response(OverviewOutput(told).data)


def _told(request: Request, found: Loan) -> Statement:
    return queries.of_loan(
        found, **_period(request), on=business_dates.today(), language=get_language() or ""
    )


def _period(request: Request) -> dict[str, date | None]:
    asked = PeriodInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
