"""One trial: people borrow, the monkey rages, peace comes, the books are read."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

import psycopg2
import requests

from common import clock
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months
from tests.chaos.books import breaches, difference_fen
from tests.chaos.monkey import Monkey
from tests.chaos.nights import Nights
from tests.chaos.people import Customer, Journal
from tests.machinery.client import ApiPerson, prepared
from tests.machinery.running import Platform, until

# No promise of ours, only an end to waiting: peace is seen in the rows, however slow the machine.
PEACE_SECONDS = 300
# Without these there was no load: closings begin with them, and a trial goes on until it has them.
LEAST_LOANS = 2
LEAST_PAYMENTS = 1
LEAST_BLOWS = 5
# Nights are long: the monkey has time, and closings need some of the platform alive beside them.
NIGHTLY_REST_SECONDS = (2.0, 5.0)
# A real bank needs a while to answer; that is when a worker is best killed.
BANK_TAKES_SECONDS = 0.4
# Who earns well is offered a loan; who shows nothing is decided all the same, and applies again.
INCOMES_FEN = (1_400_000, 0, 1_150_000, 0, 900_000)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was done to the platform, and what it did in spite of it."""

    seed: int
    load_seconds: float
    peace_seconds: float
    struck: Counter[str]
    in_the_middle_of: Counter[str]
    rounds: int
    places: Counter[str]
    people: Counter[str]
    platform: Counter[str]
    statement_difference_fen: int
    breaches: list[str]

    def __str__(self) -> str:
        lines = [
            f"seed {self.seed}: {self.load_seconds:.0f} s of load",
            f"  peace after another {self.peace_seconds:.0f} s",
            f"  struck: {_counted(self.struck)}",
            f"  of these in the middle of: {_counted(self.in_the_middle_of)}",
            f"  rounds of closing: {self.rounds}; killed {_counted(self.places)}",
            f"  people: {_counted(self.people)}",
            f"  platform: {_counted(self.platform)}",
            f"  the ledger less the bank's statement: {self.statement_difference_fen} fen",
            f"  breaches: {len(self.breaches)}",
            *(f"    {each}" for each in self.breaches),
        ]
        return "\n".join(lines)


def borrowers(platform: Platform, count: int) -> list[ApiPerson]:
    """People with a few months of records each, some richer than others, some with nothing."""
    bills = [
        [bill_of(income_fen, seed=index)] if income_fen else []
        for index, income_fen in enumerate(INCOMES_FEN)
    ]
    people = [ApiPerson(platform.url, f"1391000{number:04d}") for number in range(count)]

    def settle_in(number: int) -> ApiPerson:
        return prepared(people[number], serial=number, bills=bills[number % len(bills)])

    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(settle_in, range(count)))


def bill_of(income_fen: int, *, seed: int) -> bytes:
    """Four quiet months up to yesterday."""
    today = clock.shanghai_today()
    records = ordinary_months(
        seed=seed,
        first_day=(today - timedelta(days=125)).replace(day=1),
        months=5,
        monthly_income_fen=income_fen,
        payments_per_day=1.2,
    )
    lived = [each for each in records if each.at.date() < today]
    return write(lived, layout=Layout.WECHAT_XLSX_2026)


def run(
    platform: Platform,
    *,
    seed: int,
    seconds: float,
    people: int,
    rest_seconds: tuple[float, float] = (0.2, 0.9),
    is_wild: bool = False,
    rounds: int = 0,
) -> Evidence:
    """The whole trial on a running platform.

    With `rounds`, as many closings are killed meanwhile, and the load ends with the last of them.
    """
    nights = Nights(platform, random.Random(seed + 2), rounds)
    chance = random.Random(seed)
    over = Event()
    monkey = Monkey(platform, random.Random(seed + 1), rest_seconds, is_wild)
    with ThreadPoolExecutor(people) as twins, ThreadPoolExecutor(people + 1) as lives:
        customers = [
            Customer(person, random.Random(chance.random()), over, twins)
            for person in borrowers(platform, people)
        ]
        began = time.monotonic()
        _rage(platform, monkey, nights, customers, lives, over, began + seconds)
        calmed = time.monotonic()
    _come_to_rest(platform, nights)
    peace = time.monotonic()
    journals = [customer.journal for customer in customers]
    found = [*breaches(platform, journals), *_replayed(customers)]
    return Evidence(
        seed=seed,
        load_seconds=calmed - began,
        peace_seconds=peace - calmed,
        struck=monkey.struck + nights.struck,
        in_the_middle_of=monkey.in_the_middle_of,
        rounds=rounds,
        places=nights.places,
        people=_told(journals),
        platform=_done(platform),
        statement_difference_fen=difference_fen(platform),
        breaches=[*found, *(nights.breaches() if rounds else ())],
    )


def _rage(
    platform: Platform,
    monkey: Monkey,
    nights: Nights,
    customers: list[Customer],
    lives: ThreadPoolExecutor,
    over: Event,
    until_at_least: float,
) -> None:
    """Let people live, the monkey rage and nights fall; all have gone home at the end."""
    tell_bank(platform, "slow_answer", seconds=BANK_TAKES_SECONDS)
    raging = lives.submit(monkey.rage, over)
    running = [lives.submit(customer.live) for customer in customers]
    try:
        _await(lambda: _is_load(platform), running, "the first loans")
        nights.rage()
        wait(running, timeout=max(0.0, until_at_least - time.monotonic()))
        _await(lambda: _is_enough(monkey, customers), running, "payments and blows")
    finally:
        over.set()
    raging.result()
    tell_bank(platform, "none")
    for life in running:
        life.result()


def _await(is_true: Callable[[], bool], running: list["Future[None]"], what: str) -> None:
    """Wait for as long as people go on; whatever breaks one of them off is raised at once."""

    def is_over() -> bool:
        for life in running:
            if life.done():
                life.result()
        return is_true()

    until(is_over, seconds=PEACE_SECONDS, what=what)


def _is_load(platform: Platform) -> bool:
    """Whether somebody owes something; not while the database comes up again."""
    try:
        paid = platform.rows("SELECT count(*) FROM lending_loan WHERE disbursed_on IS NOT NULL")
    except psycopg2.Error:
        return False
    return int(paid[0][0]) >= LEAST_LOANS


def _is_enough(monkey: Monkey, customers: list[Customer]) -> bool:
    payments = sum(len(customer.journal.payments) for customer in customers)
    return payments >= LEAST_PAYMENTS and sum(monkey.struck.values()) >= LEAST_BLOWS


def _come_to_rest(platform: Platform, nights: Nights) -> None:
    until(platform.is_quiet, seconds=PEACE_SECONDS, what="all work to be done")
    if nights.rounds:
        nights.finish()
        until(platform.is_quiet, seconds=PEACE_SECONDS, what="all work to be done")


def tell_bank(platform: Platform, mode: str, **details: float) -> None:
    """Arrange a fault, or take every fault back; the bank may just be starting again."""

    def is_told() -> bool:
        try:
            platform.bank_faults(mode, **details)
        except requests.RequestException:
            return False
        return True

    until(is_told, seconds=PEACE_SECONDS, what="the bank to be open")


def _replayed(customers: list[Customer]) -> Iterator[str]:
    """The same payment key, long after: the same payment, and no second one."""
    for customer in customers:
        for (loan, key), numbers in customer.journal.payments.items():
            paths = {"P": "payoff", "R": "repayments"}
            for number in numbers:
                path = f"loans/{loan}/{paths[number[0]]}"
                amount_fen = customer.person.get(f"loans/{loan}/repayments/{number}")["amount_fen"]
                again = customer.again(path, {"amount_fen": amount_fen}, key)
                if again["id"] != number:
                    yield f"{key} was {number}, and is now {again['id']}"


def _told(journals: list[Journal]) -> Counter[str]:
    told: Counter[str] = Counter()
    for journal in journals:
        told.update(journal.counts)
        told["loans signed"] += len(journal.loans)
        told["payments asked for"] += len(journal.payments)
    return told


def _done(platform: Platform) -> Counter[str]:
    """What the platform's own rows say."""
    done: Counter[str] = Counter()
    for kind, count, attempts, repeated in platform.rows(
        "SELECT kind, count(*), sum(attempts), count(*) FILTER (WHERE attempts > 1)"
        " FROM common_process GROUP BY kind"
    ):
        done[f"{kind} done"] = count
        done[f"{kind} attempts"] = int(attempts)
        done[f"{kind} tried again"] = repeated
    done["applications"] = platform.rows(
        "SELECT count(*) FROM lending_loanapplication WHERE submitted_at IS NOT NULL"
    )[0][0]
    done["bank notices kept"] = platform.rows("SELECT count(*) FROM lending_channelevent")[0][0]
    return done


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "nothing"
