"""The cast of the tests. All are invented: their numbers name a region that does not exist.

Lin pays on time, Wei pays late, Chen withdrew consent, Mei is a credit officer, Zhao is an
outsider who must see nothing.
"""

from datetime import UTC, date, datetime, timedelta

from borrowers.behaviour.contracts import Category, Direction, EventStatus, RawEvent, Source
from borrowers.connectors.contracts import BillReading, Quarantined
from borrowers.consent import actions as consents
from borrowers.consent.purposes import CONSUMPTION_RECORDS, PURPOSES
from borrowers.people import actions as people
from borrowers.people import queries
from borrowers.people.contracts import BorrowerCard
from borrowers.people.id_number import check_character
from borrowers.people.models import Account
from common.actors import Actor

TODAY = date(2026, 11, 20)
MINIMUM_AGE = 18
PHONES = {
    "Lin": "+8613900000001",
    "Wei": "+8613900000002",
    "Chen": "+8613900000003",
    "Mei": "+8613900000004",
    "Zhao": "+8613900000005",
}
FIRST_DAY = datetime(2026, 5, 1, 4, 30, tzinfo=UTC)


def id_number_of(born_on: date, sequence: int = 1) -> str:
    """A number with a right check character in region 990101, which does not exist."""
    digits = f"990101{born_on:%Y%m%d}{sequence:03d}"
    return digits + check_character(digits)


LIN_ID_NUMBER = id_number_of(date(1998, 3, 14))
WEI_ID_NUMBER = id_number_of(date(1991, 8, 2), 2)


def borrower(name: str) -> BorrowerCard:
    """One of the cast, signed up."""
    account = people.open_account(phone=PHONES[name], language="en")
    found = queries.borrower_of(account.pk)
    assert found is not None
    return found


def officer() -> Account:
    """Mei."""
    return people.open_staff(
        phone=PHONES["Mei"], password="a long enough password", is_administrator=True
    )


def self_of(card: BorrowerCard) -> Actor:
    """The borrower acting for themselves."""
    return Actor(kind="BORROWER", account_id=card.account_id)


def identify(card: BorrowerCard, *, name: str, id_number: str, on: date = TODAY) -> None:
    people.identify(
        borrower_id=card.id,
        name=name,
        id_number=id_number,
        on=on,
        minimum_age=MINIMUM_AGE,
        by=self_of(card),
    )


def allow(card: BorrowerCard, purpose: str = CONSUMPTION_RECORDS) -> int:
    return consents.grant(
        borrower_id=card.id,
        purpose=purpose,
        notice_version=PURPOSES[purpose].notice_version,
        language="en",
        channel="WEB",
        by=self_of(card),
    )


def withdraw(card: BorrowerCard, purpose: str = CONSUMPTION_RECORDS) -> None:
    consents.withdraw(borrower_id=card.id, purpose=purpose, channel="WEB", by=self_of(card))


def event(number: int, **changes: object) -> RawEvent:
    """The n-th purchase of a made-up bill, a day after the one before."""
    values: dict[str, object] = {
        "source": Source.WECHAT,
        "occurred_at": FIRST_DAY + timedelta(days=number),
        "amount_fen": 1_000 + number,
        "refunded_fen": 0,
        "direction": Direction.OUT,
        "category": Category.DINING,
        "status": EventStatus.SETTLED,
        "channel": "BALANCE",
        "native_id": f"native-{number}",
        "parent_native_id": "",
        "merchant": "Green Bowl Noodles",
        "counterparty": "Green Bowl Noodles",
        "memo": f"noodles {number}",
        "type_text": "",
        "status_text": "",
        "event_key": number.to_bytes(8, "big") + bytes(24),
        "row_number": number + 17,
        "degraded": False,
    }
    return RawEvent(**{**values, **changes})  # type: ignore[arg-type]  # names are those above


def reading(events: list[RawEvent], **changes: object) -> BillReading:
    """What a reader would have found in a bill of these events."""
    values: dict[str, object] = {
        "source": Source.WECHAT,
        "dialect": "WECHAT_CSV_2025",
        "encoding": "utf-8",
        "events": tuple(events),
        "rows_read": len(events) + 2,
        "duplicates": 1,
        "quarantined": (Quarantined(row_number=99, reason="AMOUNT_UNREADABLE"),),
        "declared_rows": None,
        "declared_in_fen": None,
        "declared_out_fen": None,
        "totals_agree": None,
        "first_at": events[0].occurred_at if events else None,
        "last_at": events[-1].occurred_at if events else None,
    }
    return BillReading(**{**values, **changes})  # type: ignore[arg-type]  # names are those above
