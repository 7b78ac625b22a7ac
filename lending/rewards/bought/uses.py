"""Using what was bought: held for an application, used by a loan, given back by one.

An advantage serves one loan (reliability §5.4, I27). A loan that was given back frees its lower
rate; where the bank takes the giving back back, the loan runs again with that rate. What was not
used since serves it again. What was used, held or returned since has served twice for one price:
the price is then owed in points, as with points that lost their ground (decision 0020). No other
loan or application loses what it was promised, and nobody owes money.
"""

from datetime import date

from common.transactions import required
from lending.rewards import accounts, queries
from lending.rewards.bought.entitlements import (
    EntitlementNotUsable,
    insist_on_nothing_owed,
    is_usable,
    lock_entitlement,
)
from lending.rewards.earning import earn
from lending.rewards.models import Entitlement, EntitlementState, PointsAccount, PointsEntry

# The price of an advantage that served twice is owed, or is so no more.
TWICE, ONCE = "TWICE", "ONCE"
FREE = (EntitlementState.ISSUED, EntitlementState.EXPIRED)


@required
def reserve(*, entitlement_id: int, borrower_id: int, application_id: int, on: date) -> Entitlement:
    """Hold a lower rate for one application; again for the same application is the same.

    Raises NotFound, EntitlementNotUsable, PointsOwed.
    """
    account = accounts.lock(borrower_id)
    entitlement = lock_entitlement(entitlement_id=entitlement_id, borrower_id=borrower_id)
    if entitlement.application_id == application_id and entitlement.state == "RESERVED":
        return entitlement
    is_rate = entitlement.kind == "RATE_DISCOUNT"
    if not is_rate or not is_usable(entitlement=entitlement, on=on):
        raise EntitlementNotUsable
    insist_on_nothing_owed(account)
    entitlement.state = EntitlementState.RESERVED
    entitlement.application_id = application_id
    entitlement.save(update_fields=["state", "application_id"])
    return entitlement


@required
def release(*, application_id: int) -> None:
    """Give a reserved advantage back because its application came to nothing."""
    Entitlement.objects.filter(
        application_id=application_id, state=EntitlementState.RESERVED
    ).update(state=EntitlementState.ISSUED, application_id=None)


@required
def consume(*, application_id: int, loan_id: int) -> None:
    """Use the advantage that was reserved for an application; it serves this loan only."""
    Entitlement.objects.filter(
        application_id=application_id, state=EntitlementState.RESERVED
    ).update(state=EntitlementState.CONSUMED, loan_id=loan_id)


@required
def give_used_back(*, borrower_id: int, loan_id: int, on: date) -> None:
    """A lower rate of a loan given back can be used again, or its price is owed no more."""
    account = accounts.lock(borrower_id)
    Entitlement.objects.filter(
        borrower_id=borrower_id,
        loan_id=loan_id,
        kind="RATE_DISCOUNT",
        state=EntitlementState.CONSUMED,
    ).update(state=EntitlementState.ISSUED, application_id=None, loan_id=None)
    for owed in _owed_twice(account, loan_id):
        _owe_once(account, owed, loan_id, on)


@required
def use_again(
    *, entitlement_id: int, borrower_id: int, application_id: int, loan_id: int, on: date
) -> None:
    """A loan that was given back runs again, and its lower rate with it; again is the same.

    Raises NotFound.
    """
    account = accounts.lock(borrower_id)
    entitlement = lock_entitlement(entitlement_id=entitlement_id, borrower_id=borrower_id)
    if entitlement.state in FREE:
        entitlement.state = EntitlementState.CONSUMED
        entitlement.application_id, entitlement.loan_id = application_id, loan_id
        entitlement.save(update_fields=["state", "application_id", "loan_id"])
        return
    if entitlement.loan_id == loan_id or _owed_twice(account, loan_id):
        return
    for spent in queries.spent_on(entitlement.pk):
        number = PointsEntry.objects.filter(entry_key__startswith=_key(TWICE, loan_id)).count()
        accounts.move(
            account,
            spent.lot,
            kind=TWICE,
            entry_key=f"{_key(TWICE, loan_id)}{number}",
            owed=-spent.points,
            entitlement_id=entitlement.pk,
        )
    accounts.cover(account, on=on)


@required
def consume_waiver(*, entitlement_id: int, borrower_id: int, loan_id: int, on: date) -> int:
    """Use a waiver on one loan; up to how many fen of its late fees are waived.

    The caller waives them in the same transaction. Raises NotFound, EntitlementNotUsable,
    PointsOwed.
    """
    account = accounts.lock(borrower_id)
    entitlement = lock_entitlement(entitlement_id=entitlement_id, borrower_id=borrower_id)
    if entitlement.kind != "FEE_WAIVER" or not is_usable(entitlement=entitlement, on=on):
        raise EntitlementNotUsable
    insist_on_nothing_owed(account)
    entitlement.state, entitlement.loan_id = EntitlementState.CONSUMED, loan_id
    entitlement.save(update_fields=["state", "loan_id"])
    return entitlement.value_fen


def _key(kind: str, loan_id: int) -> str:
    return f"{kind.lower()}:{loan_id}:"


def _owed_twice(account: PointsAccount, loan_id: int) -> list[PointsEntry]:
    """What is owed for a rate that this loan has although another was served with it."""
    said = account.entries.filter(entry_key__startswith=_key(TWICE, loan_id)).order_by("pk")
    undone = account.entries.filter(entry_key__startswith=_key(ONCE, loan_id)).count()
    return list(said.select_related("lot"))[undone:]


def _owe_once(account: PointsAccount, owed: PointsEntry, loan_id: int, on: date) -> None:
    """Owed no more; what was made up for already comes back as points of their own."""
    forgiven = min(owed.owed, account.owed)
    accounts.move(
        account,
        owed.lot,
        kind=ONCE,
        entry_key=owed.entry_key.replace(_key(TWICE, loan_id), _key(ONCE, loan_id)),
        owed=-forgiven,
        entitlement_id=owed.entitlement_id,
    )
    earn(
        borrower_id=account.borrower_id,
        source_kind="REFUND",
        source_id=owed.pk,
        rule=ONCE,
        points=owed.owed - forgiven,
        on=on,
        pending_days=0,
    )
