"""The loan's page for staff: who may ask for a change, who may decide, and what is left alone."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.tests import cast
from lending.loans.models import LoanTransaction
from lending.servicing.models import LoanChange
from lending.tests import doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


def staff(phone, *permissions):
    account = people.open_staff(
        phone=phone, password="a long enough password", is_administrator=False
    )
    looks = Permission.objects.filter(
        content_type__app_label="lending", codename__startswith="view_"
    )
    account.user_permissions.set(looks | Permission.objects.filter(codename__in=permissions))
    browser = doors.stranger()
    browser.force_login(account)
    return browser


def ask(browser, loan, **given):
    return browser.post(
        reverse("admin:lending_loan_ask_for_change", args=[loan.pk]),
        {"request_key": "one", "kind": "HOLIDAY", "periods": "1", "reason": "HARDSHIP", **given},
        follow=True,
    )


def decide(browser, word="approve"):
    row = LoanChange.objects.get()
    address = reverse("admin:lending_loan_decide_change", args=[row.pk])
    return browser.post(address, {word: "1"}, follow=True)


class TestAsking:
    def test_shows_the_wish_and_changes_nothing(self, loan):
        mei = staff(cast.PHONES["Mei"], "propose_servicing_loan")
        page = doors.shown(ask(mei, loan))

        assert "Payment holiday" in page
        assert "Waits for another person" in page
        assert loan.transactions.count() == 1

    def test_what_is_impossible_is_said_and_not_kept(self, loan):
        mei = staff(cast.PHONES["Mei"], "propose_servicing_loan")

        page = doors.shown(ask(mei, loan, kind="REVERSAL", reverses="7"))

        assert "cannot be undone" in page
        assert LoanChange.objects.count() == 0

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"kind": "WAIVER"}, "Enter an amount"),
            ({"kind": "MERCHANT_REFUND", "reverses": "1"}, "Enter an amount"),
            ({"kind": "REVERSAL", "amount": "1"}, "cannot be undone"),
            ({"kind": "CHARGEBACK", "reverses": "9" * 30}, "cannot be undone"),
            ({"kind": "DUE_DATE_CHANGE", "due_on": "9999-12-31"}, "new terms are not possible"),
            ({"kind": "RESTRUCTURE", "due_on": "2099-01-15"}, "new terms are not possible"),
        ],
    )
    def test_what_is_missing_or_out_of_reach_is_said(self, loan, given, words):
        mei = staff(cast.PHONES["Mei"], "propose_servicing_loan")

        assert words in doors.shown(ask(mei, loan, **given))
        assert LoanChange.objects.count() == 0

    def test_a_number_of_an_entry_counts_only_where_one_is_undone(self, loan):
        ask(staff(cast.PHONES["Mei"], "propose_servicing_loan"), loan, reverses="1")

        assert LoanChange.objects.get().reverses_sequence is None

    def test_needs_the_permission(self, loan):
        other = staff(cast.PHONES["Mei"])

        assert ask(other, loan).status_code == 403
        assert LoanChange.objects.count() == 0


class TestDeciding:
    def test_a_colleague_approves(self, loan):
        ask(staff(cast.PHONES["Mei"], "propose_servicing_loan"), loan)
        colleague = staff("13900000000", "approve_servicing_loan")

        page = doors.shown(decide(colleague))

        assert "Approved" in page
        assert loan.transactions.filter(kind="HOLIDAY").count() == 1

    def test_nobody_decides_their_own_nor_without_the_permission(self, loan):
        mei = staff(cast.PHONES["Mei"], "propose_servicing_loan", "approve_servicing_loan")
        ask(mei, loan)
        before = LoanTransaction.objects.count()

        assert "Somebody else has to decide" in doors.shown(decide(mei))
        assert decide(staff("13900000000")).status_code == 403

        assert LoanTransaction.objects.count() == before
        assert LoanChange.objects.get().state == "PROPOSED"

    def test_is_turned_down(self, loan):
        ask(staff(cast.PHONES["Mei"], "propose_servicing_loan"), loan)

        page = doors.shown(decide(staff("13900000000", "approve_servicing_loan"), "no"))

        assert "Turned down" in page
        assert loan.transactions.count() == 1
