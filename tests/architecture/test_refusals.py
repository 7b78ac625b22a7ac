"""Every refusal says what happened and what to do, in both languages."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator, Mapping

import polib
import pytest

from common.errors import Refused
from tests.architecture.sources import APPS, ROOT

CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Anything(Mapping[str, object]):
    """A context that fills every placeholder."""

    def __getitem__(self, key: str) -> object:
        return 7

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def refusals() -> list[type[Refused]]:
    """Every refusal of the house; tests may have their own."""
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if ".tests" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    return sorted(_below(Refused), key=lambda each: each.code)


def _below(kind: type[Refused]) -> set[type[Refused]]:
    ours = {each for each in kind.__subclasses__() if ".tests" not in each.__module__}
    return ours.union(*(_below(each) for each in ours))


REFUSALS = refusals()


def said(kind: type[Refused]) -> tuple[str, str]:
    return kind.message, kind.advice


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.code)
class TestEachRefusal:
    def test_says_what_happened_and_what_to_do(self, kind):
        assert kind.message != Refused.message
        for words in said(kind):
            assert words.strip() == words
            assert words.endswith((".", "?", ")s"))

    def test_can_be_filled_in(self, kind):
        for words in said(kind):
            assert "%" not in words % Anything() or "%%" in words

    def test_has_an_answer_that_says_no(self, kind):
        assert 400 <= kind.status < 500 or kind.status == 503

    def test_has_a_code_of_capitals(self, kind):
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*", kind.code)
        assert kind.code != Refused.code


def test_no_two_refusals_have_one_code():
    assert [
        code for code, count in Counter(kind.code for kind in REFUSALS).items() if count > 1
    ] == []


def test_there_are_refusals_to_look_at():
    assert len(REFUSALS) > 20


@pytest.fixture(scope="module")
def catalogue() -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in polib.pofile(str(CATALOGUE))}


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the Chinese catalogue is not filled yet")
class TestInChinese:
    @pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.code)
    def test_every_refusal_has_its_words(self, kind, catalogue):
        for words in said(kind):
            entry = catalogue.get(words)
            assert entry is not None, f"not in the catalogue: {words}"
            assert not entry.fuzzy
            assert CHINESE.search(entry.msgstr)
            assert set(PLACEHOLDER.findall(entry.msgstr)) == set(PLACEHOLDER.findall(words))

    def test_nothing_waits_for_a_translator(self, catalogue):
        waiting = [
            entry.msgid
            for entry in catalogue.values()
            if not entry.obsolete and (entry.fuzzy or not entry.translated())
        ]

        assert waiting == []
