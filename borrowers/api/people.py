"""Who I am: masked details, identity, language."""

from typing import Any

from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from borrowers.behaviour import queries as behaviour
from borrowers.consent import actions as consents
from borrowers.consent import queries as given
from borrowers.consent.purposes import IDENTITY, PURPOSES
from borrowers.messages import queries as messages
from borrowers.people import actions, queries
from borrowers.people.contracts import BorrowerCard
from common import clock
from common.rulebook.queries import number


class PersonOutput(serializers.Serializer[Any]):
    """The borrower; details are covered."""

    public_id = serializers.CharField()
    is_identified = serializers.BooleanField()
    name = serializers.CharField(help_text="Covered; empty before identification.")
    phone = serializers.CharField(help_text="Covered.")
    id_number = serializers.CharField(help_text="Covered; empty before identification.")
    consents = serializers.ListField(child=serializers.CharField())
    bills = serializers.IntegerField(help_text="How many bills are in use.")
    unread_messages = serializers.IntegerField()


class LanguageInput(serializers.Serializer[Any]):
    """The language that the borrower reads."""

    language = serializers.ChoiceField(choices=["zh-hans", "en"])


class IdentityInput(serializers.Serializer[Any]):
    """As on the identity card."""

    name = serializers.CharField(max_length=60)
    id_number = serializers.CharField(max_length=30)


class Me(APIView):
    """The signed-in borrower."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="me", responses=PersonOutput)
    def get(self, request: Request) -> Response:
        """Who I am, and how far I have come."""
        return _person(card_of(request))

    @extend_schema(operation_id="me_language", request=LanguageInput, responses=PersonOutput)
    def patch(self, request: Request) -> Response:
        """Remember the language that I read."""
        asked = LanguageInput(data=request.data)
        asked.is_valid(raise_exception=True)
        card = card_of(request)
        actions.set_language(account_id=card.account_id, language=asked.validated_data["language"])
        return _person(card)


class Identity(APIView):
    """Name and identity number, once."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="identify", request=IdentityInput, responses=PersonOutput)
    @method_decorator(sensitive_variables())
    def post(self, request: Request) -> Response:
        """Say who I am. The notice of the purpose IDENTITY must have been shown."""
        asked = IdentityInput(data=request.data)
        asked.is_valid(raise_exception=True)
        card, today = card_of(request), clock.shanghai_today()
        actions.identify(
            borrower_id=card.id,
            **asked.validated_data,
            on=today,
            minimum_age=int(number("MINIMUM_AGE_YEARS", on=today)),
            by=acting(card),
        )
        consents.grant(
            borrower_id=card.id,
            purpose=IDENTITY,
            notice_version=PURPOSES[IDENTITY].notice_version,
            language=get_language() or "",
            channel="API",
            by=acting(card),
        )
        return _person(queries.card(card.id))


def _person(card: BorrowerCard) -> Response:
    masked = queries.masked(card.id)
    person = {
        "public_id": card.public_id,
        "is_identified": card.is_identified,
        "name": masked.name,
        "phone": masked.phone,
        "id_number": masked.id_number,
        "consents": sorted(given.active(card.id)),
        "bills": sum(each.is_used for each in behaviour.batches(card.id)),
        "unread_messages": messages.unread_count(card.id),
    }
    return Response(PersonOutput(person).data)
