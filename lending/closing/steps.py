"""What happens to one range of loans on one day, in one transaction, in this order."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from common.transactions import required
from lending.closing import pictures, plain, quarantine, reminders
from lending.closing.models import ClosingRange, QuarantinedLoan
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import Line
from lending.loans.models import Loan, LoanState
from lending.mandates import planning
from lending.servicing import actions as servicing

DAY = timedelta(days=1)
FOLDED_AT_ONCE = 2_000
Values = dict[str, int | str | date]
Loans = list[int]
PENALTY_ACCOUNTS = {chart.PENALTY_RECEIVABLE, chart.PENALTY_INCOME}


@dataclass(slots=True)
class Folded:
    """What folding brought: which loans, what their books lack, and how many failed."""

    loans: Loans = field(default_factory=list)
    failed: int = 0
    interest: list[Line] = field(default_factory=list)
    penalty: list[Line] = field(default_factory=list)

    def take(self, loan_id: int, lines: tuple[Line, ...]) -> None:
        """Penalty goes into an entry of its own where it is balanced by itself."""
        penalty = [line for line in lines if line.account_code in PENALTY_ACCOUNTS]
        if sum(line.amount_fen for line in penalty):
            penalty = []
        self.penalty += penalty
        self.interest += [line for line in lines if line not in penalty]
        self.loans.append(loan_id)


@required
def close_range(claimed: ClosingRange) -> None:
    """Carry the range's loans, post what they earned, keep their pictures, plan debits, remind."""
    values: Values = {
        "day": claimed.day,
        "first": claimed.first_loan_id,
        "last": claimed.last_loan_id,
        "sweep": claimed.sweep,
    }
    _execute(plain.LOCK, values)
    ahead = _ahead(values)
    carried = _carry_plainly(values) if claimed.sweep == 1 else 0
    folded = _fold(claimed)
    _take_pictures(claimed.day, [*ahead, *folded.loans])
    _post(claimed, values, folded)
    planning.plan(
        first_loan=claimed.first_loan_id,
        last_loan=claimed.last_loan_id,
        opening=claimed.day + DAY,
    )
    reminders.send(claimed)
    ClosingRange.objects.filter(pk=claimed.pk).update(
        closed_at=Now(),
        loans=carried + len(folded.loans),
        folded=len(folded.loans),
        quarantined=folded.failed,
    )


def _ahead(values: Values) -> Loans:
    with connection.cursor() as cursor:
        cursor.execute(plain.AHEAD, values)
        return [loan_id for (loan_id,) in cursor.fetchall()]


def _take_pictures(day: date, loan_ids: Loans) -> None:
    with connection.cursor() as cursor:
        cursor.execute(plain.PICTURE, {"day": day, "loans": loan_ids})


def _carry_plainly(values: Values) -> int:
    """The loans without an event, all at once; where one spoils it, nobody: then all are folded."""
    try:
        with transaction.atomic():
            _execute(plain.BY_SETS, values)
            carried = _execute(plain.CARRY, values)
            _execute(plain.AS_EVER, values)
    except OperationalError:
        raise
    except DatabaseError:
        return 0
    return carried


def _fold(claimed: ClosingRange) -> Folded:
    """The loans with an event: all in one block, and one by one where a loan spoils the block."""
    behind = list(_behind(claimed))
    try:
        with transaction.atomic():
            return _together(behind, claimed.day)
    except OperationalError:
        raise
    except quarantine.FAULTS:
        return _one_by_one(list(_behind(claimed)), claimed.day)


def _behind(claimed: ClosingRange) -> QuerySet[Loan]:
    """Running loans of the range that have not seen the end of the day and may be carried."""
    kept = QuarantinedLoan.objects.filter(released_at=None).values("loan_id")
    return (
        Loan.objects.filter(
            pk__gte=claimed.first_loan_id,
            pk__lte=claimed.last_loan_id,
            state=LoanState.ACTIVE,
            carried_through__lt=claimed.day,
        )
        .exclude(pk__in=kept)
        .select_related("product")
        .order_by("pk")
    )


def _together(behind: list[Loan], day: date) -> Folded:
    """Who lacks only this day, a few statements for many; who lacks more, day by day."""
    folded = Folded()
    ready = [loan for loan in behind if loan.carried_through == day - DAY]
    for start in range(0, len(ready), FOLDED_AT_ONCE):
        picked = ready[start : start + FOLDED_AT_ONCE]
        for number, carried in servicing.bring_forward_together(picked=picked, through=day).items():
            folded.take(number, carried.lines)
    for loan in behind:
        if loan.carried_through != day:
            folded.take(loan.pk, _carried(loan, day))
    return folded


def _one_by_one(behind: list[Loan], day: date) -> Folded:
    folded = Folded()
    for loan in behind:
        try:
            with transaction.atomic():
                lines = _carried(loan, day)
        except OperationalError:
            raise
        except quarantine.FAULTS as error:
            quarantine.put(loan_id=loan.pk, day=day, code=quarantine.reason(error))
            folded.failed += 1
        else:
            folded.take(loan.pk, lines)
    return folded


def _carried(loan: Loan, day: date) -> tuple[Line, ...]:
    """One loan through the day, and through those before it under their own dates."""
    first = loan.carried_through
    servicing.catch_up(loan=loan, through=day - DAY)
    if first is not None and first < day - DAY:
        pictures.fill(loan, first=first + DAY, last=day - DAY)
    return servicing.bring_forward(loan=loan, through=day).lines


def _post(claimed: ClosingRange, values: Values, folded: Folded) -> None:
    """One entry for what the range earned by time, and one for what lateness cost."""
    ledger.post_rows(
        entry_key=f"accrual:{claimed.day.isoformat()}:{claimed.pk}",
        business_date=claimed.day,
        kind="ACCRUAL",
        rows=plain.INTEREST_EARNED,
        values=values | {"receivable": chart.INTEREST_RECEIVABLE, "income": chart.INTEREST_INCOME},
        lines=folded.interest,
    )
    ledger.post_rows(
        entry_key=f"penalty:{claimed.day.isoformat()}:{claimed.pk}",
        business_date=claimed.day,
        kind="PENALTY",
        rows=plain.PENALTY_EARNED,
        values=values | {"receivable": chart.PENALTY_RECEIVABLE, "income": chart.PENALTY_INCOME},
        lines=folded.penalty,
    )


def _execute(statement: str, values: Values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
