"""The days off of a quote: a calendar by its name, and days of one's own, off or worked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lending.calc.conventions.days_off import LISTED
from lending.calc.plans import Roll
from lending.management import spellings
from lending.management.typed import LONGEST_LIST, Typed, UnclearTerm, day, several

NO_DAYS: frozenset[date] = frozenset()
CALENDARS = {"CHINA": "CN", "PRC": "CN", "NONE": LISTED, "WEEKEND": "WEEKENDS"}
OFF = "off days dates days_off holidays"
WORKED = "working worked working_days workdays days_worked"


@dataclass(frozen=True, slots=True)
class Days:
    """A calendar, "" for the house's own, and days over it."""

    calendar: str = ""
    off: frozenset[date] = NO_DAYS
    worked: frozenset[date] = NO_DAYS

    def over(self, other: "Days") -> "Days":
        """These days over those of another; the calendar of whichever names one."""
        off = self.off | (other.off - self.worked)
        worked = self.worked | (other.worked - self.off)
        return Days(self.calendar or other.calendar, off, worked)


def manner_of_days(terms: Typed) -> dict[str, Any]:
    """Where due dates go that fall on days off, in the words of a plan.

    A calendar alone moves nothing. Days of one's own do: to the next day that is worked, if no
    rule is given. Raises UnclearTerm and UnknownTerm.
    """
    named = terms.find("calendar holiday_calendar", _calendar)
    found = terms.find("holidays days_off", _days_off) or Days()
    if named is not None:
        found = Days(named.calendar).over(Days("", found.off, found.worked))
    worked = terms.take("working_days workdays", _listed, default=NO_DAYS)
    over = terms.take("holiday_overrides overrides", _overrides, default=Days())
    found = over.over(Days("", NO_DAYS, worked).over(found))
    if found.off & found.worked:
        raise UnclearTerm(name="holidays", value=min(found.off & found.worked))
    rolls = spellings.word(Roll, spellings.ROLLS)
    rule = "roll roll_rule holiday_roll rolling business_day_convention"
    return {
        "roll": terms.take(rule, rolls, default=Roll.FOLLOWING if found.off else Roll.NONE),
        "holidays": found.calendar,
        "days_off": found.off,
        "days_worked": found.worked,
    }


def _calendar(value: str) -> Days:
    code = spellings.code_of(value)
    return Days(CALENDARS.get(code, code) if code else LISTED)


def _days_off(value: object) -> Days:
    """A calendar's name, a list of days that alone are off, or an object of both."""
    if isinstance(value, str):
        return _calendar(value)
    if isinstance(value, list):
        return Days(LISTED, _listed(value))
    terms = Typed(value, name="holidays")
    named = terms.find("calendar country", _calendar)
    found = _over(terms, "" if named is None else named.calendar)
    terms.finish()
    return found


def _overrides(value: object) -> Days:
    """`{"off": […], "working": […]}`, or days each with what it is."""
    if isinstance(value, Mapping) and value and all(_is_day(each) for each in value):
        kinds = {
            day(each): spellings.DAY_KINDS[spellings.code_of(said)] for each, said in value.items()
        }
        off = frozenset(each for each, is_off in kinds.items() if is_off)
        return Days("", off, frozenset(kinds) - off)
    terms = Typed(value, name="holiday_overrides")
    found = _over(terms, "")
    terms.finish()
    return found


def _over(terms: Typed, calendar: str) -> Days:
    off, worked = terms.find(OFF, _listed), terms.find(WORKED, _listed)
    return Days(calendar, off or NO_DAYS, worked or NO_DAYS)


def _listed(value: object) -> frozenset[date]:
    found: set[date] = set()
    for each in several(value):
        found.update([day(each)] if isinstance(each, str) else _span(Typed(each, name="holidays")))
        if len(found) > LONGEST_LIST:
            raise ValueError(value)
    return frozenset(found)


def _span(terms: Typed) -> Iterator[date]:
    """One day, or all from a day to another; a name is for people."""
    first = terms.must("on date day from from_date starts_on", day)
    last = terms.find("to to_date ends_on through", day) or first
    terms.find("name", str)
    terms.finish()
    if not 0 <= (last - first).days < LONGEST_LIST:
        raise UnclearTerm(name="holidays.to", value=last)
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _is_day(value: object) -> bool:
    try:
        day(value)
    except ValueError:
        return False
    return True
