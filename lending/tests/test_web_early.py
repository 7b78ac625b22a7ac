"""The page for paying early: what each choice does is shown first, and only then is one paid."""

import pytest

from lending.channels.models import Transfer
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


def address(loan):
    return f"/loans/{loan.public_id}/early/"


def test_shows_what_each_choice_does_and_moves_nothing(lin):
    loan = builders.paid_out(lin)
    page = doors.shown(
        doors.web_of(lin).post(address(loan), {"amount": "1200", "request_key": "k" * 22})
    )

    for words in ("Pay less each time", "Be done sooner", "Pay the next instalments ahead"):
        assert words in page
    assert not Transfer.objects.filter(purpose="PREPAYMENT").exists()


def test_pays_by_the_choice_once(lin):
    loan = builders.paid_out(lin)
    form = {"amount": "1200", "request_key": "k" * 22, "policy": "REDUCE_TERM"}
    browser = doors.web_of(lin)
    for _ in range(2):
        assert browser.post(address(loan), form).status_code == 302

    transfer = Transfer.objects.get(purpose="PREPAYMENT")
    assert transfer.terms == {"policy": "REDUCE_TERM"}
    builders.collected(transfer, on=builders.TODAY)
    page = doors.shown(browser.get(f"/loans/{loan.public_id}/"))
    assert "You paid early" in page


@pytest.mark.parametrize("amount", ["0", "3000", "x", ""])
def test_says_what_is_wrong_with_an_amount(lin, amount):
    loan = builders.paid_out(lin)
    page = doors.web_of(lin).post(address(loan), {"amount": amount, "request_key": "k" * 22})

    assert page.status_code == 422
    assert not Transfer.objects.filter(purpose="PREPAYMENT").exists()


def test_is_nobody_elses(lin):
    loan = builders.paid_out(lin)

    assert doors.web_of(builders.person("Zhao")).get(address(loan)).status_code == 404


def test_the_due_dates_go_into_a_calendar(lin):
    loan = builders.paid_out(lin)
    browser = doors.web_of(lin)

    page = browser.get(f"/loans/{loan.public_id}/due-dates.ics")

    words = page.content.decode()
    assert page["Content-Type"].startswith("text/calendar")
    assert words.count("BEGIN:VEVENT") == 3
    assert "DTSTART;VALUE=DATE:20261220" in words
    assert "Lin" not in words
    zhao = doors.web_of(builders.person("Zhao"))
    assert zhao.get(f"/loans/{loan.public_id}/due-dates.ics").status_code == 404
