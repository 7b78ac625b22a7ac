"""Looking at loans: repayment facts of all, records only of those who allow it now."""

from collections.abc import Sequence
from datetime import date

from borrowers.behaviour import queries as behaviour
from borrowers.consent import queries as consents
from borrowers.consent.purposes import POST_LOAN_WATCH
from common.crypto.blind_index import merchant_code
from lending.loans import queries as loans
from monitoring.watch import records, rules
from monitoring.watch.contracts import Finding, Income, WatchedLoan
from monitoring.watch.records import Records

Found = tuple[WatchedLoan, Finding]


def findings(loan_ids: Sequence[int], *, on: date) -> list[Found]:
    """What the rules say about the running loans among these, on a day."""
    watched = _watched(loan_ids)
    if not watched:
        return []
    seen = _Seen({loan.borrower_id for loan, _ in watched}, on)
    return [
        (loan, finding)
        for loan, merchants in watched
        for finding in seen.findings(loan, merchants, on)
    ]


class _Seen:
    """The records of the borrowers who allow the watch; of the others nothing is read."""

    def __init__(self, borrower_ids: set[int], on: date) -> None:
        allowed = sorted(consents.active_ids(borrower_ids, POST_LOAN_WATCH))
        self._places = {borrower_id: place for place, borrower_id in enumerate(allowed)}
        self._records: Records | None = None
        self._incomes: list[Income | None] = []
        if allowed:
            columns = behaviour.columns_of_many(allowed)
            self._records = records.read(columns, segments=len(allowed), on=on)
            self._incomes = records.incomes(self._records)

    def findings(
        self, loan: WatchedLoan, merchants: Sequence[int], on: date
    ) -> tuple[Finding, ...]:
        place = self._places.get(loan.borrower_id)
        if place is None or self._records is None:
            return rules.findings(loan, on=on)
        return rules.findings(
            loan,
            on=on,
            income=self._incomes[place],
            activity=records.activity(self._records, place, loan, merchants=merchants),
        )


def _watched(loan_ids: Sequence[int]) -> list[tuple[WatchedLoan, tuple[int, ...]]]:
    """The running loans among these, each with the codes of the merchant that was paid."""
    found = []
    for loan in loans.by_ids(loan_ids):
        if loan.state != "ACTIVE" or loan.disbursed_on is None:
            continue
        merchant = loan.contract.application.merchant
        names = (merchant.name_zh, merchant.name_en) if merchant else ()
        facts = WatchedLoan(
            loan_id=loan.pk,
            public_id=loan.public_id,
            borrower_id=loan.borrower_id,
            scene=loan.product.scene,
            principal_fen=loan.principal_fen,
            disbursed_on=loan.disbursed_on,
            oldest_unpaid_due_on=loan.oldest_unpaid_due_on,
            is_paid_to_merchant=merchant is not None,
        )
        found.append((facts, tuple(merchant_code(name) for name in names)))
    return found
