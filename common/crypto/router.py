"""Keeps subject keys in a database of their own, so that no dump of the main one can be read."""

from typing import Any

from django.db.models import Model

KEYS_DATABASE = "keys"
_KEYS_MODEL = "common.subjectkey"


class KeysRouter:
    """`SubjectKey` lives in "keys", and nothing else does."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return KEYS_DATABASE if model._meta.label_lower == _KEYS_MODEL else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self.db_for_read(model, **hints)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        """A key is referred to by number; a foreign key across databases cannot hold."""
        labels = {one._meta.label_lower, other._meta.label_lower}
        return False if _KEYS_MODEL in labels else None

    def allow_migrate(
        self, database: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        """Operations without a model (plain SQL, data moves) belong to the main database."""
        is_keys_model = f"{app_label}.{model_name}" == _KEYS_MODEL
        if database == KEYS_DATABASE:
            return is_keys_model
        return False if is_keys_model else None
