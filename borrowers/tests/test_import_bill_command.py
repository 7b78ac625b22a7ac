"""`manage.py import_bill`: whatever the file is, the answer has one shape and an exit code."""

import io
import json
import os
import sys
from io import StringIO
from types import SimpleNamespace

import pytest
import pyzipper
from django.core.management import call_command

from borrowers.behaviour.models import ImportBatch
from borrowers.connectors.registry import read_bill
from borrowers.management.bill_report import NOTHING_READ, summary
from borrowers.tests import cast
from borrowers.tests.bill_texts import alipay_app, app_row, number, wechat, wechat_row

KEYS = [
    "source",
    "dialect",
    "encoding",
    "rows_read",
    "events",
    "duplicates",
    "quarantined",
    "inflow_fen",
    "outflow_fen",
    "neutral_fen",
    "refund_fen",
    "first_at",
    "last_at",
    "integrity",
    "refused",
]
BILL = wechat(
    wechat_row(amount="¥20.00"),
    wechat_row(native_id=number(2), kind="示例小面馆-退款", direction="收入", amount="¥1.50"),
    wechat_row(native_id=number(3), kind="转账", direction="收入", party="小林", amount="¥5.00"),
    wechat_row(native_id=number(4), kind="零钱提现", direction="/", amount="¥30.00"),
    wechat_row(native_id=number(5), amount="¥"),
    notes=("共5笔记录",),
)


@pytest.fixture
def bill(tmp_path):
    def written(content, name="bill.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return written


def run(*words):
    """What the command prints, and the code that it ends with."""
    out = StringIO()
    code: str | int | None = 0
    try:
        call_command("import_bill", *words, stdout=out)
    except SystemExit as ended:
        code = ended.code
    return code, out.getvalue()


def told(*words):
    code, out = run(*words, "--dry-run", "--json")
    return code, json.loads(out)


class TestRead:
    def test_every_figure_of_a_bill_is_told(self, bill):
        code, answer = told(bill(BILL))

        assert code == 0
        assert list(answer) == KEYS
        assert answer["source"] == "wechat"
        assert answer["dialect"] == "WECHAT_CSV"
        assert (answer["rows_read"], answer["events"], answer["duplicates"]) == (5, 4, 0)
        assert answer["quarantined"] == [{"row": 10, "reason": "AMOUNT_UNREADABLE"}]
        assert (answer["inflow_fen"], answer["outflow_fen"]) == (500, 2_000)
        assert (answer["neutral_fen"], answer["refund_fen"]) == (3_000, 150)
        assert answer["first_at"] == "2025-03-04T12:30:00+08:00"
        assert answer["integrity"]["declared_rows"] == 5
        assert answer["integrity"]["totals_agree"] is True
        assert answer["refused"] is None

    def test_the_child_sums_as_we_do(self, bill):
        assert told(bill(BILL))[1] == summary(read_bill(BILL, ""))

    def test_a_locked_file_opens_with_the_password_from_standard_input(self, bill, monkeypatch):
        buffer = io.BytesIO()
        with pyzipper.AESZipFile(buffer, "w", encryption=pyzipper.WZ_AES) as target:
            target.setpassword(b"204816")
            target.writestr("bill.csv", BILL)
        path = bill(buffer.getvalue(), "bill.zip")
        typed = SimpleNamespace(buffer=io.BytesIO(b"204816\r\nmore"))
        monkeypatch.setattr(sys, "stdin", typed)

        assert told(path, "--password-stdin")[0] == 0
        code, answer = told(path)
        assert (code, answer["refused"]["code"]) == (2, "FILE_PASSWORD_NEEDED")

    def test_without_json_each_figure_is_a_line(self, bill):
        code, out = run(bill(BILL), "--dry-run")

        assert code == 0
        assert "refund_fen        150" in out


class TestRefunds:
    """Each refund is counted once, by a note on the payment, by a row of its own, or by both."""

    @pytest.mark.parametrize(
        "rows",
        [
            [wechat_row(status="已退款(￥5.00)")],
            [
                wechat_row(status="已退款(￥5.00)"),
                wechat_row(native_id=number(2), kind="店-退款", direction="收入", amount="¥5.00"),
            ],
            [
                wechat_row(),
                wechat_row(
                    native_id=number(2), kind="示例小面馆-退款", direction="收入", amount="¥5.00"
                ),
            ],
            [wechat_row(native_id=number(2), kind="店-退款", direction="收入", amount="¥5.00")],
        ],
        ids=["note", "note and row", "row", "row alone"],
    )
    def test_of_wechat(self, rows, bill):
        _, answer = told(bill(wechat(*rows)))

        assert answer["refund_fen"] == 500
        assert answer["inflow_fen"] == answer["neutral_fen"] == 0

    def test_of_alipay(self, bill):
        paid = app_row(native_id=number(1), status="交易关闭", amount="20.00")
        back = app_row(
            native_id=f"{number(1)}_9", status="退款成功", direction="不计收支", amount="20.00"
        )

        _, answer = told(bill(alipay_app(paid, back)))

        assert answer["refund_fen"] == 2_000


class TestRefused:
    def check(self, *words):
        code, answer = told(*words)
        assert code == 2
        assert list(answer) == KEYS
        assert {**answer, "refused": None} == dict(NOTHING_READ)
        assert sorted(answer["refused"]) == ["advice", "code", "message"]
        return answer["refused"]["code"]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "FILE_EMPTY"),
            (b"a,b\n1,2\n", "FILE_IS_NOT_A_BILL"),
            (b"\x00\x01\x02" * 999, "FILE_ENCODING_UNREADABLE"),
            (b"<html>", "FILE_IS_WEB_PAGE"),
            (b"%PDF-1.7", "FILE_IS_CUT_OFF"),
        ],
    )
    def test_what_is_no_bill(self, content, code, bill):
        assert self.check(bill(content)) == code

    def test_no_file(self, tmp_path):
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        for name in (tmp_path, tmp_path / "none", pipe, "/dev/zero", "x" * 5_000, "a\x00b", ""):
            assert self.check(str(name)) == "FILE_NOT_THERE"

    def test_a_file_larger_than_may_be_read(self, tmp_path):
        path = tmp_path / "large"
        with path.open("wb") as file:
            file.truncate(10 * 1024**3)

        assert self.check(str(path)) == "FILE_TOO_LARGE"

    def test_a_link_that_goes_in_circles(self, tmp_path):
        path = tmp_path / "link"
        path.symlink_to(path)

        assert self.check(str(path)) == "FILE_NOT_THERE"

    def test_in_words(self, bill):
        code, out = run(bill(b""), "--dry-run", "--language", "en")

        assert code == 2
        assert out.startswith("This file is empty.\n")
        assert out.endswith("(FILE_EMPTY)\n")

    def test_nobody_to_keep_it_for(self, bill):
        code, out = run(bill(BILL), "--json")

        assert code == 2
        assert json.loads(out)["refused"]["code"] == "BORROWER_NOT_NAMED"


@pytest.mark.django_db
class TestKept:
    def test_for_whoever_allows_it(self, bill):
        lin = cast.borrower("Lin")
        cast.allow(lin)

        code, _ = run(bill(BILL), "--borrower", lin.public_id)

        assert code == 0
        assert ImportBatch.objects.get().borrower_id == lin.id

    def test_never_without_consent(self, bill):
        lin = cast.borrower("Lin")

        code, out = run(bill(BILL), "--json", "--borrower", lin.public_id)

        assert code == 2
        assert json.loads(out)["refused"]["code"] == "CONSENT_NEEDED"
        assert not ImportBatch.objects.exists()

    def test_never_for_nobody(self, bill):
        code, out = run(bill(BILL), "--json", "--borrower", "nobody")

        assert code == 2
        assert json.loads(out)["refused"]["code"] == "NOT_FOUND"
        assert not ImportBatch.objects.exists()
