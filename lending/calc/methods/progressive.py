"""Schedules over payouts in tranches and over money that comes early.

The level instalment is counted again from the period that holds a tranche, on the balance that it
opens with and all that is paid out in it; a tranche on a due date belongs to the next period. The
interest of a period is rounded for each of its parts with one balance. Principal that comes before
its due date stops bearing interest that day. Where more of it came than the instalment has,
interest that did not come with it is carried to the next one. Where the rate changes, the level is
counted again from that period on, and what was paid ahead stays. The conventions are those that
Apache Fineract publishes.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from common.rates import PPM
from lending.calc.conventions.arithmetic import arithmetic_of
from lending.calc.conventions.day_counts import year_part_between
from lending.calc.conventions.due_dates import Span
from lending.calc.conventions.rounding import divided, rounded
from lending.calc.methods import amortisation
from lending.calc.methods.fees import lent_fen
from lending.calc.plans import CourseNotCounted, ImpossibleTerms, Method, Plan, Tranche

Move = tuple[date, int]
# From that day on this yearly rate, in parts per million.
Turn = tuple[date, int | Fraction]
METHODS = {Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.INTEREST_ONLY, Method.BULLET}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came on a day for one instalment, counted from 1."""

    on: date
    instalment: int
    principal_fen: int = 0
    interest_fen: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A period as it comes out: what is due with it, and the balances around it.

    `brought_fen` comes from the period before; `opening_fen` has the money of the first day, too.
    `balance_fen` is what stays after the due date, with the money of that day.
    """

    span: Span
    brought_fen: int
    opening_fen: int
    principal_fen: int
    interest_fen: int
    carried_fen: int
    balance_fen: int

    @property
    def total_fen(self) -> int:
        """What is to be paid on the due date."""
        return self.principal_fen + self.interest_fen


@dataclass(frozen=True)
class Progress:
    """A plan with what was paid out and paid in so far; `targets` are levels or principals.

    What is counted from it once is kept, as it never changes. `known` are the lines so far: those
    of a progress that differs from this one later only are taken over, so that many tranches do
    not count all of them again and again.
    """

    plan: Plan
    spans: tuple[Span, ...]
    factors: tuple[Fraction, ...]
    level_factors: tuple[Fraction, ...]
    targets: tuple[int, ...]
    payouts: tuple[Tranche, ...] = ()
    payments: tuple[Payment, ...] = ()
    turns: tuple[Turn, ...] = ()
    known: list[Line] = field(init=False, repr=False, compare=False, default_factory=list)

    def lines(self) -> tuple[Line, ...]:
        """Every period in turn."""
        self.line(len(self.spans) - 1)
        return tuple(self.known)

    def line(self, index: int) -> Line:
        """One period; those after it are not counted for it."""
        walk = self._walk
        while len(self.known) <= index:
            self.known.append(next(walk))
        return self.known[index]

    @cached_property
    def moves(self) -> Mapping[int, Sequence[Move]]:
        """What changes the balance within each period, day by day; late money changes nothing."""
        found: dict[int, list[Move]] = defaultdict(list)
        for payout in self.payouts:
            found[self.index_of(payout.disbursed_on)].append(
                (payout.disbursed_on, payout.amount_fen)
            )
        for each in self.payments:
            if each.on < self.spans[each.instalment - 1].ends_on:
                found[self.index_of(each.on)].append((each.on, -each.principal_fen))
        return {index: sorted(moves) for index, moves in found.items()}

    @cached_property
    def early_fen(self) -> Mapping[int, int]:
        """Principal that came before its due date, by the period that it came for."""
        found: dict[int, int] = defaultdict(int)
        for each in self.payments:
            if each.on < self.spans[each.instalment - 1].ends_on:
                found[each.instalment - 1] += each.principal_fen
        return found

    def rate_on(self, day: date) -> Fraction:
        """The yearly rate, as a part of one, of the day that begins then."""
        known = [rate_ppm for turn, rate_ppm in self.turns if turn <= day]
        return Fraction(known[-1] if known else self.plan.annual_rate_ppm) / PPM

    def is_paid(self, index: int) -> bool:
        """Whether all that the period asks for came before its due date."""
        return 0 < self.targets[index] <= self.early_fen.get(index, 0)

    def index_of(self, day: date) -> int:
        """The period that holds the day, its first day included; -1 before, between and after."""
        index = bisect_right(self._starts, day) - 1
        return index if index >= 0 and day < self.spans[index].ends_on else -1

    @cached_property
    def _starts(self) -> Sequence[date]:
        return [span.starts_on for span in self.spans]

    @cached_property
    def _walk(self) -> Iterator[Line]:
        """The lines from the last known one on: its balance may have more money of its last day."""
        if not self.known:
            return _lines(self, 0, 0, 0)
        again = self.known.pop()
        carried_fen = self.known[-1].carried_fen if self.known else 0
        return _lines(self, len(self.known), again.brought_fen, carried_fen)


def begun(
    plan: Plan,
    spans: Sequence[Span],
    factors: Sequence[Fraction],
    level_factors: Sequence[Fraction],
) -> Progress:
    """The plan with its tranches, in their order, and nothing paid.

    Raises ImpossibleTerms, CourseNotCounted for another method.
    """
    if plan.method not in METHODS:
        raise CourseNotCounted(method=plan.method)
    if not plan.periods:
        raise ImpossibleTerms
    nothing = (0,) * len(spans)
    progress = Progress(plan, tuple(spans), tuple(factors), tuple(level_factors), nothing)
    first = Tranche(disbursed_on=plan.first_disbursed_on, amount_fen=lent_fen(plan))
    for tranche in (first, *plan.tranches):
        progress = paid_out(progress, tranche)
    return progress


def paid_out(progress: Progress, tranche: Tranche) -> Progress:
    """With one tranche more, and instalments counted again from its period on.

    Raises ImpossibleTerms for a tranche of nothing, or outside the periods.
    """
    index = progress.index_of(tranche.disbursed_on)
    if index < 0 or tranche.amount_fen <= 0:
        raise ImpossibleTerms
    start = max(index, progress.plan.grace.principal_periods)
    if start >= len(progress.spans):
        raise ImpossibleTerms
    more = _same_before(index, progress, replace(progress, payouts=(*progress.payouts, tranche)))
    # Nothing of principal falls due in grace, so that the balance there is all that was paid out.
    balance_fen = more.line(index).brought_fen + sum(
        each.amount_fen for each in more.payouts if more.index_of(each.disbursed_on) == index
    )
    return _retargeted(more, start, balance_fen)


def received(progress: Progress, payment: Payment) -> Progress:
    """With one payment more. Raises ImpossibleTerms for one of no instalment or too early."""
    is_known = 1 <= payment.instalment <= len(progress.spans)
    if not is_known or payment.on < progress.plan.first_disbursed_on:
        raise ImpossibleTerms
    return replace(progress, payments=(*progress.payments, payment))


def _retargeted(progress: Progress, start: int, balance_fen: int) -> Progress:
    plan, left = progress.plan, range(start, len(progress.spans))
    if plan.method is Method.EQUAL_PRINCIPAL:
        return _aimed(progress, left, divided(balance_fen, len(left), plan.rounding))
    if plan.method is not Method.EQUAL_INSTALMENT:
        return _aimed(progress, left, 0)
    return levelled(progress, left, level_over(progress, left, balance_fen))


def level_over(progress: Progress, left: Sequence[int], balance_fen: int) -> int:
    """The level instalment of some periods that repay a balance, and hold what came for them."""
    factors = [progress.level_factors[each] for each in left]
    ahead_fen = _ahead_fen(progress, left, factors)
    return amortisation.level_of(progress.plan, balance_fen + ahead_fen, factors)


def _ahead_fen(progress: Progress, left: Sequence[int], factors: Sequence[Fraction]) -> int:
    """What the periods hold beside the balance, at what it is worth when the first begins.

    That is principal that came for them before, and interest that the period before left over.
    """
    came, total, worth = Counter[int](), Fraction(0), Fraction(1)
    for payment in progress.payments:
        if payment.on < progress.spans[left[0]].starts_on:
            came[payment.instalment - 1] += payment.principal_fen
    if left[0] and progress.payments:
        came[left[0]] += progress.line(left[0] - 1).carried_fen
    if not any(came[index] for index in left):
        return 0
    for index, factor in zip(left, factors, strict=True):
        worth /= 1 + factor
        total += worth * came[index]
    return rounded(total, progress.plan.rounding)


def levelled(progress: Progress, left: Sequence[int], level_fen: int) -> Progress:
    """With that level for some periods, or one that is closer to what the last of them asks."""
    found, last = _aimed(progress, left, level_fen), left[-1]
    if not progress.plan.tune_last_instalment:
        return found
    gap_fen = found.lines()[last].total_fen - level_fen
    other_fen = amortisation.tuned(gap_fen, level_fen, len(left), progress.plan)
    if other_fen is None:
        return found
    other = _aimed(progress, left, other_fen)
    return other if abs(other.lines()[last].total_fen - other_fen) < abs(gap_fen) else found


def _aimed(progress: Progress, left: Sequence[int], target_fen: int) -> Progress:
    targets = list(progress.targets)
    for each in left:
        targets[each] = target_fen
    return _same_before(left[0], progress, replace(progress, targets=tuple(targets)))


def _same_before(index: int, before: Progress, after: Progress) -> Progress:
    """With the known lines before a period from which alone two differ.

    Money that was paid ahead reaches back, as it decides which period takes what rounding leaves.
    """
    if not before.payments and index > 0:
        before.line(index - 1)
        after.known.extend(before.known[:index])
    return after


def _lines(progress: Progress, start: int, brought_fen: int, carried_fen: int) -> Iterator[Line]:
    """The periods from one on, with what comes into it from the period before."""
    last = _last_unpaid(progress)
    for index in range(start, len(progress.spans)):
        span = progress.spans[index]
        moves = progress.moves.get(index, ())
        opening_fen = brought_fen + _first_day_moves(progress, index)
        interest_fen = carried_fen + interest_of(progress, index, brought_fen)
        early_fen = progress.early_fen.get(index, 0)
        # What may fall due at the end: principal not yet here, and that which came early for it.
        most_fen = brought_fen + sum(fen for _, fen in moves) + early_fen
        due_fen = interest_fen if index >= last else _fitting(progress, index, interest_fen)
        wanted_fen = max(_wanted(progress, index, due_fen), early_fen)
        if index == last:
            wanted_fen = most_fen - _still_to_come_fen(progress, index)
        principal_fen = min(wanted_fen, most_fen)
        carried_fen = interest_fen - due_fen
        kept_fen = most_fen - principal_fen
        is_end = index == len(progress.spans) - 1
        later_fen = 0 if is_end else _first_day_moves(progress, index + 1)
        yield Line(
            span, brought_fen, opening_fen, principal_fen, due_fen, carried_fen,
            kept_fen + later_fen,
        )  # fmt: skip
        brought_fen = kept_fen


def _last_unpaid(progress: Progress) -> int:
    """The period that takes what rounding leaves: the last one that is not paid ahead."""
    every = range(len(progress.spans))
    if not progress.payments:
        return every[-1]
    return max((each for each in every if not progress.is_paid(each)), default=every[-1])


def _still_to_come_fen(progress: Progress, index: int) -> int:
    """Principal that comes for later instalments, and only after this period."""
    return sum(
        each.principal_fen
        for each in progress.payments
        if each.instalment - 1 > index and progress.index_of(each.on) > index
    )


def _first_day_moves(progress: Progress, index: int) -> int:
    first = progress.spans[index].starts_on
    return sum(fen for day, fen in progress.moves.get(index, ()) if day == first)


def _fitting(progress: Progress, index: int, interest_fen: int) -> int:
    """All interest, or only what came of it where more principal came than the instalment has."""
    early_fen = progress.early_fen.get(index, 0)
    if progress.plan.method is not Method.EQUAL_INSTALMENT or not early_fen:
        return interest_fen
    if early_fen <= progress.targets[index] - interest_fen:
        return interest_fen
    mine = (each for each in progress.payments if each.instalment == index + 1)
    return min(interest_fen, sum(each.interest_fen for each in mine))


def _wanted(progress: Progress, index: int, interest_fen: int) -> int:
    if index < progress.plan.grace.principal_periods:
        return 0
    is_level = progress.plan.method is Method.EQUAL_INSTALMENT
    return max(progress.targets[index] - (interest_fen if is_level else 0), 0)


def interest_of(progress: Progress, index: int, balance_fen: int, *, until: date = date.max) -> int:
    """Interest of a period up to a day, each part with one balance rounded for itself."""
    span, plan, arithmetic = progress.spans[index], progress.plan, arithmetic_of(progress.plan)
    if index < plan.grace.interest_free_periods:
        return 0
    total_fen, start = 0, span.starts_on
    end = max(min(span.ends_on, until), start)
    turns = [(day, 0) for day, _ in progress.turns]
    for day, delta_fen in [*sorted((*progress.moves.get(index, ()), *turns)), (end, 0)]:
        stop = min(day, end)
        if stop > start:
            factor = _factor(progress, index, start, stop)
            total_fen += rounded(arithmetic.interest(balance_fen, factor), plan.rounding)
            start = stop
        balance_fen += delta_fen
    return total_fen


def _factor(progress: Progress, index: int, start: date, end: date) -> Fraction:
    """Interest for each fen over some days of a period; that of all of them is known."""
    span, plan = progress.spans[index], progress.plan
    if (start, end) == (span.starts_on, span.ends_on):
        return progress.factors[index]
    part = year_part_between(span, start, end, plan.day_count, plan.frequency)
    return arithmetic_of(plan).factor(progress.rate_on(start), part)
