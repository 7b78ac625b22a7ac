"""Misbehaviour on request: what the bank is told to do wrong, to whom, and how often."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS fault (
  mode TEXT NOT NULL,
  account TEXT NOT NULL,
  remaining INTEGER CHECK (remaining > 0),
  seconds REAL NOT NULL CHECK (seconds >= 0),
  PRIMARY KEY (mode, account)
) STRICT;
"""

EVERYBODY = ""

# The seconds stand for the case that the caller names none. "at_once" is no fault: the money moves
# before the bank answers, as it does where a bank debits an account of its own.
TRANSFER_MODES: Mapping[str, float] = {
    "delay": 2.0,
    "fail": 0.0,
    "account_closed": 0.0,
    "mandate_revoked": 0.0,
    "duplicate_webhook": 1.0,
    "late_webhook": 2.0,
    "reordered": 0.5,
    "wrong_amount": 0.0,
}
ANSWER_MODES: Mapping[str, float] = {"lose_answer": 0.0, "error_500": 0.0, "slow_answer": 15.0,
                                     "at_once": 0.0}  # fmt: skip
DEFAULT_SECONDS: Mapping[str, float] = {**TRANSFER_MODES, **ANSWER_MODES}


@dataclass(frozen=True, slots=True)
class Fault:
    """One standing order to misbehave. `times` of None means until it is taken back."""

    mode: str
    account: str
    times: int | None
    seconds: float


def arrange(connection: sqlite3.Connection, fault: Fault) -> None:
    """Misbehave like this from now on; the same mode for the same account is replaced."""
    connection.execute(
        "INSERT OR REPLACE INTO fault (mode, account, remaining, seconds) VALUES (?, ?, ?, ?)",
        (fault.mode, fault.account, fault.times, fault.seconds),
    )


def clear(connection: sqlite3.Connection, *, account: str) -> None:
    """Behave again towards `account`, or towards everybody and every account."""
    if account == EVERYBODY:
        connection.execute("DELETE FROM fault")
    else:
        connection.execute("DELETE FROM fault WHERE account = ?", (account,))


def arranged(connection: sqlite3.Connection) -> list[Fault]:
    """What is still to go wrong."""
    rows = connection.execute("SELECT * FROM fault ORDER BY mode, account")
    return [Fault(row["mode"], row["account"], row["remaining"], row["seconds"]) for row in rows]


def take(connection: sqlite3.Connection, *, mode: str, account: str) -> float | None:
    """Use up one `mode` for `account`: its seconds, or None when nothing is arranged.

    What is arranged for the account itself goes before what is arranged for everybody.
    """
    row = connection.execute(
        "SELECT * FROM fault WHERE mode = ? AND account IN (?, '') ORDER BY account DESC LIMIT 1",
        (mode, account),
    ).fetchone()
    if row is None:
        return None

    key = (row["mode"], row["account"])
    if row["remaining"] == 1:
        connection.execute("DELETE FROM fault WHERE mode = ? AND account = ?", key)
    elif row["remaining"] is not None:
        connection.execute(
            "UPDATE fault SET remaining = remaining - 1 WHERE mode = ? AND account = ?", key
        )
    return float(row["seconds"])


def take_for_transfer(connection: sqlite3.Connection, *, account: str) -> dict[str, float]:
    """Everything that will go wrong with one new transfer of `account`: mode to seconds."""
    return take_all(connection, modes=TRANSFER_MODES, account=account)


def take_all(
    connection: sqlite3.Connection, *, modes: Iterable[str], account: str
) -> dict[str, float]:
    """Use up one of each of `modes` that is arranged: mode to seconds."""
    rows = connection.execute("SELECT mode FROM fault WHERE account IN (?, '')", (account,))
    arranged = {str(row["mode"]) for row in rows.fetchall()}
    taken = {
        mode: take(connection, mode=mode, account=account) for mode in modes if mode in arranged
    }
    return {mode: seconds for mode, seconds in taken.items() if seconds is not None}


def packed(misbehaviour: Mapping[str, float]) -> str:
    """The text that is kept beside a transfer."""
    return json.dumps(misbehaviour, sort_keys=True)


def unpacked(text: str) -> dict[str, float]:
    """The reverse of `packed`."""
    return {str(mode): float(seconds) for mode, seconds in json.loads(text).items()}
