"""Bases of staff pages: rows are looked at here, and changed by verbs only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
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

    def beside(self, _request: HttpRequest, _row: Any) -> dict[str, Any]:
        """What the page of one row shows beside its columns; asked for who may see the row only."""
        return {}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one row."""
        row = self.get_object(request, object_id)
        may_see = row is not None and self.has_view_permission(request, row)
        shown = {**(self.beside(request, row) if may_see else {}), **(extra_context or {})}
        answer: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return answer
