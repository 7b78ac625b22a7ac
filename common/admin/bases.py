"""Bases of staff pages: rows are looked at here, and changed by verbs only."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Shows every column and changes none; who may look is Django's view permission."""

    class Media:
        css = {"all": ("css/staff.css",)}

    def has_add_permission(self, _request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, *_: Any) -> bool:
        return False
