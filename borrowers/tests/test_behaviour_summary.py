"""The summary says what the decision counts: once, by consent, without what was left out."""

from datetime import timedelta

import pytest

from borrowers.behaviour import queries
from borrowers.behaviour.contracts import Category, Direction, Platform, Source
from borrowers.checks import lines
from borrowers.tests import cast
from borrowers.tests.test_behaviour_imports import lin_who_allows, upload
from common.actors import Actor
from common.periods import shanghai_date

pytestmark = pytest.mark.django_db

LATER = cast.FIRST_DAY + timedelta(days=200)
TODAY = shanghai_date(LATER)
WAGE = {"direction": Direction.IN, "category": Category.INCOME_SALARY, "merchant": "示例科技"}
BACK = {"direction": Direction.IN, "category": Category.REFUND, "parent_native_id": "A1"}


def summary(card):
    return queries.summary(card.id, TODAY)


def refunds(card):
    told = summary(card)
    return told.refunds, told.refunds_fen


def key_of(card, amount_fen):
    columns = queries.match_columns_of(card.id)
    return columns.key(columns.amount_fen.tolist().index(amount_fen))


def spent(card):
    columns = queries.columns_of(card.id)
    return int(columns.amount_fen[columns.direction == Direction.OUT].sum())


def order(**changes):
    return cast.event(1, **{"native_id": "A1", "amount_fen": 5_000, **changes})


def back(number, fen, **changes):
    return cast.event(number, **{"amount_fen": fen, "native_id": f"B{number}", **BACK, **changes})


class TestRefunds:
    def test_from_a_later_bill_are_one_each(self):
        lin = lin_who_allows()
        upload(lin, [order()], b"march")

        upload(lin, [back(5, 2_000), back(6, 1_000)], b"april")

        assert refunds(lin) == (2, 3_000)
        assert spent(lin) == 2_000

    def test_stand_in_the_months_of_shanghai_in_which_they_came(self):
        lin = lin_who_allows()
        last_hour_of_may = cast.FIRST_DAY.replace(day=31, hour=15, minute=59)
        told_before = {"occurred_at": last_hour_of_may, "parent_native_id": ""}
        told_after = {"occurred_at": last_hour_of_may + timedelta(minutes=1)}

        upload(lin, [order(), back(5, 200, **told_before), back(6, 1_000, **told_after)])

        told = summary(lin)
        months = [(each.first_day.isoformat(), each.refunds_fen) for each in told.refund_months]
        assert months == [("2026-05-01", 200), ("2026-06-01", 1_000)]
        assert sum(fen for _month, fen in months) == told.refunds_fen

    def test_noted_on_the_order_and_told_again_later_are_one(self):
        lin = lin_who_allows()
        upload(lin, [order(refunded_fen=2_000)], b"march")

        upload(lin, [back(5, 2_000)], b"april")

        assert refunds(lin) == (1, 2_000)
        assert spent(lin) == 3_000

    def test_noted_on_the_wallets_row_of_a_shops_order_are_one(self):
        lin = lin_who_allows()
        paid = order(refunded_fen=5_000, via=Platform.JD)
        bought = order(source=Source.JD, native_id="J1", event_key=b"\x07" * 32)
        upload(lin, [bought], b"the shop", source=Source.JD)
        upload(lin, [paid], b"march")

        upload(lin, [back(5, 5_000)], b"april")

        assert refunds(lin) == (1, 5_000)
        assert spent(lin) == 0

    def test_that_undo_nothing_we_know_are_refunds_and_no_income(self):
        lin = lin_who_allows()

        upload(lin, [back(5, 2_000, parent_native_id="", merchant="elsewhere")])

        assert refunds(lin) == (1, 2_000)
        assert summary(lin).other_income_fen == 0

    def test_of_an_order_that_was_left_out_are_left_out_with_it(self):
        lin = lin_who_allows()
        upload(lin, [order()], b"march")
        upload(lin, [back(5, 2_000)], b"april")

        mark = lines.exclude(borrower_id=lin.id, event=key_of(lin, 5_000), by=cast.self_of(lin))
        assert refunds(lin) == (1, 2_000)

        mei = Actor(kind="STAFF", account_id=cast.officer().pk)
        lines.decide(public_id=mark, is_granted=True, by=mei, at=LATER)
        assert refunds(lin) == (0, 0)

    def test_end_with_the_consent(self):
        lin = lin_who_allows()
        upload(lin, [order()], b"march")
        upload(lin, [back(5, 2_000)], b"april")

        cast.withdraw(lin)

        assert refunds(lin) == (0, 0)

    def test_of_one_bill_given_again_are_what_this_bill_says(self):
        lin = lin_who_allows()
        upload(lin, [order()], b"march")
        upload(lin, [back(5, 2_000)], b"april")
        cast.withdraw(lin)
        cast.allow(lin)

        upload(lin, [order()], b"march")

        assert refunds(lin) == (0, 0)
        assert spent(lin) == 5_000


class TestIncome:
    def lin(self):
        lin = lin_who_allows()
        wages = [cast.event(30 * month, amount_fen=800_000, **WAGE) for month in range(6)]
        upload(lin, [*wages, cast.event(7)])
        return lin

    def test_is_what_came_in(self):
        told = summary(self.lin())

        assert (told.salary_fen, told.other_income_fen) == (4_800_000, 0)
        (stream,) = told.streams
        assert (stream.kind, stream.party, stream.occurrences) == ("SALARY", "示例科技", 6)

    def test_is_without_what_the_person_left_out(self):
        lin = self.lin()

        lines.exclude(borrower_id=lin.id, event=key_of(lin, 800_000), by=cast.self_of(lin))

        assert summary(lin).salary_fen == 4_000_000
        assert summary(lin).streams[0].occurrences == 5

    def test_is_without_what_the_person_left_out_until_somebody_refuses_it(self):
        lin = self.lin()
        mark = lines.exclude(borrower_id=lin.id, event=key_of(lin, 800_000), by=cast.self_of(lin))

        mei = Actor(kind="STAFF", account_id=cast.officer().pk)
        lines.decide(public_id=mark, is_granted=False, by=mei, at=LATER)

        assert summary(lin).salary_fen == 4_800_000

    def test_is_with_what_the_person_only_doubts(self):
        lin = self.lin()

        lines.dispute(borrower_id=lin.id, event=key_of(lin, 800_000), by=cast.self_of(lin))
        lines.call_duplicate(borrower_id=lin.id, event=key_of(lin, 800_000), by=cast.self_of(lin))

        assert summary(lin).salary_fen == 4_800_000

    def test_is_no_borrowed_money(self):
        lin = lin_who_allows()

        upload(lin, [cast.event(1, direction=Direction.IN, category=Category.CREDIT_DRAWDOWN)])

        assert (summary(lin).salary_fen, summary(lin).other_income_fen) == (0, 0)

    def test_is_each_persons_own(self):
        self.lin()
        zhao = cast.borrower("Zhao")
        cast.allow(zhao)

        told = summary(zhao)

        assert (told.salary_fen, told.refunds, told.streams) == (0, 0, ())
        assert told.refund_months == ()

    def test_agrees_with_what_a_decision_reads(self):
        lin = self.lin()
        lines.exclude(borrower_id=lin.id, event=key_of(lin, 800_000), by=cast.self_of(lin))

        columns = queries.columns_of(lin.id)

        is_in = columns.direction == Direction.IN
        told = summary(lin)
        assert told.salary_fen + told.other_income_fen == int(columns.amount_fen[is_in].sum())


class TestMoneyFromOneself:
    NAME = "林示例（虚构）"

    def regular(self):
        return [
            cast.event(
                number,
                occurred_at=cast.FIRST_DAY + timedelta(days=30 * number),
                amount_fen=800_000,
                direction=Direction.IN,
                category=Category.INCOME_OTHER,
                counterparty=self.NAME,
                merchant="",
            )
            for number in range(6)
        ]

    def wages_of(self, card):
        told = queries.summary(card.id, shanghai_date(cast.FIRST_DAY + timedelta(days=160)))
        return told.salary_fen

    def test_looks_like_a_wage_while_nobody_knows_the_name(self):
        lin = lin_who_allows()
        upload(lin, self.regular())

        assert self.wages_of(lin) == 6 * 800_000

    def test_is_no_wage_once_the_name_is_verified(self):
        lin = lin_who_allows()
        upload(lin, self.regular())
        cast.identify(lin, name=self.NAME, id_number=cast.LIN_ID_NUMBER)

        assert self.wages_of(lin) == 0
