"""A borrower asks for a change; staff take it up, a second one approves; nothing happens before."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.audit.models import AuditEntry
from common.business_date import actions as business_date
from common.errors import NotFound
from lending.calc.contracts import Change, Policy, TransactionKind
from lending.channels.models import Transfer
from lending.loans.models import LoanTransaction
from lending.servicing import changes, invariants
from lending.servicing.asking import requests
from lending.servicing.models import LoanChange, LoanRequest
from lending.servicing.refusals import (
    AmountNotPossible,
    ChangeWithoutEffect,
    NotPaidOutYet,
    TermsNotPossible,
)
from lending.tests import builders, doors, rewarding
from lending.tests.test_servicing_points import late, waiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
Kind = TransactionKind
TODAY = builders.TODAY
LATER = date(2026, 12, 28)


def ask(loan, kind=Kind.DUE_DATE_CHANGE, *, key="one", on=TODAY, amount_fen=0, **change):
    change = change or ({} if amount_fen else {"due_on": LATER})
    return requests.ask(
        loan_id=loan.pk, kind=kind, request_key=key, on=on, by=SYSTEM,
        amount_fen=amount_fen, change=Change(**change),
    )  # fmt: skip


def written():
    return (
        LoanRequest.objects.count(),
        LoanChange.objects.count(),
        LoanTransaction.objects.count(),
        Transfer.objects.count(),
    )


def first_due(loan):
    return loan.instalments.order_by("number").values_list("due_on", flat=True)[0]


class TestAsking:
    def test_changes_nothing_until_two_of_staff_agreed(self, loan, mei, colleague):
        row = ask(loan)
        before = first_due(loan)
        change = requests.take_up(request_id=row.pk, on=TODAY, by=mei)
        assert first_due(loan) == before

        changes.approve(change_id=change.pk, on=TODAY, by=colleague)

        row.refresh_from_db()
        assert (row.state, row.change_id) == ("TAKEN_UP", change.pk)
        assert first_due(loan) == LATER
        assert AuditEntry.objects.filter(action__startswith="lending.request.").count() == 2
        assert list(invariants.breaches()) == []

    def test_who_took_it_up_does_not_approve_it(self, loan, mei):
        change = requests.take_up(request_id=ask(loan).pk, on=TODAY, by=mei)

        with pytest.raises(changes.FourEyesNeeded):
            changes.approve(change_id=change.pk, on=TODAY, by=mei)

        assert first_due(loan) != LATER

    def test_twice_with_one_key_is_once_and_something_else_is_refused(self, loan):
        row = ask(loan)
        assert ask(loan).pk == row.pk

        with pytest.raises(requests.RequestKeyReused):
            ask(loan, Kind.HOLIDAY, periods=1)

        assert LoanRequest.objects.count() == 1

    def test_one_wish_waits_at_a_time(self, loan, mei):
        row = ask(loan)
        with pytest.raises(requests.RequestWaits):
            ask(loan, Kind.HOLIDAY, key="two", periods=1)
        requests.decline(request_id=row.pk, by=mei)

        assert ask(loan, Kind.HOLIDAY, key="two", periods=1).state == "ASKED"

    @pytest.mark.parametrize(
        ("kind", "told", "refusal"),
        [
            (Kind.DUE_DATE_CHANGE, {"due_on": TODAY}, TermsNotPossible),
            (Kind.DUE_DATE_CHANGE, {"due_on": date(2026, 12, 20)}, ChangeWithoutEffect),
            (Kind.HOLIDAY, {"periods": 0}, TermsNotPossible),
            (Kind.EXTENSION, {"periods": 121}, TermsNotPossible),
            (Kind.CREDIT_BALANCE_REFUND, {"amount_fen": 1}, AmountNotPossible),
        ],
    )
    def test_what_cannot_be_is_refused_at_once(self, loan, kind, told, refusal):
        before = written()
        with pytest.raises(refusal):
            ask(loan, kind, **told)
        assert written() == before

    def test_of_a_loan_that_is_not_paid_out_is_refused(self):
        loan = builders.signed(builders.person("Wei"))
        with pytest.raises(NotPaidOutYet):
            ask(loan)
        assert LoanRequest.objects.count() == 0

    def test_what_was_taken_back_or_declined_is_not_taken_up(self, loan, mei):
        row = ask(loan)
        requests.take_back(request_id=row.pk, by=SYSTEM)
        requests.take_back(request_id=row.pk, by=SYSTEM)
        with pytest.raises(requests.RequestAnswered):
            requests.take_up(request_id=row.pk, on=TODAY, by=mei)
        with pytest.raises(requests.RequestAnswered):
            requests.decline(request_id=row.pk, by=mei)
        with pytest.raises(NotFound):
            requests.take_up(request_id=0, on=TODAY, by=mei)
        assert LoanChange.objects.count() == 0

    def test_a_borrower_neither_declines_nor_takes_up(self, loan):
        row = ask(loan)
        lin = Actor(kind="BORROWER", account_id=1)
        with pytest.raises(changes.FourEyesNeeded):
            requests.decline(request_id=row.pk, by=lin)
        with pytest.raises(changes.FourEyesNeeded):
            requests.take_up(request_id=row.pk, on=TODAY, by=lin)
        row.refresh_from_db()
        assert row.state == "ASKED"

    def test_money_paid_too_much_comes_back_through_the_bank(self, loan, mei, colleague):
        builders.pay_off(loan, on=TODAY)
        day = TODAY + timedelta(days=1)
        LoanTransaction.objects.create(
            loan=loan, sequence=3, kind="REPAYMENT", value_date=day, booked_on=day, amount_fen=700
        )
        row = ask(loan, Kind.CREDIT_BALANCE_REFUND, on=day, amount_fen=700)
        change = requests.take_up(request_id=row.pk, on=day, by=mei)

        changes.approve(change_id=change.pk, on=day, by=colleague)

        assert Transfer.objects.get(purpose="REFUND").amount_fen == 700


def url(loan, name):
    return f"/api/v1/loans/{loan.public_id}/{name}"


def send(api, loan, name, given, key=doors.KEY):
    return api.post(url(loan, name), given, format="json", headers={"Idempotency-Key": key})


class TestApi:
    def test_asks_once_shows_and_takes_back(self, lin, loan):
        api = doors.api_of(lin)
        wish = {"kind": "DUE_DATE_CHANGE", "due_on": LATER.isoformat()}
        made = send(api, loan, "requests", wish)
        again = send(api, loan, "requests", wish)

        assert (made.status_code, again.status_code) == (201, 201)
        assert made.json() == again.json()
        assert (made.json()["state"], made.json()["due_on"]) == ("ASKED", LATER.isoformat())
        assert api.get(url(loan, "requests")).json()["results"] == [made.json()]
        back = api.post(url(loan, f"requests/{made.json()['id']}/take-back"))
        assert back.json()["state"] == "TAKEN_BACK"
        assert first_due(loan) == date(2026, 12, 20)

    @pytest.mark.parametrize(
        "wish",
        [
            {"kind": "DUE_DATE_CHANGE"},
            {"kind": "HOLIDAY", "due_on": "2026-12-28"},
            {"kind": "EXTENSION", "periods": 0},
            {"kind": "EXTENSION", "periods": 121},
            {"kind": "EXTENSION", "periods": 2, "amount_fen": 5},
            {"kind": "CREDIT_BALANCE_REFUND", "amount_fen": "7.5"},
            {"kind": "WRITE_OFF"},
            {"kind": "RATE_CHANGE", "periods": 1},
            {"kind": "DUE_DATE_CHANGE", "due_on": "2027-02-29"},
            {},
        ],
    )
    def test_refuses_what_is_no_wish(self, lin, loan, wish):
        answer = send(doors.api_of(lin), loan, "requests", wish)

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert LoanRequest.objects.count() == 0

    def test_is_nobody_elses(self, lin, loan):
        row, wei = ask(loan), doors.api_of(builders.person("Wei"))
        for answer in (
            wei.get(url(loan, "requests")),
            send(wei, loan, "requests", {"kind": "HOLIDAY", "periods": 1}),
            wei.post(url(loan, f"requests/{row.public_id}/take-back")),
            wei.get(url(loan, "early-quote") + "?amount_fen=1000"),
            send(wei, loan, "early-payments",
                 {"amount_fen": 1, "policy": "NEXT_DUE", "quote_key": "x"}),
            send(wei, loan, "late-fee-waivers", {"entitlement": "x"}),
        ):  # fmt: skip
            assert answer.status_code == 404
        row.refresh_from_db()
        assert row.state == "ASKED"

    @pytest.mark.parametrize("policy", [each.value for each in Policy])
    def test_quotes_an_early_payment_and_takes_exactly_that(self, lin, loan, policy):
        api = doors.api_of(lin)
        quote = api.get(url(loan, "early-quote") + "?amount_fen=120000").json()
        chosen = next(each for each in quote["outcomes"] if each["policy"] == policy)
        given = {"amount_fen": 120_000, "policy": policy, "quote_key": chosen["quote_key"]}
        answer = send(api, loan, "early-payments", given)
        assert answer.status_code == 201
        assert send(api, loan, "early-payments", given).json() == answer.json()
        builders.collected(Transfer.objects.get(purpose="PREPAYMENT"), on=TODAY)

        left = [row for row in loan.instalments.order_by("number") if row.paid_on is None]
        assert len(left) == chosen["instalments_left"]
        assert left[-1].due_on.isoformat() == chosen["last_due_on"]
        assert list(invariants.breaches()) == []

    def test_refuses_a_quote_that_is_no_longer_true(self, lin, loan):
        api = doors.api_of(lin)
        quote = api.get(url(loan, "early-quote") + "?amount_fen=120000").json()
        builders.pay(loan, 5_000, on=TODAY, key="between")
        given = {"amount_fen": 120_000, "policy": "REDUCE_TERM",
                 "quote_key": quote["outcomes"][0]["quote_key"]}  # fmt: skip

        answer = send(api, loan, "early-payments", given)

        assert (answer.status_code, answer.json()["code"]) == (409, "EARLY_QUOTE_CHANGED")
        assert not Transfer.objects.filter(purpose="PREPAYMENT").exists()

    @pytest.mark.parametrize("amount", ["", "0", "-1", "x", "1.5", "9999999999999999"])
    def test_refuses_an_amount_that_is_none(self, lin, loan, amount):
        answer = doors.api_of(lin).get(url(loan, "early-quote") + f"?amount_fen={amount}")
        assert answer.status_code == 400

    def test_refuses_an_early_payment_that_closes_the_loan(self, lin, loan):
        answer = doors.api_of(lin).get(url(loan, "early-quote") + "?amount_fen=400000")
        assert (answer.status_code, answer.json()["code"]) == (422, "EARLY_PAYMENT_TOO_MUCH")

    def test_without_a_late_fee_the_waiver_is_kept(self, lin, loan):
        row = waiver(lin)
        answer = send(doors.api_of(lin), loan, "late-fee-waivers", {"entitlement": row.public_id})
        assert (answer.status_code, answer.json()["code"]) == (409, "NOTHING_TO_WAIVE")
        row.refresh_from_db()
        assert row.state == "ISSUED"


class TestPages:
    def test_ask_show_and_take_back(self, lin, loan):
        browser = doors.web_of(lin)
        address = reverse("lending:requests", args=[loan.public_id])
        assert "Ask for another date" in doors.shown(browser.get(f"/loans/{loan.public_id}/"))
        form = {"request_key": "k" * 22, "kind": "HOLIDAY", "periods": "1"}
        assert browser.post(address, form).status_code == 302
        assert browser.post(address, form).status_code == 302

        page = doors.shown(browser.get(address))
        row = LoanRequest.objects.get()
        assert "Waits for an answer" in page
        browser.post(address, {"take_back": row.public_id})
        assert "You took it back" in doors.shown(browser.get(address))

    @pytest.mark.parametrize(
        "form",
        [
            {"kind": "HOLIDAY"},
            {"kind": "DUE_DATE_CHANGE", "due_on": "2020-01-01"},
            {"kind": "CREDIT_BALANCE_REFUND", "amount": "1"},
            {"kind": "WRITE_OFF"},
            {"kind": "EXTENSION", "periods": "121"},
            {},
        ],
    )
    def test_say_what_is_wrong(self, lin, loan, form):
        page = doors.web_of(lin).post(
            reverse("lending:requests", args=[loan.public_id]), {"request_key": "k" * 22, **form}
        )

        assert page.status_code == 422
        assert LoanRequest.objects.count() == 0

    def test_are_nobody_elses(self, lin, loan):
        wei = doors.web_of(builders.person("Wei"))
        for name in ("requests", "waive"):
            answer = wei.post(reverse(f"lending:{name}", args=[loan.public_id]), {})
            assert answer.status_code == 404
        assert LoanRequest.objects.count() == 0

    def test_a_late_fee_is_waived_on_the_loans_page(self, lin, loan):
        row = waiver(lin, value_fen=100)
        day = late(loan)
        business_date.advance(to=TODAY + (day - TODAY))
        browser = doors.web_of(lin)
        assert row.public_id in browser.get(f"/loans/{loan.public_id}/").content.decode()

        address = reverse("lending:waive", args=[loan.public_id])
        page = browser.post(address, {"entitlement": row.public_id}, follow=True)

        assert "The late fee is waived." in doors.shown(page)
        assert rewarding.all_is_well()


class TestStaffPages:
    def staff(self, phone, *permissions):
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

    def test_take_up_what_was_asked_for(self, loan):
        row = ask(loan)
        mei = self.staff(cast.PHONES["Mei"], "propose_servicing_loan")
        page = doors.shown(mei.get(reverse("admin:lending_loan_change", args=[loan.pk])))
        assert "Take it up" in page

        address = reverse("admin:lending_loan_answer_request", args=[row.pk])
        assert "Answered." in doors.shown(mei.post(address, {"take_up": "1"}, follow=True))
        assert LoanChange.objects.get().state == "PROPOSED"
        told = doors.shown(mei.post(address, {"decline": "1"}, follow=True))
        assert "This request has been answered already." in told

    def test_zhao_may_neither_see_nor_answer(self, loan):
        row = ask(loan)
        zhao = self.staff(cast.PHONES["Zhao"])
        address = reverse("admin:lending_loan_answer_request", args=[row.pk])

        assert zhao.post(address, {"take_up": "1"}).status_code == 403
        assert zhao.get(address).status_code == 403
        page = doors.shown(zhao.get(reverse("admin:lending_loan_change", args=[loan.pk])))
        assert "Take it up" not in page
        assert LoanChange.objects.count() == 0
