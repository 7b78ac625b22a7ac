"""What gateways send to our door, and a transfer that they may send it about."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlencode

import time_machine
from django.db import transaction
from django.test import Client

from common import clock
from common.processes import actions as processes
from common.processes.models import Process
from lending import tasks
from lending.channels.gateways.orders import order_no
from lending.channels.models import ParkedNotice, Transfer
from lending.ledger.models import LedgerEntry
from lending.loans.models import LoanTransaction
from lending.tests import builders
from lending.tests.builders import TODAY
from lending.tests.gateway_desks import (
    APP_ID,
    APPID,
    MCHID,
    SELLER_ID,
    alipay_keys,
    joined,
    sealed,
    signature,
    wechat_keys,
    wechat_signed,
)

NOWHERE = "http://127.0.0.1:9"
WECHAT, ALIPAY = "/webhooks/wechat-pay", "/webhooks/alipay"


def as_settings(keys):
    return {name: getattr(keys, name) for name in keys.__slots__}


@contextmanager
def switched_on(settings, *, wechat: str = NOWHERE, alipay: str = NOWHERE) -> Iterator[None]:
    """Both gateways with the keys of the desks, on the builders' day."""
    settings.GATEWAYS = {
        "WECHAT_PAY": as_settings(wechat_keys(wechat)),
        "ALIPAY": as_settings(alipay_keys(alipay)),
    }
    tasks.gateway.cache_clear()
    with time_machine.travel(builders.NOW, tick=True):
        yield
    tasks.gateway.cache_clear()


def transfer_through(channel, *, number="R-lin-1"):
    """A repayment of ¥270 that was sent through a gateway, and whose process waits."""
    with transaction.atomic():
        transfer = Transfer.objects.create(
            out_trade_no=number,
            purpose="REPAYMENT",
            loan_id=1,
            request_key=number,
            account="person:lin",
            amount_fen=270_00,
            channel=channel,
            order_no=order_no(number),
            state="SENT",
            intended_on=TODAY,
        )
        processes.start(kind="TRANSFER", subject_id=transfer.pk, task="none", queue="money")
    Process.objects.update(next_attempt_at=clock.now() + timedelta(days=365))
    return transfer


def books():
    """What no notice may ever change by itself."""
    transfers = Transfer.objects.order_by("pk").values_list("state", "booked_at", "amount_fen")
    return list(transfers), LedgerEntry.objects.count(), LoanTransaction.objects.count()


def parked():
    return [each.reason for each in ParkedNotice.objects.order_by("pk")]


def is_hastened(transfer):
    row = Process.objects.get(kind="TRANSFER", subject_id=transfer.pk)
    return row.next_attempt_at < clock.now() + timedelta(days=364)


class WeChat:
    """What WeChat Pay sends."""

    channel, path, good = "WECHAT_PAY", WECHAT, {"code": "SUCCESS", "message": "OK"}

    @staticmethod
    def paid(transfer, **changes):
        amount = {"total": transfer.amount_fen, "payer_total": 1, "currency": "CNY"}
        told = {
            "mchid": MCHID,
            "appid": APPID,
            "out_trade_no": transfer.order_no,
            "transaction_id": "4200000001",
            "trade_state": "SUCCESS",
            "success_time": "2026-11-20T12:00:00+08:00",
            "amount": amount,
        }
        return {**told, **changes}

    @staticmethod
    def body(content, *, event="EV-1", kind="TRANSACTION.SUCCESS", **outer):
        told = {
            "id": event,
            "create_time": "2026-11-20T12:00:01+08:00",
            "resource_type": "encrypt-resource",
            "event_type": kind,
            "summary": "x",
            "resource": sealed(content),
        }
        return json.dumps({**told, **outer})

    @classmethod
    def send(cls, text, *, at=None, by="wechat", content_type="application/json", **headers):
        raw = text.encode("utf-8", "surrogateescape")
        signed = wechat_signed(text, at=at or clock.now(), by=by) if raw.isascii() else {}
        return Client(raise_request_exception=False).post(
            cls.path, raw, content_type=content_type, headers={**signed, **headers}
        )


class Ali:
    """What Alipay sends."""

    channel, path, good = "ALIPAY", ALIPAY, b"success"

    @staticmethod
    def paid(transfer, **changes):
        told = {
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "charset": "utf-8",
            "notify_id": "2026112200222120001",
            "notify_type": "trade_status_sync",
            "notify_time": "2026-11-20 12:00:00",
            "out_trade_no": transfer.order_no,
            "trade_no": "2026112022001",
            "trade_status": "TRADE_SUCCESS",
            "total_amount": f"{transfer.amount_fen // 100}.{transfer.amount_fen % 100:02d}",
            "subject": "还款",
        }
        return {name: value for name, value in {**told, **changes}.items() if value is not None}

    @classmethod
    def form(cls, told, *, by="alipay", sign_type="RSA2"):
        # As the kit verifies it: sign_type is left out of what is signed.
        return {**told, "sign_type": sign_type, "sign": signature(joined(told), by=by)}

    @classmethod
    def send(cls, form, *, content_type="application/x-www-form-urlencoded"):
        text = form if isinstance(form, str | bytes) else urlencode(form)
        return Client(raise_request_exception=False).post(cls.path, text, content_type=content_type)


def tell_wechat(transfer, *, refund=False, currency="CNY", **changes):
    kind = "TRANSACTION.SUCCESS"
    content = WeChat.paid(transfer, **changes)
    content["amount"] = {**content["amount"], "currency": currency}
    if refund:
        kind = "REFUND.SUCCESS"
        content |= {
            "out_refund_no": "unknown-refund",
            "refund_id": "50",
            "refund_status": "SUCCESS",
        }
        content["amount"]["refund"] = transfer.amount_fen
    return WeChat.send(WeChat.body(content, kind=kind)).status_code


def tell_alipay(transfer, *, refund=False, currency="CNY", **changes):
    names = {"amount": "total_amount", "trade_state": "trade_status"}
    changes = {names.get(name, name): value for name, value in changes.items()}
    if isinstance(changes.get("total_amount"), dict):
        changes["total_amount"] = "0.01"
    if changes.get("trade_status") == "CLOSED":
        changes["trade_status"] = "TRADE_CLOSED"
    told = Ali.paid(transfer, trans_currency=currency, **changes)
    if refund:
        told |= {"refund_fee": told["total_amount"], "out_biz_no": "unknown-refund"}
    return Ali.send(Ali.form(told)).status_code
