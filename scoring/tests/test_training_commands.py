"""The commands for analysts: a draft from matured outcomes, its figures, and people as of then."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command

from borrowers.behaviour.contracts import Category
from borrowers.people import actions as people
from borrowers.people import queries as people_queries
from borrowers.tests import cast
from common.actors import SYSTEM
from common.audit.models import AuditEntry
from scoring.decisions.models import Assessment
from scoring.features.models import FeatureVector
from scoring.registry.loading import load
from scoring.registry.models import ModelState, ModelVersion
from scoring.tests import builders
from scoring.tests.builders import NOW
from scoring.tests.test_training_labels import AS_OF, TODAY, label
from scoring.training.labels.actions import record_labels

LABELS = 48
UNTIL = "--labels-until=2026-11-20"


@pytest.fixture
def outcomes(db):
    """Four people seen from many days: those who spend at night and on games do not pay back."""
    rows = []
    for number in range(4):
        account = people.open_account(phone=f"1390000010{number}", language="en")
        card = people_queries.borrower_of(account.pk)
        assert card is not None
        is_bad = number % 2 == 1
        cast.allow(card)
        scenes = (Category.GAMBLING_RISK, Category.DINING) if is_bad else builders.SCENES
        builders.share(
            card,
            [
                *builders.purchases(300, yuan=40 + number, scenes=scenes),
                *builders.pays([4_000 if is_bad else 12_000] * 9),
            ],
            content=f"bill {number}".encode(),
        )
        rows += [
            label(card, as_of=AS_OF - timedelta(days=day), is_bad=is_bad)
            for day in range(LABELS // 4)
        ]
    record_labels(labels=rows, today=TODAY, by=SYSTEM)


@pytest.fixture
def shell(capsys):
    def ask(*arguments):
        capsys.readouterr()
        call_command(*arguments, "--json")
        return json.loads(capsys.readouterr().out)

    return ask


class TestTrainModel:
    def test_registers_a_draft_that_decides_nothing(self, outcomes, shell):
        builders.load_defaults()

        told = shell("train_model", "--kind=woe", UNTIL, "--register")

        row = ModelVersion.objects.get(version=told["version"])
        assert row.state == ModelState.DRAFT
        assert row.data_sha256 == told["data_sha256"] == row.artefact["trained"]["data_sha256"]
        assert (told["rows"], told["bads"]) == (LABELS, LABELS // 2)
        assert told["out_of_time"]["metrics"]["auc"] > 0.9
        assert told["window"] == row.artefact["trained"]["window"]

    def test_saves_a_file_that_can_be_loaded_and_registers_nothing(self, outcomes, shell, tmp_path):
        place = tmp_path / "model.json"

        told = shell("train_model", "--kind=woe", UNTIL, f"--save={place}")

        assert load(json.loads(place.read_text())).sha256 == told["sha256"]
        assert not ModelVersion.objects.exists()

    def test_gives_the_same_model_for_the_same_outcomes(self, outcomes, shell):
        one, two = (shell("train_model", "--kind=woe", UNTIL) for _ in range(2))

        assert one == two

    @pytest.mark.django_db
    def test_refuses_without_outcomes_and_registers_nothing(self):
        with pytest.raises(CommandError, match="NOTHING_TO_LEARN_FROM"):
            call_command("train_model", "--kind=woe", "--register")

        assert not ModelVersion.objects.exists()

    @pytest.mark.django_db
    def test_refuses_a_day_that_has_not_come(self):
        with pytest.raises(CommandError, match="has not come yet"):
            call_command("train_model", "--kind=woe", "--labels-until=2999-01-01")


class TestEvaluateModel:
    def test_measures_a_registered_model_and_what_each_source_is_worth(self, outcomes, shell):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]

        told = shell("evaluate_model", version, UNTIL, "--sources")

        assert told["rows"] == LABELS
        assert told["all"]["auc"] > 0.9
        assert told["after_training"] is None
        assert set(told["sources"]) == {"WECHAT"}
        assert told["sources"]["WECHAT"] == pytest.approx(told["all"]["auc"] - 0.5)

    @pytest.mark.django_db
    def test_refuses_a_version_that_nobody_registered(self):
        with pytest.raises(CommandError, match="NOT_FOUND"):
            call_command("evaluate_model", "nobody-1")


@pytest.mark.django_db
class TestScore:
    def test_says_what_was_known_then_and_decides_nothing(self, shell):
        builders.load_defaults()
        lin = cast.borrower("Lin")
        builders.steady(lin)

        told = shell("score", f"--as-of={AS_OF.isoformat()}", lin.public_id)

        (said,) = told["people"]
        assert told["refused"] == []
        assert 0 < said["pd"] < 1
        assert said["features"]["events_180d"] > 0
        assert said["reasons"]
        assert not Assessment.objects.exists()
        assert not FeatureVector.objects.exists()

    def test_leaves_a_note_that_somebody_looked(self, shell):
        builders.load_defaults()
        lin = cast.borrower("Lin")
        builders.steady(lin)

        shell("score", f"--as-of={AS_OF.isoformat()}", lin.public_id)

        entry = AuditEntry.objects.get(action="scoring.person.rated_as_of")
        assert entry.subject == f"borrower:{lin.public_id}"
        assert entry.facts["as_of"] == AS_OF.isoformat()

    def test_sees_nothing_of_what_came_after(self, shell):
        builders.load_defaults()
        lin = cast.borrower("Lin")
        cast.allow(lin)
        builders.share(lin, builders.purchases(120, until=AS_OF))
        ask = partial(shell, "score", f"--as-of={AS_OF.isoformat()}", lin.public_id)
        before = ask()
        builders.share(lin, builders.purchases(40, yuan=3_000, until=NOW), content=b"later")

        assert ask()["people"][0]["features"] == before["people"][0]["features"]

    def test_goes_on_after_somebody_who_may_not_be_read(self, shell):
        builders.load_defaults()
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        builders.steady(wei)

        told = shell("score", f"--as-of={AS_OF.isoformat()}", lin.public_id, wei.public_id)

        assert [each["borrower"] for each in told["people"]] == [wei.public_id]
        assert [each["borrower"] for each in told["refused"]] == [lin.public_id]
        assert AuditEntry.objects.filter(action="scoring.person.rated_as_of").count() == 1

    def test_refuses_a_moment_that_has_not_come(self):
        with pytest.raises(CommandError, match="has not come yet"):
            call_command("score", "--as-of=2999-01-01T00:00", "x" * 22)

        assert not AuditEntry.objects.filter(action="scoring.person.rated_as_of").exists()

    def test_of_nobody_known_says_so(self, shell):
        builders.load_defaults()

        told = shell("score", f"--as-of={AS_OF.isoformat()}", "x" * 22)

        assert told["people"] == []
        assert told["refused"][0]["code"] == "NOT_FOUND"
