"""Files that somebody changed are seen; files that nobody changed are left in peace."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import (
    Assurance,
    Category,
    Direction,
    EventStatus,
    Source,
)
from borrowers.behaviour.tables import rows
from borrowers.behaviour.words import FINDINGS
from borrowers.checks.integrity import balances, numbers
from borrowers.checks.integrity.report import inspect
from borrowers.tests import cast

OPENING = 500_000


def statement(count=30, **changes):
    """A bank's statement: every row leads from one balance to the next."""
    events, balance = [], OPENING
    for number in range(count):
        is_in = number % 7 == 0
        fen = 90_000 if is_in else 1_234 + 17 * number
        balance += fen if is_in else -fen
        event = cast.event(
            number,
            source=Source.CMB,
            amount_fen=fen,
            direction=Direction.IN if is_in else Direction.OUT,
            balance_fen=balance,
            account="6222000011112222",
            native_id="",
        )
        events.append(event)
    told = {"source": Source.CMB, "duplicates": 0, "quarantined": (), "rows_read": count}
    return cast.reading(events, **{**told, **changes})


def wallet(count=40):
    """A wallet's bill: the number of a payment carries its day."""
    events = []
    for number in range(count):
        at = cast.FIRST_DAY + timedelta(days=number)
        native_id = f"4200001{number % 10}{number % 7}0{at:%Y%m%d}{7_654_321_000 + number * 37}"
        events.append(cast.event(number, native_id=native_id, amount_fen=1_100 + 13 * number))
    return cast.reading(events, duplicates=0, quarantined=(), rows_read=count)


def changed(reading, number, **changes):
    events = list(reading.events)
    events[number] = replace(events[number], **changes)
    return replace(reading, events=tuple(events))


def codes(report):
    return {finding.code for finding in report.findings}


def columns(*events):
    return rows.matched(
        rows.to_keep(
            [(event, event.amount_fen - event.refunded_fen) for event in events],
            code=lambda _context, text: sum(text.encode()),
            seal=str,
        )
    )


NOTHING = columns()


class TestAWholeStatement:
    def test_is_proved_by_its_balances(self):
        report = inspect(statement())

        assert (report.findings, report.tamper_score_percent) == ((), 0)
        assert report.assurance is Assurance.CHECKED

    @pytest.mark.parametrize("is_latest_first", [False, True])
    def test_may_stand_in_either_order(self, is_latest_first):
        told = statement()
        rows_of_file = told.events[::-1] if is_latest_first else told.events
        numbered = [replace(row, row_number=at) for at, row in enumerate(rows_of_file)]

        assert inspect(replace(told, events=tuple(numbered))).findings == ()

    def test_may_say_its_ends(self):
        told = statement()
        closing = told.events[-1].balance_fen

        assert inspect(replace(told, opening_fen=OPENING, closing_fen=closing)).findings == ()

    def test_may_move_own_money_either_way(self):
        told = statement()
        for number in (3, 7):
            told = changed(told, number, direction=Direction.NEUTRAL)

        assert inspect(told).findings == ()

    def test_may_be_of_a_card_whose_balance_is_a_debt(self):
        told = statement()
        turned = [
            replace(
                row,
                direction=Direction.IN if row.direction is Direction.OUT else Direction.OUT,
            )
            for row in told.events
        ]

        assert inspect(replace(told, events=tuple(turned))).findings == ()

    def test_has_gaps_where_rows_were_not_understood(self):
        told = statement()
        kept = told.events[:9] + told.events[10:]
        unread = cast.reading([]).quarantined

        assert inspect(replace(told, events=kept, quarantined=unread)).findings == ()

    def test_without_balances_is_no_more_than_an_upload(self):
        told = statement()
        bare = tuple(replace(row, balance_fen=None) for row in told.events)

        assert inspect(replace(told, events=bare)).assurance is Assurance.UPLOADED


class TestAChangedStatement:
    @given(number=st.integers(1, 28), factor=st.integers(2, 9))
    def test_is_seen_by_an_amount_that_its_balance_does_not_bear(self, number, factor):
        told = statement()
        forged = changed(told, number, amount_fen=told.events[number].amount_fen * factor)

        report = inspect(forged)

        assert "BALANCE_BREAKS" in codes(report)
        assert report.tamper_score_percent >= 50
        assert report.assurance is Assurance.DECLARED

    @given(number=st.integers(1, 28))
    def test_is_seen_by_a_row_that_is_gone(self, number):
        told = statement()
        forged = replace(told, events=told.events[:number] + told.events[number + 1 :])

        assert "BALANCE_BREAKS" in codes(inspect(forged))

    def test_is_seen_by_its_ends_when_rows_are_gone_there(self):
        told = statement(opening_fen=OPENING)
        told = replace(told, closing_fen=told.events[-1].balance_fen)

        assert codes(inspect(replace(told, events=told.events[2:]))) == {"BALANCE_ENDS_DIFFER"}
        assert codes(inspect(replace(told, events=told.events[:-2]))) == {"BALANCE_ENDS_DIFFER"}

    def test_is_seen_by_its_sum_where_no_row_tells_a_balance(self):
        told = statement(opening_fen=OPENING)
        bare = tuple(replace(row, balance_fen=None) for row in told.events)
        told = replace(told, closing_fen=told.events[-1].balance_fen, events=bare)

        assert inspect(told).assurance is Assurance.CHECKED
        assert codes(inspect(replace(told, events=bare[1:]))) == {"BALANCE_ENDS_DIFFER"}

    def test_is_seen_by_days_that_it_does_not_cover(self):
        told = statement()
        last_day = told.events[-4].occurred_at.date()

        assert "OUTSIDE_OF_PERIOD" in codes(inspect(replace(told, period_until=last_day)))

    def test_may_book_a_payment_on_the_day_after(self):
        told = statement()
        last_day = told.events[-2].occurred_at.date()

        assert inspect(replace(told, period_until=last_day)).findings == ()


class TestAWallet:
    def test_that_nobody_changed_has_nothing_against_it(self):
        assert inspect(wallet()).findings == ()

    def test_whose_totals_fit_is_proved(self):
        assert inspect(replace(wallet(), totals_agree=True)).assurance is Assurance.CHECKED

    def test_whose_totals_do_not_fit_calls_a_person(self):
        report = inspect(replace(wallet(), totals_agree=False, declared_rows=42))

        assert [(each.code, each.rows) for each in report.findings] == [("TOTALS_DIFFER", 2)]
        assert report.tamper_score_percent >= 50

    def test_with_a_payment_moved_to_another_day_is_seen_by_its_number(self):
        told = wallet()
        later = told.events[5].occurred_at + timedelta(days=4)

        assert "NUMBER_OF_ANOTHER_DAY" in codes(inspect(changed(told, 5, occurred_at=later)))

    def test_may_be_paid_after_midnight(self):
        told = wallet()
        later = told.events[5].occurred_at + timedelta(days=1)

        assert "NUMBER_OF_ANOTHER_DAY" not in codes(inspect(changed(told, 5, occurred_at=later)))

    def test_whose_refund_carries_the_day_of_its_purchase_is_whole(self):
        told = wallet()
        later = told.events[5].occurred_at + timedelta(days=9)
        refund = changed(told, 5, occurred_at=later, category=Category.REFUND)

        assert "NUMBER_OF_ANOTHER_DAY" not in codes(inspect(refund))

    def test_with_one_number_for_two_amounts_is_seen(self):
        told = wallet()
        copied = replace(told.events[5], amount_fen=99)

        report = inspect(replace(told, events=(*told.events, copied)))

        assert "NUMBER_TOLD_TWICE" in codes(report)

    def test_whose_numbers_carry_no_day_is_left_in_peace(self):
        told = wallet()
        plain = tuple(replace(row, native_id=f"{at:028d}") for at, row in enumerate(told.events))

        assert inspect(replace(told, events=plain)).findings == ()


class TestHints:
    """Each is too weak to call a person by itself."""

    @pytest.mark.parametrize(
        ("code", "make"),
        [
            ("ROUND_AMOUNTS", lambda row, _at: replace(row, amount_fen=30_000)),
            ("SAVED_BY_A_SPREADSHEET", lambda row, _at: replace(row, degraded=True)),
            (
                "WAGE_AT_NIGHT",
                lambda row, at: replace(
                    row,
                    amount_fen=row.amount_fen + at,
                    category=Category.INCOME_SALARY,
                    direction=Direction.IN,
                    occurred_at=row.occurred_at.replace(hour=18, minute=at % 60),
                ),
            ),
        ],
    )
    def test_are_told_and_flag_nothing(self, code, make):
        told = wallet(90)
        odd = tuple(make(row, at) for at, row in enumerate(told.events))

        report = inspect(replace(told, events=odd))

        assert code in codes(report)
        assert report.tamper_score_percent < 50
        assert report.assurance is Assurance.UPLOADED

    def test_of_a_wage_told_twice(self):
        told = wallet()
        wage = {"category": Category.INCOME_SALARY, "direction": Direction.IN}
        for number in (2, 4, 33):
            told = changed(told, number, **wage, amount_fen=800_017)

        assert "WAGE_TWICE_A_MONTH" in codes(inspect(told))

    def test_of_a_few_rows_out_of_order(self):
        told = wallet()
        turned = changed(changed(told, 5, row_number=90), 30, row_number=17)

        assert "ORDER_BROKEN" in codes(inspect(turned))

    def test_of_invented_digits(self):
        told = wallet(90)
        invented = tuple(
            replace(row, amount_fen=(100 + 10 * at + 7) * 100 + 1)
            for at, row in enumerate(told.events)
        )

        assert "STRANGE_LAST_DIGITS" in codes(inspect(replace(told, events=invented)))


class TestOneFileAgainstAnother:
    def bank(self, count=30, missing=()):
        return columns(
            *(
                cast.event(number, source=Source.CMB, tail="2222", native_id="")
                for number in range(count)
                if number not in missing
            )
        )

    def by_card(self, count=30):
        return [cast.event(number, tail="2222", native_id=f"{number}") for number in range(count)]

    def against(self, events, known):
        told = cast.reading(list(events), duplicates=0, quarantined=(), rows_read=len(events))
        return codes(inspect(told, columns(*events), known))

    def test_that_tells_the_same_has_nothing_against_it(self):
        assert self.against(self.by_card(), self.bank()) == set()

    def test_misses_payments_that_the_card_never_saw(self):
        missing = range(5, 15)

        assert self.against(self.by_card(), self.bank(missing=missing)) == {"NOT_ON_THE_CARD"}

    def test_is_held_against_it_whichever_comes_second(self):
        bank = [
            cast.event(n, source=Source.CMB, tail="2222", native_id="") for n in range(0, 30, 2)
        ]

        assert self.against(bank, columns(*self.by_card())) == {"NOT_ON_THE_CARD"}

    def test_is_not_asked_about_days_outside_of_the_statement(self):
        assert self.against(self.by_card(60), self.bank(30)) == set()

    def test_is_not_asked_about_another_card(self):
        others = [replace(event, tail="9999") for event in self.by_card()]

        assert self.against(others, self.bank()) == set()

    def test_told_other_amounts_before(self):
        before = columns(cast.event(1, native_id="42"))
        now = [cast.event(1, native_id="42", amount_fen=99_000)]

        assert self.against(now, before) == {"TOLD_OTHERWISE_BEFORE"}

    def test_that_notes_a_refund_since_tells_the_same(self):
        before = columns(cast.event(1, native_id="42"))
        now = [cast.event(1, native_id="42", refunded_fen=500)]

        assert self.against(now, before) == set()

    def test_of_nothing_before_has_nothing_against_it(self):
        assert self.against(self.by_card(), NOTHING) == set()


class TestAnything:
    @given(
        amounts=st.lists(st.integers(0, 10**9), max_size=40),
        balances_fen=st.lists(st.none() | st.integers(-(10**9), 10**9), min_size=40, max_size=40),
        status=st.sampled_from(EventStatus),
        native_id=st.text(max_size=30),
    )
    def test_is_looked_at_without_a_fault_and_scored_from_0_to_100(
        self, amounts, balances_fen, status, native_id
    ):
        events = [
            cast.event(at, amount_fen=fen, balance_fen=balance, status=status, native_id=native_id)
            for at, (fen, balance) in enumerate(zip(amounts, balances_fen, strict=False))
        ]
        told = cast.reading(events, opening_fen=0, closing_fen=5, totals_agree=None)

        report = inspect(told, columns(*events), columns(*events))

        assert 0 <= report.tamper_score_percent <= 100
        assert codes(report) <= set(FINDINGS)


def test_a_day_is_found_only_where_one_stands():
    assert numbers.day_in("20261131") is None
    assert numbers.day_in("20261130") is not None


def test_every_sum_of_few_amounts_is_found():
    assert balances.sums_of([3, 5]) == {-8, -2, 2, 8}
