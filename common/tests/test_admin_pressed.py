"""Buttons of staff pages: who may press, and what the next page says of it."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.utils import translation

from common.admin.pressed import pressed, telling
from common.web.refusals import TooManyRequests


class Clerk:
    """Somebody at a desk with one right."""

    pk = 7

    def has_perms(self, perm_list, obj=None):
        return set(perm_list) <= {"desk.stamp"}


@pytest.fixture
def request_of_clerk() -> Any:
    request: Any = RequestFactory().post("/")
    request.user, request.session = Clerk(), {}
    request._messages = FallbackStorage(request)
    return request


def refuse():
    raise TooManyRequests


def said(request):
    return [(each.level_tag, str(each)) for each in get_messages(request)]


def test_who_has_the_right_acts_in_their_own_name(request_of_clerk):
    by = pressed(request_of_clerk, "desk.stamp")

    assert (by.kind, by.account_id) == ("STAFF", 7)


@pytest.mark.parametrize("rights", [["desk.sign"], ["desk.stamp", "desk.sign"]])
def test_one_right_that_is_missing_is_enough_to_refuse(request_of_clerk, rights):
    with pytest.raises(PermissionDenied):
        pressed(request_of_clerk, *rights)


def test_a_link_presses_nothing(request_of_clerk):
    request_of_clerk.method = "GET"

    with pytest.raises(PermissionDenied):
        pressed(request_of_clerk, "desk.stamp")


def test_what_went_through_is_said(request_of_clerk):
    with telling(request_of_clerk, done="Stamped."):
        pass

    assert said(request_of_clerk) == [("success", "Stamped.")]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "That was asked for too often in a short time. Wait a minute, then try again."),
        ("zh-hans", "操作过于频繁。请等一分钟再试。"),
    ],
)
def test_a_refusal_is_said_with_what_to_do(request_of_clerk, language, words):
    with translation.override(language), telling(request_of_clerk, done="Stamped."):
        refuse()

    assert said(request_of_clerk) == [("error", words)]


def test_a_fault_of_ours_is_not_passed_off_as_a_refusal(request_of_clerk):
    with pytest.raises(ZeroDivisionError), telling(request_of_clerk, done="Stamped."):
        int(1 / 0)

    assert said(request_of_clerk) == []
