"""`Idempotency-Key` at the API's door: the same key, the same answer, one effect."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.exceptions import NotFound as ApiNotFound
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from common.api.idempotency import once
from common.errors import NotFound, Refused
from common.idempotency.models import IdempotencyKey
from common.texts import gettext_noop
from tests.machinery.races import together

KEY = "a-key-of-the-client"


class ShelfIsFull(Refused):
    code = "SHELF_IS_FULL"
    message = gettext_noop("No more than %(most)s fit.")
    advice = gettext_noop("Take one away.")


class Shelf(APIView):
    """A door that puts things on a shelf; `kept` is what really happened."""

    permission_classes = [AllowAny]
    authentication_classes = ()
    parser_classes = [JSONParser, MultiPartParser]
    kept: list[str] = []
    trouble: list[Exception] = []

    def post(self, request) -> Response:
        def act(key: str) -> str:
            if self.trouble:
                raise self.trouble.pop()
            self.kept.append(key)
            return f"thing-{len(self.kept)}"

        return once(request, act=act, show=lambda resource: {"id": resource})


@pytest.fixture
def shelf():
    Shelf.kept, Shelf.trouble = [], []
    return Shelf


def put(body=None, *, key: str | None = KEY, account_id: int = 7, path: str = "/shelf", **more):
    headers = {} if key is None else {"Idempotency-Key": key}
    form = more.pop("form", "json")
    request = APIRequestFactory().post(path, body or {"a": 1}, format=form, headers=headers)
    user: Any = SimpleNamespace(pk=account_id, is_authenticated=True)
    force_authenticate(request, user=user)
    return Shelf.as_view()(request)


@pytest.mark.django_db
class TestOnce:
    def test_acts_and_answers(self, shelf):
        answer = put()

        assert (answer.status_code, answer.data) == (201, {"id": "thing-1"})
        assert "Idempotency-Replayed" not in answer
        assert shelf.kept == [KEY]

    def test_gives_the_same_answer_again_and_acts_no_more(self, shelf):
        first, again = put(), put()

        assert (again.status_code, again.data) == (first.status_code, first.data)
        assert again["Idempotency-Replayed"] == "true"
        assert len(shelf.kept) == 1

    def test_sees_the_same_request_in_another_order_of_fields(self, shelf):
        put({"a": 1, "b": 2})

        assert put({"b": 2, "a": 1}).status_code == 201
        assert len(shelf.kept) == 1

    @pytest.mark.parametrize(
        "other", [{"body": {"a": 2}}, {"path": "/shelf/2"}], ids=["body", "path"]
    )
    def test_refuses_another_request_under_the_key(self, shelf, other):
        put()

        answer = put(**other)

        assert (answer.status_code, answer.data["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert len(shelf.kept) == 1

    def test_tells_files_of_one_name_apart(self, shelf):
        def bill(content: bytes):
            return {"file": SimpleUploadedFile("bill.csv", content)}

        put(bill(b"one"), form="multipart")

        assert put(bill(b"one"), form="multipart").status_code == 201
        assert put(bill(b"two"), form="multipart").status_code == 422
        assert len(shelf.kept) == 1

    def test_asks_one_to_wait_while_the_first_still_runs(self, shelf):
        put()
        IdempotencyKey.objects.update(status_code=None, locked_until="2999-01-01T00:00:00Z")

        answer = put()

        assert (answer.status_code, answer.data["code"]) == (409, "REQUEST_STILL_RUNNING")
        assert len(shelf.kept) == 1

    @pytest.mark.parametrize("key", [None, "", "short", "k" * 65])
    def test_needs_a_key_of_a_decent_length(self, shelf, key):
        answer = put(key=key)

        assert answer.status_code == 400
        assert shelf.kept == []
        assert not IdempotencyKey.objects.exists()

    def test_keeps_two_accounts_apart(self, shelf):
        assert put(account_id=7).data != put(account_id=8).data
        assert len(shelf.kept) == 2

    @pytest.mark.parametrize(
        "trouble",
        [ShelfIsFull(most=3), NotFound(), ValidationError("wrong"), ApiNotFound()],
        ids=lambda error: type(error).__name__,
    )
    def test_frees_the_key_of_what_was_refused(self, shelf, trouble):
        shelf.trouble = [trouble]
        assert put().status_code in {400, 404, 409}
        assert shelf.kept == []

        assert put({"a": "corrected"}).status_code == 201
        assert len(shelf.kept) == 1

    def test_keeps_the_key_of_what_broke_until_half_a_minute_is_over(self, shelf):
        """Nobody knows what was written: the same request may be sent again, a little later."""
        shelf.trouble = [ZeroDivisionError()]
        assert put().status_code == 500
        assert put().status_code == 409
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE common_idempotencykey SET locked_until ="
                " locked_until - interval '31 seconds'"
            )

        assert put().status_code == 201
        assert put().status_code == 201
        assert len(shelf.kept) == 1

    def test_keeps_an_id_and_never_a_body(self, shelf):
        put({"name": "林月"})

        kept = IdempotencyKey.objects.values().get()
        assert kept["resource"] == "thing-1"
        assert "林月" not in str(kept)


@pytest.mark.commits
def test_a_double_click_acts_once(shelf):
    answers = together(*[put] * 6)

    assert len(shelf.kept) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert put().data == {"id": "thing-1"}
