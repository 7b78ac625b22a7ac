"""What a bank's layout is: data only. One dialect is one layout of one bank."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from borrowers.connectors.contracts import Source
from borrowers.connectors.header import name_of

# The fields that a column may feed. `day` and `clock` are when the person acted, `booked` and
# `booked_clock` when the bank wrote it down; `out` and `in` are two columns for one amount, `flag`
# says the direction of `amount` where its sign does not. `place` is where it was paid, `way` by
# which counter or channel of the bank.
FIELDS = frozenset(
    {
        "day", "clock", "booked", "booked_clock", "amount", "out", "in", "flag", "balance",
        "currency", "type", "memo", "note", "place", "way", "party", "party_account",
        "account", "tail", "status", "id", "ignored",
    }
)  # fmt: skip

CHINESE = re.compile(r"[\u3400-\u9fff]")
LONGEST_HEADING = 60
NO_BEGINNING = frozenset("0123456789-+.¥￥,")
IN_BRACKETS = re.compile(r"\((?:[A-Za-z0-9.]*|元|人民币元?|单位:元)\)")
LATIN_BESIDE = re.compile(r"[A-Za-z.&']+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one layout names its columns.

    `needed` are the fields that it cannot do without, by the names that a person knows. `own` are
    columns that only this layout has; where one stands in the header, the bank needs no naming.
    `title` finds the bank's name in the lines around the rows. On a card, plus is what was bought;
    `turns_sign_round` is for the few cards where minus is. `currency` is what the amounts are in
    where neither a column nor a cell says. A layout that `leaves_out_years` writes 12/29, to which
    a spreadsheet adds the year in which it was opened. `lacks` are columns that it never has.
    """

    name: str
    source: Source
    title: re.Pattern[str]
    names: Mapping[str, str]
    needed: Mapping[str, str]
    own: frozenset[str] = frozenset()
    is_card: bool = False
    turns_sign_round: bool = False
    leaves_out_years: bool = False
    lacks: frozenset[str] = frozenset()
    currency: str = "CNY"

    def __post_init__(self) -> None:
        assert set(self.names.values()) <= FIELDS, self.name
        assert not self.names or set(self.needed) <= set(self.names.values()), self.name


@lru_cache(maxsize=4096)
def column_of(cell: str) -> str:
    """A column's name without width and padding."""
    return name_of(readable(cell)).strip("'\"=`#*").removesuffix(":")


@lru_cache(maxsize=4096)
def chinese_of(cell: str) -> str:
    """The Chinese half of a heading in two languages, without a unit: `Trans Date 交易日期` is
    `交易日期`, and `余额（元）` is `余额`."""
    name = column_of(cell)
    if not CHINESE.search(name):
        return name
    return LATIN_BESIDE.sub("", IN_BRACKETS.sub("", name)).strip("/")


def field_of(cell: str, names: Mapping[str, str]) -> str | None:
    """The field that a heading names, in either of its languages. Most cells are none."""
    if len(cell) > LONGEST_HEADING or cell[:1] in NO_BEGINNING:
        return None
    return names.get(column_of(cell)) or names.get(chinese_of(cell))


# Radicals that PDF fonts use for characters: NFKC maps the Kangxi ones, but not these, and it
# maps U+2F3E to the traditional form.
RADICALS = str.maketrans(
    {
        "⺠": "民", "⻓": "长", "⼾": "户", "⻔": "门", "⻚": "页", "⻛": "风",
        "⻝": "食", "⻋": "车", "⻅": "见", "⻉": "贝", "⻢": "马", "⻥": "鱼",
        "⻦": "鸟", "⻬": "齐", "⻰": "龙", "⻩": "黄", "⻘": "青", "⻮": "齿",
        "⻨": "麦", "⺟": "母", "⺫": "目", "⺝": "月", "⺮": "竹", "⻆": "角",
        "⻄": "西", "⻤": "鬼", "⻣": "骨", "⻧": "卤", "⻙": "韦", "⻜": "飞",
        "⻒": "镸", "⺎": "兀", "⺒": "巳", "⺕": "彐", "⺘": "手", "⺡": "水",
        "⺣": "火", "⺩": "王", "⺼": "肉", "⻀": "黾", "⻊": "足", "⻎": "辶",
        "⻏": "邑", "⻖": "阜", "⼝": "口", "⾸": "首",
    }
)  # fmt: skip


KANGXI = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
RADICAL = re.compile("[\u2e80-\u2fdf]")
AS_THEY_LOOK = KANGXI | RADICALS


def readable(words: str) -> str:
    """Words as they look: radicals as the characters that they stand for."""
    return words.translate(AS_THEY_LOOK) if RADICAL.search(words) else words
