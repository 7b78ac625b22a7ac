"""Automatic debit over the API: the text first, then the yes to that text, and its end."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
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
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.mandates import actions, queries, wording
from lending.mandates.models import DebitState, DirectDebit, Mandate, MandateEnd


class WishInput(serializers.Serializer[Any]):
    """What would be allowed, and in which language to read it."""

    most_fen = WholeNumber(min_value=1, help_text="At most so much at a time.")
    ends_on = serializers.DateField(help_text="The last day.")
    pay_day = WholeNumber(min_value=1, max_value=31, allow_null=True, required=False)
    language = serializers.ChoiceField(choices=["zh-hans", "en"])


class MandateInput(WishInput):
    """The same, with the hash of the text that the borrower has read and agreed to."""

    text_sha256 = serializers.CharField(min_length=64, max_length=64)


class TextOutput(serializers.Serializer[Any]):
    """What the borrower must be shown, sentence by sentence, before agreeing."""

    language = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())
    text_sha256 = serializers.CharField()


class DebitOutput(serializers.Serializer[Any]):
    """One due date that is collected by mandate."""

    due_on = serializers.DateField()
    announced_fen = serializers.IntegerField()
    state = serializers.ChoiceField(choices=DebitState.choices)
    tries = serializers.IntegerField()
    next_on = serializers.DateField(allow_null=True)
    stop_code = serializers.CharField(allow_blank=True)


class MandateOutput(serializers.Serializer[Any]):
    """The latest mandate of a loan; `ended_at` is null while it stands."""

    id = serializers.CharField(source="public_id")
    most_fen = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    pay_day = serializers.IntegerField(allow_null=True)
    text = serializers.JSONField()
    text_sha256 = serializers.CharField()
    given_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    end_code = serializers.ChoiceField(choices=MandateEnd.choices, allow_blank=True)
    debits = serializers.SerializerMethodField()

    @extend_schema(responses=DebitOutput(many=True))
    def get_debits(self, mandate: Mandate) -> list[dict[str, Any]]:
        """The latest due date first."""
        rows: list[DirectDebit] = list(mandate.debits.order_by("-due_on"))
        return [dict(DebitOutput(row).data) for row in rows]


class MandatesOutput(serializers.Serializer[Any]):
    """Every mandate of a loan, the latest first."""

    results = MandateOutput(many=True)


class MandateText(APIView):
    """The text of what would be allowed."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="mandate_text", request=WishInput, responses=TextOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Show it to the borrower as it is; the hash goes with the yes. Nothing is kept."""
        wish, language = _wished(request, public_id)
        text = wording.text_of(wish, language=language)
        return Response(TextOutput({**text.content, "text_sha256": text.sha256}).data)


class Mandates(APIView):
    """Automatic debit of one loan."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="mandates", responses=MandatesOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Every one that was given, the latest first; the one without an end stands."""
        rows = _own(request, public_id).mandates.order_by("-pk")
        return Response(MandatesOutput({"results": rows}).data)

    @extend_schema(
        operation_id="give_mandate",
        parameters=[IDEMPOTENCY_KEY],
        request=MandateInput,
        responses={
            201: MandateOutput,
            409: OpenApiResponse(description="There is one, or the text is not what was read."),
        },
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Allow it. The same key again is the same mandate."""
        asked = MandateInput(data=request.data)
        asked.is_valid(raise_exception=True)
        found, wish = _own(request, public_id), asked.validated_data

        def act(key: str) -> str:
            return actions.give(
                loan_id=found.pk,
                most_fen=wish["most_fen"],
                ends_on=wish["ends_on"],
                pay_day=wish.get("pay_day"),
                text_sha256=wish["text_sha256"],
                language=wish["language"],
                channel="API",
                request_key=key,
                on=business_dates.today(),
                by=acting(card_of(request)),
            ).public_id

        return once(request, act=act, show=lambda _: _shown(found))

    @extend_schema(operation_id="withdraw_mandate", responses=MandateOutput)
    def delete(self, request: Request, public_id: str) -> Response:
        """Take it back. The same again changes nothing."""
        found = _own(request, public_id)
        actions.withdraw(loan_id=found.pk, by=acting(card_of(request)))
        return Response(_shown(found))


def _own(request: Request, public_id: str) -> Loan:
    return loans.own(card_of(request).id, public_id)


def _wished(request: Request, public_id: str) -> tuple[wording.Wish, str]:
    asked = WishInput(data=request.data)
    asked.is_valid(raise_exception=True)
    wish = asked.validated_data
    return (
        actions.wish_for(
            loan=_own(request, public_id),
            most_fen=wish["most_fen"],
            on=business_dates.today(),
            ends_on=wish["ends_on"],
            pay_day=wish.get("pay_day"),
        ),
        wish["language"],
    )


def _shown(found: Loan) -> Any:
    """The latest mandate of a loan. Raises NotFound."""
    mandate = queries.latest(found.pk)
    if mandate is None:
        raise NotFound
    return MandateOutput(mandate).data
