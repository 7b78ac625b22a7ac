"""Where a payment goes, fen by fen: every strategy by hand, and laws that hold for any of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc import waterfall
from lending.calc.contracts import TransactionKind
from lending.calc.conventions.strategies import (
    ADVANCED,
    DEFAULT,
    PENALTY_FIRST,
    PRINCIPAL_FIRST_IN_ADVANCE,
    STRATEGIES,
    Age,
    Ahead,
    Component,
    of_orders,
)
from lending.tests.calc_claims import (
    ON,
    amounts,
    any_lines,
    any_strategies,
    line,
    lines,
    owed,
    payment,
    spent,
    told,
)

EXAMPLES = settings(deadline=None, max_examples=80)
ALL = tuple(Component)
# One instalment a month late, one due today, two to come.
FOUR = (-31, 0, 30, 61)
ACROSS = of_orders("ACROSS", due=ALL, in_advance=ALL, is_across=True)
FROM_THE_END = of_orders("FROM_THE_END", due=ALL, in_advance=ALL, ahead=Ahead.LAST)
ACROSS_FROM_THE_END = of_orders(
    "ACROSS_FROM_THE_END", due=ALL, in_advance=ALL, is_across=True, ahead=Ahead.LAST
)


class TestOrders:
    @pytest.mark.parametrize(
        ("strategy", "expected"),
        [
            (DEFAULT, "1F 1P 1I 1C 2F 2P 2I 2C 3F 3P 3I 3C 4F 4P 4I 4C"),
            (PENALTY_FIRST, "1P 1F 1I 1C 2P 2F 2I 2C 3P 3F 3I 3C 4P 4F 4I 4C"),
            (PRINCIPAL_FIRST_IN_ADVANCE, "1P 1F 1I 1C 2P 2F 2I 2C 3C 3P 3F 3I 4C 4P 4F 4I"),
            (ADVANCED, "1P 1F 1C 1I 2P 2F 2C 2I 3P 3F 3C 3I 4P 4F 4C 4I"),
            (ACROSS, "1F 1P 1I 1C 2F 2P 2I 2C 3F 4F 3P 4P 3I 4I 3C 4C"),
            (FROM_THE_END, "1F 1P 1I 1C 2F 2P 2I 2C 4F 4P 4I 4C 3F 3P 3I 3C"),
            (ACROSS_FROM_THE_END, "1F 1P 1I 1C 2F 2P 2I 2C 4F 3F 4P 3P 4I 3I 4C 3C"),
        ],
        ids=lambda value: getattr(value, "code", None),
    )
    def test_of_one_late_one_due_and_two_to_come(self, strategy, expected):
        assert told(waterfall.claims_of(lines(*FOUR), strategy, ON)) == expected

    @pytest.mark.parametrize(
        ("strategy", "expected"),
        [
            (DEFAULT, "1F 1P 1I 1C 2F 2P 2I 2C"),
            (PENALTY_FIRST, "1P 1F 1I 1C 2P 2F 2I 2C"),
            (ACROSS, "1F 2F 1P 2P 1I 2I 1C 2C"),
            (FROM_THE_END, "1F 1P 1I 1C 2F 2P 2I 2C"),
        ],
        ids=lambda value: getattr(value, "code", None),
    )
    def test_of_two_late_ones_begin_with_the_oldest(self, strategy, expected):
        assert told(waterfall.claims_of(lines(-60, -30), strategy, ON)) == expected

    def test_do_not_mix_what_is_late_with_what_is_due_today_even_across(self):
        found = told(waterfall.claims_of(lines(-1, 0, 1), ACROSS, ON))

        assert found == "1F 1P 1I 1C 2F 2P 2I 2C 3F 3P 3I 3C"

    @pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda each: each.code)
    def test_of_the_house_have_twelve_rules_and_each_once(self, strategy):
        wanted = {(age, component) for age in Age for component in Component}

        assert len(strategy.rules) == 12
        assert {(rule.age, rule.component) for rule in strategy.rules} == wanted

    @given(any_lines(), any_strategies())
    @EXAMPLES
    def test_of_any_strategy_name_every_claim_once(self, instalments, strategy):
        claims = list(waterfall.claims_of(instalments, strategy, ON))

        assert len(claims) == len(set(claims)) == 4 * len(instalments)

    @given(any_lines(), any_strategies())
    @EXAMPLES
    def test_of_any_strategy_reach_the_future_last(self, instalments, strategy):
        claims = waterfall.claims_of(instalments, strategy, ON)
        ages = [(instalments[index].due_on > ON) for index, _ in claims]

        assert ages == sorted(ages)


class TestPaying:
    @pytest.mark.parametrize(
        ("amount_fen", "expected"),
        [
            (1, "1F1"),
            (3, "1F3"),
            (4, "1F3 1P1"),
            (8, "1F3 1P5"),
            (9, "1F3 1P5 1I1"),
            (18, "1F3 1P5 1I10"),
            (19, "1F3 1P5 1I10 1C1"),
            (117, "1F3 1P5 1I10 1C99"),
            (118, "1F3 1P5 1I10 1C100"),
            (119, "1F3 1P5 1I10 1C100 2F1"),
            (236, "1F3 1P5 1I10 1C100 2F3 2P5 2I10 2C100"),
            (237, "1F3 1P5 1I10 1C100 2F3 2P5 2I10 2C100 3F1"),
        ],
    )
    def test_spends_the_house_s_order_to_the_fen(self, amount_fen, expected):
        settled = waterfall.pay(lines(*FOUR), payment(amount_fen))

        assert spent(settled) == expected
        assert settled.left_fen == 0

    @pytest.mark.parametrize(
        ("strategy", "expected"),
        [
            (PENALTY_FIRST, "1P5 1F3 1I10 1C2"),
            (ADVANCED, "1P5 1F3 1C12"),
            (PRINCIPAL_FIRST_IN_ADVANCE, "1P5 1F3 1I10 1C2"),
        ],
        ids=lambda value: getattr(value, "code", None),
    )
    def test_spends_twenty_fen_by_other_orders(self, strategy, expected):
        assert spent(waterfall.pay(lines(*FOUR), payment(20), strategy=strategy)) == expected

    def test_of_more_than_everything_leaves_the_rest(self):
        settled = waterfall.pay(lines(*FOUR), payment(500))

        assert settled.left_fen == 500 - 4 * 118
        assert owed(settled.instalments) == 0
        assert all(each.settled_on == ON for each in settled.instalments)

    def test_marks_the_day_of_what_it_completes_and_of_nothing_else(self):
        first, second, *_ = waterfall.pay(lines(*FOUR), payment(119)).instalments

        assert (first.settled_on, second.settled_on) == (ON, None)

    def test_passes_by_what_is_already_paid(self):
        half = waterfall.pay(lines(-31, 0), payment(18)).instalments
        again = waterfall.pay(half, payment(101, sequence=8))

        assert spent(again) == "1C100 2F1"
        assert {each.sequence for each in again.allocations} == {8}

    def test_on_instalments_without_fee_or_penalty_begins_with_interest(self):
        plain = (line(1, ON, fee=0, penalty=0),)

        assert spent(waterfall.pay(plain, payment(12))) == "1I10 1C2"

    def test_from_the_end_pays_the_last_instalment_before_the_next(self):
        settled = waterfall.pay(lines(30, 61), payment(120), strategy=FROM_THE_END)

        assert spent(settled) == "2F3 2P5 2I10 2C100 1F2"

    @given(any_lines(), any_strategies(), st.integers(1, 4_000))
    @EXAMPLES
    def test_loses_no_fen_and_finds_none(self, instalments, strategy, amount_fen):
        settled = waterfall.pay(instalments, payment(amount_fen), strategy=strategy)
        used_fen = sum(each.amount_fen for each in settled.allocations)

        assert used_fen + settled.left_fen == amount_fen
        assert owed(instalments) - owed(settled.instalments) == used_fen
        assert all(each.amount_fen > 0 for each in settled.allocations)
        assert settled.left_fen == 0 or owed(settled.instalments) == 0

    @given(any_lines(), any_strategies(), st.integers(1, 2_000), st.integers(1, 2_000))
    @EXAMPLES
    def test_in_two_parts_is_paying_at_once(self, instalments, strategy, first_fen, second_fen):
        at_once = waterfall.pay(instalments, payment(first_fen + second_fen), strategy=strategy)
        half = waterfall.pay(instalments, payment(first_fen), strategy=strategy)
        both = waterfall.pay(
            half.instalments, payment(second_fen, sequence=8), strategy=strategy
        ).instalments

        for one, other in zip(at_once.instalments, both, strict=True):
            assert [one.balance(each) for each in Component] == [
                other.balance(each) for each in Component
            ]

    @given(any_lines(), any_strategies(), st.integers(1, 4_000))
    @EXAMPLES
    def test_never_pays_more_than_is_owed_of_anything(self, instalments, strategy, amount_fen):
        for each in waterfall.pay(instalments, payment(amount_fen), strategy=strategy).instalments:
            assert all(each.balance(part).outstanding_fen >= 0 for part in Component)


class TestPayingWhatIsDue:
    @pytest.mark.parametrize(
        ("amount_fen", "expected", "left_fen"),
        [
            (118, "1F3 1P5 1I10 1C100", 0),
            (236, "1F3 1P5 1I10 1C100 2F3 2P5 2I10 2C100", 0),
            (237, "1F3 1P5 1I10 1C100 2F3 2P5 2I10 2C100", 1),
            (999, "1F3 1P5 1I10 1C100 2F3 2P5 2I10 2C100", 763),
        ],
    )
    def test_stops_at_the_day(self, amount_fen, expected, left_fen):
        settled = waterfall.pay_due(lines(*FOUR), payment(amount_fen))

        assert (spent(settled), settled.left_fen) == (expected, left_fen)

    def test_where_nothing_is_due_keeps_the_money_whole(self):
        before = lines(1, 31)
        settled = waterfall.pay_due(before, payment(50))

        assert (settled.instalments, settled.allocations, settled.left_fen) == (before, (), 50)

    @given(any_lines(), any_strategies(), st.integers(1, 4_000))
    @EXAMPLES
    def test_never_touches_what_is_to_come(self, instalments, strategy, amount_fen):
        settled = waterfall.pay_due(instalments, payment(amount_fen), strategy=strategy)

        for before, after in zip(instalments, settled.instalments, strict=True):
            assert before.due_on <= ON or before == after


class TestForgiving:
    @pytest.mark.parametrize(
        ("amount_fen", "expected", "left_fen"),
        [
            (1, "1P1", 0),
            (5, "1P5", 0),
            (10, "1P5 2P5", 0),
            (11, "1P5 2P5 1F1", 0),
            (16, "1P5 2P5 1F3 2F3", 0),
            (20, "1P5 2P5 1F3 2F3 1I4", 0),
            (36, "1P5 2P5 1F3 2F3 1I10 2I10", 0),
            (40, "1P5 2P5 1F3 2F3 1I10 2I10", 4),
        ],
    )
    def test_takes_penalty_everywhere_then_fees_then_interest(self, amount_fen, expected, left_fen):
        waiver = payment(amount_fen, TransactionKind.WAIVER)
        settled = waterfall.waive(lines(*FOUR), waiver)

        assert (spent(settled), settled.left_fen) == (expected, left_fen)
        assert all(each.is_waiver for each in settled.allocations)

    def test_is_told_apart_from_paying(self):
        waiver = payment(36, TransactionKind.WAIVER)
        first, *_ = waterfall.waive(lines(*FOUR), waiver).instalments

        assert (first.penalty.waived_fen, first.penalty.paid_fen) == (5, 0)
        assert (first.interest.waived_fen, first.interest.paid_fen) == (10, 0)

    @given(any_lines(), st.integers(1, 4_000))
    @EXAMPLES
    def test_leaves_principal_and_the_future_alone(self, instalments, amount_fen):
        settled = waterfall.waive(instalments, payment(amount_fen, TransactionKind.WAIVER))

        for before, after in zip(instalments, settled.instalments, strict=True):
            assert before.principal == after.principal
            assert before.due_on <= ON or before == after

    @given(any_lines(), st.integers(1, 4_000))
    @EXAMPLES
    def test_of_interest_alone_touches_nothing_else(self, instalments, amount_fen):
        settled = waterfall.forgive_interest(instalments, payment(amount_fen))

        assert {each.component for each in settled.allocations} <= {Component.INTEREST}
        for before, after in zip(instalments, settled.instalments, strict=True):
            assert (before.fee, before.penalty) == (after.fee, after.penalty)

    def test_of_interest_begins_with_the_oldest(self):
        assert spent(waterfall.forgive_interest(lines(*FOUR), payment(15))) == "1I10 2I5"

    @given(amounts)
    def test_the_last_of_an_instalment_settles_it(self, interest_fen):
        only = (line(1, ON, fee=0, penalty=0, interest=interest_fen + 1, principal=0),)
        settled = waterfall.waive(only, payment(interest_fen + 1, TransactionKind.WAIVER))

        assert settled.instalments[0].settled_on == ON
