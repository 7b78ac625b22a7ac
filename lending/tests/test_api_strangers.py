"""Wei at every address of the API that has a number in it, with Lin's numbers."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lending.api.urls import urlpatterns
from lending.tests import builders, doors, rewarding
from tests.machinery.unchanged import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
METHODS = ("get", "post", "put", "patch", "delete")
# What the doors ask for, all at once: a body that is whole, so that it is the number that fails.
BODY = {
    "agrees": True,
    "amount_fen": 1_000,
    "term_months": 3,
    "policy": "REDUCE_TERM",
    "kind": "HOLIDAY",
    "periods": 1,
    "disclosure": 1,
    "quote_key": "q" * 22,
    "entitlement": "e" * 22,
    "facts": {"number": "1"},
    "most_fen": 1_000,
    "ends_on": "2027-03-30",
    "language": "en",
    "text_sha256": "0" * 64,
}
# Found, or a method or a body that the address has not: nothing of Lin's is told.
UNTOLD = {400, 404, 405, 415, 422}


def numbered() -> list[str]:
    """Every address with a number, as it is written in the door."""
    found = [str(each.pattern) for each in urlpatterns]
    return [each for each in found if "<slug:public_id>" in each]


def body_of(address: str) -> dict[str, Any]:
    """As a telephone sends it: a picture as a form, all else as JSON."""
    if address.endswith("/evidence"):
        return {"data": {"file": SimpleUploadedFile("proof.pdf", doors.PDF)}, "format": "multipart"}
    return {"data": BODY, "format": "json"}


@pytest.mark.parametrize("address", numbered())
def test_wei_learns_nothing_and_changes_nothing_of_lins(lin, loan, address):
    drafted = builders.draft(lin, key="draft")
    builders.rewarded(lin.id)
    bought = rewarding.buy(lin)
    names = {"applications": drafted, "loans": loan, "rewards": bought}
    mine = names[address.split("/")[0]].public_id
    path = "/api/v1/" + address.replace("<slug:public_id>", mine).replace("<slug:number>", mine)
    wei = doors.api_of(builders.person("Wei"))

    said = set()
    with nothing_written():
        for method in METHODS:
            key = {"HTTP_IDEMPOTENCY_KEY": uuid4().hex}
            answer = getattr(wei, method)(path, **body_of(address), **key)
            assert answer.status_code in UNTOLD, (method, path, answer.content)
            assert mine not in answer.content.decode().replace(path, "")
            said.add(answer.status_code)
    assert 404 in said, "somewhere the number itself was asked for"


def test_there_are_as_many_addresses_as_doors():
    assert len(numbered()) > 30
