"""The parts of a loan's page: links without scripts, tabs with one of our own, and never inline."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from lending.tests import builders
from lending.tests.test_admin_pages import officer, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
PARTS = ["schedule", "transactions", "ledger", "papers", "changes"]


@pytest.fixture
def page():
    loan = builders.paid_out(builders.person("Lin"))
    browser = signed_in(officer())
    return browser.get(reverse("admin:lending_loan_change", args=[loan.pk])).content.decode()


def test_every_link_leads_to_its_part_without_scripts(page):
    (tabs,) = re.findall(r"<nav[^>]*data-tabs.*?</nav>", page, re.DOTALL)

    assert re.findall(r'href="#(\w+)"', tabs) == PARTS
    assert re.findall(r'<section id="(\w+)" class="part">', page) == PARTS
    assert "hidden" not in tabs


def test_every_part_has_its_heading_and_ends_before_the_next(page):
    inside = page[page.index('<section id="schedule"') :]
    for part in re.split(r'<section id="\w+" class="part">', inside)[1:]:
        assert part.lstrip().startswith("<h2>")
        assert part.count("</section>") >= 1


def test_the_tabs_are_made_by_a_file_and_not_inline(page):
    assert re.search(r'<script src="[^"]*js/tabs[^"]*\.js" defer></script>', page)
    staff = page[page.index('<section class="staff">') :]
    staff = staff[: staff.index("js/tabs")]
    assert "<script>" not in staff
    assert "onclick" not in staff


def test_the_file_gives_roles_and_keys():
    found = finders.find("js/tabs.js")
    assert found is not None
    words = Path(found).read_text(encoding="utf-8")

    for each in ("tablist", "tabpanel", "aria-selected", "aria-controls", "ArrowRight", "Home"):
        assert each in words
