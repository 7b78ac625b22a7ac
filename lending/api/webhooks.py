"""What banks tell us by themselves: believed when signed, kept once, and then asked about."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common import clock
from common.api.problems import refusal_body
from common.errors import Refused
from common.web import uploads
from lending.channels import actions
from lending.channels.sandbox import NoticeUnreadable, read_notice

CHANNEL = "SANDBOX"
MOST_BYTES = 16 * 1024


@csrf_exempt
@require_POST
def sandbox_bank(request: HttpRequest) -> JsonResponse:
    """Keep one notice of the sandbox bank; the same notice again is the same answer."""
    try:
        if uploads.is_longer_than(request, MOST_BYTES):
            raise NoticeUnreadable
        notice = read_notice(
            secrets=settings.BANK_WEBHOOK_SECRETS,
            headers=request.headers,
            body=request.body,
            now=clock.now(),
        )
        actions.store_notice(channel=CHANNEL, notice=notice)
    except Refused as refusal:
        return JsonResponse(
            refusal_body(refusal),
            status=refusal.status,
            content_type="application/problem+json",
        )
    return JsonResponse({"status": "kept"})


app_name = "lending-webhooks"
urlpatterns = [path("sandbox-bank", sandbox_bank, name="sandbox-bank")]
