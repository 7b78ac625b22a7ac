"""Killed at the worst moment, on purpose: each moment is held still, then the worker dies in it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg2
import pytest

from tests.chaos.books import breaches
from tests.chaos.trial import bill_of, tell_bank
from tests.machinery.client import ApiPerson, prepared
from tests.machinery.running import WORKER, Platform, running_platform, until

pytestmark = pytest.mark.platform_up

INCOME_FEN = 1_200_000
LOAN_FEN = 200_000
# A lease of 15 seconds, the reaper's five, and a worker that has to start.
RECOVERY_SECONDS = 60
# Longer than it takes to see that the bank has paid, shorter than the worker's patience with it.
BANK_HOLDS_SECONDS = 8.0


@dataclass
class Cast:
    """Who is caught in which moment."""

    platform: Platform
    lin: ApiPerson
    wei: ApiPerson
    chen: ApiPerson


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with running_platform() as platform:
        bill = bill_of(INCOME_FEN, seed=1)
        people = [ApiPerson(platform.url, f"1392000000{number}") for number in range(3)]
        with ThreadPoolExecutor(3) as pool:
            jobs = [
                pool.submit(prepared, person, serial=serial, bills=[bill])
                for serial, person in enumerate(people)
            ]
            for job in jobs:
                job.result()
        yield Cast(platform, *people)


def drafted(person: ApiPerson) -> str:
    return str(person.apply(LOAN_FEN)["id"])


def ready_to_sign(person: ApiPerson) -> str:
    """An application whose cost was read and confirmed."""
    application = drafted(person)
    person.submit(application)
    person.accept(application)
    person.read_cost(application)
    return application


@contextmanager
def nobody_writes(platform: Platform, table: str) -> Iterator[None]:
    """Whoever wants to write into the table has to wait."""
    with closing(psycopg2.connect(platform.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield


def await_somebody_waiting_for(platform: Platform, table: str) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    until(
        lambda: bool(platform.rows(waiting, table)[0][0]),
        seconds=20,
        what=f"a worker in the middle of writing into {table}",
    )


def attempts(platform: Platform, kind: str, subject: str) -> tuple[str, int]:
    """State and attempts of the work on one application or transfer."""
    statement = """
        SELECT p.state, p.attempts FROM common_process p
          LEFT JOIN lending_loanapplication a ON p.kind = 'DECIDE' AND a.id = p.subject_id
          LEFT JOIN lending_transfer t ON p.kind = 'TRANSFER' AND t.id = p.subject_id
         WHERE p.kind = %s AND %s IN (a.public_id, t.out_trade_no)"""
    ((state, count),) = platform.rows(statement, kind, subject)
    return state, count


def transfer_of(platform: Platform, loan: str) -> str:
    """Our number of the loan's payout."""
    statement = """
        SELECT out_trade_no FROM lending_transfer
         WHERE loan_id = (SELECT id FROM lending_loan WHERE public_id = %s)"""
    ((number,),) = platform.rows(statement, loan)
    return str(number)


def is_booked(platform: Platform, number: str) -> bool:
    statement = "SELECT booked_at IS NOT NULL FROM lending_transfer WHERE out_trade_no = %s"
    return bool(platform.rows(statement, number)[0][0])


def moved(platform: Platform, number: str) -> int:
    """How often the bank moved money under this number."""
    return sum(line.out_trade_no == number for line in platform.bank_statement())


def in_the_books(platform: Platform, number: str) -> tuple[int, int]:
    """Entries of the transfer in the ledger, and in the loan's log."""
    statement = """
        SELECT (SELECT count(*) FROM lending_ledgerentry WHERE entry_key = 'transfer:' || t.id),
               (SELECT count(*) FROM lending_loantransaction WHERE transfer_id = t.id)
          FROM lending_transfer t WHERE out_trade_no = %s"""
    ((entries, lines),) = platform.rows(statement, number)
    return entries, lines


def wrong_at_rest(platform: Platform) -> list[str]:
    """What is wrong once all work has ended: money may be booked before its papers are sealed."""
    until(platform.is_quiet, seconds=RECOVERY_SECONDS, what="all work to be done")
    return breaches(platform, [])


class TestAKilledWorker:
    def test_in_the_middle_of_a_decision_decides_once(self, cast):
        platform, chen = cast.platform, cast.chen
        application = drafted(chen)
        with nobody_writes(platform, "lending_offer"):
            chen.post(f"applications/{application}/submit")
            await_somebody_waiting_for(platform, "lending_offer")
            platform.kill_worker()
        assert chen.application(application)["state"] == "SUBMITTED"

        decided = chen.decided(application)

        assert decided["state"] == "OFFERED"
        assert attempts(platform, "DECIDE", application) == ("DONE", 2)
        assert [each["template"] for each in chen.messages()] == ["OFFER_READY"]
        assert wrong_at_rest(platform) == []

    def test_between_the_banks_payout_and_our_booking_books_it_once(self, cast):
        platform, lin = cast.platform, cast.lin
        application = ready_to_sign(lin)
        with nobody_writes(platform, "lending_ledgerentry"):
            loan = lin.sign(application)["loan"]
            await_somebody_waiting_for(platform, "lending_ledgerentry")
            platform.kill_worker()
        number = transfer_of(platform, loan)
        assert moved(platform, number) == 1
        assert not is_booked(platform, number)

        until(lambda: is_booked(platform, number), seconds=RECOVERY_SECONDS, what="booking")

        assert moved(platform, number) == 1
        assert in_the_books(platform, number) == (1, 1)
        assert attempts(platform, "TRANSFER", number) == ("DONE", 2)
        assert lin.loan(loan)["state"] == "ACTIVE"
        assert wrong_at_rest(platform) == []

    def test_while_the_bank_has_paid_and_not_yet_answered_asks_and_pays_nothing_more(self, cast):
        platform, wei = cast.platform, cast.wei
        application = ready_to_sign(wei)
        tell_bank(platform, "slow_answer", times=1, seconds=BANK_HOLDS_SECONDS)
        loan = wei.sign(application)["loan"]
        number = transfer_of(platform, loan)
        until(lambda: moved(platform, number) == 1, seconds=10, what="the bank to pay")
        for child in platform.pool():
            child.kill()
        assert not is_booked(platform, number)

        until(lambda: is_booked(platform, number), seconds=RECOVERY_SECONDS, what="booking")

        assert moved(platform, number) == 1
        assert in_the_books(platform, number) == (1, 1)
        assert wrong_at_rest(platform) == []


class TestAWipedBroker:
    def test_loses_nothing_that_was_accepted(self, cast):
        platform, chen = cast.platform, cast.chen
        for open_one in chen.get("applications")["results"]:
            chen.withdraw(open_one["id"])
        application = drafted(chen)
        workers = platform.children(WORKER)
        for worker in workers:
            worker.suspend()
        sent = chen.post(f"applications/{application}/submit")
        platform.wipe_redis()
        for worker in workers:
            worker.resume()

        decided = chen.decided(application)

        assert sent["state"] == "SUBMITTED"
        assert decided["state"] == "OFFERED"
        assert attempts(platform, "DECIDE", application) == ("DONE", 1)

    def test_that_is_dead_takes_no_request_down_with_it(self, cast):
        platform, wei = cast.platform, cast.wei
        loan = wei.get("loans")["results"][0]["id"]
        for server in platform.children("redis-server"):
            server.kill()

        paid = wei.repay(loan, 10_000)

        booked = wei.collected(loan, paid["id"])
        assert booked["is_booked"]
        assert in_the_books(platform, paid["id"]) == (1, 1)
        assert wrong_at_rest(platform) == []
