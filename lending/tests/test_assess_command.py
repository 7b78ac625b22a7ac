"""`manage.py assess`: the whole pure path on bills of people who do not exist, without a database.

No test here may touch the database: pytest-django refuses the connection.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from borrowers.connectors.registry import read_bill
from common.periods import SHANGHAI
from lending.management.appraisal import Bill, Question, appraise, merged
from lending.management.report import aligned
from scoring.features.catalogue import FEATURES
from simulation.bills import Layout, write
from simulation.bills.months import ordinary_months

ROOT = Path(__file__).resolve().parents[2]
KEYS = [
    "outcome",
    "tier",
    "score",
    "pd",
    "limit_fen",
    "annual_rate_percent",
    "instalment_fen",
    "reasons",
    "features",
    "files",
]
LIN_MONTHS = ordinary_months(
    seed=7, first_day=date(2026, 1, 1), months=6, monthly_income_fen=1_600_000
)
LIN = [record for record in LIN_MONTHS if record.at.date() < date(2026, 7, 1)]
FEW = LIN[:5]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def bill(tmp_path):
    """Writes a bill and names the file."""

    def written(records, name="bill", layout=Layout.WECHAT_XLSX_2026):
        path = tmp_path / name
        path.write_bytes(write(records, layout=layout))
        return str(path)

    return written


def run(*files, amount="10000", term="12", options=()):
    """What the command prints, and the code that it ends with."""
    out, err = StringIO(), StringIO()
    words = [word for name in files for word in ("--bill", name)]
    code: str | int | None = 0
    try:
        call_command(
            "assess", *words, "--amount", amount, "--term", term, *options, stdout=out, stderr=err
        )
    except SystemExit as ended:
        code = ended.code
    return code, out.getvalue(), err.getvalue()


def decided(*files, options=(), **asked):
    code, out, _ = run(*files, options=("--json", *options), **asked)
    assert code == 0
    return json.loads(out)


class TestJson:
    def test_holds_the_promised_keys_first_and_in_order(self, bill):
        assert list(decided(bill(LIN)))[: len(KEYS)] == KEYS

    def test_of_a_steady_earner_is_an_offer(self, bill):
        found = decided(bill(LIN))

        assert (found["outcome"], found["tier"]) == ("OFFERED", "A")
        assert found["annual_rate_percent"] == 9.0
        assert found["limit_fen"] >= 1_000_000
        assert len(found["reasons"]) == 4
        assert set(found["features"]) == set(FEATURES)

    def test_has_words_for_every_reason(self, bill):
        for reason in decided(bill(FEW))["reasons"]:
            assert reason["text"]
            assert "%(" not in reason["text"]

    def test_says_null_for_what_is_not_known(self, bill):
        assert decided(bill(FEW))["features"]["income_trend"] is None

    def test_schedules_what_is_lent_to_the_fen(self, bill):
        found = decided(bill(LIN), amount="8000.50", term="6")

        assert found["amount_fen"] == 800_050
        assert sum(row["principal_fen"] for row in found["schedule"]) == 800_050
        first = found["schedule"][0]
        assert first["principal_fen"] + first["interest_fen"] == found["instalment_fen"]
        assert len(found["schedule"]) == found["term_months"] == 6

    def test_tells_what_was_read_from_each_file(self, bill):
        name = bill(LIN)

        (file,) = decided(name)["files"]

        assert file["file"] == name
        assert file["dialect"] == "WECHAT_XLSX_2026"
        assert file["rows_read"] == file["events"] == len(LIN)
        assert (file["quarantined"], file["totals_agree"]) == ([], True)
        assert file["first_at"] == LIN[0].at.astimezone(SHANGHAI).isoformat()

    def test_of_a_file_cut_at_a_line_end_is_left_to_a_person_with_a_proposal(self, bill, tmp_path):
        whole = bill(LIN, layout=Layout.WECHAT_CSV)
        lines = Path(whole).read_text(encoding="utf-8-sig").splitlines(keepends=True)
        cut = tmp_path / "cut.csv"
        cut.write_text("".join(lines[:-7]), encoding="utf-8-sig")

        found = decided(str(cut))

        assert found["outcome"] == "REFERRED"
        assert found["reasons"][0]["code"] == "RECORDS_INCOMPLETE"
        assert found["tier"] == "B"
        assert min(found["limit_fen"], found["instalment_fen"], found["annual_rate_percent"]) > 0
        (file,) = found["files"]
        assert (file["doubt"], file["declared_rows"]) == ("ROWS_MISSING", len(LIN))
        assert f"it has {len(LIN)} rows, we found {len(LIN) - 7}" in file["warning"]

    def test_beside_the_whole_file_is_decided_as_without_the_cut_one(self, bill, tmp_path):
        whole = bill(LIN, layout=Layout.WECHAT_CSV)
        lines = Path(whole).read_text(encoding="utf-8-sig").splitlines(keepends=True)
        cut = tmp_path / "cut.csv"
        cut.write_text("".join(lines[:-7]), encoding="utf-8-sig")

        both = decided(str(cut), whole)

        assert {**both, "files": 0} == {**decided(whole), "files": 0}

    def test_is_the_same_every_time(self, bill):
        name = bill(LIN)

        assert run(name, options=["--json"]) == run(name, options=["--json"])

    @pytest.mark.parametrize("layout", Layout)
    def test_decides_alike_whatever_layout_told_it(self, bill, layout):
        found = decided(bill(LIN, layout=layout))

        assert (found["outcome"], found["tier"]) == ("OFFERED", "A")
        assert found["files"][0]["totals_agree"] is True


class TestFewRecords:
    def test_lead_to_a_person_with_a_small_short_proposal(self, bill):
        found = decided(bill(FEW))

        assert (found["outcome"], found["tier"]) == ("REFERRED", "E")
        assert found["limit_fen"] == found["amount_fen"] == 300_000
        assert found["term_months"] == 6
        assert found["reasons"][0]["code"] == "SCARCE_RECORDS"

    def test_of_one_row_are_decided_too(self, bill):
        assert decided(bill(LIN[1:2]))["outcome"] == "REFERRED"


class TestTime:
    def test_is_the_day_after_the_last_event(self, bill):
        assert decided(bill(LIN))["as_of"] == "2026-07-01"

    def test_hides_what_came_later(self, bill):
        until_april = [record for record in LIN if record.at.date() < date(2026, 4, 1)]

        cut = decided(bill(LIN, "whole"), options=["--as-of", "2026-04-01"])
        short = decided(bill(until_april, "part"), options=["--as-of", "2026-04-01"])

        assert {**cut, "files": 0} == {**short, "files": 0}

    def test_before_every_event_knows_nothing(self, bill):
        found = decided(bill(LIN), options=["--as-of", "2020-01-01"])

        assert found["features"]["events_180d"] == 0
        assert found["outcome"] == "REFERRED"

    @pytest.mark.parametrize("day", ["1999-12-31", "2100-01-01"])
    def test_outside_the_law_books_is_refused(self, bill, day):
        code, out, _ = run(bill(LIN), options=["--json", "--as-of", day])

        assert code == 1
        assert json.loads(out)["error"]["code"] == "DAY_OUT_OF_REACH"


class TestSeveralFiles:
    def test_that_tell_the_same_payments_count_them_once(self, bill):
        once = decided(bill(LIN))
        twice = decided(bill(LIN), bill(LIN, "again"))

        assert [file["repeated"] for file in twice["files"]] == [0, len(LIN)]
        assert {**once, "files": 0} == {**twice, "files": 0}

    def test_that_overlap_make_one_history(self, bill):
        half = len(LIN) // 2
        whole = decided(bill(LIN))

        parts = decided(bill(LIN[: half + 50], "a"), bill(LIN[half:], "b"))

        assert parts["features"]["events_180d"] == whole["features"]["events_180d"]
        assert parts["files"][1]["repeated"] == 50

    def test_keep_the_telling_that_knows_of_the_refund(self):
        reading = read_bill(write(LIN, layout=Layout.WECHAT_CSV), "bill.csv")
        bought = next(event for event in reading.events if event.refunded_fen > 0)
        early = replace(reading, events=(replace(bought, refunded_fen=0),))
        late = replace(reading, events=(bought,))

        for order in ([early, late], [late, early]):
            events, _ = merged([Bill(str(place), each) for place, each in enumerate(order)])
            assert events == [bought]


class TestScenes:
    def test_education_asks_for_enrolment(self, bill):
        found = decided(bill(LIN), options=["--scene", "education"])

        assert found["outcome"] == "REFERRED"
        assert found["reasons"][0]["code"] == "ENROLMENT_NOT_PROVED"

    def test_education_with_enrolment_is_offered(self, bill):
        found = decided(bill(LIN), options=["--scene", "EDUCATION", "--enrolled"])

        assert found["outcome"] == "OFFERED"


class TestAsked:
    @pytest.mark.parametrize(
        ("amount", "term", "code"),
        [
            ("50000.01", "12", "AMOUNT_TOO_LARGE"),
            ("499.99", "12", "AMOUNT_TOO_SMALL"),
            ("5000", "24", "TERM_NOT_OFFERED"),
            ("5000", "1", "TERM_NOT_OFFERED"),
        ],
    )
    def test_what_the_product_does_not_lend_is_declined_with_the_reason(
        self, bill, amount, term, code
    ):
        found = decided(bill(LIN), amount=amount, term=term)

        assert (found["outcome"], found["limit_fen"], found["instalment_fen"]) == ("DECLINED", 0, 0)
        assert [reason["code"] for reason in found["reasons"]] == [code]
        assert found["schedule"] == []

    def test_the_bounds_are_those_of_the_scenes_product(self, bill):
        study = ["--scene", "EDUCATION", "--enrolled"]

        daily = decided(bill(LIN), amount="5000", term="3")
        tuition = decided(bill(LIN), amount="5000", term="3", options=study)

        assert (daily["outcome"], tuition["outcome"]) == ("OFFERED", "DECLINED")
        assert tuition["reasons"][0]["code"] == "TERM_NOT_OFFERED"
        assert decided(bill(LIN), amount="50000")["limit_fen"] <= 5_000_000

    @pytest.mark.parametrize(
        ("amount", "term", "day"),
        [
            ("-5", "12", "2026-01-01"),
            ("0", "12", "2026-01-01"),
            ("nan", "12", "2026-01-01"),
            ("1e400", "12", "2026-01-01"),
            ("much", "12", "2026-01-01"),
            ("5000", "0", "2026-01-01"),
            ("5000", "6.5", "2026-01-01"),
            ("5000", "6", "tomorrow"),
        ],
    )
    def test_nonsense_is_refused_before_any_file_is_opened(self, amount, term, day):
        with pytest.raises(CommandError):
            call_command(
                "assess",
                "--bill=nowhere",
                f"--amount={amount}",
                f"--term={term}",
                f"--as-of={day}",
                stdout=StringIO(),
            )


class TestRefusedFiles:
    def test_are_told_in_words_and_end_with_one(self, bill, tmp_path):
        picture = tmp_path / "photo.csv"
        picture.write_bytes(b"\x89PNG\r\n" + bytes(100))

        code, out, err = run(bill(LIN), str(picture))

        assert (code, out) == (1, "")
        assert "FILE_IS_PICTURE_OR_DOCUMENT" in err
        assert str(picture) in err

    def test_are_told_as_one_object(self, tmp_path):
        empty = tmp_path / "empty.csv"
        empty.touch()

        code, out, err = run(str(empty), options=["--json"])

        assert (code, err) == (1, "")
        error = json.loads(out)["error"]
        assert list(error) == ["code", "message", "advice", "file"]
        assert (error["code"], error["file"]) == ("FILE_EMPTY", str(empty))

    @pytest.mark.parametrize("name", ["nowhere.csv", "."])
    def test_that_are_not_there_are_said_to_be(self, tmp_path, name):
        code, out, _ = run(str(tmp_path / name), options=["--json"])

        assert code == 1
        assert json.loads(out)["error"]["code"] == "FILE_NOT_THERE"


class TestText:
    def test_tells_a_credit_officer_what_matters(self, bill):
        name = bill(LIN)

        code, out, err = run(name)

        assert (code, err) == (0, "")
        for words in ("Offered", "Tier", "9%", "Instalment", "Probability of default", name):
            assert words in out
        assert "Average income a month" in out
        assert "agree with the rows" in out

    def test_says_when_a_person_decides(self, bill):
        assert "A person decides" in run(bill(FEW))[1]

    def test_says_when_the_totals_do_not_agree(self, bill, tmp_path):
        honest = Path(bill(LIN, layout=Layout.WECHAT_CSV)).read_text(encoding="utf-8-sig")
        lines = honest.splitlines(keepends=True)
        shorter = tmp_path / "shorter.csv"
        shorter.write_text("".join(lines[:-7]), encoding="utf-8-sig")

        told = run(str(shorter))[1]
        assert "do NOT agree" in told
        assert f"The file says it has {len(LIN)} rows, we found {len(LIN) - 7}." in told

    def test_is_in_the_language_that_was_asked_for(self, bill):
        with translation.override("zh-hans"):
            assert "Offered" in run(bill(LIN), options=["--language", "en"])[1]
            assert translation.get_language() == "zh-hans"

    def test_is_in_no_other_language(self, bill):
        with pytest.raises(CommandError):
            run(bill(LIN), options=["--language", "fr"])

    def test_stands_in_columns_also_in_chinese(self):
        assert aligned([("额度", "1"), ("Tier", "2")]) == ["额度  1", "Tier  2"]


def test_the_first_instalment_is_never_more_than_the_income_bears():
    reading = read_bill(write(LIN, layout=Layout.WECHAT_CSV), "bill.csv")
    for amount_fen in (100_000, 1_000_000, 5_000_000):
        for months in (3, 6, 12):
            question = Question(amount_fen, months, "CONSUMPTION", False, None)  # noqa: FBT003 (a question is read as a row)

            found = appraise([Bill("bill", reading)], question)

            assert found.instalment_fen <= found.verdict.affordable_instalment_fen


def test_runs_where_no_database_answers(bill):
    environment = {
        **os.environ,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "manage.py", "assess", "--bill", bill(FEW), "--amount", "5000"]

    ended = subprocess.run(
        [*command, "--term", "6", "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["as_of"] == str(FEW[-1].at.date() + timedelta(days=1))
