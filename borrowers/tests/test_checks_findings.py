"""Each finding alone: a file that has just this fault, and one that just has not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from borrowers.behaviour.contracts import (
    Assurance,
    Category,
    Direction,
    EventStatus,
    Precision,
)
from borrowers.behaviour.imports import Finding
from borrowers.checks.integrity import (
    balances,
    habits,
    incomes,
    numbers,
    report,
    timing,
    totals,
)
from borrowers.tests import cast

WAGE = {"category": Category.INCOME_SALARY, "direction": Direction.IN}


def told(*events, **said):
    """A file of just these rows, every one of them understood."""
    plain = {"duplicates": 0, "quarantined": (), "rows_read": len(events)}
    return cast.reading(list(events), **{**plain, **said})


def steps(opening, *moves, **changes):
    """Rows of payments out (negative) and in, each with the balance after it."""
    events, balance = [], opening
    for at, move in enumerate(moves):
        balance += move
        direction = Direction.IN if move > 0 else Direction.OUT
        shape = {"direction": direction, "balance_fen": balance, "native_id": "", **changes}
        events.append(cast.event(at, amount_fen=abs(move), **shape))
    return events


def bent(events, at, by=1):
    """The same rows, one of them with another balance."""
    changed = list(events)
    changed[at] = replace(changed[at], balance_fen=changed[at].balance_fen + by)
    return changed


def counts(findings):
    return {each.code: each.rows for each in findings or ()}


class TestTotals:
    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ({"totals_agree": None}, None),
            ({"totals_agree": True, "declared_rows": 9}, ()),
            ({"totals_agree": False}, (Finding("TOTALS_DIFFER", 0, 60),)),
            ({"totals_agree": False, "declared_rows": 5}, (Finding("TOTALS_DIFFER", 2, 60),)),
            ({"totals_agree": False, "declared_rows": 1}, (Finding("TOTALS_DIFFER", 2, 60),)),
        ],
    )
    def test_speak_where_the_file_has_some(self, said, found):
        assert totals.look(told(*[cast.event(at) for at in range(3)], **said)) == found


class TestBalances:
    def test_of_three_steps_are_a_running_balance_and_of_two_are_none(self):
        assert balances.look(told(*steps(1_000, -10, -20, -30, -40))) == ()
        assert balances.look(told(*steps(1_000, -10, -20, -30))) is None

    def test_are_one_where_four_steps_in_five_fit(self):
        six = bent(steps(1_000, -10, -20, -30, -40, -50, -60), -1)
        five = bent(steps(1_000, -10, -20, -30, -40, -50), -1)

        assert counts(balances.look(told(*six))) == {"BALANCE_BREAKS": 1}
        assert balances.look(told(*five)) is None

    def test_broken_in_the_middle_break_twice(self):
        rows = bent(steps(1_000, *[-10 * at for at in range(1, 12)]), 5)

        assert counts(balances.look(told(*rows))) == {"BALANCE_BREAKS": 2}

    @pytest.mark.parametrize("excuse", [{"duplicates": 1}, {"quarantined": (object(),)}])
    def test_have_one_gap_for_each_row_that_is_not_there(self, excuse):
        rows = steps(1_000, *[-10 * at for at in range(1, 12)])
        del rows[5]

        assert counts(balances.look(told(*rows))) == {"BALANCE_BREAKS": 1}
        assert balances.look(told(*rows, **excuse)) == ()

    def test_of_two_accounts_in_one_file_are_two(self):
        mine = steps(1_000, -10, -20, -30, -40, account="1111")
        other = steps(9_000, -11, -21, -31, -41, account="2222")
        mixed = [row for pair in zip(mine, other, strict=True) for row in pair]
        numbered = [replace(row, row_number=at) for at, row in enumerate(mixed)]

        assert balances.look(told(*numbered)) == ()
        one = [replace(row, account="1111") for row in numbered]
        assert balances.look(told(*one)) is None

    def test_of_two_currencies_of_one_account_are_two(self):
        mine = steps(1_000, -10, -20, -30, -40)
        dollars = steps(9_000, -11, -21, -31, -41, currency="USD")

        assert balances.look(told(*mine, *dollars)) == ()

    @pytest.mark.parametrize("status", [EventStatus.CLOSED, EventStatus.FAILED])
    def test_are_not_moved_by_what_came_to_nothing(self, status):
        rows = steps(1_000, -10, -20, -30, -40, -50)
        void = replace(rows[2], amount_fen=700, status=status, row_number=19)
        void = replace(void, balance_fen=rows[1].balance_fen)
        rows = [*rows[:2], void, *rows[2:]]
        numbered = [replace(row, row_number=at) for at, row in enumerate(rows)]

        assert balances.look(told(*numbered)) == ()
        counted = [replace(row, status=EventStatus.SETTLED) for row in numbered]
        assert counts(balances.look(told(*counted))) == {"BALANCE_BREAKS": 1}

    def test_rise_by_a_refund_whatever_its_direction_is_called(self):
        rows = steps(1_000, -10, -20, 30, -40, -50)
        rows[2] = replace(rows[2], category=Category.REFUND, direction=Direction.NEUTRAL)

        assert balances.look(told(*rows)) == ()

    @pytest.mark.parametrize(
        ("ends", "found"),
        [
            ({"opening_fen": 1_000, "closing_fen": 900}, {}),
            ({"opening_fen": 1_001, "closing_fen": 900}, {"BALANCE_ENDS_DIFFER": 1}),
            ({"opening_fen": 1_000, "closing_fen": 901}, {"BALANCE_ENDS_DIFFER": 1}),
            ({"closing_fen": 900}, {}),
            ({"opening_fen": 1_000}, {}),
        ],
    )
    def test_lead_from_the_opening_to_the_closing_one(self, ends, found):
        rows = steps(1_000, -10, -20, -30, -40)

        assert counts(balances.look(told(*rows, **ends))) == found
        assert counts(balances.look(told(*rows, quarantined=(object(),), **ends))) == {}

    @pytest.mark.parametrize(
        ("closing", "found"), [(940, ()), (941, (Finding("BALANCE_ENDS_DIFFER", 1, 60),))]
    )
    def test_that_only_the_ends_tell_are_proved_by_the_sum(self, closing, found):
        rows = [replace(row, balance_fen=None) for row in steps(1_000, -10, -20, -30)]

        assert balances.look(told(*rows, opening_fen=1_000, closing_fen=closing)) == found

    def test_of_few_own_transfers_may_go_either_way_and_of_many_prove_nothing(self):
        rows = [
            cast.event(at, amount_fen=7, direction=Direction.NEUTRAL, category=Category.CASH)
            for at in range(15)
        ]
        ends = {"opening_fen": 0, "closing_fen": 0}

        assert balances.look(told(*rows[:14], **ends)) == ()
        assert counts(balances.look(told(*rows[:13], **ends))) == {"BALANCE_ENDS_DIFFER": 1}
        assert balances.look(told(*rows, **ends)) is None


class TestNumbers:
    def rows(self, count, strangers=0, apart=5):
        made = []
        for at in range(count):
            row = cast.event(at)
            day = row.occurred_at + timedelta(days=apart if at < strangers else 0)
            made.append(replace(row, native_id=f"10{day:%Y%m%d}{at:06d}"))
        return made

    @pytest.mark.parametrize(
        ("count", "strangers", "found"),
        [(8, 0, 0), (8, 1, 1), (7, 1, 0), (8, 2, 0), (20, 3, 3), (20, 4, 0)],
    )
    def test_of_another_day_are_seen_where_the_rest_keep_the_rule(self, count, strangers, found):
        seen = counts(numbers.look(told(*self.rows(count, strangers))))

        assert seen.get("NUMBER_OF_ANOTHER_DAY", 0) == found

    @pytest.mark.parametrize(("apart", "found"), [(0, 0), (1, 0), (-1, 0), (2, 1), (-2, 1)])
    def test_may_be_of_the_evening_before_or_after(self, apart, found):
        seen = counts(numbers.look(told(*self.rows(12, 1, apart))))

        assert seen.get("NUMBER_OF_ANOTHER_DAY", 0) == found

    def test_are_looked_at_by_families_of_one_form(self):
        plain = [replace(cast.event(at), native_id=f"77{at:014d}") for at in range(12)]

        assert counts(numbers.look(told(*self.rows(12), *plain))) == {}

    def test_with_letters_carry_nothing(self):
        rows = [replace(row, native_id=f"N{row.native_id}") for row in self.rows(12, 1)]

        assert numbers.look(told(*rows)) == ()

    @pytest.mark.parametrize(
        ("copy", "found"),
        [
            ({"amount_fen": 5}, 1),
            ({}, 0),
            ({"amount_fen": 5, "occurred_at": cast.FIRST_DAY + timedelta(seconds=1)}, 0),
            ({"amount_fen": 5, "native_id": "43"}, 0),
            ({"amount_fen": 5, "category": Category.REFUND}, 0),
        ],
    )
    def test_told_twice_are_two_amounts_at_one_time(self, copy, found):
        row = cast.event(0, native_id="42")

        seen = counts(numbers.look(told(row, replace(row, **copy))))

        assert seen.get("NUMBER_TOLD_TWICE", 0) == found


class TestTiming:
    @pytest.mark.parametrize(
        ("at", "found"),
        [
            (datetime(2026, 4, 29, 16, 0, tzinfo=UTC), 0),
            (datetime(2026, 4, 29, 15, 59, tzinfo=UTC), 1),
            (datetime(2026, 6, 1, 15, 59, tzinfo=UTC), 0),
            (datetime(2026, 6, 1, 16, 0, tzinfo=UTC), 1),
        ],
    )
    def test_the_declared_days_are_those_of_shanghai_and_one_on_either_side(self, at, found):
        may = {"period_from": date(2026, 5, 1), "period_until": date(2026, 5, 31)}

        seen = counts(timing.look(told(cast.event(0, occurred_at=at), **may)))

        assert seen.get("OUTSIDE_OF_PERIOD", 0) == found

    def test_a_file_that_names_no_days_has_none_outside(self):
        assert timing.look(told(cast.event(0), cast.event(900))) == ()

    @pytest.mark.parametrize(
        ("count", "moved", "found"), [(20, 1, 1), (19, 1, 0), (20, 2, 0), (40, 2, 2)]
    )
    def test_rows_out_of_order_are_few_among_many(self, count, moved, found):
        rows = [cast.event(at) for at in range(count)]
        for number in range(moved):
            at = 5 + 9 * number
            rows[at] = replace(rows[at], occurred_at=rows[at].occurred_at - timedelta(days=3))

        assert counts(timing.look(told(*rows))).get("ORDER_BROKEN", 0) == found
        latest_first = [replace(row, row_number=-row.row_number) for row in rows]
        assert counts(timing.look(told(*latest_first))).get("ORDER_BROKEN", 0) == found

    def test_rows_of_one_second_are_in_any_order(self):
        rows = [cast.event(at, occurred_at=cast.FIRST_DAY) for at in range(30)]

        assert timing.look(told(*rows)) == ()


class TestIncomes:
    def wages(self, *days, fen=800_000, **changes):
        return [
            cast.event(at, occurred_at=day, amount_fen=fen, **{**WAGE, **changes})
            for at, day in enumerate(days)
        ]

    def paid_on(self, *dates):
        return [datetime(year, month, day, 6, tzinfo=UTC) for year, month, day in dates]

    def test_of_two_wages_are_no_evidence(self):
        assert incomes.look(told(*self.wages(*self.paid_on((2026, 5, 6), (2026, 5, 7))))) is None

    @pytest.mark.parametrize(
        ("dates", "found"),
        [
            (((2026, 4, 8), (2026, 5, 6), (2026, 5, 20), (2026, 6, 8)), 1),
            (((2026, 4, 8), (2026, 5, 6), (2026, 6, 8)), 0),
            (((2025, 5, 6), (2026, 5, 6), (2026, 6, 8)), 0),
        ],
    )
    def test_stand_twice_in_one_month_of_one_year(self, dates, found):
        seen = counts(incomes.look(told(*self.wages(*self.paid_on(*dates)))))

        assert seen.get("WAGE_TWICE_A_MONTH", 0) == found

    def test_of_another_amount_in_the_same_month_are_a_bonus(self):
        rows = self.wages(*self.paid_on((2026, 4, 8), (2026, 5, 6), (2026, 6, 8)))
        bonus = replace(rows[1], amount_fen=800_001)

        assert incomes.look(told(*rows, bonus)) == ()

    def test_that_come_twice_in_every_month_are_paid_that_way(self):
        halves = [(2026, month, day) for month in range(1, 7) for day in (10, 25)]

        assert incomes.look(told(*self.wages(*self.paid_on(*halves)))) == ()

    @pytest.mark.parametrize(
        ("at", "found"),
        [
            (datetime(2026, 5, 1, 16, 30, tzinfo=UTC), 1),
            (datetime(2026, 5, 1, 20, 59, tzinfo=UTC), 1),
            (datetime(2026, 5, 1, 21, 0, tzinfo=UTC), 0),
            (datetime(2026, 5, 1, 15, 59, tzinfo=UTC), 0),
            (datetime(2026, 5, 3, 16, 30, tzinfo=UTC), 0),
        ],
    )
    def test_of_a_weekend_night_are_odd_in_shanghai(self, at, found):
        rows = self.wages(*self.paid_on((2026, 3, 6), (2026, 4, 8)), at)

        assert counts(incomes.look(told(*rows))).get("WAGE_AT_NIGHT", 0) == found
        by_day = [replace(row, precision=Precision.DAY) for row in rows]
        assert incomes.look(told(*by_day)) == ()


class TestHabits:
    @pytest.mark.parametrize(
        ("count", "rounded", "found"), [(60, 36, 0), (60, 37, 37), (59, 59, 0), (100, 61, 61)]
    )
    def test_of_round_amounts_are_more_than_three_in_five(self, count, rounded, found):
        rows = [cast.event(at, amount_fen=20_000 if at < rounded else 9_999) for at in range(count)]

        assert counts(habits.look(told(*rows))).get("ROUND_AMOUNTS", 0) == found

    def test_of_what_came_in_are_nobodys_habit(self):
        rows = [cast.event(at, amount_fen=20_000, direction=Direction.IN) for at in range(90)]

        assert habits.look(told(*rows)) == ()

    def test_of_even_digits_are_real_and_of_one_digit_invented(self):
        even = [cast.event(at, amount_fen=(100 + at) * 100 + 37) for at in range(90)]
        sevens = [cast.event(at, amount_fen=(107 + 10 * at) * 100 + 37) for at in range(90)]

        assert habits.look(told(*even)) == ()
        assert counts(habits.look(told(*sevens))) == {"STRANGE_LAST_DIGITS": 90}

    def test_of_a_spreadsheet_are_counted_by_the_row(self):
        rows = [cast.event(at, degraded=at < 3) for at in range(9)]

        assert counts(habits.look(told(*rows))) == {"SAVED_BY_A_SPREADSHEET": 3}


class TestTheScore:
    @pytest.mark.parametrize(
        ("weights", "score"),
        [((), 0), ((60,), 60), ((20,), 20), ((60, 70), 88), ((10, 10, 10), 27), ((45, 15), 53)],
    )
    def test_takes_every_finding_as_standing_for_itself(self, weights, score):
        findings = tuple(Finding("ANY", 1, weight) for weight in weights)

        assert report.score_percent(findings) == score

    @pytest.mark.parametrize(
        ("score", "is_proved", "assurance"),
        [
            (0, True, Assurance.CHECKED),
            (0, False, Assurance.UPLOADED),
            (1, True, Assurance.UPLOADED),
            (49, True, Assurance.UPLOADED),
            (50, True, Assurance.DECLARED),
            (100, False, Assurance.DECLARED),
        ],
    )
    def test_lowers_what_the_file_is_worth(self, score, is_proved, assurance):
        assert report.assurance_of(score, is_proved=is_proved) is assurance
