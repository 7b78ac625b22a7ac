"""The scorecard: points by bins, a probability, and reasons; out of JSON that cannot be altered."""

import json
from math import isclose, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.features.catalogue import FEATURES
from scoring.registry.artefact import ModelDamaged, fingerprint
from scoring.registry.expert import scorecard
from scoring.registry.expert.scorecard import Characteristic


def document(*characteristics, **changes):
    """A small card; with its hash right unless `sha256` is given."""
    made = {
        "kind": "EXPERT",
        "version": "test-1",
        "scale": {"pdo": 20, "score": 600, "odds": 50},
        "neutral_score": 600,
        "characteristics": list(characteristics),
        **changes,
    }
    return {"sha256": fingerprint(made), **made}


def characteristic(feature, *points, group="G", missing=0, edges=(10, 20), **more):
    bins = [{"points": points[0]}]
    bins += [{"from": edge, "points": p} for edge, p in zip(edges, points[1:], strict=True)]
    return {
        "feature": feature,
        "reason": feature.upper(),
        "group": group,
        "bins": bins,
        "missing": missing,
        **more,
    }


def card(*characteristics, **changes):
    return scorecard.load(document(*characteristics, **changes))


class TestPoints:
    def test_a_bin_begins_at_its_edge(self):
        one = card(characteristic("pay", -5, 0, 7))

        scores = [one.rate({"pay": value}).score for value in (9.99, 10, 19.99, 20, 1e12)]

        assert scores == [595, 600, 600, 607, 607]

    def test_the_missing_bin_is_its_own(self):
        one = card(characteristic("pay", -5, 0, 7, missing=-2))

        assert one.rate({}).score == one.rate({"pay": nan}).score == 598
        assert one.rate({"pay": None}).score == 598

    def test_twenty_points_double_the_odds(self):
        one = card()

        assert isclose(one.probability(600), 1 / 51)
        assert isclose(one.probability(620), 1 / 101)
        assert isclose(one.probability(580), 1 / 26)


class TestReasons:
    def test_merge_a_group_and_let_its_strongest_feature_speak(self):
        one = card(
            characteristic("pay", -5, 0, 7, group="INCOME"),
            characteristic("trend", -9, 0, 3, group="INCOME"),
        )

        (reason,) = one.rate({"pay": 25.0, "trend": 4.0}).contributions

        assert (reason.code, reason.group, reason.points) == ("TREND", "INCOME", -2)
        assert (reason.value, reason.threshold) == (4.0, 10.0)

    def test_are_the_four_strongest_and_the_same_every_time(self):
        rows = [characteristic(f"f{n}", -n, 0, n, group=f"G{n}") for n in range(1, 7)]
        one = card(*rows)

        found = one.rate({f"f{n}": 5.0 for n in range(1, 7)}).contributions

        assert [reason.points for reason in found] == [-6, -5, -4, -3]

    def test_put_the_bad_before_the_good_that_weighs_the_same(self):
        one = card(
            characteristic("a", -5, 0, 5, group="A"), characteristic("z", -5, 0, 5, group="Z")
        )

        found = one.rate({"a": 25.0, "z": 5.0}).contributions

        assert [reason.code for reason in found] == ["Z", "A"]

    def test_say_nothing_about_what_is_missing_or_neutral(self):
        one = card(characteristic("pay", -5, 0, 7, missing=-2), characteristic("tea", -5, 0, 7))

        assert one.rate({"tea": 15.0}).contributions == ()

    def test_hold_a_good_value_against_the_upper_edge_of_the_neutral_bin(self):
        (reason,) = card(characteristic("pay", -5, 0, 7)).rate({"pay": 30.0}).contributions

        assert (reason.points, reason.threshold) == (7, 20.0)

    def test_show_the_figures_that_a_ratio_was_made_of(self):
        one = card(characteristic("trend", -5, 0, 7, shown="now", against="before"))

        (reason,) = one.rate({"trend": 4.0, "now": 320_000.0, "before": 510_000.0}).contributions

        assert (reason.value, reason.threshold) == (320_000.0, 510_000.0)


class TestArtefact:
    def test_survives_json_and_any_order_of_keys(self):
        made = document(characteristic("pay", -5, 0, 7))
        turned = json.loads(json.dumps(dict(reversed(made.items()))))

        assert scorecard.load(turned) == scorecard.load(made)

    def test_is_refused_when_one_point_was_changed(self):
        made = document(characteristic("pay", -5, 0, 7))
        made["characteristics"][0]["bins"][0]["points"] = 5

        with pytest.raises(ModelDamaged):
            scorecard.load(made)

    @pytest.mark.parametrize(
        "row",
        [
            characteristic("pay", -5, 0, 7, edges=(20, 10)),
            characteristic("pay", -5, 1, 7),
            characteristic("pay", 0, 0, 7),
        ],
    )
    def test_is_refused_when_its_bins_do_not_fit_together(self, row):
        with pytest.raises(ModelDamaged):
            card(row)


class TestExpertCard:
    one = scorecard.expert()

    def test_asks_only_for_features_that_exist(self):
        for each in self.one.characteristics:
            assert {each.feature, each.shown, each.against} - {None} <= set(FEATURES)

    def test_knows_no_sex_no_age_no_device_and_nothing_medical(self):
        names = " ".join(each.feature for each in self.one.characteristics)

        assert not any(word in names for word in ("sex", "gender", "age_years", "device", "medic"))

    def test_judges_nobody_by_what_is_missing(self):
        assert self.one.rate({}).score == self.one.neutral_score
        assert self.one.rate({}).contributions == ()
        assert all(each.missing == 0 for each in self.one.characteristics)

    def test_runs_one_way_over_every_feature(self):
        for each in self.one.characteristics:
            assert each.points in {tuple(sorted(each.points)), tuple(sorted(each.points)[::-1])}

    def test_has_no_cliff_between_neighbouring_bins(self):
        for each in self.one.characteristics:
            steps = [abs(a - b) for a, b in zip(each.points, each.points[1:], strict=False)]

            assert max(steps) <= 15, each.feature

    @given(
        values=st.fixed_dictionaries(
            {},
            optional={
                name: st.none() | st.floats(allow_nan=True, allow_infinity=False)
                for name in FEATURES
            },
        )
    )
    def test_rates_anything_within_its_range(self, values):
        found = self.one.rate(values)

        lowest = self.one.neutral_score + sum(min(e.points) for e in self.one.characteristics)
        highest = self.one.neutral_score + sum(max(e.points) for e in self.one.characteristics)
        assert lowest <= found.score <= highest
        assert 0 < found.pd < 1
        assert len(found.contributions) <= scorecard.STRONGEST


def test_the_threshold_of_a_neutral_bin_without_end_is_its_only_edge():
    good_only = Characteristic("history", "H", "G", (3.0, 6.0), (0, 2, 4), 0)

    assert good_only.threshold(12.0) == 3.0
