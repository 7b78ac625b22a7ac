"""What partners send: up to a thousand events, signed, each taken once."""

import io
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from borrowers.deliveries import queries
from borrowers.deliveries.actions import deliver
from borrowers.deliveries.contracts import MOST_EVENTS, SAID, DeliveryFacts, Outcome
from borrowers.partners.contracts import PartnerFacts
from borrowers.partners.queries import signer
from common import clock
from common.api import signatures
from common.api.idempotency import HEADER, LONGEST_KEY
from common.api.inputs import ReadableJson
from common.api.problems import TooLarge
from common.errors import Refused
from common.idempotency import actions as idempotency
from common.texts import gettext_noop
from common.web import uploads

KEY_HEADER = "Partner-Key"
MOST_BYTES = 2 * 1024 * 1024
SHORTEST_KEY = 8


class PartnerRefused(Refused):
    """No live key, no fitting signature, or not just now. Says not which."""

    code = "PARTNER_SIGNATURE_REFUSED"
    message = gettext_noop("The signature of this request is not valid.")
    advice = gettext_noop("Check the key, the secret, the clock and the body, then sign it anew.")
    status = 401


class DeliveryTooLong(Refused):
    """More events than one request may carry."""

    code = "DELIVERY_TOO_LONG"
    message = gettext_noop("There are more than %(most)s events in this request.")
    advice = gettext_noop("Send them in several requests.")
    status = 413


class PartnerEventData(serializers.Serializer[Any]):
    """What happened. No other field is read; an event with another field is set aside."""

    amount_fen = serializers.IntegerField(min_value=0)
    currency = serializers.CharField(default="CNY")
    direction = serializers.ChoiceField(["neutral", "in", "out"])
    category = serializers.CharField(
        required=False, help_text="A scene of spending, or income_salary, in lower case."
    )
    place = serializers.ChoiceField(["online", "offline", "auto_debit"], required=False)
    merchant = serializers.CharField(required=False, max_length=200)
    counterparty = serializers.CharField(required=False, max_length=200)
    memo = serializers.CharField(required=False, max_length=200)
    order = serializers.CharField(required=False, max_length=200)
    refund_of = serializers.CharField(required=False, help_text="The order that it undoes.")


class PartnerEvent(serializers.Serializer[Any]):
    """One event in the envelope of CloudEvents 1.0."""

    specversion = serializers.ChoiceField(["1.0"], required=False)
    id = serializers.CharField(max_length=64, help_text="Yours, for ever: taken once.")
    type = serializers.ChoiceField(["payment", "refund", "transfer", "income", "repayment", "fee"])
    time = serializers.DateTimeField(help_text="With its offset from UTC.")
    subject = serializers.CharField(help_text="The public id of the borrower.")
    # DRF's own attribute of the same name stays: declared fields are taken off the class.
    data = PartnerEventData()  # type: ignore[assignment]  # the field is called data, and so is a property of the base


class Delivery(serializers.Serializer[Any]):
    """A batch of events, of as many people as you like."""

    events = PartnerEvent(many=True)


class EventOutcome(serializers.Serializer[Any]):
    """What became of one event, in the order in which they were sent."""

    id = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(["accepted", "duplicate", "quarantined", "refused"])
    code = serializers.CharField(
        help_text="Why not: EVENT_ID_REUSED, EVENT_UNREADABLE, TIME_UNREADABLE, DATE_IN_FUTURE, "
        "AMOUNT_UNREADABLE, CURRENCY_UNREADABLE, DIRECTION_UNKNOWN or NOT_ALLOWED."
    )


class DeliveryOutcome(serializers.Serializer[Any]):
    """What was accepted is in every decision made from now on."""

    delivery = serializers.CharField()
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = EventOutcome(many=True)


PARAMETERS = [
    OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description=says
    )
    for name, says in (
        (KEY_HEADER, "The public number of your key."),
        ("webhook-id", "8 to 64 characters, the same as Idempotency-Key."),
        ("webhook-timestamp", "Seconds since 1970, not more than five minutes from now."),
        ("webhook-signature", "`v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`."),
        (HEADER, "The same key again gives the same answer."),
    )
]  # fmt: skip


def take(request: Request) -> Response:
    """One signed request, whoever's it is."""
    if uploads.is_longer_than(request, MOST_BYTES):
        raise TooLarge
    body = request._request.body  # noqa: SLF001 - the signature is over the bytes, not their meaning
    partner, key = _signed(request, body)
    events = _events(body)
    begun = idempotency.begin(
        # No account: partners count downwards.
        account_id=-partner.id,
        key=key,
        fingerprint=idempotency.fingerprint(method="POST", path=request.path, body=body),
    )
    if begun.status_code is not None:
        answer = Response(_shown(queries.delivery(begun.resource), events))
        answer["Idempotency-Replayed"] = "true"
        return answer
    # A request that dies here frees its key after a while; what it took is a duplicate then.
    delivery = deliver(partner=partner, events=events, now=clock.now())
    idempotency.complete(row_id=begun.row_id, status_code=200, resource=delivery.public_id)
    return Response(_shown(delivery, events))


def _signed(request: Request, body: bytes) -> tuple[PartnerFacts, str]:
    """Who signed it just now, and under which key it is to be done once. Raises PartnerRefused."""
    found = signer(request.headers.get(KEY_HEADER, "")[:LONGEST_KEY].replace("\x00", ""))
    if found is None:
        raise PartnerRefused
    partner, secret = found
    try:
        key = signatures.verify(
            secrets=[secret], headers=request.headers, body=body, now=clock.now()
        )
    except signatures.SignatureRefused as refused:
        raise PartnerRefused from refused
    if key != request.headers.get(HEADER) or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValidationError({HEADER: "8 to 64 characters, the same as webhook-id."})
    return partner, key


def _events(body: bytes) -> list[Any]:
    """Raises ParseError, ValidationError, DeliveryTooLong."""
    said: Any = ReadableJson().parse(io.BytesIO(body), parser_context={"encoding": "utf-8"})
    events = said.get("events") if isinstance(said, dict) and set(said) == {"events"} else None
    if not isinstance(events, list) or not events:
        raise ValidationError({"events": "A list of one to a thousand events is needed."})
    if len(events) > MOST_EVENTS:
        raise DeliveryTooLong(most=MOST_EVENTS)
    return events


def _shown(delivery: DeliveryFacts, events: list[Any]) -> dict[str, Any]:
    said = [SAID[Outcome(letter)] for letter in delivery.outcomes]
    words = [word for word, _ in said]
    return {
        "delivery": delivery.public_id,
        **{each: words.count(each) for each in ("accepted", "duplicate", "quarantined", "refused")},
        "results": [
            {"id": _id_of(event), "outcome": word, "code": code}
            for event, (word, code) in zip(events, said, strict=True)
        ],
    }


def _id_of(event: Any) -> str | None:
    found = event.get("id") if isinstance(event, dict) else None
    return found if isinstance(found, str) else None
