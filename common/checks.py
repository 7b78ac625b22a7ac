"""System checks: sealed columns are whole, every column is classified, the keys are the right ones.

E001 a column of the bare package    E002 an index or order over ciphertext
E003 a sealed column without its row check    E004 classification    E005 keys
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, models
from django.db.models import F
from encrypted_model_fields.fields import EncryptedMixin

from common.classification import registry
from common.classification.registry import ClassificationIsWrong, Protection, Registry
from common.crypto import keys
from common.crypto.fields import SealedCheck, SealedColumn
from common.crypto.models import SubjectKey
from common.crypto.router import KEYS_DATABASE

OUR_APPS = ("common", "borrowers", "scoring", "lending", "monitoring")
_SHORTEST_BLIND_KEY = 32


@register(Tags.models)
def sealed_columns_are_whole(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """E001, E002 and E003, over every app: a package may bring a bare encrypted column too."""
    configs = app_configs or list(apps.get_app_configs())
    return [
        error
        for config in configs
        for model in config.get_models()
        for error in sealed_column_errors(model)
    ]


@register(Tags.models)
def every_column_is_classified(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """E004, over our own apps."""
    configs = app_configs or list(apps.get_app_configs())
    return [
        error for config in configs if config.label in OUR_APPS for error in _app_errors(config)
    ]


@register(Tags.security)
def keys_are_configured(**_: Any) -> list[CheckMessage]:
    """E005, without asking a database."""
    return [Error(fault, id="mingzhang.E005") for fault in _key_faults()]


@register(Tags.database)
def keys_are_the_right_ones(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """E005: the canary in the key database opens with the configured keys."""
    if KEYS_DATABASE not in (databases or []):
        return []
    if SubjectKey._meta.db_table not in connections[KEYS_DATABASE].introspection.table_names():
        return []
    try:
        keys.prove()
    except keys.DecryptError as error:
        return [Error(str(error), hint="Configure the keys of this database.", id="mingzhang.E005")]
    return []


def sealed_column_errors(model: type[models.Model]) -> Iterator[CheckMessage]:
    """What is wrong with the sealed columns of one model."""
    sealed = {field.name: field for field in model._meta.local_fields if is_sealed(field)}
    for field in model._meta.local_fields:
        if isinstance(field, EncryptedMixin) and field.name not in sealed:
            yield Error("Use a sealed field instead.", obj=field, id="mingzhang.E001")
    for name in sorted(set(sealed) & set(_compared_columns(model))):
        yield Error(
            f"{name} is ciphertext: it cannot be indexed, unique or ordered by.",
            hint="Use a blind index beside it.",
            obj=model,
            id="mingzhang.E002",
        )
    for field in sealed.values():
        yield from _row_check_errors(model, field)


def classification_errors(
    all_models: Iterable[type[models.Model]], entries: Registry
) -> Iterator[CheckMessage]:
    """Where models and registry differ, in either direction."""
    columns = {model.__name__: _columns_of(model) for model in all_models}
    for model_name, fields in columns.items():
        for name, field in fields.items():
            entry = entries.get(model_name, {}).get(name)
            if entry is None:
                yield _unclassified(f"{model_name}.{name} is not classified.")
            elif (entry.protection is Protection.SEALED) != is_sealed(field):
                yield _unclassified(f"{model_name}.{name}: SEALED and a sealed field go together.")
    for model_name, named in entries.items():
        for name in named.keys() - columns.get(model_name, {}).keys():
            yield _unclassified(f"{model_name}.{name} is classified but does not exist.")


def is_sealed(field: Any) -> bool:
    return isinstance(field, SealedColumn)


def _app_errors(config: AppConfig) -> list[CheckMessage]:
    try:
        entries = registry.load(Path(config.path) / registry.FILE_NAME)
    except ClassificationIsWrong as error:
        return [_unclassified(f"{config.label}: {error}")]
    return list(classification_errors(config.get_models(), entries))


def _unclassified(fault: str) -> CheckMessage:
    return Error(fault, hint=f"Write it into the app's {registry.FILE_NAME}.", id="mingzhang.E004")


def _columns_of(model: type[models.Model]) -> dict[str, Any]:
    return {field.name: field for field in model._meta.local_concrete_fields}


def _row_check_errors(model: type[models.Model], field: Any) -> Iterator[CheckMessage]:
    key_column = _columns_of(model).get(field.key_field)
    if field.key_field is not None and not isinstance(key_column, models.IntegerField):
        yield Error(
            f"key_field {field.key_field!r} is not an integer column of this model.",
            obj=field,
            id="mingzhang.E003",
        )
    if not model._meta.managed:
        return  # A view: the CHECK stands on its table.
    wanted = (field.name, field.key_field)
    checks = [check for check in model._meta.constraints if isinstance(check, SealedCheck)]
    if wanted not in [(check.column, check.key_field) for check in checks]:
        yield Error(
            "A cell of another row could be put here.",
            hint=f"Add sealed_check{wanted!r} to Meta.constraints.",
            obj=field,
            id="mingzhang.E003",
        )


def _compared_columns(model: type[models.Model]) -> Iterator[str]:
    """Every column that the database would compare: by index, constraint or order."""
    options = model._meta
    for together in options.unique_together:
        yield from together
    for ordered in options.ordering or ():
        yield from [ordered.lstrip("-")] if isinstance(ordered, str) else _named_in(ordered)
    for index in options.indexes:
        yield from (name for name, _ in index.fields_orders)
        yield from (name for part in index.expressions for name in _named_in(part))
    for constraint in options.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield from constraint.fields
            yield from (name for part in constraint.expressions for name in _named_in(part))


def _named_in(expression: Any) -> Iterator[str]:
    if isinstance(expression, F):
        yield str(expression.name)  # type: ignore[attr-defined]  # missing from the stubs
    elif hasattr(expression, "get_source_expressions"):
        for source in expression.get_source_expressions():
            yield from _named_in(source)


def _key_faults() -> Iterator[str]:
    """What is wrong with the settings of the keys; never a key itself."""
    blind_keys = getattr(settings, "BLIND_INDEX_KEYS", {})
    if not blind_keys:
        yield "BLIND_INDEX_KEYS is empty: sealed values cannot be found."
    for version, key in blind_keys.items():
        if not version.isdigit() or len(key) < _SHORTEST_BLIND_KEY:
            yield f"BLIND_INDEX_KEYS: {version} is not a number with a key of 32 characters."
        if key in {settings.SECRET_KEY, *settings.FIELD_ENCRYPTION_KEY}:
            yield f"BLIND_INDEX_KEYS: {version} is also another key."
    if KEYS_DATABASE not in settings.DATABASES:
        yield "DATABASES has no database of keys."
    if "common.crypto.router.KeysRouter" not in settings.DATABASE_ROUTERS:
        yield "DATABASE_ROUTERS does not send keys to their database."
