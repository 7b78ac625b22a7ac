"""Words on a staff page that lead to the page of another row."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def linked(page: str, pk: int, words: str) -> SafeString:
    """`page` is app and model as Django names staff pages: `lending_loan`."""
    url = reverse(f"admin:{page}_change", args=[pk])
    return format_html('<a class="staff-link" href="{}">{}</a>', url, words)
