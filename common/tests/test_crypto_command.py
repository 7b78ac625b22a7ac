"""`manage.py keys` shows, proves and rewraps, and never prints a key."""

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from common.crypto import keys
from common.crypto.models import SubjectKey

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NEW_KEK = Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def _no_keys(db):
    SubjectKey.objects.all().delete()
    keys.forget()


def said(action):
    output = io.StringIO()
    call_command("keys", action, stdout=output)
    return output.getvalue()


def test_status_counts_by_key_encrypting_key():
    keys.create(subject="borrower:lin", scope="STATUTORY")
    assert said("status") == f"{keys.kek_versions()[0]} 1\n"


def test_status_warns_of_keys_that_cannot_be_opened(settings):
    keys.create(subject="borrower:lin", scope="STATUTORY")
    settings.FIELD_ENCRYPTION_KEY = [NEW_KEK]
    newest, orphaned = said("status").splitlines()
    assert newest.endswith(" 0")
    assert "cannot be opened" in orphaned
    assert NEW_KEK not in newest


def test_rewrap_moves_every_key_to_the_newest(settings):
    for _ in range(3):
        keys.create(subject="borrower:lin", scope="STATUTORY")
    settings.FIELD_ENCRYPTION_KEY = [NEW_KEK, *settings.FIELD_ENCRYPTION_KEY]
    assert said("rewrap") == "3 keys wrapped anew\n"
    assert said("rewrap") == ""
    assert keys.keys_per_kek() == {keys.kek_versions()[0]: 3}


def test_a_planted_canary_is_proved():
    said("plant")
    said("plant")
    assert SubjectKey.objects.count() == 1
    assert "those of this database" in said("prove")


def test_wrong_keys_are_named_and_nothing_is_planted(settings):
    said("plant")
    settings.FIELD_ENCRYPTION_KEY = [NEW_KEK]
    for action in ("prove", "plant"):
        with pytest.raises(CommandError, match="Configure the keys"):
            said(action)
    assert SubjectKey.objects.count() == 1
