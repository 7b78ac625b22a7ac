"""Loans on which money came on time, early, late or not at all, as Apache Fineract publishes them.

The cases stand beside the repository in `../shared/data/loans/`; where that folder is missing
these tests say so and are skipped.
"""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lending.calc.methods.recalculated import lines_of
from lending.calc.plans import DayCount, Plan, Rounding

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "loans" / "fineract_schedules.json"
PLANS: dict[str, dict[str, Any]] = {
    "LP1": {
        "day_count": DayCount.ACT_365,
        "instalment_multiple_fen": 100,
        "is_level_nominal": True,
    },
    "LP2": {"day_count": DayCount.THIRTY_360},
}


def cases():
    if not PUBLISHED.exists():
        return [pytest.param(None, marks=pytest.mark.skip("no published cases"))]
    listed = json.loads(PUBLISHED.read_text(encoding="utf-8"))["cases"]
    found = [each for each in listed if "RECALCULATION" in json.dumps(each)]
    return [pytest.param(each, id=each["id"]) for each in found]


def cents(words):
    return int(Decimal(words) * 100)


def plan_of(words):
    return Plan(
        principal_fen=cents(words["with_principal"]),
        annual_rate_ppm=int(Decimal(words["annual_interest_rate_pct"]) * 10_000),
        first_disbursed_on=date.fromisoformat(words["submitted_on_date"]),
        periods=int(words["numberofrepayments"]),
        rounding=Rounding.HALF_EVEN,
        **PLANS[words["loanproduct"][:3]],
    )


@pytest.mark.parametrize("case", cases())
def test_come_out_to_the_cent(case):
    payments, checked, today, plan = [], 0, date.min, None
    for event in case["events"]:
        if event["op"] == "business_date":
            today = date.fromisoformat(event["date"])
        elif event["op"] == "step" and "rows" in event:
            plan = plan_of(event["rows"][0])
        elif event["op"] == "repayment":
            payments.append((date.fromisoformat(event["date"]), cents(event["amount"])))
        elif event["op"] == "expect_schedule":
            assert plan is not None
            checked += agree(lines_of(plan, payments, as_of=today), event["rows"][1:])
    assert checked


def agree(lines, rows):
    names = ("principal", "interest", "balance", "total", "paid", "in_advance", "late")
    theirs = ("principal", "interest", "balance", "due", "paid", "in_advance", "late")
    for line, row in zip(lines, rows, strict=True):
        found = [getattr(line, f"{name}_fen") for name in names]
        assert found == [cents(row[name]) for name in theirs], row["nr"]
        assert line.span.ends_on.isoformat() == row["due_date"]
    return len(lines)


def test_what_is_paid_on_its_day_costs_what_was_planned():
    plan = Plan(
        principal_fen=500_000,
        annual_rate_ppm=120_000,
        first_disbursed_on=date(2026, 1, 1),
        periods=6,
        day_count=DayCount.ACT_365,
    )
    planned = lines_of(plan, [], as_of=plan.first_disbursed_on)
    on_time = [(line.span.ends_on, line.total_fen) for line in planned]

    paid = lines_of(plan, on_time, as_of=date(2026, 12, 31))

    assert [line.total_fen for line in paid] == [line.total_fen for line in planned]
    assert all(line.paid_fen == line.total_fen and not line.late_fen for line in paid)
    assert paid[-1].balance_fen == 0


def test_what_is_late_goes_on_bearing_and_what_is_early_stops():
    plan = Plan(
        principal_fen=500_000,
        annual_rate_ppm=120_000,
        first_disbursed_on=date(2026, 1, 1),
        periods=6,
        day_count=DayCount.ACT_365,
    )
    first = lines_of(plan, [], as_of=plan.first_disbursed_on)[0]

    def cost(on):
        lines = lines_of(plan, [(on, first.total_fen)], as_of=on)
        return sum(line.interest_fen for line in lines)

    assert cost(date(2026, 1, 20)) < cost(date(2026, 2, 1)) < cost(date(2026, 2, 10))
