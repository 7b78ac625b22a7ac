"""What the bank answers: reads and checks each request, calls the book once."""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

from common.money import yuan
from simulation.bank import faults
from simulation.bank.book import (
    LENDER,
    OUTSIDE,
    Book,
    Order,
    OtherContent,
    Transfer,
    is_customer,
    owner_kind,
)
from simulation.bank.notices import instant

MOST_FEN = 1_000_000_000_000
MOST_SECONDS = 7 * 24 * 3600.0
MOST_TIMES = 1_000_000
STATEMENT_PAGE = 500
# What the bank pays back by itself stands on the statement under its own number.
CHARGED_BACK = "CB-"
# What a shop gives back by itself stands there under its count and the number that it is for.
GIVEN_BACK = "MR-"
MOST_NUMBER = 64
OUT_TRADE_NO = re.compile(r"[A-Za-z0-9_-]{1,64}")
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")
PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
LINES_ON_PAGE = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back: text or JSON, at once, later, or not at all."""

    content: Any
    status: int = 200
    content_type: str = "application/json"
    hold_seconds: float = 0.0
    is_lost: bool = False

    def encoded(self) -> bytes:
        """The bytes of the body."""
        text = self.content if isinstance(self.content, str) else json.dumps(self.content)
        return text.encode()


class Problem(Exception):
    """A request that the bank does not take: an RFC 9457 problem document."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail

    def answer(self) -> Answer:
        """The problem as an answer."""
        title = HTTPStatus(self.status).phrase
        content = {"title": title, "status": self.status, "code": self.code, "detail": self.detail}
        return Answer(content, status=self.status, content_type="application/problem+json")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read."""

    subject: str
    query: Mapping[str, list[str]]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counter:
    """What the routes need: the book, whom it may call back, and the bell of the settle worker."""

    book: Book
    notify_hosts: frozenset[str]
    wake: Callable[[], None]
    now: Callable[[], float] = time.time


Route = Callable[[Counter, Asked], Answer]


def submit(counter: Counter, asked: Asked) -> Answer:
    """Take a transfer, or whatever is arranged to happen instead."""
    order = _order(asked.body, notify_hosts=counter.notify_hosts)
    with counter.book.transaction() as connection:
        taken = faults.take_all(connection, modes=faults.ANSWER_MODES, account=order.account)
    if "error_500" in taken:
        raise Problem(500, "OUT_OF_ORDER", "Something is broken here; nothing has been done.")

    reference = f"SBK{secrets.token_hex(8).upper()}"
    try:
        transfer = counter.book.accept(
            order, reference=reference, now=counter.now(), is_at_once="at_once" in taken
        )
    except OtherContent:
        detail = "This out_trade_no stands for a transfer with another content."
        raise Problem(409, "OTHER_CONTENT", detail) from None
    counter.wake()
    return Answer(
        _shown(transfer),
        status=202,
        hold_seconds=taken.get("slow_answer", 0.0),
        is_lost="lose_answer" in taken,
    )


def charge_back(counter: Counter, asked: Asked) -> Answer:
    """A customer has called a collection back: the bank gives it to them again, once, unasked."""
    collected = counter.book.transfer(asked.subject)
    if collected is None:
        raise Problem(404, "NO_SUCH_TRANSFER", "This bank has no transfer of that number.")
    if (collected.kind, collected.state) != ("COLLECT", "SUCCEEDED"):
        raise Problem(409, "NOTHING_COLLECTED", "Only money that was collected can be called back.")
    returned = Order(
        out_trade_no=f"{CHARGED_BACK}{collected.out_trade_no}"[:MOST_NUMBER],
        kind="PAY_OUT",
        account=collected.account,
        amount_fen=collected.amount_fen,
    )
    reference = f"SBK{secrets.token_hex(8).upper()}"
    transfer = counter.book.accept(returned, reference=reference, now=counter.now())
    counter.wake()
    return Answer(_shown(transfer), status=202)


def send_back(counter: Counter, asked: Asked) -> Answer:
    """A shop gives money back by itself: for one of the client's numbers, or its own order's.

    `count` tells several returns of one order apart; `account` is the shop's, where it is not the
    one that was paid.
    """
    paid = counter.book.transfer(asked.subject)
    account = asked.body.get("account", paid.account if paid else None)
    count = asked.body.get("count", 1)
    number = f"{GIVEN_BACK}{count}-{asked.subject}"
    returned = {
        "out_trade_no": number,
        "kind": "COLLECT",
        "account": account,
        "amount_fen": asked.body.get("amount_fen"),
        "notify_url": asked.body.get("notify_url", paid.notify_url if paid else ""),
    }
    order = _order(returned, notify_hosts=counter.notify_hosts)
    try:
        reference = f"SBK{secrets.token_hex(8).upper()}"
        transfer = counter.book.accept(order, reference=reference, now=counter.now())
    except OtherContent:
        detail = "This return was made with another content."
        raise Problem(409, "OTHER_CONTENT", detail) from None
    counter.wake()
    return Answer(_shown(transfer), status=202)


def look_up(counter: Counter, asked: Asked) -> Answer:
    """One transfer by the client's own number."""
    transfer = counter.book.transfer(asked.subject)
    if transfer is None:
        raise Problem(404, "NO_SUCH_TRANSFER", "This bank has no transfer of that number.")
    return Answer(_shown(transfer))


def account(counter: Counter, asked: Asked) -> Answer:
    """What an account holds; the first look opens it."""
    name = asked.subject
    if name != LENDER:
        _customer(name)
    balance_fen = counter.book.balance_fen(name, now=counter.now())
    return Answer(_account_shown(name, balance_fen))


def deposit(counter: Counter, asked: Asked) -> Answer:
    """Give a customer money from outside. The lender's account moves by transfers only."""
    name = _customer(asked.subject)
    amount_fen = _amount_fen(asked.body)
    balance_fen = counter.book.deposit(account=name, amount_fen=amount_fen, now=counter.now())
    return Answer(_account_shown(name, balance_fen), status=201)


def statement(counter: Counter, asked: Asked) -> Answer:
    """The lender's statement after an entry, page by page."""
    since = asked.query.get("since", ["0"])[0]
    if not WHOLE_NUMBER.fullmatch(since):
        raise Problem(422, "INVALID_FIELD", "since: the id of an entry, a whole number.")
    entries = counter.book.statement(since_id=int(since), limit=STATEMENT_PAGE)
    shown = [{**asdict(entry), "moved_at": instant(entry.moved_at)} for entry in entries]
    next_since = entries[-1].id if entries else int(since)
    has_more = len(entries) == STATEMENT_PAGE
    return Answer({"entries": shown, "next_since": next_since, "has_more": has_more})


def arrange_fault(counter: Counter, asked: Asked) -> Answer:
    """Misbehave, or behave again (mode "none"); answers what is arranged now."""
    wanted = _fault(asked.body)
    with counter.book.transaction() as connection:
        if wanted is None:
            faults.clear(connection, account=str(asked.body.get("account") or faults.EVERYBODY))
        else:
            faults.arrange(connection, wanted)
    return arranged_faults(counter, asked)


def arranged_faults(counter: Counter, _asked: Asked) -> Answer:
    """What is still to go wrong."""
    with counter.book.transaction() as connection:
        arranged = faults.arranged(connection)
    return Answer({"faults": [asdict(fault) for fault in arranged]})


def health(counter: Counter, _asked: Asked) -> Answer:
    """The bank is open and can read its book."""
    counter.book.balances()
    return Answer({"status": "ok"})


def front_page(counter: Counter, _asked: Asked) -> Answer:
    """Accounts and transfers, for people."""
    balances = counter.book.balances().items()
    accounts = [_row(name, fen=fen) for name, fen in balances if name != OUTSIDE]
    transfers = [
        _row(
            *(one.out_trade_no, one.kind, one.account),
            fen=one.amount_fen,
            after=(f"{one.state} {one.reason}", instant(one.accepted_at)),
        )
        for one in counter.book.latest(LINES_ON_PAGE)
    ]
    text = PAGE.substitute(accounts="\n".join(accounts), transfers="\n".join(transfers))
    return Answer(text, content_type="text/html; charset=utf-8")


def _row(*words: str, fen: int, after: tuple[str, ...] = ()) -> str:
    left, right = ("".join(f"<td>{escape(word)}</td>" for word in part) for part in (words, after))
    return f'<tr>{left}<td class="fen">{yuan(fen)}</td>{right}</tr>'


ROUTES: tuple[tuple[str, re.Pattern[str], Route], ...] = (
    ("GET", re.compile(r"/()"), front_page),
    ("GET", re.compile(r"/healthz()"), health),
    ("POST", re.compile(r"/transfers()"), submit),
    ("GET", re.compile(r"/transfers/([^/]+)"), look_up),
    ("POST", re.compile(r"/transfers/([^/]+)/charge-back"), charge_back),
    ("POST", re.compile(r"/transfers/([^/]+)/return"), send_back),
    ("GET", re.compile(r"/accounts/([^/]+)"), account),
    ("POST", re.compile(r"/accounts/([^/]+)/deposits"), deposit),
    ("GET", re.compile(r"/statement()"), statement),
    ("POST", re.compile(r"/faults()"), arrange_fault),
    ("GET", re.compile(r"/faults()"), arranged_faults),
)


def _shown(transfer: Transfer) -> dict[str, Any]:
    settled_at = transfer.settled_at
    return {
        "out_trade_no": transfer.out_trade_no,
        "kind": transfer.kind,
        "account": transfer.account,
        "amount_fen": transfer.amount_fen,
        "state": transfer.state,
        "reason": transfer.reason,
        "bank_reference": transfer.bank_reference,
        "accepted_at": instant(transfer.accepted_at),
        "settled_at": None if settled_at is None else instant(settled_at),
    }


def _account_shown(name: str, balance_fen: int) -> dict[str, Any]:
    return {"account": name, "owner_kind": owner_kind(name), "balance_fen": balance_fen}


def _text(body: Mapping[str, Any], field: str, pattern: re.Pattern[str]) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Problem(422, "INVALID_FIELD", f"{field}: missing, or not in the form expected.")
    return value


def _customer(name: str) -> str:
    if not is_customer(name):
        detail = "account: merchant:<code> or person:<public id>, opaque names only."
        raise Problem(422, "INVALID_FIELD", detail)
    return name


def _amount_fen(body: Mapping[str, Any]) -> int:
    value = body.get("amount_fen")
    if type(value) is not int or not 0 < value <= MOST_FEN:
        raise Problem(422, "INVALID_FIELD", f"amount_fen: a whole number from 1 to {MOST_FEN}.")
    return value


def _order(body: Mapping[str, Any], *, notify_hosts: frozenset[str]) -> Order:
    return Order(
        out_trade_no=_text(body, "out_trade_no", OUT_TRADE_NO),
        kind=_text(body, "kind", re.compile("PAY_OUT|COLLECT")),
        account=_customer(str(body.get("account"))),
        amount_fen=_amount_fen(body),
        notify_url=_notify_url(body.get("notify_url", ""), notify_hosts=notify_hosts),
    )


def _notify_url(value: Any, *, notify_hosts: frozenset[str]) -> str:
    """An empty address means that nobody wants to hear; the bank calls known hosts only."""
    if value == "":
        return ""
    try:
        address = urlsplit(value if isinstance(value, str) and value.isascii() else "-")
        is_fine = address.scheme in {"http", "https"} and address.port != 0
        is_fine = is_fine and address.hostname in notify_hosts and address.username is None
    except ValueError:
        is_fine = False
    if not is_fine or len(value) > 500 or re.search(r"[\s\x00-\x1f]", value):
        hosts = ", ".join(sorted(notify_hosts))
        raise Problem(422, "INVALID_FIELD", f"notify_url: an http address on one of: {hosts}.")
    return str(value)


def _fault(body: Mapping[str, Any]) -> faults.Fault | None:
    mode = body.get("mode")
    whom = body.get("account") or faults.EVERYBODY
    if whom != faults.EVERYBODY:
        _customer(str(whom))
    if mode == "none":
        return None
    if not isinstance(mode, str) or mode not in faults.DEFAULT_SECONDS:
        modes = ", ".join(["none", *faults.DEFAULT_SECONDS])
        raise Problem(422, "INVALID_FIELD", f"mode: one of {modes}.")
    return faults.Fault(
        mode=mode,
        account=str(whom),
        times=_times(body.get("times")),
        seconds=_seconds(body.get("seconds"), faults.DEFAULT_SECONDS[mode]),
    )


def _times(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 < value <= MOST_TIMES:
        raise Problem(422, "INVALID_FIELD", f"times: a whole number from 1 to {MOST_TIMES}.")
    return value


def _seconds(value: Any, otherwise: float) -> float:
    if value is None:
        return otherwise
    if type(value) not in {int, float} or not 0 <= value <= MOST_SECONDS:
        raise Problem(422, "INVALID_FIELD", f"seconds: a number from 0 to {MOST_SECONDS:.0f}.")
    return float(value)
