"""Ordinary months of a person who does not exist: work, rent, meals, a refund now and then."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import numpy as np

from common.periods import SHANGHAI, add_months
from simulation.bills.records import Kind, Method, Record
from simulation.words import Direction, Scene

# Shops that nobody runs: weight, scene, name, what is bought, usual price in fen.
SHOPS = (
    (0.30, Scene.DINING, "示例小面馆", "午餐", 2_200),
    (0.12, Scene.DINING, "示例奶茶铺", "奶茶", 1_500),
    (0.22, Scene.GROCERIES, "示例便利店", "日用品", 2_800),
    (0.16, Scene.TRANSPORT, "示例地铁", "乘车", 500),
    (0.07, Scene.ONLINE_SHOPPING, "示例旗舰店", "订单", 9_900),
    (0.04, Scene.APPAREL_BEAUTY, "示例服饰店", "衬衫", 15_900),
    (0.04, Scene.ENTERTAINMENT, "示例影城", "电影票", 4_500),
    (0.02, Scene.UTILITIES_TELECOM, "示例移动", "话费", 5_000),
    (0.03, Scene.EDUCATION, "示例书店", "图书", 6_800),
)
HOURS = (8, 12, 12, 13, 18, 19, 19, 21, 22)
REFUND_SHARE = 0.02
PRICE_SPREAD = 0.45


def ordinary_months(
    *,
    seed: int,
    first_day: date,
    months: int,
    monthly_income_fen: int,
    employer: str = "示例科技有限公司",
    payday: int = 10,
    payments_per_day: float = 2.6,
) -> list[Record]:
    """The same seed gives the same life. Income of zero means that nobody pays a salary."""
    chance = np.random.default_rng(seed)
    numbers = wallet_numbers(chance)
    records: list[Record] = []
    for index in range(months):
        start = add_months(first_day, index)
        end = add_months(first_day, index + 1)
        if monthly_income_fen:
            records.append(salary(start, monthly_income_fen, employer, payday, numbers))
            records.append(rent(start, monthly_income_fen // 4, numbers))
        for offset in range((end - start).days):
            day = start + timedelta(days=offset)
            for _ in range(int(chance.poisson(payments_per_day))):
                records += purchase(day, chance, numbers)
    return sorted(records, key=lambda each: each.at)


def wallet_numbers(chance: np.random.Generator) -> Iterator[str]:
    """Numbers of 28 digits that never repeat within one life."""
    counter = 0
    while True:
        counter += 1
        yield f"4200{int(chance.integers(10**9)):09d}{counter:015d}"


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), tzinfo=SHANGHAI)


def next_day_of_month(start: date, number: int) -> date:
    """The first day from `start` on that has this number in its month."""
    this_month = start.replace(day=number)
    return this_month if this_month >= start else add_months(this_month, 1)


def salary(
    start: date, income_fen: int, employer: str, payday: int, numbers: Iterator[str]
) -> Record:
    day = next_day_of_month(start, payday)
    return Record(
        at(day, 10), Kind.SALARY, Direction.IN, income_fen, employer, next(numbers), item="工资"
    )


def rent(start: date, rent_fen: int, numbers: Iterator[str]) -> Record:
    day = next_day_of_month(start, 1)
    return Record(
        at(day, 9, 30), Kind.TRANSFER, Direction.OUT, rent_fen, "房东", next(numbers), item="房租"
    )


def purchase(day: date, chance: np.random.Generator, numbers: Iterator[str]) -> list[Record]:
    """A payment in a shop, and sometimes its refund two days later."""
    weights = np.array([shop[0] for shop in SHOPS])
    _, scene, name, item, price_fen = SHOPS[int(chance.choice(len(SHOPS), p=weights))]
    fen = max(100, int(price_fen * float(chance.lognormal(0.0, PRICE_SPREAD))))
    moment = at(
        day,
        HOURS[int(chance.integers(len(HOURS)))],
        int(chance.integers(60)),
        int(chance.integers(60)),
    )
    paid = Record(
        moment,
        Kind.PURCHASE,
        Direction.OUT,
        fen,
        name,
        next(numbers),
        item=item,
        method=Method.DEBIT if fen > 5_000 else Method.BALANCE,
        scene=scene,
    )
    if chance.random() > REFUND_SHARE:
        return [paid]
    back = Record(
        moment + timedelta(days=2),
        Kind.REFUND,
        Direction.IN,
        fen,
        name,
        next(numbers),
        item=item,
        undoes=paid.number,
    )
    return [paid, back]
