"""Any bank, any books: what agrees is silent, and a single planted difference is always named."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lending.channels.contracts import StatementLine
from lending.channels.reconciliation import OwnTransfer, Standing, differences

few = settings(deadline=None, max_examples=150)
STATES = ("INTENT", "SENT", "SUCCEEDED", "FAILED", "UNKNOWN")


@st.composite
def houses(draw, *, least=1):
    """Transfers of every state, booked exactly where the money moved, and the bank's lines."""
    transfers, lines, ledger_fen = {}, [], 0
    for number in range(draw(st.integers(least, 8))):
        kind = draw(st.sampled_from(["PAY_OUT", "COLLECT"]))
        state = draw(st.sampled_from(STATES if number else ("SUCCEEDED",)))
        own = OwnTransfer(kind, draw(st.integers(1, 10**7)), state, state == "SUCCEEDED")
        name = f"T-{number}"
        transfers[name] = own
        if own.is_booked:
            ledger_fen += own.effect_fen
            lines.append(StatementLine(number, name, "SBK", kind, "person:lin", own.amount_fen))
    return Standing(transfers, ledger_fen), tuple(draw(st.permutations(lines)))


def said(before, lines, after=None):
    return list(differences(before, lines, after or before))


def changed(house, name, **changes):
    own = replace(house.transfers[name], **changes)
    return replace(house, transfers={**house.transfers, name: own})


class TestASoundHouse:
    @given(houses(least=0))
    @few
    def test_is_silent_in_whatever_order_the_bank_tells(self, drawn):
        assert said(*drawn) == []

    @given(houses(), st.integers(1, 10**6))
    @few
    def test_is_silent_about_money_that_moves_while_we_ask(self, drawn, amount_fen):
        """On its way before; booked after; the bank's statement may have it or not."""
        house, lines = drawn
        sent = OwnTransfer("COLLECT", amount_fen, "SENT", is_booked=False)
        before = replace(house, transfers={**house.transfers, "NEW": sent})
        after = Standing(
            {**house.transfers, "NEW": replace(sent, state="SUCCEEDED", is_booked=True)},
            house.ledger_fen + amount_fen,
        )
        moved = StatementLine(99, "NEW", "SBK", "COLLECT", "person:lin", amount_fen)

        assert said(before, lines, after) == []
        assert said(before, (*lines, moved), after) == []


class TestAPlantedDifference:
    @given(houses(), st.data())
    @few
    def test_a_line_that_the_bank_has_not_is_named_by_its_number(self, drawn, data):
        house, lines = drawn
        lost = data.draw(st.sampled_from(lines))

        found = said(house, [each for each in lines if each != lost])

        assert len(found) == 1
        assert lost.out_trade_no in found[0]

    @given(houses(), st.data(), st.sampled_from([-1, 1, 10**6]))
    @few
    def test_a_line_of_another_amount_is_named(self, drawn, data, off_by_fen):
        house, lines = drawn
        wrong = data.draw(st.sampled_from(lines))
        told = [
            replace(each, amount_fen=each.amount_fen + off_by_fen) if each == wrong else each
            for each in lines
        ]

        found = said(house, told)

        assert len(found) == 1
        assert str(wrong.amount_fen) in found[0]

    @given(houses(), st.data())
    @few
    def test_a_line_that_went_the_other_way_is_named(self, drawn, data):
        house, lines = drawn
        wrong = data.draw(st.sampled_from(lines))
        other = "COLLECT" if wrong.kind == "PAY_OUT" else "PAY_OUT"
        told = [replace(each, kind=other) if each == wrong else each for each in lines]

        assert len(said(house, told)) == 1

    @given(houses(), st.data())
    @few
    def test_a_line_that_came_twice_is_named(self, drawn, data):
        house, lines = drawn
        twice = data.draw(st.sampled_from(lines))

        assert said(house, (*lines, twice)) == [
            f"the bank moved transfer {twice.out_trade_no} twice"
        ]

    @given(houses(), st.data())
    @few
    def test_a_booking_that_was_forgotten_is_named(self, drawn, data):
        """The money is there and the transfer says so, and nobody has written it into the books."""
        house, lines = drawn
        name = data.draw(st.sampled_from(lines)).out_trade_no
        effect_fen = house.transfers[name].effect_fen
        forgotten = replace(house, ledger_fen=house.ledger_fen - effect_fen)

        (found,) = said(house, lines, forgotten)

        assert found.startswith("the ledger's bank account says")

    @given(houses(), st.data())
    @few
    def test_a_word_that_it_failed_against_the_banks_is_named(self, drawn, data):
        house, lines = drawn
        name = data.draw(st.sampled_from(lines)).out_trade_no
        failed = changed(house, name, state="FAILED")

        assert f"transfer {name} failed here, and the bank moved it" in said(failed, lines)

    @given(houses(), st.integers(-(10**6), 10**6).filter(bool))
    @few
    def test_a_ledger_that_is_off_by_anything_is_named(self, drawn, off_by_fen):
        house, lines = drawn

        found = said(house, lines, replace(house, ledger_fen=house.ledger_fen + off_by_fen))

        assert len(found) == 1
