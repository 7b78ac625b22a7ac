"""What Alipay tells us by itself: a signed form, proved and read word by word."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from common.periods import SHANGHAI
from lending.channels.contracts import State, WebhookNotice
from lending.channels.gateways.alipay import SIGNATURE_KIND, AlipayGateway
from lending.channels.gateways.notices import (
    NoticeNotForUs,
    NoticeNotSigned,
    NoticeUnreadable,
    amount_fen_of,
    insist_on_age,
    word_of,
)
from lending.channels.gateways.orders import event_key, fen_of

# Alipay repeats a notice for a day and a half hour, under its first date.
TOLERANCE_SECONDS = 26 * 3600
MOST_FIELDS = 100
INSTANT = "%Y-%m-%d %H:%M:%S"
STATES: Mapping[str, State] = {
    "WAIT_BUYER_PAY": "PROCESSING",
    "TRADE_SUCCESS": "SUCCEEDED",
    "TRADE_FINISHED": "SUCCEEDED",
    "TRADE_CLOSED": "FAILED",
}


def read_notice(gateway: AlipayGateway, *, body: bytes, now: datetime) -> WebhookNotice:
    """A notice of Alipay, verified and read.

    Raises NoticeNotSigned when it is not Alipay's, or is too old; NoticeNotForUs when it is
    another app's or seller's; NoticeUnreadable when it makes no sense.
    """
    told = _form(body)
    signature = told.pop("sign", "")
    if told.get("sign_type") != SIGNATURE_KIND or not gateway.kit.is_signed(told, signature):
        raise NoticeNotSigned
    if told.get("app_id") != gateway.keys.app_id:
        raise NoticeNotForUs
    if told.get("seller_id", gateway.keys.seller_id) != gateway.keys.seller_id:
        raise NoticeNotForUs
    occurred_at = _instant(told.get("notify_time", ""))
    insist_on_age(
        seconds=int(occurred_at.timestamp()), now=now, tolerance_seconds=TOLERANCE_SECONDS
    )
    return _notice(told, occurred_at)


def _form(body: bytes) -> dict[str, str]:
    """Every field once. Raises NoticeUnreadable."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as failure:
        raise NoticeUnreadable from failure
    told = dict(pairs)
    if len(told) != len(pairs):
        raise NoticeUnreadable
    return told


def _notice(told: Mapping[str, str], occurred_at: datetime) -> WebhookNotice:
    state = STATES.get(told.get("trade_status", ""))
    if state is None:
        raise NoticeUnreadable
    is_refund = "refund_fee" in told
    return WebhookNotice(
        event_id=event_key(word_of(told.get("notify_id"), most=128)),
        out_trade_no=word_of(told.get("out_biz_no" if is_refund else "out_trade_no")),
        state="SUCCEEDED" if is_refund else state,
        amount_fen=amount_fen_of(fen_of(told.get("refund_fee" if is_refund else "total_amount"))),
        bank_reference=word_of(told.get("trade_no")),
        occurred_at=occurred_at,
        kind="REFUND" if is_refund else "PAYMENT",
        currency=word_of(told.get("trans_currency", "CNY"), most=8),
    )


def _instant(text: str) -> datetime:
    try:
        return datetime.strptime(text, INSTANT).replace(tzinfo=SHANGHAI)
    except ValueError as failure:
        raise NoticeUnreadable from failure
