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
from scoring.oversight.models import ModelWatch, WatchReference
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
    lived(LABELS // 4)


@pytest.fixture
def many_outcomes(db):
    """Enough for what a figure of the watch needs."""
    lived(26)


def lived(days):
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
            label(card, as_of=AS_OF - timedelta(days=day), is_bad=is_bad) for day in range(days)
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

    def test_says_how_far_the_measures_lie_apart_over_folds(self, outcomes, shell):
        told = shell("train_model", "--kind=woe", UNTIL, "--register")

        metrics = ModelVersion.objects.get(version=told["version"]).artefact["trained"]["metrics"]
        assert metrics == told["out_of_time"]["metrics"]
        assert set(metrics["sd"]) == set(metrics) - {"sd"}
        assert 0 <= metrics["sd"]["auc"] < 0.5

    def test_prints_the_spread_beside_the_measure(self, outcomes, capsys):
        call_command("train_model", "--kind=woe", UNTIL)

        (line,) = [each for each in capsys.readouterr().out.splitlines() if " auc " in each]
        assert " ± " in line

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
        with pytest.raises(CommandError, match="NO_LOANS_MATURED"):
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

    def test_keeps_what_sources_are_worth_for_their_page(self, outcomes, shell):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]

        worth = shell("evaluate_model", version, UNTIL, "--sources")["worth"]

        assert worth["families"] == ["bills"]
        assert set(worth["auc"]) == {"bills"}
        rows = ModelWatch.objects.filter(model_version__version=version)
        assert worth["kept"] == rows.count() == 2
        assert set(rows.values_list("measure", "segment")) == {
            ("SOURCE_AUC", "bills"),
            ("SOURCE_SHARE", "bills"),
        }

    def test_asked_twice_keeps_once(self, outcomes, shell):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]
        shell("evaluate_model", version, UNTIL, "--sources")
        before = list(ModelWatch.objects.order_by("pk").values())

        again = shell("evaluate_model", version, UNTIL, "--sources")

        assert again["worth"]["kept"] == 0
        assert list(ModelWatch.objects.order_by("pk").values()) == before

    def test_keeps_nothing_unless_asked_for_sources(self, outcomes, shell):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]

        told = shell("evaluate_model", version, UNTIL)

        assert "worth" not in told
        assert not ModelWatch.objects.exists()

    def test_prints_shares_for_people(self, outcomes, shell, capsys):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]

        call_command("evaluate_model", version, UNTIL, "--sources")

        assert "of AUC as its fair share" in capsys.readouterr().out

    @pytest.mark.django_db
    def test_refuses_a_version_that_nobody_registered(self):
        with pytest.raises(CommandError, match="NOT_FOUND"):
            call_command("evaluate_model", "nobody-1")

    @pytest.mark.django_db
    def test_refuses_without_outcomes_and_keeps_nothing(self):
        builders.load_defaults()
        version = ModelVersion.objects.get(state=ModelState.CHAMPION).version

        with pytest.raises(CommandError, match="NO_LOANS_MATURED"):
            call_command("evaluate_model", version, "--sources")

        assert not ModelWatch.objects.exists()


class TestReference:
    def test_is_those_on_whom_it_learned(self, many_outcomes, shell):
        told = shell("train_model", "--kind=woe", UNTIL, "--register")

        assert told["reference"] is True
        kept = WatchReference.objects.get()
        assert kept.model_version.version == told["version"]
        assert kept.cases == told["rows"] == 104
        assert sum(kept.bins["score"]["counts"]) == 104
        assert set(kept.bins) > {"score", "cover_90d"}

    def test_holds_counts_and_nobodys_figures(self, many_outcomes, shell):
        shell("train_model", "--kind=woe", UNTIL, "--register")

        for name, bins in WatchReference.objects.get().bins.items():
            assert set(bins) == {"edges", "counts"}, name
            assert sum(bins["counts"]) == 104, name

    def test_of_too_few_is_not_made(self, outcomes, shell):
        told = shell("train_model", "--kind=woe", UNTIL, "--register")

        assert told["reference"] is False
        assert not WatchReference.objects.exists()

    def test_is_not_made_for_a_model_that_nobody_registers(self, many_outcomes, shell):
        told = shell("train_model", "--kind=woe", UNTIL)

        assert told["reference"] is False
        assert not WatchReference.objects.exists()


class TestEvaluateFairness:
    def test_tells_of_every_attribute_and_keeps_it(self, outcomes, shell):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]

        told = shell("evaluate_fairness", version, UNTIL)

        assert {each["attribute"] for each in told["alternatives"]} == {
            "SEX", "AGE_BAND", "REGION", "HOUSEHOLD",
        }  # fmt: skip
        rows = ModelWatch.objects.filter(measure="ALTERNATIVE")
        assert rows.count() == told["kept"] == len(told["alternatives"])
        assert {row.detail["loss"] for row in rows if not row.detail["dropped"]} == {0.0}

    def test_asks_the_expert_card_as_if_it_could_not_see(self, outcomes, shell):
        builders.load_defaults()
        version = ModelVersion.objects.get(state=ModelState.CHAMPION).version

        told = shell("evaluate_fairness", version, UNTIL)

        assert told["kind"] == "EXPERT"
        assert told["rows"] == LABELS

    def test_tells_nothing_of_groups_that_nobody_allowed_to_look_at(self, outcomes, shell):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]

        told = shell("evaluate_fairness", version, UNTIL)

        assert {each["lack"] for each in told["alternatives"]} == {"TOO_FEW_GROUPS"}
        assert {each["ratio"] for each in told["alternatives"]} == {None}

    def test_changes_no_model(self, outcomes, shell):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]
        before = list(ModelVersion.objects.order_by("pk").values())

        shell("evaluate_fairness", version, UNTIL)

        assert list(ModelVersion.objects.order_by("pk").values()) == before

    def test_prints_lines_for_people(self, outcomes, shell, capsys):
        version = shell("train_model", "--kind=woe", UNTIL, "--register")["version"]

        call_command("evaluate_fairness", version, UNTIL)

        words = capsys.readouterr().out
        assert "SEX        without nothing: ratio TOO_FEW_GROUPS" in words
        assert f"{LABELS} loans" in words

    @pytest.mark.parametrize("approve", ["0", "1", "-0.2", "3"])
    def test_refuses_a_share_of_everybody_or_nobody(self, approve):
        with pytest.raises(CommandError, match="is not between 0 and 1"):
            call_command("evaluate_fairness", "any", f"--approve={approve}")

    @pytest.mark.django_db
    def test_refuses_a_version_that_nobody_registered(self):
        with pytest.raises(CommandError, match="NOT_FOUND"):
            call_command("evaluate_fairness", "nobody-1")

        assert not ModelWatch.objects.exists()

    @pytest.mark.django_db
    def test_refuses_without_outcomes_and_keeps_nothing(self):
        builders.load_defaults()
        version = ModelVersion.objects.get(state=ModelState.CHAMPION).version

        with pytest.raises(CommandError, match="NO_LOANS_MATURED"):
            call_command("evaluate_fairness", version)

        assert not ModelWatch.objects.exists()


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
