"""The same money in several files counts once; money of one's own counts nowhere."""

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

SAME = LinkKind.SAME_PAYMENT
LEG = LinkKind.TRANSFER_LEG


def found(*lines):
    return told(match(columns_of(lines)), lines)


def wallet(name: str, at: str, yuan: float, **more: Any) -> Line:
    return Line(name, Source.WECHAT, at, yuan, **{"tail": "1111", "channel": "DEBIT", **more})


def bank(name: str, at: str, yuan: float, **more: Any) -> Line:
    return Line(name, Source.CMB, at, yuan, **{"tail": "1111", "via": Platform.WECHAT, **more})


class TestSamePayment:
    def test_a_card_payment_of_a_wallet_counts_once_by_the_wallets_row(self):
        assert found(
            wallet("lunch", "2026-03-05 12:00:00", 25),
            bank("row", "2026-03-05 12:00:04", 25),
        ) == {("row", "lunch", SAME)}

    def test_a_shop_tells_best_then_the_wallet_then_the_bank(self):
        assert found(
            Line("order", Source.JD, "2026-03-05 12:00:00", 99),
            wallet("wallet", "2026-03-05 12:00:02", 99, via=Platform.JD),
            bank("row", "2026-03-05 12:00:03", 99),
        ) == {("row", "wallet", SAME), ("wallet", "order", SAME)}

    def test_a_bank_without_times_books_on_the_day_or_the_next(self):
        day: dict[str, Any] = {"precision": Precision.DAY}
        assert found(
            wallet("evening", "2026-03-05 23:58:00", 25),
            bank("next day", "2026-03-06 00:00:00", 25, **day),
        ) == {("next day", "evening", SAME)}
        assert found(
            wallet("evening", "2026-03-05 23:58:00", 25),
            bank("too late", "2026-03-07 00:00:00", 25, **day),
        ) == set()  # fmt: skip

    def test_five_minutes_are_the_most_where_both_tell_the_time(self):
        first = wallet("lunch", "2026-03-05 12:00:00", 25)

        assert len(found(first, bank("row", "2026-03-05 12:05:00", 25))) == 1
        assert found(first, bank("row", "2026-03-05 12:05:01", 25)) == set()

    def test_two_identical_coffees_are_two(self):
        lines = (
            wallet("one", "2026-03-05 08:00:00", 15),
            wallet("two", "2026-03-05 08:02:00", 15),
            bank("row of one", "2026-03-05 08:00:03", 15),
            bank("row of two", "2026-03-05 08:02:03", 15),
        )

        assert found(*lines) == {("row of one", "one", SAME), ("row of two", "two", SAME)}
        assert found(*lines[:3]) == {("row of one", "one", SAME)}

    @pytest.mark.parametrize(
        "other",
        [
            {"tail": "2222"},
            {"via": Platform.ALIPAY},
            {"yuan": 26},
            {"direction": Direction.IN},
            {"status": EventStatus.FAILED},
        ],
    )
    def test_another_card_wallet_amount_direction_or_a_failure_is_another_payment(self, other):
        row = bank("row", "2026-03-05 12:00:04", other.pop("yuan", 25), **other)

        assert found(wallet("lunch", "2026-03-05 12:00:00", 25), row) == set()

    @pytest.mark.parametrize("channel", ["BALANCE", "BNPL", "MONEY_FUND"])
    def test_what_no_card_paid_has_no_row_at_the_bank(self, channel):
        lunch = wallet("lunch", "2026-03-05 12:00:00", 25, tail="", channel=channel)

        assert found(lunch, bank("row", "2026-03-05 12:00:04", 25)) == set()

    def test_a_bank_row_that_names_no_wallet_needs_the_card_and_the_minute(self):
        lunch = wallet("lunch", "2026-03-05 12:00:00", 25)
        silent = {"via": Platform.NONE}

        assert len(found(lunch, bank("row", "2026-03-05 12:00:04", 25, **silent))) == 1
        assert found(lunch, bank("row", "2026-03-05 12:00:04", 25, tail="", **silent)) == set()
        assert (
            found(
                lunch,
                bank("row", "2026-03-05 00:00:00", 25, precision=Precision.DAY, **silent),
            )
            == set()
        )

    def test_an_order_paid_with_the_shops_own_credit_is_no_wallets_row(self):
        order = Line("order", Source.JD, "2026-03-05 12:00:00", 25, channel="BNPL")

        assert found(order, wallet("lunch", "2026-03-05 12:00:02", 25)) == set()

    def test_a_shop_paid_by_card_is_told_again_by_the_bank_alone(self):
        assert found(
            Line("order", Source.MEITUAN, "2026-03-05 12:00:00", 31),
            bank("row", "2026-03-05 12:00:09", 31, via=Platform.MEITUAN),
        ) == {("row", "order", SAME)}

    def test_one_account_in_two_formats_counts_once(self):
        assert found(
            bank("own file", "2026-03-05 12:00:00", 25),
            Line("interchange", Source.OFX, "2026-03-05 00:00:00", 25, tail="1111",
                 precision=Precision.DAY),
        ) == {("interchange", "own file", SAME)}  # fmt: skip

    def test_the_method_says_what_was_known(self):
        lines = (
            wallet("lunch", "2026-03-05 12:00:00", 25),
            bank("row", "2026-03-05 12:00:04", 25),
        )

        (link,) = match(columns_of(lines))

        assert link.method is LinkMethod.ACCOUNT_AND_TIME
        assert 900_000 < link.score_ppm <= 1_000_000


class TestOwnTransfers:
    @pytest.mark.parametrize(
        ("kind", "direction"), [("top-up", Direction.OUT), ("withdrawal", Direction.IN)]
    )
    def test_between_wallet_and_bank(self, kind, direction):
        assert found(
            wallet(kind, "2026-03-05 12:00:00", 500, direction=Direction.NEUTRAL,
                   category=Category.CASH),
            bank("row", "2026-03-05 12:00:30", 500, direction=direction,
                 category=Category.INCOME_OTHER),
        ) == {("row", kind, LEG)}  # fmt: skip

    def test_a_withdrawal_arrives_without_its_fee(self):
        assert found(
            wallet("withdrawal", "2026-03-05 12:00:00", 500, direction=Direction.NEUTRAL,
                   category=Category.CASH),
            bank("row", "2026-03-05 13:30:00", 499.5, direction=Direction.IN,
                 category=Category.INCOME_OTHER),
        ) == {("row", "withdrawal", LEG)}  # fmt: skip

    def test_between_two_banks_that_name_the_holder(self):
        lin: dict[str, Any] = {
            "via": Platform.NONE,
            "category": Category.TRANSFER_SOCIAL,
            "counterparty": "Lin",
        }
        day: dict[str, Any] = {"precision": Precision.DAY}
        assert found(
            bank("sent", "2026-03-05 00:00:00", 3_000, **lin, **day),
            Line("received", Source.ICBC, "2026-03-06 00:00:00", 3_000, Direction.IN,
                 tail="2222", **{**lin, "via": Platform.NONE}, **day),
        ) == {("received", "sent", LEG)}  # fmt: skip

    def test_a_friend_who_pays_on_the_day_of_a_purchase_is_no_transfer(self):
        assert found(
            bank("rent", "2026-03-05 09:00:00", 3_000, via=Platform.NONE,
                 category=Category.HOUSING),
            Line("friend", Source.ICBC, "2026-03-05 20:00:00", 3_000, Direction.IN, tail="2222",
                 category=Category.TRANSFER_SOCIAL, counterparty="Wei"),
        ) == set()  # fmt: skip

    def test_a_salary_is_never_taken_for_a_transfer(self):
        assert found(
            bank("sent", "2026-03-05 09:00:00", 3_000, via=Platform.NONE,
                 category=Category.TRANSFER_SOCIAL),
            Line("wage", Source.ICBC, "2026-03-05 09:01:00", 3_000, Direction.IN, tail="2222",
                 category=Category.INCOME_SALARY),
        ) == set()  # fmt: skip

    def test_a_card_repaid_through_a_wallet_has_three_rows_and_no_spending(self):
        repaid: dict[str, Any] = {
            "direction": Direction.NEUTRAL,
            "category": Category.CREDIT_REPAYMENT,
        }
        assert found(
            wallet("repaid", "2026-03-05 12:00:00", 800, **repaid),
            bank("debit card", "2026-03-05 12:00:05", 800, **repaid),
            Line("credit card", Source.CITIC, "2026-03-06 00:00:00", 800, tail="3333",
                 precision=Precision.DAY, **repaid),
        ) == {("debit card", "repaid", LEG), ("credit card", "repaid", LEG)}  # fmt: skip

    def test_a_card_that_paid_a_part_is_a_funding_leg(self):
        assert found(
            wallet("lunch", "2026-03-05 12:00:00", 25),
            bank("row", "2026-03-05 12:00:04", 20),
        ) == {("row", "lunch", LinkKind.FUNDING_LEG)}


class TestRefunds:
    REFUND: dict[str, Any] = {"category": Category.REFUND, "direction": Direction.IN}

    def links(self, *lines):
        return match(columns_of(lines)), lines

    def test_by_number_and_noted_already_takes_nothing_more(self):
        links, lines = self.links(
            wallet("order", "2026-03-05 12:00:00", 50, number="A1", refunded=50),
            wallet("back", "2026-03-07 12:00:00", 50, undoes="A1", **self.REFUND),
        )

        assert told(links, lines) == {("back", "order", LinkKind.REFUND_OF)}
        assert (links[0].netted_fen, links[0].method) == (0, LinkMethod.NUMBER)

    def test_from_a_later_bill_takes_off_what_came_back(self):
        links, lines = self.links(
            wallet("order", "2026-03-05 12:00:00", 50, number="A1", file="March"),
            wallet("back", "2026-04-07 12:00:00", 20, undoes="A1", file="April", **self.REFUND),
        )

        assert told(links, lines) == {("back", "order", LinkKind.REFUND_OF)}
        assert links[0].netted_fen == 2_000

    def test_at_the_bank_days_later_is_the_wallets_refund(self):
        assert found(
            wallet("order", "2026-03-05 12:00:00", 50, number="A1", refunded=50),
            bank("paid", "2026-03-05 12:00:03", 50),
            wallet("back", "2026-03-07 12:00:00", 50, undoes="A1", **self.REFUND),
            bank("credit", "2026-03-10 00:00:00", 50, precision=Precision.DAY, **self.REFUND),
        ) == {
            ("paid", "order", SAME),
            ("credit", "back", SAME),
            ("back", "order", LinkKind.REFUND_OF),
        }

    def test_of_a_shop_is_taken_off_the_shops_row(self):
        links, lines = self.links(
            Line("order", Source.MEITUAN, "2026-03-05 12:00:00", 50, number="M1"),
            wallet("paid", "2026-03-05 12:00:01", 50, number="A1", via=Platform.MEITUAN,
                   refunded=50),
            wallet("back", "2026-03-05 15:00:00", 50, undoes="A1", **self.REFUND),
        )  # fmt: skip

        assert ("back", "order", LinkKind.REFUND_OF) in told(links, lines)
        assert sum(link.netted_fen for link in links) == 5_000

    def test_without_a_number_goes_to_the_same_merchant_within_ninety_days(self):
        shop: dict[str, Any] = {"merchant": "示例旗舰店", "via": Platform.NONE}
        assert found(
            bank("long ago", "2025-11-01 12:00:00", 50, **shop),
            bank("order", "2026-03-05 12:00:00", 50, **shop),
            bank("later", "2026-03-20 12:00:00", 30, **shop),
            bank("back", "2026-03-25 12:00:00", 50, **shop, **self.REFUND),
        ) == {("back", "order", LinkKind.REFUND_OF)}

    def test_never_take_off_more_than_was_paid(self):
        shop: dict[str, Any] = {"merchant": "示例旗舰店", "via": Platform.NONE}
        links, lines = self.links(
            bank("order", "2026-03-05 12:00:00", 50, **shop),
            bank("back", "2026-03-06 12:00:00", 50, **shop, **self.REFUND),
            bank("again", "2026-03-07 12:00:00", 50, **shop, **self.REFUND),
        )

        assert told(links, lines) == {("back", "order", LinkKind.REFUND_OF)}
        assert sum(link.netted_fen for link in links) == 5_000


def test_nothing_gives_nothing():
    assert match(columns_of([])) == []


def test_a_thousand_alike_payments_in_one_day_are_shared_out():
    lines = [
        each
        for number in range(1_000)
        for each in (
            wallet(f"w{number}", "2026-03-05 12:00:00", 5),
            bank(f"b{number}", "2026-03-05 00:00:00", 5, precision=Precision.DAY),
        )
    ]

    links = match(columns_of(lines))

    assert len(links) == 1_000
    assert len({link.other for link in links}) == 1_000
