"""The plain SQL of the migrations goes back as well as forth."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

pytestmark = pytest.mark.commits

ROOT = Path(__file__).resolve().parents[2]

MADE_IN_SQL = (
    "borrowers_event",
    "borrowers_event_text",
    "borrowers_event_view",
    "borrowers_event_text_view",
)


def migrate(committed, target: str) -> None:
    answer = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "borrowers", target, "-v", "0"],
        env={**os.environ, **committed.environment, "MINGZHANG_DATABASE_ROLE": "owner"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def found(committed, query: str) -> set[str]:
    connection = psycopg2.connect(committed.owner_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return {name for (name,) in cursor.fetchall()}
    finally:
        connection.close()


def relations(committed) -> set[str]:
    return found(committed, "SELECT relname FROM pg_class") & set(MADE_IN_SQL)


def guards(committed) -> set[str]:
    return found(
        committed,
        "SELECT tgname FROM pg_trigger"
        " WHERE tgname LIKE 'borrowers%only_grows' AND tgenabled = 'A'",
    )


def test_event_tables_and_guards_can_be_taken_back_and_made_again(committed):
    assert relations(committed) == set(MADE_IN_SQL)
    assert len(guards(committed)) == 5

    migrate(committed, "0001")
    assert relations(committed) == set()
    assert guards(committed) == set()

    migrate(committed, "0003")
    assert relations(committed) == set(MADE_IN_SQL)
    assert len(guards(committed)) == 3
