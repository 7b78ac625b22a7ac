"""Accounts and transfers of the sandbox bank, kept in one SQLite file. No real money.

Money comes from `outside` when an account is opened or is given a deposit, and then only moves
between accounts: the balances of all accounts, `outside` included, always sum to zero. Times are
passed in, as epoch seconds.
"""

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulation.bank import faults, notices

OUTSIDE = "outside"
LENDER = "lender"
OPENING_FEN = {LENDER: 10_000_000_000, "merchant": 0, "person": 2_000_000}
CUSTOMER = re.compile(r"(merchant|person):[A-Za-z0-9_-]{1,64}")

INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
REFUSED_BY_BANK = "REFUSED_BY_BANK"
REFUSALS = {
    "account_closed": "ACCOUNT_CLOSED",
    "mandate_revoked": "MANDATE_REVOKED",
    "fail": REFUSED_BY_BANK,
}
SETTLED_AT_A_TIME = 100

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
  name TEXT PRIMARY KEY,
  balance_fen INTEGER NOT NULL CHECK (balance_fen >= 0 OR name = 'outside')
) STRICT;
CREATE TABLE IF NOT EXISTS transfer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  out_trade_no TEXT NOT NULL UNIQUE,
  bank_reference TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('PAY_OUT', 'COLLECT')),
  account TEXT NOT NULL REFERENCES account (name),
  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
  notify_url TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'PROCESSING' CHECK (state IN ('PROCESSING', 'SUCCEEDED', 'FAILED')),
  reason TEXT NOT NULL DEFAULT '',
  misbehaviour TEXT NOT NULL,
  accepted_at REAL NOT NULL,
  due_at REAL NOT NULL,
  settled_at REAL
) STRICT;
CREATE INDEX IF NOT EXISTS transfer_due ON transfer (due_at) WHERE state = 'PROCESSING';
CREATE TABLE IF NOT EXISTS movement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('OPENING', 'DEPOSIT', 'PAY_OUT', 'COLLECT')),
  source TEXT NOT NULL REFERENCES account (name),
  target TEXT NOT NULL REFERENCES account (name),
  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
  out_trade_no TEXT UNIQUE REFERENCES transfer (out_trade_no),
  moved_at REAL NOT NULL,
  CHECK (source <> target),
  CHECK ((out_trade_no IS NULL) = (kind IN ('OPENING', 'DEPOSIT')))
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Order:
    """What a client asks for. One `out_trade_no`, chosen by the client, is one transfer."""

    out_trade_no: str
    kind: str
    account: str
    amount_fen: int
    notify_url: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """An accepted order and what became of it."""

    id: int
    out_trade_no: str
    bank_reference: str
    kind: str
    account: str
    amount_fen: int
    notify_url: str
    state: str
    reason: str
    misbehaviour: str
    accepted_at: float
    due_at: float
    settled_at: float | None

    def is_for(self, order: Order) -> bool:
        """Whether `order` asks for the same money; where the notice goes does not matter."""
        mine = (self.out_trade_no, self.kind, self.account, self.amount_fen)
        return mine == (order.out_trade_no, order.kind, order.account, order.amount_fen)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the lender's statement."""

    id: int
    out_trade_no: str
    bank_reference: str
    kind: str
    account: str
    amount_fen: int
    moved_at: float


class OtherContent(Exception):
    """The number has been used for a transfer with another content."""


def is_customer(name: str) -> bool:
    """Whether `name` may stand on the other side of the lender."""
    return CUSTOMER.fullmatch(name) is not None


def owner_kind(name: str) -> str:
    """LENDER, MERCHANT or PERSON."""
    return name.partition(":")[0].upper()


class Book:
    """The file. One connection under one lock; every write is on the disk before it returns."""

    def __init__(self, database: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            database, isolation_level=None, check_same_thread=False, timeout=10
        )
        self._connection.row_factory = sqlite3.Row
        for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.executescript(SCHEMA + faults.SCHEMA + notices.SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one at a time."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For one question, which needs no transaction to see one state of the book."""
        with self._lock:
            yield self._connection

    def accept(
        self, order: Order, *, reference: str, now: float, is_at_once: bool = False
    ) -> Transfer:
        """Take an order once: the same number with the same content is the same transfer.

        With `is_at_once` it is settled, too, where it is due, before anybody is answered. Raises
        OtherContent when the number stands for something else.
        """
        assert order.amount_fen > 0
        assert is_customer(order.account)

        with self.transaction() as connection:
            transfer = _transfer(connection, order.out_trade_no)
            if transfer is None:
                _open(connection, LENDER, now=now)
                _open(connection, order.account, now=now)
                transfer = _insert(connection, order, reference=reference, now=now)
            elif not transfer.is_for(order):
                raise OtherContent(order.out_trade_no)
            if not is_at_once or transfer.due_at > now:
                return transfer
            _settle(connection, order.out_trade_no, now=now)
            return _known(connection, order.out_trade_no)

    def transfer(self, out_trade_no: str) -> Transfer | None:
        """The transfer of that number."""
        with self.reading() as connection:
            return _transfer(connection, out_trade_no)

    def settle_due(self, *, now: float) -> float | None:
        """Settle what is due, each in its own transaction; returns when the next one is due."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT out_trade_no FROM transfer WHERE state = 'PROCESSING' AND due_at <= ?"
                " ORDER BY due_at, id LIMIT ?",
                (now, SETTLED_AT_A_TIME),
            ).fetchall()
            if not rows:
                return _next_due_at(connection)
        for row in rows:
            with self.transaction() as connection:
                _settle(connection, str(row["out_trade_no"]), now=now)
        with self.reading() as connection:
            return _next_due_at(connection)

    def balance_fen(self, account: str, *, now: float) -> int:
        """What the account holds; it is opened at its first use."""
        with self.transaction() as connection:
            _open(connection, account, now=now)
            return _balance_fen(connection, account)

    def deposit(self, *, account: str, amount_fen: int, now: float) -> int:
        """Give a customer money from outside; returns the new balance."""
        assert amount_fen > 0
        assert is_customer(account)

        with self.transaction() as connection:
            _open(connection, account, now=now)
            _bring_in(connection, "DEPOSIT", account=account, amount_fen=amount_fen, now=now)
            return _balance_fen(connection, account)

    def statement(self, *, since_id: int, limit: int) -> list[Entry]:
        """Transfers that moved money, after the entry `since_id`, oldest first."""
        with self.transaction() as connection:
            rows = connection.execute(
                "SELECT m.id AS id, t.out_trade_no AS out_trade_no, t.bank_reference"
                " AS bank_reference, m.kind AS kind, t.account AS account,"
                " m.amount_fen AS amount_fen, m.moved_at AS moved_at"
                " FROM movement AS m JOIN transfer AS t ON t.out_trade_no = m.out_trade_no"
                " WHERE m.id > ? ORDER BY m.id LIMIT ?",
                (since_id, limit),
            ).fetchall()
        return [Entry(**dict(row)) for row in rows]

    def balances(self) -> dict[str, int]:
        """Every account, `outside` included."""
        query = "SELECT name, balance_fen FROM account ORDER BY name"
        with self.transaction() as connection:
            return {str(row["name"]): int(row["balance_fen"]) for row in connection.execute(query)}

    def latest(self, limit: int) -> list[Transfer]:
        """The newest transfers, newest first."""
        query = "SELECT * FROM transfer ORDER BY id DESC LIMIT ?"
        with self.transaction() as connection:
            return [Transfer(**dict(row)) for row in connection.execute(query, (limit,))]


def _transfer(connection: sqlite3.Connection, out_trade_no: str) -> Transfer | None:
    query = "SELECT * FROM transfer WHERE out_trade_no = ?"
    row = connection.execute(query, (out_trade_no,)).fetchone()
    return None if row is None else Transfer(**dict(row))


def _next_due_at(connection: sqlite3.Connection) -> float | None:
    query = "SELECT min(due_at) FROM transfer WHERE state = 'PROCESSING'"
    moment: float | None = connection.execute(query).fetchone()[0]
    return moment


def _known(connection: sqlite3.Connection, out_trade_no: str) -> Transfer:
    transfer = _transfer(connection, out_trade_no)
    assert transfer is not None
    return transfer


def _open(connection: sqlite3.Connection, account: str, *, now: float) -> None:
    opened = connection.execute(
        "INSERT OR IGNORE INTO account (name, balance_fen) VALUES (?, 0)", (account,)
    )
    opening_fen = OPENING_FEN[account.partition(":")[0]]
    if opened.rowcount == 1 and opening_fen > 0:
        _bring_in(connection, "OPENING", account=account, amount_fen=opening_fen, now=now)


def _bring_in(
    connection: sqlite3.Connection, kind: str, *, account: str, amount_fen: int, now: float
) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO account (name, balance_fen) VALUES (?, 0)", (OUTSIDE,)
    )
    moved = (kind, OUTSIDE, account, amount_fen, None, now)
    _move(connection, moved)


def _move(
    connection: sqlite3.Connection, moved: tuple[str, str, str, int, str | None, float]
) -> None:
    _kind, source, target, amount_fen, _out_trade_no, _now = moved
    add = "UPDATE account SET balance_fen = balance_fen + ? WHERE name = ?"
    connection.executemany(add, [(-amount_fen, source), (amount_fen, target)])
    connection.execute(
        "INSERT INTO movement (kind, source, target, amount_fen, out_trade_no, moved_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        moved,
    )


def _balance_fen(connection: sqlite3.Connection, account: str) -> int:
    query = "SELECT balance_fen FROM account WHERE name = ?"
    return int(connection.execute(query, (account,)).fetchone()[0])


def _insert(
    connection: sqlite3.Connection, order: Order, *, reference: str, now: float
) -> Transfer:
    misbehaviour = faults.take_for_transfer(connection, account=order.account)
    columns: dict[str, Any] = {
        "out_trade_no": order.out_trade_no,
        "bank_reference": reference,
        "kind": order.kind,
        "account": order.account,
        "amount_fen": order.amount_fen,
        "notify_url": order.notify_url,
        "misbehaviour": faults.packed(misbehaviour),
        "accepted_at": now,
        "due_at": now + misbehaviour.get("delay", 0.0),
    }
    connection.execute(
        "INSERT INTO transfer (out_trade_no, bank_reference, kind, account, amount_fen,"
        " notify_url, misbehaviour, accepted_at, due_at) VALUES (:out_trade_no, :bank_reference,"
        " :kind, :account, :amount_fen, :notify_url, :misbehaviour, :accepted_at, :due_at)",
        columns,
    )
    return _known(connection, order.out_trade_no)


def _settle(connection: sqlite3.Connection, out_trade_no: str, *, now: float) -> None:
    transfer = _known(connection, out_trade_no)
    if transfer.state != "PROCESSING":
        return

    reason = _reason_to_fail(connection, transfer)
    if not reason:
        sides = (LENDER, transfer.account)
        source, target = sides if transfer.kind == "PAY_OUT" else reversed(sides)
        moved = (transfer.kind, source, target, transfer.amount_fen, out_trade_no, now)
        _move(connection, moved)
    state = "FAILED" if reason else "SUCCEEDED"
    connection.execute(
        "UPDATE transfer SET state = ?, reason = ?, settled_at = ? WHERE out_trade_no = ?",
        (state, reason, now, out_trade_no),
    )
    if transfer.notify_url:
        _notify(connection, transfer, state=state, now=now)


def _reason_to_fail(connection: sqlite3.Connection, transfer: Transfer) -> str:
    misbehaviour = faults.unpacked(transfer.misbehaviour)
    for mode, reason in REFUSALS.items():
        if mode in misbehaviour:
            return reason
    payer = LENDER if transfer.kind == "PAY_OUT" else transfer.account
    if _balance_fen(connection, payer) < transfer.amount_fen:
        return INSUFFICIENT_FUNDS
    return ""


def _notify(connection: sqlite3.Connection, transfer: Transfer, *, state: str, now: float) -> None:
    happening = notices.Happening(
        out_trade_no=transfer.out_trade_no,
        state=state,
        amount_fen=transfer.amount_fen,
        bank_reference=transfer.bank_reference,
        occurred_at=now,
    )
    notices.schedule(
        connection,
        happening,
        notify_url=transfer.notify_url,
        misbehaviour=faults.unpacked(transfer.misbehaviour),
        accepted_at=transfer.accepted_at,
        now=now,
    )
