"""What was signed and what happened, as values that the arithmetic takes."""

import json
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum

from borrowers.documents import queries as documents
from borrowers.people import queries as people
from common import rows
from common.errors import NotFound
from common.rows import Statement
from lending.applications import cost
from lending.applications import queries as applications
from lending.applications.contracts import Owed
from lending.applications.disclosed.table import CostLine, rate_parts
from lending.calc import contracts as calc
from lending.calc.methods import manner as manners
from lending.calc.schedule import equal_instalments
from lending.channels import queries as transfers
from lending.loans import agreement, log
from lending.loans.contracts import Grid, Passage, Portfolio
from lending.loans.models import Loan, LoanState, LoanTransaction

# One question in plain SQL, because every decision asks it. What falls due for several months is
# put by for in them, and in a quarter at most, as `scoring.policy.rules` has it.
_OWED = """
SELECT COALESCE(sum(principal_outstanding_fen) FILTER (WHERE state = 'ACTIVE'), 0)
       + COALESCE(sum(principal_fen) FILTER (WHERE state = 'PENDING_DISBURSEMENT'), 0),
       min(oldest_unpaid_due_on) FILTER (WHERE state = 'ACTIVE'),
       COALESCE(sum((
           SELECT max((principal_fen + interest_due_fen)
                      / least(greatest(round((due_on - starts_on) / 30.4375), 1), 3)::bigint)
             FROM lending_instalment AS instalment
            WHERE instalment.loan_id = lending_loan.id AND paid_on IS NULL
       )) FILTER (WHERE state = 'ACTIVE'), 0)
  FROM lending_loan
 WHERE borrower_id = (SELECT borrower_id FROM lending_loanapplication WHERE id = %s)
"""

# And this one every payment.
_LOGS = """
SELECT loan_id, kind, sequence, value_date, amount_fen, reverses_sequence, terms
  FROM lending_loantransaction WHERE loan_id = ANY(%s) ORDER BY loan_id, sequence
"""
_NEXT_SEQUENCE = """
SELECT COALESCE(max(sequence), 0) + 1 FROM lending_loantransaction WHERE loan_id = %s
"""
_OWN = "SELECT id FROM lending_loan WHERE borrower_id = %s AND public_id = %s"

Known = tuple[calc.Terms, list[calc.Transaction]]


def terms_of(loan: Loan) -> calc.Terms:
    """The terms of a loan that was paid out, as they were signed, whatever changed since."""
    return read(loan)[0]


def _terms(loan: Loan, kept: Mapping[str, Any]) -> calc.Terms:
    assert loan.disbursed_on is not None
    manner = manners.read(kept)
    return calc.Terms(
        principal_fen=loan.principal_fen,
        annual_rate_ppm=loan.annual_rate_ppm,
        schedule=_schedule(loan, kept),
        penalty_rate_ppm=loan.penalty_rate_ppm,
        grace_days=loan.grace_days,
        disbursed_on=loan.disbursed_on,
        method=manner.method,
        step_months=manner.step_of(loan.term_months),
    )


def log_of(loan: Loan) -> list[calc.Transaction]:
    """Everything that happened to a loan."""
    return _logs([loan.pk])[loan.pk][0]


def is_undone(*, transfer_id: int, kind: calc.TransactionKind) -> bool:
    """Whether the payment that a transfer brought has been undone in that way."""
    undone = LoanTransaction.objects.filter(
        kind=kind, loan_id=OuterRef("loan_id"), reverses_sequence=OuterRef("sequence")
    )
    return LoanTransaction.objects.filter(Exists(undone), transfer_id=transfer_id).exists()


def reversed_fen() -> int:
    """All money of payments that we have reversed by ourselves."""
    undone = LoanTransaction.objects.filter(
        kind=calc.TransactionKind.REVERSAL,
        loan_id=OuterRef("loan_id"),
        reverses_sequence=OuterRef("sequence"),
    )
    rows = LoanTransaction.objects.filter(Exists(undone), kind__in=calc.MONEY_IN)
    return int(rows.aggregate(total=Sum("amount_fen"))["total"] or 0)


def read(loan: Loan, *, after: Statement | None = None) -> Known:
    """The terms and the log of a loan that was paid out, in one question.

    `after` is sent before it, in the same journey: what has just happened is in the log then.
    """
    return read_together([loan], after=after)[loan.pk]


def read_together(picked: Collection[Loan], *, after: Statement | None = None) -> dict[int, Known]:
    """The same of many loans, by their numbers."""
    logs = _logs([loan.pk for loan in picked], after)
    return {
        loan.pk: (_terms(loan, opening), happened)
        for loan in picked
        for happened, opening in [logs[loan.pk]]
    }


def of_borrower(borrower_id: int) -> QuerySet[Loan]:
    """A borrower's own loans, newest first. Borrowers' doors ask this and never `Loan` by id."""
    return (
        Loan.objects.filter(borrower_id=borrower_id)
        .select_related("product", "contract")
        .order_by("-pk")
    )


def own(borrower_id: int, public_id: str) -> Loan:
    """One of a borrower's own loans. Raises NotFound for anybody else's."""
    loan = of_borrower(borrower_id).filter(public_id=public_id).first()
    if loan is None:
        raise NotFound
    return loan


def own_id(borrower_id: int, public_id: str) -> int:
    """Its number alone. Raises NotFound for anybody else's."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [borrower_id, public_id])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    return int(found[0])


def history(loan: Loan) -> list[LoanTransaction]:
    """What happened to a loan, newest first; `is_undone` tells what was reversed or taken back."""
    undone = LoanTransaction.objects.filter(
        loan_id=OuterRef("loan_id"), reverses_sequence=OuterRef("sequence")
    )
    return list(loan.transactions.annotate(is_undone=Exists(undone)).order_by("-sequence"))


def of_application(application_id: int) -> Loan | None:
    """The loan that was signed for an application."""
    return Loan.objects.filter(contract__application_id=application_id).first()


def application_of(loan_id: int) -> int:
    """The application that a loan was signed for. Raises NotFound."""
    found = Loan.objects.filter(pk=loan_id).values_list("contract__application_id", flat=True)
    if (application_id := found.first()) is None:
        raise NotFound
    return int(application_id)


def unsigned_text(application_id: int, *, on: date, language: str) -> tuple[Passage | Grid, ...]:
    """What would be signed, section by section. Raises NotPossibleNow before the cost is read."""
    offer = applications.signable(application_id)
    party = people.contract_party(offer.borrower_id)
    return agreement.parts(offer=offer, party=party, on=on, language=language)


def unsigned_file(application_id: int, *, on: date, language: str) -> bytes:
    """The same as the PDF that signing would seal. Raises NotPossibleNow, GlyphMissing."""
    offer = applications.signable(application_id)
    party = people.contract_party(offer.borrower_id)
    return agreement.render(offer=offer, party=party, on=on, language=language)


def signed_file(loan: Loan) -> bytes:
    """The contract as it was signed, unsealed."""
    return documents.content(loan.contract.text_id)


def owed_by_applicant(application_id: int, *, on: date) -> Owed:
    """What an applicant owes us over all loans, what is about to be paid out to them included."""
    with connection.cursor() as cursor:
        cursor.execute(_OWED, [application_id])
        outstanding_fen, oldest_due_on, monthly_fen = cursor.fetchone()
    is_late = oldest_due_on is not None and oldest_due_on < on
    return Owed(
        outstanding_fen=int(outstanding_fen),
        days_past_due=(on - oldest_due_on).days if is_late else 0,
        monthly_instalments_fen=int(monthly_fen),
    )


def behind(*, on: date) -> dict[int, date]:
    """Borrowers with something past its day, and since when: the oldest of all their loans."""
    rows = Loan.objects.filter(state=LoanState.ACTIVE, oldest_unpaid_due_on__lt=on)
    found = rows.values_list("borrower_id").annotate(since=Min("oldest_unpaid_due_on"))
    return dict(found.order_by("borrower_id"))


def active_ids(*, after_id: int = 0, limit: int = 1_000) -> list[int]:
    """Ids of active loans in order, a page at a time."""
    rows = Loan.objects.filter(state=LoanState.ACTIVE, pk__gt=after_id).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def by_ids(loan_ids: Collection[int]) -> QuerySet[Loan]:
    """These loans in order, with their product and whom they paid; for staff and watchers."""
    rows = Loan.objects.filter(pk__in=loan_ids)
    return rows.select_related("product", "contract__application__merchant").order_by("pk")


def portfolio(*, on: date) -> Portfolio:
    """All running loans in one statement, as they stand on a day."""

    def later_than(days: int) -> Q:
        return Q(oldest_unpaid_due_on__lt=on - timedelta(days=days))

    sums = Loan.objects.filter(state=LoanState.ACTIVE).aggregate(
        active=Count("pk"),
        past_due=Count("pk", filter=later_than(0)),
        principal_fen=Sum("principal_outstanding_fen", default=0),
        later_than_1_day_fen=Sum("principal_outstanding_fen", filter=later_than(1), default=0),
        later_than_30_days_fen=Sum("principal_outstanding_fen", filter=later_than(30), default=0),
    )
    return Portfolio(**{name: int(figure) for name, figure in sums.items()})


def payouts_failed() -> QuerySet[Loan]:
    """Signed loans whose money was refused and is not on its way again, oldest first."""
    payouts = transfers.payouts().filter(loan_id=OuterRef("pk"))
    waiting = Loan.objects.filter(state=LoanState.PENDING_DISBURSEMENT)
    return (
        waiting.filter(Exists(payouts), ~Exists(payouts.exclude(state="FAILED")))
        .select_related("product")
        .order_by("pk")
    )


def days_past_due(loan: Loan, on: date) -> int:
    """From the oldest unpaid due date, grace included, or zero."""
    if loan.oldest_unpaid_due_on is None or loan.state != LoanState.ACTIVE:
        return 0
    return max((on - loan.oldest_unpaid_due_on).days, 0)


def next_sequence(loan: Loan) -> int:
    """The number of the loan's next transaction; the caller holds the loan's lock."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_SEQUENCE, [loan.pk])
        return int(cursor.fetchone()[0])


def _logs(
    loan_ids: list[int], after: Statement | None = None
) -> dict[int, tuple[list[calc.Transaction], Mapping[str, Any]]]:
    """What happened to some loans, and how each was paid out."""
    logs: dict[int, list[calc.Transaction]] = {number: [] for number in loan_ids}
    opening: dict[int, Mapping[str, Any]] = {}
    asked = Statement(_LOGS, [loan_ids])
    found = rows.send(asked) if after is None else rows.send(after, asked)
    for loan_id, kind, sequence, value_date, amount_fen, reverses, terms in found:
        said = json.loads(terms)
        happened = calc.Transaction(
            kind=calc.TransactionKind(kind),
            sequence=sequence,
            value_date=value_date,
            amount_fen=amount_fen,
            reverses=reverses,
            change=log.change_of(said),
        )
        logs[loan_id].append(happened)
        if happened.kind is calc.TransactionKind.DISBURSEMENT:
            opening[loan_id] = said
    return {number: (logs[number], opening.get(number, {})) for number in loan_ids}


def _schedule(loan: Loan, kept: Mapping[str, Any]) -> tuple[calc.Instalment, ...]:
    """The schedule of the payout; loans from before it was kept had equal monthly instalments."""
    if kept:
        return log.schedule_of(kept)
    assert loan.disbursed_on is not None
    return equal_instalments(
        principal_fen=loan.principal_fen,
        annual_rate_ppm=loan.annual_rate_ppm,
        months=loan.term_months,
        starts_on=loan.disbursed_on,
    )


def rate_parts_of(loan: Loan) -> tuple[CostLine, ...]:
    """The rate before discounts and each discount, as the confirmed cost table says; or nothing."""
    return rate_parts(loan.contract.disclosure.content)


def bought_discount_of(loan: Loan) -> int | None:
    """What was bought with points and lowers this loan's rate, as its confirmed table says."""
    items = loan.contract.disclosure.content["items"]
    if not any(each["code"] in cost.BOUGHT for each in items):
        return None
    return loan.contract.application.entitlement_id


def product_code(loan_id: int) -> str:
    """Which product a loan is of."""
    return str(Loan.objects.values_list("product__code", flat=True).get(pk=loan_id))
