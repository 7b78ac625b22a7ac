"""A decision table and what it ruled, in words, percent and yuan for staff. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from common.rates import percent
from common.texts import gettext_noop
from scoring.features.catalogue import Unit, figure

NOT_KNOWN = "–"
YES, NO = gettext_noop("Yes"), gettext_noop("Not so")

# Codes that a table or a trace may hold, each as a word to be translated.
CODES: Mapping[str, str] = {
    "OFFERED": gettext_noop("Offered"),
    "REFERRED": gettext_noop("Sent to a person"),
    "DECLINED": gettext_noop("Declined"),
    "CONSUMPTION": gettext_noop("Everyday consumption"),
    "EDUCATION": gettext_noop("Education"),
    "POLICY": gettext_noop("The policy's limit"),
    "PRODUCT": gettext_noop("The product's largest amount"),
    "EXPOSURE": gettext_noop("The legal ceiling for one person"),
    "INCOME": gettext_noop("What the income bears"),
    "GUARD": gettext_noop("A rule beside the table"),
    "INPUT_MISSING": gettext_noop("Something needed is missing"),
    "NO_RECORDS": gettext_noop("No records shared"),
    "SCARCE_RECORDS": gettext_noop("Too few records"),
    "THIN_RECORDS": gettext_noop("Thin records"),
    "INCOME_NOT_SEEN": gettext_noop("No income seen"),
    "SCORE_LOW": gettext_noop("Score under the line"),
}

# Words of a formula beside the names of columns.
FORMULA: Mapping[str, str] = {
    "null": gettext_noop("not known"),
    "and": gettext_noop("and"),
    "or": gettext_noop("or"),
    "not": gettext_noop("not"),
    "==": gettext_noop("is"),
    "!=": gettext_noop("is not"),
}

# The demonstration's own words, so that they are in the catalogue; staff's policies bring theirs.
DEMONSTRATION: tuple[str, ...] = (
    gettext_noop("Tiers"),
    gettext_noop("Something that must be known is not: a person looks."),
    gettext_noop("No records, but a good history with us."),
    gettext_noop("Sharing records is a free choice: the base product, by a person."),
    gettext_noop("Too few records to say anything: the base product, by a person."),
    gettext_noop("Thin records with a weak score: the base product, by a person."),
    gettext_noop("Thin records: start small and short."),
    gettext_noop("No income seen and a weak score: the base product, by a person."),
    gettext_noop("No income seen: a small limit until it is shown."),
    gettext_noop("Long, full and strong records."),
    gettext_noop("Full and good records."),
    gettext_noop("Good records; the school is paid, not the borrower."),
    gettext_noop("Good records."),
    gettext_noop("Fair records."),
    gettext_noop("Weak records: never refused by the score alone, a person looks."),
)

Show = Callable[[float], str]


def _in(unit: Unit) -> Show:
    return lambda value: figure(value, unit)


def _of_a_million(value: float) -> str:
    return f"{percent(round(value)):.2f}%"


def _chance(value: float) -> str:
    return f"{value:.2%}"


@dataclass(frozen=True, slots=True)
class Column:
    """What a table may ask or say: its name to be translated, and how its number is written."""

    title: str
    show: Show


COLUMNS: Mapping[str, Column] = {
    "has_records": Column(gettext_noop("Records shared"), _in(Unit.COUNT)),
    "score": Column(gettext_noop("Score"), _in(Unit.COUNT)),
    "pd": Column(gettext_noop("Probability of default"), _chance),
    "confidence": Column(gettext_noop("How complete the records are"), _in(Unit.SHARE)),
    "history_months": Column(gettext_noop("Months of records"), _in(Unit.MONTHS)),
    "income_monthly_fen": Column(gettext_noop("Average income a month"), _in(Unit.YUAN)),
    "own_instalments": Column(gettext_noop("Instalments with us that fell due"), _in(Unit.COUNT)),
    "own_on_time_share": Column(
        gettext_noop("Share of instalments with us paid on time"), _in(Unit.SHARE)
    ),
    "scene": Column(gettext_noop("Purpose of the loan"), _in(Unit.COUNT)),
    "amount_fen": Column(gettext_noop("Asked for"), _in(Unit.FEN)),
    "term_months": Column(gettext_noop("Months asked for"), _in(Unit.COUNT)),
    "outcome": Column(gettext_noop("Result"), _in(Unit.COUNT)),
    "tier": Column(gettext_noop("Tier"), _in(Unit.COUNT)),
    "limit_fen": Column(gettext_noop("Limit at most"), _in(Unit.FEN)),
    "annual_rate_ppm": Column(gettext_noop("Annual rate"), _of_a_million),
    "instalment_share_ppm": Column(
        gettext_noop("Instalment at most, as a share of the income"), _of_a_million
    ),
    "max_term_months": Column(gettext_noop("Months at most"), _in(Unit.COUNT)),
    "reason": Column(gettext_noop("Reason"), _in(Unit.COUNT)),
}
CONDITION = gettext_noop("Condition")

RULED: Mapping[str, str] = {
    "is_base": gettext_noop("The base product was better and stands"),
    "bound_by": gettext_noop("What keeps the limit down"),
}

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FIGURES = re.compile(r"[\s\d.<>=!()\[\]-]+")
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: its name and its value, both to be translated where they are words."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the policy was asked, and what it ruled."""

    ruled: tuple[Line, ...]
    asked: tuple[Line, ...]


def told(trace: Mapping[str, Any], rules: Mapping[str, str]) -> Told:
    """The trace of a decision; `rules` are the words of the policy's rules by their ids.

    Reasons and guards are not repeated: they stand among the reasons of the decision.
    """
    return Told(tuple(_ruled(trace, rules)), tuple(_lines(trace.get("inputs", {}))))


def _ruled(trace: Mapping[str, Any], rules: Mapping[str, str]) -> Iterator[Line]:
    if rule := trace.get("rule"):
        yield Line(gettext_noop("Rule that fits the records"), rules.get(rule) or rule)
    yield from _lines(trace.get("ruling", {}))
    if rule := trace.get("base_rule"):
        yield Line(gettext_noop("Rule without the records"), rules.get(rule) or rule)
    for name, title in RULED.items():
        if name in trace:
            yield Line(title, value_told(name, trace[name]))


def _lines(values: Mapping[str, Any]) -> Iterator[Line]:
    for name, column in COLUMNS.items():
        if name in values and name != "reason":
            yield Line(column.title, value_told(name, values[name]))


def value_told(name: str, value: Any) -> str:
    """One value of a column as people read it; a word is still to be translated."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, str):
        return CODES.get(value, value)
    return COLUMNS[name].show(value) if name in COLUMNS else str(value)


def title_of(column: Mapping[str, Any]) -> str:
    """The name of a table's column; a field that only this policy knows keeps its own name."""
    if not column.get("field"):
        return CONDITION
    known = COLUMNS.get(column["field"])
    return known.title if known else str(column["name"])


def cell_told(name: str, cell: str) -> str:
    """A cell of a table: bounds with their unit, words for codes, and formulas as they are."""
    if cell in {"true", "false"}:
        return YES if cell == "true" else NO
    if quoted := _QUOTED.fullmatch(cell):
        return CODES.get(quoted[1], quoted[1])
    if name in COLUMNS and _FIGURES.fullmatch(cell):
        return _NUMBER.sub(lambda found: COLUMNS[name].show(float(found[0])), cell)
    return cell
