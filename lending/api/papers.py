"""Papers of a loan under the platform's seal."""

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower
from common.api.renderers import PDF_ANSWER, PdfRenderer, pdf
from lending.api.loans import own
from lending.papers import certificate


class Certificate(APIView):
    """The certificate of settlement."""

    permission_classes = [IsBorrower]
    renderer_classes = [PdfRenderer, JSONRenderer]

    @extend_schema(operation_id="loan_certificate", responses=PDF_ANSWER)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        """As a PDF, once nothing is owed; refused before."""
        content = certificate.settlement(
            loan=own(request, public_id), language=get_language() or ""
        )
        return pdf(content, name=f"certificate-{public_id}.pdf")
