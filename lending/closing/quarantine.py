"""Loans that could not be closed: named with the reason, left behind, caught up once repaired."""

from datetime import date

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.transactions import durable, required
from lending.closing import pictures
from lending.closing.models import QuarantinedLoan
from lending.loans.models import Loan, LoanState
from lending.servicing import actions as servicing

log = structlog.get_logger(__name__)
# What may be wrong with one loan: its log, its figures, its rows. A lost connection is not.
FAULTS = (ArithmeticError, AssertionError, AttributeError, DatabaseError, LookupError, Refused,
          RuntimeError, TypeError, ValueError)  # fmt: skip

_PUT = """
INSERT INTO lending_quarantinedloan (loan_id, day, code, attempts) VALUES (%s, %s, %s, 1)
ON CONFLICT (loan_id) WHERE released_at IS NULL
DO UPDATE SET code = EXCLUDED.code, attempts = lending_quarantinedloan.attempts + 1,
              left_at = statement_timestamp()
"""


@required
def put(*, loan_id: int, day: date, code: str) -> None:
    """Leave a loan behind on a day; once more is the same one with one attempt more."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [loan_id, day, code[:80]])
    log.error("loan_left_behind", loan_id=loan_id, code=code)


@durable
def retry(*, quarantined_id: int, through: date, by: Actor) -> str:
    """Catch a loan up to the end of a day because a person says it is repaired.

    The answer is what is still wrong with it, and nothing where it is caught up. Raises NotFound
    where it is not left behind (any more).
    """
    row = QuarantinedLoan.objects.filter(pk=quarantined_id, released_at=None).first()
    if row is None:
        raise NotFound
    failed = _failure(row, through)
    audit.append(
        action="lending.loan.closing_retried",
        subject=f"loan:{row.loan.public_id}",
        by=by,
        facts={"code": failed, "through": through.isoformat()},
    )
    return failed


@required
def release_repaired(*, through: date) -> int:
    """Catch up whoever can be caught up by now, how many; the others stay with one attempt more."""
    left = QuarantinedLoan.objects.filter(released_at=None).order_by("loan_id")
    return sum(not _failure(row, through) for row in left)


def _failure(row: QuarantinedLoan, through: date) -> str:
    """Catch the loan up in a block of its own; the name of what went wrong, or nothing."""
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=row.loan_id)
    try:
        with transaction.atomic():
            _catch_up(loan, row, through)
    except OperationalError:
        raise
    except FAULTS as error:
        put(loan_id=row.loan_id, day=row.day, code=reason(error))
        return reason(error)
    return ""


def reason(error: Exception) -> str:
    """A code or the name of a class, never a message: messages may hold what is not for logs."""
    return str(getattr(error, "code", None) or type(error).__name__)


def _catch_up(loan: Loan, row: QuarantinedLoan, through: date) -> None:
    if loan.state == LoanState.ACTIVE:
        servicing.catch_up(loan=loan, through=through)
    pictures.fill(loan, first=row.day, last=through)
    QuarantinedLoan.objects.filter(pk=row.pk).update(released_at=Now())


def left_behind() -> QuerySet[QuarantinedLoan]:
    """Loans that wait for a person."""
    return QuarantinedLoan.objects.filter(released_at=None)


def count() -> int:
    """How many they are."""
    return left_behind().count()
