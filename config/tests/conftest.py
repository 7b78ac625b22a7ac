"""The staff site with an open platform behind it, and who sits at the desk."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from borrowers.people.contracts import BorrowerCard
from config.tests import desk
from lending.tests import builders, doors


@pytest.fixture
def open_platform() -> Iterator[None]:
    """Products, a scorecard and a policy are there, and the clock says the builders' day."""
    with doors.open_platform():
        yield
    cache.clear()


@pytest.fixture
def officer() -> Any:
    return desk.officer()


@pytest.fixture
def mei(officer: Any) -> Client:
    """Mei's browser."""
    return desk.browser_of(officer)


@pytest.fixture
def administrator() -> Client:
    return desk.browser_of(desk.administrator())


@pytest.fixture
def lin() -> BorrowerCard:
    return builders.person("Lin")
