"""Another yearly rate in the middle of a plan, with the level counted again from its period on.

Each part of a period has its own rate and is rounded by itself. Instalments that are paid ahead
stay as they are; the last one that is not takes what rounding leaves.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from common.rates import PPM
from lending.calc.conventions.arithmetic import arithmetic_of
from lending.calc.conventions.day_counts import year_part_between
from lending.calc.methods.progressive import Progress, level_over, levelled
from lending.calc.plans import ImpossibleTerms, Method


def rate_changed(progress: Progress, *, on: date, annual_rate_ppm: int | Fraction) -> Progress:
    """With another yearly rate from a day on, and the level counted again from its period on.

    Instalments that are paid stay as they are, and so does one that was paid beyond the new level.
    Raises ImpossibleTerms for a day outside the periods, or a rate that no plan may have.
    """
    index = progress.index_of(on)
    if index < 0:
        raise ImpossibleTerms
    replace(progress.plan, annual_rate_ppm=annual_rate_ppm)
    before = Fraction(progress.rate_on(on))
    turns = sorted((*progress.turns, (on, annual_rate_ppm)), key=lambda turn: turn[0])
    progress = replace(progress, turns=tuple(turns))
    factors = [_factor_of_all(progress, each) for each in range(index, len(progress.spans))]
    levels = factors
    if progress.plan.is_level_nominal and before:
        grown = Fraction(annual_rate_ppm) / PPM / before
        levels = [factor * grown for factor in progress.level_factors[index:]]
    progress = replace(
        progress,
        factors=(*progress.factors[:index], *factors),
        level_factors=(*progress.level_factors[:index], *levels),
    )
    if progress.plan.method is not Method.EQUAL_INSTALMENT:
        return progress
    return _relevelled(progress, max(index, progress.plan.grace.principal_periods))


def _relevelled(progress: Progress, start: int) -> Progress:
    """The level from a period on, over what is still to be paid; it is never below what came."""
    for first in range(start, len(progress.spans)):
        left = [each for each in range(first, len(progress.spans)) if not progress.is_paid(each)]
        if left[:1] != [first]:
            continue
        level_fen = level_over(progress, left, _owed_fen(progress, left))
        if progress.early_fen.get(first, 0) <= level_fen:
            return levelled(progress, left, level_fen)
    return progress


def _owed_fen(progress: Progress, left: Sequence[int]) -> int:
    """What the periods that are left repay: what the first opens with, less others' money."""
    first = left[0]
    payouts = (each for each in progress.payouts if progress.index_of(each.disbursed_on) == first)
    ahead = (
        each
        for each in progress.payments
        if each.instalment - 1 not in left and progress.index_of(each.on) >= first
    )
    owed_fen = progress.line(first).brought_fen + sum(each.amount_fen for each in payouts)
    return owed_fen - sum(each.principal_fen for each in ahead)


def _factor_of_all(progress: Progress, index: int) -> Fraction:
    """Interest of a whole period for each fen, each of its parts at its own rate."""
    span, plan = progress.spans[index], progress.plan
    if index < plan.grace.interest_free_periods:
        return Fraction(0)
    days = [day for day, _ in progress.turns if span.starts_on < day < span.ends_on]
    return sum(
        (
            arithmetic_of(plan).factor(
                progress.rate_on(start),
                year_part_between(span, start, end, plan.day_count, plan.frequency),
            )
            for start, end in pairwise([span.starts_on, *days, span.ends_on])
        ),
        start=Fraction(0),
    )
