"""The catalogue: what is in it, how much of it there is, and whether it is open."""

from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable
from lending.rewards.models import Benefit
from lending.rewards.staff import eyes


class StockNotANumber(Refused):
    """Less than nothing."""

    code = "STOCK_NOT_A_NUMBER"
    message = gettext_noop("There cannot be less than none of a thing.")
    advice = gettext_noop("Enter how many there are, or leave it empty for no limit.")
    status = 422


@durable
def set_stock(*, benefit_id: int, stock: int | None, is_open: bool, by: Actor) -> Benefit:
    """Say how many there are now, nothing meaning no limit, and whether it can be bought.

    Raises OtherEyesNeeded for who is no staff, NotFound, StockNotANumber.
    """
    eyes.staff(by)
    if stock is not None and stock < 0:
        raise StockNotANumber
    row = Benefit.objects.select_for_update(no_key=True).filter(pk=benefit_id).first()
    if row is None:
        raise NotFound
    before = row.stock
    row.stock, row.is_open = stock, is_open
    row.save(update_fields=["stock", "is_open"])
    audit.append(
        action="lending.benefit.stocked",
        subject=f"benefit:{row.code}",
        by=by,
        facts={"before": before, "after": stock, "is_open": is_open},
    )
    return row
