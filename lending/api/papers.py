"""Papers of a loan: the certificate under the platform's seal, and the due dates."""

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower
from common.api.renderers import (
    CALENDAR_ANSWER,
    PDF_ANSWER,
    CalendarRenderer,
    PdfRenderer,
    calendar,
    pdf,
)
from common.business_date import queries as business_dates
from lending.api.loans import own
from lending.papers import certificate
from lending.papers.calendar import due_dates


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


class DueDates(APIView):
    """The due dates of a loan for a calendar."""

    permission_classes = [IsBorrower]
    renderer_classes = [CalendarRenderer, JSONRenderer]

    @extend_schema(operation_id="loan_due_dates", responses=CALENDAR_ANSWER)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        """One all-day event for each instalment that is still to be paid."""
        events = due_dates(own(request, public_id), on=business_dates.today())
        return calendar(events, name=f"loan-{public_id}.ics")
