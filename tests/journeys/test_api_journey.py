"""The whole way over the API, with a token: two scenes, a discount, a loan watched afterwards.

One platform of separate processes: web, worker, beat, sandbox bank, PostgreSQL, Redis. The days
between are closed by the same command that closes them at night.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from common.clock import now
from common.periods import add_months, shanghai_date
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months
from tests.machinery.client import ApiPerson, Unexpected, new_key, prepared
from tests.machinery.officer import Officer
from tests.machinery.running import Platform, running_platform, until

pytestmark = [pytest.mark.platform_up, pytest.mark.timeout(600)]

LIN = "13900000201"
WEI = "13900000202"
ZHAO = "13900000203"


@pytest.fixture(scope="module")
def platform():
    with running_platform() as running:
        yield running


@pytest.fixture
def today() -> date:
    return shanghai_date(now())


def bill(today: date, *, months: int = 8, income_fen: int = 1_200_000, seed: int = 7) -> bytes:
    """Ordinary months up to yesterday, as a WeChat workbook of 2026."""
    records = ordinary_months(
        seed=seed,
        first_day=add_months(today, -months),
        months=months,
        monthly_income_fen=income_fen,
    )
    return write(records, layout=Layout.WECHAT_XLSX_2026)


def signed(person: ApiPerson, application: Any) -> Any:
    """Accept, read the cost for as long as it must be read, sign; the loan, paid out."""
    person.accept(application["id"])
    person.read_cost(application["id"])
    return person.paid_out(person.sign(application["id"])["loan"])


def pay_first(person: ApiPerson, loan: Any) -> Any:
    row = person.schedule(loan["id"])["results"][0]
    asked = person.repay(loan["id"], row["outstanding_fen"])
    return person.collected(loan["id"], asked["id"])


def close_through(platform: Platform, day: date) -> None:
    platform.manage("close_day", "--to", day.isoformat())


def books_agree(platform: Platform) -> None:
    """The product's own checks are silent, and the bank's statement is our ledger, to the fen."""
    platform.manage("check_invariants")
    booked = platform.rows(
        "SELECT coalesce(sum(amount_fen), 0) FROM lending_ledgerposting WHERE account_id = '1002'"
    )[0][0]
    moved = sum(
        line.amount_fen if line.kind == "COLLECT" else -line.amount_fen
        for line in platform.bank_statement()
    )
    assert booked == moved


def test_the_whole_way_in_one_story(platform: Platform, today: date) -> None:
    lin_borrows_repays_on_time_and_pays_less_the_next_time(platform, today)
    wei_studies_and_being_late_is_noticed(platform, today)
    a_repeated_call_is_the_same_answer_and_one_effect(platform)
    zhao_sees_nothing_of_it(platform)
    what_lin_withdraws_is_not_used_at_the_next_decision(platform)


def lin_borrows_repays_on_time_and_pays_less_the_next_time(platform: Platform, today: date) -> None:
    lin = prepared(ApiPerson(platform.url, LIN), serial=201, bills=[bill(today)])

    decided = lin.submit(lin.apply(500_000, term_months=3)["id"])
    assert decided["state"] == "OFFERED"
    assert 1 <= len(decided["decision"]["reasons"]) <= 8
    loan = signed(lin, decided)
    assert (loan["state"], loan["principal_outstanding_fen"]) == ("ACTIVE", 500_000)

    assert pay_first(lin, loan)["state"] == "SUCCEEDED"
    # Paid back on the day of borrowing: no points for money that was hardly lent.
    assert lin.rewards()["balance"] == 0
    platform.rows(
        "INSERT INTO lending_entitlement (public_id, borrower_id, benefit, kind, discount_ppm,"
        " value_fen, price_fen, extra_fen, cost_points, request_key, state, expires_on)"
        " SELECT 'a-rate-of-other-years', borrower_id, 'RATE_100', 'RATE_DISCOUNT', 10000, 0, 0, 0,"
        " 150, 'of-old', 'ISSUED', '2099-12-31' FROM lending_loan WHERE public_id = %s; COMMIT",
        loan["id"],
    )
    discount = lin.rewards()["usable"][0]["id"]
    second = lin.submit(lin.apply(200_000, term_months=3, entitlement=discount)["id"])
    assert second["offer"]["discount_ppm"] == 10_000
    items = {item["code"]: item for item in second["offer"]["cost"]["items"]}
    assert items["POINTS_DISCOUNT"]["amount_fen"] < 0
    assert "REWARD_DISCOUNT" not in items
    assert signed(lin, second)["annual_rate_ppm"] == second["offer"]["annual_rate_ppm"]
    books_agree(platform)


def wei_studies_and_being_late_is_noticed(platform: Platform, today: date) -> None:
    wei = prepared(ApiPerson(platform.url, WEI), serial=202, bills=[bill(today, seed=8)])
    wei.consent("SCENE_EDUCATION")
    draft = wei.apply(600_000, term_months=6, product="STUDY", merchant="TOMORROW")
    with pytest.raises(Unexpected) as refused:
        wei.submit(draft["id"])
    assert refused.value.status == 422
    wei.attach(draft["id"])
    wei.tell_purpose(draft["id"])

    offered = wei.submit(draft["id"])
    assert (offered["state"], offered["is_proof_awaited"]) == ("OFFERED", True)
    wei.accept(offered["id"])
    wei.read_cost(offered["id"])
    with pytest.raises(Unexpected) as too_early:
        wei.sign(offered["id"])
    assert too_early.value.status == 409

    Officer(platform).confirm_proof(offered["id"])
    loan = wei.paid_out(wei.sign(offered["id"])["loan"])

    assert platform.bank_balance("merchant:TOMORROW") == 600_000
    due = date.fromisoformat(wei.schedule(loan["id"])["results"][0]["due_on"])
    close_through(platform, due + timedelta(days=2))
    platform.manage("watch_loans")
    until(
        lambda: any(note["template"] == "LATE_NOTE" for note in wei.messages()),
        seconds=60,
        what="the note after a late instalment",
    )
    alerts = platform.rows(
        "SELECT a.rule, a.state FROM monitoring_alert a JOIN lending_loan l ON l.id = a.loan_id"
        " WHERE l.public_id = %s",
        loan["id"],
    )
    assert alerts == [("DPD", "OPEN")]
    books_agree(platform)


def a_repeated_call_is_the_same_answer_and_one_effect(platform: Platform) -> None:
    lin = ApiPerson(platform.url, LIN)
    lin.sign_in()
    loan = next(each for each in lin.get("loans")["results"] if each["state"] == "ACTIVE")
    key = new_key()

    first = lin.repay(loan["id"], 1_000, key=key)
    again = lin.repay(loan["id"], 1_000, key=key)

    assert first["id"] == again["id"]
    assert lin.collected(loan["id"], first["id"])["state"] == "SUCCEEDED"
    with pytest.raises(Unexpected) as refused:
        lin.repay(loan["id"], 2_000, key=key)
    assert refused.value.status == 422
    books_agree(platform)


def zhao_sees_nothing_of_it(platform: Platform) -> None:
    lin, zhao = ApiPerson(platform.url, LIN), ApiPerson(platform.url, ZHAO)
    lin.sign_in()
    zhao.sign_up()
    loan = lin.get("loans")["results"][0]["id"]

    for path in (f"loans/{loan}", f"loans/{loan}/schedule", f"loans/{loan}/contract.pdf"):
        assert zhao.ask("GET", path).status_code == 404
    body = {"amount_fen": 1}
    answer = zhao.ask("POST", f"loans/{loan}/repayments", body, key=new_key())
    assert answer.status_code == 404
    zhao.token = ""
    assert zhao.ask("GET", "loans").status_code == 401


def what_lin_withdraws_is_not_used_at_the_next_decision(platform: Platform) -> None:
    lin = ApiPerson(platform.url, LIN)
    lin.sign_in()
    lin.withdraw_consent("CONSUMPTION_RECORDS")

    decided = lin.submit(lin.apply(100_000, term_months=3)["id"])

    used = " ".join(decided["decision"]["used"])
    assert "No consumption records" in used
    assert decided["state"] in {"OFFERED", "REFERRED"}
