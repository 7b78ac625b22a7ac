"""The full cost of a loan, item by item, as the borrower must see it before signing.

Follows the rule on stating the comprehensive cost of personal loans (NFRA and PBoC, in force
2026-08-01): principal, every item with its recipient and how it is charged, each as a yearly rate,
what late payment costs, and the whole as a yearly rate. Codes become words at the doors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

from common.errors import Refused
from common.rates import PPM, percent
from common.texts import gettext_noop
from lending.calc.accrual import DAYS_IN_YEAR
from lending.calc.contracts import MONTHS_IN_YEAR, Instalment
from lending.calc.methods.manner import MONTHLY, Manner, scheduled
from lending.calc.rates import irr

LENDER = "LENDER"
Schedule = Sequence[Instalment]


class AboveTheCap(Refused):
    """Over a year the loan would cost more than the law or the house allows."""

    code = "ABOVE_THE_CAP"
    message = gettext_noop(
        "This loan would cost %(annual)s %% a year; at most %(cap)s %% is allowed."
    )
    advice = gettext_noop("Nothing has been signed. The rate or the fees must come down first.")
    status = 422


@dataclass(frozen=True, slots=True)
class Fee:
    """A charge beside interest: once at the start, or the same amount with each instalment."""

    code: str
    recipient: str
    amount_fen: int
    is_each_instalment: bool = False


@dataclass(frozen=True, slots=True)
class Discount:
    """Less of the rate for one reason; no discount takes the rate below the floor."""

    code: str
    rate_ppm: int
    floor_ppm: int


@dataclass(frozen=True, slots=True)
class LateTerms:
    """What is charged on overdue principal, by the day, after how many days of grace."""

    annual_rate_ppm: int
    grace_days: int
    recipient: str = LENDER


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the normal cost; its yearly rate is its part of the whole's.

    `standard_ppm` is the contract's rate a year on the balance, `standard_fen` the amount of one
    charge: an item has one of the two.
    """

    code: str
    recipient: str
    how_charged: str
    amount_fen: int
    annual_rate_ppm: int
    standard_ppm: int | None = None
    standard_fen: int | None = None
    floor_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Contingent:
    """One line of what is charged only if something goes wrong."""

    code: str
    recipient: str
    how_charged: str
    annual_rate_ppm: int
    grace_days: int


@dataclass(frozen=True, slots=True)
class Cost:
    """The statement. No charge outside it may ever be asked for."""

    principal_fen: int
    items: tuple[Item, ...]
    contingent: tuple[Contingent, ...]
    total_interest_fen: int
    total_fees_fen: int
    total_fen: int
    irr_nominal_ppm: int
    irr_effective_ppm: int
    cap_ppm: int

    @property
    def strictest_ppm(self) -> int:
        """The figure that is held against the cap: the higher of the two."""
        return max(self.irr_nominal_ppm, self.irr_effective_ppm)


def disclosure(
    *,
    principal_fen: int,
    annual_rate_ppm: int,
    schedule: Schedule,
    late: LateTerms,
    cap_ppm: int,
    discounts: Sequence[Discount] = (),
    fees: Sequence[Fee] = (),
    recipient: str = LENDER,
    manner: Manner = MONTHLY,
) -> Cost:
    """The full cost of a schedule at its real, already discounted, rate.

    Each discount is shown as an item of its own, against the rate without it, and so stays inside
    the total. Raises AboveTheCap when the stricter yearly figure, or what late payment costs
    over a year, is above the cap.
    """
    flows = [_flows(principal_fen, schedule)]
    flows += [_charged(flows[0], fees[: count + 1]) for count in range(len(fees))]
    items = (
        *_interest_items(principal_fen, annual_rate_ppm, discounts, schedule, recipient, manner),
        *_fee_items(fees, flows, schedule),
    )
    total_fen = principal_fen - sum(flows[-1])
    interest_fen = sum(row.interest_fen for row in schedule)
    cost = Cost(
        principal_fen=principal_fen,
        items=items,
        contingent=(_late_item(late),),
        total_interest_fen=interest_fen,
        total_fees_fen=total_fen - principal_fen - interest_fen,
        total_fen=total_fen,
        irr_nominal_ppm=irr.annual_nominal_ppm(flows[-1], a_year(schedule)),
        irr_effective_ppm=irr.annual_effective_ppm(flows[-1], a_year(schedule)),
        cap_ppm=cap_ppm,
    )
    _insist_on_the_cap(cost.strictest_ppm, cap_ppm)
    _insist_on_the_cap(compounded_daily_ppm(late.annual_rate_ppm), cap_ppm)
    return cost


def late_rate_ppm(*, annual_rate_ppm: int, multiple: Decimal, cap_ppm: int) -> int:
    """The contract rate times the multiple, as far as the cap lets it."""
    return min(int(annual_rate_ppm * multiple), highest_late_rate_ppm(cap_ppm))


def highest_late_rate_ppm(cap_ppm: int) -> int:
    """The highest daily-charged yearly rate that, compounded by the day, is within the cap."""
    return int(DAYS_IN_YEAR * ((1 + cap_ppm / PPM) ** (1 / DAYS_IN_YEAR) - 1) * PPM)


def compounded_daily_ppm(annual_rate_ppm: int) -> int:
    """A daily-charged yearly rate as the yearly figure that compounding would make of it."""
    return round(((1 + annual_rate_ppm / PPM / DAYS_IN_YEAR) ** DAYS_IN_YEAR - 1) * PPM)


def _insist_on_the_cap(annual_ppm: int, cap_ppm: int) -> None:
    if annual_ppm > cap_ppm:
        raise AboveTheCap(annual=f"{percent(annual_ppm):.2f}", cap=f"{percent(cap_ppm):.2f}")


def a_year(schedule: Schedule) -> float:
    """How many periods a year has."""
    return MONTHS_IN_YEAR / schedule[0].months


def _flows(principal_fen: int, schedule: Schedule) -> list[int]:
    """What the borrower gets (+) and pays (-), period by period."""
    return [principal_fen, *(-row.total_fen for row in schedule)]


def _charged(flows: Sequence[int], fees: Sequence[Fee]) -> list[int]:
    once = sum(fee.amount_fen for fee in fees if not fee.is_each_instalment)
    each = sum(fee.amount_fen for fee in fees if fee.is_each_instalment)
    return [flows[0] - once, *(flow - each for flow in flows[1:])]


def _interest_items(
    principal_fen: int,
    annual_rate_ppm: int,
    discounts: Sequence[Discount],
    schedule: Schedule,
    recipient: str,
    manner: Manner,
) -> Iterator[Item]:
    """Interest at the rate without discounts, and each discount as less of it, one by one."""
    full_rate_ppm = annual_rate_ppm + sum(each.rate_ppm for each in discounts)
    steps = [
        _interest_at(principal_fen, rate_ppm, schedule, manner, is_own=rate_ppm == annual_rate_ppm)
        for rate_ppm in accumulate((-each.rate_ppm for each in discounts), initial=full_rate_ppm)
    ]
    fens, ppms = (list(_never_rising(figures)) for figures in zip(*steps, strict=True))
    how = "MONTHLY_ON_BALANCE" if schedule[0].months == 1 else "BY_PERIOD_ON_BALANCE"
    yield Item("INTEREST", recipient, how, fens[0], ppms[0], standard_ppm=full_rate_ppm)
    for index, each in enumerate(discounts):
        yield Item(
            each.code,
            recipient,
            "LOWER_RATE_TO_FLOOR",
            fens[index + 1] - fens[index],
            ppms[index + 1] - ppms[index],
            standard_ppm=-each.rate_ppm,
            floor_ppm=each.floor_ppm,
        )


def _never_rising(figures: Sequence[int]) -> Iterator[int]:
    """Figures of lower and lower rates, down to the real one, without what rounding added.

    Rows are rounded one by one, so that a rate a few millionths lower may come out a few fen
    dearer. Such a discount is told as nothing, never as a cost.
    """
    real, most = figures[-1], max(figures[0], figures[-1])
    for each in figures:
        most = min(most, max(each, real))
        yield most


def _interest_at(
    principal_fen: int, rate_ppm: int, schedule: Schedule, manner: Manner, *, is_own: bool
) -> tuple[int, int]:
    """Interest in all and its yearly rate, had the loan this rate; at its own, of its schedule."""
    if not is_own:
        schedule = scheduled(
            principal_fen=principal_fen,
            annual_rate_ppm=rate_ppm,
            months=sum(row.months for row in schedule),
            starts_on=schedule[0].starts_on,
            manner=manner,
        )
    fen = sum(row.interest_fen for row in schedule)
    return fen, irr.annual_nominal_ppm(_flows(principal_fen, schedule), a_year(schedule))


def _fee_items(
    fees: Sequence[Fee], flows: Sequence[list[int]], schedule: Schedule
) -> Iterator[Item]:
    """Each fee's rate is what it adds to the rate of all before it, so that the parts sum."""
    rates = [irr.annual_nominal_ppm(each, a_year(schedule)) for each in flows]
    for fee, (before_ppm, after_ppm) in zip(fees, pairwise(rates), strict=True):
        yield Item(
            fee.code,
            fee.recipient,
            "WITH_EACH_INSTALMENT" if fee.is_each_instalment else "ONCE_AT_START",
            fee.amount_fen * (len(schedule) if fee.is_each_instalment else 1),
            after_ppm - before_ppm,
            standard_fen=fee.amount_fen,
        )


def _late_item(late: LateTerms) -> Contingent:
    return Contingent(
        "LATE_PENALTY",
        late.recipient,
        "DAILY_ON_OVERDUE_PRINCIPAL",
        late.annual_rate_ppm,
        late.grace_days,
    )
