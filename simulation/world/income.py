"""What comes in: wages, gigs, allowances, a shop's takings, and the months that are insured."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.words import Scene
from simulation.world.events import Events, Funding, Kind, Numbers, Wallet, events, joined
from simulation.world.personas import PAY_DAYS, Persona, Population
from simulation.world.setting.days import DRIFT_FROM_MONTH, Days, seconds_of_day, working_day_before

Real = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# Losing work: how much likelier it gets when the economy turns, and the chance of finding some.
DRIFT_HAZARD, FINDS_WORK = 1.5, 0.24
BAD_MONTH, BONUS_SHARE = 0.30, 0.45
RECEIPTS_A_DAY = 2.4
UNINSURED = {Persona.WORKER: 0.18, Persona.GIG: 0.80, Persona.SHOPKEEPER: 0.7, Persona.STUDENT: 1.0}


@dataclass(frozen=True, eq=False)
class Earnings:
    """By person and month: whether they work, what they earn, what their insurance says."""

    has_work: Flags
    income_fen: Real
    insured_base_fen: npt.NDArray[np.int64]


def earn(chance: np.random.Generator, people: Population, months: int) -> Earnings:
    """Work is lost by hazard and found again; salaries stop, takings and gigs shrink."""
    has_work = working(chance, people, months)
    swing = np.where(people.is_salaried[:, None], 0.0, people.volatility[:, None] * 0.5)
    noise = np.exp(chance.normal(0, 1, (len(people), months)) * swing)
    left = np.where(people.is_salaried, 0.0, BAD_MONTH)[:, None]
    level = people.income_fen[:, None] * (1 + 0.003 * np.arange(months))
    income = level * noise * np.where(has_work, 1.0, left)
    return Earnings(has_work, income, insured(chance, people, has_work))


def working(chance: np.random.Generator, people: Population, months: int) -> Flags:
    has_work = np.ones((len(people), months), dtype=bool)
    now = np.ones(len(people), dtype=bool)
    for month in range(months):
        hazard = people.hazard * (DRIFT_HAZARD if month >= DRIFT_FROM_MONTH else 1.0)
        drawn = chance.random(len(people))
        now = np.where(now, drawn >= hazard, drawn < FINDS_WORK) | people.is_student
        has_work[:, month] = now
    return has_work


def insured(
    chance: np.random.Generator, people: Population, has_work: Flags
) -> npt.NDArray[np.int64]:
    """The base of each month: 60 to 100 % of the wage, nothing where there is no work."""
    gap = np.array([UNINSURED.get(persona, 0.03) for persona in Persona])[people.persona]
    is_covered = chance.random(len(people)) >= gap
    share = chance.choice([0.6, 0.8, 1.0], len(people), p=[0.35, 0.25, 0.40])
    base = (people.income_fen * share // 100 * 100).astype(np.int64)
    return np.where(has_work & is_covered[:, None], base[:, None], 0)


def wages(
    chance: np.random.Generator,
    numbers: Numbers,
    people: Population,
    earnings: Earnings,
    days: Days,
) -> Events:
    """Salaries on the working day on or before the payday, and a bonus before Spring Festival."""
    paydays = pay_day_indexes(days)
    person, month = np.nonzero(people.is_salaried[:, None] & earnings.has_work)
    which = np.searchsorted(PAY_DAYS, people.pay_day[person])
    day = paydays[which, month]
    spread = 1 + chance.normal(0, 1, len(person)) * people.volatility[person] * 0.6
    amount = earnings.income_fen[person, month] * np.clip(spread, 0.6, 1.6)
    is_bonus = january(days)[month] & (chance.random(len(person)) < BONUS_SHARE)
    kept = (day >= 0) & (day < len(days))
    pays = [(kept, amount, 0), (kept & is_bonus, amount * chance.uniform(0.8, 2.2, len(person)), 1)]
    return joined(
        [
            events(
                numbers,
                person=person[chosen],
                seconds=days.begins[day[chosen]] + 9 * 3600 + people.pay_day[person[chosen]] * 61,
                kind=Kind.SALARY,
                scene=Scene.INCOME_SALARY,
                amount_fen=sums[chosen],
                funding=Funding.DEBIT,
                series=number,
            )
            for chosen, sums, number in pays
        ]
    )


def pay_day_indexes(days: Days) -> npt.NDArray[np.int64]:
    """By payday and month: the day's place, or one outside where it falls outside."""
    rows = []
    for number in PAY_DAYS:
        wanted = [start.replace(day=number) for start in days.first_of_month]
        rows.append([days.index_of(working_day_before(day)) for day in wanted])
    return np.array(rows, dtype=np.int64)


def january(days: Days) -> Flags:
    return np.array([start.month == 1 for start in days.first_of_month])


def gigs(
    chance: np.random.Generator,
    numbers: Numbers,
    people: Population,
    earnings: Earnings,
    days: Days,
) -> Events:
    """A platform pays every Monday for the week before; half to a card, half to a wallet."""
    mondays = np.nonzero(days.weekday == 0)[0]
    workers = np.nonzero(people.persona == Persona.GIG)[0]
    person, day = np.repeat(workers, len(mondays)), np.tile(mondays, len(workers))
    week = earnings.income_fen[person, days.month[day]] / 4.35
    amount = week * np.exp(chance.normal(-0.1, 1, len(person)) * people.volatility[person] * 0.8)
    to_card = person % 2 == 0
    return events(
        numbers,
        person=person,
        seconds=days.begins[day] + chance.integers(9 * 3600, 12 * 3600, len(person)),
        kind=Kind.GIG_PAY,
        scene=Scene.INCOME_OTHER,
        amount_fen=np.maximum(amount, 2_000),
        wallet=np.where(to_card, Wallet.NONE, Wallet.WECHAT),
        funding=np.where(to_card, Funding.DEBIT, Funding.BALANCE),
    )


def allowances(
    chance: np.random.Generator,
    numbers: Numbers,
    people: Population,
    earnings: Earnings,
    days: Days,
) -> Events:
    """Parents send money in the first days of a month."""
    students = np.nonzero(people.is_student)[0]
    person, month = np.repeat(students, days.months), np.tile(np.arange(days.months), len(students))
    first = np.array([days.index_of(start) for start in days.first_of_month])
    day = first[month] + chance.integers(0, 4, len(person))
    return events(
        numbers,
        person=person,
        seconds=days.begins[day] + seconds_of_day(chance, len(person)),
        kind=Kind.ALLOWANCE,
        scene=Scene.TRANSFER_SOCIAL,
        amount_fen=np.round(earnings.income_fen[person, month] / 10_000) * 10_000,
        wallet=Wallet.WECHAT,
        funding=Funding.BALANCE,
    )


def takings(
    chance: np.random.Generator,
    numbers: Numbers,
    people: Population,
    earnings: Earnings,
    days: Days,
) -> Events:
    """Customers scan a shopkeeper's code a few times a day."""
    keepers = np.nonzero(people.persona == Persona.SHOPKEEPER)[0]
    counts = chance.poisson(RECEIPTS_A_DAY, (len(keepers), len(days)))
    place, day = np.nonzero(counts)
    times = counts[place, day]
    person, day = np.repeat(keepers[place], times), np.repeat(day, times)
    each = earnings.income_fen[person, days.month[day]] / 30.4 / RECEIPTS_A_DAY
    likes = chance.random(len(person)) < people.prefers_wechat[person]
    return events(
        numbers,
        person=person,
        seconds=days.begins[day] + seconds_of_day(chance, len(person)),
        kind=Kind.RECEIPT,
        scene=Scene.INCOME_OTHER,
        amount_fen=np.maximum(each * chance.lognormal(-0.18, 0.6, len(person)), 100),
        wallet=np.where(likes, Wallet.WECHAT, Wallet.ALIPAY),
        funding=Funding.BALANCE,
    )
