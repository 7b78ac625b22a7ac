"""Alerts in words: what each rule means, why one is closed, and the names of the figures. Pure."""

from collections.abc import Iterator, Mapping

from common.money import yuan
from common.texts import gettext_noop
from monitoring.watch.rules import CALL, DPD, INCOME_DROP, NOTICE, SCENE_MISMATCH, URGENT

RULES: Mapping[str, str] = {
    DPD: gettext_noop("An instalment is late"),
    INCOME_DROP: gettext_noop("The income has fallen"),
    SCENE_MISMATCH: gettext_noop("The loan may not serve its purpose"),
}

SEVERITIES: Mapping[int, str] = {
    URGENT: gettext_noop("Urgent"),
    CALL: gettext_noop("To call"),
    NOTICE: gettext_noop("To note"),
}

PAID_SINCE = "PAID_SINCE"
CLOSE_REASONS: Mapping[str, str] = {
    PAID_SINCE: gettext_noop("What was due has been paid."),
    "HELP_AGREED": gettext_noop("Help was agreed with the person."),
    "EXPLAINED": gettext_noop("The person explained it; there is nothing to do."),
    "NO_RISK": gettext_noop("The figures are right and mean no risk."),
    "FIGURES_WRONG": gettext_noop("The figures were incomplete or wrong."),
}
# Why the system closes one; nobody chooses this.
PAID_UP = "PAID_UP"
CLOSED_BY_SYSTEM: Mapping[str, str] = {
    PAID_UP: gettext_noop("Nothing of the loan was past due any more; the system closed it."),
}

FIGURES: Mapping[str, str] = {
    "past_due_days": gettext_noop("Days past due"),
    "oldest_unpaid_due_on": gettext_noop("Unpaid since"),
    "recent_fen": gettext_noop("Income in the latest 30 days"),
    "typical_fen": gettext_noop("Usual income in 30 days"),
    "windows": gettext_noop("Earlier months compared"),
    "returned_fen": gettext_noop("Came back from the school or shop"),
    "returns": gettext_noop("Times that money came back"),
    "principal_fen": gettext_noop("Paid out"),
    "scene_spent_fen": gettext_noop("Spent on the purpose"),
    "purchases": gettext_noop("Purchases seen"),
    "watched_days": gettext_noop("Days watched"),
    "records_until_on": gettext_noop("Records until"),
}


def closed_because(reason: str) -> str:
    """Why an alert was closed, by whomever; empty while it is not."""
    return {**CLOSE_REASONS, **CLOSED_BY_SYSTEM}.get(reason, "")


def figures(evidence: Mapping[str, int | str]) -> Iterator[tuple[str, str]]:
    """Name (to be translated) and value of each figure; the last word of its key is its unit."""
    for key, name in FIGURES.items():
        if key not in evidence:
            continue
        value = evidence[key]
        if key.endswith("_fen") and isinstance(value, int):
            yield name, f"¥{yuan(value)}"
        else:
            yield name, str(value)
