"""A model of invented people for the empty pages: measured, a draft, and once."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from borrowers.tests import cast
from scoring.oversight import queries
from scoring.registry import queries as registry
from scoring.training import evaluation
from simulation.evaluation.lent import shown

PEOPLE, SEED = 450, 1


@pytest.fixture(scope="module")
def world():
    return shown.lived(people=PEOPLE, seed=SEED)


@pytest.fixture(scope="module")
def reckoned(world):
    return shown.reckoned(world, seed=SEED)


@pytest.fixture
def told(db, reckoned):
    return shown.demonstrate(reckoned)


@pytest.fixture
def version(told):
    (row,) = queries.watched()
    return row


class TestDemonstration:
    def test_fills_every_page(self, told, version):
        assert version.version == told["version"]
        assert version.version.startswith("invented-woe-")
        assert version.state == "DRAFT"
        assert registry.living() == []
        assert told["kept"] > 100
        mei = Client(headers={"accept-language": "en"})
        mei.force_login(cast.officer())
        for page in ("drift", "calibration", "sources", "fairness"):
            text = mei.get(reverse(f"admin:scoring_modelwatch_{page}")).content.decode()
            assert told["version"] in text
            assert "<table>" in text
            assert "demonstrate_models" not in text

        fairness = {
            measure: {row.segment for row in queries.over_time(version.pk, measure)}
            for measure in ("APPROVAL_RATE", "APPROVAL_RATIO")
        }
        assert fairness["APPROVAL_RATIO"] == {"AGE_BAND"}
        assert fairness["APPROVAL_RATE"] <= {f"AGE_BAND:{name}" for name in shown.BAND_NAMES}
        assert len(fairness["APPROVAL_RATE"]) >= 2

    def test_done_again_changes_nothing(self, told, version, reckoned):
        before = list(queries.over_time(version.pk, "PSI").values())

        again = shown.demonstrate(reckoned)

        assert (again["version"], again["kept"]) == (told["version"], 0)
        assert list(queries.over_time(version.pk, "PSI").values()) == before
        assert len(queries.watched()) == 1
        trained = version.artefact["trained"]
        assert sum(rows for *_rates, rows in trained["evidence"]["calibration"]) == told["later"]
        assert set(trained["metrics"]) == set(evaluation.Measures.__dataclass_fields__)


class TestReckoning:
    def test_again_gives_the_same_figures_and_writes_nothing(self, reckoned, world):
        again = shown.reckoned(world, seed=SEED)

        assert again.document == reckoned.document
        assert again.found == reckoned.found


class TestRefusals:
    def test_of_too_few_people_writes_nothing(self, db):
        with pytest.raises(CommandError, match="too few bad loans"):
            call_command("demonstrate_models", "--people=20")

        assert queries.watched() == []

    def test_outside_of_a_demonstration_writes_nothing(self, db, settings):
        settings.DEMONSTRATION = False

        with pytest.raises(CommandError, match="Only a demonstration"):
            call_command("demonstrate_models")

        assert queries.watched() == []


class TestTheEmptyPage:
    @pytest.fixture
    def mei(self, db):
        client = Client(headers={"accept-language": "en"})
        client.force_login(cast.officer())
        return client

    def test_says_how_to_see_it_filled(self, mei):
        text = mei.get(reverse("admin:scoring_modelwatch_drift")).content.decode()

        assert "demonstrate_models" in text

    def test_says_nothing_of_it_where_people_are_real(self, mei, settings):
        settings.DEMONSTRATION = False

        text = mei.get(reverse("admin:scoring_modelwatch_drift")).content.decode()

        assert "Nothing was measured yet." in text
        assert "demonstrate_models" not in text
