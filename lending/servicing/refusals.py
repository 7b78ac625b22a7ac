"""What may not happen to a loan, each with its own word. Nothing is written on any of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from common.errors import Refused
from common.money import yuan
from common.periods import add_months
from common.rates import PPM
from common.texts import gettext_noop
from lending.calc import settlement
from lending.calc.contracts import (
    CHANGES_OF_TERMS,
    MAY_BE_NOTHING,
    UNDOING,
    LoanState,
    Terms,
    Transaction,
    TransactionKind,
)
from lending.calc.fold import fold, returned_fen
from lending.products.caps import excess

DAYS_IN_YEAR = 365
MOST_PERIODS = 120
# Measures on personal loans, 2024, art. 39: a loan of up to a year may become twice as long, a
# longer one as long as loans of its kind may be. A new plan (RESTRUCTURE) is another thing.
SHORT_MONTHS = 12
LENGTHENING = frozenset({TransactionKind.EXTENSION, TransactionKind.HOLIDAY})
FARTHEST_AHEAD = timedelta(days=366)
Kind = TransactionKind


class NotPaidOutYet(Refused):
    """The loan has no money out, or had none on that day."""

    code = "LOAN_NOT_PAID_OUT_YET"
    message = gettext_noop("On that day the loan had not been paid out.")
    advice = gettext_noop("Choose a day on which the loan was running.")
    status = 422


class DayNotReached(Refused):
    """The day has not come."""

    code = "DAY_NOT_REACHED"
    message = gettext_noop("That day has not come yet.")
    advice = gettext_noop("Choose today or an earlier day.")
    status = 422


class NotReversible(Refused):
    """Only a payment or a change that stands can be undone."""

    code = "NOT_REVERSIBLE"
    message = gettext_noop("This entry cannot be undone.")
    advice = gettext_noop(
        "A payout, and what has been undone already, stay. Look at the loan's transactions."
    )


class AmountNotPossible(Refused):
    """More than there is."""

    code = "SERVICING_AMOUNT_TOO_HIGH"
    message = gettext_noop("At most ¥%(most)s is possible here.")
    advice = gettext_noop("Enter that amount or less.")
    status = 422


class AmountMissing(Refused):
    """What moves or forgives money has to say how much."""

    code = "CHANGE_AMOUNT_MISSING"
    message = gettext_noop("Enter an amount for this change.")
    advice = gettext_noop("It must be at least ¥0.01.")
    status = 422


class ChangeWithoutEffect(Refused):
    """The loan would be the same."""

    code = "CHANGE_WITHOUT_EFFECT"
    message = gettext_noop("This would change nothing on the loan.")
    advice = gettext_noop("Look at the schedule: perhaps it is paid, or the terms are the same.")


class TermsNotPossible(Refused):
    """The new terms are none, or dearer than what was signed."""

    code = "CHANGED_TERMS_NOT_POSSIBLE"
    message = gettext_noop("These new terms are not possible.")
    advice = gettext_noop(
        "The rate may only fall, a new due date must lie within a year from today, and up to 120 "
        "periods may be given."
    )
    status = 422


class ExtensionTooLong(Refused):
    """More time than the law lets a lender give without a new plan."""

    code = "EXTENSION_TOO_LONG"
    message = gettext_noop("This loan can be extended until %(until)s at most.")
    advice = gettext_noop("Choose fewer periods, or agree on a new plan for the loan.")
    status = 422


class NoSellerPaid(Refused):
    """The money went to the borrower."""

    code = "NO_SELLER_PAID"
    message = gettext_noop("This loan was paid to you, not to a school or shop.")
    advice = gettext_noop("If you gave something back, pay the money in early: it costs no fee.")
    status = 422


class AboveTheCapWithFee(Refused):
    """With this fee, the loan could cost more than the law allows."""

    code = "CHARGE_ABOVE_THE_CAP"
    message = gettext_noop("With this fee the loan would cost more than %(cap)s %% a year.")
    advice = gettext_noop("At most ¥%(most)s in fees can still be asked.")
    status = 422


@dataclass(frozen=True, slots=True)
class Asked:
    """What shall happen, the loan's terms and log, the business date, and the law of the loan.

    `on_its_way_fen` was agreed before, is of the same kind, and is not yet in the log.
    """

    transaction: Transaction
    terms: Terms
    log: Sequence[Transaction]
    on: date
    cap_ppm: int
    longest_months: int
    on_its_way_fen: int = 0

    def state(self, *, with_it: bool = False) -> LoanState:
        """The loan today, without what is asked or with it."""
        log = [*self.log, self.transaction] if with_it else self.log
        return fold(self.terms, log, self.on)


def insist_on_whole(kind: Kind, *, amount_fen: int, reverses: int | None) -> None:
    """Raises NotReversible where no entry is named, AmountMissing where an amount is needed."""
    if kind in UNDOING and reverses is None:
        raise NotReversible
    if amount_fen <= 0 and kind not in MAY_BE_NOTHING:
        raise AmountMissing


def insist(asked: Asked) -> None:
    """Raise the refusal that fits, or none."""
    asked_for = asked.transaction
    if asked_for.value_date > asked.on:
        raise DayNotReached
    if asked_for.value_date < asked.terms.disbursed_on:
        raise NotPaidOutYet
    if asked_for.kind in UNDOING:
        _insist_on_standing(asked_for, asked.log)
    if asked_for.kind in CHANGES_OF_TERMS:
        _insist_on_terms(asked)
    if asked_for.kind in MOST:
        _insist_on_amount(asked)
    if asked.state() == asked.state(with_it=True):
        raise ChangeWithoutEffect


def _insist_on_standing(asked_for: Transaction, log: Iterable[Transaction]) -> None:
    by_sequence = {each.sequence: each for each in log}
    undone = {each.reverses for each in log if each.reverses is not None}
    target = by_sequence.get(asked_for.reverses or 0)
    if target is None or target.sequence in undone:
        raise NotReversible
    if target.kind in UNDOING | {Kind.DISBURSEMENT, Kind.CREDIT_BALANCE_REFUND}:
        raise NotReversible


def _insist_on_terms(asked: Asked) -> None:
    change, state = asked.transaction.change, asked.state()
    rate_ppm = change.annual_rate_ppm
    is_dearer = rate_ppm is not None and not 0 <= rate_ppm <= state.annual_rate_ppm
    is_due_ahead = change.due_on is None or asked.on < change.due_on <= asked.on + FARTHEST_AHEAD
    is_none = asked.transaction.kind in {Kind.HOLIDAY, Kind.EXTENSION} and change.periods < 1
    if is_dearer or not is_due_ahead or is_none or not 0 <= change.periods <= MOST_PERIODS:
        raise TermsNotPossible
    if asked.transaction.kind in LENGTHENING:
        _insist_on_length(asked)


def _insist_on_length(asked: Asked) -> None:
    """Counted from what was signed, over every extension: the last due date says it all."""
    schedule = asked.terms.schedule
    signed_months = sum(row.months for row in schedule)
    most_months = max(asked.longest_months, signed_months)
    if signed_months <= SHORT_MONTHS:
        most_months = min(2 * signed_months, most_months)
    until = add_months(
        schedule[-1].due_on,
        most_months - signed_months,
        anchor_day=max(asked.terms.disbursed_on.day, schedule[-1].due_on.day),
    )
    last_on = max((line.due_on for line in asked.state(with_it=True).instalments), default=until)
    if last_on > max(until, _last_due_on(asked)):
        raise ExtensionTooLong(until=until.isoformat())


def _last_due_on(asked: Asked) -> date:
    """A loan whose days were moved before keeps them: it is only not made longer."""
    return max(line.due_on for line in asked.state().instalments)


def _insist_on_amount(asked: Asked) -> None:
    most_fen = MOST[asked.transaction.kind](asked) - asked.on_its_way_fen
    if 0 < asked.transaction.amount_fen <= most_fen:
        return
    if asked.transaction.kind is Kind.CHARGE:
        raise AboveTheCapWithFee(cap=f"{asked.cap_ppm * 100 / PPM:.2f}", most=yuan(most_fen))
    raise AmountNotPossible(most=yuan(max(most_fen, 0)))


def _forgivable_fen(asked: Asked) -> int:
    return sum(
        line.penalty.outstanding_fen + line.fee.outstanding_fen + line.interest.outstanding_fen
        for line in asked.state().instalments
        if line.due_on <= asked.transaction.value_date
    )


def _returnable_fen(asked: Asked) -> int:
    """A merchant gives back no more than was lent, over all that came back before and stands."""
    return asked.terms.principal_fen - returned_fen(asked.log)


def _chargeable_fen(asked: Asked) -> int:
    """What the cap leaves for fees, whether the loan then runs as planned or is paid off at once.

    As planned: the cap's yearly cost of the principal as it falls due, less what is charged. At
    once: what may be owed today, less what closes the loan; from there no later day is dearer.
    """
    state = asked.state()
    allowed = excess.allowance(state, asked.log, cap_ppm=asked.cap_ppm)
    today_fen = allowed.fen(state.through) - settlement.quote(state).total_fen
    room = sum(
        line.principal.due_fen * (line.due_on - asked.terms.disbursed_on).days
        for line in state.instalments
    )
    cost_fen = sum(
        line.interest.due_fen + line.fee.due_fen + line.penalty.due_fen
        for line in state.instalments
    )
    planned_fen = room * asked.cap_ppm // (DAYS_IN_YEAR * PPM) - cost_fen
    return max(min(planned_fen, today_fen), 0)


MOST: Mapping[TransactionKind, Callable[[Asked], int]] = {
    Kind.WAIVER: _forgivable_fen,
    Kind.CHARGE: _chargeable_fen,
    Kind.MERCHANT_REFUND: _returnable_fen,
    Kind.CREDIT_BALANCE_REFUND: lambda asked: asked.state().overpaid_fen,
}
