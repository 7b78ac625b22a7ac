"""What stands on every page of a contract: whose it is, and which page of how many."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lending.loans import agreement, queries
from lending.loans.paper import ALL_PAGES, Paper
from lending.tests import builders, doors

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


class Overheard(Paper):
    """Paper that remembers which words were written on which page."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, str]] = []
        super().__init__(
            font=agreement.FONT,
            running_head="Loan contract, application A-1",
            page_words="Page %(number)s of %(total)s",
            at=NOON,
        )

    def cell(self, w: Any = None, h: Any = None, text: str = "", *more: Any, **named: Any) -> Any:
        self.heard.append((self.page_no(), text))
        return super().cell(w, h, text, *more, **named)


def printed(pages: int) -> Overheard:
    paper = Overheard()
    for _ in range(pages):
        paper.add_page()
    paper.output()
    return paper


class TestEveryPage:
    def test_has_its_number(self):
        assert [each for each in printed(2).heard if each[1].startswith("Page")] == [
            (1, f"Page 1 of {ALL_PAGES}"),
            (2, f"Page 2 of {ALL_PAGES}"),
        ]

    def test_but_the_first_says_what_it_belongs_to(self):
        heads = [page for page, words in printed(3).heard if words.startswith("Loan contract")]

        assert heads == [2, 3]


@pytest.mark.django_db
class TestAContract:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_is_the_same_file_each_time_and_longer_than_a_page(self, language):
        lin = builders.person("Lin")
        with doors.open_platform():
            offer = builders.offered(lin)
            builders.confirmed(offer, lin)

            first, again = (
                queries.unsigned_file(offer.application_id, on=builders.TODAY, language=language)
                for _ in range(2)
            )

        assert first == again
        assert first.count(b"/Type /Page\n") >= 1
        assert ALL_PAGES.encode() not in first
