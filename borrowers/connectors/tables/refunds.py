"""Refund rows find the payment they undo, and are counted once.

The wallets tell of a refund in four ways: a note in the status of the payment, a column of the
payment, a row of its own, or several of them at once. So what a payment states is believed, and
refund rows count only where it states nothing; never both. Refund rows themselves are never income.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from operator import itemgetter

from borrowers.connectors.categories import OWN_MONEY
from borrowers.connectors.contracts import Category, Direction, EventStatus, Platform
from borrowers.connectors.tables.drafts import Draft

LATEST = timedelta(days=90)
# A resold bill may hold thousands of payments to one merchant; the nearest ones are enough.
NEAREST = 300
NOBODY = (None,)
# Alipay numbers a refund as the payment's number, a separator and a number of its own.
SEPARATORS = "_*"


def link(drafts: Sequence[Draft]) -> frozenset[int]:
    """Set `refunded_fen` on every payment and `parent_native_id` on every refund that finds one.

    The row numbers of the refunds that found none here: paid before this bill begins.
    """
    alone = set()
    payments = Payments(sorted(filter(can_be_refunded, drafts), key=by_time))
    for refund in sorted(filter(is_refund, drafts), key=by_time):
        payment = payments.undone_by(refund)
        if payment is None:
            # Its number still tells which payment it was.
            alone.add(refund.row_number)
            refund.parent_native_id = stem(refund.native_id) if refund.has_lasting_id else ""
        else:
            refund.parent_native_id = payment.native_id
            payments.claim(payment, refund.amount_fen)
    for payment in payments.all:
        settle(payment, payments.claimed.get(payment.row_number, 0))
    return frozenset(alone)


def by_time(draft: Draft) -> tuple[object, int]:
    return draft.occurred_at, draft.row_number


def is_refund(draft: Draft) -> bool:
    return draft.category is Category.REFUND and draft.status is not EventStatus.CLOSED


def can_be_refunded(draft: Draft) -> bool:
    """Paid, or closed: a closed payment with a refund row had been paid."""
    if draft.category in OWN_MONEY:
        return False
    is_paid = draft.direction is not Direction.NEUTRAL
    return is_paid or draft.status is EventStatus.CLOSED


def settle(payment: Draft, linked_fen: int) -> None:
    """Write down what came back, once."""
    if payment.status is EventStatus.CLOSED:
        if not linked_fen and not payment.stated_refund_fen:
            return  # Never paid.
        payment.direction = Direction.OUT
        payment.refunded_fen = payment.amount_fen
    else:
        back_fen = payment.stated_refund_fen or linked_fen
        payment.refunded_fen = min(payment.amount_fen, back_fen)
    if payment.amount_fen and payment.refunded_fen == payment.amount_fen:
        payment.status = EventStatus.REFUNDED


class Payments:
    """Payments that refunds may undo, found by number, by order, or by party and amount."""

    def __init__(self, payments: list[Draft]) -> None:
        self.all = payments
        self.claimed: dict[int, int] = {}
        self.by_id: dict[str, list[Draft]] = {}
        self.by_order: dict[tuple[str, str], list[Draft]] = {}
        self.by_party: dict[str, list[Draft]] = {}
        for payment in payments:
            if payment.native_id:
                self.by_id.setdefault(payment.native_id, []).append(payment)
            if payment.order_id:
                order = (payment.order_id, payment.party)
                self.by_order.setdefault(order, []).append(payment)
            for name in {payment.party, type_stem(payment.type_text)} - {""}:
                self.by_party.setdefault(name, []).append(payment)

    def undone_by(self, refund: Draft) -> Draft | None:
        """The payment that a refund row undoes; the surest evidence is asked first."""
        return (
            self.best(self.with_number_of(refund), refund)
            or self.best(self.by_order.get((refund.order_id, refund.party), []), refund)
            or self.by_looks(refund)
            or self.best(self.saying_so(refund), refund)
        )

    def by_looks(self, refund: Draft) -> Draft | None:
        """By party and amount. A bank's numbers say nothing of the payment: where several could
        have given a part of theirs back none is guessed: a wallet's or shop's bill may know."""
        candidates = list(islice(self.recent(refund), NEAREST))
        payment = self.best(candidates, refund)
        is_of_bank = bool(refund.account) or refund.balance_fen is not None
        if payment is None or not is_of_bank:
            return payment
        strengths = [self.claim_strength(each, refund) for each in candidates]
        fitting = [strength for strength in strengths if strength]
        says_so, is_filled, _ = max(fitting)
        is_sure = says_so or (is_filled and refund.via is Platform.NONE)
        return payment if is_sure or len(fitting) == 1 else None

    def with_number_of(self, refund: Draft) -> list[Draft]:
        """By the number before the separator; by the payment's number where the order's stands; by
        the same number, which of short numbers counts only with the same party."""
        for number in (stem(refund.native_id), refund.order_id):
            if number and number in self.by_id:
                return self.by_id[number]
        same = self.by_id.get(refund.native_id, [])
        return [each for each in same if refund.has_lasting_id or each.party == refund.party]

    def recent(self, refund: Draft) -> Iterable[Draft]:
        """Payments to the same party in the ninety days before, the latest first."""
        same_party = self.by_party.get(refund.party, [])
        end = bisect_right(same_party, refund.occurred_at, key=lambda each: each.occurred_at)
        for payment in islice(reversed(same_party[:end]), NEAREST):
            if refund.occurred_at - payment.occurred_at > LATEST:
                return
            yield payment

    def saying_so(self, refund: Draft) -> Iterable[Draft]:
        """Payments to the same party that say themselves that money came back; then the clock
        does not matter: an order is listed by when it was done, its refund by when it was asked."""
        for payment in self.by_party.get(refund.party, []):
            apart = abs(payment.occurred_at - refund.occurred_at)
            if payment.stated_refund_fen and apart <= LATEST:
                yield payment

    def best(self, candidates: Iterable[Draft], refund: Draft) -> Draft | None:
        """The payment with room for the refund that asks for it most."""
        strengths = (
            (*strength, payment)
            for payment in islice(candidates, NEAREST)
            if (strength := self.claim_strength(payment, refund))
        )
        return max(strengths, key=itemgetter(0, 1, 2), default=NOBODY)[-1]

    def claim_strength(self, payment: Draft, refund: Draft) -> tuple[bool, bool, datetime] | None:
        """A payment that says itself that it was refunded comes before one that does not; then
        the one that this refund fills exactly; then the latest. None where it has no room: no more
        comes back than is stated, or else than was paid."""
        limit_fen = payment.stated_refund_fen or payment.amount_fen
        room_fen = limit_fen - self.claimed.get(payment.row_number, 0) - refund.amount_fen
        if room_fen < 0:
            return None
        says_so = payment.stated_refund_fen > 0 or payment.status is EventStatus.CLOSED
        return says_so, room_fen == 0, payment.occurred_at

    def claim(self, payment: Draft, fen: int) -> None:
        self.claimed[payment.row_number] = self.claimed.get(payment.row_number, 0) + fen


def stem(native_id: str) -> str:
    """The part of a refund's number that is the payment's number; nothing where it has no parts."""
    for separator in SEPARATORS:
        before, found, _ = native_id.partition(separator)
        if found:
            return before
    return ""


@lru_cache(maxsize=4096)
def type_stem(type_text: str) -> str:
    """`微信红包-退款` and `微信红包（单发）` are both about `微信红包`."""
    for mark in ("-", "(", "（"):
        type_text = type_text.partition(mark)[0]
    return type_text
