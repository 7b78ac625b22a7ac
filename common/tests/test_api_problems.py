"""Errors of the API: a problem document each, in the caller's language, 401 without a token."""

import pytest
from django.http import Http404
from django.utils import translation
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from common.errors import NotFound, Refused
from common.texts import gettext_noop

PHONE = "+8613900000001"


class ShelfIsFull(Refused):
    code = "SHELF_IS_FULL"
    message = gettext_noop("No more than %(most)s fit.")
    advice = gettext_noop("Take one of the %(most)s away.")


def answer(trouble: Exception | None = None, *, is_open: bool = True) -> Response:
    """What a view answers that ends in this error."""

    class Door(APIView):
        permission_classes = [AllowAny] if is_open else APIView.permission_classes

        def get(self, _request) -> Response:
            if trouble:
                raise trouble
            return Response({})

    response = Door.as_view()(APIRequestFactory().get("/door"))
    response.render()
    return response


class TestRefusals:
    def test_say_what_happened_and_what_to_do(self):
        with translation.override("en"):
            response = answer(ShelfIsFull(most=3))

        assert response.status_code == 409
        assert response.data | {"instance": ""} == {
            "type": "/problems/shelf-is-full",
            "title": "No more than 3 fit.",
            "detail": "Take one of the 3 away.",
            "status": 409,
            "code": "SHELF_IS_FULL",
            "instance": "",
        }

    def test_are_problem_documents(self):
        assert answer(NotFound())["Content-Type"].startswith("application/problem+json")

    def test_of_things_that_are_not_there_are_404(self):
        assert answer(NotFound()).status_code == 404


class TestTheFrameworksErrors:
    @pytest.mark.parametrize(
        ("trouble", "status"),
        [
            (ValidationError({"amount": ["Too much."]}), 400),
            (PermissionDenied(), 403),
            (Http404(), 404),
            (MethodNotAllowed("PUT"), 405),
        ],
        ids=lambda value: str(value)[:12],
    )
    def test_are_problem_documents_too(self, trouble, status):
        response = answer(trouble)

        assert response.status_code == response.data["status"] == status
        assert response["Content-Type"].startswith("application/problem+json")
        assert response.data["errors"]

    def test_point_to_the_field(self):
        response = answer(ValidationError({"steps": [{}, {"amount": ["Too much."]}]}))

        assert response.data["errors"] == [
            {"code": "invalid", "detail": "Too much.", "pointer": "/steps/1/amount"}
        ]

    def test_without_a_token_are_401_and_say_how_to_come_in(self):
        response = answer(is_open=False)

        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("X-Session-Token")

    @pytest.mark.django_db
    def test_with_a_wrong_token_are_401(self, client):
        response = client.get("/api/v1/me", headers={"X-Session-Token": "no such session"})

        assert response.status_code == 401
        assert response["Content-Type"].startswith("application/problem+json")
        assert response.json()["instance"] == response["X-Request-Id"]

    def test_that_nobody_foresaw_say_nothing_of_themselves(self):
        response = answer(ValueError(f"no borrower with {PHONE}"))

        assert response.status_code == 500
        assert PHONE not in response.content.decode()
