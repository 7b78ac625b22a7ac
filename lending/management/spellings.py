"""The words that `manage.py quote` reads, in the spellings that lenders and other systems use."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from lending.calc.plans import DayCount, FeeBase, Frequency, Method, Roll, Rounding

Choice = TypeVar("Choice", bound=StrEnum)

METHODS = {
    "EQUAL_INSTALMENTS": Method.EQUAL_INSTALMENT,
    "EQUAL_INSTALLMENT": Method.EQUAL_INSTALMENT,
    "EQUAL_INSTALLMENTS": Method.EQUAL_INSTALMENT,
    "ANNUITY": Method.EQUAL_INSTALMENT,
    "等额本息": Method.EQUAL_INSTALMENT,
    "EQUAL_PRINCIPAL_PAYMENTS": Method.EQUAL_PRINCIPAL,
    "等额本金": Method.EQUAL_PRINCIPAL,
    "先息后本": Method.INTEREST_ONLY,
    "一次还本付息": Method.BULLET,
    "到期还本付息": Method.BULLET,
}
FREQUENCIES = {
    **dict.fromkeys(("DAY", "DAYS"), Frequency.DAILY),
    **dict.fromkeys(("WEEK", "WEEKS"), Frequency.WEEKLY),
    **dict.fromkeys(("MONTH", "MONTHS"), Frequency.MONTHLY),
}
ROUNDINGS = {
    **dict.fromkeys(("CEILING", "CEIL", "ROUND_CEILING"), Rounding.UP),
    **dict.fromkeys(("FLOOR", "TRUNCATE", "ROUND_FLOOR"), Rounding.DOWN),
    **dict.fromkeys(("BANKERS", "BANKER_S", "四舍六入五成双"), Rounding.HALF_EVEN),
    "四舍五入": Rounding.HALF_UP,
    **{f"ROUND_{each.value}": each for each in Rounding},
}
ROLLS = {
    "UNADJUSTED": Roll.NONE,
    "SAME_DAY": Roll.NONE,
    "NEXT": Roll.FOLLOWING,
    "NEXT_WORKING_DAY": Roll.FOLLOWING,
    "PREVIOUS": Roll.PRECEDING,
    "PREVIOUS_WORKING_DAY": Roll.PRECEDING,
}
FEE_BASES = {
    "AMOUNT": FeeBase.PRINCIPAL,
    "PRINCIPAL_AND_INTEREST": FeeBase.INSTALMENT,
    "PRINCIPAL_INTEREST": FeeBase.INSTALMENT,
    "AMOUNT_AND_INTEREST": FeeBase.INSTALMENT,
    "LOAN_AMOUNT_INTEREST": FeeBase.INSTALMENT,
    "INSTALLMENT": FeeBase.INSTALMENT,
}
DAY_COUNTS = {
    **dict.fromkeys(("30_360", "30E_360", "360_30", "30_360_E"), DayCount.THIRTY_360),
    "DAYS_30_DAYS_360": DayCount.THIRTY_360,
    **dict.fromkeys(("30_365", "365_30", "DAYS_30_DAYS_365"), DayCount.THIRTY_365),
    "SAME_AS_REPAYMENT_PERIOD": DayCount.PERIODIC,
    "ANNUAL_12": DayCount.PERIODIC,
    "ACT_365F": DayCount.ACT_365,
    "ACT_365_FIXED": DayCount.ACT_365,
    "ACTUAL_365_FIXED": DayCount.ACT_365,
    "ACT365": DayCount.ACT_365,
    "ACT360": DayCount.ACT_360,
    "A_365": DayCount.ACT_365,
    "A_360": DayCount.ACT_360,
    "ACTUAL_ACTUAL_ISDA": DayCount.ACT_ACT_ISDA,
}
# Days of a month and of a year, as Apache Fineract names them.
PAIRS = {
    ("30", "360"): DayCount.THIRTY_360,
    ("30", "365"): DayCount.THIRTY_365,
    ("ACT", "360"): DayCount.ACT_360,
    ("ACT", "364"): DayCount.ACT_364,
    ("ACT", "365"): DayCount.ACT_365,
    ("ACT", "ACT"): DayCount.ACT_ACT,
}
AT_START = {"UPFRONT", "AT_START", "DISBURSEMENT", "ONCE", "ONCE_AT_START"}
EACH = {"EACH_INSTALMENT", "INSTALMENT", "PER_INSTALMENT", "WITH_EACH_INSTALMENT"}
EACH |= {each.replace("INSTALMENT", "INSTALLMENT") for each in EACH}


def code_of(words: object) -> str:
    """Upper case, with one underscore for whatever stands between. Raises TypeError."""
    if not isinstance(words, str):
        raise TypeError(words)
    return re.sub(r"[\W_]+", "_", words.strip().upper()).strip("_")


def chosen(kind: type[Choice], words: str, spellings: Mapping[str, Choice]) -> Choice:
    """The member of that name or spelling. Raises ValueError for any other."""
    code = code_of(words)
    return spellings[code] if code in spellings else kind(code)


def day_count_of(words: str) -> DayCount:
    """`ACT/365`, `30/360`, `DAYS_360/ACTUAL`, either part first. Raises ValueError."""
    code = code_of(words)
    if code in DAY_COUNTS or code in DayCount.__members__:
        return chosen(DayCount, words, DAY_COUNTS)
    parts = [_part_of(each) for each in re.split(r"[_/]", code.replace("DAYS_", ""))]
    if len(parts) != 2:
        raise ValueError(words)
    return day_count_of_pair(*sorted(parts, key=_is_of_a_year))


def day_count_of_pair(month: str, year: str) -> DayCount:
    """Days of a month and of a year, each a number or ACTUAL. Raises ValueError."""
    pair = _part_of(month), _part_of(year)
    # Where periods are days or weeks, other systems say of months that they do not matter.
    if pair[0] == "INVALID":
        pair = "ACT", pair[1]
    if pair not in PAIRS:
        raise ValueError(month, year)
    return PAIRS[pair]


def days_of(value: object) -> str:
    """Days of a month or a year, a number or a word. Raises TypeError."""
    return code_of(str(value) if isinstance(value, int) else value)


def _part_of(words: str) -> str:
    code = code_of(words).removeprefix("DAYS_")
    return "ACT" if code.startswith("ACT") else code.removesuffix("E")


def _is_of_a_year(part: str) -> bool:
    return part.startswith("36")
