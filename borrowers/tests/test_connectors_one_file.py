"""A new source is one file: it is found, read, named on pages, and nothing else was changed."""

import importlib
import shutil

import pytest

from borrowers.behaviour.contracts import Source
from borrowers.behaviour.imports import purpose_of
from borrowers.behaviour.words import declare, source_title
from borrowers.connectors import banks, discovery, registry
from common.texts import Bilingual
from common.web.spoken import spoken

FILE = '''"""Example Lake Bank (示例湖银行): the account's list."""

import re

from borrowers.behaviour.words import declare
from borrowers.connectors.statements.connector import BankTable
from borrowers.connectors.statements.dialects import Dialect
from common.texts import Bilingual

SOURCE = declare(199, "EXAMPLE_LAKE", Bilingual(en="Example Lake Bank", zh="示例湖银行"))
ACCOUNT = Dialect(
    name="LAKE_DEBIT",
    source=SOURCE,
    title=re.compile("示例湖银行"),
    names={"湖日期": "day", "湖收入": "in", "湖支出": "out", "湖余额": "balance", "湖摘要": "memo"},
    needed={"day": "湖日期", "in": "湖收入", "out": "湖支出"},
)
TABLE = BankTable(kind="EXAMPLE_LAKE", source=SOURCE, dialects=(ACCOUNT,))
'''
STATEMENT = (
    "示例湖银行\n湖日期,湖摘要,湖收入,湖支出,湖余额\n"
    "2025-03-04,工资,8000.00,,8000.00\n2025-03-05,示例超市,,32.50,7967.50\n"
).encode()


@pytest.fixture
def lake(tmp_path, monkeypatch):
    """The file laid into the folder of banks, as somebody would who teaches us that bank."""
    (tmp_path / "example_lake.py").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(banks, "__path__", [*banks.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    monkeypatch.setattr(registry, "CONNECTORS", discovery.connectors())
    yield Source(199)
    shutil.rmtree(tmp_path)


def test_one_file_more_is_one_source_more(lake):
    reading = registry.read_bill(STATEMENT, "lake.csv")

    assert reading.source is lake
    assert lake.name == "EXAMPLE_LAKE"
    assert [(each.amount_fen, each.direction.name) for each in reading.events] == [
        (800_000, "IN"),
        (3_250, "OUT"),
    ]
    assert purpose_of(lake) == "CONSUMPTION_RECORDS"


def test_without_the_file_nobody_takes_it_for_that_bank():
    assert "EXAMPLE_LAKE" not in discovery.connectors()


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Example Lake Bank"), ("zh-hans", "示例湖银行")]
)
def test_its_name_is_said_in_both_languages(lake, language, title, settings):
    from django.utils import translation  # noqa: PLC0415 (only this test speaks)

    with translation.override(language):
        assert spoken(source_title(lake)) == title


def test_a_stored_number_stays_readable_without_its_file():
    assert int(Source(150)) == 150
    assert source_title(150) == source_title(Source.BANK)


@pytest.mark.parametrize(
    ("number", "name"), [(99, "NEAR"), (200, "FAR"), (160, "ICBC"), (160, "quiet")]
)
def test_a_number_or_name_that_is_not_free_is_refused(number, name):
    with pytest.raises(ValueError, match="source"):
        declare(number, name, Bilingual(en="x", zh="x"))


def test_one_number_is_one_source():
    declare(161, "FIRST_OF_TWO", Bilingual(en="One", zh="一"))

    with pytest.raises(ValueError, match="another source"):
        declare(161, "SECOND_OF_TWO", Bilingual(en="Two", zh="二"))


def test_numbers_outside_of_the_list_are_no_source():
    for number in (-1, 50, 99, 200, 10_000):
        with pytest.raises(ValueError, match="valid Source"):
            Source(number)
