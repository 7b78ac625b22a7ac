"""Input that means no good, through the command: one sentence, one JSON object, no stack."""

import json
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Refused
from lending.calc.conventions.day_counts import year_part
from lending.calc.conventions.due_dates import Span
from lending.calc.plans import DayCount, Frequency
from lending.management.quote_answer import answer

WEI = {
    "principal_fen": 1_000_000,
    "annual_rate_percent": "14.4",
    "first_disbursed_on": "2026-01-31",
    "periods": 12,
}


def words(**terms):
    return json.dumps(WEI | {"annual_rate_percent": 14.4} | terms).encode()


@pytest.fixture
def run(monkeypatch):
    """Gives what was printed and complained of, as bytes that UTF-8 must bear, and how it ended."""

    def ran(content, *more):
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content), encoding="utf-8"))
        said, complained = StringIO(), StringIO()
        code: object = 0
        try:
            call_command("quote", *more, stdout=said, stderr=complained)
        except SystemExit as end:
            code = end.code
        return said.getvalue().encode(), complained.getvalue().encode(), code

    return ran


DEEP = 100_000
BAD = {
    "nothing": b"",
    "spaces": b"   ",
    "prose": b"please",
    "a list": b"[]",
    "null": b"null",
    "half": words()[:-9],
    "twice": words() * 2,
    "no text": b'{"principal_fen": "\xff\xfe"}',
    "zeroes": bytes(100),
    "NaN": words().replace(b"14.4", b"NaN"),
    "minus infinity": words().replace(b"14.4", b"-Infinity"),
    "deep": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "a deep value": b'{"principal_fen":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "ten megabytes": b'{"a":"' + b"x" * 10_000_000 + b'"}',
    "many digits": b'{"principal_fen":' + b"9" * 900_000 + b"}",
    "many decimals": words().replace(b"14.4", b"1." + b"9" * 900_000),
    "a large exponent": words().replace(b"14.4", b"1e999999999"),
    "a small exponent": words().replace(b"14.4", b"1e-999999999"),
    "half a surrogate": words(principal_fen="\ud800"),
    "half a surrogate as a key": words(**{"\ud800": 1}),
    "an escape sequence": words(**{"\x1b[31m": 1}),
    "signs of formatting": words(**{"%(x)s %s %": 1}),
    "parts of fen": words(principal_fen=100.5),
    "a truth": words(principal_fen=True),
    "less than nothing": words(principal_fen=-5),
    "30 February": words(first_disbursed_on="2025-02-30"),
    "the last day of all": words(first_disbursed_on="9999-12-31"),
    "year 10000": words(first_disbursed_on="10000-01-01"),
    "a moment": words(first_disbursed_on="2026-01-31T00:00:00Z"),
    "a list of fen": words(principal_fen=[1]),
    "ten thousand percent": words(annual_rate_percent=10_000),
    "a billion periods": words(periods=10**9),
    "half a period": words(periods=12.5),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
@pytest.mark.parametrize("as_json", [True, False])
def test_is_told_in_one_sentence_and_one_object(run, content, as_json):
    said, complained, code = run(content, *(["--json"] if as_json else []))

    assert code == 1
    sentence, *more = complained.decode().splitlines()
    assert sentence
    assert b"Traceback" not in complained
    assert b"\x1b[31m" not in complained
    if as_json:
        assert json.loads(said)["error"]["message"] == sentence
    else:
        assert said == b""
    assert more[-1].startswith("(")


class TestASlipOfThePen:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("day_cuont", "day_count"),
            ("frequncy", "frequency"),
            ("instalment_multipel_fen", "instalment_multiple_fen"),
            ("first_due_at", "first_due_on"),
            ("tune_last_installments", "tune_last_instalment"),
        ],
    )
    def test_is_refused_with_the_term_that_was_meant(self, written, meant):
        with pytest.raises(Refused) as caught:
            answer(WEI | {written: 1})

        assert caught.value.code == "UNKNOWN_TERM"
        assert caught.value.context == {"name": written, "nearest": meant}

    def test_in_a_term_that_is_needed_is_named_and_not_only_missed(self):
        without = {key: value for key, value in WEI.items() if key != "principal_fen"}

        with pytest.raises(Refused) as caught:
            answer(without | {"principle_fen": 1_000_000})

        assert caught.value.context == {"name": "principle_fen", "nearest": "principal_fen"}

    def test_inside_a_group_says_where(self):
        with pytest.raises(Refused) as caught:
            answer(WEI | {"grace": {"principle": 1}})

        assert caught.value.context == {"name": "grace.principle", "nearest": "principal_periods"}

    def test_is_told_in_a_sentence(self, run):
        with translation.override("en"):
            _, complained, _ = run(words(day_cuont=1))

        assert b"Did you mean day_count?" in complained

    def test_that_is_like_nothing_lists_what_is_known(self):
        with pytest.raises(Refused) as caught:
            answer(WEI | {"colour": "red"})

        assert "day_count" in str(caught.value.context["nearest"])


class TestSpellingsOfOthers:
    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            ("ROUND_HALF_EVEN", "HALF_EVEN"),
            ("bankers", "HALF_EVEN"),
            ("四舍五入", "HALF_UP"),
            ("ROUND_CEILING", "UP"),
            ("truncate", "DOWN"),
        ],
    )
    def test_of_roundings_mean_the_same(self, theirs, ours):
        assert answer(WEI | {"rounding": theirs}) == answer(WEI | {"rounding": ours})

    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            ("Actual/365 (Fixed)", "ACT/365"),
            ("A/360", "ACT/360"),
            ("act360", "ACT/360"),
            ("Actual/Actual (ISDA)", "ACT_ACT_ISDA"),
        ],
    )
    def test_of_day_counts_mean_the_same(self, theirs, ours):
        assert answer(WEI | {"day_count": theirs}) == answer(WEI | {"day_count": ours})


def part(start, end, day_count):
    return year_part(Span(start, end, 0, (end - start).days), day_count, Frequency.MONTHLY)


class TestYearsOfTheirOwnLength:
    # Published: ISDA, "EMU and market conventions" (1998), as QuantLib's tests of day counters
    # quote it: five decimals of the year part.
    @pytest.mark.parametrize(
        ("start", "end", "years"),
        [
            (date(2003, 11, 1), date(2004, 5, 1), "0.49772438056740776"),
            (date(1999, 2, 1), date(1999, 7, 1), "0.4109589041095890"),
            (date(1999, 7, 1), date(2000, 7, 1), "1.0013773486039374"),
            (date(2002, 8, 15), date(2003, 7, 15), "0.9150684931506849"),
            (date(2003, 7, 15), date(2004, 1, 15), "0.5040047907777528"),
            (date(1999, 7, 30), date(2000, 1, 30), "0.5038925069241709"),
            (date(2000, 1, 30), date(2000, 6, 30), "0.4153005464480874"),
        ],
    )
    def test_part_at_new_year_for_isda(self, start, end, years):
        assert float(part(start, end, DayCount.ACT_ACT_ISDA)) == pytest.approx(
            float(Decimal(years)), abs=1e-12
        )

    def test_part_a_day_earlier_for_fineract(self):
        start, end = date(2023, 12, 12), date(2024, 1, 12)

        assert part(start, end, DayCount.ACT_ACT) == Fraction(19, 365) + Fraction(12, 366)
        assert part(start, end, DayCount.ACT_ACT_ISDA) == Fraction(20, 365) + Fraction(11, 366)

    @given(
        st.dates(date(1, 1, 1), date(9990, 1, 1)),
        st.integers(1, 2_000),
        st.sampled_from([DayCount.ACT_ACT, DayCount.ACT_ACT_ISDA]),
    )
    def test_are_between_those_of_365_and_of_366_days(self, start, days, day_count):
        end = date.fromordinal(start.toordinal() + days)

        assert Fraction(days, 366) <= part(start, end, day_count) <= Fraction(days, 365)
