"""From the offer to the signature, one step a request."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from common import clock
from common.api.inputs import WholeNumber
from common.api.renderers import PDF_ANSWER, PdfRenderer, pdf
from common.business_date import queries as business_dates
from lending.api.applications import ApplicationOutput, by_id
from lending.api.costs import CostOutput
from lending.applications import actions, deciding, queries
from lending.applications.disclosed.table import table
from lending.applications.models import CostDisclosure
from lending.loans import actions as loans
from lending.loans import queries as contracts

CHANNEL = "API"


class DisclosureOutput(serializers.Serializer[Any]):
    """The cost table as it was shown, and when it may be confirmed."""

    disclosure = serializers.IntegerField(help_text="Give this number back to confirm.")
    step = serializers.ChoiceField(choices=["SHOWN", "CONFIRMED"])
    sha256 = serializers.CharField()
    minimum_seconds = serializers.IntegerField()
    recorded_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(help_text="Confirming earlier is refused.")
    cost = CostOutput()


class Change(APIView):
    """Another amount or term within the offer."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        amount_fen = WholeNumber(min_value=1)
        term_months = WholeNumber(min_value=1)

    @extend_schema(operation_id="offer_change", request=Input, responses=ApplicationOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Take less, or over another time; the rate stays."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        actions.change_offer(
            application_id=_id_of(request, public_id),
            **asked.validated_data,
            at=clock.now(),
            by=acting(card_of(request)),
        )
        return _application(request, public_id)


class Acceptance(APIView):
    """Accepting the offer as it stands, or one of its alternatives."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        alternative = WholeNumber(
            min_value=1, required=False, help_text="Its number; none takes the offer as it stands."
        )

    @extend_schema(operation_id="offer_accept", request=Input, responses=ApplicationOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Accept; nothing is signed yet. Accepting the same again changes nothing.

        It also ends a request for a person, who leaves the offer standing until they decide.
        """
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        actions.accept(
            application_id=_id_of(request, public_id),
            at=clock.now(),
            by=acting(card_of(request)),
            alternative=asked.validated_data.get("alternative"),
        )
        return _application(request, public_id)


class CostTable(APIView):
    """The statement of all costs, which must be read before signing."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        disclosure = WholeNumber(min_value=1)

    @extend_schema(operation_id="cost_show", responses=DisclosureOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Show it, and start its reading time."""
        shown = actions.show_cost(
            application_id=_id_of(request, public_id),
            language=get_language() or "",
            channel=CHANNEL,
            on=business_dates.today(),
            at=clock.now(),
        )
        return Response(_disclosure(shown))

    @extend_schema(operation_id="cost_confirm", request=Input, responses=DisclosureOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """It was read. Confirming within the reading time is refused."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        confirmed = actions.confirm_cost(
            application_id=_id_of(request, public_id),
            disclosure_id=asked.validated_data["disclosure"],
            language=get_language() or "",
            channel=CHANNEL,
            at=clock.now(),
            by=acting(card_of(request)),
        )
        return Response(_disclosure(confirmed))


class UnsignedContract(APIView):
    """The contract that would be signed."""

    permission_classes = [IsBorrower]
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(operation_id="contract_unsigned", responses=PDF_ANSWER)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        """As a PDF, word for word."""
        content = contracts.unsigned_file(
            _id_of(request, public_id),
            on=business_dates.today(),
            language=get_language() or "",
        )
        return pdf(content, name=f"contract-{public_id}.pdf")


class Signature(APIView):
    """Signing the contract."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        agrees = serializers.BooleanField(help_text="True: I have read the contract and sign it.")

        def validate_agrees(self, agrees: bool) -> bool:  # noqa: FBT001 (DRF's signature)
            """Only a plain yes signs."""
            if not agrees:
                raise serializers.ValidationError("True is needed to sign.", code="required")
            return agrees

    @extend_schema(operation_id="sign", request=Input, responses=ApplicationOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Sign, and have the money paid out. Signing again changes nothing."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        loans.sign(
            application_id=_id_of(request, public_id),
            on=business_dates.today(),
            at=clock.now(),
            language=get_language() or "",
            by=acting(card_of(request)),
        )
        return _application(request, public_id)


class Withdrawal(APIView):
    """Taking an application back."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="application_withdraw", request=None, responses=ApplicationOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Withdraw; nothing of it is held against anybody."""
        actions.withdraw(application_id=_id_of(request, public_id), by=acting(card_of(request)))
        return _application(request, public_id)


class ReviewRequest(APIView):
    """Asking for a person."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="review_request", request=None, responses=ApplicationOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Have a person decide anew what the machine decided; an offer stands until they have."""
        deciding.ask_for_a_person(
            application_id=_id_of(request, public_id),
            on=business_dates.today(),
            at=clock.now(),
            by=acting(card_of(request)),
        )
        return _application(request, public_id)


def _id_of(request: Request, public_id: str) -> int:
    """The caller's own application. Raises NotFound."""
    return queries.own(card_of(request).id, public_id).pk


def _application(request: Request, public_id: str) -> Response:
    return Response(by_id(card_of(request), public_id))


def _disclosure(shown: CostDisclosure) -> Any:
    return DisclosureOutput(
        {
            "disclosure": shown.pk,
            "step": shown.step,
            "sha256": shown.content_sha256,
            "minimum_seconds": shown.minimum_seconds,
            "recorded_at": shown.recorded_at,
            "ready_at": shown.recorded_at + timedelta(seconds=shown.minimum_seconds),
            "cost": table(shown.content),
        }
    ).data
