"""From which figure on somebody looks, and acts: bands, what is only told, and what is lacking."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.oversight import thresholds
from scoring.oversight.contracts import Lack, Level, Measured, lacking
from scoring.oversight.thresholds import KINDS, Band

ON = date(2026, 7, 1)
JUDGED = sorted(name for name, kind in KINDS.items() if kind.rule)
ONLY_TOLD = sorted(name for name, kind in KINDS.items() if not kind.rule)
ORDER = [Level.GOOD, Level.WARN, Level.ACT]
shares = st.floats(0, 1)


def measured(value):
    return Measured(value, 500)


class TestBands:
    def test_begin_at_their_bound(self):
        band = Band(warn=0.1, act=0.25)

        found = [band.level(measured(value)) for value in (0.0999, 0.1, 0.2499, 0.25)]

        assert found == [Level.GOOD, Level.WARN, Level.WARN, Level.ACT]

    def test_turned_round_begin_below_it(self):
        band = Band(warn=0.9, act=0.8, is_bad_below=True)

        found = [band.level(measured(value)) for value in (0.9, 0.8999, 0.8, 0.7999)]

        assert found == [Level.GOOD, Level.WARN, Level.WARN, Level.ACT]

    @given(one=shares, other=shares)
    def test_ask_for_no_less_where_the_figure_is_worse(self, one, other):
        low, high = sorted((one, other))
        up, down = Band(0.1, 0.25), Band(0.9, 0.8, is_bad_below=True)

        assert ORDER.index(up.level(measured(low))) <= ORDER.index(up.level(measured(high)))
        assert ORDER.index(down.level(measured(low))) >= ORDER.index(down.level(measured(high)))

    @given(value=shares)
    def test_ask_for_nothing_where_chance_explains_it(self, value):
        assert Band(0.1, 0.25).level(measured(value), is_beyond_chance=False) is Level.GOOD

    @pytest.mark.parametrize("lack", list(Lack))
    @pytest.mark.parametrize("is_beyond_chance", [True, False])
    def test_never_call_good_what_is_not_known(self, lack, is_beyond_chance):
        found = Band(0.1, 0.25).level(lacking(lack, 3), is_beyond_chance=is_beyond_chance)

        assert found is Level.NOT_ENOUGH


class TestMeasures:
    @pytest.mark.parametrize("measure", JUDGED)
    def test_that_are_judged_have_both_bounds_in_the_rulebook(self, measure):
        band = thresholds.band(measure, on=ON)

        assert band is not None
        assert band.warn > band.act if band.is_bad_below else band.warn < band.act

    @pytest.mark.parametrize("measure", ONLY_TOLD)
    def test_that_are_only_told_alarm_nobody(self, measure):
        assert thresholds.band(measure, on=ON) is None
        assert thresholds.level(measure, measured(1.0), on=ON) is Level.GOOD
        assert thresholds.level(measure, lacking(Lack.ONE_CLASS, 9), on=ON) is Level.NOT_ENOUGH

    @pytest.mark.parametrize("measure", JUDGED)
    def test_that_are_judged_say_when_there_is_too_little(self, measure):
        found = thresholds.level(measure, lacking(Lack.TOO_FEW_CASES, 2), on=ON)

        assert found is Level.NOT_ENOUGH

    @pytest.mark.parametrize("measure", JUDGED)
    def test_that_are_judged_act_at_the_bad_end(self, measure):
        worst = 0.0 if KINDS[measure].is_bad_below else 1.0

        assert thresholds.level(measure, measured(worst), on=ON) is Level.ACT

    def test_that_nobody_knows_have_no_band(self):
        with pytest.raises(KeyError):
            thresholds.band("LUCK", on=ON)

    def test_have_a_title_each_that_no_other_has(self):
        titles = [kind.title for kind in KINDS.values()]

        assert len(set(titles)) == len(titles)

    def test_stand_each_on_a_page_that_there_is(self):
        pages = {"drift", "calibration", "comparison", "fairness", "sources"}

        assert {kind.page for kind in KINDS.values()} == pages

    def test_need_more_than_a_handful_of_cases(self):
        assert thresholds.smallest_sample(ON) > 10


class TestAFigure:
    @pytest.mark.parametrize(("value", "lack"), [(0.5, Lack.ONE_CLASS), (None, None)])
    def test_is_known_or_lacking_and_never_both(self, value, lack):
        with pytest.raises(AssertionError):
            Measured(value, 5, lack)
