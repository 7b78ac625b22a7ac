"""Files on their way: how far the reading is, and what came of it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, card_of
from borrowers.api.shapes import BillOutput
from borrowers.behaviour import queries as behaviour
from borrowers.uploads import queries
from borrowers.uploads.contracts import UploadFacts
from common.api.problems import refusal_body


class UploadOutput(serializers.Serializer[Any]):
    """One upload."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(choices=["READING", "READ", "REFUSED"])
    progress_percent = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    was_known = serializers.BooleanField(help_text="True where the same bill had been read before.")
    bill = serializers.SerializerMethodField(help_text="What was read, once it is READ.")
    problem = serializers.SerializerMethodField(
        help_text="Why it was REFUSED, as the problem that the upload would have answered with."
    )

    def get_bill(self, upload: UploadFacts) -> dict[str, Any] | None:
        """The bill, in the shape of its own address."""
        if not upload.bill:
            return None
        return {**BillOutput(behaviour.batch(upload.bill, upload.borrower_id)).data}

    def get_problem(self, upload: UploadFacts) -> dict[str, Any] | None:
        """The refusal, in the caller's language."""
        return refusal_body(upload.refusal) if upload.refusal else None


class Upload(APIView):
    """One of the borrower's uploads."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="upload", responses=UploadOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """How far the reading is; afterwards the bill, or the problem."""
        return Response(shown(queries.own(card_of(request).id, public_id)))


def shown(upload: UploadFacts) -> dict[str, Any]:
    """The upload as JSON."""
    return {**UploadOutput(upload).data}
