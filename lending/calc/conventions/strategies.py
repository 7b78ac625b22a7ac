"""Who is paid first, as data: which component of which instalments, in which order.

A strategy is twelve rules, each an age of instalment and a component; the fold spends money along
them. The house's own: fee, penalty, interest, principal, oldest instalment first (Civil Code art.
560 and 561; general knowledge, not yet checked against the text).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Component(StrEnum):
    """What an instalment is made of, in the order in which it is paid."""

    FEE = "FEE"
    PENALTY = "PENALTY"
    INTEREST = "INTEREST"
    PRINCIPAL = "PRINCIPAL"


class Age(StrEnum):
    """Where an instalment stands on the day of a payment."""

    PAST_DUE = "PAST_DUE"
    DUE = "DUE"
    IN_ADVANCE = "IN_ADVANCE"


class Ahead(StrEnum):
    """Which of the instalments that are not yet due takes money first."""

    NEXT = "NEXT"
    LAST = "LAST"


@dataclass(frozen=True, slots=True)
class Rule:
    """One step: this component of instalments of this age."""

    age: Age
    component: Component


@dataclass(frozen=True, slots=True)
class Strategy:
    """Rules in order. Neighbours of one age are spent instalment by instalment.

    `is_across` spends each rule over all instalments of its age before the next rule instead.
    """

    code: str
    rules: tuple[Rule, ...] = field(repr=False)
    is_across: bool = False
    ahead: Ahead = Ahead.NEXT


def of_orders(
    code: str,
    *,
    due: tuple[Component, ...],
    in_advance: tuple[Component, ...],
    is_across: bool = False,
    ahead: Ahead = Ahead.NEXT,
) -> Strategy:
    """One order for what is due, oldest first, and one for what is not due yet."""
    late = [Rule(age, each) for age in (Age.PAST_DUE, Age.DUE) for each in due]
    early = [Rule(Age.IN_ADVANCE, each) for each in in_advance]
    return Strategy(code, (*late, *early), is_across, ahead)


_FEE, _PENALTY, _INTEREST, _PRINCIPAL = Component

DEFAULT = of_orders(
    "FEE_PENALTY_INTEREST_PRINCIPAL", due=tuple(Component), in_advance=tuple(Component)
)

PENALTY_FIRST = of_orders(
    "PENALTIES_FEES_INTEREST_PRINCIPAL_ORDER",
    due=(_PENALTY, _FEE, _INTEREST, _PRINCIPAL),
    in_advance=(_PENALTY, _FEE, _INTEREST, _PRINCIPAL),
)

PRINCIPAL_FIRST_IN_ADVANCE = of_orders(
    "DUE_PENALTY_FEE_INTEREST_PRINCIPAL_IN_ADVANCE_PRINCIPAL_PENALTY_FEE_INTEREST",
    due=(_PENALTY, _FEE, _INTEREST, _PRINCIPAL),
    in_advance=(_PRINCIPAL, _PENALTY, _FEE, _INTEREST),
)

# Twelve rules of their own choosing, as a product sets them; these are the usual ones.
ADVANCED = Strategy(
    "ADVANCED_PAYMENT_ALLOCATION",
    tuple(
        Rule(age, component) for age in Age for component in (_PENALTY, _FEE, _PRINCIPAL, _INTEREST)
    ),
)

STRATEGIES = {
    each.code: each for each in (DEFAULT, PENALTY_FIRST, PRINCIPAL_FIRST_IN_ADVANCE, ADVANCED)
}
