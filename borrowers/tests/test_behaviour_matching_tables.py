"""Who tells of whose payment, written down by hand: files side by side, contests, midnight."""

from typing import Any

import pytest

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventStatus,
    LinkKind,
    Platform,
    Precision,
    Source,
)
from borrowers.behaviour.matching import match
from borrowers.tests.stories_of_money import Line, columns_of
from borrowers.tests.test_behaviour_matching import SAME, bank, found, wallet

NOON = "2026-03-05 12:00:00"
AFTER = "2026-03-05 12:00:04"


def alipay(name, at, yuan, **more):
    return Line(name, Source.ALIPAY, at, yuan, **{"tail": "1111", "channel": "DEBIT", **more})


def order(name="order", at=NOON, yuan=99.0, **more):
    return Line(name, Source.JD, at, yuan, **more)


def same(*pairs):
    return {(event, other, SAME) for event, other in pairs}


class TestThreeFiles:
    """A wallet's bill, a bank's statement and a shop's bill, each with what it happens to say."""

    @pytest.mark.parametrize(
        ("lines", "links"),
        [
            pytest.param(
                (
                    order(),
                    wallet("paid", AFTER, 99, via=Platform.JD),
                    bank("row", AFTER, 99, via=Platform.NONE),
                ),
                same(("row", "paid"), ("paid", "order")),
                id="a bank that names no wallet is known by card and minute",
            ),
            pytest.param(
                (order(via=Platform.WECHAT), bank("row", AFTER, 99, via=Platform.WECHAT)),
                same(("row", "order")),
                id="shop and bank name the same wallet, whose bill is missing",
            ),
            pytest.param(
                (order(tail="1111"), bank("row", AFTER, 99, via=Platform.WECHAT)),
                same(("row", "order")),
                id="shop and bank name the same card, whatever lies between",
            ),
            pytest.param(
                (order(), bank("row", AFTER, 99, via=Platform.WECHAT)),
                set(),
                id="shop and bank have nothing but the amount in common",
            ),
            pytest.param(
                (order(via=Platform.ALIPAY), bank("row", AFTER, 99, via=Platform.WECHAT)),
                set(),
                id="shop and bank name two wallets",
            ),
            pytest.param(
                (order(via=Platform.WECHAT), wallet("paid", AFTER, 99)),
                same(("paid", "order")),
                id="the shop names the wallet, which does not name the shop",
            ),
            pytest.param(
                (order(via=Platform.ALIPAY), wallet("paid", AFTER, 99, via=Platform.JD)),
                set(),
                id="the shop says that another wallet paid",
            ),
            pytest.param(
                (
                    order(merchant="示例旗舰店"),
                    wallet("paid", AFTER, 99, merchant="示例旗舰店"),
                ),
                same(("paid", "order")),
                id="nobody names a platform, both name the merchant",
            ),
            pytest.param(
                (
                    order(tail="2222"),
                    wallet("paid", AFTER, 99, via=Platform.JD),
                    bank("row", AFTER, 99),
                ),
                same(("row", "paid")),
                id="the shop says that another card paid",
            ),
            pytest.param(
                (
                    order(),
                    wallet("paid", AFTER, 99, via=Platform.JD, channel="BALANCE", tail=""),
                    bank("row", AFTER, 99),
                ),
                same(("paid", "order")),
                id="the balance of the wallet paid, so the bank's row is of something else",
            ),
        ],
    )
    def test_lead_to_the_row_that_tells_best(self, lines, links):
        assert found(*lines) == links

    @pytest.mark.parametrize("status", [EventStatus.PENDING, EventStatus.CLOSED])
    @pytest.mark.parametrize("which", ["order", "paid", "row"])
    def test_are_silent_where_one_says_that_nothing_moved(self, which, status):
        lines = {
            "order": {"status": EventStatus.SETTLED},
            "paid": {"status": EventStatus.SETTLED},
            "row": {"status": EventStatus.SETTLED},
        }
        lines[which]["status"] = status

        links = found(
            order(**lines["order"]),
            wallet("paid", AFTER, 99, via=Platform.JD, **lines["paid"]),
            bank("row", AFTER, 99, **lines["row"]),
        )

        assert which not in {name for event, other, _ in links for name in (event, other)}

    def test_of_one_export_are_never_told_twice_by_itself(self):
        assert (
            found(
                wallet("paid", NOON, 25, file="one"),
                bank("row", AFTER, 25, file="one"),
            )
            == set()
        )

    def test_of_a_month_say_a_month_and_no_payment(self):
        assert (
            found(
                wallet("paid", NOON, 25),
                bank("row", AFTER, 25, precision=Precision.MONTH),
            )
            == set()
        )


class TestTwoWallets:
    def test_of_one_amount_and_minute_are_told_apart_by_what_the_bank_says(self):
        assert found(
            wallet("by wechat", NOON, 25),
            alipay("by alipay", NOON, 25),
            bank("first", AFTER, 25, via=Platform.ALIPAY),
            bank("second", AFTER, 25, via=Platform.WECHAT),
        ) == same(("first", "by alipay"), ("second", "by wechat"))

    def test_of_a_silent_bank_are_told_apart_by_the_second(self):
        assert found(
            wallet("far", "2026-03-05 11:58:00", 25),
            alipay("near", NOON, 25),
            bank("row", AFTER, 25, via=Platform.NONE),
        ) == same(("row", "near"))

    def test_of_two_cards_are_told_apart_by_the_card(self):
        assert found(
            wallet("first card", NOON, 25),
            wallet("second card", NOON, 25, tail="2222"),
            bank("row of second", AFTER, 25, tail="2222"),
            bank("row of first", AFTER, 25),
        ) == same(("row of first", "first card"), ("row of second", "second card"))

    def test_never_tell_of_each_other(self):
        assert found(wallet("by wechat", NOON, 25), alipay("by alipay", NOON, 25)) == set()


class TestContest:
    def test_three_coffees_and_two_rows_leave_the_one_that_fits_worst(self):
        assert found(
            wallet("one", "2026-03-05 12:00:00", 15),
            wallet("two", "2026-03-05 12:02:00", 15),
            wallet("three", "2026-03-05 12:04:00", 15),
            bank("row of two", "2026-03-05 12:02:01", 15),
            bank("row of three", "2026-03-05 12:04:01", 15),
        ) == same(("row of two", "two"), ("row of three", "three"))

    def test_nobody_stays_alone_for_the_sake_of_a_better_pair(self):
        """The near pair taken first would leave both others without a partner."""
        assert found(
            wallet("early", "2026-03-05 12:00:00", 15),
            wallet("late", "2026-03-05 12:04:00", 15),
            bank("row of early", "2026-03-05 12:04:30", 15),
            bank("row of late", "2026-03-05 12:08:50", 15),
        ) == same(("row of early", "early"), ("row of late", "late"))

    def test_of_a_bank_without_times_gives_each_row_one_partner(self):
        coffees = [wallet(f"coffee {n}", f"2026-03-05 {8 + n:02d}:00:00", 15) for n in range(5)]
        booked = [
            bank(f"row {n}", "2026-03-05 00:00:00", 15, precision=Precision.DAY) for n in range(3)
        ]

        links = match(columns_of([*coffees, *booked]))

        assert len(links) == len({link.event for link in links}) == 3
        assert len({link.other for link in links}) == 3

    def test_prefers_the_row_of_the_same_day_to_that_of_the_day_before(self):
        day = {"precision": Precision.DAY}
        assert found(
            wallet("monday", "2026-03-02 20:00:00", 15),
            wallet("tuesday", "2026-03-03 09:00:00", 15),
            bank("booked monday", "2026-03-02 00:00:00", 15, **day),
            bank("booked tuesday", "2026-03-03 00:00:00", 15, **day),
        ) == same(("booked monday", "monday"), ("booked tuesday", "tuesday"))

    def test_is_won_by_the_merchant_where_both_lie_as_near(self):
        noodles = {"merchant": "示例面馆"}
        assert found(
            wallet("noodles", NOON, 15, **noodles),
            wallet("tea", NOON, 15, merchant="示例茶馆"),
            bank("row", AFTER, 15, **noodles),
        ) == same(("row", "noodles"))


class TestMidnight:
    @pytest.mark.parametrize(
        ("paid_at", "booked_on", "is_told"),
        [
            ("2026-03-05 23:59:58", "2026-03-06", True),
            ("2026-03-06 00:00:01", "2026-03-06", True),
            ("2026-03-06 00:00:01", "2026-03-05", False),
            ("2026-03-05 07:30:00", "2026-03-05", True),
            ("2026-03-05 07:30:00", "2026-03-04", False),
            ("2025-12-31 23:59:00", "2026-01-01", True),
            ("2024-02-28 20:00:00", "2024-02-29", True),
            ("2024-02-28 20:00:00", "2024-03-01", False),
        ],
    )
    def test_is_that_of_shanghai_and_a_bank_books_on_the_day_or_the_next(
        self, paid_at, booked_on, is_told
    ):
        links = found(
            wallet("paid", paid_at, 25),
            bank("row", f"{booked_on} 00:00:00", 25, precision=Precision.DAY),
        )

        assert links == (same(("row", "paid")) if is_told else set())

    def test_parts_nothing_where_both_tell_the_second(self):
        assert found(
            wallet("paid", "2026-03-05 23:59:58", 25),
            bank("row", "2026-03-06 00:00:03", 25),
        ) == same(("row", "paid"))

    def test_a_minute_without_seconds_is_a_time(self):
        assert found(
            wallet("paid", "2026-03-05 12:00:59", 25),
            bank("row", "2026-03-05 12:00:00", 25, precision=Precision.MINUTE),
        ) == same(("row", "paid"))

    def test_a_shop_without_times_is_told_again_on_its_own_day(self):
        assert found(
            order(at="2026-03-05 00:00:00", precision=Precision.DAY),
            wallet("paid", "2026-03-05 23:10:00", 99, via=Platform.JD),
        ) == same(("paid", "order"))


class TestOneAccountInSeveralFormats:
    def formats(self, **changes):
        told: dict[str, Any] = {"tail": "1111", "precision": Precision.DAY}
        at = "2026-03-05 00:00:00"
        return (
            bank("own file", NOON, 25, via=Platform.NONE),
            Line("ofx", Source.OFX, at, 25, **told),
            Line("mt940", Source.MT940, at, 25, **{**told, **changes}),
        )

    def test_counts_once_and_by_the_banks_own_file(self):
        links = match(columns_of(self.formats()))

        assert len(links) == 2
        own_file = columns_of(self.formats()[:1]).key(0)
        assert own_file not in {link.event for link in links}
        assert {link.kind for link in links} == {SAME}

    @pytest.mark.parametrize(
        "changes",
        [
            {"tail": "2222"},
            {"tail": ""},
            {"direction": Direction.IN},
            {"status": EventStatus.FAILED},
        ],
    )
    def test_is_another_account_or_row_where_they_differ(self, changes):
        assert found(*self.formats(**changes)) == same(("ofx", "own file"))

    def test_two_banks_are_two_accounts_whatever_their_last_digits(self):
        assert (
            found(
                bank("cmb", NOON, 25, via=Platform.NONE),
                Line("icbc", Source.ICBC, NOON, 25, tail="1111"),
            )
            == set()
        )

    def test_and_the_wallet_that_it_paid_for_is_one_chain(self):
        lines = (*self.formats()[:2], wallet("paid", NOON, 25))

        assert found(*lines) == same(("ofx", "own file"), ("own file", "paid"))


class TestPartPaid:
    """The card paid a part; balance or coupon paid the rest."""

    def links(self, at=AFTER, yuan=20.0, **more):
        return found(wallet("lunch", NOON, 25), bank("row", at, yuan, **more))

    def test_leaves_the_wallets_row_to_count(self):
        assert self.links() == {("row", "lunch", LinkKind.FUNDING_LEG)}

    @pytest.mark.parametrize(
        ("at", "is_told"),
        [
            ("2026-03-05 12:01:00", True),
            ("2026-03-05 12:01:01", False),
            ("2026-03-05 11:59:00", True),
            ("2026-03-05 11:58:59", False),
        ],
    )
    def test_within_a_minute(self, at, is_told):
        assert bool(self.links(at)) is is_told

    @pytest.mark.parametrize(
        "other",
        [
            {"yuan": 26.0},
            {"tail": "2222"},
            {"tail": ""},
            {"via": Platform.ALIPAY},
            {"via": Platform.NONE},
            {"precision": Precision.DAY},
            {"direction": Direction.IN},
            {"category": Category.REFUND},
        ],
    )
    def test_is_not_what_another_card_way_day_or_direction_tells(self, other):
        assert self.links(**other) == set()

    def test_never_takes_the_row_of_a_whole_payment(self):
        assert found(
            wallet("lunch", NOON, 25),
            wallet("tea", NOON, 20),
            bank("row", AFTER, 20),
        ) == same(("row", "tea"))
