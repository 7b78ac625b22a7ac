"""Pages of lists: by cursor, newest first."""

import re
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

ROW = re.compile(r"[0-9]{1,18}", re.ASCII)


class NewestFirst(CursorPagination):
    """`next`, `previous`, `results`; the cursor is opaque."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "-id"

    def decode_cursor(self, request: Request) -> Any:
        """Where the page begins. Raises NotFound for a cursor that we did not make."""
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not ROW.fullmatch(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor
