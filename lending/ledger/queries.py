"""What stands in the books. Balances are always sums of postings; nothing else is kept."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import connection
from django.db.models import Count, Sum

from lending.ledger.models import LedgerEntry, LedgerPosting

# In plain SQL, because every payment asks.
_BALANCES = """
SELECT account_id, sum(amount_fen) FROM lending_ledgerposting
 WHERE loan_id = %s GROUP BY account_id ORDER BY account_id
"""


def balance_fen(account_code: str, *, on: date | None = None) -> int:
    """The balance of one account, debit positive, through a day (all days without one)."""
    postings = LedgerPosting.objects.filter(account_id=account_code)
    if on is not None:
        postings = postings.filter(entry__business_date__lte=on)
    return int(postings.aggregate(total=Sum("amount_fen"))["total"] or 0)


def loan_balances_fen(loan_id: int) -> dict[str, int]:
    """Every account's balance for one loan, by account code; zero balances are left away."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, [loan_id])
        return {code: int(total) for code, total in cursor.fetchall() if total}


def balances_of_loans_fen(loan_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The same for many loans, by loan and account code; a loan without postings has none."""
    numbers = list(loan_ids)
    found: dict[int, dict[str, int]] = {number: {} for number in numbers}
    rows = (
        LedgerPosting.objects.filter(loan_id__in=numbers)
        .values_list("loan_id", "account_id")
        .annotate(total=Sum("amount_fen"))
        .order_by("loan_id", "account_id")
    )
    for loan_id, code, total in rows:
        if loan_id is not None and total:
            found[loan_id][code] = total
    return found


def balances_by_loan_fen(account_code: str, loan_ids: Iterable[int]) -> dict[int, int]:
    """One account's balance for many loans."""
    rows = (
        LedgerPosting.objects.filter(account_id=account_code, loan_id__in=list(loan_ids))
        .values_list("loan_id")
        .annotate(total=Sum("amount_fen"))
        .order_by("loan_id")
    )
    return {loan_id: total for loan_id, total in rows if loan_id is not None}


def booked_on(account_code: str, *, kind: str, on: date) -> tuple[int, int]:
    """How many entries of a kind touched an account on a day, and with how much in sum."""
    touched = LedgerPosting.objects.filter(
        account_id=account_code, entry__kind=kind, entry__business_date=on
    ).aggregate(entries=Count("entry_id", distinct=True), fen=Sum("amount_fen", default=0))
    return int(touched["entries"]), int(touched["fen"])


def trial_balance_fen(*, on: date | None = None) -> dict[str, int]:
    """All balances through a day, by account code. They always add up to zero."""
    postings = LedgerPosting.objects.all()
    if on is not None:
        postings = postings.filter(entry__business_date__lte=on)
    rows = postings.values_list("account_id").annotate(total=Sum("amount_fen"))
    return dict(rows.order_by("account_id"))


def entries_of_loan(loan_id: int) -> list[LedgerPosting]:
    """Every posting of one loan with its entry, newest first."""
    rows = LedgerPosting.objects.filter(loan_id=loan_id).select_related("entry", "account")
    return list(rows.order_by("-entry_id", "account_id"))


def kind_fen(*, account_code: str, kind: str) -> int:
    """What all entries of a kind have written to an account."""
    rows = LedgerPosting.objects.filter(account_id=account_code, entry__kind=kind)
    return int(rows.aggregate(total=Sum("amount_fen"))["total"] or 0)


def written_fen(*, account_code: str, key_prefix: str) -> int:
    """What all entries whose key begins so have written to an account."""
    rows = LedgerPosting.objects.filter(
        account_id=account_code, entry__entry_key__startswith=key_prefix
    )
    return int(rows.aggregate(total=Sum("amount_fen"))["total"] or 0)


def days_of(entry_keys: Collection[str]) -> dict[str, date]:
    """The business date of entries by their key; what was not written is left out."""
    rows = LedgerEntry.objects.filter(entry_key__in=entry_keys)
    return dict(rows.values_list("entry_key", "business_date"))
