"""The statement of a loan: page, paper and API tell the same, and only its borrower hears it."""

import io
from datetime import date, timedelta

import pdfplumber
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from borrowers.people import actions as people
from borrowers.tests import cast
from common.actors import Actor
from common.audit.models import AuditEntry
from common.business_date import actions as business_date
from common.money import yuan
from common.seals.contracts import Outcome
from lending.calc.contracts import TransactionKind
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.loans.models import Loan
from lending.papers import queries as papers
from lending.papers.models import SealedPaper
from lending.papers.statements import paper, queries, words
from lending.rewards.models import PointsLot
from lending.servicing.refusals import NotPaidOutYet
from lending.tests import builders, doors
from lending.tests.test_servicing_points import DUE, pay_first, undo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
TODAY = builders.TODAY


@pytest.fixture
def loan(lin):
    """Paid out, and a first payment of 500 yuan a day of interest later."""
    loan = builders.paid_out(lin)
    builders.pay(loan, 50_000, on=TODAY, key="first-payment")
    return Loan.objects.get(pk=loan.pk)


@pytest.fixture
def two_of_staff():
    other = people.open_staff(
        phone="13900000000", password="a long enough password", is_administrator=True
    )
    return [Actor(kind="STAFF", account_id=each.pk) for each in (cast.officer(), other)]


def told(loan, *, since=None, until=None, on=TODAY, language="en"):
    return queries.of_loan(loan, since=since, until=until, on=on, language=language)


def read(content):
    with pdfplumber.open(io.BytesIO(content)) as opened:
        return "\n".join(page.extract_text() for page in opened.pages)


def figures(statement):
    """Every amount of a statement that a reader must find, as it is written."""
    account = statement.account
    amounts = [account.opening.total_fen, account.closing.total_fen, account.so_far.cost_fen]
    amounts += [fen for _, fen in words.movements(account.movements)]
    for entry in account.entries:
        amounts += [entry.told_fen, *(fen for _, fen in words.parts(entry))]
    for due in account.dues:
        amounts += [due.principal_fen, due.interest_fen, due.paid_fen, due.open_fen]
    return {yuan(abs(fen)) for fen in amounts if fen}


class TestThreeWays:
    def test_page_paper_and_api_tell_the_same_figures(self, lin, loan):
        statement = told(loan)
        page = doors.shown(doors.web_of(lin).get(f"/loans/{loan.public_id}/statement/"))
        file = doors.web_of(lin).get(f"/loans/{loan.public_id}/statement.pdf")
        answer = doors.api_of(lin).get(f"/api/v1/loans/{loan.public_id}/statement").json()
        text = read(file.content)

        assert len(figures(statement)) >= 4
        for amount in figures(statement):
            assert amount in page
            assert amount in text
        assert answer["closing"]["total_fen"] == statement.account.closing.total_fen
        assert answer["movements"]["paid_fen"] == 50_000
        assert [each["amount_fen"] for each in answer["entries"]] == [300_000, 50_000]
        assert answer["entries"][1]["parts"] == {
            "principal_fen": statement.account.entries[1].parts.principal_fen,
            "interest_fen": statement.account.entries[1].parts.interest_fen,
            "fee_fen": 0,
            "penalty_fen": 0,
            "loss_fen": 0,
            "credit_fen": 0,
        }

    def test_both_files_are_one_file_under_the_seal(self, lin, loan):
        by_web = doors.web_of(lin).get(f"/loans/{loan.public_id}/statement.pdf")
        by_api = doors.api_of(lin).get(f"/api/v1/loans/{loan.public_id}/statement.pdf")
        said = papers.verified(by_web.content)

        assert by_web.content == by_api.content
        assert (said.outcome, said.kind, said.loan) == (Outcome.VALID, "STATEMENT", loan.public_id)
        assert said.is_current
        assert SealedPaper.objects.filter(kind="STATEMENT").count() == 1

    def test_the_closing_balance_is_what_the_books_say_of_the_loan(self, loan):
        books = ledger.loan_balances_fen(loan.pk)
        account = told(loan).account

        assert account.closing.principal_fen == books[chart.LOAN_PRINCIPAL]
        assert account.movements.paid_out_fen == 300_000
        assert account.opening.total_fen == 0
        assert account.opening.total_fen + account.movements.balance_fen == (
            account.closing.total_fen
        )

    def test_in_chinese_the_figures_are_the_same(self, loan):
        chinese = told(loan, language="zh-hans")
        text = read(paper.sealed(loan=loan, statement=chinese, language="zh-hans"))

        assert chinese.account == told(loan).account
        for amount in figures(chinese):
            assert amount in text

    def test_a_period_of_its_own_has_another_opening(self, lin, loan):
        later = TODAY + timedelta(days=45)
        with time_machine.travel(later):
            business_date.advance(to=later)
            day = (TODAY + timedelta(days=1)).isoformat()
            answer = doors.api_of(lin).get(
                f"/api/v1/loans/{loan.public_id}/statement?since={day}&until={later.isoformat()}"
            )
            page = doors.web_of(lin).get(
                f"/loans/{loan.public_id}/statement/?since={day}&until={later.isoformat()}"
            )
        found = answer.json()

        assert (found["since"], found["until"]) == (day, later.isoformat())
        assert found["entries"] == []
        assert found["opening"]["total_fen"] == told(loan).account.closing.total_fen
        assert found["movements"]["charged_fen"] > 0
        assert yuan(found["closing"]["total_fen"]) in doors.shown(page)

    def test_points_of_this_loan_are_told_and_others_not(self, lin, loan):
        builders.rewarded(lin.id, 200)
        assert told(loan).points_earned == 0

        pay_first(loan, key="on-its-day")
        points = told(loan, on=DUE).points_earned
        assert points == PointsLot.objects.get(loan_id=loan.pk).points > 0
        assert told(loan, until=DUE - timedelta(days=1), on=DUE).points_earned == 0

    def test_points_and_payment_go_together(self, loan, two_of_staff):
        pay_first(loan, key="on-its-day")
        undo(loan, *two_of_staff, reverses=3)
        statement = told(loan, on=DUE + timedelta(days=1))

        assert statement.points_earned == 0
        assert statement.account.movements.paid_fen == 50_000


class TestWhoHears:
    def test_another_borrower_hears_nothing_and_nothing_is_made(self, loan):
        zhao = builders.person("Zhao")
        for door, address in (
            (doors.web_of(zhao), f"/loans/{loan.public_id}/statement/"),
            (doors.web_of(zhao), f"/loans/{loan.public_id}/statement.pdf"),
            (doors.api_of(zhao), f"/api/v1/loans/{loan.public_id}/statement"),
            (doors.api_of(zhao), f"/api/v1/loans/{loan.public_id}/statement.pdf"),
        ):
            assert door.get(address).status_code == 404
        assert not SealedPaper.objects.exists()
        assert not AuditEntry.objects.filter(action="lending.paper.sealed").exists()

    def test_a_stranger_is_sent_to_sign_in(self, loan):
        assert doors.stranger().get(f"/loans/{loan.public_id}/statement/").status_code == 302
        assert doors.stranger().get("/statements/").status_code == 302

    def test_the_loan_s_page_leads_there_and_before_the_payout_not(self, lin):
        loan = builders.signed(lin)
        browser = doors.web_of(lin)
        address = f"/loans/{loan.public_id}/statement/"

        assert address not in browser.get(f"/loans/{loan.public_id}/").content.decode()
        assert browser.get(address).status_code == 302
        answer = doors.api_of(lin).get(f"/api/v1/loans/{loan.public_id}/statement")
        assert (answer.status_code, answer.json()["code"]) == (422, NotPaidOutYet.code)

        wei = builders.person("Wei")
        paid = builders.paid_out(wei)
        page = doors.web_of(wei).get(f"/loans/{paid.public_id}/")
        assert f"/loans/{paid.public_id}/statement/" in page.content.decode()


class TestDays:
    @pytest.mark.parametrize(
        ("since", "until"),
        [
            (None, TODAY + timedelta(days=1)),
            (TODAY + timedelta(days=1), None),
            (TODAY, TODAY - timedelta(days=1)),
            (None, TODAY - timedelta(days=1)),
        ],
    )
    def test_that_are_not_of_the_loan_are_refused(self, loan, since, until):
        with pytest.raises(queries.StatementPeriodWrong):
            told(loan, since=since, until=until)

    def test_before_the_payout_add_nothing(self, loan):
        assert told(loan, since=date(1, 1, 1)) == told(loan)

    def test_that_are_no_days_are_said_in_the_form_and_the_api(self, lin, loan):
        browser, client = doors.web_of(lin), doors.api_of(lin)
        for wish in ("since=yesterday", "until=2026-02-30", "since=2026-11-21&until=2026-11-20"):
            page = browser.get(f"/loans/{loan.public_id}/statement/?{wish}")
            answer = client.get(f"/api/v1/loans/{loan.public_id}/statement?{wish}")

            assert page.status_code == 422
            assert "There is something to correct" in doors.shown(page)
            assert answer.status_code in (400, 422)

    def test_that_are_wrong_make_no_file(self, lin, loan):
        answer = doors.web_of(lin).get(f"/loans/{loan.public_id}/statement.pdf?until=2030-01-01")

        assert answer.status_code == 302
        assert not SealedPaper.objects.exists()


class TestFiles:
    def test_say_what_was_known_and_are_found_again(self, loan):
        first = paper.sealed(loan=loan, statement=told(loan), language="en")
        again = paper.sealed(loan=loan, statement=told(loan), language="en")

        assert first == again
        assert SealedPaper.objects.filter(kind="STATEMENT").count() == 1

    def test_that_say_something_else_are_others(self, loan):
        paper.sealed(loan=loan, statement=told(loan), language="en")
        builders.pay(loan, 10_000, on=TODAY, key="second-payment")
        paper.sealed(loan=loan, statement=told(loan), language="en")

        assert SealedPaper.objects.filter(kind="STATEMENT").count() == 2

    def test_have_an_end_to_their_number_and_the_kept_ones_stay(self, lin, loan, monkeypatch):
        monkeypatch.setattr(paper, "MOST_A_DAY", 1)
        first = paper.sealed(loan=loan, statement=told(loan), language="en")
        browser = doors.web_of(lin)

        with pytest.raises(paper.EnoughStatements):
            paper.sealed(loan=loan, statement=told(loan), language="zh-hans")
        assert SealedPaper.objects.filter(kind="STATEMENT").count() == 1
        assert browser.get(f"/loans/{loan.public_id}/statement.pdf").content == first
        assert browser.get(f"/loans/{loan.public_id}/statement/").status_code == 200


class TestAllTogether:
    def test_the_sums_are_those_of_the_loans(self, lin, loan):
        other = builders.paid_out(lin, amount_fen=200_000, key="second")
        page = doors.shown(doors.web_of(lin).get("/statements/"))
        found = doors.api_of(lin).get("/api/v1/statements").json()
        closings = [told(each).account.closing.total_fen for each in (loan, other)]

        assert found["closing_fen"] == sum(closings)
        assert [each["loan"] for each in found["results"]] == [other.public_id, loan.public_id]
        assert found["movements"]["paid_out_fen"] == 500_000
        assert yuan(sum(closings)) in page
        for each in (loan, other):
            assert f"/loans/{each.public_id}/statement/?since=" in page

    def test_nobody_else_s_loans_are_in_it(self, loan):
        zhao = builders.person("Zhao")
        page = doors.web_of(zhao).get("/statements/")
        found = doors.api_of(zhao).get("/api/v1/statements")

        assert (page.status_code, found.status_code) == (200, 200)
        assert found.json()["results"] == []
        assert loan.public_id not in page.content.decode() + found.content.decode()

    def test_without_a_loan_it_is_empty_and_says_so(self, lin):
        page = doors.web_of(lin).get("/statements/")
        found = doors.api_of(lin).get("/api/v1/statements").json()

        assert "Nothing has been paid out to you yet" in doors.shown(page)
        assert "¥" not in doors.shown(page)
        assert (found["since"], found["until"]) == (TODAY.isoformat(), TODAY.isoformat())
        assert (found["opening_fen"], found["closing_fen"], found["results"]) == (0, 0, [])
        assert set(found["movements"].values()) == {0}

    def test_a_loan_that_is_signed_and_not_paid_out_is_not_in_it(self, lin):
        builders.signed(lin)

        assert doors.api_of(lin).get("/api/v1/statements").json()["results"] == []

    @pytest.mark.parametrize(
        ("since", "until", "status"),
        [(-9, -3, 200), (-3, -9, 422), (0, 1, 422), (1, None, 422), (None, -9, 200)],
    )
    def test_without_a_loan_the_days_have_to_be_days_all_the_same(self, lin, since, until, status):
        days = {"since": since, "until": until}
        asked = {
            name: (TODAY + timedelta(days=away)).isoformat()
            for name, away in days.items()
            if away is not None
        }
        answer = doors.api_of(lin).get("/api/v1/statements", asked)

        assert answer.status_code == status
        assert doors.web_of(lin).get("/statements/", asked).status_code == status

    def test_a_loan_that_came_after_the_days_is_not_in_it(self, lin, loan):
        later = TODAY + timedelta(days=5)
        with time_machine.travel(later), pytest.raises(queries.StatementPeriodWrong):
            queries.of_borrower(
                lin.id, since=later, until=later - timedelta(days=1), on=later, language="en"
            )

    def test_costs_the_same_few_questions_for_one_loan_as_for_two(self, lin, loan):
        def asked():
            with CaptureQueriesContext(
                connection,
            ) as told_:
                queries.of_borrower(lin.id, since=None, until=None, on=TODAY, language="en")
            return len(told_)

        one = asked()
        builders.paid_out(lin, amount_fen=200_000, key="second")

        assert asked() <= one + 1

    def test_the_list_of_loans_leads_there_once_something_was_paid_out(self, lin):
        browser = doors.web_of(lin)
        assert "/statements/" not in browser.get("/loans/").content.decode()
        builders.paid_out(lin)
        assert "/statements/" in browser.get("/loans/").content.decode()


class TestWords:
    @pytest.mark.parametrize("kind", TransactionKind)
    def test_every_kind_has_its_own(self, kind):
        assert words.said(kind) != kind

    def test_a_payment_taken_back_is_crossed_out_everywhere(self, lin, loan, two_of_staff):
        undo(loan, *two_of_staff, on=TODAY, reverses=2)
        page = doors.shown(doors.web_of(lin).get(f"/loans/{loan.public_id}/statement/"))
        answer = doors.api_of(lin).get(f"/api/v1/loans/{loan.public_id}/statement").json()
        text = read(doors.web_of(lin).get(f"/loans/{loan.public_id}/statement.pdf").content)

        home = doors.shown(doors.web_of(lin).get(f"/loans/{loan.public_id}/"))
        assert home.count("<s>¥500.00</s>") == 1
        assert "was taken back" in home
        listed = doors.api_of(lin).get(f"/api/v1/loans/{loan.public_id}").json()["transactions"]
        assert [(each["kind"], each["is_undone"]) for each in listed] == [
            ("REVERSAL", False), ("REPAYMENT", True), ("DISBURSEMENT", False),
        ]  # fmt: skip
        assert page.count("<s>¥500.00</s>") == 2
        assert "Taken back on Nov. 20, 2026; it counts for nothing." in page
        assert "counts for nothing" in text
        assert [each["counts"] for each in answer["entries"]] == [True, False, False]
        assert answer["movements"]["paid_fen"] == 0
        assert told(loan).account.closing.total_fen == 300_000
