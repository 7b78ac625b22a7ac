"""Zhao at every staff address of lending: as a borrower, unknown, or staff that may do nothing."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.urls.exceptions import NoReverseMatch

from borrowers.people import actions as people
from borrowers.tests import cast
from lending.tests import builders, doors
from tests.machinery.unchanged import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
# Signed in, or asked to: nobody here is shown a page.
CLOSED = {302, 403, 404, 405}


def addresses(row_id):
    """Every address of lending in the admin, with a row's number where one is wanted."""
    names = {
        pattern.name
        for model, page in admin.site._registry.items()
        if model._meta.app_label == "lending"
        for pattern in page.get_urls()
        if pattern.name
    }
    for name in sorted(names):
        for args in ([], [row_id], [row_id, row_id], [row_id, "approve"]):
            try:
                yield reverse(f"admin:{name}", args=args)
            except NoReverseMatch:
                continue


def unknown():
    return doors.stranger()


def borrower():
    return doors.web_of(builders.person("Zhao"))


def idle_staff():
    account = people.open_staff(
        phone=cast.PHONES["Zhao"], password="a long enough password", is_administrator=False
    )
    browser = doors.stranger()
    browser.force_login(account)
    return browser


@pytest.mark.parametrize("visitor", [borrower, idle_staff])
def test_zhao_is_shown_nothing_and_changes_nothing(visitor, loan):
    browser, found = visitor(), list(addresses(loan.pk))

    with nothing_written():
        for address in found:
            answers = {browser.get(address).status_code, browser.post(address, {}).status_code}
            assert answers <= CLOSED, address

    assert len(found) > 60


@pytest.mark.parametrize("visitor", [unknown, borrower])
def test_zhao_is_not_told_which_loans_exist(visitor, loan):
    browser = visitor()
    here = browser.get(reverse("admin:lending_loan_change", args=[loan.pk]))
    nowhere = browser.get(reverse("admin:lending_loan_change", args=[loan.pk + 1_000]))

    assert here.status_code == nowhere.status_code
    assert str(loan.public_id) not in here.content.decode()
