"""From a sheet and a dialect to a reading: each row a draft, its direction understood."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from borrowers.connectors import categories, refusals
from borrowers.connectors.contracts import (
    BillReading,
    Category,
    Cell,
    Direction,
    EventStatus,
    Quarantined,
    Sheet,
)
from borrowers.connectors.header import Header, RowUnreadable, identity, text
from borrowers.connectors.statements import meaning
from borrowers.connectors.statements.around import Preamble, about, tail_of
from borrowers.connectors.statements.cells import (
    WAITING,
    Days,
    Moment,
    Money,
    currency_of,
    direction_of_flag,
    has_year_last,
    is_damaged_number,
    moment,
    money,
    money_or_nothing,
    order_of_days,
)
from borrowers.connectors.statements.dialects import Dialect, readable
from borrowers.connectors.statements.rows import Statement
from borrowers.connectors.tables.drafts import FEWEST_DIGITS, Draft, party_of
from borrowers.connectors.tables.events import words_of
from borrowers.connectors.tables.reading import bill

Cells = Mapping[str, Cell]
ROWS_ASKED = 50
WORDS = ("type", "place", "way", "memo", "note", "party", "status")
DAY_FIRST = frozenset({"HKD", "MOP", "GBP", "EUR", "AUD", "NZD", "SGD", "MYR", "INR", "THB"})
# Cards write the country of a purchase where others write the shop.
COUNTRY = re.compile("[A-Z]{2,3}")
FAILED = (
    "失败",
    "已撤销",
    "已取消",
    "已冲正",
    "failed",
    "declined",
    "cancel",
    "reversed",
    "rejected",
)
# On a card without signs, the first word of a row tells what came in.
CARD_TAKES_IN = ("还款", "退货", "退款", "返还", "返现", "入账", "冲正", "溢缴", "存入")


@dataclass(frozen=True, slots=True)
class Context:
    """What one row must know of its statement.

    `writes_out_negative`: every amount in the column of what went out has a minus, which then says
    nothing; in other statements a minus there takes something back.
    """

    dialect: Dialect
    days: Days
    holder: str
    writes_out_negative: bool


def read(sheet: Sheet, dialect: Dialect, header: Header) -> BillReading:
    """Every row below the header, as an event or set aside.

    Raises TruncatedFile, NoTransactions, UnreadableRows, TooLarge.
    """
    if sheet.is_cut:
        raise refusals.TruncatedFile
    statement = Statement(sheet, dialect, header)
    preamble = Preamble(statement.notes)
    days = Days(
        is_day_first=is_day_first(statement),
        latest=preamble.latest_day(),
        leaves_out_years=dialect.leaves_out_years,
        counts_from_1904=sheet.counts_from_1904,
    )
    context = Context(dialect, days, preamble.holder(), writes_out_negative(statement))
    drafts, quarantined = drafts_of(statement, context)
    return bill(
        drafts,
        quarantined,
        source=dialect.source,
        dialect=dialect.name,
        encoding=sheet.encoding,
        about=about(statement, preamble),
        version="1",
    )


def is_day_first(statement: Statement) -> bool | None:
    """By the whole file; where that leaves it open, by the custom of where its currency is used."""
    first = islice(statement.rows(), ROWS_ASKED)
    if not any(has_year_last(cell) for _, cells in first for cell in day_cells(cells)):
        return None
    told = order_of_days(cell for _, cells in statement.rows() for cell in day_cells(cells))
    if told is not None:
        return told
    own = statement.dialect.currency
    used = {currency_of(cells.get("currency")) or own for _, cells in statement.rows()}
    return True if used <= DAY_FIRST else None


def day_cells(cells: Cells) -> tuple[Cell, Cell]:
    return cells.get("day"), cells.get("booked")


def writes_out_negative(statement: Statement) -> bool:
    """Has every amount in the column of what went out a minus?"""
    if "out" not in statement.header.places:
        return False
    outs = (each.fen for _, cells in statement.rows() if (each := out_of(cells)) and each.fen)
    first = next(outs, 0)
    return first < 0 and all(fen < 0 for fen in outs)


def out_of(cells: Cells) -> Money | None:
    try:
        return money(cells.get("out"))
    except RowUnreadable:
        return None


def drafts_of(statement: Statement, context: Context) -> tuple[list[Draft], list[Quarantined]]:
    drafts, quarantined = [], []
    for row_number, cells in statement.rows():
        try:
            drafts.append(draft_of(cells, row_number, context))
        except RowUnreadable as unreadable:
            quarantined.append(Quarantined(row_number, unreadable.code, words_of(cells)))
    return drafts, quarantined


def draft_of(cells: Cells, row_number: int, context: Context) -> Draft:
    """One row, understood. Raises RowUnreadable."""
    when = when_of(cells, context.days)
    moved, stated = moved_of(cells, context)
    native_id, is_id_damaged = identity(cells.get("id"))
    if not native_id.strip("0"):
        native_id = ""  # Banks fill the column with zeros where they gave no number.
    digits = sum(character.isdigit() for character in native_id)
    account = text(cells.get("account")).strip("'")
    draft = Draft(
        row_number=row_number,
        occurred_at=when.at,
        amount_fen=abs(moved.fen),
        stated=stated,
        status_text=text(cells.get("status")),
        type_text=readable(text(cells.get("type"))),
        native_id="" if is_id_damaged else native_id,
        order_id="",
        has_lasting_id=digits >= FEWEST_DIGITS and not is_id_damaged,
        degraded=when.degraded or is_damaged_number(cells.get("party_account")),
        precision=when.precision,
        currency=currency_of(cells.get("currency")) or moved.currency or context.dialect.currency,
        balance_fen=money_or_nothing(cells.get("balance")),
        account=account,
        tail=tail_in(cells.get("tail")) or tail_of(account),
    )
    explain(draft, cells, context)
    return draft


def tail_in(cell: Cell) -> str:
    """A card's last four digits, though a number lost the zeros before it."""
    words = text(cell)
    return tail_of(words.zfill(4)) if words else ""


# --- when and how much --------------------------------------------------------------------------


def when_of(cells: Cells, days: Days) -> Moment:
    """When the person acted, or else when the bank booked it. Raises RowUnreadable."""
    told = [
        (cells.get(day), cells.get(clock))
        for day, clock in (("day", "clock"), ("booked", "booked_clock"))
        if text(cells.get(day)) and not WAITING.search(text(cells.get(day)))
    ]
    if not told:
        raise RowUnreadable("TIME_UNREADABLE")
    try:
        return moment(*told[0], days)
    except RowUnreadable:
        if len(told) == 1:
            raise
        return moment(*told[1], days)


def moved_of(cells: Cells, context: Context) -> tuple[Money, Direction]:
    """What the row moved and which way, from the person's side. Raises RowUnreadable."""
    if "out" in cells or "in" in cells:
        out, into = money(cells.get("out")), money(cells.get("in"))
        return of_two_columns(out, into, writes_out_negative=context.writes_out_negative)
    found = money(cells.get("amount"))
    if found is None:
        raise RowUnreadable("AMOUNT_UNREADABLE")
    said = found.flag
    if "flag" in cells:
        said = direction_of_flag(cells["flag"]) or said
        if said is None and text(cells["flag"]):
            raise RowUnreadable("DIRECTION_UNKNOWN")
    if said:
        return found, said
    if context.dialect.is_card and not context.dialect.turns_sign_round:
        return found, of_card(found, cells)
    return found, Direction.OUT if found.fen < 0 else Direction.IN


def of_two_columns(
    out: Money | None, into: Money | None, *, writes_out_negative: bool
) -> tuple[Money, Direction]:
    """One of the two is filled, or the other is zero; a minus takes back what went that way."""
    if out is not None and (out.fen or into is None):
        if into is not None and into.fen:
            raise RowUnreadable("DIRECTION_UNKNOWN")
        is_taken_back = out.fen < 0 and not writes_out_negative
        return out, Direction.IN if is_taken_back else Direction.OUT
    if into is None:
        raise RowUnreadable("AMOUNT_UNREADABLE")
    return into, Direction.OUT if into.fen < 0 else Direction.IN


def of_card(found: Money, cells: Cells) -> Direction:
    """Minus came in. Plus was bought, unless the row begins by saying that it came in."""
    if found.fen < 0:
        return Direction.IN
    words = readable(text(cells.get("type")) or text(cells.get("memo")))
    beginning = meaning.kind_of(words) or words[:8]
    came_in = any(mark in beginning for mark in CARD_TAKES_IN)
    return Direction.IN if came_in and not has_signs(cells) else Direction.OUT


def has_signs(cells: Cells) -> bool:
    """A plus is written only where a minus would be, too."""
    return text(cells.get("amount")).lstrip("¥￥").startswith("+")


# --- what it means ------------------------------------------------------------------------------


def explain(draft: Draft, cells: Cells, context: Context) -> None:
    """Who, by which way, what for, and whether money moved."""
    said = {name: readable(text(cells.get(name))) for name in WORDS}
    party = meaning.without_number(said["party"]) or meaning.person_in(said["note"])
    shown = (said["place"], said["memo"], said["note"])
    words = meaning.words_of(said["type"], *shown, said["party"], said["way"])
    draft.memo = meaning.words_of(*shown)
    if context.dialect.is_card:
        draft.type_text = draft.type_text or meaning.kind_of(said["memo"])
    draft.channel = "CREDIT" if context.dialect.is_card else "DEBIT"
    draft.via = meaning.platform_of(meaning.words_of(*shown, said["party"], said["type"]))
    draft.place = meaning.place_of(words)
    draft.category = category_of(draft, said["type"], words, party, context)
    draft.direction = categories.direction_of(draft.category, draft.stated)
    is_purchase = meaning.CONSUMED in said["type"] and not meaning.TRANSFERS.search(words)
    if party and context.holder and party == context.holder and not is_purchase:
        make_own_transfer(draft)
    name_party(draft, said, party)
    is_waiting = WAITING.search(
        " ".join(text(cells.get(name)) for name in ("status", "booked", "day"))
    )
    has_failed = any(mark in said["status"].casefold() for mark in FAILED)
    if is_waiting or has_failed:
        draft.status = EventStatus.PENDING if is_waiting else EventStatus.FAILED
        draft.direction = Direction.NEUTRAL
    else:
        draft.status = EventStatus.SETTLED


def make_own_transfer(draft: Draft) -> None:
    """From one own account to another: neither income nor spending."""
    draft.direction = Direction.NEUTRAL
    if draft.category not in categories.OWN_MONEY:
        draft.category = Category.TRANSFER_SOCIAL


def category_of(draft: Draft, kind: str, words: str, party: str, context: Context) -> Category:
    if context.dialect.is_card:
        return meaning.of_card(draft.stated, words, party)
    if draft.stated is Direction.IN:
        return meaning.of_income(kind, words, party)
    return meaning.of_spending(kind, words, party)


def name_party(draft: Draft, said: Mapping[str, str], party: str) -> None:
    """A shop is a merchant, everybody else a counterparty."""
    is_between_people = draft.category in {Category.TRANSFER_SOCIAL, Category.HOUSING}
    is_own = draft.category in categories.OWN_MONEY - {Category.REFUND}
    is_income = draft.stated is Direction.IN and draft.category is not Category.REFUND
    if (is_between_people and meaning.is_person(party)) or is_own or is_income:
        draft.counterparty = party or draft.memo
    else:
        draft.merchant = meaning.merchant_of(
            "" if COUNTRY.fullmatch(said["place"]) else said["place"],
            said["party"],
            said["memo"],
            said["note"],
        )
    draft.party = party_of(draft.merchant or draft.counterparty)
