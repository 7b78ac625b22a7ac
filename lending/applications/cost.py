"""The price of an offer: schedule, cost, and the cost table with its words. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from common.texts import gettext_noop
from lending.calc.contracts import Instalment
from lending.calc.cost import Cost, Discount, LateTerms, disclosure, late_rate_ppm
from lending.calc.methods.manner import MONTHLY, Manner, kept, read, scheduled

ITEMS: Mapping[str, str] = {
    "INTEREST": gettext_noop("Interest"),
    "TIER_DISCOUNT": gettext_noop("Your discount for paying on time"),
    "POINTS_DISCOUNT": gettext_noop("Your discount bought with points"),
    # Tables from before the two were told apart.
    "REWARD_DISCOUNT": gettext_noop("Your discount for paying on time"),
    "LATE_PENALTY": gettext_noop("If you pay late"),
}
# A table from before the two were told apart names the bought one so too.
BOUGHT = frozenset({"POINTS_DISCOUNT", "REWARD_DISCOUNT"})
RECIPIENTS: Mapping[str, str] = {
    "LENDER": gettext_noop("the lender"),
}
CHARGED: Mapping[str, str] = {
    "MONTHLY_ON_BALANCE": gettext_noop("each month on what you still owe, at %(rate)s a year"),
    "BY_PERIOD_ON_BALANCE": gettext_noop(
        "with each instalment on what you still owe, at %(rate)s a year"
    ),
    "LOWER_RATE": gettext_noop("takes %(rate)s a year off the rate, for the whole loan"),
    "LOWER_RATE_TO_FLOOR": gettext_noop(
        "takes %(rate)s a year off the rate, for the whole loan; no discount takes the rate of "
        "this product below %(floor)s"
    ),
    "ONCE_AT_START": gettext_noop("once, when the money is paid out"),
    "WITH_EACH_INSTALMENT": gettext_noop("with each instalment"),
    "DAILY_ON_OVERDUE_PRINCIPAL": gettext_noop(
        "%(rate)s a year by the day, only on principal that is overdue; nothing when you pay "
        "within %(grace)s days, otherwise from the day after the due date"
    ),
}


@dataclass(frozen=True, slots=True)
class Price:
    """What a loan of this size and length costs at this rate, and what being late costs.

    `discount_ppm` is the whole discount, `points_discount_ppm` the part of it that was bought.
    """

    amount_fen: int
    term_months: int
    annual_rate_ppm: int
    discount_ppm: int
    penalty_rate_ppm: int
    grace_days: int
    cap_ppm: int
    manner: Manner = MONTHLY
    points_discount_ppm: int = 0
    floor_rate_ppm: int = 0

    @property
    def discounts(self) -> tuple[Discount, ...]:
        """Each discount for itself; what was bought comes first, the tier fills what is left."""
        parts = {
            "TIER_DISCOUNT": self.discount_ppm - self.points_discount_ppm,
            "POINTS_DISCOUNT": self.points_discount_ppm,
        }
        return tuple(
            Discount(code, rate_ppm, self.floor_rate_ppm)
            for code, rate_ppm in parts.items()
            if rate_ppm
        )


@dataclass(frozen=True, slots=True)
class Quoted:
    """A schedule with its cost."""

    schedule: tuple[Instalment, ...]
    cost: Cost
    manner: Manner = MONTHLY

    @property
    def instalment_fen(self) -> int:
        """The amount of every instalment but the last; where they differ, of the first."""
        return self.schedule[0].total_fen


def discounted(
    *, base_rate_ppm: int, wanted_discount_ppm: int, floor_rate_ppm: int
) -> tuple[int, int]:
    """The rate and the discount that was really given: never below the product's floor."""
    given_ppm = max(min(wanted_discount_ppm, base_rate_ppm - floor_rate_ppm), 0)
    return base_rate_ppm - given_ppm, given_ppm


def penalty_rate_ppm(*, annual_rate_ppm: int, multiple_ppm: int, cap_ppm: int) -> int:
    """The yearly rate on overdue principal, within the cap."""
    return late_rate_ppm(
        annual_rate_ppm=annual_rate_ppm,
        multiple=Decimal(multiple_ppm) / 1_000_000,
        cap_ppm=cap_ppm,
    )


def quoted(price: Price, *, starts_on: date) -> Quoted:
    """The schedule from a day, and its full cost. Raises AboveTheCap."""
    schedule = scheduled(
        principal_fen=price.amount_fen,
        annual_rate_ppm=price.annual_rate_ppm,
        months=price.term_months,
        starts_on=starts_on,
        manner=price.manner,
    )
    cost = disclosure(
        principal_fen=price.amount_fen,
        annual_rate_ppm=price.annual_rate_ppm,
        schedule=schedule,
        late=LateTerms(annual_rate_ppm=price.penalty_rate_ppm, grace_days=price.grace_days),
        cap_ppm=price.cap_ppm,
        discounts=price.discounts,
        manner=price.manner,
    )
    return Quoted(schedule=schedule, cost=cost, manner=price.manner)


def states(content: Mapping[str, Any], price: Price) -> bool:
    """Whether a cost table is one of this price, on whatever day it was made, with its notice."""
    if "risk" not in content or read(content) != price.manner:
        return False
    rates_ppm = [price.annual_rate_ppm + price.discount_ppm]
    parts_ppm = [-each.rate_ppm for each in price.discounts]
    if any(each["code"] == "REWARD_DISCOUNT" for each in content["items"]):
        parts_ppm = [sum(parts_ppm)]
    late = content["contingent"][0]
    return (content["principal_fen"], content["term_months"]) == (
        price.amount_fen,
        price.term_months,
    ) and ([each["standard_ppm"] for each in content["items"]], late["annual_rate_ppm"]) == (
        rates_ppm + parts_ppm,
        price.penalty_rate_ppm,
    )


def content(quote: Quoted) -> dict[str, Any]:
    """The cost table as plain JSON: the same figures on the page, in the API, in the contract."""
    return (
        asdict(quote.cost)
        | kept(quote.manner)
        | {
            "strictest_ppm": quote.cost.strictest_ppm,
            "instalment_fen": quote.instalment_fen,
            "term_months": sum(row.months for row in quote.schedule),
            "schedule": [
                {
                    "number": row.number,
                    "due_on": row.due_on.isoformat(),
                    "principal_fen": row.principal_fen,
                    "interest_fen": row.interest_fen,
                    "total_fen": row.total_fen,
                }
                for row in quote.schedule
            ],
        }
    )


def item(code: str) -> str:
    """What a line of the cost is called."""
    return ITEMS.get(code, code)


def recipient(code: str) -> str:
    """Who receives it."""
    return RECIPIENTS.get(code, code)


def charged(code: str) -> str:
    """How it is charged; `%(rate)s` and `%(grace)s` are filled in after translating."""
    return CHARGED.get(code, code)
