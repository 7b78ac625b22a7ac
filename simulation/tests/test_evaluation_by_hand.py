"""The evaluation's own arithmetic: shares, ranks, errors and goals, by sums made by hand."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simulation.evaluation.lent.champions import Judged, approval_ratio, by_cause, views
from simulation.evaluation.lent.forecasting import by_month, errors, of_statements, peers
from simulation.evaluation.lent.tables import TOWN, TrainingSet, joined, towns
from simulation.evaluation.measures import Hits, Measures
from simulation.evaluation.societies.graphs import auc, correlation, figures, ranks, top_decile
from simulation.evaluation.societies.linked import Counted
from simulation.evaluation.whole import Figure, as_json, beside
from simulation.evaluation.whole import figures as of_sources
from simulation.world.loans import Cause

small = st.integers(0, 50)


def column(*values):
    return np.array(values, dtype=np.float64)


def loans(*rows):
    """Rows of (group, cause); each person has one loan."""
    group, cause = (np.array([row[place] for row in rows], dtype=np.int64) for place in (0, 1))
    everybody = np.arange(len(rows))
    return TrainingSet(
        features={"x": everybody.astype(np.float64)},
        person=everybody,
        as_of=everybody,
        is_bad=(cause > 0).astype(np.int8),
        cause=cause,
        group=group,
        age=everybody,
        instalment_fen=everybody,
    )


class TestHits:
    @pytest.mark.parametrize(
        ("right", "given_", "wanted", "precision", "recall", "f1"),
        [
            (0, 0, 0, 1, 1, 1),
            (1, 1, 1, 1, 1, 1),
            (0, 1, 1, 0, 0, 0),
            (0, 0, 5, 1, 0, 0),
            (0, 5, 0, 0, 1, 0),
            (1, 2, 1, 0.5, 1, 2 / 3),
            (3, 4, 6, 0.75, 0.5, 0.6),
            (8, 10, 10, 0.8, 0.8, 0.8),
        ],
    )
    def test_are_shares_of_what_was_given_and_wanted(
        self, right, given_, wanted, precision, recall, f1
    ):
        hits = Hits(right, given_, wanted)

        assert (hits.precision, hits.recall) == (precision, recall)
        assert hits.f1 == pytest.approx(f1)

    @given(st.lists(st.tuples(small, small, small), max_size=8))
    def test_add_up(self, rows):
        hits = Hits()
        for right, given_, wanted in rows:
            hits.add(right=right, given=given_, wanted=wanted)

        assert hits == Hits(*(sum(row[place] for row in rows) for place in range(3)))

    @given(small, small, small)
    def test_f1_lies_between_precision_and_recall(self, right, more, missed):
        hits = Hits(right, right + more, right + missed)
        low, high = sorted((hits.precision, hits.recall))

        assert low - 1e-9 <= hits.f1 <= high + 1e-9


class TestGoals:
    @pytest.mark.parametrize(
        ("value", "goal", "cases", "is_upper", "is_met"),
        [
            (0.9, 0.9, 1, False, True),
            (0.89, 0.9, 1, False, False),
            (0.89, 0.9, 0, False, True),
            (0.01, 0.01, 1, True, True),
            (0.02, 0.01, 1, True, False),
            (0.02, 0.01, 0, True, True),
        ],
    )
    def test_are_met_at_least_or_at_most(self, value, goal, cases, is_upper, is_met):
        assert Figure("any", value, goal, cases, is_upper=is_upper).is_met is is_met

    def test_are_printed_to_four_places(self):
        assert Figure("any", 2 / 3, 0.5, 3).as_json() == {
            "value": 0.6667,
            "goal": 0.5,
            "cases": 3,
            "is_met": True,
        }

    def test_of_nothing_are_met_by_nothing(self):
        assert all(each.is_met for each in of_sources(Measures()))
        assert not any(each.cases for each in of_sources(Measures()))

    def test_have_names_of_their_own(self):
        names = [each.name for each in of_sources(Measures())]

        assert len(set(names)) == len(names)

    @pytest.mark.parametrize(
        ("rows", "lost", "share"), [(0, 0, 1), (10, 0, 1), (10, 1, 0.9), (10, 10, 0)]
    )
    def test_of_rows_are_shares_of_those_written(self, rows, lost, share):
        assert beside(Measures(rows=rows, lost_rows=lost)) == pytest.approx(share)

    @pytest.mark.parametrize(
        ("given_", "right", "honest", "share"), [(0, 0, 0, 0), (5, 5, 10, 0), (6, 5, 10, 0.1)]
    )
    def test_of_forgeries_count_the_honest_who_were_flagged(self, given_, right, honest, share):
        found = of_sources(Measures(forgeries=Hits(right, given_, right), honest_files=honest))
        (alarms,) = (each for each in found if each.name == "tampered_false_alarms")

        assert (alarms.value, alarms.cases) == (share, honest)

    def test_are_told_with_the_commonest_confusions_first(self):
        measures = Measures(rows=4, files=2)
        measures.confusions.update({f"scene {place}": place for place in range(1, 30)})
        found = as_json(measures, people=3, seed=9)

        assert (found["people"], found["seed"], found["files"], found["rows"]) == (3, 9, 2, 4)
        assert list(found["scenes_confused"].values()) == list(range(29, 17, -1))

    NOTHING = Counted(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    @pytest.mark.parametrize(
        ("changes", "values"),
        [
            ({}, (0, 0, 0, 0)),
            ({"found": 4, "found_right": 3, "rings": 5, "rings_found": 2}, (0.75, 0.4, 0, 0)),
            (
                {"decoys": 50, "decoys_referred": 1, "others": 8, "others_referred": 4},
                (0, 0, 0.02, 0.5),
            ),
        ],
    )
    def test_of_rings_are_shares(self, changes, values):
        found = figures(replace(self.NOTHING, **changes))

        assert tuple(each.value for each in found) == values
        assert [each.is_upper for each in found] == [False, False, True, True]


class TestRanks:
    @pytest.mark.parametrize(
        ("values", "wanted"),
        [
            ([5], [1]),
            ([1, 2, 3], [1, 2, 3]),
            ([3, 1, 2], [3, 1, 2]),
            ([7, 7], [1.5, 1.5]),
            ([1, 9, 9, 9], [1, 3, 3, 3]),
            ([2, 1, 2, 1], [3.5, 1.5, 3.5, 1.5]),
        ],
    )
    def test_are_counted_from_one_and_shared(self, values, wanted):
        assert ranks(column(*values)).tolist() == wanted

    @given(st.lists(st.integers(-9, 9), min_size=1, max_size=30))
    def test_sum_to_what_ranks_sum_to(self, values):
        assert ranks(column(*values)).sum() == len(values) * (len(values) + 1) / 2

    @pytest.mark.parametrize(
        ("is_bad", "values", "area"),
        [
            ([True, False], [2, 1], 1),
            ([True, False], [1, 2], 0),
            ([True, False], [1, 1], 0.5),
            ([True, True], [1, 2], 0.5),
            ([False], [1], 0.5),
            ([True, False, True, False], [4, 3, 2, 1], 0.75),
            ([False, True, True, False], [1, 1, 2, 0], 0.875),
        ],
    )
    def test_make_the_area_of_all_pairs(self, is_bad, values, area):
        assert auc(np.array(is_bad), column(*values)) == area

    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=20))
    def test_give_the_area_that_a_slow_look_gives(self, rows):
        bad = [value for is_bad, value in rows if is_bad]
        good = [value for is_bad, value in rows if not is_bad]
        assume(bad and good)
        slow = np.mean([(one > other) + 0.5 * (one == other) for one in bad for other in good])
        is_bad, values = (np.array(each) for each in zip(*rows, strict=True))

        assert auc(is_bad, values) == pytest.approx(slow)
        assert auc(is_bad, -values) == pytest.approx(1 - slow)

    @pytest.mark.parametrize(
        ("one", "other", "rho"),
        [
            ([1, 2, 3], [10, 20, 90], 1),
            ([1, 2, 3], [3, 2, 1], -1),
            ([1, 2, 3, 4], [1, 3, 2, 4], 0.8),
        ],
    )
    def test_correlate_whatever_their_size(self, one, other, rho):
        assert correlation(column(*one), column(*other)) == pytest.approx(rho)

    @pytest.mark.parametrize(
        ("bads", "lift"), [([0], 10), ([1], 0), ([0, 1], 5), (list(range(10)), 1), ([], 0)]
    )
    def test_of_ten_the_worst_is_a_tenth(self, bads, lift):
        is_bad = np.isin(np.arange(10), bads)

        assert top_decile(is_bad, column(*range(10, 0, -1))) == pytest.approx(lift)


class TestModels:
    @pytest.mark.parametrize(
        ("groups", "said", "ratio"),
        [
            ([0, 1] * 5, [0.1, 0.1, *[0.2] * 8], 1),
            ([0] * 5 + [1] * 5, range(10), 0.6),
            ([0] * 8 + [1] * 2, range(10), 0),
        ],
    )
    def test_approve_the_best_four_fifths_of_all(self, groups, said, ratio):
        rows = loans(*((group, 0) for group in groups))

        assert approval_ratio(rows, column(*said)) == pytest.approx(ratio)

    def test_are_measured_by_every_cause_that_happened(self):
        rows = loans((0, Cause.NONE), (0, Cause.NONE), (0, Cause.UNABLE), (0, Cause.FRAUD))

        assert by_cause(rows, column(0.2, 0.4, 0.9, 0.3)) == {"UNABLE": 1.0, "FRAUD": 0.5}

    def test_have_the_mean_of_their_folds(self):
        assert Judged("any", column(0.5), (0.6, 0.8)).auc == pytest.approx(0.7)

    def test_see_every_set_of_players_once(self):
        players = ("wallets", "shops", "banks")

        assert list(views()) == [each for size in (1, 2, 3) for each in combinations(players, size)]

    @pytest.mark.parametrize(
        ("people", "sizes"),
        [(1, [1]), (TOWN, [TOWN]), (TOWN + 1, [TOWN, 1]), (3 * TOWN, [TOWN] * 3), (0, [])],
    )
    def test_learn_from_towns_with_seeds_of_their_own(self, people, sizes):
        found = towns(people, 7)

        assert [size for size, _ in found] == sizes
        assert [seed for _, seed in found] == [7_000 + place for place in range(len(sizes))]

    def test_learn_from_all_towns_in_order(self):
        one, none, two = loans((0, 0), (1, 1)), loans(), loans((1, 2))
        found = joined([one, none, two])

        assert len(found) == 3
        assert found.cause.tolist() == [0, 1, 2]
        assert found.features["x"].tolist() == [0.0, 1.0, 0.0]


class TestForecasts:
    @pytest.mark.parametrize(
        ("days", "place"), [(1, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3)]
    )
    def test_sum_months_of_thirty_days(self, days, place):
        found = by_month([(days, 7.0), (400, 0.0)])

        assert found[place] == 7.0
        assert np.nansum(np.abs(found)) == 7.0

    @pytest.mark.parametrize("days", [0, -5])
    def test_do_not_see_what_came_on_the_day_or_after_it(self, days):
        assert np.nansum(by_month([(days, 7.0), (400, 1.0)])[:1]) == 0.0

    @pytest.mark.parametrize(("oldest", "known"), [(29, 0), (30, 1), (59, 1), (60, 2), (95, 3)])
    def test_know_nothing_before_the_first_whole_month(self, oldest, known):
        assert np.isfinite(by_month([(oldest, 1.0)])).sum() == known

    def test_of_statements_are_one_row_for_each_loan(self, tmp_path):
        path = tmp_path / "moved.csv"
        path.write_text(
            "loan_id,d,ldate,s\n1,2026-01-31,2026-03-01,5\n1,2025-09-01,2026-03-01,-2\n"
            "2,2026-02-01,2026-03-01,9\n",
            encoding="utf-8",
        )
        found = of_statements(path)

        assert found.actual.tolist()[0] == 5.0
        assert len(found.nets) == len(found.actual) == 2

    def test_of_nothing_are_refused(self, tmp_path):
        path = tmp_path / "moved.csv"
        path.write_text("loan_id,d,ldate,s\n", encoding="utf-8")

        with pytest.raises(ValueError, match="no rows"):
            of_statements(path)

    def test_of_peers_are_three_times_a_mean(self):
        nets = np.tile(np.array([4.0, 2.0, 0.0, 2.0]), 3)[None, :]
        found = peers(nets)

        assert found["last_month"].tolist() == [12.0]
        assert found["mean_3_months"].tolist() == pytest.approx([6.0])
        assert found["nothing"].tolist() == [0.0]

    @pytest.mark.parametrize(
        ("said", "actual", "mean", "median"),
        [([1, 2], [1, 2], 0, 0), ([0, 0, 0], [3, -6, 0], 3, 3), ([1, 1, 1], [1, 1, 10], 3, 0)],
    )
    def test_are_off_by_so_much_either_way(self, said, actual, mean, median):
        assert errors(column(*said), column(*actual)) == {"mae": mean, "median": median}
