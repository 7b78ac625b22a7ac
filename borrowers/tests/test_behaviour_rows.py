"""Events as rows: what the COPY format carries comes back, and matches the pure path."""

import struct
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour import rows
from borrowers.behaviour.columns import counted, from_events
from borrowers.behaviour.contracts import Category, Direction, Source
from borrowers.tests import cast

POSTGRESQL_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
microseconds = st.integers(min_value=0, max_value=30 * 365 * 86_400 * 1_000_000)


def kept(events):
    return rows.to_keep(counted(events), merchant_code=len, seal=lambda text: f"<{text}>")


class TestToKeep:
    def test_is_in_the_order_of_the_key(self):
        events = [cast.event(3), cast.event(1), cast.event(2)]

        order = [(row.occurred_at, row.ext) for row in kept(events)]

        assert order == sorted(order)

    def test_keeps_one_of_what_has_the_same_key(self):
        assert len(kept([cast.event(1), cast.event(1, amount_fen=5)])) == 1

    def test_seals_the_words_and_keeps_none_in_the_clear(self):
        (row,) = kept([cast.event(1, memo="for mother")])

        assert row.words.startswith("<{")
        clear = str(row).replace(row.words, "")
        assert "mother" not in clear
        assert "Noodles" not in clear

    def test_says_that_a_refund_is_money_coming_back(self):
        refund = cast.event(1, category=Category.REFUND, direction=Direction.NEUTRAL)

        assert [row.direction for row in kept([refund])] == [Direction.IN]

    def test_gives_an_unknown_channel_no_name(self):
        assert [row.channel for row in kept([cast.event(1, channel="TELEPATHY")])] == [0]

    def test_agrees_with_the_pure_path(self):
        events = [cast.event(number, refunded_fen=100 * (number % 2)) for number in range(9)]

        stored, pure = kept(events), from_events(events)

        assert [row.amount_fen for row in stored] == pure.amount_fen.tolist()
        assert [row.direction for row in stored] == pure.direction.tolist()
        assert [int(row.occurred_at.timestamp()) for row in stored] == pure.seconds.tolist()


class TestEncoded:
    def test_is_a_stream_that_begins_and_ends_as_the_format_says(self):
        stream = b"".join(rows.encoded(kept([cast.event(1)])))

        assert stream.startswith(b"PGCOPY\n\xff\r\n\x00")
        assert stream.endswith(struct.pack(">h", -1))
        assert stream[19:21] == struct.pack(">h", 9)

    @given(text=st.text(max_size=50))
    def test_carries_any_words(self, text):
        (row,) = kept([cast.event(1, memo=text)])

        assert row.words.encode() in b"".join(rows.encoded([row]))


class TestColumnsFrom:
    @given(
        events=st.lists(
            st.tuples(
                st.sampled_from([7, 12, 300]),
                microseconds,
                st.integers(min_value=0, max_value=2**62),
                st.integers(min_value=0, max_value=2**63 - 1),
            ),
            max_size=8,
        )
    )
    def test_reads_what_postgresql_would_write(self, events):
        kind = (2, Category.DINING, 2, Direction.OUT, 2, Source.WECHAT)
        written = [
            struct.pack(">h" + "iq" * 4 + "ih" * 3, 7, 8, who, 8, at, 8, fen, 8, merchant, *kind)
            for who, at, fen, merchant in events
        ]

        columns = rows.columns_from(
            rows.SIGNATURE + b"".join(written) + rows.TRAILER, np.array([7, 12, 300])
        )

        read = zip(
            columns.segment, columns.seconds, columns.amount_fen, columns.merchant, strict=True
        )
        assert sorted(tuple(map(int, each)) for each in read) == sorted(
            (
                [7, 12, 300].index(who),
                int((POSTGRESQL_EPOCH + timedelta(microseconds=at)).timestamp()),
                fen,
                merchant,
            )
            for who, at, fen, merchant in events
        )

    def test_of_nothing_is_nothing(self):
        columns = rows.columns_from(rows.SIGNATURE + rows.TRAILER, np.array([7]))

        assert len(columns) == 0
