"""A policy is written by one person, tested by cases, and put in force by another person."""

from dataclasses import replace
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now

from borrowers.people import actions as people
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.audit.models import AuditEntry
from common.errors import NotFound
from scoring.policy import actions, cases, queries, table
from scoring.policy.contracts import Case, Inputs
from scoring.policy.models import PolicyCase, PolicyProposal, PolicyVersion
from scoring.tests.builders import another_policy
from tests.machinery.races import together

STRONG = Inputs(
    has_records=True,
    score=640,
    pd=0.01,
    confidence=0.9,
    history_months=12.0,
    income_monthly_fen=1_200_000.0,
    own_instalments=None,
    own_on_time_share=None,
    scene="CONSUMPTION",
    amount_fen=1_000_000,
    term_months=12,
)
GOOD = Case("Strong records", STRONG, "OFFERED", "A")
WRONG = Case("Weak records", replace(STRONG, score=500), "OFFERED", "A")
DEMONSTRATION = table.demonstration()


def staff(phone):
    account = people.open_staff(
        phone=phone, password="a long enough password", is_administrator=True
    )
    return Actor(kind="STAFF", account_id=account.pk)


@pytest.fixture
def mei():
    return Actor(kind="STAFF", account_id=cast.officer().pk)


@pytest.fixture
def ann():
    return staff("+8613900000006")


@pytest.fixture
def draft(mei):
    actions.load_defaults()
    return actions.register(document=another_policy(), by=mei)


@pytest.fixture
def proposal(draft, mei):
    actions.add_case(version_id=draft, case=GOOD, by=mei)
    return actions.propose(version_id=draft, by=mei)


def trail():
    rows = AuditEntry.objects.filter(subject="policy:strict-1").order_by("pk")
    return [each.removeprefix("scoring.policy.") for each in rows.values_list("action", flat=True)]


def in_force():
    return queries.published().policy.version


class TestCases:
    def test_pass_where_outcome_and_tier_come_out_as_expected(self):
        (run,) = cases.run(DEMONSTRATION, [GOOD])

        assert (run.passed, run.rule) == (True, "tier-a")
        assert cases.all_pass([run])

    def test_one_that_comes_out_otherwise_is_enough_to_fail(self):
        runs = cases.run(DEMONSTRATION, [GOOD, WRONG])

        assert [each.passed for each in runs] == [True, False]
        assert (runs[1].outcome, runs[1].tier) == ("REFERRED", "E")
        assert not cases.all_pass(runs)

    def test_no_case_at_all_proves_nothing(self):
        assert not cases.all_pass([])


class TestTables:
    def test_a_program_in_the_graph_is_refused(self):
        document = another_policy()
        document["table"]["nodes"].append({"id": "f", "type": "functionNode", "name": "f"})
        document["sha256"] = table.fingerprint(document)

        with pytest.raises(table.PolicyIsDamaged):
            table.load(document)


@pytest.mark.django_db
class TestPropose:
    def test_the_author_proposes_a_tested_draft_and_twice_is_once(self, draft, mei):
        actions.add_case(version_id=draft, case=GOOD, by=mei)

        first = actions.propose(version_id=draft, by=mei)

        assert actions.propose(version_id=draft, by=mei) == first
        assert PolicyProposal.objects.get().state == "PROPOSED"
        assert trail() == ["registered", "case_added", "proposed"]
        assert in_force() == DEMONSTRATION.version

    def test_is_refused_without_a_case(self, draft, mei):
        with pytest.raises(actions.PolicyCasesFail):
            actions.propose(version_id=draft, by=mei)

        assert not PolicyProposal.objects.exists()

    def test_is_refused_with_a_case_that_comes_out_otherwise(self, draft, mei):
        for case in (GOOD, WRONG):
            actions.add_case(version_id=draft, case=case, by=mei)

        with pytest.raises(actions.PolicyCasesFail):
            actions.propose(version_id=draft, by=mei)

        assert not PolicyProposal.objects.exists()

    def test_another_person_neither_proposes_nor_tests_the_draft(self, draft, ann):
        for verb in (
            partial(actions.propose, version_id=draft, by=ann),
            partial(actions.add_case, version_id=draft, case=GOOD, by=ann),
        ):
            with pytest.raises(actions.NotYourDraft):
                verb()

        assert not PolicyProposal.objects.exists()
        assert not PolicyCase.objects.exists()

    def test_what_is_proposed_is_tested_no_further(self, draft, proposal, mei):
        with pytest.raises(actions.NotYourDraft):
            actions.add_case(version_id=draft, case=WRONG, by=mei)

        assert PolicyCase.objects.count() == 1

    def test_the_same_case_again_is_once_and_another_of_its_name_is_refused(self, draft, mei):
        actions.add_case(version_id=draft, case=GOOD, by=mei)
        actions.add_case(version_id=draft, case=GOOD, by=mei)

        with pytest.raises(actions.PolicyCaseTaken):
            actions.add_case(version_id=draft, case=replace(GOOD, tier="B"), by=mei)

        assert PolicyCase.objects.get().tier == "A"

    def test_an_unknown_version_is_not_found(self, mei):
        with pytest.raises(NotFound):
            actions.propose(version_id=1_000_000, by=mei)


@pytest.mark.django_db
class TestApprove:
    def test_another_person_puts_it_in_force_and_twice_is_once(self, proposal, ann):
        actions.approve(proposal_id=proposal, by=ann)
        actions.approve(proposal_id=proposal, by=ann)

        row = PolicyProposal.objects.get()
        assert (row.state, row.approver_id) == ("APPROVED", ann.account_id)
        assert row.decided_at is not None
        assert in_force() == "strict-1"
        assert trail()[-1] == "published"
        assert trail().count("published") == 1

    @pytest.mark.parametrize("verb", [actions.approve, actions.turn_down])
    def test_the_author_does_not_decide(self, proposal, mei, verb):
        with pytest.raises(actions.FourEyesNeeded):
            verb(proposal_id=proposal, by=mei)

        assert PolicyProposal.objects.get().state == "PROPOSED"
        assert in_force() == DEMONSTRATION.version

    @pytest.mark.parametrize("by", [SYSTEM, Actor(kind="BORROWER", account_id=7)], ids=str)
    def test_nor_does_anybody_who_is_not_staff(self, proposal, by):
        with pytest.raises(actions.FourEyesNeeded):
            actions.approve(proposal_id=proposal, by=by)

        assert in_force() == DEMONSTRATION.version

    def test_nobody_publishes_alone(self, draft, mei):
        with pytest.raises(actions.FourEyesNeeded):
            actions.publish(version="strict-1", by=mei)

        assert in_force() == DEMONSTRATION.version

    def test_what_was_turned_down_is_not_approved_later(self, proposal, ann):
        actions.turn_down(proposal_id=proposal, by=ann)

        with pytest.raises(actions.ProposalDecided):
            actions.approve(proposal_id=proposal, by=ann)

        assert in_force() == DEMONSTRATION.version
        assert trail()[-1] == "turned_down"

    def test_a_retired_policy_comes_back_by_two_people_too(self, proposal, mei, ann):
        actions.approve(proposal_id=proposal, by=ann)
        old = PolicyVersion.objects.get(version=DEMONSTRATION.version)

        again = actions.propose(version_id=old.pk, by=ann)
        assert in_force() == "strict-1"
        actions.approve(proposal_id=again, by=mei)

        assert in_force() == DEMONSTRATION.version


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    def test_an_approver_who_is_the_author(self, proposal, mei):
        with pytest.raises(IntegrityError), transaction.atomic():
            PolicyProposal.objects.update(
                state="APPROVED", approver_id=mei.account_id, decided_at=Now()
            )

        assert PolicyProposal.objects.get().approver_id is None

    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE scoring_policyproposal SET author_id = NULL",
            "UPDATE scoring_policyversion SET author_id = NULL",
            "UPDATE scoring_policycase SET outcome = 'DECLINED'",
            "DELETE FROM scoring_policycase",
            "DELETE FROM scoring_policyproposal",
        ],
    )
    def test_any_rewriting_of_who_wrote_and_what_was_tested(self, proposal, attack):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

    def test_a_change_of_a_decided_proposal(self, proposal, ann):
        actions.turn_down(proposal_id=proposal, by=ann)

        with pytest.raises(DatabaseError), transaction.atomic():
            PolicyProposal.objects.update(state="APPROVED")


@pytest.mark.commits
class TestTwoAtOnce:
    def test_of_an_approval_and_a_refusal_at_once_one_stands(self):
        mei, ann, bo = staff("+8613900000005"), staff("+8613900000006"), staff("+8613900000007")
        actions.load_defaults()
        draft = actions.register(document=another_policy(), by=mei)
        actions.add_case(version_id=draft, case=GOOD, by=mei)
        proposal = actions.propose(version_id=draft, by=mei)

        answers = together(
            partial(actions.approve, proposal_id=proposal, by=ann),
            partial(actions.turn_down, proposal_id=proposal, by=bo),
        )

        assert [type(each) for each in answers if each] == [actions.ProposalDecided]
        row = PolicyProposal.objects.get()
        assert (in_force() == "strict-1") == (row.state == "APPROVED")

    def test_proposing_twice_at_once_is_one_proposal(self):
        mei = staff("+8613900000005")
        actions.load_defaults()
        draft = actions.register(document=another_policy(), by=mei)
        actions.add_case(version_id=draft, case=GOOD, by=mei)

        answers = together(*[partial(actions.propose, version_id=draft, by=mei)] * 3)

        assert len(set(answers)) == 1
        assert PolicyProposal.objects.count() == 1
