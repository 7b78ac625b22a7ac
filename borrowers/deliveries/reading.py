"""An event that a partner sent, read strictly: known fields of known kinds, and no other. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventStatus,
    Method,
    Place,
    RawEvent,
    Source,
)
from borrowers.connectors import categories
from borrowers.connectors.header import FIRST_YEAR, LARGEST_FEN
from borrowers.connectors.tables.drafts import Draft
from borrowers.connectors.tables.events import digest, event, suppress
from borrowers.deliveries.contracts import Outcome, Sent
from common.canonical import sha256_of

ID = re.compile(r"[!-~]{1,64}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
LONGEST_WORDS = 200
CLOCKS_GO_WRONG_BY = timedelta(days=1)
ENVELOPE = {"specversion", "id", "source", "type", "time", "subject", "data"}
WORDS = ("merchant", "counterparty", "memo", "order", "refund_of")
DATA = {"amount_fen", "currency", "direction", "category", "place", *WORDS}
TYPES = {"payment", "refund", "transfer", "income", "repayment", "fee"}
DIRECTIONS = {"in": Direction.IN, "out": Direction.OUT, "neutral": Direction.NEUTRAL}
PLACES = {"online": Place.ONLINE, "offline": Place.OFFLINE, "auto_debit": Place.AUTO_DEBIT}
# What a payment tells of health is never taken from anybody.
SCENES = {
    each.name.lower(): each
    for each in Category
    if Category.UNKNOWN < each <= Category.GOVERNMENT_TAX and each is not Category.MEDICAL
}
SALARY = Category.INCOME_SALARY.name.lower()


class Unreadable(ValueError):
    """One event cannot be understood. Never leaves this room."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.name)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Read:
    """An event that was understood, with the hash of all that it said."""

    sent: Sent
    event: RawEvent
    content_code: str = field(default="")


def sent(place: int, said: Any) -> Sent | None:
    """The id of an event and whom it is about; None for what has neither."""
    if not isinstance(said, Mapping):
        return None
    name, subject = said.get("id"), said.get("subject")
    if not isinstance(name, str) or not isinstance(subject, str) or not ID.fullmatch(name):
        return None
    return Sent(place=place, id=name, borrower=subject, said=said)


def read(given: Sent, *, partner: str, now: datetime) -> Read:
    """The event. Raises Unreadable."""
    said, told = given.said, given.said.get("data")
    if set(said) - ENVELOPE or not isinstance(told, Mapping) or set(told) - DATA:
        raise Unreadable(Outcome.SHAPE)
    kind = word(said.get("type"))
    if said.get("specversion", "1.0") != "1.0" or kind not in TYPES:
        raise Unreadable(Outcome.SHAPE)
    draft = draft_of(given, told, moment(said.get("time"), now))
    draft.category, draft.method = category_of(kind, draft, told.get("category"))
    draft.direction = categories.direction_of(draft.category, draft.stated)
    suppress(draft)
    key = digest(int(Source.PARTNER), partner, given.id)
    content = sha256_of({name: said[name] for name in ("type", "time", "data")})
    return Read(given, event(draft, Source.PARTNER, key), content[:32])


def draft_of(given: Sent, told: Mapping[str, Any], at: datetime) -> Draft:
    """What the event says in plain words and figures. Raises Unreadable."""
    words = {name: word(told.get(name, "")) for name in WORDS}
    stated, currency = told.get("direction"), told.get("currency", "CNY")
    if not isinstance(stated, str) or stated not in DIRECTIONS:
        raise Unreadable(Outcome.DIRECTION)
    if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
        raise Unreadable(Outcome.CURRENCY)
    place = told.get("place", "")
    if not isinstance(place, str) or (place and place not in PLACES):
        raise Unreadable(Outcome.SHAPE)
    return Draft(
        row_number=given.place + 1,
        occurred_at=at,
        amount_fen=amount(told.get("amount_fen")),
        stated=DIRECTIONS[stated],
        status_text="",
        type_text=str(given.said["type"]),
        native_id=words["order"],
        order_id="",
        has_lasting_id=True,
        degraded=False,
        status=EventStatus.SETTLED,
        merchant=words["merchant"],
        counterparty=words["counterparty"],
        memo=words["memo"],
        parent_native_id=words["refund_of"],
        currency=currency,
        place=PLACES.get(place, Place.UNKNOWN),
    )


def moment(said: Any, now: datetime) -> datetime:
    """An instant with its offset from UTC, to the second. Raises Unreadable."""
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
        if at is None or at.tzinfo is None:
            raise Unreadable(Outcome.TIME)
        at = at.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise Unreadable(Outcome.TIME) from error
    if at > now + CLOCKS_GO_WRONG_BY:
        raise Unreadable(Outcome.FUTURE)
    if at.year < FIRST_YEAR:
        raise Unreadable(Outcome.TIME)
    return at


def amount(said: Any) -> int:
    """Whole fen; neither a fraction nor a text nor a truth value. Raises Unreadable."""
    if type(said) is not int or not 0 <= said <= LARGEST_FEN:
        raise Unreadable(Outcome.AMOUNT)
    return said


def word(said: Any) -> str:
    """Raises Unreadable for what is no text, is too long, or no database keeps."""
    if not isinstance(said, str) or len(said) > LONGEST_WORDS or "\x00" in said:
        raise Unreadable(Outcome.SHAPE)
    try:
        said.encode()
    except UnicodeEncodeError as error:
        raise Unreadable(Outcome.SHAPE) from error
    return said.strip()


def category_of(kind: str, draft: Draft, said: Any) -> tuple[Category, Method]:
    """By the type first, then by the partner's own word for it, then by ours. Raises Unreadable."""
    said = word("" if said is None else said)
    if kind == "refund":
        return Category.REFUND, Method.GATE
    if kind == "repayment":
        return Category.CREDIT_REPAYMENT, Method.GATE
    if kind == "transfer":
        return categories.of_transfer(draft.memo, draft.counterparty), Method.GATE
    if draft.stated is Direction.IN:
        is_salary = kind == "income" and said == SALARY
        return (Category.INCOME_SALARY if is_salary else Category.INCOME_OTHER), Method.NATIVE
    if said in SCENES:
        return SCENES[said], Method.NATIVE
    return categories.of_purchase(draft.memo, draft.merchant), Method.KEYWORDS
