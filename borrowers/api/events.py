"""Single events: a borrower reads their own, a partner sends signed ones. And the sum of all."""

import base64
import re
from collections.abc import Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api import partners
from borrowers.api.bills import CategoryOutput, MonthOutput
from borrowers.api.own import IsBorrower, card_of
from borrowers.behaviour import queries
from borrowers.behaviour.contracts import (
    Assurance,
    Category,
    Direction,
    EventKey,
    Precision,
    Source,
)
from borrowers.behaviour.imports import EventSeen
from common import clock

PAGE = 50
LARGEST_PAGE = 200
CURSOR = re.compile(r"(-?\d{1,18})\.(-?\d{1,19})", re.ASCII)
LARGEST_EXT = 2**63


class EventOutput(serializers.Serializer[Any]):
    """One event, as it is kept. Amounts are in fen and net of refunds noted on the same row."""

    occurred_at = serializers.DateTimeField()
    amount_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    direction = serializers.ChoiceField([each.name.lower() for each in Direction])
    category = serializers.CharField()
    # DRF's own attribute of the same name stays: declared fields are taken off the class.
    source = serializers.CharField()  # type: ignore[assignment]  # the field is called source, and so is an attribute of the base
    assurance = serializers.ChoiceField([each.name.lower() for each in Assurance])
    precision = serializers.ChoiceField([each.name.lower() for each in Precision])
    merchant = serializers.CharField()
    counterparty = serializers.CharField()
    memo = serializers.CharField()
    metrics = serializers.DictField(help_text="What is no money: months insured, minutes on.")


class EventsOutput(serializers.Serializer[Any]):
    """A page, newest first."""

    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page.")
    results = EventOutput(many=True)


class StreamOutput(serializers.Serializer[Any]):
    """What comes again: a salary, another income, a subscription."""

    kind = serializers.CharField()
    party = serializers.CharField()
    category = serializers.CharField()
    frequency = serializers.CharField()
    average_fen = serializers.IntegerField()
    occurrences = serializers.IntegerField()
    missed = serializers.IntegerField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    next_on = serializers.DateField()
    is_active = serializers.BooleanField()


class SummaryOutput(serializers.Serializer[Any]):
    """All that counts, once: by month, by scene, what came in, what came back, what comes again."""

    events = serializers.IntegerField()
    months = MonthOutput(many=True)
    scenes = CategoryOutput(many=True)
    salary_fen = serializers.IntegerField()
    other_income_fen = serializers.IntegerField()
    refunds_fen = serializers.IntegerField()
    refunds = serializers.IntegerField()
    streams = StreamOutput(many=True)


class BehaviourEvents(APIView):
    """The borrower's own events to read; a partner's to send."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """A partner has no session: its signature is looked at with the body."""
        # The maker of the schema asks without a request.
        method = getattr(getattr(self, "request", None), "method", "")
        return [] if method == "POST" else super().get_authenticators()

    def get_permissions(self) -> Sequence[BasePermission]:
        """As with the authenticators."""
        method = getattr(getattr(self, "request", None), "method", "")
        return [AllowAny()] if method == "POST" else [IsBorrower()]

    @extend_schema(
        operation_id="behaviour_events",
        parameters=[
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("page_size", OpenApiTypes.INT),
        ],
        responses=EventsOutput,
    )
    def get(self, request: Request) -> Response:
        """The borrower's own events, newest first, as far as a consent in force lets us."""
        size = _size(request.query_params.get("page_size", ""))
        seen = queries.page(
            card_of(request).id,
            before=_key(request.query_params.get("cursor", "")),
            limit=size + 1,
        )
        following = _cursor(seen[size - 1].key) if len(seen) > size else None
        shown = {"next": following, "results": [_shown(each) for each in seen[:size]]}
        return Response(EventsOutput(shown).data)

    @extend_schema(
        operation_id="behaviour_events_send",
        parameters=partners.PARAMETERS,
        request=partners.Delivery,
        responses=partners.DeliveryOutcome,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Send up to a thousand events, signed. Of whom you may not write, you learn nothing."""
        return partners.take(request)


class BehaviourSummary(APIView):
    """The sum of all that counts."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="behaviour_summary", responses=SummaryOutput)
    def get(self, request: Request) -> Response:
        """Months, scenes, income, refunds, and what comes again."""
        borrower_id = card_of(request).id
        overview = queries.overview(borrower_id)
        summary = queries.summary(borrower_id, clock.shanghai_today())
        told = {
            "events": overview.events,
            "months": overview.months,
            "scenes": [
                {
                    "category": Category(each.category).name,
                    "out_fen": each.out_fen,
                    "events": each.events,
                }
                for each in overview.categories
            ],
            "salary_fen": summary.salary_fen,
            "other_income_fen": summary.other_income_fen,
            "refunds_fen": summary.refunds_fen,
            "refunds": summary.refunds,
            "streams": [
                {
                    name: Category(value).name if name == "category" else value
                    for name, value in ((name, getattr(each, name)) for name in each.__slots__)
                }
                for each in summary.streams
            ],
        }
        return Response(SummaryOutput(told).data)


def _shown(event: EventSeen) -> dict[str, Any]:
    return {
        "occurred_at": event.occurred_at,
        "amount_fen": event.amount_fen,
        "refunded_fen": event.refunded_fen,
        "direction": Direction(event.direction).name.lower(),
        "category": Category(event.category).name,
        "source": Source(event.source).name,
        "assurance": Assurance(event.assurance).name.lower(),
        "precision": Precision(event.precision).name.lower(),
        "merchant": event.merchant,
        "counterparty": event.counterparty,
        "memo": event.memo,
        "metrics": event.metrics,
    }


def _size(said: str) -> int:
    return min(max(int(said), 1), LARGEST_PAGE) if re.fullmatch("[0-9]{1,6}", said) else PAGE


def _cursor(key: EventKey) -> str:
    return base64.urlsafe_b64encode(f"{key.microseconds}.{key.ext}".encode()).decode()


def _key(cursor: str) -> EventKey | None:
    """Where the page begins. Raises NotFound for a cursor that we did not make."""
    if not cursor:
        return None
    try:
        plain = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise NotFound from error
    match = CURSOR.fullmatch(plain)
    if match is None or not -LARGEST_EXT <= int(match.group(2)) < LARGEST_EXT:
        raise NotFound
    if abs(int(match.group(1))) > 10**16:  # Beyond the years that Python counts.
        raise NotFound
    return EventKey(int(match.group(1)), int(match.group(2)))
