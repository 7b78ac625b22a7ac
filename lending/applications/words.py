"""The words of the cost table: its codes as sentences that the doors translate. Pure."""

from collections.abc import Mapping

from common.texts import gettext_noop

ITEMS: Mapping[str, str] = {
    "INTEREST": gettext_noop("Interest"),
    "REWARD_DISCOUNT": gettext_noop("Your discount for paying on time"),
    "LATE_PENALTY": gettext_noop("If you pay late"),
}
RECIPIENTS: Mapping[str, str] = {
    "LENDER": gettext_noop("the lender"),
}
CHARGED: Mapping[str, str] = {
    "MONTHLY_ON_BALANCE": gettext_noop("each month on what you still owe, at %(rate)s a year"),
    "LOWER_RATE": gettext_noop("takes %(rate)s a year off the rate, for the whole loan"),
    "ONCE_AT_START": gettext_noop("once, when the money is paid out"),
    "WITH_EACH_INSTALMENT": gettext_noop("with each instalment"),
    "DAILY_ON_OVERDUE_PRINCIPAL": gettext_noop(
        "%(rate)s a year by the day, only on principal that is overdue; nothing when you pay "
        "within %(grace)s days, otherwise from the day after the due date"
    ),
}


def item(code: str) -> str:
    """What a line of the cost is called."""
    return ITEMS.get(code, code)


def recipient(code: str) -> str:
    """Who receives it."""
    return RECIPIENTS.get(code, code)


def charged(code: str) -> str:
    """How it is charged; `%(rate)s` and `%(grace)s` are filled in after translating."""
    return CHARGED.get(code, code)
