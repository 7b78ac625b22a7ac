"""What SQL may do with a sealed column: write a cell or nothing, and ask whether it is empty."""

from datetime import date

import pytest
from django.core.exceptions import FieldError
from django.db import models
from django.db.models import Case, F, Max, Value, When
from django.db.models.functions import Coalesce, Concat, Upper

from common.crypto import cells
from common.crypto.keys import DecryptError
from common.tests.members import (
    PHONE,
    Member,
    create_tables,
    fetched,
    member,
    new_key,
    raw,
    refused,
)

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture(autouse=True)
def _tables(db):
    create_tables()


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
