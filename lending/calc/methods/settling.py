"""What settles one instalment of a progressive schedule on a day, or all of them, and paying it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from lending.calc.methods.progressive import Payment, Progress, interest_of, received
from lending.calc.plans import ImpossibleTerms


@dataclass(frozen=True, slots=True)
class Payable:
    """What settles one instalment on a day, or all of them."""

    outstanding_fen: int
    principal_fen: int
    interest_fen: int


def spread(progress: Progress, *, on: date, amount_fen: int) -> Progress:
    """An amount shared out: oldest instalment first, interest to the day before principal."""
    interest_had, principal_had = Counter[int](), Counter[int]()
    for each in progress.payments:
        interest_had[each.instalment] += each.interest_fen
        principal_had[each.instalment] += each.principal_fen
    for number in range(1, len(progress.spans) + 1):
        if not amount_fen:
            break
        owed = payable(progress, number, on)
        interest_fen = max(owed.interest_fen - interest_had[number], 0)
        principal_fen = max(owed.principal_fen - principal_had[number], 0)
        interest_fen = min(interest_fen, amount_fen)
        principal_fen = min(principal_fen, amount_fen - interest_fen)
        amount_fen -= interest_fen + principal_fen
        if interest_fen or principal_fen:
            payment = Payment(
                on=on, instalment=number, principal_fen=principal_fen, interest_fen=interest_fen
            )
            progress = received(progress, payment)
    if amount_fen:
        raise ImpossibleTerms
    return progress


def payable(progress: Progress, number: int, on: date) -> Payable:
    """What an instalment takes on a day: interest to the day, and the rest of it as principal."""
    lines = progress.lines()
    line = lines[number - 1]
    carried_fen = 0
    # What the period before leaves over is known when it has ended.
    if number > 1 and lines[number - 2].span.ends_on <= on:
        carried_fen = lines[number - 2].carried_fen
    interest_fen = carried_fen + interest_of(progress, number - 1, line.brought_fen, until=on)
    interest_fen = min(interest_fen, line.interest_fen)
    return Payable(line.opening_fen, line.total_fen - interest_fen, interest_fen)


def payoff(progress: Progress, on: date) -> Payable:
    """What closes the loan on a day."""
    lines = progress.lines()
    out_fen = sum(each.amount_fen for each in progress.payouts if each.disbursed_on <= on)
    principal_fen = out_fen - sum(each.principal_fen for each in progress.payments)
    interest_fen = sum(line.interest_fen for line in lines if line.span.ends_on <= on)
    for number, line in enumerate(lines, start=1):
        if line.span.starts_on <= on < line.span.ends_on:
            interest_fen += payable(progress, number, on).interest_fen
    interest_fen -= sum(each.interest_fen for each in progress.payments)
    return Payable(principal_fen, principal_fen, max(interest_fen, 0))
