"""Money of one's own on its way between one's own accounts: every way that it takes."""

from typing import Any

import pytest

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventStatus,
    Platform,
    Precision,
    Source,
)
from borrowers.behaviour.matching import match
from borrowers.tests.stories_of_money import Line, columns_of
from borrowers.tests.test_behaviour_matching import LEG, bank, found, wallet

SENT = "2026-03-05 12:00:00"
OWN: dict[str, Any] = {"direction": Direction.NEUTRAL, "category": Category.CASH}
ARRIVED: dict[str, Any] = {"direction": Direction.IN, "category": Category.INCOME_OTHER}
REPAID: dict[str, Any] = {"direction": Direction.NEUTRAL, "category": Category.CREDIT_REPAYMENT}
PLAIN: dict[str, Any] = {"via": Platform.NONE, "category": Category.TRANSFER_SOCIAL}
DAY: dict[str, Any] = {"precision": Precision.DAY}


class TestWithdrawals:
    @pytest.mark.parametrize(
        ("yuan", "arrives"),
        [
            (50, 50),
            (50, 49.9),
            (100, 99.9),
            (100.5, 100.4),
            (1_234.56, 1_233.33),
            (20_000, 19_980),
        ],
    )
    def test_arrive_whole_or_less_a_thousandth_and_ten_fen_at_least(self, yuan, arrives):
        assert found(
            wallet("withdrawal", SENT, yuan, **OWN),
            bank("row", "2026-03-05 12:30:00", arrives, **ARRIVED),
        ) == {("row", "withdrawal", LEG)}

    @pytest.mark.parametrize(
        ("yuan", "arrives"), [(50, 49.95), (50, 49.8), (20_000, 19_990), (500, 500.5)]
    )
    def test_do_not_arrive_with_another_fee(self, yuan, arrives):
        assert (
            found(
                wallet("withdrawal", SENT, yuan, **OWN),
                bank("row", "2026-03-05 12:30:00", arrives, **ARRIVED),
            )
            == set()
        )

    @pytest.mark.parametrize(
        ("at", "is_leg"),
        [
            ("2026-03-06 12:00:00", True),
            ("2026-03-06 12:00:01", False),
            ("2026-03-05 11:55:00", True),
            ("2026-03-05 11:54:59", False),
        ],
    )
    def test_arrive_within_a_day(self, at, is_leg):
        links = found(wallet("withdrawal", SENT, 500, **OWN), bank("row", at, 500, **ARRIVED))

        assert bool(links) is is_leg

    @pytest.mark.parametrize(
        "other",
        [
            {"via": Platform.ALIPAY},
            {"via": Platform.NONE},
            {"tail": "2222"},
            {"status": EventStatus.FAILED},
        ],
    )
    def test_arrive_at_the_card_and_from_the_wallet_that_they_name(self, other):
        row = bank("row", "2026-03-05 12:30:00", 500, **{**ARRIVED, **other})

        assert found(wallet("withdrawal", SENT, 500, **OWN), row) == set()

    def test_of_one_amount_are_told_apart_by_their_order(self):
        assert found(
            wallet("first", "2026-03-05 09:00:00", 500, **OWN),
            wallet("second", "2026-03-05 21:00:00", 500, **OWN),
            bank("row of first", "2026-03-05 09:00:30", 500, **ARRIVED),
            bank("row of second", "2026-03-05 21:00:30", 500, **ARRIVED),
        ) == {("row of first", "first", LEG), ("row of second", "second", LEG)}

    def test_into_a_fund_are_no_spending_either(self):
        assert found(
            wallet("fund", SENT, 500, direction=Direction.NEUTRAL, category=Category.INVESTMENT),
            bank("row", "2026-03-05 12:00:05", 500),
        ) == {("row", "fund", LEG)}

    def test_are_not_what_a_friend_was_sent(self):
        assert (
            found(
                wallet("to a friend", SENT, 500, category=Category.TRANSFER_SOCIAL, tail="2222"),
                bank("row", "2026-03-05 12:30:00", 500, **ARRIVED),
            )
            == set()
        )


class TestRepaymentsOfCards:
    def links(self, at, **more):
        card = {"tail": "3333", **REPAID, **more}
        return found(
            bank(
                "debit", SENT, 800, **{**REPAID, "via": Platform.NONE, "direction": Direction.OUT}
            ),
            Line("credit", Source.CITIC, at, 800, **card),
        )

    @pytest.mark.parametrize(
        ("at", "is_leg"),
        [
            ("2026-03-05 12:00:10", True),
            ("2026-03-08 12:00:00", True),
            ("2026-03-08 12:00:01", False),
            ("2026-03-05 11:54:59", False),
        ],
    )
    def test_reach_the_card_within_three_days(self, at, is_leg):
        assert self.links(at) == ({("credit", "debit", LEG)} if is_leg else set())

    def test_reach_it_within_three_days_of_a_bank_without_times(self):
        assert self.links("2026-03-08 00:00:00", **DAY) == {("credit", "debit", LEG)}
        assert self.links("2026-03-09 00:00:00", **DAY) == set()

    def test_are_not_two_rows_of_one_account(self):
        assert self.links("2026-03-05 12:00:10", tail="1111") == set()

    def test_of_two_cards_in_one_day_find_each_its_own(self):
        assert found(
            wallet("for citic", SENT, 800, **REPAID),
            wallet("for spdb", "2026-03-05 13:00:00", 950, **REPAID),
            Line("citic", Source.CITIC, "2026-03-06 00:00:00", 800, tail="3333", **DAY, **REPAID),
            Line("spdb", Source.SPDB, "2026-03-06 00:00:00", 950, tail="4444", **DAY, **REPAID),
        ) == {("citic", "for citic", LEG), ("spdb", "for spdb", LEG)}

    def test_are_not_a_purchase_of_the_same_amount(self):
        assert (
            found(
                bank("purchase", SENT, 800, via=Platform.NONE),
                Line("credit", Source.CITIC, "2026-03-05 12:00:10", 800, tail="3333", **REPAID),
            )
            == set()
        )


class TestBetweenBanks:
    def links(self, sent: dict[str, Any], received: dict[str, Any], yuan=3_000.0):
        at = received.pop("at", "2026-03-05 12:03:00")
        incoming = {"tail": "2222", "direction": Direction.IN, **PLAIN, **received}
        return found(
            bank("sent", SENT, yuan, **{**PLAIN, **sent}),
            Line("received", Source.ICBC, at, yuan, **incoming),
        )

    def test_in_the_same_minutes_needs_no_name(self):
        assert self.links({}, {}) == {("received", "sent", LEG)}

    def test_in_the_same_minutes_is_not_between_two_other_people(self):
        assert self.links({"counterparty": "Wei"}, {"counterparty": "Chen"}) == set()
        assert self.links({"counterparty": "Lin"}, {"counterparty": "Lin"}) == {
            ("received", "sent", LEG)
        }

    def test_after_five_minutes_needs_the_holder(self):
        late = {"at": "2026-03-05 12:05:01"}

        assert self.links({}, dict(late)) == set()

    def test_of_two_banks_without_times_needs_the_holder_on_the_next_day(self):
        lin = {"counterparty": "Lin", **DAY}
        tomorrow = {"at": "2026-03-06 00:00:00", **DAY}

        assert self.links(lin, {"counterparty": "Lin", **tomorrow}) == {("received", "sent", LEG)}
        assert self.links(lin, {"counterparty": "Wei", **tomorrow}) == set()
        assert self.links(dict(DAY), dict(tomorrow)) == set()

    def test_of_one_day_needs_an_amount_that_is_no_chance(self):
        same_day = {"at": "2026-03-05 00:00:00", **DAY}

        assert self.links(dict(DAY), dict(same_day), 100) == {("received", "sent", LEG)}
        assert self.links(dict(DAY), dict(same_day), 99.99) == set()

    def test_of_one_day_is_not_between_two_other_people(self):
        same_day = {"at": "2026-03-05 00:00:00", **DAY}

        assert self.links({"counterparty": "Wei", **DAY}, {"counterparty": "Chen", **same_day}) == (
            set()
        )

    @pytest.mark.parametrize(
        "category",
        [
            Category.HOUSING,
            Category.DINING,
            Category.EDUCATION,
            Category.GAMBLING_RISK,
            Category.GOVERNMENT_TAX,
        ],
    )
    def test_is_never_something_that_was_bought(self, category):
        assert self.links({"category": category}, {}) == set()

    @pytest.mark.parametrize("category", [Category.INCOME_SALARY, Category.REFUND])
    def test_is_never_a_wage_or_a_refund(self, category):
        assert self.links({}, {"category": category}) == set()

    @pytest.mark.parametrize("via", [Platform.WECHAT, Platform.ALIPAY, Platform.JD])
    def test_is_not_what_went_through_a_wallet(self, via):
        assert self.links({"via": via}, {}) == set()

    def test_of_one_account_is_no_transfer(self):
        assert self.links({}, {"tail": "1111"}) == set()

    def test_two_ways_of_one_amount_are_two_transfers(self):
        back = {"direction": Direction.IN, **PLAIN}
        assert found(
            bank("out", SENT, 3_000, **PLAIN),
            Line("in", Source.ICBC, "2026-03-05 12:01:00", 3_000, tail="2222", **back),
            Line("back out", Source.ICBC, "2026-03-05 18:00:00", 3_000, tail="2222", **PLAIN),
            bank("back in", "2026-03-05 18:01:00", 3_000, **back),
        ) == {("in", "out", LEG), ("back in", "back out", LEG)}

    def test_of_two_neutral_rows_is_said_once(self):
        neutral = {**PLAIN, "direction": Direction.NEUTRAL, "category": Category.CASH}
        lines = [
            bank("here", SENT, 3_000, **neutral),
            Line("there", Source.ICBC, "2026-03-05 12:01:00", 3_000, tail="2222", **neutral),
        ]

        assert len(match(columns_of(lines))) == 1

    def test_through_a_third_account_is_two_transfers_and_no_income(self):
        middle = {"tail": "2222", **PLAIN}
        assert found(
            bank("out", SENT, 3_000, **PLAIN),
            Line("in", Source.ICBC, "2026-03-05 12:01:00", 3_000, **{**middle, **ARRIVED}),
            Line("on", Source.ICBC, "2026-03-05 20:00:00", 3_000, **middle),
            Line("there", Source.CCB, "2026-03-05 20:02:00", 3_000,
                 tail="5555", **{**PLAIN, **ARRIVED}),
        ) == {("in", "out", LEG), ("there", "on", LEG)}  # fmt: skip
