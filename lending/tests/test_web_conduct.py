"""Every page keeps its manners: one thing to press, nothing ticked, nothing hidden, small."""

import gzip
import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from django.utils.html import strip_tags

from lending.ledger import queries as ledger
from lending.loans.models import Loan
from lending.rewards.models import Entitlement
from lending.tests import builders, doors, walks

pytestmark = pytest.mark.django_db
LARGEST_BYTES = 25_000
# Words of hurry and of bait have no place where people decide about debt.
DARK = re.compile(
    r"hurry|only today|last chance|limited offer|act now|don't miss|exclusive|congratulations",
    re.IGNORECASE,
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}


class Seen(HTMLParser):
    """What a page is made of, as far as manners go."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.in_main: list[tuple[str, dict[str, str | None]]] = []
        self._is_main = False
        self.feed(words)

    def handle_starttag(self, tag, attrs):
        found = (tag, dict(attrs))
        self.tags.append(found)
        self._is_main = self._is_main or tag == "main"
        if self._is_main:
            self.in_main.append(found)

    def handle_endtag(self, tag):
        self._is_main = self._is_main and tag != "main"

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@cache
def walked() -> dict[str, Any]:
    """Every page of one borrower's way, by name; answers outlive their database."""
    with doors.open_platform():
        return dict(walks.every_page(builders.person("Lin")))


@pytest.fixture
def pages():
    return walked()


def seen(page) -> Seen:
    return Seen(page.content.decode())


def is_first(attributes: dict[str, str | None]) -> bool:
    """Whether it looks like the page's first button."""
    looks = set((attributes.get("class") or "").split())
    return not looks & {"secondary", "plain"}


class TestEveryPage:
    def test_was_walked_to(self, pages):
        assert len(pages) > 25
        assert {name: page.status_code for name, page in pages.items()} == {
            name: 422 if name in {"pay, too much", "automatic debit, wrong"} else 200
            for name in pages
        }

    def test_has_one_heading_a_title_and_a_language(self, pages):
        for name, page in pages.items():
            found = seen(page)

            assert len(found.all("h1")) == 1, name
            assert page.content.decode().index("<title>") < 400, name
            assert found.all("html")[0]["lang"] == "en", name

    def test_has_at_most_one_first_button(self, pages):
        for name, page in pages.items():
            found = seen(page).in_main
            buttons = [each for tag, each in found if tag == "button" and is_first(each)]
            links = [
                each
                for tag, each in found
                if tag == "a" and "button" in (each.get("class") or "").split() and is_first(each)
            ]

            assert len(buttons) + len(links) <= 1, name

    def test_ticks_nothing_for_anybody(self, pages):
        for name, page in pages.items():
            ticked = [
                each
                for each in seen(page).all("input")
                if "checked" in each and each.get("value") and name != "change the offer"
            ]

            assert ticked == [], name

    def test_asks_every_question_by_a_label(self, pages):
        for name, page in pages.items():
            found = seen(page)
            labelled = {each.get("for") for each in found.all("label")}
            asked = [
                each
                for tag, each in found.tags
                if tag in {"input", "select", "textarea"} and each.get("type") != "hidden"
            ]

            assert [each for each in asked if each.get("id") not in labelled] == [], name

    def test_sends_every_form_with_a_token(self, pages):
        for name, page in pages.items():
            words = page.content.decode()
            forms = re.findall(r"<form\b.*?</form>", words, re.DOTALL)
            posts = [each for each in forms if 'method="post"' in each]

            assert all("csrfmiddlewaretoken" in each for each in posts), name

    def test_carries_no_script_or_style_of_its_own(self, pages):
        for name, page in pages.items():
            found = seen(page)

            assert all(each.get("src") for each in found.all("script")), name
            assert found.all("style") == [], name
            styled = [each for _, each in found.tags if "style" in each or "onclick" in each]
            assert styled == [], name

    def test_loads_nothing_from_elsewhere(self, pages):
        for name, page in pages.items():
            addresses = [
                each.get("src") or each.get("href") or ""
                for tag, each in seen(page).tags
                if tag in {"script", "link", "img", "use"}
            ]

            assert [each for each in addresses if "//" in each] == [], name

    def test_is_small_enough_for_a_bad_network(self, pages):
        for name, page in pages.items():
            assert len(gzip.compress(page.content)) < LARGEST_BYTES, name

    def test_hurries_and_baits_nobody(self, pages):
        for name, page in pages.items():
            assert not DARK.search(strip_tags(page.content.decode())), name

    def test_is_kept_by_no_cache_once_somebody_is_signed_in(self, pages):
        for name, page in pages.items():
            if not name.startswith("landing"):
                assert "no-store" in page["Cache-Control"], name

    def test_says_which_fields_are_wrong_at_the_top(self, pages):
        for name in ("ask for tuition, wrong", "pay, too much", "contract, not ticked"):
            words = doors.shown(pages[name])

            assert 'role="alert"' in words, name
            assert re.search(r"<title>\s*Error:", words), name

    def test_closes_what_it_opens(self, pages):
        for name, page in pages.items():
            words = page.content.decode()
            for tag in {tag for tag, _ in seen(page).tags} - VOID - {"use", "rect", "line", "path"}:
                opened = len(re.findall(rf"<{tag}[\s>]", words))
                closed = words.count(f"</{tag}>") + len(re.findall(rf"<{tag}(?:\s[^>]*)?/>", words))
                assert opened == closed, f"{name}: {tag}"


class TestTheWholeWay:
    def test_leaves_books_that_balance_and_points_that_were_earned(self):
        with doors.open_platform():
            list(walks.every_page(builders.person("Lin")))

        assert Loan.objects.get().state == "SETTLED"
        assert sum(ledger.trial_balance_fen().values()) == 0
        assert Entitlement.objects.get().state == "ISSUED"

    def test_can_be_walked_in_chinese(self):
        with doors.open_platform():
            pages = dict(walks.every_page(builders.person("Lin"), language="zh-hans"))

        for name, page in pages.items():
            assert page.status_code in {200, 422}, name
            assert 'lang="zh-Hans"' in page.content.decode(), name
