"""What of a statement makes no sense is a hole and hides nothing else; it is read to its end."""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.channels.contracts import StatementLine, Unread, readable, unread
from lending.channels.gateways import wechat_bill
from lending.channels.sandbox import SandboxBank
from lending.tests.builders import TODAY
from lending.tests.test_reconciliation_fees import row, wechat


def entry(number=1, **changes):
    return {
        "id": number,
        "out_trade_no": f"R-{number}",
        "bank_reference": f"ref-{number}",
        "kind": "COLLECT",
        "account": "person:lin",
        "amount_fen": 100,
        "moved_at": "2026-11-20T12:00:00+08:00",
        **changes,
    }


@contextmanager
def bank_that_says(*pages):
    """A bank that gives these pages, one for each question; the last one again and again."""
    asked = []

    class Clerk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps(pages[min(len(asked), len(pages)) - 1]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Clerk)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with SandboxBank(base_url=address, api_key="k") as bank:
            yield bank, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def heard(*pages):
    with bank_that_says(*pages) as (bank, asked):
        return bank.statement(), asked


class TestALine:
    def test_that_makes_sense_is_read(self):
        (line,), _ = heard({"entries": [entry()]})

        assert (line.id, line.effect_fen, line.account) == (1, 100, "person:lin")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": "GIFT"},
            {"kind": None},
            {"amount_fen": 0},
            {"amount_fen": -5},
            {"amount_fen": 10**13 + 1},
            {"amount_fen": 2**63},
            {"amount_fen": 1.5},
            {"amount_fen": "100"},
            {"amount_fen": True},
            {"id": 0},
            {"id": -1},
            {"id": 2**63},
            {"out_trade_no": "R" * 65},
            {"out_trade_no": "R-\x00"},
            {"bank_reference": "r" * 65},
            {"account": "a" * 81},
            {"account": "person:\x00"},
            {"account": "person:\u202elin"},
        ],
    )
    def test_that_makes_none_is_a_hole_between_the_others(self, wrong):
        found, _ = heard({"entries": [entry(1), entry(2, **wrong), entry(3)]})

        before, hole, after = found
        assert (before.id, after.id) == (1, 3)
        is_known = "id" not in wrong
        assert (hole.id, hole.place.split(":")[0]) == ((2, "2") if is_known else (0, "1+"))

    @pytest.mark.parametrize("wrong", [{"account": "person:陈\x00"}, {"amount_fen": "987654"}])
    def test_that_makes_none_says_where_it_stands_and_nothing_of_what_it_says(self, wrong):
        (hole,), _ = heard({"entries": [entry(7, **wrong)]})

        assert set(vars(type(hole))["__slots__"]) == {"place", "id"}
        assert re.fullmatch(r"7:[0-9a-f]{12}", hole.place)

    def test_is_the_same_hole_each_time_and_another_one_for_another_text(self):
        (first,), _ = heard({"entries": [entry(7, kind="GIFT")]})
        (again,), _ = heard({"entries": [entry(7, kind="GIFT")]})
        (other,), _ = heard({"entries": [entry(7, kind="LOAN")]})

        assert first == again != other

    @pytest.mark.parametrize("entries", [[None], [[]], [1]])
    def test_that_is_none_is_a_hole(self, entries):
        (hole,), _ = heard({"entries": entries})

        assert (hole.id, hole.place[:3]) == (0, "0+:")

    def test_of_very_many_that_make_none_is_one_hole_beside_what_can_be_read(self):
        wrong = [entry(number, kind="GIFT") for number in range(2, 40)]
        found, _ = heard({"entries": [entry(1), *wrong, entry(40)]})

        assert [each.id for each in found] == [1, 40, 0]
        assert found[-1] == Unread("2+")


class TestAPage:
    @pytest.mark.parametrize("entries", [None, {}, "x"])
    def test_that_is_none_is_one_hole_after_what_came_before(self, entries):
        pages = [{"entries": [entry(1)], "has_more": True}, {"entries": entries, "has_more": True}]
        found, asked = heard(*pages)

        assert [each.id for each in found] == [1, 0]
        assert (found[1].place, len(asked)) == ("1+", 2)


class TestPages:
    def test_are_read_to_the_end(self):
        pages = [
            {"entries": [entry(1), entry(2)], "has_more": True},
            {"entries": [entry(3)], "has_more": False},
        ]
        found, asked = heard(*pages)

        assert [each.id for each in found] == [1, 2, 3]
        assert asked == ["/statement?since=0", "/statement?since=2"]

    @pytest.mark.parametrize("numbers", [[5, 3], [5, 5], [3, 5, 4]])
    def test_that_go_round_in_circles_are_not_heard_for_ever(self, numbers):
        page = {"entries": [entry(each) for each in numbers], "has_more": True}
        found, asked = heard(page)

        assert found == (Unread("0+"),), "none of its numbers can be trusted"
        assert len(asked) == 1

    def test_of_which_the_next_begins_again_end_with_a_hole(self):
        page = {"entries": [entry(1), entry(2)], "has_more": True}
        found, asked = heard(page)

        assert [each.id for each in found] == [1, 2, 0]
        assert (found[2].place, len(asked)) == ("2+", 2)

    def test_that_never_end_and_say_nothing_end_with_a_hole(self):
        found, asked = heard({"entries": [], "has_more": True})

        assert (found, len(asked)) == ((Unread("0+"),), 1)


# What a cell of a bill can hold.
WRITTEN = st.characters(codec="utf-8", exclude_characters=',"\r\n`')


class TestABill:
    @given(st.text(alphabet=WRITTEN, max_size=90))
    def test_has_numbers_that_our_columns_hold_or_holes(self, number):
        (found,) = wechat_bill.lines(wechat(row(number)), b"", day=TODAY)

        assert isinstance(found, Unread) or (
            len(found.out_trade_no) <= 64 and "\x00" not in found.out_trade_no
        )

    def test_with_a_number_that_is_too_long_has_a_hole_there(self):
        told = wechat_bill.lines(wechat(row("n" * 65), row("n" * 64)), b"", day=TODAY)

        assert [type(each) for each in told] == [Unread, StatementLine]

    @given(st.lists(st.sampled_from(["fine", "hole"]), max_size=12))
    def test_numbers_its_rows_by_where_they_stand_whatever_can_be_read(self, kinds):
        rows = [row(f"n-{at}", fee="x" if kind == "hole" else "") for at, kind in enumerate(kinds)]
        told = wechat_bill.lines(wechat(*rows), b"", day=TODAY)

        first = int(f"{TODAY:%Y%m%d}") * 10**9 + 1
        assert [each.id for each in told] == list(range(first, first + len(kinds)))
        holes = ["hole" if isinstance(each, Unread) else "fine" for each in told]
        assert holes == kinds

    def test_with_a_byte_that_is_none_has_a_hole_only_in_that_row(self):
        told = wechat(row("one"), row("two"), row("three")).replace(b"`two", b"`tw\xff")
        lines = wechat_bill.lines(told, b"", day=TODAY)

        assert [getattr(each, "out_trade_no", "") for each in lines] == ["one", "", "three"]

    @given(st.data())
    def test_that_was_cut_says_nothing_wrong_of_what_is_left(self, data):
        """Whatever is cut off: each line that is told is one of the whole bill, and a hole says
        that it is not whole."""
        whole = wechat(row("one"), row("two", fee="`1.10"), row("three", amount="27.00"))
        cut = whole[: data.draw(st.integers(1, whole.index("总交易单数".encode()) - 1))]
        told = wechat_bill.lines(cut, b"", day=TODAY)

        assert set(readable(told)) <= set(wechat_bill.lines(whole, b"", day=TODAY))
        assert unread(told), "nobody takes it for the whole"
