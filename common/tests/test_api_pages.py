"""Long lists come in pages, newest first, under a cursor that says nothing."""

from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from common.api.pages import NewestFirst
from common.processes.models import Process

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fifty_rows():
    Process.objects.bulk_create(
        Process(kind="LISTED", subject_id=number, task="none") for number in range(50)
    )


def page(query: str = "") -> tuple[list[int], str | None]:
    """The subjects of one page and the address of the next."""
    request = Request(APIRequestFactory().get(f"/things{query}"))
    pages = NewestFirst()
    view: Any = SimpleNamespace()
    rows = pages.paginate_queryset(Process.objects.all(), request, view)
    assert rows is not None
    return [row.subject_id for row in rows], pages.get_next_link()


def walk(query: str = "") -> list[list[int]]:
    found = []
    while True:
        rows, following = page(query)
        found.append(rows)
        if following is None:
            return found
        query = following[following.index("?") :]


def test_are_twenty_long_and_begin_with_the_newest():
    assert page()[0] == list(range(49, 29, -1))


def test_together_are_everything_once():
    assert [len(rows) for rows in walk()] == [20, 20, 10]
    assert list(chain.from_iterable(walk())) == list(range(49, -1, -1))


def test_may_be_shorter_or_longer_up_to_a_hundred():
    assert [len(rows) for rows in walk("?page_size=30")] == [30, 20]
    assert len(page("?page_size=100000")[0]) == 50
    assert NewestFirst.max_page_size == 100


def test_do_not_shift_when_something_new_comes():
    first, following = page()
    assert following is not None
    Process.objects.create(kind="LISTED", subject_id=99, task="none")

    second = page(following[following.index("?") :])[0]

    assert not set(first) & set(second)
    assert second[0] == first[-1] - 1
