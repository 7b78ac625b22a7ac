"""What staff pages look like, what their search finds, and the first page of a new house."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from common.rates import PPM
from config.staff import brand
from config.tests import desk
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
INDEX = "/admin/"


class TestTheLook:
    def test_names_the_house_and_warns_of_a_demonstration(self, mei):
        words = desk.read(mei.get(INDEX))

        assert "明账 Mingzhang" in words
        assert "Staff workbench" in words
        assert "Django" not in words
        assert " Demo " in words

    def test_warns_of_nothing_where_money_is_real(self, mei, settings):
        settings.DEMONSTRATION = False

        page = mei.get(INDEX)

        assert page.context["environment"] is None
        assert " Demo " not in desk.read(page)

    def test_leaves_the_number_of_a_loan_as_it_is(self, mei):
        loan = desk.loan_of(builders.person("Lin"))
        number = "aB3dEfGhIjKlMnOpQrStUv"
        desk.rows_of("lending.Loan").filter(pk=loan.pk).update(public_id=number)

        shown = mei.get(f"/admin/lending/loan/{loan.pk}/change/").content.decode()

        header = shown.partition("<header")[2].partition("</header>")[0]
        assert number in header
        assert number.capitalize()[0] + number[1:] not in header
        assert ">Loans" in header.replace("\n", "").replace("  ", "")

    def test_has_a_title_in_the_browsers_tab(self, mei):
        shown = mei.get("/admin/lending/loan/").content.decode()

        title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
        assert title is not None
        assert "Mingzhang staff" in title[1]

    def test_finds_its_mark_and_its_style(self, mei, rf):
        shown = mei.get(INDEX).content.decode()

        for url in (brand.mark(rf.get("/")), brand.style(rf.get("/"))):
            assert url in shown
            assert finders.find(url.removeprefix(settings.STATIC_URL))

    def test_answers_browsers_that_ask_for_a_mark_by_themselves(self):
        answer = doors.stranger().get("/favicon.ico")

        assert answer.status_code == 302
        assert answer["Location"] == f"{settings.STATIC_URL}img/mark.svg"

    def test_speaks_of_colours_that_unfold_understands(self, rf):
        first, second = brand.colours(rf.get("/")), brand.colours(rf.get("/"))
        first["primary"]["600"] = "changed by unfold"

        assert second["primary"]["600"] == "#0b6a57"
        assert second.keys() == {"primary", "base", "font"}

    @pytest.mark.parametrize(
        ("ink", "ground"),
        [
            (("primary", "600"), ("base", "100")),
            (("base", "500"), ("base", "50")),
            (("base", "600"), ("base", "50")),
            (("primary", "500"), ("base", "900")),
            (("base", "400"), ("base", "900")),
            (("base", "300"), ("base", "900")),
        ],
    )
    def test_can_be_read(self, ink, ground):
        assert contrast(*ink, *ground) >= 4.5 * PPM

    def test_has_landmarks(self, mei):
        shown = mei.get("/admin/lending/loan/").content.decode()

        for mark in ("<header", "<main", "<nav", "<footer"):
            assert shown.count(mark) >= 1
        assert shown.count("<main") == 1

    def test_asks_nothing_of_other_hosts(self, mei):
        shown = mei.get(INDEX).content.decode()

        links = re.findall(r'(?:src|href)="(https?:)?//', shown)
        assert links == []


def contrast(ink: str, ink_step: str, ground: str, ground_step: str) -> int:
    """How far two of our colours stand apart (WCAG 2.2), in parts per million."""
    lights = sorted(
        light(brand.COLOURS[ramp][step]) for ramp, step in ((ink, ink_step), (ground, ground_step))
    )
    return int((lights[1] + 0.05) / (lights[0] + 0.05) * PPM)


def light(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class TestWaysBetweenRows:
    """An officer follows a case from page to page without looking numbers up."""

    @pytest.fixture
    def loan(self):
        loan = desk.loan_of(builders.person("Lin"))
        desk.loan_of(builders.person("Wei"))
        desk.alert(loan, raised_at=builders.NOW)
        return loan

    def page(self, client: Client, name: str, pk: int) -> str:
        answer = client.get(reverse(f"admin:{name}_change", args=[pk]))
        assert answer.status_code == 200
        return answer.content.decode()

    def test_lead_from_a_loan_to_the_person_and_the_application(self, mei, loan):
        shown = self.page(mei, "lending_loan", loan.pk)

        assert f'href="/admin/borrowers/borrower/{loan.borrower_id}/change/"' in shown
        asked = loan.contract.application_id
        assert f'href="/admin/lending/loanapplication/{asked}/change/"' in shown

    def test_lead_from_an_application_to_its_loan(self, mei, loan):
        shown = self.page(mei, "lending_loanapplication", loan.contract.application_id)

        assert f'href="/admin/lending/loan/{loan.pk}/change/"' in shown

    def test_lead_from_an_alert_to_loan_and_person(self, mei, loan):
        alert = desk.rows_of("monitoring.Alert").get()

        shown = self.page(mei, "monitoring_alert", alert.pk)

        assert f'href="/admin/lending/loan/{loan.pk}/change/"' in shown
        assert f'href="/admin/borrowers/borrower/{loan.borrower_id}/change/"' in shown

    def test_lead_from_an_entry_in_the_books_to_its_loan(self, mei, loan):
        entry = desk.rows_of("lending.LedgerEntry").order_by("pk")[0]

        shown = self.page(mei, "lending_ledgerentry", entry.pk)

        assert f'href="/admin/lending/loan/{loan.pk}/change/"' in shown
        assert "1303 Loans to borrowers" in shown
        assert "-¥3,000.00" in shown

    @pytest.mark.parametrize("table", ["lending/loan", "lending/loanapplication"])
    def test_lead_from_a_person_to_what_is_theirs_and_nothing_else(self, mei, loan, table):
        shown = self.page(mei, "borrowers_borrower", loan.borrower_id)
        found = re.search(rf'href="(/admin/{table}/\?borrower[^"]+)"', shown)
        assert found is not None

        page = mei.get(found[1])

        rows = page.context["cl"].result_list
        assert [row.borrower_id for row in rows] == [loan.borrower_id]

    def test_lead_from_a_person_to_every_alert_about_them(self, mei, loan):
        shown = self.page(mei, "borrowers_borrower", loan.borrower_id)
        found = re.search(r'href="(/admin/monitoring/alert/\?[^"]+borrower[^"]+)"', shown)
        assert found is not None

        page = mei.get(found[1].replace("&amp;", "&"))

        assert [row.loan_id for row in page.context["cl"].result_list] == [loan.pk]

    def test_find_loans_by_the_number_of_the_person(self, mei, loan):
        number = desk.rows_of("borrowers.Borrower").get(pk=loan.borrower_id).public_id

        page = mei.get("/admin/lending/loan/", {"q": number})

        assert list(page.context["cl"].result_list) == [loan]


class TestTheSearch:
    def find(self, client: Client, words: str) -> str:
        return desk.read(client.get(reverse("admin:search"), {"s": words, "extended": "1"}))

    def test_finds_pages_by_their_name(self, mei):
        assert "Consents" in self.find(mei, "consents")

    def test_finds_a_person_by_the_whole_phone_and_shows_no_detail(self, mei):
        lin = builders.person("Lin")

        found = self.find(mei, "13900000001")

        assert lin.public_id in found
        assert "林Lin" not in found
        assert "13900000001" not in found

    def test_finds_a_loan_by_its_number(self, mei):
        loan = desk.loan_of(builders.person("Lin"))

        assert loan.public_id in self.find(mei, loan.public_id)

    def test_lists_no_payments_of_people(self, mei):
        lin = builders.person("Lin")

        assert "Payment in a bill" not in self.find(mei, lin.public_id)

    def test_finds_for_a_clerk_only_what_the_clerk_may_see(self):
        lin = builders.person("Lin")
        clerk = desk.browser_of(desk.clerk("view_loan"))

        assert lin.public_id not in self.find(clerk, lin.public_id)

    def test_is_closed_to_borrowers(self):
        lin = doors.web_of(builders.person("Lin"))

        assert lin.get(reverse("admin:search"), {"s": "a"}, follow=True).status_code == 403

    def test_of_nothing_answers_nothing(self, mei):
        assert self.find(mei, "") == ""


class TestANewHouse:
    @pytest.fixture
    def open_platform(self):
        """Nothing is open yet: in the place of the open platform of this file."""

    def test_works_before_the_books_were_opened(self):
        page = desk.workbench(desk.browser_of(desk.officer()))

        assert "not opened yet" in desk.read(page)
        assert page.context["closed_through"] is None
        assert page.context["days_behind"] == 0
