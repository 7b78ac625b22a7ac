"""What a partner gets for a month: prepared by one, approved by another, then owed as a bill."""

from datetime import date

from django.db.models import Count, Sum

from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.periods import add_months
from common.texts import gettext_noop
from common.transactions import durable
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import both
from lending.rewards.models import (
    Fulfilment,
    FulfilmentState,
    PartnerStatement,
    RewardPartner,
    StatementState,
)
from lending.rewards.staff import eyes


class MonthNotOver(Refused):
    """A statement covers whole months."""

    code = "STATEMENT_MONTH_NOT_OVER"
    message = gettext_noop("This month is not over yet.")
    advice = gettext_noop("Prepare its statement from the first day of the next month on.")
    status = 422


class NothingToSettle(Refused):
    """Nothing was handed over."""

    code = "STATEMENT_IS_EMPTY"
    message = gettext_noop("This partner handed nothing over that is not settled.")
    advice = gettext_noop("There is nothing to pay.")


@durable
def prepare(*, partner_id: int, month: date, on: date, by: Actor) -> PartnerStatement:
    """Put together what was handed over up to the month's end; the same month again is the same.

    Raises OtherEyesNeeded for who is no staff, NotFound, MonthNotOver, NothingToSettle.
    """
    author_id = eyes.staff(by)
    first = month.replace(day=1)
    after = add_months(first, 1)
    if on < after:
        raise MonthNotOver
    rows = RewardPartner.objects.select_for_update(no_key=True).filter(pk=partner_id)
    if rows.first() is None:
        raise NotFound
    seen = PartnerStatement.objects.filter(partner_id=partner_id, month=first).first()
    if seen is not None:
        return seen
    lines = Fulfilment.objects.filter(
        partner_id=partner_id,
        state=FulfilmentState.DELIVERED,
        statement=None,
        delivered_on__lt=after,
    )
    totals = lines.aggregate(count=Count("pk"), amount_fen=Sum("entitlement__price_fen"))
    if not totals["count"]:
        raise NothingToSettle
    statement = PartnerStatement.objects.create(
        partner_id=partner_id, month=first, author_id=author_id, **totals
    )
    lines.update(statement=statement)
    _note("prepared", statement, by)
    return statement


@durable
def approve(*, statement_id: int, on: date, by: Actor) -> PartnerStatement:
    """Turn a statement of somebody else into a bill to pay; the same again is once.

    Raises NotFound, OtherEyesNeeded, AlreadyDecided.
    """
    statement = lock_one(PartnerStatement.objects.all(), rank=Rank.APPROVAL, pk=statement_id)
    approver_id = eyes.other_than(statement.author_id, by)
    if statement.state != StatementState.PREPARED:
        if statement.approver_id != approver_id:
            raise eyes.AlreadyDecided
        return statement
    statement.state, statement.approver_id = StatementState.APPROVED, approver_id
    statement.save(update_fields=["state", "approver_id"])
    ledger.post(
        entry_key=f"points:statement:{statement.pk}",
        business_date=on,
        kind="PARTNER_SETTLED",
        lines=both(
            debit=chart.PARTNERS_OWED,
            credit=chart.PARTNERS_PAYABLE,
            amount_fen=statement.amount_fen,
            loan_id=None,
        ),
    )
    _note("approved", statement, by)
    return statement


def _note(what: str, statement: PartnerStatement, by: Actor) -> None:
    audit.append(
        action=f"lending.statement.{what}",
        subject=f"statement:{statement.pk}",
        by=by,
        facts={"partner": statement.partner_id, "amount_fen": statement.amount_fen},
    )
