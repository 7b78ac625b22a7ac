"""Why a person decided as they did: the short list that a reviewer chooses from."""

from collections.abc import Mapping

from common.texts import gettext_noop

REASONS: Mapping[str, Mapping[str, str]] = {
    "OFFERED": {
        "INCOME_SEEN_ELSEWHERE": gettext_noop("Other papers show the income."),
        "EVIDENCE_CHECKED": gettext_noop("The evidence was checked and fits."),
        "RECORDS_EXPLAINED": gettext_noop("The person explained what the records show."),
        "SMALL_START": gettext_noop("The amount is small enough to start with."),
    },
    "DECLINED": {
        "NOT_AFFORDABLE": gettext_noop("The instalments would be more than the income bears."),
        "EVIDENCE_DOES_NOT_FIT": gettext_noop("The evidence does not fit the application."),
        "TOO_LITTLE_KNOWN": gettext_noop("Too little is known to lend responsibly."),
        "DEBTS_ELSEWHERE": gettext_noop("Debts elsewhere leave no room for another loan."),
    },
}


def words(reason_code: str) -> str:
    """The sentence of a reason, to be translated. The code must be in the list."""
    return {code: text for group in REASONS.values() for code, text in group.items()}[reason_code]
