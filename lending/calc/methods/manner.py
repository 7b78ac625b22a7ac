"""How a loan is repaid: the method, and how many months lie between two due dates. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from common.texts import gettext_noop
from lending.calc.contracts import Instalment
from lending.calc.plans import ImpossibleTerms, Method, Plan
from lending.calc.schedule import build, equal_instalments


@dataclass(frozen=True, slots=True)
class Manner:
    """A method at a rhythm. What is repaid at once at the end has one period: the whole term."""

    method: str = Method.EQUAL_INSTALMENT.value
    step_months: int = 1

    def step_of(self, months: int) -> int:
        """The months of a period, for a loan of so many."""
        return months if self.method == Method.BULLET else self.step_months

    def fits(self, months: int) -> bool:
        """Whether a term is made of whole periods."""
        return months > 0 and months % self.step_of(months) == 0


MONTHLY = Manner()
# What the instalment that is told first is called, and the sentence of the contract.
LEVEL = {
    1: gettext_noop("You pay each month"),
    3: gettext_noop("You pay every three months"),
    12: gettext_noop("You pay once a year"),
}
FIRST = {
    Method.EQUAL_PRINCIPAL: gettext_noop("Your first instalment, the largest"),
    Method.INTEREST_ONLY: gettext_noop("Interest of each instalment; the sum comes at the end"),
    Method.BULLET: gettext_noop("You pay once, at the end"),
}
RHYTHMS = {
    1: gettext_noop("Due every month."),
    3: gettext_noop("Due every three months."),
    12: gettext_noop("Due once a year."),
}
METHODS = {
    Method.EQUAL_INSTALMENT: gettext_noop("Repaid in equal instalments."),
    Method.EQUAL_PRINCIPAL: gettext_noop(
        "Repaid in equal parts of principal, with the interest on what is still owed."
    ),
    Method.INTEREST_ONLY: gettext_noop(
        "Interest is paid with each instalment, the principal with the last one."
    ),
    Method.BULLET: gettext_noop("Principal and interest are paid once, at the end of the term."),
}


def instalment(manner: Manner) -> str:
    """What the amount is called that is told as the instalment."""
    return FIRST.get(Method(manner.method)) or LEVEL[manner.step_months]


def sentences(manner: Manner) -> tuple[str, ...]:
    """How it is repaid and when, to be translated one by one."""
    method = Method(manner.method)
    if method is Method.BULLET:
        return (METHODS[method],)
    return METHODS[method], RHYTHMS[manner.step_months]


def scheduled(
    *, principal_fen: int, annual_rate_ppm: int, months: int, starts_on: date, manner: Manner
) -> tuple[Instalment, ...]:
    """The schedule of one loan paid out on `starts_on`.

    Raises ImpossibleTerms, also for a term that is not made of whole periods.
    """
    if manner == MONTHLY:
        return equal_instalments(
            principal_fen=principal_fen,
            annual_rate_ppm=annual_rate_ppm,
            months=months,
            starts_on=starts_on,
        )
    if not manner.fits(months):
        raise ImpossibleTerms
    step = manner.step_of(months)
    return build(
        Plan(
            principal_fen=principal_fen,
            annual_rate_ppm=annual_rate_ppm,
            first_disbursed_on=starts_on,
            periods=months // step,
            every=step,
            method=Method(manner.method),
            anchor_day=starts_on.day,
        )
    )


def kept(manner: Manner) -> dict[str, Any]:
    """As papers and logs keep it; equal monthly instalments are what is meant where none is."""
    if manner == MONTHLY:
        return {}
    return {"method": manner.method, "step_months": manner.step_months}


def read(kept_in: Mapping[str, Any]) -> Manner:
    """The same, read again."""
    return Manner(
        kept_in.get("method", MONTHLY.method), kept_in.get("step_months", MONTHLY.step_months)
    )
