"""Categories, sources and reasons as people read them. Pure; the doors translate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from borrowers.behaviour.contracts import FIRST_DECLARED, LAST_DECLARED, Category, Source
from borrowers.behaviour.imports import FLAGGED_PERCENT
from common.texts import Bilingual, gettext_noop

CATEGORIES: Mapping[int, str] = {
    Category.UNKNOWN: gettext_noop("Other"),
    Category.GROCERIES: gettext_noop("Groceries"),
    Category.DINING: gettext_noop("Eating out"),
    Category.TRANSPORT: gettext_noop("Getting around"),
    Category.TRAVEL: gettext_noop("Travel"),
    Category.ONLINE_SHOPPING: gettext_noop("Online shopping"),
    Category.APPAREL_BEAUTY: gettext_noop("Clothes and beauty"),
    Category.ELECTRONICS_HOME: gettext_noop("Electronics and home"),
    Category.EDUCATION: gettext_noop("Education"),
    Category.MEDICAL: gettext_noop("Health"),
    Category.UTILITIES_TELECOM: gettext_noop("Bills and phone"),
    Category.HOUSING: gettext_noop("Housing"),
    Category.ENTERTAINMENT: gettext_noop("Entertainment"),
    Category.INSURANCE_FINANCE: gettext_noop("Insurance and finance"),
    Category.TRANSFER_SOCIAL: gettext_noop("Transfers to people"),
    Category.LOGISTICS_SERVICE: gettext_noop("Delivery and services"),
    Category.GOVERNMENT_TAX: gettext_noop("Government and tax"),
    Category.INCOME_SALARY: gettext_noop("Salary"),
    Category.INCOME_OTHER: gettext_noop("Other income"),
    Category.REFUND: gettext_noop("Refunds"),
    Category.CREDIT_REPAYMENT: gettext_noop("Repaying credit"),
    Category.CREDIT_DRAWDOWN: gettext_noop("Borrowed money"),
    Category.INVESTMENT: gettext_noop("Saving and investing"),
    Category.CASH: gettext_noop("Cash"),
    Category.GAMBLING_RISK: gettext_noop("Games of chance"),
}
SOURCES: Mapping[int, str] = {
    Source.WECHAT: gettext_noop("WeChat Pay"),
    Source.ALIPAY: gettext_noop("Alipay"),
    Source.JD: gettext_noop("JD"),
    Source.MEITUAN: gettext_noop("Meituan"),
    Source.OWN_LOANS: gettext_noop("Your loans here"),
    Source.SOCIAL_INSURANCE: gettext_noop("Social insurance"),
    Source.STUDENT_STATUS: gettext_noop("Student status"),
    Source.SOCIAL_ACTIVITY: gettext_noop("Social activity"),
    Source.DEVICE: gettext_noop("Smart devices"),
    Source.PARTNER: gettext_noop("A partner"),
    Source.ICBC: gettext_noop("ICBC"),
    Source.CCB: gettext_noop("China Construction Bank"),
    Source.ABC: gettext_noop("Agricultural Bank of China"),
    Source.BOC: gettext_noop("Bank of China"),
    Source.BOCOM: gettext_noop("Bank of Communications"),
    Source.CMB: gettext_noop("China Merchants Bank"),
    Source.CITIC: gettext_noop("China CITIC Bank"),
    Source.SPDB: gettext_noop("Shanghai Pudong Development Bank"),
    Source.CGB: gettext_noop("China Guangfa Bank"),
    Source.BANK: gettext_noop("Another bank"),
    Source.OFX: gettext_noop("A bank abroad (OFX)"),
    Source.MT940: gettext_noop("A bank abroad (MT940)"),
    Source.CAMT: gettext_noop("A bank abroad (CAMT.053)"),
    Source.QIF: gettext_noop("A bank abroad (QIF)"),
}

_DECLARED: dict[int, Bilingual] = {}


def declare(number: int, name: str, title: Bilingual) -> Source:
    """A source of a connector's own file, so that a new source needs no other change.

    The source of this number, called `name` in JSON and `title` on pages; twice is once. What
    it tells counts as a bank's statement does: a wallet's or a shop's row says more.

    Raises ValueError where the number is out of 100 to 199 or means another source already.
    """
    if not FIRST_DECLARED <= number <= LAST_DECLARED:
        raise ValueError(f"a declared source has a number from {FIRST_DECLARED} to {LAST_DECLARED}")
    if not name.isupper() or name in Source.__members__:
        raise ValueError(f"{name} is no free name for a source")
    if _DECLARED.setdefault(number, title) != title:
        raise ValueError(f"{number} is another source already")
    source = Source(number)
    source._name_ = name
    return source


def source_title(source: int) -> str | Bilingual:
    """What a source is called: a message to translate, or both languages at once."""
    return SOURCES.get(source) or _DECLARED.get(source) or SOURCES[Source.BANK]


# By the names of the periods that payments keep.
FREQUENCIES: Mapping[str, str] = {
    "WEEKLY": gettext_noop("Every week"),
    "FORTNIGHTLY": gettext_noop("Every two weeks"),
    "MONTHLY": gettext_noop("Every month"),
    "QUARTERLY": gettext_noop("Every quarter"),
    "YEARLY": gettext_noop("Every year"),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a bill cannot be taken at its word: `_(message) % context`."""

    code: str
    message: str
    context: Mapping[str, int]


class Counted(Protocol):
    """A bill with the count of its rows and the count that it states."""

    @property
    def rows_read(self) -> int: ...
    @property
    def declared_rows(self) -> int | None: ...
    @property
    def totals_agree(self) -> bool | None: ...


ROWS_MISSING = gettext_noop(
    "The file says it has %(declared)d rows, we found %(found)d. Please upload the file as it was"
    " exported; until then a person decides on it."
)
TOTALS_DIFFER = gettext_noop(
    "The count or the sums that the file states do not fit its rows. Please upload the file as it"
    " was exported; until then a person decides on it."
)


ROWS_DO_NOT_FIT = gettext_noop(
    "Some rows of this file do not fit each other, or another file of yours. A person looks at it"
    " before anything is decided."
)
FINDINGS: Mapping[str, str] = {
    "TOTALS_DIFFER": gettext_noop("The count or the sums that it states do not fit its rows"),
    "BALANCE_BREAKS": gettext_noop("A balance does not follow from the one before"),
    "BALANCE_ENDS_DIFFER": gettext_noop("The rows do not lead to the balances it states"),
    "NUMBER_OF_ANOTHER_DAY": gettext_noop("A payment's number carries another day"),
    "NUMBER_TOLD_TWICE": gettext_noop("Two payments share one number"),
    "OUTSIDE_OF_PERIOD": gettext_noop("Rows lie outside of the days that it covers"),
    "ORDER_BROKEN": gettext_noop("A few rows break the order of all others"),
    "WAGE_TWICE_A_MONTH": gettext_noop("The same wage stands twice in a month"),
    "WAGE_AT_NIGHT": gettext_noop("A wage was paid in a weekend night"),
    "ROUND_AMOUNTS": gettext_noop("Most amounts are round"),
    "STRANGE_LAST_DIGITS": gettext_noop("The digits of the amounts are unusual"),
    "SAVED_BY_A_SPREADSHEET": gettext_noop("A spreadsheet saved it again"),
    "TOLD_OTHERWISE_BEFORE": gettext_noop("An earlier file told other amounts"),
    "NOT_ON_THE_CARD": gettext_noop("Payments by a card do not stand on the card's statement"),
}


def doubt_of_looks(tamper_score_percent: int) -> Doubt | None:
    """That a bill looks changed, or None."""
    if tamper_score_percent < FLAGGED_PERCENT:
        return None
    return Doubt("ROWS_DO_NOT_FIT", ROWS_DO_NOT_FIT, {})


class Kept(Counted, Protocol):
    """A bill that was looked at when it was kept."""

    @property
    def tamper_score_percent(self) -> int: ...


def doubt_of_kept(bill: Kept) -> Doubt | None:
    """Why a person looks at a bill first, or None."""
    return doubt_of(bill) or doubt_of_looks(bill.tamper_score_percent)


def doubt_of(bill: Counted) -> Doubt | None:
    """What a bill contradicts itself in, or None."""
    if bill.totals_agree is not False:
        return None
    if bill.declared_rows is not None and bill.rows_read < bill.declared_rows:
        counts = {"declared": bill.declared_rows, "found": bill.rows_read}
        return Doubt("ROWS_MISSING", ROWS_MISSING, counts)
    return Doubt("TOTALS_DIFFER", TOTALS_DIFFER, {})
