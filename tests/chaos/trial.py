"""One trial: people borrow, the monkey rages, peace comes, the books are read."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

import requests

from common import clock
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months
from tests.chaos.books import breaches
from tests.chaos.monkey import Monkey
from tests.chaos.nights import Nights
from tests.chaos.people import Customer, Journal
from tests.machinery.client import ApiPerson, prepared
from tests.machinery.running import Platform, until

PEACE_SECONDS = 90
# Before the first night somebody should owe something.
FIRST_LOANS_SECONDS = 15.0
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
    people: Counter[str]
    platform: Counter[str]
    breaches: list[str]

    def __str__(self) -> str:
        lines = [
            f"seed {self.seed}: {self.load_seconds:.0f} s of load",
            f"  peace after another {self.peace_seconds:.0f} s",
            f"  struck: {_counted(self.struck)}",
            f"  of these in the middle of: {_counted(self.in_the_middle_of)}",
            f"  people: {_counted(self.people)}",
            f"  platform: {_counted(self.platform)}",
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
    with ThreadPoolExecutor(people) as twins, ThreadPoolExecutor(people) as lives:
        customers = [
            Customer(person, random.Random(chance.random()), over, twins)
            for person in borrowers(platform, people)
        ]
        tell_bank(platform, "slow_answer", seconds=BANK_TAKES_SECONDS)
        began = time.monotonic()
        raging = Thread(target=monkey.rage, args=(over,))
        raging.start()
        running = [lives.submit(customer.live) for customer in customers]
        wait(running, timeout=FIRST_LOANS_SECONDS if rounds else seconds)
        nights.rage()
        over.set()
        raging.join()
        tell_bank(platform, "none")
        calmed = time.monotonic()
        for life in running:
            life.result()
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
        people=_told(journals),
        platform=_done(platform),
        breaches=[*found, *(nights.breaches() if rounds else ())],
    )


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
