"""The workbench: every figure on planted rows, full and empty, and the house behind it."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.charts.bars import LOOKS
from common.periods import SHANGHAI
from common.processes import actions as processes
from config.staff import queries, workbench
from config.staff.queries import DecisionDay
from config.tests import desk
from lending.disbursements import actions as disbursements
from lending.tests import builders
from monitoring.supervision import actions as supervision
from scoring.decisions import reviews

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
NOW, TODAY = builders.NOW, builders.TODAY
HOUR = timedelta(hours=1)


class TestEmpty:
    def test_works_before_anything_has_happened(self, mei):
        page = desk.workbench(mei)

        words = desk.read(page)
        assert "Nothing waits for you. Well done." in words
        assert [each.figure for each in page.context["cards"]] == [
            "0", "0", "0", "0", "0", "¥0.00", "0", "¥0.00",
        ]  # fmt: skip
        assert all(each.look == "" for each in page.context["cards"])
        assert desk.card(page, "Applications waiting").note == "Nobody waits"
        assert desk.card(page, "Alerts open").note == "All is quiet"
        assert (
            desk.card(page, "Loans past due").note
            == "Of the principal, over 1 day late: – · over 30 days: –"
        )
        assert desk.card(page, "Decided today").note == "No final decision yet"

    def test_every_card_leads_somewhere(self, mei):
        for each in desk.workbench(mei).context["cards"]:
            assert mei.get(each.url).status_code == 200


class TestWaiting:
    def test_counts_applications_and_says_how_long_the_first_waits(self, mei):
        desk.referred("Lin", submitted_at=NOW - 30 * HOUR)
        desk.referred("Wei", submitted_at=NOW - HOUR)

        found = desk.card(desk.workbench(mei), "Applications waiting")

        assert (found.figure, found.look) == ("2", "wait")
        assert found.note == "The longest: 1\xa0day"

    def test_forgets_what_was_decided(self, mei, officer):
        application = desk.referred("Lin")
        url = reverse("admin:lending_loanapplication_decide", args=[application.pk])
        reason = next(iter(reviews.REASONS["DECLINED"]))

        assert mei.post(url, {"outcome": "DECLINED", "reason_code": reason}).status_code == 302

        assert desk.card(desk.workbench(mei), "Applications waiting").figure == "0"
        assert desk.card(desk.workbench(mei), "Applications waiting").note == "Nobody waits"


class TestAlerts:
    def test_are_counted_by_how_grave_they_are(self, mei, lin):
        loan = desk.loan_of(lin)
        for severity, rule in ((3, "DPD"), (2, "DPD"), (2, "INCOME_DROP")):
            desk.alert(loan, severity=severity, rule=rule, raised_at=NOW)

        found = desk.card(desk.workbench(mei), "Alerts open")

        assert (found.figure, found.look) == ("3", "bad")
        assert found.note == "Urgent: 1 · To call: 2"

    def test_that_are_not_urgent_wait(self, mei, lin):
        desk.alert(desk.loan_of(lin), severity=1, raised_at=NOW)

        found = desk.card(desk.workbench(mei), "Alerts open")

        assert (found.look, found.note) == ("wait", "To note: 1")


class TestTheBook:
    def test_sums_running_loans(self, mei, lin):
        desk.loan_of(lin, amount_fen=300_000)
        desk.loan_of(builders.person("Wei"), amount_fen=100_050)
        builders.signed(builders.person("Chen"))

        page = desk.workbench(mei)

        assert desk.card(page, "Running loans").figure == "2"
        assert desk.card(page, "Running loans").note == "On average: ¥2,000.25"
        assert desk.card(page, "Principal owed").figure == "¥4,000.50"

    def test_shares_out_what_is_late(self, mei, lin):
        punctual = desk.loan_of(lin, amount_fen=500_000)
        a_little = desk.loan_of(builders.person("Wei"), amount_fen=300_000)
        long = desk.loan_of(builders.person("Chen"), amount_fen=200_000)
        desk.late(punctual, 0)
        desk.late(a_little, 2)
        desk.late(long, 31)

        found = desk.card(desk.workbench(mei), "Loans past due")

        assert (found.figure, found.look) == ("2", "bad")
        assert found.note == "Of the principal, over 1 day late: 50.0% · over 30 days: 20.0%"

    def test_counts_the_first_late_day_as_late_and_not_yet_at_risk(self, mei, lin):
        desk.late(desk.loan_of(lin), 1)

        found = desk.card(desk.workbench(mei), "Loans past due")

        assert (found.figure, found.note) == (
            "1",
            "Of the principal, over 1 day late: 0.0% · over 30 days: 0.0%",
        )

    def test_adds_up_what_came_back_today(self, mei, lin):
        loan = desk.loan_of(lin)
        builders.pay(loan, 30_000, on=TODAY, key="one")
        builders.pay(loan, 12_345, on=TODAY, key="two")

        found = desk.card(desk.workbench(mei), "Repaid today")

        assert (found.figure, found.note) == ("¥423.45", "2 repayments booked")

    def test_forgets_yesterdays_repayments(self, mei, lin):
        builders.pay(desk.loan_of(lin), 30_000, on=TODAY, key="one")
        desk.rows_of("common.BusinessDate").update(open_on=TODAY + timedelta(days=1))

        assert desk.card(desk.workbench(mei), "Repaid today").figure == "¥0.00"


class TestMoneyStandingStill:
    def test_counts_refused_payouts_until_they_are_on_their_way_again(self, mei, officer):
        loan = desk.refused_payout()
        found = desk.card(desk.workbench(mei), "Money standing still")
        assert (found.figure, found.look) == ("1", "bad")
        assert found.note == "Payouts failed: 1 · not booked: 0"

        disbursements.try_again(
            loan_id=loan.pk, on=TODAY, by=Actor(kind="STAFF", account_id=officer.pk)
        )

        assert desk.card(desk.workbench(mei), "Money standing still").figure == "0"

    def test_counts_money_that_arrived_and_is_not_in_the_books(self, mei, lin):
        loan = desk.loan_of(lin)
        desk.rows_of("lending.Transfer").filter(loan_id=loan.pk).update(booked_at=None)

        found = desk.card(desk.workbench(mei), "Money standing still")

        assert found.note == "Payouts failed: 0 · not booked: 1"

    def test_does_not_mind_money_on_its_way(self, mei, lin):
        builders.signed(lin)

        assert desk.card(desk.workbench(mei), "Money standing still").figure == "0"


class TestDecisions:
    def test_of_today_are_counted_with_the_share_of_offers(self, mei, officer):
        like = desk.referred("Lin")
        for outcome in ("OFFERED", "OFFERED", "DECLINED"):
            desk.assessed(outcome, at=NOW, like=like)
        desk.reviewed(desk.assessed("REFERRED", at=NOW, like=like), "OFFERED", at=NOW, by=officer)

        found = desk.card(desk.workbench(mei), "Decided today")

        assert (found.figure, found.note) == ("5", "75.0% of the final decisions were offers")

    def test_are_counted_by_the_day_in_shanghai(self, mei):
        like = desk.referred("Lin")
        last_minute = datetime(2026, 11, 19, 23, 59, tzinfo=SHANGHAI)
        desk.assessed("DECLINED", at=last_minute, like=like)
        desk.assessed("OFFERED", at=last_minute + timedelta(minutes=1), like=like)

        days = {each.day.day: each for each in queries.decision_days(today=TODAY)}

        assert (days[19].declined, days[19].offered) == (1, 0)
        assert (days[20].declined, days[20].offered) == (0, 1)

    def test_of_two_weeks_have_a_line_for_every_day(self):
        like = desk.referred("Lin")
        desk.assessed("OFFERED", at=NOW - timedelta(days=13), like=like)
        desk.assessed("OFFERED", at=NOW - timedelta(days=14), like=like)

        days = queries.decision_days(today=TODAY)

        assert [each.day for each in days] == [
            TODAY - timedelta(days=back) for back in range(13, -1, -1)
        ]
        assert [each.total for each in days] == [1, *[0] * 13]

    def test_are_drawn_with_a_table_behind(self, mei):
        desk.assessed("DECLINED", at=NOW, like=desk.referred("Lin"))

        page = desk.workbench(mei)

        shown = page.content.decode()
        assert "Decisions of the last two weeks" in shown
        assert shown.count('<th scope="row">11-') == 14
        assert 'class="fill-third"' in shown
        assert "1 decisions. The table holds every figure." in shown

    def test_are_stacked_from_offers_to_declines(self):
        day = DecisionDay(day=TODAY, offered=3, referred=2, declined=1)

        drawn = workbench.chart([day])

        assert [drawn.index(look) for look in LOOKS] == sorted(drawn.index(look) for look in LOOKS)
        assert ">6<" in drawn


class TestTheHouse:
    def test_says_that_the_books_agree_and_how_far_they_are(self, mei, lin):
        desk.loan_of(lin)

        words = desk.read(desk.workbench(mei))

        assert "Books open for Nov. 20, 2026" in words
        assert "Closed through Nov. 19, 2026" in words
        assert "¥0.00: debit equals credit" in words
        assert "Work that was given up 0" in words

    def test_says_how_far_the_books_are_behind(self, officer):
        with time_machine.travel(NOW + timedelta(days=3)):
            client = desk.browser_of(officer)

            assert "3 days behind" in desk.read(desk.workbench(client))

    def test_counts_sealed_entries(self, mei):
        with transaction.atomic():
            for number in range(3):
                audit.append(
                    action="test.thing.done", subject=f"thing:{number}", by=SYSTEM, facts={}
                )
        entries = desk.rows_of("common.AuditEntry").order_by("pk")[:2]
        links = desk.rows_of("common.AuditLink")
        for position, entry in enumerate(entries, start=1):
            links.create(position=position, entry=entry, chain_hash=bytes(32))

        found = desk.workbench(mei).context["house"]

        assert found.entries_sealed == 2
        assert found.sealed_until == entries[1].occurred_at

    def test_says_when_work_was_given_up(self, mei):
        with transaction.atomic():
            processes.start(kind="TEST", subject_id=1, task="nobody.does_it")
        desk.rows_of("common.Process").filter(kind="TEST").update(state="QUARANTINED")

        page = desk.workbench(mei)

        assert page.context["house"].work_given_up == 1
        assert "Work that was given up 1" in desk.read(page)

    def test_adds_up_the_whole_book_once_in_a_while_only(self, mei, lin):
        desk.loan_of(lin)
        desk.workbench(mei)

        with CaptureQueriesContext(connection) as asked:
            page = mei.get(reverse("admin:index"))

        sums = [each for each in asked if 'GROUP BY "lending_ledgerposting"' in each["sql"]]
        assert sums == []
        assert "Checked Nov. 20, 2026" in desk.read(page)

    def test_shouts_where_the_books_are_off(self):
        # PostgreSQL refuses an entry that is off; the page must not rely on it.
        found = queries.House(
            imbalance_fen=2,
            entries_sealed=1,
            sealed_until=None,
            work_given_up=0,
            night=None,
            checked_at=NOW,
        )

        with translation.override("en"):
            shown = render_to_string("admin/staff/house.html", {"house": found})

        assert "off by ¥0.02" in shown
        assert "debit equals credit" not in shown

    @pytest.mark.parametrize(
        ("breaches", "is_bank_heard", "said"),
        [
            ([], True, "all holds, the bank's statement too"),
            ([("a.check", "loan x is off"), ("a.check", "loan y is off")], True, "2 things"),
            ([], False, "the bank could not be heard"),
        ],
    )
    def test_shows_what_the_check_of_the_night_found(self, mei, breaches, is_bank_heard, said):
        assert "has not run yet" in desk.read(desk.workbench(mei))

        run_id = supervision.record(
            began_at=NOW, checks=6, breaches=breaches, is_bank_heard=is_bank_heard
        )

        assert said in desk.read(desk.workbench(mei))
        row = mei.get(reverse("admin:monitoring_checkrun_change", args=[run_id]))
        assert all(sentence in row.content.decode() for _, sentence in breaches)

    def test_is_shown_to_those_who_may_see_the_books(self):
        clerk = desk.browser_of(desk.clerk("view_loan"))

        page = desk.workbench(clerk)

        assert "house" not in page.context
        assert "debit equals credit" not in desk.read(page)
