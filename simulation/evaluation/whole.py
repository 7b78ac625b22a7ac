"""A whole world understood: the figures, their goals, and whether each is met."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulation.evaluation.files import person_of
from simulation.evaluation.measures import Measures, measure, understand
from simulation.world import World

Told = Callable[[int], None]
CONFUSIONS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and what it is meant to reach: at least, or at most."""

    name: str
    value: float
    goal: float
    cases: int
    is_upper: bool = False

    @property
    def is_met(self) -> bool:
        if not self.cases:
            return True
        return self.value <= self.goal if self.is_upper else self.value >= self.goal

    def as_json(self) -> dict[str, Any]:
        return {
            "value": round(self.value, 4),
            "goal": self.goal,
            "cases": self.cases,
            "is_met": self.is_met,
        }


def evaluate(world: World, *, tell: Told = lambda _person: None) -> Measures:
    """Everybody's files written, read, matched and compared. `tell` hears of each person."""
    measures = Measures()
    for number in range(len(world.people)):
        measure(understand(person_of(world, number), world.days.dates[-1]), measures)
        tell(number)
    return measures


def figures(measures: Measures) -> tuple[Figure, ...]:
    """Every figure beside its goal; a figure without cases is met by nothing and fails nothing."""
    same, flagged = measures.same_payment, measures.forgeries
    false_alarms = flagged.given - flagged.right
    share = false_alarms / measures.honest_files if measures.honest_files else 0.0
    return (
        Figure("same_payment_precision", same.precision, 0.99, same.given),
        Figure("same_payment_recall", same.recall, 0.97, same.wanted),
        Figure("refund_linking", measures.refunds.recall, 0.98, measures.refunds.wanted),
        Figure("refund_precision", measures.refunds.precision, 0.98, measures.refunds.given),
        Figure(
            "own_transfers_left_out",
            measures.own_transfers.recall,
            0.97,
            measures.own_transfers.wanted,
        ),
        Figure(
            "own_transfers_precision",
            measures.own_transfers.precision,
            0.99,
            measures.own_transfers.given,
        ),
        Figure("salary_f1", measures.salaries.f1, 0.95, measures.salaries.wanted),
        Figure("scene_accuracy", measures.scenes.recall, 0.90, measures.scenes.wanted),
        Figure("subscription_f1", measures.subscriptions.f1, 0.85, measures.subscriptions.wanted),
        Figure("device_days_read", measures.device_days.f1, 0.999, measures.device_days.wanted),
        Figure("tampered_recall", flagged.recall, 0.90, flagged.wanted),
        Figure("tampered_false_alarms", share, 0.02, measures.honest_files, is_upper=True),
        Figure("rows_beside_truth", beside(measures), 0.999, measures.rows),
    )


def beside(measures: Measures) -> float:
    """The share of written rows that were read as the row that they are."""
    return 1 - measures.lost_rows / measures.rows if measures.rows else 1.0


def as_json(measures: Measures, *, people: int, seed: int) -> dict[str, Any]:
    """What the command prints."""
    return {
        "people": people,
        "seed": seed,
        "files": measures.files,
        "rows": measures.rows,
        "figures": {figure.name: figure.as_json() for figure in figures(measures)},
        "files_misjudged": dict(measures.misjudged.most_common(CONFUSIONS_SHOWN)),
        "scenes_confused": dict(measures.confusions.most_common(CONFUSIONS_SHOWN)),
    }
