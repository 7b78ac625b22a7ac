"""Why a line or a row is left as it is."""

from common.errors import Refused
from common.texts import gettext_noop


class AlreadyDecided(Refused):
    """Somebody was faster."""

    code = "LINE_ALREADY_DECIDED"
    message = gettext_noop("This line has been decided already.")
    advice = gettext_noop("Open the list again to see what was decided.")
    status = 409


class ConsentEnded(Refused):
    """What may not be used may not be added to."""

    code = "CONSENT_ENDED"
    message = gettext_noop("The consent that this bill came under has ended.")
    advice = gettext_noop("Dismiss the row. Nothing of this bill is used any more.")
    status = 409


class OwnLoanLine(Refused):
    """A debt to us is no matter of opinion in a list of payments."""

    code = "OWN_LOAN_LINE"
    message = gettext_noop("A line about a loan with us cannot be left out here.")
    advice = gettext_noop("If the loan's own page is wrong, tell us through a complaint.")
    status = 409


class SameCategory(Refused):
    """Nothing to correct."""

    code = "CATEGORY_IS_THE_SAME"
    message = gettext_noop("The payment has this category already.")
    advice = gettext_noop("Choose another category.")
    status = 409
