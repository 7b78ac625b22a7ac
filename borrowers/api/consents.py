"""Consents: the catalogue with what was given, giving one, taking one back."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from borrowers.consent import actions, queries
from borrowers.consent.contracts import ConsentFacts
from borrowers.consent.purposes import Purpose


class ConsentOutput(serializers.Serializer[Any]):
    """One purpose in the reader's language, and whether it is allowed now."""

    purpose = serializers.CharField()
    notice_version = serializers.CharField()
    is_necessary = serializers.BooleanField()
    title = serializers.CharField()
    why = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())
    period = serializers.CharField()
    recipient = serializers.CharField()
    refusal = serializers.CharField(help_text="What follows when it is not given.")
    granted_at = serializers.DateTimeField(allow_null=True)


class ConsentInput(serializers.Serializer[Any]):
    """One purpose, under the notice that the person has read."""

    purpose = serializers.CharField(max_length=30)
    notice_version = serializers.CharField(max_length=20)


class Consents(APIView):
    """Every purpose, and what was given."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="consents", responses=ConsentOutput(many=True))
    def get(self, request: Request) -> Response:
        """The catalogue, each purpose with its notice in the reader's language."""
        active = queries.active(card_of(request).id)
        return Response([_shown(each, active) for each in _offered(active)])

    @extend_schema(
        operation_id="consent_grant", request=ConsentInput, responses={201: ConsentOutput}
    )
    def post(self, request: Request) -> Response:
        """Allow one purpose. Allowing it twice is once."""
        asked = ConsentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        card, purpose = card_of(request), asked.validated_data["purpose"]
        actions.grant(
            borrower_id=card.id,
            purpose=purpose,
            notice_version=asked.validated_data["notice_version"],
            language=get_language() or "",
            channel="API",
            by=acting(card),
            switched_on=settings.OPTIONAL_SOURCES,
        )
        shown = _one(purpose, card.id)
        return Response(shown, status=status.HTTP_201_CREATED)


class Withdrawal(APIView):
    """The end of one consent."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="consent_withdraw", request=None, responses=ConsentOutput)
    def post(self, request: Request, purpose: str) -> Response:
        """Take one consent back. Whatever reads next uses nothing of it."""
        card = card_of(request)
        actions.withdraw(borrower_id=card.id, purpose=purpose, channel="API", by=acting(card))
        return Response(_one(purpose, card.id))


def _offered(active: Collection[str]) -> list[Purpose]:
    return queries.catalogue(switched_on=settings.OPTIONAL_SOURCES, given=active)


def _one(code: str, borrower_id: int) -> dict[str, Any]:
    found = queries.purpose(code)
    assert found is not None  # the verb before this one has refused what is no purpose
    return _shown(found, queries.active(borrower_id))


def _shown(purpose: Purpose, active: dict[str, ConsentFacts]) -> dict[str, Any]:
    given = active.get(purpose.code)
    return {
        **ConsentOutput(
            {
                "purpose": purpose.code,
                "notice_version": purpose.notice_version,
                "is_necessary": purpose.is_necessary,
                "title": gettext(purpose.title),
                "why": gettext(purpose.why),
                "items": [gettext(each) for each in purpose.items],
                "period": gettext(purpose.period),
                "recipient": gettext(purpose.recipient),
                "refusal": gettext(purpose.refusal),
                "granted_at": given.granted_at if given else None,
            }
        ).data
    }
