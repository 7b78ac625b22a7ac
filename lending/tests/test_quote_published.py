"""Schedules and rates that others published, through `quote`, to the cent.

The cases stand beside the repository in `../shared/data/loans/` (Apache Fineract, Frappe Lending,
Regulation Z); where that folder is missing these tests say so and are skipped.
"""

import json
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

from lending.management.quote_answer import answer

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "loans"
# What happens to a running loan is tried with the servicing engine.
LP1 = "LP1_INTEREST_"


def cases(name):
    file = PUBLISHED / f"{name}.json"
    if not file.exists():
        return [pytest.param(None, marks=pytest.mark.skip(f"no {file.name}"))]
    listed = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)["cases"]
    return [pytest.param(each, id=each["id"]) for each in listed]


def cents(words):
    return int(Decimal(words) * 100)


def dated(event, **more):
    return {"on": event["date"], **more}


def terms_of(case, **more):
    """A progressive case in the words of `quote`."""
    return {
        "annual_rate_percent": case["annual_nominal_rate_percent"],
        "periods": case["periods"],
        "frequency": case["repayment_frequency"],
        "every": case["repay_every"],
        "days_in_month": case["days_in_month"],
        "days_in_year": case["days_in_year"],
        "rounding": "HALF_EVEN",
        "tune_last_instalment": True,
        **more,
    }


class TestFineractsProgressiveCases:
    @pytest.mark.parametrize("digits", [None, 12])
    @pytest.mark.parametrize("case", cases("fineract_progressive_emi"))
    def test_come_out_to_the_cent(self, case, digits):
        so_far: list[dict[str, str]] = []
        checked = 0
        for event in case["events"]:
            if event["op"] in {"check", "check_emi_all_but_last"}:
                told = answer(terms_of(case, events=so_far, precision_digits=digits))
                checked += self.agree(told, event)
            elif event["op"] != "addBalanceCorrection":
                so_far.append(self.as_event(event))
                expected = event.get("expected")
                if expected:
                    told = answer(terms_of(case, events=so_far))["payable"][-1]
                    assert (told["outstanding_fen"], told["principal_fen"]) == (
                        cents(expected["OutstandingBalance"]),
                        cents(expected["PayablePrincipal"]),
                    )
                    assert told["interest_fen"] == cents(expected["PayableInterest"])
        assert checked

    @staticmethod
    def as_event(event):
        about = {"period_due_on": event["period_due_date"]} if "period_due_date" in event else {}
        amount = {"amount": event["amount"]} if "amount" in event else {}
        return {"op": event["op"], "on": event["date"], **about, **amount}

    @staticmethod
    def agree(told, event):
        rows = told["instalments"]
        if event["op"] == "check_emi_all_but_last":
            assert {row["total_fen"] for row in rows[:-1]} == {cents(event["emi"])}
            assert rows[-1]["balance_fen"] == cents(event["final_balance"])
            return len(rows)
        # Only the last part of a period knows the whole of it.
        wanted = {row["period"]: row for row in event["rows"]}
        for row in rows:
            expected = wanted[row["number"]]
            names = ("total", "interest", "principal", "balance")
            theirs = ("emi", "interest_due", "principal_due", "balance_after")
            found = [row[f"{name}_fen"] for name in names]
            assert found == [cents(expected[name]) for name in theirs], row["number"]
        return len(rows)


class TestFineractsCumulativeSchedules:
    @pytest.mark.parametrize("case", cases("fineract_schedules"))
    def test_come_out_to_the_cent(self, case):
        created = next(event for event in case["events"] if "rows" in event or "table" in event)
        product, *terms = next(iter(self.rows(created)))
        if not product.startswith(LP1) or "RECALCULATION" in product:
            pytest.skip("what happens to a running loan is tried with the servicing engine")
        told = answer(self.terms(terms, case))

        expected = self.rows(next(e for e in case["events"] if e["op"] == "expect_schedule"))[1:]
        assert len(told["instalments"]) == len(expected)
        for row, words in zip(told["instalments"], expected, strict=True):
            balance, principal, interest, fees, _, due = words[3:9]
            assert [row[f"{name}_fen"] for name in ("balance", "principal", "interest", "fee")] == [
                cents(each) for each in (balance, principal, interest, fees)
            ]
            assert (row["due_on"], row["total_fen"]) == (words[2], cents(due))

    @staticmethod
    def rows(event):
        return [
            list(row.values()) if isinstance(row, dict) else row
            for row in event.get("rows", event.get("table"))
        ]

    @staticmethod
    def terms(words, case):
        start, amount, rate, kind, interest, method, _, _, every, unit, periods, *graces = words
        charge = "LOAN_INSTALLMENT_PERCENTAGE_FEE" in json.dumps(case, default=str)
        fee = {"percent": "1.5", "base": "PRINCIPAL_AND_INTEREST", "when": "EACH_INSTALLMENT"}
        return {
            "principal": amount,
            "annual_rate_percent": rate,
            "first_disbursed_on": start,
            "method": "FLAT" if kind == "FLAT" else method,
            "interest_period": interest,
            "every": every,
            "frequency": unit,
            "periods": periods,
            "grace": {"principal": graces[0], "interest_payment": graces[2]},
            "rounding": "HALF_EVEN",
            "instalment_multiple_fen": 100,
            "fees": [fee] if charge else [],
        }


class TestAppendixJ:
    @pytest.mark.parametrize("case", cases("regz_appendix_j_apr"))
    def test_rates_come_out_to_the_published_digits(self, case):
        told = answer(
            {
                "flows": {
                    "advance": case["advance"],
                    "series": case["series"],
                    "unit_periods_per_year": case["unit_periods_per_year"],
                }
            }
        )

        rate = Decimal(str(told["apr_x12_percent"])).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        assert rate == Decimal(case["published_apr_percent"])


class TestFrappe:
    @pytest.mark.parametrize("case", cases("frappe_lending"))
    def test_comes_out_in_its_whole_units(self, case):
        if "expect" not in case or "principal" not in case:
            pytest.skip("no schedule")
        terms = {
            "principal": case["principal"],
            "annual_rate_percent": case["annual_rate_percent"],
            "first_disbursed_on": "2024-01-05",
            "instalment_multiple_fen": 100,
            "instalment_rounding": "CEILING",
        }
        terms |= {"periods": case["periods"]} if "periods" in case else {}
        if "fixed_instalment" in case:
            terms["fixed_instalment"] = case["fixed_instalment"]
        told, expect = answer(terms), case["expect"]

        assert str(len(told["instalments"])) == str(expect.get("periods", case.get("periods")))
        assert self.whole(told["total_interest_fen"]) == expect["total_interest_rounded"]
        assert self.whole(told["total_fen"]) == expect["total_payment_rounded"]
        if "emi" in expect:
            assert self.whole(told["instalments"][0]["total_fen"]) == expect["emi"]
        for index, words in expect.get("rows_zero_based", {}).items():
            row = told["instalments"][int(index)]
            names = ("principal", "interest", "balance")
            assert [self.whole(row[f"{name}_fen"]) for name in names] == words

    @staticmethod
    def whole(fen):
        return str(round(Decimal(fen) / 100))
