"""The bank's door, spoken to over HTTP: a real bank in a child process."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import requests
from standardwebhooks import Webhook

from common import public_ids
from simulation.bank import testing
from simulation.bank.testing import listening, running_bank, until

ROOT = Path(__file__).resolve().parents[2]


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


class TestTransfers:
    def test_an_order_is_accepted_and_then_settled(self, bank, number, account):
        answer = ask(bank, "POST", "/transfers", json=order(number, account))

        assert answer.status_code == 202
        accepted = answer.json()
        assert accepted["state"] == "PROCESSING"
        assert accepted["bank_reference"].startswith("SBK")
        settled = bank.settled(number)
        assert settled["state"] == "SUCCEEDED"
        assert settled["bank_reference"] == accepted["bank_reference"]
        assert bank.balance_fen(account) == 20_500_00

    def test_the_same_order_again_answers_the_same_transfer(self, bank, number, account):
        ask(bank, "POST", "/transfers", json=order(number, account))
        settled = bank.settled(number)
        answer = ask(bank, "POST", "/transfers", json=order(number, account))

        assert (answer.status_code, answer.json()) == (202, settled)
        assert bank.balance_fen(account) == 20_500_00

    def test_another_content_under_the_same_number_is_a_conflict(self, bank, number, account):
        ask(bank, "POST", "/transfers", json=order(number, account))
        other = ask(bank, "POST", "/transfers", json=order(number, account, amount_fen=1))

        assert problem(other) == (409, "OTHER_CONTENT")
        assert bank.settled(number)["amount_fen"] == 500_00
        assert bank.balance_fen(account) == 20_500_00

    def test_twenty_at_once_with_one_number_move_money_once(self, bank, number, account):
        def press():
            ask(bank, "POST", "/transfers", json=order(number, account))

        threads = [threading.Thread(target=press) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        bank.settled(number)
        assert bank.balance_fen(account) == 20_500_00
        assert [e["out_trade_no"] for e in bank.statement()].count(number) == 1

    def test_collecting_too_much_fails_with_its_reason(self, bank, number, account):
        wanted = order(number, account, kind="COLLECT", amount_fen=20_000_01)
        ask(bank, "POST", "/transfers", json=wanted)
        settled = bank.settled(number)

        assert (settled["state"], settled["reason"]) == ("FAILED", "INSUFFICIENT_FUNDS")
        assert bank.balance_fen(account) == 20_000_00

    def test_an_unknown_number_is_not_found(self, bank):
        assert problem(ask(bank, "GET", "/transfers/D-nobody")) == (404, "NO_SUCH_TRANSFER")


BAD_ORDERS = {
    "negative amount": {"amount_fen": -1},
    "no amount": {"amount_fen": 0},
    "amount with a point": {"amount_fen": 1.0},
    "amount as text": {"amount_fen": "100"},
    "amount as yes": {"amount_fen": True},
    "amount beyond all bounds": {"amount_fen": 10**13},
    "amount beyond the database": {"amount_fen": 2**64},
    "no number": {"out_trade_no": ""},
    "long number": {"out_trade_no": "x" * 65},
    "number with a path": {"out_trade_no": "../accounts/lender"},
    "number of another type": {"out_trade_no": 7},
    "other kind": {"kind": "REFUND"},
    "the lender itself": {"account": "lender"},
    "the outside": {"account": "outside"},
    "a name of a person": {"account": "person:Lin Xiaoming"},
    "no account": {"account": None},
    "a file to notify": {"notify_url": "file:///etc/passwd"},
    "another host to notify": {"notify_url": "http://169.254.169.254/latest"},
    "a look-alike host to notify": {"notify_url": "http://127.0.0.1@example.org/"},
    "a bad port to notify": {"notify_url": "http://127.0.0.1:99999/"},
    "a line break to notify": {"notify_url": "http://127.0.0.1/a\r\nX: y"},
    "no text to notify": {"notify_url": 7},
    "too long to notify": {"notify_url": "http://127.0.0.1/" + "x" * 500},
}


class TestBadRequests:
    @pytest.mark.parametrize("change", BAD_ORDERS.values(), ids=BAD_ORDERS.keys())
    def test_a_bad_field_is_refused_and_nothing_is_kept(self, bank, number, account, change):
        before = bank.statement()
        answer = ask(bank, "POST", "/transfers", json=order(number, account, **change))

        assert problem(answer) == (422, "INVALID_FIELD")
        assert ask(bank, "GET", f"/transfers/{number}").status_code == 404
        assert bank.statement() == before

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b'"text"',
            b"\xff\xfe",
            b"[" * 60_000,
            b'{"amount_fen": NaN',
            b"1" * 5_000,
        ],
        ids=["empty", "cut", "list", "text", "bytes", "deep", "nan", "long number"],
    )
    def test_what_is_not_a_json_object_is_refused(self, bank, body):
        assert problem(ask(bank, "POST", "/transfers", data=body)) == (400, "BAD_JSON")

    @pytest.mark.parametrize("size", [64 * 1024 + 1, 900_000])
    def test_a_body_above_64_kb_is_refused(self, bank, size):
        assert problem(ask(bank, "POST", "/transfers", data=b"x" * size)) == (413, "TOO_LARGE")

    def test_a_body_of_just_64_kb_is_read(self, bank):
        assert problem(ask(bank, "POST", "/transfers", data=b"x" * 64 * 1024)) == (400, "BAD_JSON")

    def test_a_body_without_a_length_is_refused(self, bank):
        answer = ask(bank, "POST", "/transfers", data=iter([b"{}"]))

        assert problem(answer) == (411, "LENGTH_REQUIRED")

    @pytest.mark.parametrize("length", ["-1", "1e3", "", "9" * 30])
    def test_a_length_that_is_none_is_refused(self, bank, length):
        request = f"POST /transfers HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"

        assert b" 411 " in raw(bank, request.encode())

    def test_what_is_not_http_is_refused(self, bank):
        assert b'"code": "BAD_REQUEST"' in raw(bank, b"GET / HTTP/9.9.9\r\n\r\n")

    def test_an_unknown_method_is_refused(self, bank):
        assert problem(ask(bank, "DELETE", "/transfers/x")) == (501, "BAD_REQUEST")

    def test_a_method_in_the_wrong_place_is_refused(self, bank):
        assert problem(ask(bank, "GET", "/transfers")) == (405, "METHOD_NOT_ALLOWED")

    def test_an_unknown_address_is_refused(self, bank):
        assert problem(ask(bank, "GET", "/vault")) == (404, "NO_SUCH_PAGE")

    @pytest.mark.parametrize("since", ["x", "-1", "1.5", "9" * 19])
    def test_a_statement_goes_on_after_a_number_only(self, bank, since):
        assert problem(ask(bank, "GET", f"/statement?since={since}")) == (422, "INVALID_FIELD")

    @pytest.mark.parametrize("name", ["outside", "person:", "person:Lin%20Xiaoming", "x"])
    def test_an_account_has_an_opaque_name(self, bank, name):
        assert problem(ask(bank, "GET", f"/accounts/{name}")) == (422, "INVALID_FIELD")

    def test_nobody_pays_into_the_lenders_account(self, bank):
        before = bank.balance_fen("lender")
        answer = ask(bank, "POST", "/accounts/lender/deposits", json={"amount_fen": 1})

        assert problem(answer) == (422, "INVALID_FIELD")
        assert bank.balance_fen("lender") == before

    @pytest.mark.parametrize(
        "wanted",
        [
            {},
            {"mode": "explode"},
            {"mode": ["delay"]},
            {"mode": "delay", "times": 0},
            {"mode": "delay", "times": True},
            {"mode": "delay", "seconds": -1},
            {"mode": "delay", "seconds": "2"},
            {"mode": "delay", "seconds": 10**9},
            {"mode": "none", "account": "nobody"},
            {"mode": "delay", "account": 7},
        ],
    )
    def test_misbehaviour_must_be_well_asked_for(self, bank, wanted):
        assert problem(ask(bank, "POST", "/faults", json=wanted)) == (422, "INVALID_FIELD")
        assert bank.call("GET", "/faults") == {"faults": []}


def raw(bank, request):
    with socket.create_connection(("127.0.0.1", bank.port), timeout=20) as line:
        line.sendall(request)
        return b"".join(iter(lambda: line.recv(65_536), b""))


class TestKeys:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic x"},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer \xe9"},
        ],
    )
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/transfers"),
            ("GET", "/transfers/x"),
            ("GET", "/accounts/lender"),
            ("POST", "/accounts/person:x/deposits"),
            ("GET", "/statement"),
            ("POST", "/faults"),
            ("GET", "/faults"),
            ("GET", "/vault"),
        ],
    )
    def test_nothing_is_told_without_the_key(self, bank, method, path, headers):
        body = b"{}" if method == "POST" else None
        answer = requests.request(
            method, bank.base_url + path, data=body, headers=headers, timeout=20
        )

        assert problem(answer) == (401, "UNAUTHORIZED")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_anybody_may_ask_whether_it_is_open(self, bank):
        answer = requests.get(f"{bank.base_url}/healthz", timeout=20)

        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


class TestPage:
    def test_it_shows_accounts_and_transfers_and_says_that_no_money_is_real(
        self, bank, number, account
    ):
        ask(bank, "POST", "/transfers", json=order(number, account, amount_fen=123_456_78))
        bank.settled(number)
        answer = requests.get(bank.base_url, timeout=20)

        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Sandbox bank: no real money." in answer.text
        assert "没有真实资金" in answer.text
        assert f"<td>{number}</td>" in answer.text
        assert f'<td>{account}</td><td class="fen">143,456.78</td>' in answer.text
        assert "<td>outside</td>" not in answer.text

    def test_it_may_run_no_script(self, bank):
        answer = requests.get(bank.base_url, timeout=20)

        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


class TestAccountsAndStatement:
    def test_owners_are_told_apart(self, bank, number, account):
        assert bank.call("GET", "/accounts/lender")["owner_kind"] == "LENDER"
        assert bank.call("GET", f"/accounts/{account}") == {
            "account": account,
            "owner_kind": "PERSON",
            "balance_fen": 20_000_00,
        }
        assert bank.call("GET", f"/accounts/merchant:{number}") == {
            "account": f"merchant:{number}",
            "owner_kind": "MERCHANT",
            "balance_fen": 0,
        }

    def test_a_deposit_adds_to_the_balance(self, bank, account):
        bank.deposit(account, amount_fen=5)

        assert bank.balance_fen(account) == 20_000_05

    def test_the_statement_can_be_read_page_by_page(self, bank, number, account):
        for part in range(3):
            ask(bank, "POST", "/transfers", json=order(f"{number}-{part}", account, amount_fen=1))
            bank.settled(f"{number}-{part}")
        everything = bank.statement()
        since = everything[-3]["id"]
        answer = bank.call("GET", f"/statement?since={since}")

        assert answer["entries"] == everything[-2:]
        assert answer["next_since"] == everything[-1]["id"]
        assert answer["has_more"] is False

    def test_nothing_new_on_the_statement_keeps_the_place(self, bank, number, account):
        ask(bank, "POST", "/transfers", json=order(number, account))
        bank.settled(number)
        last_id = bank.statement()[-1]["id"]

        assert bank.call("GET", f"/statement?since={last_id}") == {
            "entries": [],
            "next_since": last_id,
            "has_more": False,
        }


class TestNotices:
    def test_a_settled_transfer_is_told_with_a_signature(self, bank, number, account):
        with listening() as ear:
            ask(bank, "POST", "/transfers", json=order(number, account, notify_url=ear.url))
            [heard] = ear.hears(1)

        told = Webhook(bank.webhook_secret).verify(heard.body, dict(heard.headers))
        assert told["event_id"] == heard.headers["webhook-id"]
        assert (told["out_trade_no"], told["state"]) == (number, "SUCCEEDED")
        assert told["amount_fen"] == 500_00
        assert told["bank_reference"] == bank.transfer(number)["bank_reference"]
        assert datetime.fromisoformat(told["occurred_at"]).tzinfo == UTC

    def test_it_is_told_again_until_it_is_heard(self, bank, number, account):
        with listening() as ear:
            ear.answers += [500, 404]
            ask(bank, "POST", "/transfers", json=order(number, account, notify_url=ear.url))
            heard = ear.hears(3)

        assert len({one.body for one in heard}) == 1

    def test_a_duplicate_is_told_three_times(self, bank, number, account):
        bank.faults("duplicate_webhook", account=account, times=1, seconds=0.2)
        with listening() as ear:
            ask(bank, "POST", "/transfers", json=order(number, account, notify_url=ear.url))
            heard = ear.hears(3)

        assert len({one.headers["webhook-id"] for one in heard}) == 1
        assert bank.balance_fen(account) == 20_500_00

    def test_a_failure_is_told_too(self, bank, number, account):
        bank.faults("fail", account=account, times=1)
        with listening() as ear:
            ask(bank, "POST", "/transfers", json=order(number, account, notify_url=ear.url))
            [heard] = ear.hears(1)

        assert heard.content["state"] == "FAILED"
        assert bank.transfer(number)["reason"] == "REFUSED_BY_BANK"

    def test_the_end_may_be_told_before_the_beginning(self, bank, number, account):
        bank.faults("reordered", account=account, times=1, seconds=0.1)
        with listening() as ear:
            ask(bank, "POST", "/transfers", json=order(number, account, notify_url=ear.url))
            heard = ear.hears(2)

        assert [one.content["state"] for one in heard] == ["SUCCEEDED", "PROCESSING"]


class TestMisbehaviour:
    def test_a_delayed_transfer_keeps_the_client_waiting(self, bank, number, account):
        bank.faults("delay", account=account, times=1, seconds=0.4)
        ask(bank, "POST", "/transfers", json=order(number, account))

        assert bank.transfer(number)["state"] == "PROCESSING"
        assert bank.balance_fen(account) == 20_000_00
        assert bank.settled(number)["state"] == "SUCCEEDED"

    def test_a_lost_answer_is_a_transfer_all_the_same(self, bank, number, account):
        bank.faults("lose_answer", account=account, times=1)
        with pytest.raises(requests.ConnectionError):
            ask(bank, "POST", "/transfers", json=order(number, account))

        assert bank.settled(number)["state"] == "SUCCEEDED"
        assert ask(bank, "POST", "/transfers", json=order(number, account)).status_code == 202
        assert bank.balance_fen(account) == 20_500_00

    def test_error_500_comes_before_anything_is_done(self, bank, number, account):
        bank.faults("error_500", account=account, times=2)
        answers = [ask(bank, "POST", "/transfers", json=order(number, account)) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [500, 500, 202]
        assert problem(answers[0]) == (500, "OUT_OF_ORDER")
        bank.settled(number)
        assert bank.balance_fen(account) == 20_500_00

    def test_error_500_keeps_nothing(self, bank, number, account):
        bank.faults("error_500", account=account, times=1)
        ask(bank, "POST", "/transfers", json=order(number, account))

        assert ask(bank, "GET", f"/transfers/{number}").status_code == 404

    def test_a_slow_answer_comes_in_the_end(self, bank, number, account):
        bank.faults("slow_answer", account=account, times=1, seconds=0.3)
        answer = ask(bank, "POST", "/transfers", json=order(number, account))

        assert answer.elapsed.total_seconds() >= 0.3
        assert answer.status_code == 202

    def test_what_is_arranged_can_be_read_and_taken_back(self, bank, account):
        bank.faults("delay", account=account, times=2, seconds=9)
        arranged = [{"mode": "delay", "account": account, "times": 2, "seconds": 9.0}]

        assert bank.call("GET", "/faults") == {"faults": arranged}
        bank.faults("none", account=account)
        assert bank.call("GET", "/faults") == {"faults": []}


class TestOpeningAndClosing:
    def test_a_term_signal_closes_it_cleanly(self):
        with running_bank() as bank:
            assert bank.child is not None
            bank.child.send_signal(signal.SIGTERM)

            assert bank.child.wait(10) == 0

    def test_it_ends_with_the_one_who_opened_it(self):
        with running_bank() as bank:
            assert bank.child is not None
            assert bank.child.stdin is not None
            bank.child.stdin.close()

            assert bank.child.wait(10) == 0

    def test_a_busy_port_is_said_in_a_sentence(self, bank, tmp_path):
        ended = open_by_hand(bank, tmp_path, port=bank.port)

        assert ended.returncode == 1
        assert ended.stderr.startswith(f"The sandbox bank cannot listen on port {bank.port}: ")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("BANK_API_KEY", ""),
            ("BANK_API_KEY", "short"),
            ("BANK_WEBHOOK_SECRET", ""),
            ("BANK_WEBHOOK_SECRET", "whsec_" + "!" * 40),
            ("BANK_WEBHOOK_SECRET", "whsec_c2hvcnQtYnV0LWxvbmc="),
        ],
    )
    def test_it_does_not_open_without_good_secrets(self, bank, tmp_path, name, value):
        ended = open_by_hand(bank, tmp_path, port=0, **{name: value})

        assert ended.returncode == 1
        assert ended.stderr.startswith(name)

    def test_it_stays_small(self, bank):
        assert bank.child is not None

        assert psutil.Process(bank.child.pid).memory_full_info().pss < 40_000_000


def open_by_hand(bank, folder, *, port, **secrets):
    command = [sys.executable, "-m", "simulation.bank", "--port", str(port), "--database"]
    given = {"BANK_API_KEY": bank.api_key, "BANK_WEBHOOK_SECRET": bank.webhook_secret}
    return subprocess.run(
        [*command, str(folder / "bank.sqlite3")],
        cwd=ROOT,
        env={**os.environ, **given, **secrets},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


class TestTheHarness:
    def test_a_bank_that_cannot_open_fails_the_test_at_once(self, tmp_path):
        broken = testing.RunningBank(tmp_path / "missing" / "bank.sqlite3", "k" * 30, "x")
        with pytest.raises(AssertionError, match="did not open"):
            broken.start()
        broken.kill()

    def test_waiting_in_vain_fails(self):
        with pytest.raises(AssertionError, match="in vain"):
            until(lambda: False, seconds=0.02)

    def test_a_request_that_is_refused_fails_the_test(self, bank):
        with pytest.raises(AssertionError):
            bank.call("GET", "/transfers/D-nobody")

    def test_what_is_heard_can_be_read(self):
        heard = testing.Heard(headers={}, body=json.dumps({"state": "FAILED"}).encode())

        assert heard.content == {"state": "FAILED"}
