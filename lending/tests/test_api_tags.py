"""ETags over the API: what has not changed is not sent again."""

import pytest
from django.test import Client

from lending.products.models import LoanProduct

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]

ADDRESS = "/api/v1/products"


@pytest.fixture
def first(client):
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return answer


def test_an_answer_that_has_not_changed_is_an_empty_304(client, first):
    again = client.get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]


def test_an_answer_that_has_changed_is_sent_with_a_tag_of_its_own(client, first):
    LoanProduct.objects.update(is_open=False)

    again = client.get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]
    assert again.json() != first.json()


def test_a_problem_is_never_a_304(client):
    answer = client.get("/api/v1/loans", headers={"If-None-Match": "*"})

    assert answer.status_code == 401


def test_pages_for_people_have_no_tag(client: Client):
    assert "ETag" not in client.get("/").headers
