"""Every address of the API stands in docs/api.md, and no address that is gone."""

import re

import pytest

from config.routes import DECLARED
from tests.architecture.sources import ROOT

BASE = "api/v1/"
PAGE = (ROOT / "docs/api.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Addresses")[2].partition("\n## ")[0]
ADDRESS = re.compile(r"`(?:GET|POST|PUT|PATCH|DELETE) ([a-z][^`?]*)")


def plain(address: str) -> str:
    """Without the names of what stands in its place."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "{}", address)


OWN = sorted(plain(route.removeprefix(BASE)) for route in DECLARED if route.startswith(BASE))
TOLD = {plain(address) for address in ADDRESS.findall(TABLE)}


@pytest.mark.parametrize("address", [each for each in OWN if each != "schema"])
def test_every_address_stands_in_the_table(address):
    assert address in TOLD


def test_the_table_has_no_address_that_is_gone():
    assert sorted(TOLD - set(OWN)) == []


def test_the_table_was_found_and_names_what_it_is_read_for():
    """A heading that moves must not leave two empty sets that agree."""
    assert {"me", "loans/{}", "applications/{}/sign"} <= TOLD
    assert len(OWN) > len("addresses")


def test_two_names_of_one_place_are_one_address():
    assert plain("loans/<slug:public_id>/requests/<int:number>") == plain("loans/{id}/requests/{n}")
