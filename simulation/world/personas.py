"""Who the people are: a persona each, and the latent states that cause all that they do.

Nothing here is seen by the platform. Sex and origin do not exist in this world; `group` is a proxy
that goes with income and causes nothing, so that fairness tests have something to find.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Persona(IntEnum):
    """A way of earning; the rest of a life follows from it only in part."""

    OFFICE = 0
    WORKER = 1
    GIG = 2
    STUDENT = 3
    SHOPKEEPER = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """What people of one persona have in common."""

    share: float
    income_fen: int
    spread: float
    volatility: tuple[float, float]
    thrift: float
    thin: float
    online: float


KINDS = {
    Persona.OFFICE: Kind(0.37, 1_150_000, 0.32, (0.05, 0.15), 0.74, 0.05, 0.40),
    Persona.WORKER: Kind(0.33, 680_000, 0.24, (0.05, 0.15), 0.82, 0.15, 0.30),
    Persona.GIG: Kind(0.12, 640_000, 0.30, (0.40, 0.80), 0.84, 0.25, 0.32),
    Persona.STUDENT: Kind(0.09, 210_000, 0.22, (0.05, 0.20), 0.95, 0.10, 0.48),
    Persona.SHOPKEEPER: Kind(0.09, 980_000, 0.40, (0.20, 0.45), 0.72, 0.20, 0.25),
}
SALARIED = (Persona.OFFICE, Persona.WORKER)
PAY_DAYS = (5, 10, 15)
FRAUD_SHARE = 0.003
# The group that goes with less income: how many belong to it, and how much less they earn.
GROUP_SHARE, GROUP_INCOME = 0.35, 0.88


@dataclass(frozen=True, eq=False)
class Population:
    """Parallel arrays, one place for each person."""

    persona: Whole
    group: Whole
    age: Whole
    income_fen: Real
    volatility: Real
    discipline: Real
    hazard: Real
    support: Real
    has_fraud_intent: Flags
    pay_day: Whole
    thrift: Real
    online: Real
    is_thin: Flags
    activity: Real
    prefers_wechat: Real
    has_second: Flags
    credit_limit_fen: Whole
    bnpl_limit_fen: Whole
    buffer_months: Real

    def __len__(self) -> int:
        return len(self.persona)

    @property
    def is_salaried(self) -> Flags:
        return np.isin(self.persona, SALARIED)

    @property
    def is_student(self) -> Flags:
        return np.asarray(self.persona == Persona.STUDENT)


def populate(chance: np.random.Generator, people: int) -> Population:
    """Draw everybody. Discipline and support are independent of income on purpose."""
    persona = chance.choice(len(KINDS), size=people, p=[kind.share for kind in KINDS.values()])
    group = (chance.random(people) < GROUP_SHARE).astype(np.int64)
    income = of(persona, "income_fen") * chance.lognormal(0, of(persona, "spread"))
    income *= np.where(group == 1, GROUP_INCOME, 1.0)
    discipline = chance.beta(5.0, 2.2, people)
    is_student = persona == Persona.STUDENT
    has_credit = (chance.random(people) < 0.45) & ~is_student
    has_bnpl = chance.random(people) < 0.55
    low, high = volatility_bounds(persona)
    return Population(
        persona=persona,
        group=group,
        age=ages(chance, persona),
        income_fen=income,
        volatility=low + (high - low) * chance.random(people),
        discipline=discipline,
        hazard=0.007 + 0.036 * chance.beta(1.3, 4.0, people) * np.where(is_student, 0.2, 1.0),
        support=chance.beta(2.0, 2.5, people),
        has_fraud_intent=(chance.random(people) < FRAUD_SHARE) & ~is_student,
        pay_day=chance.choice(PAY_DAYS, people),
        thrift=np.clip(
            of(persona, "thrift") + 0.55 * (0.69 - discipline) + chance.normal(0, 0.05, people),
            0.45,
            1.25,
        ),
        online=np.clip(of(persona, "online") + chance.normal(0, 0.08, people), 0.05, 0.8),
        is_thin=chance.random(people) < of(persona, "thin"),
        activity=chance.lognormal(-0.02, 0.22, people),
        prefers_wechat=chance.beta(4.0, 2.6, people),
        has_second=chance.random(people) < 0.30,
        credit_limit_fen=whole(has_credit * income * chance.uniform(0.8, 2.5, people)),
        bnpl_limit_fen=whole(has_bnpl * income * chance.uniform(0.15, 0.6, people)),
        buffer_months=0.15 + 2.6 * discipline**2 * chance.beta(1.6, 2.0, people),
    )


def of(persona: npt.NDArray[np.int64], name: str) -> Real:
    """A figure of each person's persona."""
    return np.array([getattr(kind, name) for kind in KINDS.values()], dtype=float)[persona]


def volatility_bounds(persona: npt.NDArray[np.int64]) -> tuple[Real, Real]:
    bounds = np.array([kind.volatility for kind in KINDS.values()])[persona]
    return bounds[:, 0], bounds[:, 1]


def ages(chance: np.random.Generator, persona: npt.NDArray[np.int64]) -> Whole:
    """Students are eighteen to twenty-four, the rest of working age."""
    older = 22 + (chance.beta(1.7, 2.6, len(persona)) * 34).astype(np.int64)
    young = chance.integers(18, 25, len(persona))
    return np.where(persona == Persona.STUDENT, young, older)


def whole(values: npt.NDArray[np.float64]) -> Whole:
    """Fen to the nearest thousand: limits are round."""
    return (values // 100_000 * 100_000).astype(np.int64)
