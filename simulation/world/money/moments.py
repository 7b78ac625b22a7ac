"""When people look at their money: top-ups, withdrawals, due days, and the wish for a loan."""

import numpy as np

from simulation.world.events import Events, Funding, Kind, Numbers, Shop, Wallet, events, joined
from simulation.world.graph import Graph
from simulation.world.personas import Persona, Population
from simulation.world.setting.days import Days

HOUR, DAY = 3_600, 86_400
TOP_UPS_A_MONTH = 0.6
# Wishes are heard from the fifth month on, and no longer when too little time is left to repay.
FIRST_WISH, MONTHS_TO_REPAY = 4, 6
BNPL_DUE = (
    (9, Wallet.ALIPAY, Shop.NONE),
    (15, Wallet.NONE, Shop.JD),
    (12, Wallet.NONE, Shop.MEITUAN),
)
CARD_DUE, WISH_DAY, REMINDED_AFTER = 20, 18, 3


def moments(
    chance: np.random.Generator, numbers: Numbers, people: Population, graph: Graph, days: Days
) -> Events:
    """All of them, for everybody."""
    everybody = np.arange(len(people))
    due = people.pay_day + 2
    has_credit = np.nonzero(people.credit_limit_fen)[0]
    has_bnpl = np.nonzero(people.bnpl_limit_fen)[0]
    has_second = np.nonzero(people.has_second)[0]
    parts = [
        top_ups(chance, numbers, people, days),
        withdrawals(numbers, people, days),
        monthly(numbers, everybody, people.pay_day + 1, days, Kind.FUND_IN, Wallet.ALIPAY),
        monthly(numbers, has_second, people.pay_day[has_second] + 1, days, Kind.OWN_TRANSFER),
        monthly(
            numbers, has_credit, CARD_DUE, days, Kind.CARD_REPAYMENT,
            np.where(has_credit % 2 == 0, Wallet.WECHAT, Wallet.NONE),
        ),
        *(
            monthly(numbers, has_bnpl, day, days, Kind.BNPL_REPAYMENT, wallet, shop)
            for day, wallet, shop in BNPL_DUE
        ),
        monthly(numbers, everybody, due, days, Kind.LOAN_REPAYMENT),
        monthly(numbers, everybody, due + REMINDED_AFTER, days, Kind.REMINDER),
        loan_wishes(numbers, everybody, days),
        ring_wishes(numbers, graph),
    ]  # fmt: skip
    return joined(parts)


def monthly(
    numbers: Numbers,
    persons: np.ndarray,
    day_number: np.ndarray | int,
    days: Days,
    kind: Kind,
    wallet: np.ndarray | int = Wallet.NONE,
    shop: int = Shop.NONE,
) -> Events:
    """Once a month for some people, a number of days after the month's first."""
    first = np.array([days.index_of(start) for start in days.first_of_month])
    person = np.repeat(persons, days.months)
    offset = np.repeat(np.broadcast_to(day_number, len(persons)), days.months) - 1
    day = np.minimum(np.tile(first, len(persons)) + offset, len(days) - 1)
    return events(
        numbers,
        person=person,
        seconds=days.begins[day] + 10 * HOUR + person % 1000 + int(kind) * 7,
        kind=kind,
        wallet=np.repeat(np.broadcast_to(wallet, len(persons)), days.months),
        shop=shop,
        funding=Funding.DEBIT,
    )


def top_ups(
    chance: np.random.Generator, numbers: Numbers, people: Population, days: Days
) -> Events:
    person = np.repeat(
        np.arange(len(people)), chance.poisson(TOP_UPS_A_MONTH * days.months, len(people))
    )
    day = chance.integers(0, len(days), len(person))
    return events(
        numbers,
        person=person,
        seconds=days.begins[day] + chance.integers(9 * HOUR, 22 * HOUR, len(person)),
        kind=Kind.TOP_UP,
        amount_fen=chance.choice([10_000, 20_000, 30_000, 50_000], len(person)),
        wallet=np.where(chance.random(len(person)) < 0.6, Wallet.WECHAT, Wallet.ALIPAY),
        funding=Funding.DEBIT,
    )


def withdrawals(numbers: Numbers, people: Population, days: Days) -> Events:
    """Who is paid into a wallet empties it every week, the others once a month."""
    is_weekly = np.isin(people.persona, (Persona.GIG, Persona.SHOPKEEPER))
    weeks = np.nonzero(days.weekday == 3)[0]
    parts = []
    for wallet in (Wallet.WECHAT, Wallet.ALIPAY):
        often, rarely = np.nonzero(is_weekly)[0], np.nonzero(~is_weekly)[0]
        person = np.concatenate([np.repeat(often, len(weeks)), np.repeat(rarely, len(weeks[::4]))])
        day = np.concatenate([np.tile(weeks, len(often)), np.tile(weeks[::4], len(rarely))])
        parts.append(
            events(
                numbers,
                person=person,
                seconds=days.begins[day] + 20 * HOUR + person % 1000 + int(wallet) * 60,
                kind=Kind.WITHDRAWAL,
                wallet=wallet,
                funding=Funding.DEBIT,
            )
        )
    return joined(parts)


def loan_wishes(numbers: Numbers, everybody: np.ndarray, days: Days) -> Events:
    wishes = monthly(numbers, everybody, WISH_DAY, days, Kind.LOAN_PAYOUT)
    month = np.tile(np.arange(days.months), len(everybody))
    return wishes.taken((month >= FIRST_WISH) & (month < days.months - MONTHS_TO_REPAY))


def ring_wishes(numbers: Numbers, graph: Graph) -> Events:
    """A ring applies within a few hours."""
    members = np.nonzero(graph.is_ring_member)[0]
    return events(
        numbers,
        person=members,
        seconds=graph.ring_at[graph.ring[members]] + members % 7 * 1_900,
        kind=Kind.LOAN_PAYOUT,
        funding=Funding.DEBIT,
        series=0,
    )
