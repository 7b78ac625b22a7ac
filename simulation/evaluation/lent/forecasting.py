"""The forecast of the next three months beside honest peers, on people it did not learn from."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import KFold

from scoring.features.forecast.flows import MONTHS, monthly
from scoring.features.forecast.forecaster import MONTHS_AHEAD, averages
from scoring.features.frame import PERIOD_DAYS, Numbers
from scoring.training.forecast.fitting import fitted
from simulation.evaluation.lent.events import Known, known
from simulation.evaluation.lent.tables import town, towns
from simulation.world import World

DAY = 86_400
AHEAD_DAYS = MONTHS_AHEAD * PERIOD_DAYS
FOLDS = 5
FIRST_MONTH, LAST_MONTH = 6, 25
COVERAGE_BAND = (0.75, 0.85)
Told = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Months:
    """By person: net money of the months before a moment, and of the three after it."""

    nets: Numbers
    actual: Numbers


def of_worlds(*, people: int, seed: int, tell: Told = lambda _person: None) -> Months:
    """One moment of each simulated person, as their shared files show it."""
    parts = [
        of_world(town(size, own_seed, tell=tell), own_seed)
        for size, own_seed in towns(people, seed)
    ]
    return Months(
        np.concatenate([part.nets for part in parts]),
        np.concatenate([part.actual for part in parts]),
    )


def of_world(world: World, seed: int) -> Months:
    chance = np.random.default_rng((seed, 93))
    events = known(world)
    person = np.unique(events.person)
    first = np.array([world.days.index_of(day) for day in world.days.first_of_month])
    month = chance.integers(FIRST_MONTH, min(LAST_MONTH, world.days.months - 4) + 1, len(person))
    as_of = world.days.begins[first[month]]
    nets = monthly(events.before(person, as_of), len(person), as_of)
    return Months(nets, after(events, person, as_of))


def after(events: Known, person: np.ndarray, as_of: np.ndarray) -> Numbers:
    """What really came of the three months: the same sums over what lay ahead."""
    later = monthly(events.before(person, as_of + AHEAD_DAYS * DAY), len(person),
                    as_of + AHEAD_DAYS * DAY)  # fmt: skip
    return np.asarray(later[:, :MONTHS_AHEAD].sum(axis=1))


def of_statements(path: Path) -> Months:
    """Of rows with loan_id, d, ldate and s (signed): the last three months are held out."""
    ages: dict[str, list[tuple[int, float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            days = (date.fromisoformat(row["ldate"]) - date.fromisoformat(row["d"])).days
            ages.setdefault(row["loan_id"], []).append((days, float(row["s"])))
    if not ages:
        raise ValueError("no rows")
    rows = [by_month(each) for each in ages.values()]
    nets = np.array([row[MONTHS_AHEAD:] for row in rows])
    actual = np.array([row[:MONTHS_AHEAD] for row in rows]).sum(axis=1)
    return Months(nets, actual)


def by_month(moved: list[tuple[int, float]]) -> Numbers:
    """Sums of 30-day months back from the day of the loan; NaN before the first whole one."""
    sums = np.zeros(MONTHS + MONTHS_AHEAD)
    for days, amount in moved:
        place = (days - 1) // PERIOD_DAYS
        if 0 <= place < len(sums):
            sums[place] += amount
    whole = max(days for days, _ in moved) // PERIOD_DAYS
    sums[whole:] = np.nan
    return sums


def compared(months: Months, seed: int) -> dict[str, Any]:
    """Our forecast and the peers on the same people, each tried on people it did not learn from."""
    known_rows = np.isfinite(averages(months.nets)).all(axis=1) & np.isfinite(months.actual)
    nets, actual = months.nets[known_rows], months.actual[known_rows]
    expected, low, high = (np.zeros(len(actual)) for _ in range(3))
    for teach, attempt in KFold(FOLDS, shuffle=True, random_state=seed).split(nets):
        said = fitted(nets[teach], actual[teach], seed=seed).forecast(nets[attempt])
        expected[attempt], low[attempt], high[attempt] = (
            said.expected_fen, said.low_fen, said.high_fen,
        )  # fmt: skip
    covered = float(((low <= actual) & (actual <= high)).mean())
    all_figures = {"ours": errors(expected, actual)}
    all_figures |= {name: errors(each, actual) for name, each in peers(nets).items()}
    best = min(each["mae"] for name, each in all_figures.items() if name not in {"ours", "nothing"})
    return {
        "people": len(actual),
        "coverage": covered,
        "interval_width_median": float(np.median(high - low)),
        "is_covered": COVERAGE_BAND[0] <= covered <= COVERAGE_BAND[1],
        "errors": all_figures,
        "is_better_than_peers": all_figures["ours"]["mae"] <= best,
    }


def peers(nets: Numbers) -> Mapping[str, Numbers]:
    """The latest month three times, the mean of so many months three times, and nothing at all."""
    past = averages(nets)
    return {
        "last_month": MONTHS_AHEAD * nets[:, 0],
        "mean_3_months": past[:, 0],
        "mean_6_months": past[:, 1],
        "mean_12_months": past[:, 2],
        "nothing": np.zeros(len(nets)),
    }


def errors(said: Numbers, actual: Numbers) -> dict[str, float]:
    off = np.abs(said - actual)
    return {"mae": float(off.mean()), "median": float(np.median(off))}
