"""Points: how many, from what, and buying a lower rate with them."""

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
from lending.products import law
from lending.rewards import actions, queries
from lending.rewards.models import Entitlement, EntitlementState


class BenefitOutput(serializers.Serializer[Any]):
    """Something that points buy."""

    code = serializers.CharField()
    cost_points = serializers.IntegerField()
    discount_ppm = serializers.IntegerField()


class EntitlementOutput(serializers.Serializer[Any]):
    """A lower rate for one loan."""

    id = serializers.CharField(source="public_id")
    benefit = serializers.CharField()
    discount_ppm = serializers.IntegerField()
    state = serializers.ChoiceField(choices=EntitlementState.choices)
    expires_on = serializers.DateField()


class EntryOutput(serializers.Serializer[Any]):
    """One movement of points."""

    kind = serializers.ChoiceField(choices=["EARN", "SPEND", "EXPIRE"])
    points = serializers.IntegerField()
    entered_at = serializers.DateTimeField()


class RewardsOutput(serializers.Serializer[Any]):
    """The balance, its history, what it buys, and what was bought and can be used."""

    balance = serializers.IntegerField()
    entries = EntryOutput(many=True)
    benefits = BenefitOutput(many=True)
    usable = EntitlementOutput(many=True)


class Rewards(APIView):
    """The borrower's points."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="rewards", responses=RewardsOutput)
    def get(self, request: Request) -> Response:
        """How many, from what, and what they buy."""
        borrower_id = card_of(request).id
        points = queries.points_of(borrower_id)
        shown = {
            "balance": points.balance,
            "entries": points.entries,
            "benefits": points.benefits,
            "usable": queries.usable_entitlements(borrower_id, on=business_dates.today()),
        }
        return Response(RewardsOutput(shown).data)


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
        """Buy a lower rate for the next loan. The same key again buys nothing more."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        card, on = card_of(request), business_dates.today()

        def act(key: str) -> str:
            return actions.redeem(
                borrower_id=card.id,
                benefit=asked.validated_data["benefit"],
                request_key=key,
                point_fen=law.on(on).point_value_fen,
                on=on,
                by=acting(card),
            ).public_id

        return once(
            request,
            act=act,
            show=lambda public_id: EntitlementOutput(_own(card.id, public_id)).data,
        )


def _own(borrower_id: int, public_id: str) -> Entitlement:
    entitlement = queries.entitlement_of(borrower_id, public_id)
    if entitlement is None:
        raise NotFound
    return entitlement
