"""A sealed column against every trap of the package it is built on, in real PostgreSQL."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.core import serializers as django_serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.db.models import Case, F, Max, Value, When
from django.db.models.functions import Coalesce, Concat, Upper
from django.forms import modelform_factory
from django.test.utils import isolate_apps
from rest_framework import serializers

from common.crypto import cells, keys
from common.crypto.blind_index import blind
from common.crypto.cells import Erased, Unreadable
from common.crypto.fields import (
    SealedCharField,
    SealedCheck,
    SealedDateField,
    SealedDecimalField,
    SealedIntegerField,
    SealedJSONField,
    SealedTextField,
    sealed_check,
)
from common.crypto.keys import DecryptError, KeyDestroyed, UnknownKey

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

PHONE = "13900001234"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
OWN_KEY: dict[str, Any] = {"key_field": "statutory_key_id", "null": True, "blank": True}

with isolate_apps("common"):

    class Member(models.Model):
        objects: Any
        statutory_key_id = models.BigIntegerField(null=True)
        nickname = models.CharField(max_length=20, default="")
        phone = SealedCharField(context="member.phone", max_length=20, **OWN_KEY)
        phone_index = models.CharField(max_length=30, default="", unique=True)
        note = SealedTextField(context="member.note", **OWN_KEY)
        born_on = SealedDateField(context="member.born_on", **OWN_KEY)
        visits = SealedIntegerField(context="member.visits", **OWN_KEY)
        salary = SealedDecimalField(
            context="member.salary", max_digits=8, decimal_places=2, **OWN_KEY
        )
        extras = SealedJSONField(context="member.extras", **OWN_KEY)

        class Meta:
            app_label = "common"
            constraints = [
                sealed_check(column, "statutory_key_id")
                for column in ("phone", "note", "born_on", "visits", "salary", "extras")
            ]

        def __str__(self):
            return f"member {self.pk}"

    class Notice(models.Model):
        objects: Any
        text = SealedTextField(context="notice.text", key_field=None)

        class Meta:
            app_label = "common"
            constraints = [sealed_check("text", None)]

        def __str__(self):
            return f"notice {self.pk}"


@pytest.fixture(autouse=True)
def tables(db):
    """Temporary, since the application's role may not make others."""
    with connection.schema_editor() as editor:
        editor.sql_create_table = "CREATE TEMPORARY TABLE %(table)s (%(definition)s)"
        editor.create_model(Member)
        editor.create_model(Notice)


NAMES = count()


@contextmanager
def refused(error, match=None):
    """In a savepoint, so that the test can look afterwards that nothing was written."""
    with pytest.raises(error, match=match) as caught, transaction.atomic():
        yield caught


def new_key(subject="member:lin"):
    return keys.create(subject=subject, scope="STATUTORY")


def member(**columns):
    key_id = columns.pop("statutory_key_id", None) or new_key()
    index = f"test:{next(NAMES)}"
    return Member.objects.create(statutory_key_id=key_id, phone_index=index, **columns)


def fetched(row):
    return Member.objects.get(pk=row.pk)


def field_named(name) -> Any:
    return Member._meta.get_field(name)


def raw(row, column="phone"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM common_member WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def overwrite(row, column, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE common_member SET {column} = %s WHERE id = %s", [value, row.pk])


def overwrite_without_check(row, column, value):
    """What a damaged disk or a restored dump can do although the CHECK stands in the way."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE common_member DROP CONSTRAINT common_member_{column}_sealed")
    overwrite(row, column, value)


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


class TestWrites:
    def test_update_with_a_plain_value_is_refused(self):
        row = member(phone=PHONE)
        with refused(FieldError, match=r"member\.phone: write it through an instance"):
            Member.objects.update(phone="13900009999")
        assert fetched(row).phone == PHONE

    @pytest.mark.parametrize(
        "expression",
        [
            F("nickname"),
            F("note"),
            Value(PHONE),
            Upper("nickname"),
            Concat(F("nickname"), Value("x")),
            Case(When(pk__gt=0, then=Value(PHONE)), default=Value(None)),
            Coalesce(Value(PHONE), Value("")),
        ],
    )
    def test_update_with_an_expression_is_refused(self, expression):
        row = member(phone=PHONE, nickname="lin")
        with refused(FieldError):
            Member.objects.update(phone=expression)
        assert fetched(row).phone == PHONE

    def test_saving_an_expression_is_refused(self):
        row = member(phone=PHONE)
        row.phone = F("nickname")
        with refused(FieldError, match="F cannot be written"):
            row.save()
        assert fetched(row).phone == PHONE

    def test_creating_with_an_expression_is_refused(self):
        with refused(FieldError):
            member(phone=Value(PHONE))
        assert not Member.objects.exists()

    def test_bulk_update_of_plain_values_is_refused(self):
        row = member(phone=PHONE)
        row.phone = "13900009999"
        with refused(FieldError):
            Member.objects.bulk_update([row], ["phone"])
        assert fetched(row).phone == PHONE

    def test_bulk_update_of_sealed_values_and_of_nothing_works(self):
        rows = [member(phone=PHONE, born_on=date(2000, 1, 1)) for _ in range(3)]
        for row in rows[:2]:
            row.phone = cells.seal("1", key_id=row.statutory_key_id, context="member.phone")
            row.born_on = None
        rows[2].phone = rows[2].born_on = None
        Member.objects.bulk_update(rows, ["phone", "born_on"])
        assert [fetched(row).phone for row in rows] == ["1", "1", None]
        assert [fetched(row).born_on for row in rows] == [None] * 3

    def test_update_with_a_cell_or_with_nothing_works(self):
        row = member(phone=PHONE)
        cell = cells.seal("1", key_id=row.statutory_key_id, context="member.phone")
        Member.objects.update(phone=cell)
        assert fetched(row).phone == "1"
        Member.objects.update(phone=None)
        assert fetched(row).phone is None

    def test_a_cell_of_another_column_is_refused_before_the_database_sees_it(self):
        row = member(phone=PHONE)
        cell = cells.seal("x", key_id=row.statutory_key_id, context="member.note")
        with refused(FieldError):
            Member.objects.update(phone=cell)
        row.phone = cell
        with refused(FieldError):
            row.save()

    def test_a_cell_of_another_row_is_refused_before_the_database_sees_it(self):
        row = member(phone=PHONE)
        row.phone = cells.seal("x", key_id=new_key("member:chen"), context="member.phone")
        with refused(FieldError, match="another row's key"):
            row.save()

    def test_an_instance_saves_a_cell_as_it_is(self):
        key_id = new_key()
        cell = cells.seal(PHONE, key_id=key_id, context="member.phone")
        row = member(phone=cell, statutory_key_id=key_id)
        assert raw(row) == cell

    def test_bulk_create_seals_and_upserts(self):
        key_id = new_key()
        rows = [
            Member(phone=str(number), statutory_key_id=key_id, phone_index=str(number))
            for number in range(3)
        ]
        Member.objects.bulk_create(rows)
        again = Member(phone="changed", statutory_key_id=key_id, phone_index="1")
        Member.objects.bulk_create(
            [again],
            update_conflicts=True,
            unique_fields=["phone_index"],
            update_fields=["phone"],
        )
        phones = Member.objects.order_by("phone_index").values_list("phone", flat=True)
        assert list(phones) == ["0", "changed", "2"]

    def test_saving_some_columns_leaves_the_other_cells_as_they_are(self):
        row = member(phone=PHONE, note="x")
        before = raw(row)
        row.note = "y"
        row.save(update_fields=["note"])
        assert raw(row) == before

    def test_a_fixture_is_refused(self):
        fixture = '[{"model": "common.member", "pk": 1, "fields": {"nickname": "lin"}}]'
        assert "phone" not in fixture
        row = Member(pk=1, phone=PHONE, statutory_key_id=new_key())
        with refused(FieldError):
            row.save_base(raw=True)
        assert not Member.objects.exists()


class TestLookups:
    @pytest.mark.parametrize(
        "lookup",
        ["exact", "iexact", "in", "contains", "startswith", "gt", "range", "regex", "year", "odd"],
    )
    @pytest.mark.parametrize("column", ["phone", "born_on", "visits", "salary", "extras"])
    def test_every_comparison_is_refused(self, column, lookup):
        with refused(FieldError, match="blind index|Unsupported lookup"):
            Member.objects.filter(**{f"{column}__{lookup}": "1"})

    def test_a_plain_comparison_is_refused(self):
        with refused(FieldError, match="blind index"):
            Member.objects.filter(phone=PHONE)
        with refused(FieldError, match="blind index"):
            Member.objects.exclude(models.Q(born_on=date(2000, 1, 1)))

    def test_get_or_create_cannot_create_a_double(self):
        with refused(FieldError, match="blind index"):
            Member.objects.get_or_create(phone=PHONE)
        assert not Member.objects.exists()

    def test_the_inside_of_a_json_column_cannot_be_asked_for(self):
        member(extras={"employer": "x"})
        with refused(FieldError):
            Member.objects.filter(extras__employer="x")
        with refused(FieldError):
            Member.objects.values("extras__employer").first()

    def test_isnull_remains(self):
        member(phone=PHONE)
        assert Member.objects.filter(phone__isnull=False).count() == 1
        assert Member.objects.exclude(extras__isnull=False).count() == 1

    def test_a_function_over_the_column_fails_instead_of_giving_garbage(self):
        member(phone=PHONE)
        with pytest.raises(DecryptError):
            list(Member.objects.annotate(loud=Upper("phone")).values_list("loud", flat=True))

    def test_counting_needs_no_look_inside(self):
        member(phone=PHONE)
        member()
        assert Member.objects.aggregate(n=models.Count("phone"))["n"] == 1
        assert Member.objects.aggregate(n=Max("pk"))["n"]


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
            SealedCharField(key_field="key_id")  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="key_field"):
            SealedCharField(context="member.phone")  # type: ignore[call-arg]
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
