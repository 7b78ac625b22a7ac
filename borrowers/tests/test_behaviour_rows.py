"""Events as rows: what the COPY format carries comes back, and matches the pure path."""

import json
import struct
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.columns import counted, from_events
from borrowers.behaviour.contracts import (
    CHANNELS,
    MEASURE_STEP,
    NO_BALANCE,
    Category,
    Direction,
    Place,
    Source,
    measure_of,
)
from borrowers.behaviour.tables import rows
from borrowers.tests import cast

POSTGRESQL_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
microseconds = st.integers(min_value=0, max_value=30 * 365 * 86_400 * 1_000_000)


def kept(events):
    return rows.to_keep(
        counted(events),
        code=lambda _context, text: sum(text.encode()),
        seal=lambda text: f"<{text}>",
    )


class TestToKeep:
    def test_is_in_the_order_of_the_key(self):
        events = [cast.event(3), cast.event(1), cast.event(2)]

        order = kept(events).column("occurred_at").tolist()

        assert order == sorted(order)

    def test_keeps_one_of_what_has_the_same_key(self):
        assert len(kept([cast.event(1), cast.event(1, amount_fen=5)])) == 1

    def test_seals_the_words_and_keeps_none_in_the_clear(self):
        row = kept([cast.event(1, memo="for mother")])

        (words,) = row.words
        assert words.startswith("<{")
        assert "for mother" in words
        assert row.numbers.dtype == np.int64

    def test_seals_the_type_and_the_row_that_told_it_beside_the_words(self):
        event = cast.event(1, type_text="商户消费", metrics={"months": 12})

        (words,) = kept([event]).words

        assert json.loads(words[1:-1]) == {
            "merchant": "Green Bowl Noodles", "counterparty": "Green Bowl Noodles",
            "memo": "noodles 1", "type": "商户消费", "row_number": 18, "metrics": {"months": 12},
        }  # fmt: skip

    def test_codes_a_shop_alike_as_merchant_and_as_counterparty(self):
        told = [cast.event(1, counterparty="a bank"), cast.event(2, merchant="a bank")]

        rows_kept = kept(told)

        assert rows_kept.column("counterparty")[0] == rows_kept.column("merchant")[1] != 0

    def test_codes_what_is_not_there_as_nothing(self):
        row = kept([cast.event(1, merchant="", counterparty="", native_id="", account="")])

        coded = ("merchant", "counterparty", "account", "native", "parent")
        assert [row.column(name)[0] for name in coded] == [0] * 5

    @given(account=st.text(st.characters(codec="ascii"), max_size=24))
    def test_codes_an_account_by_its_last_four_digits(self, account):
        digits = "".join(filter(str.isdigit, account))
        tail = rows.tail_of(cast.event(1, account=account))

        assert tail == (digits[-4:] if len(digits) >= 4 else "")

    def test_knows_a_card_by_its_tail_wherever_it_is_written(self):
        wallet = cast.event(1, tail="1234")
        bank = cast.event(2, account="6222 **** **** 1234")

        assert rows.tail_of(wallet) == rows.tail_of(bank) == "1234"

    def test_keeps_what_was_paid_beside_what_it_counts_for(self):
        row = kept([cast.event(1, amount_fen=900, refunded_fen=200)])

        assert (row.column("amount_fen")[0], row.column("refunded_fen")[0]) == (700, 200)

    def test_says_that_a_refund_is_money_coming_back(self):
        refund = cast.event(1, category=Category.REFUND, direction=Direction.NEUTRAL)

        assert kept([refund]).column("direction").tolist() == [Direction.IN]

    def test_gives_an_unknown_channel_no_name(self):
        assert kept([cast.event(1, channel="TELEPATHY")]).column("channel").tolist() == [0]

    def test_agrees_with_the_pure_path(self):
        events = [cast.event(number, refunded_fen=100 * (number % 2)) for number in range(9)]

        stored, pure = kept(events), from_events(events)

        assert stored.column("amount_fen").tolist() == pure.amount_fen.tolist()
        assert stored.column("direction").tolist() == pure.direction.tolist()
        assert (stored.column("occurred_at") // 1_000_000).tolist() == pure.seconds.tolist()


class TestEncoded:
    def test_is_a_stream_that_begins_and_ends_as_the_format_says(self):
        stream = b"".join(rows.encoded(kept([cast.event(1)])))

        assert stream.startswith(b"PGCOPY\n\xff\r\n\x00")
        assert stream.endswith(struct.pack(">h", -1))
        assert stream[19:21] == struct.pack(">h", 23)

    @given(text=st.text(max_size=50))
    def test_carries_any_words(self, text):
        row = kept([cast.event(1, memo=text)])

        assert row.words[0].encode() in b"".join(rows.encoded(row))

    def test_of_nothing_is_a_stream_of_no_row(self):
        assert b"".join(rows.encoded(kept([]))) == rows.SIGNATURE + rows.TRAILER


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
        small = (Category.DINING, Direction.OUT, Source.WECHAT, Place.ONLINE, CHANNELS["BNPL"])
        kind = [part for each in small for part in (2, each)]
        rest = (8, 11, 8, NO_BALANCE, 8, 3)
        shape = ">h" + "iq" * 4 + "ih" * 5 + "iq" * 3
        written = [
            struct.pack(shape, 12, 8, who, 8, at, 8, fen, 8, merchant, *kind, *rest)
            for who, at, fen, merchant in events
        ]

        columns = rows.columns_from(
            rows.SIGNATURE + b"".join(written) + rows.TRAILER, np.array([7, 12, 300])
        )

        read = zip(
            columns.segment, columns.seconds, columns.amount_fen, columns.merchant, strict=True
        )
        assert set(columns.channel.tolist()) <= {CHANNELS["BNPL"]}
        assert set(columns.party.tolist()) <= {11}
        assert set(columns.balance_fen.tolist()) <= {NO_BALANCE}
        assert set(columns.measure.tolist()) <= {3}
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


class TestMeasureOf:
    def test_keeps_two_figures_of_a_fact_in_one_number(self):
        device: dict[str, int | str] = {"device_type": "fan", "on_minutes": 90, "events": 3}
        week = {"posts": 5, "interactions": 9, "contacts_bucket": 2, "active_days": 6}

        assert divmod(measure_of(Source.DEVICE, device), MEASURE_STEP) == (90, 3)
        assert divmod(measure_of(Source.SOCIAL_ACTIVITY, week), MEASURE_STEP) == (6, 2)

    def test_tells_a_pension_that_was_paid_and_no_other_insurance(self):
        paid: dict[str, int | str] = {"insurance": "PENSION", "state": "PAID", "base_fen": 600_000}

        base_fen = measure_of(Source.SOCIAL_INSURANCE, paid) // MEASURE_STEP
        assert base_fen == 600_000
        assert measure_of(Source.SOCIAL_INSURANCE, {**paid, "state": "PAUSED"}) == 0
        assert measure_of(Source.SOCIAL_INSURANCE, {**paid, "insurance": "MEDICAL"}) == 0

    def test_of_a_payment_is_nothing(self):
        assert measure_of(Source.WECHAT, None) == 0
