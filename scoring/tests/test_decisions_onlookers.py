"""Models look on after a decision: they are heard, they delay nobody, and they harm nothing."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from borrowers.tests import cast
from common.actors import SYSTEM
from common.errors import NotFound
from common.processes.models import Process
from common.rates import PPM
from scoring.decisions import actions, queries
from scoring.decisions.models import Assessment, ModelScore
from scoring.features.models import FeatureVector
from scoring.registry import actions as registry
from scoring.registry import queries as versions
from scoring.registry.contracts import Rating
from scoring.registry.life.split import draw_ppm
from scoring.registry.models import ModelStep, ModelVersion
from scoring.tasks import look_on
from scoring.tests import builders
from scoring.tests.builders import NOW, NUMBERS, REQUEST, another_card, steady

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_force():
    versions.card.cache_clear()
    builders.load_defaults()


@pytest.fixture
def lin():
    card = cast.borrower("Lin")
    steady(card)
    return card


def put(version, *states, share_ppm=0, neutral=40):
    """As the platform would, without the people."""
    row = ModelVersion.objects.get(
        pk=registry.register(document=another_card(version, neutral), by=SYSTEM)
    )
    for state in states:
        share = share_ppm if state == "CHALLENGER" else 0
        ModelStep.objects.create(version=row, from_state=row.state, to_state=state, share_ppm=share)
        row.state, row.share_ppm = state, share
        row.save(update_fields=["state", "share_ppm"])
    return row


def decided(card, public_id="", application_id=7):
    with transaction.atomic():
        return actions.decide(
            application_id=application_id,
            application_public_id=public_id,
            borrower_id=card.id,
            request=REQUEST,
            as_of=NOW,
            numbers=NUMBERS,
        )


def meeting(version, *, under):
    """A public id whose draw is under a share, or one that is not."""
    names = (f"application-{number}" for number in range(10_000))
    return next(name for name in names if (draw_ppm(name, version) < 100_000) is under)


class TestLookingOn:
    def test_every_living_model_is_heard_after_the_decision(self, lin):
        shadow = put("shadow-1", "SHADOW", neutral=-30)
        challenger = put("challenger-1", "SHADOW", "CHALLENGER")
        put("draft-1", neutral=12)
        found = decided(lin)
        assert not ModelScore.objects.exists()

        process = Process.objects.get(kind="LOOK_ON", subject_id=found.assessment_id)
        look_on(process_id=process.pk)

        scores = dict(ModelScore.objects.values_list("model_version__version", "score"))
        assert scores == {
            found.verdict.model_version: found.verdict.score,
            shadow.version: found.verdict.score - 30,
            challenger.version: found.verdict.score + 40,
        }
        kept = ModelScore.objects.get(model_version=challenger)
        assert 0 < (kept.pd_ppm or 0) < PPM
        process.refresh_from_db()
        assert process.state == "DONE"

    def test_twice_is_once(self, lin):
        put("shadow-1", "SHADOW")
        found = decided(lin)

        for _ in range(2):
            heard(found)

        assert ModelScore.objects.count() == 2

    def test_a_champion_alone_is_not_asked_again(self, lin):
        decided(lin)

        assert not Process.objects.filter(kind="LOOK_ON").exists()

    def test_a_model_that_fails_is_kept_as_failed_and_the_others_go_on(self, lin):
        row = ModelVersion.objects.create(
            version="broken", kind="EXPERT", artefact={"kind": "EXPERT"}, sha256="1" * 64
        )
        ModelStep.objects.create(version=row, from_state=row.state, to_state="SHADOW")
        row.state = "SHADOW"
        row.save(update_fields=["state"])
        put("shadow-1", "SHADOW")
        found = decided(lin)

        heard(found)

        failed = ModelScore.objects.get(model_version=row)
        assert (failed.failure, failed.score, failed.pd_ppm) == ("ArtefactCut", None, None)
        assert ModelScore.objects.filter(failure="").count() == 2
        assert queries.replay(found.assessment_id) == found.verdict

    def test_after_an_erasure_nobody_is_rated(self, lin):
        put("shadow-1", "SHADOW")
        found = decided(lin)
        FeatureVector.objects.update(features=None, salt="")

        heard(found)

        assert not ModelScore.objects.exists()

    def test_an_assessment_that_never_was_is_not_found(self):
        with pytest.raises(NotFound):
            actions.look_on(assessment_id=7, claim=None)

    @pytest.mark.parametrize(
        "attack", ["UPDATE scoring_modelscore SET score = 900", "DELETE FROM scoring_modelscore"]
    )
    def test_what_a_model_said_stands(self, lin, attack):
        put("shadow-1", "SHADOW")
        heard(decided(lin))

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


def heard(found):
    actions.look_on(assessment_id=found.assessment_id, claim=None)


class TestTheShare:
    def test_an_application_under_the_share_is_decided_by_the_challenger(self, lin):
        row = put("challenger-1", "SHADOW", "CHALLENGER", share_ppm=100_000)
        name = meeting("challenger-1", under=True)

        found = decided(lin, name)

        kept = Assessment.objects.get()
        split: dict[str, Any] = kept.split or {}
        assert (found.verdict.model_version, kept.model_version) == ("challenger-1", row)
        assert split["draw_ppm"] == draw_ppm(name, "challenger-1")
        assert split["share_ppm"] == 100_000
        assert queries.replay(found.assessment_id) == found.verdict

    def test_the_others_are_decided_by_the_champion_and_that_is_kept_too(self, lin):
        put("challenger-1", "SHADOW", "CHALLENGER", share_ppm=100_000)

        found = decided(lin, meeting("challenger-1", under=False))

        assert found.verdict.model_version == versions.champion().card.version
        assert (Assessment.objects.get().split or {})["challenger"] == "challenger-1"

    def test_a_challenger_without_a_share_decides_nothing(self, lin):
        put("challenger-1", "SHADOW", "CHALLENGER")

        found = decided(lin, meeting("challenger-1", under=True))

        assert found.verdict.model_version == versions.champion().card.version
        assert Assessment.objects.get().split is None

    def test_how_an_application_came_to_its_model_stands(self, lin):
        put("challenger-1", "SHADOW", "CHALLENGER", share_ppm=100_000)
        decided(lin, "x")

        with pytest.raises(DatabaseError), transaction.atomic():
            Assessment.objects.update(split=None)


def failing(fault=None, **said):
    """A model that stumbles over everybody, or says what no decision can hold."""

    class Failing:
        kind, version, sha256, features = "WOE", "challenger-1", "f" * 64, ()

        def rate(self, values):
            if said:
                return Rating(contributions=(), **said)
            raise fault or ValueError("no such leaf")

    return Failing()


class TestAChallengerThatFails:
    """The application is decided all the same, by the champion; that it failed is kept."""

    @pytest.fixture
    def challenger(self):
        return put("challenger-1", "SHADOW", "CHALLENGER", share_ppm=100_000)

    @pytest.fixture
    def name(self):
        return meeting("challenger-1", under=True)

    def broken(self, monkeypatch, challenger, model):
        whole = versions.card

        def card(sha256):
            return model if sha256 == challenger.sha256 else whole(sha256)

        monkeypatch.setattr(versions, "card", card)

    @pytest.mark.parametrize(
        ("model", "code"),
        [
            (failing(), "ValueError"),
            (failing(KeyError("income")), "KeyError"),
            (failing(RecursionError()), "RecursionError"),
            (failing(score=90_000, pd=0.1), "RatingOutOfBounds"),
            (failing(score=500, pd=1.5), "RatingOutOfBounds"),
        ],
    )
    def test_leaves_the_decision_to_the_champion(
        self, lin, challenger, name, monkeypatch, model, code
    ):
        self.broken(monkeypatch, challenger, model)

        found = decided(lin, name)

        kept = Assessment.objects.get()
        assert kept.model_version.state == "CHAMPION"
        assert found.verdict.model_version == kept.model_version.version
        assert (kept.split or {})["failure"] == code
        assert (kept.split or {})["draw_ppm"] == draw_ppm(name, "challenger-1")
        failed = ModelScore.objects.get()
        assert (failed.model_version, failed.failure) == (challenger, code)
        assert (failed.score, failed.pd_ppm) == (None, None)

    def test_decides_as_the_champion_alone_would(self, lin, challenger, name, monkeypatch):
        self.broken(monkeypatch, challenger, failing())

        one, other = decided(lin, name), decided(lin, application_id=8)

        assert one.verdict == other.verdict
        assert queries.replay(one.assessment_id) == one.verdict

    def test_stays_failed_when_the_others_are_heard(self, lin, challenger, name, monkeypatch):
        self.broken(monkeypatch, challenger, failing())
        found = decided(lin, name)
        monkeypatch.undo()

        heard(found)

        scores = dict(ModelScore.objects.values_list("model_version__version", "failure"))
        assert scores == {"challenger-1": "ValueError", found.verdict.model_version: ""}

    def test_whose_artefact_does_not_load_harms_nobody(self, lin):
        row = ModelVersion.objects.create(
            version="broken", kind="EXPERT", artefact={"kind": "EXPERT"}, sha256="1" * 64
        )
        for before, after in (("DRAFT", "SHADOW"), ("SHADOW", "CHALLENGER")):
            share = 100_000 if after == "CHALLENGER" else 0
            ModelStep.objects.create(
                version=row, from_state=before, to_state=after, share_ppm=share
            )
            row.state, row.share_ppm = after, share
            row.save(update_fields=["state", "share_ppm"])

        found = decided(lin, meeting("broken", under=True))

        assert found.verdict.model_version == versions.champion().card.version
        assert ModelScore.objects.get().failure == "ArtefactCut"

    def test_a_second_time_is_not_asked_again(self, lin, challenger, name, monkeypatch):
        self.broken(monkeypatch, challenger, failing())
        found = decided(lin, name)
        monkeypatch.undo()

        assert decided(lin, name) == found
        assert Assessment.objects.count() == ModelScore.objects.count() == 1

    def test_one_that_works_leaves_no_mark_of_failure(self, lin, challenger, name):
        decided(lin, name)

        assert "failure" not in (Assessment.objects.get().split or {})
        assert not ModelScore.objects.exists()

    def test_a_champion_that_fails_is_not_hidden(self, lin, monkeypatch):
        monkeypatch.setattr(versions, "card", lambda sha256: failing())

        with pytest.raises(ValueError, match="no such leaf"):
            decided(lin)

        assert not Assessment.objects.exists()
