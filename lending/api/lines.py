"""The borrower's credit line: the limit, what is used and by what, and what is free."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, card_of
from common.errors import NotFound
from lending.lines import queries
from lending.lines.models import LineState


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
