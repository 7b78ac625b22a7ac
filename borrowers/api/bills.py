"""Bills and what we read of them."""

from typing import Any

from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from borrowers.api.shapes import BillOutput
from borrowers.api.uploads import UploadOutput, shown
from borrowers.behaviour import queries
from borrowers.behaviour.contracts import Category
from borrowers.connectors.containers import limits
from borrowers.people.contracts import BorrowerCard
from borrowers.uploads import actions as uploads
from borrowers.uploads import queries as on_their_way
from common.actors import Actor
from common.api.idempotency import HEADER, once
from common.files.turns import turn_of
from common.web import uploads as bodies
from common.web.waiting import wait_until


class BillsOutput(serializers.Serializer[Any]):
    """Every bill, newest first."""

    results = BillOutput(many=True)


class MonthOutput(serializers.Serializer[Any]):
    """One calendar month of Shanghai."""

    first_day = serializers.DateField()
    in_fen = serializers.IntegerField()
    out_fen = serializers.IntegerField()


class CategoryOutput(serializers.Serializer[Any]):
    """What was spent on one category."""

    category = serializers.CharField()
    out_fen = serializers.IntegerField()
    events = serializers.IntegerField()


class RecordsOutput(serializers.Serializer[Any]):
    """What is read of the borrower's records now, in sums."""

    events = serializers.IntegerField()
    months = MonthOutput(many=True)
    categories = CategoryOutput(many=True)


class BillInput(serializers.Serializer[Any]):
    """A file as it was exported, and the password that opens it: used once, kept nowhere."""

    file = serializers.FileField(allow_empty_file=True)
    password = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=64, write_only=True
    )


WAIT_SECONDS = 3.0
# What a kept answer names where the reading had not ended when it was given.
ON_ITS_WAY = "upload:"
IDEMPOTENCY_KEY = OpenApiParameter(HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)


class Bills(APIView):
    """The borrower's bills."""

    permission_classes = [IsBorrower]
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="bills", responses=BillsOutput)
    def get(self, request: Request) -> Response:
        """Every bill, newest first."""
        return Response(BillsOutput({"results": queries.batches(card_of(request).id)}).data)

    @extend_schema(
        operation_id="bill_upload",
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": BillInput},
        responses={
            201: BillOutput,
            202: OpenApiResponse(UploadOutput, "Still being read; look at Location again."),
        },
    )
    @method_decorator(sensitive_variables("password"))
    def post(self, request: Request) -> Response:
        """Give a file. The same bill again gives the same answer and changes nothing. Waits up to
        3 s for the reading."""
        if bodies.is_longer_than(request, limits.LARGEST_FILE):
            raise limits.too_large()
        bodies.keep_in_memory(request)
        asked = BillInput(data=request.data)
        asked.is_valid(raise_exception=True)
        card, file = card_of(request), asked.validated_data["file"]
        password = asked.validated_data["password"]
        answer = once(
            request,
            act=lambda _key: given(card, file.read(), password, acting(card)),
            show=lambda resource: _taken(resource, card),
            status_code=lambda resource: 202 if resource.startswith(ON_ITS_WAY) else 201,
        )
        if answer.status_code == 202:
            answer["Location"] = reverse("borrowers-api:upload", args=[answer.data["id"]])
        return answer


@sensitive_variables("password")
def given(card: BorrowerCard, content: bytes, password: str, by: Actor) -> str:
    """Take a file and wait a moment for its reading: the bill, or the upload on its way.

    Raises what `receive` raises, and the refusal of a file that cannot be read.
    """
    with turn_of(card.id) as may_wait:
        upload = uploads.receive(borrower_id=card.id, content=content, password=password, by=by)
        seconds = WAIT_SECONDS if may_wait else 0
        wait_until(lambda: on_their_way.has_ended(upload.id), seconds=seconds)
    found = on_their_way.own(card.id, upload.public_id)
    if found.refusal is not None:
        raise found.refusal
    return found.bill or ON_ITS_WAY + found.public_id


def _taken(resource: str, card: BorrowerCard) -> dict[str, Any]:
    if not resource.startswith(ON_ITS_WAY):
        return _shown(resource, card)
    return shown(on_their_way.own(card.id, resource.removeprefix(ON_ITS_WAY)))


class Bill(APIView):
    """One of the borrower's bills."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="bill", responses=BillOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """What was read of it."""
        return Response(_shown(public_id, card_of(request)))


class Records(APIView):
    """All that is read of the borrower."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="records", responses=RecordsOutput)
    def get(self, request: Request) -> Response:
        """Sums by month and by category, over everything that may be used now."""
        overview = queries.overview(card_of(request).id)
        sums = {
            "events": overview.events,
            "months": overview.months,
            "categories": [
                {
                    "category": Category(each.category).name,
                    "out_fen": each.out_fen,
                    "events": each.events,
                }
                for each in overview.categories
            ],
        }
        return Response(RecordsOutput(sums).data)


def _shown(public_id: str, card: BorrowerCard) -> dict[str, Any]:
    return {**BillOutput(queries.batch(public_id, card.id)).data}
