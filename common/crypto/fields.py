"""Sealed columns: the fields of django-encrypted-model-fields, without their traps.

The package decrypts whatever looks like a token, takes a token it cannot open for the value, and
encrypts the text of SQL expressions. Here only a read from the database opens a cell, what cannot
be opened raises, and only values and cells can be written. No query can look into the column: find
rows by the blind index beside it, which the verb writes explicitly.

    phone = SealedCharField(context="borrower.phone", key_field="statutory_key_id")

    class Meta:
        constraints = [sealed_check("phone", "statutory_key_id")]

A row that belongs to nobody says `key_field=None` and is sealed with the platform's key.
"""

import json
from collections.abc import Iterator
from decimal import InvalidOperation
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.core.exceptions import FieldError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import DataError, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import format_number
from django.db.models import Case, F, Func, Value, When
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact
from django.utils.functional import cached_property
from encrypted_model_fields import fields as package

from common.crypto import cells
from common.crypto.blind_index import checked_context
from common.crypto.cells import Cell, Erased
from common.crypto.keys import PLATFORM_KEY_ID

# What may be assigned and what is read, as the type checker knows it of Django's own fields.
Set_contra = TypeVar("Set_contra", contravariant=True)
Get_co = TypeVar("Get_co", covariant=True)

if TYPE_CHECKING:
    # The package has no types. To the type checker its fields are Django's, which they extend.
    from django.db.models import BigIntegerField as _Integer
    from django.db.models import CharField as _Char
    from django.db.models import DateField as _Date
    from django.db.models import DecimalField as _Decimal
    from django.db.models import Field as _Column
    from django.db.models import JSONField as _Json
    from django.db.models import TextField as _Text
else:
    _Column = Generic
    _Char = package.EncryptedCharField
    _Text = package.EncryptedTextField
    _Date = package.EncryptedDateField
    _Integer = package.EncryptedBigIntegerField

    class _Decimal(package.EncryptedMixin, models.DecimalField):
        """The package has no decimals."""

    class _Json(package.EncryptedMixin, models.JSONField):
        """The package has no JSON."""


# Each would need the database to see the value, or would write one that is not sealed.
_REFUSED_OPTIONS = (
    "unique", "db_index", "primary_key", "db_default", "db_collation", "auto_now", "auto_now_add",
    "unique_for_date", "unique_for_month", "unique_for_year",
)  # fmt: skip


class SealedColumn(_Column[Set_contra, Get_co]):
    """What all sealed fields share. `context` is frozen for ever: renaming it loses the column."""

    def __init__(self, *args: Any, context: str, key_field: str | None, **options: Any) -> None:
        # dumpdata would write the plain value, and so leaves the column out; a REST serializer
        # has to declare the column to write it.
        super().__init__(*args, **{**options, "serialize": False})
        # Not `context`: a DecimalField has one of its own.
        self.cell_context = checked_context(context)
        self.key_field = key_field
        unset = (None, False, models.NOT_PROVIDED)
        if refused := [name for name in _REFUSED_OPTIONS if getattr(self, name, None) not in unset]:
            raise FieldError(f"{context}: a sealed column cannot have {', '.join(refused)}")

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        options.pop("serialize", None)
        return (
            name,
            path,
            arguments,
            options
            | {
                "context": self.cell_context,
                "key_field": self.key_field,
            },
        )

    # --- Reading: the only place that opens a cell ---

    def from_db_value(self, value: str | None, *_: object) -> Any:
        if value is None:
            return None
        text = cells.read(value, context=self.cell_context)
        return text if isinstance(text, Erased) else self.value_of(text)

    def to_python(self, value: Any) -> Any:
        """What Django's own field makes of it: forms and serializers never open a cell."""
        return super(package.EncryptedMixin, self).to_python(value)

    def value_of(self, text: str) -> Any:
        return self.to_python(text)

    # --- Writing: values of an instance, or cells ---

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 (Django's)
        value = getattr(model_instance, self.attname)
        if value is None:
            return None
        key_id = self.key_id_on(model_instance)
        if isinstance(value, Cell):
            if cells.key_id_of(value) != key_id:
                raise FieldError(f"{self.cell_context}: the cell is sealed with another row's key")
            return value
        if isinstance(value, Erased) or hasattr(value, "resolve_expression"):
            raise FieldError(f"{self.cell_context}: {type(value).__name__} cannot be written")
        return cells.seal(self.text_of(value), key_id=key_id, context=self.cell_context)

    def key_id_on(self, row: models.Model) -> int:
        """The number of the key of this row's subject."""
        if self.key_field is None:
            return PLATFORM_KEY_ID
        key_id = getattr(row, self.key_field)
        if not isinstance(key_id, int) or key_id == PLATFORM_KEY_ID:
            raise FieldError(f"{self.cell_context}: the row has no subject key in {self.key_field}")
        return key_id

    def text_of(self, value: Any) -> str:
        """The text to seal. The column cannot see how long it is, so the length is checked here."""
        text = str(self.to_python(value))
        if self.max_length is not None and len(text) > self.max_length:
            raise DataError(f"{self.cell_context}: longer than {self.max_length} characters")
        return text

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Cells only: plain values of update(), bulk_update() or a fixture are refused."""
        for leaf in _leaves(value):
            if leaf is not None and not (
                isinstance(leaf, Cell) and leaf.context == self.cell_context
            ):
                raise FieldError(
                    f"{self.cell_context}: write it through an instance, or seal it first"
                )
        return str(value) if isinstance(value, Cell) else value

    # --- Looking up: never ---

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else _RefusedLookup

    def get_transform(self, lookup_name: str) -> Any:
        return None


def _leaves(value: Any) -> Iterator[Any]:
    """What an expression would write; bulk_update brings its values as CASE ... WHEN."""
    parts: list[Any]
    match value:
        case Value():
            parts = [value.value]
        case When():
            parts = [value.result]
        case Case():
            parts = [*value.cases, value.default]
        case Cast():
            parts = value.get_source_expressions()
        case _:
            yield value
            return
    for part in parts:
        yield from _leaves(part)


class _RefusedLookup(models.Lookup[Any]):
    """Comparing ciphertext finds nothing, silently, and shows the plain value to the log."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        raise FieldError(f"{lhs.output_field.cell_context}: a sealed column: use the blind index")


class SealedCharField(SealedColumn[Set_contra, Get_co], _Char[Set_contra, Get_co]):
    """A line of text, up to `max_length`."""


class SealedTextField(SealedColumn[Set_contra, Get_co], _Text[Set_contra, Get_co]):
    """Text of any length."""


class SealedDateField(SealedColumn[Set_contra, Get_co], _Date[Set_contra, Get_co]):
    """A date, without a time."""


class SealedIntegerField(SealedColumn[Set_contra, Get_co], _Integer[Set_contra, Get_co]):
    """A whole number of 64 bits."""

    @cached_property
    def validators(self) -> Any:
        # The package looks the range up by the name of its own class.
        bounds = [MinValueValidator(-(2**63)), MaxValueValidator(2**63 - 1)]
        own = self._validators  # type: ignore[attr-defined]  # missing from the stubs
        return [*self.default_validators, *own, *bounds]


class SealedDecimalField(SealedColumn[Set_contra, Get_co], _Decimal[Set_contra, Get_co]):
    """An exact decimal, within `max_digits` and `decimal_places`."""

    def text_of(self, value: Any) -> str:
        try:
            text = format_number(self.to_python(value), self.max_digits, self.decimal_places)
        except InvalidOperation as error:
            raise DataError(f"{self.cell_context}: more than {self.max_digits} digits") from error
        assert text is not None
        return text


class SealedJSONField(SealedColumn[Set_contra, Get_co], _Json[Set_contra, Get_co]):
    """A JSON value; None is an empty column."""

    def value_of(self, text: str) -> Any:
        return json.loads(text, cls=self.decoder)

    def text_of(self, value: Any) -> str:
        return json.dumps(
            value, cls=self.encoder, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )


class SealedCheck(models.CheckConstraint):
    """The cell names the key of its own row, so that no cell can be moved to another row."""

    def __init__(self, *, column: str, key_field: str | None, name: str) -> None:
        self.column = column
        self.key_field = key_field
        named = Func(
            F(column), Value("$"), Value(2), function="split_part", output_field=models.TextField()
        )
        # Without a key number the row may hold no cell either: NULL would pass the CHECK.
        own = (
            Value(str(PLATFORM_KEY_ID))
            if key_field is None
            else Coalesce(Cast(F(key_field), models.TextField()), Value(""))
        )
        super().__init__(
            name=name, condition=models.Q((f"{column}__isnull", True)) | models.Q(Exact(named, own))
        )

    def deconstruct(self) -> Any:
        path, arguments, _ = super().deconstruct()
        options = {"column": self.column, "key_field": self.key_field, "name": self.name}
        return path, arguments, options

    def validate(self, *_: object, **__: object) -> None:
        """Nothing to ask before saving: an instance holds the plain value, not the cell."""


def sealed_check(column: str, key_field: str | None) -> SealedCheck:
    """The CHECK that every sealed column needs in its model's `Meta.constraints`."""
    return SealedCheck(
        column=column, key_field=key_field, name=f"%(app_label)s_%(class)s_{column}_sealed"
    )
