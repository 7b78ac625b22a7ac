"""What people mean to buy: how often, where, for how much, and out of which purse.

Wishes only: the ledger decides which of them the money allows.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.words import Scene
from simulation.world.events import Events, Funding, Kind, Numbers, Shop, Wallet, events, joined
from simulation.world.income import Earnings
from simulation.world.personas import Population
from simulation.world.setting.days import Days, season, seconds_of_day
from simulation.world.setting.merchants import (
    EACH,
    HERE,
    ONLINE,
    SCENES,
    SERVICES,
    TRADES,
    Merchants,
    popularity,
)

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
# What the usual prices and counts of all trades come to in a month.
USUAL_FEN = 500_000
HABIT = 0.55
FAVOURITES, FAITH, RANKS = 5, 0.90, 1.35
RENTERS, RENT_SHARE = 0.72, 0.24
REFUND_SHARE, PARTLY = 0.031, 0.25
LONGEST_REFUND_DAYS = 14
DRIFT_PRICE, DRIFT_ONLINE = 1.05, 0.07
SUBSCRIPTIONS, CREEP, MISSES, ENDS = 1.3, 0.07, 0.035, 0.02
JD_SCENES = (
    Scene.ONLINE_SHOPPING, Scene.APPAREL_BEAUTY, Scene.ELECTRONICS_HOME, Scene.GROCERIES,
    Scene.EDUCATION,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Habits:
    """Where each person buys: favourites by scene and place, and which shops have an account."""

    favourites: Whole
    has_jd: npt.NDArray[np.bool_]
    has_meituan: npt.NDArray[np.bool_]
    debit_share: Real


def form_habits(chance: np.random.Generator, people: Population, shops: Merchants) -> Habits:
    ranks = np.searchsorted(popularity(), chance.random((len(people), len(SCENES), 2, FAVOURITES)))
    starts = np.array(
        [[shops.starts[int(scene), place] for place in (HERE, ONLINE)] for scene in SCENES]
    )
    return Habits(
        favourites=starts[None, :, :, None] + np.minimum(ranks, EACH - 1),
        has_jd=chance.random(len(people)) < 0.55,
        has_meituan=chance.random(len(people)) < 0.60,
        debit_share=chance.beta(3.0, 2.6, len(people)),
    )


def ease(people: Population, earnings: Earnings) -> Real:
    """By person and month: how freely they spend. Habits follow income slowly."""
    usual = people.income_fen[:, None]
    budget = people.thrift[:, None] * (HABIT * usual + (1 - HABIT) * earnings.income_fen)
    return np.clip(budget * (1 - RENT_SHARE * 0.7) / USUAL_FEN, 0.08, 6.0)


def purchases(
    chance: np.random.Generator,
    numbers: Numbers,
    people: Population,
    earnings: Earnings,
    days: Days,
    shops: Merchants,
    habits: Habits,
) -> Events:
    """Every ordinary purchase of everybody, in one sweep."""
    person, day, place_of = visits(chance, people, ease(people, earnings), days)
    free = ease(people, earnings)[person, days.month[day]]
    late = days.has_drifted[day]
    scene = np.array([int(each) for each in SCENES])[place_of]
    usual = np.array([TRADES[each].online for each in SCENES])[place_of]
    chance_online = usual * (0.45 + 1.6 * people.online[person]) + np.where(late, DRIFT_ONLINE, 0)
    is_online = chance.random(len(person)) < np.minimum(chance_online, 0.99)
    wallet, shop, funding = ways(chance, people, habits, person, scene, is_online=is_online)
    amount = prices(chance, place_of, free * np.where(late, DRIFT_PRICE, 1.0))
    return events(
        numbers,
        person=person,
        seconds=days.begins[day] + seconds_of_day(chance, len(person)),
        kind=Kind.PURCHASE,
        scene=scene,
        amount_fen=amount,
        merchant=visited(chance, habits, shops, person, place_of, is_online.astype(np.int64)),
        wallet=wallet,
        shop=shop,
        funding=funding,
    )


def visits(
    chance: np.random.Generator, people: Population, free: Real, days: Days
) -> tuple[Whole, Whole, Whole]:
    """Person, day and scene of each purchase."""
    pace = people.activity * np.where(people.is_thin, 0.30, 1.0)
    rhythm = (pace[:, None] * np.sqrt(free) ** 0.75)[:, days.month]
    parts = []
    for index, scene in enumerate(SCENES):
        weights = season(days, scene)
        daily = TRADES[scene].monthly / 30.4 * weights / weights.mean()
        counts = chance.poisson(rhythm * daily)
        person, day = np.nonzero(counts)
        times = counts[person, day]
        parts.append(
            (np.repeat(person, times), np.repeat(day, times), np.full(int(times.sum()), index))
        )
    person, day, place = (np.concatenate(each) for each in zip(*parts, strict=True))
    return person, day, place


def prices(chance: np.random.Generator, place: Whole, free: Real) -> Whole:
    """Log-normal, with the endings that shops like."""
    usual = np.array([TRADES[each].price_fen for each in SCENES])[place]
    spread = np.array([TRADES[each].spread for each in SCENES])[place]
    fen = usual * free**0.55 * np.exp(chance.normal(0, 1, len(place)) * spread)
    fen = np.clip(fen, 100, 3_000_000).astype(np.int64)
    ending = chance.random(len(place))
    whole = fen // 100 * 100
    fen = np.where(ending < 0.40, np.maximum(whole, 100), fen)
    fen = np.where((ending >= 0.40) & (ending < 0.54), whole + 90, fen)
    fen = np.where((ending >= 0.54) & (ending < 0.62), whole + 80, fen)
    return np.asarray(fen, dtype=np.int64)


def visited(
    chance: np.random.Generator,
    habits: Habits,
    shops: Merchants,
    person: Whole,
    place: Whole,
    online: Whole,
) -> Whole:
    """Mostly one of the favourites, the first most; now and then a shop that is popular."""
    weights = 1.0 / np.arange(1, FAVOURITES + 1) ** RANKS
    rank = np.searchsorted(np.cumsum(weights) / weights.sum(), chance.random(len(person)))
    known = habits.favourites[person, place, online, np.minimum(rank, FAVOURITES - 1)]
    starts = np.array(
        [[shops.starts[int(scene), where] for where in (HERE, ONLINE)] for scene in SCENES]
    )
    drawn = np.minimum(np.searchsorted(popularity(), chance.random(len(person))), EACH - 1)
    return np.where(chance.random(len(person)) < FAITH, known, starts[place, online] + drawn)


def ways(
    chance: np.random.Generator,
    people: Population,
    habits: Habits,
    person: Whole,
    scene: Whole,
    *,
    is_online: npt.NDArray[np.bool_],
) -> tuple[Whole, Whole, Whole]:
    """Wallet, shop and purse of each purchase."""
    count = len(person)
    a, b, c = chance.random(count), chance.random(count), chance.random(count)
    at_jd = is_online & habits.has_jd[person] & np.isin(scene, JD_SCENES) & (a < 0.38)
    at_meituan = is_online & habits.has_meituan[person] & (scene == Scene.DINING) & (a < 0.62)
    shop = np.where(at_jd, Shop.JD, np.where(at_meituan, Shop.MEITUAN, Shop.NONE))
    likes = np.where(is_online, people.prefers_wechat[person] * 0.7, people.prefers_wechat[person])
    wallet = np.where(b < likes, Wallet.WECHAT, Wallet.ALIPAY)
    wallet = np.where((shop == Shop.NONE) & ~is_online & (b > 0.955), Wallet.NONE, wallet)
    # A shop is paid through WeChat, or straight from a card or its own credit.
    wallet = np.where(shop > 0, np.where(b < 0.5, Wallet.WECHAT, Wallet.NONE), wallet)
    debit = habits.debit_share[person]
    has_credit = people.credit_limit_fen[person] > 0
    has_bnpl = (people.bnpl_limit_fen[person] > 0) & (wallet != Wallet.WECHAT)
    wants_bnpl = has_bnpl & (c > 0.72 + 0.2 * people.discipline[person])
    funding = np.where(c < debit, Funding.DEBIT, Funding.BALANCE)
    funding = np.where(has_credit & (c > 0.82), Funding.CREDIT, funding)
    funding = np.where(wants_bnpl, Funding.BNPL, funding)
    is_straight = wallet == Wallet.NONE
    funding = np.where(is_straight & (funding == Funding.BALANCE), Funding.DEBIT, funding)
    no_shop = is_straight & (shop == Shop.NONE) & (funding == Funding.BNPL)
    return wallet, shop, np.where(no_shop, Funding.DEBIT, funding)


def refunds(
    chance: np.random.Generator, numbers: Numbers, bought: Events, shops: Merchants, days: Days
) -> Events:
    """A few online orders come back some days later, whole or in part, to where they came from."""
    is_order = shops.is_online[bought.merchant] & (bought.amount_fen >= 500)
    chosen = np.nonzero(is_order & (chance.random(len(bought)) < REFUND_SHARE))[0]
    order = bought.taken(chosen)
    share = np.where(chance.random(len(chosen)) < PARTLY, chance.uniform(0.1, 0.8, len(chosen)), 1)
    wait = np.minimum(chance.lognormal(0.9, 0.7, len(chosen)), LONGEST_REFUND_DAYS) * 86_400
    back = events(
        numbers,
        person=order.person,
        seconds=order.seconds + wait.astype(np.int64) + 120,
        kind=Kind.REFUND,
        scene=Scene.REFUND,
        amount_fen=np.maximum(order.amount_fen * share, 100),
        merchant=order.merchant,
        wallet=order.wallet,
        shop=order.shop,
        funding=order.funding,
        parent=order.number,
    )
    return back.taken(back.seconds < days.begins[-1] + 86_400)


def subscriptions(
    chance: np.random.Generator, numbers: Numbers, people: Population, shops: Merchants, days: Days
) -> Events:
    """Services renew themselves each month; more are added than ended, and some renewals fail."""
    months = days.months
    rows = []
    for person in range(len(people)):
        first = int(chance.poisson(SUBSCRIPTIONS * (0.5 + people.online[person])))
        later = int(chance.poisson(CREEP * months))
        started = [0] * first + list(chance.integers(1, max(2, months), later))
        services = chance.permutation(len(SERVICES))
        for number, (which, start) in enumerate(zip(services, started, strict=False)):
            charged_on = int(chance.integers(1, 28))
            lasts = months if chance.random() > ENDS * months else int(chance.integers(2, 12))
            rows += [
                (person, int(which), number, later_month, charged_on)
                for later_month in range(int(start), min(months, int(start) + lasts))
                if chance.random() >= MISSES
            ]
    owner, service, series, month, offset = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    first_day = np.array([days.index_of(start) for start in days.first_of_month])
    day = np.minimum(first_day[month] + offset - 1, len(days) - 1)
    via_wechat = (owner + service) % 3 > 0
    return events(
        numbers,
        person=owner,
        seconds=days.begins[day] + 3600 * 10 + service * 97,
        kind=Kind.SUBSCRIPTION,
        scene=np.array([int(each[3]) for each in SERVICES])[service],
        amount_fen=np.array([each[2] for each in SERVICES])[service],
        merchant=shops.first_service + service,
        wallet=np.where(via_wechat, Wallet.WECHAT, Wallet.ALIPAY),
        funding=Funding.DEBIT,
        series=series,
    )


def rents(chance: np.random.Generator, numbers: Numbers, people: Population, days: Days) -> Events:
    """Rent in the first days of the month, to the same landlord."""
    renters = np.nonzero((chance.random(len(people)) < RENTERS) & ~people.is_student)[0]
    via = np.where(chance.random(len(people)) < 0.6, Wallet.WECHAT, Wallet.NONE)
    month = np.tile(np.arange(days.months), len(renters))
    person = np.repeat(renters, days.months)
    first = np.array([days.index_of(start) for start in days.first_of_month])
    share = (RENT_SHARE * chance.uniform(0.8, 1.25, len(people)))[person]
    amount = np.round(people.income_fen[person] * people.thrift[person] * share / 5_000) * 5_000
    return events(
        numbers,
        person=person,
        seconds=days.begins[first[month] + person % 3] + 9 * 3600 + person % 3600,
        kind=Kind.RENT,
        scene=Scene.HOUSING,
        amount_fen=np.maximum(amount, 30_000),
        wallet=via[person],
        funding=Funding.DEBIT,
        peer=person,
    )


def blows(
    chance: np.random.Generator,
    numbers: Numbers,
    people: Population,
    days: Days,
    shops: Merchants,
) -> Events:
    """Sudden large bills: illness, repairs. They come by hazard, whatever the purse holds."""
    struck = chance.random((len(people), days.months)) < people.hazard[:, None] * 0.8
    person, month = np.nonzero(struck)
    first = np.array([days.index_of(start) for start in days.first_of_month])
    day = np.minimum(first[month] + chance.integers(0, 28, len(person)), len(days) - 1)
    return events(
        numbers,
        person=person,
        seconds=days.begins[day] + seconds_of_day(chance, len(person)),
        kind=Kind.PURCHASE,
        scene=Scene.MEDICAL,
        amount_fen=people.income_fen[person] * chance.uniform(0.3, 1.3, len(person)),
        merchant=shops.starts[int(Scene.MEDICAL), HERE] + 2 + person % 7,
        wallet=Wallet.WECHAT,
        funding=Funding.DEBIT,
    )


def everything(
    chance: np.random.Generator,
    numbers: Numbers,
    people: Population,
    earnings: Earnings,
    days: Days,
    shops: Merchants,
) -> Events:
    """All that people mean to pay, and what comes back of it."""
    habits = form_habits(chance, people, shops)
    bought = purchases(chance, numbers, people, earnings, days, shops, habits)
    return joined(
        [
            bought,
            refunds(chance, numbers, bought, shops, days),
            subscriptions(chance, numbers, people, shops, days),
            rents(chance, numbers, people, days),
            blows(chance, numbers, people, days, shops),
        ]
    )
