"""Asking for a change of a loan: another day, a pause, more time, or money back."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from common.api.idempotency import once
from common.api.inputs import WholeNumber
from common.business_date import queries as business_dates
from common.errors import NotFound
from lending.api.applications import IDEMPOTENCY_KEY
from lending.api.loans import own
from lending.calc.contracts import Change, TransactionKind
from lending.loans.models import Loan
from lending.servicing.asking import requests
from lending.servicing.models import LoanRequest, RequestState
from lending.servicing.refusals import MOST_PERIODS

KINDS = [each.value for each in requests.BY_BORROWERS]
# What each kind has to say; the rest has to be left out.
NEEDS: Mapping[str, frozenset[str]] = {
    TransactionKind.DUE_DATE_CHANGE: frozenset({"due_on"}),
    TransactionKind.HOLIDAY: frozenset({"periods"}),
    TransactionKind.EXTENSION: frozenset({"periods"}),
    TransactionKind.RESTRUCTURE: frozenset({"periods"}),
    TransactionKind.CREDIT_BALANCE_REFUND: frozenset({"amount_fen"}),
    TransactionKind.MERCHANT_REFUND: frozenset({"amount_fen"}),
}


class LoanRequestInput(serializers.Serializer[Any]):
    """One wish: `due_on` for another due date, `periods` for time, `amount_fen` for money back."""

    kind = serializers.ChoiceField(choices=KINDS)
    due_on = serializers.DateField(required=False, help_text="The next due date.")
    periods = WholeNumber(min_value=1, max_value=MOST_PERIODS, required=False)
    amount_fen = WholeNumber(min_value=1, required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Just what the kind needs."""
        needed, told = NEEDS[given["kind"]], given.keys() - {"kind"}
        faults = {name: ["This is needed."] for name in needed - told}
        faults |= {name: ["This says nothing here."] for name in told - needed}
        if faults:
            raise serializers.ValidationError(faults)
        return given


class LoanRequestOutput(serializers.Serializer[Any]):
    """A wish and its answer. Taken up, a colleague still has to approve: see `change`."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=KINDS)
    state = serializers.ChoiceField(choices=RequestState.choices)
    change = serializers.CharField(
        source="change.state", default=None, allow_null=True,
        help_text="PROPOSED, APPROVED or TURNED_DOWN.",
    )  # fmt: skip
    due_on = serializers.DateField(source="terms.due_on", default=None, allow_null=True)
    periods = serializers.IntegerField(source="terms.periods", default=None, allow_null=True)
    amount_fen = serializers.IntegerField()
    asked_on = serializers.DateField()


class LoanRequestsOutput(serializers.Serializer[Any]):
    """Every wish, newest first."""

    results = LoanRequestOutput(many=True)


class LoanRequests(APIView):
    """Wishes for a loan."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="loan_requests", responses=LoanRequestsOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Every wish and what became of it, newest first."""
        rows = own(request, public_id).requests.select_related("change").order_by("-pk")
        return Response(LoanRequestsOutput({"results": rows}).data)

    @extend_schema(
        operation_id="ask_for_change",
        parameters=[IDEMPOTENCY_KEY],
        request=LoanRequestInput,
        responses={201: LoanRequestOutput},
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Ask for a change. Nothing happens until staff agree. The same key again asks once."""
        asked = LoanRequestInput(data=request.data)
        asked.is_valid(raise_exception=True)
        found, card, given = own(request, public_id), card_of(request), asked.validated_data

        def act(key: str) -> str:
            return requests.ask(
                loan_id=found.pk,
                kind=TransactionKind(given["kind"]),
                request_key=key,
                on=business_dates.today(),
                by=acting(card),
                amount_fen=given.get("amount_fen", 0),
                change=Change(periods=given.get("periods", 0), due_on=given.get("due_on")),
            ).public_id

        return once(request, act=act, show=lambda number: _shown(found, number))


class TakingBack(APIView):
    """A wish that is no longer wished."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="take_request_back", request=None, responses=LoanRequestOutput)
    def post(self, request: Request, public_id: str, number: str) -> Response:
        """Take it back while nobody has answered. Again is the same."""
        found = own(request, public_id)
        row = _row(found, number)
        requests.take_back(request_id=row.pk, by=acting(card_of(request)))
        return Response(_shown(found, number))


def _row(found: Loan, number: str) -> LoanRequest:
    row = found.requests.select_related("change").filter(public_id=number).first()
    if row is None:
        raise NotFound
    return row


def _shown(found: Loan, number: str) -> Any:
    return LoanRequestOutput(_row(found, number)).data
