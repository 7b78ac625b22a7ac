"""kill -9 in the middle of everything: nothing accepted is lost, nothing is paid twice."""

import random
import threading
import time
from collections import Counter

import pytest
import requests

from simulation.bank.testing import listening, running_bank, until

NUMBERS = [f"D-crash-{number}" for number in range(120)]
CLIENTS = 4
AMOUNT_FEN = 1_00


def order(number, *, notify_url=""):
    return {
        "out_trade_no": number,
        "kind": "PAY_OUT",
        "account": "person:lin",
        "amount_fen": AMOUNT_FEN,
        "notify_url": notify_url,
    }


def insist(bank, number, *, notify_url=""):
    """What a client does: ask again with the same number until the bank has answered."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            answer = requests.post(
                f"{bank.base_url}/transfers",
                json=order(number, notify_url=notify_url),
                headers={"Authorization": f"Bearer {bank.api_key}"},
                timeout=5,
            )
        except requests.RequestException:
            time.sleep(0.02)
            continue
        assert answer.status_code == 202, answer.text
        return
    pytest.fail(f"the bank never took {number}")


def insist_on_all(bank, *, notify_url):
    """Several clients at once; each number is asked for by two of them."""
    shares = [NUMBERS[start::CLIENTS] for start in range(CLIENTS)]
    work = [share + shares[(place + 1) % CLIENTS] for place, share in enumerate(shares)]
    threads = [
        threading.Thread(
            target=lambda share: [insist(bank, number, notify_url=notify_url) for number in share],
            args=(share,),
        )
        for share in work
    ]
    for thread in threads:
        thread.start()
    return threads


def test_killed_again_and_again_it_pays_everything_once_and_tells_everything():
    chance = random.Random(20260921)
    with running_bank() as bank, listening() as ear:
        bank.call("GET", "/accounts/person:lin")
        clients = insist_on_all(bank, notify_url=ear.url)
        for _ in range(4):
            time.sleep(chance.uniform(0.05, 0.3))
            bank.restart()
        for client in clients:
            client.join()
        for number in NUMBERS:
            assert bank.settled(number)["state"] == "SUCCEEDED"
        until(lambda: {one.content["out_trade_no"] for one in ear.heard} == set(NUMBERS))
        entries = bank.statement()
        balances = [bank.balance_fen(name) for name in ("lender", "person:lin")]

    assert Counter(entry["out_trade_no"] for entry in entries) == Counter(NUMBERS)
    moved_fen = len(NUMBERS) * AMOUNT_FEN
    assert balances == [100_000_000_00 - moved_fen, 20_000_00 + moved_fen]
    events = {(one.content["out_trade_no"], one.content["event_id"]) for one in ear.heard}
    assert len(events) == len(NUMBERS)


def test_a_transfer_that_was_waiting_is_settled_after_the_restart():
    with running_bank() as bank:
        bank.faults("delay", times=1, seconds=2.0)
        insist(bank, "D-wait")
        assert bank.transfer("D-wait")["state"] == "PROCESSING"
        bank.kill()
        bank.start()

        assert bank.settled("D-wait")["state"] == "SUCCEEDED"
        assert len(bank.statement()) == 1


def test_a_notice_that_nobody_heard_is_told_after_the_restart():
    with running_bank() as bank:
        with listening() as ear:
            url, port = ear.url, ear.port
        insist(bank, "D-deaf", notify_url=url)
        bank.settled("D-deaf")
        bank.kill()
        with listening(port) as ear:
            bank.start()
            [heard] = ear.hears(1)

        assert heard.content["out_trade_no"] == "D-deaf"


def test_the_restarted_bank_has_its_address_and_its_key():
    with running_bank() as bank:
        before = bank.base_url
        bank.restart()

        assert bank.base_url == before
        assert bank.balance_fen("lender") == 100_000_000_00


def test_a_client_that_comes_in_bad_times_waits_for_its_turn():
    """More slow requests than there are places: all of them are answered in the end."""
    with running_bank() as bank:
        bank.faults("slow_answer", seconds=0.2)
        numbers = [f"D-slow-{number}" for number in range(50)]
        threads = [threading.Thread(target=insist, args=(bank, number)) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        bank.faults("none")

        for number in numbers:
            assert bank.settled(number)["state"] == "SUCCEEDED"
        assert len(bank.statement()) == 50
