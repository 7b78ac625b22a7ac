"""The dearest loan that a product can become, over its whole ranges, held against the cap. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.errors import Refused
from common.periods import add_months
from common.rates import PPM, percent
from common.texts import gettext_noop
from lending.calc.contracts import MONTHS_IN_YEAR
from lending.calc.cost import late_rate_ppm
from lending.calc.methods.manner import MONTHLY, Manner, scheduled
from lending.products.caps.paths import Charges, Path, dearest, on_time_ppm


class ProductAboveTheCap(Refused):
    """On some lawful path a loan of this product would cost more than the cap."""

    code = "PRODUCT_ABOVE_THE_CAP"
    message = gettext_noop(
        "¥%(amount)s over %(months)s months at %(rate)s %% can cost %(annual)s %% a year when it "
        "is repaid %(days)s days late; at most %(cap)s %% is allowed."
    )
    advice = gettext_noop("Lower the highest rate or the penalty, and propose it again.")
    status = 422


@dataclass(frozen=True, slots=True)
class Ranges:
    """What a product may become: every amount, term and rate that it can be lent at."""

    minimum_fen: int
    maximum_fen: int
    terms_months: tuple[int, ...]
    highest_rate_ppm: int
    penalty_multiple_ppm: int
    grace_days: int
    upfront_fen: int = 0
    each_instalment_fen: int = 0
    manner: Manner = MONTHLY


@dataclass(frozen=True, slots=True)
class Worst:
    """The dearest path, and the loan it belongs to."""

    amount_fen: int
    term_months: int
    starts_on: date
    annual_rate_ppm: int
    penalty_rate_ppm: int
    on_time_ppm: int
    path: Path
    cap_ppm: int

    @property
    def is_above(self) -> bool:
        """Whether it passes the cap."""
        return self.path.effective_ppm > self.cap_ppm


def worst_of(ranges: Ranges, *, cap_ppm: int, on: date, horizon_days: int) -> Worst:
    """The dearest of the smallest and largest amount, every term, and each month to start in.

    Cost grows with the rate and does not fall with the fees, so that the highest of each is taken;
    between two amounts only rounding differs, and it is largest at the smallest.
    """
    penalty_rate_ppm = late_rate_ppm(
        annual_rate_ppm=ranges.highest_rate_ppm,
        multiple=Decimal(ranges.penalty_multiple_ppm) / PPM,
        cap_ppm=cap_ppm,
    )
    charges = Charges(
        penalty_rate_ppm=penalty_rate_ppm,
        grace_days=ranges.grace_days,
        upfront_fen=ranges.upfront_fen,
        each_instalment_fen=ranges.each_instalment_fen,
    )
    return max(
        _candidates(ranges, charges, cap_ppm, on, horizon_days),
        key=lambda each: each.path.effective_ppm,
    )


def insist_on_cap(worst: Worst) -> None:
    """Raises ProductAboveTheCap, with the figures of the worst path."""
    if worst.is_above:
        raise ProductAboveTheCap(
            amount=f"{Decimal(worst.amount_fen) / 100:,.2f}",
            months=worst.term_months,
            rate=f"{percent(worst.annual_rate_ppm):.2f}",
            annual=f"{percent(worst.path.effective_ppm):.2f}",
            days=worst.path.days_late,
            cap=f"{percent(worst.cap_ppm):.2f}",
        )


def _candidates(
    ranges: Ranges, charges: Charges, cap_ppm: int, on: date, horizon_days: int
) -> Iterator[Worst]:
    for amount_fen in sorted({ranges.minimum_fen, ranges.maximum_fen}):
        for months in ranges.terms_months:
            for starts_on in _starts(on):
                schedule = scheduled(
                    principal_fen=amount_fen,
                    annual_rate_ppm=ranges.highest_rate_ppm,
                    months=months,
                    starts_on=starts_on,
                    manner=ranges.manner,
                )
                yield Worst(
                    amount_fen=amount_fen,
                    term_months=months,
                    starts_on=starts_on,
                    annual_rate_ppm=ranges.highest_rate_ppm,
                    penalty_rate_ppm=charges.penalty_rate_ppm,
                    on_time_ppm=on_time_ppm(schedule, charges),
                    path=dearest(schedule, charges, horizon_days=horizon_days),
                    cap_ppm=cap_ppm,
                )


def _starts(on: date) -> Sequence[date]:
    """One day in each of twelve months: months differ in length, and penalty counts days."""
    return [add_months(on, each, anchor_day=on.day) for each in range(MONTHS_IN_YEAR)]
