"""Pages of lists: by cursor, newest first."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """`next`, `previous`, `results`; the cursor is opaque."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "-id"
