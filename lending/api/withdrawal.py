"""Giving a loan back: what it means today, and doing it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from common.actors import Actor
from common.api.idempotency import once
from common.api.inputs import WholeNumber
from common.business_date import queries as business_dates
from lending.api.applications import IDEMPOTENCY_KEY
from lending.api.loans import own
from lending.loans.models import Loan, LoanState
from lending.repayments import withdrawal


class GivingBackOutput(serializers.Serializer[Any]):
    """What giving it back means. Before the payout nothing moves, and the amount is zero."""

    is_before_payout = serializers.BooleanField()
    amount_fen = serializers.IntegerField()
    until = serializers.DateField(allow_null=True, help_text="The last day.")
    is_by_merchant = serializers.BooleanField(help_text="Who was paid is asked for it.")


class GivenBackOutput(serializers.Serializer[Any]):
    """Where it stands: CANCELLED, or ACTIVE until the money has arrived."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=LoanState.choices)


class Withdrawal(APIView):
    """Giving a loan back within its days."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        amount_fen = WholeNumber(min_value=0)

    @extend_schema(operation_id="loan_withdrawal_quote", responses=GivingBackOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """What it means today; refused when the days are over."""
        found = withdrawal.giving_back(own(request, public_id), on=business_dates.today())
        return Response(GivingBackOutput(found).data)

    @extend_schema(
        operation_id="loan_withdraw",
        parameters=[IDEMPOTENCY_KEY],
        request=Input,
        responses={201: GivenBackOutput},
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Give it back, for the amount that was shown. The same key again is the same."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        found, by = own(request, public_id), acting(card_of(request))

        def act(key: str) -> str:
            _give_back(found, asked.validated_data["amount_fen"], key, by)
            return found.public_id

        return once(request, act=act, show=lambda number: _shown(request, number))


def _give_back(found: Loan, amount_fen: int, key: str, by: Actor) -> None:
    """Call it off, or ask for the money, as the loan stands."""
    on = business_dates.today()
    if found.state in {LoanState.PENDING_DISBURSEMENT, LoanState.CANCELLED}:
        withdrawal.call_off(loan_id=found.pk, on=on, by=by)
        return
    withdrawal.request(loan_id=found.pk, amount_fen=amount_fen, request_key=key, on=on, by=by)


def _shown(request: Request, public_id: str) -> Any:
    found = own(request, public_id)
    return GivenBackOutput({"id": found.public_id, "state": found.state}).data
