"""A sealed column holds every type, within its limits, and is declared so that it stays sealed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core import serializers as django_serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import DataError, IntegrityError, connection
from django.db.migrations.writer import MigrationWriter
from django.db.models import F
from django.forms import modelform_factory
from rest_framework import serializers

from common.crypto import cells, keys
from common.crypto.blind_index import blind
from common.crypto.fields import SealedCharField, SealedCheck, SealedDateField
from common.tests.members import (
    PHONE,
    Member,
    Notice,
    create_tables,
    fetched,
    field_named,
    member,
    new_key,
    raw,
    refused,
)

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture(autouse=True)
def _tables(db):
    create_tables()


class TestValues:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("phone", PHONE),
            ("phone", ""),
            ("note", "林小雨住在\n虚构的街 12 号"),
            ("born_on", date(2001, 2, 28)),
            ("visits", 2**40),
            ("visits", -1),
            ("visits", 0),
            ("salary", Decimal("123456.78")),
            ("salary", Decimal("0.00")),
            ("extras", {"employer": "虚构茶馆", "months": [1, 2, None], "paid": True}),
            ("extras", []),
            ("extras", "a text"),
        ],
    )
    def test_every_type_comes_back_and_is_sealed_in_the_table(self, column, value):
        row = member(**{column: value})
        again = getattr(fetched(row), column)
        assert again == value
        assert type(again) is type(value)
        assert raw(row, column).startswith(f"p1${row.statutory_key_id}$gAAAAA")

    def test_nothing_is_nothing(self):
        row = member()
        assert raw(row) is None
        assert fetched(row).phone is None
        assert Member.objects.filter(phone__isnull=True).count() == 1

    def test_what_a_form_brings_as_text_is_stored_as_its_type(self):
        again = fetched(member(born_on="2001-02-28", visits="7", salary="5.5"))
        assert (again.born_on, again.visits, again.salary) == (
            date(2001, 2, 28),
            7,
            Decimal("5.50"),
        )

    def test_every_way_to_select_opens_the_column(self):
        row = member(phone=PHONE)
        assert Member.objects.values("phone").get() == {"phone": PHONE}
        assert Member.objects.values_list("phone", flat=True).get() == PHONE
        assert Member.objects.only("phone").get().phone == PHONE
        assert Member.objects.annotate(copy=F("phone")).get().copy == PHONE
        assert Member.objects.defer("phone").get(pk=row.pk).phone == PHONE

    def test_a_blind_index_beside_it_finds_the_row(self):
        row = member(phone=PHONE)
        row.phone_index = blind("member.phone", row.phone)
        row.save(update_fields=["phone_index"])
        assert Member.objects.get(phone_index=blind("member.phone", " 139-0000-1234")) == row


class TestTheColumnHasItsOwnLimits:
    def test_a_text_that_is_too_long_is_refused_on_every_save(self):
        with refused(DataError, match="longer than 20") as caught:
            member(phone="9" * 21)
        assert "999" not in str(caught.value)
        assert not Member.objects.exists()

    def test_a_decimal_with_too_many_digits_is_refused(self):
        with refused(DataError, match="more than 8 digits"):
            member(salary=Decimal("1234567.89"))

    def test_a_decimal_is_rounded_as_the_database_would(self):
        assert fetched(member(salary=Decimal("1.005"))).salary == Decimal("1.00")

    @pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
    def test_json_takes_json_only(self, value):
        with pytest.raises((TypeError, ValueError)):
            member(extras=value)

    def test_a_form_knows_the_limits_too(self):
        form_class = modelform_factory(Member, fields=["phone", "visits", "salary"])
        form = form_class({"phone": "9" * 21, "visits": 2**63, "salary": "1.001"})
        assert set(form.errors) == {"phone", "visits", "salary"}


class TestNothingLeaks:
    def test_a_serializer_cannot_write_a_sealed_column_that_it_does_not_declare(self):
        class MemberSerializer(serializers.ModelSerializer[Any]):
            class Meta:
                model = Member
                fields = ["nickname", "phone"]

        row = member(phone=PHONE)
        serializer = MemberSerializer(row, {"nickname": "lin", "phone": "1"})
        assert serializer.is_valid()
        serializer.save()
        assert (fetched(row).nickname, fetched(row).phone) == ("lin", PHONE)

    def test_djangos_serializers_leave_sealed_columns_out(self):
        row = member(phone=PHONE, born_on=date(2001, 2, 28), visits=7, salary=5, nickname="lin")
        text = django_serializers.serialize("json", [row])
        assert '"nickname": "lin"' in text
        for column in ("phone", "born_on", "visits", "salary", "extras", "note"):
            assert f'"{column}"' not in text

    def test_a_list_costs_one_query_for_its_keys(self, django_assert_num_queries):
        for number in range(6):
            member(phone=PHONE, statutory_key_id=new_key(f"member:{number}"))
        keys.forget()
        with django_assert_num_queries(1, using="keys"):
            keys.preload(Member.objects.values_list("statutory_key_id", flat=True))
            assert {row.phone for row in Member.objects.all()} == {PHONE}


class TestPlatformColumn:
    def test_it_is_sealed_without_a_subject(self):
        row = Notice.objects.create(text="your code is 482913")
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM common_notice")
            assert cursor.fetchone()[0].startswith("p1$0$gAAAAA")
        assert Notice.objects.get(pk=row.pk).text == "your code is 482913"

    def test_a_subjects_cell_cannot_be_put_there(self):
        Notice.objects.create(text="x")
        cell = cells.seal("x", key_id=new_key(), context="notice.text")
        with refused(IntegrityError, match="common_notice_text_sealed"):
            Notice.objects.update(text=cell)


class TestDeclaration:
    @pytest.mark.parametrize(
        "option",
        [
            {"unique": True},
            {"db_index": True},
            {"primary_key": True},
            {"db_default": "x"},
            {"unique_for_date": "born_on"},
            {"db_collation": "C"},
        ],
    )
    def test_options_that_compare_ciphertext_are_refused(self, option):
        with refused(FieldError, match=next(iter(option))):
            SealedCharField(context="member.phone", key_field="key_id", **option)

    def test_a_date_does_not_read_the_clock(self):
        with refused(FieldError, match="auto_now"):
            SealedDateField(context="member.seen_on", key_field="key_id", auto_now=True)

    def test_a_context_and_a_key_are_required(self):
        with pytest.raises(TypeError, match="context"):
            SealedCharField(key_field="key_id")  # type: ignore[call-arg]  # the missing argument is what is tried
        with pytest.raises(TypeError, match="key_field"):
            SealedCharField(context="member.phone")  # type: ignore[call-arg]  # the missing argument is what is tried
        with pytest.raises(ValueError, match="dotted name"):
            SealedCharField(context="Member Phone", key_field="key_id")

    @pytest.mark.parametrize("column", ["phone", "note", "born_on", "visits", "salary", "extras"])
    def test_a_migration_writes_down_the_same_field(self, column):
        field = field_named(column)
        _, path, arguments, options = field.deconstruct()
        assert path == f"common.crypto.fields.{type(field).__name__}"
        assert (options["context"], options["key_field"]) == (
            f"member.{column}",
            "statutory_key_id",
        )
        assert "serialize" not in options
        again = type(field)(*arguments, **options)
        assert again.deconstruct()[1:] == field.deconstruct()[1:]
        assert field.clone().cell_context == field.cell_context
        assert again.db_type(connection) == "text"

    def test_a_migration_writes_down_the_same_check(self):
        check: Any = Member._meta.constraints[0]
        text, imports = MigrationWriter.serialize(check)
        assert text == (
            "common.crypto.fields.SealedCheck(column='phone', "
            "key_field='statutory_key_id', name='common_member_phone_sealed')"
        )
        assert imports == {"import common.crypto.fields"}
        again = SealedCheck(
            column="phone", key_field="statutory_key_id", name="common_member_phone_sealed"
        )
        assert again == check
        assert check.clone() == check
        other = SealedCheck(column="note", key_field="statutory_key_id", name=check.name)
        assert other != check

    def test_form_fields_are_those_of_the_plain_types(self):
        form = modelform_factory(Member, exclude=[])()
        kinds = {name: type(field).__name__ for name, field in form.fields.items()}
        assert kinds["phone"] == "CharField"
        assert kinds["born_on"] == "DateField"
        assert kinds["visits"] == "IntegerField"
        assert kinds["salary"] == "DecimalField"
        assert kinds["extras"] == "JSONField"

    def test_a_bad_value_is_a_form_error_and_not_a_crash(self):
        with pytest.raises(ValidationError):
            field_named("born_on").clean("not a date", None)
