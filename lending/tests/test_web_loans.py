"""The person's loans by web pages: paying once, paying off, and nobody else's."""

from datetime import date

import pytest
from django.urls import reverse

from borrowers.documents import queries as documents
from common.business_date.models import BusinessDate
from common.money import yuan
from lending.channels.models import Transfer
from lending.closing import actions as closing
from lending.disbursements import actions as disbursements
from lending.loans.models import Loan
from lending.tests import builders, doors
from lending.tests.builders import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
DUE = date(2026, 12, 20)


def url(name: str, loan: Loan, *more: str) -> str:
    return reverse(f"lending:{name}", args=[loan.public_id, *more])


def payment(**changes):
    return {"amount": "100", "request_key": doors.KEY, **changes}


def collecting() -> Transfer:
    return Transfer.objects.exclude(purpose="DISBURSEMENT").get()


def the_day(on: date) -> None:
    """Close every day before this one."""
    closing.close_through(to=on)


class TestTheList:
    def test_shows_the_persons_own_loans_only(self, web, loan):
        theirs = builders.paid_out(builders.person("Wei"))

        words = doors.shown(web.get(reverse("lending:loans")))

        assert url("loan", loan) in words
        assert theirs.public_id not in words
        assert "Principal still owed" in words

    def test_shows_the_application_that_is_under_way(self, web, lin):
        offer = builders.offered(lin)

        words = doors.shown(web.get(reverse("lending:loans")))

        assert offer.application.public_id in words
        assert "Ask for a loan" not in words

    def test_is_kind_when_there_is_none(self, web):
        assert "You have no loan yet" in doors.shown(web.get(reverse("lending:loans")))


class TestAwaitingThePayout:
    def test_says_that_the_money_is_on_its_way(self, web, lin):
        loan = builders.signed(lin)

        words = doors.shown(web.get(url("loan", loan)))

        assert "¥3,000.00 is on its way" in words
        assert '<meta http-equiv="refresh"' in words
        assert "Pay this amount" not in words

    def test_hears_nothing_until_there_is_something_to_see(self, web, lin):
        loan = builders.signed(lin)

        silent = web.get(url("loan", loan), headers=doors.POLLS)
        transfer = Transfer.objects.get()
        disbursements.book(
            transfer_id=transfer.pk, answer=builders.said(transfer), on=TODAY, claim=None
        )
        heard = web.get(url("loan", loan), headers=doors.POLLS)

        assert (silent.status_code, silent.content) == (204, b"")
        assert heard["HX-Redirect"] == url("loan", loan)

    def test_says_that_a_failed_payout_costs_nothing(self, web, lin):
        loan = builders.signed(lin)
        transfer = Transfer.objects.get()
        disbursements.book(
            transfer_id=transfer.pk,
            answer=builders.said(transfer, "FAILED"),
            on=TODAY,
            claim=None,
        )

        words = doors.shown(web.get(url("loan", loan)))

        assert "You owe nothing for it." in words
        assert '<meta http-equiv="refresh"' not in words

    @pytest.mark.parametrize("name", ["pay", "payoff"])
    def test_takes_no_money(self, web, lin, name):
        loan = builders.signed(lin)

        answer = web.post(url(name, loan), payment())

        assert answer["location"] == url("loan", loan)
        assert Transfer.objects.count() == 1


class TestALoan:
    def test_shows_what_comes_next_and_presets_it(self, web, loan):
        page = web.get(url("loan", loan))

        standing = page.context["standing"]
        assert standing.due_fen == 0
        assert standing.next_due.due_on == DUE
        preset = page.context["form"].initial["amount"]
        assert preset == f"{standing.next_due.outstanding_fen / 100:.2f}"
        assert "0 of 3 instalments paid" in doors.shown(page)
        assert "Is paying back hard at the moment?" in doors.shown(page)

    def test_shows_what_is_due_first_when_it_is_late(self, web, loan):
        the_day(date(2026, 12, 30))

        page = web.get(url("loan", loan))

        standing = page.context["standing"]
        assert standing.days_past_due == 10
        assert standing.due_fen == standing.instalments[0].outstanding_fen
        assert "10 days overdue" in doors.shown(page)
        assert "for being late" in doors.shown(page)

    def test_marks_what_was_paid(self, web, loan):
        page = web.get(url("loan", loan))
        fen = page.context["standing"].next_due.outstanding_fen
        builders.pay(loan, fen, on=TODAY, key="first-payment")

        page = web.get(url("loan", loan))

        assert page.context["standing"].paid_count == 1
        assert "1 of 3 instalments paid" in doors.shown(page)
        assert [each.kind for each in page.context["transactions"]] == ["REPAYMENT", "DISBURSEMENT"]

    def test_keeps_the_contract_that_was_signed(self, web, loan):
        file = web.get(url("contract", loan))

        assert file.content.startswith(documents.content(loan.contract.text_id))
        assert file.content == web.get(url("contract", loan)).content
        assert file["Content-Type"] == "application/pdf"

    @pytest.mark.parametrize("name", ["loan", "payoff", "contract"])
    def test_is_nowhere_for_others(self, loan, name):
        browser = doors.web_of(builders.person("Zhao"))

        assert browser.get(url(name, loan)).status_code == 404

    @pytest.mark.parametrize("name", ["loan", "payoff", "contract"])
    def test_asks_strangers_to_sign_in(self, loan, name):
        answer = doors.stranger().get(url(name, loan))

        assert answer["location"].startswith(reverse("account_request_login_code"))


class TestPaying:
    def test_asks_the_bank_once_for_a_double_click(self, web, loan):
        first, second = (web.post(url("pay", loan), payment()) for _ in range(2))

        transfer = collecting()
        assert transfer.amount_fen == 10_000
        assert first["location"] == second["location"]
        assert first["location"] == url("repayment", loan, transfer.out_trade_no)

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"amount": "0"}, "Enter an amount from ¥0.01"),
            ({"amount": "-5"}, "Enter an amount, such as 3000"),
            ({"amount": "9999999"}, "Enter an amount from ¥0.01"),
            ({"amount": "1.001"}, "Enter an amount, such as 3000 or 3000.50."),
            ({"amount": ""}, "Enter an amount."),
            ({"request_key": ""}, "This field is required."),
        ],
    )
    def test_says_what_is_wrong_and_moves_nothing(self, web, loan, wrong, words):
        page = web.post(url("pay", loan), payment(**wrong))

        assert page.status_code == 422
        assert words in doors.shown(page)
        assert Transfer.objects.count() == 1

    def test_more_than_can_be_taken_points_to_early_payment(self, web, loan):
        page = web.post(url("pay", loan), payment(amount="9999999"))
        less = web.post(url("pay", loan), payment(amount="0"))

        most = yuan(page.context["standing"].most_fen)
        assert f"To pay more than ¥{most}, pay early" in doors.shown(page)
        assert url("early", loan) in doors.shown(page)
        assert "To pay more than" not in doors.shown(less)
        assert Transfer.objects.count() == 1

    def test_counts_what_is_on_its_way(self, web, loan):
        owed_fen = web.get(url("loan", loan)).context["standing"].most_fen
        web.post(url("pay", loan), payment(amount=f"{(owed_fen - 100) / 100}"))

        page = web.get(url("loan", loan))
        more = web.post(url("pay", loan), payment(amount="2", request_key="another-key"))

        assert page.context["standing"].most_fen == 100
        assert page.context["form"].initial["amount"] == "1.00"
        assert "is on its way." in doors.shown(page)
        assert more.status_code == 422
        assert Transfer.objects.count() == 2

    def test_sent_again_with_another_amount_is_said_and_not_taken(self, web, loan):
        first = web.post(url("pay", loan), payment(amount="100"))
        again = web.post(url("pay", loan), payment(amount="200"))

        assert (first.status_code, again.status_code) == (302, 422)
        assert "This form has already asked for a payment of ¥100.00." in doors.shown(again)
        assert Transfer.objects.get(purpose="REPAYMENT").amount_fen == 10_000

    def test_of_somebody_elses_loan_is_not_possible(self, loan):
        browser = doors.web_of(builders.person("Zhao"))

        assert browser.post(url("pay", loan), payment()).status_code == 404
        assert Transfer.objects.count() == 1


class TestAPayment:
    def test_shows_how_far_it_is_and_then_that_it_arrived(self, web, loan):
        where = web.post(url("pay", loan), payment())["location"]

        page = web.get(where)
        silent = web.get(page.context["poll_url"], headers=doors.POLLS)
        builders.collected(collecting(), on=TODAY)
        heard = web.get(page.context["poll_url"], headers=doors.POLLS)

        assert "Paying ¥100.00" in doors.shown(page)
        assert silent.status_code == 204
        assert heard["HX-Redirect"] == where
        assert "Thank you, ¥100.00 has arrived" in doors.shown(web.get(where))

    def test_that_failed_says_why_and_that_nothing_moved(self, web, loan):
        where = web.post(url("pay", loan), payment())["location"]
        builders.collected(collecting(), on=TODAY, outcome="FAILED")

        words = doors.shown(web.get(where))

        assert "There was not enough money in your account. Nothing has moved." in words
        assert "Try again" in words

    def test_is_nowhere_for_others(self, web, loan):
        where = web.post(url("pay", loan), payment())["location"]

        assert doors.web_of(builders.person("Zhao")).get(where).status_code == 404

    def test_is_never_a_payout(self, web, loan):
        payout = Transfer.objects.get(purpose="DISBURSEMENT")

        assert web.get(url("repayment", loan, payout.out_trade_no)).status_code == 404


class TestPayingOff:
    def test_says_what_it_costs_and_saves_and_closes_the_loan(self, web, loan):
        page = web.get(url("payoff", loan))
        quote = page.context["quote"]

        where = web.post(
            url("payoff", loan),
            {"amount_fen": quote.total_fen, "request_key": page.context["request_key"]},
        )["location"]
        builders.collected(collecting(), on=TODAY)

        assert quote.total_fen == 300_000
        assert quote.saved_fen > 0
        assert "Your loan is paid back." in doors.shown(web.get(where))
        loan.refresh_from_db()
        assert loan.state == "SETTLED"
        assert "Thank you." in doors.shown(web.get(url("loan", loan)))

    @pytest.mark.parametrize("seen", ["", "x", "1", "299999", "300001"])
    def test_at_another_amount_than_todays_is_said_and_not_taken(self, web, loan, seen):
        page = web.post(
            url("payoff", loan), {"amount_fen": seen, "request_key": doors.KEY}, follow=True
        )

        assert "Paying off today costs ¥3,000.00." in doors.shown(page)
        assert Transfer.objects.count() == 1

    def test_waits_for_a_payment_on_its_way(self, web, loan):
        web.post(url("pay", loan), payment())

        page = web.get(url("payoff", loan))

        assert "Another payment is on its way." in doors.shown(page)
        assert "Pay it off today" not in doors.shown(page)

    def test_says_what_was_paid_ahead_and_comes_off_the_principal(self, lin, web, loan):
        builders.pay(loan, 30_000, on=builders.TODAY, key="on-the-first-day")
        owed_fen = Loan.objects.get(pk=loan.pk).principal_outstanding_fen
        ahead_fen = owed_fen - 270_000

        page = doors.shown(web.get(url("payoff", loan)))
        quote = doors.api_of(lin).get(f"/api/v1/loans/{loan.public_id}/payoff-quote").json()

        assert ahead_fen > 0
        assert "Paid ahead: taken off the principal" in page
        figures = [f"¥{yuan(owed_fen)}", f"−¥{yuan(ahead_fen)}", "¥2,700.00"]
        assert [page.index(f"<dd> {each} </dd>") for each in figures] == sorted(
            page.index(f"<dd> {each} </dd>") for each in figures
        )
        assert (quote["principal_fen"], quote["ahead_fen"]) == (270_000, ahead_fen)

    def test_without_anything_paid_ahead_says_nothing_of_it(self, lin, web, loan):
        assert "Paid ahead" not in doors.shown(web.get(url("payoff", loan)))
        quote = doors.api_of(lin).get(f"/api/v1/loans/{loan.public_id}/payoff-quote").json()
        assert quote["ahead_fen"] == 0

    def test_is_quoted_for_the_business_date(self, web, loan):
        the_day(date(2026, 12, 1))
        quote = web.get(url("payoff", loan)).context["quote"]

        assert quote.on == BusinessDate.objects.get().open_on == date(2026, 12, 1)
        assert quote.interest_fen > 0


class TestPoints:
    @pytest.fixture
    def earned(self, loan):
        builders.rewarded(loan.borrower_id)

    def test_are_shown_with_where_they_come_from(self, web, earned):
        page = web.get(reverse("lending:rewards"))

        points = page.context["points"]
        assert points.balance == sum(each.points for each in points.entries) > 50
        assert f"You can use {points.available} points" in doors.shown(page)

    def test_buy_one_discount_by_a_double_click(self, web, earned):
        before = web.get(reverse("lending:rewards")).context["points"].balance
        for _ in range(2):
            web.post(reverse("lending:rewards"), {"benefit": "RATE_050", "request_key": doors.KEY})

        page = web.get(reverse("lending:rewards"))

        assert page.context["points"].balance == before - 50
        assert len(page.context["bought"]) == 1
        assert "0.5 percentage points off" in doors.shown(page)

    def test_that_do_not_suffice_are_said_at_the_question(self, web, earned):
        dear = {"benefit": "RATE_100"}
        first = web.post(reverse("lending:rewards"), {**dear, "request_key": "first-try"})

        page = web.post(reverse("lending:rewards"), {**dear, "request_key": "second-try"})

        assert (first.status_code, page.status_code) == (302, 422)
        assert "This costs 150 points" in doors.shown(page)
        assert len(page.context["bought"]) == 1

    @pytest.mark.parametrize("benefit", ["", "CASH"])
    def test_buy_nothing_that_is_not_offered(self, web, earned, benefit):
        page = web.post(reverse("lending:rewards"), {"benefit": benefit, "request_key": doors.KEY})

        assert page.status_code == 422
        assert not page.context["bought"]

    def test_say_what_they_could_buy_when_there_are_none(self, web):
        words = doors.shown(web.get(reverse("lending:rewards")))

        assert "You can use 0 points" in words
        assert "From 50 points on" in words
        assert "one point for every ¥10 of principal" in words
