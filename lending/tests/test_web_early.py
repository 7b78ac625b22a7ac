"""The page for paying early: what each choice does is shown first, and only then is one paid."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from common.business_date import actions as business_dates
from lending.channels.models import Transfer
from lending.repayments import early
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


def address(loan):
    return f"/loans/{loan.public_id}/early/"


def days_go_by(days):
    with transaction.atomic():
        business_dates.advance(to=builders.TODAY + timedelta(days=days))


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


def test_of_an_overdue_loan_offers_no_choice_where_all_do_the_same(lin):
    """What is late is paid first: until then there is nothing to choose between."""
    loan = builders.paid_out(lin)
    days_go_by(40)
    page = doors.shown(
        doors.web_of(lin).post(address(loan), {"amount": "5", "request_key": "k" * 22})
    )

    assert "It goes to what is due first" in page
    for words in ("Pay less each time", "Be done sooner", "You choose what it does"):
        assert words not in page
    assert page.count('name="policy"') == 1
    assert not Transfer.objects.filter(purpose="PREPAYMENT").exists()


def test_of_an_overdue_loan_offers_choices_for_what_goes_beyond(lin):
    loan = builders.paid_out(lin)
    days_go_by(40)
    page = doors.shown(
        doors.web_of(lin).post(address(loan), {"amount": "2000", "request_key": "k" * 22})
    )

    assert page.count('name="policy"') == 3
    assert "It goes to what is due first" not in page


def test_choices_are_alike_only_where_all_of_them_agree(lin):
    loan = builders.paid_out(lin)
    whole = early.outcomes(loan, amount_fen=120_000, on=builders.TODAY)
    first = whole[0]

    assert not early.are_alike(whole)
    assert early.are_alike([first, replace(first, policy=whole[1].policy)])
    assert not early.are_alike([first, replace(first, saved_fen=first.saved_fen + 1)])
