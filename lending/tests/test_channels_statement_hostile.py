"""A statement that makes no sense is not compared at all; one that is long is read to its end."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    def test_that_makes_none_leaves_nothing_to_compare(self, wrong):
        found, _ = heard({"entries": [entry(1), entry(2, **wrong), entry(3)]})

        assert found is None

    @pytest.mark.parametrize("entries", [None, {}, "x", [None], [[]], [1]])
    def test_that_is_none_is_no_statement(self, entries):
        found, _ = heard({"entries": entries})

        assert found is None


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

        assert found is None
        assert len(asked) == 1

    def test_of_which_the_next_begins_again_are_no_statement(self):
        page = {"entries": [entry(1), entry(2)], "has_more": True}
        found, asked = heard(page)

        assert (found, len(asked)) == (None, 2)


# What a cell of a bill can hold.
WRITTEN = st.characters(codec="utf-8", exclude_characters=',"\r\n`')


class TestABill:
    @given(st.text(alphabet=WRITTEN, max_size=90))
    def test_has_numbers_that_our_columns_hold_or_is_none(self, number):
        found = wechat_bill.lines(wechat(row(number)), b"", day=TODAY)

        assert found is None or (
            len(found[0].out_trade_no) <= 64 and "\x00" not in found[0].out_trade_no
        )

    def test_with_a_number_that_is_too_long_is_none(self):
        assert wechat_bill.lines(wechat(row("n" * 65)), b"", day=TODAY) is None
        assert wechat_bill.lines(wechat(row("n" * 64)), b"", day=TODAY) is not None
