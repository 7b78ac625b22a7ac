"""A second, plain-Python reading of every feature; the kernel must agree with it on anything."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log
from random import Random
from statistics import fmean, median, pstdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction, Source
from common.periods import SHANGHAI
from scoring.features.kernel import features, vector
from scoring.tests.events import AS_OF, Event, columns_of, days_ago, seconds

SPENDING = set(range(17)) - {9, 14}
INCOME = {Category.INCOME_SALARY, Category.INCOME_OTHER}
ESSENTIAL = {1, 3, 8, 10, 11}


class Oracle:
    """The definitions once more, event by event, with dates and no arrays."""

    def __init__(self, events: Sequence[Event], as_of: datetime) -> None:
        self.last_day = (as_of - timedelta(seconds=1)).astimezone(SHANGHAI).date()
        seen = [e for e in events if e.at < as_of and e.category != Category.MEDICAL]
        self.own = [e for e in seen if e.source == Source.OWN_LOANS]
        self.rows = [e for e in seen if e.source != Source.OWN_LOANS]
        self.history = 0
        for age in sorted({self.age(e) for e in self.rows}):
            if age - max(self.history - 1, 0) > 90:
                break
            self.history = age + 1
        self.months = min(max(self.history, 30), 90) / 30

    def age(self, event: Event) -> int:
        return (self.last_day - event.at.astimezone(SHANGHAI).date()).days

    def rows_of(self, direction, categories, days, start=0):
        return [
            e
            for e in self.rows
            if start <= self.age(e) < days and e.direction == direction and e.category in categories
        ]

    def spent(self, days, start=0, categories=SPENDING):
        return sum(e.amount_fen for e in self.rows_of(Direction.OUT, categories, days, start))

    def earned(self, days, start=0):
        return sum(e.amount_fen for e in self.rows_of(Direction.IN, INCOME, days, start))

    def refunded(self, days, start=0):
        return sum(
            e.amount_fen
            for e in self.rows
            if start <= self.age(e) < days and e.category == Category.REFUND
        )

    def has_purchases(self, days):
        return len(self.rows_of(Direction.OUT, SPENDING, days)) >= 10

    def periods(self, amount, offset, count):
        return [
            amount(offset + 30 * k + 30, offset + 30 * k)
            for k in range(count)
            if self.history >= offset + 30 * k + 25
        ]

    def features(self) -> dict[str, float | None]:
        return {**self.income(), **self.spending(), **self.conduct(), **self.activity()}

    def sees_income(self):
        return self.earned(180) >= 50_000 and self.history >= 25

    def income(self):
        if not self.sees_income():
            return dict.fromkeys(
                [
                    "income_monthly_90d",
                    "income_recent_30d",
                    "income_typical_30d",
                    "income_trend",
                    "income_variation_180d",
                ]
            )
        recent = max(self.earned(30), self.earned(35, 5))
        before = self.periods(self.earned, 30, 5)
        typical = median(before) if len(before) >= 2 else None
        steadiest = [
            pstdev(sums) / fmean(sums)
            for sums in ([recent, *self.periods(self.earned, cut, 5)] for cut in (0, 10, 20))
            if len(sums) >= 4 and sum(sums) > 0
        ]
        return {
            "income_monthly_90d": self.earned(90) / self.months,
            "income_recent_30d": recent,
            "income_typical_30d": typical,
            "income_trend": recent / typical if typical else None,
            "income_variation_180d": min(steadiest, default=None),
        }

    def spending(self):
        def net(days, start=0):
            return max(self.spent(days, start) - self.refunded(days, start), 0)

        enough = self.has_purchases(90)
        monthly = net(90) / self.months if enough else None
        sums = self.periods(net, 0, 6)
        varies = enough and len(sums) >= 3 and sum(sums) > 0
        surplus = None
        if monthly is not None and self.sees_income():
            surplus = self.earned(90) / self.months - monthly - self.sent()
        return {
            "spending_monthly_90d": monthly,
            "spending_variation_180d": pstdev(sums) / fmean(sums) if varies else None,
            "surplus_monthly_90d": surplus,
            "cover_90d": self.cover(surplus),
            "essential_share_90d": self.share(self.spent(90, 0, ESSENTIAL), self.spent(90), 90),
            "scene_diversity_180d": self.diversity(),
        }

    def sent(self):
        social = {Category.TRANSFER_SOCIAL}
        sent = sum(e.amount_fen for e in self.rows_of(Direction.OUT, social, 90))
        received = sum(e.amount_fen for e in self.rows_of(Direction.IN, social, 90))
        return max(sent - received, 0) / self.months

    def cover(self, surplus):
        if surplus is None:
            return None
        income = self.earned(90) / self.months
        return -1 if income == 0 else min(max(surplus / income, -1), 1)

    def share(self, part, whole, days):
        return part / whole if whole > 0 and self.has_purchases(days) else None

    def diversity(self):
        sums: dict[int, int] = defaultdict(int)
        for event in self.rows_of(Direction.OUT, SPENDING - {0}, 180):
            sums[event.category] += event.amount_fen
        whole = sum(sums.values())
        if whole == 0 or not self.has_purchases(180):
            return None
        return -sum(s / whole * log(s / whole) for s in sums.values() if s) / log(14)

    def conduct(self):
        night = [
            e.amount_fen
            for e in self.rows_of(Direction.OUT, SPENDING, 90)
            if e.amount_fen >= 50_000
            and (e.at.astimezone(SHANGHAI).hour >= 23 or e.at.astimezone(SHANGHAI).hour < 6)
        ]
        told = sum(e.amount_fen for e in self.rows if self.age(e) < 90 and e.category in {35, 36})
        repaid = sum(e.amount_fen for e in self.own if self.age(e) < 90 and e.category == 35)
        credit = max(told - repaid, 0)
        gambled = sum(
            e.amount_fen for e in self.rows_of(Direction.OUT, {Category.GAMBLING_RISK}, 180)
        )
        instalments = [e for e in self.own if e.category == Category.CREDIT_REPAYMENT]
        on_time = [e for e in instalments if e.direction == Direction.OUT]
        return {
            "credit_share_90d": self.share(credit, credit + self.spent(90), 90),
            "night_large_share_90d": self.share(sum(night), self.spent(90), 90),
            "gambling_share_180d": self.share(gambled, gambled + self.spent(180), 180),
            "own_instalments": len(instalments),
            "own_on_time_share": len(on_time) / len(instalments) if instalments else None,
        }

    def activity(self):
        days = {self.age(e) for e in self.rows}
        gap = longest = 0
        for day in range(min(self.history, 180)):
            gap = 0 if day in days else gap + 1
            longest = max(longest, gap)
        events = len([e for e in self.rows if self.age(e) < 180])
        weeks = len({day // 7 for day in days if day < 91})
        return {
            "events_180d": events,
            "history_months": self.history / 30,
            "active_days_90d": len([day for day in days if day < 90]),
            "active_weeks_90d": weeks,
            "longest_gap_180d": longest if self.history >= 30 else None,
            "confidence": min(events / 90, self.history / 30 / 3, weeks / 9, 1),
        }


any_event = st.builds(
    Event,
    at=st.floats(min_value=-20, max_value=420).map(
        lambda days: days_ago(round(days * 86_400) / 86_400)
    ),
    amount_fen=st.integers(min_value=0, max_value=2_000_000),
    direction=st.sampled_from(Direction),
    category=st.sampled_from(Category),
    source=st.sampled_from([Source.WECHAT, Source.WECHAT, Source.ALIPAY, Source.OWN_LOANS]),
    merchant=st.integers(min_value=-9, max_value=9),
)
purchase = st.builds(
    Event,
    at=st.integers(min_value=0, max_value=200 * 24).map(lambda hours: days_ago(hours / 24 + 0.01)),
    amount_fen=st.integers(min_value=1, max_value=200_000),
    direction=st.just(Direction.OUT),
    category=st.sampled_from(sorted(SPENDING)).map(Category),
)
pay = st.builds(
    Event,
    at=st.integers(min_value=0, max_value=200 * 24).map(lambda hours: days_ago(hours / 24 + 0.01)),
    amount_fen=st.integers(min_value=1, max_value=2_000_000),
    direction=st.just(Direction.IN),
    category=st.sampled_from(sorted(INCOME)).map(Category),
)


def life(seed: int) -> list[Event]:
    """A busy life of some length: hundreds of events of every kind, at every hour."""
    chance = Random(seed)
    days = chance.choice([20, 24, 25, 26, 40, 60, 84, 85, 86, 100, 145, 200])
    kinds = [*SPENDING, *SPENDING, *SPENDING, *SPENDING, *map(int, Category)]
    events = []
    for _ in range(chance.choice([12, 40, 150, 250])):
        category = Category(chance.choice(kinds))
        way = Direction.IN if category in INCOME else Direction.OUT
        events.append(
            Event(
                at=days_ago(round(chance.uniform(0, days) * 86_400) / 86_400),
                amount_fen=chance.choice([1_000, 4_000, 49_999, 50_000, 120_000]),
                direction=way if chance.random() < 0.9 else Direction(chance.randrange(3)),
                category=category,
                source=chance.choice([*[Source.WECHAT] * 8, Source.OWN_LOANS]),
            )
        )
    return events


lives = st.integers(min_value=0, max_value=2**32).map(life)
histories = lives | st.builds(
    lambda *parts: [event for part in parts for event in part],
    st.lists(any_event, max_size=25),
    st.lists(purchase, max_size=40),
    st.lists(pay, max_size=8),
)
points_in_time = st.just(AS_OF) | st.integers(min_value=-10, max_value=200).map(
    lambda days: days_ago(days * 0.61)
)


def same_bits(left, right) -> bool:
    return all(
        np.asarray(left[name]).tobytes() == np.asarray(right[name]).tobytes() for name in left
    )


@given(events=histories, as_of=points_in_time)
@settings(max_examples=150, deadline=None)
def test_the_kernel_agrees_with_a_plain_reading(events, as_of):
    expected = Oracle(events, as_of).features()

    found = vector(columns_of(events), as_of=as_of)

    assert set(expected) <= set(found)
    for name, value in expected.items():
        wanted = float("nan") if value is None else value
        assert found[name] == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True), name


@given(events=histories, future=st.lists(any_event, max_size=20), as_of=points_in_time)
@settings(max_examples=60, deadline=None)
def test_the_future_changes_nothing(events, future, as_of):
    later = [
        Event(as_of + abs(e.at - AS_OF), e.amount_fen, e.direction, e.category, e.source)
        for e in future
    ]

    known = features(columns_of(events), 1, seconds(as_of))
    told = features(columns_of([*later, *events]), 1, seconds(as_of))

    assert same_bits(known, told)


@given(
    people=st.lists(st.tuples(histories, points_in_time), min_size=1, max_size=9),
)
@settings(max_examples=40, deadline=None)
def test_one_person_alone_and_among_many_give_the_same_bits(people):
    together = features(
        columns_of(*[events for events, _ in people]),
        len(people),
        seconds(*[as_of for _, as_of in people]),
    )

    for segment, (events, as_of) in enumerate(people):
        alone = features(columns_of(events), 1, seconds(as_of))
        assert same_bits(alone, {name: column[[segment]] for name, column in together.items()})


@given(events=histories, order=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_rows_in_a_file_cannot_show(events, order):
    shuffled = list(events)
    order.shuffle(shuffled)

    assert same_bits(
        features(columns_of(events), 1, seconds(AS_OF)),
        features(columns_of(shuffled), 1, seconds(AS_OF)),
    )
