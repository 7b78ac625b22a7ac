"""Paying early: what each choice does, then exactly that; and late fees waived for points."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from common.api.idempotency import once
from common.api.inputs import WholeNumber
from common.business_date import queries as business_dates
from lending.api.applications import IDEMPOTENCY_KEY
from lending.api.loans import RepaymentOutput, TransactionOutput, by_number, own
from lending.calc.contracts import Policy
from lending.loans import queries
from lending.repayments import actions as repayments
from lending.repayments import early
from lending.servicing.waiving import bought

POLICIES = [each.value for each in Policy]


class EarlyOutcome(serializers.Serializer[Any]):
    """What one choice makes of the loan. `quote_key` pays for exactly this, today."""

    quote_key = serializers.CharField()
    policy = serializers.ChoiceField(choices=POLICIES)
    next_fen = serializers.IntegerField(help_text="The next instalment.")
    next_due_on = serializers.DateField(allow_null=True)
    last_due_on = serializers.DateField(allow_null=True)
    instalments_left = serializers.IntegerField()
    saved_fen = serializers.IntegerField(help_text="Interest that is not charged.")


class EarlyQuoteOutput(serializers.Serializer[Any]):
    """The choices side by side."""

    on = serializers.DateField()
    amount_fen = serializers.IntegerField()
    outcomes = EarlyOutcome(many=True)


class EarlyQuote(APIView):
    """What an early payment would do."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        amount_fen = WholeNumber(min_value=1)

    @extend_schema(
        operation_id="early_quote",
        parameters=[OpenApiParameter("amount_fen", int, required=True)],
        responses=EarlyQuoteOutput,
    )
    def get(self, request: Request, public_id: str) -> Response:
        """For an amount paid today: fewer instalments, smaller ones, or the next ones ahead."""
        asked = self.Input(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found, on = own(request, public_id), business_dates.today()
        repayments.insist_on_open(loan=found)
        amount_fen = asked.validated_data["amount_fen"]
        outcomes = early.outcomes(found, amount_fen=amount_fen, on=on)
        shown = {"on": on, "amount_fen": amount_fen, "outcomes": outcomes}
        return Response(EarlyQuoteOutput(shown).data)


class EarlyPayments(APIView):
    """Paying early."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        amount_fen = WholeNumber(min_value=1)
        policy = serializers.ChoiceField(choices=POLICIES)
        quote_key = serializers.CharField(max_length=22)

    @extend_schema(
        operation_id="pay_early",
        parameters=[IDEMPOTENCY_KEY],
        request=Input,
        responses={
            201: RepaymentOutput,
            409: OpenApiResponse(description="It would do something else than was quoted."),
        },
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Have a quoted amount collected. The same key again is the same payment."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        found, card, given = own(request, public_id), card_of(request), asked.validated_data

        def act(key: str) -> str:
            return early.request(
                loan_id=found.pk,
                amount_fen=given["amount_fen"],
                policy=Policy(given["policy"]),
                quote_key=given["quote_key"],
                request_key=key,
                on=business_dates.today(),
                by=acting(card),
            ).out_trade_no

        return once(request, act=act, show=lambda number: by_number(found.pk, number))


class LateFeeWaivers(APIView):
    """Late fees waived for points."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        entitlement = serializers.CharField(max_length=22)

    @extend_schema(
        operation_id="waive_late_fee",
        parameters=[IDEMPOTENCY_KEY],
        request=Input,
        responses={201: TransactionOutput},
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Use a bought waiver on today's late fees. The same one again is once."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        found, card = own(request, public_id), card_of(request)

        def act(_key: str) -> str:
            row = bought.use(
                loan_id=found.pk,
                entitlement=asked.validated_data["entitlement"],
                on=business_dates.today(),
                by=acting(card),
            )
            return str(row.sequence)

        def show(sequence: str) -> Any:
            rows = {each.sequence: each for each in queries.history(found)}
            return TransactionOutput(rows[int(sequence)]).data

        return once(request, act=act, show=show)
