"""Very many loans, quickly: a few are made one by one, the rest are copies of them.

For the bench of closing only, in a database that is thrown away: loans then need no contract, so
that no application and no offer has to be made up for each.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from lending.closing import actions as closing
from lending.loans.models import Loan
from lending.servicing import actions as servicing
from lending.servicing import invariants
from lending.tests import builders, closing_loans
from lending.tests.calc_loans import opening, terms_of

# How many days ago the loans were paid out, by so many in a thousand: most run, some are late, and
# on each of the days that are closed the due date or the grace of a few has just passed unpaid, so
# that they have to be folded. Who pays on the due date is folded by the payment, not by closing.
RUNNING, UNPAID, LATE = range(1, 25), range(30, 35), range(36, 51)
PER_MILLE = {UNPAID: 25, LATE: 50}
FIRST_ID = 10_000_000

_COPY = """
INSERT INTO {table} ({columns}) SELECT {values}
  FROM {table} AS kept JOIN bench_copy AS copy ON copy.old_id = kept.{key} ORDER BY copy.new_id
"""
_COLUMNS = """
SELECT attname FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
# A row as it was signed: a worker may have paid it out while its copies are made.
_PATTERN = """
INSERT INTO lending_loan SELECT (jsonb_populate_record(NULL::lending_loan, to_jsonb(kept)
       || jsonb_build_object('id', %(id)s, 'contract_id', %(id)s, 'public_id', %(id)s::text,
                             'carried_through', NULL))).*
  FROM lending_loan AS kept WHERE id = %(from)s
"""
# Mixed well, as loans are: every range has some of each kind.
_NUMBERS = """
CREATE TEMP TABLE bench_copy AS
SELECT {first} + row_number() OVER (ORDER BY md5(old_id || '-' || copy)) AS new_id, old_id
  FROM (SELECT unnest(%s::bigint[]) AS old_id, unnest(%s::int[]) AS copies) AS wanted,
       generate_series(1, copies) AS copy
"""
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
 WHERE contype = 'f' AND conrelid IN ('lending_loan'::regclass, 'lending_instalment'::regclass,
                                      'lending_loantransaction'::regclass)
"""
_ENTRY = """
INSERT INTO lending_ledgerentry (entry_key, business_date, kind)
VALUES ('bench:opened', %s, 'OPENED') RETURNING id
"""
_POSTINGS = """
INSERT INTO lending_ledgerposting (entry_id, account_id, loan_id, amount_fen)
SELECT %s, kept.account_id, copy.new_id, kept.amount_fen
  FROM lending_ledgerposting AS kept JOIN bench_copy AS copy ON copy.old_id = kept.loan_id
 ORDER BY copy.new_id
"""


def made(owner: Any, *, count: int, through: date) -> None:
    """So many loans, all carried to the end of a day."""
    with owner.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS)
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        patterns = _patterns(cursor, through)
        copies = _copies(patterns, count)
        cursor.execute("BEGIN")
        cursor.execute(
            _NUMBERS.format(first=FIRST_ID), [list(copies.keys()), list(copies.values())]
        )
        _copy_rows(cursor, through)
        cursor.execute("COMMIT")
        cursor.execute("ANALYZE lending_loan, lending_loancourse, lending_instalment")


def _patterns(cursor: Any, through: date) -> dict[int, int]:
    """One loan for each day of payout: its number by how many days ago that was."""
    builders.open_books(through)
    signed = builders.signed(builders.person("Lin"), amount_fen=1_200_000)
    found = {}
    for place, days in enumerate([*RUNNING, *UNPAID, *LATE], start=1):
        cursor.execute(_PATTERN, {"id": FIRST_ID - 1000 + place, "from": signed.pk})
        loan = Loan.objects.get(pk=FIRST_ID - 1000 + place)
        terms = terms_of(disbursed_on=through - timedelta(days=days), months=3)
        with transaction.atomic():
            closing_loans.become(loan, terms, [opening(terms)], through)
        found[days] = loan.pk
    return found


def _copies(patterns: dict[int, int], count: int) -> dict[int, int]:
    shares = {RUNNING: 1000 - sum(PER_MILLE.values()), **PER_MILLE}
    return {
        patterns[days]: count * per_mille // 1000 // len(group)
        for group, per_mille in shares.items()
        for days in group
    }


def _copy_rows(cursor: Any, through: date) -> None:
    own = {"id": "copy.new_id", "contract_id": "copy.new_id", "public_id": "copy.new_id::text"}
    _copy(cursor, "lending_loan", own, key="id")
    _copy(cursor, "lending_loancourse", {"loan_id": "copy.new_id"}, key="loan_id")
    for table in ("lending_instalment", "lending_loantransaction"):
        number = f"nextval(pg_get_serial_sequence('{table}', 'id'))"
        _copy(cursor, table, {"id": number, "loan_id": "copy.new_id"}, key="loan_id")
    cursor.execute(_ENTRY, [through])
    cursor.execute(_POSTINGS, cursor.fetchone())


def _copy(cursor: Any, table: str, own: dict[str, str], *, key: str) -> None:
    """Every column as it is, except those that are a copy's own."""
    cursor.execute(_COLUMNS, [table])
    names = [name for (name,) in cursor.fetchall()]
    values = [own.get(name, f"kept.{name}") for name in names]
    cursor.execute(
        _COPY.format(table=table, columns=", ".join(names), values=", ".join(values), key=key)
    )


def closed(day: date) -> int:
    """Close all ranges of a day as one worker does; how many ranges."""
    closing.plan(day=day)
    return closing.help_close(day=day)


def folded_one_by_one(day: date, *, count: int) -> int:
    """The same with the ORM: each loan locked, folded, saved and posted in its own transaction."""
    numbers = Loan.objects.filter(state="ACTIVE", carried_through__lt=day, pk__gt=FIRST_ID)
    picked = list(numbers.order_by("pk").values_list("pk", flat=True)[:count])
    for number in picked:
        with transaction.atomic():
            loan = Loan.objects.select_for_update().get(pk=number)
            servicing.catch_up(loan=loan, through=day)
    return len(picked)


def breaches(*, every: int) -> list[str]:
    """What is wrong with every so-manieth loan."""
    picked = Loan.objects.filter(pk__gt=FIRST_ID, disbursed_on__isnull=False).order_by("pk")
    return [said for loan in picked[::every] for said in invariants.of_loan(loan)]
