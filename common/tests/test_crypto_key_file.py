"""The embedded database of keys is a SQLite file: what it keeps, and what it must not keep."""

import sqlite3
from datetime import UTC, datetime

import pytest
from django.db import connections

from common.crypto import keys
from common.crypto.models import SubjectKey
from common.crypto.router import KeysRouter

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class ScratchRouter(KeysRouter):
    """Sends keys to a file of this test, since the test database of keys is in memory."""

    def db_for_read(self, model, **hints):
        return "scratch" if super().db_for_read(model) else None

    def allow_migrate(self, database, app_label, model_name=None, **hints):
        return super().allow_migrate("keys", app_label, model_name)


@pytest.fixture
def key_file(tmp_path, settings, django_db_blocker):
    path = tmp_path / "keys.sqlite3"
    connections.databases["scratch"] = connections.databases["keys"] | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"timeout": 0.2, "init_command": "PRAGMA journal_mode=WAL;"},
    }
    settings.DATABASE_ROUTERS = [f"{__name__}.ScratchRouter"]
    with django_db_blocker.unblock():
        with connections["scratch"].schema_editor() as editor:
            editor.create_model(SubjectKey)
        yield path
        connections["scratch"].close()
    del connections["scratch"]
    del connections.databases["scratch"]


def lins_key():
    return keys.create(subject="borrower:lin", scope="STATUTORY")


def files_with(folder, text):
    return [part.name for part in folder.iterdir() if text.encode() in part.read_bytes()]


def test_a_destroyed_key_leaves_no_bytes_behind(key_file):
    key_id = lins_key()
    wrapped = SubjectKey.objects.get(pk=key_id).wrapped
    assert files_with(key_file.parent, wrapped)
    keys.destroy(key_id=key_id, reason="WITHDRAWN", at=NOON)
    assert files_with(key_file.parent, wrapped) == []


def test_a_long_reader_does_not_stop_a_destruction(key_file):
    key_id = lins_key()
    reader = sqlite3.connect(key_file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM common_subjectkey").fetchone()
    keys.destroy(key_id=key_id, reason="WITHDRAWN", at=NOON)
    reader.close()
    assert keys.secret_of(key_id) is None


def test_keys_are_made_while_another_process_reads(key_file):
    reader = sqlite3.connect(key_file)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM common_subjectkey").fetchone() == (0,)
    key_id = lins_key()
    reader.rollback()
    assert reader.execute("SELECT id FROM common_subjectkey").fetchone() == (key_id,)
    reader.close()


def test_a_key_is_committed_when_it_has_been_made(key_file):
    key_id = lins_key()
    assert not connections["scratch"].in_atomic_block
    stranger = sqlite3.connect(key_file)
    assert stranger.execute("SELECT id FROM common_subjectkey").fetchall() == [(key_id,)]
    stranger.close()
