"""Bills and what we read of them."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from borrowers.behaviour import queries
from borrowers.behaviour.actions import take_in
from borrowers.behaviour.contracts import Category
from borrowers.behaviour.imports import BatchFacts
from borrowers.behaviour.words import doubt_of
from borrowers.connectors import limits
from borrowers.connectors.registry import reader_on
from borrowers.people.contracts import BorrowerCard
from common.api.idempotency import HEADER, once
from common.files.turns import turn_of
from common.web import uploads


class BillOutput(serializers.Serializer[Any]):
    """One bill. Rows read = imported + duplicates + quarantined + not counted."""

    id = serializers.CharField(source="public_id")
    # DRF's own attribute of the same name stays: declared fields are taken off the class.
    source = serializers.CharField(source="source.name")  # type: ignore[assignment]
    dialect = serializers.CharField()
    rows_read = serializers.IntegerField()
    imported = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    not_counted = serializers.IntegerField()
    declared_rows = serializers.IntegerField(allow_null=True)
    totals_agree = serializers.BooleanField(allow_null=True)
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    imported_at = serializers.DateTimeField()
    doubt = serializers.SerializerMethodField(
        help_text="ROWS_MISSING or TOTALS_DIFFER where the file contradicts its own rows."
    )
    warning = serializers.SerializerMethodField(help_text="The doubt in words; else null.")
    is_used = serializers.BooleanField(help_text="False once the consent has been taken back.")

    def get_doubt(self, bill: BatchFacts) -> str | None:
        """Its code."""
        doubt = doubt_of(bill)
        return doubt.code if doubt else None

    def get_warning(self, bill: BatchFacts) -> str | None:
        """Its sentence."""
        doubt = doubt_of(bill)
        return _(doubt.message) % doubt.context if doubt else None


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
    """A bill as the wallet exports it."""

    file = serializers.FileField(allow_empty_file=True)


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
        responses={201: BillOutput},
    )
    def post(self, request: Request) -> Response:
        """Give a bill. The same bill again gives the same answer and changes nothing."""
        if uploads.is_longer_than(request, limits.LARGEST_FILE):
            raise limits.too_large()
        uploads.keep_in_memory(request)
        asked = BillInput(data=request.data)
        asked.is_valid(raise_exception=True)
        card, file = card_of(request), asked.validated_data["file"]

        def act(_key: str) -> str:
            with turn_of(card.id):
                return take_in(
                    borrower_id=card.id,
                    content=file.read(),
                    file_name=file.name,
                    read=reader_on(uploads.latest_day(), settings.OPTIONAL_SOURCES),
                    by=acting(card),
                ).public_id

        return once(request, act=act, show=lambda public_id: _shown(public_id, card))


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
