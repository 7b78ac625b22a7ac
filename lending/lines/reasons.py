"""Why a limit is what it is, in words for its owner, and what can be done about it. Pure."""

from collections.abc import Mapping

from common.texts import gettext_noop

# A limit by a decision on an application; all others are by hand, and staff name the reason.
DECISION = "DECISION"
LOWERED: Mapping[str, str] = {
    DECISION: gettext_noop(
        "The last decision on an application of yours set it; the application shows the reasons."
    ),
    "ALERT": gettext_noop("We are looking at something in your loans or records."),
    "CLEARED": gettext_noop("A question about your loans or records was cleared up."),
    "INCOME": gettext_noop("It follows the income that you have proved."),
    "RISK": gettext_noop("Your records and repayments show more risk than the limit before."),
    "WISH": gettext_noop("You asked for it."),
}
ADVICE = gettext_noop(
    "Loans that run go on as agreed, and nothing has to be paid back sooner. Share newer records, "
    "or ask a person to look again; paying on time counts in your favour at the next decision."
)


def words(code: str) -> str:
    """The reason, to be translated; a code that is not known is a decision's."""
    return LOWERED.get(code, LOWERED[DECISION])
