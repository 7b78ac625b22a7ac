"""The alert queue as staff use it: figures and a covered person, take, close, nothing else."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from borrowers.documents import queries as documents
from borrowers.documents.models import SealedFile
from borrowers.people import actions as people
from borrowers.people.models import Account
from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.business_date import actions as business_dates
from lending.loans.models import Loan
from lending.tests import builders as lending
from monitoring.alerts.models import Alert
from monitoring.tests import builders
from monitoring.tests.test_alerts_staff import an_alert

LATE_BY_TWO = date(2026, 12, 22)

pytestmark = pytest.mark.django_db


def client_of(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


@pytest.fixture
def mei():
    return cast.officer()


@pytest.fixture
def staff(mei):
    return client_of(mei)


@pytest.fixture
def ann():
    account = people.open_staff(
        phone="+8613900000006", password="a long enough password", is_administrator=True
    )
    return client_of(account)


@pytest.fixture
def alert():
    """Of a loan that runs, with the money back from the school."""
    loan = builders.running("Wei")
    builders.for_study(loan)
    builders.watched(loan)
    builders.came_back(loan, 250_000, merchant=lending.school().name_zh)
    builders.look(loan)
    return Alert.objects.get()


def address(name, *args):
    return reverse(f"admin:monitoring_alert_{name}", args=args)


def shown(client, name, *args, **parameters):
    answer = client.get(address(name, *args), parameters)
    assert answer.status_code == 200
    return answer.content.decode()


class TestList:
    def test_shows_finding_loan_lateness_and_a_covered_person(self, staff, alert):
        text = shown(staff, "changelist")

        loan = Loan.objects.get(pk=alert.loan_id)
        assert "The loan may not serve its purpose" in text
        assert loan.public_id in text
        assert "林**" in text or "林*" in text
        for secret in ("林Wei", cast.PHONES["Wei"], "13900000002", "19950505"):
            assert secret not in text

    def test_an_alert_whose_loan_is_gone_is_still_shown(self, staff):
        an_alert()

        assert "An instalment is late" in shown(staff, "changelist")

    @pytest.mark.parametrize(("state", "count"), [("", 1), ("mine", 0), ("closed", 0), ("all", 1)])
    def test_is_filtered_by_what_is_live_mine_and_closed(self, staff, state, count):
        an_alert()
        parameters = {"state": state} if state else {}

        assert shown(staff, "changelist", **parameters).count("An instalment is late") == count

    def test_takes_few_queries_however_many_rows(self, staff, alert, django_assert_max_num_queries):
        facts = {
            name: getattr(alert, name)
            for name in ("loan_id", "borrower_id", "severity", "value", "baseline", "count")
        }
        for stage in range(12):
            Alert.objects.create(
                **facts,
                rule="DPD",
                rule_version=1,
                window_key=f"{stage}",
                evidence={},
                found_on=builders.LATER,
            )
        shown(staff, "changelist")

        with django_assert_max_num_queries(14):
            shown(staff, "changelist")


class TestPage:
    def test_shows_the_figures_as_a_small_table(self, staff, alert):
        text = shown(staff, "change", alert.pk)

        assert "Came back from the school or shop" in text
        assert "¥2,500.00" in text
        assert "¥3,000.00" in text
        assert "Take" in text

    def test_who_may_only_look_has_no_buttons(self, alert):
        clerk = people.open_staff(
            phone="+8613900000007", password="a long enough password", is_administrator=False
        )
        Account.objects.get(pk=clerk.pk).user_permissions.add(
            *builders.permissions("monitoring", "view_alert")
        )
        client = client_of(Account.objects.get(pk=clerk.pk))

        text = shown(client, "change", alert.pk)

        assert "¥2,500.00" in text
        assert address("take", alert.pk) not in text
        assert client.post(address("take", alert.pk)).status_code == 403
        alert.refresh_from_db()
        assert alert.state == "OPEN"


class TestWork:
    def test_mei_takes_and_closes_with_reason_and_note(self, staff, mei, alert):
        assert staff.post(address("take", alert.pk)).url == address("change", alert.pk)
        assert "Close the alert" in shown(staff, "change", alert.pk)

        answer = staff.post(
            address("close", alert.pk),
            {"reason": "EXPLAINED", "note": "The school moved the course to spring."},
        )

        alert.refresh_from_db()
        assert answer.url == address("changelist")
        assert (alert.state, alert.close_reason, alert.assignee_id) == (
            "CLOSED",
            "EXPLAINED",
            mei.pk,
        )
        assert documents.content(alert.note_id) == b"The school moved the course to spring."
        text = shown(staff, "change", alert.pk)
        assert "The person explained it" in text
        assert "The school moved the course to spring." in text

    def test_the_note_stands_nowhere_in_the_clear(self, staff, alert):
        staff.post(address("take", alert.pk))
        staff.post(address("close", alert.pk), {"reason": "NO_RISK", "note": "Planted words"})

        row = Alert.objects.filter(pk=alert.pk).values().get()
        facts = list(AuditEntry.objects.values_list("facts", flat=True))
        assert "Planted" not in str(row)
        assert "Planted" not in str(facts)

    def test_who_has_taken_it_is_told_by_what_they_are_and_a_covered_phone(self, ann, alert):
        ann.post(address("take", alert.pk))

        text = shown(ann, "change", alert.pk)

        assert "Administrator 139****0006" in text
        assert "Administrator 139****0006" in shown(ann, "changelist")

    def test_paid_is_refused_while_the_loan_is_late_and_the_note_is_not_kept(self, staff):
        loan = builders.running("Wei")
        builders.days_go_by(loan, through=LATE_BY_TWO)
        builders.look(loan, on=LATE_BY_TWO)
        business_dates.advance(to=LATE_BY_TWO)
        late = Alert.objects.get()
        staff.post(address("take", late.pk))

        answer = staff.post(
            address("close", late.pk),
            {"reason": "PAID_SINCE", "note": "Says it is paid."},
            follow=True,
        )

        assert "The loan is still past due" in answer.content.decode()
        late.refresh_from_db()
        assert (late.state, late.note_id) == ("ASSIGNED", None)
        assert not SealedFile.objects.filter(kind="REVIEW_NOTE").exists()

    def test_closing_without_a_reason_says_so_and_keeps_what_was_written(self, staff, alert):
        staff.post(address("take", alert.pk))

        answer = staff.post(address("close", alert.pk), {"reason": "", "note": "half a thought"})

        text = answer.content.decode()
        assert answer.status_code == 200
        assert 'role="alert"' in text
        assert "half a thought" in text
        alert.refresh_from_db()
        assert alert.state == "ASSIGNED"

    def test_a_colleague_is_refused_until_they_take_it_over(self, staff, ann, alert):
        staff.post(address("take", alert.pk))

        refused = ann.post(address("take", alert.pk), follow=True).content.decode()
        assert "This alert is not yours to work on." in refused
        ann.post(address("close", alert.pk), {"reason": "NO_RISK"})
        alert.refresh_from_db()
        assert alert.state == "ASSIGNED"

        assert "Take over from the colleague" in shown(ann, "change", alert.pk)
        ann.post(address("take", alert.pk), {"take_over": "yes"})
        ann.post(address("close", alert.pk), {"reason": "NO_RISK"})
        alert.refresh_from_db()
        assert alert.state == "CLOSED"

    def test_a_get_request_changes_nothing(self, staff, alert):
        answers = [staff.get(address(name, alert.pk)).status_code for name in ("take", "close")]

        assert answers == [403, 403]
        alert.refresh_from_db()
        assert alert.state == "OPEN"

    def test_nothing_can_be_edited_added_or_deleted(self, staff, alert):
        answers = [
            staff.post(address("change", alert.pk), {"severity": 1}).status_code,
            staff.post(address("delete", alert.pk), {"post": "yes"}).status_code,
            staff.get(address("add")).status_code,
        ]

        assert answers == [403, 403, 403]

    def test_zhao_is_sent_to_the_sign_in(self, alert):
        zhao = client_of(Account.objects.get(pk=cast.borrower("Zhao").account_id))

        answers = [zhao.get(address("changelist")), zhao.post(address("take", alert.pk))]

        assert [each.status_code for each in answers] == [302, 302]
        alert.refresh_from_db()
        assert alert.state == "OPEN"
