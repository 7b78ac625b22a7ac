"""Refund rows and what they undo, by hand: number, order, party, and the room that is left."""

from datetime import UTC, datetime, timedelta

import pytest

from borrowers.connectors.contracts import Category, Direction, EventStatus
from borrowers.connectors.header import RowUnreadable
from borrowers.connectors.tables.drafts import (
    Draft,
    amount_moved,
    channel_of,
    direction_of_word,
    party_of,
    tail_of,
)
from borrowers.connectors.tables.refunds import link, stem, type_stem

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
IN, OUT, NEUTRAL = Direction.IN, Direction.OUT, Direction.NEUTRAL


def paid(row_number, fen, *, hours=0, number="", order="", party="示例店", stated_fen=0):
    return Draft(
        row_number=row_number,
        occurred_at=NOON + timedelta(hours=hours),
        amount_fen=fen,
        stated=OUT,
        status_text="",
        type_text="",
        native_id=number,
        order_id=order,
        has_lasting_id=len(number) >= 16,
        degraded=False,
        direction=OUT,
        category=Category.DINING,
        status=EventStatus.SETTLED,
        party=party,
        stated_refund_fen=stated_fen,
    )


def back(row_number, fen, *, hours=1, number="", order="", party="示例店"):
    draft = paid(row_number, fen, hours=hours, number=number, order=order, party=party)
    draft.category, draft.stated, draft.direction = Category.REFUND, IN, IN
    return draft


def closed(row_number, fen, **more):
    draft = paid(row_number, fen, **more)
    draft.status, draft.direction = EventStatus.CLOSED, NEUTRAL
    return draft


# The rows, what each payment got back, and the refunds that found none.
CASES = {
    "whole": ([paid(1, 500), back(2, 500)], [500], set()),
    "part": ([paid(1, 500), back(2, 200)], [200], set()),
    "two parts": ([paid(1, 500), back(2, 200), back(3, 300)], [500], set()),
    "more than was paid": ([paid(1, 500), back(2, 501)], [0], {2}),
    "no room left": ([paid(1, 500), back(2, 300), back(3, 300)], [300], {3}),
    "before the payment": ([paid(1, 500, hours=2), back(2, 500)], [0], {2}),
    "the same moment": ([paid(1, 500, hours=1), back(2, 500)], [500], set()),
    "ninety days": ([paid(1, 500), back(2, 500, hours=90 * 24)], [500], set()),
    "longer": ([paid(1, 500), back(2, 500, hours=90 * 24 + 1)], [0], {2}),
    "another shop": ([paid(1, 500), back(2, 500, party="另一店")], [0], {2}),
    "nobody": ([paid(1, 500, party=""), back(2, 500, party="")], [0], {2}),
    "the one it fills": ([paid(1, 500), paid(2, 800), back(3, 500)], [500, 0], set()),
    "the later of two": ([paid(1, 500), paid(2, 500, hours=0.5), back(3, 500)], [0, 500], set()),
    "by stem": (
        [paid(1, 500, number="77"), paid(2, 500, hours=0.5), back(3, 500, number="77_1")],
        [500, 0],
        set(),
    ),
    "by star": (
        [paid(1, 500, number="77"), paid(2, 500, hours=0.5), back(3, 500, number="77*1")],
        [500, 0],
        set(),
    ),
    "by number in the order's place": (
        [paid(1, 500, number="77"), paid(2, 500, hours=0.5), back(3, 500, order="77")],
        [500, 0],
        set(),
    ),
    "by order": (
        [paid(1, 500, order="9"), paid(2, 500, hours=0.5), back(3, 500, order="9")],
        [500, 0],
        set(),
    ),
    "the order of another party": (
        [paid(1, 500, order="9", party="另一店"), paid(2, 500), back(3, 500, order="9")],
        [0, 500],
        set(),
    ),
    "by number long after": (
        [paid(1, 500, number="77"), back(2, 500, number="77_1", hours=200 * 24)],
        [500],
        set(),
    ),
    "what is stated is believed": ([paid(1, 500, stated_fen=200), back(2, 200)], [200], set()),
    "stated with no row": ([paid(1, 500, stated_fen=200)], [200], set()),
    "stated above the price": ([paid(1, 500, stated_fen=900)], [500], set()),
    "a row above what is stated": ([paid(1, 500, stated_fen=200), back(2, 300)], [200], {2}),
    "who says so comes first": (
        [paid(1, 500, stated_fen=500), paid(2, 500, hours=0.5), back(3, 500)],
        [500, 0],
        set(),
    ),
    "said so, and the clock is wrong": (
        [paid(1, 500, hours=5, stated_fen=500), back(2, 500)],
        [500],
        set(),
    ),
    "closed and paid back": ([closed(1, 500), back(2, 500)], [500], set()),
    "closed and never paid": ([closed(1, 500)], [0], set()),
    "nothing": ([], [], set()),
    "refund alone": ([back(1, 500)], [], {1}),
}


@pytest.mark.parametrize("name", CASES)
def test_each_refund_undoes_one_payment_and_no_more_than_it(name):
    rows, given_back, alone = CASES[name]
    drafts = [copy_of(each) for each in rows]

    assert link(drafts) == alone

    payments = [each for each in drafts if each.category is not Category.REFUND]
    assert [each.refunded_fen for each in payments] == given_back


@pytest.mark.parametrize("name", CASES)
def test_the_order_of_the_rows_does_not_matter(name):
    rows, given_back, alone = CASES[name]
    drafts = [copy_of(each) for each in reversed(rows)]

    assert link(drafts) == alone

    payments = [each for each in reversed(drafts) if each.category is not Category.REFUND]
    assert [each.refunded_fen for each in payments] == given_back


def copy_of(draft):
    return Draft(**{name: getattr(draft, name) for name in Draft.__slots__})


class TestWhatIsWrittenDown:
    def test_whole_is_refunded_and_part_is_settled(self):
        whole, part = paid(1, 500), paid(2, 800, party="另一店")

        link([whole, part, back(3, 500), back(4, 100, party="另一店")])

        assert (whole.status, part.status) == (EventStatus.REFUNDED, EventStatus.SETTLED)

    def test_a_closed_payment_with_its_refund_had_left_after_all(self):
        draft = closed(1, 500)

        link([draft, back(2, 500)])

        assert (draft.direction, draft.status) == (OUT, EventStatus.REFUNDED)

    def test_a_payment_of_nothing_is_not_refunded(self):
        draft = paid(1, 0)

        link([draft])

        assert draft.status is EventStatus.SETTLED

    def test_money_of_ones_own_is_undone_by_nothing(self):
        draft = paid(1, 500)
        draft.category = Category.CREDIT_REPAYMENT

        assert link([draft, back(2, 500)]) == {2}
        assert draft.refunded_fen == 0

    @pytest.mark.parametrize(
        ("number", "parent"),
        [("1234567890123456_1", "1234567890123456"), ("77_1", ""), ("1234567890123456", "")],
    )
    def test_a_refund_that_found_none_names_its_payment_by_a_lasting_number(self, number, parent):
        refund = back(1, 500, number=number)

        link([refund])

        assert refund.parent_native_id == parent


class TestCells:
    @pytest.mark.parametrize(
        ("native_id", "first"),
        [("", ""), ("12", ""), ("12_", "12"), ("_12", ""), ("1_2*3", "1"), ("1*2_3", "1*2")],
    )
    def test_a_number_has_a_stem_before_its_separator(self, native_id, first):
        assert stem(native_id) == first

    @pytest.mark.parametrize(
        ("words", "first"),
        [("", ""), ("转账", "转账"), ("转账-退款", "转账"), ("红包(单发)-退款", "红包"), ("-", "")],
    )
    def test_a_type_has_a_stem_before_its_mark(self, words, first):
        assert type_stem(words) == first

    @pytest.mark.parametrize(
        ("cell", "direction"),
        [("收入", IN), ("支出", OUT), ("/", NEUTRAL), (None, NEUTRAL), ("不计收支", NEUTRAL)],
    )
    def test_a_direction_is_the_bills_own_word(self, cell, direction):
        assert direction_of_word(cell) is direction

    @pytest.mark.parametrize("cell", ["收", "收入/支出", "out", 1])
    def test_a_word_never_seen_is_not_guessed(self, cell):
        with pytest.raises(RowUnreadable, match="DIRECTION_UNKNOWN"):
            direction_of_word(cell)

    @pytest.mark.parametrize(("cell", "fen"), [("-5.00", 500), ("5.00", 500), ("0", 0)])
    def test_spending_may_bear_a_minus(self, cell, fen):
        assert amount_moved(cell, OUT) == fen

    @pytest.mark.parametrize("stated", [IN, NEUTRAL])
    def test_nothing_else_may(self, stated):
        with pytest.raises(RowUnreadable, match="AMOUNT_NEGATIVE"):
            amount_moved("-5.00", stated)

    @pytest.mark.parametrize(
        ("method", "channel"),
        [
            ("花呗", "BNPL"),
            ("京东白条", "BNPL"),
            ("余额宝", "MONEY_FUND"),
            ("招商银行信用卡(1234)", "CREDIT"),
            ("余额", "BALANCE"),
            ("零钱", "BALANCE"),
            ("工商银行储蓄卡(1234)", "DEBIT"),
            ("余额&花呗", "BALANCE"),
            ("&花呗", "UNKNOWN"),
            ("", "UNKNOWN"),
            ("现金", "UNKNOWN"),
        ],
    )
    def test_what_paid_is_known_by_its_first_part(self, method, channel):
        assert channel_of(method) == channel

    @pytest.mark.parametrize(
        ("method", "tail"),
        [("储蓄卡(1234)", "1234"), ("储蓄卡（1234）", "1234"), ("卡(123)", ""), ("1234", "")],
    )
    def test_a_card_is_known_by_four_digits_in_brackets(self, method, tail):
        assert tail_of(method) == tail

    @pytest.mark.parametrize(
        ("names", "party"),
        [((), ""), (("", "乙"), "乙"), (("Ａ Ｂ", "乙"), "ab"), (("甲", "乙"), "甲")],
    )
    def test_a_party_is_the_first_name_that_says_anything(self, names, party):
        assert party_of(*names) == party
