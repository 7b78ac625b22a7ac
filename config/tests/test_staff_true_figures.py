"""The workbench agrees with its own lists: how many wait, for how long, and how late a loan is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.actors import SYSTEM
from common.audit import queries as audit
from common.audit.models import AuditEntry
from config.staff import queries
from config.tests import desk
from lending.admin import words
from lending.calc.contracts import Change, TransactionKind
from lending.servicing.asking import queries as asking
from lending.servicing.asking import requests
from lending.tests import builders
from monitoring.alerts import queries as alerts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
NOW, TODAY = builders.NOW, builders.TODAY
HOUR = timedelta(hours=1)


def asked(loan, key="one"):
    return requests.ask(
        loan_id=loan.pk, kind=TransactionKind.HOLIDAY, request_key=key, on=TODAY, by=SYSTEM,
        change=Change(periods=1),
    )  # fmt: skip


class TestARequest:
    def test_waits_since_its_moment_and_not_since_midnight(self, lin):
        row = asked(builders.paid_out(lin))
        entry = AuditEntry.objects.get(action="lending.request.asked")

        (found,) = desk.workbench(
            desk.browser_of(desk.clerk("view_loan", "propose_servicing_loan"))
        ).context["queue"]

        assert found.since == entry.occurred_at == asking.asked_at([row])[row.pk]

    def test_of_another_loan_or_another_deed_is_not_taken_for_it(self, lin):
        first = builders.paid_out(lin)
        row = asked(first)
        requests.take_back(request_id=row.pk, by=SYSTEM)
        again = asked(first, key="two")
        other = asked(builders.paid_out(builders.person("Wei")))

        told = asking.asked_at([again, other])

        assert set(told) == {again.pk, other.pk}
        assert told[again.pk] <= told[other.pk]
        subjects = {f"loan:{first.public_id}"}
        entries = audit.of_subjects(subjects, action="lending.request.asked")
        assert [each.facts["request"] for each in entries] == [row.public_id, again.public_id]

    def test_costs_one_question_for_any_number(self, lin):
        rows = [asked(builders.paid_out(lin)), asked(builders.paid_out(builders.person("Wei")))]
        with CaptureQueriesContext(connection) as told:
            asking.asked_at(rows)

        assert len(told) == 1
        assert asking.asked_at([]) == {}


class TestWhatWaits:
    def test_a_proof_to_look_at_counts_as_it_stands_in_the_list(self, mei, lin):
        builders.student(lin)
        desk.rows_of("lending.LoanApplication").update(submitted_at=NOW - 2 * HOUR)
        desk.referred("Wei", submitted_at=NOW - HOUR)

        page = desk.workbench(mei)

        found = desk.card(page, "Applications waiting")
        listed = [row for row in page.context["queue"] if row.kind == "Application"]
        assert found.figure == str(len(listed)) == "2"
        assert found.look == "wait"
        assert found.note.endswith("proofs to look at: 1")
        assert queries.waiting().oldest_at == NOW - 2 * HOUR
        assert mei.get(found.url).status_code == 200

    def test_without_proofs_the_card_says_nothing_of_them(self, mei):
        desk.referred("Wei", submitted_at=NOW - HOUR)

        assert "proofs" not in desk.card(desk.workbench(mei), "Applications waiting").note


class TestDaysPastDue:
    def test_are_those_of_today_and_not_of_the_alert(self, mei, lin):
        loan = desk.loan_of(lin)
        row = desk.alert(loan, severity=1, raised_at=NOW)
        desk.late(loan, 13)

        (found,) = desk.workbench(mei).context["queue"]

        assert found.note == "Days past due: 13"
        assert alerts.days_late([row], on=TODAY) == {row.pk: 13}

    def test_are_told_of_late_alerts_only(self, lin):
        loan = desk.loan_of(lin)
        desk.late(loan, 13)
        row = desk.alert(loan, severity=1, rule="INCOME_DROP", raised_at=NOW)

        assert alerts.days_late([row], on=TODAY) == {}
        assert alerts.paid_since([row], on=TODAY) == set()


class TestWords:
    def test_a_loan_names_its_product(self, mei, lin):
        loan = desk.loan_of(lin)

        for page in (
            mei.get(reverse("admin:lending_loan_changelist")),
            mei.get(reverse("admin:lending_loan_change", args=[loan.pk])),
        ):
            assert loan.product.name_in("en") in desk.read(page)

    @pytest.mark.parametrize("action", ["draft_saved", "purpose_told", "drafted", "evidence"])
    def test_what_happened_to_an_application_has_words(self, action):
        code = f"lending.application.{action}"

        assert words.said(words.ACTIONS, code) != code
