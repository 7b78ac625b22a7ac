"""A session in the table shows nothing; a session that was touched is no session."""

import base64
import json
import zlib

import pytest
from django.contrib.sessions.models import Session
from django.contrib.sessions.serializers import JSONSerializer
from django.core import signing
from django.test import override_settings

from common.crypto.sessions import SessionStore

PHONE = "13900001234"
pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    store = SessionStore()
    store["account_login"] = {"phone": PHONE, "code": "482913"}
    store.save()
    return store


def stored(session):
    return Session.objects.get(pk=session.session_key)


def decodings(text):
    """The text as it is, and what base64 and zlib make of its parts."""
    yield text.encode()
    for part in text.replace(":", "$").split("$"):
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        yield raw
        try:
            yield zlib.decompress(raw)
        except zlib.error:
            continue


def test_it_comes_back(session):
    again = SessionStore(session.session_key)
    assert again["account_login"] == {"phone": PHONE, "code": "482913"}


def test_the_table_holds_neither_phone_nor_code(session):
    for text in decodings(stored(session).session_data):
        assert PHONE.encode() not in text
        assert b"482913" not in text


def test_djangos_own_store_would_have_shown_both(session):
    plain = signing.dumps({"phone": PHONE}, serializer=JSONSerializer)
    assert any(PHONE.encode() in text for text in decodings(plain))


def test_a_changed_payload_is_an_empty_session(session, caplog):
    row = stored(session)
    row.session_data = row.session_data[:-6] + "AAAAA="
    row.save()
    again = SessionStore(session.session_key)
    assert again.get("account_login") is None
    assert again.is_empty() is False
    assert "session.unreadable" in caplog.text
    assert PHONE not in caplog.text


@pytest.mark.parametrize("payload", ["", "s1$", "s1$x", json.dumps({"phone": PHONE}), "汉字"])
def test_a_foreign_payload_is_an_empty_session(payload):
    assert SessionStore().decode(payload) == {}


def test_a_session_signed_by_django_is_not_taken_over(session):
    signed = signing.dumps({"_auth_user_id": "1"}, salt=SessionStore().key_salt)
    assert SessionStore().decode(signed) == {}


def test_another_key_encrypting_key_ends_all_sessions(session):
    new = base64.urlsafe_b64encode(b"n" * 32).decode()
    with override_settings(FIELD_ENCRYPTION_KEY=[new]):
        assert SessionStore(session.session_key).get("account_login") is None


def test_a_key_change_with_the_old_key_listed_ends_none(session, settings):
    new = base64.urlsafe_b64encode(b"n" * 32).decode()
    settings.FIELD_ENCRYPTION_KEY = [new, *settings.FIELD_ENCRYPTION_KEY]
    assert SessionStore(session.session_key)["account_login"]["phone"] == PHONE


def test_a_row_opens_as_django_opens_it(session):
    assert SessionStore().decode(stored(session).session_data)["account_login"]["code"] == "482913"


@pytest.mark.parametrize("value", [{}, {"a": [1, None, "汉字"]}, {"long": "x" * 5000}])
def test_every_session_dictionary_comes_back(value):
    assert SessionStore().decode(SessionStore().encode(value)) == value
