"""Who owns what part of a loan on which day: a log of sales and buybacks, made into shares. Pure.

Shares are whole parts per million and always add up to the whole loan. A transfer counts from the
day on which it settles, that day included, in whatever order it became known. There is no table
of owners yet: whoever keeps one makes these transfers from its rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from common.errors import Refused
from common.rates import PPM
from common.texts import gettext_noop


class SharesNotWhole(Refused):
    """The first owners' shares are not the whole loan, or one of them is nothing."""

    code = "OWNER_SHARES_NOT_WHOLE"
    message = gettext_noop("The shares of a loan's owners must add up to the whole loan.")
    advice = gettext_noop("Give every owner more than nothing, and all of them 100 %% together.")
    status = 422


class TransferUnreadable(Refused):
    """Nothing moves, it moves from somebody to the same one, or a number stands for two."""

    code = "OWNER_TRANSFER_UNREADABLE"
    message = gettext_noop("Transfer %(sequence)s says nothing that can be booked.")
    advice = gettext_noop("A transfer has its own number, two different owners and a share.")
    status = 422


class TransferBeforePayout(Refused):
    """There is nothing to sell before the loan is paid out, nor on that day."""

    code = "OWNER_TRANSFER_BEFORE_PAYOUT"
    message = gettext_noop("A loan can change hands from the day after its payout on.")
    advice = gettext_noop("Settle on a later day.")
    status = 422


class MoreThanOwned(Refused):
    """Somebody sells, or gives back, a larger share than is theirs on that day."""

    code = "MORE_THAN_OWNED"
    message = gettext_noop(
        "On %(on)s this owner has %(owned)s parts per million of the loan, not %(share)s."
    )
    advice = gettext_noop("Transfer no more than what is owned on the day of settlement.")


class NotSoldBefore(Refused):
    """Only what was sold by one to the other can be bought back, and only once."""

    code = "NOT_SOLD_BEFORE"
    message = gettext_noop(
        "Between these owners %(sold)s parts per million are sold by then, not %(share)s."
    )
    advice = gettext_noop("Buy back no more than what was sold and is not bought back yet.")


class Kind(StrEnum):
    """How a share changes hands."""

    SALE = "SALE"
    BUYBACK = "BUYBACK"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A share that goes from one owner to another; a buyback goes to whoever had sold it."""

    kind: Kind
    sequence: int
    settles_on: date
    seller: str
    buyer: str
    share_ppm: int


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` on, until the next period begins, on which the shares are the same."""

    since: date
    shares_ppm: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Register:
    """The owners of one loan over time: periods without a gap, the first from the payout on."""

    periods: tuple[Period, ...]

    def on(self, day: date) -> Mapping[str, int]:
        """The shares of a day; before its payout a loan belongs to its first owners."""
        found = self.periods[0]
        for period in self.periods:
            if period.since <= day:
                found = period
        return found.shares_ppm


def register(
    *, paid_out_on: date, first_shares_ppm: Mapping[str, int], transfers: Iterable[Transfer] = ()
) -> Register:
    """The owners of a loan; the same transfer told again is one, in any order of arrival.

    Raises SharesNotWhole, TransferUnreadable, TransferBeforePayout, MoreThanOwned, NotSoldBefore.
    """
    if sum(first_shares_ppm.values()) != PPM or min(first_shares_ppm.values()) <= 0:
        raise SharesNotWhole
    owned = dict(first_shares_ppm)
    sold: dict[tuple[str, str], int] = {}
    days: dict[date, Mapping[str, int]] = {paid_out_on: MappingProxyType(dict(owned))}
    for each in _in_order(transfers):
        if each.settles_on <= paid_out_on:
            raise TransferBeforePayout
        _move(each, owned, sold)
        held = {owner: share_ppm for owner, share_ppm in owned.items() if share_ppm}
        days[each.settles_on] = MappingProxyType(held)
    return Register(periods=tuple(Period(since, shares) for since, shares in days.items()))


def _in_order(transfers: Iterable[Transfer]) -> list[Transfer]:
    told: dict[int, Transfer] = {}
    for each in transfers:
        is_other = told.setdefault(each.sequence, each) != each
        if is_other or each.share_ppm <= 0 or each.seller == each.buyer:
            raise TransferUnreadable(sequence=each.sequence)
    return sorted(told.values(), key=lambda each: (each.settles_on, each.sequence))


def _move(each: Transfer, owned: dict[str, int], sold: dict[tuple[str, str], int]) -> None:
    if each.kind is Kind.SALE:
        sold[each.seller, each.buyer] = sold.get((each.seller, each.buyer), 0) + each.share_ppm
    else:
        still_sold_ppm = sold.get((each.buyer, each.seller), 0)
        if each.share_ppm > still_sold_ppm:
            raise NotSoldBefore(sold=still_sold_ppm, share=each.share_ppm)
        sold[each.buyer, each.seller] = still_sold_ppm - each.share_ppm
    owned_ppm = owned.get(each.seller, 0)
    if each.share_ppm > owned_ppm:
        raise MoreThanOwned(on=each.settles_on.isoformat(), owned=owned_ppm, share=each.share_ppm)
    owned[each.seller] = owned_ppm - each.share_ppm
    owned[each.buyer] = owned.get(each.buyer, 0) + each.share_ppm
