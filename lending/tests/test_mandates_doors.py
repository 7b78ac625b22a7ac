"""Automatic debit on the web, over the API and for staff: read first, one yes, one click to end."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from borrowers.people import masking
from borrowers.tests import cast
from common import clock
from lending.channels.contracts import Unread
from lending.channels.models import Transfer
from lending.mandates.models import Mandate
from lending.reconciliation import actions as reconciliation
from lending.reconciliation.models import BankLine, BreakProposal, StatementBreak
from lending.tests import builders, debiting, doors
from lending.tests.builders import TODAY
from lending.tests.debiting import LAST
from lending.tests.statements import Statement
from lending.tests.test_admin_changes import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]

DAY = timedelta(days=1)
WISH = {"most_fen": 150_000, "ends_on": LAST.isoformat(), "language": "en"}


class TestWeb:
    @pytest.fixture
    def web(self, lin):
        return doors.web_of(lin)

    def url(self, loan, name="automatic"):
        return reverse(f"lending:{name}", args=[loan.public_id])

    def chosen(self, **changes):
        asked = {"most": "1,500", "ends_on": LAST.isoformat(), "pay_day": "25"}
        return {**asked, "request_key": doors.KEY, **changes}

    def test_offers_the_last_day_as_a_browser_reads_it_in_either_language(self, web, loan):
        for language in ("en", "zh-hans"):
            page = web.get(self.url(loan), HTTP_ACCEPT_LANGUAGE=language)

            value = re.search(
                r'<input type="date" name="ends_on" value="([^"]*)"', doors.shown(page)
            )
            assert value
            assert date.fromisoformat(value[1]) > TODAY

    def test_shows_the_text_before_anything_is_allowed(self, web, loan):
        page = web.post(self.url(loan), self.chosen())

        assert page.status_code == 200
        assert "1,500.00" in doors.shown(page)
        assert page.context["text_sha256"]
        assert not Mandate.objects.exists()

    def test_keeps_the_yes_to_the_text_that_was_shown(self, web, loan):
        shown = web.post(self.url(loan), self.chosen()).context["text_sha256"]

        web.post(self.url(loan), self.chosen(agrees="on", text_sha256=shown))

        mandate = Mandate.objects.get()
        assert (mandate.text_sha256, mandate.channel, mandate.pay_day) == (shown, "WEB", 25)
        assert "It is on" in doors.shown(web.get(self.url(loan)))

    def test_takes_no_yes_to_another_text(self, web, loan):
        shown = web.post(self.url(loan), self.chosen()).context["text_sha256"]

        page = web.post(self.url(loan), self.chosen(most="99,999", agrees="on", text_sha256=shown))

        assert page.status_code == 422
        assert not Mandate.objects.exists()

    def test_ends_with_one_click(self, web, loan, lin):
        debiting.given(loan, lin)

        page = web.post(self.url(loan, "automatic-withdraw"), follow=True)

        assert Mandate.objects.get().end_code == "WITHDRAWN"
        assert "Automatic debit is off" in doors.shown(page)

    def test_of_somebody_else_is_not_there(self, loan):
        wei = doors.web_of(builders.person("Wei"))

        assert wei.get(self.url(loan)).status_code == 404
        assert wei.post(self.url(loan), self.chosen()).status_code == 404
        assert wei.post(self.url(loan, "automatic-withdraw")).status_code == 404
        assert not Mandate.objects.exists()

    @pytest.mark.parametrize("wrong", [{"most": "0"}, {"ends_on": "never"}, {"pay_day": "40"}])
    def test_says_what_is_wrong(self, web, loan, wrong):
        page = web.post(self.url(loan), self.chosen(**wrong))

        assert page.status_code == 422
        assert not Mandate.objects.exists()


class TestApi:
    @pytest.fixture
    def api(self, lin):
        return doors.api_of(lin)

    def url(self, loan, more=""):
        return f"/api/v1/loans/{loan.public_id}/mandates{more}"

    def read(self, api, loan):
        return api.post(self.url(loan, "/text"), WISH, format="json").json()["text_sha256"]

    def give(self, api, loan, sha256):
        return api.post(
            self.url(loan),
            {**WISH, "text_sha256": sha256},
            format="json",
            headers={"Idempotency-Key": "one-mandate"},
        )

    def test_text_then_yes_then_end(self, api, loan):
        assert api.get(self.url(loan)).json() == {"results": []}
        sha256 = self.read(api, loan)

        given = self.give(api, loan, sha256)
        again = self.give(api, loan, sha256)

        assert (given.status_code, again.status_code) == (201, 201)
        assert given.json()["id"] == again.json()["id"]
        assert given.json()["text_sha256"] == sha256
        ended = api.delete(self.url(loan))
        assert (ended.status_code, ended.json()["end_code"]) == (200, "WITHDRAWN")
        assert [each["end_code"] for each in api.get(self.url(loan)).json()["results"]] == [
            "WITHDRAWN"
        ]
        assert api.delete(self.url(loan)).status_code == 200

    def test_ending_what_was_never_given_is_not_found(self, api, loan):
        assert api.delete(self.url(loan)).status_code == 404

    def test_a_hash_that_nobody_read_is_refused(self, api, loan):
        answer = self.give(api, loan, "0" * 64)

        assert (answer.status_code, answer.json()["code"]) == (409, "MANDATE_TEXT_CHANGED")
        assert not Mandate.objects.exists()

    def test_of_somebody_else_is_not_there(self, loan):
        wei = doors.api_of(builders.person("Wei"))

        assert wei.get(self.url(loan)).status_code == 404
        assert wei.delete(self.url(loan)).status_code == 404
        assert self.give(wei, loan, "0" * 64).status_code == 404
        assert not Mandate.objects.exists()


class TestStaff:
    def test_see_what_was_allowed_and_every_try(self, loan, lin):
        mandate = debiting.given(loan, lin)
        debit = debiting.announced(loan)
        debiting.tried(debit)
        mei = staff(cast.PHONES["Mei"])

        lists = [
            mei.get(reverse(f"admin:lending_{name}_changelist"))
            for name in ("mandate", "directdebit")
        ]
        one = mei.get(reverse("admin:lending_mandate_change", args=[mandate.pk]))
        tries = mei.get(reverse("admin:lending_directdebit_change", args=[debit.pk]))

        assert all(loan.public_id in doors.shown(page) for page in lists)
        assert "2,000.00" in doors.shown(one)
        assert "1,020.07" in doors.shown(tries)
        assert f"{loan.public_id} {debit.due_on.isoformat()}" in doors.shown(tries)

    @pytest.fixture
    def broken(self, loan):
        found = Statement()
        found.of(Transfer.objects.get(loan_id=loan.pk))
        found.moved("R-stray-1", 5_000, account=loan.payer_account)
        found.compared(TODAY)
        return StatementBreak.objects.get()

    def work(self, browser, broken, **given):
        address = reverse("admin:lending_statementbreak_work", args=[broken.pk])
        return browser.post(address, given, follow=True)

    def test_see_the_queue_with_its_picture_and_table(self, broken):
        mei = staff(cast.PHONES["Mei"])

        page = doors.shown(mei.get(reverse("admin:lending_statementbreak_changelist")))

        assert "R-stray-1" in page
        assert "Matched lines and new breaks by day" in page
        assert "3,000.00" in page

    def test_work_it_off_by_two(self, broken):
        mei = staff(cast.PHONES["Mei"], "work_statementbreak")
        zhao = staff(cast.PHONES["Zhao"], "approve_statementbreak")
        self.work(mei, broken, take="1")
        self.work(mei, broken, note="1", text="Paid at the counter.")

        page = self.work(mei, broken, propose="1", action="TO_SUSPENSE")
        assert "Paid at the counter." in doors.shown(page)
        proposal = BreakProposal.objects.get()
        address = reverse("admin:lending_statementbreak_decide", args=[broken.pk, proposal.pk])
        assert mei.post(address, {"approve": "1"}).status_code == 403
        zhao.post(address, {"approve": "1"})

        broken.refresh_from_db()
        assert (broken.state, broken.resolution) == ("RESOLVED", "TO_SUSPENSE")

    def test_read_words_and_names_and_no_codes(self, broken, loan):
        mei = staff(cast.PHONES["Mei"], "work_statementbreak")
        self.work(mei, broken, take="1")
        StatementBreak.objects.update(loan_id=loan.pk, here_state="SUCCEEDED")

        page = doors.shown(
            mei.get(reverse("admin:lending_statementbreak_change", args=[broken.pk]))
        )

        assert loan.public_id in page
        assert page.count(masking.phone(cast.PHONES["Mei"])) >= 2
        for word in ("Sandbox bank", "Arrived", "Outcome with us", "Not in our books R-stray-1"):
            assert word in page
        for code in ("SANDBOX", "SUCCEEDED", "MISSING_HERE"):
            assert code not in page

    def test_read_in_words_how_it_was_resolved(self, broken):
        StatementBreak.objects.update(
            state="RESOLVED", resolution="TO_SUSPENSE", resolved_at=clock.now()
        )
        page = doors.shown(
            staff(cast.PHONES["Mei"]).get(
                reverse("admin:lending_statementbreak_change", args=[broken.pk])
            )
        )

        assert "Write it to the account of differences" in page
        assert "TO_SUSPENSE" not in page

    @pytest.mark.parametrize(
        "given", [{"propose": "1", "action": "BURN"}, {"ask_again": "1"}, {"note": "1"}]
    )
    def test_are_told_what_does_not_fit(self, broken, given):
        mei = staff(cast.PHONES["Mei"], "work_statementbreak")

        self.work(mei, broken, **given)

        assert not BreakProposal.objects.exists()
        assert not broken.steps.exclude(step="FOUND").exists()

    @pytest.fixture
    def hole(self, loan):
        reconciliation.reconcile(day=TODAY, lines=[Unread("17:ab12cd34", id=17)])
        return StatementBreak.objects.get(kind="UNREADABLE")

    def test_enter_what_a_line_says_that_cannot_be_read(self, hole):
        mei = staff(cast.PHONES["Mei"], "work_statementbreak")
        zhao = staff(cast.PHONES["Zhao"], "approve_statementbreak")
        page = mei.get(reverse("admin:lending_statementbreak_change", args=[hole.pk]))
        assert "cannot be read" in doors.shown(page)
        assert 'name="loan"' not in doors.shown(page)

        page = self.work(
            mei, hole, propose="1", action="READ_AS", number="R-stray-1", amount="50.00",
            direction="OUT", account="person:nobody",
        )  # fmt: skip
        assert "R-stray-1, went out, person:nobody" in " ".join(doors.shown(page).split())
        address = reverse(
            "admin:lending_statementbreak_decide", args=[hole.pk, BreakProposal.objects.get().pk]
        )
        zhao.post(address, {"approve": "1"})

        line = BankLine.objects.get(line_no=17)
        assert (line.out_trade_no, line.effect_fen) == ("R-stray-1", -5_000)
        assert StatementBreak.objects.get(subject="R-stray-1").state == "OPEN"

    @pytest.mark.parametrize(
        "wrong",
        [{"amount": "much"}, {"amount": "-5"}, {"amount": "0"}, {"amount": "1.005"},
         {"amount": "9" * 30}, {"direction": "UP"}, {"number": "x y"}, {"number": ""},
         {"account": "a" * 99}, {"account": "\x00"}],
    )  # fmt: skip
    def test_enter_nothing_that_no_line_can_say(self, hole, wrong):
        mei = staff(cast.PHONES["Mei"], "work_statementbreak")
        fine = {"number": "R-1", "amount": "50.00", "direction": "IN", "account": ""}

        page = self.work(mei, hole, propose="1", action="READ_AS", **{**fine, **wrong})

        assert "not what a line of a statement can say" in doors.shown(page)
        assert not BreakProposal.objects.exists()

    def test_without_the_permission_touch_nothing(self, broken):
        mei = staff(cast.PHONES["Mei"])

        assert self.work(mei, broken, take="1").status_code == 403
        assert not broken.steps.exclude(step="FOUND").exists()
