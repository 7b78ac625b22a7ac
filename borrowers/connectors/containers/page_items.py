"""Text items of a PDF as its viewer writes them (pdf.js): JSON with words and places."""

import json
import math
from collections.abc import Sequence
from typing import Any

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Pages, Word

# The viewer counts from the foot of the page; the readers from its top. Any height will do.
PAGE_HEIGHT = 842.0
PLACE_IN_TRANSFORM = slice(4, 6)


def is_items(content: bytes) -> bool:
    """A list of items with a transformation each, seen in its first bytes."""
    head = content[:2_000]
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"} and b'"transform"' in head


def pages(content: bytes) -> Pages:
    """One page, or a list of pages. Raises TruncatedFile."""
    try:
        said = json.loads(content)
        found = said if is_list_of_pages(said) else [said]
        return Pages([words_of(items_of(page)) for page in found])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise refusals.TruncatedFile from error


def is_list_of_pages(said: Any) -> bool:
    return (
        isinstance(said, list) and bool(said) and (isinstance(said[0], list) or "items" in said[0])
    )


def items_of(page: Any) -> list[Any]:
    items = page["items"] if isinstance(page, dict) else page
    return list(items)


def words_of(items: Sequence[Any]) -> list[Word]:
    return [word_of(item) for item in items if str(item["str"]).strip()]


def word_of(item: Any) -> Word:
    left, bottom = map(float, item["transform"][PLACE_IN_TRANSFORM])
    right = left + float(item.get("width", 0))
    if not all(map(math.isfinite, (left, bottom, right))):
        raise ValueError("a place that is no number")
    return Word(left=left, top=PAGE_HEIGHT - bottom, text=str(item["str"]), right=right)
