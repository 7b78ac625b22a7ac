"""What WeChat Pay tells us by itself: proved by its signature, unsealed, and read word by word."""

import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wechatpayv3.utils import aes_decrypt

from lending.channels.contracts import NoticeKind, State, WebhookNotice
from lending.channels.gateways.notices import (
    NoticeNotForUs,
    NoticeNotSigned,
    NoticeUnreadable,
    amount_fen_of,
    insist_on_age,
    instant_of,
    word_of,
)
from lending.channels.gateways.orders import event_key
from lending.channels.gateways.wechat import SIGNED, WeChatPayGateway

TOLERANCE_SECONDS = 300
SEAL = "AEAD_AES_256_GCM"
NONCE = re.compile(r"[ -~]{12}")
EPOCH_SECONDS = re.compile(r"[0-9]{1,12}")

Content = Mapping[str, Any]
# Where each kind of notice has number, state, reference, amount and instant.
SHAPES: Mapping[str, tuple[NoticeKind, str, str, str, str, str]] = {
    "TRANSACTION": ("PAYMENT", "out_trade_no", "trade_state", "transaction_id", "total",
                    "success_time"),
    "REFUND": ("REFUND", "out_refund_no", "refund_status", "refund_id", "refund", "success_time"),
    "MCHTRANSFER": ("TRANSFER", "out_bill_no", "state", "transfer_bill_no", "transfer_amount",
                    "update_time"),
}  # fmt: skip
STATES: Mapping[str, State] = {
    "SUCCESS": "SUCCEEDED",
    "CLOSED": "FAILED",
    "REVOKED": "FAILED",
    "PAYERROR": "FAILED",
    "FAIL": "FAILED",
    "CANCELLED": "FAILED",
    "ABNORMAL": "FAILED",
}


def read_notice(
    gateway: WeChatPayGateway, *, headers: Mapping[str, str], body: bytes, now: datetime
) -> WebhookNotice:
    """A notice of WeChat Pay, verified and read.

    Raises NoticeNotSigned when it is not WeChat's, or not of just now; NoticeNotForUs when it is
    another merchant's; NoticeUnreadable when it makes no sense.
    """
    outer = _outer(gateway, headers, body, now)
    inner = _inner(gateway, outer)
    if inner.get("mchid", inner.get("mch_id")) != gateway.keys.mchid:
        raise NoticeNotForUs
    if inner.get("appid", gateway.keys.appid) != gateway.keys.appid:
        raise NoticeNotForUs
    return _notice(outer, inner)


def _outer(
    gateway: WeChatPayGateway, headers: Mapping[str, str], body: bytes, now: datetime
) -> Content:
    given = {name: headers.get(name, "") for name in SIGNED}
    seconds = given["Wechatpay-Timestamp"]
    if not EPOCH_SECONDS.fullmatch(seconds):
        raise NoticeNotSigned
    insist_on_age(seconds=int(seconds), now=now, tolerance_seconds=TOLERANCE_SECONDS)
    try:
        text = body.decode()
    except UnicodeDecodeError as failure:
        raise NoticeNotSigned from failure
    if not gateway.core.is_signed(given, text):
        raise NoticeNotSigned
    return _object(text)


def _inner(gateway: WeChatPayGateway, outer: Content) -> Content:
    """What the notice has under seal. Raises NoticeUnreadable."""
    sealed = outer.get("resource")
    if outer.get("resource_type") != "encrypt-resource" or not isinstance(sealed, dict):
        raise NoticeUnreadable
    nonce, ciphertext = sealed.get("nonce"), sealed.get("ciphertext")
    associated = sealed.get("associated_data") or ""
    if not (isinstance(nonce, str) and isinstance(ciphertext, str) and isinstance(associated, str)):
        raise NoticeUnreadable
    if sealed.get("algorithm") != SEAL or not NONCE.fullmatch(nonce):
        raise NoticeUnreadable
    try:
        opened = aes_decrypt(nonce, ciphertext, associated, gateway.keys.apiv3_key)
    except (binascii.Error, ValueError) as failure:
        raise NoticeUnreadable from failure
    if opened is None:
        raise NoticeUnreadable
    return _object(opened)


def _notice(outer: Content, inner: Content) -> WebhookNotice:
    shape = SHAPES.get(str(outer.get("event_type")).partition(".")[0])
    if shape is None:
        raise NoticeUnreadable
    kind, number, state, reference, amount, instant = shape
    found = STATES.get(str(inner.get(state)))
    if found is None:
        raise NoticeUnreadable
    amounts = inner if kind == "TRANSFER" else inner.get("amount")
    if not isinstance(amounts, dict):
        raise NoticeUnreadable
    return WebhookNotice(
        event_id=event_key(word_of(outer.get("id"), most=128)),
        out_trade_no=word_of(inner.get(number)),
        state=found,
        amount_fen=amount_fen_of(amounts.get(amount)),
        bank_reference=word_of(inner.get(reference)),
        occurred_at=instant_of(inner.get(instant) or outer.get("create_time")),
        kind=kind,
        currency=word_of(amounts.get("currency", "CNY"), most=8),
    )


def _object(text: str) -> Content:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as failure:
        raise NoticeUnreadable from failure
    if not isinstance(content, dict):
        raise NoticeUnreadable
    return content
