"""What a model must answer before it is kept, and the table of data it names."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.registry.artefact import ArtefactCut
from scoring.registry.contracts import Rating
from scoring.registry.life import trial
from scoring.registry.life.trial import FeaturesUnknown, RatingOutOfBounds


def model(*, version="woe-1", features=(), rate=lambda values: (600, 0.02)):
    """A model that answers as it is told."""

    class Told:
        kind = "WOE"
        sha256 = "a" * 64

        def rate(self, values):
            score, pd = rate(values)
            return Rating(score=score, pd=pd, contributions=())

    told = Told()
    told.version, told.features = version, features  # type: ignore[attr-defined]  # set late
    return told


def stumbles(fault):
    def rate(values):
        raise fault

    return rate


class TestAModelOnTrial:
    def test_that_answers_everybody_is_kept(self):
        trial.insist(model(features=("own_on_time_share",)))

    def test_is_asked_about_nobody_known_and_about_both_ends(self):
        asked = []

        def rate(values):
            asked.append(dict(values))
            return 600, 0.02

        trial.insist(model(features=("own_on_time_share",), rate=rate))

        assert asked[0] == {}
        assert {each["own_on_time_share"] for each in asked[1:]} == set(trial.EXTREMES)

    @pytest.mark.parametrize("version", ["", "   ", "woe\n1", "w" * 41, "woe\x00"])
    def test_without_a_name_that_can_be_written_down_is_refused(self, version):
        with pytest.raises(ArtefactCut):
            trial.insist(model(version=version))

    def test_that_reads_what_nobody_computes_is_refused_by_name(self):
        with pytest.raises(FeaturesUnknown) as refused:
            trial.insist(model(features=("star_sign", "own_on_time_share")))

        assert "star_sign" in str(refused.value.context)
        assert "own_on_time_share" not in str(refused.value.context)

    @pytest.mark.parametrize(
        "fault", [ZeroDivisionError(), KeyError("x"), TypeError(), ValueError(), IndexError()]
    )
    def test_that_stumbles_is_refused_before_it_meets_anybody(self, fault):
        with pytest.raises(RatingOutOfBounds) as refused:
            trial.insist(model(rate=stumbles(fault)))

        assert type(fault).__name__ in str(refused.value.context)

    def test_that_goes_wrong_only_at_one_end_is_refused(self):
        def rate(values):
            return 600, 0.02 if values.get("own_on_time_share", 0.0) < 1e14 else nan

        with pytest.raises(RatingOutOfBounds):
            trial.insist(model(features=("own_on_time_share",), rate=rate))


class TestBounds:
    @pytest.mark.parametrize("pd", [nan, inf, -inf, -1e-9, 1.0 + 1e-9, 2.0])
    def test_hold_no_chance_that_is_none(self, pd):
        with pytest.raises(RatingOutOfBounds):
            trial.insist_on_bounds(600, pd)

    @pytest.mark.parametrize("score", [-32_769, 32_768, 10**9])
    def test_hold_no_score_that_no_column_holds(self, score):
        with pytest.raises(RatingOutOfBounds):
            trial.insist_on_bounds(score, 0.02)

    @given(score=st.integers(-32_768, 32_767), pd=st.floats(0, 1))
    def test_hold_everything_between(self, score, pd):
        trial.insist_on_bounds(score, pd)


class TestTheDataItLearnedFrom:
    def test_are_named_by_their_hash(self):
        assert trial.data_sha256({"trained": {"data_sha256": "0f" * 32}}) == "0f" * 32

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"trained": None},
            {"trained": "yesterday"},
            {"trained": {}},
            {"trained": {"data_sha256": 7}},
            {"trained": {"data_sha256": "0F" * 32}},
            {"trained": {"data_sha256": "0f" * 31}},
            {"trained": {"data_sha256": "0f" * 32 + "\n"}},
        ],
    )
    def test_are_nothing_where_no_hash_stands(self, document):
        assert trial.data_sha256(document) == ""
