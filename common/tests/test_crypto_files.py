"""A sealed file opens for its own subject and its own name only."""

from datetime import UTC, datetime

import pytest

from common.crypto import files, keys
from common.crypto.keys import DecryptError, KeyDestroyed, UnknownKey

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

CONTENT = b"PK\x03\x04 a bill of the fictional Lin, 13900001234"
CONTEXT = "document.content.Zk3_a-9"


@pytest.fixture
def lin(db):
    return keys.create(subject="borrower:lin", scope="STATUTORY")


@pytest.mark.parametrize("content", [b"", b"x", CONTENT, bytes(range(256)) * 4096])
def test_every_content_comes_back(lin, content):
    assert files.unseal_bytes(files.seal_bytes(content, lin, CONTEXT), lin, CONTEXT) == content


def test_nothing_of_the_content_is_visible(lin):
    sealed = files.seal_bytes(CONTENT, lin, CONTEXT)
    assert b"13900001234" not in sealed
    assert CONTENT[:4] not in sealed
    assert len(sealed) == len(CONTENT) + 40


def test_the_same_file_twice_looks_different(lin):
    assert files.seal_bytes(CONTENT, lin, CONTEXT) != files.seal_bytes(CONTENT, lin, CONTEXT)


def test_keywords_say_what_is_what(lin):
    sealed = files.seal_bytes(content=CONTENT, key_id=lin, context=CONTEXT)
    assert files.unseal_bytes(sealed=sealed, key_id=lin, context=CONTEXT) == CONTENT


def test_a_file_of_another_name_is_refused(lin):
    sealed = files.seal_bytes(CONTENT, lin, CONTEXT)
    with pytest.raises(DecryptError, match="changed or moved"):
        files.unseal_bytes(sealed, lin, "document.content.other")


def test_a_file_of_another_person_is_refused(lin):
    chen = keys.create(subject="borrower:chen", scope="STATUTORY")
    sealed = files.seal_bytes(CONTENT, lin, CONTEXT)
    with pytest.raises(DecryptError, match="not a sealed file"):
        files.unseal_bytes(sealed, chen, CONTEXT)
    relabelled = sealed[:4] + chen.to_bytes(8) + sealed[12:]
    with pytest.raises(DecryptError, match="changed or moved"):
        files.unseal_bytes(relabelled, chen, CONTEXT)


@pytest.mark.parametrize("place", [12, 30, -1])
def test_a_changed_byte_is_noticed(lin, place):
    sealed = bytearray(files.seal_bytes(CONTENT, lin, CONTEXT))
    sealed[place] ^= 1
    with pytest.raises(DecryptError):
        files.unseal_bytes(bytes(sealed), lin, CONTEXT)


@pytest.mark.parametrize("length", [0, 3, 12, 23, 30])
def test_a_truncated_file_is_noticed(lin, length):
    sealed = files.seal_bytes(CONTENT, lin, CONTEXT)
    with pytest.raises(DecryptError):
        files.unseal_bytes(sealed[:length], lin, CONTEXT)


def test_a_plain_file_is_not_taken_for_a_sealed_one(lin):
    with pytest.raises(DecryptError, match="not a sealed file"):
        files.unseal_bytes(CONTENT, lin, CONTEXT)


def test_a_file_is_erased_with_its_key(lin):
    sealed = files.seal_bytes(CONTENT, lin, CONTEXT)
    keys.destroy(key_id=lin, reason="WITHDRAWN", at=datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(KeyDestroyed):
        files.unseal_bytes(sealed, lin, CONTEXT)
    with pytest.raises(KeyDestroyed):
        files.seal_bytes(CONTENT, lin, CONTEXT)


def test_a_file_needs_a_subject():
    with pytest.raises(ValueError, match="belongs to a subject"):
        files.seal_bytes(CONTENT, keys.PLATFORM_KEY_ID, CONTEXT)
    with pytest.raises(UnknownKey):
        files.seal_bytes(CONTENT, 77, CONTEXT)
