"""What somebody says of themselves for the fairness test: taken, and never given out again."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from borrowers.protected import actions


class FairnessInput(serializers.Serializer[Any]):
    """One answer; empty is "rather not say"."""

    sex = serializers.CharField(max_length=10, allow_blank=True, help_text='"F", "M" or empty.')


class FairnessAnswer(APIView):
    """The borrower's own word for the fairness test."""

    permission_classes = [IsBorrower]

    @extend_schema(
        operation_id="fairness_answer",
        request=FairnessInput,
        responses={204: OpenApiResponse(description="Kept. No address gives it out.")},
    )
    def put(self, request: Request) -> Response:
        """Needs the consent FAIRNESS_TEST; counts before what the number says. Again is once."""
        asked = FairnessInput(data=request.data)
        asked.is_valid(raise_exception=True)
        card = card_of(request)
        actions.declare(borrower_id=card.id, sex=asked.validated_data["sex"], by=acting(card))
        return Response(status=status.HTTP_204_NO_CONTENT)
