"""A model file that is damaged is refused in words; nothing is kept and the champion stays."""

from typing import Any

import pytest

from borrowers.tests import cast
from common.actors import Actor
from scoring.registry import actions, queries
from scoring.registry.artefact import ArtefactCut, ModelDamaged, seal
from scoring.registry.expert import scorecard
from scoring.registry.life.trial import FeaturesUnknown, RatingOutOfBounds
from scoring.registry.loading import load
from scoring.registry.models import ModelVersion
from scoring.tests.builders import another_card
from scoring.tests.test_registry_life import counts, staff, state_of


@pytest.fixture
def mei():
    return Actor(kind="STAFF", account_id=cast.officer().pk)


@pytest.fixture
def ann():
    return staff("+8613900000006")


def damaged(**changes):
    return {**another_card(), **changes}


NAN = float("nan")
BAD = {
    "altered": damaged(neutral_score=999),
    "cut": {key: each for key, each in another_card().items() if key != "characteristics"},
    "of another format": seal(damaged(format=7)),
    "of an unknown kind": seal(damaged(kind="ORACLE")),
    "without a kind": {},
    "not even an object": [],
    "cut inside": seal(damaged(characteristics=[{"feature": "cover_90d"}])),
    "with a number that is none": damaged(neutral_score=NAN),
    "with a scale of nothing": seal(damaged(scale={"pdo": 0, "score": 600, "odds": 50})),
    "with points beyond any score": seal(damaged(neutral_score=10**9)),
}


@pytest.mark.django_db
class TestBadFiles:
    @pytest.mark.parametrize("name", BAD)
    def test_are_refused_with_words_and_leave_nothing(self, name, mei):
        actions.load_defaults()
        before = counts(), ModelVersion.objects.count()

        with pytest.raises(ModelDamaged) as refusal:
            actions.register(document=BAD[name], by=mei)

        assert str(refusal.value)
        assert (counts(), ModelVersion.objects.count()) == before
        assert queries.champion().card == scorecard.expert()

    def test_a_model_that_reads_what_nobody_computes_is_refused(self, mei):
        document = another_card()
        document["characteristics"][0]["feature"] = "moon_phase"

        with pytest.raises(FeaturesUnknown, match="moon_phase"):
            actions.register(document=seal(document), by=mei)

        assert not ModelVersion.objects.exists()

    def test_a_score_that_no_decision_can_hold_is_refused(self, mei):
        with pytest.raises(RatingOutOfBounds):
            actions.register(document=seal(damaged(neutral_score=40_000)), by=mei)

    def test_a_version_damaged_in_the_table_moves_nowhere_and_the_champion_stays(self, mei, ann):
        actions.load_defaults()
        cut = {key: each for key, each in another_card().items() if key != "scale"}
        forged = ModelVersion.objects.create(
            version="forged", kind="EXPERT", artefact=cut, sha256=cut["sha256"]
        )
        proposal = actions.propose(version_id=forged.pk, to_state="SHADOW", by=mei)
        before = counts()

        with pytest.raises(ModelDamaged):
            actions.approve(proposal_id=proposal, by=ann)

        assert (state_of(forged.pk), counts()) == ("DRAFT", before)
        assert queries.champion().card == scorecard.expert()


def points_card(**changes: Any) -> dict[str, Any]:
    """A card of one feature, and what somebody wrote into it."""
    characteristic = {
        "feature": "income_monthly_90d", "group": "income", "kind": "NUMERIC", "edges": [5000.0],
        "categories": [], "points": [0.5, -0.5], "missing": 0.1, "other": 0.0, "neutral": 0.0,
    }  # fmt: skip
    scale = {"pdo": 20, "score": 600, "odds": 50} | changes.pop("scale", {})
    platt = {"method": "PLATT", "slope": 1.0, "intercept": 0.0}
    card = {
        "kind": "WOE", "format": 1, "version": "points-1", "intercept": -2.0, "scale": scale,
        "calibration": platt | changes.pop("calibration", {}),
        "characteristics": [characteristic | changes.pop("characteristic", {})],
    }  # fmt: skip
    return seal(card | changes)


def nested(depth):
    """Deeper than a hash can be taken of, and not as deep as the reader of JSON gives up."""
    found: list[object] = []
    for _ in range(depth):
        found = [found]
    return {**points_card(), "notes": found}


HOSTILE: dict[str, dict[str, object]] = {
    "a score that rises with the risk": {"scale": {"pdo": -20}},
    "a calibration that turns good into bad": {"calibration": {"slope": -1.0}},
    "chances that are none": {"calibration": {"method": "ISOTONIC", "x": [0, 1], "y": [-5, 7]}},
    "a bin that no sum bears": {"characteristic": {"points": [0.5, -1e308]}},
    "a whole number that no float holds": {"intercept": 10**400},
    "a number in words": {"intercept": "1"},
    "what was learned, in another shape": {"trained": {"bins": [7], "evidence": {"roc": 5}}},
    "a deviation in words": {"trained": {"metrics": {"mean": {"auc": 0.8}, "sd": {"auc": "x"}}}},
    "a version longer than its column": {"version": "v" * 41},
    "a version that nobody sees": {"version": " "},
}


@pytest.mark.django_db
class TestHostileFiles:
    def test_start_from_one_that_is_kept(self, mei):
        assert actions.register(document=points_card(), by=mei)

    @pytest.mark.parametrize("name", HOSTILE)
    def test_are_refused_with_words_and_leave_nothing(self, name, mei):
        with pytest.raises(ModelDamaged):
            actions.register(document=points_card(**HOSTILE[name]), by=mei)

        assert not ModelVersion.objects.exists()

    @pytest.mark.parametrize("depth", [900, 990, 5_000])
    def test_nested_without_end_are_refused(self, depth, mei):
        with pytest.raises(ModelDamaged):
            actions.register(document=nested(depth), by=mei)

        assert not ModelVersion.objects.exists()


class TestASeal:
    @pytest.mark.parametrize("text", ["one\0two", "half a \ud800"])
    def test_is_not_put_on_a_text_that_the_table_cannot_hold(self, text):
        with pytest.raises(ArtefactCut):
            seal(another_card() | {"notes": [{"said": text}]})

    def test_of_a_card_far_beyond_all_odds_still_gives_everybody_a_chance(self):
        card = load(points_card(characteristic={"points": [499.0, -499.0]}, intercept=-400.0))

        assert card.rate({"income_monthly_90d": 9000.0}).pd == 0.0

    @pytest.mark.django_db
    def test_holds_in_the_table_for_every_number_that_a_model_may_hold(self, mei):
        """PostgreSQL has no negative zero, and writes a large number without its exponent."""
        document = seal(another_card() | {"notes": [-0.0, 1.0, 1e22, 0.1, 5e-324, 2**-40]})

        kept = actions.register(document=document, by=mei)

        assert queries.card(ModelVersion.objects.get(pk=kept).sha256).version == "challenger-1"
