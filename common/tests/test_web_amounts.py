"""Asking for an amount: yuan as people type them become whole fen, or words that help."""

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from common.money import yuan
from common.web.amounts import FenField

FIELD = FenField(least_fen=50_000, most_fen=5_000_000)


class TestFenField:
    @pytest.mark.parametrize(
        "typed", ["3000", "3,000", "3，000.00", " 3000 ", "¥3000", "￥3,000.0", "３０００", "03000"]
    )
    def test_reads_what_people_type(self, typed):
        assert FIELD.clean(typed) == 300_000

    @given(fen=st.integers(min_value=50_000, max_value=5_000_000))
    def test_reads_back_every_amount_that_we_show(self, fen):
        assert FIELD.clean(f"¥{yuan(fen)}") == fen

    @pytest.mark.parametrize(
        "typed",
        [
            *("", " ", "lots", "NaN", "Infinity", "1e9999", "3000.001", "-3000", "三千"),
            *("1e3", "+3000", "3_000", "٣٠٠٠", "3 000", "30,00", "3,0000", "3000.", ".5"),
            *("¥¥3000", "3,000,", "²000", "0x1000", "3000\x00", "3000\n3000", "9" * 40),
        ],
    )
    def test_says_what_is_wrong(self, typed):
        with pytest.raises(forms.ValidationError) as wrong:
            FIELD.clean(typed)

        assert wrong.value.messages

    @pytest.mark.parametrize("typed", ["499.99", "50000.01", "0"])
    def test_names_the_range(self, typed):
        with pytest.raises(forms.ValidationError) as wrong:
            FIELD.clean(typed)

        assert "¥500.00" in wrong.value.messages[0]
        assert "¥50,000.00" in wrong.value.messages[0]

    @pytest.mark.parametrize(("typed", "fen"), [("500", 50_000), ("50000", 5_000_000)])
    def test_takes_both_ends(self, typed, fen):
        assert FIELD.clean(typed) == fen

    def test_that_may_be_empty_is_nothing_then(self):
        field = FenField(least_fen=1, most_fen=2, required=False)

        assert field.clean("") is None

    @given(typed=st.text(max_size=20))
    def test_never_breaks(self, typed):
        try:
            fen = FIELD.clean(typed)
        except forms.ValidationError:
            return
        assert 50_000 <= fen <= 5_000_000
