"""The borrower's credit line: the limit, what is used and by what, and what is free."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, card_of
from common.errors import NotFound
from lending.lines import queries, reasons
from lending.lines.contracts import Lowered, Standing
from lending.lines.models import LineState


class LoweredOutput(serializers.Serializer[Any]):
    """A limit that is lower than the one before: why, and what can be done."""

    before_fen = serializers.IntegerField()
    limit_fen = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=list(reasons.LOWERED))
    words = serializers.SerializerMethodField()
    advice = serializers.SerializerMethodField()

    def get_words(self, found: Lowered) -> str:
        return gettext(reasons.words(found.reason))

    def get_advice(self, _found: Lowered) -> str:
        return gettext(reasons.ADVICE)


class LineOutput(serializers.Serializer[Any]):
    """`used_fen` is what is owed, on its way, and held for an offer, together."""

    state = serializers.ChoiceField(choices=LineState.choices)
    limit_fen = serializers.IntegerField()
    used_fen = serializers.IntegerField()
    drawn_fen = serializers.IntegerField(help_text="Principal that your loans owe.")
    reserved_fen = serializers.IntegerField(help_text="Accepted or signed, not paid out yet.")
    held_fen = serializers.IntegerField(help_text="Held for an offer that stands.")
    free_fen = serializers.IntegerField()
    tier = serializers.CharField()
    floor_rate_ppm = serializers.IntegerField()
    annual_rate_ppm = serializers.IntegerField()
    review_on = serializers.DateField(allow_null=True)
    lowered = serializers.SerializerMethodField(help_text="Nothing where it was not lowered last.")

    @extend_schema_field(LoweredOutput(allow_null=True))
    def get_lowered(self, found: Standing) -> Any:
        lowered = queries.lowered(found.line_id)
        return LoweredOutput(lowered).data if lowered else None


class Line(APIView):
    """The borrower's own line."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="line", responses=LineOutput)
    def get(self, request: Request) -> Response:
        """As the last decision set it; 404 before there was one."""
        found = queries.standing_of(card_of(request).id)
        if found is None:
            raise NotFound
        return Response(LineOutput(found).data)
