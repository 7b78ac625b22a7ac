"""`manage.py replay_loan`: a loan's log on standard input, its state as JSON."""

import io
import json
import sys
from contextlib import suppress
from types import SimpleNamespace

import pytest
from django.core.management import call_command

TERMS = {
    "principal_fen": 1_200_000,
    "annual_rate_percent": "14.4",
    "first_disbursed_on": "2026-01-31",
    "periods": 12,
}


def asked(monkeypatch, capsys, **given):
    content = json.dumps({"terms": TERMS, "through": "2026-03-15", **given}).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    with suppress(SystemExit):
        call_command("replay_loan", "--json")
    return json.loads(capsys.readouterr().out)


def test_says_what_is_owed_and_what_closes_the_loan(monkeypatch, capsys):
    found = asked(
        monkeypatch,
        capsys,
        transactions=[{"kind": "REPAYMENT", "value_date": "2026-02-28", "amount_fen": 107_971}],
    )

    assert found["instalments"][0]["outstanding_fen"] == 0
    assert found["principal_outstanding_fen"] == 1_200_000 - 93_571
    assert found["days_past_due"] == 0
    assert found["payoff_fen"] > found["principal_outstanding_fen"]


def test_takes_a_strategy_of_ones_own(monkeypatch, capsys):
    found = asked(
        monkeypatch,
        capsys,
        strategy={"rules": [["IN_ADVANCE", "PRINCIPAL"]], "ahead": "LAST"},
        transactions=[{"kind": "REPAYMENT", "value_date": "2026-02-01", "amount_fen": 5}],
    )

    assert found["allocations"][0]["instalment"] == 12
    assert found["allocations"][0]["component"] == "PRINCIPAL"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"transactions": [{"kind": "GIFT", "value_date": "2026-02-01"}]}, "UNCLEAR_TERM"),
        ({"colour": "red"}, "UNKNOWN_TERM"),
        (
            {"transactions": [{"kind": "REVERSAL", "value_date": "2026-02-01", "reverses": 9}]},
            "UNSOUND_LOG",
        ),
        (
            {"transactions": [{"kind": "REPAYMENT", "value_date": "2026-02-01"}]},
            "UNCLEAR_TERM",
        ),
    ],
)
def test_refuses_by_a_word(monkeypatch, capsys, given, code):
    assert asked(monkeypatch, capsys, **given)["error"]["code"] == code
