"""From drafts to events: what must not be kept is dropped, and every event gets a lasting key."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from borrowers.connectors.categories import is_sensitive, normalised
from borrowers.connectors.contracts import Category, Cell, Method, RawEvent, Source
from borrowers.connectors.header import text
from borrowers.connectors.tables.drafts import Draft

DIGITS_OF_ACCOUNT = 4


def suppress(draft: Draft) -> bool:
    """Drop the words of a payment that would tell too much; the amount stays (PIPL art. 28)."""
    if draft.category is Category.INVESTMENT:
        return False  # A fund that invests in hospitals tells nothing of its holder's health.
    if not is_sensitive(draft.merchant, draft.counterparty, draft.memo, draft.type_text):
        return False
    draft.merchant = draft.counterparty = draft.memo = draft.party = ""
    if is_sensitive(draft.type_text):
        draft.type_text = ""
    is_scene = Category.UNKNOWN < draft.category <= Category.GOVERNMENT_TAX
    if is_scene and draft.category is not Category.TRANSFER_SOCIAL:
        draft.category, draft.method = Category.UNKNOWN, Method.NONE
        draft.confidence_percent = 0
    return True


def events_of(drafts: Sequence[Draft], source: Source) -> Iterator[RawEvent]:
    """One event per row, each under its key; what is there twice under one number comes once."""
    firsts: dict[bytes, tuple[object, ...]] = {}
    by_number = [id_key(draft, source) if draft.has_lasting_id else None for draft in drafts]
    contents = [content(draft) for draft in drafts]
    for said, number in zip(contents, by_number, strict=True):
        # Where one number stands on different rows, the smallest content owns the number's key:
        # the same one, whichever way the file is sorted.
        if number is not None:
            firsts[number] = min(firsts.get(number, said), said)
    occurrences: Counter[bytes] = Counter()
    seen: set[bytes] = set()
    for draft, said, number in zip(drafts, contents, by_number, strict=True):
        if number is None:
            looks = looks_key(draft, source)
            occurrences[looks] += 1
            key = digest(looks.hex(), occurrences[looks])
        else:
            key = number if said == firsts[number] else digest(number.hex(), *said)
        if key not in seen:
            seen.add(key)
            yield event(draft, source, key)


def content(draft: Draft) -> tuple[object, ...]:
    at = int(draft.occurred_at.timestamp())
    return at, draft.amount_fen, int(draft.stated), draft.type_text


def id_key(draft: Draft, source: Source) -> bytes:
    """By the platform's number. Refunds may share the payment's number, so they add what they
    moved."""
    account, number = account_of(draft), draft.key_text or draft.native_id
    if draft.category is Category.REFUND:
        at, fen, *_ = content(draft)
        return digest(int(source), account, number, "REFUND", at, fen)
    return digest(int(source), account, number)


def account_of(draft: Draft) -> str:
    """The statement's account by its last characters, for the same bank writes it out here and
    masks it there. Wallets name no lasting account: theirs stays empty."""
    if not draft.account:
        return ""
    return "".join(filter(str.isalnum, draft.account))[-DIGITS_OF_ACCOUNT:]


def looks_key(draft: Draft, source: Source) -> bytes:
    """By what the row says, where no number can be trusted; the n-th alike row is another event:
    two coffees at one counter in one second are two coffees."""
    at, fen, stated, _ = content(draft)
    party = "".join(normalised(draft.merchant or draft.counterparty).split())
    balance = "" if draft.balance_fen is None else draft.balance_fen
    return digest(int(source), account_of(draft), at, stated, fen, party, balance)


def digest(*parts: object) -> bytes:
    return hashlib.sha256("|".join(map(str, parts)).encode()).digest()


def event(draft: Draft, source: Source, key: bytes) -> RawEvent:
    return RawEvent(
        source=source,
        occurred_at=draft.occurred_at,
        amount_fen=draft.amount_fen,
        refunded_fen=draft.refunded_fen,
        direction=draft.direction,
        category=draft.category,
        status=draft.status,
        channel=draft.channel,
        native_id=draft.native_id,
        parent_native_id=draft.parent_native_id,
        merchant=draft.merchant,
        counterparty=draft.counterparty,
        memo=draft.memo,
        type_text=draft.type_text,
        status_text=draft.status_text,
        event_key=key,
        row_number=draft.row_number,
        degraded=draft.degraded,
        precision=draft.precision,
        currency=draft.currency,
        balance_fen=draft.balance_fen,
        account=draft.account,
        tail=draft.tail,
        via=draft.via,
        place=draft.place,
        merchant_code=draft.merchant_code,
        method=draft.method,
        confidence_percent=draft.confidence_percent,
    )


LONGEST_WORDS = 500


def words_of(cells: Mapping[str, Cell]) -> str:
    """The cells of a row that could not be read, as one line; nothing where they tell too much."""
    line = " | ".join(told for cell in cells.values() if (told := text(cell)))[:LONGEST_WORDS]
    return "" if is_sensitive(line) else line


def told_by(event: RawEvent) -> str:
    """What an event says, as one line; words that tell too much have left it already."""
    told = (
        event.occurred_at.isoformat(),
        event.type_text,
        event.merchant or event.counterparty,
        event.memo,
        event.direction.name,
        str(event.amount_fen),
    )
    return " | ".join(filter(None, told))[:LONGEST_WORDS]
