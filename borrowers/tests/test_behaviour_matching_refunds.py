"""Refunds, partial, late, noted or not: what came back is taken off once, and never more."""

from typing import Any

import pytest

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventStatus,
    LinkKind,
    LinkMethod,
    Platform,
    Precision,
    Source,
)
from borrowers.behaviour.matching import match
from borrowers.tests.stories_of_money import Line, columns_of, told
from borrowers.tests.test_behaviour_matching import SAME, bank, wallet

ORDERED = "2026-03-05 12:00:00"
BACK: dict[str, Any] = {"category": Category.REFUND, "direction": Direction.IN}
SHOP: dict[str, Any] = {"merchant": "示例旗舰店", "via": Platform.NONE}


def order(yuan=100.0, at=ORDERED, name="order", **more):
    return wallet(name, at, yuan, **{"number": "A1", **more})


def back(name, at, yuan, **more):
    return wallet(name, at, yuan, **{**BACK, "undoes": "A1", **more})


def netted(*lines):
    """How many fen each refund takes off, by its name."""
    columns = columns_of(lines)
    by_key = {columns.key(at): line.name for at, line in enumerate(lines)}
    return {
        by_key[link.event]: link.netted_fen
        for link in match(columns)
        if link.kind is LinkKind.REFUND_OF
    }


def undone(*lines):
    """The purchase that each refund undoes, by names."""
    links = told(match(columns_of(lines)), lines)
    return {event: other for event, other, kind in links if kind is LinkKind.REFUND_OF}


class TestInParts:
    def test_each_part_is_taken_off(self):
        assert netted(
            order(),
            back("first", "2026-03-06 12:00:00", 30),
            back("second", "2026-03-07 12:00:00", 30),
            back("third", "2026-03-08 12:00:00", 40),
        ) == {"first": 3_000, "second": 3_000, "third": 4_000}

    def test_a_part_too_many_takes_off_what_is_left(self):
        taken = netted(
            order(),
            back("first", "2026-03-06 12:00:00", 70),
            back("second", "2026-03-07 12:00:00", 70),
        )

        assert taken == {"first": 7_000, "second": 3_000}

    def test_a_note_on_the_order_is_met_first(self):
        assert netted(
            order(refunded=30),
            back("noted", "2026-03-06 12:00:00", 30),
            back("not noted", "2026-03-07 12:00:00", 40),
        ) == {"noted": 0, "not noted": 4_000}

    def test_a_note_of_less_than_came_back_leaves_the_rest(self):
        assert netted(order(refunded=10), back("whole", "2026-03-06 12:00:00", 100)) == {
            "whole": 9_000
        }

    def test_of_one_second_are_two(self):
        at = "2026-03-06 12:00:00"

        assert netted(order(), back("one", at, 20), back("other", at, 20)) == {
            "one": 2_000,
            "other": 2_000,
        }


class TestByNumber:
    def test_has_no_time_limit(self):
        assert undone(order(), back("late", "2027-06-01 12:00:00", 100)) == {"late": "order"}

    def test_is_of_the_same_platform(self):
        other = Line("other", Source.ALIPAY, "2026-03-06 12:00:00", 100, undoes="A1", **BACK)

        assert undone(order(tail=""), other) == {}

    def test_beats_a_merchants_nearer_order(self):
        assert undone(
            order(**{**SHOP, "via": Platform.NONE}),
            order(100, "2026-03-09 12:00:00", "nearer", number="B2", merchant=SHOP["merchant"]),
            back("back", "2026-03-10 12:00:00", 100, merchant=SHOP["merchant"]),
        ) == {"back": "order"}

    def test_is_served_before_those_that_only_look_alike(self):
        """The numbered refund comes later, and still has the order to itself."""
        links = undone(
            order(50, merchant=SHOP["merchant"]),
            back("alike", "2026-03-06 12:00:00", 50, undoes="", merchant=SHOP["merchant"]),
            back("numbered", "2026-03-09 12:00:00", 50),
        )

        assert links == {"numbered": "order"}

    def test_that_leads_nowhere_falls_back_on_the_merchant(self):
        links = match(
            columns_of(
                [
                    order(merchant=SHOP["merchant"]),
                    back("back", "2026-03-06 12:00:00", 100, undoes="unknown",
                         merchant=SHOP["merchant"]),
                ]
            )
        )  # fmt: skip

        assert [link.method for link in links] == [LinkMethod.PARTY_AND_TIME]

    def test_may_be_the_orders_own_number(self):
        """Some wallets write the refund under the number of the order itself."""
        links = match(
            columns_of([order(), back("back", "2026-03-06 12:00:00", 60, undoes="", number="A1")])
        )

        assert [(link.method, link.netted_fen) for link in links] == [(LinkMethod.NUMBER, 6_000)]


class TestByMerchant:
    @pytest.mark.parametrize(
        ("at", "is_undone"),
        [
            ("2026-06-03 12:00:00", True),
            ("2026-06-03 12:00:01", False),
            ("2026-03-04 12:00:00", True),
            ("2026-03-04 11:59:59", False),
        ],
    )
    def test_within_ninety_days_and_a_day_of_slack_for_banks_without_times(self, at, is_undone):
        links = undone(
            bank("order", ORDERED, 50, **SHOP),
            bank("back", at, 50, **SHOP, **BACK),
        )

        assert bool(links) is is_undone

    def test_prefers_the_order_that_it_fills(self):
        assert undone(
            bank("fits", ORDERED, 50, **SHOP),
            bank("later", "2026-03-20 12:00:00", 80, **SHOP),
            bank("back", "2026-03-25 12:00:00", 50, **SHOP, **BACK),
        ) == {"back": "fits"}

    def test_prefers_the_latest_where_it_fills_none(self):
        assert undone(
            bank("earlier", ORDERED, 60, **SHOP),
            bank("later", "2026-03-20 12:00:00", 80, **SHOP),
            bank("back", "2026-03-25 12:00:00", 50, **SHOP, **BACK),
        ) == {"back": "later"}

    def test_prefers_the_order_that_says_so_itself(self):
        assert undone(
            bank("says so", ORDERED, 50, refunded=50, **SHOP),
            bank("says nothing", "2026-03-20 12:00:00", 50, **SHOP),
            bank("back", "2026-03-25 12:00:00", 50, **SHOP, **BACK),
        ) == {"back": "says so"}

    def test_goes_to_what_is_still_left(self):
        assert undone(
            bank("first", ORDERED, 50, **SHOP),
            bank("second", "2026-03-06 12:00:00", 50, **SHOP),
            bank("one", "2026-03-10 12:00:00", 50, **SHOP, **BACK),
            bank("two", "2026-03-11 12:00:00", 50, **SHOP, **BACK),
        ) == {"one": "second", "two": "first"}

    def test_of_another_merchant_is_none(self):
        elsewhere = {**SHOP, "merchant": "示例超市", "tail": "2222"}

        assert undone(
            bank("order", ORDERED, 50, **SHOP),
            bank("back", "2026-03-06 12:00:00", 50, **elsewhere, **BACK),
        ) == {}  # fmt: skip

    def test_is_never_more_than_the_order(self):
        assert undone(
            bank("order", ORDERED, 50, **SHOP),
            bank("back", "2026-03-06 12:00:00", 50.01, **SHOP, **BACK),
        ) == {}  # fmt: skip


class TestByCard:
    def test_the_same_amount_on_the_same_card_is_a_weak_hint(self):
        lines = [
            bank("order", ORDERED, 50, via=Platform.NONE),
            bank("back", "2026-03-06 12:00:00", 50, via=Platform.NONE, **BACK),
        ]

        (link,) = match(columns_of(lines))

        assert (link.method, link.score_ppm) == (LinkMethod.AMOUNT_AND_TIME, 650_000)

    def test_a_part_without_merchant_or_number_is_nobodys(self):
        assert undone(
            bank("order", ORDERED, 50, via=Platform.NONE),
            bank("back", "2026-03-06 12:00:00", 20, via=Platform.NONE, **BACK),
        ) == {}  # fmt: skip

    def test_a_note_of_that_much_on_that_card_is_a_strong_one(self):
        lines = [
            bank("order", ORDERED, 50, via=Platform.NONE, refunded=20),
            bank("back", "2026-03-06 12:00:00", 20, via=Platform.NONE, **BACK),
        ]

        (link,) = match(columns_of(lines))

        assert (link.method, link.netted_fen) == (LinkMethod.ACCOUNT_AND_TIME, 0)

    def test_another_card_is_another_matter(self):
        assert undone(
            bank("order", ORDERED, 50, via=Platform.NONE),
            bank("back", "2026-03-06 12:00:00", 50, via=Platform.NONE, **{**BACK, "tail": "2222"}),
        ) == {}  # fmt: skip


class TestAcrossFiles:
    @pytest.mark.parametrize(
        ("at", "is_same"),
        [
            ("2026-03-15 12:00:00", True),
            ("2026-03-15 12:00:01", False),
            ("2026-03-06 12:00:00", True),
            ("2026-03-06 11:59:59", False),
        ],
    )
    def test_a_card_is_credited_up_to_eight_days_after_the_wallet_said_so(self, at, is_same):
        lines = (
            order(50, refunded=50),
            back("back", "2026-03-07 12:00:00", 50),
            bank("credit", at, 50, **BACK),
        )

        links = told(match(columns_of(lines)), lines)

        assert (("credit", "back", SAME) in links) is is_same

    def test_a_credit_that_names_the_wallet_is_no_income(self):
        lines = (
            order(50, refunded=50),
            back("back", "2026-03-07 12:00:00", 50),
            bank("credit", "2026-03-08 12:00:00", 50, direction=Direction.IN,
                 category=Category.INCOME_OTHER),
        )  # fmt: skip

        assert ("credit", "back", SAME) in told(match(columns_of(lines)), lines)

    def test_a_wage_of_the_same_amount_is_a_wage(self):
        lines = (
            order(50, refunded=50),
            back("back", "2026-03-07 12:00:00", 50),
            bank("wage", "2026-03-08 12:00:00", 50, direction=Direction.IN,
                 category=Category.INCOME_SALARY),
        )  # fmt: skip

        assert "wage" not in {event for event, _, _ in told(match(columns_of(lines)), lines)}

    def test_a_refund_told_by_three_files_is_taken_off_once(self):
        """Ordered in a shop, paid by a wallet from a card; each tells of both directions."""
        lines = (
            Line("order", Source.JD, ORDERED, 99, number="J1"),
            wallet("paid", "2026-03-05 12:00:02", 99, number="A1", via=Platform.JD),
            bank("row", "2026-03-05 12:00:04", 99),
            Line("sent back", Source.JD, "2026-03-07 09:00:00", 99, undoes="J1", **BACK),
            back("back", "2026-03-07 10:00:00", 99, via=Platform.JD),
            bank("credit", "2026-03-08 10:00:00", 99, **BACK),
        )

        assert told(match(columns_of(lines)), lines) == {
            ("row", "paid", SAME),
            ("paid", "order", SAME),
            ("credit", "back", SAME),
            ("back", "sent back", SAME),
            ("sent back", "order", LinkKind.REFUND_OF),
        }
        assert netted(*lines) == {"sent back": 9_900}

    def test_a_refund_that_was_called_off_brings_nothing(self):
        lines = (order(50), back("back", "2026-03-06 12:00:00", 50, status=EventStatus.CLOSED))

        assert match(columns_of(lines)) == []

    def test_a_statement_without_times_may_refund_on_the_day_of_the_order(self):
        day = {"precision": Precision.DAY}
        assert undone(
            bank("order", "2026-03-05 12:00:00", 50, **SHOP),
            bank("back", "2026-03-05 00:00:00", 50, **SHOP, **BACK, **day),
        ) == {"back": "order"}
