"""A sealed column opens what it sealed and nothing else; what is erased stays erased."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection
from django.forms import modelform_factory
from rest_framework import serializers

from common.crypto import cells, keys
from common.crypto.cells import Erased, Unreadable
from common.crypto.keys import DecryptError, KeyDestroyed, UnknownKey
from common.tests.members import (
    PHONE,
    Member,
    create_tables,
    fetched,
    field_named,
    member,
    new_key,
    overwrite,
    overwrite_without_check,
    raw,
    refused,
)

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _tables(db):
    create_tables()


class TestNoOracle:
    """A token that somebody found in a dump or a log must stay a token, wherever it is pasted."""

    @pytest.fixture
    def token(self):
        return raw(member(phone=PHONE))

    def test_python_conversion_never_opens_it(self, token):
        assert field_named("phone").to_python(token) == token
        assert field_named("note").to_python(token) == token

    def test_a_form_stores_and_shows_the_token(self, token):
        form_class = modelform_factory(Member, fields=["note"])
        zhao = member(statutory_key_id=new_key("member:zhao"))
        form = form_class({"note": token}, instance=zhao)
        assert form.is_valid()
        assert PHONE not in str(form)
        form.save()
        assert fetched(zhao).note == token
        assert raw(zhao, "note") != token

    def test_a_serializer_stores_and_shows_the_token(self, token):
        class MemberSerializer(serializers.ModelSerializer[Any]):
            note = serializers.CharField()
            extras = serializers.JSONField()

            class Meta:
                model = Member
                fields = ["note", "extras"]

        zhao = member(statutory_key_id=new_key("member:zhao"))
        serializer = MemberSerializer(zhao, {"note": token, "extras": {"a": token}})
        assert serializer.is_valid()
        serializer.save()
        assert MemberSerializer(fetched(zhao)).data == {"note": token, "extras": {"a": token}}

    def test_cleaning_a_whole_instance_does_not_open_it(self, token):
        zhao = member(statutory_key_id=new_key("member:zhao"), nickname="zhao")
        zhao.note = token
        zhao.full_clean()
        assert zhao.note == token

    def test_a_token_of_the_platform_or_the_bare_package_is_text_as_well(self):
        package_token = keys._crypter(keys._keks()).encrypt(PHONE.encode()).decode()
        row = member(note=package_token)
        assert fetched(row).note == package_token
        row = member(note=str(cells.seal_platform(PHONE, "member.note")))
        assert fetched(row).note.startswith("p1$0$")


class TestFailsClosed:
    @pytest.mark.parametrize("text", [PHONE, "", "gAAAAABm", "p1$x$y"])
    def test_plain_text_in_the_column_is_never_a_value(self, text):
        row = member(phone=PHONE)
        overwrite_without_check(row, "phone", text)
        with pytest.raises(DecryptError) as caught:
            fetched(row)
        assert PHONE not in str(caught.value)

    def test_a_changed_token_is_never_a_value(self):
        row = member(phone=PHONE)
        cell = raw(row)
        overwrite(row, "phone", cell[:-10] + ("A" if cell[-10] != "A" else "B") + cell[-9:])
        with pytest.raises(DecryptError, match=r"member\.phone"):
            fetched(row)

    def test_a_cell_moved_to_another_column_is_never_a_value(self):
        row = member(phone=PHONE)
        overwrite(row, "note", raw(row))
        with pytest.raises(DecryptError, match="moved here"):
            fetched(row)

    def test_a_row_without_a_key_cannot_be_sealed(self):
        with refused(FieldError, match="no subject key"):
            Member.objects.create(phone=PHONE)
        with refused(FieldError, match="no subject key"):
            Member.objects.create(phone=PHONE, statutory_key_id=0)
        with refused(UnknownKey):
            Member.objects.create(phone=PHONE, statutory_key_id=77)
        assert not Member.objects.exists()

    def test_a_staff_list_shows_the_sound_rows_beside_a_damaged_one(self):
        member(phone=PHONE)
        damaged = member(phone=PHONE)
        overwrite_without_check(damaged, "phone", "damaged")
        with cells.quarantined():
            phones = list(Member.objects.order_by("pk").values_list("phone", flat=True))
        assert phones == [PHONE, ""]
        with cells.quarantined():
            row = fetched(damaged)
        assert isinstance(row.phone, Unreadable)
        with refused(FieldError, match="Unreadable cannot be written"):
            row.save()


class TestTheRowCheck:
    """PostgreSQL itself refuses a cell that names another row's key."""

    def test_another_persons_cell_cannot_be_put_into_my_row(self):
        lins, mine = member(phone=PHONE), member(statutory_key_id=new_key("member:zhao"))
        with refused(IntegrityError, match="common_member_phone_sealed"):
            overwrite(mine, "phone", raw(lins))

    def test_my_row_cannot_take_another_persons_key(self):
        lins, mine = member(phone=PHONE), member(phone="1")
        with refused(IntegrityError):
            overwrite(mine, "statutory_key_id", lins.statutory_key_id)

    def test_a_row_without_a_key_can_hold_no_cell(self):
        lins, mine = member(phone=PHONE), member(phone="1")
        with refused(IntegrityError):
            overwrite(mine, "statutory_key_id", None)
        with connection.cursor() as cursor, pytest.raises(IntegrityError):
            cursor.execute("INSERT INTO common_member (phone) VALUES (%s)", [raw(lins)])

    def test_plain_text_cannot_be_put_into_the_column(self):
        row = member(phone=PHONE)
        with refused(IntegrityError):
            overwrite(row, "phone", PHONE)

    def test_nothing_may_always_be_put_there(self):
        row = member(phone=PHONE)
        overwrite(row, "phone", None)
        assert fetched(row).phone is None

    def test_a_row_may_change_its_key_when_all_is_sealed_again(self):
        row = member(phone=PHONE, note="x")
        row.statutory_key_id = new_key("member:lin")
        row.save()
        assert fetched(row).phone == PHONE
        assert raw(row).startswith(f"p1${row.statutory_key_id}$")


class TestErased:
    @pytest.fixture
    def erased(self):
        row = member(phone=PHONE, born_on=date(2000, 1, 1), extras={"a": 1}, nickname="lin")
        keys.destroy(key_id=row.statutory_key_id, reason="ERASED", at=NOON)
        return fetched(row)

    def test_every_column_reads_as_erased(self, erased):
        for value in (erased.phone, erased.born_on, erased.extras):
            assert isinstance(value, Erased)
            assert not value

    def test_writing_over_it_is_refused(self, erased):
        with refused(FieldError, match="Erased cannot be written"):
            erased.save()
        erased.phone = "13900009999"
        with refused(KeyDestroyed):
            erased.save(update_fields=["phone"])

    def test_the_rest_of_the_row_can_still_be_saved(self, erased):
        erased.nickname = "erased"
        erased.save(update_fields=["nickname"])
        assert fetched(erased).nickname == "erased"

    def test_the_cell_may_be_emptied(self, erased):
        erased.phone = None
        erased.save(update_fields=["phone"])
        assert fetched(erased).phone is None

    def test_other_peoples_rows_are_untouched(self, erased):
        assert fetched(member(phone="1", statutory_key_id=new_key("member:wei"))).phone == "1"
