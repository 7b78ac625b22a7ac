"""What a borrower may take home: where it is offered, and that nobody else gets it."""

from datetime import timedelta

import pytest

from common.money import yuan
from lending.loans.models import Loan
from lending.repayments.queries import standing
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
TODAY = builders.TODAY


def home(lin, loan):
    return doors.web_of(lin).get(f"/loans/{loan.public_id}/").content.decode()


def events(answer):
    """Day and words of every event of a calendar, as a client reads them."""
    text = answer.content.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    found = []
    for part in text.split("BEGIN:VEVENT\r\n")[1:]:
        lines = dict(line.split(":", 1) for line in part.split("\r\n") if ":" in line)
        found.append((lines["DTSTART;VALUE=DATE"], lines["SUMMARY"].replace("\\,", ",")))
    return found


class TestTheLoansHome:
    def test_of_a_running_loan_offers_contract_statement_and_due_dates(self, lin, loan):
        page = home(lin, loan)

        for part in ("contract.pdf", "statement/", "due-dates.ics"):
            assert f"/loans/{loan.public_id}/{part}" in page
        assert "certificate.pdf" not in page

    def test_of_a_settled_loan_offers_the_certificate_and_no_due_dates(self, lin, loan):
        builders.pay_off(loan)
        page = home(lin, loan)

        for part in ("contract.pdf", "statement/", "certificate.pdf"):
            assert f"/loans/{loan.public_id}/{part}" in page
        assert "due-dates.ics" not in page

    def test_before_the_payout_offers_the_contract_alone(self, lin):
        loan = builders.signed(lin)
        page = home(lin, loan)

        assert "contract.pdf" in page
        for part in ("statement/", "due-dates.ics", "certificate.pdf"):
            assert f"/loans/{loan.public_id}/{part}" not in page


class TestDueDates:
    def doors_of(self, card, loan):
        return [
            doors.web_of(card).get(f"/loans/{loan.public_id}/due-dates.ics"),
            doors.api_of(card).get(f"/api/v1/loans/{loan.public_id}/due-dates.ics"),
        ]

    def test_are_the_instalments_that_are_still_to_be_paid(self, lin, loan):
        stands = standing(loan, on=TODAY)
        assert stands is not None
        wanted = [
            (f"{line.due_on:%Y%m%d}", f"Repay ¥{yuan(line.outstanding_fen)}")
            for line in stands.instalments
        ]

        by_web, by_api = self.doors_of(lin, loan)

        assert events(by_web) == events(by_api) == wanted
        assert by_web.content == by_api.content
        for answer in (by_web, by_api):
            assert answer.headers["Content-Type"].startswith("text/calendar")
            assert f"loan-{loan.public_id}.ics" in answer.headers["Content-Disposition"]

    def test_leave_out_what_is_paid_and_all_of_a_settled_loan(self, lin, loan):
        stands = standing(loan, on=TODAY)
        assert stands is not None
        first = stands.instalments[0]
        builders.pay(loan, first.outstanding_fen, on=TODAY, key="first")
        left = [events(each) for each in self.doors_of(lin, Loan.objects.get(pk=loan.pk))]
        assert [len(each) for each in left] == [2, 2]

        builders.pay_off(loan)
        assert [events(each) for each in self.doors_of(lin, loan)] == [[], []]

    def test_remind_before_the_day_and_keep_their_name_when_taken_again(self, lin, loan):
        answer, _ = self.doors_of(lin, loan)
        text = answer.content.decode()

        assert text.count("TRIGGER:-P2D") == 3
        assert [f"UID:{loan.public_id}-{number}@mingzhang" in text for number in (1, 2, 3)]
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        end = TODAY + timedelta(days=31)
        assert f"DTEND;VALUE=DATE:{end:%Y%m%d}" in text

    def test_say_nothing_of_the_person(self, lin, loan):
        answer, _ = self.doors_of(lin, loan)

        assert "Lin" not in answer.content.decode()
        assert "林" not in answer.content.decode()

    def test_are_nobody_else_s(self, loan):
        zhao = builders.person("Zhao")

        assert [each.status_code for each in self.doors_of(zhao, loan)] == [404, 404]
        assert doors.stranger().get(f"/loans/{loan.public_id}/due-dates.ics").status_code == 302

    def test_are_given_to_a_client_that_asks_for_a_calendar(self, lin, loan):
        answer = doors.api_of(lin).get(
            f"/api/v1/loans/{loan.public_id}/due-dates.ics", HTTP_ACCEPT="text/calendar"
        )

        assert len(events(answer)) == 3
