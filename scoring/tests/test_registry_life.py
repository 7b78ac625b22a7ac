"""A model lives by a table of moves: two people for every step, one for the way back."""

from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now

from borrowers.people import actions as people
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.audit.models import AuditEntry
from common.errors import NotFound
from scoring.registry import actions, queries
from scoring.registry.expert import scorecard
from scoring.registry.life import states
from scoring.registry.models import ModelProposal, ModelState, ModelStep, ModelVersion
from scoring.tests.builders import another_card
from tests.machinery.races import together

EXPERT = scorecard.expert().version


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
    queries.card.cache_clear()
    actions.load_defaults()
    return actions.register(document=another_card(), by=mei)


def state_of(version_id):
    return ModelVersion.objects.get(pk=version_id).state


def moved(version_id, to_state, mei, ann, share_ppm=0):
    proposal = actions.propose(
        version_id=version_id, to_state=to_state, by=mei, share_ppm=share_ppm
    )
    actions.approve(proposal_id=proposal, by=ann)


def in_force(version_id, mei, ann):
    for step in states.steps_up(state_of(version_id)):
        moved(version_id, step, mei, ann)


def counts():
    return ModelProposal.objects.count(), ModelStep.objects.count(), AuditEntry.objects.count()


class TestTheTable:
    def test_knows_every_state_and_leads_nowhere_else(self):
        assert set(states.MOVES) == set(states.STATES) == set(ModelState.values)
        assert all(found <= set(states.STATES) for found in states.MOVES.values())

    def test_no_draft_decides_before_it_was_seen_in_the_shadow(self):
        deciding = {state for state in states.STATES if states.may_move(state, "CHAMPION")}

        assert deciding == {"CHALLENGER", "RETIRED"}

    def test_nobody_proposes_to_be_without_a_champion(self):
        assert not any(
            states.may_be_proposed("CHAMPION", state, was_champion=True) for state in states.STATES
        )

    def test_a_retired_version_comes_back_only_where_it_was_one(self):
        assert states.may_be_proposed("RETIRED", "CHAMPION", was_champion=True)
        assert not states.may_be_proposed("RETIRED", "CHAMPION", was_champion=False)


@pytest.mark.django_db
class TestFourEyes:
    def test_takes_a_draft_to_the_champion_step_by_step_and_keeps_who_and_when(
        self, draft, mei, ann
    ):
        in_force(draft, mei, ann)

        assert queries.champion().card.version == "challenger-1"
        assert ModelVersion.objects.get(version=EXPERT).state == "RETIRED"
        steps = queries.steps_of(draft).order_by("pk")
        assert [(each.from_state, each.to_state, each.account_id) for each in steps] == [
            ("DRAFT", "SHADOW", ann.account_id),
            ("SHADOW", "CHALLENGER", ann.account_id),
            ("CHALLENGER", "CHAMPION", ann.account_id),
        ]
        assert {each.proposal and each.proposal.author_id for each in steps} == {mei.account_id}

    def test_the_proposer_does_not_approve(self, draft, mei):
        proposal = actions.propose(version_id=draft, to_state="SHADOW", by=mei)
        before = counts()

        with pytest.raises(actions.ModelFourEyesNeeded):
            actions.approve(proposal_id=proposal, by=mei)

        assert (state_of(draft), counts()) == ("DRAFT", before)

    def test_who_registered_a_model_does_not_approve_what_another_proposed(self, draft, mei, ann):
        proposal = actions.propose(version_id=draft, to_state="SHADOW", by=ann)

        with pytest.raises(actions.ModelFourEyesNeeded):
            actions.approve(proposal_id=proposal, by=mei)

        assert state_of(draft) == "DRAFT"

    def test_the_platform_itself_approves_nothing(self, draft, mei):
        proposal = actions.propose(version_id=draft, to_state="SHADOW", by=mei)

        with pytest.raises(actions.ModelFourEyesNeeded):
            actions.approve(proposal_id=proposal, by=SYSTEM)
        with pytest.raises(actions.ModelFourEyesNeeded):
            actions.propose(version_id=draft, to_state="RETIRED", by=SYSTEM)

    def test_no_person_promotes_alone(self, draft, mei):
        with pytest.raises(actions.ModelFourEyesNeeded):
            actions.promote(version="challenger-1", by=mei)

        assert queries.champion().card.version == EXPERT

    def test_twice_is_once(self, draft, mei, ann):
        one = actions.propose(version_id=draft, to_state="SHADOW", by=mei)
        assert actions.propose(version_id=draft, to_state="SHADOW", by=mei) == one
        actions.approve(proposal_id=one, by=ann)
        before = counts()

        actions.approve(proposal_id=one, by=ann)

        assert counts() == before

    def test_one_wish_at_a_time(self, draft, mei, ann):
        actions.propose(version_id=draft, to_state="SHADOW", by=mei)

        with pytest.raises(actions.ModelProposalWaits):
            actions.propose(version_id=draft, to_state="RETIRED", by=ann)

        assert ModelProposal.objects.count() == 1

    def test_what_was_turned_down_is_not_approved_later(self, draft, mei, ann):
        proposal = actions.propose(version_id=draft, to_state="SHADOW", by=mei)
        actions.turn_down(proposal_id=proposal, by=ann)

        with pytest.raises(actions.ModelProposalDecided):
            actions.approve(proposal_id=proposal, by=ann)

        assert state_of(draft) == "DRAFT"

    @pytest.mark.parametrize("to_state", ["DRAFT", "CHALLENGER", "CHAMPION", "EMPEROR"])
    def test_steps_outside_the_table_are_refused(self, draft, mei, to_state):
        with pytest.raises(actions.ModelMoveNotAllowed):
            actions.propose(version_id=draft, to_state=to_state, by=mei)

        assert not ModelProposal.objects.exists()

    def test_a_version_that_nobody_registered_is_not_found(self, mei):
        with pytest.raises(NotFound):
            actions.propose(version_id=7, to_state="SHADOW", by=mei)

    def test_a_proposal_that_its_model_has_outrun_is_refused(self, draft, mei, ann):
        moved(draft, "SHADOW", mei, ann)
        proposal = actions.propose(version_id=draft, to_state="CHALLENGER", by=mei)
        actions.promote(version="challenger-1", by=SYSTEM)

        with pytest.raises(actions.ModelMoveNotAllowed):
            actions.approve(proposal_id=proposal, by=ann)

        assert state_of(draft) == "CHAMPION"


@pytest.mark.django_db
class TestShare:
    def test_comes_with_the_step_to_challenger_and_goes_with_the_next(self, draft, mei, ann):
        moved(draft, "SHADOW", mei, ann)
        moved(draft, "CHALLENGER", mei, ann, share_ppm=100_000)
        taken = ModelVersion.objects.get(pk=draft).share_ppm

        moved(draft, "CHAMPION", mei, ann)

        assert (taken, ModelVersion.objects.get(pk=draft).share_ppm) == (100_000, 0)

    def test_grows_by_two_people_and_shrinks_by_one(self, draft, mei, ann):
        moved(draft, "SHADOW", mei, ann)
        moved(draft, "CHALLENGER", mei, ann, share_ppm=100_000)

        with pytest.raises(actions.ShareNotPossible):
            actions.lower_share(version_id=draft, share_ppm=200_000, by=mei)
        moved(draft, "CHALLENGER", mei, ann, share_ppm=200_000)
        actions.lower_share(version_id=draft, share_ppm=0, by=mei)

        row = ModelVersion.objects.get(pk=draft)
        assert (row.state, row.share_ppm) == ("CHALLENGER", 0)
        assert [each.share_ppm for each in queries.steps_of(draft)] == [0, 200_000, 100_000, 0]

    @pytest.mark.parametrize("share_ppm", [-1, 500_001, 1_000_000])
    def test_outside_of_nothing_to_half_is_refused(self, draft, mei, ann, share_ppm):
        moved(draft, "SHADOW", mei, ann)

        with pytest.raises(actions.ShareNotPossible):
            actions.propose(version_id=draft, to_state="CHALLENGER", by=mei, share_ppm=share_ppm)

    def test_is_for_one_challenger_at_a_time(self, draft, mei, ann):
        other = actions.register(document=another_card("challenger-2", 41), by=mei)
        for each in (draft, other):
            moved(each, "SHADOW", mei, ann)
        moved(draft, "CHALLENGER", mei, ann, share_ppm=100_000)

        with pytest.raises(actions.ShareNotPossible):
            actions.propose(version_id=other, to_state="CHALLENGER", by=mei, share_ppm=1)

        moved(other, "CHALLENGER", mei, ann)
        assert state_of(other) == "CHALLENGER"


@pytest.mark.django_db
class TestRollBack:
    def test_is_one_action_of_one_person(self, draft, mei, ann):
        in_force(draft, mei, ann)

        assert actions.roll_back(by=ann) == EXPERT

        assert queries.champion().card == scorecard.expert()
        assert state_of(draft) == "RETIRED"
        assert queries.steps_of(draft)[0].is_rolled_back

    def test_never_leads_back_to_what_was_rolled_back(self, draft, mei, ann):
        in_force(draft, mei, ann)
        actions.roll_back(by=ann)

        with pytest.raises(actions.NothingToGoBackTo):
            actions.roll_back(by=ann)

        assert queries.champion().card == scorecard.expert()

    def test_twice_goes_back_two_versions(self, draft, mei, ann):
        in_force(draft, mei, ann)
        third = actions.register(document=another_card("challenger-2", 41), by=mei)
        in_force(third, mei, ann)

        went = [actions.roll_back(by=ann), actions.roll_back(by=ann)]

        assert went == ["challenger-1", EXPERT]
        with pytest.raises(actions.NothingToGoBackTo):
            actions.roll_back(by=ann)

    def test_has_nowhere_to_go_from_the_first(self, ann):
        actions.load_defaults()
        before = counts()

        with pytest.raises(actions.NothingToGoBackTo):
            actions.roll_back(by=ann)

        assert counts() == before

    def test_a_version_once_in_force_may_be_proposed_again(self, draft, mei, ann):
        in_force(draft, mei, ann)
        actions.roll_back(by=ann)

        moved(draft, "CHAMPION", mei, ann)

        assert queries.champion().card.version == "challenger-1"
        assert actions.roll_back(by=ann) == EXPERT


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE scoring_modelversion SET state = 'CHALLENGER' WHERE state = 'DRAFT'",
            "UPDATE scoring_modelversion SET state = 'SHADOW', share_ppm = 5 WHERE state = 'DRAFT'",
            "UPDATE scoring_modelversion SET author_id = NULL WHERE state = 'DRAFT'",
            "UPDATE scoring_modelversion SET data_sha256 = repeat('0', 64)",
            "UPDATE scoring_modelproposal SET share_ppm = 400000",
            "UPDATE scoring_modelproposal SET to_state = 'CHAMPION'",
            "DELETE FROM scoring_modelproposal",
            "UPDATE scoring_modelstep SET to_state = 'DRAFT'",
            "DELETE FROM scoring_modelstep",
            "UPDATE scoring_modelversion SET state = 'SHADOW' WHERE state = 'DRAFT'",
            "UPDATE scoring_modelversion SET state = 'RETIRED' WHERE state = 'CHAMPION'",
            (
                "INSERT INTO scoring_modelversion"
                " (version, kind, artefact, sha256, data_sha256, state)"
                " SELECT 'forged', kind, artefact, repeat('0', 64), '', 'SHADOW'"
                " FROM scoring_modelversion WHERE state = 'DRAFT'"
            ),
            (
                "INSERT INTO scoring_modelstep"
                " (version_id, from_state, to_state, share_ppm, account_id, is_rolled_back)"
                " SELECT id, 'DRAFT', 'SHADOW', 0, author_id, false"
                " FROM scoring_modelversion WHERE state = 'DRAFT'"
            ),
            (
                "INSERT INTO scoring_modelstep"
                " (version_id, from_state, to_state, share_ppm, proposal_id, account_id,"
                " is_rolled_back) SELECT version_id, 'DRAFT', 'SHADOW', 0, id, author_id, false"
                " FROM scoring_modelproposal"
            ),
            (
                "INSERT INTO scoring_modelstep"
                " (version_id, from_state, to_state, share_ppm, is_rolled_back)"
                " SELECT id, 'CHALLENGER', 'CHAMPION', 0, false"
                " FROM scoring_modelversion WHERE state = 'DRAFT'"
            ),
            (
                "INSERT INTO scoring_modelproposal (version_id, to_state, share_ppm, author_id,"
                " approver_id, state, decided_at)"
                " SELECT version.id, 'RETIRED', 0, version.author_id,"
                " account.id, 'APPROVED', now() FROM scoring_modelversion AS version,"
                " borrowers_account AS account WHERE version.author_id <> account.id"
            ),
        ],
    )
    def test_what_goes_round_the_verbs(self, draft, mei, ann, attack):
        actions.propose(version_id=draft, to_state="SHADOW", by=mei)

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

    @pytest.mark.parametrize("who", ["proposer", "author"])
    def test_an_approval_by_who_proposed_or_registered_it(self, draft, mei, ann, who):
        by = mei if who == "proposer" else ann
        actions.propose(version_id=draft, to_state="SHADOW", by=by)

        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            ModelProposal.objects.update(
                state="APPROVED", approver_id=mei.account_id, decided_at=Now()
            )


@pytest.mark.commits
class TestTwoAtOnce:
    def test_of_two_approvals_at_once_one_champion_is_left(self, draft, mei, ann):
        other = actions.register(document=another_card("challenger-2", 41), by=mei)
        for each in (draft, other):
            moved(each, "SHADOW", mei, ann)
            moved(each, "CHALLENGER", mei, ann)
        proposals = [
            actions.propose(version_id=each, to_state="CHAMPION", by=mei) for each in (draft, other)
        ]

        answers = together(*[partial(actions.approve, proposal_id=p, by=ann) for p in proposals])

        assert answers == [None, None]
        assert sorted(ModelVersion.objects.values_list("state", flat=True)) == [
            "CHAMPION",
            "RETIRED",
            "RETIRED",
        ]

    def test_the_same_approval_from_two_windows_is_one_step(self, draft, mei, ann):
        proposal = actions.propose(version_id=draft, to_state="SHADOW", by=mei)

        assert together(*[partial(actions.approve, proposal_id=proposal, by=ann)] * 3) == [None] * 3
        assert queries.steps_of(draft).count() == 1

    def test_a_rollback_beside_a_promotion_leaves_one_champion(self, draft, mei, ann):
        in_force(draft, mei, ann)
        other = actions.register(document=another_card("challenger-2", 41), by=mei)
        moved(other, "SHADOW", mei, ann)
        moved(other, "CHALLENGER", mei, ann)
        proposal = actions.propose(version_id=other, to_state="CHAMPION", by=mei)

        together(
            partial(actions.approve, proposal_id=proposal, by=ann),
            lambda: actions.roll_back(by=ann),
        )

        assert ModelVersion.objects.filter(state="CHAMPION").count() == 1
