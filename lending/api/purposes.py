"""What the money of a draft is for: the questions of a scene, and the answers to them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from lending.api.applications import ApplicationOutput, by_id
from lending.applications import queries
from lending.applications.purposes import telling


class Purpose(APIView):
    """The order, booking, invoice or lease that a draft is asked for."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        facts = serializers.DictField(
            help_text="An answer for each question of the product, by its name; amounts in fen, "
            "days as YYYY-MM-DD. What was not asked is not kept."
        )

    @extend_schema(operation_id="application_purpose", request=Input, responses=ApplicationOutput)
    def put(self, request: Request, public_id: str) -> Response:
        """Tell what a draft is for; telling again replaces it until the draft is sent."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        card = card_of(request)
        telling.tell(
            application_id=queries.own_id(card.id, public_id),
            given=asked.validated_data["facts"],
            by=acting(card),
        )
        return Response(by_id(card, public_id))
