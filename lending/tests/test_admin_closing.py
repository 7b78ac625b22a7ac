"""The closing page: progress by day and range, loans left behind, and who may try them again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.tests import cast
from common.audit.models import AuditEntry
from lending.closing import actions as closing
from lending.closing import quarantine
from lending.closing.models import ClosingRange, QuarantinedLoan
from lending.loans.models import Loan
from lending.servicing import actions as servicing
from lending.tests import builders
from lending.tests.builders import TODAY
from lending.tests.test_admin_pages import officer, signed_in
from tests.machinery.unchanged import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]

DAY = timedelta(days=1)
RANGES = "admin:lending_closingrange_changelist"
LEFT = "admin:lending_quarantinedloan_changelist"


@pytest.fixture
def lins():
    builders.open_books()
    return builders.paid_out(builders.person("Lin"))


@pytest.fixture
def left_behind(lins, django_capture_on_commit_callbacks):
    """Lin's loan fell out of a closing; nothing is wrong with it any more."""
    closing.close_through(to=TODAY + 2 * DAY)
    quarantined = QuarantinedLoan.objects.create(loan=lins, day=TODAY + DAY, code="UnsoundLog")
    Loan.objects.filter(pk=lins.pk).update(carried_through=TODAY + DAY)
    return quarantined


def try_again(browser, row):
    return browser.post(
        reverse(LEFT), {"action": "try_again", "_selected_action": [row.pk]}, follow=True
    )


class TestTheClosingPage:
    def test_shows_every_day_with_its_progress(self, lins):
        closing.close_through(to=TODAY + 2 * DAY)
        closing.plan(day=TODAY + 2 * DAY)

        page = signed_in(officer()).get(reverse(RANGES)).content.decode()

        assert "2026-11-22" in page
        assert "100%" in page
        assert "0%" in page
        assert "No loan is left behind." in page

    def test_says_what_its_counts_leave_out_and_is_called_as_in_the_menu(self, lins):
        closing.close_through(to=TODAY + 2 * DAY)

        page = signed_in(officer()).get(reverse(RANGES))

        words = page.content.decode()
        assert page.context["title"] == "Ends of days"
        assert "carried by it already" in words
        assert "Carried by the close" in words
        assert "from 0" not in words
        assert "<progress" not in words

    def test_a_loan_that_paid_on_the_day_is_not_counted_again(self, lins):
        closing.close_through(to=TODAY + DAY)
        builders.pay(lins, 10_000, on=TODAY + DAY, key="p")
        closing.close_through(to=TODAY + 2 * DAY)

        counted = list(ClosingRange.objects.order_by("day").values_list("loans", flat=True))
        page = signed_in(officer()).get(reverse(RANGES)).content.decode()

        assert counted[-1] == 0
        assert "does not count it again" in page

    def test_leads_to_the_loans_that_are_left_behind(self, left_behind):
        page = signed_in(officer()).get(reverse(RANGES)).content.decode()

        assert "1 loan is left behind." in page
        assert reverse(LEFT) in page

    def test_shows_before_the_first_closing_that_there_was_none(self, lins):
        page = signed_in(officer()).get(reverse(RANGES)).content.decode()

        assert "No day has been closed yet." in page

    def test_is_closed_to_who_may_not_look_at_lending(self, lins):
        zhao = people.open_staff(
            phone=cast.PHONES["Zhao"], password="a long enough password", is_administrator=False
        )

        assert signed_in(zhao).get(reverse(RANGES)).status_code == 403

    def test_shows_a_range_and_changes_none(self, lins):
        closing.close_through(to=TODAY + DAY)
        row = ClosingRange.objects.get()
        address = reverse("admin:lending_closingrange_change", args=[row.pk])

        browser = signed_in(officer())

        assert browser.get(address).status_code == 200
        with nothing_written():
            assert browser.post(address, {"loans": "9"}).status_code == 403


class TestTheQueueOfLoansLeftBehind:
    def test_names_loan_and_reason(self, left_behind, lins):
        page = signed_in(officer()).get(reverse(LEFT)).content.decode()

        assert lins.public_id in page
        assert "contradicts itself (UnsoundLog)" in page
        assert str(left_behind) == f"{lins.public_id} UnsoundLog"

    def test_shows_a_reason_without_words_as_it_stands_in_the_log(self, left_behind):
        QuarantinedLoan.objects.update(code="RATE_UNKNOWN")

        page = signed_in(officer()).get(reverse(LEFT)).content.decode()

        assert "RATE_UNKNOWN" in page
        assert "contradicts itself" not in page

    def test_lets_who_may_try_again(self, left_behind, lins):
        page = try_again(signed_in(officer("retry_quarantinedloan")), left_behind)

        assert "1 loan is caught up." in page.content.decode()
        assert quarantine.count() == 0
        assert AuditEntry.objects.filter(action="lending.loan.closing_retried").count() == 1

    def test_lets_nobody_else(self, left_behind):
        """The action is not even offered, and asking for it all the same does nothing."""
        browser = signed_in(officer())

        assert "Try to close again" not in browser.get(reverse(LEFT)).content.decode()
        with nothing_written():
            try_again(browser, left_behind)
        assert quarantine.count() == 1

    def test_says_what_is_still_wrong(self, left_behind, monkeypatch):
        def broken(**_):
            raise ValueError

        monkeypatch.setattr(servicing, "catch_up", broken)

        page = try_again(signed_in(officer("retry_quarantinedloan")), left_behind)

        assert "A loan still cannot be closed: ValueError." in page.content.decode()
        assert QuarantinedLoan.objects.get().attempts == 2
