"""What banks tell us by themselves: believed when signed, kept once, and then asked about."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common import clock
from common.api.problems import refusal_body
from common.errors import Refused
from common.web import uploads
from lending import tasks
from lending.channels import actions
from lending.channels.contracts import Gateway
from lending.channels.models import ChannelCode
from lending.channels.sandbox import NoticeUnreadable, read_notice
from lending.returns import actions as returns
from lending.returns import matching

MOST_BYTES = 16 * 1024


@csrf_exempt
@require_POST
def sandbox_bank(request: HttpRequest) -> JsonResponse:
    """Keep one notice of the sandbox bank; the same notice again is the same answer."""
    try:
        _insist_on_body(request, "application/json")
        notice = read_notice(
            secrets=settings.BANK_WEBHOOK_SECRETS,
            headers=request.headers,
            body=request.body,
            now=clock.now(),
        )
        keep = returns.hear if matching.is_return(notice.out_trade_no) else actions.store_notice
        keep(channel=ChannelCode.SANDBOX, notice=notice)
    except Refused as refusal:
        return JsonResponse(
            refusal_body(refusal),
            status=refusal.status,
            content_type="application/problem+json",
        )
    return JsonResponse({"status": "kept"})


@csrf_exempt
@require_POST
def wechat_pay(request: HttpRequest) -> HttpResponse:
    """Keep one notice of WeChat Pay; whatever is not answered with SUCCESS is told again."""
    from lending.channels.gateways import wechat_notices  # noqa: PLC0415 (only where it is on)

    its: Any = _gateway(ChannelCode.WECHAT_PAY)
    try:
        _insist_on_body(request, "application/json")
        notice = wechat_notices.read_notice(
            its, headers=request.headers, body=request.body, now=clock.now()
        )
        actions.store_notice(channel=ChannelCode.WECHAT_PAY, notice=notice)
    except Refused as refusal:
        told = {"code": "FAIL", "message": refusal.code}
        return JsonResponse(told, status=refusal.status)
    return JsonResponse({"code": "SUCCESS", "message": "OK"})


@csrf_exempt
@require_POST
def alipay(request: HttpRequest) -> HttpResponse:
    """Keep one notice of Alipay; whatever is not answered with `success` is told again."""
    from lending.channels.gateways import alipay_notices  # noqa: PLC0415 (only where it is on)

    its: Any = _gateway(ChannelCode.ALIPAY)
    try:
        _insist_on_body(request, "application/x-www-form-urlencoded")
        notice = alipay_notices.read_notice(its, body=request.body, now=clock.now())
        actions.store_notice(channel=ChannelCode.ALIPAY, notice=notice)
    except Refused as refusal:
        return HttpResponse("fail", status=refusal.status, content_type="text/plain")
    return HttpResponse("success", content_type="text/plain")


def _gateway(channel: str) -> Gateway:
    """Raises Http404 where the gateway is not switched on: then nobody has this address."""
    if channel not in settings.GATEWAYS:
        raise Http404
    return tasks.gateway(channel)


def _insist_on_body(request: HttpRequest, content_type: str) -> None:
    """Raises NoticeUnreadable for a body of another kind, or of any length."""
    if request.content_type != content_type or uploads.is_longer_than(request, MOST_BYTES):
        raise NoticeUnreadable


app_name = "lending-webhooks"
urlpatterns = [
    path("sandbox-bank", sandbox_bank, name="sandbox-bank"),
    path("wechat-pay", wechat_pay, name="wechat-pay"),
    path("alipay", alipay, name="alipay"),
]
