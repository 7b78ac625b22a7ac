"""Entries of statements that have a grammar of their own, on their way to drafts."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from borrowers.connectors import categories
from borrowers.connectors.contracts import Category, Direction, EventStatus, Precision
from borrowers.connectors.header import LONGEST_WORDS, RowUnreadable, fen_of
from borrowers.connectors.statements import meaning
from borrowers.connectors.tables.drafts import Draft, party_of
from common.periods import SHANGHAI

FIRST_YEAR, LAST_YEAR = 1980, 2099
NUMBER = re.compile(r"([-+]?)\s*(\d[\d,.\s']*|[.,]\d+)")
NO_CASH = re.compile(r"(?i)\b(automatic |direct )?withdrawal\b")
CURRENCY = re.compile(r"[A-Z]{3}")
DIGITS_OF_TAIL = 4


@dataclass(frozen=True, slots=True)
class When:
    """An instant, and how exactly the file tells it."""

    at: datetime
    precision: Precision


@dataclass(slots=True)
class Entry:
    """One entry as its format states it. `kind` is the bank's own word or code for it.

    `number` is the bank's; it is unique within an account at most, and some banks begin anew each
    day, so that the day and the amount stand beside it in the key.
    """

    row_number: int
    when: When
    signed_fen: int
    currency: str
    kind: str = ""
    party: str = ""
    memo: str = ""
    number: str = ""
    account: str = ""
    is_card: bool = False
    is_reversal: bool = False
    is_pending: bool = False
    merchant_code: str = ""


def draft_of(entry: Entry) -> Draft:
    """What the entry means."""
    stated = Direction.OUT if entry.signed_fen < 0 else Direction.IN
    # "Automatic withdrawal" is English for any payment that takes itself; cash says ATM or cash.
    words = NO_CASH.sub("", meaning.words_of(entry.kind, entry.memo, entry.party))
    draft = Draft(
        row_number=entry.row_number,
        occurred_at=entry.when.at,
        amount_fen=abs(entry.signed_fen),
        stated=stated,
        status_text="",
        type_text=entry.kind,
        native_id=entry.number,
        order_id="",
        has_lasting_id=bool(entry.number),
        degraded=False,
        precision=entry.when.precision,
        currency=entry.currency,
        account=entry.account,
        tail="".join(filter(str.isdigit, entry.account))[-DIGITS_OF_TAIL:],
        channel="CREDIT" if entry.is_card else "DEBIT",
        memo=entry.memo[:LONGEST_WORDS],
        party=party_of(entry.party),
        merchant_code=entry.merchant_code,
        via=meaning.platform_of(words),
        place=meaning.place_of(words),
        key_text=f"{entry.number}|{entry.when.at:%Y%m%d}|{entry.signed_fen}",
    )
    draft.category = category_of(entry, stated, words)
    draft.direction = categories.direction_of(draft.category, stated)
    draft.status = EventStatus.PENDING if entry.is_pending else EventStatus.SETTLED
    if entry.is_pending or not entry.signed_fen:
        draft.direction = Direction.NEUTRAL
    name(draft, entry)
    return draft


def category_of(entry: Entry, stated: Direction, words: str) -> Category:
    if entry.is_reversal and stated is Direction.IN:
        return Category.REFUND
    if entry.is_card:
        return meaning.of_card(stated, words, entry.party)
    if stated is Direction.IN:
        return meaning.of_income(entry.kind, words, entry.party)
    return meaning.of_spending(entry.kind, words, entry.party)


def name(draft: Draft, entry: Entry) -> None:
    """A shop is a merchant; anybody else on the other side is a counterparty."""
    is_own = draft.category in categories.OWN_MONEY - {Category.REFUND}
    is_bought = draft.stated is Direction.OUT or draft.category is Category.REFUND
    if is_own or draft.category is Category.TRANSFER_SOCIAL or not is_bought:
        draft.counterparty = entry.party
    else:
        draft.merchant = meaning.merchant_of(entry.party, entry.memo)


# --- cells of such formats ----------------------------------------------------------------------


def signed_fen(words: str) -> int:
    """An amount with a point or a comma before the cents. Raises RowUnreadable."""
    found = NUMBER.fullmatch(words.strip())
    if found is None:
        raise RowUnreadable("AMOUNT_UNREADABLE")
    sign, digits = found.groups()
    digits = "".join(digits.replace("'", "").split())
    if digits.rfind(",") > digits.rfind(".") and len(digits) - digits.rfind(",") != DIGITS_OF_TAIL:
        digits = digits.replace(".", "").replace(",", ".")
    digits = digits.replace(",", "").rstrip(".")
    fen = fen_of(digits)
    return -fen if sign == "-" else fen


def currency_of(words: str) -> str:
    """Three letters, or XXX: money of no known currency, which is never counted."""
    words = words.strip().upper()
    return words if CURRENCY.fullmatch(words) else "XXX"


def on_day(day: date) -> When:
    """A day without a time, by the calendar of Shanghai. Raises RowUnreadable."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise RowUnreadable("TIME_OUT_OF_RANGE")
    return When(datetime.combine(day, time(), SHANGHAI).astimezone(UTC), Precision.DAY)


def at_instant(moment: datetime) -> When:
    """A time; without a zone it is Shanghai's. Raises RowUnreadable."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise RowUnreadable("TIME_OUT_OF_RANGE")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return When(moment.astimezone(UTC).replace(microsecond=0), Precision.SECOND)


def day_of(year: int, month: int, day: int) -> date:
    """Raises RowUnreadable for a day that is in no calendar."""
    try:
        return date(year, month, day)
    except ValueError as error:
        raise RowUnreadable("TIME_UNREADABLE") from error
