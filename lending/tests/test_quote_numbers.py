"""Balloons and roundings of a quote, in the words and the numbers of several houses."""

from decimal import Decimal

import pytest

from lending.tests.test_quote_spellings import plan_of, refused


class TestABalloon:
    @pytest.mark.parametrize(
        "words",
        [
            {"balloon": 500},
            {"balloon_payment_fen": 50_000},
            {"balloonAmount": "500.00"},
            {"balloon_percent": 5},
            {"balloon_percent": "5.000005", "method": "气球贷"},
        ],
    )
    def test_may_be_an_amount_or_a_part_and_needs_no_method(self, words):
        assert plan_of(**words) == plan_of(method="BALLOON", balloon_fen=50_000)

    def test_of_nothing_is_none(self):
        assert plan_of(balloon_fen=0) == plan_of()
        assert plan_of(balloon_percent=0) == plan_of()

    @pytest.mark.parametrize("method", ["EQUAL_PRINCIPAL", "等额本息", "BULLET"])
    def test_of_a_method_without_one_is_refused_rather_than_left_out(self, method):
        assert refused(method=method, balloon_fen=5) == ("UNCLEAR_TERM", "balloon_fen")

    @pytest.mark.parametrize("words", [{"balloon_fen": -1}, {"balloon_percent": "100.1"}])
    def test_of_less_than_nothing_or_more_than_all_makes_no_plan(self, words):
        assert refused(method="BALLOON", **words)[0] == "IMPOSSIBLE_TERMS"


class TestARoundingsNumber:
    @pytest.mark.parametrize(
        ("number", "rounding"), [(4, "HALF_UP"), (5, "HALF_DOWN"), (6, "HALF_EVEN"), (1, "DOWN")]
    )
    def test_is_that_of_java(self, number, rounding):
        for said in (number, str(number)):
            assert plan_of(rounding=said, instalment_rounding=said) == plan_of(
                rounding=rounding, instalment_rounding=rounding
            )

    @pytest.mark.parametrize("number", [7, -1, True, Decimal(4)])
    def test_that_java_does_not_have_is_refused(self, number):
        assert refused(rounding=number) == ("UNCLEAR_TERM", "rounding")
