"""Every code that a page or a rule may meet has its words, its column, and its code."""

import pytest

from borrowers.behaviour.contracts import CHANNELS, Category, Direction, EventStatus, Source
from borrowers.behaviour.imports import purpose_of
from borrowers.behaviour.tables import rows
from borrowers.behaviour.words import CATEGORIES, SOURCES
from borrowers.connectors.registry import CONNECTORS
from borrowers.tests import cast


@pytest.mark.parametrize("category", Category)
def test_every_category_has_words(category):
    assert CATEGORIES[category]


@pytest.mark.parametrize("source", Source)
def test_every_source_has_words(source):
    assert SOURCES[source]


def test_no_two_categories_read_alike():
    assert len(set(CATEGORIES.values())) == len(Category)


def test_every_connector_reads_for_the_purpose_that_the_gate_asks_for():
    for connector in CONNECTORS.values():
        assert connector.purpose == purpose_of(connector.source)


@pytest.mark.parametrize("channel", ["BALANCE", "DEBIT", "CREDIT", "BNPL", "MONEY_FUND"])
def test_every_channel_has_a_number_of_its_own(channel):
    assert CHANNELS[channel] > 0
    assert len(set(CHANNELS.values())) == len(CHANNELS)


@pytest.mark.parametrize("code", [*Category, *Source, *Direction, *EventStatus])
def test_every_code_fits_its_column(code):
    assert 0 <= code < 2**15


def test_an_events_key_gives_a_number_that_fits_its_column():
    for key in (b"\x00" * 32, b"\xff" * 32, b"\x7f" + b"\xff" * 31, b"\x80" + b"\x00" * 31):
        assert -(2**63) <= rows.ext_of(key) < 2**63


def test_two_events_with_different_keys_have_different_numbers():
    numbers = {rows.ext_of(cast.event(number).event_key) for number in range(100)}

    assert len(numbers) == 100
