"""What may not be done about a break, each with its own word."""

from common.errors import Refused
from common.texts import gettext_noop


class BreakNotOpen(Refused):
    """It is resolved, or only watched so far."""

    code = "BREAK_NOT_OPEN"
    message = gettext_noop("This break is not open.")
    advice = gettext_noop("Look at its steps: it may have come right by itself.")


class BreakActionDoesNotFit(Refused):
    """The action would not make books and statement agree."""

    code = "BREAK_ACTION_DOES_NOT_FIT"
    message = gettext_noop("This does not resolve this kind of break.")
    advice = gettext_noop("Choose another way, or ask the bank again while the outcome is open.")
    status = 422


class BreakLoanDiffers(Refused):
    """The loan is not there, takes no money, or is not paid from the account of the line."""

    code = "BREAK_LOAN_DIFFERS"
    message = gettext_noop("This money does not come from that loan's account.")
    advice = gettext_noop("Enter the public number of a loan that is paid from the line's account.")
    status = 422


class BreakProposalWaits(Refused):
    """One wish at a time."""

    code = "BREAK_PROPOSAL_WAITS"
    message = gettext_noop("A resolution of this break waits for a decision already.")
    advice = gettext_noop("Decide that one first.")


class BreakFourEyesNeeded(Refused):
    """Money and books are moved by two people."""

    code = "BREAK_FOUR_EYES_NEEDED"
    message = gettext_noop("Somebody else has to decide this.")
    advice = gettext_noop("Ask a colleague who may approve the resolution of breaks.")
    status = 403


class BreakProposalDecided(Refused):
    """It was decided the other way, or by somebody else."""

    code = "BREAK_PROPOSAL_DECIDED"
    message = gettext_noop("This resolution has been decided already.")
    advice = gettext_noop("Look at the break. To resolve it another way, ask anew.")


class BreakReadingUnclear(Refused):
    """What was entered is no line of a statement."""

    code = "BREAK_READING_UNCLEAR"
    message = gettext_noop("This is not what a line of a statement can say.")
    advice = gettext_noop("Enter the number, the amount and whether it came in or went out.")
    status = 422
