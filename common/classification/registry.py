"""Reads `<app>/classification.toml`, where every column of an app is classified.

    [Borrower]
    _retention = "RELATION"
    phone = "SEALED"
    marketing_note = "SEALED CONSENT"

A table is a model; `_retention` holds for the row and a second word for one column. How long a
retention lasts is a number of law and stands in the rulebook, not here.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FILE_NAME = "classification.toml"
_ROW = "_retention"


class Protection(StrEnum):
    """What a column holds, and so what protects it."""

    PUBLIC = "PUBLIC"  # may be shown to anybody
    INTERNAL = "INTERNAL"  # about the business, not about a person
    PSEUDONYMOUS = "PSEUDONYMOUS"  # about a person, who is named by an opaque number only
    SEALED = "SEALED"  # names or describes a person: only in a sealed column
    BLIND_INDEX = "BLIND_INDEX"  # finds a sealed value; cleared on erasure
    EVIDENCE = "EVIDENCE"  # proves what happened: never changed, holds no plain personal text
    SECRET = "SECRET"  # noqa: S105 (a word)  opens something: hashes, wrapped keys, tokens


class Retention(StrEnum):
    """What ends the stay of a row. Lengths stand in the rulebook under the same word."""

    REFERENCE = "REFERENCE"  # while it is in use: products, models, policies, switches
    ACCOUNT = "ACCOUNT"  # the life of the account
    RELATION = "RELATION"  # the end of the relation and the years of the money-laundering law
    CONTRACT = "CONTRACT"  # the end of the contract and the years of bookkeeping law
    DECISION = "DECISION"  # the decision and the years of a model audit
    CONSENT = "CONSENT"  # until consent is withdrawn or has served its purpose
    CONSENT_PROOF = "CONSENT_PROOF"  # the end of the consent and some years: the proof of it
    RAW_RECORDS = "RAW_RECORDS"  # uploaded records: short, then only aggregates
    MESSAGE = "MESSAGE"  # until it has been delivered and its dispute time is over
    CASE = "CASE"  # the end of the case and the years of complaint law
    OPERATION = "OPERATION"  # technical rows: jobs, idempotency keys
    SESSION = "SESSION"  # hours
    LOG = "LOG"  # the months of the security law
    EVIDENCE = "EVIDENCE"  # audit and ledger: as long as the longest of the others
    STAFF = "STAFF"  # employment and some years


class ClassificationIsWrong(ValueError):
    """The file says something that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said about one column."""

    protection: Protection
    retention: Retention


Registry = Mapping[str, Mapping[str, Entry]]


def load(path: Path) -> Registry:
    """Model name → column name → entry. Raises ClassificationIsWrong; a missing file is empty."""
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ClassificationIsWrong(f"{path.name}: {error}") from error
    return {model: _columns(model, columns) for model, columns in tables.items()}


def _columns(model: str, columns: object) -> dict[str, Entry]:
    if not isinstance(columns, dict) or _ROW not in columns:
        raise ClassificationIsWrong(f"[{model}] is a table of columns with {_ROW}")
    return {
        column: _entry(f"{model}.{column}", f"{words} {columns[_ROW]}".split())
        for column, words in columns.items()
        if column != _ROW
    }


def _entry(name: str, words: list[str]) -> Entry:
    """Protection, retention of the column where it has its own, retention of the row."""
    try:
        return Entry(protection=Protection(words[0]), retention=Retention(words[1]))
    except ValueError as error:
        raise ClassificationIsWrong(f"{name}: {error}") from error
