"""`manage.py quote`: what is told, what is refused, and that nothing breaks it.

No test here may touch the database: pytest-django refuses the connection.
"""

import json
import os
import subprocess
import sys
from decimal import Decimal
from io import BytesIO, StringIO, TextIOWrapper
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

from common.errors import Refused
from lending.management.commands import quote
from lending.management.quote_answer import answer
from lending.management.quote_terms import asked
from lending.management.typed import Typed, UnknownTerm, whole

ROOT = Path(__file__).resolve().parents[2]
PLAIN = {
    "principal_fen": 1_000_000,
    "annual_rate_percent": "14.4",
    "first_disbursed_on": "2026-01-31",
    "periods": 12,
    "frequency": "MONTHLY",
    "every": 1,
    "method": "EQUAL_INSTALMENT",
    "day_count": "30/360",
    "rounding": "HALF_UP",
}
KEYS = {"number", "due_on", "principal_fen", "interest_fen", "fee_fen", "total_fen", "balance_fen"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command on words; gives what it printed and how it ended."""

    def ran(words, *more):
        stdin = TextIOWrapper(BytesIO(words.encode()), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", stdin)
        said, complained = StringIO(), StringIO()
        code: object = 0
        try:
            call_command("quote", *more, stdout=said, stderr=complained)
        except SystemExit as end:
            code = end.code
        return said.getvalue(), complained.getvalue(), code

    return ran


def told(**terms):
    return answer(PLAIN | terms)


def refusal(content):
    with pytest.raises(Refused) as raised:
        answer(content)
    return raised.value.code


class TestTheAnswer:
    def test_has_the_rows_totals_and_rates_that_were_promised(self, run):
        said, _, code = run(json.dumps(PLAIN), "--json")
        found = json.loads(said)

        assert code == 0
        assert len(found["instalments"]) == 12
        assert set(found["instalments"][0]) == KEYS
        assert found["instalments"][0]["total_fen"] == 89_975
        assert found["instalments"][-1]["balance_fen"] == 0
        assert found["total_interest_fen"] == sum(
            row["interest_fen"] for row in found["instalments"]
        )
        assert found["apr_x12_percent"] == pytest.approx(14.4, abs=0.005)
        assert found["apr_compounded_percent"] == pytest.approx(15.389, abs=0.005)

    def test_can_be_read_as_a_table(self, run):
        said, _, _ = run(json.dumps(PLAIN))

        assert said.splitlines()[0].split() == [
            "due_on", "principal", "interest", "fee", "total", "balance",
        ]  # fmt: skip
        assert "   1 2026-02-28" in said
        assert "899.75" in said
        assert "apr_x12_percent 14." in said

    def test_as_a_table_has_the_sums_and_what_is_kept_from_the_payout(self, run):
        fee = {"code": "SERVICE", "amount_fen": 180_000, "when": "UPFRONT"}
        said, _, _ = run(json.dumps(PLAIN | {"fees": [fee]}))

        assert "fee_at_start 1,800.00" in said
        assert "total_fee 1,800.00" in said
        assert "total_interest " in said

    def test_as_a_table_says_what_settles_and_what_closes_the_loan(self, run):
        asked = {"payable": [{"on": "2026-02-28", "instalment": 1}], "payoff_on": "2026-02-28"}
        said, _, _ = run(json.dumps(PLAIN | asked))

        assert "payable 1 2026-02-28 899.75" in said
        assert "payoff 2026-02-28 " in said

    def test_may_be_asked_of_a_file(self, run, tmp_path):
        file = tmp_path / "terms.json"
        file.write_text(json.dumps(PLAIN), encoding="utf-8")
        said, _, code = run("", "--json", "--terms", str(file))

        assert (len(json.loads(said)["instalments"]), code) == (12, 0)

    def test_of_what_settles_names_every_part(self):
        found = told(payoff_on="2026-03-15", payable=[{"on": "2026-02-15", "instalment": 1}])

        assert found["payoff"]["principal_fen"] == 1_000_000
        assert found["payoff"]["total_fen"] > 1_000_000
        (part,) = found["payable"]
        assert part["number"] == 1
        assert 0 < part["interest_fen"] < 12_000

    def test_of_a_payment_shows_what_it_changes(self):
        paid = told(payments=[{"on": "2026-02-15", "amount_fen": 500_000}])

        assert paid["total_interest_fen"] < told()["total_interest_fen"]
        assert paid["total_principal_fen"] == 1_000_000

    def test_of_a_payment_keeps_fees_and_interest_put_off(self):
        fee = {"amount_fen": 500, "when": "EACH_INSTALMENT"}
        grace = {"interest_payment_periods": 2, "principal_periods": 2}
        paid = told(payments=[{"on": "2026-05-15", "amount_fen": 1_000}], fees=[fee], grace=grace)

        assert {row["fee_fen"] for row in paid["instalments"]} == {500}
        assert [row["interest_fen"] for row in paid["instalments"][:3]] == [0, 0, 36_000]

    def test_of_tranches_lends_them_all(self):
        payouts = [
            {"on": "2026-01-31", "amount_fen": 1_000_000},
            {"on": "2026-03-15", "amount": "5000.00"},
        ]
        found = told(principal_fen=None, disbursements=payouts)

        assert found["total_principal_fen"] == 1_500_000
        assert found == told(principal_fen=1_500_000, disbursements=payouts)
        assert found == told(disbursements=payouts)
        assert found == told(disbursements=payouts[1:])

    def test_to_flows_on_days_is_their_rate(self):
        flows = [
            {"on": "2012-10-10", "amount": "500"},
            {"date": "2012-10-15", "amount": "-510"},
        ]

        assert answer({"flows": flows}) == {"xirr_percent": pytest.approx(324.436, abs=0.001)}

    def test_to_flows_of_unit_periods_needs_no_wrapping(self):
        flows = {
            "advance": "5000",
            "series": [{"amount": "230", "count": 24}],
            "unit_periods_per_year": "12",
        }

        assert answer({"flows": flows}) == answer(flows)
        assert answer(flows)["apr_x12_percent"] == pytest.approx(9.69, abs=0.005)

    def test_has_no_rates_where_none_fits(self):
        free_money = told(principal_fen=1, periods=600, annual_rate_percent=0)
        assert free_money["apr_x12_percent"] == 0

    def test_of_an_impossible_fee_is_a_refusal(self):
        assert refusal(PLAIN | {"fees": [{"amount_fen": 1_000_000}]}) == "IMPOSSIBLE_TERMS"


class TestSpellings:
    @pytest.mark.parametrize(
        "terms",
        [
            {"day_count": "THIRTY_360"},
            {"day_count": "30E/360"},
            {"day_count": "DAYS_30/DAYS_360"},
            {"day_count": "DAYS_360/DAYS_30"},
            {"day_count": None, "days_in_month": "DAYS_30", "days_in_year": "DAYS_360"},
            {"day_count": "ACT/365", "days_in_month": 30, "days_in_year": 360},
            {"frequency": "MONTHS"},
            {"method": "equal-installments"},
            {"method": "等额本息"},
            {"principal_fen": None, "principal": "10000.00"},
            {"annual_rate_percent": None, "annual_rate_ppm": 144_000},
            {"annual_rate_percent": Decimal("14.400")},
            {"periods": "12"},
            {"rounding": "half up"},
            {"grace": {}},
            {"grace": {"principal": 0, "interestFree": 0, "interest_payment": 0}},
            {"fees": []},
            {"every": None, "repayEvery": 1},
            {"tune_last_instalment": None, "tuneLastInstallment": False},
            {"holidays": "CN"},
        ],
    )
    def test_of_the_same_terms_give_the_same_answer(self, terms):
        assert told(**terms) == told()

    @pytest.mark.parametrize(
        ("spelling", "month", "year"),
        [
            ("ACT/365", "ACTUAL", "DAYS_365"),
            ("ACTUAL/365", "ACTUAL", 365),
            ("365/ACTUAL", "ACTUAL", "365"),
            ("ACT/365F", "ACTUAL", 365),
            ("ACT/360", "ACTUAL", "DAYS_360"),
            ("ACT/ACT", "ACTUAL", "ACTUAL"),
            ("Actual/Actual", "ACTUAL", "ACTUAL"),
            ("ACT/364", "INVALID", "DAYS_364"),
            ("30/365", "DAYS_30", "DAYS_365"),
        ],
    )
    def test_of_days_may_be_one_word_or_two(self, spelling, month, year):
        one = told(day_count=spelling)
        two = told(day_count=None, days_in_month=month, days_in_year=year)

        assert one == two != told()

    def test_of_interest_by_the_day_takes_the_level_from_nominal_months(self):
        daily = told(day_count=None, interest_period="DAILY")

        assert daily == told(day_count="ACT/365", level_from="NOMINAL")
        assert daily != told(day_count="ACT/365")

    def test_of_whole_periods_and_of_due_dates_differ_where_months_do(self):
        days = ["2026-01-31", "2026-02-28", "2026-03-31"]
        whole_periods = [{"from_date": start, "due_date": end} for start, end in pairwise(days)]
        whole_months = told(day_count="ACT/365", periods=whole_periods)
        dates_alone = told(day_count="ACT/365", periods=None, due_dates=days[1:])

        # January's 31 days against the 28 that passed.
        assert whole_months["instalments"][0]["interest_fen"] == 12_230
        assert dates_alone["instalments"][0]["interest_fen"] == 11_047
        assert told(day_count="ACT/365", periods=2) == dates_alone

    def test_of_fees_name_their_moment_and_their_base(self):
        fee = {"code": "SERVICE", "percent": "1.5", "base": "principal and interest"}
        each = told(fees=[fee | {"when": "EACH_INSTALLMENT"}])
        once = told(fees=[fee | {"when": "upfront"}])

        assert each["instalments"][0]["fee_fen"] == 1_350
        assert once["fee_at_start_fen"] == once["total_fee_fen"] > 0
        assert told(fees=[fee | {"financed": True}])["total_principal_fen"] == 1_015_000


class TestRefusals:
    @pytest.mark.parametrize(
        ("terms", "code"),
        [
            ({"colour": "red"}, "UNKNOWN_TERM"),
            ({"grace": {"principle": 1}}, "UNKNOWN_TERM"),
            ({"fees": [{"code": "A", "tax": 1}]}, "UNKNOWN_TERM"),
            ({"principal_fen": None}, "MISSING_TERM"),
            ({"periods": None}, "MISSING_TERM"),
            ({"first_disbursed_on": None}, "MISSING_TERM"),
            ({"annual_rate_percent": None}, "MISSING_TERM"),
            ({"first_disbursed_on": "2026-02-30"}, "UNCLEAR_TERM"),
            ({"first_disbursed_on": "20260230"}, "UNCLEAR_TERM"),
            ({"first_disbursed_on": 20260130}, "UNCLEAR_TERM"),
            ({"periods": 2.5}, "UNCLEAR_TERM"),
            ({"periods": True}, "UNCLEAR_TERM"),
            ({"principal_fen": Decimal("0.5")}, "UNCLEAR_TERM"),
            ({"principal_fen": "1e999"}, "UNCLEAR_TERM"),
            ({"principal": "1.001", "principal_fen": None}, "UNCLEAR_TERM"),
            ({"annual_rate_percent": "much"}, "UNCLEAR_TERM"),
            ({"annual_rate_percent": "1/0"}, "UNCLEAR_TERM"),
            ({"frequency": "FORTNIGHTLY"}, "UNCLEAR_TERM"),
            ({"method": "PONZI"}, "UNCLEAR_TERM"),
            ({"day_count": "29/360"}, "UNCLEAR_TERM"),
            ({"days_in_month": "31"}, "UNCLEAR_TERM"),
            ({"interest_period": "HOURLY"}, "UNCLEAR_TERM"),
            ({"tune_last_instalment": "yes"}, "UNCLEAR_TERM"),
            ({"grace": 3}, "UNCLEAR_TERM"),
            ({"fees": {"amount_fen": 1}}, "UNCLEAR_TERM"),
            ({"fees": [{"when": "SOMETIMES"}]}, "UNCLEAR_TERM"),
            ({"payments": [{"on": "2026-02-15", "amount_fen": 0}]}, "UNCLEAR_TERM"),
            ({"payments": [{"on": "2026-02-15", "amount_fen": -5}]}, "UNCLEAR_TERM"),
            ({"events": [{"op": "DANCE", "on": "2026-02-15"}]}, "UNCLEAR_TERM"),
            ({"disbursements": [{"on": "2025-01-01", "amount_fen": 7}]}, "UNCLEAR_TERM"),
            ({"principal_fen": 0}, "IMPOSSIBLE_TERMS"),
            ({"principal_fen": 10**12}, "IMPOSSIBLE_TERMS"),
            ({"annual_rate_percent": -1}, "IMPOSSIBLE_TERMS"),
            ({"annual_rate_percent": 1001}, "IMPOSSIBLE_TERMS"),
            ({"periods": 0}, "IMPOSSIBLE_TERMS"),
            ({"periods": 601}, "IMPOSSIBLE_TERMS"),
            ({"every": 0}, "IMPOSSIBLE_TERMS"),
            ({"grace": {"principal": 12}}, "IMPOSSIBLE_TERMS"),
            ({"grace": {"principal": -1}}, "IMPOSSIBLE_TERMS"),
            ({"first_due_on": "2026-01-31"}, "IMPOSSIBLE_TERMS"),
            ({"roll": "FOLLOWING", "holidays": "MARS"}, "IMPOSSIBLE_TERMS"),
            ({"payments": [{"on": "2026-01-15", "amount_fen": 9}]}, "IMPOSSIBLE_TERMS"),
            ({"payments": [{"on": "2026-02-15", "amount_fen": 10**9}]}, "IMPOSSIBLE_TERMS"),
            ({"flows": {"advance": 1, "series": []}, "periods": 2}, "UNKNOWN_TERM"),
            ({"method": "FLAT", "payoff_on": "2026-03-01"}, "COURSE_NOT_COUNTED"),
        ],
    )
    def test_say_which_term_it_is(self, terms, code):
        assert refusal(PLAIN | terms) == code

    @pytest.mark.parametrize(
        ("flows", "code"),
        [
            ({"series": [{"amount": 1}]}, "MISSING_TERM"),
            ({"advance": 5}, "MISSING_TERM"),
            ({"advance": 5, "series": [{"amount": -6}]}, "IMPOSSIBLE_TERMS"),
            ({"advance": 5, "series": [{"amount": 6, "count": 0}]}, "IMPOSSIBLE_TERMS"),
            ({"advance": 5, "series": [{"amount": 6, "fraction": "3/2"}]}, "IMPOSSIBLE_TERMS"),
            (
                {"advance": 5, "series": [{"amount": 6}], "unit_periods_per_year": 0},
                "UNCLEAR_TERM",
            ),
            ([{"on": "2026-01-01", "amount_fen": 5}], "IMPOSSIBLE_TERMS"),
        ],
    )
    def test_of_flows_are_typed_as_well(self, flows, code):
        assert refusal({"flows": flows}) == code

    @pytest.mark.parametrize("words", ["", "[]", "7", "{", '{"a": 1', "null", "\x00", '"{}"'])
    def test_of_what_is_no_object_end_with_one(self, run, words):
        said, _, code = run(words, "--json")

        assert code == 1
        assert json.loads(said)["error"]["code"] == "TERMS_NOT_READ"

    def test_of_a_number_that_is_none_end_with_one(self, run):
        said, _, code = run('{"principal_fen": NaN}', "--json")

        assert (json.loads(said)["error"]["code"], code) == ("UNCLEAR_TERM", 1)

    def test_of_too_much_end_with_one(self, run):
        said, _, code = run('{"principal": "' + "9" * quote.LARGEST_TERMS + '"}', "--json")

        assert (json.loads(said)["error"]["code"], code) == ("TERMS_NOT_READ", 1)

    def test_are_told_in_words_without_json(self, run):
        said, complained, code = run(json.dumps(PLAIN | {"colour": "red"}))

        assert (said, code) == ("", 1)
        assert "We do not know the term colour." in complained
        assert "UNKNOWN_TERM" in complained

    def test_name_the_terms_that_are_known(self):
        terms = Typed({"b": 1}, name="")
        terms.find("a", whole)

        with pytest.raises(UnknownTerm) as raised:
            terms.finish()
        assert raised.value.context == {"name": "b", "nearest": "a"}


class TestTheWholeProgram:
    def test_runs_without_a_database_and_shows_its_example(self):
        environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
        ran = subprocess.run(
            [sys.executable, "manage.py", "quote", "--help"],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )

        assert "example:" in ran.stdout
        assert '"principal_fen": 1000000' in ran.stdout

    def test_understands_its_own_example(self):
        words = quote.EXAMPLE.partition("'")[2].partition("'")[0]

        assert len(answer(json.loads(words, parse_float=Decimal))["instalments"]) == 12

    def test_reads_every_term_that_its_page_names(self):
        page = (ROOT / "docs" / "quote.md").read_text(encoding="utf-8")
        # Money has a key in fen and one in yuan, of which the page explains the ending.
        told_of = [name for name in known_terms() if f"`{name}`" in page or f"`{name}_fen`" in page]

        assert told_of == known_terms()


def known_terms():
    with pytest.raises(UnknownTerm) as raised:
        asked(PLAIN | {"nonsense": 1})
    return str(raised.value.context["nearest"]).split(", ")
