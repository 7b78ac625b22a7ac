"""The doors' one call: the same answer through the child process as without it."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from borrowers.connectors import refusals, registry
from borrowers.connectors.contracts import Connector
from borrowers.connectors.pipe import as_json, from_json
from borrowers.connectors.registry import (
    CONNECTORS,
    read_bill,
    read_bill_bounded,
    without_future,
)
from borrowers.tests.bill_texts import number, wechat, wechat_row

ROOT = Path(__file__).parents[2]
OWN_PURPOSES = ("SOCIAL_INSURANCE", "STUDENT_STATUS", "DEVICE", "SOCIAL_ACTIVITY")
BILL = wechat(
    wechat_row(),
    wechat_row(native_id=number(2), amount="¥"),
    wechat_row(
        native_id=number(3), kind="转账", direction="收入", party="小林", at="2025/3/4 9:05"
    ),
)


class TestConnectors:
    def test_every_connector_has_the_same_face(self):
        for kind, connector in CONNECTORS.items():
            face: Connector = connector
            assert face.kind == kind
            assert face.purpose in {"CONSUMPTION_RECORDS", *OWN_PURPOSES}
            assert callable(face.recognises)
            assert callable(face.read)


class TestFuture:
    ROWS = (
        wechat_row(at="2025-03-04 09:00:00"),
        wechat_row(at="2025-03-05 23:59:59", native_id=number(2)),
        wechat_row(at="2025-03-06 00:00:00", native_id=number(3)),
        wechat_row(at="2099-12-31 09:00:00", native_id=number(4)),
    )

    def test_rows_after_tomorrow_are_set_aside_and_counted(self):
        reading = without_future(read_bill(wechat(*self.ROWS), ""), date(2025, 3, 4))

        assert [each.native_id for each in reading.events] == [number(1), number(2)]
        assert [each.reason for each in reading.quarantined] == ["DATE_IN_FUTURE"] * 2
        assert reading.rows_read == len(reading.events) + len(reading.quarantined) == 4
        assert reading.last_at == reading.events[-1].occurred_at

    def test_a_bill_of_the_past_stays_as_it_is(self):
        reading = read_bill(BILL, "")

        assert without_future(reading, date(2025, 3, 4)) is reading

    def test_a_bill_of_nothing_but_the_future_is_refused(self):
        with pytest.raises(refusals.UnreadableRows):
            without_future(read_bill(wechat(self.ROWS[3]), ""), date(2025, 3, 4))


class TestPipe:
    def test_a_reading_survives_the_pipe_whole(self):
        reading = read_bill(BILL, "bill.csv")

        assert from_json(json.loads(json.dumps(as_json(reading)))) == reading
        (row,) = reading.quarantined
        assert (row.row_number, row.reason) == (6, "AMOUNT_UNREADABLE")
        assert row.words.startswith("2025-03-04 12:30:00 | 商户消费 | 示例小面馆 | 午餐")

    def test_optional_counts_survive_too(self):
        reading = replace(
            read_bill(BILL, ""), declared_rows=3, declared_in_fen=1, totals_agree=False
        )

        assert from_json(json.loads(json.dumps(as_json(reading)))) == reading

    @pytest.mark.parametrize("change", [{"events": [[1]]}, {"source": 77}, {"new": 1}])
    def test_another_shape_is_not_taken(self, change):
        plain = {**as_json(read_bill(BILL, "")), **change}

        with pytest.raises((KeyError, TypeError, ValueError)):
            from_json(plain)


class TestBounded:
    def test_the_child_reads_what_we_read(self):
        assert read_bill_bounded(BILL, "bill.csv") == read_bill(BILL, "bill.csv")

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"", refusals.EmptyFile),
            (b"hello", refusals.NotABill),
            (b"%PDF-1.7", refusals.TruncatedFile),
            (wechat(), refusals.NoTransactions),
        ],
    )
    def test_the_child_refuses_what_we_refuse(self, content, refusal):
        with pytest.raises(refusal):
            read_bill_bounded(content, "bill.csv")

    def test_a_refusal_brings_its_words_along(self):
        with pytest.raises(refusals.UnknownLayout) as refused:
            read_bill_bounded(wechat("x,y,z", columns="交易类型,收/支,当前状态"), "bill.csv")

        assert refused.value.context == {"columns": "交易时间, 金额(元)"}

    @pytest.mark.parametrize("name", ["", "名字\x00.csv", "x" * 300_000, "\udcff"])
    def test_no_name_of_a_file_matters(self, name):
        assert len(read_bill_bounded(BILL, name).events) == 2

    def test_a_child_that_is_too_slow_is_refused_in_words_for_bills(self, monkeypatch):
        monkeypatch.setattr(registry, "SECONDS", 0.001)

        with pytest.raises(refusals.TooSlow):
            read_bill_bounded(BILL, "bill.csv")


class TestPurity:
    def test_reading_a_bill_imports_neither_django_nor_openpyxl(self):
        program = (
            "import sys; from borrowers.connectors.registry import read_bill; "
            "read_bill(sys.stdin.buffer.read(), ''); "
            "print([name for name in ('django', 'openpyxl', 'celery') if name in sys.modules])"
        )

        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, input=BILL, capture_output=True, check=True
        )

        assert done.stdout.strip() == b"[]"
