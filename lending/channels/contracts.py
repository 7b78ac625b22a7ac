"""What crosses the wall to a bank: a request, its answer, a later notice. Free of Django."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

Kind = Literal["PAY_OUT", "COLLECT"]
NoticeKind = Literal["PAYMENT", "REFUND", "TRANSFER"]
State = Literal["PROCESSING", "SUCCEEDED", "FAILED"]
Outcome = Literal["PROCESSING", "SUCCEEDED", "FAILED", "NOT_FOUND", "UNKNOWN"]

OUT_TRADE_NO = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_plain(word: str, *, most: int) -> bool:
    """Whether a stranger's word fits a column of so many letters, without a control character."""
    return len(word) <= most and (not word or word.isprintable())


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order that was paid through a gateway, by our number, or by the gateway's alone."""

    out_trade_no: str
    amount_fen: int
    order_no: str = ""


@dataclass(frozen=True, slots=True)
class Payee:
    """How a gateway knows somebody whom we pay: personal data, never written to a log."""

    identity: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """Ask a bank to pay out of the lender's account, or to collect into it.

    `out_trade_no` is ours and deterministic: asking twice with the same number moves money once.
    `account` is an opaque name (`person:<public id>`, `merchant:<code>`), never personal data.
    Money that goes out of `returns` goes back the way on which it came; other money goes to
    `payee`, where the gateway needs to be told who that is.
    """

    out_trade_no: str
    kind: Kind
    account: str
    amount_fen: int
    notify_url: str
    returns: PaidOrder | None = None
    payee: Payee | None = None

    def __post_init__(self) -> None:
        assert OUT_TRADE_NO.fullmatch(self.out_trade_no)
        assert self.amount_fen > 0


@dataclass(frozen=True, slots=True)
class TransferAnswer:
    """What we know after asking.

    PROCESSING: the bank has it; wait for the notice, or query. SUCCEEDED, FAILED: final.
    NOT_FOUND (queries only): the bank has never heard of the number; submit it again, unchanged.
    UNKNOWN: money may have moved or not; query by the same number, never use another one.
    `reason` is the bank's code for a failure, or ours for what went wrong on the way.
    `amount_fen` is what the bank says that it moves, None when it said nothing.
    `pay_link` is where the borrower pays an order that waits for them. `account` is the other
    side, where the bank says it.
    """

    out_trade_no: str
    outcome: Outcome
    bank_reference: str = ""
    reason: str = ""
    amount_fen: int | None = None
    pay_link: str = ""
    account: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing about it can change any more."""
        return self.outcome in {"SUCCEEDED", "FAILED"}


@dataclass(frozen=True, slots=True)
class WebhookNotice:
    """What a bank tells us by itself, its signature verified.

    Notices repeat and overtake each other: `event_id` tells copies apart from news, and a final
    state is never taken back by a notice that says PROCESSING. `out_trade_no` is the number that
    the bank knows: ours, or the order's at a gateway.
    """

    event_id: str
    out_trade_no: str
    state: State
    amount_fen: int
    bank_reference: str
    occurred_at: datetime
    kind: NoticeKind = "PAYMENT"
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer that moved money, as the bank's statement has it.

    `fee_fen` is what the bank kept for itself beside it; what it gave back of that is negative.
    """

    id: int
    out_trade_no: str
    bank_reference: str
    kind: Kind
    account: str
    amount_fen: int
    moved_at: datetime | None = None
    fee_fen: int = 0

    @property
    def effect_fen(self) -> int:
        """What it does to our account at the bank."""
        return -self.amount_fen if self.kind == "PAY_OUT" else self.amount_fen


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a statement that makes no sense: where it stands, and never what it says.

    `place` is the same however often the same is told. `id` is the line's number in the statement;
    0 where a whole page or file is meant, of which nobody knows how many lines it has.
    """

    place: str
    id: int = 0


# A statement in its order, with what could be read of it and what could not.
Told = StatementLine | Unread
# More holes than that are one: nobody works through a file of them line by line.
MOST_HOLES = 20


def digest_of(content: object) -> str:
    """A few letters by which an unread line is known again; they say nothing of what it says."""
    return hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:12]


def readable(told: Iterable[Told]) -> list[StatementLine]:
    """The lines of a statement."""
    return [each for each in told if isinstance(each, StatementLine)]


def unread(told: Iterable[Told]) -> list[Unread]:
    """Its holes."""
    return [each for each in told if isinstance(each, Unread)]


def gathered(told: Sequence[Told], *, place: str = "") -> tuple[Told, ...]:
    """The same, with one hole for the whole `place` where there are too many of them."""
    holes = unread(told)
    if len(holes) <= MOST_HOLES:
        return tuple(told)
    return (*readable(told), Unread(place or f"{holes[0].place.partition(':')[0]}+"))


class Channel(Protocol):
    """What every bank's adapter can do. None of it raises because of the network."""

    def submit(self, request: TransferRequest) -> TransferAnswer:
        """Ask for a transfer; the same number again is the same transfer."""
        ...

    def query(self, out_trade_no: str) -> TransferAnswer:
        """What became of a transfer."""
        ...

    def statement(self, *, since_id: int) -> tuple[Told, ...] | None:
        """What moved after the line `since_id`; None when the bank cannot be heard now."""
        ...


class Gateway(Protocol):
    """What every payment gateway's adapter can do beside. None of it raises because of the wire.

    Requests are asked about whole: a gateway answers for orders, refunds and transfers apart.
    """

    def submit(self, request: TransferRequest) -> TransferAnswer:
        """Make the order, the refund or the transfer; the same number again is the same one."""
        ...

    def ask(self, request: TransferRequest) -> TransferAnswer:
        """What became of it."""
        ...

    def close(self, request: TransferRequest) -> TransferAnswer:
        """End an order that nobody has paid, and say what became of it."""
        ...

    def bill(self, day: date) -> tuple[Told, ...] | None:
        """What moved on a day, by the gateway's numbers; None while there is no bill to be had."""
        ...
