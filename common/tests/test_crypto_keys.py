"""Keys are made, wrapped, found, forgotten and destroyed."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.test import override_settings

from common.crypto import cells, keys
from common.crypto.keys import DecryptError, KeyDestroyed, KeyRing, Secret, UnknownKey
from common.crypto.models import Scope, SubjectKey
from common.crypto.router import KeysRouter

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
OLD_KEK = Fernet.generate_key().decode()
NEW_KEK = Fernet.generate_key().decode()
PHONE = "13900001234"


@pytest.fixture(autouse=True)
def empty_ring(db):
    """No keys at all: the template of the test database may carry a canary."""
    SubjectKey.objects.all().delete()
    keys.forget()
    yield
    keys.forget()


def lins_key():
    return keys.create(subject="borrower:lin", scope=Scope.STATUTORY)


def raw_of(key_id):
    secret = keys.secret_of(key_id)
    assert secret is not None
    return secret.raw


def sealed_phone(key_id):
    return cells.seal(PHONE, key_id=key_id, context="borrower.phone")


def read_phone(cell):
    return cells.unseal(cell, context="borrower.phone")


class TestCreate:
    def test_a_key_seals_and_opens(self):
        assert read_phone(sealed_phone(lins_key())) == PHONE

    def test_the_row_says_whose_and_why_and_since_when(self):
        row = SubjectKey.objects.get(pk=lins_key())
        assert (row.subject, row.scope, row.destroyed_at) == ("borrower:lin", "STATUTORY", None)
        assert row.created_at.tzinfo is not None
        assert str(row) == f"key {row.pk} STATUTORY"

    def test_two_keys_of_one_person_are_two_secrets(self):
        consented = keys.create(subject="borrower:lin", scope="CONSENTED")
        assert raw_of(lins_key()) != raw_of(consented)

    def test_numbers_are_not_counted_and_fit_every_integer(self):
        first, second = lins_key(), lins_key()
        assert abs(first - second) > 1
        assert 0 < first < 2**53

    def test_an_unknown_scope_is_refused_and_nothing_is_written(self):
        with pytest.raises(ValueError, match="MARKETING"):
            keys.create(subject="borrower:lin", scope="MARKETING")
        assert not SubjectKey.objects.exists()

    def test_the_wrapped_key_does_not_show_the_secret(self):
        key_id = lins_key()
        row = SubjectKey.objects.get(pk=key_id)
        assert raw_of(key_id) not in row.wrapped.encode()
        assert "raw" not in repr(keys.secret_of(key_id))

    def test_the_database_refuses_a_key_without_a_secret(self):
        with pytest.raises(IntegrityError), transaction.atomic(using="keys"):
            SubjectKey.objects.create(
                pk=1, subject="borrower:wei", scope="STATUTORY", wrapped="", kek_version="x"
            )


class TestAgainstTheMainTransaction:
    def test_a_key_made_inside_a_transaction_outlives_its_rollback(self):
        with transaction.atomic():
            key_id = lins_key()
            transaction.set_rollback(True)
        assert keys.secret_of(key_id) is not None

    def test_keys_live_in_their_own_database_only(self):
        assert "common_subjectkey" in connections["keys"].introspection.table_names()
        assert "common_subjectkey" not in connections["default"].introspection.table_names()
        with pytest.raises(DatabaseError), transaction.atomic():
            SubjectKey.objects.using("default").count()


class TestDestroy:
    def test_what_was_sealed_reads_as_erased(self):
        key_id = lins_key()
        cell = sealed_phone(key_id)
        keys.destroy(key_id=key_id, reason="WITHDRAWN", at=NOON)
        assert read_phone(cell) == ""
        assert isinstance(read_phone(cell), cells.Erased)

    def test_nothing_more_can_be_sealed(self):
        key_id = lins_key()
        keys.destroy(key_id=key_id, reason="WITHDRAWN", at=NOON)
        with pytest.raises(KeyDestroyed, match=r"borrower\.phone"):
            sealed_phone(key_id)

    def test_the_row_stays_as_evidence_without_the_secret(self):
        key_id = lins_key()
        keys.destroy(key_id=key_id, reason="WITHDRAWN", at=NOON)
        row = SubjectKey.objects.get(pk=key_id)
        assert (row.wrapped, row.destroy_reason, row.destroyed_at) == ("", "WITHDRAWN", NOON)

    def test_twice_is_once(self):
        key_id = lins_key()
        keys.destroy(key_id=key_id, reason="WITHDRAWN", at=NOON)
        keys.destroy(key_id=key_id, reason="RETENTION_ENDED", at=LATER)
        row = SubjectKey.objects.get(pk=key_id)
        assert (row.destroy_reason, row.destroyed_at) == ("WITHDRAWN", NOON)

    def test_the_other_key_of_the_same_person_still_opens(self):
        consented = keys.create(subject="borrower:lin", scope="CONSENTED")
        cell = sealed_phone(lins_key())
        keys.destroy(key_id=consented, reason="WITHDRAWN", at=NOON)
        assert read_phone(cell) == PHONE

    def test_an_unknown_key_cannot_be_destroyed(self):
        with pytest.raises(UnknownKey):
            keys.destroy(key_id=77, reason="WITHDRAWN", at=NOON)

    def test_a_missing_key_is_an_incident_and_not_an_erasure(self):
        cell = sealed_phone(lins_key())
        SubjectKey.objects.all().delete()
        keys.forget()
        with pytest.raises(UnknownKey):
            read_phone(cell)


class TestTheKeyEncryptingKey:
    def test_a_wrong_one_raises_and_shows_nothing(self):
        cell = sealed_phone(lins_key())
        keys.forget()
        with (
            override_settings(FIELD_ENCRYPTION_KEY=[NEW_KEK]),
            pytest.raises(DecryptError, match="no configured key-encrypting key"),
        ):
            read_phone(cell)

    def test_a_wrapped_key_moved_to_another_row_is_refused(self):
        lin, chen = lins_key(), lins_key()
        SubjectKey.objects.filter(pk=chen).update(wrapped=SubjectKey.objects.get(pk=lin).wrapped)
        with pytest.raises(DecryptError, match="moved here"):
            keys.secret_of(chen)

    def test_rewrapping_lets_the_old_one_go(self):
        with override_settings(FIELD_ENCRYPTION_KEY=[OLD_KEK]):
            cell = sealed_phone(lins_key())
        with override_settings(FIELD_ENCRYPTION_KEY=[NEW_KEK, OLD_KEK]):
            assert keys.rewrap() == 1
            assert keys.rewrap() == 0
            assert keys.keys_per_kek() == {keys.kek_versions()[0]: 1}
        keys.forget()
        with override_settings(FIELD_ENCRYPTION_KEY=[NEW_KEK]):
            assert read_phone(cell) == PHONE

    def test_rewrapping_goes_on_where_it_stopped(self):
        with override_settings(FIELD_ENCRYPTION_KEY=[OLD_KEK]):
            for _ in range(3):
                lins_key()
        with override_settings(FIELD_ENCRYPTION_KEY=[NEW_KEK, OLD_KEK]):
            assert [keys.rewrap(limit=2) for _ in range(3)] == [2, 1, 0]

    def test_rewrapping_never_revives_a_destroyed_key(self):
        with override_settings(FIELD_ENCRYPTION_KEY=[OLD_KEK]):
            key_id = lins_key()
            keys.destroy(key_id=key_id, reason="WITHDRAWN", at=NOON)
        with override_settings(FIELD_ENCRYPTION_KEY=[NEW_KEK, OLD_KEK]):
            assert keys.rewrap() == 0
        assert SubjectKey.objects.get(pk=key_id).wrapped == ""

    def test_the_names_of_the_keys_do_not_show_them(self):
        with override_settings(FIELD_ENCRYPTION_KEY=[NEW_KEK, OLD_KEK]):
            newest, oldest = keys.kek_versions()
        assert newest != oldest
        assert newest not in NEW_KEK


class TestTheCanary:
    def test_an_empty_database_proves_nothing_and_complains_of_nothing(self):
        keys.prove()

    def test_it_is_planted_once(self):
        keys.plant_canary()
        keys.plant_canary()
        assert SubjectKey.objects.filter(scope="PLATFORM").count() == 1
        keys.prove()

    def test_it_notices_a_wrong_key_encrypting_key(self):
        keys.plant_canary()
        with override_settings(FIELD_ENCRYPTION_KEY=[NEW_KEK]), pytest.raises(DecryptError):
            keys.prove()

    def test_it_notices_a_wrong_blind_index_key(self):
        keys.plant_canary()
        with (
            override_settings(BLIND_INDEX_KEYS={"1": "another key, and also long enough"}),
            pytest.raises(DecryptError, match="blind index"),
        ):
            keys.prove()

    def test_it_survives_a_second_blind_index_key(self, settings):
        keys.plant_canary()
        settings.BLIND_INDEX_KEYS = settings.BLIND_INDEX_KEYS | {"2": "b" * 40}
        keys.prove()


class TestPreload:
    def test_many_keys_cost_one_query(self, django_assert_num_queries):
        found = [lins_key() for _ in range(5)]
        with django_assert_num_queries(1, using="keys"):
            keys.preload(found)
            keys.preload(found)
            assert all(keys.secret_of(key_id) for key_id in found)

    def test_the_platform_key_costs_none(self, django_assert_num_queries):
        with django_assert_num_queries(0, using="keys"):
            keys.preload([keys.PLATFORM_KEY_ID])
            assert keys.secret_of(keys.PLATFORM_KEY_ID)

    def test_an_erased_key_costs_no_second_query(self, django_assert_num_queries):
        key_id = lins_key()
        keys.destroy(key_id=key_id, reason="WITHDRAWN", at=NOON)
        with django_assert_num_queries(1, using="keys"):
            keys.preload([key_id])
            assert keys.secret_of(key_id) is None


class TestTheRing:
    SECRET = Secret(raw=b"r" * 32, fernet=Fernet(Fernet.generate_key()))

    def test_it_forgets_after_its_time(self, monkeypatch):
        def at(seconds):
            monkeypatch.setattr(keys, "time", SimpleNamespace(monotonic=lambda: seconds))

        ring = KeyRing(size=10, seconds=30)
        at(100.0)
        ring.put({1: self.SECRET})
        at(129.9)
        assert ring.get(1) == (self.SECRET,)
        at(130.1)
        assert ring.get(1) is None

    def test_it_never_holds_more_than_its_size(self):
        ring = KeyRing(size=3, seconds=30)
        for key_id in range(1, 11):
            ring.put({key_id: self.SECRET})
        assert sum(ring.get(key_id) is not None for key_id in range(1, 11)) <= 3
        assert ring.get(10) == (self.SECRET,)

    def test_a_destroyed_key_is_an_answer(self):
        ring = KeyRing(size=3, seconds=30)
        ring.put({1: None})
        assert ring.get(1) == (None,)
        ring.drop(1)
        ring.drop(1)
        assert ring.get(1) is None

    def test_the_time_of_the_real_one_is_below_a_minute(self):
        assert keys.RING._seconds < 60


def test_the_router_sends_nothing_else_to_the_keys():
    router = KeysRouter()
    assert router.allow_migrate("keys", "common", "subjectkey") is True
    assert router.allow_migrate("default", "common", "subjectkey") is False
    assert router.allow_migrate("keys", "borrowers", "borrower") is False
    assert router.allow_migrate("keys", "lending") is False
    assert router.allow_migrate("default", "lending", "loan") is None
    assert router.db_for_write(SubjectKey) == "keys"
    assert router.allow_relation(SubjectKey(), SubjectKey()) is False


def test_the_check_of_a_running_platform_finds_the_canary(capsys):
    keys.plant_canary()
    call_command("check", databases=["keys"], tags=["database"])
    assert "no issues" in capsys.readouterr().out
