"""The words that `manage.py quote` reads, in the spellings that lenders and other systems use."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from lending.calc.plans import DayCount, FeeBase, Frequency, Method, Roll, Rounding

Choice = TypeVar("Choice", bound=StrEnum)

METHODS = {
    "EQUAL_INSTALMENTS": Method.EQUAL_INSTALMENT,
    "EQUAL_INSTALLMENT": Method.EQUAL_INSTALMENT,
    "EQUAL_INSTALLMENTS": Method.EQUAL_INSTALMENT,
    **dict.fromkeys(("ANNUITY", "LEVEL", "EMI", "等额本息"), Method.EQUAL_INSTALMENT),
    **dict.fromkeys(("EQUAL_PRINCIPAL_PAYMENTS", "LINEAR", "等额本金"), Method.EQUAL_PRINCIPAL),
    **dict.fromkeys(("INTEREST_FIRST", "先息后本", "按期付息到期还本"), Method.INTEREST_ONLY),
    **dict.fromkeys(("BULLET_REPAYMENT", "LUMP_SUM", "利随本清"), Method.BULLET),
    **dict.fromkeys(("一次还本付息", "到期还本付息", "到期一次还本付息"), Method.BULLET),
    **dict.fromkeys(("BALLOON_PAYMENT", "气球贷"), Method.BALLOON),
}
FREQUENCIES = {
    **dict.fromkeys(("DAY", "DAYS", "按日"), Frequency.DAILY),
    **dict.fromkeys(("WEEK", "WEEKS", "按周"), Frequency.WEEKLY),
    **dict.fromkeys(("MONTH", "MONTHS", "按月"), Frequency.MONTHLY),
}
ROUNDINGS = {
    **dict.fromkeys(("CEILING", "CEIL", "ROUND_CEILING"), Rounding.UP),
    **dict.fromkeys(("FLOOR", "TRUNCATE", "ROUND_FLOOR"), Rounding.DOWN),
    **dict.fromkeys(("BANKERS", "BANKER_S", "四舍六入五成双"), Rounding.HALF_EVEN),
    "四舍五入": Rounding.HALF_UP,
    **{f"ROUND_{each.value}": each for each in Rounding},
    # As Java numbers them, and other systems after it.
    **dict.fromkeys(("0", "2"), Rounding.UP),
    **dict.fromkeys(("1", "3"), Rounding.DOWN),
    "4": Rounding.HALF_UP,
    "5": Rounding.HALF_DOWN,
    "6": Rounding.HALF_EVEN,
}
ROLLS = {
    "UNADJUSTED": Roll.NONE,
    "SAME_DAY": Roll.NONE,
    "NEXT": Roll.FOLLOWING,
    "NEXT_WORKING_DAY": Roll.FOLLOWING,
    "NEXT_BUSINESS_DAY": Roll.FOLLOWING,
    "FORWARD": Roll.FOLLOWING,
    "顺延": Roll.FOLLOWING,
    "PREVIOUS": Roll.PRECEDING,
    "PREVIOUS_WORKING_DAY": Roll.PRECEDING,
    "PREVIOUS_BUSINESS_DAY": Roll.PRECEDING,
    "BACKWARD": Roll.PRECEDING,
    "MODIFIED": Roll.MODIFIED_FOLLOWING,
    "F": Roll.FOLLOWING,
    "P": Roll.PRECEDING,
    "MF": Roll.MODIFIED_FOLLOWING,
    "MP": Roll.MODIFIED_PRECEDING,
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
AT_START |= {"AT_DISBURSEMENT", "ON_DISBURSEMENT", "UP_FRONT", "START", "ORIGINATION", "ONE_TIME"}
EACH = {"EACH_INSTALMENT", "INSTALMENT", "PER_INSTALMENT", "WITH_EACH_INSTALMENT"}
EACH |= {"EVERY_INSTALMENT", "INSTALMENT_FEE", "EACH_PERIOD", "PER_PERIOD", "EVERY_PERIOD", "EACH"}
EACH |= {each.replace("INSTALMENT", "INSTALLMENT") for each in EACH}
ON_A_DAY = {"ON_DATE", "ON_A_DATE", "DATE", "DUE_DATE", "ON_DUE_DATE", "SPECIFIED_DUE_DATE"}
ON_A_DAY |= {"SPECIFIED_DATE", "ON_DAY", "ON"}
AT_END = {"LAST_INSTALMENT", "WITH_LAST_INSTALMENT", "LAST_INSTALLMENT", "AT_END", "END"}
AT_END |= {"WITH_LAST_INSTALLMENT", "AT_MATURITY", "MATURITY"}
MOMENTS = {"START": AT_START, "EACH": EACH, "DAY": ON_A_DAY, "LAST": AT_END}
FLAT_FEES = {"FLAT", "FIXED", "FIXED_AMOUNT", "FLAT_AMOUNT", "ABSOLUTE"}
# What a fee in percent is a part of, once the words for "percent of" are taken away.
FEE_PARTS = {
    **dict.fromkeys(("", "PRINCIPAL", "LOAN_AMOUNT", "AMOUNT"), FeeBase.PRINCIPAL),
    **dict.fromkeys(("DISBURSEMENT_AMOUNT", "APPROVED_AMOUNT"), FeeBase.PRINCIPAL),
    "INTEREST": FeeBase.INTEREST,
    **{each: base for each, base in FEE_BASES.items() if base is FeeBase.INSTALMENT},
    "INSTALMENT": FeeBase.INSTALMENT,
}
# Whether a day of such a kind is a day off.
DAY_KINDS = {
    **dict.fromkeys(("OFF", "HOLIDAY", "DAY_OFF", "REST"), True),
    **dict.fromkeys(("WORKING", "WORKED", "WORKDAY", "WORKING_DAY"), False),
}


def code_of(words: object) -> str:
    """Upper case, with one underscore for whatever stands between. Raises TypeError."""
    if not isinstance(words, str):
        raise TypeError(words)
    return re.sub(r"[\W_]+", "_", words.strip().upper()).strip("_")


def chosen(kind: type[Choice], words: str, spellings: Mapping[str, Choice]) -> Choice:
    """The member of that name or spelling. Raises ValueError for any other."""
    code = code_of(words)
    return spellings[code] if code in spellings else kind(code)


def word(kind: type[Choice], spellings: Mapping[str, Choice]) -> Callable[[str], Choice]:
    """What reads words as such a member."""
    return lambda words: chosen(kind, words, spellings)


def part_of(code: str) -> str:
    """What a fee is a part of: PERCENT_OF_AMOUNT is one of AMOUNT, PERCENT alone says nothing."""
    return re.sub(r"^(PERCENT(AGE)?|RATE)(_OF)?_?", "", code)


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


def rounding_of(value: object) -> Rounding:
    """A rounding by its name or number. Raises ValueError, TypeError and KeyError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return ROUNDINGS[str(value)]
    return chosen(Rounding, code_of(value), ROUNDINGS)


def days_of(value: object) -> str:
    """Days of a month or a year, a number or a word. Raises TypeError."""
    return code_of(str(value) if isinstance(value, int) else value)


def _part_of(words: str) -> str:
    code = code_of(words).removeprefix("DAYS_")
    return "ACT" if code.startswith("ACT") else code.removesuffix("E")


def _is_of_a_year(part: str) -> bool:
    return part.startswith("36")
