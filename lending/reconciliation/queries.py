"""What of the statement does not fit yet, how old it is, and how far the days are."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet, Sum

from common.approvals.models import ProposalState
from lending.channels.contracts import StatementLine, Told, readable
from lending.channels.models import ChannelCode
from lending.channels.reconciliation import Excused
from lending.ledger import chart
from lending.ledger import queries as books
from lending.loans import queries as loans
from lending.reconciliation.models import (
    BankLine,
    BreakKind,
    BreakState,
    ReconciledDay,
    StatementBreak,
)

LEADING_DIGITS = re.compile(r"[0-9]+")
# Older than so many days each: the newest first.
AGES = ((0, "0-1"), (2, "2-3"), (4, "4-7"), (8, "8+"))


@dataclass(frozen=True, slots=True)
class Aged:
    """How many open breaks of one kind are how old."""

    kind: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def is_open_on(loan_id: int) -> bool:
    """Whether the bank and we disagree on money of a loan; nothing is collected meanwhile."""
    return StatementBreak.objects.filter(loan_id=loan_id, state=BreakState.OPEN).exists()


def last_line_no(*, bank: str = ChannelCode.SANDBOX) -> int:
    """The last line of the bank's statement that is kept; what comes after it is new."""
    found = BankLine.objects.filter(bank=bank).aggregate(last=Max("line_no"))
    return int(found["last"] or 0)


def ask_after(*, bank: str = ChannelCode.SANDBOX) -> int:
    """After which line to ask for the statement: the last one, or the one before the first hole."""
    places = _holes(bank).values_list("subject", flat=True)
    return min([last_line_no(bank=bank), *(_line_no(place) - 1 for place in places)])


def days_with_holes(*, bank: str) -> list[date]:
    """Days of whose bills something could not be read, and nobody has said what it is."""
    return sorted(set(_holes(bank).values_list("first_day", flat=True)))


def _holes(bank: str) -> QuerySet[StatementBreak]:
    return open_breaks().filter(bank=bank, kind=BreakKind.UNREADABLE)


def _line_no(place: str) -> int:
    """The number with which the place of a hole begins."""
    found = LEADING_DIGITS.match(place)
    assert found is not None
    return max(int(found[0]), 1)


def entered(*, beside: Iterable[Told], bank: str = ChannelCode.SANDBOX) -> list[StatementLine]:
    """Lines that the statement does not say readably, as two people have entered them.

    The bank's own word counts where it has one by now.
    """
    said = {line.id for line in readable(beside)}
    rows = BankLine.objects.filter(
        bank=bank, breaks__kind=BreakKind.UNREADABLE, breaks__resolution="READ_AS"
    )
    return [
        StatementLine(
            id=row.line_no,
            out_trade_no=row.out_trade_no,
            bank_reference=row.bank_reference,
            kind="COLLECT" if row.effect_fen > 0 else "PAY_OUT",
            account=row.account,
            amount_fen=abs(row.effect_fen),
        )
        for row in rows.exclude(line_no__in=said).order_by("line_no")
    ]


def open_breaks() -> QuerySet[StatementBreak]:
    """Breaks that wait for a person, with whatever bank."""
    return StatementBreak.objects.filter(state=BreakState.OPEN)


def open_count(*, bank: str = ChannelCode.SANDBOX) -> int:
    """How many they are with one bank."""
    return open_breaks().filter(bank=bank).count()


def days(*, limit: int) -> QuerySet[ReconciledDay]:
    """The last compared days, the latest first."""
    return ReconciledDay.objects.order_by("-day", "bank")[:limit]


def aging(*, on: date) -> list[Aged]:
    """Open breaks by kind and age."""
    rows = (
        StatementBreak.objects.filter(state=BreakState.OPEN)
        .values("kind", "first_day")
        .annotate(count=Count("pk"))
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        counts = found.setdefault(row["kind"], [0] * len(AGES))
        counts[_age(row["first_day"], on)] += row["count"]
    return [Aged(kind, tuple(counts)) for kind, counts in sorted(found.items())]


def excused() -> Excused:
    """Lines and numbers whose difference was resolved by an entry: the night's walk knows them."""
    rows = StatementBreak.objects.filter(
        state=BreakState.RESOLVED, resolution__in=["TO_SUSPENSE", "SEND_BACK"]
    )
    lines = rows.filter(line__isnull=False).values_list("line__line_no", flat=True)
    numbers = rows.filter(kind="MISSING_THERE").values_list("subject", flat=True)
    said = StatementBreak.objects.filter(
        kind=BreakKind.UNREADABLE, resolution__in=["READ_AS", "NOTHING_MOVED"]
    )
    return Excused(
        frozenset(lines), frozenset(numbers), frozenset(said.values_list("subject", flat=True))
    )


def breaches() -> Iterator[str]:
    """What the books say of fees and of reversed payments, where it is not what happened."""
    told_fen = BankLine.objects.aggregate(fen=Sum("fee_fen", default=0))["fen"]
    booked_fen = books.written_fen(account_code=chart.CHANNEL_FEES, key_prefix="fee:")
    if told_fen != booked_fen:
        yield f"banks have kept {told_fen} in fees, the books say {booked_fen}"
    reversed_fen = loans.reversed_fen()
    aside_fen = -books.kind_fen(account_code=chart.SET_ASIDE, kind="REVERSAL")
    if reversed_fen != aside_fen:
        yield f"payments of {reversed_fen} were reversed, {aside_fen} were set aside for them"


def _age(first_day: date, on: date) -> int:
    days_old = (on - first_day).days
    return sum(days_old >= least for least, _ in AGES[1:])


def is_worked_off(*, bank: str, number: str) -> bool:
    """Whether people have resolved, or are resolving, the line of a number in another way."""
    rows = StatementBreak.objects.filter(bank=bank, subject=number)
    return rows.filter(
        Q(resolution__in=["SEND_BACK", "TO_SUSPENSE"]) | Q(proposals__state=ProposalState.PROPOSED)
    ).exists()
