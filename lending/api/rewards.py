"""Points: how many, from what, until when, what they buy, and what was bought."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from common.api.idempotency import once
from common.business_date import queries as business_dates
from common.errors import NotFound
from lending.api.applications import IDEMPOTENCY_KEY
from lending.rewards import actions, fulfilment, queries
from lending.rewards.models import BenefitKind, Entitlement, EntitlementState, FulfilmentState

ENTRIES = ["EARN", "RELEASE", "SPEND", "REFUND", "EXPIRE", "REVERSE", "COVER", "TWICE", "ONCE"]


class BenefitOutput(serializers.Serializer[Any]):
    """Something that points buy; never cash, and never a larger loan."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=BenefitKind.choices)
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    cost_points = serializers.IntegerField()
    discount_ppm = serializers.IntegerField()
    value_fen = serializers.IntegerField()


class EntitlementOutput(serializers.Serializer[Any]):
    """Something that was bought."""

    id = serializers.CharField(source="public_id")
    benefit = serializers.CharField()
    kind = serializers.ChoiceField(choices=BenefitKind.choices)
    discount_ppm = serializers.IntegerField()
    cost_points = serializers.IntegerField()
    state = serializers.ChoiceField(choices=EntitlementState.choices)
    expires_on = serializers.DateField()


class BoughtOutput(serializers.Serializer[Any]):
    """Something that was bought, and how its handing over stands."""

    entitlement = EntitlementOutput()
    partner = serializers.CharField()
    handing_over = serializers.ChoiceField(
        choices=FulfilmentState.choices, source="fulfilment.state", default=None, allow_null=True
    )
    can_be_returned = serializers.BooleanField()


class EntryOutput(serializers.Serializer[Any]):
    """One movement of points, and the last day of the points that it moved."""

    kind = serializers.ChoiceField(choices=ENTRIES, source="entry.kind")
    rule = serializers.CharField(source="entry.lot.rule")
    points = serializers.IntegerField(source="entry.points")
    pending = serializers.IntegerField(source="entry.pending")
    owed = serializers.IntegerField(source="entry.owed")
    available_on = serializers.DateField(source="entry.lot.available_on")
    expires_on = serializers.DateField(source="entry.lot.expires_on")
    on = serializers.DateField(
        allow_null=True, help_text="The business date, where the books tell it."
    )
    entered_at = serializers.DateTimeField(source="entry.entered_at")


class DayOutput(serializers.Serializer[Any]):
    """Points that share a day."""

    points = serializers.IntegerField()
    on = serializers.DateField()


class NextTierOutput(serializers.Serializer[Any]):
    """What leads to the next tier."""

    code = serializers.CharField()
    least_count = serializers.IntegerField()
    least_on_time_ppm = serializers.IntegerField()
    discount_ppm = serializers.IntegerField()


class TierOutput(serializers.Serializer[Any]):
    """Where the borrower stands by the last twelve months."""

    code = serializers.CharField(allow_blank=True)
    discount_ppm = serializers.IntegerField()
    count = serializers.IntegerField()
    on_time = serializers.IntegerField()
    next = NextTierOutput(allow_null=True)


class RewardsOutput(serializers.Serializer[Any]):
    """The figures, their history, what points buy, and what was bought."""

    balance = serializers.IntegerField()
    available = serializers.IntegerField()
    pending = serializers.IntegerField()
    owed = serializers.IntegerField()
    waiting = DayOutput(many=True)
    ending = DayOutput(many=True)
    not_given_on = serializers.DateField(
        allow_null=True,
        help_text="When a payment last brought fewer points, as the programme's budget was used "
        "up; nothing once payments bring points again.",
    )
    tier = TierOutput(allow_null=True)
    entries = EntryOutput(many=True)
    benefits = BenefitOutput(many=True)
    usable = EntitlementOutput(many=True)
    bought = BoughtOutput(many=True)


class CodeOutput(serializers.Serializer[Any]):
    """A code for the partner. It is told once; asking again gives another, and this one dies."""

    code = serializers.CharField()


class Rewards(APIView):
    """The borrower's points."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="rewards", responses=RewardsOutput)
    def get(self, request: Request) -> Response:
        """How many, from what, until when, and what they buy."""
        return Response(RewardsOutput(_shown(card_of(request).id, business_dates.today())).data)


def _shown(borrower_id: int, on: date) -> dict[str, object]:
    points = queries.points_of(borrower_id)
    return {
        "balance": points.balance,
        "available": points.available,
        "pending": points.pending,
        "owed": points.owed,
        "waiting": points.waiting,
        "ending": points.ending,
        "not_given_on": points.not_given_on,
        "tier": queries.tier_of(borrower_id, on=on),
        "entries": queries.dated(points.entries),
        "benefits": points.benefits,
        "usable": queries.usable_entitlements(borrower_id, on=on),
        "bought": queries.bought(borrower_id, on=on, language="en"),
    }


class Redemption(APIView):
    """Spending points."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        benefit = serializers.CharField(max_length=20)

    @extend_schema(
        operation_id="rewards_redeem",
        parameters=[IDEMPOTENCY_KEY],
        request=Input,
        responses={201: EntitlementOutput},
    )
    def post(self, request: Request) -> Response:
        """Buy something from the catalogue. The same key again buys nothing more."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        card, on = card_of(request), business_dates.today()

        def act(key: str) -> str:
            return actions.redeem(
                borrower_id=card.id,
                benefit=asked.validated_data["benefit"],
                request_key=key,
                on=on,
                by=acting(card),
            ).public_id

        return once(
            request,
            act=act,
            show=lambda public_id: EntitlementOutput(_own(card.id, public_id)).data,
        )


class Return(APIView):
    """Giving back what was not used."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="rewards_return", request=None, responses=EntitlementOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """Give something back; its points come back. Again is the same."""
        card = card_of(request)
        row = actions.return_bought(
            entitlement_id=_own(card.id, public_id).pk,
            borrower_id=card.id,
            on=business_dates.today(),
            by=acting(card),
        )
        return Response(EntitlementOutput(row).data)


class Code(APIView):
    """The code of a coupon or gift."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="rewards_code", request=None, responses=CodeOutput)
    def post(self, request: Request, public_id: str) -> Response:
        """A fresh code; the one before no longer works."""
        card = card_of(request)
        code = fulfilment.show_code(
            entitlement_id=_own(card.id, public_id).pk,
            borrower_id=card.id,
            on=business_dates.today(),
            by=acting(card),
        )
        return Response(CodeOutput({"code": code}).data, headers={"Cache-Control": "no-store"})


def _own(borrower_id: int, public_id: str) -> Entitlement:
    entitlement = queries.entitlement_of(borrower_id, public_id)
    if entitlement is None:
        raise NotFound
    return entitlement
