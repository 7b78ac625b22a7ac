"""The bank as a service: accounts, notices, misbehaviour on request, opening and closing."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import requests
from standardwebhooks import Webhook

from simulation.bank import testing
from simulation.bank.testing import listening, running_bank, until
from simulation.tests.bank_door import account, ask, bank, behaving, number, order, problem

__all__ = ["account", "bank", "behaving", "number"]  # fixtures are found by their names here


ROOT = Path(__file__).resolve().parents[2]


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

    def test_at_once_the_money_has_moved_before_the_answer(self, bank, number, account):
        bank.faults("at_once", account=account)
        answer = ask(bank, "POST", "/transfers", json=order(number, account))

        assert (answer.status_code, answer.json()["state"]) == (202, "SUCCEEDED")
        assert bank.balance_fen(account) == 20_500_00
        again = ask(bank, "POST", "/transfers", json=order(number, account))
        assert again.json() == answer.json()
        assert bank.balance_fen(account) == 20_500_00

    def test_at_once_is_not_before_it_is_due(self, bank, number, account):
        bank.faults("at_once", account=account)
        bank.faults("delay", account=account, times=1, seconds=1.0)
        answer = ask(bank, "POST", "/transfers", json=order(number, account))

        assert answer.json()["state"] == "PROCESSING"
        assert bank.settled(number)["state"] == "SUCCEEDED"
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
