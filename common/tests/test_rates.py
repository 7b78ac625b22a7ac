"""Rates in parts per million: exact both ways, shares rounded once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.rates import PPM, percent, ppm_from_percent, share_fen

RATES_PPM = st.integers(min_value=0, max_value=10 * PPM)
AMOUNTS_FEN = st.integers(min_value=0, max_value=10**14)


class TestPercent:
    @given(st.integers(min_value=-(10**9), max_value=10**9))
    def test_comes_back_exactly(self, ppm):
        assert ppm_from_percent(percent(ppm)) == ppm

    @pytest.mark.parametrize(
        ("value", "ppm"),
        [("24", 240_000), ("14.4", 144_000), ("0.0001", 1), (0, 0), ("-1", -10_000)],
    )
    def test_reads_percent(self, value, ppm):
        assert ppm_from_percent(value) == ppm
        assert percent(ppm) == Decimal(value)

    @pytest.mark.parametrize("value", ["0.00001", "14.40005", Decimal(1) / 3])
    def test_refuses_what_is_finer_than_a_millionth(self, value):
        with pytest.raises(ValueError, match="finer"):
            ppm_from_percent(value)

    @pytest.mark.parametrize("value", ["", "high", "24%", "NaN", "sNaN", "Infinity", "1e999999"])
    def test_refuses_what_is_no_rate(self, value):
        with pytest.raises(ValueError, match="not a rate"):
            ppm_from_percent(value)


class TestShare:
    @given(AMOUNTS_FEN, RATES_PPM)
    def test_is_rounded_half_up_to_the_fen(self, amount_fen, ppm):
        assert share_fen(amount_fen, ppm) == int(Fraction(amount_fen * ppm, PPM) + Fraction(1, 2))

    @given(AMOUNTS_FEN, RATES_PPM, RATES_PPM)
    def test_never_falls_as_the_rate_rises(self, amount_fen, one, other):
        low, high = sorted((one, other))

        assert share_fen(amount_fen, low) <= share_fen(amount_fen, high)

    @given(AMOUNTS_FEN, st.integers(min_value=0, max_value=PPM))
    def test_and_the_rest_differ_from_the_whole_by_a_fen_at_most(self, amount_fen, ppm):
        both = share_fen(amount_fen, ppm) + share_fen(amount_fen, PPM - ppm)

        assert 0 <= both - amount_fen <= 1

    @given(AMOUNTS_FEN)
    def test_of_everything_is_everything(self, amount_fen):
        assert share_fen(amount_fen, PPM) == amount_fen
        assert share_fen(amount_fen, 0) == 0

    @pytest.mark.parametrize(("amount_fen", "ppm"), [(-1, 1), (1, -1)])
    def test_of_less_than_nothing_is_a_mistake(self, amount_fen, ppm):
        with pytest.raises(AssertionError):
            share_fen(amount_fen, ppm)
