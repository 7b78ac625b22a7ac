"""Rows by name out of a table or out of JSON, for records of few and known fields.

Nothing but the known fields is taken; a file with fields that may not be read at all (places,
contents, other people, raw logs) is refused whole, so that nothing of it is ever kept.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Cell, Plain, Sheet
from borrowers.connectors.header import (
    FIRST_YEAR,
    LAST_YEAR,
    RowUnreadable,
    Table,
    find,
    name_of,
    text,
)

ROWS_WITH_NAMES = 60
DEEPEST = 4
LONGEST_COUNT = 9
COUNT = re.compile(rf"\d{{1,{LONGEST_COUNT}}}", re.ASCII)
DAY = re.compile(r"(\d{4})[-/]?(\d{2})[-/]?(\d{2})(?:[T ].*)?", re.ASCII)

FORBIDDEN = re.compile(
    r"latitude|longitude|(?:^|_)(?:lat|lng|lon|gps|geo|ssid|bssid|mac|ip|imei|serial)(?:_|$)"
    r"|location|address|position|place|room|city"
    r"|content|text|message|post_body|comment|caption|photo|image|video|album|avatar"
    r"|friend|nickname|wechat_?id|openid|phone|mobile|name|group|member|contact_?list"
    r"|contacts?_?(?:ids?|names?)|call_?log|sms|app_?list|(?:raw_?)?logs?(?:_|$)|event_?time"
    r"|经度|纬度|位置|地址|定位|轨迹|正文|内容|评论|照片|图片|视频|好友|昵称|姓名|手机|电话"
    r"|群聊|通讯录|通话|短信|微信号|事件时间|日志",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of a record by their names, in both languages, and those it cannot do without."""

    names: Mapping[str, str]
    needed: Mapping[str, str]
    kind: str


def is_table(sheet: Sheet, fields: Fields) -> bool:
    """Does a row of the sheet name everything that is needed?"""
    header = find(sheet.rows, fields.names, fields.needed)
    return header is not None and not header.missing(fields.needed)


def of_table(sheet: Sheet, fields: Fields) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Row number and cells by field. Raises TellsTooMuch, UnknownLayout, TruncatedFile."""
    header = find(sheet.rows, fields.names, fields.needed)
    if header is None or header.missing(fields.needed):
        raise refusals.UnknownLayout(columns=", ".join(fields.needed.values()))
    columns = [cell for cell in sheet.rows[header.row_index] if isinstance(cell, str)]
    refuse_forbidden([each for each in columns if name_of(each) not in fields.names])
    yield from Table(sheet, fields.names, header).rows()


def said(plain: Plain) -> Any:
    """The value of a JSON text, or None."""
    try:
        return json.loads(plain.text)
    except (ValueError, RecursionError):
        return None


def is_json(plain: Plain, fields: Fields) -> bool:
    """`{"kind": "device_usage", "rows": [...]}`, told by its kind."""
    if not plain.text.lstrip().startswith("{") or f'"{fields.kind}"' not in plain.text[:2_000]:
        return False
    value = said(plain)
    return isinstance(value, dict) and value.get("kind") == fields.kind


def of_json(plain: Plain, fields: Fields) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Row number and values by field. Raises TellsTooMuch, UnknownLayout."""
    value = said(plain)
    rows = value.get("rows") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise refusals.UnknownLayout(columns="rows")
    refuse_forbidden([name for name in names_in(value) if name_of(name) not in fields.names])
    for number, row in enumerate(rows, start=1):
        yield number, cells(row, fields) if isinstance(row, dict) else {}


def cells(row: Mapping[str, Any], fields: Fields) -> dict[str, Cell]:
    return {
        fields.names[name_of(name)]: cell if isinstance(cell, str | int | float) else None
        for name, cell in row.items()
        if name_of(name) in fields.names and not isinstance(cell, bool)
    }


def names_in(value: Any, depth: int = 0) -> Iterator[str]:
    """The names of every field, also of fields inside fields."""
    if depth > DEEPEST:
        raise refusals.UnknownLayout(columns="rows")
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from names_in(inner, depth + 1)


def refuse_forbidden(names: Sequence[str]) -> None:
    """Raises TellsTooMuch."""
    if any(FORBIDDEN.search(name_of(name)) for name in names):
        raise refusals.TellsTooMuch


def count(cell: Cell, *, most: int, code: str) -> int:
    """A whole number from nought to `most`. Raises RowUnreadable with the code."""
    words = text(cell)
    if not COUNT.fullmatch(words) or int(words) > most:
        raise RowUnreadable(code)
    return int(words)


def day(cell: Cell) -> date:
    """A calendar day, whatever the clock says behind it. Raises RowUnreadable."""
    match = DAY.fullmatch(text(cell))
    if match is None:
        raise RowUnreadable("TIME_UNREADABLE")
    try:
        found = date(*map(int, match.groups()))
    except ValueError as error:
        raise RowUnreadable("TIME_UNREADABLE") from error
    return plausible(found)


def plausible(found: date) -> date:
    """The same day, if a bill can be of it. Raises RowUnreadable."""
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise RowUnreadable("TIME_OUT_OF_RANGE")
    return found
