"""What each kind of transaction does to one small loan, counted by hand to the fen."""

import pytest

from lending.calc.contracts import Policy
from lending.calc.fold import payoff_quote
from lending.calc.settlement import quote
from lending.tests.calc_loans import opening
from lending.tests.calc_quarter import (
    QUARTER,
    ROWS,
    day,
    due_days,
    event,
    left,
    lived,
    numbers,
    rows,
)

# The middle of the first period: fourteen of its twenty-eight days, 15 yuan of interest.
MIDDLE = "2026-02-14"
DUE_DAYS = ["2026-02-28", "2026-03-31", "2026-04-30"]
# Ten days after the last due date, with nothing paid.
LOST = "2026-05-10"
LOST_PENALTIES_FEN = [2_811, 1_599, 403]


def test_the_loan_is_the_one_on_the_sheet_of_paper():
    state = lived("2026-01-31")

    assert (rows(state), due_days(state)) == (ROWS, DUE_DAYS)
    assert state.outstanding_fen == 306_020


class TestPayingEarly:
    def test_with_smaller_instalments_spreads_the_rest(self):
        state = lived(MIDDLE, event("PREPAYMENT", MIDDLE, 101_500))

        assert left(state) == [(66_668, 1_000), (66_335, 1_333), (66_997, 670)]
        assert rows(state)[0] == (166_668, 2_500)
        assert (state.level_fen, due_days(state)) == (67_668, DUE_DAYS)

    def test_with_fewer_instalments_keeps_their_size(self):
        paid = event("PREPAYMENT", MIDDLE, 101_500, policy=Policy.REDUCE_TERM)
        state = lived(MIDDLE, paid)

        assert left(state) == [(101_007, 1_000), (98_993, 990)]
        assert (state.level_fen, due_days(state)) == (102_007, DUE_DAYS[:2])

    def test_for_the_next_instalment_leaves_the_plan_alone(self):
        paid = event("PREPAYMENT", MIDDLE, 101_500, policy=Policy.NEXT_DUE)
        state = lived(MIDDLE, paid)

        assert rows(state) == ROWS
        assert left(state) == [(507, 0), *ROWS[1:]]

    @pytest.mark.parametrize(
        ("amount_fen", "interest_fen", "principal_fen"),
        [(1, 1, 0), (1_500, 1_500, 0), (1_501, 1_500, 1), (301_500, 1_500, 300_000)],
    )
    def test_pays_the_interest_of_the_days_before_principal(
        self, amount_fen, interest_fen, principal_fen
    ):
        state = lived(MIDDLE, event("PREPAYMENT", MIDDLE, amount_fen))

        assert sum(line.interest.paid_fen for line in state.instalments) == interest_fen
        assert sum(line.principal.paid_fen for line in state.instalments) == principal_fen
        assert state.is_settled is (amount_fen == 301_500)

    def test_of_more_than_everything_holds_the_rest(self):
        state = lived(MIDDLE, event("PREPAYMENT", MIDDLE, 301_777))

        assert (state.is_settled, state.overpaid_fen) == (True, 277)

    def test_pays_what_is_due_first(self):
        state = lived("2026-02-28", event("PREPAYMENT", "2026-02-28", 102_007 + 50_000))

        assert left(state)[0] == (0, 0)
        assert sum(principal for principal, _ in left(state)) == 300_000 - 99_007 - 50_000


class TestPayingOff:
    @pytest.mark.parametrize(
        ("on", "interest_fen"),
        [
            ("2026-01-31", 0),
            ("2026-02-01", 107),
            (MIDDLE, 1_500),
            ("2026-02-27", 2_892),
            ("2026-02-28", 3_000),
            # One of thirty-one days of the second period.
            ("2026-03-01", 3_064),
            ("2026-03-31", 5_010),
            ("2026-04-30", 6_020),
        ],
    )
    def test_costs_interest_by_the_day(self, on, interest_fen):
        found = quote(lived(on))

        assert (found.principal_fen, found.interest_fen) == (300_000, interest_fen)
        assert found.total_fen + found.saved_fen == lived(on).outstanding_fen

    def test_asks_for_the_penalty_too(self):
        found = payoff_quote(QUARTER, [opening(QUARTER)], day("2026-03-05"))

        # Five days on 990.07 yuan.
        assert found.penalty_fen == 198
        assert found.total_fen == 300_000 + 3_000 + 2_010 * 5 // 31 + 198

    def test_a_fen_short_is_a_repayment(self):
        state = lived(MIDDLE, event("PAYOFF", MIDDLE, 301_499))

        assert not state.is_settled
        assert rows(state) == ROWS
        assert state.outstanding_fen == 306_020 - 301_499


class TestAMerchantRefund:
    def test_lowers_the_principal_and_not_the_interest_of_the_days_before(self):
        state = lived(MIDDLE, event("MERCHANT_REFUND", MIDDLE, 150_000))

        assert state.principal_outstanding_fen == 150_000
        assert state.instalments[0].scheduled.carried_fen == 1_500
        # The rest of half a month on 1,500 yuan.
        assert left(state)[0][1] == 1_500 + 750

    def test_that_gives_interest_back_takes_its_part_off(self):
        back = event("MERCHANT_REFUND", MIDDLE, 150_000, refunds_interest=True)
        state = lived(MIDDLE, back)

        assert state.interest_returned_fen == 750
        assert state.principal_outstanding_fen == 150_000 - 750

    def test_of_everything_leaves_only_interest(self):
        state = lived(MIDDLE, event("MERCHANT_REFUND", MIDDLE, 300_000))

        assert state.principal_outstanding_fen == 0
        assert state.outstanding_fen == 1_500

    def test_of_more_than_is_owed_pays_the_interest_and_holds_the_rest(self):
        state = lived(MIDDLE, event("MERCHANT_REFUND", MIDDLE, 302_000))

        assert (state.outstanding_fen, state.overpaid_fen) == (0, 500)


class TestAWithdrawal:
    @pytest.mark.parametrize(
        ("amount_fen", "charges_interest", "is_withdrawn"),
        [
            (300_000, False, True),
            (299_999, False, False),
            (300_321, True, True),
            (300_320, True, False),
        ],
    )
    def test_needs_the_whole_of_it(self, amount_fen, charges_interest, is_withdrawn):
        # Three days of twenty-eight.
        given = event("WITHDRAWAL", "2026-02-03", amount_fen, charges_interest=charges_interest)
        state = lived("2026-02-03", given)

        assert state.is_settled is is_withdrawn
        assert state.withdrawn_on == (day("2026-02-03") if is_withdrawn else None)
        assert state.received_fen == amount_fen

    def test_drops_a_fee_that_was_charged(self):
        fee = event("CHARGE", "2026-02-01", 500)
        state = lived("2026-02-03", fee, event("WITHDRAWAL", "2026-02-03", 300_000, sequence=3))

        assert (state.is_settled, state.fee_outstanding_fen) == (True, 0)


class TestChangesOfTerms:
    def test_half_the_rate_from_the_middle_of_a_period(self):
        state = lived(MIDDLE, event("RATE_CHANGE", MIDDLE, annual_rate_ppm=60_000))

        assert rows(state) == [(100_000, 2_250), (99_750, 1_000), (100_250, 501)]
        assert (state.annual_rate_ppm, due_days(state)) == (60_000, DUE_DAYS)

    def test_no_rate_at_all_keeps_what_was_earned(self):
        state = lived(MIDDLE, event("RATE_CHANGE", MIDDLE, annual_rate_ppm=0))

        assert rows(state) == [(100_000, 1_500), (100_000, 0), (100_000, 0)]

    def test_another_due_day(self):
        changed = event("DUE_DATE_CHANGE", "2026-02-28", due_on=day("2026-03-15"))
        state = lived("2026-02-28", changed)

        assert due_days(state) == ["2026-02-28", "2026-03-15", "2026-04-15"]
        assert rows(state) == [ROWS[0], (100_462, 1_076), (100_531, 1_005)]

    def test_another_due_day_that_lies_behind_is_no_change(self):
        changed = event("DUE_DATE_CHANGE", "2026-02-28", due_on=day("2026-02-28"))

        assert rows(lived("2026-02-28", changed)) == ROWS

    def test_a_month_without_paying(self):
        state = lived("2026-02-28", event("HOLIDAY", "2026-02-28", periods=1))

        assert due_days(state) == ["2026-02-28", "2026-04-30", "2026-05-31"]
        assert rows(state) == [ROWS[0], (98_997, 4_019), (101_996, 1_020)]

    def test_a_month_more(self):
        state = lived("2026-02-28", event("EXTENSION", "2026-02-28", periods=1))

        assert due_days(state) == [*DUE_DAYS, "2026-05-31"]
        assert rows(state) == [ROWS[0], (66_332, 2_010), (66_995, 1_347), (67_666, 677)]
        assert numbers(state) == [1, 2, 3, 4]

    @pytest.mark.parametrize("kind", ["RATE_CHANGE", "DUE_DATE_CHANGE", "HOLIDAY", "EXTENSION"])
    def test_of_a_loan_past_its_last_day_change_nothing(self, kind):
        changed = event(kind, LOST, annual_rate_ppm=0, periods=1, due_on=day("2026-06-10"))

        assert rows(lived(LOST, changed)) == ROWS


class TestRestructuring:
    def test_a_lost_loan_begins_again_with_what_is_overdue(self):
        asked = event("RESTRUCTURE", LOST, periods=3, due_on=day("2026-06-10"), waives_penalty=True)
        state = lived(LOST, asked)

        assert rows(state)[3:] == [(99_007, 6_020 + 3_000), (99_997, 2_010), (100_996, 1_010)]
        assert due_days(state)[3:] == ["2026-06-10", "2026-07-10", "2026-08-10"]
        assert state.waived_fen == sum(LOST_PENALTIES_FEN)
        assert state.dpd(day(LOST)) == 0

    def test_without_a_waiver_carries_the_penalty_along(self):
        asked = event("RESTRUCTURE", LOST, periods=3, due_on=day("2026-06-10"))
        state = lived(LOST, asked)

        assert state.waived_fen == 0
        assert state.instalments[3].penalty.due_fen == sum(LOST_PENALTIES_FEN)
        # It waits, and bears nothing while the new instalments are not late.
        assert lived("2026-06-10", asked).penalty_outstanding_fen == sum(LOST_PENALTIES_FEN)

    def test_empties_the_old_instalments(self):
        asked = event("RESTRUCTURE", LOST, periods=2, due_on=day("2026-06-10"))

        assert left(lived(LOST, asked))[:3] == [(0, 0)] * 3

    def test_of_a_settled_loan_is_nothing(self):
        paid = event("PAYOFF", MIDDLE, 301_500)
        asked = event("RESTRUCTURE", LOST, periods=3, sequence=3)

        assert rows(lived(LOST, paid, asked)) == rows(lived(LOST, paid))


class TestCharging:
    @pytest.mark.parametrize(
        ("on", "instalment"),
        [
            ("2026-01-31", 1),
            ("2026-02-28", 1),
            ("2026-03-01", 2),
            ("2026-03-31", 2),
            ("2026-04-30", 3),
            ("2026-06-01", 3),
        ],
    )
    def test_a_fee_falls_due_with_the_next_instalment(self, on, instalment):
        state = lived(on, event("CHARGE", on, 500))

        assert [line.fee.due_fen for line in state.instalments] == [
            500 if number == instalment else 0 for number in (1, 2, 3)
        ]

    def test_opens_an_instalment_that_was_paid(self):
        paid = event("REPAYMENT", MIDDLE, 102_007)
        state = lived("2026-02-20", paid, event("CHARGE", "2026-02-20", 500, sequence=3))

        assert state.instalments[0].settled_on is None
        assert state.instalments[0].outstanding_fen == 500


class TestLosing:
    def test_gives_up_everything_owed_by_the_day(self):
        state = lived(LOST, event("WRITE_OFF", LOST))

        assert state.written_off_fen == 300_000 + 6_020 + sum(LOST_PENALTIES_FEN)
        assert (state.outstanding_fen, state.is_settled) == (0, False)

    def test_early_gives_up_no_interest_of_days_to_come(self):
        assert lived(MIDDLE, event("WRITE_OFF", MIDDLE)).written_off_fen == 301_500

    @pytest.mark.parametrize(
        ("amount_fen", "recovered_fen", "overpaid_fen"),
        [(1, 1, 0), (301_500, 301_500, 0), (301_600, 301_500, 100)],
    )
    def test_what_comes_in_after_it_is_recovered_first(
        self, amount_fen, recovered_fen, overpaid_fen
    ):
        lost = event("WRITE_OFF", MIDDLE)
        state = lived(LOST, lost, event("RECOVERY", LOST, amount_fen, sequence=3))

        assert (state.recovered_fen, state.overpaid_fen) == (recovered_fen, overpaid_fen)

    def test_a_second_time_loses_nothing_more(self):
        lost = event("WRITE_OFF", MIDDLE)
        again = event("WRITE_OFF", LOST, sequence=3)

        assert lived(LOST, lost, again).written_off_on == day(MIDDLE)


class TestMoneyBack:
    def test_of_what_was_overpaid_is_no_debt(self):
        paid = event("PAYOFF", MIDDLE, 301_900)
        state = lived(MIDDLE, paid, event("CREDIT_BALANCE_REFUND", MIDDLE, 400, sequence=3))

        assert (state.overpaid_fen, state.refunded_fen, state.outstanding_fen) == (0, 400, 0)

    def test_beyond_it_is_lent_with_the_next_instalment(self):
        paid = event("REPAYMENT", MIDDLE, 102_007)
        back = event("CREDIT_BALANCE_REFUND", MIDDLE, 400, sequence=3)
        state = lived(MIDDLE, paid, back)

        assert left(state)[0] == (400, 0)
        assert state.instalments[0].settled_on is None


class TestTheChosenDay:
    """Who chose a day keeps it, also when the next change starts from a shorter month."""

    def test_is_kept_by_the_second_of_two_holidays(self):
        moved = event("DUE_DATE_CHANGE", "2026-02-05", due_on=day("2026-03-30"))
        first = event("HOLIDAY", "2026-02-06", sequence=3, periods=11)
        second = event("HOLIDAY", "2026-02-07", sequence=4, periods=1)

        assert due_days(lived("2026-02-06", moved, first))[0] == "2027-02-28"
        assert due_days(lived("2026-02-07", moved, first, second)) == [
            "2027-03-30", "2027-04-30", "2027-05-30",
        ]  # fmt: skip

    def test_is_the_last_one_of_two_choices(self):
        first = event("DUE_DATE_CHANGE", "2026-02-05", due_on=day("2026-02-15"))
        again = event("DUE_DATE_CHANGE", "2026-02-06", sequence=3, due_on=day("2026-02-14"))

        assert due_days(lived("2026-02-07", first, again)) == [
            "2026-02-14", "2026-03-14", "2026-04-14",
        ]  # fmt: skip

    def test_comes_back_to_the_payouts_own_day(self):
        away = event("DUE_DATE_CHANGE", "2026-02-05", due_on=day("2026-02-15"))
        back = event("DUE_DATE_CHANGE", "2026-02-06", sequence=3, due_on=day("2026-03-31"))
        state = lived("2026-02-07", away, back)

        assert due_days(state) == ["2026-03-31", "2026-04-30", "2026-05-31"]
        assert state.due_day is None
