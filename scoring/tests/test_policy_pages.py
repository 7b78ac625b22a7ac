"""A policy on staff's pages: one drafts, tests and proposes; another approves; nobody alone."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.tests import cast
from scoring.policy import actions, queries, table
from scoring.policy.models import PolicyCase, PolicyProposal, PolicyVersion

pytestmark = pytest.mark.django_db

CASE = {
    "name": "Strong records",
    "has_records": "on",
    "score": "640",
    "confidence_percent": "90",
    "history_months": "12",
    "income_yuan": "12000",
    "scene": "CONSUMPTION",
    "amount_yuan": "10000",
    "term_months": "12",
    "outcome": "OFFERED",
    "tier": "A",
}


def client_of(account):
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def another(phone, *, is_administrator=True):
    return people.open_staff(
        phone=phone, password="a long enough password", is_administrator=is_administrator
    )


@pytest.fixture(autouse=True)
def _in_force():
    actions.load_defaults()


@pytest.fixture
def mei():
    return client_of(cast.officer())


@pytest.fixture
def ann():
    return client_of(another("+8613900000006"))


def url(name, row):
    return reverse(f"admin:scoring_policyversion_{name}", args=[row.pk])


def drafted(client, version="strict-1"):
    first = PolicyVersion.objects.order_by("pk").first()
    graph = table.document_of_demonstration()["table"]
    answer = client.post(url("draft", first), {"version": version, "table": json.dumps(graph)})
    assert answer.status_code == 302, answer.content.decode()
    return PolicyVersion.objects.get(version=version)


def proposed(client):
    row = drafted(client)
    client.post(url("case", row), CASE)
    client.post(url("propose", row))
    return row


class TestTheWay:
    def test_from_a_draft_to_a_policy_in_force_needs_two_people(self, mei, ann):
        row = drafted(mei)
        assert "No test cases yet." in mei.get(url("change", row)).content.decode()
        mei.post(url("case", row), CASE)
        text = mei.get(url("change", row)).content.decode()
        assert "Passed" in text
        assert "Propose this policy" in text

        mei.post(url("propose", row))
        own = mei.get(url("change", row)).content.decode()
        other = ann.get(url("change", row)).content.decode()
        ann.post(url("approve", row))

        assert "Approve, and put in force" not in own
        assert "nobody puts their own policy in force" in own
        assert "Approve, and put in force" in other
        assert queries.published().policy.version == "strict-1"
        page = mei.get(url("change", row)).content.decode()
        assert "Administrator 139****0006" in page
        assert "Approved" in page

    def test_the_author_who_presses_approve_is_told_why_not(self, mei):
        row = proposed(mei)

        answer = mei.post(url("approve", row), follow=True)

        assert "A policy needs two people" in answer.content.decode()
        assert PolicyProposal.objects.get().state == "PROPOSED"
        assert queries.published().policy == table.demonstration()

    def test_a_case_that_comes_out_otherwise_is_shown_and_stops_the_proposal(self, mei):
        row = drafted(mei)
        mei.post(url("case", row), CASE | {"score": "500"})

        page = mei.get(url("change", row)).content.decode()
        answer = mei.post(url("propose", row), follow=True)

        assert "Came out otherwise" in page
        assert "Propose this policy" not in page
        assert "each of them must come out as expected" in answer.content.decode()
        assert not PolicyProposal.objects.exists()

    def test_turning_down_leaves_the_policy_in_force_as_it_is(self, mei, ann):
        row = proposed(mei)

        ann.post(url("turn_down", row))

        assert PolicyProposal.objects.get().state == "TURNED_DOWN"
        assert queries.published().policy == table.demonstration()


class TestForms:
    def test_the_draft_starts_from_the_tables_of_the_version(self, mei):
        first = PolicyVersion.objects.get()

        assert "no-records-repaid" in mei.get(url("draft", first)).content.decode()

    @pytest.mark.parametrize(
        "graph", ["{", "[]", "{}", '{"nodes": [{"type": "functionNode"}]}', '{"nodes": [7]}']
    )
    def test_tables_that_no_engine_can_run_are_refused(self, mei, graph):
        first = PolicyVersion.objects.get()

        answer = mei.post(url("draft", first), {"version": "strict-1", "table": graph})

        assert answer.status_code == 200
        assert "These tables cannot be run" in answer.content.decode()
        assert PolicyVersion.objects.count() == 1

    def test_a_name_that_is_taken_is_refused(self, mei):
        drafted(mei)
        first = PolicyVersion.objects.order_by("pk").first()
        graph = table.document_of_demonstration()["table"]
        graph["nodes"][1]["name"] = "Other"

        answer = mei.post(url("draft", first), {"version": "strict-1", "table": json.dumps(graph)})

        assert "There is already another policy" in answer.content.decode()
        assert PolicyVersion.objects.count() == 2

    def test_a_case_without_an_amount_is_shown_again(self, mei):
        row = drafted(mei)

        answer = mei.post(url("case", row), CASE | {"amount_yuan": ""})

        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
        assert not PolicyCase.objects.exists()


class TestWhoMay:
    @pytest.mark.parametrize("name", ["draft", "case", "propose", "approve", "turn_down"])
    def test_a_mere_look_is_not_enough(self, mei, name):
        row = proposed(mei)
        clerk = another("+8613900000007", is_administrator=False)
        clerk.user_permissions.add(Permission.objects.get(codename="view_policyversion"))

        answer = client_of(clerk).post(url(name, row), CASE)

        assert answer.status_code == 403
        assert PolicyProposal.objects.get().state == "PROPOSED"
        assert PolicyVersion.objects.count() == 2

    @pytest.mark.parametrize("name", ["case", "propose", "approve", "turn_down"])
    def test_a_get_changes_nothing(self, mei, ann, name):
        row = proposed(mei)

        assert ann.get(url(name, row)).status_code == 403
        assert PolicyProposal.objects.get().state == "PROPOSED"
