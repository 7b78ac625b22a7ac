"""`manage.py write_bill`: what it writes is read back by the platform's own readers."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from borrowers.connectors.contracts import Category, Direction, Source
from borrowers.connectors.registry import read_bill
from common.periods import SHANGHAI, shanghai_date
from simulation.bills.layouts import WALLETS
from simulation.management.commands.write_bill import lived

MIDSUMMER = date(2026, 6, 23)


def write_bill(path, *words):
    """What the command said."""
    said = StringIO()
    call_command("write_bill", *words, str(path), stdout=said)
    return said.getvalue()


def reading_of(path):
    return read_bill(path.read_bytes(), path.name)


class TestWriteBill:
    @pytest.mark.parametrize("layout", WALLETS)
    def test_writes_a_bill_that_is_read_back_whole(self, tmp_path, layout):
        path = tmp_path / "bill"
        write_bill(path, "--layout", layout, "--months", "2")
        reading = reading_of(path)
        assert len(reading.events) > 50
        assert reading.quarantined == ()
        assert reading.totals_agree is not False
        assert (reading.source is Source.WECHAT) == layout.startswith("WECHAT")

    def test_takes_the_layout_in_any_case(self, tmp_path):
        write_bill(tmp_path / "bill", "--layout", "alipay_app_2023", "--months", "1")
        assert reading_of(tmp_path / "bill").source is Source.ALIPAY

    @time_machine.travel(datetime(2026, 6, 23, 17, tzinfo=UTC), tick=False)
    def test_ends_yesterday_in_shanghai(self, tmp_path):
        write_bill(tmp_path / "bill", "--months", "1")
        days = [shanghai_date(each.occurred_at) for each in reading_of(tmp_path / "bill").events]
        assert max(days) <= MIDSUMMER
        assert min(days) >= date(2026, 5, 24)

    def test_pays_the_income_once_a_month(self, tmp_path):
        write_bill(tmp_path / "bill", "--months", "9", "--income", "9000.50")
        reading = reading_of(tmp_path / "bill")
        paid = [each for each in reading.events if each.category is Category.INCOME_SALARY]
        assert [each.amount_fen for each in paid] == [900_050] * 9
        assert {each.direction for each in paid} == {Direction.IN}

    def test_can_leave_the_income_out(self, tmp_path):
        write_bill(tmp_path / "bill", "--months", "3", "--income", "0")
        categories = {each.category for each in reading_of(tmp_path / "bill").events}
        assert Category.INCOME_SALARY not in categories

    def test_writes_the_same_file_for_the_same_seed(self, tmp_path):
        for name, seed in (("one", "5"), ("same", "5"), ("other", "6")):
            write_bill(tmp_path / name, "--seed", seed, "--until", "2026-06-23")
        assert (tmp_path / "one").read_bytes() == (tmp_path / "same").read_bytes()
        assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()

    def test_says_what_it_wrote(self, tmp_path):
        path = tmp_path / "bill.xlsx"
        said = write_bill(path, "--months", "1", "--until", "2026-06-23")
        events = len(reading_of(path).events)
        assert said == (
            f"{events} payments of nobody, 2026-05-24 to 2026-06-23, as WECHAT_XLSX_2026"
            f" in {path}\n"
        )


class TestRefusals:
    def test_leaves_a_file_that_is_there_already(self, tmp_path):
        path = tmp_path / "bill"
        path.write_bytes(b"a real bill")
        with pytest.raises(CommandError, match="is there already"):
            write_bill(path)
        assert path.read_bytes() == b"a real bill"

    def test_says_where_it_cannot_write(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be written"):
            write_bill(tmp_path / "no such folder" / "bill")

    @pytest.mark.parametrize(
        "words",
        [
            ["--layout", "BANK"],
            ["--months", "0"],
            ["--months", "61"],
            ["--months", "nine"],
            ["--income", "much"],
            ["--income", "-1"],
            ["--income", "1000001"],
            ["--income", "NaN"],
            ["--until", "yesterday"],
        ],
    )
    def test_refuses_what_makes_no_bill(self, tmp_path, words):
        with pytest.raises(CommandError):
            write_bill(tmp_path / "bill", *words)
        assert not (tmp_path / "bill").exists()


class TestLived:
    @pytest.mark.parametrize("until", [date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 31)])
    def test_has_as_many_paydays_as_months_on_any_day(self, until):
        records = lived(until=until, months=4, monthly_income_fen=800_000, seed=3)
        assert sum(each.amount_fen == 800_000 for each in records) == 4
        assert all(each.at.astimezone(SHANGHAI).date() <= until for each in records)
