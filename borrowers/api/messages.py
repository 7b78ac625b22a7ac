"""The inbox."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, card_of
from borrowers.messages import actions, queries
from borrowers.messages.templates import wording
from common.templatetags.dates import day


class MessageOutput(serializers.Serializer[Any]):
    """One note in the reader's language."""

    template = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    sent_at = serializers.DateTimeField()
    loan = serializers.CharField(help_text="The loan that it is about, or nothing.")
    application = serializers.CharField(help_text="The application that it is about, or nothing.")
    is_read = serializers.BooleanField()


class MessagesOutput(serializers.Serializer[Any]):
    """The latest notes, newest first."""

    results = MessageOutput(many=True)


class Messages(APIView):
    """The borrower's notes."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="messages", responses=MessagesOutput)
    def get(self, request: Request) -> Response:
        """The latest hundred notes, newest first."""
        notes = []
        for each in queries.inbox(card_of(request).id):
            words = wording(each.template, each.facts, gettext, day)
            notes.append(
                {
                    "template": each.template,
                    "title": words.title,
                    "body": words.body,
                    "sent_at": each.sent_at,
                    "loan": each.facts.get("loan", ""),
                    "application": each.facts.get("application", ""),
                    "is_read": each.read_at is not None,
                }
            )
        return Response(MessagesOutput({"results": notes}).data)


class Reading(APIView):
    """Having read them."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="messages_read", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Mark every note as read."""
        actions.mark_read(borrower_id=card_of(request).id)
        return Response(status=status.HTTP_204_NO_CONTENT)
