"""A real bank in a child process, and how tests speak to it over HTTP."""

import pytest
import requests

from common import public_ids
from simulation.bank.testing import running_bank


@pytest.fixture(scope="module")
def bank():
    with running_bank() as opened:
        yield opened


@pytest.fixture(autouse=True)
def behaving(request):
    """Every test begins with a bank that behaves."""
    if "bank" in request.fixturenames:
        request.getfixturevalue("bank").faults("none")


@pytest.fixture
def number():
    """A number of its own for each test; they share one bank."""
    return f"D-{public_ids.new()}"


@pytest.fixture
def account(number):
    return f"person:{number}"


def order(number, whom, **changes):
    whole = {"out_trade_no": number, "kind": "PAY_OUT", "account": whom, "amount_fen": 500_00}
    return {**whole, "notify_url": "", **changes}


def ask(bank, method, path, *, key=None, **given):
    headers = {"Authorization": f"Bearer {key or bank.api_key}", **given.pop("headers", {})}
    return requests.request(method, bank.base_url + path, headers=headers, timeout=20, **given)


def problem(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    content = answer.json()
    assert content["status"] == answer.status_code
    assert content["title"]
    assert content["detail"]
    return answer.status_code, content["code"]
