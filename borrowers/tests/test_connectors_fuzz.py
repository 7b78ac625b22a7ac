"""Every reader under damage: whatever becomes of its bytes, a reading or a typed refusal comes out.

Bounded, so that it runs with the other tests; a larger HARDER asks that much more often.
"""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.connectors.refusals import FileRefused
from borrowers.connectors.registry import read_bill
from simulation.bills import Layout, write
from simulation.bills.banks import StatementLayout, write_statement
from simulation.bills.banks.entries import Entry, Occasion
from simulation.bills.records import Kind, Record
from simulation.words import Direction

HARDER = 1
BILLS = Path(__file__).parents[3] / "shared" / "data" / "bills"
FIRST = datetime(2025, 3, 4, 4, 30, tzinfo=UTC)
# What breaks readers: separators, ends, marks of grammars, numbers that are none.
TOKENS = [
    b'"', b",", b"\t", b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b"<", b">", b"</", b"&",
    b"^", b"-", b":61:", b"!Type:Bank", b"<STMTTRN>", b"<table>", b"9" * 40, b"1e309", b"NaN",
    b"0", b"[+99:X]", b"(", b")", b"=", b"/", b"'", "￥".encode(), "年".encode(), "已退款".encode(),
]  # fmt: skip


def records():
    kinds = [Kind.PURCHASE, Kind.TRANSFER, Kind.CARD_REPAYMENT, Kind.PURCHASE]
    paid = [
        Record(
            at=FIRST + timedelta(days=index),
            kind=kind,
            direction=Direction.NEUTRAL if kind is Kind.CARD_REPAYMENT else Direction.OUT,
            amount_fen=2_000 + index,
            party="示例小面馆",
            number=f"{10**27 + index}",
            item="午餐",
        )
        for index, kind in enumerate(kinds)
    ]
    back = Record(
        at=FIRST + timedelta(days=9),
        kind=Kind.REFUND,
        direction=Direction.IN,
        amount_fen=500,
        party="示例小面馆",
        number=f"{10**27 + 9}",
        undoes=paid[0].number,
    )
    return [*paid, back]


def entries():
    return [
        Entry(
            at=FIRST + timedelta(days=index),
            direction=Direction.OUT,
            amount_fen=2_000,
            balance_fen=100_000 - 2_000 * index,
            occasion=Occasion.CONSUMPTION,
            party="示例小面馆",
            platform="财付通",
            number=f"{10**19 + index}",
        )
        for index in range(1, 5)
    ]


def packed(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("bill.csv", content)
    return buffer.getvalue()


def page(content):
    rows = content.decode("utf-8-sig").splitlines()
    cells = ("".join(f"<td>{cell}" for cell in row.split(",")) for row in rows)
    return f"<html><table>{''.join(f'<tr>{row}' for row in cells)}</table>".encode()


def written():
    bills = {str(layout): write(records(), layout=layout) for layout in Layout}
    statements = {
        f"STATEMENT_{layout.name}": write_statement(entries(), layout=layout)
        for layout in StatementLayout
    }
    plain = bills["WECHAT_CSV"]
    return {**bills, **statements, "ZIP": packed(plain), "HTML": page(plain)}


def lying_there():
    """Old workbooks and the items of a page: nothing here writes them."""
    found = [*BILLS.glob("c*/*.xls"), *BILLS.glob("cn_bank_pdf/*/p2.json")]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in found}


SAMPLES = {**written(), **lying_there()}


@st.composite
def damaged(draw, content):
    """Up to three wounds: cut off, cut out, doubled, moved, another byte, a token put in."""
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(content)))
        until = min(len(content), place + draw(st.sampled_from([1, 2, 8, 60, 500])))
        head, piece, tail = content[:place], content[place:until], content[until:]
        content = draw(
            st.sampled_from(
                [
                    head,
                    head + tail,
                    head + piece * 2 + tail,
                    tail + piece + head,
                    head + draw(st.binary(max_size=3)) + tail,
                    head + draw(st.sampled_from(TOKENS)) + piece + tail,
                ]
            )
        )
    return content


def answer(content):
    """The reading, whose counts add up, or the refusal, whose words can be said."""
    try:
        reading = read_bill(content, "", "204816")
    except FileRefused as refused:
        return refused.message % refused.context, refused.advice % refused.context
    kept = len(reading.events) + reading.duplicates + len(reading.quarantined)
    assert kept == reading.rows_read
    assert len({event.event_key for event in reading.events}) == len(reading.events)
    assert all(0 <= event.refunded_fen <= event.amount_fen for event in reading.events)
    return reading


@pytest.mark.parametrize("name", SAMPLES)
class TestEveryReader:
    def test_reads_its_sample(self, name):
        assert answer(SAMPLES[name]).events

    @given(data=st.data())
    @settings(max_examples=12 * HARDER, deadline=None)
    def test_survives_damage(self, name, data):
        answer(data.draw(damaged(SAMPLES[name])))


@given(st.sampled_from(sorted(SAMPLES)), st.sampled_from(sorted(SAMPLES)), st.data())
@settings(max_examples=60 * HARDER, deadline=None)
def test_two_files_run_into_one(first, second, data):
    head, tail = SAMPLES[first], SAMPLES[second]

    answer(
        head[: data.draw(st.integers(0, len(head)))] + tail[data.draw(st.integers(0, len(tail))) :]
    )


@given(st.sampled_from(TOKENS), st.binary(max_size=300))
@settings(max_examples=100 * HARDER, deadline=None)
def test_rubbish_behind_a_token(token, rubbish):
    answer(token + rubbish)
